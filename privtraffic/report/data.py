"""JSON, CSV, Parquet: canonical keys and values, for whatever reads them next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.formulas import guarded_column
from privtraffic.report.document import Column, Figure, Judged, Kind, Report, Table
from privtraffic.report.jsonrows import rows_json
from privtraffic.report.values import batches, canonical, finite, keys, known, rows, streamed

_DIGITS = 18
"""Of money: the engine's decimal(18, 2)."""

_BEYOND_ASCII = re.compile("[^\x00-\x7e]")
_FIGURE_COLUMNS = (Column("key", "id"), Column("value", "text"), Column("low", "number"), Column("high", "number"))


def to_json(report: Report, version: str, inputs: Sequence[str]) -> dict[str, object]:
    """The report as the JSON contract has it, with every table in memory.

    Parameters
    ----------
    report
        What was found.
    version
        The version of privtraffic.
    inputs
        The files that were read, as the user named them.
    """
    tables = {table.key: list(_objects(table)) for table in report.told()}
    return {**_head(report, version, inputs), "tables": tables, "notes": _notes(report)}


def dump_json(report: Report, out: TextIO | OnScreen, version: str, inputs: Sequence[str]) -> None:
    """Write what `to_json` returns, row by row, so that a long member list needs no memory."""
    out.write("{\n")
    for key, value in _head(report, version, inputs).items():
        out.write(f"{_text(key)}: {_text(value)},\n")
    out.write('"tables": {')
    for place, table in enumerate(report.told()):
        out.write(f"{',' if place else ''}\n{_text(table.key)}: [")
        separator = "\n"
        for lines in _lines(table):
            out.write(separator)
            out.write(",\n".join(lines))
            separator = ",\n"
        out.write("\n]")
    out.write(f'\n}},\n"notes": {_text(_notes(report))}\n}}\n')


class OnScreen:
    """JSON for a terminal: a sign that could move the cursor or turn the text around stands as its number."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(_BEYOND_ASCII.sub(_seen, text))


def _seen(sign: re.Match[str]) -> str:
    return sign[0] if sign[0].isprintable() else json.dumps(sign[0])[1:-1]


def write_json(report: Report, path: Path, version: str, inputs: Sequence[str]) -> None:
    """Write the report as JSON, UTF-8, one table row a line."""
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
        dump_json(report, out, version, inputs)


def write_csv(report: Report, path: Path) -> None:
    """Write the member- or pair-level table as CSV: UTF-8 with a byte-order mark, canonical keys as header.

    Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers are left alone.
    """
    from pyarrow import csv  # noqa: PLC0415

    table = principal(report)
    with path.open("wb") as out:
        out.write(b"\xef\xbb\xbf")
        writer: csv.CSVWriter | None = None
        for batch in batches(table):
            ready = _csv_batch(batch, table.columns)
            writer = writer or csv.CSVWriter(out, ready.schema)
            writer.write_batch(ready)
        if writer is None:
            writer = csv.CSVWriter(out, pa.schema([(key, pa.string()) for key in keys(table)]))
        writer.close()


def write_parquet(report: Report, path: Path) -> None:
    """Write the member- or pair-level table as Parquet, canonical keys as column names."""
    from pyarrow import parquet  # noqa: PLC0415

    table = principal(report)
    writer: parquet.ParquetWriter | None = None
    try:
        for batch in batches(table):
            ready = pa.record_batch([_wide(finite(column)) for column in batch.columns], names=list(keys(table)))
            writer = writer or parquet.ParquetWriter(path, ready.schema, compression="zstd")
            writer.write_batch(ready)
        if writer is None:
            writer = parquet.ParquetWriter(path, pa.schema([(key, pa.string()) for key in keys(table)]))
    finally:
        if writer is not None:
            writer.close()


def _wide(column: pa.Array) -> pa.Array:
    """Money of as many digits as the engine keeps, whatever the largest amount of this table needs."""
    if pa.types.is_decimal(column.type) and column.type.precision < _DIGITS:
        return column.cast(pa.decimal128(_DIGITS, column.type.scale))
    return column


def principal(report: Report) -> Table:
    """The one table of a single-table format: the detail, else the first table, else the figures."""
    if report.detail is not None:
        return report.detail
    if report.tables:
        return report.tables[0]
    lines = [(figure.key, _plain(figure.value), figure.low, figure.high) for figure in report.figures]
    return Table("figures", _FIGURE_COLUMNS, lines)


def _plain(value: object) -> str | None:
    plain = known(value)
    return None if plain is None else str(plain)


def _head(report: Report, version: str, inputs: Sequence[str]) -> dict[str, object]:
    return {
        "command": report.command,
        "version": version,
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "inputs": list(inputs),
        "quality": _jsonable(report.quality.json),
        "figures": figures(report),
        **({"gates": [_gate(gate) for gate in report.gates]} if report.gates else {}),
    }


def _gate(gate: Judged) -> dict[str, object]:
    return {name: getattr(gate, name) for name in ("figure", "sign", "bound", "value", "outcome")}


def figures(report: Report) -> dict[str, object]:
    """The figures as JSON has them: key -> number, and the ends of intervals beside."""
    return dict(_flat(report.figures))


def _notes(report: Report) -> list[dict[str, str]]:
    return [
        {"key": note.key, "text": note.text}
        | {name: said for name in ("file", "column") if (said := getattr(note, name))}
        for note in report.notes
    ]


def _flat(figures: Iterable[Figure]) -> Iterator[tuple[str, object]]:
    for figure in figures:
        yield figure.key, canonical(figure.value, figure.kind)
        if figure.low is not None or figure.high is not None:
            yield f"{figure.key}_low", canonical(figure.low, figure.kind)
            yield f"{figure.key}_high", canonical(figure.high, figure.kind)


def _objects(table: Table) -> Iterator[dict[str, object]]:
    names = keys(table)
    kinds = [column.kind for column in table.columns]
    for row in rows(table):
        yield {name: canonical(cell, kind) for name, cell, kind in zip(names, row, kinds, strict=True)}


def _lines(table: Table) -> Iterator[list[str]]:
    """The rows as JSON texts, some at a time; none of the lists is empty."""
    if streamed(table) is None:
        yield from ([_text(row)] for row in _objects(table))
        return
    for batch in batches(table):
        if batch.num_rows:
            yield rows_json(batch, table.columns)


def _jsonable(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_jsonable(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, str):
        return value
    return canonical(value, "number")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _csv_batch(batch: pa.RecordBatch, columns: Sequence[Column]) -> pa.RecordBatch:
    ready = [_csv_column(finite(batch.column(place)), column.kind) for place, column in enumerate(columns)]
    return pa.record_batch(ready, names=[column.key for column in columns])


def _csv_column(values: pa.Array, kind: Kind) -> pa.Array:
    if kind == "month" and pa.types.is_temporal(values.type):
        return pc.strftime(values, "%Y-%m")
    if not pa.types.is_string(values.type):
        return values
    return guarded_column(values)
