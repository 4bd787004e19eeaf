"""Long ids that a spreadsheet has turned into numbers: 1.03293E+19, or 15 digits and then zeros.

Different orders and people then share one id, so such a column is never used to tell or to join them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Source
from privtraffic.intake.understand.recogniser import Recognition

IDS = ("order_id", "line_id", "member_id")
EXACT_DIGITS = 15
"""Digits that a spreadsheet keeps of a number."""
CHANCE = 1e-4
"""How unlikely it must be that an intact column looks rounded."""
_POWER = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_LONG = re.compile(r"\d{16,}")


@dataclass(frozen=True)
class DamagedIds:
    """A column of ids that was rounded: all of it, or those cells that show a power of ten."""

    field: str
    position: int
    column: str
    example: str
    whole: bool


def find_damaged(source: Source, found: Recognition, chosen: Sequence[str]) -> tuple[DamagedIds, ...]:
    """The damaged id columns of a source by its first rows, but for fields that somebody `chose` by name."""
    damaged = []
    for name in IDS:
        for position in found.columns.get(name, ()) if name not in chosen else ():
            rows = (row for row in source.preview[found.header_row :] if len(row) > position)
            cells = [cell for row in rows if (cell := row[position].strip(" \t'`=\"\u3000"))]
            powers = [cell for cell in cells if _POWER.fullmatch(cell)]
            rounded = cells if _rounded(cells) else []
            if powers or rounded:
                whole = bool(rounded) or len(powers) == len(cells)
                example = (powers or rounded)[0]
                damaged.append(DamagedIds(name, position, found.header[position].strip(), example, whole))
    return tuple(damaged)


def without(found: Recognition, damaged: Sequence[DamagedIds], file: str, *, need_member: bool) -> Recognition:
    """The recognition without the columns that are damaged as a whole.

    Raises
    ------
    PrivtrafficError
        Where no member key is left, and one is needed.
    """
    gone = {(item.field, item.position): item for item in damaged if item.whole}
    columns = {
        name: kept
        for name, positions in found.columns.items()
        if (kept := tuple(position for position in positions if (name, position) not in gone))
    }
    last = next((item for item in gone.values() if item.field == "member_id"), None)
    if last and need_member and "member_id" not in columns:
        raise PrivtrafficError("damaged_ids", file=file, column=last.column, example=last.example, field=last.field)
    return replace(found, columns=columns)


def _rounded(cells: Sequence[str]) -> bool:
    """Whether every id looks like a number that kept 15 digits, and by chance hardly any intact column would."""
    chance = 1.0
    for cell in cells:
        if not _LONG.fullmatch(cell):
            return False
        zeros = not cell[EXACT_DIGITS:].strip("0")
        binary = int(float(cell)) == int(cell) and math.log2(int(cell)) > 53 if not zeros else False
        if not zeros and not binary:
            return False
        chance *= 10.0 ** (EXACT_DIGITS - len(cell)) if zeros else 2.0 ** (53 - math.log2(int(cell)))
    return chance <= CHANCE and bool(cells)
