"""Time to an event from counts by day: Kaplan-Meier, log-rank, and the window in which most events come.

Counts instead of one row per member: the same numbers as `scipy.stats.ecdf` and `scipy.stats.logrank` (the tests hold
them together) for millions of members and hundreds of groups at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privtraffic.analyses.statistics.intervals import Z95, two_sided

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Share that has not had the event yet, after each day 0, 1, 2, …

    Attributes
    ----------
    at_risk, events
        Members without event and still observed before the day, and events on it.
    survival, low, high
        Kaplan-Meier (1958), and its 95 % band by Greenwood's variance on the log-log scale.
    """

    at_risk: Counts
    events: Counts
    survival: Floats
    low: Floats
    high: Floats

    def share(self, days: int) -> float | None:
        """The share with the event within so many days; None when nobody was observed that long."""
        if days >= len(self.survival) or self.at_risk[days] == 0:
            return None
        return float(1 - self.survival[days])

    def median(self) -> tuple[int | None, int | None, int | None]:
        """First day on which half have had the event, and its interval read from the band; None: not reached."""
        return _first(self.survival), _first(self.low), _first(self.high)

    def window(self, mass: float = 0.5, horizon: int = 365) -> tuple[int, int] | None:
        """The shortest span of days that holds the share `mass` of the events within `horizon` days.

        None without events.  Of several such spans the earliest.
        """
        gone = 1 - self.survival[: horizon + 1]
        if not len(gone) or gone[-1] <= 0:
            return None
        before = np.concatenate(([0.0], gone[:-1]))
        last = np.searchsorted(gone, before + mass * gone[-1] - 1e-12)
        spans = np.where(last < len(gone), last - np.arange(len(gone)), len(gone))
        first = int(np.argmin(spans))
        return first, int(last[first])


def kaplan_meier(events: Counts, censored: Counts) -> Curve:
    """The curve of counts by day: `events[t]` had it on day t, `censored[t]` were last seen without it on day t.

    Who is censored on a day was at risk on it.
    """
    left = events + censored
    at_risk = left[::-1].cumsum()[::-1]
    safe = np.maximum(at_risk, 1)
    survival = np.cumprod(1 - events / safe)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(at_risk > events, events / (safe * np.maximum(at_risk - events, 1)), np.inf)
        variance = np.cumsum(np.where(events > 0, steps, 0.0))
        spread = Z95 * np.sqrt(variance) / np.abs(np.log(survival))
        low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
    inside = (survival > 0) & (survival < 1)
    return Curve(
        at_risk=at_risk,
        events=events,
        survival=survival,
        low=np.where(inside, low, survival),
        high=np.where(inside, high, survival),
    )


def log_rank(events: Counts, censored: Counts) -> list[tuple[float, float] | None]:
    """Each row's curve against all other rows together (Mantel 1966): (z, two-sided p).

    Parameters
    ----------
    events, censored
        Counts by group (rows) and day (columns).

    Returns
    -------
    list
        z > 0: more events than the others' pace would bring, so they come sooner.  None where a group or the rest is
        empty, or nothing happened.
    """
    at_risk = (events + censored)[:, ::-1].cumsum(axis=1)[:, ::-1]
    all_at_risk, all_events = at_risk.sum(axis=0), events.sum(axis=0)
    days = (all_events > 0) & (all_at_risk > 1)
    total, happened = all_at_risk[days], all_events[days]
    share = at_risk[:, days] / total
    surplus = (events[:, days] - share * happened).sum(axis=1)
    variance = (share * (1 - share) * happened * (total - happened) / (total - 1)).sum(axis=1)
    return [
        (z := float(more / math.sqrt(spread)), two_sided(z, 1.0)) if spread > 1e-12 else None
        for more, spread in zip(surplus, variance, strict=True)
    ]


def _first(survival: Floats) -> int | None:
    below = np.flatnonzero(survival <= 0.5)
    return int(below[0]) if len(below) else None
