"""The rows of the churn queries, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, TypedDict


class Span(TypedDict):
    """The first and the last day with an order of a member, None where there is none, and how many members ordered."""

    first_day: date | None
    last_day: date | None
    members: int


class GapCount(TypedDict):
    """Gaps of so many days between two order days of one member."""

    gap_days: int
    gaps: int


class Past(TypedDict):
    """Members with an order, since when, and the gap that so many percent of gaps do not pass; empty without gaps."""

    first_day: date
    members: int
    gap_days: Mapping[int, int]


class House(TypedDict):
    """Net value of a day with an order, and sums over everybody: repeat order days x, days t since the first order."""

    mean_value: float | None
    x: int
    t: int
    xx: int
    xt: int
    tt: int


class Band(TypedDict):
    """The members of a risk band; sums are None where no member's value is known."""

    risk_band: str
    members: int
    expected_churners: float | None
    value_if_kept: float | None
    at_stake: float | None
    expected_saved: float | None
    expected_profit: float | None
    avg_recency_days: float
    overdue_members: int


Sum = Literal["expected_churners", "value_if_kept", "at_stake", "expected_saved", "expected_profit"]
"""The sums of a band that can be added up."""


class Reason(TypedDict):
    """Members for whom a reason is the strongest, and those for whom it is among the three."""

    reason: str
    members_first: int
    members_any: int
    mean_probability: float
    at_stake: float
