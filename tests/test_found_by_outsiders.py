"""What outsiders found wrong in silence in teams, funnel, campaigns and cohort, each with the value worked out."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from privtraffic import load
from privtraffic.analyses.campaigns.baseline import Series, closed_days, judge
from privtraffic.analyses.catalog import room
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.settings import Settings


def told(name: str, data: Any, **asked: Any) -> dict[str, Any]:
    found: Any = room(name)
    return to_json(found.present(found.compute(data, found.Params(**asked)), Words("en")), "test", [])


def test_days_on_which_one_step_alone_was_counted_are_in_no_rate(tmp_path: Path) -> None:
    """10 orders a day in S1 and S2 over 20 days; 100 a day pass S1, S2 was counted on the last 10: 300 of 3,000."""
    days = [date(2026, 1, 1) + timedelta(n) for n in range(20)]
    orders = [
        f"{store}-{day}-{n},m{n},{day},10.00,{store}" for store in ("S1", "S2") for day in days for n in range(10)
    ]
    passed = [f"{day},{store},passed,100" for store in ("S1", "S2") for day in days if store == "S1" or day >= days[10]]
    (tmp_path / "orders.csv").write_text("order_id,member_id,ordered_at,paid_amount,store\n" + "\n".join(orders))
    (tmp_path / "traffic.csv").write_text("date,store,step,count\n" + "\n".join(passed))
    with load(tmp_path, columns=("store",), sides=("traffic",), settings=Settings(as_of=days[-1])) as data:
        steps = told("funnel", data, by="store")["tables"]["steps"]
    found = {row["group"]: (row["entered"], row["reached"]) for row in steps if row["to"] == "bought"}
    assert found == {None: (3000, 300), "S1": (2000, 200), "S2": (1000, 100)}


@pytest.mark.parametrize("orders_a_day", [1.2, 3.0])
@pytest.mark.parametrize("length", [1, 3, 7])
def test_days_of_few_orders_are_seldom_called_campaigns(orders_a_day: float, length: int) -> None:
    """Flat sales, 12 campaigns that do nothing, ten houses: about 5 of 100 are beyond 95 of 100, or none is told."""
    judged = named = 0
    for seed in range(10):
        drawn = np.random.default_rng([seed, int(10 * orders_a_day)])
        sales = np.array([drawn.gamma(3, 30, orders).sum() for orders in drawn.poisson(orders_a_day, 730)])
        starts = [int(start) + int(drawn.integers(20)) for start in range(80, 680, 50)]
        busy = np.zeros(730, dtype=bool)
        for start in starts:
            busy[start : start + length] = True
        series = Series(0, sales, busy, np.zeros(730, dtype=bool), closed_days(0, sales))
        found = [judge(series, start, length, start) for start in starts]
        judged += sum(window is not None and window.low is not None for window in found)
        named += sum(window is not None and window.verdict != "cannot_tell" for window in found)
    assert named <= 0.12 * judged


def test_a_window_opens_no_store(tmp_path: Path) -> None:
    """Four stores that sold for 18 months are none of them young in the last five."""
    first, drawn, rows = date(2024, 1, 1), np.random.default_rng(0), []
    for member in range(120):
        for day in sorted(drawn.integers(0, 540, 6)):
            rows.append(f"{len(rows)},m{member},{first + timedelta(int(day))},50.00,S{member % 4}")
    (tmp_path / "orders.csv").write_text("order_id,member_id,ordered_at,paid_amount,store\n" + "\n".join(rows))
    settings = Settings(as_of=first + timedelta(540), window_days=150)
    with load(tmp_path / "orders.csv", columns=("store",), settings=settings) as data:
        figures = told("teams", data, by="store")["figures"]
    assert (figures["ranked_units"], figures["too_young"]) == (4, 0)


def test_no_brand_is_no_brand_to_be_new_to(tmp_path: Path) -> None:
    text = "order_id,member_id,ordered_at,paid_amount,brand\n1,A,2026-01-05,80.00,Alder\n2,A,2026-02-05,100.00,\n"
    (tmp_path / "orders.csv").write_text(text)
    with load(tmp_path / "orders.csv", columns=("brand",), settings=Settings(as_of=date(2026, 2, 28))) as data:
        rows = told("cohort", data, flow_by="brand")["tables"]["newness"]
    assert [(row["group"], row["new_to_group"], row["again"]) for row in rows] == [("Alder", 0, 0), ("(none)", 0, 100)]
