"""The calendar of campaigns: those that overlap, in scopes that meet, are one block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

SCOPE = ("channel", "brand", "store")


def with_blocks(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The campaigns with the number of their block, by the first day; a campaign without an end lasts its first day."""
    found = [dict(row) for row in sorted(rows, key=_order)]
    block = list(range(len(found)))
    for later, row in enumerate(found):
        for earlier in range(later):
            if _last(found[earlier]).date() >= _first(row).date() and _meet(found[earlier], row):
                joined, own = block[earlier], block[later]
                block = [joined if number == own else number for number in block]
    numbers = {first: number for number, first in enumerate(dict.fromkeys(block), 1)}
    for row, own in zip(found, block, strict=True):
        row["ends"] = row["ends"] or row["starts"]
        row["block"] = numbers[own]
    return found


def _order(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (_first(row), row["starts"], *(str(row[name] or "") for name in ("campaign", *SCOPE)))


def _first(row: Mapping[str, Any]) -> datetime:
    """Its first day that is no day like others: that of its teaser."""
    start: datetime = min(row["starts"], row["teaser_from"] or row["starts"])
    return start


def _last(row: Mapping[str, Any]) -> datetime:
    end: datetime = row["ends"] or row["starts"]
    return end


def _meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether some sales are in the scope of both; a scope that is not told is everything."""
    return all(not one[name] or not other[name] or one[name] == other[name] for name in SCOPE)
