"""What a campaign's figures say, in sentences that go no further than the intervals."""

from __future__ import annotations

from datetime import timedelta

from privtraffic.analyses.statistics.clusters import LEAST_CLUSTERS
from privtraffic.analyses.uplift.clusters import Clusters
from privtraffic.analyses.uplift.comparisons import Compared
from privtraffic.analyses.uplift.compute import Result
from privtraffic.report.document import Note
from privtraffic.report.format import show
from privtraffic.report.words import Words

LEVEL = 0.05
FEW_BUYERS = 10
WORTH_SAYING = 0.005


def title(result: Result, words: Words) -> str:
    """The finding; a failed check stands above it."""
    finding = plain_finding(result, words)
    failed = failed_names(result, words)
    return words("uplift.title_failed", checks=failed, finding=finding) if failed else finding


def plain_finding(result: Result, words: Words) -> str:
    """The finding by itself: an effect, none that can be told, or before and after."""
    if result.campaign.control is not None:
        return effect_finding(result, words)
    members = sum(row["members"] for row in result.before_after)
    after = float(sum(row["campaign_revenue_after"] for row in result.before_after))
    values = {"members": show(members, "integer"), "days": result.observed_days, "after": show(after, "money")}
    if result.history_days < result.observed_days:
        return words("uplift.title_after", **values)
    before = float(sum(row["campaign_revenue_before"] for row in result.before_after))
    return words("uplift.title_before_after", before=show(before, "money"), **values)


def effect_finding(result: Result, words: Words) -> str:
    rows = [row for row in result.effects if row.outcome == "revenue"]
    if len(rows) == 1:
        return _single(result, rows[0], words)
    if result.clusters is not None and not result.clusters.enough:
        return _few_clusters(result.clusters, words)
    told = [row for row in rows if row.corrected is not None and row.corrected < LEVEL]
    if not told:
        return words("uplift.title_arms_none", groups=len(rows))
    best = max(told, key=lambda row: row.effect.difference or 0.0)
    arm = words.cell("contact_group", best.arm)
    return words("uplift.title_arms", told=len(told), groups=len(rows), arm=arm, **_interval(best))


def _single(result: Result, row: Compared, words: Words) -> str:
    effect, clusters = row.effect, result.clusters
    if clusters is not None and not clusters.enough:
        return _few_clusters(clusters, words)
    if effect.difference is None or effect.low is None:
        return words("uplift.title_nothing", days=result.observed_days)
    if not effect.significant:
        return words("uplift.title_none", **_interval(row))
    total = show(effect.difference * row.sizes[0], "money")
    key = "uplift.title_more" if effect.difference > 0 else "uplift.title_less"
    found = words(key, total=total.lstrip("-"), **_interval(row))
    cost = result.campaign.arms[0].cost
    return found + words("uplift.title_cost", cost=show(cost, "money")) if cost else found


def _few_clusters(clusters: Clusters, words: Words) -> str:
    column = words(clusters.column)
    return words("uplift.title_few_clusters", column=column, few=clusters.fewest, least=LEAST_CLUSTERS)


def _interval(row: Compared) -> dict[str, str]:
    effect = row.effect
    values = {"difference": effect.difference, "low": effect.low, "high": effect.high}
    return {name: show(value, "money") or "?" for name, value in values.items()}


def failed_names(result: Result, words: Words) -> str:
    """The checks that failed, each once."""
    names = dict.fromkeys(check.key for check in result.failed)
    return words("check.comma").join(words(f"checked.{name}") for name in names)


def returns_finding(result: Result, words: Words) -> str:
    """What the contacts cost and what they brought."""
    if len(result.returns) != 1:
        return words("uplift.returns_arms")
    found = result.returns[0]
    gain = found.margin or found.revenue
    kind = "margin" if found.margin else "revenue"
    values = dict(zip(("gain", "low", "high"), (show(value, "money") or "?" for value in gain), strict=True))
    if not found.arm.cost:
        return words(f"uplift.returns_{kind}", **values)
    return words(f"uplift.returns_{kind}_cost", cost=show(found.arm.cost, "money"), **values)


