"""Numbers inside sentences: changes carry their sign."""

from __future__ import annotations

from decimal import Decimal

from privtraffic.analyses.review.measures import Change, Measure
from privtraffic.report.format import show, signed
from privtraffic.report.words import Words


def percent(value: float) -> str:
    """`+3.6%`, `-12.0%`."""
    return f"{signed(value * 100)}%"


def points(value: float, words: Words) -> str:
    """`-1.8 pp`, `-1.8 个百分点`; two decimals where one would show nothing."""
    return f"{signed(value * 100, 1 if abs(value) >= 0.0005 else 2)} {words('unit.points')}"


def signed_money(value: float | Decimal) -> str:
    """Money with its sign: `-14,484`, `+812.40`."""
    text = show(value, "money")
    return text if text.startswith("-") or not text.strip("0.") else f"+{text}"


def step(measure: Measure, value: float, words: Words) -> str:
    """A change in the way of its figure: per cent of amounts, points of rates, days of days."""
    if measure.unit == "rate":
        return points(value, words)
    if measure.unit == "days":
        return words("review.days", days=signed(value, 0))
    return percent(value)


def between(measure: Measure, change: Change, words: Words) -> str:
    """The interval of a change, empty without one."""
    if change.low is None or change.high is None:
        return ""
    low, high = (step(measure, bound, words) for bound in (change.low, change.high))
    if measure.unit == "rate":
        low = low.removesuffix(words("unit.points")).rstrip()
    return words("review.between", low=low, high=high)
