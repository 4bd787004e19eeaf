"""The figures of each month, from one pass over the member months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from privtraffic.analyses.review.months import Month, Observed
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


def moment(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time())


def figures(data: Dataset, month: Month, observed: Observed, dormant_days: int) -> dict[int, Figures]:
    """The figures of the last thirteen months that the data show wholly; a month without an order has zeros."""
    engine = data.engine
    first = month.after(1 - TREND_MONTHS)
    span = {"start": moment(first.first_day), "after": moment(month.after(1).first_day)}
    numbers = {"first": first.number, "now": month.number}
    counts = {row["month"]: row for row in rows_of(engine.fetch(SQL["by_month"], **numbers), MonthCount)}
    standing = {row["month"]: row for row in rows_of(engine.fetch(SQL["standing"], dormant=dormant_days), Standing)}
    outside = {row["month"]: row for row in rows_of(engine.fetch(SQL["outside"], **span), OutsideCount)}
    cycles = {row["month"]: row for row in rows_of(engine.fetch(SQL["cycles"], **span), Cycle)}
    joined: Mapping[int, JoinCount] | None = None
    if data.joined is not None:
        found = rows_of(engine.fetch(SQL["joined"], after=span["after"]), JoinCount)
        joined = {row["month"]: row for row in found}
    known_referrers = joined is not None and any(row["referred"] for row in joined.values())
    out: dict[int, Figures] = {}
    for number in range(first.number, month.number + 1):
        if not observed.whole(Month(number)):
            continue
        row = _figures(Month(number), counts.get(number), standing.get(number), outside.get(number))
        row["repurchase_cycle_days"] = cycles[number]["repurchase_cycle_days"] if number in cycles else None
        if (Month(number).last_day - observed.first).days <= dormant_days:
            row["dormant_members"] = None
        if joined is not None:
            joins = joined.get(number) or {"month": number, "joined_in_month": 0, "referred": 0}
            row["joined_in_month"], row["referred"] = joins["joined_in_month"], joins["referred"]
            if known_referrers and joins["joined_in_month"]:
                row["referral_share"] = joins["referred"] / joins["joined_in_month"]
        out[number] = row
    return out


def _figures(
    month: Month, counted: MonthCount | None, standing: Standing | None, outside: OutsideCount | None
) -> Figures:
    of = counted or _no_orders(month)
    orders, active, revenue = of["orders"], of["active"], of["revenue"]
    back = of["returning_members"] + of["reactivated_members"]
    other_orders, other_revenue = (outside["orders"], outside["revenue"]) if outside else (0, NOTHING)
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
