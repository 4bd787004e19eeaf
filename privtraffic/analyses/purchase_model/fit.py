"""Maximum likelihood that says how it went: converged, at a boundary, on a ridge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, TypeVar

import numpy as np
from scipy.optimize import minimize

from privtraffic.analyses.purchase_model.likelihood import PARAMETERS, Array, Histories, Objective, Spends, objective

T = TypeVar("T")

Status = Literal["converged", "boundary", "ridge", "not_converged"]

_FARTHEST = 9.0
"""The logarithm of a parameter, on the scaled clock, beyond which it is called zero or infinite."""

_FLAT = 1.5
"""A standard error of a log-parameter above this (a factor of 4.5) says that the data do not know it."""

_SOME, _ALL = 0.3, 0.95
"""How much of a parameter's own direction is flat: less is none of it, more is the whole of it."""

_WIDEST = 3.0
"""No standard error is taken to be wider: a weak prior on what the data do not know."""

_TOLERANCE = 1e-6

_LEFT_TO_GAIN = 1e-3
"""Log-likelihood, of all members, that Newton's next step would still bring: less than this is an optimum."""

_FIRST_LOOK = 4_000
_MOST_STEPS = 30
_STARTS = {
    "bgnbd": ((0.3, 1.0, 0.8, 2.4), (1.0, 1.0, 1.0, 1.0), (0.8, 4.0, 0.1, 3.0), (3.0, 2.0, 3.0, 3.0)),
    "paretonbd": ((0.5, 2.0, 0.6, 3.0), (1.0, 1.0, 1.0, 1.0), (0.8, 4.0, 0.2, 8.0), (3.0, 2.0, 2.0, 2.0)),
    "gammagamma": ((6.0, 4.0, 2.0), (1.0, 3.0, 2.0), (20.0, 2.0, 1.0)),
}
_STARTS["mbgnbd"] = _STARTS["bgnbd"]
_STARTS["nbd"] = ((1.0, 2.0), (0.3, 3.0))
_STARTS["bgbb"] = ((1.0, 1.0, 1.0, 3.0), (0.5, 0.5, 0.5, 0.5), (2.0, 4.0, 0.3, 6.0))
_STARTS["sbg"] = ((1.0, 1.0), (0.5, 4.0), (3.0, 3.0))

_CLOCKED = {"bgnbd": [1], "mbgnbd": [1], "nbd": [1], "paretonbd": [1, 3]}
"""The parameters that are times; those of models that count periods are none."""


@dataclass(frozen=True)
class Fit:
    """A fitted model and its parameters.

    Attributes
    ----------
    parameters
        In the time unit, or the money, of the data.
    log_likelihood
        Summed over members, without any prior.
    status
        `converged`; `boundary`: a parameter ran to zero or infinity, the limit is a simpler model; `ridge`: the
        likelihood is flat along a combination of parameters, forecasts stand and single parameters do not;
        `not_converged`: no optimum was reached.
    unknown
        The parameters that the data do not determine.
    clock
        How many times as fast the clock ran on which it was fitted.
    covariance
        Of the logarithms of the parameters (Laplace), capped in the directions that the data do not determine.
    """

    model: str
    parameters: dict[str, float]
    log_likelihood: float
    status: Status
    members: float
    covariance: Array
    unknown: tuple[str, ...] = ()
    errors: dict[str, float] = field(default_factory=dict)
    clock: float = 1.0

    @property
    def logs(self) -> Array:
        """The logarithms of the parameters."""
        return np.log(list(self.parameters.values()))

    def at(self, logs: Array) -> dict[str, float]:
        """Parameters by name from their logarithms."""
        return dict(zip(PARAMETERS[self.model], np.exp(logs).tolist(), strict=True))

    def directions(self) -> Array:
        """Independent standard deviations of the log-parameters, one a row: they span the covariance."""
        values, vectors = np.linalg.eigh(self.covariance)
        rows: Array = (vectors * np.sqrt(np.maximum(values, 0))).T
        return rows


@dataclass(frozen=True)
class _Prior:
    """Normal around the logarithms of a parent's parameters: how far a part may stray from the whole."""

    centre: Array
    spread: float

    def pull(self, at: Objective, members: float) -> Objective:
        def pulled(logs: Array) -> tuple[float, Array]:
            value, gradient = at(logs)
            away = (logs - self.centre) / self.spread
            return value - float(away @ away) / 2 / members, gradient - away / self.spread / members

        return pulled


