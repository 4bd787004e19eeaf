"""What a cohort cost: spend of its period over everybody who joined in it, counted here.

January: 2 joined, 100 + 20 spent on two channels; February: 1, 30 spent; March: 1, nothing told; April is not over.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from privtraffic.analyses import cohort
from privtraffic.intake.load import load
from privtraffic.settings import Settings

JOINED = {"A": "2026-01-05", "B": "2026-01-20", "C": "2026-02-10", "D": "2026-03-01", "E": "2026-04-02"}
SPEND = ("2026-01,ads,100", "2026-01,groups,20", "2026-02,ads,30", "2026-04,ads,90")


def costs(folder: Path, spend: tuple[str, ...] = SPEND, members: bool = True, **asked: Any) -> dict[str, Any]:
    """By cohort: cost and cost per member joined."""
    orders = [f"o{who},{who},{day} 10:00:00,10" for who, day in JOINED.items()]
    files = {"orders": ("order_id,member_id,ordered_at,paid_amount", *orders), "spend": ("month,channel,cost", *spend)}
    if members:
        files["members"] = ("member_id,joined_at", *(f"{who},{day}" for who, day in JOINED.items()))
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    paths = {name: folder / f"{name}.csv" for name in files if name != "orders"}
    with load(folder / "orders.csv", **paths, settings=Settings(as_of=date(2026, 4, 10))) as data:
        rows = cohort.compute(data, cohort.Params(**asked)).cohorts
    return {row["cohort"]: (row["acquisition_cost"], row["cost_per_joiner"]) for row in rows}


@pytest.mark.parametrize("members", [True, False])
def test_spend_of_a_month_over_everybody_who_joined_in_it(tmp_path: Path, members: bool) -> None:
    assert costs(tmp_path, members=members) == {
        "2026-01": (Decimal(120), 60.0),
        "2026-02": (Decimal(30), 30.0),
        "2026-03": (None, None),  # nothing told is not nothing spent
        "2026-04": (None, None),  # the month is not over, its spend is whole
    }


def test_a_quarter_has_a_cost_where_each_of_its_months_has_one(tmp_path: Path) -> None:
    assert costs(tmp_path, by="quarter")["2026-Q1"] == (None, None), "of March nothing is told"
    assert costs(tmp_path, (*SPEND, "2026-03,ads,6"), by="quarter")["2026-Q1"] == (Decimal(156), 39.0)


def test_where_the_first_order_is_not_the_joining_nobody_is_set_against_the_spend(tmp_path: Path) -> None:
    assert {*costs(tmp_path, start="first-order").values()} == {(None, None)}
    assert {*costs(tmp_path, by="week").values()} == {(None, None)}, "a month of spend is none of its weeks"
