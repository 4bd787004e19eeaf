"""Cohort retention: who comes back, when, and how that differs by where members came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.cohort.doors import Asked, Doors, compare_doors
from privtraffic.analyses.cohort.flow import flow, layers, register_calendar
from privtraffic.analyses.cohort.newness import Flows, newness
from privtraffic.analyses.cohort.room import Params, Start
from privtraffic.analyses.cohort.rows import (
    Average,
    Cell,
    Cohort,
    Layer,
    OnFile,
    OutsideCount,
    Period,
    Point,
    Size,
    Spent,
    Totals,
)
from privtraffic.analyses.cohort.second import HORIZON_DAYS, Waits, points, summary, waits
from privtraffic.analyses.cohort.triangle import MOST_COHORTS, Ages, Triangle, averages, cells, triangle
from privtraffic.analyses.cohort.whom import draw_contacts
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.periods import Calendar
from privtraffic.analyses.statistics.survival import Curve
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import Bound, Engine, TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

SQL = queries(__name__)

__all__ = ["Result", "compute", "draw_contacts"]


@dataclass(frozen=True)
class Outside:
    """Orders and members that belong to no cohort.

    Attributes
    ----------
    before_members, before_orders, before_revenue
        Members, orders and net revenue dated before the member joined.
    unknown_members, unknown_orders, unknown_revenue
        Buyers who are not on file, or without a usable join date.
    undated
        Members on file without a join date.
    """

    before_members: int = 0
    before_orders: int = 0
    before_revenue: Decimal = Decimal("0.00")
    unknown_members: int = 0
    unknown_orders: int = 0
    unknown_revenue: Decimal = Decimal("0.00")
    undated: int = 0


@dataclass(frozen=True)
class Result(Answer):
    """Cohorts, their sizes and their retention by age.

    Attributes
    ----------
    start
        What was used: `joined` or `first-order`.
    totals
        Members, buyers, repeat_buyers, orders and revenue over all cohorts.
    cells
        One row per cohort and age of the cohorts shown; None where nothing is observed.
    averages
        One row per age, over its wholly observed cohorts.
    cohorts
        One row per cohort shown: size, buyers, revenue, time to the second order.
    cohorts_left_out, ages_left_out
        How many are counted and not shown.
    cut_cohort
        The cohort whose period the window cuts: it holds those who started within the window, none of its cells is
        complete, and no average counts it.  None where the window begins with a period.
    curve, window
        Share with a second order by days since the first, and the shortest span that holds half of those of the first
        year.
    flow, layers
        Revenue by calendar period: new, returning, reactivated; and by layers of cohorts.
    newness
        The same by the values of a dimension, None unless asked for.
    doors
        The comparison of groups, None unless asked for.
    members
        One row per member of the cohorts.
    """

    params: Params
    start: Start
    as_of: date
    first_day: date | None
    data_first_day: date | None
    totals: Totals
    outside: Outside
    cells: Sequence[Cell]
    averages: Sequence[Average]
    cohorts: Sequence[Cohort]
    cohorts_left_out: int
    ages_left_out: int
    cut_cohort: str | None
    curve: Curve
    window: tuple[int, int] | None
    points: Sequence[Point]
    flow: Sequence[Period]
    layers: Sequence[Layer]
    newness: Flows | None
    doors: Doors | None
    members: TableRef


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Count what the members who started in one period did since.

    Denominator: everybody who started in the period.  With `start="joined"` that is everybody on the members file who
    joined up to the as-of date, buyers or not; orders before the day of joining, and buyers who are not on file, are
    left out and counted apart.  With `start="first-order"` it is everybody with a purchase, from the day of the first
    one in all history.  A window leaves out members who started before it; new against returning then still tells
    them as returning.

    Units: members, days, money net of refunds; rates 0 to 1.
    Source: Kaplan & Meier (1958) with Greenwood's variance for the second order; Mantel (1966) between groups, q-values
    Benjamini & Hochberg (1995).

    Raises
    ------
    PrivtrafficError
        Where there is no members file for `joined`, nobody started in the window, or the group is not known.
    """
    start: Start = params.start or ("joined" if data.joined is not None else "first-order")
    if start == "joined" and data.joined is None:
        raise PrivtrafficError("cohort_no_members")
    with stage("cohort"):
        return _compute(data, params, start)


