"""On the way to a super member: who looks like one after the first days, and how far that could be trusted before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privtraffic.analyses.members.rows import Cell, FoundSupers, Looking, Method, OnWay, Tested
from privtraffic.analyses.members.score import Scorer
from privtraffic.analyses.members.stages import LifeCycle, run_facts
from privtraffic.analyses.rows import named_of, row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.intervals import Z95, wilson
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound, Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

LEVELS = 5
"""Digits of a cell: order days, brands, full price, something sent back, net revenue; see the query `levels`."""
LEAST_POOL = 100
LEAST_SUPERS = 10
LONGEST_FOLLOW_UP = 365
LEAST_SPAN_BETWEEN = 30
"""Days that the follow-up must be longer than the first days."""

RIDGE = 1.0
MOST_SHOWN = 1000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OnTheWay:
    """Members on the way to super, and the test of how good such a list was in the past.

    Attributes
    ----------
    first_days, follow_up_days
        Members are judged by their first so many days, and were followed for so many.
    tested_on
        The day on which the tested list was drawn up.
    pool, supers
        Members of the earlier cohort who were no super members then, and those who are now.
    length
        Of the tested list: as many as became super members.
    method
        `first_days`, or `spend_so_far` where the simple ranking was as good.
    test
        One row per method: members found, precision with interval.
    difference
        Of the precisions, first days − spend so far, with its 95 % interval.
    rows
        The list of now, as long a share of its pool; at most a thousand rows.
    listed, candidates
        Members of the list and of its pool.
    """

    first_days: int
    follow_up_days: int
    tested_on: date
    pool: int
    supers: int
    length: int
    method: str
    test: Sequence[Method]
    difference: tuple[float, float, float]
    rows: Sequence[OnWay]
    listed: int
    candidates: int


def follow_up_days(data: Dataset, cycle: LifeCycle) -> int:
    """How long members are followed: a third of the history, a year at most."""
    return min(LONGEST_FOLLOW_UP, (data.as_of - cycle.flows.calendar.first).days // 3)


def on_the_way(data: Dataset, cycle: LifeCycle, how: Scorer, first_days: int) -> OnTheWay | str:
    """List the members whose first days look like super members' did, with the precision of such a list a year ago.

    Members are described by their first `first_days` days: order days, brands, share at full price, whether something
    went back, net spend.  A ridge logistic regression on these levels learns who is a super member one to two follow-up
    spans after the start.  Tested as of one follow-up span ago: learned from the cohort before, applied to the members
    then on the way, and set against ranking the same members by what they had spent by then.  The list uses the first
    days only where the difference of the precisions is above zero with 95 % confidence.

    Returns
    -------
    The reason, where the history is too short (`short`) or too few became super members (`few`).
    """
    engine = data.engine
    as_of, span = day_number(data.as_of), follow_up_days(data, cycle)
    if span < first_days + LEAST_SPAN_BETWEEN:
        return "short"
    then = as_of - span
    _describe(engine, how, first_days, as_of, as_of - 3 * span)
    then_date = data.as_of - timedelta(days=span)
    run_facts(engine, "members_facts_then", then_date, cycle.thresholds, then_date)
    how.run(engine, "members_facts_then", "members_scored_then", then_date, "by_then")
    learned = _learn(engine, "members_scored_then", then - 2 * span, then - span - first_days)
    if learned is None:
        return "few"
    _rank(engine, learned, "_then", then - span, then - first_days)
    tested = row_of(engine.fetch(SQL["tested"]), Tested)
    pool, supers = tested["pool"], tested["supers"]
    if pool < LEAST_POOL or supers < LEAST_SUPERS:
        return "few"
    orders = {place: SQL[place] for place in ("by_first_days", "by_spend")}
    found = row_of(engine.fetch(SQL["found"].format(**orders), length=supers), FoundSupers)
    difference = _difference(found, supers)
    method = "first_days" if difference[1] > 0 else "spend_so_far"
    learned = _learn(engine, "members_scored", as_of - 2 * span, as_of - span - first_days)
    _rank(engine, learned or ({}, 0.0), "", as_of - span, as_of - first_days)
    candidates = int(engine.fetch("select count(*) as n from members_pool")["n"][0].as_py())
    listed = round(candidates * supers / pool)
    order = orders["by_first_days" if method == "first_days" else "by_spend"]
    rows = rows_of(engine.fetch(SQL["list"].format(order=order), length=min(listed, MOST_SHOWN)), Looking)
    return OnTheWay(
        first_days=first_days,
        follow_up_days=span,
        tested_on=then_date,
        pool=pool,
        supers=supers,
        length=supers,
        method=method,
        test=[
            _method("first_days", found["first_days_found"], supers, supers / pool),
            _method("spend_so_far", found["spend_found"], supers, supers / pool),
        ],
        difference=difference,
        rows=[{"way_place": place, **row} for place, row in enumerate(rows, 1)],
        listed=listed,
        candidates=candidates,
    )


def _describe(engine: Engine, how: Scorer, first_days: int, as_of: int, oldest: int) -> None:
    early = SQL["early"].format(brands=how.brand_counts("early"))
    engine.run("members_early", early, span=first_days, day=as_of, oldest=oldest)
    (cuts,) = named_of(engine.fetch(SQL["spend_cuts"]), int)
    bound: Bound = {name: cut or 0 for name, cut in cuts.items()}
    engine.run("members_levels", SQL["levels"], **bound)


Learned = tuple[Mapping[int, float], float]


def _learn(engine: Engine, judged: str, after_day: int, until_day: int) -> Learned | None:
    """The chance of each cell of levels, and of all; None where too few became super members."""
    found = engine.fetch(SQL["cells"].format(judged=judged), after_day=after_day, until_day=until_day)
    rows = rows_of(found, Cell)
    members, supers = sum(row["members"] for row in rows), sum(row["supers"] for row in rows)
    if supers < LEAST_SUPERS or members < LEAST_POOL:
        return None
    cells = [row["cell"] for row in rows]
    design = _design(cells)
    chances = _logistic(
        design,
        np.array([row["members"] for row in rows], dtype=np.float64),
        np.array([row["supers"] for row in rows], dtype=np.float64),
    )
    return {cell: round(float(chance), 9) for cell, chance in zip(cells, chances, strict=True)}, supers / members


def _design(cells: Sequence[int]) -> Floats:
    """An intercept and a column for each step up a level, so that neighbouring levels share what they have."""
    columns = [np.ones(len(cells))]
    for place in range(LEVELS):
        values = np.array(cells) // 10**place % 10
        columns += [(values >= step).astype(np.float64) for step in sorted(set(values))[1:]]
    return np.column_stack(columns)


def _logistic(design: Floats, members: Floats, hits: Floats) -> Floats:
    """Fitted chances of a ridge logistic regression of counts, by Newton's method with halved steps."""
    penalty = np.full(design.shape[1], RIDGE)
    penalty[0] = 1e-6

    def worth(weights: Floats) -> float:
        linear = design @ weights
        return float(hits @ linear - members @ np.logaddexp(0, linear) - penalty @ weights**2 / 2)

    weights = np.zeros(design.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (hits - members * chance) - penalty * weights
        bend = (design.T * (members * chance * (1 - chance))) @ design + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        while worth(weights + step) < worth(weights) and np.abs(step).max() > 1e-9:
            step = step / 2
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return np.asarray(1 / (1 + np.exp(-design @ weights)))


def _rank(engine: Engine, learned: Learned, when: str, after_day: int, until_day: int) -> None:
    """Keep the pool of one cohort as `members_pool`."""
    chances, otherwise = learned
    columns = {"cell": pa.array(chances.keys(), pa.int32()), "chance": pa.array(chances.values(), pa.float64())}
    engine.scan("members_cells", pa.table(columns))
    bound: Bound = {"after_day": after_day, "until_day": until_day, "otherwise": otherwise}
    engine.run("members_chances", SQL["chances"], **bound)
    engine.run("members_pool", SQL["pool"].format(facts=f"members_facts{when}", judged=f"members_scored{when}"))


def _difference(found: FoundSupers, length: int) -> tuple[float, float, float]:
    """The difference of two precisions on lists of equal length, with the interval of paired counts."""
    alone, other = found["first_days_alone"], found["spend_alone"]
    middle = (alone - other) / length
    error = Z95 * sqrt(max(alone + other - (alone - other) ** 2 / length, 0.0)) / length
    return middle, middle - error, middle + error


def _method(name: str, hits: int, length: int, base: float) -> Method:
    low, high = wilson(hits, length) or (None, None)
    precision = hits / length
    return {
        "way_method": name,
        "list_length": length,
        "supers_found": hits,
        "precision": precision,
        "precision_low": low,
        "precision_high": high,
        "times_chance": precision / base if base else None,
    }
