"""The split of sales: a shop counted by hand, sums to the cent, and the demo's planted classes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from math import atanh, sqrt, tanh
from pathlib import Path
from typing import Any, TypeVar

import pytest

from privtraffic.analyses.split import Params, compute, present
from privtraffic.analyses.split.compute import Result
from privtraffic.analyses.split.places import Reader, joined_place
from privtraffic.analyses.split.room import CREDITS, OPTIONAL
from privtraffic.analyses.statistics.agreement import kendall, spearman
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words

T = TypeVar("T")
HEADER = (
    "order_id,member_id,ordered_at,paid_amount,refund_amount,status,"
    "channel,store,guide,owner,promoter,fulfilment,coupon"
)
ORDERS = (
    "o1,A,2026-01-05,100.00,0,paid,天猫旗舰店,,,G1,,快递,",
    "o2,A,2026-01-10,200.00,0,paid,导购社群,,G1,G1,,,",
    "o3,B,2026-01-12,300.00,0,paid,小程序商城,,G2,,,,",
    "o4,B,2026-02-01,50.00,0,paid,小程序商城,,,,P1,,",
    "o5,C,2026-02-03,90.01,10.00,paid,小程序商城,,,G1,,快递,",
    "o6,C,2026-02-10,70.00,0,paid,小程序商城,,,G1,,到店自提,",
    "o7,D,2026-02-11,40.00,0,paid,门店,North,G2,G2,,,新人礼",
    "o8,D,2026-03-01,60.00,0,paid,门店,North,G1,G2,,到店自提,大促",
    "o9,E,2026-03-05,90.00,0,paid,门店,North,G2,,,,新人礼",
    "o10,,2026-03-06,30.00,0,paid,门店,South,G1,,,,",
    "o11,E,2026-03-07,20.00,0,paid,视频号,,,,,,",
    "o12,F,2026-03-31,25.00,0,paid,,North,,,,,",
    "o13,B,2026-03-31,-1.00,0,paid,门店,North,G2,,,,",
    "o14,C,2026-03-20,5.00,0,paid,门店,North,G2,G1,,,",
    "o15,G,2026-01-02,10.00,0,paid,小程序商城,,,,,,",
    "o16,G,2026-02-02,20.00,0,paid,小程序商城,,G2,,,,",
)
"""o13 is a negative document; o5 has a refund and an odd cent; o8's own coupon was not granted to anybody."""
JOINED = {"A": "门店导购", "B": "小程序", "C": "抖音广告", "D": "专柜", "E": "老带新", "G": "小程序"}
MEMBERS = "member_id,joined_at,channel\n" + "".join(f"{name},2026-01-01,{how}\n" for name, how in JOINED.items())
COUPONS = (
    "coupon,member_id,granted_at,expires_at,order_id,arm\n"
    "新人礼,D,2026-02-11 08:00:00,2026-02-11,,\n"
    "新人礼,E,2026-02-01 08:00:00,2026-03-31,,control\n"
    "大促,C,2026-02-01 08:00:00,2026-03-31,,\n"
)
CONTACTS = "member_id,group,sent_at\nE,contact,2026-03-01\nD,control,2026-03-01\nC,contact,2026-03-10\n"
MONEY = {
    "marketplace": "100.00",
    "guide": "570.00",  # o2, o3, o4, o16
    "mall": "90.01",  # o5, o15
    "linked_offline": "200.00",  # o6 pickup, o7 coupon, o9 contact
    "offline_member": "89.00",  # o8, o12, o13, o14: ten days after the contact
    "offline_unknown": "30.00",
    "not_told": "20.00",
}
WHOLE = Decimal("1099.01")


def asked(
    folder: Path,
    then: Callable[[Result], T],
    *,
    orders: Sequence[str] = ORDERS,
    header: str = HEADER,
    members: str | None = MEMBERS,
    coupons: str | None = COUPONS,
    contacts: str | None = CONTACTS,
    **params: Any,
) -> T:
    """What `then` makes of the answer while its tables are there."""
    (folder / "orders.csv").write_text("\n".join((header, *orders)) + "\n", "utf-8")
    texts = {"members": members, "coupons": coupons, "contacts": contacts}
    paths = {name: folder / f"{name}.txt" for name, text in texts.items() if text is not None}
    for name, path in paths.items():
        path.write_text(texts[name] or "", "utf-8")
    sides = {"coupons": paths["coupons"]} if "coupons" in paths else {}
    more = {"contacts": paths["contacts"]} if "contacts" in paths else {}
    with load(
        folder / "orders.csv",
        optional=OPTIONAL,
        members=paths.get("members"),
        side_files=sides,
        sides=tuple(sides),
    ) as data:
        return then(compute(data, Params(**more, **params)))


