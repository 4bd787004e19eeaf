"""A Parquet file: its schema is its header, its columns are read as text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from privtraffic.engine.base import ParquetScan
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.bytestream import check_ratio
from privtraffic.intake.read.fetched import Fetched, Named
from privtraffic.intake.read.raw import LONGEST_CELL, MOST_COLUMNS, PREVIEW_ROWS, Raw, Row

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_CELL_BYTES = 8
_MOST_PIECES, _LEAST_ROWS = 50_000, 1000
"""Pieces of columns; each takes some 20 kB to be known of."""
_DAMAGED = (pa.ArrowException, OSError, ValueError, OverflowError, TypeError, KeyError)


class ParquetFile:
    """A Parquet file; its schema is its header."""

    encoding = ""
    delimiter = ""
    hidden = False

    def __init__(self, file: Path | Fetched) -> None:
        """Of what was fetched the header is known, whatever the columns of the file are called."""
        # Loaded only where such a file is read: it brings the clients of every cloud store.
        import pyarrow.parquet as pq  # noqa: PLC0415

        self.path: Named = file
        self.sheet = ""
        self._fetched = file if isinstance(file, Fetched) else None
        self._at = file.at if isinstance(file, Fetched) else file
        try:
            self._file = pq.ParquetFile(self._at)
        except _DAMAGED:
            raise self._damaged() from None
        self._names = (self._fetched and self._fetched.header) or tuple(self._file.schema_arrow.names)
        if (columns := self._file.metadata.num_columns) > MOST_COLUMNS:
            raise PrivtrafficError("too_many_columns", file=self.path.name, line=1, columns=columns, most=MOST_COLUMNS)
        self._check_pieces(self._file.metadata)

    def _check_pieces(self, told: pq.FileMetaData) -> None:
        """Refuse columns cut into more pieces than their rows explain, and cells that no table has."""
        groups, rows = told.num_row_groups, told.num_rows
        if groups * told.num_columns > _MOST_PIECES and rows < groups * _LEAST_ROWS:
            raise PrivtrafficError("too_many_pieces", file=self.path.name, pieces=groups, rows=rows)
        # Of a group, not of its columns: pyarrow ends the process where it cannot make out what is told of a column.
        first = told.row_group(0) if groups else None
        if first and first.total_byte_size > LONGEST_CELL * max(first.num_rows, 1) * max(told.num_columns, 1):
            raise PrivtrafficError("cell_too_long", file=self.path.name, row=1, mb=LONGEST_CELL >> 20)

    @cached_property
    def preview(self) -> tuple[Row, ...]:
        try:
            batch = next(self._file.iter_batches(PREVIEW_ROWS), None)
            columns = [_texts(column) for column in batch.columns] if batch else []
        except _DAMAGED:
            raise self._damaged() from None
        rows = (self._names, *zip(*columns, strict=True))
        if self._fetched is None:
            self._check_size(rows[1:])
        return rows

    def _check_size(self, first: Sequence[Row]) -> None:
        """Refuse what, by its first rows, comes to more text than any file of its size: one value told again."""
        cells = sum(len(cell) + _CELL_BYTES for row in first for cell in row) // max(len(first), 1)
        check_ratio(self.path.name, cells * self._file.metadata.num_rows // 4, self._at.stat().st_size)

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        return Raw(ParquetScan(self._at, self._names), self._file.metadata.num_rows)

    def _damaged(self) -> PrivtrafficError:
        return PrivtrafficError("damaged_file", file=self.path.name, kind="Parquet")


def _texts(column: pa.Array) -> list[str]:
    """Cells as the engine will write them; a byte column is text without its label."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us"), safe=False)
    return [as_text(value) for value in column.to_pylist()]


def as_text(value: object) -> str:
    """A cell as the engine would write it."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)
