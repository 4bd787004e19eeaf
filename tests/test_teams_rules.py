"""Teams: whose member it is, where a guide was, what was cancelled: the rules on which other figures rest.

The house is that of test_teams.py: A, B, E are Gao's (G1, North), C and D Gu's (G2, South); B goes to G2 on 02-15, E to
nobody on 02-20; as of 2026-03-31.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from privtraffic.analyses import teams
from privtraffic.analyses.teams.compute import Result
from privtraffic.analyses.teams.outcomes import refused, waiting
from privtraffic.report.words import Words
from tests import test_teams_departures as leaving
from tests import test_teams_tree as halls
from tests.test_teams import HANDOVERS, MEMBERS, ORDERS, STAFF, UNITS, ask, house, rows

MOVED = "member_id,from_staff,to_staff,handed_at,outcome"


def months(result: Result) -> dict[str, int]:
    return {unit: row["member_months"] + row["alone_months"] for unit, row in rows(result).items()}


def notes(result: Result) -> list[str]:
    return [note.key for note in teams.present(result, Words("en")).notes]


@pytest.mark.parametrize("outcome", ["refused", "客户拒绝", "3", "待接替"])
def test_a_hand_over_that_was_refused_or_waits_moves_nobody(outcome: str, tmp_path: Path) -> None:
    """B stays with Gao: A, B in February and March, E in February; Gu has C twice and D once."""
    result = ask(house(tmp_path, handovers=(MOVED, f"B,G1,G2,2026-02-15,{outcome}", "E,G1,,2026-02-20,未分配"),
                       members=(*MEMBERS[:2], "B,2026-01-20,c,North,", *MEMBERS[3:])))  # fmt: skip
    assert months(result) == {"Gao": 5, "Gu": 3}
    assert "note.teams_unmoved" in notes(result)


def test_words_of_systems() -> None:
    assert [word for word in ("accepted", "接替完毕", "1", "0", "已结算", "settled", "待结算") if refused(word)] == []
    said = ("客户拒绝", "接替失败", "客户达到上限", "4", "40096", "已取消", "Cancelled", "已失效", "已退回")
    assert [word for word in said if not refused(word)] == []
    assert [waiting(word) for word in ("2", "等待接替", "pending", "接替完毕", "accepted")] == [True] * 3 + [False] * 2


@pytest.mark.parametrize("days", [("2026-02-15", "2026-02-15"), ("2026-02-15 18:00", "2026-02-15 09:00")])
def test_hand_overs_of_one_day_follow_the_chain(days: tuple[str, str], tmp_path: Path) -> None:
    """B goes from Gao to Zhu to Gu in one day, whatever their names; A to Gu and back."""
    late, early = days
    result = ask(house(tmp_path, handovers=(
        HANDOVERS[0], f"B,Ann,G2,{late}", f"B,G1,Ann,{early}", f"A,G2,G1,{late}", f"A,G1,G2,{early}",
    )))  # fmt: skip
    assert months(result) == {"Gao": 3, "Gu": 4}  # A twice and B; B, C twice and D: E is nobody's on file.


def test_of_two_takers_in_one_day_the_later_one_has_the_member(tmp_path: Path) -> None:
    result = ask(house(tmp_path, handovers=(
        HANDOVERS[0], "B,G1,Ann,2026-02-15 18:00", "B,G1,G2,2026-02-15 09:00",
    )))  # fmt: skip
    assert months(result) == {"Ann": 1, "Gao": 3, "Gu": 3}


def test_the_taker_of_the_as_of_day_has_the_member_at_the_end(tmp_path: Path) -> None:
    """A goes to Gu on 03-31, the as-of date: March is Gao's, and at the end Gu has A, B, C and D."""
    result = ask(house(tmp_path, handovers=(*HANDOVERS, "A,G1,G2,2026-03-31")))
    found = {unit: (row["members"], row["members_today"]) for unit, row in rows(result).items()}
    assert found == {"Gao": (3, 0), "Gu": (3, 4)}