def answer(folder: Path, **more: Any) -> Result:
    return asked(folder, lambda result: result, **more)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return answer(tmp_path_factory.mktemp("split"))


def without(*columns: str) -> tuple[str, tuple[str, ...]]:
    """The header and the rows of the shop without some columns."""
    names = HEADER.split(",")
    kept = [place for place, name in enumerate(names) if name not in columns]
    rows = [HEADER, *ORDERS]
    header, *found = [",".join(row.split(",")[place] for place in kept) for row in rows]
    return header, tuple(found)


def money(rows: Sequence[Any], key: str, value: str = "revenue") -> dict[str, str]:
    return {row[key]: f"{row[value]:.2f}" for row in rows if row[value] is not None}


def test_classes_counted_by_hand(shop: Result) -> None:
    assert money(shop.classes, "split_class") == MONEY
    assert shop.revenue == WHOLE == sum(map(Decimal, MONEY.values()))
    counts = {row["split_class"]: (row["orders"], row["members"]) for row in shop.classes}
    assert counts == {
        "marketplace": (1, 1),
        "guide": (4, 3),
        "mall": (2, 2),
        "linked_offline": (3, 3),
        "offline_member": (3, 3),
        "offline_unknown": (1, None),
        "not_told": (1, 1),
    }
    assert shop.classes[1]["share"] == pytest.approx(570 / 1099.01)


def test_every_rule_with_what_it_decided(shop: Result) -> None:
    found = {(row["split_class"], row["split_rule"]): row["revenue"] for row in shop.evidence}
    assert found == {
        ("marketplace", "channel"): 100,
        ("guide", "chat"): 200,
        ("guide", "seller"): 320,
        ("guide", "promoter"): 50,
        ("mall", "channel"): Decimal("90.01"),
        ("linked_offline", "coupon"): 40,
        ("linked_offline", "pickup"): 70,
        ("linked_offline", "contact"): 90,
        ("offline_member", "channel"): 64,
        ("offline_member", "store"): 25,
        ("offline_unknown", "channel"): 30,
        ("not_told", "none"): 20,
    }


def test_a_class_is_blank_in_months_without_evidence_and_nought_between(shop: Result) -> None:
    """Coupons are granted from February on; nothing of January tells what was linked. Guides sold until February."""
    found: dict[str, list[float | None]] = {}
    for row in shop.months:
        found.setdefault(row["split_class"], []).append(None if row["revenue"] is None else float(row["revenue"]))
    assert found == {
        "marketplace": [100, None, None],
        "guide": [500, 70, None],
        "mall": [10, 80.01, None],
        "linked_offline": [None, 110, 90],
        "offline_member": [None, 0, 89],
        "offline_unknown": [None, None, 30],
        "not_told": [None, None, 20],
    }
    january = [row for row in shop.months if row["month"] == "2026-01" and row["split_class"] == "guide"]
    assert january[0]["share"] == pytest.approx(500 / 610)


@pytest.mark.parametrize(("within", "linked"), [("4", "200.00"), ("3", "110.00")])
def test_the_days_after_a_contact(tmp_path: Path, within: str, linked: str) -> None:
    """E was contacted on 1 March and came on the 5th."""
    assert money(answer(tmp_path, within_days=int(within)).classes, "split_class")["linked_offline"] == linked


def test_a_coupon_counts_while_it_is_valid_and_by_the_order_it_names(tmp_path: Path) -> None:
    late = COUPONS.replace("2026-02-11 08:00:00,2026-02-11", "2026-02-01 08:00:00,2026-02-10")
    assert money(answer(tmp_path, coupons=late).classes, "split_class")["linked_offline"] == "160.00"
    named = late + "大促,D,2026-04-30 08:00:00,,o8,\n"
    assert money(answer(tmp_path, coupons=named).classes, "split_class")["linked_offline"] == "220.00"


