"""Stores that differ by nothing: members differ much, buy in spells and change the store, and no store is named.

Each order moves a member to its store, so that a member stands with one store many times.  Counted as so many clusters,
those spells made 11 of 12 such shops name a store; a member is one cluster with a store.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from privtraffic import load
from privtraffic.analyses.teams.compute import compute
from privtraffic.analyses.teams.present import present
from privtraffic.analyses.teams.room import Params
from privtraffic.report.words import Words
from privtraffic.settings import Settings

FIRST, DAYS, STORES = date(2024, 1, 1), 730, 60


def shop(seed: int, members: int) -> list[str]:
    """Gamma rates, exponential stays, four of five orders in the member's own store."""
    drawn = np.random.default_rng(seed)
    rows: list[str] = []
    for member in range(members):
        day, rate = drawn.random() * (DAYS - 30), drawn.gamma(0.8, 1 / 60)
        home, leaves = drawn.integers(STORES), day + drawn.exponential(400)
        while day < DAYS:
            store = home if drawn.random() < 0.8 else drawn.integers(STORES)
            rows.append(f"o{len(rows)},m{member},{FIRST + timedelta(days=int(day))},50.00,S{store}")
            day += drawn.exponential(1 / rate)
            if day > leaves:
                break
    return rows


@pytest.mark.parametrize("members", [320, 1_500])
def test_no_store_is_named(members: int, tmp_path: Path) -> None:
    named = 0
    for seed in range(4):
        path = tmp_path / f"{seed}.csv"
        path.write_text("\n".join(("order_id,member_id,ordered_at,paid_amount,store", *shop(seed, members))), "utf-8")
        with load(path, columns=("store",), settings=Settings(as_of=date(2025, 12, 30))) as data:
            found = present(compute(data, Params(by="store")), Words("en")).figures
        named += sum(int(figure.value) for figure in found if figure.key in ("named_above", "named_below"))
    assert named == 0
