"""Rows that were judged -> orders: lines are added up only where an order has several, and only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.schema import FIELDS

SQL = queries(__name__)
FIRST_ROWS = 10_000
_FOLDS = {"money": "cast(sum({0}) as decimal(18, 2)) as {0}"}


class Fold:
    """How typed rows are grouped into orders.

    Parameters
    ----------
    facts
        Of `parsed`: how many rows there are, and how many have an order's id, a line's, a quantity.
    dimensions
        The columns that an order has of its own.
    hashed
        `line_id` holds a hash of the order's and the line's ids.
    """

    def __init__(self, engine: Engine, facts: Mapping[str, Any], dimensions: Sequence[str], *, hashed: bool) -> None:
        self._engine = engine
        self._facts = facts
        self._dimensions = dimensions
        self._line = "line_id" if hashed else "key_hash(order_id, line_id)"

    def totals(self, *, watched: bool, merged: bool = False) -> str:
        """The query of the orders of `judged`; `watched` marks those in which a line may stand twice.

        `merged` says that rows were given to the orders of others.
        """
        if not (self.adds_up or merged):
            return SQL["single"].format(dimensions="".join(f", {name}" for name in self._dimensions))
        folded = (_FOLDS.get(FIELDS[name].type, "max({0}) as {0}").format(name) for name in self._dimensions)
        return SQL["folded"].format(
            quantity="sum(quantity)" if self._facts["with_quantity"] else "null",
            crowded=SQL["crowded"].format(line=self._line) if watched and self._facts["with_line_id"] else "false",
            dimensions="".join(f", {column}" for column in folded),
        )

    def lines_repeat(self) -> bool:
        """Whether an order has a line twice; most orders of `decided` are above doubt."""
        if not self.adds_up or not self._facts["with_line_id"]:
            return False
        lines = f"select {self._line} as number from parsed where line_id is not null"
        if self._facts["with_order_id"] == self._facts["row_count"]:
            lines += f" and {SQL['doubtful']}"
        return self._repeat(lines)

    @cached_property
    def adds_up(self) -> bool:
        """Whether an order has several rows: the first rows of a line export tell at once."""
        if self._facts["with_order_id"] < self._facts["row_count"]:
            return True
        keys = "select key_hash(order_id, '') as number from parsed"
        if self._facts["row_count"] <= FIRST_ROWS:
            return self._repeat(keys)
        return self._repeat(f"{keys} limit {FIRST_ROWS}") or self._repeat(keys)

    def _repeat(self, numbers: str) -> bool:
        return bool(self._engine.fetch(SQL["repeat"].format(numbers=numbers)).to_pylist()[0]["found"])
