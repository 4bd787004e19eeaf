"""Counts of a day: reached ÷ entered of the same days and places, never of persons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from privtraffic.analyses.funnel.persons import NOT_GIVEN
from privtraffic.analyses.funnel.room import Params
from privtraffic.analyses.funnel.rows import Facts, GroupWeek, PairCount, Step, StepState, StepTotal, Weekly
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number, day_of
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)

LADDER = ("visited", "opened", "passed", "stopped", "asked", "added", "bought")
"""The steps that are known, in their order."""

NO_STEPS = (
    "requested", "lost", "chats", "messages", "views", "new_visitors", "groups_added", "group_members_added",
)  # fmt: skip
"""Counts that are no step of a way: requests are those of the staff alone, and a message is nobody's step."""

MOST_OWN = 12
"""Most steps of a file's own names that are shown."""


@dataclass(frozen=True)
class Counts:
    """The counts of the files of traffic and friends.

    Attributes
    ----------
    steps
        One row per pair of steps and group; every step is held against every one before it.
    totals
        Of the steps in their order, all that was counted.
    sold
        The orders of the stores stand as the last step.
    """

    steps: Sequence[Step]
    totals: Sequence[StepTotal]
    sold: bool


def count_steps(data: Dataset, params: Params) -> Counts | None:
    """Hold each step of the traffic against those before it; None where nothing was counted."""
    engine, window = data.engine, data.settings.bounds(data.as_of)
    facts = row_of(engine.fetch(SQL["facts"]), Facts)
    place = params.by or "cast(null as string)"
    sold = not facts["sold"] and facts["with_store"] > 0 and "store" in data.columns_of("orders")
    sold = sold and params.by in (None, "store")
    engine.run("funnel_counted", SQL["counted"].format(place=place), **window)
    table = "funnel_counted"
    if sold:
        engine.run("funnel_sold", SQL["sold"].format(place=place), **window)
        columns = "step, day, spot, place, people"
        engine.view(
            "funnel_all_steps", f"select {columns} from funnel_counted union all select {columns} from funnel_sold"
        )
        table = "funnel_all_steps"
    totals = {
        row["step"]: row["people"] for row in rows_of(engine.fetch(SQL["totals"].format(counted=table)), StepTotal)
    }
    ladder = ordered(totals)
    if not ladder:
        return None
    rungs = {"step": pa.array(ladder, pa.string()), "ladder": pa.array(range(len(ladder)), pa.int32())}
    engine.scan("funnel_ladder", pa.table(rungs))
    first = data.settings.first_day(data.as_of) or data.quality.first_day or data.as_of
    days = {"sold_from": day_number(first) if sold else 0, "sold_to": day_number(data.as_of)}
    pairs = rows_of(engine.fetch(SQL["pairs"].format(counted=table), **days), PairCount)
    steps = list(_steps(pairs, ladder, totals, compared=params.by is not None))
    return Counts(steps, [{"step": step, "people": totals[step]} for step in ladder], sold)


def ordered(totals: dict[str, int]) -> list[str]:
    """The steps in their order: those a file names itself stand before the first known one that counts fewer."""
    steps = [step for step in LADDER if step in totals]
    own = sorted((step for step in totals if step not in (*LADDER, *NO_STEPS)), key=lambda step: (-totals[step], step))
    for step in own[:MOST_OWN]:
        fewer = (at for at, known in enumerate(steps) if known in LADDER and totals[known] < totals[step])
        steps.insert(next(fewer, len(steps)), step)
    return steps


def _steps(
    pairs: Sequence[PairCount], ladder: Sequence[str], totals: dict[str, int], *, compared: bool
) -> Iterable[Step]:
    place = {step: at for at, step in enumerate(ladder)}
    whole: dict[tuple[str, str], tuple[int, int]] = {}
    for row in pairs:
        key = row["from_step"], row["to_step"]
        entered, reached = whole.get(key, (0, 0))
        whole[key] = entered + row["entered"], reached + row["reached"]
    in_order = sorted(whole, key=lambda key: (place[key[1]], -place[key[0]]))
    for key in in_order:
        entered, reached = whole[key]
        complete = entered == totals[key[0]] and reached == totals[key[1]]
        yield counted_step(*key, None, entered, reached, complete=complete)
        if compared:
            own = sorted((row for row in pairs if (row["from_step"], row["to_step"]) == key),
                         key=lambda row: (-row["entered"], row["place"] is None, row["place"] or ""))  # fmt: skip
            for row in own:
                group = NOT_GIVEN if row["place"] is None else row["place"]
                yield counted_step(*key, group, row["entered"], row["reached"], complete=complete)


def counted_step(start: str, to: str, group: str | None, entered: int, reached: int, *, complete: bool) -> Step:
    """Reached ÷ entered with Wilson's interval; where more reached than entered the two are not nested."""
    state: StepState = "nobody" if entered <= 0 else "not_nested" if reached > entered else "ok"
    low, high = (wilson(reached, entered) if state == "ok" else None) or (None, None)
    return {
        "from": start,
        "to": to,
        "basis": "counts",
        "group": group,
        "within": None,
        "entered": entered,
        "reached": reached,
        "rate": reached / entered if state == "ok" else None,
        "low": low,
        "high": high,
        "complete": complete,
        "step_state": state,
    }


def group_weeks(data: Dataset) -> list[GroupWeek]:
    """What the daily counts say of group chats and messages, by week; none where they say nothing."""
    rows = rows_of(data.engine.fetch(SQL["weeks"], **data.settings.bounds(data.as_of)), Weekly)
    found = {(row["week"], row["step"]): row["people"] for row in rows}
    return [
        {
            "week": _week(week),
            "groups_added": found.get((week, "groups_added")),
            "joined": found.get((week, "group_members_added")),
            "chats": found.get((week, "chats")),
            "messages": found.get((week, "messages")),
        }
        for week in sorted({row["week"] for row in rows})
    ]


def _week(number: int) -> str:
    first: date = day_of(number * 7)
    return first.isoformat()
