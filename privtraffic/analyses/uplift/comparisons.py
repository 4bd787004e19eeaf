"""Groups of a campaign against each other, outcome by outcome, each judged by the way its members were drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from privtraffic.analyses.rows import named_of, rows_of
from privtraffic.analyses.statistics.clusters import Totals, compare_clusters
from privtraffic.analyses.statistics.corrections import holm
from privtraffic.analyses.statistics.effects import Array, Effect, Moments, compare_shares, has_few
from privtraffic.analyses.statistics.permutation import MOST_SINGLE, compare_drawn, expected
from privtraffic.analyses.uplift.clusters import Clusters
from privtraffic.analyses.uplift.rows import ClusterPart, Part
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

OUTCOMES = {"conversion": 0, "orders": 1, "revenue": 2}
COVARIATES = (3, 4, 5)
VARIABLES = 6

Groups = Mapping[str, Mapping[str, Moments]]
"""Moments by group and by part of the members; the part of all is ''."""


PartT = TypeVar("PartT", Part, ClusterPart)
SumT = TypeVar("SumT")


@dataclass(frozen=True)
class Compared:
    """One group against the control group, or against another group, on one outcome.

    `part` names the column and the value of an exploratory comparison; `corrected` is p corrected for all comparisons
    of the same outcome and kind.
    """

    arm: str
    against: str
    outcome: str
    sizes: tuple[int, int]
    effect: Effect
    corrected: float | None = None
    part: tuple[str, str] | None = None


@dataclass(frozen=True)
class Question:
    """One comparison that is to be made."""

    arm: str
    against: str
    outcome: str
    part: str = ""


def moments(engine: Engine, part: str) -> dict[str, dict[str, Moments]]:
    """The moments of every group, in every part of the members."""
    places = range(VARIABLES)
    pairs = [(i, j) for i in places for j in places if i <= j]
    columns = [f"sum(v{i}) as s{i}" for i in places] + [f"sum(v{i} * v{j}) as s{i}_{j}" for i, j in pairs]
    table = engine.fetch(SQL["moments"].format(part=part, sums=", ".join(columns)))
    found: dict[str, dict[str, Moments]] = {}
    for row, sums in _with_sums(table, Part, Decimal):
        products = [[sums[f"s{min(i, j)}_{max(i, j)}"] for j in places] for i in places]
        exact = Moments.exact(row["n"], [sums[f"s{i}"] for i in places], products)
        found.setdefault(row["arm"], {})[row["part"]] = exact
    return found


def compare_all(
    engine: Engine, groups: Groups, asked: Sequence[Question], column: str, clusters: Clusters | None
) -> list[Compared]:
    """The answer to every question, in their order; `column` is what the members are parted by.

    Members drawn one by one: the share who bought by its own test, orders and revenue by drawing the groups again.
    Members drawn as whole clusters: everything by the variance between the clusters.
    """
    if clusters is not None:
        totals = totals_of(engine, column)
        return [_row(groups, one, _by_clusters(groups, totals, one)) for one in asked]
    furthest = _furthest(engine, groups, [one for one in asked if one.outcome != "conversion"], column)
    return [
        _row(groups, one, _share(groups, one) if one.outcome == "conversion" else _drawn(groups, furthest, one))
        for one in asked
    ]


def corrected(rows: Sequence[Compared]) -> list[Compared]:
    """The comparisons with p-values corrected within each outcome."""
    values: dict[int, float | None] = {}
    for outcome in dict.fromkeys(row.outcome for row in rows):
        places = [place for place, row in enumerate(rows) if row.outcome == outcome]
        values.update(zip(places, holm([rows[place].effect.p for place in places]), strict=True))
    return [replace(row, corrected=values[place]) for place, row in enumerate(rows)]


def _row(groups: Groups, one: Question, effect: Effect) -> Compared:
    sizes = groups[one.arm][one.part].n, groups[one.against][one.part].n
    return Compared(one.arm, one.against, one.outcome, sizes, effect)


def _share(groups: Groups, one: Question) -> Effect:
    contact, control = groups[one.arm][one.part], groups[one.against][one.part]
    place = OUTCOMES["conversion"]
    return compare_shares(contact, control, place, COVARIATES, few=has_few(contact, control, place))


def _drawn(groups: Groups, furthest: Mapping[tuple[Question, bool], Array], one: Question) -> Effect:
    contact, control = groups[one.arm][one.part], groups[one.against][one.part]
    away = furthest[one, True], furthest[one, False]
    return compare_drawn(contact, control, OUTCOMES[one.outcome], COVARIATES, away)


def _by_clusters(groups: Groups, totals: Mapping[tuple[str, str], Totals], one: Question) -> Effect:
    contact, control = (
        (groups[arm][one.part], totals.get((arm, one.part), Totals.none(VARIABLES))) for arm in (one.arm, one.against)
    )
    return compare_clusters(contact, control, OUTCOMES[one.outcome], COVARIATES)


def _furthest(
    engine: Engine, groups: Groups, asked: Sequence[Question], column: str
) -> dict[tuple[Question, bool], Array]:
    """For each comparison the largest residuals, with the members' past and without it."""
    keys: list[tuple[Question, bool]] = []
    rows: list[tuple[Any, ...]] = []
    for one in asked:
        contact, control = groups[one.arm][one.part], groups[one.against][one.part]
        for with_past in (True, False):
            line = expected(contact, control, OUTCOMES[one.outcome], COVARIATES if with_past else ())
            lines = [
                value
                for i in range(len(COVARIATES))
                for value in ((float(line.centre[i]), float(line.slopes[i])) if line.adjusted else (0.0, 0.0))
            ]
            rows.append((len(keys), one.arm, one.against, one.part, one.outcome, line.mean, *lines))
            keys.append((one, with_past))
    if not rows:
        return {}
    names = ["place", "arm", "against", "part", "outcome", "mean", "x3", "b3", "x4", "b4", "x5", "b5"]
    engine.scan("uplift_lines", pa.table([list(values) for values in zip(*rows, strict=True)], names))
    found = engine.fetch(SQL["furthest"].format(part=column), most=MOST_SINGLE)
    places, away = found["place"].to_numpy(), found["away"].to_numpy()
    return {key: away[places == place] for place, key in enumerate(keys)}


