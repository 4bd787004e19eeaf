"""What the queries of this room return, row by row: one type a query, named as the query is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypedDict


class Joins(TypedDict):
    """Members who joined a channel in a month, and those of them who have bought."""

    channel: str
    month: date
    joined: int
    buyers: int


class Costs(TypedDict):
    """Cost of a channel in a month."""

    channel: str
    month: date
    cost: float


class Seen(TypedDict):
    """The first and the last day of which joins are known."""

    first: date | None
    last: date | None


class Exposed(TypedDict):
    """Members of a channel by the whole months since they joined."""

    channel: str
    months_known: int
    members: int


class Earned(TypedDict):
    """Net money of a channel's members by months since joining."""

    channel: str
    age: int
    money: float


class EarlyValue(TypedDict):
    """What a joined member brought in the first months: mean and standard deviation over the members of a channel."""

    channel: str
    members: int
    mean: float
    sd: float | None


class HouseMonths(TypedDict):
    """Order days of the house in a month: first ones of their members, and the others."""

    month: date
    orders: int
    first_orders: int


class Top(TypedDict):
    """A member of those most is to come from; `members` counts all."""

    member_id: str
    frequency: int
    value: float
    members: int


class OnceOrAgain(TypedDict):
    """Mean value of members who bought on one day, and on several; None where there are none."""

    once: float | None
    again: float | None


class Again(TypedDict):
    """Order days behind the first one, and the sum of their squares over members; None where nobody came."""

    orders: int | None
    squares: int | None


class Histories(TypedDict):
    """Members with a purchase: who came back, what all brought, the usual gap."""

    members: int
    repeaters: int
    repeat_days: int
    revenue: Decimal
    first_day: date
    cycle_days: float | None


class Spread(TypedDict):
    """How many distinct ages and counts of repeat days the model can learn from."""

    ages: int
    frequencies: int


class Correlation(TypedDict):
    """Whether spend goes with frequency; None where either has one value."""

    spend_correlation: float | None


class Facts(Histories, Spread, Correlation):
    """The same with the share of negative documents, and what the backtests missed; None where nothing was tested."""

    credit_share: float
    history_days: int
    missed: float | None
    drift: float | None


class MarginShare(TypedDict):
    """Margin ÷ net revenue of the orders that tell it, and how many do not."""

    share: float | None
    orders: int
    without_margin: int


class Gaps(TypedDict):
    """Members, and those of them with a period without an order between two with one."""

    gaps: int
    members: int


class Money(TypedDict):
    """Net money to date of the members of a channel."""

    channel: str
    money: float


class Followed(TypedDict):
    """Order days in a step after the origin."""

    step: int
    orders: int


class Group(TypedDict):
    """Members of a channel, or of a cohort, and those of them who came back."""

    name: date | str | None
    members: int
    repeaters: int


class Historic(TypedDict):
    """What members of a group have brought."""

    name: date | str | None
    members: int
    once: int
    revenue: float


class Sums(Historic):
    """What members of a group, fitted as one unit, will bring; d, s and m move it with the parameters and the model."""

    unit: str
    alive: float
    orders: float
    value: float
    undiscounted: float
    variance: float
    d1: float
    d2: float
    d3: float
    d4: float
    m1: float
    s1: float
    s2: float
    s3: float


class Step(TypedDict):
    """Cumulative order days after the origin, as a model expected them or as they happened."""

    candidate: str
    day: int
    orders: float
