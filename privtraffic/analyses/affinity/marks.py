"""Every pair of items counted in one pass over the order days, where there are few enough for the bits of a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from privtraffic.analyses.affinity.bins import Bins
from privtraffic.analyses.affinity.shelf import Shelf
from privtraffic.engine.arrow import gathered
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

_KEY = ("period", "late", "lines")
_COUNTED = pa.schema(
    [(name, pa.int32()) for name in (*_KEY, "from_item", "to_item")]
    + [(name, pa.int64()) for name in ("exposed", "barred")]
)
_AT_ONCE = 500_000
"""A product of few rows costs little less than one of many."""
_EXACT = 2**24
"""Up to it a number of four bytes counts without a gap."""


@dataclass(frozen=True)
class Marks:
    """Order days with their marks in `affinity_windows`, and `affinity_counts` of them.

    A row of the counts says, of a period, a bin of lines and a pair of items, how many order days were exposed to the
    first or barred by it and bought the second in their follow-up.  Item 0 stands for all order days on either side;
    item -1 as the second counts the order days of the follow-up.

    Attributes
    ----------
    bins
        By the last order day of each window that was asked for, the earliest first.
    """

    bins: Mapping[int, Bins]

    def lay(self, engine: Engine, end: int) -> Bins:
        """The counts of the order days up to one of the ends, in its strata."""
        late = list(self.bins).index(end)
        engine.run("affinity_of_day", SQL["of_day"].format(bin=self.bins[end].sql, late=late))
        for name in ("totals", "bought_after"):
            engine.run(f"affinity_{name}", SQL[name])
        return self.bins[end]

    @staticmethod
    def count(engine: Engine) -> None:
        """What layout.sql counts a part of the members at a time, of the candidates."""
        for name in ("seen", "hits"):
            engine.run(f"affinity_{name}", SQL[name])
        engine.drop("affinity_of_day")


def mark_days(shelf: Shelf, within: int, days: Sequence[int]) -> Marks:
    """Mark the order days up to the last of `days`, for the windows that end with each of them."""
    engine, ends = shelf.engine, sorted({*days})
    engine.run("affinity_windows", SQL["windows"].format(within=within), last_day=ends[-1])
    bins = {end: Bins.of(engine, end) for end in ends}
    late = " + ".join(["0", *(f"case when day > {end} then 1 else 0 end" for end in ends[:-1])])
    coded = SQL["coded"].format(late=late, lines=_least(sorted({cut for found in bins.values() for cut in found.cuts})))
    engine.map("affinity_counted", coded, Counting(max(shelf.items)), _COUNTED, first_day=shelf.first_day)
    engine.run("affinity_counts", SQL["counts"])
    engine.drop("affinity_counted")
    return Marks(bins)


def _least(cuts: Sequence[int]) -> str:
    """The least number of lines that lies in the same bin, as SQL."""
    steps = " ".join(f"when line_count > {cut} then {cut + 1}" for cut in reversed(cuts))
    return f"case when line_count = 0 then 0 {steps} else 1 end"


@dataclass(frozen=True)
class Counting:
    """Counts the pairs of `items` items among order days: in each stratum a product of two tables of 0 and 1."""

    items: int

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        found: dict[tuple[int, ...], NDArray[np.float64]] = {}
        # The products are small: threads of linear algebra would wait for one another longer than they multiply.
        with threadpool_limits(1):
            for rows in gathered(batches, _AT_ONCE):
                for key, counts in self._counts(rows):
                    if key in found:
                        found[key] += counts
                    else:
                        found[key] = counts
        for key, counts in found.items():
            yield self._rows(key, counts)

    def _counts(self, rows: pa.Table) -> Iterator[tuple[tuple[int, ...], NDArray[np.float64]]]:
        key = np.column_stack([rows[name].to_numpy() for name in _KEY])
        days = rows["days_after"].to_numpy()
        order = np.lexsort(key.T)
        key, days = key[order], days[order]
        exposed, barred, follows = (self._bits(rows[name], order) for name in ("exposed", "barred", "follows"))
        ends = np.flatnonzero((key[1:] != key[:-1]).any(axis=1)) + 1
        for low, high in zip([0, *ends], [*ends, len(key)], strict=True):
            if low == high:
                continue
            exact = np.float32 if int(days[low:high].max() + 1) * (high - low) < _EXACT else np.float64
            one = np.ones((high - low, 1), exact)
            first: NDArray[np.floating] = np.hstack([one, exposed[low:high], barred[low:high]], dtype=exact)
            second: NDArray[np.floating] = np.hstack([days[low:high, None], one, follows[low:high]], dtype=exact)
            yield tuple(int(part) for part in key[low]), (first.T @ second).astype(np.float64)

    def _bits(self, marks: pa.ChunkedArray, order: NDArray[np.intp]) -> NDArray[np.uint8]:
        """A bit matrix of order days × items."""
        parts = marks.to_numpy()[order].astype("<i8").view(np.uint8).reshape(-1, 8)
        return np.unpackbits(parts, axis=1, bitorder="little", count=self.items)

    def _rows(self, key: tuple[int, ...], counts: NDArray[np.float64]) -> pa.RecordBatch:
        exposed = np.vstack([np.zeros_like(counts[:1]), counts[1 : self.items + 1]])
        barred = np.vstack([counts[:1], counts[self.items + 1 :]])
        first, second = np.nonzero(barred)
        columns = [np.full(len(first), part, np.int32) for part in key]
        columns += [first.astype(np.int32), (second - 1).astype(np.int32)]
        columns += [table[first, second].astype(np.int64) for table in (exposed, barred)]
        return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=_COUNTED)
