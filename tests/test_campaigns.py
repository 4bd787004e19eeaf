"""Campaigns judged: figures worked out by hand, what cannot be told, and what the report may not say."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from math import exp, log, sqrt
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from privtraffic.analyses.campaigns import Params, compute, present
from privtraffic.analyses.campaigns.baseline import Series, closed_days, interval, judge
from privtraffic.analyses.campaigns.compute import Result
from privtraffic.analyses.campaigns.sentences import Sentences
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.side.calendar import SCOPE, with_blocks
from privtraffic.report.data import to_json
from privtraffic.report.words import Lang, Words

T = TypeVar("T")
FLAT = 196
FIRST = date(2026, 1, 5)
"""A Monday."""
HEADER = "order_id,member_id,ordered_at,paid_amount,refund_amount,status,channel,brand,discount_shop"
CALENDAR = "campaign,starts,ends,teaser_from,channel,brand,cost,claimed\n"


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def order(number: int, member: str, paid: float, key: str = "", **more: Any) -> str:
    """`A` and `B` are ten members in turn: a key of most orders would be taken for nobody's."""
    member += f"{number % 10}" if member in "AB" else ""
    told = {"refund": 0, "status": "paid", "channel": "mall", "brand": "Alder", "discount": 0, **more}
    return (
        f"o{number}{key},{member},{day(number)} 10:00:00,{paid:.2f},{told['refund']},{told['status']},"
        f"{told['channel']},{told['brand']},{told['discount']}"
    )


def rows() -> list[str]:
    """196 days of one order of 100 yuan; a day of 200 and one of 50; the campaign's day of 300; 7 days of 600 in all.

    Z bought on the first day only, ten members in turn on the others: on the campaign's day Z is back after 198 days,
    A8 returns, N is new. A8's order there was 110 with 10 sent back; N's had 20 yuan off and A8's 10. W sent an order
    of 100 back whole.
    """
    found = [order(0, "Z", 100), *(order(number, "A", 100) for number in range(1, FLAT))]
    found += [order(FLAT, "A", 200), order(FLAT + 1, "A", 50)]
    found += [
        order(FLAT + 2, "Z", 100, "a"),
        order(FLAT + 2, "A", 110, "b", refund=10, discount=10),
        order(FLAT + 2, "N", 100, "c", discount=20),
        order(FLAT + 2, "W", 100, "d", refund=100, status="refunded"),
    ]
    return found + [order(FLAT + 3 + number, "A", 100) for number in range(6)] + [order(FLAT + 9, "A", 0.01)]


BIG = f"Big,{day(FLAT + 2)},{day(FLAT + 2)},,,,10,999\n"


def answer(folder: Path, calendar: str = BIG, orders: list[str] | None = None, **params: Any) -> Result:
    return asked(folder, calendar, orders, lambda result: result, **params)


def asked(folder: Path, calendar: str, orders: list[str] | None, then: Callable[[Result], T], **params: Any) -> T:
    """What `then` makes of the answer while its tables are there."""
    (folder / "orders.csv").write_text("\n".join((HEADER, *(orders or rows()))) + "\n", "utf-8")
    (folder / "calendar.csv").write_text(CALENDAR + calendar, "utf-8")
    columns = ["channel", "brand", "discount_shop"]
    files = {"side_files": {"campaigns": folder / "calendar.csv"}, "sides": ["campaigns"]}
    with load(folder / "orders.csv", columns=columns, **files) as data:
        return then(compute(data, Params(**params)))


def test_the_interval_worked_out_in_the_reference() -> None:
    """Weekday means 100, errors ±.1, ±.2: rms √.025, t(4) 2.776, √1.25: 700 × exp(± .4908), so 1,000 shows nothing."""
    low, high = interval(700, [0.1, -0.1, 0.2, -0.2], 0.95)
    assert (round(low), round(high)) == (428, 1144)
    assert low == pytest.approx(700 * exp(-2.776445 * sqrt(1.25) * sqrt(0.025)), rel=1e-6)


