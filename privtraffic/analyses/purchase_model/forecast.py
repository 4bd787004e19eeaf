"""What a history says about the horizon: alive or not, how many order days, how sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import hyp2f1

from privtraffic.analyses.purchase_model import periods
from privtraffic.analyses.purchase_model.likelihood import Array, Histories
from privtraffic.analyses.purchase_model.pareto import leaving, pareto_terms

_CHUNK = 8_192

_PARETO_NODES = 12
"""Members of Pareto/NBD may nearly all leave early in the horizon, and a step is cheap."""


@dataclass(frozen=True)
class Forecast:
    """Per history, of the order days in (age, age + horizon].

    Attributes
    ----------
    alive
        Probability of not having left.
    orders
        Expected order days.
    discounted
        Expected sum of the discount factors of the order days.
    squares, pairs
        Expected sum of the squared factors, and of the products of the factors of two different order days: with a
        spend they give the variance.
    some
        Probability of at least one order day.
    """

    alive: Array
    orders: Array
    discounted: Array
    squares: Array
    pairs: Array
    some: Array


def alive(model: str, parameters: dict[str, float], data: Histories) -> Array:
    """Probability that a member with the history has not left by the end of observation."""
    theta = np.array(list(parameters.values()))
    x, t_x, age = data.frequency, data.recency, data.age
    found: Array
    if model in periods.PERIODS:
        return periods.alive(model, theta, (x, t_x, age))
    if model == "nbd":
        return np.ones_like(age)
    if model == "paretonbd":
        parts = [slice(start, start + _CHUNK) for start in range(0, len(age), _CHUNK)]
        found = 1 - np.concatenate([pareto_terms(theta, x[part], t_x[part], age[part])[2] for part in parts] or [age])
        return found
    r, alpha, a, b = theta
    with np.errstate(over="ignore"):
        slack = np.exp((r + x) * np.log((alpha + age) / (alpha + t_x)))
        if model == "mbgnbd":
            found = 1 / (1 + a / (b + x) * slack)
        else:
            found = np.where(x > 0, 1 / (1 + a / (b + np.maximum(x, 1) - 1) * slack), 1.0)
    return found


def wait(model: str, parameters: dict[str, float], data: Histories) -> Array:
    """Median time to the next order day of a member who has not left and does not leave before it."""
    if model in periods.PERIODS:
        return periods.wait(model, np.array(list(parameters.values())), (data.frequency, data.recency, data.age))
    r, alpha = parameters["r"], parameters["alpha"]
    median: Array = (alpha + data.age) * np.expm1(np.minimum(np.log(2) / (r + data.frequency), 50.0))
    return median


def forecast(
    model: str, parameters: dict[str, float], data: Histories, horizon: float, discount: float = 0.0, *, nodes: int = 4
) -> Forecast:
    """Moments of the order days over the horizon.

    Parameters
    ----------
    horizon
        In the time unit of the data.
    discount
        Continuous rate per time unit; an order day after `t` units counts exp(−discount · t).
    nodes
        Of the quadrature over the horizon.
    """
    points, weights = _quadrature(horizon, _nodes(model, nodes))
    living = alive(model, parameters, data)
    if model in periods.PERIODS:
        orders, discounted, squares, pairs, none = _by_period(model, parameters, data, horizon, discount)
        return Forecast(
            living, living * orders, living * discounted, living * squares, living * pairs, living * (1 - none)
        )
    terms = _terms(model)
    orders, discounted, squares, pairs = (np.zeros_like(living) for _ in range(4))
    for u, weight in zip(points, weights, strict=True):
        first, second = terms(model, parameters, data, float(u)), terms(model, parameters, data, float(u), pair=1)
        factor = np.exp(-discount * u)
        gathered = -np.expm1(-discount * u) / discount if discount > 0 else u
        orders += weight * first
        discounted += weight * factor * first
        squares += weight * factor**2 * first
        pairs += 2 * weight * factor * gathered * second
    some = living * (1 - _none(model, parameters, data, horizon))
    return Forecast(living, living * orders, living * discounted, living * squares, living * pairs, some)


def silence(model: str, parameters: dict[str, float], data: Histories, horizon: float) -> Array:
    """Probability of no order day in (age, age + horizon]: gone already, or alive and quiet.

    Exact for BG/NBD and MBG/NBD, whose members leave only after an order day: 1 − P(alive) · (1 − ((α + T) / (α + T +
    h))^(r + x)).  For Pareto/NBD, whose members may leave within the horizon, by quadrature over the time they leave.
    """
    quiet = _none(model, parameters, data, horizon)
    found: Array = 1 - alive(model, parameters, data) * (1 - quiet)
    return found


def expectation(
    model: str, parameters: dict[str, float], data: Histories, horizon: float, discount: float = 0.0, *, nodes: int = 2
) -> Array:
    """The `discounted` of `forecast` alone, by a coarser quadrature: for differences between parameters."""
    if model in periods.PERIODS:
        ahead: Array = alive(model, parameters, data) * _by_period(model, parameters, data, horizon, discount)[1]
        return ahead
    total = np.zeros_like(data.age)
    for u, weight in zip(*_quadrature(horizon, _nodes(model, nodes)), strict=True):
        total += weight * np.exp(-discount * u) * _terms(model)(model, parameters, data, float(u))
    found: Array = alive(model, parameters, data) * total
    return found


def _nodes(model: str, asked: int) -> int:
    return max(asked, _PARETO_NODES) if model == "paretonbd" else asked


def _quadrature(horizon: float, nodes: int) -> tuple[Array, Array]:
    points, weights = _gauss(nodes)
    return horizon * (points + 1) / 2, horizon * weights / 2


_gauss = cache(np.polynomial.legendre.leggauss)


def _terms(model: str) -> Callable[..., Array]:
    return {"paretonbd": _pareto, "nbd": _poisson}.get(model, _beta_geometric)


def _by_period(
    model: str, parameters: dict[str, float], data: Histories, horizon: float, discount: float
) -> tuple[Array, Array, Array, Array, Array]:
    theta = np.array(list(parameters.values()))
    return periods.ahead(model, theta, (data.frequency, data.recency, data.age), horizon, discount)


def _poisson(_: str, parameters: dict[str, float], data: Histories, _u: float, pair: int = 0) -> Array:
    """The same where nobody leaves: at any time."""
    shape, rate = parameters["r"] + data.frequency, parameters["alpha"] + data.age
    found: Array = shape * (shape + 1) / rate**2 if pair else shape / rate
    return found


def _pareto(_: str, parameters: dict[str, float], data: Histories, u: float, pair: int = 0) -> Array:
    """Intensity of an order day at `u`, or of a `pair` of them whose later one is at `u`, given alive."""
    r, alpha, s, beta = parameters.values()
    shape, rate = r + data.frequency, alpha + data.age
    survival: Array = np.exp(-s * np.log1p(u / (beta + data.age)))
    return survival * (shape * (shape + 1) / rate**2 if pair else shape / rate)


def _beta_geometric(model: str, parameters: dict[str, float], data: Histories, u: float, pair: int = 0) -> Array:
    """The same where a member may leave after each order day."""
    r, alpha, a, b = parameters.values()
    shape, rate = r + data.frequency, alpha + data.age
    stays = b + data.frequency + (1 if model == "mbgnbd" else 0)
    v = u / rate
    mean = a / (a + stays)
    # Pfaff's transformation: the second argument no longer grows with the frequency, nothing cancels.
    with np.errstate(all="ignore"):
        found = np.exp(-a * np.log1p(v)) * hyp2f1(a, a + b - r - 1 + (model == "mbgnbd"), a + stays + pair, v / (1 + v))
    found = np.where(np.isfinite(found), found, np.exp(-(shape + 1 + pair) * np.log1p(mean * v)))
    scale: Array = shape * (shape + 1) / rate**2 * (1 - mean) if pair else shape / rate
    return scale * found


def _none(model: str, parameters: dict[str, float], data: Histories, horizon: float) -> Array:
    """Probability of no order day over the horizon, given alive."""
    if model in periods.PERIODS:
        return _by_period(model, parameters, data, horizon, 0.0)[4]
    shape, rate = parameters["r"] + data.frequency, parameters["alpha"] + data.age
    quiet = np.exp(-shape * np.log1p(horizon / rate))
    if model != "paretonbd":
        return quiet
    s, ends = parameters["s"], parameters["beta"] + data.age
    stays = quiet * np.exp(-s * np.log1p(horizon / ends))
    theta = np.array(list(parameters.values()))
    parts = [slice(start, start + _CHUNK) for start in range(0, len(ends), _CHUNK)]
    gone = [leaving(theta, data.frequency[part], data.age[part], data.age[part] + horizon)[0] for part in parts]
    log_gone = np.concatenate(gone) if gone else ends
    none: Array = stays + s * np.exp(shape * np.log(rate) + s * np.log(ends) + log_gone)
    return none
