"""The life cycle: every member in exactly one stage, and the flows between the stages month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from privtraffic.analyses.members.flows import STAGES, Flows, flows
from privtraffic.analyses.members.rows import (
    FirstDays,
    Gap,
    GroupStage,
    GroupStageCount,
    GroupThreshold,
    HouseGap,
    HouseLongestGap,
    LongestGap,
    Stage,
    StageCount,
)
from privtraffic.analyses.members.thresholds import Gaps, Thresholds, thresholds
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import EPOCH, Calendar, day_number, month_number, month_start
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound, Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError

SQL = queries(__name__)

Given = Mapping[str, int | None]


@dataclass(frozen=True)
class LifeCycle:
    """The stages of the life cycle; the table `members_now` has one row per member with its stage.

    Attributes
    ----------
    thresholds
        Of the house.
    stages
        One row per stage: members, share of members, revenue and orders of the window.
    flows
        Month by month over all history.
    """

    thresholds: Thresholds
    stages: Sequence[Stage]
    flows: Flows


@dataclass(frozen=True)
class GroupStages:
    """Stages within each brand, category, …, by the thresholds of its own gaps."""

    thresholds: Sequence[GroupThreshold]
    stages: Sequence[GroupStage]


def life_cycle(data: Dataset, given: Given, *, usual: bool = True) -> LifeCycle:
    """Put every member in one stage as of the as-of date, and count who moved where month by month.

    A member is a `prospect` before the first purchase; `lost`, `dormant` or `silent` when the last one is longer ago
    than that threshold; else `new` while the first one is no longer ago than the silent threshold, `reactivated` while
    the last order after a gap longer than the dormant threshold is no longer ago than that, and otherwise `active`.
    Stages rest on all history up to the as-of date; a window bounds money and orders alone.

    Parameters
    ----------
    given
        Thresholds in days by name, None where they are the usual ones, or come from the house's gaps.

    Raises
    ------
    PrivtrafficError
        Where nobody is known by then, or thresholds are not in order.
    """
    engine = data.engine
    _run_steps(data)
    limits = thresholds(_gaps(engine, "gaps", "longest"), given, usual=usual)
    found = row_of(engine.fetch(SQL["first_days"]), FirstDays)
    if found["first_order"] is None or found["first_month"] is None:
        raise PrivtrafficError("members_nobody", as_of=data.as_of)
    first = EPOCH + timedelta(days=found["first_order"])
    # A negative document may stand before the first purchase.
    calendar = Calendar(min(first, month_start(found["first_month"])), data.as_of)
    _register(engine, calendar, limits)
    engine.run("members_months", SQL["months"], dormant=limits.dormant)
    _run_now(data, limits, first)
    return LifeCycle(limits, _stages(engine), _flows(engine, calendar, limits))


def stage_of(data: Dataset, member: str) -> str | None:
    """The stage of one member as of the as-of date, by the usual thresholds and everybody's queries; None before."""
    with data.engine.scope() as engine:
        alone = replace(data, engine=engine)
        _run_steps(alone, SQL["one"], member=member)
        _run_now(alone, thresholds(Gaps({}, {}), {}, usual=True), data.as_of)
        found: list[str] = engine.fetch("select stage from members_now")["stage"].to_pylist()
    return next(iter(found), None)


def _run_steps(data: Dataset, which: str = "{known}", **only: object) -> None:
    """Keep who is known, of them those that are asked for, and each of their orders."""
    window = data.settings.bounds(data.as_of)
    known = SQL["known_buyers"]
    if data.joined is not None:
        known = SQL["known"].format(known_buyers=known)
    data.engine.run("members_known", which.format(known=known), numbered=True, **window, **only)
    full_price = "o.coupon is null" if "coupon" in data.columns_of("orders") else "true"
    data.engine.run("members_steps", SQL["steps"].format(full_price=full_price), **window)


def _run_now(data: Dataset, limits: Thresholds, house_first: date) -> None:
    """Keep where each of them stands."""
    run_facts(data.engine, "members_facts", data.as_of, limits, data.settings.bounds(data.as_of)["start"].date())
    now = _stage_case(on=":as_of_day", last="m.last_day", first="m.first_day", woke="m.woke_day")
    known: Bound = {**_bound(limits, data.as_of), "house_first": house_first}
    data.engine.run("members_now", SQL["now"].format(stage_now=now), **known)


def run_facts(engine: Engine, into: str, day: date, limits: Thresholds, start: date) -> None:
    """Keep what was known of every buyer's orders on one day as the table `into`."""
    values: Bound = {"day": day_number(day), "dormant": limits.dormant, "start_day": day_number(start)}
    engine.run(into, SQL["last_steps"], **values)


