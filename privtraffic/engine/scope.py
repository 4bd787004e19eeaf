"""Tables that belong to one answer, under names of their own in the engine that all answers share.

A room writes `rfm_members`, in Python and in SQL; the scope keeps it as `rfm_members__7`.  So any number of answers
live side by side, and the SQL files stay what an analyst reads.  The names are replaced in the text of a query, which
both engines take alike: Spark's temporary views have one namespace a session (docs/decisions/0005-scopes.md).
"""

from __future__ import annotations

import re
from collections import ChainMap, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING
from weakref import finalize

from privtraffic.engine.base import Engine, Make, Source, TableRef
from privtraffic.errors import PrivtrafficError

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBERS = count(1)

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/          # a comment
    |'(?:[^']|'')*'|"(?:[^"]|"")*"  # a text, a name in quotes
    |::?\w+|\$\w+|\d\w*             # a bound value, a cast, a number
    |(?P<column>\.\s*|\bas\s+)?(?P<name>[^\W\d]\w*)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
"""What a query is made of; a name after a dot or after `as` is that of a column or an alias."""


class Scope:
    """An engine whose tables belong to whoever holds it.

    Tables and views made here get a physical name of their own.  A query finds the tables of this scope, then those of
    the scopes around it, then those of the engine.  They are dropped by `close`, or when nothing holds the scope any
    more: a `TableRef` holds its scope, and a scope the one around it.

    In a query a name is a table's wherever it stands as a whole word; texts, comments and bound values are left alone.
    A table must therefore not be called like a column: after a dot, after `as` and in the columns of an answer such a
    name raises ValueError, anywhere else the engine does not find the column.
    """

    def __init__(self, engine: Engine, abandoned: deque[str], around: Scope | None = None) -> None:
        sweep(engine, abandoned)
        self.workdir = engine.workdir
        self.lake = engine.lake
        self._engine = engine
        self._abandoned = abandoned
        self._around = around
        self._number = next(_NUMBERS)
        self._own: dict[str, str] = {}
        self._names: ChainMap[str, str] = around._names.new_child(self._own) if around else ChainMap(self._own)
        # What each table and view reads; a table has read what it needs.
        self._made: dict[str, frozenset[str]] = {}
        self._closed = False
        self._end = finalize(self, _abandon, self._made, abandoned)
        self._end.atexit = False

    def __enter__(self) -> Scope:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def scope(self) -> Scope:
        """A scope within this one."""
        self._check_open()
        return Scope(self._engine, self._abandoned, self)

    def physical(self, name: str) -> str:
        """What the engine calls a table that is known here as `name`."""
        self._check_open()
        return self._names.get(name.lower(), name)

    def scan(self, name: str, source: Source) -> TableRef:
        self._engine.scan(self._new(name), source)
        return self._named(name)

    def run(self, into: str, sql: str, /, *, numbered: bool = False, **values: object) -> TableRef:
        text, _ = self._text(sql)
        self._engine.run(self._new(into), text, numbered=numbered, **values)
        return self._named(into)

    def view(self, into: str, sql: str, /, rows: int | None = None) -> TableRef:
        text, read = self._text(sql)
        self._engine.view(self._new(into), text, rows)
        return self._named(into, read)

    def fetch(self, sql: str, /, **values: object) -> pa.Table:
        found = self._engine.fetch(self._text(sql)[0], **values)
        self._check_columns(found.column_names)
        return found

    def batches(self, sql: str, /, **values: object) -> Iterator[pa.RecordBatch]:
        # A generator, so that the scope lives while its rows are read.
        for batch in self._engine.batches(self._text(sql)[0], **values):
            self._check_columns(batch.schema.names)
            yield batch

    def map(self, into: str, sql: str, make: Make, schema: pa.Schema, /, **values: object) -> TableRef:
        text, _ = self._text(sql)
        self._engine.map(self._new(into), text, make, schema, **values)
        return self._named(into)

    def parts(self, rows: int, at_once: int) -> int:
        return self._engine.parts(rows, at_once)

    def tables(self) -> tuple[str, ...]:
        """The names of what was made here, views among them."""
        return tuple(sorted(self._own))

    def drop(self, *names: str) -> None:
        """Forget tables of this scope; those around it stay."""
        for name in names:
            if physical := self._own.pop(name.lower(), None):
                del self._made[physical]
                self._engine.drop(physical)

    def keep(self, tables: Iterable[str]) -> None:
        """Forget all but these tables (by their physical names) and what views among them read."""
        kept: set[str] = set()
        reached = set(tables)
        while reached - kept:
            kept |= reached
            reached = {name for table in kept for name in self._made.get(table, ())}
        self.drop(*(name for name, physical in [*self._own.items()] if physical not in kept))

    def close(self) -> None:
        """Drop the tables; whoever asks for their rows afterwards is told so."""
        self._closed = True
        if self._end.detach():
            self._engine.drop(*self._made)
            self._own.clear()

    def _check_open(self) -> None:
        if self._closed:
            raise PrivtrafficError("answer_closed")

    def _new(self, name: str) -> str:
        """The physical name for `name`: the only place where one is made."""
        self._check_open()
        physical = f"{name}__{self._number}"
        # Before it is there, so that what a failing query leaves behind is dropped with the rest.
        self._made.setdefault(physical, frozenset())
        return physical

    def _named(self, name: str, read: frozenset[str] = frozenset()) -> TableRef:
        physical = f"{name}__{self._number}"
        self._own[name.lower()] = physical
        self._made[physical] = read
        return TableRef(self, physical)

    def _text(self, sql: str) -> tuple[str, frozenset[str]]:
        """A query with physical names, and which of them it reads."""
        self._check_open()
        read: set[str] = set()

        def replaced(token: re.Match[str]) -> str:
            name = token["name"]
            physical = self._names.get(name.lower()) if name else None
            if physical is None:
                return token[0]
            if token["column"]:
                raise ValueError(f"{name} is a table here: no column and no alias may be called so")
            read.add(physical)
            return physical

        return _TOKEN.sub(replaced, sql), frozenset(read)

    def _check_columns(self, names: Iterable[str]) -> None:
        for name in {*names} & {*self._names.values()}:
            raise ValueError(f"{name.rpartition('__')[0]} is a table here: no column may be called so")


@contextmanager
def answering(engine: Engine) -> Iterator[Scope]:
    """A scope for one answer: closed where making it fails, else the answer's own."""
    scope = engine.scope()
    try:
        yield scope
    except BaseException:
        # An engine that cannot go on may not be able to drop either; what stopped it is told.
        with suppress(Exception):
            scope.close()
        raise


def sweep(engine: Engine, abandoned: deque[str]) -> None:
    """Drop the tables of scopes that nobody holds any more."""
    while abandoned:
        engine.drop(abandoned.popleft())


def _abandon(made: dict[str, frozenset[str]], abandoned: deque[str]) -> None:
    """Called by the garbage collector, which may come in the middle of a query: note what is to be dropped."""
    abandoned.extend(made)
