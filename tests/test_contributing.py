"""The worked examples of docs/contributing.md and docs/plugins.md: what stands there is done, and works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import write_shop

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = (ROOT / "docs" / "contributing.md").read_text("utf-8")
OTHERS = dict(BLOCK.findall(PAGE))
PLATFORM = {name: OTHERS.pop(name) for name in ("till.csv", "profiles/bakery_till.toml")}
PLUGIN = dict(BLOCK.findall((ROOT / "docs" / "plugins.md").read_text("utf-8")))
"""The package of its own: file -> text."""
LINE = re.search(r'^    "privtraffic\.analyses\.basket",$', PAGE, re.MULTILINE)


def _inside(name: str) -> str:
    """Where a file of the package goes that becomes a part of privtraffic."""
    place = name.replace("acme_basket/", "privtraffic/analyses/basket/")
    return place.replace("privtraffic/analyses/basket/words.toml", "privtraffic/report/lexicon/basket.toml")


FILES = OTHERS | {
    _inside(name): text.replace("acme_basket", "privtraffic.analyses.basket")
    for name, text in PLUGIN.items()
    if name.startswith("acme_basket/")
}
MAY_TOUCH = ("privtraffic/analyses/basket/", "privtraffic/report/lexicon/basket.toml", "docs/basket.md")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with the analysis of the page added as it says."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("privtraffic", "tests", "docs"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "parity"))
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    catalog = root / "privtraffic" / "analyses" / "catalog.py"
    assert LINE
    text = catalog.read_text("utf-8")
    catalog.write_text(text.replace("HOMES = (\n", f"HOMES = (\n{LINE[0]}\n", 1), "utf-8")
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copy(ROOT / "README.md", root)
    return root


def test_a_platform_is_a_file_of_ones_own(tmp_path: Path) -> None:
    """By hand: 4.50 and 3.20 kept, the cancelled ticket of 9.90 dropped."""
    for name, text in PLATFORM.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    command = ["-m", "privtraffic", "check", "till.csv", "--profiles", "profiles", "--json"]
    told = json.loads(done(ROOT, *command, folder=tmp_path))["quality"]
    assert (told["money_kept"], told["rows_dropped"]) == (7.7, {"cancelled": 1})
    assert told["files"][0]["profile"] == "bakery_till"


def done(copy: Path, *arguments: str, folder: Path | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": str(copy), "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    command = [sys.executable, *arguments]
    found = subprocess.run(
        command, cwd=folder or copy, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_an_analysis_costs_its_folder_a_line_its_words_and_its_page() -> None:
    assert len(FILES) == 7
    assert all(name.startswith(MAY_TOUCH) for name in FILES), list(FILES)


def test_the_command_answers(copy: Path, tmp_path: Path) -> None:
    """By hand: North sold o1, o2, o5, o6, o13, o16 and o10 of two lines; South o3, o4, o7, o8, o9."""
    write_shop(tmp_path)
    told = json.loads(done(copy, "-m", "privtraffic", "basket", "orders.csv", "--json", folder=tmp_path))
    assert told["command"] == "basket"
    assert told["figures"] == {"orders": 12, "lines_per_order": pytest.approx(13 / 12)}
    assert told["tables"]["baskets"] == [
        {"basket_name": "North", "orders": 7, "order_lines": 8, "lines_per_order": pytest.approx(8 / 7)},
        {"basket_name": "South", "orders": 5, "order_lines": 5, "lines_per_order": 1.0},
    ]
    done(copy, "-m", "privtraffic", "basket", "orders.csv", "--lang", "zh", "-q", folder=tmp_path)
    assert (tmp_path / "basket.xlsx").read_bytes().startswith(b"PK")


def test_help_python_and_refusals_know_it(copy: Path, tmp_path: Path) -> None:
    write_shop(tmp_path)
    told = done(copy, "-m", "privtraffic", "--help")
    assert re.search(r"basket +Compare the size of baskets between stores\.", told), told
    code = (
        "import privtraffic as pt\n"
        "with pt.load('orders.csv', columns=['store']) as data:\n"
        "    print([(size['name'], size['order_lines']) for size in pt.basket(data).sizes])\n"
        "try: pt.basket.Params(by='colour')\n"
        "except Exception as error: print(error)\n"
    )
    rows, refused = done(copy, "-c", code, folder=tmp_path).splitlines()
    assert rows == "[('North', 8), ('South', 5)]"
    assert refused.startswith("--by colour: choose one of")


def test_the_house_keeps_its_shape_with_it_and_the_contract_tests_run_over_it(copy: Path) -> None:
    told = done(
        copy, "-m", "pytest", "-n", "0", "-vv", "tests/contract", "tests/test_house.py", "-k", "basket or house"
    )
    for file, least in (("contract/test_rooms", 8), ("test_house", 25)):
        passed = [line for line in told.splitlines() if line.startswith(f"tests/{file}.py::") and " PASSED " in line]
        assert len(passed) >= least, told
