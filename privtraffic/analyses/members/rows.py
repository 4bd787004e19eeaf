"""The rows of the members' queries, and those of the report that are made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import NotRequired, TypedDict


class StageCount(TypedDict):
    """The members of a stage; cents and orders of the window, None where it holds none of theirs."""

    stage: str
    members: int
    cents: int | None
    orders: int | None
    avg_recency_days: float | None


class GroupStageCount(TypedDict):
    """The members of a stage within a group."""

    group_name: str | None
    stage: str
    members: int
    cents: int
    avg_recency_days: float | None


class Gap(TypedDict):
    """How often members of a group came back after so many days."""

    group_name: str | None
    gap_days: int
    returns: int


class LongestGap(TypedDict):
    """How many buyers of a group stayed away so long at most."""

    group_name: str | None
    gap_days: int
    buyers: int


class Stage(TypedDict):
    """A stage, empty ones included; shares of all members and of all revenue; orders of the house alone."""

    stage: str
    members: int
    share: float | None
    revenue: Decimal
    revenue_share: float | None
    orders: NotRequired[int]
    avg_recency_days: float | None


class GroupStage(Stage):
    """A stage within a group."""

    group: str | None


class Threshold(TypedDict):
    """Days after which a member is silent, dormant or lost, and what of all returns and buyers they cover."""

    threshold: str
    threshold_days: int
    threshold_source: str
    returns_within: float | None
    buyers_within: float | None
    returns: int
    returning_buyers: int


class GroupThreshold(Threshold):
    """A threshold within a group."""

    group: str | None
