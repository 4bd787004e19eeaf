"""Ratios and rates of many units, each drawn towards the others by as much as its size calls for.

A unit's ratio of observed to expected counts is gamma distributed around that of all units, its counts are Poisson
around it (Clayton & Kaldor 1987).  How far units differ is itself uncertain: everything is averaged over a grid of it.
Nothing is drawn at random, so the same counts give the same digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import betaln, expit, gammainc, gammaincc, gammaincinv, gammaln, logit, ndtr

Array = np.ndarray[Any, np.dtype[np.float64]]

Flags = np.ndarray[Any, np.dtype[np.bool_]]

SPREADS = np.linspace(0.0125, 1.4875, 60)
"""Standard deviations of the units' ratios, as a share of their mean, over which is averaged: each as likely as another
before anything is seen."""

UNLIKELY = 1e-5
"""A spread that is so much less likely than the likeliest adds nothing."""

NODES = 240
"""Points at which the distributions of all units are held against each other."""


@dataclass(frozen=True)
class Posterior:
    """What is known of every unit's ratio: for each spread of the grid a gamma distribution.

    Attributes
    ----------
    shape, rate
        One row a unit, one column a spread.
    weight
        Of each spread.
    spread
        Their values.
    """

    shape: Array
    rate: Array
    weight: Array
    spread: Array

    @cached_property
    def mean(self) -> Array:
        """The ratio to be expected of each unit."""
        return _over(self.shape / self.rate, self.weight)

    @cached_property
    def between(self) -> float:
        """The standard deviation of the units' true ratios."""
        return float(self.spread @ self.weight)

    def below(self, ratio: Array | float) -> Array:
        """The probability that each unit's ratio is below its own value."""
        value = np.broadcast_to(np.asarray(ratio, dtype=float), (len(self.shape),))
        return _over(gammainc(self.shape, self.rate * value[:, None]), self.weight)

    def above(self, ratio: float) -> Array:
        """The probability that each unit's ratio is above a value."""
        return _over(gammaincc(self.shape, self.rate * ratio), self.weight)

    def quantile(self, probability: float) -> Array:
        """The value that each unit's ratio lies below with this probability."""
        ends = gammaincinv(self.shape, probability) / self.rate
        low, high = ends.min(axis=1), ends.max(axis=1)
        for _ in range(18):
            at = (low + high) / 2
            under = self.below(at) < probability
            low, high = np.where(under, at, low), np.where(under, high, at)
        middle: Array = (low + high) / 2
        return middle

    def ranks(self, level: float = 0.95) -> tuple[Array, Array, Array]:
        """The rank to be expected of each unit, 1 for the highest ratio, and the ends of its interval.

        Given its own ratio, how many units stand above a unit is a sum of independent chances, close to normal; that is
        averaged over the unit's distribution.
        """
        if not len(self.shape):
            return np.zeros(0), np.zeros(0), np.zeros(0)
        under = np.stack([self._close_to_below(node) for node in self._nodes()], axis=1)
        mass = np.diff(under, axis=1, prepend=0.0, append=1.0)
        # Between two nodes: the mean of what is known at both.
        middle = (np.pad(under, ((0, 0), (1, 0))) + np.pad(under, ((0, 0), (0, 1)), constant_values=1.0)) / 2
        over = 1 - middle
        ahead, spread = over.sum(axis=0) - over, (over * middle).sum(axis=0) - over * middle
        rank = 1 + (ahead * mass).sum(axis=1)
        deviation = np.sqrt(np.maximum(spread, 1e-12))
        tail = (1 - level) / 2
        ends = [_whole_quantile(ahead + 1, deviation, mass, share) for share in (tail, 1 - tail)]
        return rank, ends[0], ends[1]

    def _close_to_below(self, ratio: float) -> Array:
        """`below`, by the cube root of a gamma variable, which is close to normal (Wilson & Hilferty 1931)."""
        away = np.cbrt(ratio * self.rate / self.shape) - 1 + 1 / (9 * self.shape)
        return _over(ndtr(away * 3 * np.sqrt(self.shape)), self.weight)

    def _nodes(self) -> Array:
        """Ratios at which the units differ: quantiles of all units' distributions together."""
        shape, rate = self.shape @ self.weight, self.rate @ self.weight
        shares = (np.arange(61) + 0.5) / 61
        pooled = np.sort((gammaincinv(shape[:, None], shares) / rate[:, None]).ravel())
        found: Array = np.unique(pooled[np.linspace(0, len(pooled) - 1, min(NODES, len(pooled))).astype(int)])
        return found


