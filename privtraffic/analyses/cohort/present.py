"""The cohort report: what share comes back, what they are worth, when they come again, whose money it is."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.analyses.cohort import tables
from privtraffic.analyses.cohort.compute import Result
from privtraffic.analyses.cohort.notes import notes
from privtraffic.analyses.cohort.rows import Average
from privtraffic.analyses.cohort.sentences import Sentences
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.report.document import Figure, Report, Table
from privtraffic.report.format import show
from privtraffic.report.words import Words

POINTS = (1, 3, 6, 7, 12, 30)
"""Ages whose average retention is a figure, where it is compared at that age."""


def present(result: Result, words: Words, *, listed: bool = False) -> Report:
    """The finding is how much of a cohort comes back, which group keeps most, or, asked so, whose money it is."""
    say = Sentences(result, words)
    facts = [
        words("fact.as_of", date=result.as_of),
        words(
            "fact.on_file" if result.start == "joined" else "fact.members",
            members=show(result.totals["members"], "integer"),
        ),
    ]
    if result.first_day:
        facts.insert(0, words("fact.period", start=result.first_day, end=result.as_of))
    return Report(
        command="cohort",
        title=say.newness() or say.title(),
        as_of=result.as_of,
        facts=(*facts, words(f"cohort.started.{_key(result.start)}")),
        figures=_figures(result),
        tables=tuple(_tables(result, say)),
        detail=Table("members", tables.MEMBER, result.members),
        notes=notes(result, words),
        actions=_actions(result, words, listed=listed),
    )


def _tables(result: Result, say: Sentences) -> list[Table]:
    found = [
        *tables.newness(result, say.newness()),
        tables.retention_triangle(result, say.triangle()),
        tables.averages(result, say.averages(), say.cumulative()),
        tables.value_triangle(result, "revenue_triangle", "revenue_per_member", "money", say.revenue()),
        tables.value_triangle(result, "cumulative_triangle", "cumulative_per_member", "money", say.cumulative()),
        tables.value_triangle(result, "repurchase_triangle", "repurchased_share", "share", say.repurchased()),
        tables.second_order(result, say.second()),
        tables.cohorts(result, say.cohorts()),
        tables.new_returning(result, say.flow()),
        tables.layers(result, say.layers()),
    ]
    if result.doors:
        found += [tables.group_retention(result, say.groups()), tables.start_groups(result, say.pace())]
    return [table for table in (*found, tables.retention(result, say.cells())) if table.rows]


def _figures(result: Result) -> tuple[Figure, ...]:
    totals, outside = result.totals, result.outside
    buyers, again = totals["buyers"], totals["repeat_buyers"]
    low, high = wilson(again, buyers) or (None, None)
    median, median_low, median_high = result.curve.median()
    figures = [
        Figure("started", totals["members"], "integer"),
        *_retention_figures(result.averages),
        Figure("repurchase_rate", again / buyers if buyers else None, "share", low, high),
        Figure("nudge_days", result.window[1] if result.window else None, "days"),
        Figure("revenue", totals["revenue"], "money"),
        Figure("cohort_buyers", buyers, "integer", shown=False),
        Figure("repeat_buyers", again, "integer", shown=False),
        Figure("orders", totals["orders"], "integer", shown=False),
        Figure("cohort_count", totals["cohorts"], "integer", shown=False),
        Figure("second_median", median, "days", median_low, median_high, shown=False),
        Figure("second_from_days", result.window[0] if result.window else None, "days", shown=False),
    ]
    if result.start == "joined":
        figures += [
            Figure("joined_without_order", totals["members"] - buyers, "integer"),
            Figure("orders_before_joining", outside.before_orders, "integer", shown=False),
            Figure("revenue_before_joining", outside.before_revenue, "money", shown=False),
            Figure("buyers_not_on_file", outside.unknown_members, "integer", shown=False),
            Figure("orders_not_on_file", outside.unknown_orders, "integer", shown=False),
            Figure("revenue_not_on_file", outside.unknown_revenue, "money", shown=False),
            Figure("joined_undated", outside.undated, "integer", shown=False),
        ]
    return tuple(figures)


def _retention_figures(averages: Sequence[Average]) -> list[Figure]:
    at = {row["age"]: row for row in averages}
    return [
        Figure(
            f"retention_{age}",
            at[age]["average_rate"],
            "share",
            at[age]["retention_low"],
            at[age]["retention_high"],
            shown=age in (1, 6),
        )
        for age in POINTS
        if age in at
    ]


def _actions(result: Result, words: Words, *, listed: bool) -> tuple[str, ...]:
    actions = []
    if result.window and not listed:
        actions.append(words("cohort.next_nudge", day=result.window[1]))
    if result.doors is None:
        actions.append(words("cohort.next_group"))
    return tuple(actions)


def _key(start: str) -> str:
    return start.replace("-", "_")
