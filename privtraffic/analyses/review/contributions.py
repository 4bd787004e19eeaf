"""Which brands, channels, stores and guides the change came from, and which of them really differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import sqrt
from typing import Any

from privtraffic.analyses.review.months import Month
from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.analyses.statistics.intervals import Z95, two_sided, wilson
from privtraffic.analyses.statistics.survival import shrunk
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)

ORDER_DIMENSIONS = ("channel", "store", "guide")
SMALL = 30
FOLLOWED_DAYS = 90
NOT_GIVEN = "(none)"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Side:
    """A month to compare with: its name in the queries and whether the data show it."""

    name: str
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

    changes: Mapping[str, Sequence[Row]]
    places: Mapping[str, Sequence[Row]]


def split(data: Dataset, dimensions: Sequence[str], now: Month, sides: Sequence[Side]) -> Parts:
    """Revenue of the members by each dimension, in the month and in those it is compared with."""
    engine = data.engine
    numbers = {"now": now.number, **{side.name: side.month.number for side in sides}}
    months, bound = _months(now, sides)
    by_order = [name for name in dimensions if name in ORDER_DIMENSIONS]
    listed = "".join(f"{name}, " for name in by_order)
    engine.run("review_orders", SQL["orders_by"].format(dimensions=listed, months=months), **bound)
    if "brand" in dimensions:
        engine.run("review_lines", SQL["lines_by"].format(months=months), **bound)
    changes, places = {}, {}
    for name in dimensions:
        keys = ("store", "guide") if name == "guide" and "store" in dimensions else (name,)
        source = "review_lines" if name == "brand" else "review_orders"
        listed = ", ".join(keys)
        query = SQL["parts"].format(part=listed, names=listed, source=source)
        rows = engine.fetch(query, **numbers).to_pylist()
        if not any(row[name] is not None for row in rows):
            continue
        if name != "guide":
            changes[name] = _contributions(rows, name, sides)
        if name in ("store", "guide"):
            places[name] = _compared(data, rows, keys, now, sides)
    return Parts(changes, places)


def _months(now: Month, sides: Sequence[Side]) -> tuple[str, dict[str, Any]]:
    spans: list[str] = []
    bound: dict[str, Any] = {}
    for name, month in (("now", now), *((side.name, side.month) for side in sides)):
        spans.append(f"(o.ordered_at >= :{name}_start and o.ordered_at < :{name}_after)")
        bound |= {f"{name}_start": _start(month), f"{name}_after": _start(month.after(1))}
    return " or ".join(spans), bound


def _start(month: Month) -> datetime:
    return datetime.combine(month.first_day, time())


def _contributions(rows: Sequence[Row], name: str, sides: Sequence[Side]) -> list[Row]:
    """Rows with contributions, intervals and q; the largest contribution first."""
    out: list[dict[str, Any]] = []
    for row in rows:
        part: dict[str, Any] = {
            "dimension_value": NOT_GIVEN if row[name] is None else row[name],
            "revenue": row["now"],
            "orders": row["orders_now"],
            "active": row["buyers_now"],
        }
        for side in sides:
            part |= _contribution(row, side)
        part["small_part"] = max(row["buyers_now"], row["buyers_before"]) < SMALL
        out.append(part)
    for side in sides:
        tested = [part for part in out if part.get(f"p_{side.name}") is not None]
        found = q_values([part[f"p_{side.name}"] for part in tested]) if tested else []
        for part, q in zip(tested, found, strict=True):
            part[f"q_{side.name}"] = q
    first = sides[0].name
    return sorted(out, key=lambda p: (-abs(p[f"contribution_{first}"] or 0), -p["revenue"], p["dimension_value"]))


def _contribution(row: Row, side: Side) -> dict[str, Any]:
    name = side.name
    blank: dict[str, Any] = {f"{key}_{name}": None for key in ("contribution", "low", "high", "p", "q")}
    blank[f"revenue_{side.period}"] = None
    if not side.known:
        return blank
    difference = row["now"] - row[name]
    found = blank | {f"revenue_{side.period}": row[name], f"contribution_{name}": difference}
    spread = sqrt(float(row[f"spread_{name}"]))
    if spread > 0:
        found[f"low_{name}"] = float(difference) - Z95 * spread
        found[f"high_{name}"] = float(difference) + Z95 * spread
        found[f"p_{name}"] = two_sided(float(difference), spread)
    return found


def _compared(
    data: Dataset, rows: Sequence[Row], keys: tuple[str, ...], now: Month, sides: Sequence[Side]
) -> list[Row]:
    """Stores or guides of this month: what they sold, and how many of their members came back, against the rest."""
    engine = data.engine
    listed = ", ".join(keys)
    month = {"now": now.number}
    kinds = _by(engine.fetch(SQL["kinds"].format(part=listed, names=listed, source="review_orders"), **month), keys)
    after = _start(now.after(1))
    base_end = after - timedelta(days=FOLLOWED_DAYS)
    names = {
        "part": listed,
        "names": listed,
        "base_names": ", ".join(f"b.{key}" for key in keys),
        "same": " and ".join(f"b.{key} is not distinct from k.{key}" for key in keys),
    }
    spans = {"base_start": base_end - timedelta(days=FOLLOWED_DAYS), "base_end": base_end, "after": after}
    followed = _by(engine.fetch(SQL["followed"].format(**names), days=FOLLOWED_DAYS, **spans), keys)
    whole = data.quality.first_day is not None and data.quality.first_day <= spans["base_start"].date()
    out = [
        _place(row, keys, kinds.get(_key(row, keys)), followed.get(_key(row, keys)) if whole else None, sides)
        for row in rows
        if row[keys[-1]] is not None and (row["buyers_now"] or _key(row, keys) in followed)
    ]
    _judge(out)
    return sorted(out, key=lambda p: (-p["revenue"], *(p[key] or "" for key in keys)))


def _by(found: Any, keys: tuple[str, ...]) -> dict[tuple[Any, ...], Row]:
    return {_key(row, keys): row for row in found.to_pylist()}


def _key(row: Row, keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[key] for key in keys)


def _place(
    row: Row, keys: tuple[str, ...], kinds: Row | None, followed: Row | None, sides: Sequence[Side]
) -> dict[str, Any]:
    orders, buyers, revenue = row["orders_now"], row["buyers_now"], row["now"]
    place: dict[str, Any] = {key: row[key] for key in keys}
    place |= {"revenue": revenue, "active": buyers, "orders": orders}
    for side in sides:
        place |= _contribution(row, side)
    value = float(revenue) / orders if orders else None
    place |= {"order_value": value, "order_value_low": None, "order_value_high": None}
    if value is not None and buyers >= 2:
        squares = float(row["yy_now"]) - 2 * value * float(row["yx_now"]) + value * value * float(row["xx_now"])
        spread = sqrt(max(0.0, squares)) / orders
        place |= {"order_value_low": value - Z95 * spread, "order_value_high": value + Z95 * spread}
    place["units_per_order"] = row["units"] / row["counted"] if row["counted"] else None
    first = kinds["first_timers"] if kinds else 0
    place["new_members"] = first
    place["new_share"] = first / buyers if buyers else None
    base = followed["followed_members"] if followed else 0
    back = followed["came_back"] if followed else 0
    low, high = wilson(back, base) or (None, None)
    place |= {
        "followed_members": base,
        "came_back": back,
        "came_back_rate": back / base if base else None,
        "came_back_rate_low": low,
        "came_back_rate_high": high,
        "small_part": base < SMALL,
    }
    return place


def _judge(places: list[dict[str, Any]]) -> None:
    """Each place against all others: the drawn rate, the difference, and whether it is more than chance."""
    seen = [place for place in places if place["followed_members"]]
    for place in places:
        place |= {"shrunk_came_back": None, "rest_rate": None, "rest_q": None, "place_verdict": None}
    if len(seen) < 2:
        return
    hits, trials = [p["came_back"] for p in seen], [p["followed_members"] for p in seen]
    for place, drawn in zip(seen, shrunk(hits, trials), strict=True):
        place["shrunk_came_back"] = drawn
    all_hits, all_trials = sum(hits), sum(trials)
    p_values = []
    for place in seen:
        base, back = place["followed_members"], place["came_back"]
        rest, rest_back = all_trials - base, all_hits - back
        place["rest_rate"] = rest_back / rest
        pooled = all_hits / all_trials
        spread = sqrt(pooled * (1 - pooled) * (1 / base + 1 / rest))
        place["_p"] = two_sided(back / base - rest_back / rest, spread) if spread else 1.0
        p_values.append(place["_p"])
    for place, q in zip(seen, q_values(p_values), strict=True):
        place["rest_q"] = q
        del place["_p"]
        small = place["followed_members"] < SMALL
        ahead = place["came_back_rate"] > place["rest_rate"]
        place["place_verdict"] = "small" if small else "even" if q > 0.05 else "above" if ahead else "below"
