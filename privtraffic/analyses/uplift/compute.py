"""Whether a campaign earned anything: contacted members against those held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from privtraffic.analyses.statistics.effects import (
    Effect,
    Moments,
    compare,
    compare_shares,
    has_few,
    holm,
    members_needed,
)
from privtraffic.analyses.uplift.checks import Check, run_checks
from privtraffic.analyses.uplift.contacts import CONTROL, Arm, Campaign, read_campaign
from privtraffic.analyses.uplift.params import Params
from privtraffic.dataset import Dataset, OwnsTables, in_own_scope
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

SQL = queries(__name__)

OUTCOMES = {"conversion": 0, "orders": 1, "revenue": 2}
COVARIATES = (3, 4, 5)
VARIABLES = 6
PARTS = ("segment", "channel", "before")
MOST_PARTS = 12
EFFECTS_TO_SEE = (0.05, 0.1, 0.2, 0.5)
"""Changes of the control group's mean, as shares of it, for which the members needed are told."""


@dataclass(frozen=True)
class Compared:
    """One group against the control group, or against another group, in one outcome.

    `part` names the column and the value of an exploratory comparison; `corrected` is p corrected for all comparisons
    of the same outcome and kind.
    """

    arm: str
    against: str
    outcome: str
    sizes: tuple[int, int]
    effect: Effect
    corrected: float | None = None
    part: tuple[str, str] | None = None


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
class Result(OwnsTables):
    """A campaign judged.

    Attributes
    ----------
    observed_days
        Days after the contact that are counted: those asked for, or fewer where the orders end sooner.
    effects, arms, segments
        Against the control group by outcome; groups against each other; within parts of the members, exploratory.
    before_after
        By group; all there is without a control group.
    members
        One row a member: group, day, cost, orders and revenue after and before.
    history_days
        Days of orders before the campaign.
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
    before_after: Sequence[Mapping[str, Any]]
    members: TableRef

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if check.passed is False]


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Compare what members did after a contact with what members held out did in the same days.

    Denominator of every mean: all members drawn for a group, whether or not they were reached (intention to treat),
    whether or not they ever bought.  Left out and counted: members in two groups, rows without a key.  Outcomes count
    from the day of the contact over `within_days`; a day with a contact counts wholly, in all groups alike.

    Raises
    ------
    PrivtrafficError
        Where no list and no contacts are given, they cannot be read, nobody in them is known, or the orders end before
        the contact.
    """
    params.check()
    with stage("uplift"):
        campaign = read_campaign(data, params)
        observed, history = _days(data, campaign)
        _members(data, params, campaign, observed)
        groups = {arm: of[""] for arm, of in _moments(data, "''").items()}
        control = groups.get(CONTROL)
        result = {
            "params": params,
            "as_of": data.as_of,
            "campaign": campaign,
            "observed_days": observed,
            "history_days": history,
            "before_after": data.engine.fetch(SQL["before_after"]).to_pylist(),
            "members": TableRef(data.engine, "uplift_members", "arm, campaign_revenue_after desc, member_id"),
            "checks": run_checks(campaign, groups, COVARIATES),
        }
        if control is None:
            return Result(**result, effects=(), arms=(), segments=(), returns=(), needed=())
        names = [arm.name for arm in campaign.arms]
        effects = _corrected([row for name in names for row in _rows(groups, name, CONTROL, params.margin)])
        pairs = [row for pair in combinations(names, 2) for row in _rows(groups, *pair, params.margin)]
        return Result(
            **result,
            effects=effects,
            arms=_corrected(pairs),
            segments=_segments(data, names),
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


def _members(data: Dataset, params: Params, campaign: Campaign, observed: int) -> None:
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
    engine.run("uplift_values", SQL["values"], **engine.fetch(SQL["caps"]).to_pylist()[0])


def _moments(data: Dataset, part: str) -> dict[str, dict[str, Moments]]:
    """Of every group, in every part of the members."""
    places = range(VARIABLES)
    pairs = [(i, j) for i in places for j in places if i <= j]
    columns = [f"sum(v{i}) as s{i}" for i in places] + [f"sum(v{i} * v{j}) as s{i}_{j}" for i, j in pairs]
    found: dict[str, dict[str, Moments]] = {}
    for row in data.engine.fetch(SQL["moments"].format(part=part, sums=", ".join(columns))).to_pylist():
        products = [[row[f"s{min(i, j)}_{max(i, j)}"] for j in places] for i in places]
        moments = Moments.exact(row["n"], [row[f"s{i}"] for i in places], products)
        found.setdefault(row["arm"], {})[row["part"]] = moments
    return found


def _rows(groups: Mapping[str, Moments], arm: str, against: str, margin: float | None) -> list[Compared]:
    """Every outcome of one group against another; margin is a share of revenue, so its test is that of revenue."""
    rows = [_compared(groups, arm, against, outcome) for outcome in OUTCOMES]
    if margin is not None:
        revenue = rows[-1]
        rows.append(Compared(arm, against, "margin", revenue.sizes, revenue.effect.times(margin)))
    return rows


def _compared(groups: Mapping[str, Moments], arm: str, against: str, outcome: str) -> Compared:
    one, other, place = groups[arm], groups[against], OUTCOMES[outcome]
    test = compare_shares if outcome == "conversion" else compare
    few = has_few(one, other, OUTCOMES["conversion"])
    return Compared(arm, against, outcome, (one.n, other.n), test(one, other, place, COVARIATES, few=few))


def _corrected(rows: Sequence[Compared]) -> list[Compared]:
    """With p-values corrected within each outcome."""
    values: dict[int, float | None] = {}
    for outcome in dict.fromkeys(row.outcome for row in rows):
        places = [place for place, row in enumerate(rows) if row.outcome == outcome]
        values.update(zip(places, holm([rows[place].effect.p for place in places]), strict=True))
    return [replace(row, corrected=values[place]) for place, row in enumerate(rows)]


def _segments(data: Dataset, names: Sequence[str]) -> list[Compared]:
    """Revenue within parts of the members; parts that only one group has tell nothing."""
    rows: list[Compared] = []
    for column in PARTS:
        sizes = data.engine.fetch(SQL["part_sizes"].format(part=column)).to_pylist()
        if len(sizes) < 2:
            continue
        found = _moments(data, column)
        for size in sizes[:MOST_PARTS]:
            part = size["part"]
            groups = {arm: of[part] for arm, of in found.items() if part in of}
            for name in names:
                if name in groups and CONTROL in groups:
                    row = _compared(groups, name, CONTROL, "revenue")
                    rows.append(replace(row, part=(column, part)))
    return _corrected(rows)


def _return(arm: Arm, effects: Sequence[Compared], params: Params) -> Return:
    row = next(row for row in effects if row.arm == arm.name and row.outcome == "revenue")
    total = row.effect.times(row.sizes[0])
    revenue = total.difference, total.low, total.high
    if params.margin is None:
        return Return(arm, revenue, None)
    earned = total.times(params.margin)
    return Return(arm, revenue, (earned.difference, earned.low, earned.high))


def _needed(effects: Sequence[Compared], control: Moments) -> list[Needed]:
    """For the next campaign with a control group of the same share, and with groups of the same size."""
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
