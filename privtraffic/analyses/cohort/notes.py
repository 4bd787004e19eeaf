"""What a reader of cohorts must not miss."""

from __future__ import annotations

from privtraffic.analyses.cohort.compute import Result
from privtraffic.report.document import Note
from privtraffic.report.format import show
from privtraffic.report.words import Words


def notes(result: Result, words: Words) -> tuple[Note, ...]:
    """Assumptions, limits and what is left out, each as one sentence."""
    found: list[Note] = []

    def say(key: str, **values: object) -> None:
        found.append(Note(f"note.{key}", words(f"note.{key}", **values)))

    outside, params = result.outside, result.params
    if params.rolling_days:
        say("cohort_rolling", days=params.rolling_days)
    else:
        say(f"cohort_{params.by}")
    if any(row["rate"] is not None and not row["complete"] for row in result.cells):
        say("cohort_partial", date=result.as_of)
    if result.start == "first-order" and result.data_first_day:
        say("cohort_left_edge", date=result.data_first_day)
    if outside.before_orders or outside.before_revenue:
        say(
            "cohort_before_joining",
            orders=show(outside.before_orders, "integer"),
            members=show(outside.before_members, "integer"),
            money=show(outside.before_revenue, "money"),
        )
    if outside.unknown_members:
        say(
            "cohort_not_on_file",
            orders=show(outside.unknown_orders, "integer"),
            members=show(outside.unknown_members, "integer"),
            money=show(outside.unknown_revenue, "money"),
        )
    if outside.undated:
        say("cohort_undated", members=show(outside.undated, "integer"))
    if result.first_day and result.data_first_day and result.first_day > result.data_first_day:
        say("cohort_window", date=result.first_day)
    if result.cohorts_left_out:
        say("cohort_capped", shown=show(len(result.cohorts), "integer"), total=show(result.totals["cohorts"], "integer"))
    if result.ages_left_out:
        say("cohort_ages_capped", age=max(row["age"] for row in result.cells))
    if result.doors:
        if params.group == "tier":
            say("cohort_tier")
        elif not result.doors.on_file:
            say("cohort_group_of_buyers" if result.start == "joined" else "cohort_group_first", dimension=words(str(params.group)))
        if result.doors.left_out:
            say("cohort_groups_left_out", count=show(result.doors.left_out, "integer"))
    return tuple(found)
