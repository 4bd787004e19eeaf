"""The tables of the cohort report: triangles for people, tidy cells for whoever computes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privtraffic.analyses.cohort.compute import Result
from privtraffic.analyses.cohort.rows import Measure
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Chart, Column, Kind, Pivot, Table

COHORT = Column("cohort", "text")
SIZE = Column("size", "integer")
AGE = Column("age", "integer")
PERIOD = Column("calendar_period", "month")
GROUP = Column("start_group", "text", labels="start_group")
RATE_BAND = (Column("retention_low", "share"), Column("retention_high", "share"))
SECOND = (
    Column("repeat_buyers", "integer"),
    Column("second_by_30", "share", scale="heat", counted="size"),
    Column("second_by_90", "share", scale="heat", counted="size"),
    Column("second_by_180", "share", scale="heat", counted="size"),
    Column("second_median", "days"),
    Column("second_median_low", "days"),
    Column("second_median_high", "days"),
    Column("median_reached", "text"),
)
COST = (Column("acquisition_cost", "money"), Column("cost_per_joiner", "cents"))
WORTH = (
    Column("cohort_buyers", "integer"),
    Column("bought_share", "share", scale="bar"),
    Column("orders", "integer"),
    Column("revenue", "money"),
    Column("revenue_to_date_per_member", "money"),
)
MEMBER = (
    Column("member_id", "id"),
    COHORT,
    Column("started_on", "date"),
    Column("orders", "integer"),
    Column("revenue", "money"),
    Column("first_order", "date"),
    Column("second_order_on", "date"),
    Column("days_to_second", "days"),
    Column("nudge_by", "date"),
)

Row = Mapping[str, object]


def retention_triangle(result: Result, finding: str) -> Table:
    """Cohorts × ages, blank where an age is not wholly observed; what runs now stands beside the size.

    Age 0 stands beside it too, where members start by joining, and not at all where everybody starts with an order: its
    high share would drown the shades of all other ages.
    """
    first = int(any(row["complete"] and row["age"] > 0 for row in result.cells))
    shown = {row["age"] for row in result.cells if row["complete"]} or {0}
    at_once: dict[str, float | None] = {}
    running: dict[str, float | None] = {}
    for row in result.cells:
        if row["age"] == 0 and row["complete"] and first and result.start == "joined":
            at_once[row["cohort"]] = row["rate"]
        running_now = row["rate"] is not None and not row["complete"] and row["cohort"] != result.cut_cohort
        if row["age"] >= first and running_now:
            running.setdefault(row["cohort"], row["rate"])
    extra = {key: cells for key, cells in (("bought_at_once", at_once), ("so_far", running)) if cells}
    columns = (
        COHORT,
        SIZE,
        *(Column(key, "share") for key in extra),
        AGE,
        Column("retention", "share", scale="heat", counted="size"),
    )
    rows = [
        (
            row["cohort"],
            row["size"],
            *(cells.get(row["cohort"]) for cells in extra.values()),
            row["age"],
            row["rate"] if row["complete"] else None,
        )
        for row in result.cells
        if row["age"] >= first and row["age"] in shown
    ]
    pivot = Pivot("cohort", "age", ("retention",), ("size", *extra))
    return Table("retention_triangle", columns, rows, finding, pivot)


def value_triangle(result: Result, key: str, value: Measure, kind: Kind, finding: str) -> Table:
    """The same matrix for what members brought, age 0 included."""
    shown = {row["age"] for row in result.cells if row["complete"]} or {0}
    columns = (COHORT, SIZE, AGE, Column(value, kind, scale="heat", counted="size"))
    rows = [
        (row["cohort"], row["size"], row["age"], row[value] if row["complete"] else None)
        for row in result.cells
        if row["age"] in shown
    ]
    return Table(key, columns, rows, finding, Pivot("cohort", "age", (value,), ("size",)))


def averages(result: Result, finding: str, worth: str) -> Table:
    columns = _known(
        result.averages,
        AGE,
        Column("average_rate", "share", scale="bar"),
        *RATE_BAND,
        Column("complete_members", "integer"),
        Column("cohort_count", "integer"),
        Column("active", "integer"),
        Column("orders_per_member", "number"),
        Column("revenue_per_member", "money"),
        Column("cumulative_per_member", "money"),
        Column("period_margin_per_member", "money"),
        Column("cumulative_margin", "money"),
        Column("repurchased_share", "share"),
    )
    charts = (
        Chart("line", finding, "age", ("average_rate", "retention_low", "retention_high")),
        Chart("line", worth, "age", ("cumulative_per_member",)),
    )
    return Table("average_retention", columns, cells(result.averages, columns), finding, charts=charts)


def second_order(result: Result, finding: str) -> Table:
    columns = (
        Column("days_since_first", "days"),
        Column("came_again", "share", scale="bar"),
        Column("came_again_low", "share"),
        Column("came_again_high", "share"),
        Column("second_orders", "integer"),
        Column("still_observed", "integer"),
    )
    chart = Chart("line", finding, "days_since_first", ("came_again", "came_again_low", "came_again_high"))
    return Table("second_order", columns, cells(result.points, columns), finding, charts=(chart,))


def cohorts(result: Result, finding: str) -> Table:
    paid = any(row["acquisition_cost"] is not None for row in result.cohorts)
    columns = (COHORT, SIZE, *(COST if paid else ()), *WORTH, *SECOND)
    return Table("cohorts", columns, cells(result.cohorts, columns), finding)


def new_returning(result: Result, finding: str) -> Table:
    kinds = ("new", "returning", "reactivated")
    columns = (
        PERIOD,
        Column("revenue", "money"),
        *(Column(f"revenue_{kind}", "money") for kind in kinds),
        Column("active", "integer"),
        *(Column(f"members_{kind}", "integer") for kind in kinds),
        *(Column(f"orders_{kind}", "integer") for kind in kinds),
        Column("period_complete", "text"),
    )
    chart = Chart("stacked", finding, "calendar_period", tuple(f"revenue_{kind}" for kind in kinds))
    return Table("new_returning", columns, cells(result.flow, columns), finding, charts=(chart,))


def newness(result: Result, finding: str) -> list[Table]:
    """Each value's revenue by whose money it is, over the latest complete periods and by period."""
    if result.newness is None:
        return []
    columns = (
        Column("group", "text", labels="start_group", word="flow_group"),
        Column("revenue", "money"),
        Column("new_to_house", "money"),
        Column("new_to_group", "money"),
        Column("again", "money", word="again_money"),
        Column("known_share", "share", scale="bar"),
        Column("members_new_to_house", "integer"),
        Column("members_new_to_group", "integer"),
    )
    by_period = (Column("period", "month"), *columns, Column("period_complete", "text"))
    chart = Chart("stacked", finding, "group", ("new_to_house", "new_to_group", "again"))
    return [
        Table("newness_of_groups", columns, cells(result.newness.groups, columns), finding, charts=(chart,)),
        Table("newness", by_period, cells(result.newness.periods, by_period), finding),
    ]


