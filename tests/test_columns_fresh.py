"""What a third set of invented exports showed: each line was once read wrong, and in silence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.understand.evidence import number
from privtraffic.intake.understand.undoing import undoing
from privtraffic.settings import Settings

BASE = {
    "ticket": ("G1", "G2", "G3", "G4", "G5", "G6"),
    "customer_id": ("p1", "p2", "p1", "p3", "p2", "p4"),
    "order_date": ("2026-07-01", "2026-07-02", "2026-07-13", "2026-07-24", "2026-07-25", "2026-07-26"),
    "order_total": ("100", "200", "50", "80", "70", "40"),
}
"""Six orders of four members, 540.00."""
PRICED = {"Unit price": ("10", "20", "50", "40", "70", "40"), "Qty": ("10", "10", "1", "2", "1", "1")}


def revenue(folder: Path, **columns: tuple[str, ...] | None) -> Decimal:
    cells = {name: column for name, column in {**BASE, **columns}.items() if column is not None}
    rows = zip(*cells.values(), strict=True)
    text = "\n".join(";".join(row) for row in (tuple(cells), *rows)) + "\n"
    path = folder / "fresh.csv"
    path.write_text(text, "utf-8")
    with load(path) as data:
        return data.quality.revenue


@pytest.mark.parametrize("title", ["Retourbedrag", "Note di credito", "Abonado al cliente", "Retourenwert"])
def test_a_refund_is_no_paid_amount_and_is_taken_off(tmp_path: Path, title: str) -> None:
    """50 of 200 and all of 80 come back, whichever column stands first."""
    columns = {title: ("", "50.00", "", "80.00", "", ""), "order_total": None, "Totaalbedrag": BASE["order_total"]}
    assert revenue(tmp_path, **columns) == 410


@pytest.mark.parametrize("title", ["Btw-bedrag", "ICMS imposto"])
def test_a_tax_is_never_the_amount(tmp_path: Path, title: str) -> None:
    tax, bare = ("10", "20", "5", "8", "7", "4"), ("90", "180", "45", "72", "63", "36")
    columns = {title: tax, "order_total": None, "Valor líquido": bare, "Valor bruto c/ imposto": BASE["order_total"]}
    assert revenue(tmp_path, **columns) == 540


def test_whole_numbers_below_the_units_sold_are_units_sent_back(tmp_path: Path) -> None:
    """5 of 10 at 20.00 and 2 of 2 at 40.00: 540 - 100 - 80. As money it would be 7.00."""
    assert revenue(tmp_path, order_total=None, **PRICED, Returned=("0", "5", "0", "2", "0", "0")) == 360


@pytest.mark.parametrize("title", ["小計", "Importo riga", "Line value"])
def test_any_amount_of_the_line_goes_before_price_and_quantity(tmp_path: Path, title: str) -> None:
    columns = {"order_total": None, **PRICED, title: ("90", "200", "45", "80", "70", "30")}
    assert revenue(tmp_path, **columns) == 515


def test_a_document_that_cancels_a_sale_takes_its_amount_back(tmp_path: Path) -> None:
    """The fourth row has the member and the amount of the second: of 660 written, 200 are a sale and its end: 260."""
    members, money = ("p1", "p2", "p1", "p2", "p2", "p4"), ("100", "200", "50", "200", "70", "40")
    kinds = ("Umsatz", "Umsatz", "Umsatz", "Stornobuchung", "Umsatz", "Umsatz")
    assert revenue(tmp_path, customer_id=members, order_total=money, Buchungsart=kinds) == 260


def test_an_order_closed_at_a_time_does_not_count(tmp_path: Path) -> None:
    assert revenue(tmp_path, 关闭时间=("", "", "", "2026-07-25", "", "")) == 460


def test_an_order_is_voided_where_its_total_repeats_on_its_lines(tmp_path: Path) -> None:
    """Without a column of the status, a further one decides all the same: 60 orders of 100, 6 of them voided."""
    lines = ["Order No,Order Date,Customer ID,Product Name,Quantity,Unit Price,Order Total,Voided"]
    for at in range(60):
        voided, day = "Yes" if at % 10 == 3 else "No", f"2026-0{1 + at % 9}-1{at % 7}"
        lines += [
            f"SO{1000 + at},{day},CU{at % 23:03},Item {line},1,{40 + 20 * line},100.00,{voided}" for line in (0, 1)
        ]
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    with load(tmp_path / "orders.csv") as data:
        [found] = data.engine.fetch("select count(*) as n, sum(net) as net from orders where is_purchase").to_pylist()
    assert found == {"n": 54, "net": Decimal("5400.00")}


def test_closed_because_of_a_refund_and_a_refund_that_was_closed() -> None:
    assert undoing("已关闭(退款)") == undoing("交易关闭，退款") == "closed"
    assert undoing("退款关闭") == ""


@pytest.mark.parametrize("key", ["Cliente mostrador", "일반고객", "未登记"])
def test_a_word_for_nobody_on_one_row(tmp_path: Path, key: str) -> None:
    """The second order, 200 of 540, is nobody's."""
    with_nobody = ("p1", key, "p1", "p3", "p2", "p4")
    cells = {**BASE, "customer_id": with_nobody}
    text = "\n".join(";".join(row) for row in (tuple(cells), *zip(*cells.values(), strict=True))) + "\n"
    (tmp_path / "guest.csv").write_text(text, "utf-8")
    with load(tmp_path / "guest.csv") as data:
        assert data.quality.anonymous_revenue == 200


