"""Who fell asleep and who came back, month by month: what the finding about sleepers rests on."""

from __future__ import annotations

from privtraffic.analyses.review.compute import Result
from privtraffic.report.document import Chart, Column, Table


def dormancy(result: Result, finding: str) -> Table:
    """A month a row, as far back as the data tell who had been awake before it."""
    columns = (
        Column("calendar_period", "month"),
        Column("fell_asleep", "integer"),
        Column("reactivated_members", "integer"),
        Column("dormant_members", "integer"),
    )
    told = [result.months[number] for number in sorted(result.months)]
    rows = [
        (row["month"].first_day, row["fell_asleep"], row["reactivated_members"], row["dormant_members"])
        for row in told
        if row["fell_asleep"] is not None
    ]
    chart = Chart("column", finding, "calendar_period", ("fell_asleep", "reactivated_members"))
    return Table("dormancy", columns, rows, finding, charts=(chart,), section="review.section.figures")
