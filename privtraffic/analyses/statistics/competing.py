"""Several ways to leave one state, from counts by day: the share gone each way (Aalen & Johansen 1978)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privtraffic.analyses.statistics.intervals import Z95, wilson
from privtraffic.analyses.statistics.survival import Counts, Curve

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Incidence:
    """The share that has left one way, after each day 0, 1, 2, …

    Attributes
    ----------
    at_risk
        Persons still there and observed before the day.
    share, low, high
        The cumulative incidence, and its 95 % band on the log-log scale.
    """

    at_risk: Counts
    share: Floats
    low: Floats
    high: Floats


def aalen_johansen(events: Counts, censored: Counts) -> list[Incidence]:
    """The curves of ways that compete: `events[way, t]` left that way on day t, `censored[t]` were last seen on day t.

    One minus a Kaplan-Meier curve that takes the other ways for censoring says what would be if they did not exist;
    this says what happens.  The variance is Aalen's (1978), as in Marubini & Valsecchi (1995, 10.12).
    """
    gone = events.sum(axis=0)
    left = gone + censored
    at_risk = left[::-1].cumsum()[::-1]
    safe = np.maximum(at_risk, 1)
    survival = np.cumprod(1 - gone / safe)
    before = np.concatenate(([1.0], survival[:-1]))
    return [_incidence(way, gone, at_risk, before) for way in events]


def _incidence(way: Counts, gone: Counts, at_risk: Counts, before: Floats) -> Incidence:
    safe = np.maximum(at_risk, 1).astype(float)
    share = np.cumsum(before * way / safe)
    # Sums over s ≤ t of (F(t) − F(s))² a(s) + b(s) − 2 (F(t) − F(s)) c(s), opened so that each is one running sum.
    a = np.where(at_risk > gone, gone / (safe * np.maximum(at_risk - gone, 1)), 0.0)
    b = before**2 * way * (at_risk - way) / safe**3
    c = before * way / safe**2
    variance = (
        share**2 * np.cumsum(a)
        - 2 * share * np.cumsum(share * a)
        + np.cumsum(share**2 * a)
        + np.cumsum(b)
        - 2 * (share * np.cumsum(c) - np.cumsum(share * c))
    )
    inside = (share > 0) & (share < 1)
    told = np.where(inside, share, 0.5)
    spread = Z95 * np.sqrt(np.maximum(variance, 0.0)) / np.abs(told * np.log(told))
    return Incidence(
        at_risk=at_risk,
        share=share,
        low=np.where(inside, told ** np.exp(spread), share),
        high=np.where(inside, told ** np.exp(-spread), share),
    )


def within_next(curve: Curve, age: int, days: int) -> tuple[float, float, float] | None:
    """The chance of the event within the next days for who is without it at the end of day `age`, and its interval.

    1 − S(age + days) ÷ S(age).  The interval is Wilson's, with as many trials as Greenwood's variance of these days is
    worth (Dorey & Korn 1987).  None where nobody was observed that long.
    """
    last = age + days
    if last >= len(curve.survival) or curve.at_risk[last] == 0 or curve.survival[age] <= 0:
        return None
    chance = float(1 - curve.survival[last] / curve.survival[age])
    events, at_risk = (counts[age + 1 : last + 1].astype(float) for counts in (curve.events, curve.at_risk))
    noise = float(np.sum(events / (at_risk * np.maximum(at_risk - events, 1.0))))
    trials = float(at_risk[-1])
    if noise > 0:
        trials = chance * (1 - chance) / ((1 - chance) ** 2 * noise) if chance < 1 else trials
    trials = max(trials, 1.0)
    low, high = wilson(chance * trials, trials) or (0.0, 1.0)
    return chance, low, high
