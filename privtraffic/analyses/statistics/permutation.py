"""Whether chance alone makes such a difference of means: the groups are drawn again, many times.

What members spend is skewed: a few orders make the mean.  Then a small group's variance is low just when its mean is
low, and an interval from that variance calls too many differences real.  A permutation test needs no variance.  Had the
contact changed nothing, everybody would have spent the same in the other group; so drawing the groups again shows which
differences chance makes, whatever the spending looks like (Fisher 1935; Ernst 2004, Statistical Science 19:676).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from math import ceil, comb, exp, log, sqrt

import numpy as np
from threadpoolctl import threadpool_limits

from privtraffic.analyses.statistics.effects import LEAST_ADJUSTED, LEVEL, Array, Effect, Moments, slopes_of

DRAWS = 9_999
"""Draws of the groups; with the real one 10,000, so that no p is below 0.0002."""

MOST_SINGLE = 1_000
"""The members furthest from what was expected of them are drawn one by one; the rest together are close to normal."""

_AT_ONCE = 500
_SAME = 1e-9


@dataclass(frozen=True)
class Expected:
    """What the past lets one expect of a member: one regression for both groups together.

    It does not know the groups, so that drawing them again leaves it as it is.
    """

    mean: float
    centre: Array
    slopes: Array

    @property
    def adjusted(self) -> bool:
        return bool(len(self.slopes))

    def of(self, means: Array, places: Sequence[int]) -> float:
        """The expectation at these means."""
        return self.mean + (float(self.slopes @ (means[list(places)] - self.centre)) if self.adjusted else 0.0)


def expected(contact: Moments, control: Moments, outcome: int, covariates: Sequence[int] = ()) -> Expected:
    """The regression of an outcome on the past; its mean alone in groups of fewer than `LEAST_ADJUSTED` members."""
    together = contact + control
    places = list(covariates) if min(contact.n, control.n) >= LEAST_ADJUSTED else []
    slopes = np.zeros(0)
    if places:
        slopes, _ = slopes_of(together.products[np.ix_(places, places)], together.products[places, outcome])
    return Expected(float(together.mean[outcome]), together.mean[places], slopes)


def compare_drawn(
    contact: Moments, control: Moments, outcome: int, covariates: Sequence[int], furthest: tuple[Array, Array]
) -> Effect:
    """Means of two randomised groups, their difference judged by drawing the groups again.

    The difference is that of what members did beyond `expected`.  p is two-sided with equal tails: twice the smaller
    share of draws with such a difference.  The 95 % interval holds the differences that the draws do not rule out; it
    leaves out 0 just where p < 0.05.  Where the contacted group is the smaller one and spends more, what it spends is
    spread further too: the upper end is moved out by the root of the ratio.

    Parameters
    ----------
    furthest
        Of the `MOST_SINGLE` members of both groups furthest from what was expected: how far.  All members, where there
        are no more.  First with the past, then without: away from the mean.
    """
    if not contact.n or not control.n:
        one, other = (float(group.mean[outcome]) if group.n else None for group in (contact, control))
        return Effect(one, other)
    found = _judged(contact, control, outcome, covariates, furthest[0])
    plain = _judged(contact, control, outcome, (), furthest[1])
    return replace(found, unadjusted=plain.difference, unadjusted_low=plain.low, unadjusted_high=plain.high)


def _judged(contact: Moments, control: Moments, outcome: int, covariates: Sequence[int], furthest: Array) -> Effect:
    line = expected(contact, control, outcome, covariates)
    means = float(contact.mean[outcome]), float(control.mean[outcome])
    # Both means at the past of both groups together.
    one, other = (
        float(group.mean[outcome]) - (line.of(group.mean, covariates) - line.mean) for group in (contact, control)
    )
    difference = one - other
    total = _left(contact + control, outcome, line, covariates)
    if not total > 0:
        return Effect(*means, difference=difference)
    apart = _differences(contact.n, control.n, furthest, max(total - float(furthest @ furthest), 0.0))
    if len(apart) == DRAWS:
        apart = np.append(apart, difference)
    apart = np.sort(apart)
    slack = _SAME * max(abs(apart[0]), abs(apart[-1]))
    above = len(apart) - int(np.searchsorted(apart, difference - slack))
    below = int(np.searchsorted(apart, difference + slack, side="right"))
    p = min(1.0, 2 * min(above, below) / len(apart))
    tail = ceil((1 - LEVEL) / 2 * len(apart))
    top, bottom = float(apart[-tail]), float(apart[tail - 1])
    more = sqrt(max(1.0, one / other)) if contact.n < control.n and other > 0 else 1.0
    low, high = difference - top, difference - bottom * more
    spread = total / (contact.n + control.n - 1)
    ratio = _ratio(one, other, (spread / contact.n, spread / control.n), (top, -bottom * more))
    return Effect(*means, difference, low, high, p, *ratio, spread=(spread, spread))


def _left(together: Moments, outcome: int, line: Expected, covariates: Sequence[int]) -> float:
    """The sum of squares that the past does not explain."""
    total = float(together.products[outcome, outcome])
    if line.adjusted:
        total -= float(line.slopes @ together.products[list(covariates), outcome])
    return total


def _differences(contact: int, control: int, furthest: Array, rest: float) -> Array:
    """Differences of the means of two groups of these sizes that chance alone makes.

    `rest` is the sum of squares of the members who are not among the furthest.
    """
    n = contact + control
    small = min(contact, control)
    sign = 1.0 if contact <= control else -1.0
    if n <= len(furthest):
        sums = _every_split(furthest, small) if comb(n, small) <= DRAWS else _drawn_sums(furthest, small)
        return sign * sums * (n / (small * (n - small)))
    share = small / n
    # Membership of so few of many is as good as independent; centred sums keep the sizes fair (Hájek 1960).
    sums = _independent_sums(furthest, share) - share * float(furthest.sum())
    sums = sums + _noise() * sqrt(share * (1 - share) * rest)
    return sign * sums * (n / (small * (n - small)))


def _every_split(values: Array, size: int) -> Array:
    """The real one is among them."""
    return np.array([sum(values[list(chosen)]) for chosen in combinations(range(len(values)), size)])


def _drawn_sums(values: Array, size: int) -> Array:
    random, sums = np.random.default_rng(0), []
    for start in range(0, DRAWS, _AT_ONCE):
        order = random.random((min(_AT_ONCE, DRAWS - start), len(values)))
        chosen = np.argpartition(order, size - 1, axis=1)[:, :size]
        sums.append(values[chosen].sum(axis=1))
    return np.concatenate(sums)


def _independent_sums(values: Array, share: float) -> Array:
    random, sums = np.random.default_rng(0), []
    # One thread: the same bytes whatever the number of cores.
    with threadpool_limits(1):
        for start in range(0, DRAWS, _AT_ONCE):
            chosen = random.random((min(_AT_ONCE, DRAWS - start), len(values)), dtype=np.float32) < share
            sums.append(chosen.astype(float) @ values)
    return np.concatenate(sums)


@lru_cache(maxsize=1)
def _noise() -> Array:
    return np.random.default_rng(1).normal(size=DRAWS)


def _ratio(
    one: float, other: float, noise: tuple[float, float], reach: tuple[float, float]
) -> tuple[float | None, float | None, float | None]:
    """The ratio of the means; its interval is that of its logarithm, reaching as many errors as the difference's."""
    if one <= 0 or other <= 0:
        return None, None, None
    ratio = one / other
    parts = noise[0] / one**2, noise[1] / other**2
    if max(parts) > 0.25:
        # A mean that is not twice its own error away from nothing has no ratio worth telling.
        return ratio, None, None
    scale = sqrt(sum(parts)) / sqrt(sum(noise))
    return ratio, exp(log(ratio) - max(reach[0], 0.0) * scale), exp(log(ratio) + max(reach[1], 0.0) * scale)
