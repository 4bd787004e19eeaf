"""Shrinkage and funnel limits against published numbers."""

from __future__ import annotations

import numpy as np
import pytest

from privtraffic.analyses.statistics.funnel_limits import Array, log_dispersion, poisson_limits
from privtraffic.analyses.statistics.shrunk_ratios import (
    MIDDLES,
    NODES,
    MemberCounts,
    Posterior,
    compare_units,
    likelihood_of_units,
)
from privtraffic.analyses.statistics.shrunk_shares import beta_binomial

DEATHS = (0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24)
OPERATIONS = (47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360)
HOSPITALS = (0.0528, 0.103, 0.0707, 0.0593, 0.0515, 0.0692, 0.0668, 0.1237, 0.0697, 0.0785, 0.1022, 0.0687)
"""Cardiac surgery on babies in twelve hospitals A to L: OpenBUGS Examples, volume I, "Surgical: institutional ranking",
posterior means of the random effects model."""

HITS = (18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7)
SEASON = (
    0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269, 0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.285,
    0.316, 0.200,
)  # fmt: skip
"""Hits of 18 batters in their first 45 at bats of 1970, and their averages over the rest of the season: Efron & Morris
1975, "Data analysis using Stein's estimator and its generalizations", JASA 70:311, table 1."""


def test_the_twelve_hospitals_of_bugs() -> None:
    """Maximum likelihood in the place of the full Bayes model: no hospital is off by more than .0025."""
    assert beta_binomial(DEATHS, OPERATIONS) == pytest.approx(HOSPITALS, abs=0.0025)


def test_rates_do_not_depend_on_the_order_of_the_groups() -> None:
    back = beta_binomial(DEATHS[::-1], OPERATIONS[::-1])[::-1]
    assert back == beta_binomial(DEATHS, OPERATIONS)


def test_the_eighteen_batters_of_efron_and_morris() -> None:
    """V = 18.96; the loss on the arcsine scale falls from 17.56 (unshrunk) to near 5.01, what James-Stein leaves."""
    n = 45
    y = np.sqrt(n) * np.arcsin(2 * np.array(HITS) / n - 1)
    truth = np.sqrt(n) * np.arcsin(2 * np.array(SEASON) - 1)
    assert ((y - y.mean()) ** 2).sum() == pytest.approx(18.96, abs=0.01)
    assert ((y - truth) ** 2).sum() == pytest.approx(17.56, abs=0.02)
    fair = np.array(beta_binomial(HITS, [n] * len(HITS)))
    loss = float(((np.sqrt(n) * np.arcsin(2 * fair - 1) - truth) ** 2).sum())
    assert loss == pytest.approx(5.01, abs=0.35)


def test_the_dispersion_of_funnelplotr() -> None:
    """FunnelPlotR's own tests (tests/testthat/test-phi_func.R): φ = 2.948033."""
    observed, expected = np.array([100.0, 150, 180, 80, 120, 225]), np.array([108.0, 112, 165, 95, 100, 220])
    assert log_dispersion(observed, expected) == pytest.approx(2.948033, abs=1e-6)


def test_the_poisson_limits_of_funnelplotr() -> None:
    """FunnelPlotR's own tests of its limits, at 15, 20 and 30 expected."""
    expected = np.array([15.0, 20, 30])
    low, high = poisson_limits(expected, 0.95)
    assert low == pytest.approx([0.5596924, 0.6108260, 0.6746958], abs=1e-7)
    assert high == pytest.approx([1.649348, 1.544419, 1.427562], abs=1e-6)
    low, high = poisson_limits(expected, 0.998)
    assert (low[0], high[0]) == (pytest.approx(0.3862650, abs=1e-7), pytest.approx(2.082907, abs=1e-6))


def of_counts(observed: Array, expected: Array) -> Posterior:
    """Units of one Poisson count each."""
    return compare_units(observed[:, None] * NODES - expected[:, None] * np.exp(NODES), np.full(len(observed), True))


