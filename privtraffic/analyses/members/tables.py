"""The tables of the members report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from privtraffic.analyses.members.compute import Result
from privtraffic.analyses.members.flows import STAGES
from privtraffic.analyses.members.on_the_way import OnTheWay
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Chart, Column, Pivot, Table

STAGE = Column("stage", "text", labels="life")
MONTH = Column("month", "month")
GROUP = Column("group", "text")
MOVES = (Column("from", "text", labels="life"), Column("to", "text", labels="life"))
VALUED = (Column("return_value", "money"), Column("contact_cost", "money"))
CHANCE = (Column("return_chance", "share"), Column("return_low", "share"), Column("return_high", "share"))

MEMBER = (
    Column("member_id", "id"),
    STAGE,
    Column("recency_days", "days"),
    Column("orders", "integer"),
    Column("revenue", "money"),
    Column("super_score", "number"),
    Column("is_super", "text"),
    Column("days_ordered", "integer"),
    Column("full_price_share", "share"),
    Column("brand_count", "integer"),
    Column("tenure_days", "days"),
    Column("referred_buyers", "integer"),
    Column("kept_share", "share"),
    Column("first_order", "date"),
    Column("entered_on", "date"),
)


def stages(result: Result, finding: str) -> Table:
    columns = (
        STAGE,
        Column("members", "integer"),
        Column("share", "share", scale="bar"),
        Column("revenue", "money"),
        Column("revenue_share", "share", scale="bar"),
        Column("orders", "integer"),
        Column("avg_recency_days", "days"),
    )
    chart = Chart("bar", finding, "stage", ("share", "revenue_share"))
    return Table("stages", columns, cells(result.cycle.stages, columns), finding, charts=(chart,))


def stage_mix(result: Result, finding: str) -> Table:
    """Buyers by stage at the close of each month; who has not bought yet would hide the rest."""
    columns = (MONTH, STAGE, Column("closing", "integer", scale="heat"))
    flows, rows = result.cycle.flows, []
    for at in result.shown:
        rows += [row for row in flows.balance(at) if row["stage"] != STAGES[0]]
    charts = (Chart("stacked", finding, "month", ("closing",)),)
    pivot = Pivot("month", "stage", ("closing",))
    return Table("stage_mix", columns, cells(rows, columns), finding, pivot, charts)


def flow_matrix(result: Result, at: int, finding: str) -> Table:
    columns = (*MOVES, Column("members", "integer", scale="heat"), Column("revenue", "money", scale="heat"))
    places = {stage: place for place, stage in enumerate(STAGES)}
    moves = sorted(result.cycle.flows.moves(at), key=lambda row: places.get(row["from"], -1))
    tops = [stage for stage in STAGES if any(row["to"] == stage for row in moves)]
    starts = dict.fromkeys(row["from"] for row in moves)
    known = {(row["from"], row["to"]): row for row in moves}
    # Every cell of the matrix, so that its columns stand in the order of the road.
    rows = [
        known.get((start, end), {"from": start, "to": end, "members": 0, "revenue": Decimal("0.00")})
        for start in starts
        for end in tops
    ]
    return Table("flow_matrix", columns, cells(rows, columns), finding, Pivot("from", "to", ("members",)))


def flows(result: Result, finding: str) -> Table:
    columns = (
        MONTH,
        *MOVES,
        Column("members", "integer"),
        Column("revenue", "money"),
        Column("month_complete", "text"),
    )
    rows = [row for at in result.shown for row in result.cycle.flows.moves(at)]
    return Table("flows", columns, cells(rows, columns), finding)


def stage_balance(result: Result, finding: str) -> Table:
    columns = (
        MONTH,
        STAGE,
        Column("opening", "integer"),
        Column("moved_in", "integer"),
        Column("moved_out", "integer"),
        Column("closing", "integer"),
        Column("revenue", "money"),
        Column("month_complete", "text"),
    )
    rows = [row for at in result.shown for row in result.cycle.flows.balance(at)]
    return Table("stage_balance", columns, cells(rows, columns), finding)


def next_month(result: Result, finding: str) -> Table:
    columns = (
        STAGE,
        Column("members_now", "integer"),
        Column("implied", "integer"),
        Column("implied_low", "integer"),
        Column("implied_high", "integer"),
        Column("as_last_month", "integer"),
        Column("implied_error", "number"),
        Column("last_error", "number"),
        Column("months_tested", "integer"),
    )
    return Table("next_month", columns, cells(result.forecast, columns), finding)


THRESHOLD = (
    Column("threshold", "text", labels="life"),
    Column("threshold_days", "days"),
    Column("threshold_source", "text", labels="threshold_source"),
    Column("returns_within", "share"),
    Column("buyers_within", "share"),
    Column("returns", "integer"),
    Column("returning_buyers", "integer"),
)


def thresholds(result: Result, finding: str) -> Table:
    return Table("thresholds", THRESHOLD, cells(result.cycle.thresholds.rows(), THRESHOLD), finding)


def group_stages(result: Result, finding: str) -> Table:
    columns = (
        GROUP,
        STAGE,
        Column("members", "integer"),
        Column("share", "share", scale="bar"),
        Column("revenue", "money"),
        Column("revenue_share", "share"),
        Column("avg_recency_days", "days"),
    )
    return Table("group_stages", columns, cells(result.groups.stages if result.groups else (), columns), finding)


def group_thresholds(result: Result, finding: str) -> Table:
    columns = (GROUP, *THRESHOLD)
    rows = result.groups.thresholds if result.groups else ()
    return Table("group_thresholds", columns, cells(rows, columns), finding)


def super_members(result: Result, finding: str) -> Table:
    columns = _observed(
        result.score.brought,
        Column("super_group", "text", labels="super_group"),
        Column("members", "integer"),
        Column("buyer_share", "share"),
        Column("revenue", "money"),
        Column("revenue_share", "share", scale="bar"),
        Column("window_margin", "money"),
        Column("revenue_per_buyer", "money"),
        Column("orders", "integer"),
        Column("order_value", "money"),
        Column("full_price_share", "share"),
        Column("brands_per_member", "number"),
        Column("order_days_per_member", "number"),
        Column("referred_per_member", "number"),
        Column("returned_money", "share"),
        Column("asleep_share", "share"),
        Column("mean_score", "number"),
    )
    shares = tuple(column.key for column in columns if column.key in ("buyer_share", "revenue_share"))
    charts = (Chart("bar", finding, "super_group", shares),) if shares else ()
    return Table("super_members", columns, cells(result.score.brought, columns), finding, charts=charts)


def score_components(result: Result, finding: str) -> Table:
    columns = (
        Column("component", "text", labels="component"),
        Column("component_weight", "share", scale="bar"),
        Column("no_marks", "number"),
        Column("full_marks", "number"),
        Column("super_mean", "number"),
        Column("others_mean", "number"),
    )
    return Table("score_components", columns, cells(result.score.components, columns), finding)


def on_the_way(way: OnTheWay, finding: str) -> Table:
    columns = (
        Column("way_place", "integer"),
        Column("member_id", "id"),
        STAGE,
        Column("way_chance", "share"),
        Column("early_order_days", "integer"),
        Column("early_revenue", "money"),
        Column("revenue_to_date", "money"),
        Column("first_order", "date"),
    )
    return Table("on_the_way", columns, cells(way.rows, columns), finding)


def way_test(way: OnTheWay, finding: str) -> Table:
    columns = (
        Column("way_method", "text", labels="way_method"),
        Column("list_length", "integer"),
        Column("supers_found", "integer"),
        Column("precision", "share", scale="bar"),
        Column("precision_low", "share"),
        Column("precision_high", "share"),
        Column("times_chance", "number"),
    )
    return Table("way_test", columns, cells(way.test, columns), finding)


def sleepers(result: Result, finding: str) -> Table:
    columns = _observed(
        result.sleepers.rows,
        Column("member_id", "id"),
        STAGE,
        Column("channel", "text", labels="contact_channel"),
        Column("return_value", "money"),
        Column("return_chance", "share"),
        Column("order_margin", "money"),
        Column("contact_cost", "money"),
        Column("recency_days", "days"),
        Column("orders", "integer"),
        Column("revenue_to_date", "money"),
        Column("days_since_contact", "days"),
        Column("return_low", "share"),
        Column("return_high", "share"),
    )
    return Table("sleepers", columns, cells(result.sleepers.rows, columns), finding)


def sleeper_kinds(result: Result, finding: str) -> Table:
    columns = (
        Column("sleep_depth", "text", labels="sleep_depth"),
        Column("order_band", "text", labels="order_band"),
        Column("sleepers", "integer"),
        *CHANCE,
        Column("seen_asleep", "integer"),
        Column("back_again", "integer"),
        Column("told_by", "text", labels="told_by"),
        Column("on_list", "integer"),
        Column("return_value", "money"),
    )
    return Table("sleeper_kinds", columns, cells(result.sleepers.kinds, columns), finding)


def sleeper_fates(result: Result, finding: str) -> Table:
    columns = (
        Column("fate", "text", labels="fate"),
        Column("sleepers", "integer"),
        Column("sleeper_share", "share", scale="bar"),
        *VALUED,
    )
    return Table("sleeper_fates", columns, cells(result.sleepers.fates, columns), finding)


def contact_channels(result: Result, finding: str) -> Table:
    columns = (
        Column("channel", "text", labels="contact_channel"),
        Column("unit_cost", "money"),
        Column("reached", "integer"),
        Column("on_list", "integer"),
        *VALUED,
    )
    return Table("contact_channels", columns, cells(result.sleepers.channels, columns), finding)


def deciles(result: Result, finding: str) -> Table:
    columns = (
        Column("decile", "integer"),
        Column("members", "integer"),
        Column("revenue", "money"),
        Column("revenue_share", "share", scale="bar"),
        Column("revenue_so_far", "share"),
        Column("revenue_per_buyer", "money"),
    )
    chart = Chart("column", finding, "decile", ("revenue_share",))
    return Table("deciles", columns, cells(result.concentration.deciles, columns), finding, charts=(chart,))


def lorenz(result: Result, finding: str) -> Table:
    columns = (Column("smallest_share", "share"), Column("lorenz", "share"), Column("equal_line", "share"))
    chart = Chart("line", finding, "smallest_share", ("lorenz", "equal_line"))
    return Table("lorenz", columns, cells(result.concentration.curve, columns), finding, charts=(chart,))


def _observed(rows: Sequence[Mapping[str, object]], *columns: Column) -> tuple[Column, ...]:
    """The columns that at least one row has a value for."""
    return tuple(column for column in columns if any(row.get(column.key) is not None for row in rows))
