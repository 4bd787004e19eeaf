"""What a database keeps for analyses is what they would compute, whatever was ingested, corrected or undone."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from privtraffic.analyses.catalog import room
from privtraffic.database import forget, ingest, kept, open_database, undo
from privtraffic.database.store import opened
from privtraffic.kept import TABLES, definition_of, is_kept
from privtraffic.report.data import dump_json
from privtraffic.report.words import Words
from privtraffic.settings import Settings

READERS = ("members", "churn", "clv")
HEAD = "order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,brand,store,channel,coupon,guide"
COLUMNS = HEAD.split(",")[7:]


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((HEAD, *rows)) + "\n", "utf-8")
    return path


def months(folder: Path, seed: int) -> Iterator[Path]:
    """Exports of months: orders of theirs, some that come late, and earlier ones paid back, cancelled, of others."""
    draw = random.Random(seed)  # noqa: S311
    sold: list[tuple[int, int, int, int]] = []
    for month in range(1, 7):
        new = [
            (
                number,
                draw.randrange(60),
                draw.randrange(1, month + 1) if draw.random() < 0.1 else month,
                draw.randrange(1, 29),
            )
            for number in draw.sample(range(10**6), 70)
        ]
        rows = []
        for number, of_member, of_month, day in (*new, *draw.sample(sold, min(len(sold), 9))):
            member = draw.randrange(60) if draw.random() < 0.1 else of_member
            status = "paid" if of_month == month or draw.random() < 0.5 else "cancelled"
            for line in range(draw.choice([1, 1, 2])):
                # A line may be of a later day than its order, and tell no brand.
                at = f"2025-{of_month:02}-{min(28, day + line * draw.randrange(3)):02} 10:{number % 60:02}:00"
                back = f"{draw.randrange(1, 900) / 100:.2f}" if draw.random() < 0.1 else "0.00"
                what = f"{draw.choice(['', 'A', 'B', 'C'])},S{draw.randrange(4)},{draw.choice(['mall', 'counter'])}"
                who, paid = f"M{member}" if member else "", f"{draw.randrange(900, 9000) / 100}"
                told = f"{draw.choice(['', 'C1'])},G{draw.randrange(3)}"
                rows.append(f"O{number},{line},{who},{at},{paid},{back},{status},{what},{told}")
        sold += new
        yield write(folder / f"{month}.csv", *rows)


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Each kept table, which must be there, as it lies there; it is held against one computed of the settled orders."""
    found = {}
    with opened(path, write=False) as store:
        assert kept.stand(store)
        for name in TABLES:
            anew = definition_of(name, COLUMNS, {"orders": "brand.orders", "lines": "brand.lines"})
            sorted_rows = "select * from ({}) as t order by member_id, day"
            lay, now = (
                store.engine.fetch(sorted_rows.format(table)) for table in (f"select * from brand.{name}", anew)
            )
            assert lay.select(now.column_names).to_pylist() == now.to_pylist()
            found[name] = [tuple(row.values()) for row in lay.to_pylist()]
    return found


def told(path: Path, name: str) -> str:
    """The JSON of an analysis of a database."""
    analysis, out = room(name), io.StringIO()
    with open_database(path, optional=COLUMNS) as data:
        dump_json(analysis.present(analysis.compute(data, analysis.Params()), Words("en")), out, "0", [])
    return out.getvalue()


