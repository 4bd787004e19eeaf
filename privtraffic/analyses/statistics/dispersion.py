"""How unequally events fall on persons: the negative binomial distribution of counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

Array = np.ndarray[Any, np.dtype[np.float64]]

EQUAL = 1e6
"""A shape from which on the counts are those of Poisson: all persons alike."""


@dataclass(frozen=True)
class Dispersion:
    """A negative binomial of mean `mean` and shape `shape`; the smaller the shape, the fewer make the events."""

    mean: float
    shape: float

    def bring(self, share: float = 0.8) -> float:
        """The share of persons who bring such a share of all events (Endo et al. 2020, appendix).

        Persons are put in the order of their events, and those on the edge are cut as a fraction.
        """
        if self.mean <= 0:
            return 0.0
        most = int(self.mean + 60 * np.sqrt(self.mean * (1 + self.mean / self.shape)) + 60)
        number = np.arange(most + 1.0)
        chance = np.exp(log_chance(number, self.mean, self.shape))
        below = np.cumsum(number * chance) / self.mean
        edge = int(np.searchsorted(below, 1 - share))
        before = below[edge - 1] if edge else 0.0
        part = (1 - share - before) / (edge * chance[edge] / self.mean) if edge else 0.0
        return float(1 - (np.sum(chance[:edge]) + part * chance[edge]))


def fit_dispersion(histogram: Mapping[int, int]) -> Dispersion | None:
    """The likeliest negative binomial of counts: how many persons had 0, 1, 2, … events; None without any event."""
    number = np.array(sorted(histogram), dtype=float)
    persons = np.array([histogram[int(value)] for value in number], dtype=float)
    mean = float(number @ persons / persons.sum()) if persons.sum() else 0.0
    if mean <= 0:
        return None

    def worth(log_shape: float) -> float:
        return -float(persons @ log_chance(number, mean, float(np.exp(log_shape))))

    found = minimize_scalar(worth, bounds=(np.log(1e-4), np.log(EQUAL)), method="bounded")
    return Dispersion(mean, float(np.exp(found.x)))


def shares_of(histogram: Mapping[int, int], share: float = 0.8) -> float | None:
    """The smallest share of persons who had such a share of the events that were counted; None without any."""
    persons, events = sum(histogram.values()), sum(number * count for number, count in histogram.items())
    if not events:
        return None
    wanted, taken = share * events, 0.0
    for number in sorted(histogram, reverse=True):
        had = number * histogram[number]
        if had >= wanted:
            return (taken + wanted / number) / persons
        wanted, taken = wanted - had, taken + histogram[number]
    return None


def log_chance(number: Array, mean: Array | float, shape: Array | float) -> Array:
    """The logarithm of the probability of each number where the mean is above 0."""
    return np.asarray(
        gammaln(number + shape) - gammaln(shape) - gammaln(number + 1)
        - shape * np.log1p(mean / shape) + number * np.log(mean / (mean + shape))
    )  # fmt: skip
