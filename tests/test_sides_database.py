"""The tables beside the orders in the database: added up, corrected and taken back; a person can be forgotten."""

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
    "orders": "order_id,member_id,ordered_at,paid_amount,status,guide",
    "members": "member_id,joined_at,channel,referrer_id,手机号,email",
    **{name: ",".join(side.columns).replace("happened_at", "at") for name, side in SIDES.items()},
}


Row = dict[str, object]
Rows = list[Row]


def write(folder: Path, name: str, rows: Rows) -> None:
    folder.mkdir(exist_ok=True)
    heads = HEADS[name].split(",")
    lines = [",".join(str(row.get(head, "")) for head in heads) for row in rows]
    (folder / f"{name}.csv").write_text("\n".join((HEADS[name], *lines)) + "\n", "utf-8")


ALWAYS_WHOLE = ("units", "staff", "members", "points")
"""Files that tell everything anew, or whose rows are events; the others tell the end of the month before again."""


def months(root: Path, without: str = "", count: int = 3) -> list[Path]:
    """Monthly folders with a file of every role; each month tells the end of the one before again.

    A commission of the month before is now another guide's.  `without` is a member who had never been.
    """
    root.mkdir(exist_ok=True)
    draw = random.Random(3)  # noqa: S311
    before: dict[str, Rows] = {name: [] for name in HEADS}
    folders = []
    for month in range(count):
        now = _month(draw, month)
        for name, rows in now.items():
            told = [*(_again(name, row) for row in before[name][-3:]), *rows] if name not in ALWAYS_WHOLE else rows
            write(root / f"m{month:02}", name, _never_there(name, told, without, now, before))
        before = now
        folders.append(root / f"m{month:02}")
    return folders


def _month(draw: random.Random, month: int) -> dict[str, Rows]:
    """What a month's files tell of the month itself."""
    now: dict[str, Rows] = {name: [] for name in HEADS}
    start = date(2025, month + 1, 1)
    for n in range(20):
        member, other = (f"MEMBER{draw.randrange(9):03}" for _ in range(2))
        day, order = start + timedelta(draw.randrange(27)), f"O{month:02}{n:03}"
        at = f"{day} 10:00:00"
        sale: Row = {"order_id": order, "member_id": member, "ordered_at": at, "paid_amount": n + 10}
        now["orders"].append(sale | {"guide": "MEMBER004" if n == 3 else "G1"})
        now["points"].append({"member_id": member, "at": day, "change": n + 1, "kind": "earn", "order_id": order})
        part: Row = {"order_id": order, "staff_id": "MEMBER004" if n == 7 else "G1", "role": "seller"}
        now["commissions"].append(part | {"level": 1, "amount": "1.50"})
        if n % 4 == 0:
            grant: Row = {"coupon": "C", "code": f"c{month}{n}", "member_id": member, "granted_at": day}
            now["coupons"].append(grant | ({"used_at": day, "order_id": order} if n % 8 else {}))
            friend: Row = {"friend_id": f"wm{member}", "member_id": member, "guide": "G1", "added_at": day}
            now["friends"].append(friend)
            now["handovers"].append({"member_id": member, "from_staff": "G1", "to_staff": "G2", "handed_at": day})
        if n % 9 == 0 and other != member:
            now["referrals"].append({"referrer_id": member, "member_id": other, "at": day, "reward": n})
    now["members"] = [
        {"member_id": f"MEMBER{n:03}", "joined_at": "2024-12-01", "channel": "mall", "手机号": f"1390000000{n}"}
        | {"email": f"nobody{n}@example.com", "referrer_id": "MEMBER004" if n == 5 else ""}
        for n in range(9)
    ]
    now["traffic"] = [
        {"date": start + timedelta(n), "store": "S1", "step": "passed", "count": 100 + n + month} for n in range(28)
    ]
    now["campaigns"] = [{"campaign": f"K{month}", "starts": start, "ends": start + timedelta(3), "cost": month + 1}]
    now["units"] = [{"unit_id": "H", "unit": "House"}, {"unit_id": "B", "unit": f"Branch {month}", "parent_id": "H"}]
    # A file that is byte for byte what an earlier one was is known to a database, and read once.
    joined: Row = {"staff_id": f"G{month + 2}", "staff": f"Guide {month}", "unit_id": "B", "started_at": start}
    now["staff"] = [{"staff_id": "G1", "staff": "Li", "unit_id": "B", "started_at": "2024-01-01"}, joined]
    return now


def _again(name: str, row: Row) -> Row:
    """What the next month says of a row."""
    changed: dict[str, Row] = {"coupons": {"status": "refunded"}, "commissions": {"staff_id": "G9"}}
    return row | changed.get(name, {})


