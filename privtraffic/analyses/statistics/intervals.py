"""How sure a share is, and how often chance alone makes such a difference."""

from __future__ import annotations

from math import erfc, sqrt

Z95 = 1.959963984540054
"""A normal value lies within so many standard errors of its mean in 95 of 100 cases."""


def wilson(hits: float, trials: float, z: float = Z95) -> tuple[float, float] | None:
    """The 95 % score interval of a share (Wilson 1927), None without trials.

    Parameters
    ----------
    hits, trials
        Numerator and denominator of the share; a number of trials that others are worth may have a fraction.
    """
    if trials == 0:
        return None
    share = hits / trials
    middle = share + z * z / (2 * trials)
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    whole = 1 + z * z / trials
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def difference_of_shares(hits: float, trials: float, others: float, of: float) -> tuple[float, float, float]:
    """hits ÷ trials − others ÷ of, with its 95 % interval (Newcombe 1998, method 10); no denominator may be nought."""
    share1, share0 = hits / trials, others / of
    (low1, high1), (low0, high0) = (wilson(*pair) or (0.0, 1.0) for pair in ((hits, trials), (others, of)))
    difference = share1 - share0
    low = difference - sqrt((share1 - low1) ** 2 + (high0 - share0) ** 2)
    return difference, low, difference + sqrt((high1 - share1) ** 2 + (share0 - low0) ** 2)


def ratio_of_shares(hits: float, trials: float, others: float, of: float) -> tuple[float, float, float]:
    """(hits ÷ trials) ÷ (others ÷ of), with its 95 % interval (Donner & Zou 2012, of two Wilson intervals).

    No denominator, and not `others`, may be nought.
    """
    share1, share0 = hits / trials, others / of
    (low1, high1), (low0, high0) = (wilson(*pair) or (0.0, 1.0) for pair in ((hits, trials), (others, of)))
    middle = share1 * share0

    def end(one: float, other: float, sign: int) -> float:
        whole = other * (2 * share0 - other)
        if whole == 0:
            return one * (2 * share1 - one) / (2 * middle) if middle else 0.0
        return (middle + sign * sqrt(max(0.0, middle * middle - one * (2 * share1 - one) * whole))) / whole

    return share1 / share0, end(low1, high0, -1), end(high1, low0, 1)


def two_sided(difference: float, error: float, df: float | None = None) -> float:
    """The two-sided p-value of a difference.

    Parameters
    ----------
    error
        The standard error of the difference; above 0.
    df
        Degrees of freedom of Student's t; None for the normal distribution.
    """
    away = abs(difference) / error
    if df is None:
        return erfc(away / sqrt(2))
    from scipy.special import stdtr  # noqa: PLC0415

    return 2 * float(stdtr(df, -away))
