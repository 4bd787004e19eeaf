"""BG/BB, shifted-beta-geometric and NBD: published values, and simulation under the same assumptions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoBetaBinomFitter

from privtraffic.analyses.purchase_model import Histories, alive, fit_purchases, forecast, log_likelihood, silence
from privtraffic.analyses.purchase_model.likelihood import objective
from tests import published

REGULAR = (63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1)
HIGH_END = (86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1)
"""Fader & Hardie 2007, table 1: percent of 1,000 contracts that are still there after so many years."""


def in_periods(x: object, t_x: object, n: object, weight: object) -> Histories:
    x, t_x, n, weight = (np.asarray(values, float) for values in (x, t_x, n, weight))
    return Histories(x, t_x, n + 1, weight)


def contracts(percent: tuple[float, ...]) -> Histories:
    """1,000 contracts: who was there in year 0 to 7 and did not renew is gone."""
    there = np.rint(10 * np.array((100.0, *percent)))
    lost = there[:-1] - there[1:]
    years = np.arange(8.0)
    return in_periods(years, years, np.full(8, 7.0), [*lost, there[-1]])


@pytest.fixture(scope="module")
def donations() -> Histories:
    data = published.donations()
    return in_periods(*(data[name] for name in ("frequency", "recency", "periods", "weights")))


def test_published_parameters_of_bgbb(donations: Histories) -> None:
    # Fader, Hardie & Shang 2010, table 3: 11,104 donors over six years.
    fit = fit_purchases("bgbb", donations)
    assert fit.members == 11_104
    assert [round(value, 3) for value in fit.parameters.values()] == [1.204, 0.750, 0.657, 2.783]
    assert fit.log_likelihood == pytest.approx(-33_225.6, abs=0.05)
    assert fit.status == "converged"


@pytest.mark.parametrize(
    ("percent", "expected", "likelihood"),
    [
        # Fader & Hardie 2007, "How to Project Customer Retention": seven years.
        (REGULAR, (0.704, 1.182), -1680.3),
        (HIGH_END, (0.668, 3.806), -1611.2),
    ],
)
def test_published_parameters_of_sbg(
    percent: tuple[float, ...], expected: tuple[float, float], likelihood: float
) -> None:
    fit = fit_purchases("sbg", contracts(percent))
    assert [round(value, 3) for value in fit.parameters.values()] == list(expected)
    assert fit.log_likelihood == pytest.approx(likelihood, abs=0.05)
    assert fit.status == "converged"


def test_expectations_of_bgbb_are_those_of_lifetimes(donations: Histories) -> None:
    """Of every cell of the donations data, five years ahead."""
    named = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
    theirs = BetaGeoBetaBinomFitter()
    theirs.params_ = pd.Series(named)
    cells = donations.frequency, donations.recency, donations.age - 1
    expected = theirs.conditional_expected_number_of_purchases_up_to_time(5, *cells)
    found = forecast("bgbb", named, donations, 5.0)
    assert found.orders == pytest.approx(np.asarray(expected), rel=1e-9)
    assert found.alive == pytest.approx(np.asarray(theirs.conditional_probability_alive(0, *cells)), rel=1e-9)


def simulated(theta: tuple[float, ...], members: int, n: int, ahead: int) -> tuple[Histories, np.ndarray]:
    """BG/BB histories of n periods behind the first, and the orders of each of the periods that follow."""
    alpha, beta, gamma, delta = theta
    rng = np.random.default_rng(11)
    p, leaving = rng.beta(alpha, beta, members), rng.beta(gamma, delta, members)
    there = np.cumprod(rng.random((members, n + ahead)) > leaving[:, None], axis=1)
    orders = (rng.random((members, n + ahead)) < p[:, None]) * there
    past, later = orders[:, :n], orders[:, n:]
    last = np.where(past.any(axis=1), n - np.argmax(past[:, ::-1], axis=1), 0)
    return in_periods(past.sum(axis=1), last, np.full(members, n), np.ones(members)), later


def test_moments_of_bgbb_match_simulation() -> None:
    theta = (1.2, 0.75, 0.66, 2.8)
    data, later = simulated(theta, 40_000, 6, 5)
    named = dict(zip(("alpha", "beta", "gamma", "delta"), theta, strict=True))
    rate = 0.1
    found = forecast("bgbb", named, data, 5.0, rate)
    counts, worth = later.sum(axis=1), later @ np.exp(-rate * np.arange(1, 6))
    variance = found.squares + found.pairs - found.discounted**2
    assert counts.sum() == pytest.approx(found.orders.sum(), rel=0.02)
    assert worth.sum() == pytest.approx(found.discounted.sum(), rel=0.02)
    assert ((worth - found.discounted) ** 2).sum() == pytest.approx(variance.sum(), rel=0.02)
    assert (counts > 0).sum() == pytest.approx(found.some.sum(), rel=0.02)
    assert (1 - silence("bgbb", named, data, 5.0)) == pytest.approx(found.some)


def test_retention_of_sbg_by_hand() -> None:
    """α = β = 1: θ is uniform, so of those there in year n the share (n + 1) / (n + 2) renews; the lost stay lost."""
    named = {"alpha": 1.0, "beta": 1.0}
    data = in_periods([0, 3, 2], [0, 3, 2], [0, 3, 3], [1, 1, 1])
    assert alive("sbg", named, data).tolist() == [1.0, 1.0, 0.0]
    found = forecast("sbg", named, data, 2.0)
    assert found.orders == pytest.approx([1 / 2 + 1 / 3, 4 / 5 + 4 / 6, 0.0])
    assert found.some == pytest.approx([1 / 2, 4 / 5, 0.0])
    # A first year of five: three stay through year 1, one is lost in it and one in year 2. S(t) = 1 / (t + 1).
    five = in_periods([0, 1, 2], [0, 1, 2], [2, 2, 2], [1, 1, 3])
    by_hand = np.log(1 / 2) + np.log(1 / 2 - 1 / 3) + 3 * np.log(1 / 3)
    assert log_likelihood("sbg", named, five) == pytest.approx(by_hand)


def test_bgbb_of_one_history_by_hand() -> None:
    """All four parameters 1: p and θ are uniform; one order in the first of two periods, or in none.

    Of (1, 1, 2): gone before the second period B(2, 1) · B(2, 2), and there B(2, 2) · B(1, 3); B(1, 1) is 1.
    """
    named = dict.fromkeys(("alpha", "beta", "gamma", "delta"), 1.0)
    data = in_periods([1], [1], [2], [1])
    gone, there = 1 / 2 * 1 / 6, 1 / 6 * 1 / 3
    assert log_likelihood("bgbb", named, data) == pytest.approx(np.log(gone + there))
    assert alive("bgbb", named, data)[0] == pytest.approx(there / (gone + there))


@pytest.mark.parametrize(("model", "size"), [("bgbb", 4), ("sbg", 2), ("nbd", 2)])
def test_gradient_is_that_of_the_function(model: str, size: int) -> None:
    rng = np.random.default_rng(2)
    n = rng.integers(0, 9, 60).astype(float)
    last = np.floor(n * rng.random(60))
    at = objective(model, in_periods(np.minimum(last, rng.integers(0, 9, 60)), last, n, rng.integers(1, 4, 60)))
    logs = rng.normal(0, 0.7, size)
    for place in range(size):
        move = np.eye(size)[place] * 1e-5
        slope = (at(logs + move)[0] - at(logs - move)[0]) / 2e-5
        assert at(logs)[1][place] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_nbd_is_the_rate_that_goes_on() -> None:
    """Poisson rates of gamma(2, 10): the fit finds them, and forecasts (r + x) / (α + T) order days a week."""
    rng = np.random.default_rng(4)
    age = rng.uniform(20, 100, 4_000)
    x = rng.poisson(rng.gamma(2.0, 1 / 10.0, 4_000) * age).astype(float)
    data = Histories(x, np.where(x > 0, age * 0.9, 0.0), age, np.ones(4_000))
    fit = fit_purchases("nbd", data)
    assert fit.status == "converged"
    r, alpha = fit.parameters.values()
    assert (r, alpha) == (pytest.approx(2.0, rel=0.1), pytest.approx(10.0, rel=0.1))
    found = forecast("nbd", fit.parameters, data, 13.0)
    assert found.orders == pytest.approx((r + x) / (alpha + age) * 13)
    assert (found.alive == 1).all()
    assert found.some == pytest.approx(1 - ((alpha + age) / (alpha + age + 13)) ** (r + x))