def test_a_dip_whose_rest_cannot_be_told_leaves_no_blank_in_the_sentence(tmp_path: Path) -> None:
    found = answer(tmp_path, after_days=7)
    (row,) = found.campaigns
    untold = row | {"net_lift": None, "net_lift_low": None, "net_lift_high": None}
    for lang, rest in (("en", "what is left with it taken off cannot be told"), ("zh", "扣除后还剩多少，无法判断")):
        say = Sentences(found, Words(lang))
        assert "1.94" in say.one(row)
        assert say.one(untold).endswith(rest)  # type: ignore[arg-type]


def test_a_campaign_counted_by_hand(tmp_path: Path) -> None:
    """The day: 170 windows of a day (days 28 to 197), two of them off by log 2: rms .0751827, × √(171/170).

    t(170) is 1.974017 at 95 % and 1.286551 at 80 %: 100 × exp(± .148849) and exp(± .097011).
    After: the weekdays of the two odd days have means of (7 × 100 + 200) / 8 = 112.50 and 93.75, so 7 days usually sell
    706.25. 24 windows of 7 days, 1 day after their base (days 29 to 196), the last off by log(8/7): rms .0272571;
    t(24) 1.317836, √(25/24): 706.25 × exp(± .036661) = 680.83 … 732.62.  They sold 600.01: a dip.
    Both: 8 days, 21 windows without any error: (300 + 600.01 − 806.25 + 100) / 100 = 1.9376.
    """
    (row,) = answer(tmp_path, after_days=7, margin=0.4).campaigns
    far95, far80 = (t * log(2) * sqrt(2 / 170) * sqrt(171 / 170) for t in (1.974017, 1.286551))
    assert (row["sales"], row["baseline"], row["lift"], row["extra"]) == (300, 100, 3.0, 200)
    assert float(row["low"] or 0) == pytest.approx(100 * exp(-far95), abs=0.006)
    assert float(row["high"] or 0) == pytest.approx(100 * exp(far95), abs=0.006)
    assert row["lift_low"] == pytest.approx(3 * exp(-far80), rel=1e-5)
    assert row["lift_high"] == pytest.approx(3 * exp(far80), rel=1e-5)
    assert row["tells_from"] == pytest.approx(exp(far95), rel=1e-5)
    assert (row["campaign_verdict"], row["campaign_reason"], row["base_days"]) == ("above", None, 56)
    after80 = 1.317836 * log(8 / 7) / sqrt(24) * sqrt(25 / 24)
    assert row["after"] == pytest.approx(600.01 / 706.25)
    assert row["after_low"] == pytest.approx(600.01 / 706.25 * exp(-after80), rel=1e-5)
    assert row["after_verdict"] == "dip"
    assert float(row["hidden_pull_forward"] or 0) == pytest.approx(706.25 * exp(after80) - 600.01, abs=0.006)
    assert row["net_lift"] == row["net_lift_low"] == row["net_lift_high"] == pytest.approx(1.9376)
    assert (row["discount"], row["refunds"], row["cost"], row["claimed"]) == (30, 110, 10, 999)
    assert (row["discount_rate"], row["usual_discount_rate"]) == (30 / 340, 0.0)
    assert (row["refund_rate"], row["usual_refund_rate"]) == (pytest.approx(110 / 410), 0.0)
    # 310 was paid before refunds and 30 taken off; the 300 that were kept are worth 300 × 340/310 at usual prices, the
    # goods 0.6 of that; less 0.4 × 106.24 of the dip, less 0.4 × 100 of the baseline; cost 10.
    left = 300 - 0.6 * 300 * 340 / 310
    assert row["margin_per_cost"] == pytest.approx((left - 0.4 * 106.24 - 40) / 10)
    assert row["margin_per_cost_low"] == pytest.approx((left - 0.4 * 106.24 - 40 * exp(far80)) / 10, rel=1e-3)


