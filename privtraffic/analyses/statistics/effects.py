"""What contacting changed: a difference of means, narrowed by what members did before, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import exp, log, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from privtraffic.analyses.statistics.intervals import difference_of_shares, two_sided

LEVEL = 0.95
LEAST_ADJUSTED = 50
"""Members a group must have before its means are adjusted."""
RARE = 10
"""Fewer buyers (or non-buyers) than this in a group: their share gets score intervals and an exact test."""

FEW = 100
"""Fewer buyers than this in a much smaller group: its own variance is too uncertain to be used alone."""

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Moments:
    """The moments of one group of members: count, means of the variables, centred sums of their products."""

    n: int
    mean: Array
    products: Array

    @classmethod
    def exact(cls, n: int, sums: Sequence[Any], products: Sequence[Sequence[Any]]) -> Moments:
        """From exact sums of values and of their products (integers or decimals), so that nothing cancels."""
        size = len(sums)
        totals = [Fraction(value) for value in sums]
        centred = np.zeros((size, size))
        for i in range(size):
            for j in range(i, size):
                centred[i, j] = centred[j, i] = float(Fraction(products[i][j]) - totals[i] * totals[j] / max(n, 1))
        return cls(n, np.array([float(total / max(n, 1)) for total in totals]), centred)

    @classmethod
    def of(cls, values: Array) -> Moments:
        """From an array with one row per member."""
        mean = values.mean(axis=0)
        away = values - mean
        return cls(len(values), mean, away.T @ away)

    def __add__(self, other: Moments) -> Moments:
        n = self.n + other.n
        if not n:
            return self
        mean = (self.mean * self.n + other.mean * other.n) / n
        gap = np.outer(self.mean - other.mean, self.mean - other.mean)
        return Moments(n, mean, self.products + other.products + gap * (self.n * other.n / n))

    def variance(self, place: int) -> float:
        return float(self.products[place, place]) / (self.n - 1) if self.n > 1 else float("nan")


@dataclass(frozen=True)
class Effect:
    """A difference of two groups in one outcome; None where the data cannot tell.

    `contact` and `control` are the plain means.  `difference` is adjusted where that is possible, `unadjusted` never.
    `spread` is the variance of one member's outcome that is left, of either group.
    """

    contact: float | None
    control: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    unadjusted: float | None = None
    unadjusted_low: float | None = None
    unadjusted_high: float | None = None
    spread: tuple[float, float] | None = None

    def times(self, factor: float) -> Effect:
        """The same effect in another unit: its test and its ratio stay."""
        money = ("contact", "control", "difference", "low", "high", "unadjusted", "unadjusted_low", "unadjusted_high")
        scaled = {name: None if (value := getattr(self, name)) is None else value * factor for name in money}
        spread = self.spread and (self.spread[0] * factor**2, self.spread[1] * factor**2)
        return replace(self, **scaled, spread=spread)

    @property
    def significant(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class _Mean:
    """A group's mean at the covariates of both groups together, what is uncertain about it, and its slopes."""

    value: float
    noise: float
    df: float
    slopes: Array


def compare(
    contact: Moments, control: Moments, outcome: int, covariates: Sequence[int] = (), *, few: bool = False
) -> Effect:
    """Means of two randomised groups: difference and ratio with 95 % intervals and a two-sided p-value.

    Each group's mean is predicted, by a regression within that group, at the mean covariates of both groups together
    (Lin 2013, interacted regression; with one covariate and equal slopes this is CUPED, Deng et al. 2013).  The
    covariates are known before the contact, so that the adjustment cannot bias, and the slopes of the groups differ,
    so that in large samples it cannot widen the interval either.  Variances of the groups are not assumed to be equal
    (Welch).  The ratio's interval is that of its logarithm (delta method).

    Parameters
    ----------
    few
        One group is much smaller and has few buyers (`has_few`).  Spending is skewed: such a group has a low variance
        just when its mean is low, and intervals from it are too narrow.  Then its variance is that of both groups
        together, and more where the smaller group is the contacted one and spends more.
    """
    if not contact.n or not control.n:
        one, other = (float(group.mean[outcome]) if group.n else None for group in (contact, control))
        return Effect(one, other)
    plain = _difference(contact, control, outcome, (), few)
    if min(contact.n, control.n) < LEAST_ADJUSTED or not len(covariates):
        return plain
    found = _difference(contact, control, outcome, tuple(covariates), few)
    return replace(found, unadjusted=plain.difference, unadjusted_low=plain.low, unadjusted_high=plain.high)


def has_few(contact: Moments, control: Moments, buyers: int) -> bool:
    """Whether one group is less than half as large as the other and has fewer than `FEW` buyers.

    Parameters
    ----------
    buyers
        The variable that is 1 for members who bought.
    """
    small, large = sorted((contact, control), key=lambda group: group.n)
    return small.n * 2 < large.n and small.n * float(small.mean[buyers]) < FEW


