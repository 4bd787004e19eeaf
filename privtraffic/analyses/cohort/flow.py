"""New against returning, and whose money each period's revenue is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import pyarrow as pa

from privtraffic.analyses.cohort.rows import FlowCount, Layer, LayerCount, Period
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import day_number, day_of
from privtraffic.analyses.statistics.periods import Calendar
from privtraffic.engine.base import Engine

KINDS = ("new", "returning", "reactivated")
MOST_LAYERS = 6
MOST_PERIODS = 104
EARLIER = "earlier"


def register_calendar(engine: Engine, calendar: Calendar, first: date, as_of: date, cohorts: Sequence[int]) -> None:
    """Keep what each period is called, which layer its cohort belongs to, and which date a day is."""
    numbers = list(range(calendar.number(first), calendar.number(as_of) + 1))
    layer = _layer_names(calendar, cohorts)
    months = Calendar("month")
    shown = months if calendar.by == "day" else calendar
    columns = {
        "number": pa.array(numbers, pa.int32()),
        "label": pa.array([calendar.label(number) for number in numbers], pa.string()),
        "layer": pa.array([layer.get(number) for number in numbers], pa.string()),
        "shown": pa.array([shown.label(shown.number(calendar.first_day(number))) for number in numbers], pa.string()),
    }
    engine.scan("cohort_calendar", pa.table(columns))
    days = range(day_number(first), day_number(as_of) + 3 * 366)
    engine.scan("cohort_days", pa.table({"day": pa.array(days, pa.int32()), "on_day": [day_of(day) for day in days]}))


def _layer_names(calendar: Calendar, cohorts: Sequence[int]) -> dict[int, str]:
    """The layer of each cohort, at most six: by cohort, else by quarter, else by year, the oldest years together."""
    quarters = Calendar("quarter")
    by_level = (
        {number: calendar.label(number) for number in cohorts},
        {number: quarters.label(quarters.number(calendar.first_day(number))) for number in cohorts},
    )
    for names in by_level:
        if len(set(names.values())) <= MOST_LAYERS:
            return names
    years = {number: calendar.first_day(number).year for number in cohorts}
    floor = max(years.values()) - MOST_LAYERS + 1
    oldest = min(years.values())
    return {number: f"≤{floor}" if year <= floor and oldest < floor else str(year) for number, year in years.items()}


def flow(found: pa.Table, calendar: Calendar, complete: Callable[[int], bool]) -> list[Period]:
    """One row per period of the window, including periods without orders."""
    by_period: dict[int, dict[str, FlowCount]] = {}
    for row in rows_of(found, FlowCount):
        by_period.setdefault(row["period"], {})[row["kind"]] = row
    numbers = range(min(by_period, default=0), max(by_period, default=-1) + 1)
    return [_period(number, by_period.get(number, {}), calendar, complete(number)) for number in numbers]


def _period(number: int, found: Mapping[str, FlowCount], calendar: Calendar, complete: bool) -> Period:
    new, returning, reactivated = (
        found.get(kind, FlowCount(period=number, kind=kind, members=0, orders=0, cents=0)) for kind in KINDS
    )
    return {
        "calendar_period": calendar.label(number),
        "period_complete": complete,
        "revenue": Decimal(sum(kind["cents"] for kind in found.values())) / 100,
        "revenue_new": Decimal(new["cents"]) / 100,
        "revenue_returning": Decimal(returning["cents"]) / 100,
        "revenue_reactivated": Decimal(reactivated["cents"]) / 100,
        "active": sum(kind["members"] for kind in found.values()),
        "members_new": new["members"],
        "members_returning": returning["members"],
        "members_reactivated": reactivated["members"],
        "orders_new": new["orders"],
        "orders_returning": returning["orders"],
        "orders_reactivated": reactivated["orders"],
    }


def layers(found: pa.Table) -> list[Layer]:
    """Revenue of each layer of cohorts in each of the latest periods; None before the layer's first revenue."""
    money = {
        (row["layer"] or EARLIER, row["period"]): Decimal(row["cents"]) / 100 for row in rows_of(found, LayerCount)
    }
    periods = sorted({period for _, period in money})[-MOST_PERIODS:]
    names = sorted({name for name, _ in money}, key=lambda name: (name != EARLIER, not name.startswith("≤"), name))
    return [
        {"cohort_layer": name, "calendar_period": period, "revenue": money.get((name, period))}
        for name in names
        for period in periods
    ]