def layers(result: Result, finding: str) -> Table:
    columns = (Column("cohort_layer", "text"), PERIOD, Column("revenue", "money", scale="heat"))
    chart = Chart("stacked", finding, "calendar_period", ("revenue",))
    pivot = Pivot("cohort_layer", "calendar_period", ("revenue",))
    return Table("layers", columns, cells(result.layers, columns), finding, pivot, (chart,))


def group_retention(result: Result, finding: str) -> Table:
    columns = (
        AGE,
        GROUP,
        Column("rate", "share", scale="bar"),
        *RATE_BAND,
        Column("active", "integer"),
        Column("complete_members", "integer"),
        Column("shrunk_rate", "share"),
        Column("small_group", "text"),
    )
    return Table("group_retention", columns, cells(result.doors.retention if result.doors else (), columns), finding)


def start_groups(result: Result, finding: str) -> Table:
    columns = (
        GROUP,
        SIZE,
        *WORTH,
        *SECOND,
        Column("log_rank_z", "number"),
        Column("log_rank_p", "number"),
        Column("log_rank_q", "number"),
    )
    chart = Chart("bar", finding, "start_group", ("second_by_90",))
    rows = cells(result.doors.groups if result.doors else (), columns)
    return Table("start_groups", columns, rows, finding, charts=(chart,))


def retention(result: Result, finding: str) -> Table:
    columns = _known(
        result.cells,
        COHORT,
        SIZE,
        AGE,
        Column("active", "integer"),
        Column("rate", "share"),
        Column("complete", "text"),
        Column("orders", "integer"),
        Column("orders_per_member", "number"),
        Column("revenue", "money"),
        Column("revenue_per_member", "money"),
        Column("cumulative_per_member", "money"),
        Column("period_margin_per_member", "money"),
        Column("cumulative_margin", "money"),
        Column("repurchased_share", "share"),
    )
    return Table("retention", columns, cells(result.cells, columns), finding)


def _known(rows: Sequence[Row], *columns: Column) -> tuple[Column, ...]:
    return tuple(column for column in columns if not rows or column.key in rows[0])
