"""Recency, frequency, monetary: who buys lately, often, and well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pyarrow as pa

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.rfm.cuts import Cuts
from privtraffic.analyses.rfm.room import Params
from privtraffic.analyses.rfm.rows import (
    Cell,
    Counted,
    GroupCounted,
    GroupSegment,
    MeanScores,
    Moved,
    OnFile,
    Score,
    Segment,
    Totals,
)
from privtraffic.analyses.rfm.segments import BEST, SCHEMES, segment_of
from privtraffic.analyses.rfm.whom import draw_contacts
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.files import whole
from privtraffic.progress import stage

__all__ = ["Result", "compute", "draw_contacts", "save_cuts"]

SQL = queries(__name__)


@dataclass(frozen=True)
class Result(Answer):
    """Members scored and counted by segment.

    Attributes
    ----------
    members
        One row per member with at least one purchase in the window: values, scores, code, segment.
    segments
        One row per segment of the scheme, empty ones included.
    grid
        Members and revenue by recency and frequency score.
    scores
        Members on each score of recency, frequency and money.
    groups, migration
        Empty unless asked for.
    former
        Members of the best segment at the earlier date who are in another now; None unless an earlier date is given.
    joined, never_bought
        Members of the member files, and those of them without a purchase; None without such files.
    """

    params: Params
    as_of: date
    first_day: date | None
    totals: Totals
    segments: Sequence[Segment]
    grid: Sequence[Cell]
    scores: Sequence[Score]
    groups: Sequence[GroupSegment]
    migration: Sequence[Moved]
    members: TableRef
    cuts: Cuts
    joined: int | None
    never_bought: int | None
    repurchase: tuple[float, float] | None
    former: TableRef | None = None


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Score every member with a purchase up to the as-of date.

    recency_days = as-of date − day of the last order; frequency = distinct orders; monetary = paid − refunds −
    negative documents.  Denominator of every share: members with at least one purchase in the window; orders
    without a member and members who never bought are left out and counted apart.

    Units: days, orders, money net of refunds; shares 0 to 1.
    Source: quantile scores of recency, frequency and money (Hughes 1994); interval of the repurchase rate
    Wilson (1927).

    Raises
    ------
    PrivtrafficError
        For a date that is not earlier than the as-of date.
    """
    if params.compare_to and params.compare_to >= data.as_of:
        raise PrivtrafficError("compare_to_later", value=params.compare_to, as_of=data.as_of)
    engine = data.engine
    with stage("rfm"):
        window = data.settings.bounds(data.as_of)
        engine.run("rfm_values", SQL["member_values"], **window)
        cuts = params.cuts or _cut_points(engine, params.bins)
        engine.view("rfm_scored", _scored("rfm_values", cuts))
        if params.cuts is None:
            means = row_of(engine.fetch(SQL["mean_scores"].format(scored="rfm_scored")), MeanScores)
            cuts = replace(cuts, means=(means["r_mean"], means["f_mean"], means["m_mean"]), as_of=data.as_of)
        engine.scan("rfm_codes", _codes(params.scheme, cuts))
        columns = "member_id, s.recency_days, s.frequency, s.monetary, s.first_order, s.last_order"
        engine.run("rfm_members", SQL["members"].format(scored="rfm_scored", codes="rfm_codes", columns=columns))
        totals = row_of(engine.fetch(SQL["totals"]), Totals)
        segments = {row["segment"]: row for row in rows_of(engine.fetch(SQL["segments"]), Counted)}
        joined = None
        if data.joined:
            joined = row_of(engine.fetch(SQL["never_bought"], as_of=data.as_of), OnFile)
        return Result(
            params=params,
            as_of=data.as_of,
            first_day=data.settings.first_day(data.as_of) or data.quality.first_day,
            totals=totals,
            segments=[
                _segment(name, segments.get(name), totals["members"], totals["revenue"])
                for name in SCHEMES[params.scheme]
            ],
            grid=rows_of(engine.fetch(SQL["grid"]), Cell),
            scores=rows_of(engine.fetch(SQL["scores"]), Score),
            groups=_groups(data, params, cuts) if params.group else (),
            migration=_migration(data, params, cuts) if params.compare_to else (),
            members=TableRef(engine, "rfm_members", "monetary desc, member_id"),
            cuts=cuts,
            joined=joined["joined"] if joined else None,
            never_bought=joined["never_bought"] if joined else None,
            repurchase=wilson(totals["repeat_members"], totals["members"]),
            former=engine.run("rfm_former", SQL["former"], best=BEST) if params.compare_to else None,
        )


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
    found = engine.fetch(SQL["cut_points"].format(cut_points=", ".join(columns), values="rfm_values"))
    recency, frequency, monetary = (tuple(found[f"{name}_{i}"][0].as_py() for i in range(bins - 1)) for name in places)
    latest: int | None = found["latest"][0].as_py()
    # Spark tells a percentile of whole numbers, or of money, as a double.
    recency, frequency = tuple(map(int, recency)), tuple(map(int, frequency))
    monetary = tuple(Decimal(str(value)) for value in monetary)
    if recency.count(latest) > 1:
        recency = tuple(days + 1 if days == latest else days for days in recency)
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


