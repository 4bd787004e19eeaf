"""What days usually sell, and how far this file's own days stray from that: the ground of every verdict.

A window of days is expected to sell what the same weekdays sold on average in the 56 days before it, days of campaigns
and teasers left out. How good that is, windows of the same length and distance tell that had no campaign: placebos.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, log, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BASE_DAYS = 56
LEAST_BASE = 28
"""Of the days before a window, so many must be without campaign and teaser."""
LEAST_WINDOWS = 12
"""With fewer placebo windows there is no interval."""
SEASON_DAYS = 730
"""Within fewer days no season comes twice, so that it cannot be told from a campaign."""
_FLOOR = 0.05
"""A window that sold nothing strays as far as one that sold this share of what was expected."""
MOST_EMPTY = 0.1
"""Where more of the placebo windows sold nothing, sales are too few for the interval to mean anything."""
OPEN = 0.95
"""A day without a sale is one on which the house was closed, where so large a share of its weekday has some."""
LONG_RUN = 3


@dataclass(frozen=True)
class Series:
    """Sales by day, without a gap, from the day `first` (days since 1900-01-01, a Monday) to the last observed one.

    Attributes
    ----------
    busy
        Days of a campaign or its teaser.
    echo
        Days after a campaign, which may have lent it sales: no placebo, unless too few windows are left without them.
    closed
        Days on which the house sold nothing, on a weekday on which it mostly sells: neither base nor placebo.
    soon
        Days soon after a campaign, by its own length: barred where too few windows are left without all of `echo`. A
        day borrows little from three weeks, and a dip among the placebos hides the dip that is asked for.
    """

    first: int
    sales: Floats
    busy: Bools
    echo: Bools
    closed: Bools
    soon: Bools | None = None
    _found: dict[tuple[int, int], tuple[float, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def end(self) -> int:
        """The day after the last."""
        return self.first + len(self.sales)

    @cached_property
    def _base(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """For every day and weekday: the mean of the clean days before it; and how many clean days there are."""
        days = len(self.sales)
        weekday = (self.first + np.arange(days)) % 7
        clean = ~(self.busy | self.closed)
        start = np.maximum(np.arange(days + 1) - BASE_DAYS, 0)
        means = np.empty((days + 1, 7))
        for day in range(7):
            own = clean & (weekday == day)
            money, count = (np.concatenate([[0.0], np.cumsum(v)]) for v in (np.where(own, self.sales, 0.0), own))
            money, count = money - money[start], count - count[start]
            means[:, day] = np.divide(money, count, out=np.full(days + 1, np.nan), where=count > 0)
        total = np.concatenate([[0], np.cumsum(clean)])
        return means, total - total[start]

    def base_days(self, before: int) -> int:
        """Clean days among the 56 before a day."""
        return int(self._base[1][before - self.first]) if self.first <= before <= self.end else 0

    def expected(self, start: int, length: int, before: int) -> float | None:
        """What a window usually sells by the days before `before`; None with fewer than 28 clean ones."""
        if self.base_days(before) < LEAST_BASE or length < 1:
            return None
        often = np.full(7, length // 7)
        often[(start + np.arange(length % 7)) % 7] += 1
        used = often > 0
        value = float(often[used] @ self._base[0][before - self.first][used])
        return None if np.isnan(value) else value

    def sold(self, start: int, length: int) -> float:
        """The sales of a window."""
        return float(self.sales[start - self.first : start - self.first + length].sum())

    def quiet_from(self, start: int, most: int) -> int:
        """The number of observed days from `start` on, at most `most`, before another campaign begins."""
        ahead = self.busy[start - self.first :][:most]
        stop = np.flatnonzero(ahead)
        return int(stop[0]) if len(stop) else len(ahead)

    def placebos(self, length: int, gap: int) -> tuple[float, ...]:
        """Log errors of the windows without campaign, as long and as far from their base, side by side."""
        key = length, gap
        if key not in self._found:
            barred = self.busy | self.closed
            for further in (self.echo, self.echo if self.soon is None else self.soon):
                quiet = self._placebos(length, gap, barred | further)
                if len(quiet) >= LEAST_WINDOWS:
                    break
            else:
                quiet = self._placebos(length, gap, barred)
            self._found[key] = quiet
        return self._found[key]

    def _placebos(self, length: int, gap: int, barred: Bools) -> tuple[float, ...]:
        taken = np.concatenate([[0], np.cumsum(barred)])
        found, place = [], gap
        while place + length <= len(self.sales):
            start = self.first + place
            usual = None
            if taken[place + length] == taken[place]:
                usual = self.expected(start, length, start - gap)
            if usual is None or usual <= 0:
                place += 1
                continue
            found.append(log(max(self.sold(start, length) / usual, _FLOOR)))
            place += length
        return tuple(found)


def closed_days(first: int, house: Floats) -> Bools:
    """Days without any sale, on weekdays that nearly always have some; runs of such days count against no weekday.

    A house with so few orders that some days have none by chance is not closed on them.
    """
    empty = house <= 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], empty.astype(np.int8), [0]])))
    run = np.zeros(len(house), dtype=np.bool_)
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        run[begin:end] = end - begin >= LONG_RUN
    weekday = (first + np.arange(len(house))) % 7
    found = np.zeros(len(house), dtype=np.bool_)
    for day in range(7):
        own = weekday == day
        usual = own & ~run
        if usual.any() and (~empty[usual]).mean() > OPEN:
            found |= own & empty
    return found


def reach(errors: Sequence[float], level: float) -> float:
    """Half width, on the log scale, of the prediction interval of a new window: t × √(1 + 1/k) × rms of k errors.

    The errors' mean is not taken off, so all k of them are degrees of freedom.
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    count = len(errors)
    rms = sqrt(sum(error * error for error in errors) / count)
    return float(stdtrit(count, (1 + level) / 2)) * sqrt(1 + 1 / count) * rms


