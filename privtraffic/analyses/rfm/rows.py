"""The rows of the RFM queries, and those of the report that are made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict


class Totals(TypedDict):
    """Sums over all members with a purchase in the window."""

    members: int
    orders: int
    revenue: Decimal
    repeat_members: int
    recency_days: float


class MeanScores(TypedDict):
    """The mean scores over all members."""

    r_mean: float
    f_mean: float
    m_mean: float


class Score(TypedDict):
    """The members with one score of recency, frequency or monetary value."""

    what: str
    score: int
    members: int


class Counted(TypedDict):
    """The members of a segment."""

    segment: str
    members: int
    orders: int
    revenue: Decimal
    avg_recency_days: float
    avg_frequency: float


class GroupCounted(Counted):
    """The members of a segment within a group."""

    group_name: str | None


class Segment(TypedDict):
    """A segment of the scheme, empty ones included; `share` and `revenue_share` are of all members."""

    segment: str
    members: int
    share: float
    revenue: Decimal
    revenue_share: float | None
    orders: int
    avg_recency_days: float | None
    avg_frequency: float | None
    avg_monetary: float | None
    order_value: float | None


class GroupSegment(Segment):
    """A segment within a group."""

    group: str


class Cell(TypedDict):
    """Members and revenue by recency and frequency score."""

    r_score: int
    f_score: int
    members: int
    revenue: Decimal


class Moved(TypedDict):
    """Members by the segment of the earlier date and of today."""

    from_segment: str
    to_segment: str
    members: int
    revenue: Decimal


class OnFile(TypedDict):
    """Members of the member files who joined by the as-of date, and those of them without a purchase."""

    joined: int
    never_bought: int
