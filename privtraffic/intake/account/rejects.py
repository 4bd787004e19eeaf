"""Every row that was dropped: where it stands, why, and what it said."""

from __future__ import annotations

import csv
from pathlib import Path

from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.formulas import guarded

COLUMNS = ("order_id", "member_id", "ordered_at", "paid_amount", "refund_amount", "status")


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
                where = (guarded(part.file), guarded(part.sheet), part.row_number(row["row_no"]), row["reason"])
                writer.writerow((*where, *(guarded(row[name]) for name in COLUMNS)))
            written += batch.num_rows
    return written
