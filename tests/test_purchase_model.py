"""The purchase models against published numbers, against simulation, and on data that are not made for them."""

from __future__ import annotations

import lifetimes
import numpy as np
import pytest
from autograd import value_and_grad

from privtraffic.analyses.purchase_model import (
    Histories,
    Spends,
    alive,
    fit_purchases,
    fit_spend,
    forecast,
    log_likelihood,
)
from privtraffic.analyses.purchase_model.likelihood import objective
from tests.published import cdnow_summary

MODELS = ("bgnbd", "mbgnbd", "paretonbd")


@pytest.fixture(scope="module")
def cdnow() -> Histories:
    data = cdnow_summary()
    columns = [data[name].to_numpy(float) for name in ("frequency", "recency", "T")]
    return Histories(*columns, np.ones(len(data)))


def simulated(
    theta: tuple[float, float, float, float], members: int, length: float, *, seed: int = 0, pareto: bool = True
) -> tuple[Histories, np.ndarray, np.ndarray]:
    """Histories of members who all start at 0, their order counts in the same time again, and who is alive."""
    r, alpha, a, b = theta
    rng = np.random.default_rng(seed)
    rate = rng.gamma(r, 1 / alpha, members)
    leaves = rng.exponential(1 / rng.gamma(a, 1 / b, members)) if pareto else np.full(members, np.inf)
    chance = rng.beta(a, b, members) if not pareto else np.zeros(members)
    x, t_x, later = np.zeros(members), np.zeros(members), np.zeros(members)
    for i in range(members):
        t = rng.exponential(1 / rate[i])
        while t < 2 * length and t < leaves[i]:
            if t < length:
                x[i], t_x[i] = x[i] + 1, t
            else:
                later[i] += 1
            if rng.random() < chance[i]:
                leaves[i] = t
                break
            t += rng.exponential(1 / rate[i])
    return Histories(x, t_x, np.full(members, length), np.ones(members)), later, leaves > length


@pytest.mark.parametrize(
    ("model", "expected", "likelihood"),
    [
        # Fader, Hardie & Lee 2005, "Counting Your Customers" the Easy Way, table 2.
        ("bgnbd", (0.2426, 4.4136, 0.7929, 2.4259), -9582.43),
        # Fader & Hardie, note on the Pareto/NBD; the optimum lies slightly off its printed digits.
        ("paretonbd", (0.55328, 10.5777, 0.60624, 11.6687), -9594.976),
    ],
)
def test_published_parameters(cdnow: Histories, model: str, expected: tuple[float, ...], likelihood: float) -> None:
    fit = fit_purchases(model, cdnow)
    assert tuple(fit.parameters.values()) == pytest.approx(expected, rel=1e-3)
    assert fit.log_likelihood == pytest.approx(likelihood, abs=0.02)
    assert fit.status == "converged"
    assert set(fit.errors) == set(fit.parameters)


def test_published_expectation_of_bgnbd() -> None:
    # Fader, Hardie & Lee 2005: E[X(39) | x = 2, t_x = 30.43, T = 38.86] = 1.226.
    published = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
    one = Histories(*(np.array([value]) for value in (2.0, 30.43, 38.86, 1.0)))
    assert forecast("bgnbd", published, one, 39.0).orders[0] == pytest.approx(1.226, abs=5e-4)


def test_published_spend() -> None:
    # Fader & Hardie, note 025: p 6.25, q 3.74, gamma 15.44; expected spends of the first customers.
    data = cdnow_summary()
    repeat = data[data["frequency"] > 0]
    fit = fit_spend(Spends(repeat["frequency"].to_numpy(float), repeat["monetary_value"].to_numpy(float), np.ones(946)))
    p, q, gamma = fit.parameters.values()
    assert (p, q, gamma) == pytest.approx((6.25, 3.74, 15.44), rel=2e-3)
    head = data.head(6)
    spend = p * (gamma + head["frequency"] * head["monetary_value"]) / (p * head["frequency"] + q - 1)
    assert spend.tolist() == pytest.approx([24.65, 18.91, 35.17, 35.17, 35.17, 71.46], abs=0.02)


