"""The tables of the report on teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from privtraffic.analyses.rows import cells
from privtraffic.analyses.teams.compute import Result
from privtraffic.analyses.teams.departures import Departures
from privtraffic.analyses.teams.fair import as_named
from privtraffic.analyses.teams.tree import Tree
from privtraffic.report.document import Chart, Column, Table

UNIT = Column("unit", "text")
LEVEL = Column("level", "text", labels="team_level")
VERDICT = Column("unit_verdict", "text", labels="unit_verdict")
EXPECTED = Column("expected", "number", word="team_expected")
RATIO = Column("ratio", "number", word="team_ratio")
RANK = Column("rank", "integer", word="team_rank")
COUNTS = (
    Column("member_months", "integer"),
    Column("observed", "integer"),
    EXPECTED,
    RATIO,
)

BESIDE = (
    LEVEL,
    RANK,
    Column("rank_low", "integer"),
    Column("rank_high", "integer"),
    *COUNTS,
    Column("alone_months", "integer"),
    Column("fair_low95", "number"),
    Column("fair_high95", "number"),
    Column("probability_above", "share"),
    Column("members", "integer"),
    Column("months_open", "integer"),
    Column("opened_at", "date"),
    Column("closed_at", "date"),
    Column("left_at", "date"),
    Column("revenue", "money", word="split_revenue"),
    Column("orders", "integer"),
    Column("order_value", "money"),
    Column("new_members", "integer", word="team_new_members"),
)
"""What a ratio is made of, and what stands beside it: in JSON with the unit, for the eye in a table of its own."""

MEMBER = (
    Column("member_id", "id"),
    Column("unit_key", "id"),
    Column("join_channel", "text"),
    Column("first_order", "date"),
    Column("member_months", "integer"),
    Column("observed", "integer"),
    EXPECTED,
)


def units(result: Result, finding: str, bars: str) -> Table:
    columns = (
        UNIT,
        Column("parent", "text"),
        VERDICT,
        Column("fair", "number", scale="diverging", middle=1.0),
        Column("fair_low", "number"),
        Column("fair_high", "number"),
        Column("members_today", "integer"),
        Column("members_quiet", "integer"),
        Column("members_unowned", "integer"),
        *(replace(column, hidden=True) for column in BESIDE),
    )
    chart = Chart("bar", bars, "unit", ("fair",))
    rows = sorted(result.units, key=as_named)
    return Table("units", columns, cells(rows, columns), finding, charts=(chart,))


def units_beside(result: Result, finding: str) -> Table:
    """What the ratio of each unit is made of, and what stands beside it."""
    rows = sorted(result.units, key=as_named)
    dated = [column for column in BESIDE if column.kind != "date" or any(row.get(column.key) for row in rows)]
    columns = (UNIT, *dated)
    return Table("units_beside", columns, cells(rows, columns), finding)


def funnel(result: Result, finding: str) -> Table:
    columns = (
        UNIT,
        EXPECTED,
        RATIO,
        Column("low95", "number"),
        Column("high95", "number"),
        Column("low998", "number"),
        Column("high998", "number"),
    )
    limits = ("low95", "high95", "low998", "high998")
    chart = Chart("scatter", finding, "expected", ("ratio",), curves=limits)
    return Table("funnel", columns, cells(result.funnel, columns), finding, charts=(chart,))


def ranks(result: Result, finding: str) -> Table:
    columns = (
        UNIT,
        Column("fair_place", "integer"),
        RANK,
        Column("rank_low", "integer"),
        Column("rank_high", "integer"),
        Column("fair", "number"),
    )
    chart = Chart("line", finding, "fair_place", ("rank", "rank_low", "rank_high"))
    return Table("team_ranks", columns, cells(result.placed, columns), finding, charts=(chart,))


def departures(gone: Departures, finding: str) -> Table:
    columns = (
        Column("staff", "text"),
        Column("left_at", "date"),
        Column("members", "integer", word="members_left"),
        Column("handed_over", "integer"),
        Column("orphaned", "integer"),
        Column("active_before", "integer"),
        Column("came_back", "integer", word="members_back"),
        Column("expected", "number", word="back_expected"),
        Column("taken_along", "share"),
        Column("low", "share", word="taken_low"),
        Column("high", "share", word="taken_high"),
    )
    return Table("departures", columns, cells(gone.rows, columns), finding)


def tree(found: Tree, finding: str) -> Table:
    columns = (
        Column("tree_label", "text"),
        LEVEL,
        UNIT,
        Column("parent", "text"),
        Column("closed_at", "date"),
        Column("members", "integer", word="members_beneath"),
        Column("shared_members", "integer"),
        Column("active", "integer", word="active_90"),
        Column("active_share", "share"),
        Column("fullness", "share"),
        Column("revenue", "cents", scale="bar", word="split_revenue"),
        Column("orders", "integer"),
        *(
            (Column("commission", "cents"), Column("downline_share", "share"), Column("self_share", "share"))
            if found.commission is not None
            else ()
        ),
    )
    chart = Chart("bar", finding, "tree_label", ("revenue",))
    rows = [{**row, "tree_label": "· " * row["depth"] + row["unit"]} for row in found.rows]
    return Table("tree", columns, cells(rows, columns), finding, charts=(chart,))


def case_mix(result: Result, finding: str) -> Table:
    columns = (
        UNIT,
        VERDICT,
        Column("join_channel", "text"),
        Column("age_band", "text"),
        Column("mix_share", "share", scale="bar"),
        Column("house_share", "share", scale="bar"),
        *COUNTS,
    )
    return Table("case_mix", columns, cells(result.case_mix, columns), finding)


def shown(tables: Sequence[Table]) -> tuple[Table, ...]:
    """The tables that have rows."""
    return tuple(table for table in tables if table.rows)
