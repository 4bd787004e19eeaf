"""Arrow without pandas, which it imports to ask of every list whether it is a series; none here is."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from importlib.abc import MetaPathFinder
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.errors import PrivtrafficError

Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)

_FIRST, _LAST = np.datetime64(datetime.min, "us"), np.datetime64(datetime.max, "us")

_PLAIN = {
    pa.string(): "varchar", pa.int32(): "integer", pa.int64(): "bigint", pa.float64(): "double", pa.bool_(): "boolean",
    pa.date32(): "date",
}  # fmt: skip
"""What types are called in DuckDB."""


def declared(schema: pa.Schema) -> str:
    """The columns as DuckDB is told of them; empty where one has a type that is not plain."""
    plain = {*schema.types} <= _PLAIN.keys()
    return ", ".join(f'"{column.name}" {_PLAIN[column.type]}' for column in schema) if plain else ""


def holdable(rows: Rows) -> Rows:
    """The same rows, once it is sure that Python can hold their times.

    Raises
    ------
    PrivtrafficError
        Where a time is infinite, or of a year before 1 or after 9999: the engines count on beyond the calendar.
    """
    for field, column in zip(rows.schema, rows.columns, strict=True):
        unit = "D" if pa.types.is_date32(field.type) else getattr(field.type, "unit", "ns")
        # Nanoseconds end in 2262, long before the calendar does.
        if unit != "ns" and pa.types.is_temporal(field.type):
            ends = pc.min_max(column)
            first, last = (int(end.astype(f"datetime64[{unit}]").astype(np.int64)) for end in (_FIRST, _LAST))
            if ends["min"].is_valid and not first <= ends["min"].value <= ends["max"].value <= last:
                raise PrivtrafficError("time_beyond_calendar", column=field.name)
    return rows


def texts(values: Sequence[str | None]) -> pa.StringArray:
    """What `pa.array` makes of texts, in a process that may be somebody else's."""
    written = [(value or "").encode() for value in values]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    known = np.packbits(np.array([value is not None for value in values], bool), bitorder="little")
    return pa.StringArray.from_buffers(len(values), *map(pa.py_buffer, (ends, b"".join(written), known)))


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


def spare_pandas() -> None:
    """Have pyarrow look for pandas now, in vain, for once and all: a quarter of a small run.

    For a process of our own only: who gives pyarrow a series afterwards is not understood.
    """
    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(finder)


def gathered(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """So many rows at a time, or a little more."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(part.num_rows for part in held) >= rows:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)
