"""Tables of an SQLite file: `shop.sqlite` is all of them, `shop.sqlite#orders` the one of that name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from privtraffic.engine.base import ParquetScan
from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading
from privtraffic.intake.read.bytestream import check_ratio
from privtraffic.intake.read.held import texts_of, write_rows
from privtraffic.intake.read.parquet import as_text
from privtraffic.intake.read.raw import FirstRows, Raw, Row

SQLITE_MAGIC = b"SQLite format 3\0"
_BATCH_BYTES = 1 << 25
_LONGEST_CELL = 1 << 22
_NUMBER_BYTES = 8
_STEPS_A_TICK = 1_000_000
_TICKS_FREE = 1000
"""So many steps of the database, some ten seconds, may any file take; one more tick for every _BYTES_A_TICK it has."""
_BYTES_A_TICK = 1 << 13
_NUMBERS = count(1)


@dataclass(frozen=True)
class TablePlace:
    """A table of an SQLite file, as it was asked for."""

    path: Path
    table: str

    @property
    def name(self) -> str:
        return f"{self.path.name}#{self.table}"

    def __str__(self) -> str:
        return f"{self.path}#{self.table}"


def table_place(given: Path | str) -> TablePlace | None:
    """`FILE#TABLE` where there is such an SQLite file, and no file of the whole name."""
    file, sign, table = str(given).rpartition("#")
    try:
        if not (sign and table and file) or Path(given).exists() or not Path(file).is_file():
            return None
        with Path(file).open("rb") as stream:
            return TablePlace(Path(file), table) if stream.read(16) == SQLITE_MAGIC else None
    except (OSError, ValueError):
        return None


class DatabaseTable(FirstRows):
    """A table of an SQLite file; the names of its columns are its header."""

    encoding = ""
    delimiter = ""
    hidden = False

    def __init__(self, path: Path, table: str) -> None:
        self.path = path
        self.sheet = table

    def rows(self, most: int) -> tuple[Row, ...]:
        with _opened(self.path) as connection:
            found = connection.execute(f"select * from {_quoted(self.sheet)} limit {most - 1}")
            names = tuple(column[0] for column in found.description)
            first = next(iter(_Counted(found, self.path)), [])
            return (names, *(tuple(map(as_text, row)) for row in first))

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        """The rows as text in a file of the work folder."""
        at = workdir / f"table_{next(_NUMBERS)}.parquet"
        with _opened(self.path) as connection:
            found = connection.execute(f"select * from {_quoted(self.sheet)}")
            names = [f"c{place}" for place in range(len(found.description))]
            counted = _Counted(found, self.path)
            write_rows(at, texts_of(names, counted))
        return Raw(ParquetScan(at, tuple(names)), counted.rows)


class _Counted:
    """Rows in chunks that memory can hold, and how many rows there were."""

    def __init__(self, found: Iterable[tuple[object, ...]], path: Path) -> None:
        self._found = found
        self._path = path
        self.rows = 0

    def __iter__(self) -> Iterator[list[tuple[object, ...]]]:
        """Raise where columns or views that are made up give more than any export has."""
        packed, given, size = self._path.stat().st_size, 0, 0
        chunk: list[tuple[object, ...]] = []
        for row in self._found:
            chunk.append(row)
            size += sum(len(cell) if isinstance(cell, str | bytes) else _NUMBER_BYTES for cell in row)
            if size > _BATCH_BYTES:
                check_ratio(self._path.name, given := given + size, packed)
                yield self._counted(chunk)
                chunk, size = [], 0
        if chunk:
            yield self._counted(chunk)

    def _counted(self, chunk: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
        self.rows += len(chunk)
        return chunk


def read_sqlite(path: Path, table: str = "") -> list[DatabaseTable]:
    """The tables of an SQLite file, or the one that is named.

    Raises
    ------
    PrivtrafficError
        Where the file is damaged, holds no table, or none of that name.
    """
    kinds = "('table', 'view')" if table else "('table')"
    with _opened(reading(path)) as connection:
        found = connection.execute(f"select name from sqlite_master where type in {kinds} order by 1")
        names = [name for (name,) in found if not name.startswith("sqlite_")]
    if not names:
        raise PrivtrafficError("empty_file", file=path.name)
    if table and table not in names:
        raise PrivtrafficError("no_such_table", file=path.name, table=table, known=", ".join(names[:20]))
    return [DatabaseTable(path, name) for name in ([table] if table else names)]


class _Texts:
    """Cells as text; those that are made up are no more than any file of that size unpacks to."""

    def __init__(self, path: Path) -> None:
        self._file = path.name
        self._packed = path.stat().st_size
        self._given = 0

    def __call__(self, cell: bytes) -> str:
        self._given += len(cell)
        check_ratio(self._file, self._given, self._packed)
        return cell.decode("utf-8", "replace")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, for reading alone, and for no longer than its size explains."""
    most = _TICKS_FREE + path.stat().st_size // _BYTES_A_TICK
    ticks = count(1)
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
            connection.set_progress_handler(lambda: next(ticks) > most, _STEPS_A_TICK)
            connection.execute("pragma trusted_schema = off")
            connection.text_factory = _Texts(path)
            yield connection
    except sqlite3.DatabaseError as error:
        raise _explained(error, path.name) from None


def _explained(error: sqlite3.DatabaseError, file: str) -> PrivtrafficError:
    said = str(error)
    if "too big" in said:
        return PrivtrafficError("expands_too_far", file=file, limit=f"{_LONGEST_CELL >> 20} MB")
    if "interrupted" in said:
        return PrivtrafficError("sqlite_endless", file=file)
    return PrivtrafficError("sqlite_busy" if "locked" in said else "damaged_file", file=file, kind="SQLite")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
