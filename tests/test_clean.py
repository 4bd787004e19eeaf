"""Rows, reasons and money: each row has one reason, tested in the contract's order, and nothing is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.intake.load import Dataset, load
from privtraffic.settings import Settings

HEADER = "order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,sku,product,currency"


def orders(folder: Path, *rows: str, name: str = "orders.csv", settings: Settings | None = None) -> Dataset:
    (folder / name).write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return load(folder / name, settings=settings)


GOOD = "G,,m1,2026-01-01 10:00:00,10.00,,paid,,,"
"""Stands beside every row below, so that there is something to keep."""


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,,,not a date,x,,unpaid,,,", "no_member"),
        ("1,,186****0005,2026-01-02,5.00,,paid,,,", "no_member"),
        ("1,,m2,not a date,x,,unpaid,,,", "bad_date"),
        ("1,,m2,1989-12-31,5,,paid,,,", "bad_date"),
        ("1,,m2,2525-02-03,5,,paid,,,", "bad_date"),
        ("1,,m2,2026-03-02,x,,unpaid,,,", "after_as_of"),
        ("1,,m2,2026-01-02,x,,unpaid,,,", "bad_amount"),
        ("合计,,m2,2026-01-02,10,,unpaid,,,", "summary_row"),
        ("1,,m2,2026-01-02,0,,unpaid,,,", "unpaid"),
        ("1,,m2,2026-01-02,0,,cancelled,,,", "cancelled"),
        ("1,,m2,2026-01-02,5,,refunded,,,", "refunded"),
        ("1,,m2,2026-01-02,5,5.00,odd word,,,", "refunded"),
        ("1,,m2,2026-01-02,0,,odd word,,,", "zero_amount"),
        ("1,,m2,2026-01-02,-5,,paid,,,", "refund_without_purchase"),
    ],
)
def test_the_first_reason_in_the_contracts_order(tmp_path: Path, row: str, reason: str) -> None:
    with orders(tmp_path, GOOD, row, settings=Settings(as_of=date(2026, 3, 1))) as data:
        assert data.quality.rows_dropped == {reason: 1}
        assert data.quality.rows_read == 2
        assert data.quality.money_kept == Decimal("10.00")


def test_a_row_without_member_stays_a_sale(tmp_path: Path) -> None:
    with orders(tmp_path, GOOD, "2,,,2026-01-02,30.00,,paid,,,") as data:
        rows = data.engine.fetch("select member_id, net from orders order by net").to_pylist()
        assert rows == [{"member_id": "m1", "net": Decimal("10.00")}, {"member_id": None, "net": Decimal("30.00")}]
        assert data.quality.anonymous_share == 0.75


def test_unknown_status_counts_where_the_export_has_no_paid_time(tmp_path: Path) -> None:
    with orders(tmp_path, GOOD, "2,,m2,2026-01-02,7.00,,odd word,,,") as data:
        assert data.quality.orders == 2
        (word,) = data.quality.unknown_statuses
        assert (word.word, word.rows, word.money) == ("odd word", 1, Decimal("7.00"))


def test_unknown_status_without_paid_time_is_dropped_where_others_have_one(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(
        "order_id,member_id,created_at,paid_at,amount,status\n"
        "1,m1,2026-01-01,2026-01-01,10,paid\n2,m2,2026-01-02,,20,odd word\n3,m3,2026-01-03,2026-01-03,5,odd word\n",
        "utf-8",
    )
    with load(tmp_path / "o.csv") as data:
        assert data.quality.rows_dropped == {"unknown_status": 1}
        assert data.quality.money_kept == Decimal("15.00")


def test_equal_rows_of_one_file_are_real(tmp_path: Path) -> None:
    row = "1,,m1,2026-01-01 10:00:00,10.00,,paid,A,cream,"
    with orders(tmp_path, row, row) as data:
        assert data.quality.rows_dropped == {}
        assert data.quality.money_kept == Decimal("20.00")


def test_a_line_number_that_repeats_is_a_duplicate(tmp_path: Path) -> None:
    row = "1,L1,m1,2026-01-01 10:00:00,10.00,,paid,A,cream,"
    with orders(tmp_path, row, row) as data:
        assert data.quality.rows_dropped == {"duplicate": 1}


@pytest.mark.parametrize("newest_first", [True, False])
def test_overlapping_files_keep_the_most_advanced_status(tmp_path: Path, newest_first: bool) -> None:
    """Order 1 was unpaid in January's file and is paid in February's, whichever is given first."""
    files = {
        "a.csv": "1,,m1,2026-01-31,10.00,,unpaid,,,\n2,,m1,2026-01-30,5.00,,paid,,,",
        "b.csv": "1,,m1,2026-01-31,10.00,,paid,,,\n3,,m2,2026-02-01,7.00,,paid,,,",
    }
    for name, rows in files.items():
        (tmp_path / name).write_text(f"{HEADER}\n{rows}\n", "utf-8")
    names = sorted(files, reverse=newest_first)
    with load([tmp_path / name for name in names]) as data:
        assert data.quality.rows_dropped == {"duplicate": 1}
        assert data.quality.money_read == Decimal("32.00")
        assert data.quality.money_kept == Decimal("22.00")


def test_the_same_number_in_two_shops_is_two_orders(tmp_path: Path) -> None:
    for shop in ("甲店", "乙店"):
        text = (
            "订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,订单付款时间,店铺名称\n"
            f"1001,小红,10.00,交易成功,2026-01-01 10:00:00,2026-01-01 10:00:00,{shop}\n"
        )
        (tmp_path / f"{shop}.csv").write_text(text, "utf-8")
    with load(sorted(tmp_path.iterdir())) as data:
        assert data.quality.rows_dropped == {}
        assert data.quality.money_kept == Decimal("20.00")


def test_items_carry_the_products_and_the_order_its_money(tmp_path: Path) -> None:
    """Order 1: 90 paid for lines that cost 40 and 60 -> 36 and 54, of which 10 went back -> 4 and 6."""
    (tmp_path / "o.csv").write_text(
        "订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,订单付款时间,退款金额,宝贝标题\n"
        "1,小红,90.00,交易成功,2026-01-01 10:00:00,2026-01-01 10:00:00,10.00,面霜 等多件\n"
        "2,小明,5.00,交易成功,2026-01-02 10:00:00,2026-01-02 10:00:00,0,唇膏\n",
        "utf-8",
    )
    (tmp_path / "i.csv").write_text(
        "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码\n"
        "1,面霜,40,1,,,,,交易成功,A\n1,精华,30,2,,,,,交易成功,B\n",
        "utf-8",
    )
    with load([tmp_path / "o.csv", tmp_path / "i.csv"], columns=["product", "sku"]) as data:
        lines = data.engine.fetch(
            "select product, sku, paid_amount, refund_amount, net from lines order by sku, product"
        )
        assert [tuple(row.values()) for row in lines.to_pylist()] == [
            ("唇膏", None, Decimal("5.00"), Decimal("0.00"), Decimal("5.00")),
            ("面霜", "A", Decimal("36.00"), Decimal("4.00"), Decimal("32.00")),
            ("精华", "B", Decimal("54.00"), Decimal("6.00"), Decimal("48.00")),
        ]
        assert data.quality.revenue == Decimal("85.00")


def test_order_money_is_shared_to_the_cent(tmp_path: Path) -> None:
    """100.00 on three lines of equal price: 33.33, 33.34, 33.33 in some order, 100.00 in all."""
    rows = "\n".join("1,2026-01-01 10:00:00,100.00,10.00,1,完成,jd_a" for _ in range(3))
    (tmp_path / "jd.csv").write_text(f"订单号,下单时间,应付金额,京东价,订购数量,订单状态,下单帐号\n{rows}\n", "utf-8")
    with load(tmp_path / "jd.csv") as data:
        amounts = data.engine.fetch("select paid_amount from lines order by paid_amount")["paid_amount"].to_pylist()
        assert amounts == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
        assert data.quality.money_read == Decimal("100.00")


def test_a_return_document_joins_its_sale_and_keeps_its_day(tmp_path: Path) -> None:
    """The return on 9 May lowers D1; it sets neither the day nor the number of orders."""
    text = (
        "订单编号,前置订单编号,商品实付金额,会员卡号,订单日期,门店名称,订单状态\n"
        "D1,,300.00,c1,2026-05-01,一号店,已完成\nD9,D1,-100.00,,2026-05-09,一号店,已完成\n"
    )
    (tmp_path / "pos.csv").write_text(text, "utf-8")
    with load(tmp_path / "pos.csv") as data:
        (row,) = data.engine.fetch("select order_id, member_id, ordered_at, net, is_purchase from orders").to_pylist()
        assert row.pop("ordered_at").date() == date(2026, 5, 1)
        assert row == {"order_id": "D1", "member_id": "c1", "net": Decimal("200.00"), "is_purchase": True}


def test_a_price_beyond_all_measure_costs_its_row_and_no_other(tmp_path: Path) -> None:
    """A phone number among the prices is money; what no account could hold is a bad amount, never an error."""
    rows = ["1,m1,2026-01-01,10.00,2", "2,m1,2026-01-02,13800000001,2.5", "3,m1,2026-01-03,1e15,1000000"]
    (tmp_path / "o.csv").write_text("\n".join(["order_id,member_id,ordered_at,price,quantity", *rows]) + "\n", "utf-8")
    with load(tmp_path / "o.csv") as data:
        assert data.quality.rows_dropped == {"bad_amount": 1}
        assert data.quality.money_kept == Decimal("34500000022.50")
