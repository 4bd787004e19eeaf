"""Cell values as renderers meet them: missing is None, text is text, rows come one by one or in Arrow batches."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.report.document import Column, Formula, Kind, Scalar, Stream, Table
from privtraffic.report.format import show, signed
from privtraffic.report.words import Words

TEXT_KINDS: tuple[Kind, ...] = ("text", "id")
FRACTION_KINDS: tuple[Kind, ...] = ("share", "points", "number", "fine", "money", "cents", "measure")
_BATCH_ROWS = 20_000


def known(value: object) -> Scalar:
    """The value as plain Python; None where it is missing, not a number or infinite; of a formula its value."""
    if isinstance(value, Formula):
        value = value.value
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {number:.4g}" for name, number in value.items())
    unboxed = value.item() if hasattr(value, "item") else value
    if unboxed is None or type(unboxed).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(unboxed, Decimal):
        return unboxed if unboxed.is_finite() else None
    if isinstance(unboxed, float):
        return unboxed if math.isfinite(unboxed) else None
    return cast("Scalar", unboxed)


def canonical(value: object, kind: Kind) -> object:
    """The value as JSON carries it: money a number, dates ISO, months `YYYY-MM`, missing null."""
    if isinstance(value, Mapping):
        return {str(name): known(number) for name, number in value.items()}
    plain = known(value)
    if isinstance(plain, datetime):
        return f"{plain:%Y-%m}" if kind == "month" else plain.isoformat()
    if isinstance(plain, date):
        return show(plain, kind)
    if isinstance(plain, Decimal):
        return float(plain)
    if kind in TEXT_KINDS and plain is not None and not isinstance(plain, bool):
        return str(plain)
    return plain


def shown(value: object, column: Column, words: Words) -> str:
    """The value as a person reads it, with its label where the column has labels."""
    plain = known(value)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return words(f"answer.{'yes' if plain else 'no'}")
    if column.labels:
        return words.cell(column.labels, plain)
    if column.kind == "points" and not isinstance(plain, str | date):
        return f"{signed(float(plain) * 100)} {words('unit.points')}"
    return show(plain, column.kind)


def keys(table: Table) -> tuple[str, ...]:
    """The canonical keys of a table's columns."""
    return tuple(column.key for column in table.columns)


def streamed(table: Table) -> Stream | None:
    """The rows as a stream, or None where they lie in memory."""
    return None if isinstance(table.rows, Sequence) else table.rows


def row_count(table: Table) -> int:
    """The number of rows of a table."""
    return len(table.rows) if isinstance(table.rows, Sequence) else table.rows.count()


def rows(table: Table, limit: int | None = None) -> Iterator[Sequence[object]]:
    """The rows one by one, wherever they come from, at most `limit`."""
    stream = streamed(table)
    if stream is None:
        yield from islice(cast("Sequence[Sequence[object]]", table.rows), limit)
        return
    for batch in stream.batches(keys(table), limit):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def batches(table: Table) -> Iterator[pa.RecordBatch]:
    """The rows as Arrow batches of bounded size; the columns carry the table's keys in the table's order."""
    stream = streamed(table)
    if stream is None:
        yield from _in_memory(table).to_batches(max_chunksize=_BATCH_ROWS)
        return
    names = list(keys(table))
    for batch in stream.batches(names):
        whole = batch.select(names)
        for start in range(0, whole.num_rows, _BATCH_ROWS):
            yield whole.slice(start, _BATCH_ROWS)


def _in_memory(table: Table) -> pa.Table:
    cells = cast("Sequence[Sequence[object]]", table.rows)
    columns = [_array([row[place] for row in cells], column.kind) for place, column in enumerate(table.columns)]
    return pa.table(columns, names=list(keys(table)))


def _array(values: Sequence[object], kind: Kind) -> pa.Array:
    plain = [known(value) for value in values]
    filled = [value for value in plain if value is not None]
    if not filled:
        return pa.nulls(len(plain), pa.string() if kind in TEXT_KINDS else pa.float64())
    as_it_is = kind not in TEXT_KINDS or all(isinstance(value, bool) for value in filled)
    try:
        return pa.array(plain if as_it_is else _texts(plain))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        if all(isinstance(value, int | float | Decimal) for value in filled):
            return pa.array([None if value is None else float(cast("float", value)) for value in plain])
        return pa.array(_texts(plain))


def _texts(values: Sequence[Scalar]) -> list[str | None]:
    return [None if value is None else well_formed(str(value)) for value in values]


def well_formed(text: str) -> str:
    """The text without lone surrogates, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def finite(column: pa.Array) -> pa.Array:
    """The column with NaN and infinities as null, dictionaries decoded, large strings as strings."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        return column.cast(pa.string())
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    return column
