"""The figures of each month, from one pass over the member months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from privtraffic.analyses.review.months import Month, Observed, Period
from privtraffic.analyses.review.rows import (
    NOTHING,
    Cycle,
    Figures,
    JoinCount,
    MonthCount,
    OutsideCount,
    Standing,
)
from privtraffic.analyses.rows import rows_of
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.review.compute")

TREND_MONTHS = 13
MONTH_OF_ORDER = "cast(months_between_starts(date '1900-01-01', ordered_at) as int)"


def moment(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time())


def figures(
    data: Dataset, periods: Sequence[Period], observed: Observed, dormant_days: int, orders: str = "orders"
) -> dict[int, Figures]:
    """The figures of each period, by the number of its last month; one without an order has zeros.

    A period of several months is one month of `review_paths`, called by its last.  `orders` names the table of orders;
    who joined is told of all orders alone, since no order tells it.
    """
    engine, now = data.engine, periods[-1].last.number
    joined = data.joined if orders == "orders" else None
    span = {"start": moment(periods[0].first.first_day), "after": moment(periods[-1].last.after(1).first_day)}
    numbers = {"first": periods[0].last.number, "now": now}
    counts = {row["month"]: row for row in rows_of(engine.fetch(SQL["by_month"], **numbers), MonthCount)}
    standing = {row["month"]: row for row in rows_of(engine.fetch(SQL["standing"], dormant=dormant_days), Standing)}
    outside = rows_of(engine.fetch(SQL["outside"].format(orders=orders), **span), OutsideCount)
    of_order = MONTH_OF_ORDER if len(periods[-1].months) == 1 else f"cast({now} as int)"
    found_cycles = engine.fetch(SQL["cycles"].format(orders=orders, month=of_order), **span)
    cycles = {row["month"]: row for row in rows_of(found_cycles, Cycle)}
    joins = rows_of(engine.fetch(SQL["joined"], after=span["after"]), JoinCount) if joined else []
    known_referrers = any(row["referred"] for row in joins)
    out: dict[int, Figures] = {}
    for period in periods:
        number, last_day = period.last.number, observed.end_of(period.last)
        beyond = [row for row in outside if row["month"] in period.months]
        row = _figures(period.last, counts.get(number), standing.get(number), beyond)
        row["repurchase_cycle_days"] = cycles[number]["repurchase_cycle_days"] if number in cycles else None
        if (last_day - observed.first).days <= dormant_days:
            row["dormant_members"] = None
        if (period.first.after(-1).last_day - observed.first).days <= dormant_days:
            row["fell_asleep"] = None
        if joined is not None:
            of_period = [row for row in joins if row["month"] in period.months]
            came, referred = (sum(row[key] for row in of_period) for key in ("joined_in_month", "referred"))
            row["joined_in_month"], row["referred"] = came, referred
            if known_referrers and came:
                row["referral_share"] = referred / came
        out[number] = row
    return out


def _figures(
    month: Month, counted: MonthCount | None, standing: Standing | None, outside: Sequence[OutsideCount]
) -> Figures:
    of = counted or _no_orders(month)
    orders, active, revenue = of["orders"], of["active"], of["revenue"]
    back = of["returning_members"] + of["reactivated_members"]
    other_orders = sum(row["orders"] for row in outside)
    other_revenue = sum((row["revenue"] for row in outside), NOTHING)
    return {
        "month": month,
        "revenue": revenue,
        "orders": orders,
        "active": active,
        "new_members": of["new_members"],
        "returning_members": of["returning_members"],
        "reactivated_members": of["reactivated_members"],
        "members": standing["members"] if standing else 0,
        "dormant_members": standing["dormant_members"] if standing else 0,
        "fell_asleep": standing["fell_asleep"] if standing else 0,
        "joined_in_month": None,
        "referred": None,
        "order_value": _ratio(revenue, orders),
        "arpu": _ratio(revenue, active),
        "orders_per_active": _ratio(orders, active),
        "units_per_order": _ratio(of["units"], of["counted"]),
        "repurchase_rate": None,
        "returning_share": _ratio(back, active),
        "refund_rate": _ratio(of["returned"], of["paid"]),
        "member_revenue_share": _ratio(revenue, revenue + other_revenue) if revenue >= 0 else None,
        "member_order_share": _ratio(orders, orders + other_orders),
        "referral_share": None,
        "repurchase_cycle_days": None,
        "anonymous_orders": other_orders,
        "anonymous_revenue": other_revenue,
        "sums": {
            "net": revenue,
            "orders": orders,
            "active": active,
            "new": of["new_members"],
            "returning": of["returning_members"],
            "reactivated": of["reactivated_members"],
            "back": back,
            "units": of["units"],
            "counted": of["counted"],
            "paid": of["paid"],
            "returned": of["returned"],
        },
    }


def _no_orders(month: Month) -> MonthCount:
    return {
        "month": month.number,
        "active": 0,
        "new_members": 0,
        "returning_members": 0,
        "reactivated_members": 0,
        "orders": 0,
        "units": 0,
        "counted": 0,
        "paid": NOTHING,
        "returned": NOTHING,
        "revenue": NOTHING,
    }


def _ratio(part: Decimal | int, whole: Decimal | int) -> float | None:
    return float(part) / float(whole) if whole > 0 else None
