"""What members will still use of their points, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from privtraffic.analyses.offers.rows import FateRow, Month, MonthRow
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import month_number, month_start
from privtraffic.analyses.statistics.survival import kaplan_meier
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)


@dataclass(frozen=True)
class Points:
    """The state of a points ledger.

    Attributes
    ----------
    held, expected
        Points that members hold, and how many of them are expected to be used before they expire.
    liability
        Expected points × what a point is worth.
    use_rate
        Share of points earned that is used in the end, by the curve.
    recognised
        Used ÷ (used + expected): the share of what was set aside for all points so far that is earned by their use.
    """

    months: Sequence[Month]
    held: int
    expected: float
    liability: Decimal
    use_rate: float | None
    recognised: float | None
    uncovered: int


def recognised(allocated: float, used: float, expected: float) -> float:
    """What of the price of points is earned: by those used of all that are expected to be (IFRS 15.B46)."""
    return allocated * min(used / expected, 1.0) if expected > 0 else 0.0


def read_points(data: Dataset, value: float) -> Points | None:
    """The state of the points ledger; None where there is no ledger."""
    if "points" not in data.side:
        return None
    bounds = data.settings.bounds(data.as_of)
    found = rows_of(data.engine.fetch(SQL["months"], **bounds), MonthRow)
    fates = rows_of(data.engine.fetch(SQL["matched"], **bounds), FateRow)
    held, expected, rate = expected_use(fates)
    months = _months(found, data.as_of)
    if not months:
        return None
    liability = Decimal(f"{expected * value:.2f}")
    months[-1] = {**months[-1], "expected_used": round(expected), "liability": liability}
    used = sum(row["points"] for row in fates if row["fate"] == "used")
    taken = sum(month["used"] + month["expired"] for month in months)
    matched = sum(row["points"] for row in fates if row["fate"] != "held")
    share = recognised(1.0, used, used + expected) if used + expected > 0 else None
    return Points(months, held, expected, liability, rate, share, taken - matched)


def expected_use(fates: Sequence[FateRow]) -> tuple[int, float, float | None]:
    """Points held, those of them expected to be used, and the share of a point's chance to be used in the end.

    Kaplan-Meier by age, each point one: used is the event, expired or still held is where it was last seen.
    """
    if not fates:
        return 0, 0.0, None
    last = max(max(row["age"], row["life"] or 0) for row in fates)
    events, censored = np.zeros(last + 1, dtype=np.int64), np.zeros(last + 1, dtype=np.int64)
    for row in fates:
        (events if row["fate"] == "used" else censored)[row["age"]] += row["points"]
    left = kaplan_meier(events, censored).survival
    held, expected = 0, 0.0
    for row in fates:
        if row["fate"] == "held":
            end = last if row["life"] is None else min(row["life"], last)
            now = float(left[row["age"]])
            chance = (now - float(left[max(end, row["age"])])) / now if now > 0 else 0.0
            held += row["points"]
            expected += row["points"] * chance
    return held, expected, float(1 - left[-1])


def _months(found: Sequence[MonthRow], as_of: date) -> list[Month]:
    """Every month from the first to the as-of date, with what members held at its end."""
    if not found:
        return []
    of = {row["month"]: row for row in found}
    balance, months = 0, []
    for number in range(min(of), month_number(as_of) + 1):
        row = of.get(number) or MonthRow(month=number, earned=0, used=0, expired=0)
        balance += row["earned"] - row["used"] - row["expired"]
        month: Month = {
            "month": f"{month_start(number):%Y-%m}",
            "earned": row["earned"],
            "used": row["used"],
            "expired": row["expired"],
            "balance": balance,
            "expected_used": None,
            "liability": None,
        }
        months.append(month)
    return months
