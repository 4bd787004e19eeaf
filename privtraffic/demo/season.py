"""The calendar the house trades by: how much of a year's buying falls into each hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from privtraffic.demo import campaigns
from privtraffic.demo.campaigns import Campaign
from privtraffic.demo.house import FESTIVALS, HOUR_FACTORS, MONTH_FACTORS, WEEKDAY_FACTORS
from privtraffic.demo.plants import Plants

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY = 86_400
YEAR = 365.25 * DAY
FUTURE_MONTHS = 12


def _seconds(months: npt.NDArray[np.datetime64]) -> Ints:
    return months.astype("datetime64[s]").astype(np.int64)


@dataclass(frozen=True)
class Season:
    """Trading time: seconds since 1970 against years of ordinary trade since the start.

    Attributes
    ----------
    start, close, end
        First second of the history, first second after the as-of date, first second after the future.
    month_edges
        First second of every month from the start to the end, the end included.
    hours, mass
        Hour edges, and the years of trade done by each.
    festive
        For each day from the start: is it a day of a festival?
    campaigns, boost
        What was planned, and for each day from the start the factor all campaigns together put on the usual sales;
        none, and ones, in a plain house.
    """

    start: int
    close: int
    end: int
    month_edges: Ints
    hours: Ints
    mass: Floats
    festive: Bools
    campaigns: tuple[Campaign, ...]
    boost: Floats

    def mass_at(self, seconds: Ints) -> Floats:
        return np.interp(seconds, self.hours, self.mass)

    def seconds_at(self, mass: Floats) -> Ints:
        return np.minimum(np.interp(mass, self.mass, self.hours).astype(np.int64), self.end - 1)

    def is_festive(self, seconds: Ints) -> Bools:
        return np.asarray(self.festive[(seconds - self.start) // DAY], dtype=np.bool_)


def season(as_of: date, months: int, strength: float, plants: Plants | None = None) -> Season:
    """Lay out `months` of history that end with the day `as_of`, and the twelve months after it."""
    close = np.datetime64(as_of, "D") + 1
    first_of_month = close.astype("datetime64[M]")
    edges = np.arange(first_of_month - months, first_of_month + FUTURE_MONTHS + 1)
    # An as-of date inside a month shifts every edge, so that months stay as long as the calendar's.
    month_edges = _seconds(edges) + int((close - first_of_month.astype("datetime64[D]")).astype(int)) * DAY
    start, end = int(month_edges[0]), int(month_edges[-1])

    first, last = (np.datetime64(edge, "s").astype("datetime64[D]") for edge in (start, end))
    days: campaigns.Days = np.arange(first, last, dtype="datetime64[D]")
    month = days.astype("datetime64[M]").astype(int) % 12
    day_of_month = (days - days.astype("datetime64[M]")).astype(int) + 1
    factor = np.array(MONTH_FACTORS)[month] * np.array(WEEKDAY_FACTORS)[(days.astype(int) + 3) % 7]
    usual = factor.copy()
    festive = np.zeros(len(days), dtype=np.bool_)
    for in_month, first, last, boost in FESTIVALS:
        inside = (month == in_month - 1) & (day_of_month >= first) & (day_of_month <= last)
        factor[inside] *= boost
        festive |= inside
    factor, usual = factor**strength, usual**strength
    level = factor[-365:].mean()
    factor /= level
    planned: list[Campaign] = []
    raised: Floats = np.ones(len(days))
    if plants:
        usual /= level
        calendar_days = days.astype("datetime64[D]")
        factor, planned = campaigns.apply(calendar_days, usual, factor, campaigns.plan(calendar_days, plants))
        raised = np.asarray(factor / usual)
    by_hour = np.array(HOUR_FACTORS) / np.sum(HOUR_FACTORS)
    mass = np.concatenate([[0.0], np.cumsum(np.outer(factor, by_hour))]) * DAY / YEAR
    hours = np.arange(start, end + 1, 3600, dtype=np.int64)
    return Season(
        start, int(month_edges[-1 - FUTURE_MONTHS]), end, month_edges, hours, mass, festive, tuple(planned), raised
    )
