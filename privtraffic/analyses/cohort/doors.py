"""Groups of members by the door through which they came, compared fairly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privtraffic.analyses.cohort.room import MEMBER_DIMENSIONS
from privtraffic.analyses.cohort.rows import Group, GroupAge, GroupSize, GroupTotal
from privtraffic.analyses.cohort.second import Waits, summary, waits
from privtraffic.analyses.cohort.triangle import Ages
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.analyses.statistics.shrunk_shares import beta_binomial
from privtraffic.analyses.statistics.survival import log_rank
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound, Engine
from privtraffic.errors import PrivtrafficError

MOST_GROUPS = 1000
SMALL_GROUP = 30
NOT_GIVEN = "(none)"


@dataclass(frozen=True)
class Doors:
    """The comparison of the groups through which members came.

    Attributes
    ----------
    groups
        One row per group, most members first: size, buyers, revenue, time to the second order and its log-rank test.
    retention
        One row per group and age, in the order of the shrunk rate.
    on_file
        The group is what the members file says; else that of the first order, which only buyers have.
    left_out
        Groups beyond the largest thousand.
    """

    groups: Sequence[Group]
    retention: Sequence[GroupAge]
    on_file: bool
    left_out: int


@dataclass(frozen=True)
class Asked:
    """What the queries of a comparison are filled with."""

    queries: Mapping[str, str]
    places: Mapping[str, str]
    window: Bound


def age_points(by: str) -> tuple[int, ...]:
    """The ages at which groups are compared."""
    return (1, 3, 7, 30) if by == "day" else (1, 3, 6, 12)


def compare_doors(data: Dataset, group: str, started: str, ages: Ages, asked: Asked) -> Doors:
    """Compare the groups of a dimension; `started` says whether members start by joining."""
    engine = data.engine
    on_file = _register(data, group, started, asked)
    engine.run("cohort_grouped", asked.queries["grouped_steps"])
    sizes = engine.fetch(asked.queries["group_sizes"].format(**asked.places), **asked.window)
    by_size: dict[str | None, int] = {}
    for row in rows_of(sizes, GroupSize):
        by_size[row["door"]] = by_size.get(row["door"], 0) + row["size"]
    ranked = sorted(by_size, key=lambda name: (-by_size[name], name is None, name or ""))
    names = ranked[:MOST_GROUPS]
    found = waits(engine, asked.queries, "cohort_grouped", "door", as_of_day=day_number(ages.as_of), scopes=names)
    points = [age for age in age_points(ages.calendar.by) if age <= ages.most()]
    listed = ", ".join(map(str, points))
    counts = engine.fetch(asked.queries["group_cells"].format(**asked.places, ages=listed))
    return Doors(
        groups=_groups(engine, asked, names, by_size, found),
        retention=_retention(names, sizes, counts, ages, points),
        on_file=on_file,
        left_out=len(ranked) - len(names),
    )


def _register(data: Dataset, group: str, started: str, asked: Asked) -> bool:
    """Keep each member's group as `cohort_doors`; says whether it comes from the members file."""
    engine = data.engine
    known = False
    if data.joined is not None and group in MEMBER_DIMENSIONS:
        known = bool(engine.fetch(f"select count({group}) as n from joined")["n"][0].as_py())
    if known and (started == "joined" or group == "tier"):
        engine.run("cohort_doors", asked.queries["group_on_file"].format(group=group))
        return True
    if group == "tier":
        raise PrivtrafficError("cohort_tier")
    table = data.table_of(group)
    own = f", o.{group} as door" if table == "orders" else ""
    first = asked.queries["first_orders"].format(group=own, **asked.places)
    if own:
        engine.run("cohort_doors", first, **asked.window)
    else:
        engine.run("cohort_first_orders", first, **asked.window)
        engine.run("cohort_doors", asked.queries["group_of_lines"].format(group=group))
    return False


def _groups(
    engine: Engine, asked: Asked, names: Sequence[str | None], size: Mapping[str | None, int], found: Waits
) -> list[Group]:
    totals = {row["door"]: row for row in rows_of(engine.fetch(asked.queries["group_totals"]), GroupTotal)}
    tests = log_rank(found.events, found.censored)
    adjusted = iter(q_values([test[1] for test in tests if test]))
    out: list[Group] = []
    for row, name in enumerate(names):
        total, test, waited = totals.get(name), tests[row], summary(found.curve(row))
        orders, cents = (total["orders"], total["cents"]) if total else (0, 0)
        out.append(
            {
                "start_group": NOT_GIVEN if name is None else name,
                "size": size[name],
                "bought_share": waited["cohort_buyers"] / size[name],
                "orders": orders,
                "revenue": Decimal(cents) / 100,
                "revenue_to_date_per_member": cents / 100 / size[name],
                **waited,
                "log_rank_z": test[0] if test else None,
                "log_rank_p": test[1] if test else None,
                "log_rank_q": next(adjusted) if test else None,
            }
        )
    return out


def _retention(
    names: Sequence[str | None], sizes: pa.Table, counts: pa.Table, ages: Ages, points: Sequence[int]
) -> list[GroupAge]:
    place = {name: row for row, name in enumerate(names)}
    last = {cohort: ages.complete(cohort) for cohort in {*sizes["cohort"].to_pylist()}}

    def summed(table: pa.Table, column: str, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        rows = np.array([place.get(name, -1) for name in table["door"].to_pylist()], dtype=np.int64)
        kept = kept & (rows >= 0)
        return np.bincount(rows[kept], table[column].to_numpy()[kept], len(names)).astype(np.int64)

    ends = np.array([last[cohort] for cohort in sizes["cohort"].to_pylist()], dtype=np.int64)
    cell_ends = np.array([last[cohort] for cohort in counts["cohort"].to_pylist()], dtype=np.int64)
    out: list[GroupAge] = []
    for age in points:
        members = summed(sizes, "size", ends >= age)
        active = summed(counts, "active", (cell_ends >= age) & (counts["age"].to_numpy() == age))
        seen = [row for row in range(len(names)) if members[row]]
        if not seen:
            continue
        drawn = beta_binomial([int(active[row]) for row in seen], [int(members[row]) for row in seen])
        rows: list[GroupAge] = []
        for row, rate in zip(seen, drawn, strict=True):
            low, high = wilson(int(active[row]), int(members[row])) or (0.0, 1.0)
            rows.append(
                {
                    "start_group": NOT_GIVEN if (name := names[row]) is None else name,
                    "age": age,
                    "complete_members": int(members[row]),
                    "active": int(active[row]),
                    "rate": float(active[row] / members[row]),
                    "retention_low": low,
                    "retention_high": high,
                    "shrunk_rate": rate,
                    "small_group": int(members[row]) < SMALL_GROUP,
                }
            )
        out += sorted(rows, key=lambda row: (-row["shrunk_rate"], -row["complete_members"], row["start_group"]))
    return out
