"""Exports nobody listed: what is taken for what, how sure that is, and when it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from privtraffic.dataset import Dataset
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from privtraffic.settings import Settings

ORDERS = "order_id,member_id,ordered_at,paid_amount\nA1,m1,2026-01-01 10:00:00,5.00\n"


def read(folder: Path, text: str, *mapping: tuple[str, str], name: str = "export.csv") -> Dataset:
    (folder / name).write_text(text, "utf-8")
    return load(folder / name, settings=Settings(mapping=mapping))


def mapping_of(data: Dataset) -> dict[str, str]:
    with data:
        return dict(data.quality.files[0].mapping)


def refusal(folder: Path, text: str) -> PrivtrafficError:
    with pytest.raises(PrivtrafficError) as error:
        read(folder, text)
    return error.value


def test_sensible_export_of_a_system_nobody_listed(tmp_path: Path) -> None:
    """None of its headers is in the alias pool; headers and values together are enough."""
    text = (
        "小票编码,顾客手机号码,成交日期时间,实付总额,导购\n"
        "XP2026050100001,13800000001,2026-05-01 10:00,88.00,小王\n"
        "XP2026050100002,13800000002,2026-05-02 11:00,12.50,小李\n"
    )
    data = read(tmp_path, text)
    assert data.quality.money_kept == 100.5
    assert data.quality.files[0].profile == "generic_orders"
    assert 0.5 <= data.quality.files[0].confidence < 0.9
    assert mapping_of(data) == {
        "order_id": "小票编码",
        "member_id": "顾客手机号码",
        "created_at": "成交日期时间",
        "paid_amount": "实付总额",
        "guide": "导购",
    }


def test_english_export_of_a_system_nobody_listed(tmp_path: Path) -> None:
    text = (
        "Ticket,Shopper Mail,Purchase Moment,Grand Total Paid\n"
        "100001,a@x.example,2026-05-01,10.00\n100002,b@x.example,2026-05-02,20.00\n"
    )
    assert mapping_of(read(tmp_path, text)) == {
        "order_id": "Ticket",
        "member_id": "Shopper Mail",
        "created_at": "Purchase Moment",
        "paid_amount": "Grand Total Paid",
    }


def test_values_speak_against_a_header(tmp_path: Path) -> None:
    """`date` holds words here; the clock is the column that holds times."""
    text = "order_id,member_id,date,下单时间,amount\n1,m1,morning,2026-05-01,10\n2,m2,evening,2026-05-02,20\n"
    assert mapping_of(read(tmp_path, text))["created_at"] == "下单时间"


@pytest.mark.parametrize(
    ("row", "word"),
    [("100.00,90.00", "note.paid_amount_smaller"), ("90.00,100.00", "note.paid_amount_name")],
)
def test_two_amounts_are_told_apart_aloud(tmp_path: Path, row: str, word: str) -> None:
    """订单金额 and 实付金额: the second is taken, it is said why, and how to take the other."""
    text = f"会员号,下单时间,订单金额,实付金额\nm1,2026-05-01,{row}\n"
    data = read(tmp_path, text)
    notes = dict(data.quality.notes)
    assert notes[word]["chosen"] == "实付金额"
    assert notes[word]["others"] == "订单金额"
    for lang in ("en", "zh"):
        said = Words(lang)(word, **notes[word])  # type: ignore[arg-type]
        assert "--map paid_amount=" in said
    assert mapping_of(data)["paid_amount"] == "实付金额"


def test_map_overrides_and_silences(tmp_path: Path) -> None:
    text = "会员号,下单时间,订单金额,实付金额\nm1,2026-05-01,100,90\n"
    data = read(tmp_path, text, ("paid_amount", "订单金额"))
    assert data.quality.money_kept == 100
    assert "note.paid_amount_smaller" not in dict(data.quality.notes)
    data.close()


def test_below_the_confidence_the_nearest_are_named(tmp_path: Path) -> None:
    """Two columns of numbers under headers that say nothing: none is taken for money."""
    text = "member_id,date,alpha,beta\nm1,2026-05-01,10.00,3.00\nm2,2026-05-02,20.00,4.00\n"
    error = refusal(tmp_path, text)
    assert error.key == "unsure_column"
    assert "alpha, beta" in error.text()
    assert "--map paid_amount=" in error.text("zh")


def test_names_of_people_are_no_key(tmp_path: Path) -> None:
    text = "customer,date,amount\nAnn Example,2026-05-01,10\nBob Example,2026-05-02,20\n"
    assert refusal(tmp_path, text).key in ("no_column_member_id", "unsure_column")


def test_order_amount_repeated_on_lines_counts_once(tmp_path: Path) -> None:
    """50 stands on both rows of order 1, whose lines cost 20 and 30: it is the order's amount."""
    text = (
        "order_id,member_id,date,amount,price,quantity\n"
        "1,m1,2026-05-01,50.00,20.00,1\n1,m1,2026-05-01,50.00,15.00,2\n2,m2,2026-05-02,8.00,8.00,1\n"
    )
    with read(tmp_path, text) as data:
        assert data.quality.money_kept == 58
        assert "note.order_level_seen" in dict(data.quality.notes)


LINES = ("1,m1,2026-05-01,100.00,60.00", "1,m1,2026-05-01,100.00,40.00", "2,m2,2026-05-02,45.00,50.00")
REPEATED = [f"{order},m{order},2026-05-01,{order}0.00" for order in (1, 1, 2, 2, 3, 3)]


