"""Calendar months: which one is reviewed, which are wholly in the data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from privtraffic.analyses.statistics.calendar import month_number, month_start
from privtraffic.errors import PrivtrafficError

_MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*月?")
_NEIGHBOURHOOD_DAYS = 90


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, numbered from January 1900 (statistics/calendar.py) so that months can be subtracted."""

    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(month_number(day))

    @classmethod
    def parse(cls, text: str) -> Month:
        """`2026-10`, `202610`, `2026年10月`; anything else is a usage error."""
        match = _MONTH.fullmatch(text.strip())
        if not match or not 1 <= int(match[2]) <= 12 or not 1990 <= int(match[1]) <= 9998:
            raise PrivtrafficError("bad_month", value=text)
        return cls.of(date(int(match[1]), int(match[2]), 1))

    @property
    def first_day(self) -> date:
        return month_start(self.number)

    @property
    def last_day(self) -> date:
        return self.after(1).first_day - timedelta(days=1)

    @property
    def days(self) -> int:
        return self.last_day.day

    def after(self, months: int) -> Month:
        return Month(self.number + months)

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m}"


@dataclass(frozen=True)
class Observed:
    """Which months an export shows wholly.

    A small shop does not sell every day, so an export may begin or end some days within a month and still show all of
    it: such a gap may be as long as the longest between two days with orders within 90 days of that end, less one.
    """

    first: date
    last: date
    slack_first: int
    slack_last: int

    @classmethod
    def of(cls, days: Sequence[date], seen_to: date | None = None) -> Observed:
        """From the days with orders, in order; `seen_to` is a day up to which the user says nothing is missing."""
        first, last = days[0], days[-1]
        gaps = list(pairwise(days))
        begin, end = first + timedelta(days=_NEIGHBOURHOOD_DAYS), last - timedelta(days=_NEIGHBOURHOOD_DAYS)
        at_first = max(((b - a).days for a, b in gaps if a <= begin), default=1)
        at_last = max(((b - a).days for a, b in gaps if b >= end), default=1)
        if seen_to and seen_to >= last:
            return cls(first, seen_to, at_first - 1, 0)
        return cls(first, last, at_first - 1, at_last - 1)

    def begun(self, month: Month) -> bool:
        """Whether the data reach back to the first day of the month."""
        return (self.first - month.first_day).days <= self.slack_first

    def ended(self, month: Month) -> bool:
        """Whether the data reach the last day of the month."""
        return (month.last_day - self.last).days <= self.slack_last

    def whole(self, month: Month) -> bool:
        return self.begun(month) and self.ended(month) and month.last_day >= self.first

    def latest(self) -> Month | None:
        """The last month that is wholly in the data."""
        month = Month.of(self.last)
        return next((m for m in (month, month.after(-1)) if self.whole(m)), None)


def chosen(asked: Month | None, observed: Observed) -> Month:
    """The month to review.

    Raises
    ------
    PrivtrafficError
        Where the data do not show the month wholly, or no month at all.
    """
    latest = observed.latest()
    if asked is None:
        if latest is None:
            raise PrivtrafficError("review_no_month", first=observed.first, last=observed.last)
        return latest
    if observed.whole(asked):
        return asked
    known = {"value": asked, "first": observed.first, "last": observed.last}
    if asked.last_day < observed.first or asked.first_day > observed.last:
        raise PrivtrafficError("review_month_outside", **known)
    if not observed.ended(asked):
        raise PrivtrafficError("review_month_open", **known, end=asked.last_day)
    raise PrivtrafficError("review_month_cut", **known, start=asked.first_day)
