"""How the house buys its members: each channel's monthly budget, and the joins it brings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privtraffic.demo.house import CHANNELS
from privtraffic.demo.plants import Plants
from privtraffic.demo.season import FUTURE_MONTHS, Floats, Ints, Season

ELASTICITY = 0.8
"""In a plain house joins grow as budget to this power, so the next member costs more than the last."""
MONTHLY_GROWTH = 1.006


@dataclass(frozen=True)
class Growth:
    """Where and when members join, and what they cost.

    Attributes
    ----------
    joins
        Probability of each (channel, month of the history); sums to 1.
    cost_cents, impressions, clicks, new_friends
        The spend table, channel by month.
    """

    joins: Floats
    cost_cents: Ints
    impressions: Ints
    clicks: Ints
    new_friends: Ints


def _at_work(budget: Floats, planned: Floats, carry_over: Floats) -> Floats:
    """What works in each month beside what was planned for it: this month's money and what is left of earlier months'.

    A month's money works on geometrically, so a dear November still works in a cheap December.
    """
    spent = budget * planned
    stock, before = np.empty_like(spent), spent.mean(axis=1) / (1 - carry_over)
    for month in range(spent.shape[1]):
        before = stock[:, month] = spent[:, month] + carry_over * before
    return (1 - carry_over)[:, None] * stock / planned


def growth(season: Season, members: int, seed: np.random.SeedSequence, plants: Plants | None = None) -> Growth:
    """Draw the budgets of every channel and month."""
    rng = np.random.default_rng(seed)
    months = len(season.month_edges) - 1 - FUTURE_MONTHS
    budget = np.exp(rng.normal(0.0, 0.3, (len(CHANNELS), months)))
    share = np.array([c.share for c in CHANNELS])[:, None]
    trade = np.diff(season.mass_at(season.month_edges[: months + 1])) * MONTHLY_GROWTH ** np.arange(months)
    effect = budget**ELASTICITY
    if plants:
        effect = _at_work(budget, trade, np.array(plants.carry_over)) ** np.array(plants.elasticities)[:, None]
    joins = share * trade * effect
    joins /= joins.sum()
    expected = share * members * trade / trade.sum()
    cost = np.array([c.cost for c in CHANNELS])[:, None] * expected * budget
    friends = members * joins * rng.uniform(1.1, 1.5, joins.shape)
    seen = np.array([c.impressions for c in CHANNELS])[:, None] * friends * rng.uniform(0.9, 1.1, joins.shape)
    clicks = seen * np.array([c.click_rate for c in CHANNELS])[:, None] * rng.uniform(0.9, 1.1, joins.shape)
    whole = [np.rint(x).astype(np.int64) for x in (cost * 100, seen, clicks, friends)]
    return Growth(joins, *whole)
