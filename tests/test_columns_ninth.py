"""What a ninth set of invented exports showed: each of these was read wrong, most of them in silence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.settings import Settings
from tests.test_columns_fresh import BASE, revenue

NAMED = {"会员号": BASE["customer_id"], "单号": BASE["ticket"], "日期": BASE["order_date"], "实付": BASE["order_total"]}


def read(folder: Path, text: str | bytes, name: str = "export.csv") -> tuple[int, Decimal, str]:
    """The orders, the revenue and the notes of one file."""
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    with load(folder / name) as data:
        return data.quality.orders, data.quality.revenue, " ".join(key for key, _ in data.quality.notes)


def table(columns: dict[str, tuple[str, ...]], sep: str = ",") -> str:
    return "\n".join(sep.join(row) for row in (tuple(columns), *zip(*columns.values(), strict=True))) + "\n"


def test_what_was_paid_back_on_rows_of_its_own_comes_off(tmp_path: Path) -> None:
    """100 and 200 and 80 of p1, p2, p3 less 50 of p1 and 70 of p2, and 40 of p4: 420 - 120."""
    sold, back = ("100", "200", "", "80", "", "40"), ("", "", "50", "", "70", "")
    assert revenue(tmp_path, order_total=None, **{"Sales debit": sold, "Returns credit": back}) == 300


def test_a_refund_that_was_asked_for_or_refused_is_none(tmp_path: Path) -> None:
    """Of 30 each on four orders only that of the second was paid: 540 - 30."""
    state = ("退款中", "退款成功", "", "退款拒绝", "", "申请退款")
    asked = ("30", "30", "", "30", "", "30")
    text = table({**NAMED, "退款状态": state, "申请退款金额": asked})
    assert read(tmp_path, text) == (6, Decimal("510.00"), "note.refund_seen note.undone_status note.refund_open")


def test_goods_exchanged_for_others_count_as_both_documents_say(tmp_path: Path) -> None:
    """A sale of 100, then it goes back for one of 130: the ticket of both is worth 30, and 130 in all."""
    text = (
        "Ticket,Date,Customer,Line type,Qty,Net amount\n"
        "S1,2026-01-02,K1,Sale,1,100.00\nS2,2026-01-03,K2,Sale,1,60.00\nS3,2026-01-09,K3,Sale,1,80.00\n"
        "E1,2026-01-05,K1,Exchange - returned item,-1,-100.00\nE1,2026-01-05,K1,Exchange - new item,1,130.00\n"
    )
    orders, money, _ = read(tmp_path, text)
    assert (orders, money) == (4, 270)


def test_a_state_of_an_order_is_no_province(tmp_path: Path) -> None:
    """The order of 200 was voided; nobody knows the word of the others."""
    assert revenue(tmp_path, state=("captured", "voided", "captured", "captured", "captured", "captured")) == 340


def test_the_total_of_two_columns_goes_before_the_larger_of_them(tmp_path: Path) -> None:
    """Deposits on bottles, which no word of amounts names, are paid with the goods: 540 and six times 0.25."""
    deposit = ("0.25",) * 6
    total = tuple(f"{amount}.25" for amount in BASE["order_total"])
    columns = {"order_total": None, "Artikelbedrag": BASE["order_total"], "Statiegeld": deposit, "Totaal": total}
    assert revenue(tmp_path, **columns) == Decimal("541.50")


def test_what_somebody_gets_of_a_price_is_asked_about(tmp_path: Path) -> None:
    payable, fee = ("60", "120", "30", "48", "42", "24"), ("40", "80", "20", "32", "28", "16")
    columns = {"Consignor payable": payable, "Shop commission": fee, "Selling price": BASE["order_total"]}
    with pytest.raises(PrivtrafficError, match=r"540\.00.*324\.00"):
        revenue(tmp_path, order_total=None, **columns)


def test_a_sign_of_a_currency_without_coins_parts_thousands(tmp_path: Path) -> None:
    rupiah = tuple(f"Rp{amount}.000" for amount in BASE["order_total"])
    assert revenue(tmp_path, order_total=rupiah) == 540_000


@pytest.mark.parametrize("form", ["{d}/{m}/{b}", "{r}/{m}/{d}", "民國{r}年{m}月{d}日"])
def test_years_of_another_calendar_are_told(tmp_path: Path, form: str) -> None:
    days = [day.split("-") for day in BASE["order_date"]]
    written = tuple(form.format(b=int(y) + 543, r=int(y) - 1911, m=m, d=d) for y, m, d in days)
    orders, money, notes = read(tmp_path, table({**NAMED, "日期": written}))
    assert (orders, money, notes) == (6, 540, "note.era")


def test_japanese_between_escapes_is_read(tmp_path: Path) -> None:
    words = ("販売", "販売", "取消", "販売", "販売", "販売")
    columns = {"会員番号": BASE["customer_id"], "伝票番号": BASE["ticket"], "売上日": BASE["order_date"]}
    text = table({**columns, "税込金額": BASE["order_total"], "状態": words}).encode("iso2022_jp")
    orders, money, _ = read(tmp_path, text)
    assert (orders, money) == (5, 490)


def test_a_customer_merged_beside_his_orders_has_all_of_them(tmp_path: Path) -> None:
    """Three of A and two of B, of which an empty cell would make two orders of nobody each."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    whose = ("会员A", None, None, "会员B", None)
    for row in [
        ("客户", "单号", "日期", "金额"),
        *zip(whose, *(NAMED[n][:5] for n in ("单号", "日期", "实付")), strict=True),
    ]:
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("A5:A6")
    book.save(tmp_path / "merged.xlsx")
    with load(tmp_path / "merged.xlsx") as data:
        rows = data.engine.fetch(
            "select member_id, count(*) as n from orders group by member_id order by 1"
        ).to_pylist()
    assert [(row["member_id"], row["n"]) for row in rows] == [("会员A", 3), ("会员B", 2)]