def fit_purchases(
    model: str, data: Histories, parent: Fit | None = None, spread: float = 0.5, near: Fit | None = None
) -> Fit:
    """Fit BG/NBD (Fader, Hardie & Lee 2005), MBG/NBD (Batislam et al. 2007), Pareto/NBD (Schmittlein et al. 1987), NBD.

    Or, to histories in periods (see `periods.py`), BG/BB or the shifted-beta-geometric.

    Parameters
    ----------
    model
        `bgnbd`, `mbgnbd`, `paretonbd`, `nbd`, `bgbb` or `sbg`.
    data
        Histories of all members with at least one order.
    parent
        The fit of the whole that `data` are a part of: partial pooling. The part's log-parameters are normal around
        the whole's with standard deviation `spread`, so a part with few members leans on the whole.
    near
        A fit of much the same members, whose parameters are the only start.
    """
    factor = 10 / max(float(data.age.max(initial=0)), 1e-9) if model in _CLOCKED else 1.0
    if parent:
        # On a clock of its own, that of a young part, the parameters it leans on may lie beyond the bounds.
        factor = parent.clock
    shift = np.zeros(len(PARAMETERS[model]))
    shift[_CLOCKED.get(model, [])] = np.log(factor)
    extra = np.log(factor) * float(data.weight @ data.frequency)
    found = _fit(model, data.scaled(factor), shift, extra, parent=parent, spread=spread, near=near)
    return replace(found, clock=factor)


def fit_spend(data: Spends, parent: Fit | None = None, spread: float = 0.5) -> Fit:
    """Fit Gamma-Gamma (Fader & Hardie, note 025) to the mean spend of repeat buyers; spends must be positive."""
    factor = 1 / float(np.average(data.mean, weights=data.weight))
    scaled = Spends(data.frequency, data.mean * factor, data.weight)
    extra = np.log(factor) * float(data.weight.sum())
    return _fit("gammagamma", scaled, np.array([0.0, 0.0, np.log(factor)]), extra, parent=parent, spread=spread)


def _fit(
    model: str,
    data: Histories | Spends,
    shift: Array,
    extra: float,
    *,
    parent: Fit | None,
    spread: float,
    near: Fit | None = None,
) -> Fit:
    members = float(data.weight.sum())
    computed = objective(model, data)
    plain = _remembered(computed)
    prior = _Prior(parent.logs + shift, spread) if parent else None
    wanted = prior.pull(plain, members) if prior else plain
    # Its points stand around the one that is remembered, and are asked for once.
    curvature = _remembered(partial(_hessian, prior.pull(computed, members) if prior else computed))
    starts = [np.log(start) for start in _STARTS[model]]
    if prior or near:
        # The whole, or the same members later, is a start close enough for Newton's steps.
        close = prior.centre if prior else near.logs + shift if near else starts[0]
        logs, value = _newton(wanted, curvature, close, wanted(close)[0], members)
        if _to_gain(wanted(logs)[1] * members, curvature(logs) * members, logs) > _LEFT_TO_GAIN:
            logs, value = _climb(wanted, logs)
    elif len(data.weight) > _FIRST_LOOK:
        logs, value = _approach(wanted, *_first_look(model, data, starts))
    else:
        logs, value = max((_climb(wanted, start) for start in starts), key=lambda found: found[1])
    logs, _ = _newton(wanted, curvature, logs, value, members)
    hessian = curvature(logs) * members
    to_gain = _to_gain(wanted(logs)[1] * members, hessian, logs)
    values, vectors = np.linalg.eigh(hessian)
    values = np.maximum(values, 1 / _WIDEST**2)
    covariance = (vectors / values) @ vectors.T
    status, unknown = _judge(PARAMETERS[model], to_gain, logs, values, vectors)
    names = PARAMETERS[model]
    parameters = dict(zip(names, np.exp(logs - shift).tolist(), strict=True))
    errors = {
        name: parameters[name] * float(np.sqrt(covariance[i, i])) for i, name in enumerate(names) if name not in unknown
    }
    log_likelihood = plain(logs)[0] * members + extra
    return Fit(model, parameters, log_likelihood, status, members, covariance, unknown, errors)


def _first_look(model: str, data: Histories | Spends, starts: list[Array]) -> tuple[Array, Array]:
    """The best of several starts on some of the histories, evenly spaced in their order, and the curvature there."""
    chosen = np.linspace(0, len(data.weight) - 1, _FIRST_LOOK).astype(np.int64)
    if isinstance(data, Spends):
        part: Histories | Spends = Spends(data.frequency[chosen], data.mean[chosen], data.weight[chosen])
    else:
        part = data.take(chosen)
    at = objective(model, part)
    logs = max((_climb(at, start, fine=1e-3) for start in starts), key=lambda found: found[1])[0]
    return logs, _hessian(at, logs)