def _compute(data: Dataset, params: Params, start: Start) -> Result:
    engine, calendar = data.engine, Calendar(params.by)
    window = data.settings.bounds(data.as_of)
    places = _places(calendar, params, start)
    first_day = data.settings.first_day(data.as_of)
    engine.run("cohort_starts", SQL[f"started_by_{_snake(start)}"], numbered=True, **window)
    counted = rows_of(engine.fetch(SQL["sizes"].format(**places), **window), Size)
    sizes = {row["cohort"]: row["size"] for row in counted}
    if not sizes:
        raise PrivtrafficError("cohort_nobody", as_of=data.as_of)
    engine.run("cohort_steps", SQL["steps"].format(**places), **window)
    # A window cuts nothing of members who are only known by orders that all came later.
    cuts = start == "joined" or (data.quality.first_day or date.max) < (first_day or date.min)
    ages = Ages(calendar, data.as_of, params.rolling_days, first_day if cuts else None)
    found = triangle(sizes, engine.fetch(SQL["cells"].format(**places), most=ages.most() + 1), ages)
    shown = found.cohorts[-MOST_COHORTS[params.by] :]
    earliest = min(calendar.first_day(found.cohorts[0]), data.quality.first_day or data.as_of)
    register_calendar(engine, calendar, earliest, data.as_of, found.cohorts)
    waiting = waits(engine, SQL, "cohort_steps", "cohort", as_of_day=day_number(data.as_of))
    curve = waiting.whole()
    span = curve.window(horizon=HORIZON_DAYS)
    from_day = {"from_day": day_number(first_day or earliest)}
    flowing = engine.fetch(SQL["flow"], dormant=params.dormant_days, **from_day)

    def whole(period: int) -> bool:
        return calendar.last_day(period) <= data.as_of and calendar.first_day(period) >= (first_day or date.min)

    members = SQL["members"].format(
        **places, nudge=span[1] if span else 0, first_day=f"date '{first_day or date(1900, 1, 1)}'"
    )
    engine.view("cohort_members", members)
    labels = [calendar.label(cohort) for cohort in found.cohorts]
    return Result(
        params=params,
        start=start,
        as_of=data.as_of,
        first_day=first_day or data.quality.first_day,
        data_first_day=data.quality.first_day,
        totals=_totals(found),
        outside=_outside(engine, window) if start == "joined" else Outside(),
        cells=list(cells(found, labels, len(shown), params.margin)),
        averages=averages(found, params.margin),
        cohorts=_cohorts(found, labels, len(shown), waiting, _costs(data, calendar, start, whole)),
        cohorts_left_out=len(found.cohorts) - len(shown),
        cut_cohort=labels[0] if ages.cut(found.cohorts[0]) else None,
        ages_left_out=max(0, ages.oldest(found.cohorts[0]) - ages.most()),
        curve=curve,
        window=span,
        points=points(curve),
        flow=flow(flowing, calendar, whole),
        newness=newness(data, params.flow_by, Asked(SQL, places, window | from_day), calendar, whole)
        if params.flow_by
        else None,
        layers=layers(engine.fetch(SQL["layers"], **from_day)),
        doors=compare_doors(data, params.group, start, ages, Asked(SQL, places, window)) if params.group else None,
        members=TableRef(engine, "cohort_members", "started_on, member_id"),
    )


PLACE = """(cast(days_between(date '1900-01-01', o.ordered_at) as bigint) * 86400
        + hour(o.ordered_at) * 3600 + minute(o.ordered_at) * 60 + cast(second(o.ordered_at) as int)) * 1000000000
      + least(greatest(cast(o.net * 100 as bigint), -499999999), 499999999)"""
