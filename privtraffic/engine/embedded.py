"""DuckDB inside this process: the default engine."""

from __future__ import annotations

import errno
import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path

import duckdb
import pyarrow as pa

from privtraffic.engine.arrow import declared, gathered, holdable
from privtraffic.engine.base import Lake, LakeScan, Make, ParquetScan, Source, TableRef, TextScan
from privtraffic.engine.interrupts import interruptible
from privtraffic.engine.memory_database import spilling_to
from privtraffic.engine.scope import Scope, sweep
from privtraffic.engine.sql import bind
from privtraffic.engine.workdir import Workdir
from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading

_TYPES = {"money": "DECIMAL(18, 2)", "time": "TIMESTAMP"}

_FULL = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), os.strerror(errno.EFBIG))
"""What DuckDB passes on of a write for which there is no room."""
_FEW = 100_000
"""Rows, less than one group of DuckDB's: finding them once takes less than planning their query every time anew."""
_MADE_AT_ONCE = 1_000_000
"""Rows that Python made, before the database takes them: until then they lie beside its memory."""
_OWN_SHARE = 0.8
"""Of the memory that is asked for: Python, Arrow and what DuckDB does not count need the rest."""


class EmbeddedEngine:
    """One private in-memory database that spills to a private folder.

    Where its memory is limited, the rows of the sources lie in that folder as Parquet: in memory they would be written
    to it and read back by every pass, at twice the size.
    """

    lake: Lake | None = None

    def __init__(self, memory_mb: int | None = None) -> None:
        self._folder = Workdir()
        self.workdir = self._folder.path
        self._database = spilling_to(self.workdir / "spill")
        self._con = self._database.con
        self._bounded = memory_mb is not None
        self._closed = False
        self._abandoned: deque[str] = deque()
        # The views that were made, each with the table or the file of its own that it reads.
        self._views: dict[str, str | Path | None] = {}
        if memory_mb:
            self._database.set(f"set memory_limit = '{int(memory_mb * _OWN_SHARE)}MB'")

    def attach(self, path: Path, *, write: bool) -> None:
        """Open a database file under the name `brand`; its tables are `brand.<table>`.

        Raises
        ------
        PrivtrafficError
            Where another process writes to it (or reads it, when it is to be written), or it is no such file.
        """
        for file in (path, path.with_name(f"{path.name}.wal")):
            reading(file)
        try:
            with self._database.spoilt_by_errors():
                self._database.attach(_text(path), "" if write else "(read_only)")
        except duckdb.IOException as error:
            said = str(error)
            if "lock" in said:
                holder = re.search(r"PID (\d+)", said)
                raise PrivtrafficError("db_busy", file=path, process=holder[1] if holder else "?") from None
            if _is_full(error):
                raise PrivtrafficError("out_of_memory", detail=_FULL[0]) from None
            if "ermission denied" in said or "ead-only" in said or "read only" in said:
                raise PrivtrafficError("db_not_allowed", file=path) from None
            raise PrivtrafficError("db_damaged", file=path) from None
        except duckdb.Error as error:
            if "Unique file handle conflict" in str(error):
                raise PrivtrafficError("db_busy", file=path, process=os.getpid()) from None
            raise PrivtrafficError("db_damaged", file=path) from None

    def settle(self) -> None:
        """Have all that was written to `brand` lie in its one file."""
        self._execute("checkpoint brand")

    def copy_brand(self, path: Path) -> None:
        """Write the tables of `brand` to a new file."""
        self._execute(f"attach {_text(path)} as copied")
        self._execute("copy from database brand to copied")
        self._execute("checkpoint copied")
        self._execute("detach copied")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written to `brand` inside becomes seen at once, or not at all."""
        self._database.macros.all_ready()
        with self._database.spoilt_by_errors():
            self._execute("begin")
            try:
                yield
            except BaseException:
                # After a fatal error, as on a full disk, there is nothing left to roll back.
                with suppress(duckdb.Error, RuntimeError):
                    self._con.execute("rollback")
                raise
            self._execute("commit")

    def scan(self, name: str, source: Source) -> TableRef:
        if isinstance(source, LakeScan):
            raise PrivtrafficError("lake_needs_spark", file=source.name)
        if isinstance(source, TextScan):
            self.view(name, f"select {_cells(source)} from {_read_csv(source)}")
        elif isinstance(source, ParquetScan):
            # By position: DuckDB takes ID and id for one name. Byte columns are text that its writer did not mark.
            names = ", ".join(f"c{i}" for i in range(len(source.columns)))
            columns = ", ".join(f"cast({name} as varchar) as {name}" for name in names.split(", "))
            options = "binary_as_string = true, hive_partitioning = false"
            read = f"read_parquet({_path(source.path)}, {options}) as t({names})"
            self.view(name, f"select {columns} from {read}")
        elif not source.num_rows and (columns := declared(source.schema)):
            # To hand over nothing takes seven times as long, and most of what a small file could have is not there.
            self._execute(f"create or replace table {name} ({columns})")
        else:
            self._from_arrow(f"create or replace table {name} as select * from arrow_source", source)
        return TableRef(self, name)

    def append(self, name: str, rows: pa.Table) -> None:
        """Add rows to a table that is there."""
        self._from_arrow(f"insert into {name} select * from arrow_source", rows)

    def change(self, sql: str) -> None:
        """Add rows to a table of `brand`, or take some out."""
        self._execute(sql)

    def clear(self, *kept: str) -> None:
        """Drop every table and view of its own but those whose names begin with one of `kept`."""
        self.drop(*(name for name in {*self._views, *self.tables()} if not name.startswith(kept)))

    def run(self, into: str, sql: str, /, *, numbered: bool = False, **values: object) -> TableRef:
        if not numbered:
            self._execute(f"create or replace table {into} as {sql}", **values)
        elif self._bounded:
            path = self.workdir / f"{into}.parquet"
            self.copy(f"({sql})", path, **values)
            rows = f"read_parquet({_path(path)}, file_row_number = true)"
            self.view(into, f"select file_row_number as row_no, * exclude (file_row_number) from {rows}")
            self._views[into] = path
        else:
            self._execute(f"create or replace table {into}_rows as {sql}", **values)
            self.view(into, f"select rowid as row_no, * from {into}_rows")
            self._views[into] = f"{into}_rows"
        return TableRef(self, into)

    def view(self, into: str, sql: str, /, rows: int | None = None) -> TableRef:
        if rows is not None and rows <= _FEW:
            return self.run(into, sql)
        self._execute(f"create or replace view {into} as {sql}")
        self._views[into] = None
        return TableRef(self, into)

    def fetch(self, sql: str, /, **values: object) -> pa.Table:
        with self._mending():
            text, used = self._bound(sql, values)
            return holdable(self._con.sql(text, params=used).to_arrow_table())

    def batches(self, sql: str, /, **values: object) -> Iterator[pa.RecordBatch]:
        # A stream holds its connection until it is drained; a second one leaves the first free for other queries.
        with self._mending():
            stream = self._con.cursor()
        with stream:
            with self._mending(stream):
                text, used = self._bound(sql, values)
                reader = stream.sql(text, params=used).to_arrow_reader(100_000)
            while True:
                with self._mending(stream):
                    batch = next(reader, None)
                if batch is None:
                    return
                yield holdable(batch)

    def map(self, into: str, sql: str, make: Make, schema: pa.Schema, /, **values: object) -> TableRef:
        table = self.scan(into, schema.empty_table())
        for rows in gathered(make(self.batches(sql, **values)), _MADE_AT_ONCE):
            self.append(into, rows)
        return table

    def parts(self, rows: int, at_once: int) -> int:
        return max(1, ceil(rows / at_once))

    def copy(self, rows: str, path: Path, **values: object) -> None:
        """Write a table, or a query in brackets, to a Parquet file, in the order of its rows."""
        self._execute(f"copy {rows} to {_text(path)} (format parquet)", **values)

    def tables(self) -> tuple[str, ...]:
        sweep(self, self._abandoned)
        own = "select table_name from duckdb_tables() where database_name = current_database() and schema_name = 'main'"
        with self._mending():
            return tuple(sorted(name for (name,) in self._con.execute(own).fetchall()))

    def drop(self, *names: str) -> None:
        for name in names if not self._closed else ():
            if name not in self._views:
                self._execute(f"drop table if exists {name}")
                continue
            self._execute(f"drop view if exists {name}")
            behind = self._views.pop(name)
            if isinstance(behind, Path):
                behind.unlink(missing_ok=True)
            elif behind:
                self.drop(behind)

    def scope(self) -> Scope:
        return Scope(self, self._abandoned)

    def physical(self, name: str) -> str:
        return name

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._database.close()
        self._folder.close()

    def _from_arrow(self, sql: str, rows: pa.Table) -> None:
        with self._mending():
            self._con.register("arrow_source", rows)
            try:
                self._execute(sql)
            finally:
                self._con.unregister("arrow_source")

    def _execute(self, sql: str, **values: object) -> duckdb.DuckDBPyConnection:
        with self._mending():
            text, used = self._bound(sql, values)
            return self._con.execute(text, used)

    def _bound(self, sql: str, values: dict[str, object]) -> tuple[str, dict[str, object]]:
        """A query with its values in their places, and the functions that it calls made."""
        self._database.macros.ready(sql)
        return bind(sql, values, _dollar)

    @contextmanager
    def _mending(self, con: duckdb.DuckDBPyConnection | None = None) -> Iterator[None]:
        """A full disk or too little memory is the user's to mend."""
        if self._closed:
            raise PrivtrafficError("data_closed")
        try:
            with self._database.spoilt_by_errors(), interruptible(con or self._con):
                yield
        except duckdb.OutOfMemoryException as error:
            raise PrivtrafficError("out_of_memory", detail=str(error).splitlines()[0]) from None
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
            raise
        except duckdb.Error as error:
            if full := next((said for said in _FULL if said in str(error)), ""):
                raise PrivtrafficError("out_of_memory", detail=full) from None
            if "has been invalidated" in str(error):
                raise PrivtrafficError("out_of_memory", detail=_FULL[0]) from None
            raise PrivtrafficError("unreadable_rows", detail=str(error).splitlines()[0][:200]) from None


