"""Ratios of many units to what was expected, each drawn towards the others by as much as its data call for.

The logarithms of the units' ratios are normal around that of all units; what the data say of a unit is its likelihood,
whatever counts it comes from (Clayton & Kaldor 1987, *Biometrics* 43:671, with their log-normal ratios).  How far units
differ is itself uncertain: everything is averaged over a grid of it (Morris 1983, *JASA* 78:47).  Nothing is drawn at
random, so the same counts give the same digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from scipy.interpolate import CubicSpline
from scipy.special import ndtr

from privtraffic.analyses.statistics.dispersion import Array
from privtraffic.analyses.statistics.habits import Places, alike, fit_habits

Flags = np.ndarray[Any, np.dtype[np.bool_]]

NODES = np.linspace(-4, 4, 65)
"""Logarithms of the ratio at which a likelihood is asked for; between them it is a cubic spline."""

EDGES = 4 * np.sinh(np.linspace(-5, 5, 402)) / np.sinh(5)
"""Ends of the cells of the logarithm of the ratio, the closest where units do not differ."""

MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2

RATIOS = np.exp(MIDDLES)

SPREADS = np.linspace(0.0125, 1.4875, 60)
"""Standard deviations of the units' log ratios over which is averaged."""

USUAL = 0.5
"""Before anything is seen the spread is half-normal with this scale: few units of one house differ by a factor of e."""

ROUNDS = 2
"""In which members' habits and the units' ratios are told apart: more change next to nothing."""

UNLIKELY = 1e-5
"""A spread that is so much less likely than the likeliest adds nothing."""


@dataclass(frozen=True)
class Posterior:
    """What is known of every unit's ratio: how probable each cell of `EDGES` is, one row per unit."""

    mass: Array

    @cached_property
    def _so_far(self) -> Array:
        return np.cumsum(self.mass, axis=1)

    @property
    def mean(self) -> Array:
        """The ratio to be expected of each unit."""
        found: Array = self.mass @ RATIOS
        return found

    @property
    def between(self) -> float:
        """The standard deviation of the units' true ratios."""
        return float(np.sqrt(max(0.0, (self.mass @ RATIOS**2).mean() - self.mean.mean() ** 2)))

    def above(self, ratio: float) -> Array:
        """The probability that each unit's ratio is above a value."""
        parts = np.clip((EDGES[1:] - np.log(ratio)) / np.diff(EDGES), 0, 1)
        found: Array = self.mass @ parts
        return found

    def quantile(self, probability: float) -> Array:
        """The value that each unit's ratio lies below with this probability."""
        cell = np.minimum((self._so_far < probability).sum(axis=1), len(MIDDLES) - 1)[:, None]
        mass, so_far = (np.take_along_axis(table, cell, axis=1)[:, 0] for table in (self.mass, self._so_far))
        before = (so_far - probability) / np.maximum(mass, 1e-300)
        found: Array = np.exp(EDGES[cell[:, 0] + 1] - np.clip(before, 0, 1) * np.diff(EDGES)[cell[:, 0]])
        return found

    def of(self, units: Flags) -> Posterior:
        """The posterior of these units alone."""
        return Posterior(self.mass[units])

    def ranks(self, level: float = 0.95) -> tuple[Array, Array, Array]:
        """The rank to be expected of each unit, 1 for the highest ratio, and the ends of its interval.

        Given its own ratio, how many units stand above a unit is a sum of independent chances, close to normal; that is
        averaged over the unit's distribution.
        """
        over = 1 - (self._so_far - self.mass / 2)
        ahead, spread = over.sum(axis=0) - over, (over * (1 - over)).sum(axis=0) - over * (1 - over)
        rank = 1 + (ahead * self.mass).sum(axis=1)
        deviation = np.sqrt(np.maximum(spread, 1e-12))
        tail = (1 - level) / 2
        ends = [_whole_quantile(ahead + 1, deviation, self.mass, share) for share in (tail, 1 - tail)]
        return rank, ends[0], ends[1]


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


