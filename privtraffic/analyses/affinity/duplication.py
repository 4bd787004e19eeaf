"""Duplication of purchase (Ehrenberg, Sharp): is a brand shared more than its size alone would make it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from privtraffic.analyses.affinity.rows import Shared
from privtraffic.analyses.affinity.shelf import Shelf
from privtraffic.analyses.rows import rows_of
from privtraffic.engine.sql import queries

SQL = queries(__name__)

MOST_ITEMS = 50
_SHARED_MORE, _SURE = 1.2, 3.0


@dataclass(frozen=True)
class Overlap:
    """The share of the first item's buyers who also bought the second, and the share that duplication law expects."""

    from_item: int
    to_item: int
    buyers: int
    both: int
    duplication: float
    penetration: float
    law: float

    @property
    def index(self) -> float:
        return self.duplication / self.law


@dataclass(frozen=True)
class Duplication:
    """`coefficient` is what penetration is multiplied by to give the duplication expected; `groups` share more."""

    overlaps: Sequence[Overlap]
    coefficient: float | None
    groups: Mapping[int, int]


def duplicate(shelf: Shelf, min_members: int) -> Duplication:
    """Compare every overlap of buyers with penetration x the duplication coefficient.

    Denominator of penetration: members with at least one purchase in the window.  Left out: items with fewer than
    `min_members` buyers and all but the 50 with the most order lines.  Source: Ehrenberg, Uncles & Goodhardt (2004),
    Sharp, How Brands Grow (2010); coefficient = sum of overlaps / sum of overlaps if purchases were independent.
    """
    items = [item for item in shelf.largest(MOST_ITEMS) if shelf.items[item].buyers >= min_members]
    rows = rows_of(shelf.engine.fetch(SQL["shared_buyers"], items=max(items, default=0)), Shared)
    shared_by = {frozenset((row["item"], row["with_item"])): row["both_items"] for row in rows}
    buyers = {item: shelf.items[item].buyers for item in items}
    places = [(a, b) for a in items for b in items if a != b]
    independent = sum(buyers[a] * buyers[b] / shelf.members for a, b in places)
    both = {place: shared_by.get(frozenset(place), 0) for place in places}
    shared = sum(both.values())
    if not independent or not shared:
        return Duplication((), None, {})
    coefficient = shared / independent
    overlaps = [
        Overlap(
            a, b, buyers[a], both[a, b], both[a, b] / buyers[a], buyers[b] / shelf.members,
            coefficient * buyers[b] / shelf.members,
        )
        for a, b in places
    ]  # fmt: skip
    return Duplication(overlaps, coefficient, _groups(items, overlaps))


def _groups(items: Sequence[int], overlaps: Sequence[Overlap]) -> Mapping[int, int]:
    """Groups of items that share more than the law expects: the closest two are joined first, while the mean index
    between them is at least 1.2 and at least one of their overlaps is surely (3 standard deviations) above it."""
    index = {(overlap.from_item, overlap.to_item): overlap.index for overlap in overlaps}
    sure = {(o.from_item, o.to_item) for o in overlaps if o.both - o.law * o.buyers > _SURE * sqrt(o.law * o.buyers)}
    groups = [[item] for item in items]

    def closeness(one: list[int], other: list[int]) -> float:
        places = [(a, b) for a in one for b in other]
        if not any(place in sure for place in places):
            return 0.0
        return sum(index[place] for place in places) / len(places)

    while len(groups) > 1:
        best, i, j = max((closeness(groups[i], groups[j]), -i, -j) for j in range(len(groups)) for i in range(j))
        if best < _SHARED_MORE:
            break
        groups[-i] = [*groups[-i], *groups.pop(-j)]
    joined = [group for group in groups if len(group) > 1]
    return {item: number for number, group in enumerate(joined, 1) for item in group}
