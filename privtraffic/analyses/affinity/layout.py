"""How order days are laid out as episodes and counted: by the bits of a number where items are few, else by rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from privtraffic.analyses.affinity.bins import Bins
from privtraffic.analyses.affinity.marks import SQL as MARKS
from privtraffic.analyses.affinity.marks import Marks, mark_days
from privtraffic.analyses.affinity.room import Params
from privtraffic.analyses.affinity.rows import Density
from privtraffic.analyses.affinity.shelf import Shelf
from privtraffic.analyses.rows import row_of
from privtraffic.engine.sql import queries

SQL = queries(__name__)

_EXACT_WORK = 30_000_000
_ROWS_AT_ONCE = 4_000_000
_GROUPS, _GROUP_MEMBERS = 200, 500


@dataclass(frozen=True)
class Design:
    """How pairs are counted: the follow-up in days (or baskets instead) and the thresholds of a test."""

    within: int
    same_order: bool = False
    min_members: int = 30
    min_expected: float = 5.0
    most_pairs: int = 5000

    @classmethod
    def of(cls, params: Params) -> Design:
        """The design of what comes afterwards, as it is asked for."""
        return cls(
            params.within_days,
            min_members=params.min_members,
            min_expected=params.min_expected,
            most_pairs=params.most_pairs,
        )

    @property
    def kind(self) -> str:
        """What the queries of baskets are called by."""
        return "basket_" if self.same_order else ""

    def end(self, last_day: int) -> int:
        """The last order day that is an episode."""
        return last_day if self.same_order else last_day - self.within


@dataclass(frozen=True)
class Laid:
    """Episodes up to `end` in their bins; the groups of members made, and how many of them are measured."""

    end: int
    bins: Bins
    clusters: int
    measured: int

    @property
    def groups(self) -> Mapping[str, int | str]:
        """The design as parameters of the queries."""
        return {"bin": self.bins.sql, "clusters": self.clusters, "measured": self.measured}


@dataclass(frozen=True)
class Counter(ABC):
    """Counts episodes, exposures to an item, controls, and what they went on to buy, by stratum.

    First `lay`, which leaves `affinity_totals` and `affinity_bought_after`; with the `affinity_candidates` chosen by
    them `count`, which leaves `affinity_seen` and `affinity_hits`, and where pairs are `tested` the timing of the hits
    and the episodes, marks and follow-ups of the groups that are measured.
    """

    shelf: Shelf
    design: Design

    @abstractmethod
    def lay(self, last_day: int) -> Laid:
        """The episodes of the days up to `last_day`."""

    @abstractmethod
    def count(self, laid: Laid, *, tested: bool) -> None:
        """Exposures, controls and hits of the candidates."""

    def _laid(self, end: int, bins: Bins) -> Laid:
        """Each member a group where that is affordable, else 200 groups of whole members, each of at most 500."""
        members, least = self.shelf.members, self.design.min_members
        items = sum(item.buyers >= least for item in self.shelf.items.values())
        work = bins.episodes * min(items * items, self.design.most_pairs)
        if work <= _EXACT_WORK or members <= _GROUPS:
            return Laid(end, bins, max(members, 1), max(members, 1))
        return Laid(end, bins, max(_GROUPS, ceil(members / _GROUP_MEMBERS)), _GROUPS)

    def _episodes(self, laid: Laid, kept: str) -> None:
        """Episodes one by one, and what was bought after each."""
        engine, kind = self.shelf.engine, self.design.kind
        episodes = SQL["episodes"].format(kept=kept, **laid.groups)
        engine.run("affinity_episodes", episodes, first_day=self.shelf.first_day, last_day=laid.end)
        engine.drop("affinity_windows")
        engine.run("affinity_all_follow_ups", SQL[f"{kind}follow_ups"], within=self.design.within)

    def _part(self, laid: Laid, low: int, high: int) -> None:
        """Marks of the groups of members from `low` to below `high`, and their follow-ups: every item bought before an
        episode marks it.
        """
        marked = SQL[f"{self.design.kind}marked"].format(**laid.groups)
        for name, sql in (("follow_ups", SQL["chosen_follow_ups"]), ("marked", marked)):
            self.shelf.engine.run(f"affinity_{name}", sql, low=low, high=high)

    def _add_up(self, names: Iterable[str], parts: Sequence[int]) -> None:
        """The tables of every part as one."""
        for name in names:
            tables = [f"affinity_{name}_{part}" for part in parts]
            every = " union all ".join(f"select * from {table}" for table in tables)
            self.shelf.engine.run(f"affinity_{name}", SQL[name].format(parts=every))
            self.shelf.engine.drop(*tables)


class Rows(Counter):
    """Row by row: for any number of items, and for baskets."""

    def lay(self, last_day: int) -> Laid:
        engine, end = self.shelf.engine, self.design.end(last_day)
        windows = SQL[f"{self.design.kind}windows"].format(within=self.design.within)
        engine.run("affinity_windows", windows, last_day=end)
        laid = self._laid(end, Bins.of(engine, end))
        self._episodes(laid, kept="true")
        for name in ("totals", "bought_after"):
            engine.run(f"affinity_{name}", SQL[name])
        return laid

    def count(self, laid: Laid, *, tested: bool) -> None:
        # Where most pairs are candidates, to look every hit up among them costs more than to count the others, too.
        density = row_of(self.shelf.engine.fetch(SQL["density"]), Density)
        chosen = "" if 2 * density["candidates"] >= density["pairs"] else SQL["of_candidates"]
        counts = {
            "seen": SQL[f"{self.design.kind}part_seen"].format(**laid.groups),
            "hits": SQL["part_hits"].format(chosen=chosen),
            "timing": SQL["part_timing"],
        }
        self._by_parts(laid, counts if tested else {name: counts[name] for name in ("seen", "hits")})

    def _by_parts(self, laid: Laid, counts: Mapping[str, str]) -> None:
        """Marks and their hits, a part of the groups of members at a time; those of the groups measured are left."""
        engine, clusters = self.shelf.engine, laid.clusters
        ends = in_parts(clusters, min(engine.parts(laid.bins.episodes, _ROWS_AT_ONCE), clusters))
        for low, high in pairwise(ends):
            self._part(laid, low, high)
            for name, sql in counts.items():
                engine.run(f"affinity_{name}_{low}", sql, low=low, high=high)
        self._add_up(counts, ends[:-1])
        if len(ends) > 2:
            self._part(laid, 0, laid.measured)
        engine.drop("affinity_all_follow_ups")


@dataclass(frozen=True)
class Bits(Counter):
    """By the bits of a number, all days that are asked for in one pass; what is told of single episodes by rows."""

    marks: Marks

    def lay(self, last_day: int) -> Laid:
        end = self.design.end(last_day)
        return self._laid(end, self.marks.lay(self.shelf.engine, end))

    def count(self, laid: Laid, *, tested: bool) -> None:
        self.marks.count(self.shelf.engine)
        if tested:
            self._time(laid)
            self._episodes(laid, MARKS["measured"].format(**laid.groups))
            self._part(laid, 0, laid.measured)
            self.shelf.engine.drop("affinity_all_follow_ups")

    def _time(self, laid: Laid) -> None:
        """The timing of the hits, some members after one another at a time: their rows lie together."""
        shelf, engine = self.shelf, self.shelf.engine
        ends = in_parts(shelf.members, engine.parts(shelf.order_days, _ROWS_AT_ONCE))
        for low, high in pairwise(ends):
            engine.run(
                f"affinity_timing_{low}", MARKS["part_timing"],
                low=low, high=high, within=self.design.within, last_day=laid.end,
            )  # fmt: skip
        self._add_up(["timing"], ends[:-1])


def in_parts(count: int, parts: int) -> list[int]:
    """Where so many parts of the numbers from 0 to below `count` begin, and where the last one ends."""
    return [count * part // parts for part in range(parts + 1)]


def counter_of(shelf: Shelf, design: Design, days: Sequence[int]) -> Counter:
    """The way to count what was bought by each of the `days`."""
    if design.same_order or not shelf.few:
        return Rows(shelf, design)
    return Bits(shelf, design, mark_days(shelf, design.within, [design.end(day) for day in days]))


def both_windows(shelf: Shelf, design: Design) -> Counter:
    """The way to count what was bought by the last day, and by the start of the window held out before it."""
    return counter_of(shelf, design, [shelf.last_day - design.within, shelf.last_day])
