"""Teams: a house of five members whose every figure is worked out here, and the rules of who is compared at all.

Joined by c: A, B, C, E with first orders in January; by d: D with a first order in February.  As of 2026-03-31.

member  had by                          order days after the first      February      March
A       G1                              02-10, 03-10, 03-11             G1: 1         G1: 2
B       G1, handed to G2 on 02-15       02-20                           G1: 1         G2: 0
C       G2                              03-05                           G2: 0         G2: 1
D       G2                              03-31                           -             G2: 1
E       G1, handed to nobody on 02-20   03-15                           G1: 0         nobody's

Cells: c, month 1, February: 4 member-months, 2 days, rate 1/2.  c, month 2, March: A, C, 3 days, rate 3/2.
Handed over was B alone, and only Gu has such a member; d, month 1, March, is D alone, Gu's: there is nobody to compare
B's March and D's month with, and they are in neither sum.
G1: A, B, E in February, A in March: 4 member-months, expected 3 × 1/2 + 3/2 = 3, observed 1 + 1 + 2 = 4.
G2: C in February and March: 2 member-months, expected 1/2 + 3/2 = 2, observed 0 + 1 = 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from privtraffic.analyses import teams
from privtraffic.analyses.review.months import Month
from privtraffic.analyses.statistics.shrunk_ratios import SPREADS
from privtraffic.analyses.teams.compute import Result
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from tests.conftest import Run

ORDERS = (
    "order_id,member_id,ordered_at,paid_amount,store,guide",
    "1,A,2026-01-05,100,North,G1",
    "2,A,2026-02-10,100,North,G1",
    "3,A,2026-03-10,100,North,G1",
    "4,A,2026-03-11,100,South,G2",
    "5,B,2026-01-20,100,North,G1",
    "6,B,2026-02-20,100,South,G2",
    "7,C,2026-01-15,100,South,G2",
    "8,C,2026-03-05,100,South,G2",
    "9,D,2026-02-01,100,South,G2",
    "10,D,2026-03-31,100,,",
    "11,E,2026-01-25,100,North,G1",
    "12,E,2026-03-15,100,North,G1",
    "13,,2026-03-16,100,North,",
)
MEMBERS = (
    "member_id,joined_at,channel,store,guide",
    "A,2026-01-05,c,North,G1",
    "B,2026-01-20,c,North,G2",
    "C,2026-01-15,c,South,G2",
    "D,2026-02-01,d,South,G2",
    "E,2026-01-25,c,North,",
)
HANDOVERS = (
    "member_id,from_staff,to_staff,handed_at",
    "B,G1,G2,2026-02-15",
    "E,G1,,2026-02-20",
)
STAFF = (
    "staff_id,staff,unit_id,started_at,left_at",
    "G1,Gao,N,2024-01-01,",
    "G2,Gu,S,2024-02-01,",
)
UNITS = (
    "unit_id,unit,level,parent_id,opened_at,capacity",
    "H,House,house,,,",
    "N,North,store,H,2020-01-01,30",
    "S,South,store,H,2020-01-01,30",
)
FILES = {"orders": ORDERS, "members": MEMBERS, "handovers": HANDOVERS, "staff": STAFF, "units": UNITS}


def house(folder: Path, **files: Sequence[str] | None) -> Path:
    """The files of the house as a folder; some otherwise, or left out."""
    shop = folder / "shop"
    shop.mkdir()
    for name, lines in ({**FILES, **files}).items():
        if lines:
            (shop / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return shop


def ask(shop: Path, **params: Any) -> Result:
    room = teams.__analysis__
    with load(shop, optional=room.may_use(None), sides=room.sides) as data:
        result: Result = teams.compute(data, teams.Params(**params))
        return result


@pytest.fixture
def answer(tmp_path: Path) -> Iterator[Result]:
    yield ask(house(tmp_path))


def rows(result: Result) -> dict[str, Any]:
    return {row["unit"]: row for row in result.units}


def test_the_figures_worked_out_above(answer: Result) -> None:
    """Sales stand where they were made: G1 sold orders 1, 2, 3, 5, 11 and 12; North took the walk-in's 13 besides."""
    gao, gu = rows(answer)["Gao"], rows(answer)["Gu"]
    assert answer.owners.basis == "handovers"
    assert [gao[key] for key in ("level", "parent", "member_months", "observed", "expected")] == [
        "guide", "North", 4, 4, 3.0,
    ]  # fmt: skip
    assert [gu[key] for key in ("member_months", "alone_months", "observed", "expected")] == [2, 2, 1, 2.0]
    assert (gao["ratio"], gu["ratio"]) == (4 / 3, 0.5)
    assert [gao[key] for key in ("members", "members_today", "revenue", "orders", "order_value", "new_members")] == [
        3, 1, 600, 6, 100.0, 3,
    ]  # fmt: skip
    assert [gu[key] for key in ("members", "members_today", "revenue", "orders", "new_members")] == [3, 3, 500, 5, 2]
    assert (gao["opened_at"], gao["months_open"]) == (date(2024, 1, 1), int(820 / 30.4375))
    # Members away from what was expected of them: A 1, B 0.5, C 1, E 0.5; squares 2.5, over 5.
    assert answer.dispersion == 1
    # Of 12 orders in stores one has no seller, and the same one has no member.
    assert answer.unknown == {"money": 1200.0, "without_seller": 100.0, "without_member": 100.0}