@pytest.mark.parametrize("title", ["ETA", "揽收时间"])
def test_a_time_of_delivery_is_not_asked_to_be_the_order_time(tmp_path: Path, title: str) -> None:
    with pytest.raises(Exception, match="created_at"):
        revenue(tmp_path, order_date=None, **{title: BASE["order_date"]})


@pytest.mark.parametrize("cells", [("1.234,50", "2.000,-", "500,-", "800,-", "700,--", "400,–")])
def test_an_amount_without_cents_is_not_below_zero(tmp_path: Path, cells: tuple[str, ...]) -> None:
    assert revenue(tmp_path, order_total=cells) == Decimal("5634.50")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.234,50", "1234.50"), ("2,000.50", "2000.50"), ("5.-", "5"), ("5.00-", "-5.00"), ("12,5", "12.5"), ("x", None)],
)
def test_a_cell_as_a_number(text: str, value: str | None) -> None:
    assert number(text) == (Decimal(value) if value else None)


@pytest.mark.parametrize(
    "word",
    [
        "日合计",
        "Subtotaal",
        "Totale parziale",
        "Total do dia",
        "A店小计",
        "Genel Toplam",
        "รวมทั้งสิ้น",
        "Итого по чеку",
        "伝票計",
    ],
)
def test_rows_that_sum_up_others(tmp_path: Path, word: str) -> None:
    items = ("apple", "pear", "plum", "fig", "kiwi", word)
    assert revenue(tmp_path, Item=items) == 500


NUMBERS = ("20260711", "20260712", "20260713", "20260714", "20260715", "20260716")


def test_the_number_of_an_order_that_looks_like_a_day_is_none(tmp_path: Path) -> None:
    """The last order is of 26 July whatever the numbers look like; without its day the time is asked for."""
    columns = {"ticket": None, "Web order": NUMBERS}
    assert revenue(tmp_path, **columns) == 540
    with load(tmp_path / "fresh.csv") as data:
        assert dict(data.quality.files[0].mapping) | {"created_at": "order_date", "order_id": "Web order"} == dict(
            data.quality.files[0].mapping
        )
    with pytest.raises(PrivtrafficError, match="created_at"):
        revenue(tmp_path, order_date=None, **columns)


