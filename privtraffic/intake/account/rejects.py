"""Every row that was dropped: where it stands, why, and what it said."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

COLUMNS = ("order_id", "member_id", "ordered_at", "paid_amount", "refund_amount", "status")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def write_rejects(data: Dataset, path: Path) -> int:
    """Write every dropped row of the order files as CSV, by file and row; gives back how many there are.

    A time or an amount that could not be read stands as the file writes it; a cell that a spreadsheet would run as a
    formula gets an apostrophe.  Keys are hidden where the dataset hides them.

    Raises
    ------
    OSError
        Where the path cannot be written.
    """
    parts = {part.number: part for part in data.parts}
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "sheet", "row", "reason", *COLUMNS))
        for batch in data.engine.batches(queries("privtraffic.intake.clean.cleaning")["rejects"]):
            for row in batch.to_pylist():
                part = parts[row["file_no"]]
                where = (_cell(part.file), _cell(part.sheet), part.row_number(row["row_no"]), row["reason"])
                writer.writerow((*where, *(_cell(row[name]) for name in COLUMNS)))
            written += batch.num_rows
    return written


def _cell(text: str | None) -> str:
    if text and _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text or ""
