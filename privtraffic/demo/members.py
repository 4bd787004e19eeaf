"""Who joins, and the parameters nature gives each: the truth behind the exports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privtraffic.demo.growth import Growth
from privtraffic.demo.house import (
    BRANDS,
    CHANNELS,
    LOYALTY,
    MARGIN_CONCENTRATION,
    MARGIN_RATE,
    REFERRAL,
    Process,
)
from privtraffic.demo.season import DAY, YEAR, Bools, Floats, Ints, Season
from privtraffic.demo.stores import Stores

NEVER = np.iinfo(np.int64).max
HUNTER_VALUE = 80.0


@dataclass(frozen=True)
class Members:
    """One block of members in the order in which they joined; times in seconds, `NEVER` where an event does not happen.

    Attributes
    ----------
    first
        Number of the block's first member; member i of the block is number first + i.
    rate, dropout
        Orders after the first a year of ordinary trade at the time of joining, and hazard of leaving a year.
    drift
        Factor on the rate, member by month of the calendar.
    first_order, leaves
        When the first order is placed and when the member is gone for good.
    order_value
        Mean yuan paid for an order at brand price factor 1.
    preference
        Brand shares of the member's lines before any affinity.
    """

    first: int
    joined: Ints
    channel: Ints
    store: Ints
    guide: Ints
    referrer: Ints
    birth_month: Ints
    never_buys: Bools
    hunter: Bools
    heavy: Bools
    rate: Floats
    dropout: Floats
    drift: Floats
    first_order: Ints
    leaves: Ints
    order_value: Floats
    margin_rate: Floats
    preference: Floats

    def __len__(self) -> int:
        return len(self.joined)


def _of_channel(field: str, channel: Ints) -> Floats:
    return np.array([getattr(c, field) for c in CHANNELS], dtype=np.float64)[channel]


def _referrers(rng: np.random.Generator, channel: Ints, rate: Floats) -> Ints:
    """The referrer of each new member, the best buyer of three earlier members drawn; -1 for none."""
    n = len(channel)
    candidates = (rng.random((n, 3)) * np.arange(n)[:, None]).astype(np.int64)
    best = candidates[np.arange(n), np.argmax(rate[candidates], axis=1)]
    return np.where((channel == REFERRAL) & (np.arange(n) > 0), best, -1)


def draw_members(  # noqa: PLR0917
    rng: np.random.Generator, numbers: range, process: Process, season: Season, growth: Growth, stores: Stores
) -> Members:
    """Draw the members of these numbers and everything that is fixed when they join."""
    count = len(numbers)
    channels, months = growth.joins.shape
    cell = rng.choice(channels * months, size=count, p=growth.joins.ravel())
    month = cell % months
    edges = season.mass_at(season.month_edges)
    joined = season.seconds_at(edges[month] + rng.random(count) * (edges[month + 1] - edges[month]))
    by_time = np.argsort(joined, kind="stable")
    joined, channel = np.minimum(joined[by_time], season.close - 1), cell[by_time] // months

    kind = rng.random(count)
    never, hunters = _of_channel("never", channel), _of_channel("hunters", channel) * process.hunters
    never_buys, hunter = kind < never, (kind >= never) & (kind < never + hunters)
    heavy = (rng.random(count) < process.heavy_share) & ~never_buys & ~hunter
    rate = _of_channel("rate", channel) * rng.gamma(process.rate_shape, 1 / process.rate_shape, count)
    rate *= process.activity * np.where(heavy, process.heavy_factor, 1.0)
    dropout = _of_channel("dropout", channel) * rng.gamma(process.dropout_shape, 1 / process.dropout_shape, count)
    steps = rng.normal(-(process.drift**2) / 2, process.drift, (count, len(season.month_edges) - 1))
    drift = np.exp(np.cumsum(steps * (season.month_edges[1:] > joined[:, None]), axis=1))

    at_once = rng.random(count) < _of_channel("at_once", channel)
    wait = np.where(at_once | hunter, rng.uniform(60, 3600, count), rng.exponential(30 * DAY, count)).astype(np.int64)
    # Who joins late on the last day and buys at once still buys before it ends.
    first_order = np.where(wait < 3600, np.minimum(joined + wait, season.close - 1), joined + wait)
    first_order[never_buys | (first_order >= season.end)] = NEVER
    stays = (rng.standard_exponential(count) / np.maximum(dropout, 1e-9) * YEAR).clip(max=200 * YEAR).astype(np.int64)
    buys = first_order != NEVER
    leaves = np.full(count, NEVER)
    leaves[buys] = first_order[buys] + np.where(hunter, 0, stays)[buys]

    spread = (process.value_shape - 1) / rng.gamma(process.value_shape, 1.0, count)
    order_value = np.where(hunter, HUNTER_VALUE, _of_channel("order_value", channel) * spread)
    concentration = LOYALTY * np.array([b.share for b in BRANDS])
    preference = rng.gamma(concentration, 1.0, (count, len(BRANDS))) + 1e-6
    store = rng.integers(0, stores.count, count)
    with_guide = (channel == 0) | (rng.random(count) < 0.4)
    guide = np.where(with_guide, stores.position(rng, store), -1)
    birth_month = np.where(rng.random(count) < 0.85, rng.integers(1, 13, count), 0)
    return Members(
        first=numbers.start,
        joined=joined,
        channel=channel,
        store=store,
        guide=guide,
        referrer=_referrers(rng, channel, np.where(never_buys | hunter, 0.0, rate)),
        birth_month=birth_month,
        never_buys=never_buys,
        hunter=hunter,
        heavy=heavy,
        rate=np.where(never_buys | hunter, 0.0, rate),
        dropout=dropout,
        drift=drift,
        first_order=first_order,
        leaves=leaves,
        order_value=order_value,
        margin_rate=rng.beta(MARGIN_RATE * MARGIN_CONCENTRATION, (1 - MARGIN_RATE) * MARGIN_CONCENTRATION, count),
        preference=preference / preference.sum(axis=1, keepdims=True),
    )
