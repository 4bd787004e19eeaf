"""The monthly review: what happened to the members this month, why, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.asking import Reply
from privtraffic.analyses.review import other_analyses as others
from privtraffic.analyses.review.against import DIMENSIONS
from privtraffic.analyses.review.beside import SideBySide, side_by_side
from privtraffic.analyses.review.contributions import Difference, Side, compared, difference, split
from privtraffic.analyses.review.decomposition import factor_shares
from privtraffic.analyses.review.figures import TREND_MONTHS, figures, moment
from privtraffic.analyses.review.measures import MEASURES, Change, change, moments, share_change
from privtraffic.analyses.review.months import Month, Observed, Period, chosen
from privtraffic.analyses.review.past_lists import Judged, judge_lists
from privtraffic.analyses.review.places import places, unsold
from privtraffic.analyses.review.repeats import Repeats, follow_repeats
from privtraffic.analyses.review.room import Params
from privtraffic.analyses.review.rows import NOTHING, Asleep, Figures, Kind, KindCount, Part, Place, SideName, Unsold
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.analyses.teams.room import By
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

SQL = queries(__name__)

KINDS = ("new", "returning", "reactivated", "credit")


@dataclass(frozen=True)
class Result(Answer):
    """A month beside the one before and the same one a year ago.

    Attributes
    ----------
    months
        By month number: the figures of each of the last thirteen months that are wholly in the data.
    changes
        By side (`before`, `year`): the change of each figure that both months have.
    intervals
        Of figures of this month that have one.
    factors
        By side: shares of active members, orders per member and order value in the change of revenue.
    kinds
        By kind of member: revenue of the month and of those compared with.
    parts
        By brand, channel and store: revenue of the month and of those compared with.
    places
        By store and guide: what each sold, and how it is rated.
    unsold
        What members spent in the month without a seller; None where guides are not told apart.
    repeats
        Where the change of the repurchase rate came from.
    asleep
        Members who became dormant in the month, and their revenue of twelve months.
    rooms
        The other analyses on the same data, or why one was left out.
    lists
        The contact lists since the start of last month, against their control groups.
    beside
        The two sides that `--against` names; None where it was not given.
    """

    params: Params
    month: Month
    observed: Observed
    first_day: date
    sides: tuple[Side, ...]
    months: Mapping[int, Figures]
    changes: Mapping[str, Mapping[str, Change]]
    intervals: Mapping[str, tuple[float, float]]
    factors: Mapping[SideName, tuple[Decimal, Decimal, Decimal] | None]
    kinds: Sequence[Kind]
    parts: Mapping[str, Sequence[Part]]
    places: Mapping[By, Sequence[Place]]
    unsold: Unsold | None
    repeats: Repeats
    asleep: Asleep
    rooms: Sequence[Reply]
    lists: Sequence[Judged]
    beside: SideBySide | None = None

    @property
    def now(self) -> Figures:
        return self.months[self.month.number]

    def side(self, name: str) -> Figures | None:
        """The figures of a month compared with; None where the data do not show it."""
        found = next(side for side in self.sides if side.name == name)
        return self.months.get(found.month.number) if found.known else None

    def revenue_change(self, name: str) -> Decimal | None:
        """The change of the members' revenue, exact to the cent."""
        then = self.side(name)
        return None if then is None else self.now["revenue"] - then["revenue"]


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Review one whole calendar month.

    Counted are orders of members; orders without a member stand in the members' share alone.  Revenue is paid −
    refunds − negative documents, in the month of the order.  Denominator of rates of members: those with an order
    up to the end of the month.  A month compared with is used only where the data show it wholly; what was not
    observed is None.

    Units: members, orders, money of the month; rates 0 to 1.
    Source: the change of a product of factors in shares that add up to it (Shapley 1953); intervals Wilson (1927).

    Raises
    ------
    PrivtrafficError
        For a month that the data do not show wholly, and for a window: a review looks back over all history.
    """
    if data.settings.window_days:
        raise PrivtrafficError("review_window")
    with data.engine.scope() as engine:
        result = _month_alone(replace(data, engine=engine), params)
    month = result.month
    data = replace(data, as_of=month.last_day)
    rooms = others.ask(data, month, params.rooms, _known(params))
    return replace(result, rooms=rooms, lists=judge_lists(data, month, params.margin))


def _month_alone(data: Dataset, params: Params) -> Result:
    """What the orders themselves say, before any other analysis is asked."""
    with stage("review_month"):
        month, observed = observed_month(data, params)
        data = replace(data, as_of=month.last_day)
        before, year = month.after(-1), month.after(-12)
        sides = (Side("before", before, observed.whole(before)), Side("year", year, observed.whole(year)))
        _prepare(data, month, params)
        months = figures(data, _trend(month, observed), observed, params.dormant_days)
        repeats = follow_repeats(data, month, observed, sides)
        for number, rate in repeats.rates.items():
            if number in months:
                months[number]["repurchase_rate"] = rate
        changes = _changes(data, month, sides, months, repeats)
    beside = None
    if params.against is not None:
        with stage("review_beside"), data.engine.scope() as engine:
            own = replace(data, engine=engine)
            beside = side_by_side(own, params.against, month, observed, params.dormant_days)
    with stage("review_parts"):
        found = [name for name in DIMENSIONS if name in data.columns_of("lines" if name == "brand" else "orders")]
        parts = split(data, found, month, sides)
        rated = places(data, found, month, sides)
        nobody = unsold(data, month) if "guide" in rated else None
    now = months[month.number]
    factors = {side.name: _factors(now, months.get(side.month.number)) if side.known else None for side in sides}
    return Result(
        params=params,
        month=month,
        observed=observed,
        first_day=observed.first,
        sides=sides,
        months=months,
        changes=changes,
        intervals=_intervals(now, repeats),
        factors=factors,
        kinds=_kinds(data, month, sides),
        parts=parts,
        places=rated,
        unsold=nobody,
        repeats=repeats,
        asleep=_asleep(data, month, observed, params),
        rooms=(),
        lists=(),
        beside=beside,
    )


def _known(params: Params) -> Mapping[str, object]:
    """What other rooms may be told, by the names of their own parameters."""
    return {
        "dormant_days": params.dormant_days,
        "margin_column": params.margin_column,
        "margin": params.margin,
    }


def observed_month(data: Dataset, params: Params) -> tuple[Month, Observed]:
    """The month that is reviewed, and from where to where the data reach.

    Raises
    ------
    PrivtrafficError
        Where the data do not show the month wholly.
    """
    days = data.engine.fetch(SQL["days"])["day"].to_pylist()
    if not days:
        raise PrivtrafficError("review_no_orders")
    observed = Observed.of(days, data.settings.as_of)
    return chosen(params.month, observed), observed


def _trend(month: Month, observed: Observed) -> list[Period]:
    """The last thirteen months, as far as the data show them wholly."""
    months = (month.after(-back) for back in reversed(range(TREND_MONTHS)))
    return [Period(each, each) for each in months if observed.whole(each)]


def _prepare(data: Dataset, month: Month, params: Params) -> None:
    engine, after = data.engine, moment(month.after(1).first_day)
    engine.run("review_months", SQL["months"].format(orders="orders", refunded="refunded_orders"), after=after)
    engine.run("review_paths", SQL["paths"], dormant=params.dormant_days)
    ends = [month.after(-back) for back in range(TREND_MONTHS)]
    table = {
        "month": pa.array([end.number for end in ends], pa.int32()),
        "last_day": [end.last_day for end in ends],
        "day_before": [end.after(-1).last_day for end in ends],
    }
    engine.scan("review_ends", pa.table(table))


def _changes(
    data: Dataset, month: Month, sides: Sequence[Side], months: Mapping[int, Figures], repeats: Repeats
) -> dict[str, dict[str, Change]]:
    out: dict[str, dict[str, Change]] = {}
    for side in sides:
        if not side.known:
            continue
        found = moments(data.engine, SQL["moments"], month, side.month)
        now, then = months[month.number], months[side.month.number]
        changes: dict[str, Change | None] = {
            m.key: change(m, now, then, found) for m in MEASURES if m.key != "repurchase_rate"
        }
        changes["repurchase_rate"] = repeats.changes.get(side.name)
        changes["referral_share"] = share_change(now, then)
        out[side.name] = {key: value for key, value in changes.items() if value is not None}
    return out


def _factors(now: Figures, then: Figures | None) -> tuple[Decimal, Decimal, Decimal] | None:
    if then is None:
        return None
    of_now, of_then = ((row["active"], row["orders"], row["revenue"]) for row in (now, then))
    return factor_shares(of_now, of_then)


def _intervals(now: Figures, repeats: Repeats) -> dict[str, tuple[float, float]]:
    found = {
        "returning_share": wilson(now["returning_members"] + now["reactivated_members"], now["active"]),
        "repurchase_rate": repeats.interval,
    }
    if now["referred"] is not None and now["joined_in_month"] is not None and now["referral_share"] is not None:
        found["referral_share"] = wilson(now["referred"], now["joined_in_month"])
    return {key: value for key, value in found.items() if value is not None}


def _kinds(data: Dataset, month: Month, sides: Sequence[Side]) -> list[Kind]:
    """Revenue by kind of member; the contributions of the four add up to the change."""
    numbers: Bound = {"now": month.number, **{side.name: side.month.number for side in sides}}
    counts = rows_of(data.engine.fetch(SQL["by_kind"], **numbers), KindCount)
    found = {(row["month"], row["kind"]): row for row in counts}
    out: list[Kind] = []
    for kind in KINDS:
        none: KindCount = {"month": 0, "kind": kind, "members": 0, "orders": 0, "revenue": NOTHING, "squares": NOTHING}
        now = found.get((month.number, kind), none)
        before, year = (_apart(now, found.get((side.month.number, kind), none), side) for side in sides)
        if kind != "credit" or before.then or year.then or now["revenue"]:
            out.append({**compared(now["revenue"], now["orders"], now["members"], before, year), "member_kind": kind})
    return out


def _apart(now: KindCount, then: KindCount, side: Side) -> Difference:
    if not side.known:
        return Difference()
    spread = (float(now["squares"]) + float(then["squares"])) ** 0.5
    return difference(now["revenue"], then["revenue"], spread)


def _asleep(data: Dataset, month: Month, observed: Observed, params: Params) -> Asleep:
    before = month.after(-1)
    if (before.last_day - observed.first).days <= params.dormant_days:
        return {"members": None, "revenue": None}
    days = {"last_day": month.last_day, "day_before": before.last_day, "year": month.number - 12}
    return row_of(data.engine.fetch(SQL["fell_asleep"], dormant=params.dormant_days, **days), Asleep)