def test_without_evidence_linked_sales_are_blank_and_not_nought(tmp_path: Path) -> None:
    header, orders = without("fulfilment")
    alone: dict[str, Any] = {"header": header, "orders": orders, "coupons": None, "contacts": None}
    result = answer(tmp_path, **alone)
    assert result.of("linked_offline") == {
        "split_class": "linked_offline", "revenue": None, "share": None, "orders": None, "members": None,
    }  # fmt: skip
    # The pickup is of the mall again, the coupon and the contact of counters.
    assert money(result.classes, "split_class") | {"linked_offline": ""} == {
        **MONEY, "mall": "160.01", "offline_member": "219.00", "linked_offline": "",
    }  # fmt: skip
    said = answer(tmp_path, **alone, online_coupons=("新人礼",))
    assert money(said.classes, "split_class")["linked_offline"] == "130.00"
    idle = answer(tmp_path, **{**alone, "coupons": "coupon,member_id,granted_at\n新人礼,C,2026-02-01\n"})
    assert money(idle.classes, "split_class")["linked_offline"] == "0.00"


def test_what_no_order_shows_is_blank(tmp_path: Path) -> None:
    """Counters alone, everybody a member: nothing tells of marketplaces, malls, guides or those unknown."""
    found = answer(tmp_path, orders=[row for row in ORDERS if row[:3] in ("o7,", "o8,", "o14")])
    assert {row["split_class"] for row in found.classes if row["revenue"] is None} == {
        "marketplace", "guide", "mall", "offline_unknown",
    }  # fmt: skip


def test_orders_that_name_no_place_are_in_no_class(tmp_path: Path) -> None:
    header, orders = without("channel", "store", "fulfilment")
    result = answer(tmp_path, header=header, orders=orders, coupons=None, contacts=None)
    assert money(result.classes, "split_class") == {"not_told": "1099.01"}
    report = present(result, Words("en"))
    assert report.title == "Nothing in the data tells where 1,099 were sold"


def test_how_members_came_and_where_they_bought(shop: Result) -> None:
    found = {(row["came"], row["bought"]): (f"{row['revenue']:.2f}", row["members"]) for row in shop.came}
    assert found == {
        ("counter", "marketplace"): ("100.00", 1),
        ("counter", "chat"): ("200.00", 1),
        ("counter", "counter"): ("100.00", 1),
        ("online", "mall"): ("530.01", 3),
        ("online", "counter"): ("4.00", 1),
        ("not_told", "counter"): ("90.00", 1),
        ("not_told", "not_told"): ("20.00", 1),
        ("no_record", "counter"): ("25.00", 1),
        ("no_id", "counter"): ("30.00", None),
    }


def figures(result: Result) -> dict[str, Any]:
    return {figure.key: figure.value for figure in present(result, Words("en")).figures}


def test_figures_counted_by_hand(shop: Result) -> None:
    found = figures(shop)
    assert found["split_revenue"] == WHOLE
    assert found["o2o_share"] == pytest.approx(200 / 1099.01)
    assert found["reverse_o2o_share"] == pytest.approx(4 / 1099.01)
    assert found["member_sales_share"] == pytest.approx(1069.01 / 1099.01)
    assert found["member_sales_share_own"] == pytest.approx(969.01 / 999.01)
    assert found["no_id_share"] == pytest.approx(30 / 1099.01)
    assert found["claims_ratio"] == pytest.approx(2074.02 / 1099.01)
    assert found["contested_share"] == pytest.approx((2074.02 - 1079.01) / 1099.01)
    assert found["seller_known_share"] == pytest.approx(794 / 1099.01)
    assert found["owner_known_share"] == pytest.approx(555.01 / 1099.01)
    assert found["either_known_share"] == pytest.approx(1044.01 / 1099.01)
    # Both are known of o2, o7, o8 and o14: of 305 yuan, 65 have two people.
    assert found["seller_not_owner_share"] == pytest.approx(65 / 305)
    assert found["seller_owner_moved_share"] == pytest.approx(804.01 / 1099.01)
    assert found["marketplace_sales_share"] == pytest.approx(100 / 1099.01)


CREDITED = {
    "seller": {"marketplaces": "100.00", "mall": "160.01", "stores": "819.00", "private_domain": "0.00"},
    "owner": {"marketplaces": "0.00", "mall": "10.00", "stores": "514.00", "private_domain": "555.01"},
    "first": {"marketplaces": "100.00", "mall": "180.01", "stores": "799.00", "private_domain": "0.00"},
    "half": {"marketplaces": "50.00", "mall": "85.01", "stores": "666.50", "private_domain": "277.50"},
}
"""G's first order is the mall's, so that o16, which a guide sold, is the mall's by the first order. The odd cent of o5
is the mall's."""


