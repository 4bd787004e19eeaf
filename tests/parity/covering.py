"""Which files Spark must read to be asked for every expression that DuckDB is asked for when it reads all of them.

A profile is data: what it adds to another is names of columns, words of a status and, seldom, another expression.  A
file costs Spark a second, most of it for texts that another file has had it plan.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.engine.recorded import Ran, recorded
from privtraffic.intake.load import load

T = TypeVar("T")

_LEFT_OUT = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[0-9.]+|_[0-9]+\b|\bas \w+")
"""Comments, values, and names of columns and of tables."""
_BETWEEN = re.compile(r",\s|\n|\b(?:from|join|on)\b")


def expressions(sql: str) -> set[str]:
    """What a query consists of, whatever the names and values in it."""
    return {" ".join(part.split()) for part in _BETWEEN.split(_LEFT_OUT.sub("?", sql))}


def expressions_of(paths: list[Path], **how: Any) -> set[str]:
    """Those that DuckDB is asked for when it reads files; how it opens a file is its own."""
    ran: list[Ran] = []
    with load(paths, engine=recorded(EmbeddedEngine(), ran), **how):
        return set().union(*(expressions(one.sql) for one in ran if "read_csv(" not in one.sql))


def covering(asked: Mapping[T, set[str]]) -> list[T]:
    """Few that have all that there is among them, each with something that none before it has."""
    left, found = set[str]().union(*asked.values()), list[T]()
    while left:
        found.append(max(asked, key=lambda one: len(asked[one] & left)))
        left -= asked[found[-1]]
    return found
