"""A demo house whose brands are shuffled over order lines, so that no brand can be affine to another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa

from privtraffic.analyses.affinity.layout import Design, counter_of
from privtraffic.analyses.affinity.pairs import Pairs, find_pairs
from privtraffic.analyses.affinity.shelf import Shelf, stock_shelf
from privtraffic.demo import Process, world
from privtraffic.engine.embedded import EmbeddedEngine

BRANDS = 12
SCENARIOS = {
    "plain": {},
    "one brand ten times larger": {"largest": 10.0},
    "members who buy twenty times as much": {"heavy": 0.03},
    "growing sales": {"growth": 5.0},
    "all three": {"largest": 10.0, "heavy": 0.03, "growth": 5.0},
}


def shuffled_lines(
    seed: int, members: int = 5_000, largest: float = 1.0, heavy: float = 0.0, growth: float = 1.0
) -> pa.Table:
    """Order lines of known members with brands dealt at random.

    `largest` times as many lines carry the first brand as any other, a share `heavy` of the members buys twenty times
    as much, and sales end `growth` times as high as they began.
    """
    rng = np.random.default_rng(seed)
    process = Process(activity=2.0, heavy_share=heavy, heavy_factor=20.0)
    recorded = world(members, seed=seed, months=24, process=process).block(0).recorded
    columns = {name: recorded[name].to_numpy() for name in ("member", "time", "order_id")}
    kept = columns["member"] >= 0
    when = (columns["time"] - columns["time"].min()) / np.ptp(columns["time"])
    _, order = np.unique(columns["order_id"], return_inverse=True)
    kept &= rng.random(order.max() + 1)[order] * growth < 1 + (growth - 1) * when
    member, time = columns["member"][kept], columns["time"][kept]
    weights = np.array([largest, *[1.0] * (BRANDS - 1)])
    brand = rng.choice(BRANDS, size=len(member), p=weights / weights.sum())
    return pa.table(
        {
            "member_id": [f"M{number:06d}" for number in member],
            "ordered_at": pa.array(time.astype("datetime64[s]")).cast(pa.timestamp("us")),
            "net": pa.array([Decimal("1.00")] * len(member), pa.decimal128(18, 2)),
            "is_purchase": [True] * len(member),
            "brand": [f"brand {number:02d}" for number in brand],
        }
    )


@contextmanager
def shelf_of(lines: pa.Table) -> Iterator[Shelf]:
    """The shelf of such lines, in an engine of its own."""
    last = max(lines["ordered_at"].to_pylist()).date()
    engine = EmbeddedEngine()
    try:
        engine.scan("lines", lines)
        bounds = {"start": datetime(1990, 1, 1), "after": datetime(2100, 1, 1)}
        yield stock_shelf(engine, "brand", bounds, as_of=date(last.year, last.month, last.day), keep_zero=False)
    finally:
        engine.close()


def pairs_on(shelf: Shelf, design: Design) -> Pairs:
    """The pairs of a shelf up to its last day, tested."""
    return find_pairs(counter_of(shelf, design, [shelf.last_day]), shelf.last_day)


def pairs_of(lines: pa.Table, design: Design) -> Pairs:
    """The pairs of such lines, tested."""
    with shelf_of(lines) as shelf:
        return pairs_on(shelf, design)


def share_found(pairs: Pairs) -> float:
    """The share of the pairs tested that is called significant."""
    return sum(pair.test.q <= 0.05 for pair in pairs.tested) / len(pairs.tested)