def _never_there(name: str, told: Rows, without: str, now: dict[str, Rows], before: dict[str, Rows]) -> Rows:
    """The rows without those of a member; whom they brought or sold to, nobody did."""
    if not without:
        return told
    persons = ("member_id",) if name == "members" else ("member_id", "referrer_id")
    theirs = {row["order_id"] for row in (*now["orders"], *before["orders"]) if row["member_id"] == without}
    kept = [row for row in told if without not in [str(row.get(key)) for key in persons]]
    if name == "commissions":
        kept = [row for row in kept if row["order_id"] not in theirs and row["staff_id"] != without]
    return [{key: "" if value == without else value for key, value in row.items()} for row in kept]


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


def test_monthly_ingests_equal_one_for_every_table(tmp_path: Path) -> None:
    folders, monthly, once = months(tmp_path, count=4), tmp_path / "monthly.duckdb", tmp_path / "one.duckdb"
    for folder in folders:
        ingest(monthly, [folder])
    ingest(once, folders)
    found = held(monthly)
    assert {*SIDES} < {*found}
    assert found == held(once)
    with load(folders, sides=SIDES) as data:
        assert tables(data) == found
    # What a later export says of a coupon or a unit counts, and whose the commission of an order is.
    assert sum("refunded" in row for row in found["coupons"]) == 9
    assert [row for row in found["units"] if "Branch 3" in row]
    assert (len(found["commissions"]), sum("G9" in row for row in found["commissions"])) == (80, 9)
    # Settled anew.
    assert held(monthly, keep_zero=True)["traffic"] == found["traffic"]


def test_whatever_the_order_the_later_ingest_counts_and_each_is_taken_back(tmp_path: Path) -> None:
    made, path = months(tmp_path), tmp_path / "brand.duckdb"
    folders, states = [made[at] for at in (2, 0, 1)], []
    for folder in folders:
        ingest(path, [folder])
        states.append(held(path))
    with load(folders, sides=SIDES) as data:
        assert tables(data) == states[-1]
    for number in (3, 2):
        undo(path, number)
        assert held(path) == states[number - 2]
    assert len(batches(path)) == 3


def keys(path: Path) -> set[str]:
    with open_database(path) as data:
        rows = data.engine.fetch("select distinct member_id from orders where member_id is not null").to_pylist()
        return {row["member_id"] for row in rows}


@pytest.mark.parametrize(
    "asked", [{}, {"identity": "auto"}, {"mask": "secret"}, {"identity": "auto", "mask": "secret"}]
)
def test_a_member_who_is_forgotten_had_never_been_to_the_shop(tmp_path: Path, asked: dict[str, str]) -> None:
    """Their rows are gone from every table, and where they had a part in what others did, nobody had it."""
    path, never = tmp_path / "brand.duckdb", tmp_path / "never.duckdb"
    ingest(path, months(tmp_path / "all", count=2), settings=Settings(**asked))
    ingest(never, months(tmp_path / "never", without="MEMBER004", count=2), settings=Settings(**asked))
    (key,) = keys(path) - keys(never)
    listed = pa.table({"member_id": [key, min(keys(never))], "arm": ["contact", "control"]})
    record_list(path, {"seed": 1}, listed)
    assert key.encode() in path.read_bytes()
    assert b"MEMBER004" in path.read_bytes()
    gone = forget(path, ["13900000004" if "identity" in asked else "MEMBER004"], mask=asked.get("mask"))
    assert gone.rows > 10
    assert gone.listed == 1
    for secret in (key.encode(), b"MEMBER004", b"13900000004", b"nobody4@example.com"):
        assert secret not in path.read_bytes()
    assert held(path) == held(never)
    with pytest.raises(PrivtrafficError) as raised:
        forget(path, ["MEMBER004"], mask=asked.get("mask"))
    assert raised.value.key == "forget_unknown"


def test_nobody_is_forgotten_by_mistake(tmp_path: Path) -> None:
    path = tmp_path / "brand.duckdb"
    ingest(path, months(tmp_path / "all", count=2))
    before = held(path)
    with pytest.raises(PrivtrafficError):
        forget(path, ["MEMBER04"])
    assert held(path) == before


def test_the_phone_of_a_promoter_is_hidden_where_keys_are(tmp_path: Path) -> None:
    """Staff are numbered, and some by their phones: these are hidden as the keys of members are."""
    write(tmp_path / "in", "orders", [{"order_id": "A1", "member_id": "13900000008", "ordered_at": "2025-01-02",
                                       "paid_amount": 5}])  # fmt: skip
    paid: Row = {"order_id": "A1", "role": "promoter", "amount": 1}
    write(tmp_path / "in", "commissions", [{"staff_id": "139 0000 0008", **paid}, {"staff_id": "G1", **paid}])
    path = tmp_path / "brand.duckdb"
    ingest(path, [tmp_path / "in"], settings=Settings(mask="secret"))
    assert b"13900000008" not in path.read_bytes().replace(b" ", b"")
    with open_database(path, sides=SIDES) as data:
        found = data.engine.fetch(f"select staff_id from {data.side['commissions'].name}").to_pylist()
        assert {row["staff_id"] for row in found} == {"G1", *keys(path)}
