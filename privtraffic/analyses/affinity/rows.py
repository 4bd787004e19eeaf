"""The rows of the affinity queries; items are codes of the shelf, and 0 stands for all items beyond those shown."""

from __future__ import annotations

from typing import TypedDict


class Counts(TypedDict):
    """What a prediction needs of a pair: buyers of the first item, hits on the second, hits that chance would give."""

    from_item: int
    to_item: int
    buyers: int
    hits: int
    expected: float


class Link(TypedDict):
    """An item that buyers of another are likelier to buy: rate among buyers, lift, and the score by which it ranks."""

    from_item: int
    to_item: int
    rate: float
    lift: float | None
    score: float


class AfterFirst(TypedDict):
    """Buyers of an item with a whole follow-up: who bought it again, and who bought only another."""

    item: int
    buyers: int
    again: int
    another: int


class Step(TypedDict):
    """Members from the item of one order day to that of the next."""

    step: int
    from_item: int
    to_item: int
    members: int


class Led(TypedDict):
    """Members whose first order day was of one item, and who bought the other in the follow-up."""

    from_item: int
    to_item: int
    members: int


class Entered(TypedDict):
    """Members by the item of their first order day; `followed` are those with a whole follow-up."""

    item: int
    members: int
    followed: int
    returned: int
    another: int


class Entrance(Entered):
    """The same, with the item that most of them bought next."""

    leads_to: int | None
    led: int | None


class Gain(TypedDict):
    """Members that one item gained from another, lost to it, and shares with it now."""

    from_item: int
    to_item: int
    gained: int
    lost: int
    shared_now: int


class PeriodTotal(TypedDict):
    """Buyers of an item in the earlier and in the later period."""

    item: int
    before: int
    now: int
