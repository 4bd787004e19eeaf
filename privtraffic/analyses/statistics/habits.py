"""How unequally members buy: the distribution of their own factors on the counts that were to be expected of them.

A few households order a hundred times, many members never come back.  A sum over members is at the mercy of the few:
one such household makes a guide of thirty members look twice as good.  Once the distribution of the factors is known,
each member says about their guide as much as a member of such habits can, and the household hardly anything.

The distribution is a mixture of gamma distributions at fixed places, a step of 2 apart, with weights by maximum
likelihood (EM), close to the nonparametric one (Laird 1978, *JASA* 73:805) but smooth: a factor that nobody else has is
no certainty.  Counts of such members are a mixture of negative binomials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privtraffic.analyses.statistics.dispersion import Array, log_chance

Places = np.ndarray[Any, np.dtype[np.intp]]

FACTORS = np.append(np.exp2(np.arange(-7.0, 8.0)), 1.0)
"""Means of the gamma distributions, from members who are as good as gone to households that order 128 times as much."""

SHAPES = np.append(np.full(15, 2.0), 1e4)
"""Of the same; the last one is of members who are all alike."""

ROUNDS = 300
"""Of the EM: from there on the weights go on to move, the likelihood does not."""


@dataclass(frozen=True)
class Habits:
    """The share of members of each gamma distribution of `FACTORS`."""

    weight: Array

    def log_likelihood(self, observed: Array, expected: Array, logs: Array) -> Array:
        """The log likelihood of each member's count (rows), with all expected counts times e^`logs` (columns)."""
        columns = [_chances(observed, expected * np.exp(log)) @ self.weight for log in logs]
        found: Array = np.log(np.maximum(np.stack(columns, axis=1), 1e-300))
        return found


def fit_habits(observed: Array, expected: Array, members: Array) -> Habits:
    """The likeliest distribution of the members' own factors.

    Parameters
    ----------
    observed, expected, members
        Count, expected count of a member (above 0), and how many members had these.
    """
    chances = _chances(observed, expected)
    weight = np.full(len(FACTORS), 1 / len(FACTORS))
    for _ in range(ROUNDS if len(observed) else 0):
        weight = weight * (members / (chances @ weight) @ chances) / members.sum()
    return Habits(weight)


def alike(about: Array, observed: Array, expected: Array, members: Array) -> tuple[Places, tuple[Array, Array, Array]]:
    """Members with one count, of whom about the same was expected (one whole number), as one kind.

    Returns
    -------
    Each row's kind; of each kind its count, what was expected of a member on average, and how many members it has.
    """
    key = (about - about.min(initial=0)) * (observed.max(initial=0) + 1) + observed
    _, first, kind = np.unique(key, return_index=True, return_inverse=True)
    many = np.bincount(kind, members).astype(float)
    return kind, (observed[first], np.bincount(kind, expected) / many, many)


def _chances(observed: Array, expected: Array) -> Array:
    """The probability of each count (rows) with the factors of each gamma distribution (columns)."""
    found: Array = np.exp(log_chance(observed[:, None], expected[:, None] * FACTORS, SHAPES))
    return found
