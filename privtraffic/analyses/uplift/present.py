"""The report of a campaign: what stands against it, what it earned, how sure that is."""

from __future__ import annotations

from typing import Literal

from privtraffic.analyses.uplift import tables
from privtraffic.analyses.uplift.comparisons import Compared
from privtraffic.analyses.uplift.compute import Result
from privtraffic.analyses.uplift.sentences import needed_finding, notes, title
from privtraffic.report.document import Figure, Report, Table
from privtraffic.report.format import show
from privtraffic.report.words import Words


def present(result: Result, words: Words) -> Report:
    """The finding is the difference in revenue a member; a failed check stands above it."""
    campaign = result.campaign
    facts = [
        words("uplift.counted", start=campaign.start, days=result.observed_days),
        words("fact.as_of", date=result.as_of),
        words("uplift.groups", groups=_sizes(result, words)),
    ]
    if campaign.manifest is not None:
        facts.append(campaign.manifest.definition)
    return Report(
        command="uplift",
        title=title(result, words),
        as_of=result.as_of,
        facts=tuple(fact for fact in facts if fact),
        figures=_figures(result),
        tables=_tables(result, words),
        detail=tables.members(result),
        notes=notes(result, words),
        actions=(needed_finding(result, words),) if result.needed else (),
    )


def _sizes(result: Result, words: Words) -> str:
    groups = [*result.campaign.arms, *((result.campaign.control,) if result.campaign.control else ())]
    named = [f"{words.cell('contact_group', arm.name)} {show(arm.members, 'integer')}" for arm in groups]
    return words("check.comma").join(named)


def _tables(result: Result, words: Words) -> tuple[Table, ...]:
    checks = tables.checks(result, words)
    if result.campaign.control is None:
        return (tables.before_after(result, words), checks)
    found = [tables.effects(result, words), tables.returns(result, words)]
    found += [tables.arms(result, words)] if result.arms else []
    found += [tables.segments(result, words)] if result.segments else []
    found += [tables.needed(result, words)] if result.needed else []
    found.insert(0 if result.failed else len(found), checks)
    return tuple(found)


def _figures(result: Result) -> tuple[Figure, ...]:
    campaign = result.campaign
    contacted = sum(arm.members for arm in campaign.arms)
    costs = [arm.cost for arm in campaign.arms if arm.cost is not None]
    cost = sum(costs) if costs else None
    held_out = campaign.control.members if campaign.control else 0
    figures = [
        Figure("members_contact", contacted, "integer"),
        Figure("members_control", held_out, "integer"),
        Figure("contact_cost", cost, "money", shown=bool(cost)),
    ]
    if campaign.control is None:
        figures += [_spent(result, "campaign_revenue_before"), _spent(result, "campaign_revenue_after")]
    elif len(campaign.arms) == 1:
        figures += _effects(result, cost)
    split = next((check for check in result.checks if check.key == "split"), None)
    return (
        *figures,
        Figure("observed_days", result.observed_days, "days", shown=False),
        Figure("checks_failed", len(result.failed), "integer", shown=bool(result.failed)),
        Figure("split_p", split.p if split else None, "measure", shown=False),
    )


def _spent(result: Result, key: Literal["campaign_revenue_before", "campaign_revenue_after"]) -> Figure:
    known = key == "campaign_revenue_after" or result.history_days >= result.observed_days
    return Figure(key, float(sum(row[key] for row in result.before_after)) if known else None, "money")


def _effects(result: Result, cost: float | None) -> list[Figure]:
    rows = {row.outcome: row for row in result.effects}
    gain = result.returns[0].margin or result.returns[0].revenue
    kind = "margin" if result.returns[0].margin else "revenue"
    figures = [
        _figure("revenue_difference", rows["revenue"], "money"),
        _figure("conversion_difference", rows["conversion"], "points"),
        Figure(f"{kind}_gain", gain[0], "money", gain[1], gain[2]),
    ]
    if cost:
        rate = [None if value is None else value / cost for value in gain]
        figures.append(Figure(f"{kind}_per_cost", rate[0], "number", rate[1], rate[2]))
    return figures


def _figure(key: str, row: Compared, kind: str) -> Figure:
    return Figure(key, row.effect.difference, kind, row.effect.low, row.effect.high)  # type: ignore[arg-type]
