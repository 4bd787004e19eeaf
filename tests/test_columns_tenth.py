"""What a tenth set of invented exports showed: each of these was read wrong, most of them in silence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from tests.test_columns_fresh import BASE, revenue
from tests.test_columns_ninth import NAMED, folder_of, read, table

COMING_BACK = {
    "跟团号": tuple("123456"),
    "下单人": ("昵称1", "昵称2", "昵称1", "昵称2", "昵称3", "昵称3"),
    "下单时间": tuple(f"{day} 10:00" for day in BASE["order_date"]),
    "联系电话": tuple(f"1380013800{at}" for at in (1, 2, 1, 2, 3, 3)),
    "实付金额": BASE["order_total"],
}


def test_who_orders_numbers_no_orders(tmp_path: Path) -> None:
    """Three persons come twice each: their names were taken for the numbers of three orders."""
    assert read(tmp_path, table(COMING_BACK))[:2] == (6, 540)


def test_a_flag_that_the_profile_does_not_know_undoes_its_rows(tmp_path: Path) -> None:
    """Pospal: the receipt of 200 was settled back (反结账), in a column of its own: 540 - 200."""
    columns = {
        "流水号": BASE["ticket"],
        "日期": BASE["order_date"],
        "会员号": BASE["customer_id"],
        "商品原价": BASE["order_total"],
        "实收金额": BASE["order_total"],
        "是否反结账": ("否", "是", "否", "否", "否", "否"),
    }
    assert read(tmp_path, table(columns)) == (5, Decimal("340.00"), "note.undone_status")


def test_codes_of_a_way_of_selling_are_asked_about(tmp_path: Path) -> None:
    """B repeats the sale of 50 of p1: 540 as sales, and 440 if it takes that back."""
    columns = {**NAMED, "实付": ("100", "200", "50", "80", "50", "60"), "会员号": ("p1", "p2", "p1", "p3", "p1", "p4")}
    with pytest.raises(PrivtrafficError, match=r"540\.00 .*440\.00.*销售方式:B"):
        read(tmp_path, table({**columns, "销售方式": tuple("AAAABA")}))


@pytest.mark.parametrize("word", ["未结账", "待买家付款", "입금전", "Quotation"])
def test_what_was_not_paid_yet_is_no_sale(tmp_path: Path, word: str) -> None:
    assert revenue(tmp_path, Status=("Completed", word, *("Completed",) * 4)) == 340


def test_a_deposit_and_the_rest_are_offered_beside_the_price_of_the_goods(tmp_path: Path) -> None:
    """Of the order of 200 only the deposit was paid: 540 of goods, 370 of both payments."""
    rest = ("70", "", "20", "50", "40", "10")
    columns = {**{name: cells for name, cells in NAMED.items() if name != "实付"}, "商品金额": BASE["order_total"]}
    with pytest.raises(PrivtrafficError, match=r"540\.00.*定金 \+ 尾款 .*370\.00"):
        read(tmp_path, table({**columns, "定金": ("30",) * 6, "尾款": rest}))


@pytest.mark.parametrize("form", ["%Y%m%d 10:30:00", "%d-%b-%Y 10:30 AM CST", "%Y-%m-%d 10:30 EDT"])
def test_days_in_one_number_and_zones_by_their_letters_are_times(tmp_path: Path, form: str) -> None:
    days = tuple(date.fromisoformat(day).strftime(form) for day in BASE["order_date"])
    assert revenue(tmp_path, order_date=days) == 540


def test_the_number_of_a_document_may_have_parts(tmp_path: Path) -> None:
    """Two lines of one invoice: five orders of six rows."""
    numbers = ("INV/2026/1", "INV/2026/1", *(f"INV/2026/{at}" for at in range(3, 7)))
    columns = {**BASE, "order_date": ("2026-07-01", "2026-07-01", *BASE["order_date"][2:])}
    columns |= {"customer_id": ("p1", "p1", *BASE["customer_id"][2:]), "Nomor Invoice": numbers}
    del columns["ticket"]
    assert read(tmp_path, table(columns))[0] == 5


def test_people_at_a_table_are_no_units(tmp_path: Path) -> None:
    columns = {**NAMED, "单价": BASE["order_total"], "人数": ("2",) * 6}
    assert read(tmp_path, table(columns))[1] == 540


def test_an_amount_that_is_nothing_on_each_row_says_of_none_that_it_was_not_paid(tmp_path: Path) -> None:
    """货到付款金额 is what is still to be paid at the door: 0.00 of each."""
    assert read(tmp_path, table({**NAMED, "货到付款金额": ("0",) * 6}))[:2] == (6, 540)


def test_what_is_left_of_an_amount_after_fees_is_not_what_the_buyer_paid(tmp_path: Path) -> None:
    fees = tuple(f"-{int(amount) / 10:.2f}" for amount in BASE["order_total"])
    left = tuple(f"{int(amount) * 0.9:.2f}" for amount in BASE["order_total"])
    assert revenue(tmp_path, order_total=None, Gross=BASE["order_total"], Fee=fees, Net=left) == 540


def test_a_document_that_takes_back_is_told_by_its_type_in_russian(tmp_path: Path) -> None:
    """The sale of 50 of p1 came back under its own number: 540 - 50 - 50."""
    kinds = ("Продажа",) * 4 + ("Возврат", "Продажа")
    columns = {
        **BASE,
        "ticket": ("G1", "G2", "G3", "G4", "G3", "G6"),
        "customer_id": ("p1", "p2", "p1", "p3", "p1", "p4"),
    }
    totals = ("100", "200", "50", "80", "50", "60")
    assert revenue(tmp_path, **{**columns, "order_total": totals, "Тип документа": kinds}) == 440


SLIP = "退货单号,来源单号,退货日期,客户编码,商品编码,退货数量,退货金额\n"
SLIP += "T1,G2,2026-07-09,p2,A,1,50\nT2,G4,2026-07-29,p3,B,1,80\n"


def test_slips_of_returns_come_off_orders_told_line_by_line(tmp_path: Path) -> None:
    """G2 has two lines, 150 and 50, of which 50 came back; all of G4 did: 540 - 50 - 80, and five orders."""
    heads = ("单据编号", "客户编码", "单据日期", "金额", "商品编码", "数量")
    columns = [("G1", "G2", "G2", *BASE["ticket"][2:]), ("p1", "p2", "p2", *BASE["customer_id"][2:])]
    columns += [("2026-07-01", "2026-07-02", "2026-07-02", *BASE["order_date"][2:])]
    columns += [("100", "150", "50", "50", "80", "70", "40"), tuple("ABABABA"), ("1",) * 7]
    orders, money, notes = folder_of(tmp_path, sales=table(dict(zip(heads, columns, strict=True))), slips=SLIP)
    assert (orders, money) == (5, 410)
    assert "note.aftersale_joined" in notes


def test_refunds_come_off_the_orders_of_a_system_that_is_known(tmp_path: Path) -> None:
    """Shopify: #1001 has two lines and one total of 100, of which 30 were paid back."""
    orders = (
        "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price\n"
        "#1001,a@x.com,paid,2026-07-01 10:00:00 +0800,CNY,100,100,2026-07-01 10:00:00 +0800,1,Shirt,60\n"
        "#1001,a@x.com,,,,,,2026-07-01 10:00:00 +0800,1,Scarf,40\n"
        "#1002,b@x.com,paid,2026-07-02 10:00:00 +0800,CNY,80,80,2026-07-02 10:00:00 +0800,1,Bag,80\n"
        "#1003,a@x.com,paid,2026-07-03 10:00:00 +0800,CNY,70,70,2026-07-03 10:00:00 +0800,1,Hat,70\n"
    )
    refunds = (
        "Order,Refund ID,Refunded at,Refund amount\n#1001,r1,2026-07-05 09:00:00,30\n#1003,r2,2026-07-06 09:00:00,70\n"
    )
    assert folder_of(tmp_path, orders=orders, refunds=refunds)[:2] == (2, 150)