@pytest.mark.parametrize("rule", CREDITS)
def test_claims_counted_by_hand(tmp_path: Path, rule: str) -> None:
    result = answer(tmp_path, credit=rule)
    assert money(result.claims, "department", "claimed") == {
        "marketplaces": "100.00", "mall": "530.01", "stores": "889.00", "private_domain": "555.01",
    }  # fmt: skip
    assert money(result.claims, "department", "credited") == {**CREDITED[rule], "nobody": "20.00"}


def test_guides_counted_by_hand(shop: Result) -> None:
    rows = [
        (row["guide"], *(f"{row[rule]:.2f}" for rule in ("seller", "owner", "first", "half"))) for row in shop.guides
    ]  # type: ignore[literal-required]
    assert rows == [
        ("G2", "454.00", "100.00", "559.00", "481.50"),
        ("G1", "290.00", "455.01", "0.00", "512.51"),
        ("P1", "50.00", "0.00", "0.00", "50.00"),
        (None, "305.01", "544.00", "540.01", "55.00"),
    ]
    assert [(row["seller_rank"], row["owner_rank"]) for row in shop.guides] == [(1, 2), (2, 1), (3, None), (None, None)]


def test_money_that_moves_between_rules(shop: Result) -> None:
    """Half and half moves from the seller what the owner gets of orders that somebody else, or nobody, sold.

    o1 100, o5 80.01, o6 70 from nobody, 30 of o8, 2.50 of o14. From the owner: o3 300, o4 50, o9 90, o10 30, o13 −1,
    o16 20, 30 of o8, 2.50 of o14.
    """
    found = {(row["rule"], row["other"]): row["moved"] for row in shop.agreement}
    assert found["seller", "owner"] == Decimal("804.01")
    assert found["seller", "half"] == Decimal("282.51")
    assert found["owner", "half"] == Decimal("521.50")
    # By the first order: o2, o4, o7 not, o8, o10, o11, o14, o16 have another seller than the member's first.
    assert found["seller", "first"] == 200 + 50 + 60 + 30 + 20 + 5 + 20
    assert {row["guides"] for row in shop.agreement} == {2, 3}
    assert {row["kendall"] for row in shop.agreement} == {None}


def test_rank_correlations_and_their_intervals() -> None:
    """Seven things with one pair of 21 the other way round: tau 19/21; two places apart by one: rho 1 − 6·2/336.

    Intervals: atanh ± 1.96 √(.437/3), and atanh ± 1.96 √((1 + ρ²/2)/4).
    """
    a, b = [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 7, 6]
    tau, rho = kendall(a, b), spearman(a, b)
    assert tau is not None
    assert rho is not None
    assert tau.value == pytest.approx(19 / 21)
    assert rho.value == pytest.approx(1 - 12 / 336)
    assert tau.low == pytest.approx(tanh(atanh(19 / 21) - 1.959964 * sqrt(0.437 / 3)))
    assert rho.high == pytest.approx(tanh(atanh(rho.value) + 1.959964 * sqrt((1 + rho.value**2 / 2) / 4)))
    assert kendall(a[:4], b[:4]) is None
    assert kendall(a, [1] * 7) is None
    assert kendall(a, a) == (1, 1, 1)


def test_tau_counts_ties() -> None:
    """Kendall 1948, tau-b: 15 pairs, one tie in a: 10 alike, 4 not: 6 ÷ √(14 × 15)."""
    tau = kendall([1, 1, 2, 3, 4, 5], [3, 2, 1, 4, 6, 5])
    assert tau is not None
    assert tau.value == pytest.approx(8 / sqrt(14 * 15))


PLACES = ("天猫", "导购社群", "小程序商城", "门店", "视频号", "")
MANY = "ABCDEFGHJK"


def random_orders(seed: int) -> Iterator[str]:
    rng = random.Random(seed)  # noqa: S311, no secret
    for number in range(300):
        member = rng.choice(MANY) + str(number % 7) if rng.random() < 0.85 else ""
        sign = "-" if member and rng.random() < 0.05 else ""
        paid = f"{sign}{rng.randint(1, 99999) / 100:.2f}"
        people = [rng.choice(("", "G1", "G2", "G3")) for _ in range(3)]
        day = f"2026-0{rng.randint(1, 6)}-{rng.randint(1, 28):02d} {rng.randint(0, 23):02d}:00:00"
        handed, coupon = rng.choice(("", "快递", "门店自提")), rng.choice(("", "新人礼"))
        store = rng.choice(("", "North"))
        place = rng.choice(PLACES)
        yield f"p{number},{member},{day},{paid},0,paid,{place},{store},{','.join(people)},{handed},{coupon}"


