"""Messages of the intake that no other test makes appear, each from the smallest input that calls for it."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.rows import type_rows
from privtraffic.intake.load import load
from privtraffic.intake.read import database_table, stdin
from privtraffic.intake.read.held import query
from privtraffic.intake.understand.profile import profile
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.columns_third import third
from tests.test_intake_messages import PRICED, table, written
from tests.test_one_order_in_two_files import ROWS, shopify

THIRD = {file.name: file.text() for file in third()}
OWN = 'role = "orders"\ntitle = "Ours"\nrequire = [["Order No"]]\n'


def profiles(folder: Path, name: str = "", text: str = OWN) -> None:
    """Orders read with a folder of own profiles."""
    place = folder / "profiles"
    place.mkdir()
    if name:
        (place / name).write_text(text, "utf-8")
    load(written(folder, table()), settings=Settings(profiles=place))


def busy(folder: Path) -> None:
    """A SQLite file that somebody else is writing."""
    path = folder / "shop.db"
    with sqlite3.connect(path) as other:
        other.execute("create table orders (order_id, customer_id, order_date, amount)")
        other.commit()
        other.execute("pragma locking_mode = exclusive")
        other.execute("begin exclusive")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database_table, "_SECONDS_WAITED", 0.1)
            load(path)


def from_terminal(_folder: Path) -> None:
    """`-` where a person sits there."""
    master, slave = os.openpty()
    before = sys.stdin
    try:
        sys.stdin = os.fdopen(slave, "r")
        load("-")
    finally:
        sys.stdin.close()
        sys.stdin = before
        os.close(master)


def without_end(_folder: Path) -> None:
    """`yes | privtraffic check -`, and 2 MB are the most."""
    with pytest.MonkeyPatch.context() as patch, Path("/dev/zero").open("rb") as zeros:
        patch.setattr(stdin, "MOST_BYTES", 2 << 20)
        patch.setattr(sys, "stdin", io.TextIOWrapper(zeros))
        load("-")


def too_few_rows(_folder: Path) -> None:
    """An engine that finds one row where the file has two."""
    engine = EmbeddedEngine()
    part: Any = SimpleNamespace(raw=SimpleNamespace(rows=2), file="orders.csv", row_number=lambda row: row + 2)
    try:
        type_rows(engine, part, "typed", "select 1 as row_no")
    finally:
        engine.close()


def no_number(_folder: Path) -> None:
    engine = EmbeddedEngine()
    try:
        engine.fetch("select cast('x' as integer) as n")
    finally:
        engine.close()


def large_page(folder: Path) -> None:
    path = folder / "orders.xls"
    path.write_bytes(b"<html><table>")
    os.truncate(path, (1 << 27) + 1)
    load(path)


def units_of_unknown_meaning(folder: Path) -> None:
    load(written(folder, table(*PRICED, ("Spare qty", "0,5,0,2,0,0")).replace("Order Total", "Memo")))


ERRORS: dict[str, tuple[Callable[[Path], object], str]] = {
    "ask_if_returned": (units_of_unknown_meaning, "Spare qty"),
    "bad_query": (lambda folder: query("select nothing", sqlite3.connect(folder / "a.db")), "nothing"),
    "lake_needs_spark": (lambda _: load(cast("Path", "s3://bucket/orders")), "s3://bucket/orders"),
    "lines_lost": (too_few_rows, "orders.csv"),
    "markup_too_large": (large_page, "orders.xls"),
    "no_connection": (lambda _: query("select 1", object()), "object"),
    "profile_missing": (lambda _: profile("nowhere"), "nowhere"),
    "profile_name": (lambda folder: profiles(folder, "Our shop.toml"), "Our shop.toml"),
    "profile_syntax": (lambda folder: profiles(folder, "ours.toml", "role = orders"), "ours.toml"),
    "profile_wrong": (lambda folder: profiles(folder, "ours.toml", OWN + "colour = 1\n"), "colour"),
    "profiles_none": (profiles, "profiles"),
    "sqlite_busy": (busy, "shop.db"),
    "stdin_endless": (without_end, "2 MB"),
    "stdin_terminal": (from_terminal, "-"),
    "unreadable_rows": (no_number, "INT32"),
}
"""Key -> what calls for it, and what its line names."""


@pytest.mark.parametrize("key", ERRORS)
def test_an_error_is_said(tmp_path: Path, key: str) -> None:
    call, named = ERRORS[key]
    with pytest.raises(PrivtrafficError) as error:
        call(tmp_path)
    assert error.value.key == key
    for lang in ("en", "zh"):
        said = error.value.text(lang)
        assert named in said
        assert "\n" not in said and "{" not in said


REPEATED = "Order No;Customer ID;Order Date;Item;Amount;Refund\n" + "".join(
    f"A{order};c{order};2026-07-0{order};item {line};{10 * order + line}.00;{back}.00\n"
    for order, back in ((1, 5), (2, 7), (3, 9), (4, 0))
    for line in (1, 2)
)
"""The refund of each order stands on both of its lines: 5, 7 and 9."""
TAXED = table(*PRICED, ("VAT", "10,20,5,8,7,4")).replace("Order Total", "Memo").replace("Unit price", "Net unit price")
NOTES: dict[str, tuple[dict[str, str], str]] = {
    "note.refund_repeats": ({"orders.csv": REPEATED}, "Refund"),
    "note.word_as_key": ({"orders.csv": THIRD["nobody-en"]}, "Anonymous shopper"),
    "note.tax_beside": ({"orders.csv": TAXED}, "VAT"),
    "note.cancelling_document": (
        {
            "orders.csv": table(
                ("Document type", "Sale,Sale,Sale,Cancellation,Sale,Sale"),
                member="c1,c2,c1,c2,c2,c4",
                total="100.00,200.00,50.00,200.00,70.00,40.00",
            )
        },
        "Cancellation",
    ),
    "note.traffic_not_yet": (
        {
            "orders.csv": table(),
            "traffic.csv": "date,store,step,count\n2026-07-02,S1,asked,4\n2026-07-03,S1,asked,0\n",
        },
        "2026-07-03",
    ),
    "note.side_unknown": (
        {
            "orders.csv": table(),
            "points.csv": "member_id,at,change,kind\nc1,2026-07-01,10,earn\nz9,2026-07-02,5,earn\n",
        },
        "1",
    ),
    "note.wide_spend": (
        {"orders.csv": table(), "spend.csv": "month,wechat,douyin\n2026-06,100,200\n2026-07,120,180\n"},
        "wechat, douyin",
    ),
}
"""Key -> the files that call for it, and what its line names."""


@pytest.mark.parametrize("key", NOTES)
def test_a_note_is_said(tmp_path: Path, key: str) -> None:
    files, named = NOTES[key]
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    with load(tmp_path, sides=("traffic", "points")) as data:
        notes = dict(data.quality.notes)
        assert key in notes
        for lang in ("en", "zh"):
            said = Words(lang)(key, **notes[key])
            assert named in said
            assert "\n" not in said and "{" not in said


def test_an_order_cut_by_a_row_limit_is_said(tmp_path: Path) -> None:
    """The two lines of 2001 stand in two files, each with the state and the time of the order."""
    second = (*ROWS[0][:7], *ROWS[1][7:])
    parts = [shopify(tmp_path / "a.csv", ROWS[:1]), shopify(tmp_path / "b.csv", [second, *ROWS[2:]])]
    with load(parts) as data:
        assert dict(data.quality.notes)["note.cut_orders"] == {"orders": 1}


def test_a_count_below_zero_is_no_count(tmp_path: Path) -> None:
    """Of 5, -4 and 6 the second is left out and told, not summed: 11."""
    (tmp_path / "orders.csv").write_text(table(), "utf-8")
    rows = "".join(f"2026-07-0{day},S1,asked,{count}\n" for day, count in ((1, 5), (2, -4), (3, 6)))
    (tmp_path / "traffic.csv").write_text("date,store,step,count\n" + rows, "utf-8")
    with load(tmp_path, sides=("traffic",)) as data:
        account = next(account for account in data.quality.sides if account.role == "traffic")
        assert dict(account.rows_dropped) == {"bad_amount": 1}
        assert data.engine.fetch("select sum(count) as n from side_traffic")["n"].to_pylist() == [11]


@pytest.mark.parametrize(("shared", "told"), [(0, True), (1, False)])
def test_systems_whose_members_never_meet_are_told(tmp_path: Path, shared: int, told: bool) -> None:
    """Thirty members in each of two systems, none or one of them in both."""
    own = "".join(f"A{n};{n + 1};2026-07-01;5.00\n" for n in range(30))
    (tmp_path / "pos.csv").write_text("Order No;Customer ID;Order Date;Order Total\n" + own, "utf-8")
    rows = "".join(f"B{n},{n + 1 if n < shared else f'w{n}'},2026-07-01 10:00:00,5.00,paid\n" for n in range(30))
    head = "order_id,member_id,ordered_at,paid_amount,status\n"
    (tmp_path / "mall.csv").write_text(head + rows, "utf-8")
    with load(tmp_path) as data:
        assert ("note.members_apart" in dict(data.quality.notes)) is told
    with load(tmp_path, settings=Settings(identity="auto")) as data:
        assert "note.members_apart" not in dict(data.quality.notes)
