"""Whether the further lines of an order leave blank what its first line says, and are filled from it."""

from __future__ import annotations

from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.recognition import CLOCKS, line_columns


def fills_of(part: Part) -> str:
    """Whether the further lines of an order are blank where the order speaks of itself, by the first rows.

    `down`: a line without a number belongs to the number above it.  `order`: it repeats the number, and any other line
    of that number may speak for it, wherever it stands.
    """
    columns = part.found.columns
    if "order_id" not in columns:
        return ""
    order = columns["order_id"][0]
    own = [columns[name][0] for name in ("member_id", *CLOCKS) if name in columns]
    amounts = [columns[name][0] for name in ("paid_amount", "unit_price") if name in columns]
    lines = line_columns(part.found)
    widest = max((order, *own, *amounts, *lines))
    speaking: set[str] = set()
    silent: set[str] = set()
    last = ""
    for row in part.source.preview[part.found.header_row :]:
        if len(row) <= widest:
            continue
        number = row[order].strip()
        blank = not any(row[at].strip() for at in own)
        priced = any(row[at].strip() for at in amounts)
        if not number and last and blank and priced and any(row[at].strip() for at in lines):
            return "down"
        if number and (priced or not blank):
            (silent if blank else speaking).add(number)
        last = number or last
    return "order" if silent & speaking and not part.found.order_level else ""
