"""The rows of the members' queries, and those of the report that are made of them."""

from __future__ import annotations

from datetime import date
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


class HouseGap(TypedDict):
    """How often members came back after a gap of so many days."""

    gap_days: int
    returns: int


class Gap(HouseGap):
    """The same within a group."""

    group_name: str | None


class HouseLongestGap(TypedDict):
    """How many buyers had this as their longest gap."""

    gap_days: int
    buyers: int


class LongestGap(HouseLongestGap):
    """The same within a group."""

    group_name: str | None


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


class FirstDays(TypedDict):
    """The day of the first order and the month of the first document, as numbers; None without any."""

    first_order: int | None
    first_month: int | None


class Loose(TypedDict):
    """Money of negative documents in a month without a purchase, and when the member has bought; None before."""

    month: int
    entry_month: int
    first_day: int
    cents: int
    last_day: int | None
    turn_day: int | None


class Entry(TypedDict):
    """Members by the month they became known in and the month of their first order."""

    entry_month: int
    first_month: int | None
    members: int


Move = TypedDict(
    "Move",
    {"month": date, "from": str, "to": str, "members": int, "revenue": Decimal, "month_complete": bool},
)
"""Members who went from one stage to another in a month."""


class Balance(TypedDict):
    """A stage in a month: opening + moved in − moved out = closing."""

    month: date
    stage: str
    opening: int
    moved_in: int
    moved_out: int
    closing: int
    revenue: Decimal
    month_complete: bool


class NextMonth(TypedDict):
    """Members of a stage a month on, and how far such forecasts were off."""

    stage: str
    members_now: int
    implied: float
    implied_low: float
    implied_high: float
    as_last_month: float
    implied_error: float | None
    last_error: float | None
    months_tested: int


class ScoreCut(TypedDict):
    """The score that the share of super members reaches, the next one above, and who has it or more."""

    at_share: float | None
    above: float | None
    members: int
    buyers: int | None


class Component(TypedDict):
    """A component of the score: its weight, what earns nothing and full marks, means of super members and others."""

    component: str
    component_weight: float
    no_marks: float
    full_marks: float
    super_mean: float | None
    others_mean: float | None


class BroughtSums(TypedDict):
    """Sums over super members, and over other buyers."""

    is_super: bool
    members: int
    cents: int
    orders: int
    paid: int
    full_paid: int
    returned: int
    brands: float
    order_days: float
    tenure_days: float
    referred: float
    score: float
    asleep: int


class Brought(TypedDict):
    """What super members, or other buyers, bring."""

    super_group: str
    members: int
    buyer_share: float | None
    revenue: Decimal
    revenue_share: float | None
    window_margin: float | None
    revenue_per_buyer: float | None
    orders: int | None
    order_value: float | None
    full_price_share: float | None
    brands_per_member: float | None
    order_days_per_member: float | None
    referred_per_member: float | None
    returned_money: float | None
    asleep_share: float | None
    mean_score: float | None


class MoneyBand(TypedDict):
    """Buyers by the size of their revenue."""

    band: int
    members: int
    cents: int


class Percent(TypedDict):
    """A hundredth of the buyers, the largest first, with the sums that the Gini coefficient is made of."""

    percent: int
    members: int
    cents: int
    rank_cents: float
    square: float
    curve_square: float
    curve_cents: float
    curve: float


class Decile(TypedDict):
    """A tenth of the buyers."""

    decile: int
    members: int
    revenue: Decimal
    revenue_share: float | None
    revenue_so_far: float | None
    revenue_per_buyer: float


class LorenzPoint(TypedDict):
    """Share of the revenue that the smallest share of buyers brings."""

    smallest_share: float
    lorenz: float
    equal_line: float


class Tested(TypedDict):
    """Members who were no super members then, and those of them who are now."""

    pool: int
    supers: int


class FoundSupers(TypedDict):
    """Super members on the two lists tested, and those on one alone."""

    first_days_found: int
    spend_found: int
    first_days_alone: int
    spend_alone: int


class Cell(TypedDict):
    """Members whose first days were alike, and the super members among them."""

    cell: int
    members: int
    supers: int


class Looking(TypedDict):
    """A member whose first days look like a super member's."""

    member_id: str
    stage: str
    way_chance: float
    early_order_days: int
    early_revenue: float
    revenue_to_date: float
    first_order: date


class OnWay(Looking):
    """The same with the place on the list."""

    way_place: int


class Method(TypedDict):
    """A way to rank members, and how many super members it found."""

    way_method: str
    list_length: int
    supers_found: int
    precision: float
    precision_low: float | None
    precision_high: float | None
    times_chance: float | None
