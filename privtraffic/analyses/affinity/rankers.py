"""The best three candidates of every member: as members x items where the items are few, else row by row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from privtraffic.analyses.affinity.ranking import PACKED, RANKED, Codes, Ranking
from privtraffic.analyses.affinity.rows import Buyers, Known, Link
from privtraffic.analyses.affinity.shelf import Shelf
from privtraffic.analyses.rows import rows_of
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.affinity.offers")

ORDERS = {
    "affinity": "score desc, buyers desc, item",
    "popularity": "buyers desc, item",
    "same_again": "times desc, last_bought desc, buyers desc, item",
}
"""How the same candidates are ranked: by the model, by popularity, by what the member bought most often."""

OPEN = {
    False: "(o.times <> 1 or o.last_bought <= :cut - :within)",
    True: "o.times = 0",
}
"""What a member may be offered, without and with `only_new`."""

_MEMBERS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Learned:
    """What purchases so far tell of the next, as small tables of codes, rates and scores."""

    again: Sequence[Codes]
    factors: Sequence[Codes]
    links: Sequence[Link]
    popular: Sequence[Codes]

    def register(self, engine: Engine) -> None:
        """Each as a table; typed, so that an empty one can be joined too."""
        tables: Mapping[str, tuple[Sequence[Codes | Link], tuple[str, ...], tuple[str, ...]]] = {
            "affinity_again": (self.again, ("times", "idle"), ("rate",)),
            "affinity_factors": (self.factors, ("item",), ("factor",)),
            "affinity_links": (self.links, ("from_item", "to_item"), ("rate", "lift", "score")),
            "affinity_popular": (self.popular, ("item", "active"), ("score",)),
        }
        for name, (rows, codes, values) in tables.items():
            kinds = {**dict.fromkeys(codes, pa.int32()), **dict.fromkeys(values, pa.float64())}
            engine.scan(name, pa.Table.from_pylist(rows, pa.schema(kinds.items())))


@dataclass(frozen=True)
class Asked:
    """What is to be ranked: what was known by the day `cut`, by which methods, of which items, for whom.

    `whose` is a condition on the members who get any.
    """

    cut: int
    within: int
    methods: Sequence[str]
    only_new: bool = False
    stock: Sequence[int] | None = None
    whose: str = "true"

    @property
    def known(self) -> Known:
        return {"cut": self.cut, "within": self.within}


@dataclass(frozen=True)
class Ranker(ABC):
    """Ranks what `affinity_own` and the registered tables of what was learned tell."""

    shelf: Shelf

    @abstractmethod
    def rank(self, learned: Learned, asked: Asked) -> None:
        """The best three candidates of every member by each method, in `affinity_ranked_<method>`."""


class ByItems(Ranker):
    """Many members at once, as members x items."""

    def rank(self, learned: Learned, asked: Asked) -> None:
        engine, items = self.shelf.engine, self.shelf.items
        sizes = {row["item"]: row["buyers"] for row in rows_of(engine.fetch(SQL["buyers"]), Buyers)}
        ranking = Ranking.of(
            sorted(items, key=lambda item: (-sizes.get(item, 0), item)), asked.methods,
            again=learned.again, factors=learned.factors, links=learned.links, popular=learned.popular,
            stock=asked.stock, only_new=asked.only_new, **asked.known,
        )  # fmt: skip
        engine.map("affinity_ranked", SQL["had"].format(whose=asked.whose, packed=PACKED), ranking, RANKED)
        for method in asked.methods:
            engine.run(f"affinity_ranked_{method}", SQL["by_method"], method=method)
        engine.drop("affinity_ranked")


class ByRows(Ranker):
    """Row by row: for any number of items.

    A member has dozens of candidates, so members are taken 50,000 at a time and memory does not grow with them.
    """

    def rank(self, learned: Learned, asked: Asked) -> None:
        engine, wanted = self.shelf.engine, "true"
        if asked.stock is not None:
            engine.scan("affinity_stock", pa.table({"item": pa.array(asked.stock, pa.int32())}))
            wanted = "o.item in (select item from affinity_stock)"
        offerable = SQL["offerable"].format(open=OPEN[asked.only_new], wanted=wanted)
        parts = engine.parts(self.shelf.members, _MEMBERS_AT_ONCE)
        for part in range(parts):
            engine.run("affinity_own_part", SQL["own_part"].format(whose=asked.whose), parts=parts, part=part)
            engine.run("affinity_offerable", offerable, **asked.known)
            for method in asked.methods:
                engine.run(f"affinity_ranked_{method}_{part}", SQL["ranked"].format(order=ORDERS[method]))
        for method in asked.methods:
            ranked = [f"affinity_ranked_{method}_{part}" for part in range(parts)]
            whole = " union all ".join(SQL["whole"].format(part=part) for part in ranked)
            engine.run(f"affinity_ranked_{method}", whole)
            engine.drop(*ranked)
        engine.drop("affinity_own_part", "affinity_offerable")


def ranker_of(shelf: Shelf) -> Ranker:
    """The way to rank what is on a shelf."""
    return ByItems(shelf) if shelf.few else ByRows(shelf)