def _over(values: Array, weight: Array) -> Array:
    """The mean over the spreads."""
    found: Array = values @ weight
    return found


def _whole_quantile(centre: Array, deviation: Array, mass: Array, probability: float) -> Array:
    """The least whole rank that is not passed with this probability, of each unit."""
    units = len(centre)
    low, high = np.zeros(units, dtype=int), np.full(units, units)
    while (high - low > 1).any():
        middle = (low + high) // 2
        reached = (ndtr((middle[:, None] + 0.5 - centre) / deviation) * mass).sum(axis=1) >= probability
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    found: Array = np.maximum(high, 1).astype(float)
    return found


def gamma_poisson(observed: Array, expected: Array, fitted: Flags | None = None) -> Posterior:
    """What is known of the ratio of each unit's counts to what was expected.

    Parameters
    ----------
    observed, expected
        Counts of each unit; both divided by the dispersion where they come in clusters.  Expected may be 0.
    fitted
        Which units say how far units differ, True or False; None for all with an expected count.
    """
    used = expected > 0 if fitted is None else fitted & (expected > 0)
    o, e = observed[used], expected[used]
    shapes = 1 / SPREADS**2
    means = np.array([_mean(o, e, shape) for shape in shapes])
    likelihood = np.array([_likelihood(o, e, *pair) for pair in zip(shapes, means, strict=True)])
    weight = np.exp(likelihood - likelihood.max())
    kept = weight > UNLIKELY
    shapes, means, weight = shapes[kept], means[kept], weight[kept] / weight[kept].sum()
    return Posterior(
        shapes[None] + observed[:, None], shapes[None] / means[None] + expected[:, None], weight, SPREADS[kept]
    )


def _mean(observed: Array, expected: Array, shape: float) -> float:
    """The mean ratio of the units that is likeliest for this spread."""
    if not observed.sum() > 0:
        return 1.0
    at = float(observed.sum() / expected.sum())
    for _ in range(50):
        weight = shape / (shape + at * expected)
        step = float((observed * weight).sum() / (expected * weight).sum())
        if abs(step - at) < 1e-12 * at:
            break
        at = step
    return at


def _likelihood(observed: Array, expected: Array, shape: float, mean: float) -> float:
    """The logarithm of the negative binomial likelihood, up to what no parameter changes."""
    rate = shape / mean
    terms = gammaln(shape + observed) - gammaln(shape) + shape * np.log(rate)
    return float((terms - (shape + observed) * np.log(rate + expected)).sum())


def beta_binomial(hits: Sequence[int], trials: Sequence[int]) -> list[float]:
    """Rates drawn towards their mean by as much as their size calls for: (hits + k p) ÷ (trials + k).

    p and k by maximum likelihood of the beta-binomial.  When the groups differ no more than chance lets them, all get
    the pooled rate.
    """
    order = np.lexsort((trials, hits))
    x, n = np.asarray(hits, dtype=float)[order], np.asarray(trials, dtype=float)[order]
    pooled = float(x.sum() / n.sum())
    if len(x) < 2 or not 0 < pooled < 1:
        return [pooled] * len(x)
    strength, mean = _likeliest(x, n, pooled)
    back = np.empty(len(x))
    back[order] = (x + strength * mean) / (n + strength) if np.isfinite(strength) else pooled
    return [float(value) for value in back]


def _likeliest(x: Array, n: Array, pooled: float) -> tuple[float, float]:
    """Strength and mean of the likeliest beta distribution; an infinite strength where the rates do not differ."""

    def at(log_strength: float) -> tuple[float, float]:
        strength = float(np.exp(log_strength))

        def short(place: float) -> float:
            mean = float(expit(place))
            a, b = strength * mean, strength * (1 - mean)
            return -float((betaln(a + x, b + n - x) - betaln(a, b)).sum())

        centre = float(logit(pooled))
        found = minimize_scalar(short, bounds=(centre - 3, centre + 3), method="bounded", options={"xatol": 1e-7})
        return float(found.fun), float(expit(found.x))

    binomial = -float((x * np.log(pooled) + (n - x) * np.log1p(-pooled)).sum())
    best = minimize_scalar(lambda s: at(s)[0], bounds=(-3.0, 14.0), method="bounded", options={"xatol": 1e-6})
    if best.fun > binomial - 1e-6:
        return float("inf"), pooled
    return float(np.exp(best.x)), at(best.x)[1]
