"""The figures of each month, from one pass over the member months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from privtraffic.analyses.review.measures import MEASURES, VALUES
from privtraffic.analyses.review.months import Month, Observed
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.review.compute")

TREND_MONTHS = 13
NOTHING = Decimal("0.00")

Row = Mapping[str, Any]


def moment(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time())


def figures(data: Dataset, month: Month, observed: Observed, dormant_days: int) -> dict[int, dict[str, Any]]:
    """The figures of the last thirteen months that the data show wholly; a month without an order has zeros."""
    engine = data.engine
    first = month.after(1 - TREND_MONTHS)
    span = {"start": moment(first.first_day), "after": moment(month.after(1).first_day)}
    numbers = {"first": first.number, "now": month.number}
    by_month = _by_month(engine.fetch(SQL["by_month"], **numbers))
    standing = _by_month(engine.fetch(SQL["standing"], dormant=dormant_days))
    outside = _by_month(engine.fetch(SQL["outside"], **span))
    cycles = _by_month(engine.fetch(SQL["cycles"], **span))
    joined = _by_month(engine.fetch(SQL["joined"], after=span["after"])) if data.joined is not None else None
    known_referrers = joined is not None and any(row["referred"] for row in joined.values())
    out: dict[int, dict[str, Any]] = {}
    for number in range(first.number, month.number + 1):
        if not observed.whole(Month(number)):
            continue
        row = _figure_row(by_month.get(number, {}), standing.get(number, {}), outside.get(number, {}))
        row["month"] = Month(number)
        row["repurchase_cycle_days"] = cycles.get(number, {}).get("repurchase_cycle_days")
        if (Month(number).last_day - observed.first).days <= dormant_days:
            row["dormant_members"] = None
        if joined is not None:
            row["joined_in_month"] = joined.get(number, {}).get("joined_in_month", 0)
            row["referred"] = joined.get(number, {}).get("referred", 0)
            if known_referrers and row["joined_in_month"]:
                row["referral_share"] = row["referred"] / row["joined_in_month"]
        out[number] = row
    return out


def _by_month(found: pa.Table) -> dict[int, Row]:
    return {row["month"]: row for row in found.to_pylist()}


def _figure_row(counted: Row, standing: Row, outside: Row) -> dict[str, Any]:
    def of(name: str) -> Any:
        return counted.get(name) or 0

    revenue = counted.get("revenue") or NOTHING
    row: dict[str, Any] = {measure.key: None for measure in MEASURES}
    row |= {name: of(name) for name in ("active", "new_members", "returning_members", "reactivated_members", "orders")}
    row |= {
        "revenue": revenue,
        "members": standing.get("members", 0),
        "dormant_members": standing.get("dormant_members", 0),
        "order_value": _ratio(revenue, of("orders")),
        "arpu": _ratio(revenue, of("active")),
        "orders_per_active": _ratio(of("orders"), of("active")),
        "units_per_order": _ratio(of("units"), of("counted")),
        "returning_share": _ratio(of("returning_members") + of("reactivated_members"), of("active")),
        "refund_rate": _ratio(of("returned"), of("paid")),
    }
    all_orders = of("orders") + (outside.get("orders") or 0)
    all_revenue = revenue + (outside.get("revenue") or NOTHING)
    row["member_order_share"] = _ratio(of("orders"), all_orders)
    row["member_revenue_share"] = _ratio(revenue, all_revenue) if revenue >= 0 else None
    row["anonymous_orders"] = outside.get("orders") or 0
    row["anonymous_revenue"] = outside.get("revenue") or NOTHING
    row |= {f"sum_{name}": of(name) for name in VALUES} | {"sum_net": revenue}
    row["sum_new"] = of("new_members")
    row["sum_back"] = of("returning_members") + of("reactivated_members")
    return row


def _ratio(part: Any, whole: Any) -> float | None:
    return float(part) / float(whole) if whole and whole > 0 else None