def needed_finding(result: Result, words: Words) -> str:
    """How many members the next campaign needs to detect a change of a tenth."""
    row = next((row for row in result.needed if row.outcome == "revenue" and row.change == 0.1), None)
    if row is None or row.members is None:
        return words("uplift.needed_unknown")
    values = {"members": row.members, "even": row.members_even}
    return words("uplift.needed_finding", **{name: show(value, "integer") for name, value in values.items()})


def notes(result: Result, words: Words) -> tuple[Note, ...]:
    """What a reader must know before using the figures."""
    campaign = result.campaign
    found: list[Note] = []

    def say(key: str, **values: object) -> None:
        found.append(Note(key, words(key, **values)))

    if campaign.control is None:
        say("uplift.no_control")
        say("uplift.mean_reversion")
    if result.observed_days < campaign.days:
        end = campaign.last_start + timedelta(days=campaign.days - 1)
        say("uplift.not_over", days=campaign.days, observed=result.observed_days, end=end)
    if campaign.in_two_groups:
        say("uplift.two_groups", members=show(campaign.in_two_groups, "integer"))
    if campaign.without_key:
        say("uplift.without_key", rows=show(campaign.without_key, "integer"))
    if campaign.repeated:
        say("uplift.repeated", members=show(campaign.repeated, "integer"))
    if campaign.reached is not None and campaign.control is not None:
        _say_reached(result, words, found)
    unknown = campaign.members - campaign.known
    if unknown:
        say("uplift.unknown", members=show(unknown, "integer"), all=show(campaign.members, "integer"))
    if campaign.control is not None:
        _say_method(result, words, found)
    return tuple(found)


def _say_reached(result: Result, words: Words, found: list[Note]) -> None:
    campaign = result.campaign
    reached = sum((campaign.reached or {}).get(arm.name, 0) for arm in campaign.arms)
    members = sum(arm.members for arm in campaign.arms)
    values = {"reached": show(reached, "integer"), "members": show(members, "integer")}
    found.append(Note("uplift.reached", words("uplift.reached", share=show(reached / members, "share"), **values)))


def _clustered(clusters: Clusters, words: Words) -> Note:
    """Groups drawn as whole stores: how many there are, and that intervals come from the variance between them."""
    key = "uplift.drawn_by" if clusters.asked else "uplift.drawn_whole"
    counts = [f"{words.cell('contact_group', arm)} {show(count, 'integer')}" for arm, count in clusters.counts.items()]
    return Note(key, words(key, column=words(clusters.column), counts=words("check.comma").join(counts)))


def _say_method(result: Result, words: Words, found: list[Note]) -> None:
    row = next(row for row in result.effects if row.outcome == "revenue")
    effect = row.effect
    if result.clusters is not None:
        found.append(_clustered(result.clusters, words))
    if None not in (effect.low, effect.high, effect.unadjusted_low, effect.unadjusted_high):
        wide = (effect.unadjusted_high or 0) - (effect.unadjusted_low or 0)
        narrower = 1 - ((effect.high or 0) - (effect.low or 0)) / wide if wide else 0
        if effect.difference != effect.unadjusted:
            days, share = result.params.before_days, show(max(narrower, 0.0), "share")
            key = "uplift.adjusted" if narrower >= WORTH_SAYING else "uplift.adjusted_little"
            found.append(Note(key, words(key, days=days, share=share)))
    few = min(
        round(size * (mean or 0))
        for row in result.effects
        if row.outcome == "conversion"
        for size, mean in zip(row.sizes, (row.effect.contact, row.effect.control), strict=True)
    )
    if few < FEW_BUYERS:
        found.append(Note("uplift.few_buyers", words("uplift.few_buyers", buyers=few)))
    if result.params.margin is None:
        found.append(Note("uplift.no_margin", words("uplift.no_margin")))
