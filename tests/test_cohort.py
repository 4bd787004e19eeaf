"""Cohorts of a shop worked out on paper, of CDNOW against plain pandas, and of shops with nothing much in them.

The shop, as of 2024-04-30 (A's second order lies on a leap day, C's last one a second before a month ends):

member  joined      orders (net)
A       2024-01-31  100 on 01-31, 50 on 02-29, 30 on 04-01
B       2024-02-29  none
C       2023-12-31  20 on 01-01, 40 with 10 refunded on 03-31 23:59:59
D       2024-02-01  70 on 01-15 (before joining), two of 60 on 02-01
E       not on file 500 on 02-10
F       2024-03-01  100 on 03-05, a negative document of 20 on 04-10
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privtraffic import load
from privtraffic.analyses.cohort import Params, Result, compute, present
from privtraffic.analyses.statistics.periods import Calendar
from privtraffic.errors import PrivtrafficError
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.published import CDNOW_MASTER

HEADER = "order_id,member_id,ordered_at,paid_amount,refund_amount,status,brand,store"
ROWS = (
    "o1,A,2024-01-31 12:00:00,100.00,0,paid,Alder,North",
    "o2,A,2024-02-29 12:00:00,50.00,0,paid,Birch,South",
    "o3,A,2024-04-01 00:00:00,30.00,0,paid,Alder,North",
    "o4,C,2024-01-01 00:00:00,20.00,0,paid,Birch,South",
    "o5,C,2024-03-31 23:59:59,40.00,10.00,paid,Alder,North",
    "o6,D,2024-01-15 12:00:00,70.00,0,paid,Alder,North",
    "o7,D,2024-02-01 00:00:00,60.00,0,paid,Alder,North",
    "o8,D,2024-02-01 18:00:00,60.00,0,paid,Alder,North",
    "o9,E,2024-02-10 12:00:00,500.00,0,paid,Birch,South",
    "o10,F,2024-03-05 12:00:00,100.00,0,paid,Birch,",
    "o11,F,2024-04-10 12:00:00,-20.00,0,paid,Birch,",
    "o12,,2024-03-09 12:00:00,11.00,0,paid,Birch,South",
)
MEMBERS_HEADER = "member_id,joined_at,channel,tier"
MEMBERS = (
    "A,2024-01-31 11:00:00,search,gold",
    "B,2024-02-29 23:59:59,friend,",
    "C,2023-12-31 23:59:59,search,gold",
    "D,2024-02-01 09:00:00,friend,silver",
    "F,2024-03-01 00:00:00,search,silver",
)
AS_OF = date(2024, 4, 30)
MONTHS = Params()


def write(folder: Path, rows: tuple[str, ...], name: str = "orders.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return path


def answer(
    params: Params = MONTHS,
    rows: tuple[str, ...] = ROWS,
    members: tuple[str, ...] | None = None,
    columns: tuple[str, ...] = (),
    **settings: Any,
) -> Result:
    """The result on orders as of 2024-04-30, with a members file where one is given."""
    return counted(params, rows, members, columns, Settings(**{"as_of": AS_OF, **settings}))


@cache
def counted(
    params: Params, rows: tuple[str, ...], members: tuple[str, ...] | None, columns: tuple[str, ...], settings: Settings
) -> Result:
    """Many tests look at the same answer: it is asked once."""
    with TemporaryDirectory() as folder:
        joined = write(Path(folder), members, "members.csv", MEMBERS_HEADER) if members is not None else None
        orders = write(Path(folder), rows)
        with load(orders, members=joined, columns=columns, settings=settings) as data:
            return compute(data, params)


def active(result: Result) -> dict[str, list[int | None]]:
    """Active members by cohort, age 0 first."""
    found: dict[str, list[int | None]] = {}
    for row in result.cells:
        found.setdefault(row["cohort"], []).append(row["active"])
    return found


def whole(result: Result) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = {}
    for row in result.cells:
        found.setdefault(row["cohort"], []).append(row["complete"])
    return found


def sizes(result: Result) -> dict[str, int]:
    return {row["cohort"]: row["size"] for row in result.cells}


def nonzero(result: Result, cohort: str) -> dict[int, int]:
    return {row["age"]: row["active"] for row in result.cells if row["cohort"] == cohort and row["active"]}


def test_months_by_first_order() -> None:
    result = answer()
    assert result.start == "first-order"
    assert sizes(result) == {"2024-01": 3, "2024-02": 1, "2024-03": 1}
    assert active(result) == {"2024-01": [3, 2, 1, 1], "2024-02": [1, 0, 0, None], "2024-03": [1, 0, None, None]}
    assert whole(result) == {
        "2024-01": [True] * 4,
        "2024-02": [True, True, True, False],
        "2024-03": [True, True, False, False],
    }
    january = [row for row in result.cells if row["cohort"] == "2024-01"]
    assert [row["orders"] for row in january] == [3, 3, 1, 1]
    assert [row["revenue"] for row in january] == [190, 170, 30, 30]
    assert [row["cumulative_per_member"] for row in january] == pytest.approx([190 / 3, 120, 130, 140])
    assert [row["repurchased_share"] for row in january] == pytest.approx([0, 2 / 3, 1, 1])
    march = [row for row in result.cells if row["cohort"] == "2024-03"]
    assert [row["revenue"] for row in march] == [100, -20, None, None]
    assert result.totals == {
        "members": 5, "buyers": 5, "repeat_buyers": 3, "orders": 10, "revenue": 1000, "cohorts": 3,
    }  # fmt: skip


def test_months_by_joining_count_who_never_bought() -> None:
    result = answer(members=MEMBERS)
    assert result.start == "joined"
    assert sizes(result) == {"2023-12": 1, "2024-01": 1, "2024-02": 2, "2024-03": 1}
    assert active(result) == {
        "2023-12": [0, 1, 0, 1, 0],
        "2024-01": [1, 1, 0, 1, None],
        "2024-02": [1, 0, 0, None, None],
        "2024-03": [1, 0, None, None, None],
    }
    february = next(row for row in result.cells if row["cohort"] == "2024-02")
    assert (february["rate"], february["orders"], february["revenue"]) == (0.5, 2, 120)
    outside = result.outside
    assert (outside.before_members, outside.before_orders, outside.before_revenue) == (1, 1, 70)
    assert (outside.unknown_members, outside.unknown_orders, outside.unknown_revenue) == (1, 1, 500)
    assert result.totals["revenue"] == 430
    assert result.totals["revenue"] + outside.before_revenue + outside.unknown_revenue == 1000


def test_averages_stand_on_complete_cells() -> None:
    average = {row["age"]: row for row in answer(members=MEMBERS).averages}
    assert [(row["active"], row["complete_members"], row["cohort_count"]) for row in average.values()] == [
        (3, 5, 4), (2, 5, 4), (0, 4, 3), (2, 2, 2), (0, 1, 1),
    ]  # fmt: skip
    assert average[1]["average_rate"] == 0.4
    assert average[0]["revenue_per_member"] == pytest.approx((100 + 120 + 100) / 5)


def test_quarters_mark_what_is_observed_in_part() -> None:
    by_order = answer(Params(by="quarter"))
    assert active(by_order) == {"2024-Q1": [5, 1]}
    assert whole(by_order) == {"2024-Q1": [True, False]}
    by_joining = answer(Params(by="quarter"), members=MEMBERS)
    assert active(by_joining) == {"2023-Q4": [0, 1, 0], "2024-Q1": [3, 1, None]}
    assert whole(by_joining) == {"2023-Q4": [True, True, False], "2024-Q1": [True, False, False]}


def test_weeks_start_on_monday() -> None:
    result = answer(Params(by="week"))
    assert list(sizes(result)) == ["2024-01-01", "2024-01-15", "2024-01-29", "2024-02-05", "2024-03-04"]
    assert nonzero(result, "2024-01-29") == {0: 1, 4: 1, 9: 1}
    assert nonzero(result, "2024-01-01") == {0: 1, 12: 1}
    assert nonzero(result, "2024-01-15") == {0: 1, 2: 1}
    assert whole(result)["2024-01-29"][12:15] == [True, False, False]
    assert active(result)["2024-01-29"][13:15] == [0, None]
    by_joining = answer(Params(by="week"), members=MEMBERS)
    assert list(sizes(by_joining)) == ["2023-12-25", "2024-01-29", "2024-02-26"]
    assert sizes(by_joining) == {"2023-12-25": 1, "2024-01-29": 2, "2024-02-26": 2}
    assert nonzero(by_joining, "2023-12-25") == {1: 1, 13: 1}


def test_days_cross_the_leap_day_and_the_year() -> None:
    result = answer(Params(by="day"))
    assert nonzero(result, "2024-01-31") == {0: 1, 29: 1, 61: 1}
    assert active(result)["2024-01-31"][90] == 0
    assert nonzero(answer(Params(by="day"), members=MEMBERS), "2023-12-31") == {1: 1}
    assert result.ages_left_out == 30
    assert sum(row["revenue"] for row in result.cohorts) == 1000


def test_rolling_ages_count_from_each_members_own_day() -> None:
    result = answer(Params(rolling_days=30))
    assert active(result)["2024-01"] == [3, 0, 1, 1, 0]
    assert whole(result)["2024-01"] == [True, True, True, False, False]
    assert next(row["orders"] for row in result.cells) == 6
    by_joining = answer(Params(rolling_days=30), members=MEMBERS)
    assert active(by_joining)["2023-12"] == [1, 0, 0, 1, 0, 0]
    assert active(by_joining)["2024-01"] == [1, 0, 1, 0, 0, None]
    assert sum(row["revenue"] or 0 for row in by_joining.cells) == 430


def test_new_returning_reactivated() -> None:
    months = {row["calendar_period"]: row for row in answer().flow}
    assert [months[name]["revenue_new"] for name in months] == [190, 500, 100, 0]
    assert [months[name]["revenue_returning"] for name in months] == [0, 170, 30, 10]
    assert [months[name]["members_returning"] for name in months] == [0, 2, 1, 1]
    assert [months[name]["orders_returning"] for name in months] == [0, 3, 1, 1]
    assert [months[name]["members_new"] for name in months] == [3, 1, 1, 0]
    woken = answer(Params(dormant_days=31)).flow
    assert [row["revenue_reactivated"] for row in woken] == [0, 0, 30, 30]
    assert [row["members_reactivated"] for row in woken] == [0, 0, 1, 1]
    assert not any(row["members_reactivated"] for row in answer(Params(dormant_days=90)).flow)
    assert sum(row["revenue"] for row in woken) == 1000


def test_layers_hold_all_revenue() -> None:
    rows = answer().layers
    assert sum(row["revenue"] or 0 for row in rows) == 1000
    assert {(row["cohort_layer"], row["calendar_period"]): row["revenue"] for row in rows}["2024-01", "2024-02"] == 170


def test_time_to_second_order() -> None:
    """Waits of 17, 29 and 90 days; E and F are seen for 80 and 56 days without one."""
    curve = answer().curve
    assert [curve.survival[day] for day in (16, 17, 28, 29, 89, 90)] == pytest.approx([1, 0.8, 0.8, 0.6, 0.6, 0])
    assert [int(curve.at_risk[day]) for day in (0, 18, 57, 81)] == [5, 4, 2, 1]
    assert curve.median()[0] == 90
    assert answer().window == (90, 90)


def test_a_window_keeps_who_started_before_it_out() -> None:
    result = answer(window_days=90)
    assert result.first_day == date(2024, 2, 1)
    assert active(result) == {"2024-02": [1, 0, 0], "2024-03": [1, 0, None]}
    flow = {row["calendar_period"]: row for row in result.flow}
    assert (flow["2024-02"]["members_new"], flow["2024-02"]["members_returning"]) == (1, 2)
    assert {row["cohort_layer"] for row in result.layers} == {"earlier", "2024-02", "2024-03"}


def test_a_cohort_that_the_window_cuts_is_marked_and_in_no_average() -> None:
    """75 days reach back to 16 February: of those who joined in February B counts, who never bought, and D does not."""
    cut = answer(members=MEMBERS, window_days=75)
    assert (cut.first_day, cut.cut_cohort) == (date(2024, 2, 16), "2024-02")
    seen = [(row["cohort"], row["complete"]) for row in cut.cells if row["rate"] is not None]
    assert set(seen) == {("2024-02", False), ("2024-03", True)}
    assert [(row["age"], row["complete_members"]) for row in cut.averages] == [(0, 1), (1, 1)]
    report = present(cut, Words("en"))
    assert "2024-02-16, within 2024-02" in next(n.text for n in report.notes if n.key == "note.cohort_window_cut")
    weeks = answer(Params(by="week"), members=MEMBERS, window_days=75)
    assert weeks.cut_cohort is None  # the week of 12 February has nobody; that of 26 February is whole
    whole = answer(members=MEMBERS, window_days=90)
    assert whole.cut_cohort is None and all(row["complete"] for row in whole.cells if row["age"] == 0)


def test_groups() -> None:
    by_file = answer(Params(group="channel"), members=MEMBERS).doors
    assert by_file is not None and by_file.on_file
    assert {row["start_group"]: (row["size"], row["cohort_buyers"]) for row in by_file.groups} == {
        "search": (3, 3), "friend": (2, 1),
    }  # fmt: skip
    at_one = {
        row["start_group"]: (row["active"], row["complete_members"]) for row in by_file.retention if row["age"] == 1
    }
    assert at_one == {"search": (2, 3), "friend": (0, 2)}
    assert all(row["small_group"] for row in by_file.retention)
    tiers = answer(Params(group="tier", start="first-order"), members=MEMBERS).doors
    assert tiers is not None
    assert {row["start_group"]: row["size"] for row in tiers.groups} == {"gold": 2, "silver": 2}
    stores = answer(Params(group="store"), columns=("store",)).doors
    assert stores is not None
    assert {row["start_group"]: row["size"] for row in stores.groups} == {"North": 2, "South": 2, "(none)": 1}
    brands = answer(Params(group="brand"), columns=("brand",), members=MEMBERS).doors
    assert brands is not None and not brands.on_file
    assert {row["start_group"]: row["size"] for row in brands.groups} == {"Alder": 2, "Birch": 2}


def test_first_order_of_several_brands_counts_for_the_dearest() -> None:
    rows = (
        "o1,A,2024-01-31 12:00:00,30.00,0,paid,Alder,North",
        "o1,A,2024-01-31 12:00:00,70.00,0,paid,Birch,North",
        "o2,A,2024-02-01 12:00:00,900.00,0,paid,Alder,North",
    )
    doors = answer(Params(group="brand"), rows, columns=("brand",)).doors
    assert doors is not None
    assert [(row["start_group"], row["size"], row["revenue"]) for row in doors.groups] == [("Birch", 1, 1000)]


@pytest.mark.parametrize("params", [Params(), Params(by="week", rolling_days=7), Params(group="store")])
def test_order_of_rows_and_files_changes_nothing(tmp_path: Path, params: Params) -> None:
    straight = answer(params, members=MEMBERS, columns=("store",))
    for seed in range(3):
        shuffled = np.random.default_rng(seed)
        rows, members = shuffled.permutation(ROWS).tolist(), shuffled.permutation(MEMBERS).tolist()
        folder = tmp_path / str(seed)
        folder.mkdir()
        parts = [write(folder, tuple(part), f"{i}.csv") for i, part in enumerate((rows[:5], rows[5:]))]
        joined = write(folder, tuple(members), "members.csv", MEMBERS_HEADER)
        with load(parts, members=joined, columns=["store"], settings=Settings(as_of=AS_OF)) as data:
            mixed = compute(data, params)
        for part in (
            "cells",
            "averages",
            "cohorts",
            "flow",
            "layers",
            "totals",
            "window",
            "outside",
            "points",
            "doors",
        ):
            assert getattr(mixed, part) == getattr(straight, part), part


def test_orders_of_one_day_follow_the_clock_and_at_one_time_the_smaller_comes_first() -> None:
    """A's new order is that of nine o'clock, though it is the larger; without a clock it is the smaller one."""
    rows = ("o1,A,2024-01-31 21:00,30,0,paid,,", "o2,A,2024-01-31 09:00,70,0,paid,,", "o3,B,2024-01-31,5,0,paid,,")
    flows = [answer(rows=order).flow for order in (rows, rows[::-1])]
    assert flows[0] == flows[1]
    assert flows[0][0]["revenue_new"] == 70 + 5
    days = tuple(row.replace(" 21:00", "").replace(" 09:00", "") for row in rows)
    flows = [answer(rows=order).flow for order in (days, days[::-1])]
    assert flows[0] == flows[1]
    assert flows[0][0]["revenue_new"] == 30 + 5
    seconds = tuple(row.replace(" 21:00", " 09:00:01") for row in rows)
    assert answer(rows=seconds).flow[0]["revenue_new"] == 70 + 5


def test_a_negative_document_before_the_first_order_stays_with_its_member() -> None:
    rows = ("o1,A,2023-12-20,-30,0,paid,,", "o2,A,2024-01-31,100,0,paid,,")
    result = answer(rows=rows)
    assert active(result) == {"2024-01": [1, 0, 0, 0]}
    assert result.cells[0]["revenue"] == 70
    assert sum(row["revenue"] for row in result.flow) == 70


LONE = {
    "one member": ("o1,A,2024-01-31,30,0,paid,,",),
    "one day": ("o1,A,2024-04-30,30,0,paid,,", "o2,B,2024-04-30,30,0,paid,,"),
    "a buyer on no file": ("o1,Z,2024-01-31,30,0,paid,,",),
    "refunds too": ("o1,A,2024-01-31,30,0,paid,,", "o2,A,2024-02-01,30,30,paid,,", "o3,B,2024-02-01,-30,0,paid,,"),
}


@pytest.mark.parametrize("rows", LONE.values(), ids=LONE.keys())
@pytest.mark.parametrize(
    "params",
    [Params(), Params(by="day"), Params(by="week"), Params(by="quarter"), Params(rolling_days=1), Params(margin=0.5)],
)
@pytest.mark.parametrize("members", [None, MEMBERS])
def test_little_data_is_presented(rows: tuple[str, ...], params: Params, members: tuple[str, ...] | None) -> None:
    result = answer(params, rows, members)
    assert result.totals["repeat_buyers"] == 0
    for lang in ("en", "zh"):
        report = present(result, Words(lang))  # type: ignore[arg-type]
        assert report.tables[0].key == "retention_triangle"
        assert all(table.finding for table in report.tables)


@pytest.mark.parametrize(
    ("key", "params", "more"),
    [
        ("cohort_no_members", Params(start="joined"), {}),
        ("cohort_tier", Params(group="tier"), {}),
        ("dimension_missing", Params(group="city"), {}),
        ("cohort_nobody", Params(), {"members": ("A,2030-01-01,search,",)}),
        ("cohort_nobody", Params(), {"members": ("A,,search,",)}),
    ],
)
def test_mistakes_have_one_line(key: str, params: Params, more: dict[str, Any]) -> None:
    with pytest.raises(PrivtrafficError) as error:
        answer(params, **more)
    assert error.value.key == key
    assert "\n" not in error.value.text("en") + error.value.text("zh")


@pytest.mark.parametrize("wrong", [{"by": "year"}, {"start": "birth"}, {"group": "colour"}, {"margin": 42.0}])
def test_values_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(PrivtrafficError):
        Params(**wrong)


@pytest.mark.parametrize("by", ["day", "week", "month", "quarter"])
def test_periods_follow_each_other_without_gap(by: Any) -> None:
    calendar = Calendar(by)
    for day in pd.date_range("1995-12-25", "2005-01-10"):
        number = calendar.number(day.date())
        assert calendar.first_day(number) <= day.date() <= calendar.last_day(number)
    assert calendar.first_day(Calendar(by).number(date(2024, 2, 29))).isoformat() == {
        "day": "2024-02-29", "week": "2024-02-26", "month": "2024-02-01", "quarter": "2024-01-01",
    }[by]  # fmt: skip


@pytest.fixture(scope="module")
def cdnow() -> Iterator[tuple[Any, pd.DataFrame]]:
    """The full CDNOW log (Fader & Hardie), by intake and by plain pandas."""
    path = CDNOW_MASTER
    frame = pd.read_csv(path, sep=r"\s+", skiprows=1, names=["member", "day", "cds", "amount"], dtype={"amount": str})
    frame["day"] = pd.to_datetime(frame["day"].astype(str))
    frame["cents"] = frame["amount"].map(lambda text: int(Decimal(text) * 100))
    with load(path, settings=Settings(as_of=date(1998, 6, 30))) as data:
        yield data, frame


@pytest.mark.parametrize("by", ["month", "quarter"])
def test_cdnow_agrees_with_plain_pandas(cdnow: tuple[Any, pd.DataFrame], by: Any) -> None:
    data, frame = cdnow
    result = compute(data, Params(by=by))
    period = frame["day"].dt.to_period("M" if by == "month" else "Q").map(lambda p: p.ordinal)
    first = period.groupby(frame["member"]).transform("min")
    plain = frame.assign(first=first, age=period - first)
    expected_active = plain.groupby(["first", "age"])["member"].nunique()
    expected_cents = plain.groupby(["first", "age"])["cents"].sum()
    expected_size = plain.groupby("first")["member"].nunique()
    label = {
        ordinal: str(pd.Period(ordinal=ordinal, freq="M" if by == "month" else "Q")).replace("Q", "-Q")
        for ordinal in expected_size.index
    }
    got = {(row["cohort"], row["age"]): row for row in result.cells}
    assert sum(expected_size) == 23_570
    for ordinal, size in expected_size.items():
        for age in range(max(period) - ordinal + 1):
            row = got[label[ordinal], age]
            assert row["size"] == size
            assert row["active"] == expected_active.get((ordinal, age), 0)
            assert row["revenue"] == Decimal(int(expected_cents.get((ordinal, age), 0))) / 100
            assert row["rate"] == pytest.approx(expected_active.get((ordinal, age), 0) / size)
            assert row["complete"]
    assert sum(row["revenue"] for row in result.cohorts) == data.quality.revenue
    assert sum(row["revenue"] for row in result.cells if row["revenue"] is not None) == data.quality.revenue
    assert sum(row["revenue"] for row in result.flow) == data.quality.revenue