def _sums(result: Result) -> dict[str, Decimal]:
    """What must be all revenue."""

    def total(rows: Sequence[Any], key: str) -> Decimal:
        return sum((row[key] for row in rows if row[key] is not None), Decimal(0))

    guides = {rule: total(result.guides, rule) for rule in CREDITS}
    parts = ("classes", "months", "evidence", "came", "seen")
    found = {name: total(getattr(result, name), "revenue") for name in parts}
    return {
        **found,
        **guides,
        "places": total(result.known.places, "revenue"),
        "credited": total(result.claims, "credited"),
    }


@pytest.mark.parametrize("seed", range(2))
def test_everything_sums_to_the_cent(tmp_path: Path, seed: int) -> None:
    orders = list(random_orders(seed))
    cells = [row.split(",") for row in orders]
    buyers = {"", *(cell[1] for cell in cells if not cell[3].startswith("-"))}
    whole = sum(Decimal(cell[3]) for cell in cells if cell[1] in buyers)
    coupons = "coupon,member_id,granted_at\n" + "".join(
        f"新人礼,{m}{n},2026-02-0{n + 1}\n" for m in MANY for n in range(7)
    )
    contacts = "member_id,sent_at\n" + "".join(f"{m}3,2026-04-10\n" for m in MANY)
    for rule in CREDITS:
        result = answer(tmp_path, orders=orders, coupons=coupons, contacts=contacts, credit=rule)
        assert result.revenue == whole
        assert {name: value for name, value in _sums(result).items() if value != result.revenue} == {}
        for row in result.claims:
            if row["claimed"] is not None:
                assert row["claimed"] - (row["contested"] or 0) == row["credited"]
        shown = asked(tmp_path, _orders, orders=orders, coupons=coupons, contacts=contacts, credit=rule)
        assert shown == (result.revenue, sum(row["orders"] for row in result.seen))


def _orders(result: Result) -> tuple[Decimal, int]:
    """Of the list of orders: its money and how many of them are no negative documents."""
    table = result.orders.engine.fetch(f"select revenue from {result.orders.name}")
    values = table["revenue"].to_pylist()
    return sum(values, Decimal(0)), sum(value > 0 for value in values)


@pytest.mark.parametrize(
    ("channel", "place"),
    [
        ("天猫旗舰店", "marketplace"), ("抖音小店", "marketplace"), ("JD.com", "marketplace"), ("导购社群", "chat"),
        ("企业微信", "chat"), ("小程序商城", "mall"), ("门店小程序", "mall"), ("Online Store", "mall"),
        ("Shop App", "mall"), ("门店", "counter"), ("POS", "counter"), ("Retail store 5", "counter"),
        ("视频号", "not_told"), ("apparel", "not_told"), ("position", "not_told"), (None, "not_told"),
    ],
)  # fmt: skip
def test_words_of_channels(channel: str | None, place: str) -> None:
    assert Reader(Params()).place(channel, None, False)[0] == place


def test_own_words_go_first_and_formats_last() -> None:
    own = Reader(Params(mall=("视频号", "抖音商城"), counter=("旗舰店",)))
    assert own.place("视频号", None, False) == ("mall", "channel")
    assert own.place("抖音商城", None, False) == ("mall", "channel")
    assert own.place(None, "天猫旗舰店", True) == ("counter", "shop")
    taobao = Reader.of(Params(), ["taobao_orders", "jd_orders"])
    assert taobao.place(None, "禾光旗舰店", True) == ("marketplace", "format")
    assert Reader.of(Params(), ["taobao_orders", "pos_detail"]).place(None, None, False) == ("not_told", None)
    assert Reader.of(Params(), ["pos_detail"]).place("直播", None, True) == ("counter", "format")
    assert Reader(Params()).place("直播", None, True) == ("not_told", None)
    assert joined_place("老带新", Params(joined_online=("老带新",))) == "online"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"credit": "boss"}, "--credit boss is not one of: seller, owner, first, half"),
        ({"mall": ("微店",), "chat": ("微店",)}, "stands for one place only"),
        ({"mall": ("",)}, "it is empty"),
        ({"within_days": 0}, "--within"),
    ],
)
def test_parameters_that_cannot_be(params: dict[str, Any], error: str) -> None:
    with pytest.raises(PrivtrafficError, match=error):
        Params(**params)