def _segment(name: str, row: Counted | None, of_members: int, of_revenue: Decimal) -> Segment:
    members, orders, revenue = (row["members"], row["orders"], row["revenue"]) if row else (0, 0, Decimal("0.00"))
    return {
        "segment": name,
        "members": members,
        "share": members / of_members,
        "revenue": revenue,
        "revenue_share": float(revenue / of_revenue) if of_revenue > 0 else None,
        "orders": orders,
        "avg_recency_days": row["avg_recency_days"] if row else None,
        "avg_frequency": row["avg_frequency"] if row else None,
        "avg_monetary": float(revenue) / members if members else None,
        "order_value": float(revenue) / orders if orders else None,
    }


def _groups(data: Dataset, params: Params, cuts: Cuts) -> list[GroupSegment]:
    """The segments within each group, scored on the common cut points, largest group first."""
    query = SQL["group_values"].format(group=params.group, table=data.table_of(params.group))
    data.engine.run("rfm_group_values", query, **data.settings.bounds(data.as_of))
    data.engine.view("rfm_group_scored", _scored("rfm_group_values", cuts))
    columns = "group_name, s.member_id, s.recency_days, s.frequency, s.monetary"
    members = SQL["members"].format(scored="rfm_group_scored", codes="rfm_codes", columns=columns)
    data.engine.run("rfm_group_members", members)
    by_group: dict[str, dict[str, GroupCounted]] = {}
    for row in rows_of(data.engine.fetch(SQL["group_segments"]), GroupCounted):
        by_group.setdefault(row["group_name"] or "", {})[row["segment"]] = row
    members_of = {name: sum(row["members"] for row in rows.values()) for name, rows in by_group.items()}
    revenue_of = {name: sum((row["revenue"] for row in rows.values()), Decimal(0)) for name, rows in by_group.items()}
    return [
        {"group": name, **_segment(segment, by_group[name][segment], members_of[name], revenue_of[name])}
        for name in sorted(by_group, key=lambda name: (-revenue_of[name], name))
        for segment in SCHEMES[params.scheme]
        if segment in by_group[name]
    ]


def _migration(data: Dataset, params: Params, cuts: Cuts) -> list[Moved]:
    """The segments of today's members at the earlier date, by the same cut points."""
    earlier = params.compare_to or data.as_of
    data.engine.run("rfm_values_before", SQL["member_values"], **data.settings.bounds(earlier))
    data.engine.view("rfm_scored_before", _scored("rfm_values_before", cuts))
    before = SQL["members"].format(scored="rfm_scored_before", codes="rfm_codes", columns="member_id")
    data.engine.run("rfm_before", before)
    order = ("not_yet", *SCHEMES[params.scheme])
    rows = rows_of(data.engine.fetch(SQL["migration"]), Moved)
    return sorted(rows, key=lambda row: (order.index(row["from_segment"]), order.index(row["to_segment"])))


def save_cuts(result: Result, path: Path) -> None:
    """Write the cut points of this run, for `--cuts` of the next."""
    with whole(path) as temporary:
        temporary.write_text(result.cuts.toml(), "utf-8")
