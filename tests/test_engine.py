"""The engine: named values, streams beside queries, and the functions that portable SQL may call."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest

from privtraffic.engine.base import TableRef, TextScan
from privtraffic.engine.embedded import EmbeddedEngine, create_database
from privtraffic.engine.spark_functions import made_of
from privtraffic.engine.sql import bind, queries
from privtraffic.errors import PrivtrafficError


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine()
    yield engine
    engine.close()


MONEY = {
    "12": "12.00", "1,234.50": "1234.50", "¥12": "12.00", "12元": "12.00", "0元": "0.00", "598.00元": "598.00",
    "(1.00)": "-1.00", "1.00-": "-1.00", "-¥3.2": "-3.20", "- 5": "-5.00", "１２３．５": "123.50",
    "$1,234.50": "1234.50", "৳2,999": "2999.00", "RMB 30": "30.00", ".5": "0.50", "1e3": "1000.00",
    "499.00（系统计算中，该值仅供参考）": "499.00",
    "268.00000000000006": "268.00", "4.005": "4.01",
    "": None, "-": None, "——": None, "无退款申请": None, "abc": None, "inf": None, "NaN": None, "12,50": None,
}  # fmt: skip


@pytest.mark.parametrize("text", MONEY)
def test_money_is_read_as_people_write_it(engine: EmbeddedEngine, text: str) -> None:
    found = engine.fetch("select clean_money(:text) as money", text=text)["money"][0].as_py()
    expected = MONEY[text]
    assert found == (None if expected is None else Decimal(expected))


def test_a_text_loses_the_blanks_around_it_and_the_words_of_nothing(engine: EmbeddedEngine) -> None:
    """Every text of up to four pieces, against Python's own strip and a list of words."""
    pieces = ("", " ", "\u3000", "\ufeff", "\xa0", "a", "门", "无", "-", "—", "n/a", "NULL", "~", "😀")
    written = ["".join(some) for some in product(pieces, repeat=4)]
    rows = engine.scan("written", pa.table({"x": pa.array(written)})).name
    found = engine.fetch(f"select x, clean_text(x) as text from {rows}").to_pylist()
    stripped = {row["x"]: row["x"].strip(" \t\r\n\u3000\xa0\ufeff") for row in found}
    nothing = {"", "-", "--", "—", "——", "无", "n/a", "null"}
    assert len(stripped) > 20_000
    assert [row["text"] for row in found] == [
        None if (text := stripped[row["x"]]).lower() in nothing else text for row in found
    ]


TIMES = {
    "2019-05-15 16:50:00": datetime(2019, 5, 15, 16, 50),
    "2016/5/23 22:02": datetime(2016, 5, 23, 22, 2),
    "2020.1.5 10:11": datetime(2020, 1, 5, 10, 11),
    "2020-02-20": datetime(2020, 2, 20),
    "2024年5月1日": datetime(2024, 5, 1),
    "2024年5月1日 8时5分": datetime(2024, 5, 1, 8, 5),
    "20170102": datetime(2017, 1, 2),
    "20170102101112": datetime(2017, 1, 2, 10, 11, 12),
    "43831.5": datetime(2020, 1, 1, 12),  # Excel's day 1 is 1900-01-01, and it believes in 1900-02-29
    "1514764800": datetime(2018, 1, 1),
    "1514764800000": datetime(2018, 1, 1),
    "12/31/2010 8:26": datetime(2010, 12, 31, 8, 26),
    # An offset is cut, not applied: the wall clock of the shop.
    "2024-05-01 09:58:12 +0800": datetime(2024, 5, 1, 9, 58, 12),
    "2017-06-17T08:04:21+00:00": datetime(2017, 6, 17, 8, 4, 21),
    "2017-06-17T08:04:21Z": datetime(2017, 6, 17, 8, 4, 21),
    "0000-00-00": None, "1900-01-00": None, "2020-13-01": None, "yesterday": None, "": None, "31/31/2020": None,
}  # fmt: skip


@pytest.mark.parametrize("text", TIMES)
def test_times_are_read_as_systems_write_them(engine: EmbeddedEngine, text: str) -> None:
    assert engine.fetch("select clean_time(:text, 'mdy') as t", text=text)["t"][0].as_py() == TIMES[text]


