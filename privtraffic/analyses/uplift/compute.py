"""Whether a campaign earned anything: contacted members against those held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.effects import Moments, members_needed
from privtraffic.analyses.uplift.checks import Check, run_checks
from privtraffic.analyses.uplift.clusters import NOBODY, Clusters, find_clusters
from privtraffic.analyses.uplift.comparisons import (
    COVARIATES,
    OUTCOMES,
    Compared,
    Question,
    compare_all,
    corrected,
    moments,
    totals_of,
)
from privtraffic.analyses.uplift.contacts import CONTROL, Arm, Campaign, read_campaign
from privtraffic.analyses.uplift.room import Params
from privtraffic.analyses.uplift.rows import BeforeAfter, Caps, PartSize
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

SQL = queries(__name__)

PARTS = ("segment", "channel", "before")
MOST_PARTS = 12
EFFECTS_TO_SEE = (0.05, 0.1, 0.2, 0.5)
"""Changes of the control group's mean, as shares of it, for which the members needed are told."""


@dataclass(frozen=True)
class Return:
    """What a group's contacts cost and brought, in all, with 95 % intervals.

    `revenue` and `margin` are incremental: the difference a member × the members of the group.
    """

    arm: Arm
    revenue: tuple[float | None, float | None, float | None]
    margin: tuple[float | None, float | None, float | None] | None


@dataclass(frozen=True)
class Needed:
    """Members that the next campaign needs to see a change of the control group's mean."""

    outcome: str
    change: float
    effect: float
    members: int | None
    members_even: int | None


