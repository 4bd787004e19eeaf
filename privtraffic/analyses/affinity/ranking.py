"""The best three offers of many members at once: members x items, where the items are few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privtraffic.analyses.affinity.rows import Link

RANKED = pa.schema({"member": pa.int32(), "item": pa.int32(), "place": pa.int32(), "method": pa.string()})

PACKED = "cast(item as bigint) + cast(times as bigint) * 64 + cast(last_bought as bigint) * 4194304"
"""What a member had of an item, in one number: the item below 64, the times below 65,536, the day."""

_AT_ONCE = 20_000
_NEVER = -np.inf

Array = NDArray[np.float64]
Codes = Mapping[str, int | float]
"""Codes and a rate, as a small table takes them."""


@dataclass(frozen=True)
class Ranking:
    """What `offerable` and `ranked` of offers.sql say, of lists of what each member had (`PACKED`).

    Attributes
    ----------
    items
        The items by how many bought them in the last window, those of least number first among as many: columns.
    again
        Rates of another purchase by times bought and thirds of a window idle; factors of it stand by column.
    links
        Of an item, the columns of those it makes likelier and their scores.
    popular
        Scores by whether a member is active, and column.
    wanted
        Columns that may be offered at all.
    """

    items: Sequence[int]
    cut: int
    within: int
    only_new: bool
    methods: Sequence[str]
    again: Array
    factors: Array
    links: Mapping[int, tuple[NDArray[np.intp], Array]]
    popular: Array
    wanted: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        items: Sequence[int],
        methods: Sequence[str],
        *,
        again: Sequence[Codes],
        factors: Sequence[Codes],
        links: Sequence[Link],
        popular: Sequence[Codes],
        stock: Sequence[int] | None,
        cut: int,
        within: int,
        only_new: bool,
    ) -> Ranking:
        """The same from the rows of the small tables."""
        column = {item: place for place, item in enumerate(items)}
        rates, chances = np.full((11, 9), np.nan), np.full((2, len(items)), _NEVER)
        factor_of = np.ones(len(items))
        for row in again:
            rates[int(row["times"]), int(row["idle"])] = row["rate"]
        for row in factors:
            factor_of[column[int(row["item"])]] = row["factor"]
        for row in popular:
            chances[int(row["active"]), column[int(row["item"])]] = row["score"]
        by_first: dict[int, list[Link]] = {}
        for link in links:
            by_first.setdefault(link["from_item"], []).append(link)
        return cls(
            items=items,
            cut=cut,
            within=within,
            only_new=only_new,
            methods=methods,
            again=rates,
            factors=factor_of,
            links={
                first: (
                    np.array([column[link["to_item"]] for link in found]),
                    np.array([link["score"] for link in found]),
                )
                for first, found in by_first.items()
            },
            popular=chances,
            wanted=np.array([stock is None or item in stock for item in items]),
        )

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for start in range(0, batch.num_rows, _AT_ONCE):
                yield from self._ranked(batch.slice(start, _AT_ONCE))

    def _ranked(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        members, items = batch["member"].to_numpy(), np.array(self.items, np.int32)
        keys = self._keys(batch["had"])
        everybody = np.arange(len(members))
        for method in self.methods:
            key = keys[method]
            for place in (1, 2, 3):
                best = key.argmax(axis=1)
                found = key[everybody, best] > _NEVER
                columns = [members[found], items[best[found]], np.full(found.sum(), place, np.int32)]
                arrays = [*(pa.array(column, pa.int32()) for column in columns), pa.array([method] * int(found.sum()))]
                yield pa.RecordBatch.from_arrays(arrays, schema=RANKED)
                key[everybody, best] = _NEVER

    def _keys(self, had: pa.ListArray) -> dict[str, Array]:
        """Members x columns: the higher the sooner offered, the first of equals first."""
        packed = had.flatten().to_numpy()
        row = np.repeat(np.arange(len(had)), np.diff(had.offsets.to_numpy()))
        item, bought, day = packed & 63, (packed >> 6) & 65535, packed >> 22
        column = np.zeros(64, np.intp)
        column[list(self.items)] = np.arange(len(self.items))
        column = column[item]
        times = np.zeros((len(had), len(self.items)))
        last = np.zeros_like(times)
        times[row, column], last[row, column] = bought, day
        recent = day > self.cut - self.within
        score = np.full_like(times, _NEVER)
        idle = np.minimum(np.floor(3 * (self.cut - day) / float(self.within)), 8).astype(np.intp)
        own = np.minimum(1.0, self.again[np.minimum(bought, 10), idle] * self.factors[column])
        score[row, column] = np.where(np.isnan(own), _NEVER, own)
        for first, (seconds, scores) in self.links.items():
            at = np.ix_(row[recent & (item == first)], seconds)
            score[at] = np.maximum(score[at], scores)
        active = np.zeros(len(had), np.intp)
        active[row[recent]] = 1
        score = np.maximum(score, self.popular[active])
        may = (times == 0) if self.only_new else (times != 1) | (last <= self.cut - self.within)
        may &= self.wanted & (score > _NEVER)
        keys = {"affinity": score, "popularity": np.zeros_like(score), "same_again": times * 2.0**20 + last}
        return {name: np.where(may, keys[name], _NEVER) for name in self.methods}
