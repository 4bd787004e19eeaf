"""Two stores, brands or periods side by side: figures on paper, and the review's own definitions."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from privtraffic.analyses import review
from privtraffic.analyses.review.against import Against
from privtraffic.analyses.review.beside import SideBySide
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Lang, Words
from privtraffic.settings import Settings
from tests.conftest import Run
from tests.shop import write_members, write_shop

Z95 = 1.959964

PAPER = (
    # North in March: A 100 + 100, B 100, C 200 - 50.  South: A 60, D 40.  A alone buys in both.
    "n1,1,A,2026-03-02 10:00:00,100,0,paid,Alder,North", "n2,1,A,2026-03-09 10:00:00,100,0,paid,Alder,North",
    "n3,1,B,2026-03-03 10:00:00,100,0,paid,Birch,North", "n4,1,C,2026-03-31 10:00:00,200,50,paid,Alder,North",
    "s1,1,A,2026-03-04 10:00:00,60,0,paid,Alder,South", "s2,1,D,2026-03-05 10:00:00,40,0,paid,Birch,South",
    # Before: B in North, F in North on the first day of the twelve months, E twice in South; 30 by nobody in South.
    "n5,1,B,2025-12-01 10:00:00,10,0,paid,Alder,North", "n6,1,F,2025-04-01 10:00:00,10,0,paid,Alder,North",
    "s3,1,E,2025-09-01 10:00:00,10,0,paid,Alder,South", "s4,1,E,2025-10-01 10:00:00,10,0,paid,Alder,South",
    "s5,1,,2026-03-06 10:00:00,25,0,paid,Alder,South",
)  # fmt: skip


def compared(path: Path, against: str, members: Path | None = None, **settings: Any) -> tuple[Any, SideBySide]:
    params = review.Params(rooms=(), against=Against.parse(against, "--against"))
    with load(path, members=members, optional=review.OPTIONAL, settings=Settings(**settings)) as data:
        result = review.compute(data, params)
    assert result.beside is not None
    return result, result.beside


def values(found: SideBySide, key: Any) -> tuple[Any, ...]:
    a, b = (side.figures[key] for side in found.sides)
    return a, b


def interval(found: SideBySide, key: Any) -> tuple[float, float]:
    difference = found.of(key).difference
    assert difference is not None
    assert difference.low is not None
    assert difference.high is not None
    return difference.value, (difference.high - difference.low) / 2


def test_two_stores_on_paper(tmp_path: Path) -> None:
    _, found = compared(write_shop(tmp_path, PAPER), "store=North,South", as_of=date(2026, 3, 31))
    assert [side.name for side in found.sides] == ["North", "South"]
    assert values(found, "revenue") == (450, 100)
    assert values(found, "orders") == (4, 2)
    assert values(found, "active") == (3, 2), "A is counted once in each"
    assert found.in_both == 1
    assert values(found, "new_members") == (2, 2), "A and C; A and D: new to the store, wherever else they bought"
    assert values(found, "returning_members") == (1, 0), "B came back to North after 92 days"
    assert values(found, "members") == (4, 3), "A, B, C, F; A, D, E"
    assert values(found, "dormant_members") == (1, 1), "F since 364 days, E since 181"
    assert values(found, "order_value") == (112.5, 50)
    assert values(found, "refund_rate") == (50 / 500, 0)
    assert values(found, "member_revenue_share") == (1, 100 / 125)
    assert values(found, "repurchase_rate") == (2 / 4, 1 / 3), "A and B of A, B, C, F; E of A, D, E"
    # Revenue 450/100 - 1.  A member adds North/100 - 4.5 South/100: A 2 - 2.7, B 1, C 1.5, D -1.8; squares 6.98.
    assert interval(found, "revenue") == pytest.approx((3.5, Z95 * 6.98**0.5), rel=1e-6)
    # 112.5/50 - 1.  (North - 112.5 orders)/4/50 - 2.25 (South - 50 orders)/2/50: A -0.125 - 0.225, B -0.0625,
    # C 0.1875, D 0.225; squares 0.2121875.
    assert interval(found, "order_value") == pytest.approx((1.25, Z95 * 0.2121875**0.5), rel=1e-6)
    # 1/2 - 1/3.  (again - any/2)/4 less (again - any/3)/3: A 1/8 + 1/9, B 1/8, C and F -1/8, D 1/9, E -2/9.
    squares = (17 / 72) ** 2 + 3 / 64 + 1 / 81 + 4 / 81
    assert interval(found, "repurchase_rate") == pytest.approx((1 / 6, Z95 * squares**0.5), rel=1e-6)
    assert {each.verdict for each in found.compared if each.measure.top} <= {"too_few", "no_ratio", "cannot_tell"}
    assert found.of("members").verdict == "counted"
    assert found.sides[1].behind["repurchase_rate"] == 3


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beside") / "shop"
    write_demo(folder, members=300, seed=3, plants=None)
    return folder


def test_a_month_against_another_is_what_the_review_says_of_it(shop: Path) -> None:
    """The same definitions and intervals, of the month before and of a year ago, with a members file."""
    with load(shop, optional=review.OPTIONAL) as data:
        for way, side in (("month", "before"), ("year", "year")):
            params = review.Params(rooms=(), against=Against.parse(way, "--against"))
            result = review.compute(data, params)
            assert result.beside is not None
            then = result.side(side)
            assert then is not None
            assert result.beside.sides[0].figures == result.now
            assert result.beside.sides[1].figures == then
            told = {each.measure.key: each.difference for each in result.beside.compared if each.difference}
            assert told == result.changes[side]
            assert len(told) > 10


def test_each_side_is_what_a_review_of_it_alone_says(shop: Path) -> None:
    """Stores as with --where, in every figure that orders tell; brands as in the table of brands."""
    orders = shop / "orders.csv"
    with load(orders, optional=review.OPTIONAL) as data:
        whole = review.compute(data, review.Params(rooms=()))
        for way in ("store", "brand"):
            sold = sorted(whole.parts[way], key=lambda part: -part["revenue"])
            names = [part["dimension_value"] for part in sold if part["dimension_value"] != "(none)"]
            asked = Against.parse(f'{way}="{names[0]}","{names[1]}"', "--against")
            found = review.compute(data, review.Params(rooms=(), against=asked)).beside
            assert found is not None
            for side in found.sides:
                if way == "brand":
                    of = next(part for part in whole.parts["brand"] if part["dimension_value"] == side.name)
                    shown = {key: side.figures[key] for key in ("revenue", "orders", "active")}
                    assert shown == {key: of[key] for key in shown}
                    assert of["orders"]
                    assert side.figures["refund_rate"] is None, "what was wholly paid back names no brand"
                    continue
                with load(orders, optional=review.OPTIONAL, settings=Settings(where={"store": side.name})) as alone:
                    own = review.compute(alone, review.Params(month=whole.month, rooms=()))
                assert side.figures == own.now
                assert own.now["orders"]


def test_a_quarter_counts_each_member_once_and_a_gap_from_before_it(tmp_path: Path) -> None:
    rows = (
        # A buys in all three months of the quarter, new in the first; B comes back after 212 days; C only before.
        "a1,1,A,2026-04-05 10:00:00,10,0,paid,X,S", "a2,1,A,2026-05-05 10:00:00,10,0,paid,X,S",
        "a3,1,A,2026-06-30 10:00:00,10,0,paid,X,S", "b1,1,B,2025-10-10 10:00:00,10,0,paid,X,S",
        "b2,1,B,2026-05-10 10:00:00,10,0,paid,X,S", "b3,1,B,2026-06-10 10:00:00,10,5,paid,X,S",
        "c1,1,C,2025-10-01 10:00:00,70,0,paid,X,S", "c2,1,C,2026-02-01 10:00:00,30,0,paid,X,S",
    )  # fmt: skip
    _, found = compared(write_shop(tmp_path, rows), "2026-Q2:2026-Q1", as_of=date(2026, 6, 30))
    assert values(found, "active") == (2, 1)
    assert values(found, "orders") == (5, 1)
    assert values(found, "revenue") == (45, 30)
    assert (values(found, "new_members"), values(found, "reactivated_members")) == ((1, 0), (1, 0))
    assert values(found, "returning_members") == (0, 1)
    assert values(found, "members") == (3, 2), "A, B, C; B and C"
    assert values(found, "repurchase_cycle_days") == (31, 123), "30, 56; 212, 31: the second of four; C 123"
    assert not {each.verdict for each in found.compared} & {"unequal"}


def test_periods_that_are_not_over_or_unequal_say_so_and_compare_no_totals(tmp_path: Path) -> None:
    path = write_shop(tmp_path)
    rows = tuple(f"o{n},1,{'AB'[n % 2]},2026-0{2 + n // 28}-{1 + n % 28:02} 10:00:00,10,0,paid,X,S" for n in range(38))
    for where, against, key in (
        (write_shop(tmp_path, rows, "open.csv"), "2026-03:2026-02", "beside_open"),
        (path, "2026-01..2026-02:2026-03", "beside_unequal"),
    ):
        result, found = compared(where, against)
        assert found.of("revenue").verdict == "unequal"
        assert found.of("revenue").difference is None
        assert found.of("order_value").difference is not None
        for lang in ("en", "zh"):
            report = review.present(result, Words(lang))  # type: ignore[arg-type]
            assert key in {note.key for note in report.notes}
    _, found = compared(tmp_path / "open.csv", "2026-03:2026-02")
    assert found.sides[0].last_day == date(2026, 3, 10)
    assert found.sides[0].figures["repurchase_rate"] is None, "twelve months to its end are not in the data"


@pytest.mark.parametrize(
    ("north", "south", "verdict"),
    [((100, 104), (50, 54), "higher"), ((100, 104), (100, 104), "alike"), ((10, 190), (20, 190), "cannot_tell")],
)
def test_what_can_be_said_of_forty_members_each(
    north: tuple[int, int], south: tuple[int, int], verdict: str, tmp_path: Path
) -> None:
    """Order values by turns of two amounts: means apart, means together, and amounts too far apart to tell."""
    days = [f"2026-03-{1 + n % 31:02} 10:00:00" for n in range(40)]
    rows = [f"n{n},1,N{n},{day},{north[n % 2]},0,paid,X,North" for n, day in enumerate(days)]
    rows += [f"s{n},1,S{n},{day},{south[n % 2]},0,paid,X,South" for n, day in enumerate(days)]
    path = write_shop(tmp_path, tuple(rows))
    assert compared(path, "store=North,South")[1].of("order_value").verdict == verdict
    if verdict == "higher":
        for north_members, told in ((29, "too_few"), (30, "lower")):
            few = write_shop(tmp_path, tuple(rows[:north_members] + rows[40:]), "few.csv")
            assert compared(few, "store=South,North", as_of=date(2026, 3, 31))[1].of("order_value").verdict == told
        assert compared(path, "store=South,North")[1].of("order_value").verdict == "lower"


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("week", "--against week: give month, year, two values of a column"),
        ("tier=gold,silver", "--against tier=gold,silver: give month, year"),
        ("store=North", "--against store=North: give two different values"),
        ("store=North,North", "--against store=North,North: give two different values"),
        ("2026-13:2026-02", "--against 2026-13:2026-02: give month, year"),
        ("2026:2026-02", "--against 2026:2026-02: the two periods share a month"),
    ],
)
def test_what_is_no_comparison_is_refused_before_a_file_is_opened(privtraffic: Run, asked: str, line: str) -> None:
    done = privtraffic("review", "nowhere.csv", "--against", asked, "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"privtraffic: {line}")


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("store=Nroth,South", "--against: no order has the store Nroth. Nearest: North"),
        ("guide=Li,Wu", "--against guide"),
        ("2026-03:2025-12", "--against 2026-03:2025-12: 2025-12 is not in the data from its first day"),
        ("2026-03:2026-05", "--against 2026-03:2026-05: 2026-05 is not in the data"),
    ],
)
def test_a_side_that_the_data_do_not_have_is_one_line(asked: str, line: str, tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError) as refused:
        compared(write_shop(tmp_path), asked)
    assert str(refused.value).startswith(line)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_comparison_stands_first_under_the_names_of_its_sides(lang: Lang, tmp_path: Path) -> None:
    shop = write_shop(tmp_path, PAPER)
    result, found = compared(shop, "store=North,South", write_members(tmp_path), as_of=date(2026, 3, 31))
    report = review.present(result, Words(lang))
    assert [table.key for table in report.tables[:5]] == [
        "beside_amounts", "beside_counts", "beside_rates", "beside_sides", "findings"
    ]  # fmt: skip
    assert [column.heading for column in report.tables[0].columns[1:3]] == ["North", "South"]
    assert report.title.startswith("North against South" if lang == "en" else "North 对比 South")
    rows = {row["measure"]: row for name in ("amounts", "counts", "rates")
            for row in to_json(report, "test", [])["tables"][f"beside_{name}"]}  # fmt: skip
    assert (rows["revenue"]["side_a"], rows["revenue"]["side_b"], rows["revenue"]["behind_a"]) == (450, 100, 3)
    assert rows["refund_rate"]["side_difference"] == pytest.approx(0.1)
    assert "joined_in_month" not in rows, "who joined is told by no order"
    assert found.in_both == 1
