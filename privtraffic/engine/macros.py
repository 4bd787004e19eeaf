"""The functions of `embedded.sql`, made when a query first calls them: all of them take as long as a small file."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import duckdb

_CALL = re.compile(r"(\w+)\s*\(")


_PARSED: dict[str, duckdb.Statement] = {}
"""Parsed once for every database: a third of what making them takes."""


def _statements(con: duckdb.DuckDBPyConnection) -> dict[str, duckdb.Statement]:
    """The statement that makes each function, in the order of the file: a function calls those above it."""
    if not _PARSED:
        made = con.extract_statements(files("privtraffic.engine").joinpath("embedded.sql").read_text("utf-8"))
        _PARSED.update({re.findall(r"^create macro (\w+)", each.query, re.MULTILINE)[0]: each for each in made})
    return _PARSED


@cache
def _called_by(name: str) -> frozenset[str]:
    """A function and all that it is made of."""
    own = frozenset(_CALL.findall(_PARSED[name].query)) & _PARSED.keys()
    return frozenset({name}).union(*(_called_by(below) for below in own - {name}))


class Macros:
    """The functions that one database has so far."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._missing = set(_statements(con))

    def ready(self, sql: str) -> None:
        """Make those that a query calls."""
        if self._missing and (called := self._missing.intersection(_CALL.findall(sql))):
            self._make(frozenset().union(*map(_called_by, called)))

    def all_ready(self) -> None:
        """Make every one, as before a transaction: what is made inside would go with it."""
        self._make(frozenset(self._missing))

    def _make(self, wanted: frozenset[str]) -> None:
        for name in [name for name in _PARSED if name in wanted & self._missing]:
            self._con.execute(_PARSED[name])
            self._missing.remove(name)
