"""What a reader of the members report must not miss."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.members.compute import Result
from privtraffic.report.document import Note
from privtraffic.report.format import show
from privtraffic.report.words import Words


def notes(result: Result, words: Words) -> tuple[Note, ...]:
    """Assumptions, limits, and what was left out."""
    return tuple(Note(key, words(key, **values)) for key, values in _said(result, words))


def _said(result: Result, words: Words) -> Iterator[tuple[str, dict[str, object]]]:
    limits, asleep, params = result.cycle.thresholds, result.sleepers, result.params
    if "fallback" in limits.source.values():
        yield "note.members_fallback", {"returns": sum(limits.gaps.returns.values()), **limits.bound()}
    if "gaps" in limits.source.values():
        yield "note.members_gaps", {}
    if asleep.listed:
        yield "note.members_anyway", {"days": asleep.window_days}
    if asleep.listed and params.margin is None:
        yield "note.members_no_margin", {}
    if asleep.listed and not params.contacting.costs:
        yield "note.members_costs", {}
    if asleep.reach_assumed and asleep.sleepers:
        yield "note.members_reach_assumed", {}
    if asleep.strangers:
        yield "list.strangers", {"members": show(asleep.strangers, "integer")}
    if result.score.left_out:
        comma = words("check.comma")
        yield "note.members_left_out", {"names": comma.join(words(f"component.{key}") for key in result.score.left_out)}
    if isinstance(result.way, str):
        yield f"note.members_way_{result.way}", {"days": params.first_days}
    if not result.cycle.flows.calendar.complete:
        yield "note.members_partial", {"as_of": result.as_of}
    if result.shown.start or result.shown.stop < len(result.cycle.flows.calendar.months):
        yield "note.members_window", {}
