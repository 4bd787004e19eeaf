"""Exports are read alike on DuckDB and on Spark: every function, all that profiles ask, every quirk; to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.settings import Settings
from tests.fixtures.make import FIXTURES
from tests.fixtures.model import Expected, Fixture, Joined, write
from tests.parity.cells import CELLS
from tests.parity.conftest import Start
from tests.parity.covering import covering, expressions_of
from tests.test_columns_eleventh import PARTS, TILL
from tests.test_identity import shops

CLEAN = queries("privtraffic.intake.clean.cleaning")
FUNCTIONS = {
    "strip(x)", "cell(x)", "unwrapped(x)", "clean_id(x)", "clean_key(x)", "clean_phone(x)", "clean_email(x)",
    "person_key(x)", "half_width(x)", "money_text(x)", "clean_money(x)", "clean_product(x, '2.5')",
    "clean_product('1.005', x)", "time_serial(x)", "clean_time(x, 'mdy')", "clean_time(x, 'dmy')", "clean_month(x)",
    "clean_time_in(x, 'mdy', 'Asia/Shanghai')", "clean_time_in(x, 'mdy', 'America/New_York')", "clean_text(x)",
    "clean_integer(x)", "starts_with(x, '1')", "regexp_full_match(x, '[^a]*|.')", "regexp_matches(x, '^.5$|a.c|0$')",
    "mask_key(x, :one, :other)", "sums_up(x)", "days_between(clean_time(x, 'mdy'), clean_time('2024-03-01', 'mdy'))",
    "clean_lettered_time(x, 'mdy')", "clean_lettered_time(x, 'dmy')", "clean_time(x, 'ymd')", "clean_time(x, '')",
    "clean_lettered_time_in(x, 'mdy', 'Asia/Shanghai')", "in_zone(x, clean_time(x, 'mdy'), 'Asia/Shanghai')",
    "swapped_day(x)", "sums_row(x)", "nobody(x)", "named_day(x)", "money_bare(x)", "half_text(x)", "bare_place(x)",
    "hashed_place(x, 'salt')",
    "months_between_starts(clean_time(x, 'dmy'), clean_time('2024-03-01 10:00:00', 'mdy'))",
}  # fmt: skip
OTHERS = {"money_sign", "number_text", "time_number", "time_parts", "time_of", "time_text", "real_time", "is_plain",
    "product_of", "plain_id", "exact", "money_signs", "money_times", "money_digits", "numbered_day", "numbered_month",
    "without_half", "has_half", "is_late", "iso_time", "lettered_time", "tight_time",
    "bare_amount", "endless", "plain_text"}  # fmt: skip
"""Parts of the functions above."""
UNEQUAL = {"key_hash", "key_bit"}
"""Hashes differ, and nothing that is shown depends on one."""
OPTIONAL = ("product", "sku", "brand", "store", "channel", "guide", "province", "city", "coupon", "points")


def functions_of(file: str) -> set[str]:
    text = (Path(__file__).parents[2] / "privtraffic" / "engine" / file).read_text("utf-8")
    starts = ("create macro ", "create temporary function ")
    lines = [(line, start) for line in text.splitlines() for start in starts if line.startswith(start)]
    return {line.removeprefix(start).partition("(")[0] for line, start in lines}


def test_every_function_is_on_both_engines_and_tried_here() -> None:
    tried = {name for function in FUNCTIONS for name in functions_of("spark.sql") if f"{name}(" in function}
    builtin = {"regexp_full_match", "regexp_matches", "starts_with"}
    assert functions_of("embedded.sql") - OTHERS - UNEQUAL - builtin <= tried
    assert functions_of("spark.sql") - OTHERS - UNEQUAL <= tried


@pytest.fixture(scope="module")
def cells(start_spark: Start) -> Any:
    """Each engine with the cells in a table."""
    from privtraffic.engine.embedded import EmbeddedEngine

    both: dict[str, Engine] = {"embedded": EmbeddedEngine(), "spark": start_spark()}
    for engine in both.values():
        engine.scan("written", pa.table({"n": pa.array(range(len(CELLS))), "x": pa.array(CELLS, pa.string())}))
        engine.run("cells", "select n, x from written")
    yield both
    for engine in both.values():
        engine.close()


@pytest.fixture(scope="module")
def made(cells: Mapping[str, Engine]) -> list[pa.Table]:
    """What each engine makes of the cells, a column a function."""
    each = ", ".join(f"{function} as y{number}" for number, function in enumerate(sorted(FUNCTIONS)))
    pads = {"one": b"\x36" * 64, "other": b"\x5c" * 64}
    return [engine.fetch(f"select n, {each} from cells order by n", **pads) for engine in cells.values()]


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_reads_every_cell_alike(function: str, made: list[pa.Table]) -> None:
    embedded, spark = (table[f"y{sorted(FUNCTIONS).index(function)}"].to_pylist() for table in made)
    differ = [(cell, one, other) for cell, one, other in zip(CELLS, embedded, spark, strict=True) if one != other]
    assert differ == []
    assert len({*embedded}) > 1, "the cells do not try it"


def read_by(start: Start, paths: list[Path], **how: Any) -> dict[str, Any]:
    """All that intake makes of files."""
    with load(paths, engine=start(), **how) as data:
        found: dict[str, Any] = {"quality": data.quality, "as_of": data.as_of}
        for table in (data.orders, data.lines, data.joined, data.spend):
            if table is not None:
                found[table.name] = rows_of(data, f"select * from {table.name}")
        found["rejects"] = [row for batch in data.engine.batches(CLEAN["rejects"]) for row in batch.to_pylist()]
        found["refunded"] = rows_of(data, "select * from refunded_orders")
    return found


def rows_of(data: Dataset, sql: str) -> list[str]:
    return sorted(str(sorted(row.items())) for row in data.engine.fetch(sql).to_pylist())


def check_alike(engines: Mapping[str, Start], paths: list[Path], **how: Any) -> dict[str, Any]:
    """What both engines make of files is the same; gives it back."""
    embedded, spark = (read_by(start, paths, **how) for start in engines.values())
    assert embedded.keys() == spark.keys()
    for name, rows in embedded.items():
        assert rows == spark[name], name
    return embedded


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> list[list[tuple[Fixture, list[Path]]]]:
    """Fixtures to be read in one go, since a load of many files costs Spark hardly more than a load of one.

    Neighbours may have the same orders: they come into different batches; so do those in euros, which are never added
    to others.
    """
    usable = {fixture.name: fixture for fixture in FIXTURES if isinstance(fixture.expected, Expected | Joined)}
    folder = tmp_path_factory.mktemp("profiles")
    for name in usable:
        (folder / name).mkdir()
    paths = {name: [write(file, folder / name) for file in fixture.files] for name, fixture in usable.items()}
    orders = {name: paths["canonical"] for name, fixture in usable.items() if isinstance(fixture.expected, Joined)}
    asked = {name: expressions_of([*paths[name], *orders.get(name, [])], optional=OPTIONAL) for name in usable}
    needed = [(usable[name], paths[name]) for name in covering(asked)]
    euros = [one for one in needed if any("EUR" in row.values() for file in one[0].files for row in file.rows)]
    others = [one for one in needed if one not in euros]
    return [others[::2], others[1::2], euros]


@pytest.mark.parametrize("sql", ["date '9999-12-31' + interval 1 day", "date '0001-01-01' - interval 1 day"])
def test_no_time_beyond_the_calendar_leaves_either_engine(sql: str, cells: Mapping[str, Engine]) -> None:
    for engine in cells.values():
        for ask in (engine.fetch, lambda text, engine=engine: list(engine.batches(text))):
            with pytest.raises(PrivtrafficError) as caught:
                ask(f"select {sql} as far")
            assert caught.value.key == "time_beyond_calendar"


@pytest.mark.parametrize("number", range(3))
def test_whatever_a_profile_asks_for_is_read_alike(
    number: int, batches: list[list[tuple[Fixture, list[Path]]]], engines: Mapping[str, Start]
) -> None:
    batch = batches[number]
    found = check_alike(engines, [path for _, paths in batch for path in paths], optional=OPTIONAL)
    assert {file.profile for file in found["quality"].files} >= {name for each, _ in batch for name in each.profiles}


HEADER = "order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,sku,product"
TIMES = (
    "2026-01-02 10:00:00", "2026/1/2 3:04", "2026.01.02", "20260102", "20260102030405", "1767323045", "1767323045123",
    "46024.5", "2026年1月2日 3时4分", "2026-01-02T03:04:05.123Z", "2026-01-02 24:00:00", "2026-02-30", "1989-12-31",
    "0001-01-01", "2525-02-03", "yesterday", "", "2026-01-02 03:04:05+08:00", "\u00a02026-01-02\u3000", "9/1/2026",
)  # fmt: skip
AMOUNTS = (
    "12.50", "¥12.50", "12.50元",
    "１２．５０", '"￥1,212.50"', "(12.50)", "1.005", "1e2", "0", "-0", "-7.5", "12.50-", "much",
    "", "99999999999999999", "٣", "12（含税）", "RMB 5", ".5", "5.",
)  # fmt: skip
KEYS = (
    "m1", '"=""m1"""', "'m1", "m1 ", "186****0005", "##x", "13800000001", "13800000001-1234", "1.38E+10", "无", "null",
    "合计", "", "会员 甲", "a@b.cn", "m1.0", "007", "7.0", "\ufeffm1", "-",
)  # fmt: skip
STATUSES = ("paid", "交易成功", "unpaid", "cancelled", "refunded", "odd word", "", "交易关闭")


