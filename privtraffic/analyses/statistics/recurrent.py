"""Events that a person can have again and again: their mean number by time since the start, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

from privtraffic.analyses.statistics.intervals import Z95

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MeanCumulative:
    """The mean cumulative number of events after each day 0, 1, 2, … (Nelson 1988).

    Attributes
    ----------
    observed, entry
        Persons by the day on which they were last seen; and the day since when those are observed.
    at_risk
        Persons observed on the day.
    mean
        Sum over the days so far of events ÷ persons observed.
    weight, drift
        1 ÷ at_risk, and the sum over the days so far of the mean's steps ÷ at_risk: what the variance is made of.
    """

    observed: Counts
    entry: Counts
    at_risk: Counts
    mean: Floats
    weight: Floats
    drift: Floats

    def variance(self, day: int, squares: float, crossed: float) -> float:
        """The robust variance of the mean on a day (Lawless & Nadeau 1995), which lets persons differ.

        The sum over persons i of (A − B)², where A is the sum of `weight` over i's events up to the day, and B is
        what `drifted` says.

        Parameters
        ----------
        squares, crossed
            The sums over persons with events of A² and of A × B.
        """
        return max(float(squares - 2 * crossed + np.sum(self.observed * self.drifted(day) ** 2)), 0.0)

    def drifted(self, day: int) -> Floats:
        """The total of `drift` over the days on which a person last seen on each day was observed, up to `day`."""
        gone = np.concatenate([[0.0], self.drift])
        last = np.minimum(np.arange(len(self.observed)), day)
        return np.asarray(gone[last + 1] - gone[np.minimum(self.entry, last + 1)])


def mean_cumulative(events: Counts, observed: Counts, entry: Counts | None = None) -> MeanCumulative:
    """The mean of counts by day.

    Parameters
    ----------
    events
        Events by the day since a person's own start.
    observed
        Persons by the day on which they were last seen.
    entry
        The day from which on those last seen on a day are observed (late entry); None: from the start.
    """
    entry = np.zeros(len(observed), dtype=np.int64) if entry is None else entry
    came = np.bincount(entry, weights=observed, minlength=len(observed) + 1)[: len(observed)].astype(np.int64)
    at_risk = came.cumsum() - (observed.cumsum() - observed)
    weight = np.where(at_risk > 0, 1 / np.maximum(at_risk, 1), 0.0)
    steps = events * weight
    return MeanCumulative(observed, entry, at_risk, np.cumsum(steps), weight, np.cumsum(steps * weight))


def log_interval(mean: float, variance: float, at_risk: int = 1) -> tuple[float, float]:
    """The 95 % interval of a mean number that cannot be below nought, symmetric in its logarithm.

    Where nothing happened to `at_risk` persons its upper end is the exact one of a Poisson count of nought, 3.69.
    """
    if mean <= 0:
        return 0.0, -log(0.025) / max(at_risk, 1)
    reach = exp(Z95 * sqrt(variance) / mean)
    return mean / reach, mean * reach
