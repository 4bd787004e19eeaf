"""Which item pulls which: exposures against controls of the same period and the same number of lines afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil

from privtraffic.analyses.affinity.between import between_members
from privtraffic.analyses.affinity.marks import Marks, bin_of, cut_points, mark_days
from privtraffic.analyses.affinity.room import Params
from privtraffic.analyses.affinity.rows import Activity, Counts, Density, Exposures, Sums, Way
from privtraffic.analyses.affinity.shelf import Shelf
from privtraffic.analyses.affinity.significance import PairSums, Tested, tested
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

_EXACT_WORK = 30_000_000
_EPISODES_AT_ONCE = 4_000_000
_GROUPS, _GROUP_MEMBERS = 200, 500


@dataclass(frozen=True)
class Pair:
    """A pair of items, the first bought before the second.

    Attributes
    ----------
    buyers
        Exposures that have controls in their stratum: members (with `same_order` order days) that bought the first
        item with a full follow-up inside the data.
    both
        Those of them that bought the second item in the follow-up.
    orders, revenue
        Order days with the second item in those follow-ups, and what was paid for it.
    orders_after, control_orders_after
        Order days in the follow-up, of A's buyers and of controls of the same calendar periods; None with
        `same_order`.
    """

    from_item: int
    to_item: int
    buyers: int
    both: int
    expected: float
    test: Tested
    median_days: float | None
    orders: int
    revenue: Decimal
    orders_after: float | None
    control_orders_after: float | None

    @property
    def counts(self) -> Counts:
        """What a prediction needs of the pair."""
        return {
            "from_item": self.from_item,
            "to_item": self.to_item,
            "buyers": self.buyers,
            "hits": self.both,
            "expected": self.expected,
        }

    @property
    def confidence(self) -> float:
        return self.both / self.buyers

    @property
    def expected_share(self) -> float:
        return self.expected / self.buyers


@dataclass(frozen=True)
class Pairs:
    """The pairs tested, the surest pull (lower end of the lift) first.

    `possible` counts the ordered pairs of items with enough buyers; `clusters` is the number of members between which
    the variance was measured, or of groups of members where it is `grouped`.
    """

    tested: Sequence[Pair]
    possible: int
    exposures: int
    unmatched: int
    clusters: int
    grouped: bool


@dataclass(frozen=True)
class Design:
    """How pairs are laid out: the days of follow-up, baskets instead of follow-ups, and the thresholds of a test."""

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


def find_pairs(shelf: Shelf, design: Design, last_day: int, marks: Marks | None = None) -> Pairs:
    """Test every pair with enough buyers on the days up to `last_day`.

    Question: do members who bought A go on to buy B more than others who were about to buy as much?  Denominator:
    members whose first day of A has its whole follow-up inside the data.  Controls are the order days of members who
    had not bought A by then.  Both are compared within 4-week periods and about 20 quantile bins of the number of
    order lines bought in the follow-up; episodes that bought nothing afterwards say nothing about B and count with an
    expected share of zero.  `marks` are those of this day among others, where they are laid already.

    Source: Mantel & Haenszel (1959), the variance multiplied by its design effect over members (Rao & Scott 1981),
    q-values by Benjamini & Hochberg (1995).
    """
    engine = shelf.engine
    clusters, measured = _lay_out(shelf, design, last_day, marks)
    sums = rows_of(engine.fetch(SQL["sums"]), Sums)
    spread = between_members(engine, measured)
    ways = {(row["from_item"], row["to_item"]): row for row in rows_of(engine.fetch(SQL["ways"]), Way)}
    buyers = {row["item"]: row for row in rows_of(engine.fetch(SQL["buyers"]), Exposures)}
    activity = [] if design.same_order else rows_of(engine.fetch(SQL["activity"]), Activity)
    busy = {row["item"]: row for row in activity}
    grouped = clusters < shelf.members
    tests = tested(
        [
            PairSums(
                hits=row["hits"],
                expected=row["expected"],
                score=row["score"],
                variance=row["variance"],
                loose=row["loose"],
                hits_expected=row["hits_expected"],
                expected_spread=row["expected_spread"],
                clustered=spread.get((row["from_item"], row["to_item"]), 0.0) * clusters / measured,
            )
            for row in sums
        ],
        degrees=measured - 1 if grouped else None,
    )
    found = [
        _pair(row, test, ways.get((row["from_item"], row["to_item"])), buyers, busy)
        for row, test in zip(sums, tests, strict=True)
    ]
    found.sort(key=lambda pair: (-(pair.test.low or 0.0), pair.test.p, pair.from_item, pair.to_item))
    large = [item for item in shelf.items.values() if item.buyers >= design.min_members]
    return Pairs(
        tested=found,
        possible=len(large) * (len(large) - 1),
        exposures=sum(row["exposed"] for row in buyers.values()),
        unmatched=sum(row["exposed"] - row["compared"] for row in buyers.values()),
        clusters=measured,
        grouped=grouped,
    )


def count_pairs(shelf: Shelf, design: Design, last_day: int, marks: Marks | None = None) -> list[Counts]:
    """Buyers, hits and expected hits of the same pairs without the test: what a prediction needs."""
    _lay_out(shelf, design, last_day, marks, tested=False)
    buyers = {row["item"]: row["compared"] for row in rows_of(shelf.engine.fetch(SQL["buyers"]), Exposures)}
    rows = rows_of(shelf.engine.fetch(SQL["sums"]), Sums)
    return [
        {
            "from_item": row["from_item"],
            "to_item": row["to_item"],
            "buyers": buyers[row["from_item"]],
            "hits": row["hits"],
            "expected": row["expected"],
        }
        for row in rows
    ]


def _lay_out(
    shelf: Shelf, design: Design, last_day: int, marks: Marks | None, *, tested: bool = True
) -> tuple[int, int]:
    """Episodes, exposures, controls and their tables; the groups of members made, and how many of them are measured.

    Without `tested` only what is counted; by marks where they can be laid, else by rows.
    """
    engine = shelf.engine
    kind = "basket_" if design.same_order else ""
    if not design.same_order:
        marks = marks or mark_days(shelf, design.within, [last_day])
        last_day -= design.within
    by_marks = marks is not None and not design.same_order
    if marks is not None and by_marks:
        cuts = marks.lay(engine, last_day)
        found = engine.fetch("select cast(sum(episodes) as bigint) as n from affinity_totals where stratum % 32 > 0")
    else:
        windows = SQL["baskets" if design.same_order else "windows"].format(within=design.within)
        engine.run("affinity_windows", windows, last_day=last_day)
        cuts = cut_points(engine, last_day)
        found = engine.fetch("select count(*) as n from affinity_windows where line_count > 0")
    episodes, bins = found["n"][0].as_py() or 0, bin_of(cuts)
    clusters, measured = _clusters(shelf, design, episodes)
    groups = {"bin": bins, "clusters": clusters, "measured": measured}
    if tested or not by_marks:
        kept = SQL["told_apart"].format(**groups) if by_marks else "true"
        engine.run("affinity_episodes", SQL["episodes"].format(kept=kept, **groups), first_day=shelf.first_day,
                   last_day=last_day)  # fmt: skip
        engine.drop("affinity_windows")
        followed = SQL["basket_items" if design.same_order else "follow_ups"]
        engine.run("affinity_all_follow_ups", followed, within=design.within)
    for name in () if by_marks else ("totals", "bought_after"):
        engine.run(f"affinity_{name}", SQL[name])
    engine.run("affinity_exposures", SQL[f"{kind}exposures"], last_day=last_day)
    engine.run(
        "affinity_candidates",
        SQL["candidates"].format(most_pairs=design.most_pairs),
        min_members=design.min_members,
        min_expected=design.min_expected,
    )
    barred = f"and (e.day = f.day or e.cluster_no < {measured})" if by_marks else ""
    marked, seen = (SQL[f"{kind}{name}"].format(barred=barred, **groups) for name in ("marked", "part_seen"))
    counts = {"timing": SQL["part_timing"]} if tested else {}
    if marks is not None and by_marks:
        marks.count(engine)
    else:
        counts = {"seen": seen, "hits": SQL["part_hits"].format(chosen=_chosen(engine)), **counts}
    if counts:
        parts = min(engine.parts(episodes, _EPISODES_AT_ONCE), clusters)
        _count(engine, marked, counts, clusters=clusters, measured=measured, parts=parts)
    for name in ("cells", "tallies"):
        engine.run(f"affinity_{name}", SQL[name])
    engine.drop("affinity_all_follow_ups")
    return clusters, measured


def _chosen(engine: Engine) -> str:
    """Where most pairs are candidates, to look every hit up among them costs more than to count the others, too."""
    density = row_of(engine.fetch(SQL["density"]), Density)
    return "" if 2 * density["candidates"] >= density["pairs"] else SQL["of_candidates"]


def _count(engine: Engine, marked: str, counts: Mapping[str, str], *, clusters: int, measured: int, parts: int) -> None:
    """Marks and their hits, a part of the groups of members at a time: every item bought before an episode marks it.

    The marks and the follow-ups of the groups that are measured are left.
    """
    laid = {"follow_ups": SQL["chosen_follow_ups"], "marked": marked}
    ends = [clusters * part // parts for part in range(parts + 1)]
    for low, high in pairwise(ends):
        for name, sql in laid.items():
            engine.run(f"affinity_{name}", sql, low=low, high=high)
        for name, sql in counts.items():
            engine.run(f"affinity_{name}_{low}", sql, low=low, high=high)
    for name in counts:
        tables = [f"affinity_{name}_{low}" for low in ends[:-1]]
        every = " union all ".join(f"select * from {table}" for table in tables)
        engine.run(f"affinity_{name}", SQL[name].format(parts=every))
        engine.drop(*tables)
    if parts > 1:
        for name, sql in laid.items():
            engine.run(f"affinity_{name}", sql, low=0, high=measured)


def _clusters(shelf: Shelf, design: Design, episodes: int) -> tuple[int, int]:
    """Each member a cluster where that is affordable, else 200 groups of whole members, each of at most 500."""
    items = sum(item.buyers >= design.min_members for item in shelf.items.values())
    if episodes * min(items * items, design.most_pairs) <= _EXACT_WORK or shelf.members <= _GROUPS:
        return max(shelf.members, 1), max(shelf.members, 1)
    return max(_GROUPS, ceil(shelf.members / _GROUP_MEMBERS)), _GROUPS


def _pair(
    row: Sums, test: Tested, way: Way | None, buyers: Mapping[int, Exposures], busy: Mapping[int, Activity]
) -> Pair:
    activity = busy.get(row["from_item"])
    return Pair(
        from_item=row["from_item"],
        to_item=row["to_item"],
        buyers=buyers[row["from_item"]]["compared"],
        both=row["hits"],
        expected=row["expected"],
        test=test,
        median_days=way["median_days"] if way and busy else None,
        orders=way["order_days"] if way else 0,
        revenue=way["revenue"] if way else Decimal("0.00"),
        orders_after=activity["orders_after"] if activity else None,
        control_orders_after=activity["control_orders_after"] if activity else None,
    )