def test_of_two_refunds_that_which_was_paid_comes_off(tmp_path: Path) -> None:
    """申请退款金额 was asked for; the case of G1 was called off: 540 - 50 - 80."""
    cases = (
        "售后单号,订单号,申请退款金额,实际退款金额,售后状态\n"
        "S1,G2,60,50,售后成功\nS2,G4,85,80,售后成功\nS3,G1,20,0,买家撤销\n"
    )
    orders = {"订单号": BASE["ticket"], **{name: cells for name, cells in NAMED.items() if name != "单号"}}
    assert folder_of(tmp_path, orders=table(orders), cases=cases)[:2] == (5, 410)


def test_a_month_of_few_rows_is_read_as_the_others_are(tmp_path: Path) -> None:
    """In May 349 of 473 were paid back; the month was left out of the year, and only named as skipped."""
    heads = "日期,单号,会员卡,金额,退款,状态\n"
    april = "2025-04-12,N4,K4,778.5,0,完成\n2025-04-20,N5,K5,79.8,0,完成\n2025-04-28,N6,K6,129,0,完成\n"
    may = "2025-05-14,N7,K0,349,349,已退款\n2025-05-22,N8,K1,124,0,完成\n"
    orders, money, notes = folder_of(tmp_path, april=heads + april, may=heads + may)
    assert (orders, money) == (4, Decimal("1111.30"))
    assert "note.skipped" not in notes
