"""The rows of the review's queries, and those of the report that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, TypedDict

from privtraffic.analyses.review.months import Month
from privtraffic.analyses.teams.rows import Rated

NOTHING = Decimal("0.00")

SideName = Literal["before", "year"]
"""The month before, and the same one a year ago."""

MeasureKey = Literal[
    "revenue", "orders", "active", "new_members", "returning_members", "reactivated_members", "members",
    "dormant_members", "joined_in_month", "order_value", "arpu", "orders_per_active", "units_per_order",
    "repurchase_rate", "returning_share", "refund_rate", "member_revenue_share", "member_order_share", "referral_share",
    "repurchase_cycle_days",
]  # fmt: skip
"""The figures of a month."""


class MonthCount(TypedDict):
    """The activity of members in one month."""

    month: int
    active: int
    new_members: int
    returning_members: int
    reactivated_members: int
    orders: int
    units: int
    counted: int
    paid: Decimal
    returned: Decimal
    revenue: Decimal


class Standing(TypedDict):
    """At a month's end: members who have bought so far, the dormant ones, and those who became dormant in the month."""

    month: int
    members: int
    dormant_members: int
    fell_asleep: int


class OutsideCount(TypedDict):
    """Orders of a month that no member is known of."""

    month: int
    orders: int
    revenue: Decimal


class Cycle(TypedDict):
    """The median gap between two order days of a member, by the month of the later one."""

    month: int
    repurchase_cycle_days: int
    gaps: int


class JoinCount(TypedDict):
    """Members who joined in a month, and those of them whom somebody referred."""

    month: int
    joined_in_month: int
    referred: int


class Figures(TypedDict):
    """A month; a figure that was not observed is None. `sums` are what figures are divided by."""

    month: Month
    revenue: Decimal
    orders: int
    active: int
    new_members: int
    returning_members: int
    reactivated_members: int
    members: int
    dormant_members: int | None
    fell_asleep: int | None
    joined_in_month: int | None
    referred: int | None
    order_value: float | None
    arpu: float | None
    orders_per_active: float | None
    units_per_order: float | None
    repurchase_rate: float | None
    returning_share: float | None
    refund_rate: float | None
    member_revenue_share: float | None
    member_order_share: float | None
    referral_share: float | None
    repurchase_cycle_days: int | None
    anonymous_orders: int
    anonymous_revenue: Decimal
    sums: Mapping[str, int | Decimal]


class KindCount(TypedDict):
    """What members of a kind brought in a month; `squares` are of their sums."""

    month: int
    kind: str
    members: int
    orders: int
    revenue: Decimal
    squares: Decimal


class Asleep(TypedDict):
    """Members who became dormant, and what they had brought; None where the data are too short to tell."""

    members: int | None
    revenue: Decimal | None


class PartSums(TypedDict):
    """One value of a dimension: its sums in the months compared, and the sums of squares over members."""

    buyers_now: int
    buyers_before: int
    buyers_year: int
    orders_now: int
    units: int
    counted: int
    now: Decimal
    before: Decimal
    year: Decimal
    spread_before: Decimal
    spread_year: Decimal


class FirstTimers(TypedDict):
    """Members of the month with a unit whose first order of all it was."""

    unit_key: str
    first_timers: int


class Unsold(TypedDict):
    """What members spent in the month, and how much of it on orders that name no guide."""

    net: Decimal | None
    unsold: Decimal | None


class GoingOut(TypedDict):
    """Somebody to contact, whose member they are, and the list they are on by its turn."""

    turn: int
    store: str | None
    guide: str | None
    member_id: str
    contact_segment: str | None
    contact_reason: str | None
    channel: str | None
    contact_offer: str | None
    offer_reason: str | None
    call_week: int | None


class Calls(TypedDict):
    """How many members of a list a guide has to call."""

    guide: str
    calls: int


class PlaceCount(TypedDict):
    """Members of one list by the place that has them: to contact, and held out."""

    turn: int
    place: str | None
    contact: int
    control: int


class StoreOfGuide(TypedDict):
    """The store in which a guide took most orders of the month."""

    unit_key: str
    store: str


class Compared(TypedDict):
    """Revenue beside that of the months compared with, the differences, and how far they are more than chance."""

    revenue: Decimal
    orders: int
    active: int
    revenue_last_month: Decimal | None
    contribution_before: Decimal | None
    low_before: float | None
    high_before: float | None
    p_before: float | None
    q_before: float | None
    revenue_last_year: Decimal | None
    contribution_year: Decimal | None
    low_year: float | None
    high_year: float | None
    p_year: float | None
    q_year: float | None


class Kind(Compared):
    """Revenue of a kind of member."""

    member_kind: str


class Part(Compared):
    """Revenue of a brand, a channel or a store."""

    dimension_value: str
    small_part: bool


class Place(Compared):
    """A store or a guide: what it sold in the month, and how `teams` rates it at the end."""

    unit: str
    store: str | None
    guide: str | None
    order_value: float | None
    units_per_order: float | None
    new_members: int
    new_share: float | None
    rated: Rated


class State(TypedDict):
    """Members by their orders in twelve months, now and in the window compared with: 0, 1, or 2 for more."""

    now: int
    before: int
    members: int


class StartedState(State):
    """The same by the month of joining, else of the first order."""

    started: int


class JoinedState(StartedState):
    """The same by the channel of joining, too."""

    channel: str | None


class Source(TypedDict):
    """A group of members, and the points that it added to the repurchase rate."""

    started_month: str
    months_since_start: int
    channel: str | None
    rate_points: float
    rate_points_low: float | None
    rate_points_high: float | None
    source_buyers: int
    source_rate: float | None
    source_rate_before: float | None
    source_q: float
    small_part: bool


def moved(row: Compared, side: SideName) -> Decimal:
    """The difference to the revenue of a month compared; zero where that month is not known."""
    return (row["contribution_before"] if side == "before" else row["contribution_year"]) or NOTHING
