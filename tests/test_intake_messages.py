"""What the intake says is seen: each message comes of the smallest file that calls for it, whole in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.columns_broken import KINDS, broken

HEAD = ("Order No", "Customer ID", "Order Date", "Order Total")
ROWS = (
    ("A1", "c1", "2026-07-01", "100.00"), ("A2", "c2", "2026-07-02", "200.00"), ("A3", "c1", "2026-07-13", "50.00"),
    ("A4", "c3", "2026-07-24", "80.00"), ("A5", "c2", "2026-07-25", "70.00"), ("A6", "c4", "2026-07-26", "40.00"),
)  # fmt: skip


def table(*more: tuple[str, str], **instead: str) -> str:
    """The six orders with further columns, the cells of each in one text; `instead` replaces a column of theirs."""
    titles = [*HEAD, *(title for title, _ in more)]
    columns = [[row[at] for row in ROWS] for at in range(len(HEAD))] + [cells.split(",") for _, cells in more]
    for name, cells in instead.items():
        columns[("order", "member", "day", "total").index(name)] = cells.split(",")
    return "\n".join(";".join(row) for row in (titles, *zip(*columns, strict=True))) + "\n"


PRICED = (("Unit price", "10,20,50,40,70,40"), ("Qty", "10,10,1,2,1,1"))
MADE = {file.name: file.text for file in broken()}
ERRORS: dict[str, tuple[str, dict[str, object]]] = {
    "not_an_export": ("colour;shape\nred;round\nblue;square\n", {}),
    "lines_alone": ("Order No;Item;Amount\nA1;pen;3.00\nA2;pad;4.00\n", {}),
    "no_usable_member": (table(member=",,,,,"), {}),
    "no_purchases": (table(("Status", "cancelled,cancelled,cancelled,cancelled,cancelled,cancelled")), {}),
    "mixed_decimals": (table().replace("100.00", "1.234,50").replace("200.00", "2,000.50"), {}),
    "return_code_form": (table(), {"mapping": (("return_code", "Order No"),)}),
    "unknown_field": (table(), {"mapping": (("colour", "Order No"),)}),
    "unknown_column": (table(), {"mapping": (("status", "Nope"),)}),
    "ask_sum": (MADE["net_beside_tax-de"], {}),
    "ask_quantity": (table(*PRICED, ("Delivered qty", "10,9,1,2,1,1")).replace("Order Total", "Memo"), {}),
    "ask_return_code": (MADE["sides_of_an_account-zh"], {}),
    "profiles_no_folder": (table(), {"profiles": Path("no-such-folder")}),
}  # fmt: skip
NOTES: dict[str, str] = {
    "note.scaled": MADE["hundredths-ja"],
    "note.heads_among_lines": MADE["heads_and_lines-en"],
    "note.order_level_repeats": MADE["total_without_prices-de"],
    "note.units_below_zero": MADE["units_below_zero-zh"],
    "note.rows_twice": table() + table().partition("\n")[2],
    "note.returned_quantity": table(*PRICED, ("Returned qty", "0,5,0,0,0,0")),
    "note.refund_off": table(("Gross value", "100,230,50,80,70,40"), ("Refunded", "0,30,0,0,0,0"))
    .replace("Order Total", "Total paid"),
    "note.owed_beside": table(("Outstanding", "0,250,0,0,20,0")).replace("Order Total", "Amount paid"),
    "note.refund_other": table(("Refunded goods", "0,30,0,0,0,0"), ("Refunded deposit", "0,0,0,20,0,0")),
}  # fmt: skip


def written(folder: Path, text: str) -> Path:
    path = folder / "orders.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("key", ERRORS)
def test_an_error_is_said(tmp_path: Path, key: str) -> None:
    text, asked = ERRORS[key]
    with pytest.raises(PrivtrafficError) as error:
        load(written(tmp_path, text), settings=Settings(**asked))  # type: ignore[arg-type]
    assert error.value.key == key
    for lang in ("en", "zh"):
        said = error.value.text(lang)
        assert said and "\n" not in said and "{" not in said


@pytest.mark.parametrize("key", NOTES)
def test_a_note_is_said(tmp_path: Path, key: str) -> None:
    with load(written(tmp_path, NOTES[key])) as data:
        notes = dict(data.quality.notes)
        assert key in notes
        for lang in ("en", "zh"):
            assert "{" not in Words(lang)(key, **notes[key])


def test_open_amounts_beside_what_was_paid_are_told_with_an_option_that_works(tmp_path: Path) -> None:
    """540 was paid, and 270 (half as much) is open beside it: more than was paid of the second order."""
    path = written(tmp_path, NOTES["note.owed_beside"])
    with load(path) as data:
        assert data.quality.revenue == 540
        said = Words("en")("note.owed_beside", **dict(data.quality.notes)["note.owed_beside"])
    assert "50.0 %" in said
    name, _, columns = said.split('--map "')[1].rstrip('"').partition("=")
    with load(path, settings=Settings(mapping=((name, columns),))) as data:
        assert data.quality.revenue == 810
        assert data.quality.files[0].unread == ()
        assert "note.owed_beside" not in dict(data.quality.notes)


ASKED = {
    "ask_owed": (table(("Amount due", "0,200,0,0,20,0")), 320),
    "ask_owed_of_goods": (table(*PRICED, ("Amount due", "0,200,0,0,20,0")).replace("Order Total", "Memo"), 320),
    "ask_refund_share": (table(("Refund %", "0,50,0,100,0,0")), 360),
}
"""All count 540; 220 is open, or half of the second order (100) and all of the fourth (80) came back."""
NOT_ONLY_MONEY = {
    "by its sign": ("Kickback", "returned share", "0%,50%,0%,100%,0%,0%"),
    "by its values": ("Refunded", "", "0,0.5,0,1,0,0"),
}


@pytest.mark.parametrize("key", ASKED)
def test_what_no_column_tells_is_asked_with_both_totals_and_options_that_work(tmp_path: Path, key: str) -> None:
    text, less = ASKED[key]
    path = written(tmp_path, text)
    with pytest.raises(PrivtrafficError) as error:
        load(path)
    said = error.value.text()
    assert error.value.key == key
    assert "540.00" in said and f"{less:,.2f}" in said and error.value.text("zh").count("--map") == 2
    chosen = [option.split(" (")[0].strip('" ') for option in said.replace(" or --map", " --map").split("--map ")[1:]]
    for option, revenue in zip(chosen, (540, less), strict=True):
        name, _, columns = option.partition("=")
        with load(path, settings=Settings(mapping=((name, columns),))) as data:
            assert data.quality.revenue == revenue


@pytest.mark.parametrize("how", NOT_ONLY_MONEY)
def test_a_share_is_no_refund_of_half_a_cent(tmp_path: Path, how: str) -> None:
    """As money, 0.5 of 200 and 1 of 80 would come back; as shares 100 and 80."""
    title, more, cells = NOT_ONLY_MONEY[how]
    path = written(tmp_path, table((f"{title} {more}".strip(), cells)))
    with pytest.raises(PrivtrafficError, match=r"540\.00 .*360\.00"):
        load(path)


def test_a_case_of_an_unknown_word_is_no_refund(tmp_path: Path) -> None:
    """Paid 120 and 80; 20 of the first was granted, and what became of 5 of the other nobody knows."""
    orders = "订单号,商品ID,商品名称,订购数量,京东价,应付金额,余额支付,订单状态,下单帐号,下单时间,付款确认时间\n"
    for number, paid in ("100003", 120), ("100004", 80):
        orders += f"{number},1,瓶,1,{paid},{paid},0,完成,jd_b,2026-06-01 08:00:00,2026-06-01 08:02:00\n"
    cases = "服务单号,订单号,退款金额,服务单状态\nS1,100003,20.00,完成\nS2,100004,5.00,换新中\n"
    (tmp_path / "jd.csv").write_text(orders, "utf-8")
    (tmp_path / "jd售后.csv").write_text(cases, "utf-8")
    with load(tmp_path) as data:
        assert (data.quality.money_kept, data.quality.refunds) == (200, 20)
        values = dict(data.quality.notes)["note.aftersale_unknown"]
        assert values == {"words": "换新中", "rows": 1}
        assert Words("zh")("note.aftersale_unknown", **values) == "1 笔售后的状态无法识别（换新中），未计为退款。"


def test_a_number_that_is_blank_on_all_rows_is_none(tmp_path: Path) -> None:
    """One member, one day, six rows: five orders by the column that numbers them, one by member and day alone."""
    refs = ("Order Ref", "R1,R2,R2,R3,R4,R5")
    text = table(refs, order=",,,,,", member=",".join(["c1"] * 6), day=",".join(["2026-07-01"] * 6))
    with load(written(tmp_path, text.replace("Order No", "Invoice"))) as data:
        assert data.quality.files[0].mapping["order_id"] == "Order Ref"
        assert data.quality.orders == 5


@pytest.mark.parametrize(
    ("title", "cells"),
    [("Unpaid", "0,1,0,0,0,0"), ("未付款", "否,是,否,否,否,否"), ("Payment pending", "no,yes,no,no,no,no")],
)
def test_yes_to_a_payment_that_is_awaited_is_no_sale(tmp_path: Path, title: str, cells: str) -> None:
    """The second order, 200 of 540; its name holds the word of one that was paid."""
    with load(written(tmp_path, table((title, cells)))) as data:
        assert data.quality.rows_dropped == {"unpaid": 1}
        assert data.quality.revenue == 340


def test_what_a_discount_may_be_off_is_named(tmp_path: Path) -> None:
    """Price × quantity is 540; 10 % of the first 100 and 5 % of the fourth 80 leave 526."""
    text = table(*PRICED, ("Aktion", "10%,0%,0%,5%,0%,0%")).replace("Order Total", "Memo")
    with pytest.raises(PrivtrafficError) as error:
        load(written(tmp_path, text))
    said = error.value.text()
    assert "Aktion may be taken off Unit price × Qty already" in said
    assert "540.00" in said and "526.00" in said


def test_exchanges_are_not_told_as_returns(tmp_path: Path) -> None:
    """A parcel that replaces another is no sale: its 50 do not count, and are not taken off."""
    with load(written(tmp_path, table(("Order type", "sale,sale,exchange,sale,sale,sale")))) as data:
        assert data.quality.rows_dropped == {"replacement": 1}
        assert data.quality.revenue == 490
        assert "note.undone_status" in dict(data.quality.notes)
        assert "note.undone_document" not in dict(data.quality.notes)


def test_every_kind_of_broken_file_is_in_every_language() -> None:
    assert len(MADE) == 4 * len(KINDS)
