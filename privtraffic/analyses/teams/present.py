"""The report on teams: who keeps their members, how sure that is, and what their members were."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.teams import tables
from privtraffic.analyses.teams.compute import Result
from privtraffic.analyses.teams.departures import WITHIN_DAYS
from privtraffic.analyses.teams.sentences import Sentences
from privtraffic.analyses.teams.tree import Tree
from privtraffic.analyses.teams.whom import total
from privtraffic.report.document import Figure, Note, Report, Table
from privtraffic.report.format import show
from privtraffic.report.words import Words


def present(result: Result, words: Words, *, listed: bool = False) -> Report:
    """The finding is how many units differ from the house for sure."""
    say = Sentences(result, words)
    facts = [
        words("fact.as_of", date=result.as_of),
        words("fact.followed", members=show(result.followed, "integer")),
        words(f"teams.basis.{result.owners.by}.{result.owners.basis}"),
    ]
    if result.first_day:
        facts.insert(0, words("fact.period", start=result.first_day, end=result.as_of))
    return Report(
        command="teams",
        title=say.title(),
        as_of=result.as_of,
        facts=tuple(facts),
        figures=_figures(result),
        tables=tables.shown(list(_tables(result, say))),
        detail=Table("members", tables.MEMBER, result.members),
        notes=tuple(Note(key, words(key, **values)) for key, values in _notes(result)),
        actions=tuple(_actions(result, say, words, listed=listed)),
    )


def _tables(result: Result, say: Sentences) -> Iterator[Table]:
    yield tables.units(result, say.monday() or say.title(), say.bars())
    yield tables.units_beside(result, say.beside())
    if result.funnel:
        yield tables.funnel(result, say.funnel())
    if result.placed:
        yield tables.ranks(result, say.ranks())
    if result.departures:
        yield tables.departures(result.departures, say.departures(result.departures.whole))
    if result.tree:
        yield tables.tree(result.tree, say.tree(result.tree))
    if result.case_mix:
        yield tables.case_mix(result, say.case_mix())


def _figures(result: Result) -> tuple[Figure, ...]:
    money = result.unknown["money"]
    shares = {
        key: (result.unknown[part] or 0.0) / money if money and money > 0 else None  # type: ignore[literal-required]
        for key, part in (("seller_unknown_share", "without_seller"), ("buyer_unknown_share", "without_member"))
    }
    return (
        Figure("units", len(result.units), "integer"),
        Figure("named_above", len(result.named("above")), "integer"),
        Figure("named_below", len(result.named("below")), "integer"),
        Figure("members_unowned", total(result.waiting)[0], "integer"),
        Figure("members_quiet", total(result.waiting)[1], "integer"),
        *_taken(result),
        *_grown(result.tree),
        Figure("too_young", len(result.named("too_young")), "integer", shown=False),
        Figure("between_sd", result.between, "share", shown=False),
        Figure("seller_unknown_share", shares["seller_unknown_share"], "share", shown=False),
        Figure("buyer_unknown_share", shares["buyer_unknown_share"], "share", shown=False),
        Figure("members_compared", result.followed, "integer", shown=False),
        Figure("ranked_units", len(result.placed), "integer", shown=False),
        Figure("dispersion", result.dispersion, "number", shown=False),
        Figure("funnel_spread", result.spread, "number", shown=False),
    )


def _taken(result: Result) -> Iterator[Figure]:
    if result.departures:
        whole = result.departures.whole
        yield Figure("taken_along", whole.taken_along, "share", whole.low, whole.high)
        yield Figure("guides_left", len(result.departures.rows), "integer", shown=False)
        yield Figure("members_orphaned", whole.orphaned, "integer", shown=False)


def _grown(tree: Tree | None) -> Iterator[Figure]:
    if tree is None:
        return
    yield Figure("dead_units", tree.dead, "integer")
    yield Figure("unplaced_revenue", tree.unplaced, "money", shown=False)
    if tree.commission is not None and tree.downline is not None:
        paid = tree.commission > 0
        rate = float(tree.commission / tree.revenue) if tree.revenue > 0 else None
        yield Figure("commission_rate", rate, "share", shown=False)
        yield Figure("downline_share", float(tree.downline / tree.commission) if paid else None, "share")
        yield Figure("commission_depth", tree.depth, "integer", shown=False)


def _notes(result: Result) -> Iterator[tuple[str, dict[str, object]]]:
    by, basis = result.owners.by, result.owners.basis
    if by == "guide" and basis == "file":
        yield "note.teams_today", {}
    if by == "guide" and basis == "orders":
        yield "note.teams_sellers", {}
    if not result.ranking:
        money = result.unknown["money"] or 1.0
        yield "note.teams_blind", {"share": show((result.unknown["without_seller"] or 0.0) / money, "share")}
    if young := len(result.named("too_young")):
        yield "note.teams_young", {"units": show(young, "integer")}
    if alone := sum(row["alone_months"] for row in result.units):
        whole = alone + sum(row["member_months"] for row in result.units)
        units = show(len(result.named("alone")), "integer")
        yield "note.teams_alone", {"share": show(alone / whole, "share"), "units": units}
    if result.owners.unmoved:
        yield "note.teams_unmoved", {"handovers": show(result.owners.unmoved, "integer")}
    if result.tree and result.tree.void["commissions"]:
        void = result.tree.void
        lost = show(void["money"], "cents")
        yield "note.teams_void", {"commissions": show(void["commissions"], "integer"), "money": lost}
    if result.tree and result.tree.unplaced:
        yield "note.teams_unplaced", {"money": show(result.tree.unplaced, "money")}
    if result.departures:
        yield "note.teams_departures", {"days": WITHIN_DAYS, "guides": show(result.departures.whole.guides, "integer")}
    if result.placed:
        yield "note.teams_beside", {}
        yield "note.teams_clusters", {"times": show(result.dispersion, "number")}


def _actions(result: Result, say: Sentences, words: Words, *, listed: bool) -> Iterator[str]:
    if monday := say.monday():
        yield monday
        if not listed:
            yield words("teams.next_list")
    yield words("teams.next_store" if result.owners.by == "guide" else "teams.next_guide")
