"""Two stores, two brands or two periods side by side, each read by the queries of the review itself."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Literal

import pyarrow as pa

from privtraffic.analyses.review.against import Against
from privtraffic.analyses.review.contributions import SMALL
from privtraffic.analyses.review.figures import figures, moment
from privtraffic.analyses.review.measures import MEASURES, Change, Measure, change, moments, share_change
from privtraffic.analyses.review.months import Month, Observed, Period
from privtraffic.analyses.review.repeats import SPAN, Counted, compare_windows
from privtraffic.analyses.review.rows import Figures, MeasureKey
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError

SQL = queries(__name__)
READ = queries("privtraffic.analyses.review.compute")

OPTION = "--against"
EVEN = 0.05
"""A difference whose whole interval lies within 5 % of the second side is none that matters."""
OF_LENGTH = frozenset({
    "revenue", "orders", "active", "new_members", "returning_members", "reactivated_members", "joined_in_month", "arpu",
    "orders_per_active", "returning_share",
})  # fmt: skip
"""Figures that grow, or fall, with the length of a period alone."""
OF_ALL_ORDERS = frozenset({"joined_in_month", "referral_share"})
"""Figures that no order tells."""

Verdict = Literal["higher", "lower", "alike", "cannot_tell", "too_few", "unequal", "counted", "no_ratio"]


@dataclass(frozen=True)
class OneSide:
    """One side of a comparison: its name, its months, how much of them is observed, and its figures."""

    name: str
    period: Period
    last_day: date
    """The last day of it that is in the data."""
    figures: Figures
    behind: Mapping[MeasureKey, int]
    """How many members stand behind a figure, each counted once."""

    @property
    def over(self) -> bool:
        """Whether the data reach its end."""
        return self.last_day >= self.period.last.last_day


@dataclass(frozen=True)
class Compared:
    """A figure of both sides: the difference, and what may be said of it."""

    measure: Measure
    difference: Change | None
    verdict: Verdict


@dataclass(frozen=True)
class SideBySide:
    """Two sides, what differs between them, and how many members bought on both."""

    against: Against
    sides: tuple[OneSide, OneSide]
    compared: tuple[Compared, ...]
    in_both: int

    def of(self, key: MeasureKey) -> Compared:
        return next(each for each in self.compared if each.measure.key == key)


@dataclass(frozen=True)
class _Asked:
    """A side before it is read."""

    name: str
    period: Period
    column: str | None = None


@dataclass(frozen=True)
class _Read:
    """A side with its tables: member months, those of the period folded, and its figures."""

    months: str
    paths: str
    last: Month
    side: OneSide


def side_by_side(data: Dataset, against: Against, month: Month, observed: Observed, dormant_days: int) -> SideBySide:
    """What differs between two sides, and whether it is more than chance.

    A side is read as a shop of its own: new is whose first order of all in it lies in the period.  Members who buy on
    both are counted once in each, and their two values are taken together in every interval.

    Raises
    ------
    PrivtrafficError
        For a name that no order has, with the nearest; for a period that begins before the data or after their end.
    """
    asked = _asked(data, against, month, observed)
    with ExitStack() as open_scopes:
        read = tuple(
            _read(replace(data, engine=open_scopes.enter_context(data.engine.scope())), one, observed, dormant_days)
            for one in asked
        )
        engine = data.engine
        first, second = read
        ends: Bound = {"first": first.last.number, "second": second.last.number}
        engine.run("review_paths", SQL["both"].format(first=first.paths, second=second.paths), **ends)
        found = moments(engine, READ["moments"], Month(1), Month(2))
        in_both = int(engine.fetch(SQL["in_both"])["members"][0].as_py())
        engine.run("review_repeats", SQL["twelve_months"].format(first=first.months, second=second.months), **ends)
        rates, again = compare_windows(data)
    sides = tuple(_with_rate(one.side, rate, observed) for one, rate in zip(read, rates, strict=True))
    a, b = sides[0].figures, sides[1].figures
    changes = {measure.key: change(measure, a, b, found) for measure in MEASURES}
    changes["referral_share"] = share_change(a, b)
    changes["repurchase_rate"] = again if None not in (a["repurchase_rate"], b["repurchase_rate"]) else None
    unequal = len({len(side.period.months) for side in sides}) > 1 or not all(side.over for side in sides)
    compared = tuple(
        _judged(measure, changes[measure.key], (sides[0], sides[1]), unequal=unequal)
        for measure in MEASURES
        if any(side.figures[measure.key] is not None for side in sides)
    )
    return SideBySide(against, (sides[0], sides[1]), compared, in_both)


def _asked(data: Dataset, against: Against, month: Month, observed: Observed) -> tuple[_Asked, _Asked]:
    own = Period(month, month)
    if against.names is not None:
        _check_names(data, against)
        return _Asked(against.names[0], own, against.way), _Asked(against.names[1], own, against.way)
    then = month.after(-1 if against.way == "month" else -12)
    first, second = against.periods or (own, Period(then, then))
    for period in (first, second):
        if period.first.first_day > observed.last or not observed.begun(period.first):
            known = {"first": observed.first, "last": observed.last}
            raise PrivtrafficError("against_outside", option=OPTION, value=against, period=period, **known)
    return _Asked(str(first), first), _Asked(str(second), second)


def _check_names(data: Dataset, against: Against) -> None:
    """Refuse a name that no order has."""
    table = data.table_of(against.column, OPTION)
    first, second = against.names or ("", "")
    there = data.engine.fetch(SQL["there"].format(column=against.way, table=table), first=first, second=second)
    for name in (first, second):
        if name not in there["value"].to_pylist():
            found = data.engine.fetch(SQL["values"].format(column=against.way, table=table))["value"].to_pylist()
            near = get_close_matches(name, found, 3, 0.4) or found[:3]
            raise PrivtrafficError(
                "against_unknown", option=OPTION, value=name, column=against.way, known=", ".join(near) or "-"
            )


def _read(data: Dataset, asked: _Asked, observed: Observed, dormant_days: int) -> _Read:
    """The figures of one side, by the queries that give those of a month; its tables live in the scope of `data`."""
    engine, period = data.engine, asked.period
    orders = _orders(data, asked)
    refunded = "refunded_orders" if orders == "orders" else "side_refunded"
    months = READ["months"].format(orders=orders, refunded=refunded)
    engine.run("side_months", months, after=moment(period.last.after(1).first_day))
    # Called as in the review, so that its own queries find them.
    bounds: Bound = {"first": period.first.number, "last": period.last.number}
    engine.run("review_months", SQL["folded"].format(months="side_months"), **bounds)
    engine.run("review_paths", READ["paths"], dormant=dormant_days)
    end = {
        "month": pa.array([period.last.number], pa.int32()),
        "last_day": [observed.end_of(period.last)],
        "day_before": [period.first.after(-1).last_day],
    }
    engine.scan("review_ends", pa.table(end))
    row = figures(data, [period], observed, dormant_days, orders)[period.last.number]
    if asked.column == "brand":
        row["refund_rate"] = None  # What was wholly paid back names no brand.
    behind: dict[MeasureKey, int] = {measure.key: row["active"] for measure in MEASURES if measure.top}
    behind |= {"members": row["members"], "repurchase_cycle_days": row["active"]}
    if row["dormant_members"] is not None:
        behind["dormant_members"] = row["members"]
    if row["joined_in_month"] is not None:
        behind |= {"joined_in_month": row["joined_in_month"], "referral_share": row["joined_in_month"]}
    side = OneSide(asked.name, period, observed.end_of(period.last), row, behind)
    return _Read(engine.physical("side_months"), engine.physical("review_paths"), period.last, side)


def _orders(data: Dataset, asked: _Asked) -> str:
    """The orders of a side and, as `side_refunded`, those of it that were wholly paid back."""
    if asked.column is None:
        return "orders"
    engine, value = data.engine, asked.name
    if asked.column == "brand":
        engine.run("side_orders", SQL["of_brand"], value=value)
        engine.run("side_refunded", "select * from refunded_orders where 1 = 0")
        return "side_orders"
    for table, own in (("orders", "side_orders"), ("refunded_orders", "side_refunded")):
        engine.run(own, SQL["of_value"].format(table=table, column=asked.column), value=value)
    return "side_orders"


def _with_rate(side: OneSide, counted: Counted, observed: Observed) -> OneSide:
    """The side with its repurchase rate, where the data cover the twelve months to its end."""
    shown = side.over and observed.begun(side.period.last.after(1 - SPAN)) and counted.any
    rate = counted.again / counted.any if shown else None
    behind: dict[MeasureKey, int] = {**side.behind, "repurchase_rate": counted.any}
    return replace(side, figures={**side.figures, "repurchase_rate": rate}, behind=behind)


def _judged(measure: Measure, found: Change | None, sides: tuple[OneSide, OneSide], *, unequal: bool) -> Compared:
    """The difference of a figure, and what may be said of it."""
    if unequal and measure.key in OF_LENGTH:
        return Compared(measure, None, "unequal")
    if found is None:
        both = all(side.figures[measure.key] is not None for side in sides)
        return Compared(measure, None, "no_ratio" if both else "cannot_tell")
    if not measure.top and found.low is None:
        return Compared(measure, found, "counted")
    behind = [side.behind[measure.key] for side in sides]
    # A total is a sum of many where the larger side is; a ratio needs many on both.
    if (min if measure.bottom or measure.unit == "rate" else max)(behind) < SMALL:
        return Compared(measure, found, "too_few")
    low, high = (found.value if end is None else end for end in (found.low, found.high))
    if low > 0 or high < 0:
        return Compared(measure, found, "higher" if found.value > 0 else "lower")
    level = float(sides[1].figures[measure.key] or 0) if measure.unit == "rate" else 1.0
    return Compared(measure, found, "alike" if max(-low, high) <= EVEN * level else "cannot_tell")
