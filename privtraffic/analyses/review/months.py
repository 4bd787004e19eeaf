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


_PERIOD = re.compile(r"(\d{4})\s*年?(?:\s*-?\s*(?:(?P<half>[Hh][12])|(?:[Qq]|第)\s*(?P<quarter>[1-4])(?:季度?)?))?")
_BETWEEN = re.compile(r"\s*(?:\.\.|…|~|至)\s*")


@dataclass(frozen=True)
class Period:
    """Whole calendar months, the first and the last included."""

    first: Month
    last: Month

    @classmethod
    def parse(cls, text: str) -> Period:
        """`2026-10`, `2026-Q3`, `2026-H1`, `2026`, `2026-09..2026-11`; anything else is a usage error."""
        ends = _BETWEEN.split(text.strip())
        if len(ends) == 2 and all(ends):
            first, last = Month.parse(ends[0]), Month.parse(ends[1])
            if first.number <= last.number:
                return cls(first, last)
        if match := _PERIOD.fullmatch(ends[0] if len(ends) == 1 else ""):
            year = Month.parse(f"{match[1]}-01")
            if match["quarter"]:
                return cls(year.after(3 * int(match["quarter"]) - 3), year.after(3 * int(match["quarter"]) - 1))
            if match["half"]:
                return cls(year.after(6 * int(match["half"][1]) - 6), year.after(6 * int(match["half"][1]) - 1))
            return cls(year, year.after(11))
        month = Month.parse(text)
        return cls(month, month)

    @property
    def months(self) -> range:
        """The numbers of its months."""
        return range(self.first.number, self.last.number + 1)

    @property
    def days(self) -> int:
        return (self.last.last_day - self.first.first_day).days + 1

    def __str__(self) -> str:
        year, count = self.first.first_day.year, len(self.months)
        begins = (self.first.first_day.month - 1) % count == 0 if count in (3, 6, 12) else False
        if count == 1:
            return str(self.first)
        if begins and count == 12:
            return str(year)
        if begins:
            return f"{year}-{'Q' if count == 3 else 'H'}{(self.first.first_day.month - 1) // count + 1}"
        return f"{self.first}..{self.last}"


@dataclass(frozen=True)
class Observed:
    """The months that the export covers completely.

    A small shop does not sell every day, so an export may begin or end some days within a month and still show all of
    it: such a gap may be as long as the longest between two days with orders within 90 days of that end, less one.
    """

    first: date
    last: date
    slack_first: int
    slack_last: int

    @classmethod
    def of(cls, days: Sequence[date], seen_to: date | None = None) -> Observed:
        """From the days with orders, in order; up to `seen_to` the user says that nothing is missing."""
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

    def end_of(self, month: Month) -> date:
        """The last day of the month that is in the data."""
        return month.last_day if self.ended(month) else min(month.last_day, self.last)

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
