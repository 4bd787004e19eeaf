"""SQL that reads a time as its file writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from privtraffic.intake.understand.recognition import Recognition

BUDDHIST, MINGUO, SHORT = 543, -1911, -2000
"""How far the years of a calendar are ahead of the common ones; those of 250131 are two thousand behind."""
_YEARS = {
    BUDDHIST: r"^([^0-9]*(?:[0-9]{1,2}[^0-9]+){0,2})(25[5-9][0-9])([^0-9].*)?$",
    MINGUO: r"^()[^0-9]*([0-9]{2,3})([年/.-] ?[0-9]{1,2}[月/.-] ?[0-9]{1,2}([^0-9].*)?)$",
    SHORT: r"^()([0-9]{2})((?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))$",
}
"""What stands before the year, the year, and what stands behind it."""
_CERTAIN = {BUDDHIST: re.compile("25[5-9][0-9]"), MINGUO: re.compile("1[0-4][0-9]"), SHORT: re.compile("[0-4][0-9]")}


def era_of(cells: Sequence[str]) -> int:
    """The calendar of a column of times: that of which every cell has a year, none of them one of another calendar."""
    for era, pattern in _YEARS.items():
        found = [re.match(pattern, cell) for cell in cells]
        years = [match[2] for match in found if match]
        # Years hardly change from row to row, days do: 310125 begins with the day.
        day_last = era != SHORT or 2 * len({*years}) <= len({cell[-2:] for cell in cells})
        if cells and len(years) == len(cells) and any(map(_CERTAIN[era].fullmatch, years)) and day_last:
            return era
    return 0


def in_common_years(found: Recognition, cell: str) -> str:
    """The cell of a time, its year that of the common calendar."""
    if not found.era:
        return cell
    before, year, behind = (f"regexp_extract({cell}, '{_YEARS[found.era]}', {group})" for group in (1, 2, 3))
    return f"coalesce({before} || cast(try_cast({year} as int) - {found.era} as string) || {behind}, {cell})"


def swapped(found: Recognition, at: int) -> str:
    """The cell of a time, its day and month put right where Excel swapped them."""
    return f"swapped_day(c{at})" if found.swapped else f"c{at}"


def read_time(found: Recognition, cell: str) -> str:
    """The time that a cell tells: by the names of months where the file has any, and moved into the zone asked for."""
    function = "clean_lettered_time" if found.lettered else "clean_time"
    cell = in_common_years(found, cell)
    zone = f"_in({cell}, '{found.day_order}', '{found.zone}')" if found.zone else f"({cell}, '{found.day_order}')"
    return function + zone