def test_who_bought_is_told_by_all_that_came_before(tmp_path: Path) -> None:
    found = {row["buyer_kind"]: (row["members"], row["orders"], row["sales"]) for row in answer(tmp_path).buyers}
    assert found == {"new": (1, 1, 100), "returning": (1, 1, 100), "reactivated": (1, 1, 100)}


def test_a_dip_does_not_hide_itself_among_the_placebos() -> None:
    """400 days of 100 and a campaign of a week every 56 days, 50 a day for 21 days after each; and a live day of 100
    every 14 days, after which nothing is missing.  All days lie within 21 days after something.

    With days after barred by a campaign's own length (a week 21, a live day 3) quiet windows are all 100: any dip is
    one.  With all windows the dips make errors of log(.5) and the next dip is like any other.
    """
    days = np.arange(400)
    weeks, lives = [*range(28, 400, 56)], [*range(0, 400, 14)]
    sales, busy, echo, soon = np.full(400, 100.0), *(np.zeros(400, dtype=bool) for _ in range(3))
    for start, length in [*((start, 7) for start in weeks), *((start, 1) for start in lives)]:
        after = days[start + length : start + length + 21]
        busy[start : start + length], echo[after] = True, True
        soon[days[start + length : start + length + min(21, 3 * length)]] = True
        sales[after] = 50.0 if length == 7 else sales[after]
    for barred, dips in ((soon, True), (None, False)):
        series = Series(0, sales, busy, echo, np.zeros(400, dtype=bool), barred)
        after = judge(series, 371, 7, 364)
        assert after is not None and after.dips is dips


def test_a_cost_below_nought_earns_no_margin_per_yuan(tmp_path: Path) -> None:
    (row,) = answer(tmp_path, BIG.replace(",10,999", ",-10,999"), margin=0.4).campaigns
    assert (row["cost"], row["margin_per_cost"]) == (-10, None)


def test_refunds_change_no_rate_of_discounts(tmp_path: Path) -> None:
    """Of 110 paid with 10 off, 10 or 90 sent back: 10 yuan were taken off 120 either way."""
    for back in (10, 90):
        orders = [*rows()[: FLAT + 2], order(FLAT + 2, "A", 110, refund=back, discount=10), order(FLAT + 40, "A", 1)]
        (row,) = answer(tmp_path, orders=orders).campaigns
        assert row["discount_rate"] == pytest.approx(10 / 120)


def test_who_was_not_seen_in_a_short_file_is_not_called_new(tmp_path: Path) -> None:
    """The campaign is on day 198: with --dormant 198d nobody can be seen to come back: N and Z are not told apart."""

    def kinds(result: Result) -> tuple[dict[str, int | None], set[str]]:
        notes = present(result, Words("en")).notes
        return {row["buyer_kind"]: row["members"] for row in result.buyers}, {note.key for note in notes}

    orders = [row for row in rows() if ",Z," not in row or "o198" in row] + [order(0, "Y", 100)]
    short, said = asked(tmp_path, BIG, orders, kinds, dormant_days=FLAT + 2)
    assert short == {"unseen": 2, "returning": 1} and "note.campaigns_unseen" in said
    long, said = asked(tmp_path, BIG, orders, kinds, dormant_days=FLAT + 1)
    assert long == {"new": 2, "returning": 1} and "note.campaigns_unseen" not in said
    assert "note.campaigns_fresh" in said and "note.campaigns_refunds_scope" not in said


def test_a_reactivation_begins_after_180_days(tmp_path: Path) -> None:
    for back, kind in ((180, "returning"), (181, "reactivated")):
        orders = [*rows()[1:], order(FLAT + 2 - back, "Z", 1, "z"), order(0, "Y", 100)]
        found = {row["buyer_kind"]: row["members"] for row in answer(tmp_path, orders=orders).buyers}
        assert found.get(kind) == (2 if kind == "returning" else 1), back


