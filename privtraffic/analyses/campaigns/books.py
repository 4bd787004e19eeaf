"""Money by day of every scope and part that a campaign is judged in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from privtraffic.analyses.campaigns.baseline import BASE_DAYS, Bools, Floats, Series, closed_days
from privtraffic.analyses.campaigns.blocks import SOON, Block, Scope, busy, narrowed
from privtraffic.analyses.campaigns.room import SCOPE
from privtraffic.analyses.campaigns.rows import OffRow, RefundedRow, SoldRow
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.schema import LINE_DIMENSIONS

SQL = queries("privtraffic.analyses.campaigns.compute")

HOUSE: Scope = (None, None, None)
MOST_PARTS = 50
"""Values of --by that are judged: those that sell most."""

Part = tuple[str | None] | None
"""A value of --by, which may be none at all, or all of them together."""


@dataclass
class Book:
    """Money by day of one scope or part; cents, so that sums are exact."""

    cents: Floats
    paid: Floats
    refunds: Floats
    discount: Floats

    @classmethod
    def empty(cls, days: int) -> Book:
        return cls(*(np.zeros(days) for _ in range(4)))


@dataclass(frozen=True)
class Books:
    """The books of all scopes and parts, and their common calendar.

    Attributes
    ----------
    discounts
        Whether the orders tell what was taken off.
    refunded
        By day, money of orders of the house that were wholly paid back.
    parts
        The values of --by that are judged, those that sell most first; `parts_left_out` are the others.
    """

    first: int
    days: int
    blocks: Sequence[Block]
    after_days: int
    by: str | None
    discounts: bool
    refunded: Floats
    parts: Sequence[str | None]
    parts_left_out: int
    _books: Mapping[tuple[Scope, Part], Book]
    _series: dict[tuple[Scope, Part], Series] = field(default_factory=dict)

    def book(self, scope: Scope, part: Part = None) -> Book | None:
        """The book of a scope and part; None where nothing was sold."""
        return self._books.get((scope, part))

    def series(self, scope: Scope, part: Part = None) -> Series:
        """Sales in yuan with the days of campaigns that are for some of them."""
        if (scope, part) not in self._series:
            within = narrowed(scope, self.by, part[0]) if part else scope
            book = self.book(scope, part) or Book.empty(self.days)
            days = self.first, self.days
            self._series[scope, part] = Series(
                self.first,
                book.cents / 100,
                busy(self.blocks, within, *days),
                busy(self.blocks, within, *days, after=self.after_days),
                closed_days(self.first, self._books[HOUSE, None].cents),
                busy(self.blocks, within, *days, after=self.after_days, times=SOON),
            )
        return self._series[scope, part]

    def base(self, series: Series, before: int) -> Bools:
        """The clean days of the 56 before a day."""
        place = np.arange(self.days)
        end = before - self.first
        return np.asarray((place >= end - BASE_DAYS) & (place < end) & ~series.busy & ~series.closed)


def read_books(data: Dataset, blocks: Sequence[Block], judged: Sequence[Block], after: int, by: str | None) -> Books:
    """Sum sales by day in every scope of the judged campaigns, by part where that is asked."""
    engine = data.engine
    scopes = list(dict.fromkeys((HOUSE, *(block.scope for block in judged))))
    told = [name for place, name in enumerate(SCOPE) if any(scope[place] is not None for scope in scopes)]
    dims = list(dict.fromkeys((*told, *((by,) if by else ()))))
    bounds = data.settings.bounds(data.as_of)
    engine.scan("campaign_scopes", _table({"scope": range(len(scopes))}, scopes))
    listed = "".join(f"{name}, " for name in dims)
    engine.run("campaign_days", SQL["sold"].format(dims=listed, grain=grain_of(dims)), **bounds)
    part = f"d.{by}" if by else "cast(null as string)"
    asked = {"by": part, "match": match(told, "d", "s")}
    sums = ", ".join(f"cast(sum(d.{name}) as bigint) as {name}" for name in ("cents", "paid_cents", "refund_cents"))
    first = day_number(data.quality.first_day or data.as_of)
    days = day_number(data.as_of) - first + 1
    books: dict[tuple[Scope, Part], Book] = {}

    def places(row: SoldRow | OffRow) -> Iterator[tuple[Book, int]]:
        """The books that a row belongs to: that of its scope, and that of its part."""
        if 0 <= row["day"] - first < days:
            for key in ((scopes[row["scope"]], None), *([(scopes[row["scope"]], (row["part"],))] if by else [])):
                yield books.setdefault(key, Book.empty(days)), row["day"] - first

    for sold in rows_of(engine.fetch(SQL["series"].format(days="campaign_days", sums=sums, **asked)), SoldRow):
        for book, place in places(sold):
            book.cents[place] += sold["cents"]
            book.paid[place] += sold["paid_cents"]
            book.refunds[place] += sold["refund_cents"]
    columns = [name for name in ("discount_shop", "discount_platform") if name in data.columns_of("lines")]
    if columns:
        off = " + ".join(f"coalesce({name}, 0)" for name in columns)
        engine.run("campaign_off", SQL["taken_off"].format(dims=listed, discount=f"({off})"), **bounds)
        sums = "cast(sum(d.discount_cents) as bigint) as discount_cents"
        for less in rows_of(engine.fetch(SQL["series"].format(days="campaign_off", sums=sums, **asked)), OffRow):
            for book, place in places(less):
                book.discount[place] += less["discount_cents"]
    refunded = np.zeros(days)
    for back in rows_of(engine.fetch(SQL["wholly_refunded"], **bounds), RefundedRow):
        if 0 <= back["day"] - first < days:
            refunded[back["day"] - first] += back["refund_cents"]
    parts = _parts(books) if by else []
    shown, left = parts[:MOST_PARTS], len(parts[MOST_PARTS:])
    return Books(first, days, blocks, after, by, bool(columns), refunded, shown, left, books)


def grain_of(dims: Sequence[str]) -> str:
    """The table that tells these columns."""
    return "lines" if any(name in LINE_DIMENSIONS for name in dims) else "orders"


def match(told: Sequence[str], of: str, scope: str) -> str:
    """Whether a row is in a scope."""
    return " and ".join(f"({scope}.{name} is null or {scope}.{name} = {of}.{name})" for name in told) or "true"


def _table(columns: Mapping[str, Sequence[int]], scopes: Sequence[Scope]) -> pa.Table:
    made = {name: pa.array(values, pa.int32()) for name, values in columns.items()}
    for place, name in enumerate(SCOPE):
        made[name] = pa.array([scope[place] for scope in scopes], pa.string())
    return pa.table(made)


def block_days(judged: Sequence[Block]) -> pa.Table:
    """One row per block and day, with the block's scope and first day."""
    rows = [(block, day) for block in judged for day in range(block.first, block.last + 1)]
    columns = {
        "block": [block.number for block, _ in rows],
        "day": [day for _, day in rows],
        "first": [block.first for block, _ in rows],
    }
    return _table(columns, [block.scope for block, _ in rows])


def _parts(books: Mapping[tuple[Scope, Part], Book]) -> list[str | None]:
    """The values of --by in the house, by what they sold."""
    money = [(-float(book.cents.sum()), part[0]) for (scope, part), book in books.items() if part and scope == HOUSE]
    return [name for _, name in sorted(money, key=lambda one: (one[0], one[1] or ""))]