def _difference(contact: Moments, control: Moments, outcome: int, covariates: tuple[int, ...], few: bool) -> Effect:
    places = list(covariates)
    together = contact + control
    centre = together.mean[places]
    one, other = _mean(contact, outcome, places, centre), _mean(control, outcome, places, centre)
    difference = one.value - other.value
    if few:
        one, other = _steadied(one, other, contact.n, control.n)
    means = float(contact.mean[outcome]), float(control.mean[outcome])
    among = together.products[np.ix_(places, places)] / max(together.n - 1, 1) / together.n
    gap = one.slopes - other.slopes
    drift = float(gap @ among @ gap)
    variance = one.noise + other.noise + drift
    if not variance > 0:
        return Effect(*means, difference=difference, unadjusted=difference)
    df = variance**2 / (one.noise**2 / one.df + other.noise**2 / other.df + drift**2 / together.n)
    reach = float(stdtrit(df, 0.5 + LEVEL / 2)) * sqrt(variance)
    own = float(one.slopes @ among @ one.slopes), float(other.slopes @ among @ other.slopes)
    shared = float(one.slopes @ among @ other.slopes)
    ratios = _ratio(one, other, own, shared, df)
    return Effect(
        *means,
        difference,
        difference - reach,
        difference + reach,
        two_sided(difference, sqrt(variance), df),
        *ratios,
        unadjusted=difference,
        unadjusted_low=difference - reach,
        unadjusted_high=difference + reach,
        spread=(one.noise * contact.n, other.noise * control.n),
    )


def _steadied(one: _Mean, other: _Mean, n_one: int, n_other: int) -> tuple[_Mean, _Mean]:
    """The smaller group with the variance of both together."""
    df = one.df + other.df
    pooled = (one.noise * n_one * one.df + other.noise * n_other * other.df) / df
    if n_other < n_one:
        return one, replace(other, noise=pooled / n_other, df=df)
    more = max(1.0, one.value / other.value) if other.value > 0 else 1.0
    return replace(one, noise=more * pooled / n_one, df=df), other


def _mean(group: Moments, outcome: int, places: list[int], centre: Array) -> _Mean:
    if group.n < 2:
        return _Mean(float(group.mean[outcome]), 0.0, 1.0, np.zeros(len(places)))
    total = float(group.products[outcome, outcome])
    slopes, rank = np.zeros(len(places)), 0
    if places:
        slopes, rank = slopes_of(group.products[np.ix_(places, places)], group.products[places, outcome])
        total -= float(slopes @ group.products[places, outcome])
    df = max(group.n - 1 - rank, 1)
    noise = max(total, 0.0) / df / group.n
    away = centre - group.mean[places]
    return _Mean(float(group.mean[outcome] + slopes @ away), noise, df, slopes)


def slopes_of(products: Array, with_outcome: Array) -> tuple[Array, int]:
    """Least squares on what varies: directions without variation get no slope."""
    scale = np.sqrt(np.maximum(np.diag(products), 0.0))
    varies = scale > 0
    slopes = np.zeros(len(scale))
    if not varies.any():
        return slopes, 0
    scale = scale[varies]
    values, vectors = np.linalg.eigh(products[np.ix_(varies, varies)] / np.outer(scale, scale))
    kept = values > 1e-9 * values.max()
    along = vectors[:, kept]
    slopes[varies] = along @ ((along.T @ (with_outcome[varies] / scale)) / values[kept]) / scale
    return slopes, int(kept.sum())


def _ratio(
    one: _Mean, other: _Mean, own: tuple[float, float], shared: float, df: float
) -> tuple[float | None, float | None, float | None]:
    if one.value <= 0 or other.value <= 0:
        return None, None, None
    ratio = one.value / other.value
    first, second = (one.noise + own[0]) / one.value**2, (other.noise + own[1]) / other.value**2
    if max(first, second) > 0.25:
        # A mean that is not twice its own error away from nothing has no ratio worth telling.
        return ratio, None, None
    variance = max(first + second - 2 * shared / (one.value * other.value), 0.0)
    reach = float(stdtrit(df, 0.5 + LEVEL / 2)) * sqrt(variance)
    return ratio, exp(log(ratio) - reach), exp(log(ratio) + reach)


def compare_shares(
    contact: Moments, control: Moments, outcome: int, covariates: Sequence[int] = (), *, few: bool = False
) -> Effect:
    """The same for a share of members; where few of a group did it, score intervals and Fisher's exact test.

    The interval of a difference of rare shares is Newcombe's (1998, method 10).
    """
    found = compare(contact, control, outcome, covariates, few=few)
    hits = [round(group.n * float(group.mean[outcome])) for group in (contact, control)]
    sizes = contact.n, control.n
    if not all(sizes) or min(*hits, sizes[0] - hits[0], sizes[1] - hits[1]) >= RARE:
        return found
    from scipy.stats import fisher_exact  # noqa: PLC0415

    share1, share0 = (hit / size for hit, size in zip(hits, sizes, strict=True))
    difference, low, high = difference_of_shares(hits[0], sizes[0], hits[1], sizes[1])
    table = [[hits[0], sizes[0] - hits[0]], [hits[1], sizes[1] - hits[1]]]
    return Effect(
        share1,
        share0,
        difference,
        low,
        high,
        float(fisher_exact(table).pvalue),
        share1 / share0 if share0 and share1 else None,
        unadjusted=difference,
        unadjusted_low=low,
        unadjusted_high=high,
        spread=(share1 * (1 - share1), share0 * (1 - share0)),
    )


def members_needed(spread: tuple[float, float], effect: float, control_share: float, power: float = 0.8) -> int | None:
    """Members, both groups together, for a 95 % test to see an effect in `power` of all cases.

    Parameters
    ----------
    spread
        Variance of one member's outcome, contacted and held out.
    effect
        The true difference of means to be seen.
    control_share
        Share of the members that is held out.
    """
    if not effect or not 0 < control_share < 1:
        return None
    factor = (float(ndtri(0.5 + LEVEL / 2)) + float(ndtri(power))) ** 2
    needed = factor * (spread[0] / (1 - control_share) + spread[1] / control_share) / effect**2
    return int(np.ceil(needed)) if np.isfinite(needed) else None
