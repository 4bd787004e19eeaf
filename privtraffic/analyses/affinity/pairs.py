"""Which item pulls which: exposures against controls of the same period and the same number of lines afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from privtraffic.analyses.affinity.between import between_members
from privtraffic.analyses.affinity.layout import Counter, Laid
from privtraffic.analyses.affinity.rows import Activity, Counts, Exposures, Sums, Way
from privtraffic.analyses.affinity.significance import PairSums, Tested, tested
from privtraffic.analyses.rows import rows_of
from privtraffic.engine.sql import queries

SQL = queries(__name__)


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


def find_pairs(counter: Counter, last_day: int) -> Pairs:
    """Test every pair with enough buyers on the days up to `last_day`.

    Question: do members who bought A go on to buy B more than others who were about to buy as much?  Denominator:
    members whose first day of A has its whole follow-up inside the data.  Controls are the order days of members who
    had not bought A by then.  Both are compared within 4-week periods and about 20 quantile bins of the number of
    order lines bought in the follow-up; episodes that bought nothing afterwards say nothing about B and count with an
    expected share of zero.

    Source: Mantel & Haenszel (1959), the variance multiplied by its design effect over members (Rao & Scott 1981),
    q-values by Benjamini & Hochberg (1995).
    """
    shelf, design, engine = counter.shelf, counter.design, counter.shelf.engine
    laid = _lay_out(counter, last_day, tested=True)
    sums = rows_of(engine.fetch(SQL["sums"]), Sums)
    spread = between_members(engine, laid.measured)
    ways = {(row["from_item"], row["to_item"]): row for row in rows_of(engine.fetch(SQL["ways"]), Way)}
    buyers = {row["item"]: row for row in rows_of(engine.fetch(SQL["buyers"]), Exposures)}
    activity = [] if design.same_order else rows_of(engine.fetch(SQL["activity"]), Activity)
    busy = {row["item"]: row for row in activity}
    grouped = laid.clusters < shelf.members
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
                clustered=spread.get((row["from_item"], row["to_item"]), 0.0) * laid.clusters / laid.measured,
            )
            for row in sums
        ],
        degrees=laid.measured - 1 if grouped else None,
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
        clusters=laid.measured,
        grouped=grouped,
    )


def count_pairs(counter: Counter, last_day: int) -> list[Counts]:
    """Buyers, hits and expected hits of the same pairs without the test: what a prediction needs."""
    engine = counter.shelf.engine
    _lay_out(counter, last_day, tested=False)
    buyers = {row["item"]: row["compared"] for row in rows_of(engine.fetch(SQL["buyers"]), Exposures)}
    rows = rows_of(engine.fetch(SQL["sums"]), Sums)
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


def _lay_out(counter: Counter, last_day: int, *, tested: bool) -> Laid:
    """Episodes, exposures and controls up to the day, and their tables; without `tested` only what is counted."""
    engine, design, laid = counter.shelf.engine, counter.design, counter.lay(last_day)
    engine.run("affinity_exposures", SQL[f"{design.kind}exposures"], last_day=laid.end)
    engine.run(
        "affinity_candidates",
        SQL["candidates"].format(most_pairs=design.most_pairs),
        min_members=design.min_members,
        min_expected=design.min_expected,
    )
    counter.count(laid, tested=tested)
    for name in ("cells", "tallies"):
        engine.run(f"affinity_{name}", SQL[name])
    return laid


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