def interval(expected: float, errors: Sequence[float], level: float) -> tuple[float, float]:
    """The interval that holds the sales of a window without a campaign with probability `level`."""
    far = reach(errors, level)
    return expected * exp(-far), expected * exp(far)


@dataclass(frozen=True)
class Judged:
    """A window beside its expectation.

    Attributes
    ----------
    windows
        Placebo windows; the intervals are None where they are fewer than 12.
    empty
        Too many of them sold nothing; the intervals are None.
    low, high
        What such days sell without campaign in 95 of 100 cases.
    low80, high80
        The same in 80 of 100 cases.
    """

    length: int
    sales: float
    expected: float
    windows: int
    empty: bool = False
    low: float | None = None
    high: float | None = None
    low80: float | None = None
    high80: float | None = None

    @property
    def verdict(self) -> Literal["above", "below", "cannot_tell"]:
        """Beyond what 95 of 100 windows without campaign sell; one that sold nothing strays no further than theirs."""
        if self.low is None or self.high is None:
            return "cannot_tell"
        if self.sales > self.high:
            return "above"
        return "below" if max(self.sales, _FLOOR * self.expected) < self.low else "cannot_tell"

    @property
    def dips(self) -> bool:
        """Sold less than 80 of 100 windows without campaign do at the least."""
        return self.low80 is not None and self.sales < self.low80

    @property
    def ratio(self) -> float | None:
        return self.over(self.expected)

    def over(self, expected: float | None) -> float | None:
        return self.sales / expected if expected else None


def judge(series: Series, start: int, length: int, before: int) -> Judged | None:
    """A window against the days before `before`; None without a base."""
    usual = series.expected(start, length, before)
    if usual is None:
        return None
    errors = series.placebos(length, start - before)
    sales = series.sold(start, length)
    if len(errors) < LEAST_WINDOWS or usual <= 0:
        return Judged(length, sales, usual, len(errors))
    if sum(error <= log(_FLOOR) for error in errors) > MOST_EMPTY * len(errors):
        return Judged(length, sales, usual, len(errors), empty=True)
    low, high = interval(usual, errors, 0.95)
    return Judged(length, sales, usual, len(errors), False, low, high, *interval(usual, errors, 0.8))


def covered(errors: Sequence[float], level: float) -> float:
    """Share of placebo windows that lie in the interval that the others give."""
    inside = [abs(error) <= reach([*errors[:place], *errors[place + 1 :]], level) for place, error in enumerate(errors)]
    return sum(inside) / len(inside)