def _approach(at: Objective, start: Array, curvature: Array) -> tuple[Array, float]:
    """Newton steps with the curvature of the first look; where they do not arrive, L-BFGS-B goes on from the best."""
    values, vectors = np.linalg.eigh(curvature)
    inverse = (vectors / np.maximum(np.abs(values), 1e-6)) @ vectors.T
    best, top = start, -np.inf
    logs = start
    for _ in range(15):
        value, gradient = at(logs)
        if not np.isfinite(value) or value < top:
            break
        best, top = logs, value
        if np.abs(gradient).max() < _TOLERANCE:
            return best, top
        step = inverse @ gradient
        logs = np.clip(logs + step * min(1.0, 1.0 / max(np.abs(step).max(), 1e-12)), -_FARTHEST, _FARTHEST)
    return _climb(at, best)


def _climb(at: Objective, start: Array, fine: float = 1.0) -> tuple[Array, float]:
    """L-BFGS-B between the bounds; a point where the likelihood is no number is worse than any other."""

    def downhill(logs: Array) -> tuple[float, Array]:
        value, gradient = at(logs)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return 1e10, np.zeros_like(logs)
        return -value, -gradient

    options = {"maxiter": 300, "ftol": 1e-13 / fine, "gtol": _TOLERANCE / 2 / fine}
    bounds = [(-_FARTHEST, _FARTHEST)] * len(start)
    first = np.clip(start, -_FARTHEST + 0.1, _FARTHEST - 0.1)
    found = minimize(downhill, first, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return found.x, -float(found.fun)


def _newton(
    at: Objective, curvature: Callable[[Array], Array], logs: Array, value: float, members: float
) -> tuple[Array, float]:
    """The second optimiser: Newton steps, cut where they do not gain, for a climb that only missed its tolerance."""
    for _ in range(_MOST_STEPS):
        gradient = _inside(at(logs)[1], logs)
        hessian = curvature(logs)
        if _to_gain(gradient * members, hessian * members, logs) < _LEFT_TO_GAIN / 1000:
            break
        values, vectors = np.linalg.eigh(hessian)
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), 1e-7))
        step *= min(1.0, 1.0 / max(np.abs(step).max(), 1e-12))
        for _ in range(12):
            tried = np.clip(logs + step, -_FARTHEST, _FARTHEST)
            better = at(tried)[0]
            if np.isfinite(better) and better > value:
                logs, value = tried, better
                break
            step = step / 3
        else:
            break
    return logs, value


def _to_gain(gradient: Array, hessian: Array, logs: Array) -> float:
    """Half of the squared Newton decrement: what the log-likelihood would still gain by the next step.

    A flat direction counts with a step of `_WIDEST` at most, as wide as its standard error is ever taken to be.
    """
    if not np.isfinite(gradient).all():
        return np.inf
    values, vectors = np.linalg.eigh(hessian)
    along = np.abs(vectors.T @ _inside(gradient, logs))
    return float((along**2 / np.maximum(np.abs(values), 1 / _WIDEST**2)).sum()) / 2


def _inside(gradient: Array, logs: Array) -> Array:
    """The gradient without what only pushes against a bound."""
    pushed = (np.abs(logs) > _FARTHEST - 1e-6) & (gradient * logs > 0)
    return np.where(pushed | ~np.isfinite(gradient), 0.0, gradient)


def _remembered(at: Callable[[Array], T]) -> Callable[[Array], T]:
    """The same function, computed once where it is asked for twice in a row."""
    known: dict[bytes, T] = {}

    def found(logs: Array) -> T:
        place = logs.tobytes()
        if place not in known:
            known.clear()
            known[place] = at(logs)
        return known[place]

    return found


def _hessian(at: Objective, logs: Array) -> Array:
    """Curvature of the negative objective, by central differences of its gradient."""
    step = 1e-4
    rows = []
    for place in range(len(logs)):
        move = np.zeros_like(logs)
        move[place] = step
        rows.append((at(logs - move)[1] - at(logs + move)[1]) / (2 * step))
    curvature = np.nan_to_num(np.array(rows), nan=0.0, posinf=0.0, neginf=0.0)
    return (curvature + curvature.T) / 2


def _judge(
    names: tuple[str, ...], to_gain: float, logs: Array, values: Array, vectors: Array
) -> tuple[Status, tuple[str, ...]]:
    bound = [name for name, log in zip(names, logs, strict=True) if abs(log) > _FARTHEST - 0.05]
    flat = vectors[:, values < 1 / _FLAT**2]
    share = np.sqrt((flat**2).sum(axis=1))
    heavy = [name for name, part in zip(names, share, strict=True) if part > _SOME]
    unknown = tuple(name for name in names if name in bound or name in heavy)
    # Parameters that only together are unknown lie partly in what is flat: a ridge, though its end may be at a bound.
    if ((share > _SOME) & (share < _ALL)).any():
        return "ridge", unknown
    if unknown:
        return "boundary", unknown
    return ("converged" if to_gain < _LEFT_TO_GAIN else "not_converged"), ()