def totals_of(engine: Engine, column: str) -> dict[tuple[str, str], Totals]:
    """The clusters of each group, in each part of the members; members of no cluster apart."""
    sums = ", ".join(f"cast(sum(v{i}) as double) as s{i}" for i in range(VARIABLES))
    rows = _with_sums(engine.fetch(SQL["cluster_sums"].format(part=column, sums=sums)), ClusterPart, float)
    loose = moments(engine, f"case when drawn_by is null then concat('=', {column}) else '' end")
    found = {}
    for arm, part in dict.fromkeys((row["arm"], row["part"]) for row, _ in rows):
        mine = [(row, of) for row, of in rows if (row["arm"], row["part"]) == (arm, part)]
        found[arm, part] = Totals(
            tuple(row["drawn_by"] for row, _ in mine),
            np.array([float(row["n"]) for row, _ in mine]),
            np.array([[of[f"s{i}"] for i in range(VARIABLES)] for _, of in mine]),
            loose.get(arm, {}).get(f"={part}"),
        )
    return found


def _with_sums(table: pa.Table, kind: type[PartT], of: type[SumT]) -> list[tuple[PartT, Mapping[str, SumT]]]:
    """Each part with the sums of its variables, whose names are made as the query is."""
    keys = [name for name in table.column_names if not re.match("s[0-9]", name)]
    sums = named_of(table.drop_columns(keys), of)
    return list(zip(rows_of(table.select(keys), kind), sums, strict=True))