def quirky(folder: Path) -> list[Path]:
    """Each time, each amount and each key in some row; lines that repeat; two files that overlap."""
    rows = [HEADER]
    for n in range(60):
        at, amount, key = TIMES[n % 20], AMOUNTS[(7 * n + n // 20) % 20], KEYS[(3 * n + n // 20) % 20]
        rows.append(f"A{n // 2},{n % 2},{key},{at},{amount},{n % 5},{STATUSES[n % 8]},S{n % 3},面霜")
    rows += [
        "A1,0,m1,2026-01-02,5,0,paid,S1,x,MORE",
        "合计,,,,999.99,,,,",
        '"B1",1,m9,2026-01-05,5,0,paid,S1,"two\nlines"',
    ]
    first, second = folder / "first.csv", folder / "second.csv"
    first.write_text("\n".join(rows) + "\n", "utf-8")
    later = [row.replace("unpaid", "paid").replace("odd word", "refunded") for row in rows[11:31]]
    second.write_bytes(("\n".join([HEADER, *later]) + "\n").encode("gb18030"))
    return [first, second]


def test_quirks_are_read_alike(engines: Mapping[str, Start], tmp_path: Path) -> None:
    found = check_alike(
        engines,
        quirky(tmp_path),
        optional=OPTIONAL,
        settings=Settings(as_of=date(2026, 1, 9), mapping=(("ordered_at", "ordered_at:dmy"),)),
    )
    reasons = {*found["quality"].rows_dropped}
    assert reasons >= {"no_member", "bad_date", "bad_amount", "duplicate", "ragged", "unpaid", "cancelled", "refunded"}
    assert found["quality"].orders > 5


def test_other_zones_and_sums_of_orders_are_read_alike(engines: Mapping[str, Start], tmp_path: Path) -> None:
    """Times that say they are UTC are moved; an order's money is shared out among its lines to the cent."""
    stamps = ("2026-01-01T20:00:00Z", "2026-01-01 15:59:59 UTC", "2026-03-29T00:59:59.999+00:00", "2026-01-01 20:00")
    (tmp_path / "shop.csv").write_text(
        "order_id,member_id,ordered_at,paid_amount\n"
        + "".join(f"Z{n},m{n},{stamp},{n}.10\n" for n, stamp in enumerate(stamps)),
        "utf-8",
    )
    lines = "".join(f"1,2026-01-01 10:00:00,100.00,{n}.00,{n},完成,jd_a\n" for n in (1, 1, 2, 3))
    lines += "".join(f"2,2026-01-01 10:00:00,{paid},10.00,1,完成,jd_b\n" for paid in ("0.05", "", ""))
    (tmp_path / "jd.csv").write_text(f"订单号,下单时间,应付金额,京东价,订购数量,订单状态,下单帐号\n{lines}", "utf-8")
    moment = pa.array([datetime(2026, 1, 1, 20), datetime(2026, 1, 1, 21)]).cast(pa.timestamp("us", "UTC"))
    # As a lake keeps a phone: a number, and not always a whole one.
    typed = {"order_id": [1, 2], "member_id": [13800000001.0, None], "ordered_at": moment, "paid_amount": [1e7, 0.5]}
    pq.write_table(pa.table(typed), tmp_path / "typed.parquet")
    # What is known of a member is the first that is known: DuckDB's min_by looks for none, Spark's takes the first row.
    twice = "m1,2026-01-01 10:00:00,,\nm1,2026-01-02 10:00:00,mall,North\nm1,2026-01-03 10:00:00,app,South\n"
    (tmp_path / "members.csv").write_text(f"member_id,joined_at,channel,store\n{twice}", "utf-8")
    paths = [tmp_path / "shop.csv", tmp_path / "jd.csv", tmp_path / "typed.parquet"]
    how = {"members": tmp_path / "members.csv", "settings": Settings(tz="Asia/Shanghai")}
    found = check_alike(engines, paths, optional=OPTIONAL, **how)
    assert "('channel', 'mall')" in str(found["joined"])
    assert "datetime(2026, 1, 1, 10" in str(found["joined"])
    assert "2026, 1, 2, 4, 0" in str(found["orders"])
    assert "'13800000001'), ('net', Decimal('10000000.00')), ('order_id', 'canonical:1')" in str(found["orders"])
    assert "2026, 1, 2, 5, 0" in str(found["orders"])
    assert found["quality"].revenue == Decimal("10000106.45")


@pytest.mark.parametrize(("text", "orders", "money"), [(TILL, 6, 540), (PARTS, 4, 460)])
def test_numbers_that_begin_anew_and_parts_of_lines_are_read_alike(
    engines: Mapping[str, Start], tmp_path: Path, text: str, orders: int, money: int
) -> None:
    (tmp_path / "export.csv").write_text(text, "utf-8")
    found = check_alike(engines, [tmp_path / "export.csv"])
    assert (found["quality"].orders, found["quality"].revenue) == (orders, money)


def test_joined_and_hidden_keys_are_read_alike(engines: Mapping[str, Start], tmp_path: Path) -> None:
    orders, members = shops(tmp_path)
    (tmp_path / "spend.csv").write_text(
        '月份,抖音,小红书,合计\n2026年1月,"1,000",200,1200\n2026-02,¥900,-,900\n', "utf-8"
    )
    (tmp_path / "days.csv").write_text(
        "date,channel,cost,clicks\n2026/3/1,search,10.5,7\n46083,search,much,1\n", "utf-8"
    )
    how = {"members": members, "settings": Settings(identity="auto", mask="钥匙 key")}
    found = check_alike(engines, [*orders, tmp_path / "days.csv", tmp_path / "spend.csv"], **how)
    assert found["quality"].identity.members == 6
    assert len(found["spend"]) == 4
    assert "13800000001" not in str(found["orders"])