def _register(engine: Engine, calendar: Calendar, limits: Thresholds) -> None:
    """Keep the months, and up to which month an order of each day keeps a member from the next stage."""
    months = calendar.months
    opens = [day_number(month_start(month)) for month in months]
    columns = {"month": pa.array(months, pa.int32()), "opens": pa.array(opens, pa.int32())}
    engine.scan("members_calendar", pa.table(columns))
    days = np.arange(day_number(calendar.first), day_number(calendar.as_of) + 1)
    until = {f"{name}_until": calendar.last_within(days + limit) for name, limit in limits.bound().items()}
    by_day = {"day": days, **until}
    engine.scan("members_days", pa.table({name: pa.array(column, pa.int32()) for name, column in by_day.items()}))


def _gaps(engine: Engine, returns: str, longest: str) -> Gaps:
    return Gaps(
        {row["gap_days"]: row["returns"] for row in rows_of(engine.fetch(SQL[returns]), HouseGap)},
        {row["gap_days"]: row["buyers"] for row in rows_of(engine.fetch(SQL[longest]), HouseLongestGap)},
    )


def _bound(limits: Thresholds, as_of: date) -> Bound:
    return {**limits.bound(), "as_of_day": day_number(as_of)}


def _stage_case(**places: str) -> str:
    return SQL["stage_case"].format(**places)


def _stages(engine: Engine) -> list[Stage]:
    found = {row["stage"]: row for row in rows_of(engine.fetch(SQL["stages"]), StageCount)}
    members = sum(row["members"] for row in found.values())
    revenue = sum(row["cents"] or 0 for row in found.values())
    stages: list[Stage] = []
    for name in STAGES:
        row = found.get(name, StageCount(stage=name, members=0, cents=0, orders=0, avg_recency_days=None))
        stages.append({**_stage(row, members, revenue), "orders": row["orders"] or 0})
    return stages


def _stage(row: StageCount | GroupStageCount, members: int, revenue: int) -> Stage:
    cents = row["cents"] or 0
    return {
        "stage": row["stage"],
        "members": row["members"],
        "share": row["members"] / members if members else None,
        "revenue": Decimal(cents) / 100,
        "revenue_share": cents / revenue if revenue > 0 else None,
        "avg_recency_days": row["avg_recency_days"],
    }


def _flows(engine: Engine, calendar: Calendar, limits: Thresholds) -> Flows:
    case = _stage_case(on="d.end_before", last="d.last_before", first="d.first_day", woke="d.turn_before")
    return flows(
        calendar,
        engine.fetch(SQL["spells"].format(stage_before=case), **limits.bound()),
        engine.fetch(SQL["loose_money"]),
        engine.fetch(SQL["entries"]),
        limits.bound(),
    )


def group_stages(data: Dataset, group: str, house: Thresholds, given: Given) -> GroupStages:
    """The stage of every member within each group they bought from, by the group's own gaps.

    A member counts in each group with a purchase of theirs; there are no prospects.  Groups with too few returns take
    the thresholds of the house.
    """
    engine, window = data.engine, data.settings.bounds(data.as_of)
    query = SQL["group_days"].format(group=group, table=data.table_of(group))
    engine.run("members_group_days", query, **window)
    returns: dict[str | None, dict[int, int]] = {}
    longest: dict[str | None, dict[int, int]] = {}
    for gap in rows_of(engine.fetch(SQL["group_gaps"]), Gap):
        returns.setdefault(gap["group_name"], {})[gap["gap_days"]] = gap["returns"]
    for most in rows_of(engine.fetch(SQL["group_longest"]), LongestGap):
        longest.setdefault(most["group_name"], {})[most["gap_days"]] = most["buyers"]
    names: list[str | None] = engine.fetch("select distinct group_name from members_group_days")[
        "group_name"
    ].to_pylist()
    limits = {name: thresholds(Gaps(returns.get(name, {}), longest.get(name, {})), given, house) for name in names}
    columns = {"group_name": pa.array(list(limits), pa.string())}
    columns |= {name: pa.array([getattr(one, name) for one in limits.values()], pa.int32()) for name in house.bound()}
    engine.scan("members_thresholds", pa.table(columns))
    by_group: dict[str | None, dict[str, GroupStageCount]] = {}
    for row in rows_of(engine.fetch(SQL["group_stages"], as_of_day=day_number(data.as_of)), GroupStageCount):
        by_group.setdefault(row["group_name"], {})[row["stage"]] = row
    engine.drop("members_group_days")
    money = {name: sum(row["cents"] for row in rows.values()) for name, rows in by_group.items()}
    ordered = sorted(by_group, key=lambda name: (-money[name], name is None, name or ""))
    counts = {name: sum(row["members"] for row in by_group[name].values()) for name in ordered}
    return GroupStages(
        thresholds=[{"group": name, **row} for name in ordered for row in limits[name].rows()],
        stages=[
            {"group": name, **_stage(by_group[name][stage], counts[name], money[name])}
            for name in ordered
            for stage in STAGES
            if stage in by_group[name]
        ],
    )


def first_month(data: Dataset) -> int | None:
    """The month in which the window begins, None when it is all history."""
    first = data.settings.first_day(data.as_of)
    return month_number(first) if first else None
