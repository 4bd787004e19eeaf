"""The tree: two halls of a branch worked out by hand, and random trees held against a count member by member."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from privtraffic.analyses import teams
from privtraffic.report.words import Words
from tests.test_teams import ask, house

UNITS = (
    "unit_id,unit,level,parent_id,opened_at,capacity",
    "B,Branch,branch,,2020-01-01,200",
    "H1,One,hall,B,2020-01-01,30",
    "H2,Two,hall,B,2020-01-01,30",
)
STAFF = ("staff_id,staff,unit_id,started_at,left_at", "K,Kai,H1,2020-01-01,", "M,Mei,H2,2020-01-01,")
MEMBERS = (
    "member_id,joined_at,channel,store,guide",
    "A,2026-01-01,c,,Kai",
    "K,2026-01-01,c,,Kai",
    "C,2026-01-01,c,One,Mei",
    "D,2025-01-01,c,,Mei",
)
ORDERS = (
    "order_id,member_id,ordered_at,paid_amount,refund_amount,store,guide,promoter",
    "1,A,2026-03-01,100.10,0,,,Kai",
    "2,K,2026-03-02,50.05,0,,,Kai",
    "3,C,2026-03-03,30.03,10.01,,,Mei",
    "4,D,2025-02-01,20.00,0,,,Mei",
    "5,A,2026-03-05,5.00,0,,,",
    "6,C,2026-03-31,1.00,0,One,,",
)
COMMISSIONS = (
    "order_id,line_id,staff_id,role,level,amount,status,settled_at",
    "1,,K,promoter,1,10.01,settled,2026-03-20",
    "2,,K,promoter,1,5.01,settled,2026-03-20",
    "3,,M,promoter,1,3.00,settled,2026-03-20",
    "3,,K,promoter,2,0.90,settled,2026-03-20",
    "3,,M,promoter,1,-1.00,taken_back,2026-03-30",
)


def test_two_halls_of_a_branch(tmp_path: Path) -> None:
    """One: A, K, and C, whose store it is; Two: C and D, who has slept for a year.  C stands under both.

    Orders 1, 2 and 6 are One's, 151.15; 3 and 4 are Two's, 20.02 + 20; 5 is nobody's.  Kai earned 10.01 and 5.01, the
    latter on an order of Kai's own, and .90 as the second level; Mei 3.00, of which 1.00 was taken back.
    """
    files = {"units": UNITS, "staff": STAFF, "members": MEMBERS, "orders": ORDERS, "commissions": COMMISSIONS}
    result = ask(house(tmp_path, **files, handovers=None))
    assert result.tree is not None
    keys = ("unit", "members", "shared_members", "active", "fullness", "revenue", "orders", "commission")
    assert [tuple(row[key] for key in keys) for row in result.tree.rows] == [  # type: ignore[literal-required]
        ("Branch", 4, 1, 3, 4 / 200, Decimal("191.17"), 5, Decimal("17.92")),
        ("One", 3, 0, 3, 3 / 30, Decimal("151.15"), 3, Decimal("15.92")),
        ("Two", 2, 0, 1, 2 / 30, Decimal("40.02"), 2, Decimal("2.00")),
    ]
    shares = [(row["downline_share"], row["self_share"]) for row in result.tree.rows]
    assert shares == [(pytest.approx(0.9 / 17.92), 1 / 4), (pytest.approx(0.9 / 15.92), 1 / 3), (0.0, 0.0)]
    assert (result.tree.unplaced, result.tree.depth, result.tree.dead) == (Decimal("5.00"), 2, 0)
    figures = {figure.key: figure.value for figure in teams.present(result, Words("zh")).figures}
    assert figures["downline_share"] == pytest.approx(0.9 / 17.92)
    assert figures["commission_rate"] == pytest.approx(17.92 / 196.17)


def test_a_hall_whose_members_all_sleep_is_dead(tmp_path: Path) -> None:
    members = tuple(line for line in MEMBERS if not line.startswith("C,"))
    result = ask(house(tmp_path, units=UNITS, staff=STAFF, members=members, orders=ORDERS, handovers=None))
    assert result.tree is not None
    assert result.tree.dead == 1


@pytest.mark.parametrize("seed", range(3))
def test_random_trees_add_up_to_the_cent(seed: int, tmp_path: Path) -> None:
    """Units under random parents; refunds, whole and in part; commissions taken back; members under two units."""
    draw = random.Random(seed)  # noqa: S311
    parents = {f"U{at}": f"U{draw.randrange(at)}" if at > 1 and draw.random() < 0.9 else "" for at in range(14)}
    keepers = {f"K{at}": draw.choice([*parents]) for at in range(8)}
    people = {f"P{at}": (draw.choice([*parents, ""]), draw.choice([*keepers, ""])) for at in range(40)}
    orders, commissions = [], []
    for at in range(120):
        paid, who = draw.randrange(1, 90_000), draw.choice([*people])
        refund = draw.choice([0, 0, 0, paid // 3])
        store, keeper = draw.choice([*parents, ""]), draw.choice([*keepers, "", ""])
        orders.append((f"O{at}", who, paid, refund, store, keeper))
        for level in (1, 2):
            earner, amount = draw.choice([*keepers]), draw.randrange(1, 900)
            commissions.append((f"O{at}", earner, level, amount))
            if draw.random() < 0.3:
                commissions.append((f"O{at}", earner, level, -draw.randrange(1, amount + 1)))
    shop = house(
        tmp_path,
        units=("unit_id,unit,level,parent_id,capacity", *(f"{key},{key},unit,{up},30" for key, up in parents.items())),
        staff=(STAFF[0], *(f"{key},{key},{unit},2020-01-01," for key, unit in keepers.items())),
        members=(MEMBERS[0], *(f"{key},2025-01-01,c,{store},{guide}" for key, (store, guide) in people.items())),
        orders=(
            ORDERS[0],
            *(f"{o},{m},2026-03-01,{p / 100:.2f},{r / 100:.2f},{s},,{k}" for o, m, p, r, s, k in orders),
        ),
        commissions=(
            COMMISSIONS[0],
            *(f"{o},,{e},promoter,{n},{a / 100:.2f},x,2026-02-{10 + (a < 0)}" for o, e, n, a in commissions),
        ),
        handovers=None,
    )
    tree = ask(shop).tree
    assert tree is not None
    found: dict[str, Any] = {row["unit"]: row for row in tree.rows}
    assert set(found) == set(parents)

    def lineage(unit: str) -> list[str]:
        return [unit, *lineage(parents[unit])] if unit else []

    money, paid_out, stand = defaultdict(int), defaultdict(int), defaultdict(set)
    for _, _, paid, refund, store, keeper in orders:
        for node in lineage(keepers.get(keeper) or store):
            money[node] += paid - refund
    for _, earner, _, amount in commissions:
        for node in lineage(keepers[earner]):
            paid_out[node] += amount
    for who, (store, guide) in people.items():
        for node in {*lineage(store), *lineage(keepers.get(guide, ""))}:
            stand[node].add(who)
    assert {key: row["revenue"] for key, row in found.items()} == {key: Decimal(money[key]) / 100 for key in parents}
    assert {key: row["commission"] for key, row in found.items()} == {
        key: Decimal(paid_out[key]) / 100 for key in parents
    }
    assert {key: row["members"] for key, row in found.items()} == {key: len(stand[key]) for key in parents}
    for key, row in found.items():
        own = {who for who, (store, guide) in people.items() if key in (store, keepers.get(guide))}
        beneath = sum(len(stand[child]) for child, up in parents.items() if up == key)
        assert row["shared_members"] == len(own) + beneath - len(stand[key])
    roots = sum((row["revenue"] for row in tree.rows if row["parent"] is None), Decimal(0))
    assert roots + tree.unplaced == tree.revenue == Decimal(sum(p - r for _, _, p, r, _, _ in orders)) / 100
