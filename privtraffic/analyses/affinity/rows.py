"""The rows of the affinity queries; items are codes of the shelf, and 0 stands for all items beyond those shown."""

from __future__ import annotations

from decimal import Decimal
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


class Buyers(TypedDict):
    """Members who bought an item in the last window."""

    item: int
    buyers: int


class Known(TypedDict):
    """The last day that is known, and the days in which a purchase is expected."""

    cut: int
    within: int


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


class Extent(TypedDict):
    """Members with a purchase in the window, those who bought two items, and their order days; no day without any."""

    members: int
    order_days: int
    first_day: int | None
    cross_buyers: int


class Size(TypedDict):
    """An item: the members who bought it, and their revenue."""

    item: int
    name: str
    buyers: int
    revenue: Decimal


class Sums(TypedDict):
    """A pair over its strata, as `PairSums` names it."""

    from_item: int
    to_item: int
    hits: int
    expected: float
    score: float
    variance: float
    loose: float
    hits_expected: float
    expected_spread: float


class Way(TypedDict):
    """One pair in its order of purchase: days between, order days and revenue of the second item."""

    from_item: int
    to_item: int
    median_days: float
    order_days: int
    revenue: Decimal


class Exposures(TypedDict):
    """First days of an item with a whole follow-up, and those of them that have controls."""

    item: int
    exposed: int
    compared: int


class Activity(TypedDict):
    """Order days in the follow-up: of an item's buyers, and of controls of the same periods."""

    item: int
    orders_after: float
    control_orders_after: float


class Density(TypedDict):
    """How many candidate pairs there are among all pairs that the items make."""

    candidates: int
    pairs: int


class LineCount(TypedDict):
    """Follow-ups with so many lines."""

    line_count: int
    windows: int


class Shared(TypedDict):
    """Members who bought both items."""

    item: int
    with_item: int
    both_items: int


class Evaluated(TypedDict):
    """Members offered something on the window held out, and how well."""

    members: int
    hits: int | None
    ndcg: float | None


class LearnedAgain(TypedDict):
    """Members who bought an item so many times, so many thirds of a window ago; and those who bought it again."""

    item: int
    times: int
    idle: int
    members: int
    hits: int


class LearnedNew(TypedDict):
    """Members who had not bought an item, by whether they were active; and those who bought it for the first time."""

    item: int
    active: int
    members: int
    hits: int
