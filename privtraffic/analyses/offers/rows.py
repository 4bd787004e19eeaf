"""The rows of the queries on offers, and those of the report."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict


class GrantedRow(TypedDict):
    """Grants of a coupon; `over_` those whose validity has passed, `held_out` the control group of a draw."""

    coupon: str
    granted: int
    used: int
    over_granted: int
    over_used: int
    held_out: int
    drawn: int
    granted_year: int
    longest: int | None
    first_granted: int


class CodeRow(TypedDict):
    """Codes that anybody may use, as a shop counts them."""

    coupon: str
    uses: int | None
    codes: int


class WaitRow(TypedDict):
    """Grants by the days to their use, or to where they were last seen unused."""

    coupon: str
    event: bool
    days: int
    grants: int


class BorneRow(TypedDict):
    """Orders kept that used a coupon."""

    coupon: str
    orders: int
    members: int
    new_orders: int
    returning_orders: int
    discount: Decimal
    platform_discount: Decimal
    revenue: Decimal


class WaveRow(TypedDict):
    """Members of one draw by group."""

    coupon: str
    starts: int
    arm: str
    members: int


class BirthGrantRow(TypedDict):
    """Grants by the day on which they begin and the month of birth."""

    coupon: str
    starts: int
    birth_month: int
    grants: int


class RiskRow(TypedDict):
    """Members by month of the first purchase and month of birth."""

    first_month: int
    birth_month: int
    members: int


class BirthRow(TypedDict):
    """Purchases after the month of the first, by month and month of birth."""

    month: int
    birth_month: int
    orders: int


class MonthRow(TypedDict):
    """Points of one month."""

    month: int
    earned: int
    used: int
    expired: int


class FateRow(TypedDict):
    """Points by their age when they were used, expired, or are still held."""

    age: int
    fate: str
    life: int | None
    points: int


class Coupon(TypedDict):
    """A coupon as the report shows it."""

    coupon: str
    granted: int | None
    used: int | None
    over_granted: int | None
    use_rate: float | None
    low: float | None
    high: float | None
    young: int | None
    expected_use_rate: float | None
    breakage: int | None
    orders: int
    members: int
    new_orders: int
    returning_orders: int
    revenue: Decimal
    discount: Decimal
    platform_discount: Decimal
    margin_after: Decimal | None
    breakeven_share: float | None
    held_out: int | None
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    basis: str | None
    offer_verdict: str
    money_each: float | None
    money_each_low: float | None
    money_each_high: float | None
    holdout_members: int | None
    holdout_shows: float | None


class BirthdayRow(TypedDict):
    """Members born in the month against all others in the same months."""

    coupon: str
    birth_period: str
    own_month_orders: int
    own_month_rate: float | None
    other_rate: float | None
    rate_ratio: float | None
    ratio_low: float | None
    ratio_high: float | None


class Month(TypedDict):
    """Points of a month; what is expected of them stands in the last."""

    month: str
    earned: int
    used: int
    expired: int
    balance: int
    expected_used: int | None
    liability: Decimal | None
