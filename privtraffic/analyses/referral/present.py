"""The report on referrals."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.referral import tables
from privtraffic.analyses.referral.compute import Result
from privtraffic.analyses.referral.sentences import Sentences
from privtraffic.report.document import Figure, Report, Table
from privtraffic.report.format import show
from privtraffic.report.words import Words


def present(result: Result, words: Words) -> Report:
    """The finding is whether referral feeds itself."""
    say = Sentences(result, words)
    facts = [words("fact.as_of", date=result.as_of), words("referral.fact_within", days=result.params.within_days)]
    if result.first_day:
        facts.insert(0, words("fact.period", start=result.first_day, end=result.as_of))
    detail = (
        Table("referrers", tables.REFERRER, result.lines.referrers) if result.lines and result.lines.referred else None
    )
    return Report(
        command="referral",
        title=say.title(),
        as_of=result.as_of,
        facts=tuple(facts),
        figures=tuple(_figures(result)),
        tables=tuple(table for table in _tables(result, say) if table.rows),
        detail=detail,
        notes=say.notes(),
        actions=tuple(_actions(result, words)),
    )


def _tables(result: Result, say: Sentences) -> Iterator[Table]:
    yield tables.reach(result, say.reach())
    yield tables.quality(result, say.quality())
    yield tables.pattern(result, say.pattern())
    yield tables.places(result, say.places())
    yield tables.generations(result, say.generations())
    yield tables.trees(result, say.trees())


def _figures(result: Result) -> Iterator[Figure]:
    lines = result.lines
    if lines:
        yield Figure("referred_members", lines.referred, "integer")
        yield Figure("referred_share", lines.referred / lines.people if lines.people else None, "share", shown=False)
        for key, row in (("k_within", lines.within), ("k_last", lines.last)):
            if row:
                yield Figure(key, row["k"], "fine", row["low"], row["high"])
        last = lines.last
        if last and last["high"] < 1:
            yield Figure("chain", 1 / (1 - last["k"]), "number", 1 / (1 - last["low"]), 1 / (1 - last["high"]))
        yield Figure("top_referrers_share", lines.top_share, "share")
        yield Figure("referral_shape", lines.dispersion.shape if lines.dispersion else None, "fine", shown=False)
        for fault in ("self", "rejected", "missing", "later", "loop", "deep"):
            yield Figure(f"referrers_{fault}", lines.faults.get(fault, 0), "integer", shown=False)
    found = result.pattern.total
    yield Figure("pattern_fit", found["fit"], "integer")
    yield Figure("pattern_expected", found["expected"], "integer", shown=False)
    yield Figure("pattern_excess", found["excess"], "integer", found["low"], found["high"])
    if places := result.pattern.places:
        yield Figure("rings", places.rings, "integer")
        yield Figure("ring_fit", places.ring_fit, "integer")


def _actions(result: Result, words: Words) -> Iterator[str]:
    if result.params.gift is None:
        yield words("referral.next_gift")
    if result.pattern.places and result.pattern.places.rings:
        yield words("referral.next_rings", fit=show(result.pattern.places.ring_fit, "integer"))
    if result.params.margin is None and result.quality:
        yield words("referral.next_margin")
