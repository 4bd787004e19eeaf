"""The report of the funnel."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.funnel import tables
from privtraffic.analyses.funnel.compute import Result
from privtraffic.analyses.funnel.sentences import YEAR, Sentences
from privtraffic.report.document import Figure, Report, Table
from privtraffic.report.words import Words


def present(result: Result, words: Words, *, listed: bool = False) -> Report:
    """The finding is how many of those who start take the next step, and who never did."""
    say = Sentences(result, words)
    facts = [words("fact.as_of", date=result.as_of), words("funnel.fact_within", days=result.params.within_days)]
    if result.first_day:
        facts.insert(0, words("fact.period", start=result.first_day, end=result.as_of))
    detail = Table("prospect_members", tables.PROSPECT, result.prospects.rows) if result.prospects else None
    return Report(
        command="funnel",
        title=say.title(),
        as_of=result.as_of,
        facts=tuple(facts),
        figures=tuple(_figures(result)),
        tables=tuple(table for table in _tables(result, say) if table.rows),
        detail=detail,
        notes=say.notes(),
        actions=tuple(_actions(result, words, listed=listed)),
    )


def _tables(result: Result, say: Sentences) -> Iterator[Table]:
    yield tables.steps(result, say.steps())
    if result.paths:
        yield tables.step_curves(result, say.curves())
    yield tables.prospects(result, say.prospects())
    yield tables.places(result, say.places())
    yield tables.friend_months(result, say.friends())
    yield tables.friend_survival(result, say.kept())
    yield tables.groups(result, say.groups())
    yield tables.step_months(result, say.months())
    yield tables.step_times(result, say.times())


def _figures(result: Result) -> Iterator[Figure]:
    for path in result.paths:
        step, year = path.steps[0], path.curve.share(YEAR)
        name = f"{path.start}_to_{path.to}"
        yield Figure(f"{path.start}_people", path.waits.people, "integer", shown=path.start != "first_order")
        yield Figure(name, step["rate"], "share", step["low"], step["high"])
        shown = path.start == "joined"
        if year is None:
            yield Figure(f"{name}_{YEAR}", None, "share", shown=shown)
        else:
            low, high = 1 - float(path.curve.high[YEAR]), 1 - float(path.curve.low[YEAR])
            yield Figure(f"{name}_{YEAR}", year, "share", low, high, shown=shown)
    if result.friends:
        yield Figure("friends_stock", result.friends.stock, "integer")
        yield Figure("friends_made", result.friends.added, "integer", shown=False)
        yield Figure("friends_ended", result.friends.lost, "integer", shown=False)
    if result.prospects:
        found = result.prospects
        yield Figure("prospect_members", found.members, "integer")
        yield Figure("prospects_expected", found.expected, "integer")
        yield Figure("prospects_old_share", found.old / found.members if found.members else None, "share", shown=False)
    for row in result.counts.steps if result.counts else ():
        if row["group"] is None and (row["from"], row["to"]) in KNOWN_PAIRS:
            yield Figure(f"{row['from']}_to_{row['to']}", row["rate"], "share", row["low"], row["high"], shown=False)


KNOWN_PAIRS = (("passed", "stopped"), ("stopped", "asked"), ("stopped", "bought"), ("asked", "bought"))
"""The pairs of counts that are figures."""


def _actions(result: Result, words: Words, *, listed: bool) -> Iterator[str]:
    if result.prospects and result.prospects.members and not listed:
        yield words("funnel.next_list")
    if result.params.by is None:
        yield words("funnel.next_by")
    if not result.friends:
        yield words("funnel.next_friends")
