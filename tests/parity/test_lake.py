"""What only Spark reads: folders at an address and tables, with the account that one local file has on DuckDB."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privtraffic.dataset import Dataset
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from tests.parity.conftest import Start

BROKEN = 'Q1,,Z1,2025-06-01 10:00:00,5.00,,paid,S,"two\nlines, ""quoted""",,,1,店,,,,,,,\n'


@dataclass(frozen=True)
class House:
    """A shop of some hundred members: one local file, and what it gives on DuckDB."""

    folder: Path
    header: str
    rows: list[str]
    account: dict[str, Any]

    def parts(self, name: str, encoding: str = "utf-8", **change: str) -> str:
        """The address of a folder with the same rows in three files; `change` adds to one of them."""
        folder = self.folder / name
        folder.mkdir()
        for part in range(3):
            text = "\n".join([self.header, *self.rows[part::3]]) + "\n" + change.get(f"part{part}", "")
            (folder / f"part-{part}.csv").write_bytes(text.encode(encoding))
        return folder.as_uri() + "/"

    def table(self) -> pa.Table:
        columns = zip(*csv.reader(io.StringIO("\n".join(self.rows))), strict=True)
        named = dict(zip(self.header.split(","), map(list, columns), strict=True))
        # As a lake keeps them: times and amounts typed.
        times = pa.array(named["ordered_at"]).cast(pa.timestamp("us"))
        return pa.table({**named, "ordered_at": times, "paid_amount": pa.array(map(float, named["paid_amount"]))})


def account(data: Dataset) -> dict[str, Any]:
    """What does not depend on where the rows lay."""
    with data:
        quality = replace(data.quality, files=(), skipped=())
        orders = data.engine.fetch("select order_id, member_id, ordered_at, net, is_purchase from orders").to_pylist()
        joined = (
            data.engine.fetch("select member_id, joined_on, channel from joined").to_pylist() if data.joined else []
        )
        spend = data.engine.fetch("select * from spend").to_pylist() if data.spend else []
    tables = {"orders": orders, "joined": joined, "spend": spend}
    return {"quality": quality, **{name: sorted(map(str, rows)) for name, rows in tables.items()}}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("lake")
    write_demo(folder / "shop", members=250, seed=3, plants=None)
    shop = folder / "shop"
    header, *rows = (shop / "orders.csv").read_text("utf-8-sig").splitlines()
    found = account(load(shop / "orders.csv", members=shop / "members.csv", spend=shop / "spend.csv"))
    assert found["quality"].rows_dropped
    return House(folder, header, rows, found)


def test_files_of_text_with_members_and_spend(house: House, start_spark: Start) -> None:
    """GB18030 and three files of orders, one of members and one of costs, all at addresses."""
    shop = house.folder / "shop"
    found = load(
        house.parts("gb18030", "gb18030"),
        members=(shop / "members.csv").as_uri(),
        spend=(shop / "spend.csv").as_uri(),
        engine=start_spark(),
    )
    assert [file.encoding for file in found.quality.files] == ["gb18030", "utf-8", "utf-8"]
    assert account(found) == house.account


def test_files_of_parquet(house: House, start_spark: Start) -> None:
    (house.folder / "parquet").mkdir()
    table = house.table()
    for part in range(3):
        rows = table.take(list(range(part, table.num_rows, 3)))
        pq.write_table(rows, house.folder / "parquet" / f"part-{part}.snappy.parquet")
    address = (house.folder / "parquet").as_uri()
    found = load(address, engine=start_spark())
    assert found.quality.files[0].path == address
    assert found.quality.files[0].rows_read == len(house.rows)
    assert account(found) | {"joined": None, "spend": None} == house.account | {"joined": None, "spend": None}


def test_a_table_of_the_session_that_is_borrowed(house: House, start_spark: Start) -> None:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.getOrCreate()
    session.createDataFrame(house.table()).createOrReplaceTempView("lake_orders")
    before = session.conf.get("spark.sql.session.timeZone")
    found = load("lake_orders", engine=start_spark())
    assert found.quality.files[0].path == "lake_orders"
    assert account(found)["orders"] == house.account["orders"]
    assert SparkSession.getActiveSession() is session
    assert session.conf.get("spark.sql.session.timeZone") == before
    assert [view["viewName"] for view in session.sql("show views").collect()] == ["lake_orders"]
    session.catalog.dropTempView("lake_orders")


