"""Stores and guides of the review: one definition of a fair one, that of `teams`; sales of the month, counted here.

The house is that of tests/test_teams.py.  March: Gao (G1) sold the orders 3 and 12, Gu (G2) 4 and 8; 10
was sold by nobody, 13 to nobody.  February: Gao order 2, Gu 6 and 9.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from privtraffic.analyses import review
from privtraffic.analyses.review.months import Month
from privtraffic.analyses.review.places import shortfall
from privtraffic.analyses.review.rows import Place
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.document import Report
from privtraffic.report.words import Words
from tests.test_teams import ORDERS, ask, house

MARCH = Month.parse("2026-03")
RATED = ("unit_verdict", "fair", "fair_low", "fair_high", "rank", "members_today", "observed", "expected")


def reviewed(shop: Path, lang: str = "en") -> tuple[review.Result, Report]:
    room = review.__analysis__
    with load(shop, optional=room.may_use(None), sides=room.sides) as data:
        result = room(data, month=MARCH, rooms=())
        return result, review.present(result, Words("zh" if lang == "zh" else "en"))


@pytest.mark.parametrize("by", ["store", "guide"])
def test_a_fair_unit_is_the_one_of_teams(by: str, tmp_path: Path) -> None:
    shop = house(tmp_path)
    result, _ = reviewed(shop)
    theirs = {row["unit"]: row for row in ask(shop, by=by, month=MARCH).units}
    found = {row["unit"]: row["rated"] for row in result.places[cast("Any", by)]}
    assert {*found} == ({"North", "South"} if by == "store" else {"Gao", "Gu"})
    for unit, rated in found.items():
        assert [rated[key] for key in RATED] == [theirs[unit][key] for key in RATED]  # type: ignore[literal-required]


def test_sales_of_the_month_stand_beside(tmp_path: Path) -> None:
    result, _ = reviewed(house(tmp_path))
    guides = {row["unit"]: row for row in result.places["guide"]}
    gao, gu = guides["Gao"], guides["Gu"]
    keys = ("revenue", "orders", "active", "contribution_before", "store", "order_value", "new_members")
    assert [gao[key] for key in keys] == [200, 2, 2, 100, "North", 100.0, 0]  # type: ignore[literal-required]
    assert [gu[key] for key in keys] == [200, 2, 2, 0, "South", 100.0, 0]  # type: ignore[literal-required]
    stores = {row["unit"]: row for row in result.places["store"]}
    assert {name: (row["revenue"], row["contribution_before"]) for name, row in stores.items()} == {
        "North": (Decimal(200), Decimal(100)),
        "South": (Decimal(200), Decimal(0)),
    }


def test_what_nobody_sold_is_told(tmp_path: Path) -> None:
    """Of 500 in March, order 10 over 100 names no guide; 13 is no member's."""
    result, report = reviewed(house(tmp_path))
    assert result.unsold == {"net": Decimal(500), "unsold": Decimal(100)}
    (said,) = [note.text for note in report.notes if note.key == "review_no_seller"]
    assert said.startswith("No seller is recorded for 100.00 of the 500.00 that members spent (20.0%)")


def test_a_unit_is_one_row_under_whichever_of_its_names(tmp_path: Path) -> None:
    """Order 12 names Gao by name and the store by number; nothing of the sums moves."""
    orders = list(ORDERS)
    orders[12] = "12,E,2026-03-15,100,N,Gao"
    result, _ = reviewed(house(tmp_path, orders=orders))
    for by, first in (("guide", "Gao"), ("store", "North")):
        sold = {row["unit"]: row["revenue"] for row in result.places[cast("Any", by)]}
        assert sold[first] == 200
        assert len(sold) == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_finding_is_the_sentence_of_teams(lang: str, tmp_path: Path) -> None:
    result, report = reviewed(house(tmp_path), lang)
    told = to_json(report, "test", [])
    found = {row["finding_kind"]: row for row in told["tables"]["findings"]}  # type: ignore[index, call-overload]
    said = {"en": "Of none of 2 guides can it be told for sure", "zh": "2 名导购中，没有一个能确定"}[lang]
    assert found["places_guide"]["finding"].startswith(said)
    assert found["places_guide"]["finding_money"] is None, "nobody is below for sure"
    assert not result.places["guide"][0].keys() & {"order_value_low", "came_back_rate"}


def test_what_units_below_miss_is_counted_in_order_days_of_a_month() -> None:
    """Half as often as expected, .5 order days a member and month, 40 members: 10. One above counts for nothing."""
    below = {"unit_verdict": "below", "fair": 0.5, "expected": 60.0, "member_months": 120, "members_today": 40}
    above = {**below, "unit_verdict": "above", "fair": 1.5}
    rows = [cast("Place", {"rated": rated}) for rated in (below, above)]
    assert shortfall(rows) == pytest.approx(10.0)
