"""By how much do joins grow when a channel's budget does?  A regression over months that knows the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]

LEVEL = 0.8
WIDEST = 0.25
"""Half of an interval that is wider tells nothing: the budgets hardly varied."""

LEAST_FREE = 4
"""Months beyond the parameters of a fit."""

_RATES = np.arange(0.0, 0.81, 0.05)
"""The shares of a month's cost that may work on in the next."""

_SHARES = np.linspace(0.025, 0.975, 20)[:, None]
"""The shares of the channels that may keep nothing."""

_LEAST_SEASON, _LEAST_FREE_MONTHS = 18, 3
"""Months from which a season can be told from a bent growth, and from a straight one."""

_STEPS = 60
_LEAST_COLUMN = 1e-6


@dataclass(frozen=True)
class Months:
    """A channel's months in order: their number, cost above zero, joins, and the season's logarithm."""

    place: Array
    cost: Array
    joins: Array
    season: Array


@dataclass(frozen=True)
class Elasticity:
    """Per cent more joins for one per cent more cost.

    Attributes
    ----------
    value, low, high
        With the 80 % interval; None where `reason` says why it cannot be told.
    months
        Behind it.
    carry_over
        The share of a month's cost that works on in the next, by its mean; 0 where nothing is more likely than any.
    reason
        `few_months`, `hardly_varied`, `season_unknown`, or None.
    """

    months: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    carry_over: float = 0.0
    reason: str | None = None


@dataclass(frozen=True)
class _Fit:
    """A Poisson regression with quasi variance; `deviance` is divided by the dispersion where it is compared."""

    value: float
    error: float
    free: int
    deviance: float
    dispersion: float


def elasticities(channels: Mapping[str, Months]) -> dict[str, Elasticity]:
    """Poisson regression by channel: log joins on log cost, the season and a trend, with quasi variance.

    Without the season the regression gives it to the budget, because budgets and joins rise together with it: planted
    0.8 is found as 0.88 (docs/clv.md).  Cost may work on in later months: a channel keeps one geometric share of it
    from month to month, or none.  The share is the same in all channels that keep one.  The estimate is the mean over
    the shares, each weighted by how well it explains the joins, so what is not known of it is in the interval.  An
    association: other causes may lie behind both.
    """
    fits = {name: [_regress(months, rate) for rate in _RATES] for name, months in channels.items()}
    known = {name: [fit for fit in row if fit is not None] for name, row in fits.items() if None not in row}
    weights = _weights({name: _likelihood(row) for name, row in known.items()})
    return {
        name: _told(len(months.cost), known[name], weights[name])
        if name in known
        else Elasticity(len(months.cost), reason="few_months")
        for name, months in channels.items()
    }


def _told(months: int, fits: Sequence[_Fit], weights: Array) -> Elasticity:
    """The mean of the fits by weight, and an interval with their noise and the distance between them."""
    values, errors = np.array([fit.value for fit in fits]), np.array([fit.error for fit in fits])
    value = float(weights @ values)
    spread = float(weights @ (errors**2 + (values - value) ** 2))
    half = float(stdtrit(fits[0].free, (1 + LEVEL) / 2) * np.sqrt(spread))
    carry_over = float(_RATES @ weights) if weights[0] < 0.5 else 0.0
    if not half <= WIDEST:
        return Elasticity(months, carry_over=carry_over, reason="hardly_varied")
    return Elasticity(months, value, value - half, value + half, carry_over)


def _likelihood(fits: Sequence[_Fit]) -> Array:
    """The likelihood of each rate beside the best; the dispersion is that of the best fit."""
    scale = min(fits, key=lambda fit: fit.deviance).dispersion
    logs = -np.array([fit.deviance for fit in fits]) / scale / 2
    return np.asarray(np.exp(logs - logs.max()), float)


