"""What an eleventh set of invented exports showed: each of these was read wrong, or asked in words of no use."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.settings import Settings
from tests.test_columns_fresh import BASE, revenue
from tests.test_columns_ninth import NAMED, folder_of, read, table


def lines(heads: str, *rows: str) -> str:
    return "\n".join((heads, *rows)) + "\n"


def test_the_price_of_a_unit_is_no_amount_of_its_row(tmp_path: Path) -> None:
    """成交价 is what one unit came to; with its units each row is 成交总价: 540 in all, and 310 of prices."""
    columns = {name: cells for name, cells in NAMED.items() if name != "实付"}
    units, prices = ("2", "4", "1", "2", "1", "1"), ("50", "50", "50", "40", "70", "40")
    columns |= {"货品原单价": ("60",) * 6, "货品成交价": prices, "货品数量": units, "货品成交总价": BASE["order_total"]}
    assert read(tmp_path, table(columns))[:2] == (6, 540)


def test_a_price_that_grows_with_the_units_is_that_of_the_row(tmp_path: Path) -> None:
    """Three kinds of goods, each sold once and several times: 550 as it stands, or as price × units."""
    columns = {name: cells for name, cells in NAMED.items() if name != "实付"}
    columns |= {
        "EAN": tuple("ABCACB"),
        "Aantal": ("2", "4", "1", "1", "2", "1"),
        "Verkoopprijs": ("160", "200", "20", "80", "40", "50"),
    }
    orders, money, notes = read(tmp_path, table(columns))
    assert (orders, money) == (6, 550)
    assert "note.price_of_row" in notes
    columns["Verkoopprijs"] = ("80", "50", "20", "80", "20", "50")
    assert read(tmp_path, table(columns))[:2] == (6, 550)


TILL = lines(
    "机构编码,日期,时间,流水号,会员卡号,商品,数量,实收金额",
    "A,2026-07-01,10:00,0001,p1,甲,1,60", "A,2026-07-01,10:00,0001,p1,乙,1,40",
    "A,2026-07-02,10:00,0001,p2,甲,1,200", "B,2026-07-02,11:00,0001,p1,甲,1,50",
    "A,2026-07-24,10:00,0001,p3,甲,1,80", "A,2026-07-24,12:00,0002,p2,甲,1,70",
    "B,2026-07-26,10:00,0001,p4,甲,1,40",
)  # fmt: skip


def test_a_till_that_counts_anew_each_day_in_each_store(tmp_path: Path) -> None:
    """Six sales of four members under two numbers, of which 0001 stands for five; one sale has two lines."""
    assert read(tmp_path, TILL) == (6, 540, "note.numbered_anew")
    with load(tmp_path / "export.csv") as data:
        assert data.quality.last_day == date(2026, 7, 26)


def test_a_till_that_counts_anew_each_year_long_behind_the_first_rows(tmp_path: Path) -> None:
    """1,500 sales of 50 members a year, numbered from 1 in both years: the second year is not seen in the sample."""
    rows = [
        f"{at + 1:05},{year}-{1 + at % 12:02}-{1 + at // 12 % 28:02},m{(at * shift) % 50},10"
        for year, shift in ((2024, 7), (2025, 11))
        for at in range(1500)
    ]
    orders, money, notes = read(tmp_path, lines("单号,日期,会员号,实付", *rows))
    assert (orders, money) == (3000, 30000)
    assert notes == "note.numbered_anew"


PARTS = lines(
    "Order No,Account,Order Date,Item,Ordered Qty,Shipped Qty,Unit Price,Line Amount,Shipment",
    "S1,p1,2026-07-01,A,3,2,35,100,D1", "S1,p1,2026-07-01,A,3,1,35,100,D2", "S2,p2,2026-07-02,A,2,1,35,70,D3",
    "S2,p2,2026-07-02,A,2,1,35,70,D4", "S2,p2,2026-07-02,B,1,1,60,60,D4", "S3,p1,2026-07-13,B,3,1,60,170,D5",
    "S3,p1,2026-07-13,B,3,1,60,170,D6", "S3,p1,2026-07-13,B,3,1,60,170,D7", "S4,p3,2026-07-24,B,1,1,60,60,D8",
)  # fmt: skip


def test_a_line_that_stands_on_each_of_its_shipments_counts_once(tmp_path: Path) -> None:
    """100 and 70 + 60 and 170 and 60 of four orders; row by row it would be 970. A third of 100 is 33.33…"""
    orders, money, notes = read(tmp_path, PARTS)
    assert (orders, money) == (4, 460)
    assert "note.parts_of_lines" in notes


def test_who_has_several_cards_is_one_member(tmp_path: Path) -> None:
    cards = ("k1", "k2", "k5", "k3", "k6", "k4")
    columns = {
        "会员ID": BASE["customer_id"],
        "会员卡号": cards,
        **{key: NAMED[key] for key in ("单号", "日期", "实付")},
    }
    (tmp_path / "cards.csv").write_text(table(columns), "utf-8")
    with load(tmp_path / "cards.csv") as data:
        assert data.engine.fetch("select count(distinct member_id) as n from orders").to_pylist() == [{"n": 4}]


@pytest.mark.parametrize(
    ("title", "word"),
    [("支付状態", "決済処理中"), ("Zahlstatus", "offen"), ("paymentState", "open"), ("Sale state", "SAVED")],
)
def test_what_was_not_paid_yet_by_its_state(tmp_path: Path, title: str, word: str) -> None:
    assert revenue(tmp_path, **{title: ("paid", word, "paid", "paid", "paid", "paid")}) == 340


def test_a_letter_under_cancelled_that_is_not_no(tmp_path: Path) -> None:
    """SAP Business One: the document of 200 was cancelled (Y) by that of 80 (C)."""
    assert revenue(tmp_path, CANCELED=("N", "Y", "N", "C", "N", "N")) == 260


def test_what_an_order_was_before_does_not_count_beside_what_it_is(tmp_path: Path) -> None:
    """Each order stands twice, as created and as it ended; the one of 200 was cancelled: 540 - 200."""
    ends = ("delivered", "cancelled", "delivered", "delivered", "delivered", "delivered")
    rows = [
        (number, member, day, state, amount, current)
        for number, member, day, amount, end in zip(*BASE.values(), ends, strict=True)
        for state, current in (("created", "false"), (end, "true"))
    ]
    heads = ("order_key", "customer_key", "order_ts", "order_status", "order_amount", "is_current")
    columns = dict(zip(heads, zip(*rows, strict=True), strict=True))
    assert read(tmp_path, table(columns))[:2] == (5, 340)


def test_sales_below_zero_are_asked_about_and_can_be_turned(tmp_path: Path) -> None:
    """A system that books what leaves the store: five sales, and 40 that came back."""
    money = ("-100", "-200", "-50", "-80", "-70", "40")
    columns = {**NAMED, "实付": money, "会员号": (*BASE["customer_id"][:5], "p1")}
    with pytest.raises(PrivtrafficError, match=r"-460\.00.* 460\.00.*paid_amount=- 实付"):
        read(tmp_path, table(columns))
    with load(tmp_path / "export.csv", settings=Settings(mapping=(("paid_amount", "- 实付"),))) as data:
        assert (data.quality.orders, data.quality.revenue) == (5, 460)


def test_a_refund_without_a_member_takes_back_the_order_it_names(tmp_path: Path) -> None:
    """WooCommerce: 50 of 300 and all of 302 came back, as posts of nobody: 540 - 50 - 50."""
    text = lines(
        "order_id,parent_id,type,date_created,customer_id,total",
        "300,0,shop_order,2026-07-01,p1,100", "301,0,shop_order,2026-07-02,p2,200", "302,0,shop_order,2026-07-13,p1,50",
        "303,0,shop_order,2026-07-24,p3,80", "304,0,shop_order,2026-07-25,p2,70", "305,0,shop_order,2026-07-26,p4,40",
        "900,300,shop_order_refund,2026-07-03,0,-50", "901,302,shop_order_refund,2026-07-14,0,-50",
    )  # fmt: skip
    orders, money, notes = read(tmp_path, text)
    assert (orders, money) == (5, 440)
    assert "note.returns_attached" in notes


def test_receipts_of_pospal_line_by_line_are_no_duplicates(tmp_path: Path) -> None:
    text = lines(
        "流水号,销售时间,单据类型,商品条码,商品名称,商品原价,销售数量,实收金额,会员编号",
        "1,2026-07-01 10:00,销售单,a,甲,60,1,60,p1", "1,2026-07-01 10:00,销售单,b,乙,40,1,40,p1",
        "2,2026-07-02 10:00,销售单,a,甲,60,3,180,p2", "3,2026-07-03 10:00,退货单,a,甲,60,1,60,p2",
        "4,2026-07-04 10:00,销售单,b,乙,40,2,80,p3",
    )  # fmt: skip
    assert read(tmp_path, text)[:2] == (3, 300)


def test_the_refund_of_kuaishou_and_of_jushuitan(tmp_path: Path) -> None:
    kuaishou = lines(
        "订单编号,订单创建时间,订单支付时间,订单状态,实付款,退款,买家ID,商品名称,商品ID,成交数量",
        "1,2026-07-01 10:00:00,2026-07-01 10:01:00,交易成功,¥100,¥30,p1,甲,7,1",
        "2,2026-07-02 10:00:00,2026-07-02 10:01:00,交易成功,¥200,-,p2,甲,7,1",
    )
    assert read(tmp_path, kuaishou)[1] == 270
    jushuitan = lines(
        "内部订单号,线上订单号,买家账号,下单时间,付款日期,状态,已付金额,退款金额",
        "1,T1,p1,2026-07-01 10:00:00,2026-07-01 10:01:00,已发货,100,30",
        "2,T2,p2,2026-07-02 10:00:00,2026-07-02 10:01:00,已发货,200,0",
    )
    assert read(tmp_path, jushuitan)[1] == 270


def test_cases_that_name_an_order_as_the_platform_does(tmp_path: Path) -> None:
    """Jushuitan has a number of its own beside that of the platform, by which the cases tell: 300 - 30."""
    orders = lines(
        "内部订单号,线上订单号,买家账号,下单时间,付款日期,状态,已付金额",
        "1,T1,p1,2026-07-01 10:00:00,2026-07-01 10:01:00,已发货,100",
        "2,T2,p2,2026-07-02 10:00:00,2026-07-02 10:01:00,已发货,200",
        "3,T3,p2,2026-07-03 10:00:00,2026-07-03 10:01:00,已发货,50",
    )
    cases = lines("售后单号,线上订单号,售后类型,退款金额,状态", "A1,T1,仅退款,30,已确认", "A2,T3,普通退货,50,已确认")
    assert folder_of(tmp_path, orders=orders, cases=cases)[:2] == (2, 270)


def test_a_file_that_is_called_refunds_tells_refunds(tmp_path: Path) -> None:
    orders = {**BASE, "order_no": BASE["ticket"]}
    refunds = lines("id,order_no,amount,reason,created_at", "1,G2,50,size,2026-07-09", "2,G4,80,size,2026-07-29")
    assert folder_of(tmp_path, orders=table(orders), refunds=refunds)[:2] == (5, 410)


def test_change_is_no_refund_and_is_taken_off_what_was_tendered(tmp_path: Path) -> None:
    """Of 100 and 50 in cash 20 and 50 more was given, and handed back; the goods are dearer by a coupon of 10 each."""
    ways = {
        "现金": ("120", "", "100", "", "", ""),
        "微信": ("", "200", "", "80", "70", "40"),
        "找零": ("20", "", "50", "", "", ""),
    }
    assert read(tmp_path, table({**NAMED, **ways}))[:2] == (6, 540)
    alone = {"实收现金": ("120", "200", "100", "80", "70", "40"), "找零": ways["找零"]}
    due = {"应收" if name == "实付" else name: cells for name, cells in NAMED.items()}
    assert read(tmp_path, table({**due, **alone}))[:2] == (6, 540)
    goods = tuple(str(int(cell) + 10) for cell in BASE["order_total"])
    columns = {**{name: cells for name, cells in NAMED.items() if name != "实付"}, "应收": goods, **ways}
    with pytest.raises(PrivtrafficError, match=r"应收 \(in all 600\.00\) or 现金 \+ 微信 - 找零 \(in all 540\.00\)"):
        read(tmp_path, table(columns))
    with load(tmp_path / "export.csv", settings=Settings(mapping=(("paid_amount", "现金 + 微信 - 找零"),))) as data:
        assert (data.quality.orders, data.quality.revenue) == (6, 540)


def test_a_minus_in_a_column_of_signs_takes_back(tmp_path: Path) -> None:
    """p1 brings back what was sold for 50: 540 - 50 - 50, and one order less."""
    text = table(
        {
            **NAMED,
            "符号": ("+", "+", "+", "+", "-", "+"),
            "实付": ("100", "200", "50", "80", "50", "60"),
            "会员号": ("p1", "p2", "p1", "p3", "p1", "p4"),
        }
    )
    assert read(tmp_path, text)[:2] == (4, 440)


def test_a_discount_that_stands_on_each_row_of_its_order_is_asked_about(tmp_path: Path) -> None:
    """Three orders of 60 + 40, each with 10 off that stands twice: 300 before it, 270 if it comes off once."""
    rows = (f"{at},p{at},2026-07-0{at},{sku},1,{price},10" for at in (1, 2, 3) for sku, price in (("A", 60), ("B", 40)))
    text = lines("Order No,Customer No,Order Date,SKU,Qty,Unit Price,Order Discount", *rows)
    with pytest.raises(PrivtrafficError, match=r"300\.00 before it, 270\.00 if it comes off once"):
        read(tmp_path, text)
    with load(tmp_path / "export.csv", settings=Settings(mapping=(("discount", "Order Discount"),))) as data:
        assert data.quality.revenue == 240


def test_what_was_paid_for_an_order_goes_before_what_was_paid_for_its_goods(tmp_path: Path) -> None:
    """Three orders of two lines, 60 and 40 of goods, and 108 with their postage, which stands on both rows."""
    rows = (
        f"{at},p{at},2026-07-0{at},10{at}8,{sku},1,{price},{price}"
        for at in (0, 1, 2, 3)
        for sku, price in (("A", 600 + at * 10), ("B", 400))
    )
    text = lines("订单号,会员号,下单时间,订单实付,商品编码,数量,单价,商品实付", *rows).replace(
        "2026-07-00", "2026-07-09"
    )
    assert read(tmp_path, text)[:2] == (4, 1008 + 1018 + 1028 + 1038)


def test_a_line_that_was_called_off_has_nothing_of_an_order_total_without_it(tmp_path: Path) -> None:
    """Four orders of 100 each, three of which had a line of 50 called off: shared out with it, 300 would be left."""
    rows = [
        f"{at},p{at},2026-07-0{at},{sku},1,{price},100,Complete,{state}"
        for at in (1, 2, 3, 4)
        for sku, price, state in (("A", 60, "Shipped"), ("B", 40, "Shipped"), ("C", 50, "Cancelled"))
        if at < 4 or sku != "C"
    ]
    heads = "Order No,Customer No,Order Date,SKU,Qty,Unit Price,Order Total,Order Status,Line Status"
    assert read(tmp_path, lines(heads, *rows))[:2] == (4, 400)


def test_a_bill_that_is_open_where_others_are_closed_is_not_paid(tmp_path: Path) -> None:
    assert revenue(tmp_path, **{"Check status": ("Closed", "Open", "Closed", "Closed", "Closed", "Closed")}) == 340


def test_what_was_paid_back_goes_before_what_was_asked_for(tmp_path: Path) -> None:
    columns = {**NAMED, "申请退款金额": ("", "60", "", "", "", ""), "实际退款金额": ("", "50", "", "", "", "")}
    assert read(tmp_path, table(columns))[1] == 490


def test_the_further_lines_of_an_order_may_leave_its_day_blank(tmp_path: Path) -> None:
    """Three orders of two lines: their numbers come again, and on no other day."""
    text = lines(
        "Número de orden,Email,Fecha,Total,Nombre del producto,Precio del producto,Cantidad del producto",
        "1,a@x.mx,2026-07-01,100.00,A,10.00,5", "1,a@x.mx,,,B,10.00,5", "2,b@x.mx,2026-07-02,200.00,A,20.00,5",
        "2,b@x.mx,,,B,20.00,5", "3,a@x.mx,2026-07-03,300.00,A,30.00,5", "3,a@x.mx,,,B,30.00,5",
    )  # fmt: skip
    orders, money, notes = read(tmp_path, text)
    assert (orders, money) == (3, Decimal(600))
    assert "note.derived_order" not in notes
