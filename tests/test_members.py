"""Stages and flows against a shop worked out on paper, and against a plain count of random shops."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privtraffic.analyses.members import Params, Result, compute
from privtraffic.analyses.members.flows import FROM, STAGES, next_month
from privtraffic.analyses.members.present import present
from privtraffic.analyses.members.thresholds import Gaps, thresholds
from privtraffic.analyses.statistics.calendar import Calendar, month_start
from privtraffic.dataset import Dataset
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from privtraffic.report.write import write
from privtraffic.settings import Settings

HEADER = "order_id,member_id,ordered_at,paid_amount,brand"
AS_OF = date(2026, 6, 30)
LIMITS = Params(silent_days=30, dormant_days=60, lost_days=90)

# Days before 2026-06-30: 05-31 is 30, 05-30 31, 05-01 60, 04-30 61, 04-01 90, 03-31 91.  Every order brings 100.
ORDERS = {
    "N1": ["05-31"],  # new on its last day
    "N2": ["05-30", "06-10"],  # new no more, ordered since: active
    "S1": ["05-30"],  # silent on the first day
    "S2": ["05-01"],  # silent on the last day
    "D1": ["04-30"],  # dormant on the first day
    "D2": ["04-01"],  # dormant on the last day
    "L1": ["03-31"],  # lost on the first day
    "R1": ["03-01", "05-31"],  # awake since 30 days, after 91
    "R2": ["04-05", "06-05"],  # awake after 61 days, one more than dormancy begins with
    "A1": ["04-06", "06-05"],  # back after 60 days, when it was silent only
    "A2": ["03-01", "05-30", "06-20"],  # awake since 31 days: active
    "T": ["04-10"],  # on file since February
}
JOINED = {"P": "2026-06-01", "Q": "", "T": "2026-02-10", "Z": "2026-07-05"}
"""P never bought, Q neither and nobody knows since when; Z joins after the as-of date."""

NOW = {"P": "prospect", "Q": "prospect", "N1": "new", "N2": "active", "S1": "silent", "S2": "silent", "D1": "dormant",
       "D2": "dormant", "T": "dormant", "L1": "lost", "R1": "reactivated", "R2": "reactivated", "A1": "active",
       "A2": "active"}  # fmt: skip

# Stages at the ends of March (31st), April (30th), May (31st), June (30th); "-": not a member yet.
#   Q   prospect prospect prospect prospect        T   prospect new silent dormant (51 and 81 days after 04-10)
#   P   - - - prospect                             L1  new new(30) dormant(61) lost(91)
#   N1  - - new new(30)                            R1  new(30) silent(60) reactivated reactivated(30)
#   N2  - - new active                             A2  new(30) silent(60) reactivated active
#   S1  - - new silent    S2 - - new(30) silent    R2  - new silent(56) reactivated    A1 - new silent(55) active
#   D1  - new silent(31) dormant    D2 - new silent(60) dormant
MOVES = {
    "2026-03": {("outside", "prospect"): 1, ("prospect", "prospect"): 1, ("outside", "new"): 3},
    "2026-04": {("prospect", "prospect"): 1, ("prospect", "new"): 1, ("outside", "new"): 4, ("new", "new"): 1,
                ("new", "silent"): 2},
    "2026-05": {("prospect", "prospect"): 1, ("outside", "new"): 4, ("new", "silent"): 5, ("new", "dormant"): 1,
                ("silent", "reactivated"): 2},
    "2026-06": {("outside", "prospect"): 1, ("prospect", "prospect"): 1, ("new", "new"): 1, ("new", "active"): 1,
                ("new", "silent"): 2, ("silent", "dormant"): 3, ("dormant", "lost"): 1, ("silent", "active"): 1,
                ("silent", "reactivated"): 1, ("reactivated", "reactivated"): 1, ("reactivated", "active"): 1},
}  # fmt: skip
# L1 sends something back on 06-10, in a month without an order of its own.
MONEY_OF_JUNE = {("new", "active"): 100, ("silent", "active"): 100, ("silent", "reactivated"): 100,
                 ("reactivated", "active"): 100, ("dormant", "lost"): -20}  # fmt: skip


def write_shop(folder: Path) -> tuple[Path, Path]:
    rows = [f"{key}-{day},{key},2026-{day} 10:00:00,100,X" for key, days in ORDERS.items() for day in days]
    orders, members = folder / "orders.csv", folder / "members.csv"
    orders.write_text("\n".join([HEADER, *rows, "L1-back,L1,2026-06-10 10:00:00,-20,X"]) + "\n", "utf-8")
    members.write_text("\n".join(["member_id,joined_at", *(f"{k},{day}" for k, day in JOINED.items())]) + "\n", "utf-8")
    return orders, members


def ask(folder: Path, params: Params = LIMITS, **more: Any) -> tuple[Result, dict[str, dict[str, Any]]]:
    orders, members = write_shop(folder)
    with load(orders, members=members, columns=["brand"], settings=Settings(as_of=AS_OF, **more)) as data:
        return answer(data, params)


def answer(data: Dataset, params: Params) -> tuple[Result, dict[str, dict[str, Any]]]:
    result = compute(data, params)
    columns = ["member_id", "stage", "super_score", "is_super", "revenue", "orders", "recency_days"]
    rows = [row for batch in result.members.batches(columns) for row in batch.to_pylist()]
    assert len(rows) == len({row["member_id"] for row in rows}), "one row a member"
    return result, {row["member_id"]: row for row in rows}


def moves(result: Result, at: int, what: str = "members") -> dict[tuple[str, str], Any]:
    return {(row["from"], row["to"]): row[what] for row in result.cycle.flows.moves(at) if row[what]}


def test_every_member_is_in_the_stage_worked_out_on_paper(tmp_path: Path) -> None:
    result, members = ask(tmp_path)
    assert {key: row["stage"] for key, row in members.items()} == NOW
    rows = {row["stage"]: (row["members"], row["revenue"]) for row in result.cycle.stages}
    assert rows == {
        "prospect": (2, 0),
        "new": (1, 100),
        "active": (3, 700),
        "reactivated": (2, 400),
        "silent": (2, 200),
        "dormant": (3, 300),
        "lost": (1, 80),
    }
    assert sum(row["share"] for row in result.cycle.stages) == pytest.approx(1)


def test_every_flow_is_the_one_worked_out_on_paper(tmp_path: Path) -> None:
    result, _ = ask(tmp_path)
    months = {f"{month_start(month):%Y-%m}": at for at, month in enumerate(result.cycle.flows.calendar.months)}
    assert {month: moves(result, at) for month, at in months.items()} == MOVES
    assert moves(result, months["2026-06"], "revenue") == MONEY_OF_JUNE


def test_opening_and_moves_give_the_closing(tmp_path: Path) -> None:
    result, _ = ask(tmp_path)
    before: dict[str, int] = {"prospect": 1}
    for at in result.shown:
        for row in result.cycle.flows.balance(at):
            assert row["opening"] + row["moved_in"] - row["moved_out"] == row["closing"]
            assert row["opening"] == before.get(row["stage"], 0), "T was a prospect before the first order"
        before = {row["stage"]: row["closing"] for row in result.cycle.flows.balance(at)}
    assert before == {row["stage"]: row["members"] for row in result.cycle.stages}


def test_every_member_of_the_members_file_is_in_one_stage(tmp_path: Path) -> None:
    result, members = ask(tmp_path)
    assert set(JOINED) - set(members) == {"Z"}, "who joins later is not there yet"
    assert result.on_file == 3


def test_a_window_bounds_money_and_months_and_leaves_the_stages_alone(tmp_path: Path) -> None:
    result, members = ask(tmp_path, window_days=30)
    assert {key: row["stage"] for key, row in members.items()} == NOW
    assert sum(row["revenue"] for row in result.cycle.stages) == Decimal(380), "four orders in June less 20"
    assert next(row["month"] for at in result.shown for row in result.cycle.flows.moves(at)) == date(2026, 6, 1)
    assert members["L1"]["revenue"] == -20


def test_an_earlier_as_of_date_sees_nothing_later(tmp_path: Path) -> None:
    orders, members = write_shop(tmp_path)
    with load(orders, members=members, settings=Settings(as_of=date(2026, 5, 31))) as data:
        result, rows = answer(data, LIMITS)
    assert Counter(row["stage"] for row in rows.values()) == {
        "prospect": 1, "new": 4, "silent": 5, "dormant": 1, "reactivated": 2,
    }  # fmt: skip
    assert rows["T"]["stage"] == "silent"
    assert len(result.cycle.flows.calendar.months) == 3


def test_thresholds_are_quantiles_of_the_gaps_and_say_what_they_cover() -> None:
    # 40 returns: 30 within 10 days, 6 after 20, 3 after 50, 1 after 90: 75 % within 10, 90 % in 20, 97.5 % in 50.
    gaps = Gaps({10: 30, 20: 6, 50: 3, 90: 1}, {10: 5, 20: 3, 50: 1, 90: 1})
    limits = thresholds(gaps, {})
    assert (limits.silent, limits.dormant, limits.lost) == (10, 20, 50)
    rows = {row["threshold"]: row for row in limits.rows()}
    assert [rows[name]["returns_within"] for name in ("silent", "dormant", "lost")] == [30 / 40, 36 / 40, 39 / 40]
    assert [rows[name]["buyers_within"] for name in ("silent", "dormant", "lost")] == [5 / 10, 8 / 10, 9 / 10]


def test_given_thresholds_stay_and_the_others_give_way() -> None:
    gaps = Gaps({10: 30, 20: 6, 50: 3, 90: 1}, {})
    assert thresholds(gaps, {"dormant": 8}).bound() == {"silent": 7, "dormant": 8, "lost": 50}
    assert thresholds(gaps, {"silent": 60}).bound() == {"silent": 60, "dormant": 61, "lost": 62}
    assert thresholds(gaps, {"silent": 1, "lost": 3}).bound() == {"silent": 1, "dormant": 2, "lost": 3}
    few = thresholds(Gaps({10: 29}, {}), {})
    assert (few.bound(), set(few.source.values())) == ({"silent": 90, "dormant": 180, "lost": 365}, {"fallback"})
    assert thresholds(Gaps({5: 40}, {}), {}).bound() == {"silent": 5, "dormant": 6, "lost": 7}, "ties make room"


@pytest.mark.parametrize(
    "given_days", [{"silent": 30, "dormant": 30}, {"lost": 2}, {"silent": 5, "lost": 6}, {"dormant": 9, "lost": 8}]
)
def test_thresholds_that_leave_no_room_are_refused(given_days: dict[str, int]) -> None:
    with pytest.raises(PrivtrafficError, match="thresholds must grow"):
        thresholds(Gaps({}, {}), given_days)


def test_groups_sleep_by_their_own_gaps(tmp_path: Path) -> None:
    # 40 members buy coffee every day for two days, and jewellery 100 days apart; as of 10 days after the second.
    first = date(2026, 1, 1)
    rows = []
    for i in range(40):
        days = {"coffee": (90, 91), "jewellery": (0, 100)}
        rows += [
            f"{i}{brand}{d},M{i},{first + timedelta(days=d)} 10:00:00,10,{brand}"
            for brand, ds in days.items()
            for d in ds
        ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    with load(path, columns=["brand"], settings=Settings(as_of=first + timedelta(days=110))) as data:
        result = compute(data, Params(group="brand"))
    assert result.groups
    limits = {(row["group"], row["threshold"]): row["threshold_days"] for row in result.groups.thresholds}
    assert (limits["coffee", "silent"], limits["jewellery", "silent"]) == (1, 100)
    stages = {row["group"]: (row["stage"], row["members"], row["share"]) for row in result.groups.stages}
    assert stages == {"coffee": ("lost", 40, 1.0), "jewellery": ("active", 40, 1.0)}


# Random shops against a plain count.

DAYS = st.integers(0, 300)
Shop = tuple[dict[str, list[tuple[int, int]]], dict[str, int | None]]


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """Orders (day, yuan; below zero a negative document) of some members, and the days others joined."""
    amounts = st.sampled_from([100, 100, 100, 30, -20])
    orders = draw(
        st.dictionaries(
            st.sampled_from([f"M{i}" for i in range(12)]),
            st.lists(st.tuples(DAYS, amounts), min_size=1, max_size=8),
            min_size=1,
            max_size=12,
        )
    )
    joined = draw(st.dictionaries(st.sampled_from([f"M{i}" for i in range(16)]), st.none() | DAYS, max_size=16))
    return orders, joined


LIMIT_CHOICES = st.sampled_from([(30, 60, 90), (5, 9, 20), (60, 61, 62), (20, 120, 250)])


def plain_stage(day: int, orders: Sequence[tuple[int, int]], limits: tuple[int, int, int]) -> str:
    bought = sorted({on for on, amount in orders if amount > 0 and on <= day})
    if not bought:
        return "prospect"
    away = day - bought[-1]
    for name, limit in zip(("lost", "dormant", "silent"), reversed(limits), strict=True):
        if away > limit:
            return name
    if day - bought[0] <= limits[0]:
        return "new"
    awakenings = [later for sooner, later in pairwise(bought) if later - sooner > limits[1]]
    return "reactivated" if awakenings and day - awakenings[-1] <= limits[0] else "active"


def plain_moves(shop: Shop, limits: tuple[int, int, int], first: date, calendar: Calendar) -> list[Counter[Any]]:
    orders, joined = shop
    ends = [int(end) - (first - date(1900, 1, 1)).days for end in calendar.ends]
    origin = min(on for rows in orders.values() for on, amount in rows if amount > 0)
    found = []
    for at, end in enumerate(ends):
        before = ends[at - 1] if at else (month_start(calendar.months[0]) - first).days - 1
        moved: Counter[Any] = Counter()
        for key in orders.keys() | joined.keys():
            entries = [on for on, _ in orders.get(key, [])]
            if key in joined:
                entries.append(origin if joined[key] is None else joined[key])  # type: ignore[arg-type]
            entered = min(entries)
            if entered > end:
                continue
            start = plain_stage(before, orders.get(key, []), limits) if entered <= before else "outside"
            moved[start, plain_stage(end, orders.get(key, []), limits)] += 1
        found.append(moved)
    return found


@contextmanager
def opened(shop: Shop, first: date) -> Any:
    orders, joined = shop
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            f"{key}-{n},{key},{first + timedelta(days=on)} 1{n}:00:00,{amount},X"
            for key, listed in orders.items()
            for n, (on, amount) in enumerate(listed)
        ]
        path, members = Path(folder) / "orders.csv", Path(folder) / "members.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n")
        dated = [f"{key},{'' if on is None else first + timedelta(days=on)}" for key, on in joined.items()]
        members.write_text("\n".join(["member_id,joined_at", *dated]) + "\n")
        settings = Settings(as_of=first + timedelta(days=300))
        with load(path, members=members if joined else None, settings=settings) as data:
            yield data


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(shop=shops(), limits=LIMIT_CHOICES, first=st.sampled_from([date(2025, 12, 1), date(2024, 2, 11)]))
def test_flows_of_random_shops_are_those_of_a_plain_count(
    shop: Shop, limits: tuple[int, int, int], first: date
) -> None:
    # Who has nothing but negative documents is dropped by intake.
    kept = {key: rows for key, rows in shop[0].items() if any(amount > 0 for _, amount in rows)}
    if not kept:
        return
    with opened(shop, first) as data:
        result, members = answer(data, Params(silent_days=limits[0], dormant_days=limits[1], lost_days=limits[2]))
    flows = result.cycle.flows
    counted = plain_moves((kept, shop[1]), limits, first, flows.calendar)
    for at, moved in enumerate(counted):
        assert moves(result, at) == moved
    before = None
    for at in range(len(counted)):
        rows = list(flows.balance(at))
        assert all(row["opening"] + row["moved_in"] - row["moved_out"] == row["closing"] for row in rows)
        opening, closing = ({row["stage"]: row[side] for row in rows} for side in ("opening", "closing"))
        assert before is None or opening == before
        before = closing
    assert before == {row["stage"]: row["members"] for row in result.cycle.stages}
    assert len(members) == len(kept.keys() | shop[1].keys())
    assert flows.cents.sum() == 100 * sum(amount for rows in kept.values() for _, amount in rows)


def test_the_flows_imply_the_next_month(tmp_path: Path) -> None:
    # A hundred members a month for ten months, each orders once: new in its month, silent the next, dormant after.
    rows = [
        f"{month}-{i},M{month}-{i},2026-{month:02d}-{15} 10:00:00,10,X" for month in range(1, 11) for i in range(100)
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    with load(path, settings=Settings(as_of=date(2026, 10, 31))) as data:
        result = compute(data, Params(silent_days=20, dormant_days=50, lost_days=5000))
    # October: 100 new, 100 silent (September), 800 dormant. A month on: 100 new again, 100 silent, 900 dormant.
    found = {row["stage"]: row for row in result.forecast}
    assert [found[stage]["members_now"] for stage in ("new", "silent", "dormant")] == [100, 100, 800]
    assert [found[stage]["implied"] for stage in ("new", "silent", "dormant")] == pytest.approx([100, 100, 900])
    assert [found[stage]["as_last_month"] for stage in ("new", "silent", "dormant")] == pytest.approx([100, 100, 900])
    low, high = found["dormant"]["implied_low"], found["dormant"]["implied_high"]
    assert low <= 900 <= high
    assert found["dormant"]["implied_error"] == pytest.approx(0)
    assert FROM[1:] == STAGES


def test_a_short_history_implies_nothing(tmp_path: Path) -> None:
    result, _ = ask(tmp_path)
    assert next_month(result.cycle.flows) == [] == list(result.forecast), "March is the first month, so three are whole"


def test_super_members_of_a_shop_without_money_are_drawn_by_their_number(tmp_path: Path) -> None:
    """All money went back as much as it came: no share of it is known, and the chart shows that of the buyers."""
    orders = tmp_path / "orders.csv"
    rows = ("A1,M0,2024-01-01,10.00", "A2,M0,2024-01-01,-5.00", "A3,M1,2024-01-02,-5.00", "A4,M0,2024-01-03,5.00")
    orders.write_text(
        "\n".join(("order_id,member_id,ordered_at,paid_amount", *rows, "A5,M0,2024-01-03,-10.00")), "utf-8"
    )
    with load(orders) as data:
        report = present(compute(data, Params()), Words("en"))
        write(report, Words("en"), tmp_path / "m.html", "1.0")
    table = next(table for table in report.tables if table.key == "super_members")
    assert [chart.series for chart in table.charts] == [("buyer_share",)]


def test_groups_of_which_none_has_a_name_are_presented(tmp_path: Path) -> None:
    """Every order names no store: the limits of the house are told, and no lowest and highest of groups."""
    orders = tmp_path / "orders.csv"
    rows = (f"A{n},M{n % 3},2024-0{n % 6 + 1}-01,10.00," for n in range(30))
    orders.write_text("\n".join(("order_id,member_id,ordered_at,paid_amount,store", *rows)), "utf-8")
    with load(orders, columns=["store"]) as data:
        report = present(compute(data, Params(group="store")), Words("en"))
    table = next(table for table in report.tables if table.key == "group_thresholds")
    assert table.finding == next(table.finding for table in report.tables if table.key == "thresholds")
