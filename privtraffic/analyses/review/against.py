"""What `--against` asks for: which two sides stand beside each other, told before a file is opened."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Literal

from privtraffic.analyses.review.months import Period
from privtraffic.errors import PrivtrafficError

Way = Literal["month", "year", "channel", "store", "guide", "brand", "periods"]
DIMENSIONS: tuple[Way, ...] = ("channel", "store", "guide", "brand")
"""Columns of the orders that the review reads where an export has them; two values of one may be compared."""


@dataclass(frozen=True)
class Against:
    """Two sides: the month and one before it, two values of a column in the month, or two periods.

    Attributes
    ----------
    way
        The column whose values are compared; `month` or `year` for the month before or a year ago; `periods`.
    names
        The two values of a column, as they are typed.
    periods
        The two periods, in the order in which they are typed.
    """

    way: Way
    names: tuple[str, str] | None = None
    periods: tuple[Period, Period] | None = None

    @classmethod
    def parse(cls, text: str, option: str) -> Against:
        """Parse `month`, `year`, `store=North,South` or `2026-Q3:2025-Q3`.

        Raises
        ------
        PrivtrafficError
            For anything else, for one value or three, and for periods that share a month.
        """
        plain = text.strip()
        if plain in ("month", "year"):
            return cls("month" if plain == "month" else "year")
        column, sign, values = plain.partition("=")
        way = next((name for name in DIMENSIONS if name == column.strip()), None)
        if sign and way is not None:
            return cls(way, names=_two_names(text, values, option))
        ends = re.split("[:：]", plain)
        if len(ends) != 2 or sign:
            raise PrivtrafficError("bad_against", option=option, value=text)
        return cls("periods", periods=_two_periods(text, ends, option))

    @property
    def column(self) -> str | None:
        """The column whose values are compared."""
        return None if self.names is None else self.way

    def __str__(self) -> str:
        if self.names is not None:
            return f"{self.way}={','.join(self.names)}"
        return self.way if self.periods is None else ":".join(map(str, self.periods))


def _two_names(text: str, values: str, option: str) -> tuple[str, str]:
    """`A,B`; a name with a comma in it stands in quotes."""
    found = [name.strip() for name in next(csv.reader([values.replace("，", ",")], skipinitialspace=True), [])]
    if len(found) != 2 or not all(found) or found[0] == found[1]:
        raise PrivtrafficError("against_names", option=option, value=text)
    return found[0], found[1]


def _two_periods(text: str, ends: list[str], option: str) -> tuple[Period, Period]:
    try:
        first, second = (Period.parse(end) for end in ends)
    except PrivtrafficError:
        raise PrivtrafficError("bad_against", option=option, value=text) from None
    if first.first <= second.last and second.first <= first.last:
        raise PrivtrafficError("against_overlap", option=option, value=text)
    return first, second
