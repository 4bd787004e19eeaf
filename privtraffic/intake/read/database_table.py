"""Tables of an SQLite file: `shop.sqlite` is all of them, `shop.sqlite#orders` the one of that name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import thread_time

from privtraffic.engine.base import ParquetScan
from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading
from privtraffic.intake.read.bytestream import check_ratio
from privtraffic.intake.read.fetched import Named
from privtraffic.intake.read.held import texts_of, write_rows
from privtraffic.intake.read.parquet import as_text
from privtraffic.intake.read.raw import LONGEST_CELL, FirstRows, Raw, Row

SQLITE_MAGIC = b"SQLite format 3\0"
_BATCH_BYTES = 1 << 25
_NUMBER_BYTES = 8
_LEAST_CELL = 1 << 16
_MADE_UP_BYTES = 1 << 27
"""What the cells of a row may come to that the file does not hold: those of a view, or of columns that are made up."""
_MOST_TABLES = 1000
_STEPS_A_TICK = 10_000
_TICKS_FREE = 100_000
"""So many steps of the database, some ten seconds, may any file take; more for every byte that it has."""
_BYTES_A_TICK = 1 << 7
_SECONDS_FREE = 15
"""A step may be as long as the longest cell."""
_SECONDS_WAITED = 5
"""For whoever writes to the file to be done."""
_BYTES_A_SECOND = 1 << 20
_GENERATED = 2
"""What `pragma table_xinfo` says of a column whose cells the file does not hold."""
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
        self.path: Named = path
        self.sheet = table
        self._at, self._table = path, table

    def rows(self, most: int) -> tuple[Row, ...]:
        with _opened(self._at, self._table) as connection:
            found = connection.execute(f"select * from {_quoted(self._table)} limit {most - 1}")
            names = tuple(column[0] for column in found.description)
            first = next(iter(_Counted(found, self._at)), [])
            return (names, *(tuple(map(as_text, row)) for row in first))

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        """The rows as text in a file of the work folder."""
        at = workdir / f"table_{next(_NUMBERS)}.parquet"
        with _opened(self._at, self._table) as connection:
            found = connection.execute(f"select * from {_quoted(self._table)}")
            names = [f"c{place}" for place in range(len(found.description))]
            counted = _Counted(found, self._at)
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
    if not table and len(names) > _MOST_TABLES:
        raise PrivtrafficError("too_many_tables", file=path.name, tables=len(names), most=f"{_MOST_TABLES:,}")
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
def _opened(path: Path, table: str = "") -> Iterator[sqlite3.Connection]:
    """The file, for reading alone, and for no longer than its size explains."""
    size = path.stat().st_size
    most, ticks = _TICKS_FREE + size // _BYTES_A_TICK, count(1)
    until = thread_time() + _SECONDS_FREE + size / _BYTES_A_SECOND
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, _SECONDS_WAITED, uri=True)) as connection:
            connection.set_progress_handler(lambda: next(ticks) > most or thread_time() > until, _STEPS_A_TICK)
            connection.execute("pragma trusted_schema = off")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _longest_cell(connection, table))
            connection.text_factory = _Texts(path)
            yield connection
    except sqlite3.DatabaseError as error:
        raise _explained(error, path.name) from None


def _longest_cell(connection: sqlite3.Connection, table: str) -> int:
    """How long a cell may be, where the database makes all cells of a row up before it gives any."""
    columns = connection.execute(f"pragma table_xinfo({_quoted(table)})").fetchall() if table else []
    made_up: int = sum(hidden == _GENERATED for *_, hidden in columns)
    kind = connection.execute("select type from sqlite_master where name = ?", [table]).fetchone()
    if kind == ("view",):
        # What stands between its columns and the tables may be as wide as any table.
        made_up = connection.getlimit(sqlite3.SQLITE_LIMIT_COLUMN)
    return max(_LEAST_CELL, min(LONGEST_CELL, _MADE_UP_BYTES // max(made_up, 1)))


def _explained(error: sqlite3.DatabaseError, file: str) -> PrivtrafficError:
    said = str(error)
    if "too big" in said:
        return PrivtrafficError("sqlite_too_long", file=file)
    if "interrupted" in said:
        return PrivtrafficError("sqlite_endless", file=file)
    return PrivtrafficError("sqlite_busy" if "locked" in said else "damaged_file", file=file, kind="SQLite")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
