"""The report on campaigns: what can be told of each, what cannot, and what it may have borrowed."""

from __future__ import annotations

from collections.abc import Iterator

from privtraffic.analyses.campaigns import tables
from privtraffic.analyses.campaigns.compute import STILL_BACK, Result
from privtraffic.analyses.campaigns.sentences import Sentences, verdicts
from privtraffic.report.document import Figure, Report, Said, Table, notes_of
from privtraffic.report.format import show
from privtraffic.report.words import Words


def present(result: Result, words: Words) -> Report:
    """The finding is how many campaigns sold clearly more than their days usually do."""
    say = Sentences(result, words)
    return Report(
        command="campaigns",
        title=say.title(),
        as_of=result.as_of,
        facts=(
            words("fact.period", start=result.first_day, end=result.as_of),
            words("fact.as_of", date=result.as_of),
            words("campaigns.fact", campaigns=len(result.campaigns)),
        ),
        figures=_figures(result),
        tables=tuple(_tables(result, say)),
        detail=tables.members(result),
        notes=notes_of("campaigns", _notes(result, words), words),
        actions=tuple(_actions(result, words)),
    )


def _tables(result: Result, say: Sentences) -> list[Table]:
    found = [tables.campaigns(result, say.campaigns())]
    if result.groups:
        found.append(tables.groups(result, say.groups()))
    found += [
        tables.days(result, say.days()),
        tables.buyers(result, say.buyers()),
        tables.placebo(result, say.placebo()),
    ]
    return [table for table in found if table.rows]


def _figures(result: Result) -> tuple[Figure, ...]:
    rows = result.campaigns
    told = [row for row in rows if row["campaign_reason"] is None]
    latest = (told or [*rows])[0]
    sales = sum(row["sales"] for row in rows)
    day = next(row for row in result.placebo if row["length"] == 1 and row["gap"] == 0)
    return (
        Figure("campaign_count", len(rows), "integer"),
        Figure("campaigns_above", verdicts(rows, "above"), "integer"),
        Figure("campaigns_below", verdicts(rows, "below"), "integer", shown=False),
        Figure("campaigns_cannot_tell", verdicts(rows, "cannot_tell"), "integer"),
        Figure("latest_lift", latest["lift"], "number", latest["lift_low"], latest["lift_high"]),
        Figure("latest_hidden_pull_forward", latest["hidden_pull_forward"], "money"),
        Figure("one_day_tells_from", day["tells_from"], "number"),
        Figure("campaign_sales_all", sales, "money", shown=False),
    )


def _notes(result: Result, words: Words) -> Iterator[Said]:
    yield "baseline", {}
    if not result.season_known:
        yield "season", {"days": result.observed_days}
    if any(row["hidden_pull_forward"] is not None for row in result.campaigns):
        yield "hidden", {}
    day = next(row for row in result.placebo if row["length"] == 1 and row["gap"] == 0)
    short = [row for row in result.campaigns if row["campaign_days"] == 1 and row["campaign_verdict"] == "cannot_tell"]
    if short and day["tells_from"] is not None:
        yield "one_day", {"count": len(short), "ratio": show(day["tells_from"], "number")}
    if any(row["claimed"] is not None for row in result.campaigns):
        yield "claimed", {}
    if result.blocks_joined:
        yield "blocks", {"count": result.blocks_joined}
    yield from _left_out(result)
    if result.partial:
        yield "refunds_scope", {}
    if result.fresh and any(row["refunds"] or row["usual_refund_rate"] for row in result.campaigns):
        yield "fresh", {"campaigns": ", ".join(result.fresh[:5]), "date": result.as_of, "days": STILL_BACK}
    if any(row["buyer_kind"] == "unseen" for row in result.buyers):
        yield "unseen", {"days": result.params.dormant_days}


def _left_out(result: Result) -> Iterator[Said]:
    if result.running:
        yield "running", {"campaigns": ", ".join(result.running), "date": result.as_of}
    if result.not_begun:
        yield "not_begun", {"count": result.not_begun, "date": result.as_of}
    if result.before_window:
        yield "before", {"count": result.before_window}
    if result.elsewhere:
        yield "elsewhere", {"count": len(result.elsewhere), "campaigns": ", ".join(result.elsewhere[:5])}
    if result.parts_left_out:
        yield "parts", {"count": result.parts_left_out}


def _actions(result: Result, words: Words) -> Iterator[str]:
    if result.params.margin is None and any(row["cost"] is not None for row in result.campaigns):
        yield words("campaigns.next_margin")
    if result.params.by is None:
        yield words("campaigns.next_by")
    yield words("campaigns.next_holdout")
