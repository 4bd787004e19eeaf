"""How many different values of a dimension somebody has met: brands, stores, channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

MOST_MARKS = 62
"""So many values are the bits of one whole number, and need no row each."""


@dataclass(frozen=True)
class Few:
    """Values that are the bits of a whole number: those of `marks`."""

    marks: str

    def counts(self, rows: str, keys: str, conditions: Mapping[str, str]) -> str:
        """See `Many`."""
        return _counts("few", rows, keys, conditions, marks=self.marks)


@dataclass(frozen=True)
class Many:
    """Any number of values: each is a row of whoever met it."""

    def counts(self, rows: str, keys: str, conditions: Mapping[str, str]) -> str:
        """The query of how many values there are under each of the `conditions`, by its name.

        Parameters
        ----------
        rows
            The query of `value`, `day` and the keys.
        conditions
            On `day` and the keys: what holds on a day has held on any day before it.
        """
        return _counts("many", rows, keys, conditions)


def _counts(kind: str, rows: str, keys: str, conditions: Mapping[str, str], **names: str) -> str:
    counted = (SQL[f"{kind}_counted"].format(name=name, condition=each) for name, each in conditions.items())
    return SQL[kind].format(rows=rows, keys=keys, counts=", ".join(counted), **names)


def counting(engine: Engine, table: str, what: str, marks: str) -> Few | Many:
    """How the values of a column of a table are counted; few of them are put into the table `marks`."""
    found = engine.fetch(SQL["values"].format(what=what, table=table, most=MOST_MARKS + 1))["value"].to_pylist()
    if len(found) > MOST_MARKS:
        return Many()
    bits = [1 << place for place in range(len(found))]
    engine.scan(marks, pa.table({"value": pa.array(found, pa.string()), "mark": pa.array(bits, pa.int64())}))
    return Few(marks)