@dataclass(frozen=True)
class Result(Answer):
    """The effect of a campaign, with the checks before it.

    Attributes
    ----------
    observed_days
        Days after the contact that are counted: those asked for, or fewer where the orders end sooner.
    effects, arms, segments
        Against the control group by outcome; groups against each other; within parts of the members, exploratory.
    before_after
        By group; all there is without a control group.
    members
        One row per member: group, day, cost, orders and revenue after and before.
    history_days
        Days of orders before the campaign.
    clusters
        What the groups were drawn by, where that was stores or guides as a whole; None for members one by one.
    """

    params: Params
    as_of: date
    campaign: Campaign
    observed_days: int
    history_days: int
    checks: Sequence[Check]
    effects: Sequence[Compared]
    arms: Sequence[Compared]
    segments: Sequence[Compared]
    returns: Sequence[Return]
    needed: Sequence[Needed]
    before_after: Sequence[BeforeAfter]
    members: TableRef
    clusters: Clusters | None

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if check.passed is False]


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Compare what members did after a contact with what members held out did in the same days.

    Denominator of every mean: all members drawn for a group, whether or not they were reached (intention to treat),
    whether or not they ever bought.  Left out and counted: members in two groups, rows without a key.  Outcomes count
    from the day of the contact over `within_days`; a day with a contact counts wholly, in all groups alike.

    Units: orders and money a member; rates and differences of rates 0 to 1.
    Source: intention to treat with regression adjustment Lin (2013); randomisation test Fisher (1935), Ernst (2004);
    differences of rates Newcombe (1998).

    Raises
    ------
    PrivtrafficError
        Where no list and no contacts are given, they cannot be read, nobody in them is known, or the orders end before
        the contact.
    """
    with stage("uplift"):
        campaign = read_campaign(data, params)
        observed, history = _days(data, campaign)
        clusters = _members(data, params, campaign, observed)
        parted = moments(data.engine, "''")
        totals = totals_of(data.engine, "''") if clusters else {}
        groups = {arm: of[""] for arm, of in parted.items()}
        control = groups.get(CONTROL)
        result = Result(
            params=params,
            as_of=data.as_of,
            campaign=campaign,
            observed_days=observed,
            history_days=history,
            checks=run_checks(campaign, groups, COVARIATES, clusters, totals),
            effects=(),
            arms=(),
            segments=(),
            returns=(),
            needed=(),
            before_after=rows_of(data.engine.fetch(SQL["before_after"]), BeforeAfter),
            members=TableRef(data.engine, "uplift_members", "arm, campaign_revenue_after desc, member_id"),
            clusters=clusters,
        )
        if control is None:
            return result
        names = [arm.name for arm in campaign.arms]
        asked = [one for name in names for one in _asked(name, CONTROL)]
        between = [one for pair in combinations(names, 2) for one in _asked(*pair)]
        rows = compare_all(data.engine, parted, [*asked, *between], "''", clusters)
        effects = corrected(_with_margin(rows[: len(asked)], params.margin))
        return replace(
            result,
            effects=effects,
            arms=corrected(_with_margin(rows[len(asked) :], params.margin)),
            segments=_segments(data, names, clusters),
            returns=[_return(arm, effects, params) for arm in campaign.arms],
            needed=_needed(effects, control),
        )


def _days(data: Dataset, campaign: Campaign) -> tuple[int, int]:
    """Days observed after the contact, and days of orders before it."""
    first = data.settings.first_day(data.as_of)
    if first is not None and first > campaign.start:
        raise PrivtrafficError("uplift_window", first=first, start=campaign.start)
    seen = (data.as_of - campaign.last_start).days + 1
    if seen < 1:
        raise PrivtrafficError("uplift_too_soon", as_of=data.as_of, start=campaign.last_start)
    begun = data.engine.fetch(SQL["first_day"], **data.settings.bounds(data.as_of))["first_day"][0].as_py()
    history = max((campaign.start - begun).days, 0) if begun else 0
    return min(campaign.days, seen), history


def _members(data: Dataset, params: Params, campaign: Campaign, observed: int) -> Clusters | None:
    engine = data.engine
    engine.run(
        "uplift_members",
        SQL["members"],
        **data.settings.bounds(data.as_of),
        own_days=campaign.own_days,
        campaign_day=campaign.start,
        last_day=observed - 1,
        just_before=-observed,
        recent=-params.before_days,
    )
    clusters = find_clusters(data, params.cluster, campaign.start) if campaign.control else None
    if clusters is None:
        engine.view("uplift_drawn_by", NOBODY)
    engine.run("uplift_values", SQL["values"], **row_of(engine.fetch(SQL["caps"]), Caps))
    return clusters


def _asked(arm: str, against: str) -> list[Question]:
    return [Question(arm, against, outcome) for outcome in OUTCOMES]


def _with_margin(rows: Sequence[Compared], margin: float | None) -> list[Compared]:
    """Margin is a share of revenue, so its test is that of revenue."""
    found: list[Compared] = []
    for row in rows:
        found.append(row)
        if margin is not None and row.outcome == "revenue":
            found.append(replace(row, outcome="margin", effect=row.effect.times(margin)))
    return found


def _segments(data: Dataset, names: Sequence[str], clusters: Clusters | None) -> list[Compared]:
    """Revenue within parts of the members; parts that only one group has tell nothing."""
    rows: list[Compared] = []
    for column in PARTS:
        sizes = rows_of(data.engine.fetch(SQL["part_sizes"].format(part=column)), PartSize)
        if len(sizes) < 2:
            continue
        groups = moments(data.engine, column)
        asked = [
            Question(name, CONTROL, "revenue", size["part"])
            for size in sizes[:MOST_PARTS]
            for name in names
            if size["part"] in groups.get(name, {}) and size["part"] in groups.get(CONTROL, {})
        ]
        found = compare_all(data.engine, groups, asked, column, clusters)
        rows += [replace(row, part=(column, one.part)) for row, one in zip(found, asked, strict=True)]
    return corrected(rows)


def _return(arm: Arm, effects: Sequence[Compared], params: Params) -> Return:
    row = next(row for row in effects if row.arm == arm.name and row.outcome == "revenue")
    total = row.effect.times(row.sizes[0])
    revenue = total.difference, total.low, total.high
    if params.margin is None:
        return Return(arm, revenue, None)
    earned = total.times(params.margin)
    return Return(arm, revenue, (earned.difference, earned.low, earned.high))


def _needed(effects: Sequence[Compared], control: Moments) -> list[Needed]:
    """Sizes for the next campaign, with a control group of the same share and with equal groups."""
    rows: list[Needed] = []
    for outcome, place in OUTCOMES.items():
        known = [row for row in effects if row.outcome == outcome and row.effect.spread]
        mean = float(control.mean[place])
        if not known or mean <= 0:
            continue
        spread, sizes = known[0].effect.spread or (0.0, 0.0), known[0].sizes
        share = sizes[1] / sum(sizes)
        for change in EFFECTS_TO_SEE:
            effect = change * mean
            rows.append(
                Needed(
                    outcome,
                    change,
                    effect,
                    members_needed(spread, effect, share),
                    members_needed(spread, effect, 0.5),
                )
            )
    return rows
