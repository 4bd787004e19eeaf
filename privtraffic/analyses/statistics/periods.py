"""Calendar periods as whole numbers, so that an age is a difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from privtraffic.analyses.statistics.calendar import day_number, day_of, month_number, month_start

By = Literal["day", "week", "month", "quarter"]

_SQL: dict[str, str] = {
    "day": "cast(days_between(date '1900-01-01', {0}) as int)",
    "week": "cast(floor(days_between(date '1900-01-01', {0}) / 7.0) as int)",
    "month": "cast(months_between_starts(date '1900-01-01', {0}) as int)",
    "quarter": "cast(floor(months_between_starts(date '1900-01-01', {0}) / 3.0) as int)",
}
_MONTHS = {"month": 1, "quarter": 3}
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Calendar:
    """The periods of one kind, numbered from 1900; weeks start on Monday."""

    by: By

    def sql(self, moment: str) -> str:
        """The number of the period of a date or timestamp, in portable SQL."""
        return _SQL[self.by].format(moment)

    def number(self, day: date) -> int:
        """The number of the period that holds a day."""
        if self.by in _DAYS:
            return day_number(day) // _DAYS[self.by]
        return month_number(day) // _MONTHS[self.by]

    def first_day(self, number: int) -> date:
        """The first day of a period."""
        if self.by in _DAYS:
            return day_of(number * _DAYS[self.by])
        return month_start(number * _MONTHS[self.by])

    def last_day(self, number: int) -> date:
        """The last day of a period."""
        return self.first_day(number + 1) - timedelta(days=1)

    def label(self, number: int) -> str:
        """`2026-10`, `2026-Q4`, or the ISO first day of a week or day."""
        first = self.first_day(number)
        if self.by == "month":
            return f"{first:%Y-%m}"
        return f"{first.year}-Q{(first.month + 2) // 3}" if self.by == "quarter" else first.isoformat()
