"""The rows of the queries on campaigns, and those of the report."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict


class CalendarRow(TypedDict):
    """A campaign as the calendar has it; days are counted from 1900-01-01."""

    block: int
    campaign: str
    first: int
    last: int
    teaser: int
    kind: str | None
    channel: str | None
    brand: str | None
    store: str | None
    cost: Decimal | None
    claimed: Decimal | None


class SoldRow(TypedDict):
    """Sales of a scope, and of a part of it, on a day."""

    scope: int
    part: str | None
    day: int
    cents: int
    paid_cents: int
    refund_cents: int


class OffRow(TypedDict):
    """What was taken off the price in a scope, and in a part of it, on a day."""

    scope: int
    part: str | None
    day: int
    discount_cents: int


class RefundedRow(TypedDict):
    """Money of orders that were wholly paid back, by the day of the order."""

    day: int
    refund_cents: int


class BuyerRow(TypedDict):
    """Members of a kind who bought in a campaign."""

    block: int
    buyer_kind: str
    members: int
    orders: int
    cents: int


class Told(TypedDict):
    """The days of a campaign beside their usual; intervals of the ratio are 80 %, of the baseline 95 %."""

    baseline: Decimal | None
    low: Decimal | None
    high: Decimal | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    campaign_verdict: str
    tells_from: float | None
    extra: Decimal | None


class After(TypedDict):
    """The days after it, as a ratio to what such days usually sell."""

    after_days: int | None
    after: float | None
    after_low: float | None
    after_high: float | None
    after_verdict: str
    hidden_pull_forward: Decimal | None


class Net(TypedDict):
    """The ratio once a measured dip is taken off."""

    net_lift: float | None
    net_lift_low: float | None
    net_lift_high: float | None


class Earned(TypedDict):
    """Margin of what was sold above the baseline, per yuan of cost."""

    margin_per_cost: float | None
    margin_per_cost_low: float | None
    margin_per_cost_high: float | None


class Campaign(Told, After, Net, Earned):
    """A campaign, or a block of overlapping ones, as the report shows it; `part` is the value of --by."""

    campaign: str
    part: str | None
    starts: str
    ends: str
    campaign_days: int
    sales: Decimal
    campaign_reason: str | None
    discount: Decimal | None
    discount_rate: float | None
    usual_discount_rate: float | None
    refunds: Decimal | None
    refund_rate: float | None
    usual_refund_rate: float | None
    cost: Decimal | None
    claimed: Decimal | None
    base_days: int


class Buyers(TypedDict):
    """One group of buyers (new, returning …) of one campaign."""

    campaign: str
    buyer_kind: str
    members: int | None
    orders: int
    sales: Decimal
    sales_share: float | None


class Day(TypedDict):
    """A day of the house."""

    day: str
    day_part: str
    campaign: str | None
    sales: Decimal
    baseline: Decimal | None
    low: Decimal | None
    high: Decimal | None


class Placebo(TypedDict):
    """What windows without campaign say about windows of one length."""

    length: int
    gap: int
    windows: int
    error: float | None
    covered: float | None
    tells_from: float | None
