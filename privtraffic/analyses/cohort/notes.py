"""What a reader of cohorts must not miss."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.cohort.compute import Result
from privtraffic.report.document import Note, Said, notes_of
from privtraffic.report.format import show
from privtraffic.report.words import Words


def notes(result: Result, words: Words) -> tuple[Note, ...]:
    """Assumptions, limits and what is left out, each as one sentence."""
    said = (*_counted(result), *_outside(result), *_capped(result), *_grouped(result, words))
    return notes_of("cohort", said, words)


def _counted(result: Result) -> Iterator[Said]:
    """How ages are counted, and where the observed history begins and ends."""
    if result.params.rolling_days:
        yield "rolling", {"days": result.params.rolling_days}
    else:
        yield result.params.by, {}
    if any(row["rate"] is not None and not row["complete"] for row in result.cells):
        yield "partial", {"date": result.as_of}
    if result.start == "first-order" and result.data_first_day:
        yield "left_edge", {"date": result.data_first_day}
    if result.first_day and result.data_first_day and result.first_day > result.data_first_day:
        yield "window", {"date": result.first_day}
    if result.cut_cohort:
        yield "window_cut", {"date": result.first_day, "cohort": result.cut_cohort}


def _outside(result: Result) -> Iterator[Said]:
    """Which members and orders belong to no cohort."""
    outside = result.outside
    if outside.before_orders or outside.before_revenue:
        yield (
            "before_joining",
            {
                "orders": show(outside.before_orders, "integer"),
                "members": show(outside.before_members, "integer"),
                "money": show(outside.before_revenue, "money"),
            },
        )
    if outside.unknown_members:
        yield (
            "not_on_file",
            {
                "orders": show(outside.unknown_orders, "integer"),
                "members": show(outside.unknown_members, "integer"),
                "money": show(outside.unknown_revenue, "money"),
            },
        )
    if outside.undated:
        yield "undated", {"members": show(outside.undated, "integer")}


def _capped(result: Result) -> Iterator[Said]:
    """What is counted but not shown."""
    if result.cohorts_left_out:
        yield (
            "capped",
            {
                "shown": show(len(result.cohorts), "integer"),
                "total": show(result.totals["cohorts"], "integer"),
            },
        )
    if result.ages_left_out:
        yield "ages_capped", {"age": max(row["age"] for row in result.cells)}
    if result.doors and result.doors.left_out:
        yield "groups_left_out", {"count": show(result.doors.left_out, "integer")}


def _grouped(result: Result, words: Words) -> Iterator[Said]:
    """How a member's group is decided, and what it cannot tell."""
    if result.doors is None:
        return
    if result.params.group == "tier":
        yield "tier", {}
    elif not result.doors.on_file:
        whose = "group_of_buyers" if result.start == "joined" else "group_first"
        yield whose, {"dimension": words(str(result.params.group))}
