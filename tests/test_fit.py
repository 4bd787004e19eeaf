"""Fit for the private domain: a shop worked out by hand, what size alone brings, and the simulated house's truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from scipy.stats import spearmanr

from privtraffic.analyses.fit import Params, compute, present
from privtraffic.analyses.fit.compute import Result
from privtraffic.analyses.fit.judged import verdict
from privtraffic.analyses.fit.rows import ChoiceRow, Fit
from privtraffic.analyses.fit.size import expected_again
from privtraffic.analyses.statistics.means import Money, ratio_of
from privtraffic.demo import write_demo
from privtraffic.demo.house import BRANDS, CHANNELS, LOYALTY
from privtraffic.demo.plants import BRAND_FACTS
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Lang, Words
from privtraffic.settings import Settings

T = TypeVar("T")
HEADER = "order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,brand,product,guide,margin\n"
SHOP = """o1,1,A,2024-12-31 10:00:00,100,0,paid,Oak,Oak 礼盒,Zoe,40
o2,1,A,2025-03-01 10:00:00,50,0,paid,Oak,chair,Zoe,20
o3,1,A,2025-03-05 10:00:00,-10,0,paid,Oak,chair,,-4
o4,1,A,2026-01-01 10:00:00,80,0,paid,Oak,chair,,32
o5,1,B,2025-06-01 10:00:00,200,0,paid,Oak,table,,80
o6,1,C,2026-06-01 10:00:00,60,0,paid,Oak,chair,,24
o7,1,D,2025-01-01 10:00:00,30,0,paid,Elm,bowl,,6
o8,1,D,2025-01-11 10:00:00,30,0,paid,Elm,bowl,,6
o9,1,E,2025-02-01 10:00:00,40,0,paid,Oak,chair,,16
o9,2,E,2025-02-01 10:00:00,20,0,paid,Elm,bowl,,4
o10,1,F,2025-01-01 10:00:00,70,0,paid,Oak,chair,,28
o10,2,F,2025-01-01 10:00:00,0,0,paid,Elm,mug,,0
o11,1,G,2025-01-01 10:00:00,90,90,refunded,Elm,bowl,,18
"""
"""As of 2026-12-31 A was seen for 730 days, B 578, C 213, D 729, E 698, F 729.  Documents: 10 back from A."""
MEMBERS = """member_id,joined_at,referrer_id
A,2024-12-01,
B,2025-05-01,A
C,2026-06-01,
D,2025-01-01,
E,2025-02-01,
H,2025-01-01,
"""


AS_OF = date(2026, 12, 31)


def write(folder: Path, orders: str = SHOP) -> tuple[Path, Path]:
    """The files of orders and of members."""
    (folder / "orders.csv").write_text(HEADER + orders, "utf-8")
    (folder / "members.csv").write_text(MEMBERS, "utf-8")
    return folder / "orders.csv", folder / "members.csv"


def asked(folder: Path, then: Callable[[Result], T], *, orders: str = SHOP, members: bool = True, **params: Any) -> T:
    order_file, member_file = write(folder, orders)
    asks = Params(**params)
    columns = ("brand", "margin") if asks.margin_column else ("brand",)
    with load(
        order_file,
        columns=columns,
        optional=("guide", "product"),
        members=member_file if members else None,
        settings=Settings(as_of=AS_OF),
    ) as data:
        return then(compute(data, asks))


def by_group(result: Result) -> dict[str, Fit]:
    return {row["group"]: row for row in result.rows}


BY_COLUMN = {"margin": 1.0, "margin_column": True}


def test_a_shop_counted_by_hand(tmp_path: Path) -> None:
    """First years of Oak: A 40 + 20 − 4 = 56, B 80, E 16, F 28; C is too young.  Elm: D 12, E 4; the mug was free."""
    result = asked(tmp_path, lambda r: r, **BY_COLUMN)
    oak, elm = by_group(result)["Oak"], by_group(result)["Elm"]
    assert [row["group"] for row in result.rows] == ["Oak", "Elm"]
    assert (oak["buyers"], oak["followed"], oak["orders"], oak["revenue"]) == (5, 4, 7, Decimal("590.00"))
    # (56 + 80 + 16 + 28) ÷ 4 = 45 ± 3.182446 × √(2476 ÷ 3 ÷ 4): Student's t with 3 degrees of freedom.
    assert oak["affordable_service"] == pytest.approx(45)
    assert (oak["low"], oak["high"]) == (pytest.approx(-0.7130, abs=1e-3), pytest.approx(90.7130, abs=1e-3))
    assert oak["year_revenue"] == pytest.approx((140 + 200 + 40 + 70) / 4)
    assert (oak["order_value"], oak["order_median"]) == (pytest.approx(600 / 7), 70.0)
    assert oak["margin_rate"] == pytest.approx(236 / 590)
    assert oak["guide_share"] == pytest.approx(2 / 7)
    # On day 60 one of five comes back; the others are censored later.
    assert oak["again_365"] == pytest.approx(0.2)
    assert oak["cycle_days"] is None
    # A bought on day 366, and is the only one seen for 730 days; Wilson of 1 in 1 is [1 ÷ (1 + z²), 1].
    assert (oak["followed_two_years"], oak["second_year"]) == (1, 1.0)
    assert oak["second_year_low"] == pytest.approx(1 / (1 + 1.959964**2), abs=1e-6)
    assert (oak["on_file"], oak["referral_share"]) == (4, 0.25)
    assert oak["choice_share"] == pytest.approx(7 / 9)
    assert (elm["buyers"], elm["followed"], elm["affordable_service"]) == (2, 2, pytest.approx(8))
    assert (elm["again_365"], elm["cycle_days"], elm["followed_two_years"]) == (0.5, 10, 0)
    assert elm["second_year"] is None
    assert elm["choice_share"] == pytest.approx(3 / 9)


def test_the_house_and_those_who_never_bought(tmp_path: Path) -> None:
    """House: A 56, B 80, D 12, E 20, F 28.  On file for a year: A, B, D, E, H, of whom H never bought."""
    result = asked(tmp_path, lambda r: r, **BY_COLUMN)
    assert (result.house.members, result.house.mean) == (5, pytest.approx(196 / 5))
    assert result.joined == (5, 4)


def test_money_of_many_digits_is_squared_exactly(tmp_path: Path) -> None:
    """A member with 5 × 10^9 in a year, as in dong or rupiah: the square has 20 digits before the point."""
    rich = SHOP.replace("10:00:00,200,0,paid,Oak,table,,80", "10:00:00,5000000000,0,paid,Oak,table,,80")
    oak = by_group(asked(tmp_path, lambda r: r, orders=rich, margin=0.4))["Oak"]
    assert oak["affordable_service"] == pytest.approx(0.4 * (140 + 5e9 + 40 + 70) / 4)
    assert oak["high"] is not None


def test_one_share_goes_for_the_house_too(tmp_path: Path) -> None:
    """Revenue of first years: A 140, B 200, D 60, E 60, F 70."""
    assert asked(tmp_path, lambda r: r.house.mean, margin=0.4) == pytest.approx(0.4 * 530 / 5)


def test_gifts_and_bundles_are_named(tmp_path: Path) -> None:
    """The mug cost nothing; the 礼盒 is called so, and one of five Oak buyers began with it."""
    named = {row["product"]: row for row in asked(tmp_path, lambda r: r.named, **BY_COLUMN)}
    assert {product: row["product_kind"] for product, row in named.items()} == {"mug": "gift", "Oak 礼盒": "bundle"}
    assert (named["Oak 礼盒"]["first_buyers"], named["Oak 礼盒"]["first_share"]) == (1, 0.2)
    assert named["mug"]["first_buyers"] == 0


def test_one_margin_for_all_is_a_price_list(tmp_path: Path) -> None:
    result = asked(tmp_path, lambda r: (r, present(r, Words("en"))), margin=0.4)
    assert by_group(result[0])["Oak"]["affordable_service"] == pytest.approx(0.4 * 112.5)
    assert result[0].one_margin
    assert "note.fit_one_margin" in {note.key for note in result[1].notes}
    # By the column Oak leaves 40 % and Elm 20 %: two margins.
    assert not asked(tmp_path, lambda r: r.one_margin, **BY_COLUMN)
    alike = SHOP.replace(",6\n", ",12\n").replace(",4\n", ",8\n")
    assert asked(tmp_path, lambda r: r.one_margin, orders=alike, **BY_COLUMN)


def test_lines_without_a_margin_get_that_of_their_brand(tmp_path: Path) -> None:
    """B's 200 tell none: Oak's others leave 156 of 390, which is 40 %, so they count as 80 all the same."""
    untold = SHOP.replace("table,,80", "table,,")
    assert by_group(asked(tmp_path, lambda r: r, orders=untold, **BY_COLUMN))["Oak"]["affordable_service"] == 45


def test_what_is_not_seen_is_blank(tmp_path: Path) -> None:
    result = asked(tmp_path, lambda r: r, members=False)
    oak = by_group(result)["Oak"]
    keys = ("affordable_service", "low", "high", "fit_verdict", "margin_rate", "referral_share", "on_file")
    assert [oak[key] for key in keys] == [None] * len(keys)  # type: ignore[literal-required]
    assert oak["year_revenue"] == 112.5
    unsold = SHOP.replace("Zoe", "")
    assert by_group(asked(tmp_path, lambda r: r, orders=unsold, members=False))["Oak"]["guide_share"] is None
    young = SHOP[SHOP.index("o6") : SHOP.index("o7")]
    row = by_group(asked(tmp_path, lambda r: r, orders=young, members=False, margin=0.4))["Oak"]
    assert (row["followed"], row["affordable_service"], row["again_365"], row["repeat_index"]) == (0, None, None, None)


@pytest.mark.parametrize(
    ("members", "low", "high", "said"),
    [
        (30, 30.1, 60.0, "pays"),
        (30, 30.0, 60.0, "cannot_tell"),
        (30, 10.0, 29.9, "does_not_pay"),
        (30, 10.0, 30.0, "cannot_tell"),
        (29, 40.0, 60.0, "cannot_tell"),
    ],
)
def test_the_verdict_is_that_of_the_whole_interval(members: int, low: float, high: float, said: str) -> None:
    assert verdict(Money(members, (low + high) / 2, low, high), 30.0) == said


def test_orders_of_one_member_go_together() -> None:
    """Two members, 1 order of 10 and 3 of 60 in all: 70 ÷ 4 = 17.5.  Residuals 10 − 17.5 and 60 − 52.5: ±7.5, so the
    variance is 2 ÷ 1 × 112.5 ÷ 4², t with one degree 12.7062."""
    ratio, low, high = ratio_of(2, 70, 4, (100 + 3600, 10 + 180, 1 + 9))
    reach = 12.7062 * np.sqrt(2 * 112.5 / 16)
    assert ratio == 17.5
    assert (low, high) == (pytest.approx(17.5 - reach, rel=1e-5), pytest.approx(17.5 + reach, rel=1e-5))


def choice(name: str, later_days: int, buyers: int, again: int) -> ChoiceRow:
    return {"name": name, "later_days": later_days, "buyers": buyers, "again_buyers": again}


def test_what_size_alone_brings_by_hand() -> None:
    """S = 1.  One later day: (S s + 1) ÷ (S + 1) is .75 for s = .5 and .625 for s = .25: 6 + 5 of 8 each.  Two later
    days at s = .5: 1 − .5 ÷ 2 × 1.5 ÷ 3 = .875."""
    shares = {"x": 0.5, "y": 0.25}
    found = expected_again(shares, [choice("x", 1, 8, 7), choice("y", 1, 8, 4), choice("y", 0, 3, 0)])
    assert found.strength == pytest.approx(1.0)
    assert found.again == {"x": pytest.approx(0.75), "y": pytest.approx(5 / 11)}
    found = expected_again(shares, [choice("x", 2, 8, 7), choice("y", 1, 8, 5)])
    assert found.again == {"x": pytest.approx(0.875), "y": pytest.approx(0.625)}


def test_what_size_brings_is_not_told_of_one_value_nor_without_returns() -> None:
    assert expected_again({"x": 0.5}, [choice("x", 1, 8, 7)]).strength is None
    assert expected_again({"x": 0.5, "y": 0.2}, [choice("x", 1, 8, 0), choice("y", 1, 8, 0)]).again == {}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_in_both_languages(tmp_path: Path, lang: Lang) -> None:
    report = asked(tmp_path, lambda r: present(r, Words(lang)), **BY_COLUMN, service_cost=30.0)
    told = to_json(report, version="0", inputs=[])
    assert told["figures"]["fit_cannot_tell"] == 2
    assert told["figures"]["joined_per_buyer"] == 1.25
    assert [row["fit_verdict"] for row in told["tables"]["fit"]] == ["cannot_tell"] * 2
    assert {f"note.fit_{key}" for key in ("not_effect", "never_bought", "few", "cycle_not_reached")} <= {
        note["key"] for note in told["notes"]
    }
    assert "30" in report.title


@pytest.mark.parametrize(
    ("params", "key"),
    [
        ({"service_cost": 30.0}, "fit_no_margin"),
        ({"service_cost": 0.0, "margin": 0.4}, "fit_service_cost"),
        ({"by": "spirit"}, "unknown_dimension"),
        ({"margin": 1.2}, "bad_margin"),
    ],
)
def test_what_cannot_be_is_refused(params: dict[str, Any], key: str) -> None:
    with pytest.raises(PrivtrafficError) as error:
        Params(**params)
    assert error.value.key == key


def planted() -> dict[str, float]:
    """Margin of a first year as planted: price × margin × (1 + orders of the brand in a year).

    Preferences are Dirichlet around the shares: after one choice of brand b, b is chosen with (LOYALTY s + 1) ÷
    (LOYALTY + 1), and the pace of such a member leans on that of b.
    """
    shares = np.array([b.share for b in BRANDS])
    pace = np.array([f.pace for f in BRAND_FACTS])
    rate = sum(c.share * c.rate / (1 + c.dropout / 2) for c in CHANNELS)
    again = (LOYALTY * shares + 1) / (LOYALTY + 1)
    faster = (LOYALTY * (shares @ pace) + pace) / (LOYALTY + 1) / (shares @ pace)
    worth = np.array([b.price for b in BRANDS]) * np.array([f.margin for f in BRAND_FACTS])
    return dict(zip([b.name for b in BRANDS], worth * (1 + rate * faster * again), strict=True))


def test_the_planted_order_of_brands_is_found(tmp_path: Path) -> None:
    """20,000 simulated members: Spearman of the margin of the first year with what is planted."""
    write_demo(tmp_path / "shop", members=20_000, seed=0)
    with load(tmp_path / "shop" / "orders.csv", columns=("brand", "margin"), optional=("guide",)) as data:
        found = by_group(compute(data, Params(margin=1.0, margin_column=True)))
    truth = planted()
    names = sorted(truth)
    rho = spearmanr([truth[n] for n in names], [found[n]["affordable_service"] for n in names]).statistic
    assert rho >= 0.9
    # One loyalty for all is planted: nobody is bought again more than size brings, though repeat goes from .18 to .35.
    assert all(0.85 < (found[n]["repeat_index"] or 0) < 1.15 for n in names)
    assert max(names, key=lambda n: found[n]["again_365"] or 0) == BRANDS[0].name


def test_without_brands_the_next_column_is_compared(tmp_path: Path) -> None:
    """Nobody is told of an option they did not type; asked for by name, the column must be there."""
    path = tmp_path / "orders.csv"
    lines = [line.split(",") for line in (HEADER + SHOP).splitlines()]
    for name, left in (("product", (0, 1, 2, 3, 4, 5, 6, 8)), (None, (0, 1, 2, 3, 4, 5, 6))):
        path.write_text("\n".join(",".join(line[at] for at in left) for line in lines) + "\n", "utf-8")
        for asked, code in ((Params(), None if name else "no_level"), (Params(by="brand"), "missing_column")):
            with load([path], optional=["product", "brand"], settings=Settings(as_of=AS_OF)) as data:
                if code is None:
                    assert {row["group"] for row in compute(data, asked).rows} >= {"chair", "table", "bowl"}
                    continue
                with pytest.raises(PrivtrafficError) as raised:
                    compute(data, asked)
                assert raised.value.key == code or asked.by


def test_one_buyer_heads_nothing(tmp_path: Path) -> None:
    """Thirty buyers who leave 100 stand before one who left 5,000, and only they are named."""
    rows = [f"o{k},1,M{k},2025-01-01 10:00:00,100,0,paid,Oak,chair,,40" for k in range(30)]
    rows.append("p1,1,N,2025-01-01 10:00:00,5000,0,paid,Elm,bowl,,2000")
    path, _ = write(tmp_path, "\n".join(rows) + "\n")
    with load([path], optional=["product", "brand", "guide"], settings=Settings(as_of=AS_OF)) as data:
        result = compute(data, Params())
    assert [row["group"] for row in result.rows] == ["Oak", "Elm"]
    assert "Oak" in (title := present(result, Words("en")).title)
    assert "Elm" not in title
