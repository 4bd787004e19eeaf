"""Which brands, channels and stores the change of revenue came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

from privtraffic.analyses.review.months import Month
from privtraffic.analyses.review.rows import Compared, Part, PartSums, SideName, moved
from privtraffic.analyses.rows import keyed_rows
from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.analyses.statistics.intervals import Z95, two_sided
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound, Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

ORDER_DIMENSIONS = ("channel", "store", "guide")
SMALL = 30
NOT_GIVEN = "(none)"


@dataclass(frozen=True)
class Side:
    """A month to compare with: its name in the queries and whether the data show it."""

    name: SideName
    month: Month
    known: bool

    @property
    def period(self) -> str:
        return {"before": "last_month", "year": "last_year"}[self.name]


def split(data: Dataset, dimensions: Sequence[str], now: Month, sides: Sequence[Side]) -> Mapping[str, Sequence[Part]]:
    """For each dimension one row per value, with its revenue in the month and in the months compared.

    The contributions of each dimension add up to the change.  Leaves `review_orders`, for the places.
    """
    engine = data.engine
    months, bound = _months(now, sides)
    by_order = [name for name in dimensions if name in ORDER_DIMENSIONS]
    listed = "".join(f"{name}, " for name in by_order)
    engine.run("review_orders", SQL["orders_by"].format(dimensions=listed, months=months), **bound)
    if "brand" in dimensions:
        engine.run("review_lines", SQL["lines_by"].format(months=months), **bound)
    changes: dict[str, Sequence[Part]] = {}
    for name in dimensions:
        if name == "guide":
            continue
        rows = sums_by(engine, name, "review_lines" if name == "brand" else "review_orders", now, sides)
        if any(value is not None for value, _ in rows):
            changes[name] = _contributions(rows, sides)
    return changes


def sums_by(
    engine: Engine, part: str, source: str, now: Month, sides: Sequence[Side]
) -> list[tuple[str | None, PartSums]]:
    """Sums of the months of a table by one of its columns."""
    numbers: Bound = {"now": now.number, **{side.name: side.month.number for side in sides}}
    rows = keyed_rows(engine.fetch(SQL["parts"].format(part=part, source=source), **numbers), (part,), PartSums)
    return [(value, row) for (value,), row in rows]


def _months(now: Month, sides: Sequence[Side]) -> tuple[str, Bound]:
    spans: list[str] = []
    bound: Bound = {}
    for name, month in (("now", now), *((side.name, side.month) for side in sides)):
        spans.append(f"(o.ordered_at >= :{name}_start and o.ordered_at < :{name}_after)")
        bound |= {f"{name}_start": _start(month), f"{name}_after": _start(month.after(1))}
    return " or ".join(spans), bound


def _start(month: Month) -> datetime:
    return datetime.combine(month.first_day, time())


def _contributions(rows: Sequence[tuple[str | None, PartSums]], sides: Sequence[Side]) -> list[Part]:
    """Rows with contributions, intervals and q; the largest contribution first."""
    out: list[Part] = [
        {
            **sold(row, sides),
            "dimension_value": NOT_GIVEN if value is None else value,
            "small_part": max(row["buyers_now"], row["buyers_before"]) < SMALL,
        }
        for value, row in rows
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
    """The difference to the revenue of an earlier month, `then`; all None where the data do not cover that month."""

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


def sold(row: PartSums, sides: Sequence[Side]) -> Compared:
    """Revenue of a part beside that of the months compared with."""
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
