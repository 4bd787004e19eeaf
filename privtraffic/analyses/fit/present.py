"""The report on fit: whose buyers leave enough for a guide's time, and what that does not say."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.fit import tables
from privtraffic.analyses.fit.compute import Result
from privtraffic.analyses.fit.judged import SMALL
from privtraffic.analyses.fit.sentences import Sentences
from privtraffic.report.document import Figure, Report, Said, notes_of
from privtraffic.report.format import show
from privtraffic.report.words import Words

_WORTH_TELLING = 0.005


def present(result: Result, words: Words) -> Report:
    """The finding is the verdict; without a cost of service, what a buyer leaves."""
    say = Sentences(result, words)
    title = say.title()
    return Report(
        command="fit",
        title=title,
        as_of=result.as_of,
        facts=(
            words("fact.period", start=result.first_day, end=result.as_of),
            words("fact.as_of", date=result.as_of),
        ),
        figures=_figures(result),
        tables=tuple(
            table
            for table in (
                tables.fit(result, say.money()),
                tables.returns(result, say.returns()),
                tables.orders(result),
                *((tables.named(result, say.named()),) if result.named else ()),
            )
            if table.rows
        ),
        notes=notes_of("fit", _notes(result), words),
        actions=tuple(_actions(result, words)),
    )


def _figures(result: Result) -> tuple[Figure, ...]:
    house, joined = result.house, result.joined
    judged = result.params.service_cost is not None
    counts = (
        Figure(f"fit_{key}", sum(row["fit_verdict"] == key for row in result.rows) if judged else None, "integer")
        for key in ("pays", "does_not_pay", "cannot_tell")
    )
    return (
        Figure("fit_groups", len(result.rows), "integer"),
        *counts,
        Figure("house_affordable_service", house.mean, "money", house.low, house.high),
        Figure("house_followed", house.members, "integer", shown=False),
        Figure("joined_per_buyer", joined[0] / joined[1] if joined else None, "number"),
        Figure("loyalty_strength", result.strength, "number", shown=False),
    )


def _notes(result: Result) -> Iterator[Said]:
    rows = result.rows
    yield "not_effect", {}
    if result.one_margin:
        yield "one_margin", {}
    if result.params.margin is None:
        yield "no_margin", {}
    elif result.params.service_cost is None:
        yield "no_cost", {}
    if result.joined:
        yield "never_bought", {"joined": show(result.joined[0] / result.joined[1], "number")}
    if few := sum(row["followed"] < SMALL for row in rows):
        yield "few", {"groups": few, "small": SMALL}
    if slow := sum(row["cycle_days"] is None for row in rows):
        yield "cycle_not_reached", {"groups": slow}
    if result.unnamed > _WORTH_TELLING:
        yield "unnamed", {"share": show(result.unnamed, "share")}
    if not result.referrers_known:
        yield "no_referrers", {}
    if not result.guides_known:
        yield "no_guides", {}


def _actions(result: Result, words: Words) -> Iterator[str]:
    if result.params.margin is None:
        yield words("fit.next_margin")
    elif result.params.service_cost is None:
        yield words("fit.next_cost")
