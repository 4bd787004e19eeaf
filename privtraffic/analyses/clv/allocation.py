"""Where more money a month would go: channels in the order of what it brings, each within the budgets it has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privtraffic.analyses.clv.budget import Next
from privtraffic.analyses.clv.matched_months import FRUITLESS, MATCHED, Month

SEEN = (0.05, 0.95)
"""Of a channel's months: below and above lie months too few to tell what such a budget does."""

_YEAR = 12
"""The latest months that say what a channel costs now: a year, so that no season is in it."""


@dataclass(frozen=True)
class Place:
    """A channel and the part of the budget that would go to it.

    Attributes
    ----------
    spent
        Mean cost of a month, over the latest twelve with a cost.
    room_low, room_high
        The range of a month's cost that was seen: 5 % to 95 % of the months.
    placed
        What of the budget goes here: no more than from `spent` up to `room_high`; None where its place in the order
        cannot be told.
    order
        1 where the next money brings most.
    """

    next: Next
    spent: float
    room_low: float
    room_high: float
    placed: float | None = None
    order: int | None = None

    @property
    def room(self) -> float:
        """The monthly spend beyond this that was still observed."""
        return max(self.room_high - self.spent, 0.0)


@dataclass(frozen=True)
class Allocation:
    """A budget a month in its places; `left` is what no channel has seen."""

    budget: float
    places: Sequence[Place]

    @property
    def left(self) -> float:
        return self.budget - sum(place.placed or 0.0 for place in self.places)


def allocate(budget: float, channels: Sequence[Next], months: Sequence[Month]) -> Allocation:
    """Fill the channels in the order of value × elasticity × joins ÷ cost, each up to its highest month but a few.

    What it would bring beyond what was seen is not told, so what has no room stays.  The order is that of the present
    budgets; within such ranges it loses next to nothing against evening out the last yuan (docs/clv.md).
    """
    costs: Mapping[str, list[float]] = {
        channel.name: [
            float(row["cost"])
            for row in months
            if row["channel"] == channel.name and row["cost"] and row["kind"] in (MATCHED, FRUITLESS)
        ]
        for channel in channels
    }
    left = budget
    places: list[Place] = []
    for channel in sorted(channels, key=_worth):
        paid = costs[channel.name]
        if not paid:
            continue
        low, high = (float(end) for end in np.quantile(paid, SEEN))
        place = Place(channel, sum(paid[-_YEAR:]) / len(paid[-_YEAR:]), low, high)
        if channel.returns[0] is not None:
            told = min(left, place.room)
            left -= told
            order = sum(other.order is not None for other in places) + 1
            place = Place(channel, place.spent, low, high, told, order)
        places.append(place)
    return Allocation(budget, places)


def _worth(channel: Next) -> tuple[float, str]:
    brings = channel.returns[0]
    return (float("inf") if brings is None else -brings, channel.name)
