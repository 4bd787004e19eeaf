"""Rows that are dropped can be looked up in their file, and --strict refuses those that a faulty file causes."""

import csv
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.account.rejects import write_rejects
from privtraffic.intake.load import load
from privtraffic.settings import Settings

HEADER = "order_id,member_id,ordered_at,paid_amount,refund_amount,status"
ROWS = [
    "1,m1,2026-01-01 10:00:00,10.00,,paid",
    "",
    "2,,2026-01-02 10:00:00,20.00,,paid",
    '3,m1,"not\n\na day",30.00,,paid',
    "4,m2,2026-01-03 10:00:00,=1+1,,paid",
    "5,m2,2026-01-04 10:00:00,50.00,50.00,paid",
    "6,-m3,2026-01-05 10:00:00,60.00,,cancelled",
    "7,m4,2026-01-06 10:00:00,-7.00,,paid",
    "8,m1,2026-01-07 10:00:00,80.00,,paid,more",
]
EXPECTED = {
    4: ("no_member", "2", "", "2026-01-02 10:00:00", "20.00", ""),
    5: ("bad_date", "3", "m1", "not\n\na day", "30.00", ""),
    8: ("bad_amount", "4", "m2", "2026-01-03 10:00:00", "'=1+1", ""),
    9: ("refunded", "5", "m2", "2026-01-04 10:00:00", "50.00", "50.00"),
    10: ("cancelled", "6", "'-m3", "2026-01-05 10:00:00", "60.00", ""),
    11: ("refund_without_purchase", "7", "m4", "2026-01-06 10:00:00", "-7.00", ""),
    12: ("ragged", "8", "m1", "2026-01-07 10:00:00", "80.00", ""),
}


def write(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def test_every_dropped_row_with_its_place_and_reason(tmp_path: Path) -> None:
    second = write(tmp_path / "more.csv", ["9,m1,2026-02-01 10:00:00,0.00,,paid"])
    with load([write(tmp_path / "orders.csv", ROWS), second]) as data:
        count = write_rejects(data, tmp_path / "rejects.csv")
        dropped = data.quality.rows_dropped
    assert (tmp_path / "rejects.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    seen = {
        int(row["row"]): tuple(
            row[name] for name in ("reason", "order_id", "member_id", "ordered_at", "paid_amount", "refund_amount")
        )
        for row in rows
        if row["file"] == "orders.csv"
    }
    assert seen == EXPECTED
    assert [(row["file"], row["row"], row["reason"]) for row in rows][-1] == ("more.csv", "2", "zero_amount")
    assert count == len(rows) == sum(dropped.values())


def test_rejects_of_an_export_without_any(tmp_path: Path) -> None:
    with load(write(tmp_path / "orders.csv", ROWS[:1])) as data:
        assert write_rejects(data, tmp_path / "rejects.csv") == 0
    assert (tmp_path / "rejects.csv").read_text("utf-8-sig").count("\n") == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("3,m1,yesterday,30.00,,paid", "bad_date 1"),
        ("4,m2,2026-01-03 10:00:00,much,,paid", "bad_amount 1"),
        ("8,m1,2026-01-07 10:00:00,80.00,,paid,more", "ragged 1"),
    ],
)
def test_strict_names_the_fault(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(PrivtrafficError) as raised:
        load(write(tmp_path / "orders.csv", [ROWS[0], row]), settings=Settings(strict=True))
    assert raised.value.key == "strict"
    assert reason in raised.value.text("en")
    assert reason in raised.value.text("zh")


def test_strict_refuses_a_status_nobody_knows(tmp_path: Path) -> None:
    header = "order_id,member_id,created_at,paid_at,paid_amount,status"
    rows = ["1,m1,2026-01-01,2026-01-01,10,paid", "2,m1,2026-01-02,,20,on the moon"]
    with pytest.raises(PrivtrafficError, match="unknown_status 1 of 2"):
        load(write(tmp_path / "orders.csv", rows, header), settings=Settings(strict=True))


def test_strict_lets_pass_what_happens_in_trade(tmp_path: Path) -> None:
    rows = [ROWS[0], ROWS[2], ROWS[5], ROWS[6]]
    with load(write(tmp_path / "orders.csv", rows), settings=Settings(strict=True)) as data:
        assert data.quality.rows_dropped == {"no_member": 1, "cancelled": 1, "refunded": 1}
