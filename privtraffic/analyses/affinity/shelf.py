"""The members' purchases as whole numbers: which item on which day, and what items there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from privtraffic.analyses.affinity.rows import Extent, Size
from privtraffic.analyses.met import MOST_MARKS
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.engine.base import Bound, Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError

SQL = queries(__name__)
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Item:
    """An item of the shelf: members who bought it in the window, and their revenue."""

    name: str
    buyers: int
    revenue: Decimal


@dataclass(frozen=True)
class Shelf:
    """What was bought. Days are whole numbers since 1970; items are numbered from the one with the most lines.

    `cross_buyers` have bought two items or more.  The tables stay in the engine: `affinity_lots` (member, day, item,
    line_count, revenue), `affinity_days` (member, day, line_count, bought), `affinity_first_days` (member, item, day),
    and the codes in `affinity_members` and `affinity_items`.
    """

    engine: Engine
    items: Mapping[int, Item]
    members: int
    cross_buyers: int
    order_days: int
    first_day: int
    last_day: int

    @property
    def few(self) -> bool:
        """Whether a whole number has a bit for each item."""
        return len(self.items) <= MOST_MARKS

    def name(self, item: int) -> str:
        return self.items[item].name

    def largest(self, count: int) -> Sequence[int]:
        """The items with the most order lines."""
        return sorted(self.items)[:count]


def stock_shelf(engine: Engine, level: str, bounds: Bound, *, as_of: date, keep_zero: bool) -> Shelf:
    """Lay out what was bought in the window.

    Left out: orders without a member, negative documents, lines wholly paid back or of a price of zero (unless zero
    amounts count as purchases).
    """
    counted = "net >= 0" if keep_zero else "net > 0"
    engine.run("affinity_bought", SQL["bought"].format(level=level, counted=counted), **bounds)
    engine.run("affinity_known", SQL["known"], numbered=True)
    engine.view("affinity_members", SQL["members"])
    for name in ("items", "lots", "days", "first_days"):
        engine.run(f"affinity_{name}", SQL[name])
    engine.drop("affinity_bought")
    extent = row_of(engine.fetch(SQL["extent"]), Extent)
    rows = rows_of(engine.fetch(SQL["sizes"]), Size)
    return Shelf(
        engine=engine,
        items={row["item"]: Item(row["name"], row["buyers"], row["revenue"]) for row in rows},
        members=extent["members"],
        cross_buyers=extent["cross_buyers"],
        order_days=extent["order_days"],
        first_day=extent["first_day"] or 0,
        last_day=number_of(as_of),
    )


def stock_of(shelf: Shelf, names: Sequence[str] | None, level: str) -> list[int] | None:
    """The items of these names; None where all may be offered.

    Raises
    ------
    PrivtrafficError
        Where no item has one of them.
    """
    if names is None:
        return None
    wanted = set(names)
    found = [code for code, item in shelf.items.items() if item.name in wanted]
    if not found:
        raise PrivtrafficError("stock_unknown", level=level, value=names[0])
    return found


def number_of(day: date) -> int:
    """A day as the tables have it."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The day of a number."""
    return _EPOCH + timedelta(days=number)
