"""How many different values of a dimension somebody has met: brands, stores, channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import pyarrow as pa

from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.kept import is_kept

SQL = queries(__name__)

MOST_MARKS = 62
"""So many values are the bits of one whole number, and need no row each."""

_MOST_NUMBERS = 8
"""With so many numbers to keep, rows cost no more."""


@dataclass(frozen=True)
class Few:
    """Values that are the bits of one or some whole numbers: those of the table `marks`; rows are those of `table`."""

    table: str
    marks: str
    numbers: int

    def counts(self, rows: str, keys: str, conditions: Mapping[str, str]) -> str:
        """See `Many`."""
        counted = (
            " + ".join(SQL["few_counted"].format(number=number, condition=each) for number in range(self.numbers))
            for each in conditions.values()
        )
        return _counts("few", rows, keys, dict(zip(conditions, counted, strict=True)), marks=self.marks)


@dataclass(frozen=True)
class Many:
    """Any number of values: each is a row of whoever met it; rows are those of `table`."""

    table: str

    def counts(self, rows: str, keys: str, conditions: Mapping[str, str]) -> str:
        """The query of how many values there are under each of the `conditions`, by its name.

        Parameters
        ----------
        rows
            The query of `value`, `day` and the keys.
        conditions
            On `day` and the keys: what holds on a day has held on any day before it.
        """
        counted = {name: SQL["many_counted"].format(condition=each) for name, each in conditions.items()}
        return _counts("many", rows, keys, counted)


@dataclass(frozen=True)
class SoFar:
    """What a database has counted: the value of a row is how many there are by its day."""

    table: str = "met_days"

    def counts(self, rows: str, keys: str, conditions: Mapping[str, str]) -> str:
        """See `Many`."""
        counted = {name: SQL["so_far_counted"].format(condition=each) for name, each in conditions.items()}
        return _counts("so_far", rows, keys, counted)


def _counts(kind: str, rows: str, keys: str, counted: Mapping[str, str], **marks: str) -> str:
    counts = ", ".join(f"cast({count} as bigint) as {name}" for name, count in counted.items())
    return SQL[kind].format(rows=rows, keys=keys, counts=counts, **marks)


def counting(data: Dataset, table: str, what: str, marks: str) -> Few | Many | SoFar:
    """How the values of a column of a table are counted; few of them are put into the table `marks`."""
    return SoFar() if is_kept(data) else counting_anew(data.engine, table, what, marks)


def counting_anew(engine: Engine, table: str, what: str, marks: str) -> Few | Many:
    """The same where no database has counted them."""
    most = MOST_MARKS * _MOST_NUMBERS
    found = engine.fetch(SQL["values"].format(what=what, table=table, most=most + 1))["value"].to_pylist()
    if len(found) > most:
        return Many(table)
    places = [divmod(place, MOST_MARKS) for place in range(len(found))]
    columns = {
        "value": pa.array(found, pa.string()),
        "number": pa.array([number for number, _ in places], pa.int32()),
        "mark": pa.array([1 << bit for _, bit in places], pa.int64()),
    }
    engine.scan(marks, pa.table(columns))
    return Few(table, marks, max(1, ceil(len(found) / MOST_MARKS)))
