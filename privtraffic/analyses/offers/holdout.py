"""Members held out from a coupon against those who got it, by the tests of `uplift`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from scipy.special import chdtrc

from privtraffic.analyses.offers.rows import WaveRow
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.effects import Effect, Moments
from privtraffic.analyses.statistics.intervals import Z95
from privtraffic.analyses.uplift.comparisons import OUTCOMES, Question, compare_all, moments
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.offers.compute")

UNEVEN = 0.01
"""Shares held out that differ between draws more than chance lets them (p below this) tell of no random draw."""
LEAST = 50
"""Members that either group must have."""
HELD_SHARE = 0.2
"""Share that a holdout of one's own is told for."""


@dataclass(frozen=True)
class Held:
    """What a holdout says of a coupon: a ratio of orders a member, and money a member."""

    held_out: int
    orders: Effect
    money: Effect


def read_holdouts(data: Dataset, margin: float | None) -> tuple[dict[str, Held], dict[str, str]]:
    """The effect of every coupon that has a control group; for the other groups, why they tell nothing."""
    engine = data.engine
    bounds = data.settings.bounds(data.as_of)
    engine.run("uplift_values", SQL["values"].format(money=money(margin)), **bounds, as_of_day=day_number(data.as_of))
    waves = rows_of(engine.fetch(SQL["waves"]), WaveRow)
    told: list[str] = []
    why: dict[str, str] = {}
    for coupon in sorted({row["coupon"] for row in waves}):
        own = [row for row in waves if row["coupon"] == coupon]
        sizes = {arm: sum(row["members"] for row in own if row["arm"] == arm) for arm in ("contact", "control")}
        if not sizes["control"]:
            continue
        if min(sizes.values()) < LEAST:
            why[coupon] = "small_holdout"
        elif uneven(own):
            why[coupon] = "uneven_holdout"
        else:
            told.append(coupon)
    if not told:
        return {}, why
    groups = moments(engine, "coupon")
    asked = [Question("contact", "control", outcome, coupon) for coupon in told for outcome in ("orders", "revenue")]
    found = compare_all(engine, groups, asked, "coupon", None)
    return {
        coupon: Held(found[2 * place].sizes[1], found[2 * place].effect, found[2 * place + 1].effect)
        for place, coupon in enumerate(told)
    }, why


def money(margin: float | None) -> str:
    """What an order leaves: its margin at the price before coupons, less what the shop took off; else its revenue."""
    if margin is None:
        return "coalesce(s.net, 0)"
    return f"{margin} * (coalesce(s.net, 0) + coalesce(s.taken_off, 0)) - coalesce(s.shop, 0)"


def uneven(waves: Sequence[WaveRow]) -> bool:
    """Whether the share held out differs between the draws: then the groups differ in their season, too."""
    of: dict[int, dict[str, int]] = {}
    for row in waves:
        of.setdefault(row["starts"], {})[row["arm"]] = row["members"]
    whole = {arm: sum(counts.get(arm, 0) for counts in of.values()) for arm in ("contact", "control")}
    total = sum(whole.values())
    distance = sum(
        (counts.get(arm, 0) - sum(counts.values()) * whole[arm] / total) ** 2
        / (sum(counts.values()) * whole[arm] / total)
        for counts in of.values()
        for arm in whole
        if whole[arm]
    )
    return len(of) > 1 and float(chdtrc(len(of) - 1, distance)) < UNEVEN


def shows(group: Moments | None, members: int) -> float | None:
    """The smallest relative difference in orders that a control group of a fifth of so many members can show (95 %)."""
    if group is None or members < 2 * LEAST:
        return None
    place = OUTCOMES["orders"]
    mean = float(group.mean[place])
    if mean <= 0:
        return None
    held = members * HELD_SHARE
    return Z95 * sqrt(group.variance(place) * (1 / held + 1 / (members - held))) / mean


def groups_of(data: Dataset) -> Mapping[str, Moments]:
    """Members with a coupon that nobody drew, by coupon: what they do while it is valid."""
    return moments(data.engine, "coupon").get("undrawn", {})