def test_the_ranks_are_those_of_draws() -> None:
    """40,000 draws from what is known of the twelve hospitals, against the quadrature."""
    deaths, operations = np.array(DEATHS, dtype=float), np.array(OPERATIONS, dtype=float)
    found = of_counts(deaths, operations * deaths.sum() / operations.sum())
    random = np.random.default_rng(0)
    drawn = np.array([random.choice(MIDDLES, 40_000, p=mass) for mass in found.mass])
    drawn += random.normal(0, 1e-4, drawn.shape)
    ranks = (-drawn).argsort(axis=0).argsort(axis=0) + 1
    rank, low, high = found.ranks()
    assert rank == pytest.approx(ranks.mean(axis=1), abs=0.12)
    assert np.abs(low - np.quantile(ranks, 0.025, axis=1)).max() <= 1
    assert np.abs(high - np.quantile(ranks, 0.975, axis=1)).max() <= 1
    # Published 95 % ranks of mortality, 12 the highest: H 9 to 12, A 1 to 9; here 1 is the highest.
    assert (low[7], high[7]) == (1, pytest.approx(4, abs=1))
    assert high[0] == 12


def test_intervals_of_ratios_hold_what_was_planted() -> None:
    """1,000 units with ratios of standard deviation .25: 80 % and 95 % of them lie in their intervals."""
    random = np.random.default_rng(1)
    expected = random.gamma(0.6, 40, 1000) + 0.5
    ratio = random.gamma(16, 1 / 16, 1000)
    found = of_counts(random.poisson(ratio * expected).astype(float), expected)
    assert found.between == pytest.approx(0.25, abs=0.03)
    for tail, held in ((0.1, 0.8), (0.025, 0.95)):
        inside = (found.quantile(tail) <= ratio) & (ratio <= found.quantile(1 - tail))
        assert inside.mean() == pytest.approx(held, abs=0.03)
    # The chance of being above the median is one half, whatever the unit.
    assert [float(found.above(value)[at]) for at, value in enumerate(found.quantile(0.5)[:20])] == pytest.approx(
        [0.5] * 20, abs=0.02
    )


def test_units_that_do_not_differ_are_not_named() -> None:
    """500 units of one ratio: with a rule of 97.5 % a test of each one alone would name about 25."""
    random = np.random.default_rng(2)
    expected = random.gamma(0.6, 40, 500) + 0.5
    observed = random.poisson(expected).astype(float)
    above = of_counts(observed, expected * observed.sum() / expected.sum()).above(1.0)
    assert not ((above > 0.975) | (above < 0.025)).any()


def unequal(random: np.random.Generator, expected: Array, ratio: Array, heavy: float) -> Array:
    """Counts of members of whom some are gone, some seldom come, and a share of `heavy` orders eight times as often."""
    own = random.gamma(0.5, 2, expected.shape) * np.where(random.random(expected.shape) < heavy, 8, 1)
    return random.poisson(own / (1 + 7 * heavy) * expected * ratio[:, None]).astype(float)


def of_members(observed: Array, expected: Array) -> Posterior:
    """Units (rows) of as many members each."""
    unit, every = np.repeat(np.arange(len(observed)), observed.shape[1]), np.full(len(observed), True)
    flat = expected.ravel()
    counted = MemberCounts(unit, (10 * flat).round(), observed.ravel(), flat, np.ones(flat.size))
    return compare_units(likelihood_of_units(counted, every), every)


@pytest.mark.parametrize("heavy", [0, 0.01])
def test_intervals_hold_where_members_buy_unequally(heavy: float) -> None:
    """400 guides of 25 members; ratios .28 around each other, counts spread 3 or 6 times as far as Poisson's."""
    random = np.random.default_rng(3)
    expected = random.gamma(1.5, 1, (400, 25)).round(1) + 0.1
    ratio = np.exp(random.normal(0, 0.28, 400))
    found = of_members(unequal(random, expected, ratio, heavy), expected)
    assert found.between == pytest.approx(float(ratio.std()), abs=0.06)
    for tail, held in ((0.1, 0.8), (0.025, 0.95)):
        inside = (found.quantile(tail) <= ratio) & (ratio <= found.quantile(1 - tail))
        assert inside.mean() == pytest.approx(held, abs=0.05)


def test_one_household_makes_no_guide() -> None:
    """Of 25 members one orders 300 times where 2 were expected: crudely a ratio of 7, fairly next to nothing."""
    random = np.random.default_rng(4)
    expected = np.full((100, 25), 2.0)
    observed = unequal(random, expected, np.ones(100), 0.01)
    plain = of_members(observed, expected).mean[0]
    observed[0, 0] = 300
    assert observed[0].sum() / expected[0].sum() > 6.5
    assert of_members(observed, expected).mean[0] == pytest.approx(plain, abs=0.1)
