"""The affinity report: the surest pull, the pairs, what members buy next, and what each may be offered."""

from __future__ import annotations

from privtraffic.analyses.affinity import tables
from privtraffic.analyses.affinity.compute import SIGNIFICANT, Result
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.report.document import Figure, Note, Report
from privtraffic.report.format import show
from privtraffic.report.words import Words


def present(result: Result, words: Words, *, listed: bool = False) -> Report:
    """The finding is the pair with the surest pull: the highest lower end of its lift among those with q ≤ 0.05."""
    title = _finding(result, words)
    shown = [
        tables.pairs(result, words, title),
        tables.matrix(result, words),
        tables.same_or_another(result, words),
        tables.transitions(result, words),
        tables.entrances(result, words),
        tables.duplication(result, words),
    ]
    shown += [tables.gain_and_loss(result, words)] if result.params.compare_to else []
    shown += [tables.evaluation(result, words)]
    shown.sort(key=lambda table: table.key == "pairs" and not table.rows)
    facts = [
        words("fact.as_of", date=result.as_of),
        words("fact.members", members=show(result.shelf.members, "integer")),
    ]
    if result.first_day:
        facts.insert(0, words("fact.period", start=result.first_day, end=result.as_of))
    facts.append(words("affinity.fact_level", level=words(result.level), items=len(result.shelf.items)))
    return Report(
        command="affinity",
        title=title,
        as_of=result.as_of,
        facts=tuple(facts),
        figures=_figures(result),
        tables=tuple(table for table in shown if table.rows or table.key in ("pairs", "evaluation")),
        detail=tables.offers(result, words),
        notes=_notes(result, words),
        actions=() if listed else _actions(result, words),
    )


def _finding(result: Result, words: Words) -> str:
    found = result.pulling
    if not result.pairs.tested:
        key = "title_untested_same_order" if result.params.same_order else "title_untested"
        return words(f"affinity.{key}", days=result.params.within_days)
    if not found:
        return words("affinity.title_none", tested=show(len(result.pairs.tested), "integer"))
    top = found[0]
    return words(
        "affinity.title_same_order" if result.params.same_order else "affinity.title",
        first=result.shelf.name(top.from_item),
        second=result.shelf.name(top.to_item),
        lift=f"{top.test.lift:.1f}",
        share=show(top.confidence, "share"),
        days=result.params.within_days,
    )


def _figures(result: Result) -> tuple[Figure, ...]:
    shelf, pairs = result.shelf, result.pairs
    away = [pair for pair in pairs.tested if pair.test.q <= SIGNIFICANT and (pair.test.lift or 0) < 1]
    rates = {trial.method: trial for trial in result.trials}
    figures = [
        Figure("members", shelf.members, "integer"),
        Figure("cross_buyers", shelf.cross_buyers / shelf.members, "share",
               *(wilson(shelf.cross_buyers, shelf.members) or (None, None))),
        Figure("pairs_pulling", len(result.pulling), "integer"),
        Figure("pairs_tested", len(pairs.tested), "integer"),
        Figure("pairs_repelling", len(away), "integer", shown=False),
        Figure("pairs_possible", pairs.possible, "integer", shown=False),
        Figure("duplication_coefficient", result.duplication.coefficient, "number", shown=False),
        Figure("variance_clusters", pairs.clusters, "integer", shown=False),
    ]  # fmt: skip
    for method, trial in rates.items():
        low, high = wilson(trial.hits, trial.members) or (None, None)
        used = method == result.method
        figures.append(Figure(f"hit_rate_{method}", trial.hit_rate, "share", low=low, high=high, shown=used))
    return tuple(figures)


def _notes(result: Result, words: Words) -> tuple[Note, ...]:
    params, pairs = result.params, result.pairs
    notes = [
        Note("affinity_tested", words(
            "affinity.note_tested", tested=show(len(pairs.tested), "integer"), possible=show(pairs.possible, "integer"),
            members=params.min_members, expected=f"{params.min_expected:g}",
        )),
        Note("affinity_offers", tables.method_sentence(result, words)),
    ]  # fmt: skip
    if result.level not in ("brand", params.level):
        notes.append(Note("affinity_level", words("affinity.note_level", level=words(result.level))))
    if pairs.grouped:
        notes.append(Note("affinity_groups", words("affinity.note_groups", groups=pairs.clusters)))
    if pairs.unmatched:
        text = words("affinity.note_unmatched", count=show(pairs.unmatched, "integer"))
        notes.append(Note("affinity_unmatched", text))
    if result.not_in_shelf:
        text = words("affinity.note_stock", count=show(result.not_in_shelf, "integer"))
        notes.append(Note("affinity_stock", text))
    middle, within = params.compare_to, params.within_days
    if middle and (result.as_of - middle).days < within:
        text = words("affinity.note_overlap", days=within, date=middle, as_of=result.as_of)
        notes.append(Note("affinity_overlap", text))
    return tuple(notes)


def _actions(result: Result, words: Words) -> tuple[str, ...]:
    params = result.params
    asked = params.compare_to or params.same_order
    key = "next_gain" if not asked else "next_new" if not params.only_new else "next_order"
    return (words(f"affinity.{key}"),)
