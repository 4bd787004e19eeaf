"""The rows of the cohort queries, and those of the report that are made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NotRequired, TypedDict

Measure = Literal["revenue_per_member", "cumulative_per_member", "repurchased_share"]
"""What members of a cohort brought, by age."""


class Size(TypedDict):
    """Members who started in a period."""

    cohort: int
    size: int


class OutsideCount(TypedDict):
    """Purchases that no cohort counts: before the member joined, or of buyers who are not on file."""

    not_on_file: bool
    members: int
    orders: int
    revenue: Decimal


class OnFile(TypedDict):
    """Members of the members file, and those of them with a join date."""

    members: int
    dated: int


class FlowCount(TypedDict):
    """A kind of revenue in a period; `kind` is new, returning or reactivated."""

    period: int
    kind: str
    members: int
    orders: int
    cents: int


class LayerCount(TypedDict):
    """Money of a layer of cohorts in a period, by their labels."""

    layer: str | None
    period: str
    cents: int


class GroupTotal(TypedDict):
    """What a group of members brought; `door` is the value they are grouped by."""

    door: str | None
    buyers: int
    orders: int
    cents: int


class GroupSize(TypedDict):
    """Members of a group who started in a period."""

    door: str | None
    cohort: int
    size: int


class Totals(TypedDict):
    """Sums over all cohorts."""

    members: int
    buyers: int
    repeat_buyers: int
    orders: int
    revenue: Decimal
    cohorts: int


class Cell(TypedDict):
    """A cohort at an age; None where nothing is observed.  Margins only where a margin is given."""

    cohort: str
    size: int
    age: int
    active: int | None
    rate: float | None
    complete: bool
    orders: int | None
    orders_per_member: float | None
    revenue: Decimal | None
    revenue_per_member: float | None
    cumulative_per_member: float | None
    repurchased_share: float | None
    period_margin_per_member: NotRequired[float | None]
    cumulative_margin: NotRequired[float | None]


class Average(TypedDict):
    """An age over the cohorts of which it is wholly observed, each member counting once."""

    age: int
    cohort_count: int
    complete_members: int
    active: int
    average_rate: float
    retention_low: float | None
    retention_high: float | None
    orders_per_member: float
    revenue_per_member: float
    cumulative_per_member: float
    repurchased_share: float
    period_margin_per_member: NotRequired[float]
    cumulative_margin: NotRequired[float]


class Waited(TypedDict):
    """What is known of the time to the second order; None where the curve does not reach so far."""

    cohort_buyers: int
    repeat_buyers: int
    second_by_30: float | None
    second_by_90: float | None
    second_by_180: float | None
    second_median: int | None
    second_median_low: int | None
    second_median_high: int | None
    median_reached: bool


class Worth(Waited):
    """Members who started together, whatever they have in common."""

    size: int
    bought_share: float
    orders: int
    revenue: Decimal
    revenue_to_date_per_member: float


class Spent(TypedDict):
    """What was spent in a period, and in how many of its months."""

    cohort: int
    cost: Decimal
    months: int


class Cohort(Worth):
    """A cohort that is shown; its cost is blank where it does not stand against just these members."""

    cohort: str
    acquisition_cost: Decimal | None
    cost_per_joiner: float | None


class Group(Worth):
    """A group that is compared, and its log-rank test against all others; None where it cannot be tested."""

    start_group: str
    log_rank_z: float | None
    log_rank_p: float | None
    log_rank_q: float | None


class GroupAge(TypedDict):
    """A group at an age, over its cohorts of which the age is wholly observed."""

    start_group: str
    age: int
    complete_members: int
    active: int
    rate: float
    retention_low: float
    retention_high: float
    shrunk_rate: float
    small_group: bool


class Point(TypedDict):
    """A point of the curve of second orders."""

    days_since_first: int
    still_observed: int
    second_orders: int
    came_again: float
    came_again_low: float
    came_again_high: float


class Period(TypedDict):
    """Revenue of a calendar period by kind of order."""

    calendar_period: str
    period_complete: bool
    revenue: Decimal
    revenue_new: Decimal
    revenue_returning: Decimal
    revenue_reactivated: Decimal
    active: int
    members_new: int
    members_returning: int
    members_reactivated: int
    orders_new: int
    orders_returning: int
    orders_reactivated: int


class Layer(TypedDict):
    """Revenue of a layer of cohorts in a period; None before its first."""

    cohort_layer: str
    calendar_period: str
    revenue: Decimal | None


class NewnessCount(TypedDict):
    """What a value of a dimension sold in a period, in cents, by whom, and members who bought it for the first time."""

    period: int
    door: str | None
    new_to_house: int
    new_to_group: int
    again: int
    members_new_to_house: int
    members_new_to_group: int


class GroupNewness(TypedDict):
    """Revenue of a value by whom it comes from; `known_share` is that of known members in what is new to the value."""

    group: str
    revenue: Decimal
    new_to_house: Decimal
    new_to_group: Decimal
    again: Decimal
    known_share: float | None
    members_new_to_house: int
    members_new_to_group: int


class Newness(GroupNewness):
    """The same in one period."""

    period: str
    period_complete: bool