@pytest.mark.parametrize(
    ("header", "rows", "money", "note"),
    [
        ("订单编号,会员ID,支付时间,订单实付金额,商品实付金额", LINES, 145, "note.order_level_adds_up"),
        ("订单编号,会员ID,支付时间,订单实付金额", REPEATED, 60, "note.order_level_named"),
        ("订单编号,会员ID,支付时间,订单实付金额", REPEATED[:2], 20, "note.amount_repeats"),
        ("订单编号,会员ID,支付时间,实付金额", REPEATED, 120, "note.amount_repeats"),
        ("订单编号,会员ID,支付时间,实付金额", REPEATED[:2], 20, ""),
        ("订单编号,会员ID,支付时间,订单实付金额", [*REPEATED, "3,m3,2026-05-01,9.00"], 129, ""),
    ],
)
def test_an_amount_that_repeats_is_counted_once_or_told(
    tmp_path: Path, header: str, rows: Sequence[str], money: int, note: str
) -> None:
    """Other amounts, or its name on enough orders, say that it is the order's; else the reader is told."""
    with read(tmp_path, "\n".join((header, *rows)) + "\n") as data:
        assert data.quality.money_kept == money
        words = {word for word, _ in data.quality.notes if word != "note.paid_amount_name"}
        assert words == ({note} if note else set()) | ({"note.sums_differ"} if rows is LINES else set())


def test_header_below_a_title_with_group_titles_above(tmp_path: Path) -> None:
    text = (
        "某某公司订单明细,,,\n,买家,,金额\n订单号,手机号,下单时间,\n"
        "1,13800000001,2026-05-01,10\n2,13800000002,2026-05-02,20\n"
    )
    with read(tmp_path, text) as data:
        assert data.quality.files[0].header_row == 3
        assert data.quality.files[0].mapping["paid_amount"] == "金额"
        assert data.quality.money_kept == 30


def test_a_member_column_somebody_added_to_a_platform_export(tmp_path: Path) -> None:
    text = (
        "商品,订单号,订单状态,用户实付金额(元),商家实收金额(元),订单成交时间,会员号\n"
        "茶,1,已收货,10,12,2026-05-01 10:00:00,v1\n"
    )
    data = read(tmp_path, text)
    assert data.quality.files[0].profile == "pinduoduo"
    assert mapping_of(data)["member_id"] == "会员号"


WIDE = [
    "月份,小红书,抖音,合计\n2026-09,100,200,300\n2026-10,150,50,200\n",
    "渠道,2026-09,2026-10\n小红书,100,150\n抖音,200,50\n",
    "month,channel,cost\n2026年9月,小红书,100\n2026-09,抖音,200\n202610,小红书,150\n2026/10,抖音,50\n",
]


@pytest.mark.parametrize("text", WIDE, ids=["channels across", "months across", "long"])
def test_spend_in_long_and_wide_layout(tmp_path: Path, text: str) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "spend.csv").write_text(text, "utf-8")
    with load(tmp_path / "orders.csv", spend=tmp_path / "spend.csv") as data:
        rows = data.engine.fetch("select * from spend order by spent_on, channel").to_pylist()
    assert [(row["spent_on"].isoformat(), row["channel"], float(row["cost"]), row["is_month"]) for row in rows] == [
        ("2026-09-01", "小红书", 100.0, True),
        ("2026-09-01", "抖音", 200.0, True),
        ("2026-10-01", "小红书", 150.0, True),
        ("2026-10-01", "抖音", 50.0, True),
    ]


def test_a_cost_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "spend.csv").write_text(WIDE[2].replace("200\n", "约二百\n").replace(",50\n", ",\n"), "utf-8")
    with load(tmp_path / "orders.csv", spend=tmp_path / "spend.csv") as data:
        assert ("note.unread_cost", {"file": "spend.csv", "rows": 1, "example": "约二百"}) in data.quality.notes


def test_spend_without_a_readable_month_is_told(tmp_path: Path) -> None:
    """One month is written in words, one left blank as a merged cell leaves it; the sum below is no spend."""
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    rows = "2026-09,抖音,200\n1月,抖音,50\n,小红书,30\n合计,,280\n"
    (tmp_path / "spend.csv").write_text(f"month,channel,cost\n{rows}", "utf-8")
    with load(tmp_path / "orders.csv", spend=tmp_path / "spend.csv") as data:
        values = {"file": "spend.csv", "rows": 2, "example": "1月"}
        assert [note for note in data.quality.notes if "spend" in note[0]] == [("note.unread_spend_date", values)]


def test_wide_spend_is_seen_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "费用.csv").write_text(WIDE[0], "utf-8")
    with load(tmp_path) as data:
        assert data.spend is not None
        assert data.spend.count() == 4


def test_a_guess_does_not_join_a_folder_of_known_files(tmp_path: Path) -> None:
    """A file whose columns are only guessed at is named and passed over beside an export; alone it is read."""
    guess = "顾客手机号码,成交日期时间,实付总额\n13800000001,2026-05-01 10:00,88.00\n"
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "other.csv").write_text(guess, "utf-8")
    with load(tmp_path) as data:
        assert data.quality.skipped == ("other.csv",)
        assert data.quality.money_kept == 5
    with load(tmp_path / "other.csv") as data:
        assert data.quality.money_kept == 88
