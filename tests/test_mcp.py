"""The door for assistants: the same figures as everywhere, inside one folder, read-only, keys masked."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from privtraffic.analyses.catalog import NAMES
from privtraffic.api.door import server
from privtraffic.api.tools import MOST_ROWS, Tools
from privtraffic.errors import PrivtrafficError
from tests.shop import HEADER, write_shop


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "served"
    folder.mkdir()
    write_shop(folder)
    (tmp_path / "secret.csv").write_text("order_id,member_id\n", "utf-8")
    return folder


def test_every_analysis_is_a_tool_with_its_options(shop: Path) -> None:
    tools = {tool.name: tool for tool in Tools(shop).list()}
    assert {*tools} == {*NAMES, "explain"}
    rfm = tools["rfm"]
    assert "Denominator of every share" in rfm.description
    assert rfm.schema["properties"]["scheme"]["type"] == "string"
    assert {"files", "as_of", "window", "bins"} <= {*rfm.schema["properties"]}
    assert not {"mask", "identity", "profiles"} & {*rfm.schema["properties"]}
    assert tools["member"].schema["required"] == ["key"]
    assert tools["members"].schema["properties"]["super_share"]["default"] == "5%"
    for tool in tools.values():
        said = [tool.description, *(each["description"] for each in tool.schema["properties"].values())]
        assert not [text for text in said if "--" in text], "an assistant has arguments, no options"


def test_the_figures_are_those_of_the_command_line_and_keys_are_masked(shop: Path, as_json: Any) -> None:
    told = Tools(shop).call("rfm", {"scheme": "growth11", "as_of": "2026-03-31"})
    assert told["figures"] == as_json("rfm", shop / "orders.csv", "--scheme", "growth11")["figures"]
    keys = {row["member_id"] for row in told["tables"]["members"]}
    assert len(keys) == 7
    assert not keys & set("ABCDEFGHIJ")
    assert told["inputs"] == ["orders.csv"]
    assert str(shop) not in json.dumps(told)
    again = Tools(shop).call("rfm", {})["tables"]["members"]
    assert not keys & {row["member_id"] for row in again}, "another start, another secret"


def test_long_tables_are_cut_and_say_so(tmp_path: Path) -> None:
    rows = "".join(f"o{i},1,M{i},2026-03-01 10:00:00,10.00,0,paid,A,N\n" for i in range(MOST_ROWS + 7))
    (tmp_path / "orders.csv").write_text(f"{HEADER}\n{rows}", "utf-8")
    told = Tools(tmp_path).call("rfm", {"files": ["orders.csv"]})
    assert len(told["tables"]["members"]) == MOST_ROWS
    assert told["rows_left_out"]["members"] == 7


def test_one_file_is_one_file(shop: Path) -> None:
    for given in ([], ["orders.csv", "orders.csv"]):
        with pytest.raises(PrivtrafficError) as refused:
            Tools(shop).call("rfm", {"files": ["orders.csv"], "cuts": given})
        assert refused.value.code == "not_text"


@pytest.mark.parametrize(
    "given",
    ["../secret.csv", "/etc/passwd", "s3://bucket/x", "*.csv", "link.csv", "linked", "", "orders.csv#x", "\0"],
)
def test_nothing_outside_the_folder_is_read(given: str, shop: Path) -> None:
    (shop / "link.csv").symlink_to(shop.parent / "secret.csv")
    (shop / "linked").symlink_to(shop.parent)
    orders = {"files": ["orders.csv"]}
    for name, arguments in (
        ("rfm", {"files": [given]}),
        ("rfm", {**orders, "cuts": given}),
        ("uplift", {**orders, "list_file": given}),
        ("uplift", {**orders, "list_file": "orders.csv", "others": ["orders.csv", given]}),
        ("explain", {"figure": "orders", "files": [given]}),
    ):
        with pytest.raises(PrivtrafficError) as refused:
            Tools(shop).call(name, arguments)
        assert refused.value.code == "outside_folder", (name, arguments)
    with pytest.raises(PrivtrafficError, match="not inside"):
        Tools(shop).call("rfm", {})


def test_what_is_not_known_is_refused(shop: Path) -> None:
    tools = Tools(shop)
    for name, given in (
        ("format_disk", {}),
        ("rfm", {"mask": "x"}),
        ("rfm", {"colour": 1}),
        ("rfm", {"files": 5}),
        ("explain", {"figure": "orders", "secret": "x"}),
        ("explain", {"figure": "x"}),
    ):
        with pytest.raises(PrivtrafficError):
            tools.call(name, given)
    assert "at least two orders" in tools.call("explain", {"figure": "repurchase_rate"})["en"]["means"]
    assert sorted(path.name for path in shop.iterdir()) == ["orders.csv"], "nothing is written"


def test_without_the_package_one_line_says_what_to_install(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(PrivtrafficError, match=r"pip install 'privtraffic\[mcp\]'"):
        server(shop)


def test_the_packages_own_client_asks_over_standard_streams(shop: Path) -> None:
    pytest.importorskip("mcp")
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters

    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    process = StdioServerParameters(
        command=sys.executable, args=["-m", "privtraffic", "mcp", str(shop)], env=environment
    )

    async def ask() -> tuple[set[str], dict[str, Any], Any]:
        async with Client(process) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            answer = await client.call_tool("rfm", {"scheme": "growth11"})
            refused = await client.call_tool("rfm", {"files": ["../secret.csv"]})
            return listed, json.loads(answer.content[0].text), refused

    listed, answer, refused = asyncio.run(ask())
    assert {*NAMES, "explain"} == listed
    assert answer["figures"]["revenue"] == 1680.0
    assert refused.is_error
    assert json.loads(refused.content[0].text)["code"] == "outside_folder"
