"""Lines of referral: who counts, generations, trees, and K by the days since joining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from privtraffic.analyses.referral.room import Params
from privtraffic.analyses.referral.rows import (
    Brought,
    DayCount,
    FaultCount,
    Generation,
    GenerationCount,
    Reach,
    StateCount,
    ToldFrom,
    Tree,
    TreeCount,
)
from privtraffic.analyses.rows import named_of, row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number, day_of
from privtraffic.analyses.statistics.dispersion import Dispersion, fit_dispersion, shares_of
from privtraffic.analyses.statistics.recurrent import MeanCumulative, log_interval, mean_cumulative
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries

SQL = queries(__name__)

DRAWN = (7, 14, 30, 60, 90, 120, 150, 180, 240, 300, 365, 455, 545, 730, 910, 1095, 1460, 1825)
"""The days at which K is told, beside --within and the last one."""
MOST_GENERATIONS = 100
SMALL = 30
"""K is judged as a whole on the last day up to which so many members are observed on every day."""
TREES = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 50), (51, None))


@dataclass(frozen=True)
class Lines:
    """The pairs of referrer and referred member.

    Attributes
    ----------
    people, referred
        Members on file; those of them who were brought by another, after what is cut.
    faults
        Members by what was wrong with the referrer they name: self, rejected, missing, later, loop; deep where the line
        is longer than is followed.
    states
        Rows of the referrals file that were rejected, and that are pending.
    told_from, before
        The day of the first referral on file, from which on bringing is observed; and members who joined before it.
    reach
        K by day; one row per day drawn.
    last
        The row of the last day up to which enough members are observed: the K by which a chain is judged.
    histogram, dispersion, top_share
        How many members brought how many within the follow-up; the negative binomial of it; and the share of members
        who brought 80 % of these.
    """

    people: int
    referred: int
    faults: Mapping[str, int]
    states: StateCount
    told_from: date | None
    before: int
    reach: Sequence[Reach]
    within: Reach | None
    last: Reach | None
    generations: Sequence[Generation]
    trees: Sequence[Tree]
    histogram: Mapping[int, int]
    dispersion: Dispersion | None
    top_share: float | None
    referrers: TableRef


def follow_lines(data: Dataset, params: Params) -> Lines | None:
    """Make `referral_people`, `referral_named` and `referral_lines`, and count them; None without a members file."""
    if data.joined is None:
        return None
    engine, as_of_day = data.engine, day_number(data.as_of)
    window = data.settings.bounds(data.as_of)
    engine.run("referral_people", SQL["people"], as_of=data.as_of)
    told, refused, states = SQL["no_referrals"], SQL["none_refused"], StateCount(rejected=0, pending=0)
    if "referrals" in data.side:
        engine.run("referral_told", SQL["referrals"], **window)
        told, refused = "select member_id, referrer_id, reward from referral_told", SQL["refused"]
        states = row_of(engine.fetch(SQL["states"]), StateCount)
    engine.run("referral_said", SQL["named"].format(told=told, refused=refused))
    ring = _ring(engine, "referral_said")
    engine.run("referral_named", SQL["unlooped"].format(named="referral_said", ring=ring))
    faults = {row["fault"]: row["members"] for row in rows_of(engine.fetch(SQL["faults"]), FaultCount)}
    counts = _generations(engine, as_of_day)
    observed = rows_of(engine.fetch(SQL["observed"], as_of_day=as_of_day), DayCount)
    people = sum(row["members"] for row in observed)
    referred = sum(row["members"] for row in counts[1:])
    if deep := faults.pop("counted", 0) - referred:
        faults["deep"] = deep
    told_from = row_of(engine.fetch(SQL["told_from"]), ToldFrom)["first_day"]
    since = as_of_day if told_from is None else told_from
    reach, sure_to = _reach(engine, observed, (since, as_of_day), params.within_days)
    within = params.within_days
    seen_whole = {"as_of_day": as_of_day, "within": within, "since": since}
    found = rows_of(engine.fetch(SQL["histogram"], **seen_whole), Brought)
    histogram = {row["brought"]: row["members"] for row in found}
    engine.run("referral_referrers", SQL["referrers"], within=within)
    return Lines(
        people=people,
        referred=referred,
        faults=faults,
        states=states,
        told_from=None if told_from is None else day_of(told_from),
        before=sum(row["members"] for row in observed if row["day"] > as_of_day - since),
        reach=reach,
        within=next((row for row in reach if row["day"] == within), None),
        last=next((row for row in reversed(reach) if row["day"] <= sure_to), None),
        generations=_generation_rows(counts, people),
        trees=_trees(engine, people),
        histogram=histogram,
        dispersion=fit_dispersion(histogram),
        top_share=shares_of(histogram),
        referrers=TableRef(engine, "referral_referrers", "brought desc, member_id"),
    )


def _ring(engine: Engine, named: str) -> str:
    """The table of who stands in a loop: peeled of those before and behind until nothing more comes off."""
    name = "referral_ring_0"
    members = engine.run(name, SQL["ring_0"].format(named=named)).count()
    for number in range(1, MOST_GENERATIONS):
        if not members:
            break
        before, name = name, f"referral_ring_{number}"
        left = engine.run(name, SQL["ring"].format(before=before)).count()
        if left == members:
            break
        members = left
    return name


def _generations(engine: Engine, as_of_day: int) -> list[GenerationCount]:
    """Leave `referral_lines`: from those whom nobody brought one referral further each time."""
    engine.run("referral_generation_0", SQL["roots"])
    counts: list[GenerationCount] = []
    for number in range(MOST_GENERATIONS):
        name = f"referral_generation_{number}"
        if number:
            engine.run(name, SQL["next_generation"].format(before=f"referral_generation_{number - 1}"))
        count = row_of(engine.fetch(SQL["generation"].format(generation=name), as_of_day=as_of_day), GenerationCount)
        if number and not count["members"]:
            break
        counts.append(count)
    columns = "member_id, root, start_day, referrer_day, referrer_id"
    parts = [
        f"select {columns}, {number} as generation from referral_generation_{number}" for number in range(len(counts))
    ]
    engine.run("referral_lines", " union all ".join(parts))
    return counts


def _generation_rows(counts: Sequence[GenerationCount], people: int) -> list[Generation]:
    following = [*(row["members"] for row in counts[1:]), 0]
    return [
        {
            "generation": number,
            "members": row["members"],
            "share": row["members"] / people if people else 0.0,
            "mean_days": row["days"] / row["members"] if row["members"] else 0.0,
            "brought": brought,
            "brought_per_member": brought / row["members"] if row["members"] else 0.0,
        }
        for number, (row, brought) in enumerate(zip(counts, following, strict=True))
    ]


def _trees(engine: Engine, people: int) -> list[Tree]:
    found = rows_of(engine.fetch(SQL["trees"]), TreeCount)
    out: list[Tree] = []
    for low, high in TREES:
        rows = [row for row in found if row["tree_size"] >= low and (high is None or row["tree_size"] <= high)]
        if not rows:
            continue
        members = sum(row["trees"] * row["tree_size"] for row in rows)
        out.append(
            {
                "tree_size": f"{low}+" if high is None else str(low) if high == low else f"{low}-{high}",
                "trees": sum(row["trees"] for row in rows),
                "members": members,
                "share": members / people,
                "depth": max(row["depth"] for row in rows),
            }
        )
    return out


def _reach(engine: Engine, observed: Sequence[DayCount], told: tuple[int, int], within: int) -> tuple[list[Reach], int]:
    """K on the days drawn, each with the robust interval; and the last day up to which enough members are observed.

    `observed` are members by the days since they joined.  `told` are the days between which referrals are on file: who
    joined before is observed from the first of them on.  A day on which nobody is observed ends the curve.
    """
    brought = rows_of(engine.fetch(SQL["brought"]), DayCount)
    if not brought:
        return [], -1
    longest = max(row["day"] for row in observed)
    since, as_of_day = told
    entry = np.maximum(np.arange(longest + 1) - (as_of_day - since), 0)
    curve = mean_cumulative(_counted(brought, longest), _counted(observed, longest), entry)
    least = np.minimum.accumulate(curve.at_risk)
    end = int(np.count_nonzero(least)) - 1
    days = sorted({day for day in (*DRAWN, within, end) if day <= end})
    moments = _moments(engine, curve, days, as_of_day)
    out: list[Reach] = []
    for day in days:
        k = float(curve.mean[day])
        at_risk = int(curve.at_risk[day])
        low, high = log_interval(k, curve.variance(day, *moments[day]), at_risk)
        out.append({"day": day, "k": k, "low": low, "high": high, "at_risk": at_risk})
    return out, int(np.count_nonzero(least >= SMALL)) - 1


def _counted(rows: Sequence[DayCount], longest: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    out = np.zeros(longest + 1, dtype=np.int64)
    for row in rows:
        out[row["day"]] += row["members"]
    return out


def _moments(
    engine: Engine, curve: MeanCumulative, days: Sequence[int], as_of_day: int
) -> dict[int, tuple[float, float]]:
    """What the members who brought somebody add to the variance, summed where they are: by day (ΣA², ΣAB)."""
    numbers = np.arange(len(curve.weight))
    engine.scan("referral_weights", pa.table({"day": pa.array(numbers, pa.int32()), "weight": pa.array(curve.weight)}))
    drifts = {f"by_{day}": pa.array(curve.drifted(day)) for day in days}
    engine.scan("referral_drifts", pa.table({"day": pa.array(numbers, pa.int32()), **drifts}))
    by_then = "case when l.start_day - l.referrer_day <= {day} then w.weight else 0 end"
    sums = ", ".join(f"cast(sum(exact({by_then.format(day=day)})) as double) as a_{day}" for day in days)
    wanted = ", ".join(
        f"cast(sum(exact(a.a_{day} * {other})) as double) as {name}_{day}"
        for day in days
        for name, other in (("squares", f"a.a_{day}"), ("crossed", f"d.by_{day}"))
    )
    (row,) = named_of(engine.fetch(SQL["moments"].format(sums=sums, moments=wanted), as_of_day=as_of_day), float)
    return {day: (row[f"squares_{day}"] or 0.0, row[f"crossed_{day}"] or 0.0) for day in days}