def test_a_price_with_tax_beside_units_is_no_amount(tmp_path: Path) -> None:
    columns = {"PU TTC": PRICED["Unit price"], "Quantité vendue": PRICED["Qty"]}
    assert revenue(tmp_path, order_total=None, **columns) == 540


@pytest.mark.parametrize("title", ["Given back %", "Rendu %", "退回%", "返品率%"])
def test_a_share_given_back_is_no_money_and_asked_about(tmp_path: Path, title: str) -> None:
    """Half of the second order may have come back: 540.00, or 440.00."""
    with pytest.raises(PrivtrafficError, match=r"540\.00 .*440\.00"):
        revenue(tmp_path, **{title: ("0", "50", "0", "0", "0", "0")})


@pytest.mark.parametrize("word", ["Awaiting payment", "等待付款", "Zahlung offen", "Ожидает оплаты", "결제 대기"])
def test_a_payment_that_is_awaited_is_none(tmp_path: Path, word: str) -> None:
    assert revenue(tmp_path, Lifecycle=("done", "done", "done", word, "done", "done")) == 460


@pytest.mark.parametrize("title", ["Paid back to customer", "退还顾客金额", "Customer refund"])
def test_a_refund_that_speaks_of_a_customer_is_no_member(tmp_path: Path, title: str) -> None:
    back = {title: ("0.00", "50.00", "0.00", "80.00", "0.00", "0.00")}
    assert revenue(tmp_path, **back) == 410
    with pytest.raises(PrivtrafficError, match="member"):
        revenue(tmp_path, customer_id=None, **back)


def test_one_way_of_writing_chinese(tmp_path: Path) -> None:
    """The same columns as 订单编号, 会员卡号, 下单时间, 订单金额 and 已退款金额."""
    columns = {"訂單編號": BASE["ticket"], "會員卡號": BASE["customer_id"], "下單時間": BASE["order_date"]}
    money = {"訂單金額": BASE["order_total"], "已退款金額": ("0", "50", "0", "80", "0", "0")}
    assert revenue(tmp_path, **dict.fromkeys(BASE), **columns, **money) == 410


@pytest.mark.parametrize(
    ("states", "right"),
    [
        # A CRM, of which most deals are lost; a till, that closes what was sold; a shop, where closed is of no sale.
        (("Closed Won", "Closed Lost", "Closed Lost", "Closed Won", "Closed lost", "Closed Lost"), 180),
        (("Closed", "Closed", "Closed", "Void", "Closed", "Closed"), 460),
        (("Paid", "Paid", "Paid", "Closed", "Paid", "Paid"), 460),
        (("Paid", "Closed - paid", "Paid", "Closed, not paid", "Paid", "Paid"), 460),
    ],
)
def test_closed_is_how_a_sale_ends_where_most_are_or_it_says_so(
    tmp_path: Path, states: tuple[str, ...], right: int
) -> None:
    """Without the fourth order, of 80.00, 460.00 of 540.00 are left; the first and the fourth are 180.00."""
    assert revenue(tmp_path, Stage=states) == revenue(tmp_path, Status=states) == right


def test_where_closed_is_no_sale_all_the_same_the_remedy_of_the_note_says_so(tmp_path: Path) -> None:
    """Only the order of 50.00 is left."""
    revenue(tmp_path, Stage=("Closed", "Closed", "Open", "Void", "Closed", "Closed"))
    with load(tmp_path / "fresh.csv", settings=Settings(mapping=(("return_code", "Stage:Closed"),))) as data:
        assert data.quality.revenue == 50


def test_a_repeated_amount_of_one_row_makes_no_documents_of_all(tmp_path: Path) -> None:
    """80.00 and the second 200.00 of p2 were sent back: 390.00 are left; as slips they would be taken off once more."""
    twice = ("100", "200", "50", "80", "200", "40")
    assert revenue(tmp_path, order_total=twice, **{"Was returned": ("no", "no", "no", "yes", "yes", "no")}) == 390