"""Where an order stands among its member's: second and cents in one number."""


def _snake(start: Start) -> str:
    return {"joined": "joining", "first-order": "first_order"}[start]


def _places(calendar: Calendar, params: Params, start: Start) -> dict[str, str]:
    """The parts of the queries that depend on the kind of period and of start."""
    places = {
        "cohort": calendar.sql("s.started_on"),
        "period": calendar.sql("o.ordered_at"),
        "place": PLACE,
        "since_start": "and o.ordered_at >= s.started_on" if start == "joined" else "",
        "by": calendar.by,
        "age": "(x.period - x.cohort)",
        "opens": "x.opens",
        "join_starts": "",
    }
    if params.rolling_days:
        own = f"cast(floor(({{0}} - days_between(date '1900-01-01', s.started_on)) / {params.rolling_days}.0) as int)"
        places |= {
            "age": own.format("x.day"),
            "opens": f"(x.is_purchase and {own.format('x.day')} is distinct from {own.format('x.day_before')})",
            "join_starts": "join cohort_starts s on x.member = s.row_no",
        }
    return places


def _totals(found: Triangle) -> Totals:
    return {
        "members": int(found.size.sum()),
        "buyers": int(found.first_orders.sum()),
        "repeat_buyers": int(found.second_orders.sum()),
        "orders": int(found.orders.sum()),
        "revenue": Decimal(int(found.cents.sum())) / 100,
        "cohorts": len(found.cohorts),
    }


def _costs(data: Dataset, calendar: Calendar, start: Start, whole: Callable[[int], bool]) -> Mapping[int, Decimal]:
    """What was spent in each complete period in which everybody counted joined.

    A month of spend cannot be told apart by days or weeks; where a members file tells who joined when, the first order
    is another day.
    """
    if data.spend is None or calendar.by in ("day", "week") or (start == "first-order" and data.joined is not None):
        return {}

    def told(row: Spent) -> bool:
        return whole(row["cohort"]) and row["months"] == (3 if calendar.by == "quarter" else 1)

    found = data.engine.fetch(SQL["costs"].format(spent=calendar.sql("spent_on")), as_of=data.as_of)
    return {row["cohort"]: row["cost"] for row in rows_of(found, Spent) if told(row)}


def _cohorts(
    found: Triangle, labels: Sequence[str], shown: int, waiting: Waits, costs: Mapping[int, Decimal]
) -> list[Cohort]:
    row_of = {cohort: row for row, cohort in enumerate(waiting.scopes)}
    out: list[Cohort] = []
    for i in range(len(labels) - shown, len(labels)):
        size, cents = int(found.size[i]), int(found.cents[i].sum())
        waited = summary(waiting.curve(row_of.get(found.cohorts[i])))
        cost = costs.get(found.cohorts[i])
        out.append(
            {
                "cohort": labels[i],
                "size": size,
                "acquisition_cost": cost,
                "cost_per_joiner": None if cost is None else float(cost) / size,
                "bought_share": waited["cohort_buyers"] / size,
                "orders": int(found.orders[i].sum()),
                "revenue": Decimal(cents) / 100,
                "revenue_to_date_per_member": cents / 100 / size,
                **waited,
            }
        )
    return out


def _outside(engine: Engine, window: Bound) -> Outside:
    rows = {row["not_on_file"]: row for row in rows_of(engine.fetch(SQL["outside"], **window), OutsideCount)}
    on_file = row_of(engine.fetch(SQL["on_file"]), OnFile)
    outside = Outside(undated=on_file["members"] - on_file["dated"])
    if early := rows.get(False):
        outside = replace(
            outside,
            before_members=early["members"],
            before_orders=early["orders"],
            before_revenue=early["revenue"],
        )
    if unknown := rows.get(True):
        outside = replace(
            outside,
            unknown_members=unknown["members"],
            unknown_orders=unknown["orders"],
            unknown_revenue=unknown["revenue"],
        )
    return outside
