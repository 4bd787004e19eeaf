"""Groups that were drawn as whole stores, guides or channels: as many draws as stores, however many members.

Members of one store share its weather, its staff and its neighbours.  Where a store was contacted as a whole, the
difference of its members from another store's is as uncertain as stores differ, and that is seen between stores alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.special import stdtrit

from privtraffic.analyses.statistics.effects import LEVEL, Array, Effect, Moments
from privtraffic.analyses.statistics.intervals import two_sided
from privtraffic.analyses.statistics.permutation import Expected, expected

LEAST_CLUSTERS = 5
"""With fewer of them on a side there is no verdict."""

DECIDES = 0.8
"""A column of this agreement or more decides who was contacted (see `agreement`)."""


@dataclass(frozen=True)
class Totals:
    """The members and the sums of the variables of each cluster of one group, one row per cluster.

    `loose` are members of no cluster: nobody knows their store, and each stands for themselves.
    """

    names: tuple[str, ...]
    sizes: Array
    sums: Array
    loose: Moments | None = None

    @classmethod
    def none(cls, variables: int) -> Totals:
        return cls((), np.zeros(0), np.zeros((0, variables)))


def agreement(counts: Sequence[Sequence[int]]) -> float | None:
    """How much more often two members of one cluster share a group than any two members do.

    1 where each cluster lies wholly in one group, about 0 where members were drawn one by one, whatever the sizes: the
    share of pairs in different groups within clusters against that of all members (the intraclass correlation of the
    groups, Fleiss & Cuzick 1979).  None where no cluster has two members, or all are in one group.

    Parameters
    ----------
    counts
        Members of each cluster by group.
    """
    table = np.array(counts, dtype=float)
    sizes, groups = table.sum(axis=1), table.sum(axis=0)
    pairs, all_pairs = float((sizes * (sizes - 1)).sum()), float(sizes.sum() * (sizes.sum() - 1))
    apart = float((sizes**2).sum() - (table**2).sum())
    all_apart = float(sizes.sum() ** 2 - (groups**2).sum())
    if not pairs or not all_apart:
        return None
    return 1 - (apart / pairs) / (all_apart / all_pairs)


def compare_clusters(
    contact: tuple[Moments, Totals], control: tuple[Moments, Totals], outcome: int, covariates: Sequence[int] = ()
) -> Effect:
    """Means over members of two groups drawn as whole clusters, judged by the variance between the clusters.

    The difference is that of what members did beyond the regression on their past, one for both groups.  Each group's
    mean is a ratio of sums over its clusters, its variance the usual one (Cochran 1977, 6.19) × clusters ÷ (clusters −
    1), with as many degrees of freedom as clusters of equal weight would have, less one (Kish; Satterthwaite for both
    together).  A cluster with members in both groups counts for both at once.  With fewer than `LEAST_CLUSTERS` on a
    side difference and means stand without an interval.
    """
    (one, first), (other, second) = contact, control
    line = expected(one, other, outcome, covariates)
    means = float(one.mean[outcome]), float(other.mean[outcome])
    plain = means[0] - means[1]
    values = [
        mean - (line.of(group.mean, covariates) - line.mean) for mean, group in zip(means, (one, other), strict=True)
    ]
    found = Effect(*means, difference=values[0] - values[1], unadjusted=plain)
    if min(len(first.names), len(second.names)) < LEAST_CLUSTERS:
        return found
    noise, df = _noise(contact, control, outcome, line, covariates)
    if not sum(noise) > 0:
        return found
    t, error = float(stdtrit(df, 0.5 + LEVEL / 2)), sqrt(sum(noise))
    raw_noise, raw_df = _noise(contact, control, outcome, expected(one, other, outcome), ())
    raw_reach = float(stdtrit(raw_df, 0.5 + LEVEL / 2)) * sqrt(sum(raw_noise))
    ratio, ratio_low, ratio_high = _ratio(values, noise, t)
    return Effect(
        *means,
        values[0] - values[1],
        values[0] - values[1] - t * error,
        values[0] - values[1] + t * error,
        two_sided(values[0] - values[1], error, df),
        ratio,
        ratio_low,
        ratio_high,
        plain,
        plain - raw_reach,
        plain + raw_reach,
        (noise[0] * one.n, noise[1] * other.n),
    )


def _noise(
    contact: tuple[Moments, Totals],
    control: tuple[Moments, Totals],
    outcome: int,
    line: Expected,
    covariates: Sequence[int],
) -> tuple[tuple[float, float], float]:
    """The variance of each group's mean, and the degrees of freedom of their difference."""
    scores, variances, counts = [], [], []
    for group, totals in (contact, control):
        own = float(group.mean[outcome]) - line.of(group.mean, covariates)
        beyond = _beyond(totals, outcome, line, covariates) - totals.sizes * own
        score = beyond / group.n
        alone = _squares(totals.loose, outcome, line, covariates, own) / group.n**2 if totals.loose else 0.0
        scores.append(dict(zip(totals.names, score, strict=True)))
        variances.append(float(score @ score) * len(score) / (len(score) - 1) + alone)
        counts.append(float(totals.sizes.sum() ** 2 / (totals.sizes**2).sum()))
    shared = [name for name in scores[0] if name in scores[1]]
    if shared:
        # A cluster in both groups: its two parts move together.
        together = 2 * sum(float(scores[0][name] * scores[1][name]) for name in shared)
        return (max(variances[0] - together, 0.0), variances[1]), max(min(counts) - 1, 1.0)
    freedom = [max(count - 1, 1.0) for count in counts]
    below = sum(variance**2 / df for variance, df in zip(variances, freedom, strict=True))
    return (variances[0], variances[1]), sum(variances) ** 2 / below if below else 1.0


def _beyond(totals: Totals, outcome: int, line: Expected, covariates: Sequence[int]) -> Array:
    """What the members of each cluster did beyond what was expected, summed."""
    found: Array = totals.sums[:, outcome] - totals.sizes * line.mean
    if line.adjusted:
        past = totals.sums[:, list(covariates)] - np.outer(totals.sizes, line.centre)
        found = found - past @ line.slopes
    return found


def _squares(group: Moments, outcome: int, line: Expected, covariates: Sequence[int], own: float) -> float:
    """The sum of squares of members who stand for themselves, about their group's own level."""
    weights = np.zeros(len(group.mean))
    weights[outcome] = 1.0
    if line.adjusted:
        weights[list(covariates)] -= line.slopes
    away = float(group.mean[outcome]) - line.of(group.mean, covariates) - own
    return float(weights @ group.products @ weights) + group.n * away**2


def _ratio(
    values: Sequence[float], noise: Sequence[float], t: float
) -> tuple[float | None, float | None, float | None]:
    one, other = values
    if one <= 0 or other <= 0:
        return None, None, None
    ratio, parts = one / other, (noise[0] / one**2, noise[1] / other**2)
    if max(parts) > 0.25:
        return ratio, None, None
    reach = t * sqrt(sum(parts))
    return ratio, exp(log(ratio) - reach), exp(log(ratio) + reach)
