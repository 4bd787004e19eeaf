"""What left with whom: a leaving guide's members against those of a guide who stayed, every figure worked out here.

Lin leaves on 2025-06-01.  L1 to L4 ordered on 05-15 and are active; L5 ordered in 2024 and is not.  L1 is back on
07-01, L3 on 11-27, the 180th day; L4 on 11-28 is too late.  Handed over: L1, L3, L5; L2 and L4 to nobody.
Su stays, with S1 to S4, who ordered on 05-15 too; three of them are back: .75 of each of L1 to L4 is to be expected, 3
in all.  Came back 2 of 3: a third went along.  Tan leaves 180 days before nothing: on 2025-12-01, as of 2026-01-31.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from privtraffic.analyses import teams
from privtraffic.analyses.teams.departures import share_taken
from privtraffic.report.words import Words
from tests.test_teams import ask, house

BEFORE, AFTER = "2025-05-15", "2025-07-01"
BOUGHT = {
    "L1": (BEFORE, AFTER), "L2": (BEFORE,), "L3": (BEFORE, "2025-11-27"), "L4": (BEFORE, "2025-11-28"),
    "L5": ("2024-01-01",), "S1": (BEFORE, AFTER), "S2": (BEFORE, AFTER), "S3": (BEFORE, "2025-11-27"), "S4": (BEFORE,),
    "T1": ("2025-11-01", "2026-01-31"),
}  # fmt: skip
TODAY = {"L1": "Su", "L2": "", "L3": "Su", "L4": "", "L5": "Su", "T1": ""}
ORDERS = (
    "order_id,member_id,ordered_at,paid_amount,store,guide",
    *(f"{who}{at},{who},{day},100,North,Su" for who, days in BOUGHT.items() for at, day in enumerate(days)),
)
MEMBERS = (
    "member_id,joined_at,channel,store,guide",
    *(f"{who},{days[0]},c,North,{TODAY.get(who, 'Su')}" for who, days in BOUGHT.items()),
)
HANDOVERS = (
    "member_id,from_staff,to_staff,handed_at",
    *(f"{who},Lin,{to},2025-06-10" for who, to in (("L1", "Su"), ("L2", ""), ("L3", "Su"), ("L4", ""), ("L5", "Su"))),
    "T1,Tan,,2025-12-05",
)
STAFF = (
    "staff_id,staff,unit_id,started_at,left_at",
    "Lin,Lin,N,2023-01-01,2025-06-01",
    "Su,Su,N,2023-01-01,",
    "Tan,Tan,N,2023-01-01,2025-12-01",
)
FILES = {"orders": ORDERS, "members": MEMBERS, "handovers": HANDOVERS, "staff": STAFF}


def test_the_figures_worked_out_above(tmp_path: Path) -> None:
    result = ask(house(tmp_path, **FILES))
    assert result.departures is not None
    lin, tan = result.departures.rows
    # Wilson's interval of 2 of 4: .15003 to .84997; over 3 of 4.
    assert lin == {
        "staff": "Lin", "left_at": date(2025, 6, 1), "members": 5, "handed_over": 3, "orphaned": 2, "active_before": 4,
        "came_back": 2, "expected": pytest.approx(3.0), "taken_along": pytest.approx(1 / 3),
        "low": pytest.approx(1 - 0.84997 / 0.75, abs=1e-4), "high": pytest.approx(1 - 0.15003 / 0.75, abs=1e-4),
    }  # fmt: skip
    # Half a year is not over: blank, and no nought.
    assert (tan["members"], tan["orphaned"]) == (1, 1)
    assert [tan[key] for key in ("active_before", "came_back", "expected", "taken_along")] == [None] * 4  # type: ignore[literal-required]
    whole = result.departures.whole
    assert (whole.guides, whole.members, whole.orphaned, whole.came_back) == (1, 6, 3, 2)
    figures = {figure.key: (figure.value, figure.low) for figure in teams.present(result, Words("zh")).figures}
    assert figures["taken_along"] == (pytest.approx(1 / 3), whole.low)


def test_nobody_is_told_to_have_taken_along_where_nobody_left(tmp_path: Path) -> None:
    stays = tuple(line.replace("2025-06-01", "").replace("2025-12-01", "") for line in STAFF)
    result = ask(house(tmp_path, **{**FILES, "staff": stays}))
    assert result.departures is None
    assert "departures" not in [table.key for table in teams.present(result, Words("en")).tables]


def test_where_nobody_was_active_nothing_is_told() -> None:
    assert share_taken(0, 0, 0.0) == (None, None, None)
    # All 8 that were to be expected of 10 came back: nothing went along.
    assert share_taken(8, 10, 8.0)[0] == 0
