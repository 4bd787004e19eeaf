"""The figures of a month, and how far their change is more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

from privtraffic.analyses.review.months import Month
from privtraffic.analyses.review.rows import Figures, MeasureKey
from privtraffic.analyses.rows import named_of
from privtraffic.analyses.statistics.intervals import Z95, two_sided
from privtraffic.engine.base import Engine

Unit = Literal["count", "money", "number", "rate", "days"]


@dataclass(frozen=True)
class Measure:
    """A figure of a month: what of its members is summed, and what that is divided by."""

    key: MeasureKey
    unit: Unit
    top: str = ""
    bottom: str = ""
    good: int = 1
    """Whether more of it is better (1), worse (-1) or neither (0)."""


MEASURES = (
    Measure("revenue", "money", "net"),
    Measure("orders", "count", "orders"),
    Measure("active", "count", "active"),
    Measure("new_members", "count", "new"),
    Measure("returning_members", "count", "returning"),
    Measure("reactivated_members", "count", "reactivated"),
    Measure("members", "count"),
    Measure("dormant_members", "count", good=-1),
    Measure("joined_in_month", "count"),
    Measure("order_value", "money", "net", "orders"),
    Measure("arpu", "money", "net", "active"),
    Measure("orders_per_active", "number", "orders", "active"),
    Measure("units_per_order", "number", "units", "counted"),
    Measure("repurchase_rate", "rate"),
    Measure("returning_share", "rate", "back", "active", good=0),
    Measure("refund_rate", "rate", "returned", "paid", good=-1),
    Measure("member_revenue_share", "rate"),
    Measure("member_order_share", "rate"),
    Measure("referral_share", "rate", good=0),
    Measure("repurchase_cycle_days", "days", good=0),
)

VALUES = {
    "net": "net",
    "orders": "orders",
    "active": "case when orders > 0 then 1 else 0 end",
    "new": "case when kind = 'new' then 1 else 0 end",
    "returning": "case when kind = 'returning' then 1 else 0 end",
    "reactivated": "case when kind = 'reactivated' then 1 else 0 end",
    "back": "case when kind in ('returning', 'reactivated') then 1 else 0 end",
    "units": "units",
    "counted": "counted",
    "paid": "paid",
    "returned": "returned",
}
"""What a member-month is worth, in the words of `review_paths`."""


@dataclass(frozen=True)
class Change:
    """A change between two months: relative for amounts (-0.12 is 12 % less), in points for rates, in days for days.

    `low` and `high` bound it at 95 % where it is a sum or a ratio over members: what would differ between two months
    of the same shop by chance alone.  `p` tells how easily chance brings as much.
    """

    value: float
    low: float | None = None
    high: float | None = None
    p: float | None = None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Moments:
    """Sums over members of the products of their values in two months (`now` first)."""

    sums: npt.NDArray[np.float64]
    places: Mapping[tuple[str, str], int]

    def spread(self, weights: Mapping[tuple[str, str], float]) -> float:
        """The standard error of the sum over members of a weighted sum of their values."""
        vector = np.zeros(len(self.places))
        for place, weight in weights.items():
            vector[self.places[place]] += weight
        return sqrt(max(0.0, float(vector @ self.sums @ vector)))


def moments(engine: Engine, sql: str, now: Month, then: Month) -> Moments:
    """Moments over the members of two months from one query, in exact sums: every run gives the same digits."""
    places = {(when, name): i for i, (when, name) in enumerate((w, n) for w in ("now", "then") for n in VALUES)}
    values = ", ".join(
        f"cast(coalesce(sum({VALUES[name]}) filter (where month = :{when}), 0) as decimal(18, 2)) as v{i}"
        for (when, name), i in places.items()
    )
    size = len(places)
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    products = ", ".join(f"cast(sum(v{i} * v{j}) as decimal(38, 4)) as p{i}_{j}" for i, j in pairs)
    found = engine.fetch(sql.format(values=values, products=products), now=now.number, then=then.number)
    (row,) = named_of(found, Decimal)
    sums = np.zeros((size, size))
    for i, j in pairs:
        sums[i, j] = sums[j, i] = float(row[f"p{i}_{j}"] or 0)
    return Moments(sums, places)


def change(measure: Measure, now: Figures, then: Figures, found: Moments | None) -> Change | None:
    """The change of a figure; None where either month lacks it, or where an amount was zero before."""
    of_now, of_then = now[measure.key], then[measure.key]
    if of_now is None or of_then is None:
        return None
    a, b = float(of_now), float(of_then)
    relative = measure.unit not in ("rate", "days")
    if relative and b <= 0:
        return None
    value = a / b - 1 if relative else a - b
    if found is None or not measure.top:
        return Change(value)
    weights: dict[tuple[str, str], float] = {}
    for when, row, level, factor in (("now", now, a, 1.0), ("then", then, b, -(a / b) if relative else -1.0)):
        scale = factor / b if relative else factor
        below = float(row["sums"][measure.bottom]) if measure.bottom else 1.0
        weights[when, measure.top] = weights.get((when, measure.top), 0.0) + scale / below
        if measure.bottom:
            weights[when, measure.bottom] = weights.get((when, measure.bottom), 0.0) - scale * level / below
    return bounded(value, found.spread(weights))


def share_change(now: Figures, then: Figures) -> Change | None:
    """The change of the referred share: members who join in two months are different people."""
    a, b = now["referral_share"], then["referral_share"]
    if a is None or b is None:
        return None
    spread = a * (1 - a) / (now["joined_in_month"] or 1) + b * (1 - b) / (then["joined_in_month"] or 1)
    return bounded(a - b, sqrt(spread))


def bounded(value: float, spread: float) -> Change:
    """A change with its 95 % interval and two-sided p from its standard error."""
    if not isfinite(spread) or spread <= 0:
        return Change(value)
    return Change(value, value - Z95 * spread, value + Z95 * spread, two_sided(value, spread))
