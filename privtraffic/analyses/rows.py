"""Rows that leave the engine, with the type they are said to have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

import pyarrow as pa

from privtraffic.report.document import Column, Value

T = TypeVar("T")


def rows_of(table: pa.Table, kind: type[T]) -> list[T]:
    """The rows of a query as `kind`, a TypedDict whose keys are exactly the query's columns.

    From here on mypy knows every name; that the query gives these names is checked on every run.

    Raises
    ------
    TypeError
        Where the query and the type differ: a mistake of the program, never of a user.
    """
    said, found = {*kind.__annotations__, *_inherited(kind)}, {*table.column_names}
    if said != found:
        raise TypeError(f"{kind.__name__} and its query differ in {', '.join(sorted(said ^ found))}")
    return cast("list[T]", table.to_pylist())


def row_of(table: pa.Table, kind: type[T]) -> T:
    """The one row of a query that counts."""
    return rows_of(table, kind)[0]


def named_of(table: pa.Table, kind: type[T]) -> list[Mapping[str, T]]:
    """The rows of a query whose columns are named by the program as it runs, all of one kind: sums, counts, shares."""
    return cast("list[Mapping[str, T]]", table.to_pylist())


def keyed_rows(table: pa.Table, keys: Sequence[str], kind: type[T]) -> list[tuple[tuple[str | None, ...], T]]:
    """The rows of a query as `kind`, each with its values of the columns `keys`, chosen as the program runs."""
    groups = zip(*(table[key].to_pylist() for key in keys), strict=True)
    return list(zip(groups, rows_of(table.drop_columns(list(keys)), kind), strict=True))


def cells(rows: Iterable[Mapping[str, object]], columns: Sequence[Column]) -> list[tuple[Value, ...]]:
    """Rows as the cells of a table of the report, blank where a row lacks the column; some row must have it.

    Raises
    ------
    KeyError
        Where a column stands in no row: a mistake of the program, never of a user.
    """
    found = list(rows)
    known = {key for row in found for key in row}
    if found and (lacking := {column.key for column in columns} - known):
        raise KeyError(*sorted(lacking))
    return [tuple(cast("Value", row.get(column.key)) for column in columns) for row in found]


def _inherited(kind: type) -> frozenset[str]:
    keys: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    return keys
