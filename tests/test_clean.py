"""Rows, reasons and money: each row has one reason, tested in the contract's order, and nothing is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.dataset import Dataset
from privtraffic.intake.load import load
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


def test_a_return_stays_a_negative_document_whatever_it_is_called(tmp_path: Path) -> None:
    """The word of the two returns is no order's state: 50 of 100 go back, and 30 of a sale that is not here."""
    returns = ("1,,m1,2026-01-05,-50.00,,refunded,,,", "R2,,m1,2026-01-06,-30.00,,refunded,,,")
    sale = "1,,m1,2026-01-02,100.00,,paid,,,"
    with orders(tmp_path, GOOD, sale, *returns) as data:
        assert (data.quality.rows_dropped, data.quality.revenue) == ({}, Decimal("30.00"))
        assert (data.quality.orders, data.quality.credits) == (2, 1)
    with orders(tmp_path, GOOD, sale.replace("paid", "refunded"), returns[0].replace("50", "100")) as data:
        assert (data.quality.rows_dropped, data.quality.revenue) == ({"refunded": 2}, Decimal("10.00"))


def test_unknown_status_counts_where_the_export_has_no_paid_time(tmp_path: Path) -> None:
    with orders(tmp_path, GOOD, "2,,m2,2026-01-02,7.00,,odd word,,,") as data:
        assert data.quality.orders == 2
        (word,) = data.quality.unknown_statuses
        assert (word.word, word.rows, word.money) == ("odd word", 1, Decimal("7.00"))


def test_a_status_may_hold_the_separator_of_words(tmp_path: Path) -> None:
    """Found by changing bytes: seed 1198 of tests/fuzz_intake.py."""
    with orders(tmp_path, GOOD, "2,,m2,2026-01-02,7.00,,pa\x1fid,,,") as data:
        assert (data.quality.rows_dropped, data.quality.money_kept) == ({}, Decimal("17.00"))


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


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        ("1,L1,m1,2026-01-01 10:00:00,10.00,,paid,A,cream,", "20.00"),
        ("1,L1,m1,2026-01-02 10:00:00,10.00,,refunded,A,cream,", "10.00"),
        ("1,L1,m2,2026-01-01 10:00:00,10.00,,paid,A,cream,", "20.00"),
        ("2,L1,m1,2026-01-01 10:00:00,10.00,,paid,A,cream,", "30.00"),
        ("1,L3,m1,2026-01-01 10:00:00,10.00,,refunded,A,cream,", "20.00"),
    ],
    ids=["as it was", "since refunded", "under another member", "of another order", "another line, refunded"],
)
def test_a_line_is_there_twice_whatever_else_is_said_of_it(again: str, kept: str, tmp_path: Path) -> None:
    """Order 1 has the lines L1 and L2 of 10 each."""
    lines = (f"1,{line},m1,2026-01-01 10:00:00,10.00,,paid,A,cream," for line in ("L1", "L2"))
    with orders(tmp_path, *lines, again) as data:
        twice = again.startswith("1,L1,")
        assert data.quality.rows_dropped.get("duplicate", 0) == twice
        assert data.quality.money_kept == Decimal(kept)


@pytest.mark.parametrize("again", [0, 1])
def test_a_line_that_repeats_is_found_in_an_order_of_many(again: int, tmp_path: Path) -> None:
    """More lines than there are bits to tell them apart."""
    lines = [f"1,L{line},m1,2026-01-01 10:00:00,10.00,,paid,A,cream," for line in range(100)]
    with orders(tmp_path, *lines, *lines[:again]) as data:
        assert data.quality.rows_dropped == ({"duplicate": 1} if again else {})
        assert data.quality.money_kept == Decimal("1000.00")


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


def test_items_complete_the_orders_of_their_own_system_only(tmp_path: Path) -> None:
    """Taobao's order 1 and JD's order 1 are two orders: only Taobao's has the two items, and their 5.00 refund."""
    (tmp_path / "o.csv").write_text(
        "订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,订单付款时间,宝贝标题\n"
        "1,小红,90.00,交易成功,2026-01-01 10:00:00,2026-01-01 10:00:00,面霜 等多件\n",
        "utf-8",
    )
    (tmp_path / "i.csv").write_text(
        "主订单编号,子订单编号,商品标题,商品价格,购买数量,商家编码,买家实付金额,退款金额,订单状态\n"
        "1,11,面霜,40,1,A,30.00,5.00,交易成功\n1,12,精华,60,1,B,60.00,无退款申请,交易成功\n",
        "utf-8",
    )
    (tmp_path / "jd.csv").write_text(
        "订单号,下单时间,应付金额,京东价,订购数量,订单状态,下单帐号,商品名称\n"
        "1,2026-01-01 10:00:00,7.00,7,1,完成,jd_a,唇膏\n",
        "utf-8",
    )
    with load([tmp_path / name for name in ("o.csv", "i.csv", "jd.csv")], columns=["product"]) as data:
        lines = data.engine.fetch("select product, paid_amount, refund_amount from lines order by paid_amount")
        assert [tuple(row.values()) for row in lines.to_pylist()] == [
            ("唇膏", Decimal("7.00"), Decimal("0.00")),
            ("面霜", Decimal("30.00"), Decimal("5.00")),
            ("精华", Decimal("60.00"), Decimal("0.00")),
        ]
        assert data.quality.notes == (("note.items_joined", {"rows": 2, "left": 0}),)


