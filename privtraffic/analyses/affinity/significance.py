"""From sums over strata to lift, interval, p and q."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

from scipy.special import chdtri, stdtrit

from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.analyses.statistics.intervals import Z95, two_sided


@dataclass(frozen=True)
class PairSums:
    """Sums over the strata of one pair.

    Attributes
    ----------
    hits, expected
        Exposures that bought the second item, and how many would have at the rate of their controls.
    score, variance
        Mantel-Haenszel: observed - expected hits given the margins, and its variance were all episodes independent.
    loose, clustered
        Squared scores summed over episodes and over members: their ratio is the design effect.
    hits_expected, expected_spread
        For the interval of the lift: see `_interval`.
    """

    hits: int
    expected: float
    score: float
    variance: float
    loose: float
    clustered: float
    hits_expected: float
    expected_spread: float


@dataclass(frozen=True)
class Tested:
    """The lift of a pair with its 95 % interval, its p-value and its q-value; None where controls never bought."""

    lift: float | None
    low: float | None
    high: float | None
    p: float
    q: float
    design_effect: float


def tested(pairs: Sequence[PairSums], degrees: int | None) -> list[Tested]:
    """Two-sided tests of all pairs and their q-values (Benjamini & Hochberg 1995) over all of them.

    Parameters
    ----------
    degrees
        Degrees of freedom of the clustered variance where it rests on few groups of members; None for a normal.
    """
    if not pairs:
        return []
    p_values = [_p(pair, degrees) for pair in pairs]
    quantile = Z95 if degrees is None else float(stdtrit(degrees, 0.975))
    return [
        Tested(_lift(pair), *_interval(pair, quantile), p, q, design_effect(pair))
        for pair, p, q in zip(pairs, p_values, q_values(p_values), strict=True)
    ]


def design_effect(pair: PairSums) -> float:
    """By how much the variance grows because a member's episodes are not independent; at least 1.

    A ratio below 1 is mostly chance where a pair has few hits, and would make the pair look surer than it is.
    """
    return max(1.0, pair.clustered / pair.loose) if pair.loose > 0 else 1.0


def _p(pair: PairSums, degrees: int | None) -> float:
    if pair.variance <= 0:
        return 1.0
    return two_sided(pair.score, sqrt(pair.variance * design_effect(pair)), degrees)


def _lift(pair: PairSums) -> float | None:
    return pair.hits / pair.expected if pair.expected > 0 else None


def _interval(pair: PairSums, quantile: float) -> tuple[float | None, float | None]:
    """The lift x or ÷ exp(quantile x standard error of its logarithm), by the delta method, episodes as they cluster.

    Without a single hit the interval runs from 0 to the most hits that a Poisson count of 0 leaves open.
    """
    if pair.expected <= 0:
        return None, None
    if not pair.hits:
        return 0.0, float(chdtri(2, 0.025)) / 2 * design_effect(pair) / pair.expected
    variance = (
        1 / pair.hits - 2 * pair.hits_expected / (pair.hits * pair.expected) + pair.expected_spread / pair.expected**2
    )
    error = sqrt(max(variance, 0.0) * design_effect(pair))
    lift = pair.hits / pair.expected
    return lift * exp(-quantile * error), lift * exp(quantile * error)
