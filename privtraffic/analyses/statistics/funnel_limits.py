"""How far a ratio of observed to expected counts strays by chance alone, by how much was expected."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import gammaincinv

Array = np.ndarray[Any, np.dtype[np.float64]]

LEVELS = (0.95, 0.998)
"""Of the two pairs of limits (Spiegelhalter 2005): one unit in twenty lies outside the first, one in five hundred the
second, where units do not differ."""


def poisson_limits(expected: Array, level: float) -> tuple[Array, Array]:
    """Exact limits of observed ÷ expected for Poisson counts (Breslow & Day 1987); counts may be effective ones.

    Parameters
    ----------
    expected
        Expected counts, above 0; divided by the dispersion where counts come in clusters.
    level
        Share of units that lie between the limits.
    """
    tail = (1 - level) / 2
    return gammaincinv(expected, tail) / expected, gammaincinv(expected + 1, 1 - tail) / expected


def log_dispersion(observed: Array, expected: Array) -> float:
    """The overdispersion of ratios: the mean of E log²(O ÷ E) (Spiegelhalter 2005).

    Units in which nothing was observed have no logarithm and do not count.
    """
    seen = (observed > 0) & (expected > 0)
    if not seen.any():
        return float("nan")
    return float(np.mean(expected[seen] * np.log(observed[seen] / expected[seen]) ** 2))