def test_the_days_of_a_campaign_for_a_brand_are_those_of_the_brand(tmp_path: Path) -> None:
    """Birch sells 10 a day beside; 40 on the day of its campaign. Alder's day is no day of a campaign."""
    birch = [order(number, "B", 40 if number == FLAT + 2 else 10, "B", brand="Birch") for number in range(FLAT + 10)]
    calendar = f"Birch week,{day(FLAT + 2)},,,,Birch,,\n"
    result = answer(tmp_path, calendar, [*rows(), *birch], by="brand")
    (row,) = result.campaigns
    assert (row["sales"], row["baseline"], row["lift"]) == (40, 10, 4)
    assert row["refund_rate"] is None
    assert [(part["part"], part["sales"]) for part in result.groups] == [("Birch", 40)]
    whole = answer(tmp_path, BIG, [*rows(), *birch], by="brand")
    assert sum(part["sales"] for part in whole.groups) == whole.campaigns[0]["sales"] == 340
    assert whole.campaigns[0]["baseline"] == 110


def test_campaigns_that_meet_are_one_block(tmp_path: Path) -> None:
    calendar = BIG + f"Small,{day(FLAT + 3)},{day(FLAT + 4)},{day(FLAT + 1)},,,5,1\n"
    result = answer(tmp_path, calendar)
    (row,) = result.campaigns
    assert (row["campaign"], row["campaign_days"], row["cost"], row["claimed"]) == ("Big + Small", 3, 15, 1000)
    # The teaser's day before the campaign is out of the base: its weekday has seven days of 100 left.
    assert (row["base_days"], row["baseline"], result.blocks_joined) == (56, 300, 2)


def test_blocks_are_what_a_look_at_every_pair_gives() -> None:
    """Campaigns meet where their days and all parts of their scope do; who meets one of a block is of the block."""
    chance = random.Random(20261129)  # noqa: S311
    for _ in range(300):
        rows = []
        for number in range(chance.randrange(1, 14)):
            starts = datetime(2026, 1, 1) + timedelta(days=chance.randrange(40), hours=chance.randrange(24))
            ends = chance.choice([None, starts + timedelta(days=chance.randrange(6))])
            scope = {name: chance.choice([None, "", "*", "a", "b"]) for name in ("channel", "brand", "store")}
            teaser = chance.choice([None, starts - timedelta(days=chance.randrange(4))])
            rows.append({"campaign": str(number), "starts": starts, "ends": ends, "teaser_from": teaser, **scope})
        found = {row["campaign"]: row["block"] for row in with_blocks(rows)}
        assert {frozenset(name for name in found if found[name] == block) for block in found.values()} == pairs(rows)
        assert sorted({*found.values()}) == list(range(1, len({*found.values()}) + 1))


def pairs(rows: list[dict[str, Any]]) -> set[frozenset[str]]:
    blocks = [{row["campaign"]} for row in rows]
    for one in rows:
        for other in rows:
            days = min(other["starts"], other["teaser_from"] or other["starts"]).date()
            until = (one["ends"] or one["starts"]).date()
            first = min(one["starts"], one["teaser_from"] or one["starts"]).date()
            scopes = all(not (a := one[name]) or not (b := other[name]) or a == b for name in SCOPE)
            if first <= days <= until and scopes:
                met = [block for block in blocks if {one["campaign"], other["campaign"]} & block]
                blocks = [*(block for block in blocks if block not in met), set().union(*met)]
    return {frozenset(block) for block in blocks}


@pytest.mark.parametrize(
    ("start", "reason"), [(27, "few_base_days"), (28, "few_windows"), (40, None)], ids=["27", "28", "40"]
)
def test_a_base_has_28_days_and_an_interval_12_windows(tmp_path: Path, start: int, reason: str | None) -> None:
    """Days 28 to 39 are 12 windows of a day before the campaign; after it there are none."""
    orders = [order(number, "A", 100) for number in range(start + 1)]
    (row,) = answer(tmp_path, f"Big,{day(start)},,,,,,\n", orders).campaigns
    assert (row["campaign_reason"], row["campaign_verdict"]) == (reason, "cannot_tell")
    assert (row["lift_low"] is None) == (reason is not None)


