"""By how much do joins grow when a channel's budget does?  A regression over months that knows the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from scipy.stats import t as student

Array = NDArray[np.float64]

LEVEL = 0.8
WIDEST = 0.25
"""Half of an interval that is wider tells nothing: the budgets hardly varied."""

LEAST_FREE = 4
"""Months beyond the parameters of a fit."""

_MATTERS = 0.01
"""A carry-over is looked for where last month's cost explains joins so well by chance at most so often."""

_RATES = np.arange(0.0, 0.81, 0.05)
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
        The share of a month's cost that works on in the next, one rate for all channels; 0 where it does not matter.
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
    0.8 is found as 0.88 (docs/clv.md).  Where last month's cost matters in the channels together, cost is replaced by
    a stock that keeps one geometric share from month to month, the same in all channels; what is not known of that
    share is in the interval.  An association: other causes may lie behind both.
    """
    rates, weights = _carry_over(channels)
    found = {}
    for name, months in channels.items():
        fits = [_regress(months, rate) for rate in rates]
        known = [(fit, weight) for fit, weight in zip(fits, weights, strict=True) if fit is not None]
        if not known:
            found[name] = Elasticity(len(months.cost), reason="few_months")
            continue
        whole = sum(weight for _, weight in known)
        value = sum(fit.value * weight for fit, weight in known) / whole
        spread = sum(weight * (fit.error**2 + (fit.value - value) ** 2) for fit, weight in known) / whole
        half = float(student.ppf((1 + LEVEL) / 2, known[0][0].free) * np.sqrt(spread))
        told = Elasticity(len(months.cost), value, value - half, value + half, float(rates @ weights))
        if not half <= WIDEST:
            told = replace(told, value=None, low=None, high=None, reason="hardly_varied")
        found[name] = told
    return found


def _carry_over(channels: Mapping[str, Months]) -> tuple[Array, Array]:
    """(rates, how likely each is); only the rate 0 where last month's cost does not matter."""
    none = np.zeros(1), np.ones(1)
    gain, lagged = 0.0, 0
    for months in channels.values():
        if (np.diff(months.place) != 1).any():
            continue
        plain, with_last = _regress(months, 0.0, skip=1), _regress(months, 0.0, skip=1, last=True)
        if plain is None or with_last is None:
            continue
        gain += max(plain.deviance - with_last.deviance, 0.0) / with_last.dispersion
        lagged += 1
    if not lagged or chi2.sf(gain, lagged) > _MATTERS:
        return none
    profile = np.zeros(len(_RATES))
    for months in channels.values():
        fits = [_regress(months, rate) for rate in _RATES]
        if any(fit is None for fit in fits):
            continue
        known = [fit for fit in fits if fit is not None]
        scale = min(known, key=lambda fit: fit.deviance).dispersion
        profile -= np.array([fit.deviance for fit in known]) / scale / 2
    weights = np.exp(profile - profile.max())
    return _RATES, weights / weights.sum()


def _stock(months: Months, rate: float) -> Array:
    """Cost of the month and what works on of the months before; before the first one the budget was as in its mean."""
    kept = np.empty(len(months.cost))
    stock, before = float(months.cost.mean()) / (1 - rate), months.place[0] - 1
    for row, (place, spent) in enumerate(zip(months.place, months.cost, strict=True)):
        stock = spent + rate ** (place - before) * stock
        kept[row], before = stock, place
    return kept


def _regress(months: Months, rate: float, *, skip: int = 0, last: bool = False) -> _Fit | None:
    """The fit of one channel; None where there are too few months, or the columns do not tell cost from the rest."""
    n = len(months.cost) - skip
    if n <= LEAST_FREE:
        return None
    logs = np.log(_stock(months, rate))
    trend = months.place[skip:] - months.place[skip:].mean()
    columns = [np.ones(n), logs[skip:], months.season[skip:], trend / np.ptp(trend)]
    if last:
        columns.append(logs[:-1])
    kept = [column for place, column in enumerate(columns) if place < 2 or np.ptp(column) > _LEAST_COLUMN]
    design, joins = np.column_stack(kept), months.joins[skip:]
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