GRID = np.linspace(-4, 4, 1601)


def chances(observed: int, expected: Any) -> Any:
    """Of a member whose own factor is gamma of shape 2 around 2^-7, …, 2^7, or 1: one row each."""
    mixed = [stats.nbinom.pmf(observed, 2, 2 / (2 + expected * 2.0**power)) for power in range(-7, 8)]
    return np.array([*mixed, stats.nbinom.pmf(observed, 1e4, 1e4 / (1e4 + expected))])


@cache
def normals(spread: float) -> Any:
    """On `GRID`, around 401 centres, one row each."""
    found = np.exp(-(((GRID - np.linspace(-1, 1, 401)[:, None]) / spread) ** 2) / 2)
    return found / found.sum(axis=1, keepdims=True)


def posterior(seen: Any) -> Any:
    """What is known of each unit on `GRID`: log ratios are normal around the likeliest mean, averaged over spreads."""
    chance, found = [], []
    for spread in SPREADS:
        priors = normals(spread)
        likely = np.prod([priors @ unit for unit in seen], axis=0)
        after = seen * priors[np.argmax(likely)]
        chance.append(np.max(likely) * stats.norm.pdf(spread, 0, 0.5))
        found.append(after / after.sum(axis=1, keepdims=True))
    return np.average(found, axis=0, weights=chance)


def by_hand(units: Sequence[Sequence[tuple[int, float]]]) -> tuple[list[float], list[float], float]:
    """Fair ratios, chances of above 1, and the chance that the second is above the first: by sums over a fine grid.

    `units`: count and expected count of each member.  Members are shared among the own factors in 300 rounds of EM;
    then once more, with what was expected times their unit's ratio.  At last the mean ratio is 1.
    """
    ratios, house = np.ones(len(units)), 0.0
    sizes = [sum(e for _, e in unit) for unit in units]
    for last in (False, True):
        members = np.array([chances(o, e * at) for unit, at in zip(units, ratios, strict=True) for o, e in unit])
        weight = np.full(16, 1 / 16)
        for _ in range(300):
            belongs = members * weight
            weight = (belongs / belongs.sum(axis=1, keepdims=True)).mean(axis=0)

        def told(shift: float, weight: Any = weight) -> Any:
            rate = np.exp(GRID + shift)
            return np.array([np.prod([weight @ chances(o, e * rate) for o, e in unit], axis=0) for unit in units])

        ratios = posterior(told(0)) @ np.exp(GRID)
        house = float(np.log(np.average(ratios, weights=sizes))) if last else house
    after = posterior(told(house))
    above = after @ (GRID > 0) + after[:, GRID == 0].sum(axis=1) / 2
    ahead = float(after[0] @ (1 - np.cumsum(after[1]) + after[1] / 2))
    return list(after @ np.exp(GRID)), list(above), ahead


def test_the_fair_ratio_is_the_mean_over_all_spreads(answer: Result) -> None:
    fair, above, ahead = by_hand([[(3, 2.0), (1, 0.5), (0, 0.5)], [(1, 2.0)]])
    gao, gu = rows(answer)["Gao"], rows(answer)["Gu"]
    assert [gao["fair"], gu["fair"]] == pytest.approx(fair, abs=2e-3)
    assert [gao["probability_above"], gu["probability_above"]] == pytest.approx(above, abs=4e-3)
    # Two guides: the rank to be expected is 1 + the chance that the other one is ahead.
    assert [gao["rank"], gu["rank"]] == pytest.approx([1 + ahead, 2 - ahead], abs=0.02)
    assert (gao["rank_low"], gao["rank_high"]) == (1, 2)
    assert {gao["unit_verdict"], gu["unit_verdict"]} == {"cannot_tell"}
    assert gao["fair_low95"] < gao["fair_low"] < gao["fair"] < gao["fair_high"] < gao["fair_high95"]


