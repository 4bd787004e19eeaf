"""Recency, frequency, monetary: who buys lately, often, and well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa

from privtraffic.analyses.rfm.cuts import Cuts
from privtraffic.analyses.rfm.segments import SCHEMES, segment_of
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import Dataset
from privtraffic.progress import stage
from privtraffic.schema import LINE_DIMENSIONS

SQL = queries(__name__)

SegmentRow = Mapping[str, Any]


@dataclass(frozen=True)
class Params:
    """What is asked.

    Attributes
    ----------
    bins
        Scores run from 1 to `bins`; `growth11` is defined for 5.
    scheme
        `classic8` or `growth11`.
    cuts
        Cut points of an earlier run, so that months compare; None takes them from these members.
    group
        A dimension of the order line; the segment table is repeated for each of its values.
    compare_to
        An earlier date for the migration matrix.
    """

    bins: int = 5
    scheme: str = "classic8"
    cuts: Cuts | None = None
    group: str | None = None
    compare_to: date | None = None


@dataclass(frozen=True)
class Result:
    """Members scored and counted.

    Attributes
    ----------
    members
        One row a member with at least one purchase in the window: values, scores, code, segment.
    segments
        One row a segment of the scheme, empty ones included.
    grid
        Members and revenue by recency and frequency score.
    scores
        Members on each score of recency, frequency and money.
    groups, migration
        Empty unless asked for.
    joined, never_bought
        Members of the member files, and those of them without a purchase; None without such files.
    """

    params: Params
    as_of: date
    first_day: date | None
    totals: Mapping[str, Any]
    segments: Sequence[SegmentRow]
    grid: Sequence[Mapping[str, Any]]
    scores: Sequence[Mapping[str, Any]]
    groups: Sequence[SegmentRow]
    migration: Sequence[Mapping[str, Any]]
    members: TableRef
    cuts: Cuts
    joined: int | None
    never_bought: int | None
    repurchase: tuple[float, float] | None


def compute(data: Dataset, params: Params) -> Result:
    """Score every member with a purchase up to the as-of date.

    recency_days = as-of date − day of the last order; frequency = distinct orders; monetary = paid − refunds −
    negative documents.  Denominator of every share: members with at least one purchase in the window; orders
    without a member and members who never bought are left out and counted apart.

    Raises
    ------
    PrivtrafficError
        For a scheme, a number of bins or a date that cannot be.
    """
    _check(data, params)
    engine = data.engine
    with stage("rfm"):
        window = data.settings.bounds(data.as_of)
        engine.run("rfm_values", SQL["member_values"], **window)
        cuts = params.cuts or _cut_points(engine, params.bins)
        engine.view("rfm_scored", _scored("rfm_values", cuts))
        if params.cuts is None:
            means = engine.fetch(SQL["mean_scores"].format(scored="rfm_scored")).to_pylist()[0]
            cuts = replace(cuts, means=(means["r_mean"], means["f_mean"], means["m_mean"]), as_of=data.as_of)
        engine.scan("rfm_codes", _codes(params.scheme, cuts))
        columns = "member_id, s.recency_days, s.frequency, s.monetary, s.first_order, s.last_order"
        engine.run("rfm_members", SQL["members"].format(scored="rfm_scored", codes="rfm_codes", columns=columns))
        totals = engine.fetch(SQL["totals"]).to_pylist()[0]
        segments = {row["segment"]: row for row in engine.fetch(SQL["segments"]).to_pylist()}
        joined = None
        if data.joined:
            joined = engine.fetch(SQL["never_bought"], as_of=data.as_of).to_pylist()[0]
        return Result(
            params=params,
            as_of=data.as_of,
            first_day=data.settings.first_day(data.as_of) or data.quality.first_day,
            totals=totals,
            segments=[_segment_row(name, segments.get(name, {}), totals) for name in SCHEMES[params.scheme]],
            grid=engine.fetch(SQL["grid"]).to_pylist(),
            scores=engine.fetch(SQL["scores"]).to_pylist(),
            groups=_groups(data, params, cuts) if params.group else (),
            migration=_migration(data, params, cuts) if params.compare_to else (),
            members=TableRef(engine, "rfm_members", "monetary desc, member_id"),
            cuts=cuts,
            joined=joined["joined"] if joined else None,
            never_bought=joined["never_bought"] if joined else None,
            repurchase=wilson(totals["repeat_members"], totals["members"]),
        )


def _check(data: Dataset, params: Params) -> None:
    if params.scheme not in SCHEMES:
        raise PrivtrafficError("unknown_scheme", value=params.scheme, known=", ".join(SCHEMES))
    bins = params.cuts.bins if params.cuts else params.bins
    if not 2 <= bins <= 9:
        raise PrivtrafficError("bad_bins", value=bins)
    if params.scheme == "growth11" and bins != 5:
        raise PrivtrafficError("growth11_bins", value=bins)
    if params.compare_to and params.compare_to >= data.as_of:
        raise PrivtrafficError("compare_to_later", value=params.compare_to, as_of=data.as_of)


def _cut_points(engine: Engine, bins: int) -> Cuts:
    """The `bins - 1` discrete quantiles of each value; recency from the longest ago to the latest.

    Nobody is later than the latest: where so many members are that two cut points or more fall on them, they are better
    than these.  Else all who bought today would have the lowest score for being all alike.
    """
    shares = [round(i / bins, 6) for i in range(1, bins)]
    places = {"recency_days": "desc", "frequency": "asc", "monetary": "asc"}
    columns = [
        f"percentile_disc({share}) within group (order by {name} {way}) as {name}_{i}"
        for name, way in places.items()
        for i, share in enumerate(shares)
    ]
    row = engine.fetch(SQL["cut_points"].format(cut_points=", ".join(columns), values="rfm_values")).to_pylist()[0]
    recency, frequency, monetary = (tuple(row[f"{name}_{i}"] for i in range(bins - 1)) for name in places)
    if recency.count(row["latest"]) > 1:
        recency = tuple(days + 1 if days == row["latest"] else days for days in recency)
    return Cuts(recency, frequency, monetary)


def _scored(values: str, cuts: Cuts) -> str:
    def score(column: str, sign: str, points: Sequence[int | Decimal]) -> str:
        return " + ".join(["1", *(f"case when {column} {sign} {point} then 1 else 0 end" for point in points)])

    return SQL["scored"].format(
        values=values,
        recency_score=score("recency_days", "<", cuts.recency_days),
        frequency_score=score("frequency", ">", cuts.frequency),
        monetary_score=score("monetary", ">", cuts.monetary),
    )


def _codes(scheme: str, cuts: Cuts) -> pa.Table:
    """Every possible code with its segment."""
    scores = range(1, cuts.bins + 1)
    codes = list(product(scores, scores, scores))
    columns = {f"{letter}_score": [code[i] for code in codes] for i, letter in enumerate("rfm")}
    return pa.table({**columns, "segment": [segment_of(code, scheme, cuts.means) for code in codes]})


def _segment_row(name: str, row: Mapping[str, Any], totals: Mapping[str, Any]) -> SegmentRow:
    members, orders, revenue = row.get("members", 0), row.get("orders", 0), row.get("revenue", Decimal("0.00"))
    return {
        "segment": name,
        "members": members,
        "share": members / totals["members"],
        "revenue": revenue,
        "revenue_share": float(revenue / totals["revenue"]) if totals["revenue"] > 0 else None,
        "orders": orders,
        "avg_recency_days": row.get("avg_recency_days"),
        "avg_frequency": row.get("avg_frequency"),
        "avg_monetary": float(revenue) / members if members else None,
        "order_value": float(revenue) / orders if orders else None,
    }


def _groups(data: Dataset, params: Params, cuts: Cuts) -> list[SegmentRow]:
    """The segments within each group, scored on the common cut points, largest group first."""
    table = "lines" if params.group in LINE_DIMENSIONS else "orders"
    query = SQL["group_values"].format(group=params.group, table=table)
    data.engine.run("rfm_group_values", query, **data.settings.bounds(data.as_of))
    data.engine.view("rfm_group_scored", _scored("rfm_group_values", cuts))
    columns = "group_name, s.member_id, s.recency_days, s.frequency, s.monetary"
    members = SQL["members"].format(scored="rfm_group_scored", codes="rfm_codes", columns=columns)
    data.engine.run("rfm_group_members", members)
    by_group: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in data.engine.fetch(SQL["group_segments"]).to_pylist():
        by_group.setdefault(row["group_name"] or "", {})[row["segment"]] = row
    totals = {
        name: {key: sum(row[key] for row in rows.values()) for key in ("members", "revenue")}
        for name, rows in by_group.items()
    }
    names = sorted(by_group, key=lambda name: (-totals[name]["revenue"], name))
    return [
        {"group": name, **_segment_row(segment, by_group[name][segment], totals[name])}
        for name in names
        for segment in SCHEMES[params.scheme]
        if segment in by_group[name]
    ]


def _migration(data: Dataset, params: Params, cuts: Cuts) -> list[Mapping[str, Any]]:
    """Where the members of today were at the earlier date, by the same cut points."""
    earlier = params.compare_to or data.as_of
    data.engine.run("rfm_values_before", SQL["member_values"], **data.settings.bounds(earlier))
    data.engine.view("rfm_scored_before", _scored("rfm_values_before", cuts))
    before = SQL["members"].format(scored="rfm_scored_before", codes="rfm_codes", columns="member_id")
    data.engine.run("rfm_before", before)
    order = ("not_yet", *SCHEMES[params.scheme])
    rows = data.engine.fetch(SQL["migration"]).to_pylist()
    return sorted(rows, key=lambda row: (order.index(row["from_segment"]), order.index(row["to_segment"])))


def save_cuts(result: Result, path: Path) -> None:
    """Write the cut points of this run, for `--cuts` of the next."""
    path.write_text(result.cuts.toml(), "utf-8")
