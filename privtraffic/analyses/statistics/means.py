"""Means and ratios over members from exact sums, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

from scipy.special import stdtrit

from privtraffic.analyses.statistics.effects import Moments

Told = tuple[float | None, float | None, float | None]
"""A value and the ends of its 95 % interval."""
NOTHING: Told = (None, None, None)


@dataclass(frozen=True)
class Money:
    """A mean over members with its 95 % interval; None without anybody, or where the money is not known."""

    members: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None


def mean_of(members: int, total: Decimal | None, squares: Decimal | None) -> Money:
    """The mean over members, and its interval by Student's t; exact sums in, so that nothing cancels."""
    if not members or total is None or squares is None:
        return Money(members)
    found = Moments.exact(members, (total,), ((squares,),))
    mean = float(found.mean[0])
    if members < 2:
        return Money(members, mean)
    reach = float(stdtrit(members - 1, 0.975)) * sqrt(max(found.variance(0), 0.0) / members)
    return Money(members, mean, mean - reach, mean + reach)


def ratio_of(
    members: int,
    above: Decimal | int,
    below: Decimal | int,
    products: tuple[Decimal | int, Decimal | int, Decimal | int],
) -> Told:
    """Sum ÷ sum over members, with the interval of such a ratio: what one member did goes together.

    Source: Cochran, Sampling Techniques (1977), 6.19.

    Parameters
    ----------
    products
        Sums of above², above × below, below².
    """
    if not below > 0:
        return NOTHING
    ratio = float(above) / float(below)
    if members < 2:
        return ratio, None, None
    aa, ab, bb = products
    found = Moments.exact(members, (above, below), ((aa, ab), (ab, bb)))
    left = found.products[0, 0] - 2 * ratio * found.products[0, 1] + ratio**2 * found.products[1, 1]
    reach = float(stdtrit(members - 1, 0.975)) * sqrt(max(left, 0.0) * members / (members - 1)) / float(below)
    return ratio, ratio - reach, ratio + reach