DOUYIN = "主订单编号,子订单编号,选购商品,商品数量,订单应付金额,收件人手机号,订单提交时间,支付完成时间,订单状态"


def douyin(sub: str, product: str, paid: str, main: str = "1") -> str:
    return f"\t{main},\t{sub},{product},1,{paid},13700000001,2026-07-01 09:00:00,2026-07-01 09:01:00,已完成\n"


@pytest.mark.parametrize(
    ("apart", "products"),
    [
        (("11", "12"), ["口红", "面霜"]),
        (("11",), ["口红;面霜"]),
    ],
)
def test_one_order_by_order_and_by_product_counts_once(
    tmp_path: Path, apart: tuple[str, ...], products: list[str]
) -> None:
    """100.00 once: on its products where the other file has them all, else on the row that has the whole order."""
    rows = {"11": douyin("11", "口红", "60.00"), "12": douyin("12", "面霜", "40.00")}
    (tmp_path / "lines.csv").write_text(f"{DOUYIN}\n" + "".join(rows[sub] for sub in apart), "utf-8")
    (tmp_path / "orders.csv").write_text(f"{DOUYIN}\n" + douyin("11;12", "口红;面霜", "100.00"), "utf-8")
    with load([tmp_path / "lines.csv", tmp_path / "orders.csv"], columns=["product"]) as data:
        assert data.quality.money_kept == Decimal("100.00")
        assert data.quality.rows_dropped == {"duplicate": 1}
        assert data.engine.fetch("select product from lines order by product")["product"].to_pylist() == products


def test_products_joined_in_one_row_are_told(tmp_path: Path) -> None:
    text = douyin("11;12", "口红;面霜", "100.00") + douyin("21", "口红", "9.00", "2")
    (tmp_path / "orders.csv").write_text(f"{DOUYIN}\n{text}", "utf-8")
    with load(tmp_path / "orders.csv") as data:
        values = {"orders": 1, "money": Decimal("100.00"), "joined": ";"}
        assert data.quality.notes == (("note.joined_lines", values),)