@pytest.mark.parametrize("logs", [(0.0, 0.0, 0.0), (1.8, 1.3, 2.7), (-2.0, 3.0, -1.0)])
def test_the_slope_of_the_spends_is_that_of_lifetimes(logs: tuple[float, float, float]) -> None:
    """Automatic differentiation of its likelihood says the same."""
    given = np.array([1.0, 2, 7]), np.array([0.4, 1.1, 2.5]), np.array([3.0, 1, 2])
    theirs = value_and_grad(lifetimes.GammaGammaFitter._negative_log_likelihood)
    value, slope = theirs(np.array(logs), *given, 0.0)
    found = objective("gammagamma", Spends(*given))(np.array(logs))
    assert (-found[0], *-found[1]) == pytest.approx((value, *slope), rel=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_forecasts_agree_with_lifetimes(cdnow: Histories, model: str) -> None:
    fit = fit_purchases(model, cdnow)
    fitters = {
        "bgnbd": lifetimes.BetaGeoFitter,
        "mbgnbd": lifetimes.ModifiedBetaGeoFitter,
        "paretonbd": lifetimes.ParetoNBDFitter,
    }
    theirs = fitters[model]()
    theirs.params_ = fit.parameters
    x, t_x, age = cdnow.frequency, cdnow.recency, cdnow.age
    if model != "mbgnbd":  # reads its parameters by position from a fit of its own
        expected = theirs.conditional_expected_number_of_purchases_up_to_time(39, x, t_x, age)
        assert forecast(model, fit.parameters, cdnow, 39.0).orders == pytest.approx(np.asarray(expected), rel=1e-4)
    chance = np.asarray(theirs.conditional_probability_alive(x, t_x, age))
    assert alive(model, fit.parameters, cdnow) == pytest.approx(chance, abs=1e-6)


def test_pareto_likelihood_agrees_with_lifetimes(cdnow: Histories) -> None:
    theta = np.array([0.55, 10.5, 0.6, 11.7])
    named = dict(zip(("r", "alpha", "s", "beta"), theta, strict=True))
    theirs = lifetimes.ParetoNBDFitter._conditional_log_likelihood(theta, cdnow.frequency, cdnow.recency, cdnow.age)
    assert log_likelihood("paretonbd", named, cdnow) == pytest.approx(float(theirs.sum()), abs=1e-3)


def test_equal_histories_are_one_with_a_weight(cdnow: Histories) -> None:
    """2,357 members and their distinct histories give the same parameters."""
    columns = np.column_stack([cdnow.frequency, cdnow.recency, cdnow.age])
    distinct, counts = np.unique(columns, axis=0, return_counts=True)
    assert len(distinct) < len(columns)
    weighted = fit_purchases("bgnbd", Histories(*distinct.T, counts.astype(float)))
    assert weighted.parameters == pytest.approx(fit_purchases("bgnbd", cdnow).parameters, rel=1e-4)


@pytest.mark.parametrize(("model", "theta"), [("paretonbd", (0.8, 10.0, 0.7, 15.0)), ("bgnbd", (0.8, 10.0, 0.8, 3.0))])
def test_moments_match_simulation(model: str, theta: tuple[float, float, float, float]) -> None:
    """Given the true parameters: mean, variance and chance of nothing of the order days to come, and who is alive."""
    members = 8_000
    data, later, living = simulated(theta, members, 52.0, pareto=model == "paretonbd")
    names = ("r", "alpha", "s", "beta") if model == "paretonbd" else ("r", "alpha", "a", "b")
    found = forecast(model, dict(zip(names, theta, strict=True)), data, 52.0)
    variance = found.squares + found.pairs - found.orders**2
    noise = 4 * np.sqrt(variance.sum())
    assert later.sum() == pytest.approx(found.orders.sum(), abs=noise)
    assert ((later - found.orders) ** 2).sum() == pytest.approx(variance.sum(), rel=0.15)
    assert (later > 0).sum() == pytest.approx(found.some.sum(), abs=4 * np.sqrt((found.some * (1 - found.some)).sum()))
    if model == "paretonbd":
        assert living.sum() == pytest.approx(found.alive.sum(), abs=4 * np.sqrt(members) / 2)


def test_discounting_takes_off_what_comes_late(cdnow: Histories) -> None:
    fit = fit_purchases("bgnbd", cdnow)
    plain, cut = (forecast("bgnbd", fit.parameters, cdnow, 52.0, rate) for rate in (0.0, np.log(1.1) / 52.0))
    assert plain.discounted == pytest.approx(plain.orders)
    ratio = cut.discounted / cut.orders
    assert (ratio < 1).all() and (ratio > 1 / 1.1).all()


def histories(x: object, t_x: object, age: object) -> Histories:
    x, t_x, age = (np.asarray(values, float) for values in (x, t_x, age))
    return Histories(x, t_x, age, np.ones(len(x)))


def difficult() -> dict[str, Histories]:
    rng = np.random.default_rng(5)
    n, age = 500, np.full(500, 52.0)
    rate = rng.gamma(2.0, 0.1, n)
    x = rng.poisson(rate * 52.0).astype(float)
    last = np.where(x > 0, 52.0 * rng.random(n) ** (1 / np.maximum(x, 1)), 0.0)
    many = rng.poisson(50.0 * 365.0, 200).astype(float)
    return {
        "nobody leaves": histories(x, last, age),
        "everyone once": histories(np.zeros(n), np.zeros(n), rng.uniform(1, 100, n)),
        "two members": histories([0, 3], [0, 20.0], [30.0, 30.0]),
        "one-day history": histories(np.zeros(20), np.zeros(20), np.zeros(20)),
        "identical members": histories(np.full(n, 4), np.full(n, 30.0), np.full(n, 40.0)),
        "fifty orders a day": histories(many, 365.0 * (1 - rng.random(200) / 1e4), np.full(200, 365.0)),
        # Seen once for a short while: only the ratios of parameters show.
        "ridge": histories(rng.binomial(1, 0.02, n), np.full(n, 0.05), np.full(n, 0.1)),
    }


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", list(difficult()))
def test_difficult_data_end_with_an_honest_status(model: str, name: str) -> None:
    data = difficult()[name]
    data = Histories(data.frequency, np.where(data.frequency > 0, data.recency, 0.0), data.age, data.weight)
    fit = fit_purchases(model, data)
    # None of these determines four parameters: saying `converged` would be a lie.
    assert fit.status in ("boundary", "ridge", "not_converged")
    assert fit.status == "not_converged" or fit.unknown
    assert not set(fit.unknown) & set(fit.errors)
    found = forecast(model, fit.parameters, data, 10.0)
    assert np.isfinite(found.orders).all() and (found.orders >= 0).all()
    assert ((found.alive >= 0) & (found.alive <= 1)).all()


@pytest.mark.parametrize("model", MODELS)
def test_where_nobody_leaves_the_forecast_is_the_rate(model: str) -> None:
    """500 members of a gamma-Poisson process without dropout: the next year is like the last."""
    data = difficult()["nobody leaves"]
    found = forecast(model, fit_purchases(model, data).parameters, data, 52.0)
    assert found.orders.sum() == pytest.approx(data.frequency.sum(), rel=0.05)
    assert found.alive.mean() > 0.9


def test_a_part_leans_on_the_whole() -> None:
    """Ten members of a channel hardly move its parameters from the whole's; thousands do."""
    whole_data, _, _ = simulated((0.8, 10.0, 0.7, 15.0), 3_000, 52.0)
    other, _, _ = simulated((0.8, 3.0, 0.7, 15.0), 3_000, 52.0, seed=1)
    whole = fit_purchases("paretonbd", whole_data)
    few = fit_purchases("paretonbd", other.take(np.arange(10)), whole)
    many = fit_purchases("paretonbd", other, whole)

    def rate(fit: object) -> float:
        return fit.parameters["r"] / fit.parameters["alpha"]  # type: ignore[attr-defined]

    assert rate(many) == pytest.approx(0.8 / 3.0, rel=0.15)
    assert rate(whole) < rate(few) < rate(many)
