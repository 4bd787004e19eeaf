"""The tables of the funnel."""

from __future__ import annotations

from privtraffic.analyses.funnel.compute import Result
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Chart, Column, Table

FROM = Column("from", "text", labels="funnel_step", word="step_from")
TO = Column("to", "text", labels="funnel_step", word="step_to")
GROUP = Column("group", "text", labels="start_group", word="step_group")
RATE = (
    Column("entered", "integer", word="step_entered"),
    Column("reached", "integer", word="step_reached"),
    Column("rate", "share", scale="bar", word="step_rate"),
    Column("low", "share", word="step_low"),
    Column("high", "share", word="step_high"),
)
PROSPECT = (
    Column("member_id", "id"),
    Column("joined_on", "date", word="prospect_joined_on"),
    Column("age_days", "days", word="prospect_age_days"),
    Column("channel", "text"),
    Column("store", "text"),
    Column("guide", "text"),
    Column("chance", "share", word="prospect_chance"),
    Column("prospect_value", "money"),
)


def steps(result: Result, finding: str) -> Table:
    columns = (
        FROM,
        TO,
        Column("basis", "text", labels="step_basis", word="step_basis"),
        GROUP,
        *RATE,
        Column("within", "days", word="step_within"),
        Column("complete", "text", word="step_complete"),
        Column("step_state", "text", labels="step_state"),
    )
    counted = result.counts.steps if result.counts else ()
    rows = [*counted, *(step for path in result.paths for step in path.steps)]
    return Table("steps", columns, cells(rows, columns), finding)


def step_curves(result: Result, finding: str) -> Table:
    """The curves of all persons beside each other; where one crosses the half is its median."""
    names = [f"by_day_{path.start}" for path in result.paths]
    columns = (
        Column("day", "days", word="step_day"),
        *(Column(name, "share") for name in names),
        Column("half_way", "share"),
    )
    shares = [
        {row["day"]: row["share"] for row in path.times if row["group"] is None and row["to"] == path.to}
        for path in result.paths
    ]
    days = sorted({day for known in shares for day in known})
    rows = [(day, *(known.get(day) for known in shares), 0.5) for day in days]
    chart = Chart("line", finding, "day", tuple(names), curves=("half_way",))
    return Table("step_curves", columns, rows, finding, charts=(chart,))


def step_times(result: Result, finding: str) -> Table:
    columns = (
        FROM,
        TO,
        GROUP,
        Column("day", "days", word="step_day"),
        Column("share", "share", scale="bar", word="step_taken"),
        Column("low", "share", word="step_low"),
        Column("high", "share", word="step_high"),
        Column("at_risk", "integer"),
    )
    return Table("step_times", columns, cells([row for path in result.paths for row in path.times], columns), finding)


def step_months(result: Result, finding: str) -> Table:
    columns = (
        FROM,
        TO,
        Column("month", "month", word="step_month"),
        Column("entered", "integer", word="step_entered"),
        *(Column(f"within_{days}", "share", scale="heat", counted="entered") for days in (0, 7, 30, 90, 365)),
    )
    return Table("step_months", columns, cells([row for path in result.paths for row in path.months], columns), finding)


def places(result: Result, finding: str) -> Table:
    columns = (
        FROM,
        TO,
        GROUP,
        *RATE,
        Column("shrunk_rate", "share", word="step_shrunk"),
        Column("z", "number", word="step_z"),
        Column("p", "fine", word="step_p"),
        Column("q", "fine", word="step_q"),
        Column("few", "text", word="step_few"),
    )
    return Table("places", columns, cells([row for path in result.paths for row in path.places], columns), finding)


def friend_months(result: Result, finding: str) -> Table:
    columns = (
        Column("month", "month"),
        Column("added", "integer", word="friends_made"),
        Column("requests", "integer", word="friend_requests"),
        Column("lost", "integer", word="friends_ended"),
        Column("net", "integer", word="friends_net"),
        Column("stock", "integer", word="friends_stock"),
        Column("complete", "text", word="month_complete"),
    )
    charts = (Chart("line", finding, "month", ("stock",)), Chart("column", finding, "month", ("added", "lost")))
    rows = cells(result.friends.months if result.friends else (), columns)
    return Table("friend_months", columns, rows, finding, charts=charts[:1])


def friend_survival(result: Result, finding: str) -> Table:
    columns = (
        Column("week", "date", word="friend_week"),
        Column("added", "integer", word="friends_made"),
        *(
            Column(f"kept_{days}", "share", scale="heat", word=f"friends_kept_{days}", counted="added")
            for days in (7, 30, 90, 365)
        ),
    )
    return Table("friend_survival", columns, cells(result.friends.weeks if result.friends else (), columns), finding)


def groups(result: Result, finding: str) -> Table:
    columns = (
        Column("week", "date", word="counted_week"),
        Column("groups_added", "integer"),
        Column("joined", "integer", word="group_joined"),
        Column("chats", "integer"),
        Column("messages", "integer"),
    )
    return Table("group_weeks", columns, cells(result.groups, columns), finding)


def prospects(result: Result, finding: str) -> Table:
    columns = (
        Column("age", "text", word="prospect_age"),
        Column("members", "integer", word="prospect_members"),
        Column("chance", "share", scale="bar", word="prospect_chance"),
        Column("low", "share", word="prospect_low"),
        Column("high", "share", word="prospect_high"),
        Column("backtest", "share"),
        Column("backtest_low", "share"),
        Column("backtest_high", "share"),
        Column("backtest_chance", "share"),
        Column("backtest_members", "integer"),
        Column("value", "money", word="prospect_value"),
    )
    rows = cells(result.prospects.spans if result.prospects else (), columns)
    chart = Chart("column", finding, "age", ("chance",))
    return Table("prospects", columns, rows, finding, charts=(chart,))
