"""Funnel and referral on both engines, with the tables that stand beside the orders: the same reports and lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ListParams
from privtraffic.analyses.contact_list.files import ASSIGNED
from privtraffic.analyses.review import OPTIONAL
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests import test_referral as brought
from tests import test_review_split as in_review
from tests.parity.handed import on_each
from tests.parity.house import Start, differences
from tests.test_funnel import FRIENDS, MEMBERS, ORDERS, TRAFFIC

FUNNEL: dict[str, Any] = {"by": "store", "margin": 0.5}
REFERRAL: dict[str, Any] = {"within_days": 30, "gift": "welcome", "margin": 0.5}
REFERRALS = "referrer_id,member_id,at,status,reward\nC,E,2026-04-01,done,8.00\nA,E,2026-04-02,done,8.00\n"


def test_referrals_are_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    files = {"orders": brought.ORDERS, "members": brought.MEMBERS, "coupons": brought.COUPONS, "referrals": REFERRALS}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    told: list[Any] = []
    found: Any = room("referral")
    for data in on_each(engines, tmp_path, sides=("referrals", "coupons"), settings=Settings(as_of=brought.AS_OF)):
        result = found.compute(data, found.Params(**REFERRAL))
        told.append(to_json(found.present(result, Words("en")), "test", []))
    one, other = ({"f": report["figures"], "t": report["tables"]} for report in told)
    assert set(one["t"]) >= {"reach", "generations", "trees", "referred_quality", "pattern"}
    assert list(differences(one, other)) == []


def test_rings_are_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(brought.at_places(), "utf-8")
    settings = Settings(as_of=brought.AS_OF, mapping=(("receiver", "收货人手机号"),))
    asked: Any = room("referral").Params(within_days=30, places="收货人手机号")
    shops = on_each(engines, tmp_path / "orders.csv", columns=("receiver",), settings=settings)
    found: list[Any] = [room("referral").compute(data, asked).pattern.places for data in shops]
    one, other = ({"placed": places.placed, "sizes": list(places.sizes)} for places in found)
    assert found[0].rings == 1
    assert list(differences(one, other)) == []


def test_the_review_s_lines_of_split_and_newness_are_the_same_on_both_engines(
    engines: dict[str, Start], tmp_path: Path
) -> None:
    shop = in_review.write(tmp_path)
    told = [in_review.say(data, ("split", "cohort")) for data in on_each(engines, shop, optional=OPTIONAL)]
    one, other = ({"f": report["figures"], "t": report["tables"]} for report in told)
    assert {"split", "newness_of_groups"} <= {row["finding_kind"] for row in one["t"]["findings"]}
    assert list(differences(one, other)) == []


def test_the_hand_counted_shop_is_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    files = {"orders": ORDERS, "members": MEMBERS, "friends": FRIENDS, "traffic": TRAFFIC}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    told: list[dict[str, Any]] = []
    found: Any = room("funnel")
    for data in on_each(engines, tmp_path, columns=("store",), sides=("traffic", "friends")):
        result = found.compute(data, found.Params(**FUNNEL))
        report = to_json(found.present(result, Words("en")), "test", [])
        drawn = found.draw_contacts(data, result, ListParams(), Words("en"))
        listed = [row for batch in drawn.assigned.batches(ASSIGNED) for row in batch.to_pylist()]
        told.append({"f": report["figures"], "t": report["tables"], "l": listed})
    one, other = told
    assert one["t"]["steps"]
    assert one["t"]["friend_survival"]
    assert one["l"]
    assert list(differences(one, other)) == []
