"""A tidy export with a column beside the layout that undoes sales: they do not count, and a note says so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.intake.load import load
from privtraffic.settings import Settings

ROWS = tuple((f"A{n}", f"m{n % 7}", f"2026-01-{n:02d} 10:00:00", f"{n}.00", n in (5, 10)) for n in range(1, 21))
"""Twenty orders of 210.00; the fifth and the tenth, 15.00, were undone."""


def export(folder: Path, column: str, undone: str, stands: str, *, status: str = "") -> Path:
    head = ["order_id", "member_id", "ordered_at", "paid_amount", column, *(["status"] if status else [])]
    lines = [[*row[:4], undone if row[4] else stands, *([status] if status else [])] for row in ROWS]
    path = folder / "orders.csv"
    path.write_text("\n".join(",".join(line) for line in [head, *lines]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("status", ["", "completed"])
@pytest.mark.parametrize(
    ("column", "undone", "stands", "reason"),
    [
        ("cancelled_at", "2026-02-01 09:00:00", "", "cancelled"),
        ("is_cancelled", "1", "0", "cancelled"),
        ("refunded_at", "2026-02-01", "", "refunded"),
        ("order_state", "cancelled", "shipped", "cancelled"),
    ],
)
def test_what_was_undone_does_not_count_and_is_told(
    tmp_path: Path, column: str, undone: str, stands: str, reason: str, status: str
) -> None:
    with load(export(tmp_path, column, undone, stands, status=status)) as data:
        quality = data.quality
        assert quality.files[0].profile == "canonical"
        assert (quality.money_kept, quality.rows_dropped) == (Decimal("195.00"), {reason: 2})
        told = [values["column"] for key, values in quality.notes if key == "note.undone_status"]
    assert told == [column]


def test_a_column_that_undoes_nothing_is_left_alone_and_a_user_has_the_last_word(tmp_path: Path) -> None:
    with load(export(tmp_path, "note", "return visit", "call")) as data:
        assert (data.quality.money_kept, data.quality.rows_dropped) == (Decimal("210.00"), {})
    path = export(tmp_path, "is_cancelled", "1", "0")
    with load(path, settings=Settings(mapping=(("status", "-"),))) as data:
        assert data.quality.money_kept == Decimal("210.00")
