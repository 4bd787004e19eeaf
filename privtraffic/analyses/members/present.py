"""The members report: who is where, who moves, whom to keep, whom to wake."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.members import tables
from privtraffic.analyses.members.compute import Result
from privtraffic.analyses.members.flows import STAGES
from privtraffic.analyses.members.notes import notes
from privtraffic.analyses.members.sentences import Sentences
from privtraffic.report.document import Figure, Report, Table
from privtraffic.report.format import show
from privtraffic.report.words import Words


def present(result: Result, words: Words, *, listed: bool = False) -> Report:
    """The finding is how many sleep, and what the super members bring."""
    say = Sentences(result, words)
    facts = [
        words("fact.as_of", date=result.as_of),
        words("fact.on_file", members=show(say.members(), "integer")),
        words("members.fact_thresholds", **result.cycle.thresholds.bound()),
    ]
    if result.first_day:
        facts.insert(0, words("fact.period", start=result.first_day, end=result.as_of))
    return Report(
        command="members",
        title=say.title(),
        as_of=result.as_of,
        facts=tuple(facts),
        figures=_figures(result, say),
        tables=tuple(table for table in _tables(result, say) if table.rows),
        detail=Table("members", tables.MEMBER, result.members),
        notes=notes(result, words),
        actions=tuple(_actions(result, words, listed)),
    )


def _tables(result: Result, say: Sentences) -> Iterator[Table]:
    yield tables.stages(result, say.title())
    yield tables.stage_mix(result, say.mix())
    yield tables.flow_matrix(result, say.last_whole(), say.matrix())
    if result.forecast:
        yield tables.next_month(result, say.forecast())
    yield tables.super_members(result, say.supers())
    yield tables.score_components(result, say.components())
    if not isinstance(result.way, str):
        yield tables.on_the_way(result.way, say.way(result.way))
        yield tables.way_test(result.way, say.way_test(result.way))
    yield tables.sleepers(result, say.sleepers())
    yield tables.sleeper_fates(result, say.fates())
    yield tables.contact_channels(result, say.channels())
    yield tables.sleeper_kinds(result, say.kinds())
    yield tables.deciles(result, say.deciles())
    yield tables.lorenz(result, say.lorenz())
    yield tables.thresholds(result, say.thresholds())
    if result.groups and result.groups.stages:
        yield tables.group_stages(result, say.groups())
        yield tables.group_thresholds(result, say.groups())
    yield tables.stage_balance(result, say.balance())
    yield tables.flows(result, say.flows())


def _figures(result: Result, say: Sentences) -> tuple[Figure, ...]:
    asleep, spread, limits = result.sleepers, result.concentration, result.cycle.thresholds
    best, others = result.score.brought
    low, high = spread.interval or (None, None)
    revenue = best["revenue"] + others["revenue"]
    figures = [
        Figure("known_members", say.members(), "integer"),
        Figure("asleep", say.asleep(), "integer"),
        Figure("super_count", best["members"], "integer"),
        Figure("super_revenue_share", best.get("revenue_share"), "share"),
        Figure("wake_list", asleep.listed, "integer"),
        Figure("wake_value", asleep.return_value if asleep.listed else None, "money"),
        Figure("gini", spread.gini, "number", low, high),
        Figure("asleep_rate", say.asleep() / say.members(), "share", shown=False),
        Figure("wake_cost", asleep.cost if asleep.listed else None, "money", shown=False),
        Figure("revenue", revenue, "money", shown=False),
        Figure("super_cut", result.score.cut, "number", shown=False),
        *(Figure(f"{name}_days", days, "days", shown=False) for name, days in limits.bound().items()),
        *(
            Figure(f"stage_{stage}", row["members"], "integer", shown=False)
            for stage, row in zip(STAGES, result.cycle.stages, strict=True)
        ),
    ]
    if result.on_file is not None:
        figures.append(Figure("joined", result.on_file, "integer", shown=False))
    return tuple(figures)


def _actions(result: Result, words: Words, listed: bool) -> Iterator[str]:
    if result.sleepers.listed and not listed:
        yield words("members.next_list")
    if result.params.margin is None:
        yield words("members.next_margin")
    elif result.groups is None:
        yield words("members.next_group")