def test_a_verdict_needs_to_leave_the_usual_of_95_in_100(tmp_path: Path) -> None:
    """The usual day ends at 100 × exp(.148849) = 116.05 (hand count above)."""
    for paid, verdict in ((116, "cannot_tell"), (117, "above"), (86, "below"), (87, "cannot_tell")):
        orders = [*rows()[: FLAT + 2], order(FLAT + 2, "A", paid)]
        (row,) = answer(tmp_path, orders=orders).campaigns
        assert row["campaign_verdict"] == verdict, paid


def test_a_campaign_that_runs_is_judged_by_the_days_so_far(tmp_path: Path) -> None:
    """Its cost is that of all its days, so its first day's margin is not held against it; on the last day it is."""
    orders = rows()[: FLAT + 6]
    for last, running in ((FLAT + 20, ["Big"]), (FLAT + 3, ["Big"]), (FLAT + 2, [])):
        calendar = f"Big,{day(FLAT + 2)},{day(last)},,,,10,\nNext,{day(FLAT + 30)},,,,,,\n"
        result = answer(tmp_path, calendar, orders, margin=0.4)
        (row,) = result.campaigns
        assert (row["campaign_days"], row["after_verdict"], result.running) == (1, "not_observed", running)
        assert (row["cost"], row["margin_per_cost"] is None) == (10, bool(running))
        assert result.not_begun == 1


def test_days_after_end_with_the_next_campaign(tmp_path: Path) -> None:
    calendar = BIG + f"Next,{day(FLAT + 8)},,{day(FLAT + 6)},,,,\n"
    first = next(row for row in answer(tmp_path, calendar, after_days=3).campaigns if row["campaign"] == "Big")
    assert (first["after_days"], first["after_verdict"]) == (3, "no_dip_seen")
    first = next(row for row in answer(tmp_path, calendar).campaigns if row["campaign"] == "Big")
    assert (first["after_days"], first["after_verdict"]) == (None, "not_observed")


def test_no_campaign_in_the_data_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError, match="none of the 1 campaign "):
        answer(tmp_path, "Far,2030-01-01,,,,,,\n")
    with pytest.raises(PrivtrafficError, match="none of the 1 campaign "):
        answer(tmp_path, f"Far,{day(9)},,,nowhere,,,\n")


def test_a_season_is_known_after_two_years() -> None:
    assert Result.season_known.fget(_aged(730))  # type: ignore[attr-defined]
    assert not Result.season_known.fget(_aged(729))  # type: ignore[attr-defined]


def _aged(days: int) -> Any:
    return type("Aged", (), {"observed_days": days})


def test_closed_weekdays_are_expected_closed() -> None:
    """A shop closed on Sundays: seven days usually sell six days' worth, and a Sunday alone nothing."""
    sales = np.where(np.arange(120) % 7 == 6, 0.0, 100.0)
    none = np.zeros(120, dtype=np.bool_)
    series = Series(0, sales, none, none, closed_days(0, sales))
    found = judge(series, 112, 7, 112)
    assert found is not None
    assert (found.sales, found.expected, found.windows) == (600, 600, 13)
    sunday = judge(series, 118, 1, 118)
    assert sunday is not None
    assert (sunday.expected, sunday.ratio, sunday.low) == (0, None, None)


