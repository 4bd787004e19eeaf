"""Two columns of days, row by row: whether one follows the other, and how often they are not the same day."""

from __future__ import annotations

import re
from collections.abc import Sequence

ALMOST_ALL = 0.99
_CLOCK = re.compile(r"\d{1,2}[:时h]\d.*")
_MONTHS, _DAYS = 12, 31
_Day = tuple[int, ...]


def follows(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the second column has a day on almost every row that has one in the first, never an earlier one.

    False too where the days are not written in numbers that can be put in order.
    """
    days = list(zip(_in_order(first), _in_order(second), strict=True))
    pairs = [(one, other) for one, other in days if one]
    return bool(pairs) and sum(bool(other) and other >= one for one, other in pairs) >= ALMOST_ALL * len(pairs)


def share_of_other_days(first: Sequence[str], second: Sequence[str]) -> float:
    """The share of rows on which two columns are not the same day, or only one has any."""
    pairs = [(_bare(one), _bare(other)) for one, other in zip(first, second, strict=True)]
    return sum(one != other for one, other in pairs) / max(len(pairs), 1)


def orders_that_fit(first: int, second: int) -> list[str]:
    """The orders of month and day in which days can be read, by the largest of their first and second numbers."""
    fits = {"mdy": first <= _MONTHS and second <= _DAYS, "dmy": first <= _DAYS and second <= _MONTHS}
    return [order for order, fit in fits.items() if fit]


def _bare(cell: str) -> str:
    """A day without the time that stands behind it."""
    return _CLOCK.sub("", cell).strip(" T,")


def _in_order(cells: Sequence[str]) -> list[_Day]:
    """Year, month and day of each cell; nothing where they are not three numbers, or their order is not told."""
    read = [tuple(map(int, re.findall(r"\d+", _bare(cell))[:3])) for cell in cells]
    last = [day for day in read if len(day) == len("dmy") and day[0] <= _DAYS]
    orders = orders_that_fit(*(max(day[at] for day in last) for at in (0, 1))) if last else ["ymd"]
    return [_turned(day, orders[0]) if len(orders) == 1 else () for day in read]


def _turned(day: _Day, order: str) -> _Day:
    if len(day) != len("dmy"):
        return ()
    if day[0] > _DAYS:
        return day
    return (day[2], day[1], day[0]) if order == "dmy" else (day[2], day[0], day[1])
