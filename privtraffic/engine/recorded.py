"""An engine that notes what is asked of it: which SQL ran with which values, and the first rows that it gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, TypeAlias, cast

import pyarrow as pa

from privtraffic.engine.base import Engine, TableRef

Change: TypeAlias = "Callable[[str, pa.Table], pa.Table]"
"""Hands on other rows of a query than those that were found."""

FIRST = 3
"""Rows that are kept of what a query gave."""


@dataclass(frozen=True)
class Ran:
    """A query that ran; `into` is the table that it made, empty where its rows were fetched."""

    sql: str
    values: Mapping[str, object]
    into: str = ""
    rows: pa.Table | None = None


class Recorded:
    """An engine, or a scope of one, whose queries are noted in the order in which they run.

    With a `change` of the rows that are handed on, a test learns which figures rest on a query.
    """

    def __init__(self, engine: Engine, ran: list[Ran], change: Change | None = None) -> None:
        self._engine, self._ran, self._change = engine, ran, change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def __enter__(self) -> Recorded:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()

    def scope(self) -> Recorded:
        return Recorded(self._engine.scope(), self._ran, self._change)

    def fetch(self, sql: str, /, **values: object) -> pa.Table:
        rows = self._engine.fetch(sql, **values)
        self._ran.append(Ran(sql, values, rows=rows.slice(0, FIRST)))
        return self._change(sql, rows) if self._change else rows

    def batches(self, sql: str, /, **values: object) -> Iterator[pa.RecordBatch]:
        self._ran.append(Ran(sql, values))
        for batch in self._engine.batches(sql, **values):
            if self._change:
                yield from self._change(sql, pa.Table.from_batches([batch])).to_batches()
            else:
                yield batch

    def run(self, into: str, sql: str, /, *, numbered: bool = False, **values: object) -> TableRef:
        self._ran.append(Ran(sql, values, into))
        return self._own(self._engine.run(into, sql, numbered=numbered, **values))

    def view(self, into: str, sql: str, /, rows: int | None = None) -> TableRef:
        self._ran.append(Ran(sql, {}, into))
        return self._own(self._engine.view(into, sql, rows))

    def _own(self, table: TableRef) -> TableRef:
        """The table, whose queries are noted as well."""
        return replace(table, engine=cast("Engine", self))


def recorded(engine: Engine, ran: list[Ran], change: Change | None = None) -> Engine:
    """The same engine; what is asked of it is noted in `ran`."""
    return cast("Engine", Recorded(engine, ran, change))
