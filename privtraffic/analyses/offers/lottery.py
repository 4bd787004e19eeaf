"""The lottery of the month of birth: everybody draws one, and it decides who holds a birthday coupon when.

Members born in a calendar month are held against all others in that same month, so that no season and no kind of member
can make the difference: Mantel-Haenszel over the calendar months (Mantel & Haenszel 1959), with the variance of
Greenland & Robins (1985) for rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from privtraffic.analyses.offers.rows import BirthRow, RiskRow
from privtraffic.analyses.statistics.intervals import Z95


@dataclass(frozen=True)
class Stratum:
    """A calendar month: orders and members born in it, and those of all others."""

    own_orders: float
    own_members: float
    other_orders: float
    other_members: float


@dataclass(frozen=True)
class Ratio:
    """A rate ratio with its 95 % interval; None where it cannot be told."""

    own_orders: int
    own_rate: float | None
    other_rate: float | None
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def error(self) -> float | None:
        """Standard error of its logarithm."""
        return log(self.high / self.low) / (2 * Z95) if self.low and self.high else None


def rate_ratio(strata: Iterable[Stratum]) -> Ratio:
    """Orders a member and month of those born in it ÷ those of the others, over all months."""
    above = below = spread = 0.0
    own = [0.0, 0.0]
    other = [0.0, 0.0]
    for one in strata:
        whole = one.own_members + one.other_members
        if not one.own_members or not one.other_members:
            continue
        above += one.own_orders * one.other_members / whole
        below += one.other_orders * one.own_members / whole
        spread += (one.own_orders + one.other_orders) * one.own_members * one.other_members / whole**2
        own = [own[0] + one.own_orders, own[1] + one.own_members]
        other = [other[0] + one.other_orders, other[1] + one.other_members]
    rate, others = (orders / members if members else None for orders, members in (own, other))
    if above <= 0 or below <= 0:
        return Ratio(int(own[0]), rate, others)
    far = Z95 * sqrt(spread / (above * below))
    return Ratio(int(own[0]), rate, others, above / below, above / below * exp(-far), above / below * exp(far))


def over(after: Ratio, before: Ratio) -> Ratio:
    """The ratio with the coupon relative to the ratio without it: the effect of the birthday itself is taken off."""
    if after.value is None or before.value is None or after.error is None or before.error is None:
        return after
    value, far = after.value / before.value, Z95 * sqrt(after.error**2 + before.error**2)
    return Ratio(after.own_orders, after.own_rate, after.other_rate, value, value * exp(-far), value * exp(far))


def strata(risk: Sequence[RiskRow], births: Sequence[BirthRow], months: range) -> dict[int, Stratum]:
    """The months by number: members are at risk from the month after that of their first purchase."""
    orders: Mapping[tuple[int, int], int] = {(row["month"], row["birth_month"]): row["orders"] for row in births}
    found = {}
    for month in months:
        members = [0] * 13
        for row in risk:
            if row["first_month"] < month:
                members[row["birth_month"]] += row["members"]
        bought = [0, *(orders.get((month, birth), 0) for birth in range(1, 13))]
        own = month % 12 + 1
        found[month] = Stratum(bought[own], members[own], sum(bought) - bought[own], sum(members) - members[own])
    return found
