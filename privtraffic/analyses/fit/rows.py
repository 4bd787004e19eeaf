"""The rows of the queries on fit, and those of the report."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict


class GroupRow(TypedDict):
    """Sums of one value over its buyers, and sums of products of two of them."""

    name: str
    rate: float | None
    buyers: int
    followed: int
    again_followed: int
    followed_two_years: int
    second_year: int
    on_file: int
    referred: int
    year_net: Decimal | None
    year_margin: Decimal | None
    year_margin_squares: Decimal | None
    orders: int
    guided: int
    paid: Decimal
    net: Decimal
    margin: Decimal | None
    orders_orders: int
    guided_guided: int
    guided_orders: int
    paid_paid: Decimal
    paid_orders: Decimal
    margin_margin: Decimal | None
    margin_net: Decimal | None
    net_net: Decimal


class MiddleRow(TypedDict):
    """The median order of a value."""

    name: str
    order_median: float


class WaitRow(TypedDict):
    """Buyers by the days to the next order day, or to where they were last seen without one."""

    name: str
    event: bool
    days: int
    buyers: int


class ChoiceRow(TypedDict):
    """Buyers followed for a year, by the later days on which they bought anything."""

    name: str
    later_days: int
    buyers: int
    again_buyers: int


class SizeRow(TypedDict):
    """Order days that a value is part of."""

    name: str
    days: int


class HouseRow(TypedDict):
    """Members of the house in the year from their first order on."""

    followed: int
    year_margin: Decimal | None
    year_margin_squares: Decimal | None


class ExtentRow(TypedDict):
    """Order days and buyers of the house; money, and that on lines without a value."""

    days: int
    buyers: int
    net: Decimal
    unnamed: Decimal


class JoinedRow(TypedDict):
    """Members who joined a year ago or earlier, and those of them who bought."""

    joined: int
    bought: int


class NamedRow(TypedDict):
    """A gift or a bundle."""

    name: str
    product: str
    kind: str
    buyers: int
    net: Decimal
    first_buyers: int


class Fit(TypedDict):
    """A value as the report shows it; `_low` and `_high` are the ends of 95 % intervals."""

    group: str
    buyers: int
    followed: int
    affordable_service: float | None
    low: float | None
    high: float | None
    fit_verdict: str | None
    year_revenue: float | None
    revenue: Decimal
    orders: int
    order_value: float | None
    order_value_low: float | None
    order_value_high: float | None
    order_median: float | None
    margin_rate: float | None
    margin_rate_low: float | None
    margin_rate_high: float | None
    again_365: float | None
    again_365_low: float | None
    again_365_high: float | None
    cycle_days: int | None
    cycle_days_low: int | None
    cycle_days_high: int | None
    followed_two_years: int
    second_year: float | None
    second_year_low: float | None
    second_year_high: float | None
    on_file: int | None
    referral_share: float | None
    referral_share_low: float | None
    referral_share_high: float | None
    guide_share: float | None
    guide_share_low: float | None
    guide_share_high: float | None
    choice_share: float
    expected_again: float | None
    repeat_index: float | None
    repeat_index_low: float | None
    repeat_index_high: float | None


class Named(TypedDict):
    """A gift or a bundle as the report shows it."""

    group: str
    product: str
    product_kind: str
    buyers: int
    revenue: Decimal
    first_buyers: int
    first_share: float