def compare_units(log_likelihood: Array, fitted: Flags) -> Posterior:
    """What is known of the ratio of each unit.

    Parameters
    ----------
    log_likelihood
        Of the data of each unit (rows) where the logarithm of its ratio is each of `NODES` (columns).
    fitted
        Which units say how far units differ, and around what.
    """
    smooth = CubicSpline(NODES, log_likelihood, axis=1)(MIDDLES)
    likelihood = np.exp(smooth - smooth.max(axis=1, keepdims=True))
    used = likelihood[fitted]
    priors, weights, centre = [], [], 0.0
    for spread in SPREADS:
        centre = _centre(used, centre, spread)
        priors.append(_normal(centre, spread))
        weights.append(float(np.log(np.maximum(used @ priors[-1], 1e-300)).sum()) - (spread / USUAL) ** 2 / 2)
    weight = np.exp(np.array(weights) - max(weights))
    mass = np.zeros_like(likelihood)
    for share, prior in zip(weight / weight.sum(), priors, strict=True):
        if share > UNLIKELY:
            after = likelihood * prior
            mass += share * after / np.maximum(after.sum(axis=1, keepdims=True), 1e-300)
    return Posterior(mass / mass.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class MemberCounts:
    """Members of units, so many (`members`) a row who are alike.

    Attributes
    ----------
    unit
        Whose members they are, as a place.
    observed
        What was observed of each.
    about, expected
        What was expected of each as a class, a whole number; and exactly, of all of the row together.
    """

    unit: Places
    about: Array
    observed: Array
    expected: Array
    members: Array


def likelihood_of_units(counted: MemberCounts, fitted: Flags) -> Array:
    """The log likelihood of each unit's members (rows) at each of `NODES` (columns).

    What is members' own and what is the unit's is told apart in rounds: habits as if no unit differed, then with what
    was expected times the unit's ratio.  The mean of the ratios of the `fitted` units, by what was expected, is 1.
    """
    unit, observed, expected, members = counted.unit, counted.observed, counted.expected, counted.members
    kind, (seen, typical, _) = alike(counted.about, observed, expected, members)
    counts = sparse.csr_array((members, (unit, kind)), shape=(len(fitted), len(seen)))
    whole = np.bincount(unit, expected, len(fitted)) * fitted
    ratio = np.ones(len(fitted))
    for _ in range(ROUNDS):
        scaled = expected * ratio[unit]
        habits = fit_habits(*alike(np.round(np.log(scaled / members) * 25), observed, scaled, members)[1])
        ratio = compare_units(counts @ habits.log_likelihood(seen, typical, NODES), fitted).mean
    house = float(np.log((whole @ ratio) / whole.sum())) if whole.sum() else 0.0
    found: Array = counts @ habits.log_likelihood(seen, typical, NODES + house)
    return found


def _normal(centre: float, spread: float) -> Array:
    """The probability of each cell."""
    found: Array = np.diff(ndtr((EDGES - centre) / spread))
    return found


def _centre(likelihood: Array, start: float, spread: float) -> float:
    """The likeliest mean of the units' log ratios for this spread, by Newton's method."""
    centre = start
    for _ in range(50 if len(likelihood) else 0):
        prior = _normal(centre, spread)
        moments = likelihood @ np.stack([prior, prior * MIDDLES, prior * MIDDLES**2], axis=1)
        mean, square = (moments[:, at] / np.maximum(moments[:, 0], 1e-300) for at in (1, 2))
        # How much of each unit is told by its own data: 1 less the part of the prior's variance that is left.
        told = float(np.clip(1 - (square - mean**2) / spread**2, 0, 1).mean())
        step = float((mean - centre).mean()) / max(told, 0.01)
        centre = float(np.clip(centre + np.clip(step, -0.2, 0.2), -2, 2))
        if abs(step) < 1e-6:
            break
    return centre
