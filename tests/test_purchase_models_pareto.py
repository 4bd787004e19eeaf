"""Pareto/NBD wherever its parameters lie: against adaptive quadrature, on ridges, on days that round."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.integrate import quad
from scipy.special import gammaln

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.analyses.clv import backtest
from privtraffic.analyses.clv.known import Known
from privtraffic.analyses.purchase_model import Histories, alive, fit_purchases, forecast, log_likelihood, silence
from privtraffic.analyses.purchase_model.pareto import pareto_terms
from privtraffic.errors import PrivtrafficError

NAMES = ("r", "alpha", "s", "beta")


def adaptive(theta: tuple[float, ...], x: float, t_x: float, age: float, until: float | None = None) -> float:
    """The log-likelihood by `scipy.integrate.quad` over the logarithm of the time since the last order day.

    With `until`, the member may have left, or be silent, up to then: the likelihood of no order day in between.
    """
    r, alpha, s, beta = theta
    age = until or age

    def log_density(v: float) -> float:
        y = t_x + np.exp(v)
        return -(r + x) * np.log(alpha + y) - (s + 1) * np.log(beta + y) + v

    here = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    both = here
    if age > t_x:
        end = np.log(age - t_x)
        grid = np.linspace(end - 60, end, 4001)
        heights = np.array([log_density(v) for v in grid])
        top = heights.max()
        wide = grid[heights > top - 40]
        pieces = np.linspace(max(wide[0] - 0.02, grid[0]), min(wide[-1] + 0.02, end), 9)
        area = sum(
            quad(lambda v: np.exp(log_density(v) - top), low, high, epsabs=1e-13, epsrel=1e-11)[0]
            for low, high in itertools.pairwise(pieces)
        )
        both = np.logaddexp(here, np.log(s) + top + np.log(area))
    return float(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + both)


def one(x: float, t_x: float, age: float) -> Histories:
    return Histories(*(np.array([value], float) for value in (x, t_x, age, 1.0)))


def anywhere(seed: int) -> tuple[tuple[float, ...], tuple[float, float, float]]:
    """Parameters with r, s in .05 to 50 and α, β in .05 to 5,000, and a history; the corners come first."""
    rng = np.random.default_rng(seed)
    ends = np.log([[0.05, 50.0], [0.05, 5000.0], [0.05, 50.0], [0.05, 5000.0]])
    chosen = [ends[i, seed >> i & 1] if seed < 16 else rng.uniform(*ends[i]) for i in range(4)]
    age = float(np.exp(rng.uniform(np.log(1.0), np.log(3000.0))))
    x = float(np.floor(np.exp(rng.uniform(-1.0, 6.0))))
    t_x = age * float(rng.choice([1.0, rng.random(), 1e-3])) if x else 0.0
    return tuple(np.exp(chosen).tolist()), (x, t_x, age)


def test_many_histories_at_once_are_the_same_to_the_last_bit_as_each_alone() -> None:
    """More than are computed together: a likelihood may not depend on how many stand beside a history."""
    theta, _ = anywhere(100)
    rng = np.random.default_rng(1)
    age, x = rng.uniform(1, 900, 4_500), rng.poisson(2.0, 4_500).astype(float)
    t_x = np.where(x > 0, age * rng.random(4_500), 0.0)
    together = pareto_terms(np.array(theta), x, t_x, age)
    for at in (0, 2_047, 2_048, 4_499):
        alone = pareto_terms(np.array(theta), x[at : at + 1], t_x[at : at + 1], age[at : at + 1])
        assert all(np.array_equal(whole[..., at], part[..., 0]) for whole, part in zip(together, alone, strict=True))


@pytest.mark.parametrize("seed", range(120))
def test_likelihood_is_that_of_adaptive_quadrature(seed: int) -> None:
    theta, history = anywhere(seed)
    found = log_likelihood("paretonbd", dict(zip(NAMES, theta, strict=True)), one(*history))
    assert found == pytest.approx(adaptive(theta, *history), abs=1e-6, rel=0)


@pytest.mark.parametrize(
    ("theta", "history", "expected"),
    [
        # s and β far out: the members have one hazard of leaving, .01 a week.
        ((1.0, 5.0, 20.0, 2000.0), (0.0, 0.0, 60.0), -1.897),
    ],
)
def test_likelihood_of_a_hand_worked_history(
    theta: tuple[float, ...], history: tuple[float, float, float], expected: float
) -> None:
    named = dict(zip(NAMES, theta, strict=True))
    assert log_likelihood("paretonbd", named, one(*history)) == pytest.approx(expected, abs=5e-4)
    assert alive("paretonbd", named, one(*history))[0] == pytest.approx(0.284, abs=5e-4)


@pytest.mark.parametrize("seed", range(0, 120, 5))
def test_gradient_is_that_of_the_same_function(seed: int) -> None:
    theta, history = anywhere(seed)
    x, t_x, age = (np.array([value]) for value in history)
    logs, step = np.log(theta), 1e-4
    _, slopes, _ = pareto_terms(np.array(theta), x, t_x, age)
    for place in range(4):
        move = np.eye(4)[place] * step
        ahead, behind = (pareto_terms(np.exp(logs + sign * move), x, t_x, age)[0][0] for sign in (1, -1))
        scale = max(1.0, abs(slopes[place, 0]))
        assert (ahead - behind) / (2 * step) == pytest.approx(slopes[place, 0], abs=2e-5 * scale)


@pytest.mark.parametrize("seed", range(16, 46))
def test_silence_is_a_ratio_of_likelihoods(seed: int) -> None:
    """No order day up to T + h is: gone by T or silent since, so P(x, t_x, T + h) ÷ P(x, t_x, T)."""
    theta, (x, t_x, age) = anywhere(seed)
    chance = silence("paretonbd", dict(zip(NAMES, theta, strict=True)), one(x, t_x, age), 26.0)[0]
    ratio = np.exp(adaptive(theta, x, t_x, age, until=age + 26.0) - adaptive(theta, x, t_x, age))
    assert chance == pytest.approx(ratio, rel=1e-6)


def test_orders_to_come_where_members_leave_early_in_the_horizon() -> None:
    """Closed form (Schmittlein, Morrison & Colombo 1987): with a hazard of one half a week few last the 52 weeks."""
    theta = {"r": 2.0, "alpha": 4.0, "s": 20.0, "beta": 30.0}
    data = one(3.0, 9.0, 10.0)
    rate, ends = 5.0 / 14.0, 40.0
    expected = rate * ends / 19.0 * (1 - (ends / (ends + 52.0)) ** 19)
    found = forecast("paretonbd", theta, data, 52.0)
    assert found.orders[0] / found.alive[0] == pytest.approx(expected, rel=1e-4)


def leaving_alike(members: int, seed: int) -> Histories:
    """Every member has the same hazard of leaving, one in 200 days: s and β tell only their ratio."""
    rng = np.random.default_rng(seed)
    age = rng.integers(60, 900, members).astype(float)
    ends = np.minimum(rng.exponential(200.0, members), age)
    x = rng.poisson(rng.gamma(1.0, 1 / 40.0, members) * ends).astype(float)
    last = np.where(x > 0, ends * rng.random(members) ** (1 / np.maximum(x, 1)), 0.0)
    return Histories(x, last / 7, age / 7, np.ones(members))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_ridge_is_called_a_ridge_and_forecasts(seed: int) -> None:
    data = leaving_alike(1_500, seed)
    fit = fit_purchases("paretonbd", data)
    assert fit.status == "ridge"
    assert set(fit.unknown) >= {"s", "beta"}
    assert fit.parameters["beta"] / fit.parameters["s"] == pytest.approx(200 / 7, rel=0.3)
    # The rate of those who are there is a year's 365 / 40 orders, and few are there for long: 200 of 365 days.
    coming = forecast("paretonbd", fit.parameters, data, 365 / 7)
    truth = coming.alive.sum() * (200 / 40) * (1 - np.exp(-365 / 200))
    assert coming.orders.sum() == pytest.approx(truth, rel=0.25)


def test_days_are_added_before_they_are_divided() -> None:
    """Whoever orders on the last day of the holdout has recency = age, on every day of the year: no rounding between.

    (x + h) / 7 is less than x / 7 + h / 7 or more for one pair in seven.
    """
    days = np.arange(1, 400)
    rows = pa.table({"frequency": np.ones(399), "recency_days": days * 0, "age_days": days, "members": np.ones(399)})
    for holdout in range(28, 366):
        zeros = np.zeros(399)
        known = Known(rows, zeros.astype(object), zeros, zeros, zeros, zeros + 1, days + float(holdout), zeros)
        later = known.followed(holdout, 7.0)
        assert (later.recency == later.age).all()
        if holdout % 40 == 0:
            named = {"r": 0.6, "alpha": 9.0, "s": 0.5, "beta": 12.0}
            assert np.isfinite(log_likelihood("paretonbd", named, later))


def test_a_density_that_is_no_number_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a model that loses to the others without a word."""
    rng = np.random.default_rng(3)
    lines = ["order_id,member_id,ordered_at,paid_amount"]
    for member in range(90):
        for day in np.unique(rng.integers(0, 400, 5)):
            lines.append(f"{len(lines)},m{member},{date(2024, 1, 1) + timedelta(days=int(day))},{rng.integers(20, 90)}")
    (tmp_path / "orders.csv").write_text("\n".join(lines), "utf-8")
    true = backtest.log_likelihood
    monkeypatch.setattr(
        backtest, "log_likelihood", lambda model, *given: np.nan if model == "paretonbd" else true(model, *given)
    )
    with pt.load(tmp_path / "orders.csv") as data, pytest.raises(PrivtrafficError, match="paretonbd") as told:
        clv.compute(data, clv.Params())
    assert told.value.key == "clv_density"
