"""Columns whose cells are written so plainly that the reader of the file can type them by itself.

That costs nothing beside the reading, where functions on text cost as much as it.  The first rows tell; where a later
cell is not so plain, the reader fails and everything is typed from text: the result is the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from privtraffic.engine.base import Source, TextScan
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.recogniser import CLOCKS, Recognition

Kind = Literal["money", "time"]

MONEY = ("paid_amount", "refund_amount", "margin", "quantity", "discount_shop", "discount_platform")
_NUMBER = re.compile(r" *[+-]?\d{1,12}(\.\d*)? *")
_FORMATS = {
    "%Y-%m-%d %H:%M:%S": re.compile(r"\d{4}-\d\d?-\d\d? \d\d?:\d\d:\d\d"),
    "%Y-%m-%d %H:%M": re.compile(r"\d{4}-\d\d?-\d\d? \d\d?:\d\d"),
    "%Y-%m-%d": re.compile(r"\d{4}-\d\d?-\d\d?"),
    "%Y/%m/%d %H:%M:%S": re.compile(r"\d{4}/\d\d?/\d\d? \d\d?:\d\d:\d\d"),
    "%Y/%m/%d %H:%M": re.compile(r"\d{4}/\d\d?/\d\d? \d\d?:\d\d"),
    "%Y/%m/%d": re.compile(r"\d{4}/\d\d?/\d\d?"),
}


@dataclass(frozen=True)
class Plain:
    """The positions of such columns, and how their times are written."""

    cells: Mapping[int, Kind] = field(default_factory=dict)
    time_format: str = ""

    def __contains__(self, position: int) -> bool:
        return position in self.cells

    def scan(self, source: Source) -> Source:
        """The source, its plain cells typed; only texts have such."""
        typed = isinstance(source, TextScan) and self.cells
        return replace(source, typed=self.cells, time_format=self.time_format) if typed else source


NONE = Plain()


def plain_cells(part: Part) -> Plain:
    """The plain columns of an order file; times that are moved to another zone are none."""
    found = part.found
    if not isinstance(part.raw.scan, TextScan) or found.profile.row_pattern:
        return NONE
    parted = part.raw.lines is not None and part.raw.lines.parted
    rows = part.source.preview[found.header_row :]
    cells: dict[int, Kind] = {}
    time_format = ""
    for position, kind in _candidates(found).items():
        written = [cell for row in rows if len(row) > position and (cell := row[position])]
        if position in found.commas or (kind == "time" and (found.lettered or found.further.clock is not None)):
            continue
        if kind == "money" and not (found.fine or parted) and written and all(map(_NUMBER.fullmatch, written)):
            cells[position] = kind
        if kind == "time" and not found.zone and (form := _format(written)) and form == (time_format or form):
            cells[position], time_format = kind, form
    return Plain(cells, time_format)


def _candidates(found: Recognition) -> dict[int, Kind]:
    """Columns that are money, or a clock, and nothing else."""
    uses: dict[int, set[str]] = {position: {"word"} for position in found.words if position is not None}
    for name, positions in found.columns.items():
        kind = "money" if name in MONEY else "time" if name in CLOCKS else "text"
        for position in positions:
            uses.setdefault(position, set()).add(kind)
    # A price has more places than two, and what it is multiplied with may have.
    if "unit_price" in found.columns and ("paid_amount" not in found.columns or found.order_level):
        for position in found.columns.get("quantity", ()):
            uses[position].add("factor")
    for position in _read_otherwise(found):
        uses.setdefault(position, set()).add("further")
    kinds: tuple[Kind, ...] = ("money", "time")
    return {position: kind for kind in kinds for position, used in sorted(uses.items()) if used == {kind}}


def _read_otherwise(found: Recognition) -> list[int]:
    """Columns of which more is read than their field, or in another way."""
    further, columns = found.further, found.columns
    special = [at for at, _ in (*further.verdicts, *found.scales, *found.returns)]
    special += [at for name in ("discount", "returned_quantity") for at in columns.get(name, ())]
    if further.refund:
        special += columns.get("refund_amount", ())
    if "returned_quantity" in columns:
        special += columns.get("quantity", ())
    if further.clock is not None:
        special += [further.clock, *(at for name in CLOCKS for at in columns.get(name, ()))]
    return special


def _format(written: Sequence[str]) -> str:
    """The format that all times have."""
    return next((form for form, shape in _FORMATS.items() if written and all(map(shape.fullmatch, written))), "")
