"""Tables of an SQLite file: `shop.sqlite` is all of them, `shop.sqlite#orders` the one of that name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from privtraffic.engine.base import ParquetScan
from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading
from privtraffic.intake.read.held import texts_of, write_rows
from privtraffic.intake.read.parquet import as_text
from privtraffic.intake.read.raw import FirstRows, Raw, Row

SQLITE_MAGIC = b"SQLite format 3\0"
_BATCH_ROWS = 50_000
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
            return (names, *(tuple(map(as_text, row)) for row in found))

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        """The rows as text in a file of the work folder."""
        at = workdir / f"table_{next(_NUMBERS)}.parquet"
        with _opened(self.path) as connection:
            found = connection.execute(f"select * from {_quoted(self.sheet)}")
            names = [f"c{place}" for place in range(len(found.description))]
            counted = _Counted(iter(lambda: found.fetchmany(_BATCH_ROWS), []))
            write_rows(at, texts_of(names, counted))
        return Raw(ParquetScan(at, tuple(names)), counted.rows)


class _Counted:
    """Chunks of rows, and how many rows there were."""

    def __init__(self, chunks: Iterator[list[tuple[object, ...]]]) -> None:
        self._chunks = chunks
        self.rows = 0

    def __iter__(self) -> Iterator[list[tuple[object, ...]]]:
        for chunk in self._chunks:
            self.rows += len(chunk)
            yield chunk


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


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, for reading alone."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = lambda cell: cell.decode("utf-8", "replace")
            yield connection
    except sqlite3.DatabaseError as error:
        busy = "locked" in str(error)
        raise PrivtrafficError("sqlite_busy" if busy else "damaged_file", file=path.name, kind="SQLite") from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
