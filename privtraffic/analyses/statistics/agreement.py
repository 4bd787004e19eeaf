"""How far two orders of the same things agree: Kendall's tau-b and Spearman's rho, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from math import atanh, sqrt, tanh
from typing import NamedTuple

from privtraffic.analyses.statistics.intervals import Z95

LEAST = 5
"""Fewer things have no interval: Fieller's variance of tau is 0.437 / (n - 4)."""


class Correlation(NamedTuple):
    """A rank correlation with its 95 % interval."""

    value: float
    low: float
    high: float


def kendall(a: Sequence[float], b: Sequence[float]) -> Correlation | None:
    """Kendall's tau-b, which counts ties; None for fewer than five things or where one side does not differ at all.

    The interval is that of Fieller, Hartley & Pearson 1957: atanh(tau) has the variance 0.437 / (n - 4).
    """
    from scipy.stats import kendalltau  # noqa: PLC0415

    if not _ordered(a, b):
        return None
    return _within(float(kendalltau(a, b).statistic), 0.437 / (len(a) - 4))


def spearman(a: Sequence[float], b: Sequence[float]) -> Correlation | None:
    """Spearman's rho of mean ranks; None as with `kendall`.

    The interval is that of Bonett & Wright 2000: atanh(rho) has the variance (1 + rho² / 2) / (n - 3).
    """
    from scipy.stats import spearmanr  # noqa: PLC0415

    if not _ordered(a, b):
        return None
    rho = float(spearmanr(a, b).statistic)
    return _within(rho, (1 + rho * rho / 2) / (len(a) - 3))


def _ordered(a: Sequence[float], b: Sequence[float]) -> bool:
    return len(a) >= LEAST and len(set(a)) > 1 and len(set(b)) > 1


def _within(value: float, variance: float) -> Correlation:
    """An interval on Fisher's scale; a perfect agreement has none but itself."""
    value = max(-1.0, min(1.0, value))
    if abs(value) > 1 - 1e-12:
        return Correlation(value, value, value)
    middle, reach = atanh(value), Z95 * sqrt(variance)
    return Correlation(value, tanh(middle - reach), tanh(middle + reach))
