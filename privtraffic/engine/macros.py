"""The functions of `embedded.sql`, made when a query first calls them: all of them take as long as a small file."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import duckdb

_CALL = re.compile(r"(\w+)\s*\(")


@cache
def _statements() -> dict[str, duckdb.Statement]:
    """The statement that makes each function, in the order of the file: a function calls those above it.

    Parsed once for every database: a third of what making them takes.
    """
    text = files("privtraffic.engine").joinpath("embedded.sql").read_text("utf-8")
    with duckdb.connect() as con:
        made = con.extract_statements(text)
    return {re.findall(r"^create macro (\w+)", each.query, re.MULTILINE)[0]: each for each in made}


@cache
def _called_by(name: str) -> frozenset[str]:
    """A function and all that it is made of."""
    own = frozenset(_CALL.findall(_statements()[name].query)) & _statements().keys()
    return frozenset({name}).union(*(_called_by(below) for below in own - {name}))


class Macros:
    """Those that one database has."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._missing = set(_statements())

    def ready(self, sql: str) -> None:
        """Make those that a query calls."""
        if self._missing and (called := self._missing.intersection(_CALL.findall(sql))):
            self._make(frozenset().union(*map(_called_by, called)))

    def all_ready(self) -> None:
        """Make every one, as before a transaction: what is made inside would go with it."""
        self._make(frozenset(self._missing))

    def _make(self, wanted: frozenset[str]) -> None:
        for name in [name for name in _statements() if name in wanted & self._missing]:
            self._con.execute(_statements()[name])
            self._missing.remove(name)