def without(path: Path) -> Path:
    """The same database as if another version had settled it: what is kept in it counts for nothing."""
    shutil.copy(path, path.with_name("without.duckdb"))
    with duckdb.connect(path.with_name("without.duckdb")) as con:
        con.execute("update about set value = value || ' ' where key = 'sums'")
    return path.with_name("without.duckdb")


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_is_computed(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "brand.duckdb"
    files = [*months(tmp_path, seed)]
    touched = []
    for file in files:
        touched.append(ingest(path, [file]).touched)
        rows = rows_of(path)
        assert len(rows["member_days"]) > 50
    assert sum(touched) >= 3
    before = path.read_bytes()
    other = without(path)
    for name in READERS:
        assert told(path, name) == told(other, name)
    assert path.read_bytes() == before
    # The next month does not renew it for the members that it touches, but makes it anew.
    undo(other, 6)
    ingest(other, files[5:])
    assert rows_of(other) == rows
    undo(path, 3)
    rows_of(path)
    assert ingest(path, files[2:3]).touched
    assert "M7" in {row[0] for table in rows_of(path).values() for row in table}
    undo(path, 6)
    forget(path, ["M7"])
    assert "M7" not in {row[0] for table in rows_of(path).values() for row in table}


DAYS = (
    "O1,1,M1,2025-01-05 10:00:00,60.00,0.00,paid,A,S1,mall,,G1",
    "O1,2,M1,2025-01-08 10:00:00,40.00,10.00,paid,B,S1,mall,,G1",
    "O2,1,M1,2025-01-05 18:00:00,20.00,0.00,paid,A,S2,counter,C1,",
    "O3,1,M1,2025-02-04 10:00:00,30.00,0.00,paid,A,S1,mall,,",
)


def test_days_and_what_was_met_counted_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "brand.duckdb"
    ingest(path, [write(tmp_path / "a.csv", *DAYS)])
    with open_database(path) as data:
        days = data.engine.fetch("select * from member_days order by day").to_pylist()
        met = data.engine.fetch("select ordered_at, brand, store, channel from met_days order by 1").to_pylist()
    # On 5 January two orders, of 60 + 40 - 10 and 20 yuan: one with a coupon, one of a guide. 30 days later one of 30.
    asked = ("orders", "paid", "refund", "net", "coupon_orders", "guide_orders", "first_channel", "channel", "gap_days")
    assert [[str(row[name]) for name in asked] for row in days] == [
        ["2", "120.00", "10.00", "110.00", "1", "1", "counter", "mall", "None"],
        ["1", "30.00", "0.00", "30.00", "0", "0", "mall", "mall", "30"],
    ]
    # The second line of O1 is of the 8th: only then the second brand was met.
    assert [tuple(row.values()) for row in met] == [(date(2025, 1, 5), 1, 2, 2), (date(2025, 1, 8), 2, 2, 2)]


def test_a_month_goes_on_from_what_stands(tmp_path: Path) -> None:
    """Days before the first that a month touches are not made anew, and the later ones count on from them."""
    path = tmp_path / "brand.duckdb"
    later = (
        "O4,1,M1,2025-02-06 10:00:00,30.00,0.00,paid,C,S1,mall,,",
        "O5,1,M2,2025-02-06 10:00:00,9.00,0.00,paid,A,S2,mall,,",
    )
    ingest(path, [write(tmp_path / "a.csv", *DAYS)])
    with duckdb.connect(path) as con:
        con.execute("update member_days set orders = 7")
        con.execute("update met_days set brand = brand + 40, store = store + 40")
    assert ingest(path, [write(tmp_path / "b.csv", *later)]).touched
    with duckdb.connect(path) as con:
        days = con.execute("select member_id, day, orders, gap_days from member_days order by 1, 2").fetchall()
        met = con.execute("select member_id, day, brand, store, channel from met_days order by 1, 2").fetchall()
    january, february = (date(2025, 1, day) for day in (5, 8)), (date(2025, 2, day) for day in (4, 6))
    first, second, third, fourth = *january, *february
    # Two days after the 4th, a third brand beside the 42 that are said to be met; nothing stands of M2.
    assert days == [("M1", first, 7, None), ("M1", third, 7, 30), ("M1", fourth, 1, 2), ("M2", fourth, 1, None)]
    assert met == [
        ("M1", first, 41, 42, 2),
        ("M1", second, 42, 42, 2),
        ("M1", fourth, 43, 42, 2),
        ("M2", fourth, 1, 1, 1),
    ]

    # The order of the 4th comes back: the days from it on are made anew.
    ingest(path, [write(tmp_path / "c.csv", DAYS[3].replace("paid", "cancelled"))])
    with duckdb.connect(path) as con:
        days = con.execute("select member_id, day, orders, gap_days from member_days order by 1, 2").fetchall()
    assert days == [("M1", first, 7, None), ("M1", fourth, 1, 32), ("M2", fourth, 1, None)]


def test_only_a_question_of_the_whole_house_reads_what_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "brand.duckdb"
    ingest(path, [write(tmp_path / "a.csv", *DAYS)])
    asked = {
        "whole": Settings(),
        "later": Settings(as_of=date(2025, 3, 1)),
        "window": Settings(window_days=20),
        "earlier": Settings(as_of=date(2025, 1, 20)),
        "part": Settings(where=(("store", "S1"),)),
    }
    found = {}
    for name, settings in asked.items():
        with open_database(path, settings=settings, columns=["store"]) as data:
            found[name] = is_kept(data)
            if name == "whole":
                # Orders of its own under the same name are not those that the days are of.
                scope = data.engine.scope()
                scope.view("orders", "select * from orders where store = 'S1'")
                found["other orders"] = is_kept(replace(data, engine=scope))
    assert found == {
        "whole": True, "later": True, "window": False, "earlier": False, "part": False, "other orders": False,
    }  # fmt: skip
