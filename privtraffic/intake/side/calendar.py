"""The calendar of campaigns: those that overlap, in scopes that meet, are one block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any

SCOPE = ("channel", "brand", "store")
_ANY = object()


def with_blocks(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The campaigns with the number of their block, by the first day; a campaign without an end lasts its first day."""
    found = [dict(row) for row in sorted(rows, key=_order)]
    above = list(range(len(found)))
    lasting = _Lasting()
    for number, row in enumerate(found):
        first, scope = _first(row).date(), tuple(row[name] or None for name in SCOPE)
        own, last = number, _last(row).date()
        for other in lasting.meeting(scope, first):
            # Of two blocks that become one, the earlier gives its number.
            own, later = sorted((own, _top(above, other)))
            above[later] = own
        lasting.add(scope, number, last)
    numbers: dict[int, int] = {}
    for number, row in enumerate(found):
        row["ends"] = row["ends"] or row["starts"]
        row["block"] = numbers.setdefault(_top(above, number), len(numbers) + 1)
    return found


def _top(above: list[int], number: int) -> int:
    """The first campaign of a block."""
    while above[number] != number:
        above[number] = number = above[above[number]]
    return number


class _Lasting:
    """The campaigns so far, by each part of their scope: which of them meet a scope is found without asking them all.

    Days come in order, and whoever asks is joined with all that are found: of those the one that lasts longest stands
    for the others, and what is over stays over.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], list[tuple[date, int]]] = {}

    def meeting(self, scope: tuple[object, ...], first: date) -> Iterator[int]:
        """The campaigns of a scope that last to this day; what a scope leaves open covers everything."""
        for key in product(*((value, None) if value else (_ANY,) for value in scope)):
            if there := [each for each in self._found.get(key, ()) if each[0] >= first]:
                self._found[key] = [max(there)]
                yield from (number for _, number in there)

    def add(self, scope: tuple[object, ...], number: int, last: date) -> None:
        for key in product(*((value, _ANY) for value in scope)):
            self._found.setdefault(key, []).append((last, number))


def _order(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (_first(row), row["starts"], *(str(row[name] or "") for name in ("campaign", *SCOPE)))


def _first(row: Mapping[str, Any]) -> datetime:
    """Its first day that is no day like others: that of its teaser."""
    start: datetime = min(row["starts"], row["teaser_from"] or row["starts"])
    return start


def _last(row: Mapping[str, Any]) -> datetime:
    end: datetime = row["ends"] or row["starts"]
    return end