def _weights(likelihoods: Mapping[str, Array]) -> dict[str, Array]:
    """The posterior probability of each rate, by channel: some channels keep nothing, the others share one rate.

    Every share and every common rate is as likely as any other before the joins are seen; after them, all channels
    together tell both, and each channel tells whether it is one that keeps nothing.
    """
    joint = np.ones((len(_SHARES), len(_RATES) - 1))
    parts = {}
    for name, likelihood in likelihoods.items():
        nothing, common = _SHARES * likelihood[0], (1 - _SHARES) * likelihood[None, 1:]
        parts[name] = np.broadcast_to(nothing, joint.shape), common
        joint = joint * (nothing + common)
    joint /= joint.sum()
    weights = {}
    for name, (nothing, common) in parts.items():
        kept = joint / (nothing + common)
        weights[name] = np.concatenate([[(kept * nothing).sum()], (kept * common).sum(axis=0)])
    return weights


def _stock(months: Months, rate: float) -> Array:
    """Cost of the month and what works on of the months before; before the first one the budget was as in its mean."""
    kept = np.empty(len(months.cost))
    stock, before = float(months.cost.mean()) / (1 - rate), months.place[0] - 1
    for row, (place, spent) in enumerate(zip(months.place, months.cost, strict=True)):
        stock = spent + rate ** (place - before) * stock
        kept[row], before = stock, place
    return kept


def _regress(months: Months, rate: float) -> _Fit | None:
    """The fit of one channel; None where there are too few months, or the columns do not tell cost from the rest."""
    n = len(months.cost)
    if n <= LEAST_FREE:
        return None
    logs = np.log(_stock(months, rate))
    trend = months.place - months.place.mean()
    columns = [np.ones(n), logs, months.season, trend / np.ptp(trend)]
    kept = [column for place, column in enumerate(columns) if place < 2 or np.ptp(column) > _LEAST_COLUMN]
    design, joins = np.column_stack(kept), months.joins
    free = n - design.shape[1]
    if free < LEAST_FREE or not joins.any() or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(joins.mean())
    for _ in range(_STEPS):
        mean = np.exp(np.clip(design @ beta, -30, 30))
        information = design.T @ (design * mean[:, None])
        step = np.linalg.lstsq(information, design.T @ (joins - mean), rcond=None)[0]
        beta = beta + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    mean = np.exp(np.clip(design @ beta, -30, 30))
    dispersion = max(float(((joins - mean) ** 2 / mean).sum()) / free, 1.0)
    covariance = np.linalg.pinv(design.T @ (design * mean[:, None])) * dispersion
    with np.errstate(all="ignore"):
        surplus = np.where(joins > 0, joins * np.log(joins / mean), 0.0) - (joins - mean)
    return _Fit(float(beta[1]), float(np.sqrt(covariance[1, 1])), free, 2 * float(surplus.sum()), dispersion)


def season(orders: Sequence[float], members: Sequence[float]) -> Array:
    """The season's logarithm by month: the house's order days without first ones, per member who could have had one.

    First orders are the joins themselves.  A parabola through the logarithms is taken off: what a house does better or
    worse over the years is no season.  It is fitted beside two waves of the year, so that it takes nothing of them.
    """
    rate = (np.asarray(orders, float) + 0.5) / (np.asarray(members, float) + 0.5)
    logs, months = np.log(rate), np.arange(len(orders), dtype=float)
    if len(logs) < _LEAST_FREE_MONTHS:
        return np.zeros(len(logs))
    at, two_years = np.linspace(-1, 1, len(logs)), len(logs) >= _LEAST_SEASON
    curve = np.vander(at, 3 if two_years else 2)
    waves = [turn(months * cycles * np.pi / 6) for cycles in (1, 2) for turn in (np.sin, np.cos)] if two_years else []
    weight = np.sqrt(np.asarray(orders, float) + 0.5)
    design = np.column_stack([curve, *waves])
    found = np.linalg.lstsq(design * weight[:, None], logs * weight, rcond=None)[0]
    return np.asarray(logs - curve @ found[: curve.shape[1]], float)