def test_the_funnel_has_the_poisson_limits_at_each_size(answer: Result) -> None:
    """chi² quantiles ÷ 2E (Breslow & Day 1987), by another function than the one under test."""
    assert [row["unit"] for row in answer.funnel] == ["Gu", "Gao"]
    for row, expected in zip(answer.funnel, (2.0, 3.0), strict=True):
        assert row["low95"] == pytest.approx(stats.chi2.ppf(0.025, 2 * expected) / 2 / expected)
        assert row["high998"] == pytest.approx(stats.chi2.ppf(0.999, 2 * expected + 2) / 2 / expected)


def test_stores_have_the_members_of_the_members_file(tmp_path: Path) -> None:
    """North: A, B, E, in February and March: expected 3 × 1/2 + 3 × r, with E's day r = 4/4; South: C twice."""
    found = rows(ask(house(tmp_path), by="store"))
    assert {unit: (row["member_months"], row["observed"], row["expected"]) for unit, row in found.items()} == {
        "North": (6, 5, 4.5),
        "South": (2, 1, 1.5),
    }
    assert (found["North"]["revenue"], found["North"]["parent"], found["North"]["level"]) == (700, "House", "store")


def test_a_branch_is_what_stands_above_the_stores(tmp_path: Path) -> None:
    """It is the only one: nothing of it can be compared, and the report says so."""
    result = ask(house(tmp_path), by="branch")
    (only,) = result.units
    keys = ("unit", "level", "member_months", "alone_months", "ratio", "unit_verdict", "revenue")
    assert [only[key] for key in keys] == ["House", "house", 0, 9, None, "alone", 1200]  # type: ignore[literal-required]
    assert "note.teams_alone" in [note.key for note in teams.present(result, Words("en")).notes]


def test_a_kind_that_one_store_alone_has_is_not_compared_with_itself(tmp_path: Path) -> None:
    """North's members joined by n, twice as often in the shop as South's and West's, who joined by c."""
    orders, members = [ORDERS[0]], [MEMBERS[0]]
    for at in range(60):
        store = ("North", "South", "West")[at % 3]
        members.append(f"M{at},2025-01-05,{'n' if store == 'North' else 'c'},{store},")
        months = range(1, 13) if store == "North" else range(1, 13, 2)
        orders += [f"{at}-{month},M{at},2025-{month:02}-05,100,{store},G1" for month in months]
    found = rows(ask(house(tmp_path, orders=orders, members=members, handovers=None, units=None), by="store"))
    assert {unit: (row["unit_verdict"], row["ratio"]) for unit, row in found.items()} == {
        "North": ("alone", None),
        "South": ("cannot_tell", 1),
        "West": ("cannot_tell", 1),
    }


def test_without_hand_overs_todays_guide_is_taken_for_the_past(tmp_path: Path) -> None:
    """B is Gu's in February too, E nobody's: Gao has A alone; D's month is not compared."""
    result = ask(house(tmp_path, handovers=None))
    assert result.owners.basis == "file"
    assert {unit: (row["member_months"], row["observed"]) for unit, row in rows(result).items()} == {
        "Gao": (2, 3),
        "Gu": (4, 2),
    }
    assert "note.teams_today" in [note.key for note in teams.present(result, Words("en")).notes]


def test_without_a_members_file_the_seller_of_the_order_before_counts(tmp_path: Path) -> None:
    """B: Gao's in February, Gu's in March, who sold the order of February; E is Gao's in both."""
    result = ask(house(tmp_path, members=None, handovers=None))
    assert result.owners.basis == "orders"
    found = {unit: (row["member_months"], row["observed"]) for unit, row in rows(result).items()}
    assert found == {"Gao": (5, 5), "Gu": (3, 1)}