def create_database(path: Path, statements: str) -> None:
    """Make a database file of these statements where there is none.

    Raises
    ------
    OSError
        Where the folder cannot be written or its disk is full.
    """
    # Ask the file system first: DuckDB would tell of a missing folder or permission in words of its own.
    path.touch()
    path.unlink()
    try:
        with duckdb.connect(str(path)) as con, interruptible(con):
            con.execute(statements)
            con.execute("checkpoint")
    except duckdb.Error as error:
        raise OSError(errno.ENOSPC if _is_full(error) else errno.EIO, str(error).splitlines()[0]) from None


def _is_full(error: Exception) -> bool:
    return any(said in str(error) for said in _FULL)


def _cells(source: TextScan) -> str:
    """The columns of a text; times before 1971 mean "never", and the words for no time at all are read as 1900.

    Infinity is a time to DuckDB from 2.0.1 on, and years beyond 9999 always were; text alone tells what they are.
    """
    late = "case when real_time(c{0}) is null and c{0} is not null then error('no time') else c{0} end as c{0}"
    cells = (late if source.typed.get(i) == "time" else "c{0}" for i in range(source.columns + 1))
    return ", ".join(cell.format(i) for i, cell in enumerate(cells))


def _read_csv(source: TextScan) -> str:
    types = {i: _TYPES[kind] for i, kind in source.typed.items()}
    columns = ", ".join(f"'c{i}': '{types.get(i, 'VARCHAR')}'" for i in range(source.columns + 1))
    times = f"timestampformat = {_text(source.time_format)}, " if source.time_format else ""
    quote = '"' if source.quoted else ""
    return (
        f"read_csv({_path(source.path)}, auto_detect = false, header = false, skip = {source.skip}, "
        f"delim = {_text(source.delimiter)}, quote = '{quote}', escape = '{quote}', columns = {{{columns}}}, "
        f"{times}null_padding = true, strict_mode = false, compression = 'none', hive_partitioning = false, "
        f"parallel = {str(not source.multiline).lower()})"
    )


def _path(path: Path) -> str:
    """A file by its name: to DuckDB `orders[1].csv` alone would be a pattern, and mean orders1.csv."""
    return _text("".join(f"[{char}]" if char in "*?[" else char for char in str(path)))


def _dollar(name: str, value: object) -> str:
    return f"${name}"


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
