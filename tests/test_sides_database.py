# ruff: noqa: E501, C408
"""The tables beside the orders in the database: they accumulate, are corrected, are taken back; a person can be forgotten."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from privtraffic.database import batches, forget, ingest, open_database, record_list, undo
from privtraffic.dataset import Dataset
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.schema import SIDES
from privtraffic.settings import Settings

HEADS = {
    "orders": "order_id,member_id,ordered_at,paid_amount,status",
    "members": "member_id,joined_at,channel,referrer_id,手机号,email",
    **{name: ",".join(side.columns).replace("happened_at", "at") for name, side in SIDES.items()},
}


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    folder.mkdir(exist_ok=True)
    heads = HEADS[name].split(",")
    lines = [",".join(str(row.get(head, "")) for head in heads) for row in rows]
    (folder / f"{name}.csv").write_text("\n".join((HEADS[name], *lines)) + "\n", "utf-8")


def months(root: Path, without: str = "", count: int = 3) -> list[Path]:
    """Monthly folders with a file of every role; each month tells the end of the one before again.

    `without` is a member who had never been.
    """
    draw = random.Random(3)  # noqa: S311
    before: dict[str, list[dict[str, object]]] = {name: [] for name in HEADS}
    folders = []
    for month in range(count):
        now: dict[str, list[dict[str, object]]] = {name: [] for name in HEADS}
        start = date(2025, month + 1, 1)
        for n in range(20):
            member, day = f"MEMBER{draw.randrange(9):03}", start + timedelta(draw.randrange(27))
            other = f"MEMBER{draw.randrange(9):03}"
            order = f"O{month:02}{n:03}"
            now["orders"].append(
                dict(order_id=order, member_id=member, ordered_at=f"{day} 10:00:00", paid_amount=n + 10)
            )
            now["points"].append(dict(member_id=member, at=day, change=n + 1, kind="earn", order_id=order))
            now["commissions"].append(dict(order_id=order, staff_id="G1", role="seller", level=1, amount="1.50"))
            if n % 4 == 0:
                used = {"used_at": day, "order_id": order} if n % 8 else {}
                now["coupons"].append(dict(coupon="C", code=f"c{month}{n}", member_id=member, granted_at=day, **used))
                now["friends"].append(dict(friend_id=f"wm{member}", member_id=member, guide="G1", added_at=day))
                now["handovers"].append(dict(member_id=member, from_staff="G1", to_staff="G2", handed_at=day))
            if n % 9 == 0 and other != member:
                now["referrals"].append(dict(referrer_id=member, member_id=other, at=day, reward=n))
        for n in range(9):
            row = dict(
                member_id=f"MEMBER{n:03}", joined_at="2024-12-01", channel="mall", email=f"nobody{n}@example.com"
            )
            now["members"].append(row | {"手机号": f"1390000000{n}", "referrer_id": "MEMBER004" if n == 5 else ""})
        now["traffic"] = [
            dict(date=start + timedelta(n), store="S1", step="passed", count=100 + n + month) for n in range(28)
        ]
        now["campaigns"] = [dict(campaign=f"K{month}", starts=start, ends=start + timedelta(3), cost=month + 1)]
        now["units"] = [dict(unit_id="H", unit="House"), dict(unit_id="B", unit=f"Branch {month}", parent_id="H")]
        # A file that is byte for byte what an earlier one was is known to a database, and read once.
        joined = dict(staff_id=f"G{month + 2}", staff=f"Guide {month}", unit_id="B", started_at=start)
        now["staff"] = [dict(staff_id="G1", staff="Li", unit_id="B", started_at="2024-01-01"), joined]
        folder = root / f"m{month:02}"
        for name, rows in now.items():
            again = (
                [row | {"status": "refunded"} for row in before[name][-3:]] if name == "coupons" else before[name][-3:]
            )
            told = [*again, *rows] if name not in ("units", "staff", "members", "points") else rows
            persons = {"member_id", "referrer_id"} if name != "members" else {"member_id"}
            kept = [row for row in told if not without or without not in {str(row.get(key)) for key in persons}]
            if name == "commissions" and without:
                theirs = {row["order_id"] for row in [*now["orders"], *before["orders"]] if row["member_id"] == without}
                kept = [row for row in kept if row["order_id"] not in theirs]
            kept = [{**row, "referrer_id": ""} if row.get("referrer_id") == without else row for row in kept]
            write(folder, name, kept)
        before = now
        folders.append(folder)
    return folders


def tables(data: Dataset) -> dict[str, Any]:
    """Every table of a dataset, its rows in one order, and the account without the names of files."""
    found: dict[str, Any] = {}
    for name, table in {"orders": data.orders, "joined": data.joined, **data.side}.items():
        assert table is not None
        rows = data.engine.fetch(f"select * from {table.name}").to_pylist()
        found[name] = sorted((tuple(str(row[key]) for key in sorted(row)) for row in rows), key=str)
    found["account"] = {k: v for k, v in data.quality.as_dict().items() if k not in ("files", "skipped")}
    return found


def held(path: Path, **asked: Any) -> dict[str, Any]:
    with open_database(path, sides=SIDES, need_member=False, settings=Settings(**asked)) as data:
        return tables(data)


def test_twelve_monthly_ingests_equal_one_for_every_table(tmp_path: Path) -> None:
    folders = months(tmp_path, count=12)
    for folder in folders:
        eleven = held(tmp_path / "twelve.duckdb") if folder is folders[-1] else {}
        ingest(tmp_path / "twelve.duckdb", [folder])
    ingest(tmp_path / "one.duckdb", folders)
    twelve = held(tmp_path / "twelve.duckdb")
    assert {*SIDES} < {*twelve}
    assert twelve == held(tmp_path / "one.duckdb")
    with load(folders, sides=SIDES, need_member=False) as data:
        assert tables(data) == twelve
    # What a later export says of a coupon or a unit counts.
    assert sum("refunded" in row for row in twelve["coupons"]) == 33
    assert [row for row in twelve["units"] if "Branch 11" in row]
    # Settled anew.
    assert held(tmp_path / "twelve.duckdb", keep_zero=True)["traffic"] == twelve["traffic"]
    undo(tmp_path / "twelve.duckdb", 12)
    assert held(tmp_path / "twelve.duckdb") == eleven
    assert len(batches(tmp_path / "twelve.duckdb")) == 12


@pytest.mark.parametrize("asked", [{}, {"identity": "auto"}])
def test_a_member_who_is_forgotten_had_never_been_to_the_shop(tmp_path: Path, asked: dict[str, str]) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "never").mkdir()
    path, never = tmp_path / "brand.duckdb", tmp_path / "never.duckdb"
    ingest(path, months(tmp_path / "all"), settings=Settings(**asked))
    ingest(never, months(tmp_path / "never", without="MEMBER004"), settings=Settings(**asked))
    listed = pa.table({"member_id": ["MEMBER004", "MEMBER001"], "arm": ["contact", "control"]})
    record_list(path, {"seed": 1}, listed)
    for secret in (b"MEMBER004", b"13900000004" if asked else b"MEMBER004"):
        assert secret in path.read_bytes()
    gone = forget(path, ["13900000004" if asked else "MEMBER004"])
    assert gone.rows > 20
    assert gone.listed == 1
    for secret in (b"MEMBER004", b"13900000004", b"nobody4@example.com"):
        assert secret not in path.read_bytes()
    assert held(path) == held(never)
    with pytest.raises(PrivtrafficError) as raised:
        forget(path, ["MEMBER004"])
    assert raised.value.key == "forget_unknown"


def test_nobody_is_forgotten_by_mistake(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    path = tmp_path / "brand.duckdb"
    ingest(path, months(tmp_path / "all")[:2])
    before = held(path)
    with pytest.raises(PrivtrafficError):
        forget(path, ["MEMBER04"])
    assert held(path) == before


def test_a_masked_member_is_forgotten_by_the_key_in_the_clear(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    path = tmp_path / "brand.duckdb"
    ingest(path, months(tmp_path / "all")[:2], settings=Settings(mask="secret"))
    with open_database(path, settings=Settings()) as data:
        before = data.quality.orders
    assert forget(path, ["MEMBER004"], mask="secret").rows > 0
    with open_database(path, settings=Settings()) as data:
        assert data.quality.orders < before