def test_what_was_abandoned_was_not_bought(tmp_path: Path) -> None:
    text = table({"Cart": BASE["ticket"], "Customer": BASE["customer_id"], "Abandoned at": BASE["order_date"],
                  "Cart value": BASE["order_total"]})  # fmt: skip
    with pytest.raises(PrivtrafficError, match="not bought"):
        read(tmp_path, text)


def test_a_list_of_cancelled_orders_takes_their_amounts_off(tmp_path: Path) -> None:
    """G2 of 200 was called off whole, 30 of the 80 of G4."""
    (tmp_path / "orders.csv").write_text(table(BASE), "utf-8")
    text = "order_no,cancelled_on,cancelled amount,why\nG2,2026-07-03,200,x\nG4,2026-07-25,30,y\n"
    (tmp_path / "cancelled.csv").write_text(text, "utf-8")
    with load(tmp_path) as data:
        assert (data.quality.orders, data.quality.revenue) == (5, 310)


def folder_of(folder: Path, **texts: str) -> tuple[int, Decimal, str]:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    with load(folder) as data:
        return data.quality.orders, data.quality.revenue, " ".join(key for key, _ in data.quality.notes)


def test_credit_notes_come_off_the_invoices_that_they_name(tmp_path: Path) -> None:
    """50 of the 200 of G2, 30 of the 80 of G4: 540 - 80. They could be orders of their own."""
    heads = ("Rechnung", "Kunde", "Datum", "Brutto")
    notes = "Gutschrift,Zu Rechnung,Kunde,Datum,Brutto\nX1,G2,p2,2026-07-09,50\nX2,G4,p3,2026-07-29,30\n"
    orders, money, _ = folder_of(tmp_path, bills=table(dict(zip(heads, BASE.values(), strict=True))), notes=notes)
    assert (orders, money) == (6, 460)


def test_the_same_orders_with_other_amounts_are_told(tmp_path: Path) -> None:
    """The file whose name comes last counts: 10 less on the order of 200."""
    text = "ticket,customer_id,order_date,order_total\nG2,p2,2026-07-02,190\n"
    orders, money, notes = folder_of(tmp_path, a=table(BASE), b=text)
    assert (orders, money, notes) == (6, 530, "note.doubles note.doubles_apart")


@pytest.mark.parametrize("unknown", ["customer_id", "order_total"])
def test_sales_to_the_same_members_are_not_passed_over_for_a_name(tmp_path: Path, unknown: str) -> None:
    """Both files tell six orders of the same six members; in one of them nobody knows one header."""
    base = {**BASE, "customer_id": ("p1", "p2", "p5", "p3", "p6", "p4")}
    later = {**base, "ticket": tuple(f"H{at}" for at in range(6)), "order_date": ("2026-08-01",) * 6}
    other = {{"ticket": "order no", unknown: "Do zaplaty"}.get(name, name): cells for name, cells in later.items()}
    with pytest.raises(PrivtrafficError, match=r"b\.csv.*Nearest: Do zaplaty"):
        folder_of(tmp_path, a=table(base), b=table(other))
    field = {"customer_id": "member_id", "order_total": "paid_amount"}[unknown]
    with load(tmp_path, settings=Settings(mapping=((field, "Do zaplaty"),))) as data:
        assert (data.quality.orders, data.quality.revenue) == (12, 1080)


