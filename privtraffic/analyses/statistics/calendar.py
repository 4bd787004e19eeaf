"""Months and days as whole numbers counted from 1900-01-01, the way the queries count them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

EPOCH = date(1900, 1, 1)
"""A Monday that opens a month, a quarter and a year; days, weeks, months and quarters are counted from it."""


def day_number(day: date) -> int:
    """Days since 1 January 1970."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day that is so many days after the epoch."""
    return EPOCH + timedelta(days=number)


def month_number(day: date) -> int:
    """Calendar months since the epoch."""
    return (day.year - EPOCH.year) * 12 + day.month - 1


def month_start(number: int) -> date:
    """The first day of a month."""
    return date(EPOCH.year + number // 12, number % 12 + 1, 1)


@dataclass(frozen=True)
class Calendar:
    """The months from the first order to the as-of date; the last one ends with that date."""

    first: date
    as_of: date

    @cached_property
    def months(self) -> range:
        return range(month_number(self.first), month_number(self.as_of) + 1)

    @cached_property
    def ends(self) -> Ints:
        """The day on which each month is looked at: its last one, or the as-of date."""
        lasts = [day_number(month_start(month + 1)) - 1 for month in self.months]
        import numpy as np  # noqa: PLC0415, rooms that only name a month are light

        return np.minimum(lasts, day_number(self.as_of)).astype(np.int64)

    @property
    def complete(self) -> bool:
        """Whether the last month ends with the as-of date by itself."""
        return (self.as_of + timedelta(days=1)).day == 1

    def last_within(self, days: Ints) -> Ints:
        """The last month that is looked at on one of these days or before."""
        import numpy as np  # noqa: PLC0415, rooms that only name a month are light

        return np.searchsorted(self.ends, days, side="right") - 1 + self.months[0]
