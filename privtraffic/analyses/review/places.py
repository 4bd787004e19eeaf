"""Stores and guides of the month: what they sold, and beside it how `teams` rates them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from privtraffic.analyses.review.contributions import Side, sold, sums_by
from privtraffic.analyses.review.months import Month
from privtraffic.analyses.review.rows import NOTHING, FirstTimers, PartSums, Place, StoreOfGuide, Unsold
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.teams.fair import as_named, compare
from privtraffic.analyses.teams.room import By
from privtraffic.analyses.teams.rows import Rated
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)

PLACES: Sequence[By] = ("store", "guide")

NO_SALES: PartSums = {
    "buyers_now": 0,
    "buyers_before": 0,
    "buyers_year": 0,
    "orders_now": 0,
    "units": 0,
    "counted": 0,
    "now": NOTHING,
    "before": NOTHING,
    "year": NOTHING,
    "spread_before": Decimal(0),
    "spread_year": Decimal(0),
}


def places(
    data: Dataset, dimensions: Sequence[str], month: Month, sides: Sequence[Side]
) -> Mapping[By, Sequence[Place]]:
    """Units that sold something this month, or have members at its end; those named first.

    The rating is that of `teams` at the end of the month, over all history; sales are those of the month.
    """
    found: dict[By, Sequence[Place]] = {}
    for by in PLACES:
        if by in dimensions and (rows := _of(data, by, month, sides, stores="store" in dimensions)):
            found[by] = rows
    return found


def unsold(data: Dataset, month: Month) -> Unsold:
    """How much of the members' revenue of the month names no seller, and so stands in no ranking of guides."""
    return row_of(data.engine.fetch(SQL["unsold"], now=month.number), Unsold)


def _of(data: Dataset, by: By, month: Month, sides: Sequence[Side], *, stores: bool) -> list[Place]:
    with data.engine.scope() as engine:
        if not engine.fetch(f"select count({by}) as n from review_orders")["n"][0].as_py():
            return []
        rated = compare(replace(data, engine=engine), by, month.last_day).units
        engine.run("review_by_unit", SQL["by_unit"].format(by=by))
        sums = {key: row for key, row in sums_by(engine, "unit_key", "review_by_unit", month, sides) if key is not None}
        firsts = rows_of(engine.fetch(SQL["first_timers"], now=month.number), FirstTimers)
        where = rows_of(engine.fetch(SQL["stores"], now=month.number), StoreOfGuide) if by == "guide" and stores else []
    new = {row["unit_key"]: row["first_timers"] for row in firsts}
    store_of = {row["unit_key"]: row["store"] for row in where}
    found: list[Place] = []
    for key, unit in rated.items():
        if unit["members_today"] or (key in sums and sums[key]["buyers_now"]):
            place = _place(unit, sums.get(key, NO_SALES), new.get(key, 0), sides)
            place["store"] = unit["unit"] if by == "store" else store_of.get(key)
            found.append(place)
    return sorted(found, key=lambda place: as_named(place["rated"]))


def _place(unit: Rated, row: PartSums, first: int, sides: Sequence[Side]) -> Place:
    orders, buyers = row["orders_now"], row["buyers_now"]
    return {
        **sold(row, sides),
        "unit": unit["unit"],
        "store": None,
        "guide": unit["unit"],
        "order_value": float(row["now"]) / orders if orders else None,
        "units_per_order": row["units"] / row["counted"] if row["counted"] else None,
        "new_members": first,
        "new_share": first / buyers if buyers else None,
        "rated": unit,
    }


def shortfall(rows: Sequence[Place]) -> float:
    """Order days a month that the members of units below the house do not bring, as they stand at the end."""
    below = [row["rated"] for row in rows if row["rated"]["unit_verdict"] == "below"]
    return sum((1 - (r["fair"] or 1.0)) * r["expected"] / r["member_months"] * r["members_today"] for r in below)