def test_a_holiday_is_neither_base_nor_placebo() -> None:
    """Closed in the ninth week (days 56 to 62): the next is held against the seven other weeks."""
    sales = np.where((np.arange(120) >= 56) & (np.arange(120) <= 62), 0.0, 100.0)
    none = np.zeros(120, dtype=np.bool_)
    series = Series(0, sales, none, none, closed_days(0, sales))
    assert (series.base_days(63), series.expected(63, 7, 63)) == (49, 700)
    assert set(series.placebos(7, 0)) == {0.0}


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (
            "Campaign Name,Tags,Subject,Send Time,Send Weekday,Total Recipients,Revenue,Campaign ID,Campaign Channel",
            "Spring,promo,Hi,{day} 09:38:00,Wednesday,64517,2800.27,01JNK,Email",
        ),
        (
            "直播ID,开播日期,开播时间,直播时长,直播间曝光人数,直播间观看人数,直播间成交金额,直播间成交人数",
            "88,{day},{day} 20:00:00,120,1000,500,2800.27,20",
        ),
    ],
    ids=["klaviyo", "douyin"],
)
def test_what_a_platform_claims_stands_beside_and_is_added_to_nothing(tmp_path: Path, header: str, line: str) -> None:
    (tmp_path / "orders.csv").write_text("\n".join((HEADER, *rows())) + "\n", "utf-8")
    path = tmp_path / "platform.csv"
    path.write_text(f"{header}\n{line.format(day=day(FLAT + 2))}\n", "utf-8")
    with load(tmp_path / "orders.csv", side_files={"campaigns": path}, sides=["campaigns"]) as data:
        (row,) = compute(data, Params()).campaigns
    assert (float(row["claimed"] or 0), row["sales"], row["campaign_days"]) == (2800.27, 300, 1)


CAUSAL = re.compile(
    r"\b(effect|gain|lift|uplift|increment\w*|earned|brought|caused|thanks to|due to)\b"
    "|效果|增益|提升|增量|带来|拉动|贡献",
    re.IGNORECASE,
)
DENIED = re.compile(r"hold out|whatever the cause|对照组|不论原因", re.IGNORECASE)
"""Whoever speaks of causes says how to find them out, or that the figure does not tell them."""


def said(report: Any, words: Words) -> Mapping[str, str]:
    """Every text of a report: sentences, labels, what they mean, cells."""
    found = {"title": report.title, **{f"note {note.key}": note.text for note in report.notes}}
    found |= {f"action {number}": text for number, text in enumerate(report.actions)}
    for figure in report.figures:
        found |= {f"figure {figure.key}": words(figure.key), f"means {figure.key}": words.means(figure.key)}
    for table in (*report.tables, report.detail):
        found[f"finding {table.key}"] = table.finding
        found[f"table {table.key}"] = words(f"table.{table.key}")
        for column in table.columns:
            found[f"column {column.words}"] = words(column.words)
            found[f"means {column.words}"] = words.means(column.words)
        for chart in table.charts:
            found[f"chart {table.key}"] = chart.title
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_difference_is_called_an_effect(tmp_path: Path, lang: Lang) -> None:
    words = Words(lang)
    with answer(tmp_path, after_days=7, margin=0.4, by="brand") as result:
        texts = said(present(result, words), words)
    assert len(texts) > 100
    wrong = {key: text for key, text in texts.items() if CAUSAL.search(text) and not DENIED.search(text)}
    assert not wrong


def test_the_json_has_the_columns_of_the_contract(tmp_path: Path) -> None:
    found = asked(tmp_path, BIG, None, lambda r: to_json(present(r, Words("en")), "test", []), after_days=7)
    (row,) = found["tables"]["campaigns"]
    assert {
        "campaign", "starts", "ends", "sales", "baseline", "low", "high", "lift", "lift_low", "lift_high", "after",
        "after_low", "after_high", "hidden_pull_forward", "discount", "refunds", "campaign_verdict",
    } <= row.keys()  # fmt: skip
    assert {"days", "placebo", "campaign_buyers"} <= found["tables"].keys()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_could_be_borrowed_unseen_is_always_said(tmp_path: Path, lang: Lang) -> None:
    """Without a dip the finding names the sum; with a dip it is the column beside."""
    quiet = [*rows()[: FLAT + 6], *(order(FLAT + 3 + number, "A", 100) for number in range(7))]
    with answer(tmp_path, orders=quiet, after_days=7) as result:
        (row,) = result.campaigns
        assert row["after_verdict"] == "no_dip_seen"
        assert row["hidden_pull_forward"] > 0
        report = present(result, Words(lang))
    assert f"{row['hidden_pull_forward']:,.2f}" in report.title