def test_a_credit_by_owner_needs_owners(tmp_path: Path) -> None:
    header, orders = without("owner")
    for rule in ("owner", "half"):
        with pytest.raises(PrivtrafficError, match="do not say which guide a member belongs to"):
            answer(tmp_path, header=header, orders=orders, credit=rule)
    result = answer(tmp_path, header=header, orders=orders)
    assert [(row["rule"], row["other"]) for row in result.agreement] == [("seller", "first")]
    claimed = money(result.claims, "department", "claimed")
    assert claimed["private_domain"] == "200.00"
    today = answer(tmp_path, header=header, orders=orders, members="member_id,joined_at,guide\nC,2026-01-01,G9\n")
    assert (today.known.owner_today, today.came) == (True, [])
    assert money(today.guides, "guide", "owner")["G9"] == "155.01"


def test_nothing_is_said_to_be_additional(tmp_path: Path) -> None:
    """Only the note that it cannot be told speaks of it."""
    for lang, words in (("en", ("additional", "incremental", "because of")), ("zh", ("增量", "带来"))):
        report = asked(tmp_path, lambda result, lang=lang: to_json(present(result, Words(lang)), "test", []))
        assert [note["key"] for note in report["notes"] if any(word in note["text"] for word in words)] == [
            "note.split_additional"
        ]
    result = answer(tmp_path)
    for lang, words in (("en", ("additional", "incremental")), ("zh", ("增量", "带来"))):
        said = present(result, Words(lang))
        texts = [said.title, *said.facts, *(table.finding for table in said.tables)]
        assert not [text for text in texts if any(word in text for word in words)]


def test_rules_of_the_brand_stand_in_its_file(privtraffic: Callable[..., Any], write: Callable[..., Path]) -> None:
    write("orders.csv", HEADER, *ORDERS)
    write("privtraffic.toml", "[split]", 'mall = ["视频号"]', 'credit = "owner"', 'within = "3d"')
    run = privtraffic("split", "orders.csv", "-o", "x.json", "-o", "x.csv")
    assert run.returncode == 0, run.stderr
    write("privtraffic.toml", "[split]", 'mal = ["视频号"]')
    wrong = privtraffic("split", "orders.csv")
    assert (wrong.returncode, wrong.stderr.strip()) == (
        2, "privtraffic: privtraffic.toml: split.mal: no such setting. Did you mean mall?",
    )  # fmt: skip
    assert privtraffic("rfm", "orders.csv").stderr == wrong.stderr, "whatever is asked"
    write("privtraffic.toml", "[split]", "within = 3")
    assert privtraffic("rfm", "orders.csv").returncode == 2
    write("privtraffic.toml", "[split]", 'files = "x"')
    assert "split.files: no such setting" in privtraffic("split", "orders.csv").stderr


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("split") / "house", members=2_000, seed=4).folder


def _against_truth(folder: Path, **sides: Any) -> tuple[Any, Result]:
    """The class of every order beside the planted one, and the answer."""
    import pandas as pd

    with load(folder / "orders.csv", members=folder / "members.csv", optional=OPTIONAL, **sides) as data:
        result = compute(data, Params())
        found = data.engine.fetch(f"select order_id, split_class, revenue from {result.orders.name}").to_pandas()
        told = pd.read_parquet(folder / "truth_orders.parquet")
        return found.merge(told, on="order_id", how="left", suffixes=("", "_true")), result


def test_the_classes_of_the_demo_are_found(house: Path) -> None:
    both, result = _against_truth(house, side_files={"coupons": house / "coupons.csv"}, sides=("coupons",))
    assert both["split_class_true"].notna().all()
    for _, rows in both.groupby("split_class_true"):
        assert (rows["split_class"] == rows["split_class_true"]).mean() >= 0.99
    assert result.of("marketplace") is not None
    assert result.classes[0]["revenue"] is None
    assert 1.4 < figures(result)["claims_ratio"] < 2.0


def test_without_coupons_the_demo_shows_pickups_only(house: Path) -> None:
    both, result = _against_truth(house)
    linked = both[both["split_class"] == "linked_offline"]
    assert (linked["split_class_true"] == "linked_offline").all()
    rules = {row["split_rule"]: row["in_data"] for row in result.evidence if row["split_class"] == "linked_offline"}
    assert rules == {"coupon": False, "pickup": True, "contact": False}
    certain = both[both["split_class_true"].isin(["guide", "mall", "offline_unknown"])]
    assert (certain["split_class"] == certain["split_class_true"]).mean() >= 0.99
