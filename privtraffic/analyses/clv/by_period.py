"""Histories counted once a period: for donations, seasons and contracts, whose days say nothing.

Every period with an order stands in the order days as its first day; what is observed are whole periods up to the
as-of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from privtraffic.analyses.clv.room import PERIOD_DAYS, Params
from privtraffic.analyses.clv.rows import Gaps
from privtraffic.analyses.rows import row_of
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError

SQL = queries("privtraffic.analyses.clv.compute")

_MOST_GAPS = 0.01
"""A share of members above which those who came back after a gap show that these are no contracts."""

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def check(data: Dataset, params: Params) -> None:
    """Refuse what cannot be counted by whole periods, before anything is counted.

    Raises
    ------
    PrivtrafficError
        For an as-of date that is not the last day of a period, and for costs, whose payback is told by the month.
    """
    if params.period is None:
        return
    last = end_before(data.as_of, params.period, 0)
    if last != data.as_of:
        raise PrivtrafficError("clv_period_as_of", as_of=data.as_of, period=params.period, last=last)
    if data.spend is not None or params.cost_per_member is not None:
        raise PrivtrafficError("clv_period_cost", model=params.model)


def first_of(day: date, period: str) -> date:
    """First day of the period of `day`; weeks begin on Monday."""
    if period == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def end_before(as_of: date, period: str, count: int) -> date:
    """The last day of the latest whole period up to `as_of`, or of the one `count` periods earlier."""
    after = first_of(as_of + timedelta(days=1), period)
    for _ in range(count):
        after = first_of(after - timedelta(days=1), period)
    return after - timedelta(days=1)


def keep(engine: Engine, params: Params) -> list[tuple[str, Mapping[str, object]]]:
    """Put periods in place of the order days, in `clv_days`; returns what must be said of them.

    Raises
    ------
    PrivtrafficError
        For the shifted-beta-geometric where so many came back that nobody can be said to have ended a contract.
    """
    period = params.period or "year"
    engine.run("clv_days", SQL["period_days"].format(period=period))
    engine.drop("clv_all_days")
    count = round(params.horizon_days / PERIOD_DAYS[period])
    told: list[tuple[str, Mapping[str, object]]] = [
        ("clv.note.periods", {"model": params.model, "period": period, "count": count})
    ]
    if params.model != "sbg":
        return told
    row = row_of(engine.fetch(SQL["gaps"], days=PERIOD_DAYS[period]), Gaps)
    if row["gaps"] > _MOST_GAPS * row["members"]:
        raise PrivtrafficError("clv_no_contracts", gaps=row["gaps"], members=row["members"], period=period)
    return [*told, ("clv.note.gaps", {"gaps": row["gaps"]})] if row["gaps"] else told


def snapped(origins: list[tuple[date, int]], as_of: date, period: str) -> list[tuple[date, int]]:
    """Origins and holdouts of whole periods, for those of days."""
    found: list[tuple[date, int]] = []
    for origin, holdout in origins:
        long = max(round(holdout / PERIOD_DAYS[period]), 1)
        back = max(round((as_of - origin).days / PERIOD_DAYS[period]), long)
        start, until = end_before(as_of, period, back), end_before(as_of, period, back - long)
        if start not in [taken for taken, _ in found]:
            found.append((start, (until - start).days))
    return found
