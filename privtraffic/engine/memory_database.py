"""Databases in memory.  One that held little is emptied when it is closed, and serves the next engine.

Making a database, and the functions of `embedded.sql` in it, takes half as long as reading a small file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from privtraffic.engine.macros import Macros

_MOST_ROWS = 1_000_000
"""A database with more is not kept: its memory is given back."""
_HELD = """
select table_name, estimated_size from duckdb_tables() where not internal and database_name = current_database()
union all select view_name, null from duckdb_views() where not internal and database_name = current_database()
"""
_SETTINGS = ("default_null_order = 'nulls_first'", "TimeZone = 'UTC'", "preserve_insertion_order = true")
_NO_CHECKPOINT = "checkpoint_threshold = '1TB'"
"""Of tables in memory it writes them all again and gains nothing: seconds at ten million lines."""


class MemoryDatabase:
    """A connection to a database of its own, and the functions that it has."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self._process = os.getpid()
        self._spoilt = False
        self._attached = False
        for setting in (*_SETTINGS, _NO_CHECKPOINT):
            self.con.execute(f"set global {setting}")
        # Where Python runs no script, as in a notebook, DuckDB would draw a bar of its own, and wait for it.  In a
        # notebook without ipywidgets it draws none, and fails where it is told not to.
        if self.con.execute("select current_setting('enable_progress_bar')").fetchall() == [(True,)]:
            self.con.execute("set enable_progress_bar = false")
        self.macros = Macros(self.con)

    def set(self, statement: str) -> None:
        """Have it other than the next engine expects it."""
        self._spoilt = True
        self.con.execute(statement)

    @contextmanager
    def spoilt_by_errors(self) -> Iterator[None]:
        """What a failure leaves behind is not for the next engine."""
        try:
            yield
        except BaseException:
            self._spoilt = True
            raise

    def attach(self, file: str, options: str) -> None:
        """Open a database file, whose name is a text of SQL, under the name `brand`."""
        self.con.execute("reset global checkpoint_threshold")
        self.con.execute(f"attach {file} as brand {options}")
        self._attached = True

    def close(self) -> None:
        """Keep it for the next engine, where none is kept and it can be emptied."""
        if self._spoilt or not self._emptied() or _SPARE.setdefault(self._process, self) is not self:
            self.con.close()

    def _emptied(self) -> bool:
        # In a copy of its process it has none of its threads, and would wait for them.
        if self._process != os.getpid():
            return False
        try:
            # Fails inside a transaction that was left open.
            self.con.execute("begin")
            held = self.con.execute(_HELD).fetchall()
            for name, rows in held:
                self.con.execute(f'drop {"view" if rows is None else "table"} "{name}"')
            self.con.execute("commit")
            if self._attached:
                self.con.execute(f"detach brand; set global {_NO_CHECKPOINT}")
                self._attached = False
        except duckdb.Error:
            return False
        return sum(rows or 0 for _, rows in held) <= _MOST_ROWS


_SPARE: dict[int, MemoryDatabase] = {}
"""The one that is kept, by the process."""


def spilling_to(folder: Path) -> MemoryDatabase:
    """An empty database, whose rows go to this folder where memory is short."""
    setting = f"set global temp_directory = '{str(folder).replace(chr(39), chr(39) * 2)}'"
    if kept := _SPARE.pop(os.getpid(), None):
        try:
            kept.con.execute(setting)
        except duckdb.Error:
            # It has spilled already.
            kept.con.close()
        else:
            return kept
    new = MemoryDatabase()
    new.con.execute(setting)
    return new