def test_a_sale_whose_goods_were_exchanged_stands(tmp_path: Path) -> None:
    """One of 200 came back, one of 100 was exchanged; the reshipment of 40 is no sale."""
    states = ("교환완료", "반품완료", "", "", "", "补发完成")
    _, money, _ = read(tmp_path, table({**NAMED, "支付状态": ("已支付",) * 6, "售后状态": states}))
    assert money == 300


def test_what_the_patient_paid_of_a_price_is_offered(tmp_path: Path) -> None:
    insured, own = ("60", "120", "30", "48", "42", "24"), ("40", "80", "20", "32", "28", "16")
    columns = {"Total price": BASE["order_total"], "Insurance paid": insured, "Patient paid": own}
    with pytest.raises(PrivtrafficError, match="Total price or --map paid_amount=Patient paid"):
        revenue(tmp_path, order_total=None, **columns)


@pytest.mark.parametrize(("order", "first"), [("dmy", date(2010, 12, 11)), ("ymd", date(2010, 10, 12))])
def test_a_year_that_may_stand_first_is_offered(tmp_path: Path, order: str, first: date) -> None:
    """11/12/10 is the first day where the year is last, and 10/10/12 where it is first."""
    days = ("10/10/12", "11/11/12", "12/10/12", "10/11/11", "11/12/10", "12/12/12")
    with pytest.raises(PrivtrafficError, match=r"order_date:dmy, order_date:mdy or order_date:ymd"):
        read(tmp_path, table({**BASE, "order_date": days}))
    with load(tmp_path / "export.csv", settings=Settings(mapping=(("created_at", f"order_date:{order}"),))) as data:
        assert (data.quality.first_day, data.quality.last_day) == (first, date(2012, 12, 12))


def test_headers_that_nobody_knows_are_offered_by_their_values(tmp_path: Path) -> None:
    """Hebrew: the one day, the one number that comes again, and the amount that is both others together.
    That the one credit note is none of the sales nobody can know; that its word is unknown is told."""
    net = tuple(f"{int(amount) - 10}.00" for amount in BASE["order_total"])
    heads = ("סוג מסמך", "מספר לקוח", "תאריך", "לפני", "מס", "סהכ")
    whose, whole = ("4001", "4002", "4001", "4003", "4002", "4004"), tuple(f"{each}.00" for each in BASE["order_total"])
    cells = (("חשבונית", "זיכוי", *("חשבונית",) * 4), whose, BASE["order_date"], net, ("10.00",) * 6, whole)
    offered = {"member_id": heads[1], "created_at": heads[2], "paid_amount": heads[5]}
    said = " ".join(f"--map {field}={head}" for field, head in offered.items())
    with pytest.raises(PrivtrafficError, match=said):
        read(tmp_path, table(dict(zip(heads, cells, strict=True))))
    with load(tmp_path / "export.csv", settings=Settings(mapping=tuple(offered.items()))) as data:
        assert (data.quality.orders, data.quality.revenue) == (6, 540)
        assert "note.unknown_words" in dict(data.quality.notes)


@pytest.mark.parametrize(("form", "known"), [("%y%m%d", True), ("%d%m%y", False)])
def test_days_of_six_digits_begin_with_their_year_where_it_changes_least(
    tmp_path: Path, form: str, known: bool
) -> None:
    days = tuple(date.fromisoformat(day).strftime(form) for day in BASE["order_date"])
    if not known:
        with pytest.raises(PrivtrafficError):
            revenue(tmp_path, order_date=days)
        return
    assert revenue(tmp_path, order_date=days) == 540


def test_coupons_of_the_same_members_and_orders_are_passed_over(tmp_path: Path) -> None:
    whose = ("p1", "p2", "p5", "p3", "p6", "p4")
    coupons = {"券码": tuple("abcdef"), "会员号": whose, "发放时间": BASE["order_date"], "面值": ("20",) * 6}
    orders = {**NAMED, "会员号": whose}
    orders_money = folder_of(tmp_path, a=table(orders), b=table({**coupons, "订单号": NAMED["单号"]}))[:2]
    assert orders_money == (6, 540)


def test_the_key_of_a_member_numbers_no_orders(tmp_path: Path) -> None:
    """The tax number on an invoice (nota) was taken for that of the order: 2 orders for the 4 of two guests."""
    text = (
        "Abertura;Mesa;CPF na nota;Total\n"
        "04/01/2025 16:30;1;10000000000;320,37\n13/01/2025 19:45;2;10000007919;191,27\n"
        "14/02/2025 13:52;3;10000000000;116,57\n28/02/2025 12:38;4;10000007919;32,92\n"
    )
    (tmp_path / "notas.csv").write_text(text, "utf-8")
    with load(tmp_path / "notas.csv", settings=Settings(mapping=(("member_id", "CPF na nota"),))) as data:
        assert (data.quality.orders, data.quality.revenue) == (4, Decimal("661.13"))