def test_whoever_took_members_over_did_not_lose_them(tmp_path: Path) -> None:
    """Lin's four come in February; on 02-20 Gao takes over three, Gu one; in March they come twice, half a day each.

    Gao's and Gu's own two each come once in February and twice in March: of Gao six days and 3 halves are to be
    expected, of Gu six and 1.  As if nobody had been handed over it would be 2 + 5 × 5/4 = 8.25 and 5.75.
    """
    members = {"L1": "G1", "L2": "G1", "L3": "G1", "L4": "G2", "S1": "G1", "S2": "G1", "T1": "G2", "T2": "G2"}
    march = {"L1": 2, "S1": 2, "S2": 2, "T1": 2, "T2": 2}
    days = [(who, f"2026-0{month}-10") for who in members for month in (1, 2)]
    days += [(who, f"2026-03-1{at}") for who, many in march.items() for at in range(many)]
    found = rows(ask(house(
        tmp_path,
        orders=(ORDERS[0], *(f"o{at},{who},{day},100,North,G1" for at, (who, day) in enumerate(days)), ORDERS[10]),
        members=(MEMBERS[0], *(f"{who},2026-01-10,c,North,{guide}" for who, guide in members.items())),
        handovers=(HANDOVERS[0], *(f"{who},Lin,{guide},2026-02-20" for who, guide in members.items() if who[0] == "L")),
    )))  # fmt: skip
    assert {unit: row["observed"] for unit, row in found.items()} == {"Gao": 8, "Gu": 6, "Lin": 4}
    assert [found[unit]["expected"] for unit in ("Gao", "Gu", "Lin")] == pytest.approx([7.5, 6.5, 4], abs=0.15)
    assert sum(row["expected"] for row in found.values()) == pytest.approx(18)


LENT = (
    STAFF[0],
    "G1,Gao,N,2024-01-01,",
    "G1,Gao,S,2026-02-01,2026-02-28",
    "G2,Gu,S,2024-02-01,",
)


def test_a_guide_who_was_lent_is_back(tmp_path: Path) -> None:
    """Gao sold order 2 on 02-10 in South, all others in North; the money of a sale stays where it was made."""
    storeless = tuple(line.replace("North,", ",").replace("South,", ",") for line in ORDERS)
    result = ask(house(tmp_path, staff=LENT, orders=storeless))
    assert rows(result)["Gao"]["parent"] == "North"
    assert result.tree is not None
    # Gao's orders of January and March: 1, 3, 5, 11, 12; Gu's 4, 6, 7, 8, 9, and Gao's 2.
    assert {row["unit"]: row["revenue"] for row in result.tree.rows} == {"House": 1100, "North": 500, "South": 600}


def test_the_branch_of_a_guide_is_that_of_the_month(tmp_path: Path) -> None:
    """North and South are branches of their own; Gao's A and E were South's in February, as Gao was."""
    units = (UNITS[0], "N,North,branch,,2020-01-01,30", "S,South,branch,,2020-01-01,30")
    members = (*MEMBERS[:5], "E,2026-01-25,c,North,G1")
    result = ask(house(tmp_path, staff=LENT, units=units, members=members, handovers=None), by="branch")
    # South: B, C, D by Gu, 2 + 2 + 1 months, and A, E in February; North: A, E in March.
    assert months(result) == {"South": 7, "North": 2}


def test_a_guide_and_a_unit_may_have_the_same_number(tmp_path: Path) -> None:
    """1 is Gao, who works in 2, and the store North; 2 is Gu, who works in 1.  Branches: 1 belongs to W, 2 to E."""
    units = (
        UNITS[0],
        "W,West,branch,,,",
        "E,East,branch,,,",
        "1,North,store,W,2020-01-01,",
        "2,South,store,E,2020-01-01,",
    )
    staff = (STAFF[0], "1,Gao,2,2024-01-01,", "2,Gu,1,2024-02-01,")
    orders = tuple(
        line.replace("North", "1").replace("South", "2").replace("G1", "1").replace("G2", "2") for line in ORDERS
    )
    members = ("member_id,joined_at,channel,store,guide", "A,2026-01-05,c,,1", "B,2026-01-20,c,,1",
               "C,2026-01-15,c,,2", "D,2026-02-01,d,1,", "E,2026-01-25,c,2,")  # fmt: skip
    result = ask(house(tmp_path, units=units, staff=staff, orders=orders, members=members, handovers=None), by="branch")
    # East: A and B by Gao, E by the store 2; West: C by Gu, D by the store 1.
    assert months(result) == {"East": 6, "West": 3}


