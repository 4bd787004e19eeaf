"""The same data give the same bytes on one thread and on two: nothing sums doubles where threads decide the order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from privtraffic.analyses import affinity, catalog, churn, clv, cohort, fit, members, rfm, split, uplift
from privtraffic.analyses.contact_list import ListParams
from privtraffic.engine import embedded
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.intake.load import load
from privtraffic.report.data import dump_json
from privtraffic.report.words import Words
from privtraffic.report.write import write
from tests.side_files import beside

EN = Words("en")
COLUMNS = ("brand", "category", "store", "channel", "guide", "coupon", "quantity")
ROOMS: Mapping[str, Any] = {
    "rfm": rfm,
    "members": members,
    "affinity": affinity,
    "cohort": cohort,
    "churn": churn,
    "clv": clv,
    "fit": fit,
    "split": split,
}
LISTED = {"rfm": {"compare_to": date(2026, 6, 30)}}
"""What must be asked for a list to be drawn."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from privtraffic.demo import write_demo

    folder = tmp_path_factory.mktemp("strict")
    write_demo(folder / "shop", members=1_500, seed=3, plants=None)
    return folder / "shop"


def said(path: Path, threads: int, names: tuple[str, ...], folder: Path) -> dict[str, tuple[str, bytes]]:
    """The JSON and the workbook of several analyses of one shop."""
    with load(path, optional=COLUMNS) as data:
        assert isinstance(data.engine, EmbeddedEngine)
        data.engine._database.set(f"set threads = {threads}; pragma verify_parallelism")
        found = {}
        for name in names:
            room = ROOMS[name]
            out = io.StringIO()
            report = room.present(room.compute(data, room.Params()), EN)
            dump_json(report, out, "0", [])
            book = folder / f"{name}.xlsx"
            write(report, EN, book, "0", [])
            found[name] = out.getvalue(), book.read_bytes()
        return found


def test_one_thread_and_two_write_the_same_bytes(small: Path, tmp_path: Path) -> None:
    quick = ("rfm", "members", "affinity", "cohort")
    once = said(small, 1, tuple(ROOMS), tmp_path)
    for names in (quick, tuple(ROOMS)):
        again = said(small, 2, names, tmp_path)
        assert [name for name in names if again[name] != once[name]] == []


def test_two_threads_share_a_small_table() -> None:
    """By itself DuckDB leaves a table of one row group to one thread: without the pragma nothing would be seen."""
    con = duckdb.connect()
    con.execute("set threads = 2; pragma verify_parallelism; select setseed(0.5)")
    con.execute("create table t as select random() * 1e6 as x from range(100000)")
    (first,) = con.execute("select sum(x) from t").fetchall()
    assert any(con.execute("select sum(x) from t").fetchall() != [first] for _ in range(2_000))


def without_doubles(sql: str) -> str:
    """The same query, which fails where a double is summed or averaged."""
    out, rest = "", sql
    while match := re.search(r"\b(sum|avg)\(", rest):
        start, depth, end = match.end(), 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(rest[end], 0)
            end += 1
        out += rest[:start] + f"no_double({without_doubles(rest[start : end - 1])})"
        rest = rest[end - 1 :]
    return out + rest


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every query of every engine refuses to sum doubles."""
    plain, begin = embedded.bind, EmbeddedEngine.__init__

    def begun(self: EmbeddedEngine, *args: Any) -> None:
        begin(self, *args)
        self._database.set(
            "create macro no_double(x) as case when typeof(x) in ('DOUBLE', 'FLOAT')"
            " then error('a double is summed') else x end"
        )

    monkeypatch.setattr(embedded, "bind", lambda sql, *rest: plain(without_doubles(sql), *rest))
    monkeypatch.setattr(EmbeddedEngine, "__init__", begun)
    yield


def test_a_double_that_is_summed_is_seen(strict: None) -> None:
    engine = EmbeddedEngine()
    assert engine.fetch("select sum(x) filter (where x > 1) as s from (values (1), (2)) as t(x)")["s"][0].as_py() == 2
    with pytest.raises(Exception, match="a double is summed"):
        engine.fetch("select sum(coalesce(x, 0) * 1e0) as s from (values (1), (2)) as t(x)")
    engine.close()


@pytest.mark.parametrize("name", [*ROOMS, "funnel", "referral", "offers", "campaigns", "teams"])
def test_no_analysis_sums_doubles(name: str, strict: None, small: Path, tmp_path: Path) -> None:
    room = catalog.room(name)
    calendar = beside(tmp_path, ("campaigns",))["side_files"]
    with load(small, optional=COLUMNS, sides=room.sides, side_files=calendar) as data:
        result = room.compute(data, room.Params(**LISTED.get(name, {})))
        room.present(result, EN)
        if hasattr(room, "draw_contacts"):
            room.draw_contacts(data, result, ListParams(top=100), EN)


def test_a_campaign_sums_no_doubles(strict: None, small: Path, tmp_path: Path) -> None:
    with load(small, optional=COLUMNS) as data:
        people = data.engine.fetch(
            "select distinct member_id from orders where member_id is not null order by member_id"
        )
        rows = [
            f"{member},{'control' if i % 2 else 'contact'},2026-10-01,1"
            for i, member in enumerate(people["member_id"].to_pylist())
        ]
        file = tmp_path / "contacts.csv"
        file.write_text("\n".join(("member_id,group,sent_at,cost", *rows)) + "\n", "utf-8")
        uplift.compute(data, uplift.Params(contacts=file))
        uplift.compute(data, uplift.Params(contacts=file, cluster="store"))


def test_what_is_strict_is_duckdbs_own_word() -> None:
    """`typeof` names a double so; were it another word, nothing would be seen."""
    assert duckdb.sql("select typeof(1e0) as t").fetchall() == [("DOUBLE",)]
