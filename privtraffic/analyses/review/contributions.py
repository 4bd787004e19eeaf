"""Which brands, channels, stores and guides the change came from, and which of them really differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

from privtraffic.analyses.review.months import Month
from privtraffic.analyses.review.rows import (
    Compared,
    FollowedCount,
    Part,
    PartSums,
    Place,
    PlaceCount,
    PlaceName,
    SideName,
    moved,
)
from privtraffic.analyses.rows import keyed_rows
from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.analyses.statistics.intervals import Z95, two_sided, wilson
from privtraffic.analyses.statistics.shrinkage import beta_binomial
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries

SQL = queries(__name__)

ORDER_DIMENSIONS = ("channel", "store", "guide")
SMALL = 30
FOLLOWED_DAYS = 90
NOT_GIVEN = "(none)"

Group = tuple[str | None, ...]
"""A value of a dimension, or of two: the store and the guide."""


@dataclass(frozen=True)
class Side:
    """A month to compare with: its name in the queries and whether the data show it."""

    name: SideName
    month: Month
    known: bool

    @property
    def period(self) -> str:
        return {"before": "last_month", "year": "last_year"}[self.name]


@dataclass(frozen=True)
class Parts:
    """The values of the dimensions that the export has.

    Attributes
    ----------
    changes
        By dimension: one row a value with its revenue then and now; the contributions of each add up to the change.
    places
        By dimension (store, guide): one row a value of this month, fairly compared.
    """

    changes: Mapping[str, Sequence[Part]]
    places: Mapping[PlaceName, Sequence[Place]]


def split(data: Dataset, dimensions: Sequence[str], now: Month, sides: Sequence[Side]) -> Parts:
    """Revenue of the members by each dimension, in the month and in those it is compared with."""
    engine = data.engine
    numbers: Bound = {"now": now.number, **{side.name: side.month.number for side in sides}}
    months, bound = _months(now, sides)
    by_order = [name for name in dimensions if name in ORDER_DIMENSIONS]
    listed = "".join(f"{name}, " for name in by_order)
    engine.run("review_orders", SQL["orders_by"].format(dimensions=listed, months=months), **bound)
    if "brand" in dimensions:
        engine.run("review_lines", SQL["lines_by"].format(months=months), **bound)
    changes: dict[str, list[Part]] = {}
    places: dict[PlaceName, list[Place]] = {}
    for name in dimensions:
        keys = ("store", "guide") if name == "guide" and "store" in dimensions else (name,)
        source = "review_lines" if name == "brand" else "review_orders"
        listed = ", ".join(keys)
        query = SQL["parts"].format(part=listed, names=listed, source=source)
        rows = keyed_rows(engine.fetch(query, **numbers), keys, PartSums)
        if not any(group[-1] is not None for group, _ in rows):
            continue
        if name != "guide":
            changes[name] = _contributions(rows, sides)
        if name == "store":
            places["store"] = _compared(data, rows, ("store",), now, sides)
        elif name == "guide":
            both: tuple[PlaceName, ...] = ("store", "guide") if "store" in keys else ("guide",)
            places["guide"] = _compared(data, rows, both, now, sides)
    return Parts(changes, places)


def _months(now: Month, sides: Sequence[Side]) -> tuple[str, Bound]:
    spans: list[str] = []
    bound: Bound = {}
    for name, month in (("now", now), *((side.name, side.month) for side in sides)):
        spans.append(f"(o.ordered_at >= :{name}_start and o.ordered_at < :{name}_after)")
        bound |= {f"{name}_start": _start(month), f"{name}_after": _start(month.after(1))}
    return " or ".join(spans), bound


def _start(month: Month) -> datetime:
    return datetime.combine(month.first_day, time())


def _contributions(rows: Sequence[tuple[Group, PartSums]], sides: Sequence[Side]) -> list[Part]:
    """Rows with contributions, intervals and q; the largest contribution first."""
    out: list[Part] = [
        {
            **_sold(row, sides),
            "dimension_value": NOT_GIVEN if group[-1] is None else group[-1],
            "small_part": max(row["buyers_now"], row["buyers_before"]) < SMALL,
        }
        for group, row in rows
    ]
    tested = [part for part in out if part["p_before"] is not None]
    for part, q in zip(tested, q_values([part["p_before"] or 0.0 for part in tested]) if tested else [], strict=True):
        part["q_before"] = q
    tested = [part for part in out if part["p_year"] is not None]
    for part, q in zip(tested, q_values([part["p_year"] or 0.0 for part in tested]) if tested else [], strict=True):
        part["q_year"] = q
    first = sides[0].name
    return sorted(out, key=lambda p: (-abs(moved(p, first)), -p["revenue"], p["dimension_value"]))


class Difference(NamedTuple):
    """From the revenue of a month compared with, `then`; all None where the data do not show it."""

    then: Decimal | None = None
    value: Decimal | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


def difference(now: Decimal, then: Decimal, spread: float) -> Difference:
    """The difference with its 95 % interval and two-sided p from its standard error."""
    if spread <= 0:
        return Difference(then, now - then)
    value = float(now - then)
    return Difference(then, now - then, value - Z95 * spread, value + Z95 * spread, two_sided(value, spread))


def compared(revenue: Decimal, orders: int, active: int, before: Difference, year: Difference) -> Compared:
    """A row of revenue beside the months compared with."""
    return {
        "revenue": revenue,
        "orders": orders,
        "active": active,
        "revenue_last_month": before.then,
        "contribution_before": before.value,
        "low_before": before.low,
        "high_before": before.high,
        "p_before": before.p,
        "q_before": None,
        "revenue_last_year": year.then,
        "contribution_year": year.value,
        "low_year": year.low,
        "high_year": year.high,
        "p_year": year.p,
        "q_year": None,
    }


def _sold(row: PartSums, sides: Sequence[Side]) -> Compared:
    known = {side.name for side in sides if side.known}
    before = difference(row["now"], row["before"], sqrt(float(row["spread_before"])))
    year = difference(row["now"], row["year"], sqrt(float(row["spread_year"])))
    return compared(
        row["now"],
        row["orders_now"],
        row["buyers_now"],
        before if "before" in known else Difference(),
        year if "year" in known else Difference(),
    )


def _compared(
    data: Dataset,
    rows: Sequence[tuple[Group, PartSums]],
    keys: tuple[PlaceName, ...],
    now: Month,
    sides: Sequence[Side],
) -> list[Place]:
    """Stores or guides of this month: what they sold, and how many of their members came back, against the rest."""
    engine = data.engine
    listed = ", ".join(keys)
    sql = SQL["kinds"].format(part=listed, names=listed, source="review_orders")
    kinds = dict(keyed_rows(engine.fetch(sql, now=now.number), keys, PlaceCount))
    after = _start(now.after(1))
    base_end = after - timedelta(days=FOLLOWED_DAYS)
    names = {
        "part": listed,
        "names": listed,
        "base_names": ", ".join(f"b.{key}" for key in keys),
        "same": " and ".join(f"b.{key} is not distinct from k.{key}" for key in keys),
    }
    spans = {"base_start": base_end - timedelta(days=FOLLOWED_DAYS), "base_end": base_end, "after": after}
    sql = SQL["followed"].format(**names)
    followed = dict(keyed_rows(engine.fetch(sql, days=FOLLOWED_DAYS, **spans), keys, FollowedCount))
    whole = data.quality.first_day is not None and data.quality.first_day <= spans["base_start"].date()
    out: list[Place] = []
    for group, row in rows:
        if group[-1] is None or not (row["buyers_now"] or group in followed):
            continue
        place = _place(row, kinds.get(group), followed.get(group) if whole else None, sides)
        for key, value in zip(keys, group, strict=True):
            place[key] = value
        out.append(place)
    _judge(out)
    return sorted(out, key=lambda p: (-p["revenue"], *(p[key] or "" for key in keys)))


def _place(row: PartSums, kinds: PlaceCount | None, followed: FollowedCount | None, sides: Sequence[Side]) -> Place:
    orders, buyers, revenue = row["orders_now"], row["buyers_now"], row["now"]
    value = float(revenue) / orders if orders else None
    value_low = value_high = None
    if value is not None and buyers >= 2:
        squares = float(row["yy_now"]) - 2 * value * float(row["yx_now"]) + value * value * float(row["xx_now"])
        spread = sqrt(max(0.0, squares)) / orders
        value_low, value_high = value - Z95 * spread, value + Z95 * spread
    first = kinds["first_timers"] if kinds else 0
    base = followed["followed_members"] if followed else 0
    back = followed["came_back"] if followed else 0
    low, high = wilson(back, base) or (None, None)
    return {
        **_sold(row, sides),
        "order_value": value,
        "order_value_low": value_low,
        "order_value_high": value_high,
        "units_per_order": row["units"] / row["counted"] if row["counted"] else None,
        "new_members": first,
        "new_share": first / buyers if buyers else None,
        "followed_members": base,
        "came_back": back,
        "came_back_rate": back / base if base else None,
        "came_back_rate_low": low,
        "came_back_rate_high": high,
        "small_part": base < SMALL,
        "shrunk_came_back": None,
        "rest_rate": None,
        "rest_q": None,
        "place_verdict": None,
        "store": None,
        "guide": None,
    }


def _judge(places: list[Place]) -> None:
    """Each place against all others: the drawn rate, the difference, and whether it is more than chance."""
    seen = [place for place in places if place["followed_members"]]
    if len(seen) < 2:
        return
    hits, trials = [p["came_back"] for p in seen], [p["followed_members"] for p in seen]
    for place, drawn in zip(seen, beta_binomial(hits, trials), strict=True):
        place["shrunk_came_back"] = drawn
    all_hits, all_trials = sum(hits), sum(trials)
    pooled = all_hits / all_trials
    differences, p_values = [], []
    for place in seen:
        base, back = place["followed_members"], place["came_back"]
        rest, rest_back = all_trials - base, all_hits - back
        place["rest_rate"] = rest_back / rest
        spread = sqrt(pooled * (1 - pooled) * (1 / base + 1 / rest))
        differences.append(back / base - rest_back / rest)
        p_values.append(two_sided(differences[-1], spread) if spread else 1.0)
    for place, apart, q in zip(seen, differences, q_values(p_values), strict=True):
        place["rest_q"] = q
        small = place["followed_members"] < SMALL
        place["place_verdict"] = "small" if small else "even" if q > 0.05 else "above" if apart > 0 else "below"