def test_rows_of_several_lines_too_many_cells_and_too_few(house: House, start_spark: Start) -> None:
    few, many = "Q2,,Z1,2025-06-02,6.00\n", 'Q3,,Z1,2025-06-03,7.00,,5" x' + "," * 14 + "MORE\n"
    address = house.parts("ragged", part0=BROKEN, part1="\n" + few + many)
    text = (house.folder / "shop" / "orders.csv").read_text("utf-8-sig") + BROKEN + few + many
    (house.folder / "ragged.csv").write_text(text, "utf-8")
    local = account(load(house.folder / "ragged.csv"))
    assert local["quality"].rows_dropped["ragged"] == 1
    assert local["quality"].rows_read == len(house.rows) + 3
    assert account(load(address, engine=start_spark())) == local


@pytest.mark.parametrize(
    ("key", "text", "change"),
    [
        ("lake_undecodable", "1 of its lines", {"part1": b"Q1,,Z1,2025-06-01,5,,paid,\xff\xfe\n"}),
        ("lake_headers", "part-2.csv", {"part2": b"order_no,when\n"}),
    ],
)
def test_refused_in_one_line(
    house: House, start_spark: Start, tmp_path: Path, key: str, text: str, change: dict[str, bytes]
) -> None:
    for part in range(3):
        lines = ("\n".join([house.header, *house.rows[part:9:3]]) + "\n").encode()
        more = change.get(f"part{part}", b"")
        (tmp_path / f"part-{part}.csv").write_bytes(more + lines if key == "lake_headers" else lines + more)
    with pytest.raises(PrivtrafficError) as raised:
        load(tmp_path.as_uri(), engine=start_spark())
    assert raised.value.key == key
    for lang in ("en", "zh"):
        assert "\n" not in raised.value.text(lang)
    assert text in raised.value.text("en")


@pytest.mark.parametrize(
    ("key", "above", "encoding"), [("lake_encoding", "", "utf-16"), ("lake_header", "七月\n", "utf-8")]
)
def test_a_text_that_cannot_be_read_in_parts(
    house: House, start_spark: Start, tmp_path: Path, key: str, above: str, encoding: str
) -> None:
    """Lines of UTF-16 do not end where a byte says so; a title above the header would be one on each part."""
    text = above + "\n".join([house.header, *house.rows[:9]]) + "\n"
    (tmp_path / "part-0.csv").write_bytes(text.encode(encoding))
    assert account(load(tmp_path / "part-0.csv"))["quality"].rows_read == 9
    with pytest.raises(PrivtrafficError) as raised:
        load(tmp_path.as_uri(), engine=start_spark())
    assert raised.value.key == key
    for lang in ("en", "zh"):
        assert "\n" not in raised.value.text(lang)
    assert {"lake_encoding": "utf-16", "lake_header": "first line"}[key] in raised.value.text("en")


@pytest.mark.parametrize(
    ("name", "key"),
    [("file:///nowhere/orders/", "no_files"), ("odd://bucket/orders/", "lake_unreachable"), ("no_table", "no_files")],
)
def test_names_that_name_nothing(name: str, key: str, start_spark: Start) -> None:
    with pytest.raises(PrivtrafficError) as raised:
        load(name, engine=start_spark())
    assert raised.value.key == key
    assert name in raised.value.text()


def test_an_address_needs_spark(house: House, privtraffic: Callable[..., Any]) -> None:
    done = privtraffic("rfm", "s3://bucket/orders/")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--engine spark" in done.stderr
    with pytest.raises(PrivtrafficError, match="--engine spark"):
        load(house.folder / "shop" / "orders.csv", members="s3://bucket/members.csv")


@pytest.mark.usefixtures("start_spark")
def test_from_the_command_line(house: House, privtraffic: Callable[..., Any]) -> None:
    """A Spark of its own, which says nothing; the same figures as on DuckDB."""
    address = house.parts("command")
    spark = privtraffic("rfm", address, "--engine", "spark", "--json", "--quiet")
    local = privtraffic("rfm", house.folder / "shop" / "orders.csv", "--json", "--quiet")
    assert (spark.returncode, spark.stderr) == (0, "")
    one, other = json.loads(spark.stdout), json.loads(local.stdout)
    assert one["inputs"] == [address]
    assert one["figures"] == other["figures"]
    assert one["tables"] == other["tables"]
