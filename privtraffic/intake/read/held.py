"""Rows that lie in memory: a data frame, an Arrow table, a relation, the rows of a query; read as Parquet is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.fetched import Fetchable, Fetched
from privtraffic.intake.read.parquet import as_text

PathLike = str | Path


@runtime_checkable
class Streamed(Protocol):
    """What hands over its rows by the Arrow PyCapsule protocol: pandas, polars, pyarrow, DuckDB and others do."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


Readable: TypeAlias = PathLike | Streamed | Fetchable
"""What can be read: a file, a folder or a pattern; rows in memory; what has to be fetched."""

_BATCH_ROWS = 50_000
_NUMBERS = count(1)
_AROUND = re.compile(r"^.*?\b(?:ERROR|FATAL):\s*|^(?:[A-Z_]+: )?(?:\[libpq\] )?(?:Failed to connect: )?", re.DOTALL)
_REFUSED = (pa.ArrowException, TypeError, ValueError, OverflowError)


@dataclass(frozen=True, eq=False)
class Held:
    """Rows in memory, and the name by which a report speaks of them."""

    rows: Streamed
    name: str

    def __str__(self) -> str:
        return self.name

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.rows.__arrow_c_stream__(requested_schema)

    def fetch(self, workdir: Path) -> Fetched:
        """The rows as a Parquet file of the work folder.

        Raises
        ------
        PrivtrafficError
            For columns that no table can hold.
        """
        at = workdir / f"held_{next(_NUMBERS)}.parquet"
        try:
            with _stream(self.rows) as stream:
                names = tuple(stream.schema.names)
                write_rows(at, (_local_times(batch) for batch in received(stream)))
        except _REFUSED as error:
            detail = " ".join(str(error).split())[:200]
            raise PrivtrafficError("held_unreadable", kind=self.name, detail=detail) from None
        return Fetched(self, at, names)


def held(rows: Streamed, number: int = 0) -> Held:
    """Rows with the name of their kind: `pandas.DataFrame`; the second such `pandas.DataFrame 2`."""
    kind = type(rows)
    name = f"{kind.__module__.partition('.')[0].lstrip('_')}.{kind.__name__}"
    return Held(rows, f"{name} {number}" if number > 1 else name)


def places(given: Readable | Sequence[Readable]) -> list[PathLike | Fetchable]:
    """The sources of a list, one by one.

    Raises
    ------
    PrivtrafficError
        For what is neither a path nor rows.
    """
    # A data frame is a sequence to nobody who reads it.
    single = isinstance(given, str | Path | Streamed | Fetchable | Mapping)
    found: list[PathLike | Fetchable] = []
    for each in [given] if single or not isinstance(given, Iterable) else given:
        number = 1 + sum(isinstance(other, Held) for other in found)
        found.append(place(each, number))
    return found


def place(given: Any, number: int = 1) -> PathLike | Fetchable:
    """One source that was given."""
    if isinstance(given, str | Path | Fetchable):
        return given
    if isinstance(given, Streamed):
        return held(given, number)
    if hasattr(given, "__fspath__"):
        return Path(given)
    raise PrivtrafficError("not_readable", kind=type(given).__name__)


def query(sql: str, connection: Any, number: int = 1) -> Held:
    """The rows of a query on an open connection: of DuckDB, of ADBC, or of any driver of the DB-API.

    Raises
    ------
    PrivtrafficError
        Where the connection is none, or the database refuses the query.
    """
    name = f"query {number}" if number > 1 else "query"
    try:
        if hasattr(connection, "sql"):
            return Held(connection.sql(sql), name)
        if not hasattr(connection, "cursor"):
            raise PrivtrafficError("no_connection", kind=type(connection).__name__)
        cursor = connection.cursor()
        cursor.execute(sql)
        if hasattr(cursor, "fetch_record_batch"):
            return Held(cursor.fetch_record_batch(), name)
    except PrivtrafficError:
        raise
    except Exception as error:
        raise PrivtrafficError("bad_query", detail=said(error)) from None
    names = [column[0] for column in cursor.description or ()]
    return Held(_texts(names, chunks(cursor)), name)


def chunks(cursor: Any) -> Iterator[Sequence[Sequence[object]]]:
    """The rows of a cursor of the DB-API; at the end drivers give an empty list, or an empty tuple."""
    while rows := cursor.fetchmany(_BATCH_ROWS):
        yield rows


def received(stream: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches from elsewhere; what goes wrong there is none of our files."""
    try:
        yield from stream
    except OSError as error:
        raise PrivtrafficError("bad_query", detail=said(error)) from None


def said(error: Exception) -> str:
    """What a database says is wrong, without what its driver says around it."""
    text = str(error.args[-1] if error.args else error) or type(error).__name__
    return " ".join(_AROUND.sub("", text, count=1).strip().partition("\n")[0].split())[:200]


def texts_of(names: Sequence[str], chunks: Iterable[Sequence[Sequence[object]]]) -> Iterator[pa.RecordBatch]:
    """Rows of Python values as batches of text, in the columns `names`."""
    schema = pa.schema([(name, pa.string()) for name in names])
    empty = True
    for rows in chunks:
        empty = False
        columns = zip(*rows, strict=True)
        yield pa.record_batch([pa.array(list(map(as_text, column)), pa.string()) for column in columns], schema=schema)
    if empty:
        yield pa.RecordBatch.from_pylist([], schema=schema)


def write_rows(at: Path, batches: Iterable[pa.RecordBatch]) -> None:
    """Write batches to a Parquet file of the work folder."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    writer: pq.ParquetWriter | None = None
    try:
        for batch in batches:
            writer = writer or pq.ParquetWriter(at, batch.schema, compression="zstd")
            writer.write_batch(batch)
    finally:
        if writer is not None:
            writer.close()


def _texts(names: Sequence[str], chunks: Iterable[Sequence[Sequence[object]]]) -> pa.RecordBatchReader:
    schema = pa.schema([(name, pa.string()) for name in names])
    return pa.RecordBatchReader.from_batches(schema, texts_of(names, chunks))


def _stream(rows: Streamed) -> pa.RecordBatchReader:
    try:
        return pa.RecordBatchReader.from_stream(rows)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # A column of pandas may hold whatever it likes; as text it says the same.
        frame: Any = rows
        if not hasattr(frame, "select_dtypes"):
            raise
        mixed = {
            name: "string" for name in frame.select_dtypes("object", exclude="str").columns if not _fits(frame[name])
        }
        return pa.RecordBatchReader.from_stream(frame.astype(mixed))


def _fits(column: Any) -> bool:
    with suppress(*_REFUSED):
        pa.array(column, from_pandas=True)
        return True
    return False


def _local_times(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Times with a zone keep the clock of their zone; those of UTC keep their mark, so that it is said."""
    columns = [
        pc.local_timestamp(column)
        if pa.types.is_timestamp(column.type) and column.type.tz not in (None, "UTC", "Etc/UTC", "+00:00")
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