def test_sellers_are_not_ranked_where_more_than_a_tenth_of_the_money_has_none(tmp_path: Path) -> None:
    """One of 12 orders in stores has no seller; of 11, with two, it is more than a tenth."""
    plain = tmp_path / "a"
    plain.mkdir()
    assert ask(house(plain, members=None, handovers=None)).ranking
    blind = tuple(line.replace("North,G1", "North,") if line.startswith("12,") else line for line in ORDERS)
    result = ask(house(tmp_path, members=None, handovers=None, orders=blind))
    assert not result.ranking
    assert not result.placed
    assert {row["rank"] for row in result.units} == {None}
    assert "note.teams_blind" in [note.key for note in teams.present(result, Words("en")).notes]


def test_a_guide_who_left_has_nobody_from_the_month_after(tmp_path: Path) -> None:
    """Gao left on 02-25: February is still Gao's, A's March is nobody's."""
    left = (STAFF[0], "G1,Gao,N,2024-01-01,2026-02-25", STAFF[2])
    gao = rows(ask(house(tmp_path, staff=left)))["Gao"]
    assert (gao["member_months"], gao["observed"], gao["left_at"]) == (3, 2, date(2026, 2, 25))


def test_who_began_less_than_six_months_before_is_not_judged(tmp_path: Path) -> None:
    """183 days are 6.01 months of 30.4375 days, 182 are 5.98."""
    for began, verdict in (("2025-09-29", "cannot_tell"), ("2025-09-30", "too_young")):
        folder = tmp_path / began
        folder.mkdir()
        gao = rows(ask(house(folder, staff=(STAFF[0], f"G1,Gao,N,{began},", STAFF[2]))))["Gao"]
        assert gao["unit_verdict"] == verdict
        assert (gao["rank"] is None) == (verdict == "too_young")


def test_a_month_asked_for_ends_the_count(tmp_path: Path) -> None:
    """Up to February: A, B and E with Gao, C with Gu; two days, both Gao's."""
    shop = house(tmp_path)
    result = ask(shop, month=Month.parse("2026-02"))
    assert result.as_of == date(2026, 2, 28)
    assert {unit: (row["member_months"], row["observed"], row["revenue"]) for unit, row in rows(result).items()} == {
        "Gao": (3, 2, 400),
        "Gu": (1, 0, 300),
    }
    with pytest.raises(PrivtrafficError, match="2025-12 lies before the first order, of 2026-01-05"):
        ask(shop, month=Month.parse("2025-12"))


def test_what_cannot_be_asked_is_one_line(tmp_path: Path, privtraffic: Run) -> None:
    shop = house(tmp_path)
    assert "--by team is not one of: guide, store, branch" in privtraffic("teams", shop, "--by", "team").stderr
    bare = tmp_path / "bare.csv"
    bare.write_text("order_id,member_id,ordered_at,paid_amount\n1,A,2026-01-05,100\n", "utf-8")
    done = privtraffic("teams", bare)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "The data do not say what members belong to" in done.stderr


def test_named_units_show_what_their_members_were(tmp_path: Path) -> None:
    """Twenty members a guide, all alike; Gao's come back every month, Gu's never: both are named, each with its mix."""
    orders, members = [ORDERS[0]], [MEMBERS[0]]
    for at in range(40):
        guide, channel = ("G1", "c") if at < 20 else ("G2", "c")
        members.append(f"M{at},2025-01-05,{channel},North,{guide}")
        months = range(1, 13) if at < 20 else (1,)
        orders += [f"{at}-{month},M{at},2025-{month:02}-0{1 + at % 9},100,North,{guide}" for month in months]
    result = ask(house(tmp_path, orders=orders, members=members, handovers=None))
    found = rows(result)
    assert (found["Gao"]["unit_verdict"], found["Gu"]["unit_verdict"]) == ("above", "below")
    assert [(row["unit"], row["age_band"], row["member_months"], row["mix_share"]) for row in result.case_mix] == [
        ("Gao", "1-3", 60, 60 / 220),
        ("Gao", "4-12", 160, 160 / 220),
        ("Gu", "1-3", 60, 60 / 220),
        ("Gu", "4-12", 160, 160 / 220),
    ]
    assert [row["ratio"] for row in result.case_mix] == pytest.approx([2, 2, 0, 0])
    report = teams.present(result, Words("en"))
    figures = {figure.key: figure.value for figure in report.figures}
    assert (figures["named_above"], figures["named_below"], figures["seller_unknown_share"]) == (1, 1, 0)
    assert [table.key for table in report.tables] == [
        "units", "units_beside", "funnel", "team_ranks", "tree", "case_mix",
    ]  # fmt: skip