def test_members_handed_over_in_the_days_of_notice_belong_to_the_leaving(tmp_path: Path) -> None:
    """Lin leaves on 06-01: L1 was handed over on 05-02, 30 days before, L2 on 05-01 is an earlier matter."""
    early = tuple(
        line.replace("L1,Lin,Su,2025-06-10", "L1,Lin,Su,2025-05-02").replace(
            "L2,Lin,,2025-06-10", "L2,Lin,Su,2025-05-01"
        )
        for line in leaving.HANDOVERS
    )
    result = ask(house(tmp_path, **{**leaving.FILES, "handovers": early}))
    assert result.departures is not None
    lin = next(row for row in result.departures.rows if row["staff"] == "Lin")
    assert (lin["members"], lin["handed_over"], lin["orphaned"], lin["active_before"], lin["came_back"]) == (
        4,
        3,
        1,
        3,
        2,
    )


def test_what_was_cancelled_earns_nothing_and_what_was_taken_back_has_no_level(tmp_path: Path) -> None:
    """Order 1's 10.01 is cancelled without a row below zero, order 2's 5.01 with one; levels 2 and 3 are taken back."""
    commissions = (
        halls.COMMISSIONS[0],
        "1,,K,promoter,1,10.01,已取消,2026-03-20",
        "2,,K,promoter,1,5.01,rejected,2026-03-20",
        "2,,K,promoter,1,-5.01,rejected,2026-03-21",
        "3,,M,promoter,1,3.00,settled,2026-03-20",
        "3,,K,promoter,2,0.90,taken_back,2026-03-20",
        "3,,K,promoter,2,-0.90,taken_back,2026-03-30",
        "4,,K,promoter,3,0.50,settled,2026-03-20",
        "4,,K,promoter,3,-0.50,settled,2026-03-30",
    )
    files: dict[str, Any] = {
        "units": halls.UNITS,
        "staff": halls.STAFF,
        "members": halls.MEMBERS,
        "orders": halls.ORDERS,
    }
    result = ask(house(tmp_path, **files, commissions=commissions, handovers=None))
    assert result.tree is not None
    found = {row["unit"]: (row["commission"], row["self_share"]) for row in result.tree.rows}
    assert found == {"Branch": (3, 0), "One": (0, None), "Two": (3, 0)}
    assert (result.tree.depth, result.tree.void) == (1, {"commissions": 3, "money": Decimal("15.92")})
    assert "note.teams_void" in notes(result)


def test_a_closed_store_has_nobody_from_the_month_after(tmp_path: Path) -> None:
    """North is closed on 02-20: A, B and E in February alone; open from 2020-01-01 on, 73 months of 30.4375 days."""
    units = (
        "unit_id,unit,level,parent_id,opened_at,closed_at",
        "N,North,store,,2020-01-01,2026-02-20",
        "S,South,store,,2020-01-01,",
    )
    north = rows(ask(house(tmp_path, units=units), by="store"))["North"]
    assert (north["member_months"], north["members_today"], north["months_open"]) == (3, 0, int(2242 / 30.4375))
    assert str(north["closed_at"]) == "2026-02-20"


def test_a_seller_is_known_where_an_owner_is_named(tmp_path: Path) -> None:
    """Orders 10 and 13 name nobody; where the owner is named on 13, North's money of 1,200 has a name on all of it."""
    header, *lines = ORDERS
    owned = (f"{header},owner", *(f"{line},{'G1' if line.startswith('13,') else ''}" for line in lines))
    assert ask(house(tmp_path, members=None, handovers=None, orders=owned)).unknown["without_seller"] is None