def test_a_total_that_no_word_names_is_found_by_its_sum(tmp_path: Path) -> None:
    """Each of the six orders costs 5.00 of shipping more."""
    columns = {"order_total": None, "Subtotal": BASE["order_total"], "Shipping": ("5",) * 6}
    assert revenue(tmp_path, **columns, Ending=("105", "205", "55", "85", "75", "45")) == 570


def test_the_key_that_stands_for_each_name_is_the_members(tmp_path: Path) -> None:
    names = ("Ann Lee", "Bob Marsh", "Ann Lee", "Cyd Poe", "Bob Marsh", "Dan Fox")
    keys = ("K70", "K71", "K70", "K72", "K71", "K73")
    assert revenue(tmp_path, customer_id=None, **{"Client name": names, "Tally": keys}) == 540
    with load(tmp_path / "fresh.csv") as data:
        assert ("member_id", "Tally") in dict(data.quality.files[0].mapping).items()


def test_a_status_of_bare_numbers_is_asked_about_and_the_remedy_answers(tmp_path: Path) -> None:
    """900 of Rakuten is cancelled, and no reader can see it: 540.00, or 460.00 without the order of 80.00."""
    states = {"Status": ("700", "600", "700", "900", "700", "600")}
    with pytest.raises(PrivtrafficError, match=r"540\.00 .*460\.00"):
        revenue(tmp_path, **states)
    for code, right in (("Status:900", 460), ("-", 540)):
        with load(tmp_path / "fresh.csv", settings=Settings(mapping=(("return_code", code),))) as data:
            assert data.quality.revenue == right


def test_heads_that_are_only_guessed_are_orders_where_their_lines_stand_beside_them(tmp_path: Path) -> None:
    """Six orders without an amount; their lines cost 540.00."""
    heads = ["Doc;Buyer;On", *(f"D{at};p{at % 4};2026-07-0{at + 1}" for at in range(6))]
    lines = [
        "Doc;Item;Qty;Unit price",
        *(f"D{at};I{at};1;{each}" for at, each in enumerate((100, 200, 50, 80, 70, 40))),
    ]
    (tmp_path / "heads.csv").write_text("\n".join(heads) + "\n", "utf-8")
    (tmp_path / "lines.csv").write_text("\n".join(lines) + "\n", "utf-8")
    with load(tmp_path) as data:
        assert data.quality.revenue == 540


def test_who_stands_again_with_another_day_beside_an_amount_is_no_list_of_members(tmp_path: Path) -> None:
    """Data di registrazione is when they joined, in a list of members, and when it was posted among documents."""
    columns = {"ticket": None, "Data di registrazione": BASE["order_date"], "order_date": None}
    with pytest.raises(PrivtrafficError, match=r"created_at\? Nearest: Data di registrazione\. "):
        revenue(tmp_path, **columns)
    with load(tmp_path / "fresh.csv", settings=Settings(mapping=(("created_at", "Data di registrazione"),))) as data:
        assert data.quality.revenue == 540


def test_an_amount_with_its_tax_goes_before_one_that_does_not_speak_of_any(tmp_path: Path) -> None:
    with_tax = ("120.00", "240.00", "60.00", "96.00", "84.00", "48.00")
    columns = {"order_total": None, "Importo": BASE["order_total"], "Importo IVA inclusa": with_tax}
    assert revenue(tmp_path, **columns) == 648
    with pytest.raises(PrivtrafficError, match=r"648\.00 .*568\.00"):
        revenue(tmp_path, **columns, **{"Importo residuo": ("0", "80", "0", "0", "0", "0")})


def test_the_nearest_to_a_member_is_what_comes_again_and_not_what_is_always_the_same(tmp_path: Path) -> None:
    columns = {"customer_id": None, "Account": ("4000 Sales",) * 6, "Name": BASE["customer_id"]}
    with pytest.raises(PrivtrafficError, match=r"member_id\? Nearest: Name\. "):
        revenue(tmp_path, **columns)
