"""How many different values of a dimension somebody has met: brands, stores, channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

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
class Counting:
    """How different values are counted, and of which rows.

    Attributes
    ----------
    way
        `few`: each is a bit of one of so many whole `numbers`, told by the table `marks`; rows cost more.
        `many`: each is a row of whoever met it.  `so_far`: a database has counted them, the value of a row is how many
        there are by its day.
    table
        Whose rows `counts` asks.
    """

    way: Literal["few", "many", "so_far"]
    table: str
    marks: str = ""
    numbers: int = 1

    def counts(self, rows: str, keys: str, conditions: Mapping[str, str]) -> str:
        """The query of how many values there are under each of the `conditions`, by its name.

        Parameters
        ----------
        rows
            The query of `value`, `day` and the keys.
        conditions
            On `day` and the keys: what holds on a day has held on any day before it.
        """
        one = SQL[f"{self.way}_counted"]
        counted = {
            name: " + ".join(one.format(number=number, condition=condition) for number in range(self.numbers))
            for name, condition in conditions.items()
        }
        counts = ", ".join(f"cast({count} as bigint) as {name}" for name, count in counted.items())
        return SQL[self.way].format(rows=rows, keys=keys, counts=counts, marks=self.marks)


def counting(data: Dataset, table: str, what: str, marks: str) -> Counting:
    """How the values of a column of a table are counted; few of them are put into the table `marks`."""
    if is_kept(data):
        return Counting("so_far", "met_days")
    return counting_anew(data.engine, table, what, marks)


def counting_anew(engine: Engine, table: str, what: str, marks: str) -> Counting:
    """The same where no database has counted them."""
    most = MOST_MARKS * _MOST_NUMBERS
    found = engine.fetch(SQL["values"].format(what=what, table=table, most=most + 1))["value"].to_pylist()
    if len(found) > most:
        return Counting("many", table)
    places = [divmod(place, MOST_MARKS) for place in range(len(found))]
    columns = {
        "value": pa.array(found, pa.string()),
        "number": pa.array([number for number, _ in places], pa.int32()),
        "mark": pa.array([1 << bit for _, bit in places], pa.int64()),
    }
    engine.scan(marks, pa.table(columns))
    return Counting("few", table, marks, max(1, ceil(len(found) / MOST_MARKS)))