NO_TIMES = (
    "infinity", "-infinity", "inf", "Infinity", "10000-01-01", "10000-01-01 00:00:00", "99999-12-31",
    "294247-01-10 04:00:54",
    "9999-12-31 24:00:00", "0000-01-01", "0000-01", "2024-01-02 (BC)", "2024-01-02 (BC) 3:4", "1/1/0001", "0000年1月",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_time_that_python_cannot_hold_is_none(engine: EmbeddedEngine, text: str) -> None:
    sql = """select clean_time(:text, 'mdy') as as_time, clean_month(:text) as as_month,
      clean_time_in(:text, 'mdy', 'Asia/Shanghai') as in_zone"""
    assert engine.fetch(sql, text=text).to_pylist() == [{"as_time": None, "as_month": None, "in_zone": None}]


def test_a_zone_moves_no_time_beyond_the_calendar(engine: EmbeddedEngine) -> None:
    sql = "select clean_time_in('9999-12-31 ' || :clock || 'Z', 'mdy', 'Asia/Shanghai') as t"
    assert engine.fetch(sql, clock="15:59:59")["t"][0].as_py() == datetime(9999, 12, 31, 23, 59, 59)
    assert engine.fetch(sql, clock="16:00:00")["t"][0].as_py() is None


@pytest.mark.parametrize(
    "sql",
    [
        "select timestamp 'infinity' as far",
        "select cast('-infinity' as date) as far",
        "select timestamp '9999-12-31 23:59:59' + interval 1 day as far",
        "select cast(timestamp '9999-12-31' + interval 1 day as date) as far",
        "select timestamp '0001-01-01' - interval 1 day as far",
        "select cast(timestamp '0001-01-01' - interval 1 day as date) as far",
        "select case when range = 150000 then timestamptz 'infinity' else timestamptz '2024-01-01 00:00:00Z' end as far"
        " from range(200000)",
    ],
)
def test_a_time_beyond_the_calendar_does_not_leave_the_engine(engine: EmbeddedEngine, sql: str) -> None:
    with pytest.raises(PrivtrafficError, match="far"):
        engine.fetch(sql)
    with pytest.raises(PrivtrafficError, match="far"):
        list(engine.batches(sql))


def test_the_first_and_last_times_of_the_calendar_leave_the_engine(engine: EmbeddedEngine) -> None:
    sql = "select timestamp '0001-01-01' as a, timestamp '9999-12-31 23:59:59.999999' as b, date '9999-12-31' as c"
    row = {"a": datetime.min, "b": datetime.max, "c": date.max}
    assert engine.fetch(sql).to_pylist() == [row]
    assert next(engine.batches(f"select * from ({sql}) where a is null union all {sql}")).to_pylist() == [row]
    assert engine.fetch(f"select a from ({sql}) where a is null").num_rows == 0


def test_the_order_of_day_and_month_is_the_callers(engine: EmbeddedEngine) -> None:
    row = engine.fetch("select clean_time('1/2/2024', 'mdy') as us, clean_time('1/2/2024', 'dmy') as uk").to_pylist()[0]
    assert (row["us"].month, row["uk"].month) == (1, 2)


KEYS = {
    '="1380000000070647"': "1380000000070647", "'19900000000": "19900000000", "17850.0": "17850", "\t69138\t": "69138",
    "小明 ": "小明", '"张三"': "张三", "a@b.com": "a@b.com", "E20200101": "E20200101", "M-1_2": "M-1_2", "7": "7",
    "": None, "-": None, "——": None, "null": None, "nan": None, "无": None, "''": None,
    "186****05": None, "****": None, "##MTIzNDU2": None, "$$x": None,
}  # fmt: skip


@pytest.mark.parametrize("text", KEYS)
def test_keys_lose_their_wrapping_and_masked_ones_name_nobody(engine: EmbeddedEngine, text: str) -> None:
    assert engine.fetch("select clean_key(:text) as k", text=text)["k"][0].as_py() == KEYS[text]


SUMS = (
    "合计", "总计：", "小计 12", "汇总", "共计", "Total", "TOTALS", "total 2026-01", "Grand Total",
    "grand totals:", "SubTotal",
)  # fmt: skip
NO_SUMS = (
    None, "", "7", "13800000000", "M1", "Zoe", "h", "o6_bmjrPTlm6", "User", "zed", "~", "G1", "Tom",
    "totally_long_name_of_some_buyer", "小明", "合肥王", "tota", "Motal",
)  # fmt: skip


@pytest.mark.parametrize(("text", "sums"), [*((text, True) for text in SUMS), *((text, False) for text in NO_SUMS)])
def test_the_word_of_a_row_that_sums_up_is_told_from_ids(engine: EmbeddedEngine, text: str | None, sums: bool) -> None:
    assert engine.fetch("select sums_up(:text) as k", text=text)["k"][0].as_py() is sums


def test_price_times_quantity_is_rounded_once(engine: EmbeddedEngine) -> None:
    assert engine.fetch("select clean_product('0.335', '3') as p")["p"][0].as_py() == Decimal("1.01")


def test_days_and_months_between_are_calendar_differences(engine: EmbeddedEngine) -> None:
    sql = "select days_between(:a, :b) as days, months_between_starts(:a, :b) as months"
    row = engine.fetch(sql, a=datetime(2024, 1, 31, 23, 59), b=date(2024, 3, 1)).to_pylist()[0]
    assert row == {"days": 30, "months": 2}


def test_values_are_bound_and_never_pasted(engine: EmbeddedEngine) -> None:
    def write(name: str, _: object) -> str:
        return f"${name}"

    nasty = "'; drop table t; --"
    assert engine.fetch("select :nasty as x, ':nasty' as y", nasty=nasty).to_pylist() == [{"x": nasty, "y": ":nasty"}]
    assert bind("select ':a', x::int, :a", {"a": 1, "b": 2}, write) == ("select ':a', x::int, $a", {"a": 1})
    assert bind("-- a member's :b\nselect :a", {"a": 1}, write) == ("-- a member's :b\nselect $a", {"a": 1})


def test_row_numbers_follow_the_file(engine: EmbeddedEngine, tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_text("".join(f"{i},x\n" for i in range(300_000)))
    engine.scan("numbered_raw", TextScan(path, ",", 2, 0))
    engine.run("numbered", "select cast(c0 as int) as i from numbered_raw", numbered=True)
    assert engine.fetch("select count(*) as n from numbered where row_no <> i")["n"][0].as_py() == 0


def test_a_stream_leaves_the_engine_free_for_other_queries(engine: EmbeddedEngine) -> None:
    engine.run("many", "select range as i from range(250000)")
    table = TableRef(engine, "many", "i desc")
    seen = 0
    for batch in table.batches(["i"]):
        if not seen:
            assert batch.column(0)[0].as_py() == 249_999
        seen += batch.num_rows
        assert table.count() == 250_000
    assert seen == 250_000


@pytest.mark.parametrize(
    "more", [{}, {"cost": pa.array([Decimal("1.50")], pa.decimal128(18, 2))}], ids=["plain", "money"]
)
def test_a_table_without_rows_has_the_columns_of_one_with_rows(
    engine: EmbeddedEngine, more: dict[str, pa.Array]
) -> None:
    ours = {"group": ["a"], "Yes": [True], "day": [date(2026, 1, 2)], "share": [0.5], "n": [2**40]}
    rows = pa.table({**ours, "k": pa.array([7], pa.int32()), **more})
    engine.scan("told", rows)
    columns = engine.fetch("describe told").to_pylist()
    assert [column["column_name"] for column in columns] == rows.column_names
    engine.scan("told", rows.slice(0, 0))
    assert engine.fetch("describe told").to_pylist() == columns
    assert engine.fetch("select * from told").num_rows == 0


def test_registered_rows_outlive_the_arrow_table(engine: EmbeddedEngine) -> None:
    engine.scan("small", pa.table({"x": [1, 2]}))
    assert engine.fetch("select sum(x) as s from small")["s"][0].as_py() == 3


def test_queries_are_cut_at_their_names() -> None:
    found = queries("privtraffic.analyses.rfm.compute")
    assert {"member_values", "segments", "migration"} <= set(found)
    assert all(not text.endswith(";") and "-- name:" not in text for text in found.values())


NEVER_MISSING = {
    "guide",
    "money",
    "referrer_id",
    "gap_days",
    "coupon_orders",
    "cast(paid as double) / orders",
    "coalesce(channel, '')",
}
"""There, or left out by the query; a gap is missing on the first day only, and of coupons all are known or none."""


def test_the_first_or_last_of_what_may_be_missing_is_the_first_that_is_known() -> None:
    """DuckDB's min_by leaves out rows with nothing to give, Spark's gives nothing where such a row is the first."""
    texts = [place.read_text("utf-8") for place in (Path(__file__).parents[1] / "privtraffic").rglob("*.sql")]
    for line in "\n".join(texts).splitlines():
        for value in re.findall(r"\b(?:min|max)_by\((.+?), [(a-z]", line):
            assert f"filter (where {value} is not null)" in line or value in NEVER_MISSING, line


def test_the_private_folder_goes_with_the_engine() -> None:
    engine = EmbeddedEngine()
    folder = engine.workdir
    assert folder.is_dir()
    engine.close()
    assert not folder.exists()
    engine.close()


def test_what_a_killed_run_leaves_behind_goes_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    others = tmp_path / "privtraffic-notes"
    others.mkdir()
    script = (
        "from privtraffic.engine.embedded import EmbeddedEngine as E; e = E(); print(e.workdir, flush=True); input()"
    )
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        (folder / "spill").mkdir(exist_ok=True)
        EmbeddedEngine().close()
        assert folder.is_dir(), "its run is alive"
        process.kill()
    EmbeddedEngine().close()
    assert [path.name for path in tmp_path.iterdir()] == [others.name], "a folder that is nobody's is left alone"


def test_with_a_limit_numbered_rows_lie_on_disk_and_are_the_same() -> None:
    made = "select i * 7 as n, case when i % 3 > 0 then 'x' || i end as word from range(200000) t(i) where i >= :first"
    told = "select count(*) as n, sum(row_no) as numbers, count(word) as words from x where n = (row_no + 5) * 7"
    answers = []
    for memory in (None, 500):
        engine = EmbeddedEngine(memory)
        engine._database.set("set threads = 2")
        engine.run("x", made, numbered=True, first=5)
        answers.append(engine.fetch(told).to_pylist())
        assert (engine.workdir / "x.parquet").exists() is (memory is not None)
        engine.close()
    assert answers == [[{"n": 199_995, "numbers": 199_994 * 199_995 // 2, "words": 133_330}]] * 2


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="/dev/full is a disk that is always full; this system has none"
)
def test_a_full_disk_is_said_in_one_line() -> None:
    engine = EmbeddedEngine(500)
    (engine.workdir / "x.parquet").symlink_to("/dev/full")
    with pytest.raises(PrivtrafficError, match=os.strerror(errno.ENOSPC)) as caught:
        engine.run("x", "select hash(i) as h from range(3000000) t(i)", numbered=True)
    assert caught.value.key == "out_of_memory"
    engine.close()


def test_a_function_is_made_with_all_that_it_calls_when_a_query_first_calls_it() -> None:
    engine = EmbeddedEngine()
    made = "select count(*) as n from duckdb_functions() where function_type = 'macro' and function_name like 'clean_%'"
    assert engine.fetch(made)["n"].to_pylist() == [0]
    assert engine.fetch("select clean_month('2026年10月') as x")["x"].to_pylist() == [datetime(2026, 10, 1)]
    (batch,) = engine.batches("select clean_money('1.2万') as x")
    assert batch["x"].to_pylist() == [Decimal("12000.00")]
    assert 0 < engine.fetch(made)["n"].to_pylist()[0] < 10
    engine.close()


def test_a_transaction_that_fails_takes_no_function_with_it() -> None:
    engine = EmbeddedEngine()
    with pytest.raises(ZeroDivisionError), engine.transaction():
        assert engine.fetch("select clean_id('=\"7\"') as x")["x"].to_pylist() == ["7"]
        raise ZeroDivisionError
    assert engine.fetch("select clean_id('=\"7\"') as x")["x"].to_pylist() == ["7"]
    engine.close()


ENDLESS = "select sum(a.range % b.range) as x from range(1000000) a, range(1, 1000000) b"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("made", [True, False], ids=["a database is made", "a query runs"])
def test_an_interrupt_ends_what_every_thread_does(number: signal.Signals, made: bool, tmp_path: Path) -> None:
    """DuckDB tells of it as a fault, and waits for its other threads without telling them; each has one of the halves.

    A run that it ends has exit code 130.
    """
    engine = EmbeddedEngine()
    engine._database.set("set threads = 2")
    before = signal.signal(number, signal.default_int_handler)
    try:
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        with pytest.raises(KeyboardInterrupt):
            if made:
                create_database(tmp_path / "b.duckdb", f"create table t as {ENDLESS} union all {ENDLESS}")
            else:
                engine.fetch(f"{ENDLESS} union all {ENDLESS}")
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, before)
        engine.close()


def test_a_function_for_spark_has_those_it_calls_written_into_it() -> None:
    """But where that would compute an argument twice; and a word of a text is no parameter."""
    made = made_of(
        "-- What is written.\n"
        "create temporary function bare(x string) returns string\n  return trim(x);\n"
        "create temporary function longer(x string, y int) returns int\n  return length(x) + y;\n"
        "create temporary function twice(x string) returns string\n  return concat(x, x);\n"
        "create temporary function all_of(x string, y int) returns int\n"
        "  return longer('x, y(', y) + longer(bare(x), longer(x, 1)) + length(twice(bare(x)));\n"
    )
    assert len(made) == 4
    assert made[-1] == (
        "create temporary function all_of(x string, y int) returns int return "
        "cast(length('x, y(') + y as int) + "
        "cast(length(((trim(x)))) + cast(cast(length(x) + 1 as int) as int) as int) + "
        "length(twice((trim(x))))"
    )