def test_a_row_of_joined_products_that_repeats_counts_once(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(f"{DOUYIN}\n" + douyin("11;12", "口红;面霜", "100.00") * 2, "utf-8")
    with load(tmp_path / "orders.csv") as data:
        assert (data.quality.rows_dropped, data.quality.money_kept) == ({"duplicate": 1}, Decimal("100.00"))


def test_lines_that_do_not_add_up_to_their_order_are_told(tmp_path: Path) -> None:
    """Order 1: 60 + 30 against 100; order 2: 50 against 45; order 3 adds up to the cent, 4 has no total."""
    rows = [("1", "60.00", "100.00"), ("1", "30.00", "100.00"), ("2", "50.00", "45.00"), ("3", "5.01", "5.00")]
    rows += [("4", "7.00", "")]
    jushuitan = "".join(
        f"{order},T{order},已发货,q1,2026-07-28 10:00:00,{line},{whole}\n" for order, line, whole in rows
    )
    header = "内部订单号,线上订单号,状态,全渠道用户ID,下单时间,买家实付,已付金额"
    (tmp_path / "j.csv").write_text(f"{header}\n{jushuitan}", "utf-8")
    sums = {"orders": 2, "money_lines": Decimal(140), "money_order": Decimal(145), "money_apart": Decimal(15)}
    with load(tmp_path / "j.csv") as data:
        names = {"file": "j.csv", "line": "买家实付", "whole": "已付金额", "chosen": "买家实付"}
        assert data.quality.notes == (("note.sums_differ", {**names, **sums}),)
        assert data.quality.money_kept == Decimal("152.01")
    taobao = "".join(
        f"{order},小红,{whole or '7.00'},交易成功,2026-01-01 10:00:00,2026-01-01 10:00:00\n"
        for order, whole in {order: whole for order, _, whole in rows}.items()
    )
    items = "".join(f"{order},{at},x,1,1,{line}\n" for at, (order, line, _) in enumerate(rows))
    header = "订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,订单付款时间"
    (tmp_path / "o.csv").write_text(f"{header}\n{taobao}", "utf-8")
    (tmp_path / "i.csv").write_text(f"主订单编号,子订单编号,标题,价格,购买数量,买家实际支付金额\n{items}", "utf-8")
    with load([tmp_path / "o.csv", tmp_path / "i.csv"]) as data:
        assert data.quality.notes[-1] == ("note.items_differ", sums)
        assert data.quality.money_kept == Decimal("157.00")


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


def test_a_part_that_was_paid_back_and_not_told_is_told(tmp_path: Path) -> None:
    """Of four orders paid back in part O1 and O3 tell no amount: 100 + 40. O2 tells it, O4 on one of its lines."""
    rows = [
        "O1,M1,2026-06-01,100.00,,部分退款",
        "O2,M2,2026-06-02,100.00,30.00,partially refunded",
        "O3,M3,2026-06-03,40.00,0,Partially Refunded",
        "O4,M4,2026-06-04,50.00,,部分退款",
        "O4,M4,2026-06-04,20.00,5.00,部分退款",
        "O5,M5,2026-06-05,60.00,,paid",
    ]
    path = tmp_path / "orders.csv"
    path.write_text("order_id,member_id,ordered_at,paid_amount,refund_amount,status\n" + "\n".join(rows), "utf-8")
    with load(path) as data:
        told = dict(data.quality.notes)["note.partly_refunded"]
        assert (told["orders"], told["money"], data.quality.revenue) == (2, Decimal("140.00"), Decimal("335.00"))
    path.write_text("order_id,member_id,ordered_at,paid_amount,refund_amount,status\n" + rows[1], "utf-8")
    with load(path) as data:
        assert "note.partly_refunded" not in dict(data.quality.notes)


def test_what_was_paid_back_beyond_an_order_is_told_and_comes_off_no_other(tmp_path: Path) -> None:
    """400 of 300, 25 of two lines of 10 and 12, 5 of a gift: 100 + 3 + 5 beyond; 50 of 50 and 30 of 70 are not."""
    rows = [
        "O1,M1,2026-06-01,300.00,400.00",
        "O2,,2026-06-02,10.00,10.00",
        "O2,,2026-06-02,12.00,15.00",
        "O3,M2,2026-06-03,0.00,5.00",
        "O4,M2,2026-06-04,50.00,50.00",
        "O5,M3,2026-06-05,70.00,30.00",
        "O6,M3,2026-06-06,40.00,",
    ]
    path = tmp_path / "orders.csv"
    path.write_text("order_id,member_id,ordered_at,paid_amount,refund_amount\n" + "\n".join(rows))
    with load(path) as data:
        told = dict(data.quality.notes)["note.refund_beyond"]
        assert (told["orders"], told["money"], data.quality.revenue) == (3, Decimal("108.00"), Decimal("80.00"))
    path.write_text("order_id,member_id,ordered_at,paid_amount,refund_amount\n" + "\n".join(rows[4:]))
    with load(path) as data:
        assert "note.refund_beyond" not in dict(data.quality.notes)


@pytest.mark.parametrize("chosen", [None, "USD"])
def test_orders_without_a_currency_beside_others_are_told(tmp_path: Path, chosen: str | None) -> None:
    """Of 100 USD, 30 USD on two lines of which the first alone says so, and 7 + 8 of two files that say nothing."""
    head = "order_id,line_id,member_id,ordered_at,paid_amount,currency\n"
    rows = "1,1,M1,2026-06-01,100.00,USD\n2,1,M2,2026-06-02,20.00,USD\n2,2,M2,2026-06-02,10.00,\n"
    (tmp_path / "one.csv").write_text(head + rows)
    with load(tmp_path / "one.csv", settings=Settings(currency=chosen)) as data:
        assert "note.unnamed_currency" not in dict(data.quality.notes)
    with load(tmp_path / "one.csv", settings=Settings(currency="CNY"), need_member=False) as data:
        assert (data.quality.rows_dropped, data.quality.orders) == ({"other_currency": 3}, 0)
    (tmp_path / "one.csv").write_text(f"{head}{rows}3,1,M3,2026-06-03,7.00,\n")
    (tmp_path / "two.csv").write_text("order_id,member_id,ordered_at,paid_amount\n9,M9,2026-06-04,8.00\n")
    with load([tmp_path / "one.csv", tmp_path / "two.csv"], settings=Settings(currency=chosen)) as data:
        told = dict(data.quality.notes)["note.unnamed_currency"]
        assert told == {"orders": 2, "money": Decimal("15.00"), "currency": "USD"}
