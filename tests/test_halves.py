"""An order file and a line file of a system nobody listed: joined where the ids of one are the other's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import Dataset, load
from privtraffic.settings import Settings

ORDERS = (
    ("K1", "c1", "2026-07-01"),
    ("K2", "c2", "2026-07-02"),
    ("K3", "c1", "2026-07-13"),
    ("K4", "c3", "2026-07-24"),
)
LINES = (
    ("K1", "pen", "1", "10.00"), ("K1", "ink", "2", "10.00"), ("K2", "pad", "5", "10.00"),
    ("K3", "pen", "2", "5.00"), ("K3", "cap", "1", "10.00"), ("K4", "ink", "4", "10.00"),
)  # fmt: skip
"""30 + 50 + 20 + 40 = 140.00 of three members; one unit of 10.00 more or less shows in the sum."""


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    path.write_text("\n".join(";".join(row) for row in (header, *rows)) + "\n", "utf-8")


def folder(place: Path, orders: Sequence[str], lines: Sequence[str], prefix: str = "") -> Path:
    write(place / "orders.csv", orders, ORDERS)
    write(place / "lines.csv", lines, [(prefix + row[0], *row[1:]) for row in LINES])
    return place


def read(place: Path) -> Dataset:
    return load(place, columns=("product",))


@pytest.mark.parametrize(
    ("orders", "lines"),
    [
        (("Order No", "Customer ID", "Order Date"), ("Order No", "Item", "Qty", "Price")),
        (("Sale ref", "Customer number", "Sold on"), ("Sale", "Item", "Pieces", "Unit price")),
        (("订单编号", "会员号", "下单时间"), ("所属订单", "商品名称", "数量", "单价")),
        (("销售单号", "顾客编号", "销售日期"), ("单号", "商品", "件数", "单价")),
        (("Bestellnummer", "Kundennummer", "Bestelldatum"), ("Bestell-Nr", "Artikel", "Menge", "Einzelpreis")),
        (("N° commande", "N° client", "Date de commande"), ("Commande", "Produit", "Quantité", "Prix unitaire")),
        (("Nº pedido", "ID cliente", "Fecha de pedido"), ("Pedido", "Producto", "Cantidad", "Precio unitario")),
        (("Número do pedido", "Código do cliente", "Data"), ("Ref. pedido", "Produto", "Quantidade", "Preço unitário")),
        (("Bestelnummer", "Klantnummer", "Besteldatum"), ("Bestelling", "Product", "Aantal", "Prijs per stuk")),
        (("注文番号", "顧客番号", "注文日"), ("注文ID", "商品名", "数量", "単価")),
        (("주문번호", "고객번호", "주문일자"), ("주문 번호", "상품명", "수량", "단가")),
    ],
)
def test_lines_join_their_orders(tmp_path: Path, orders: Sequence[str], lines: Sequence[str]) -> None:
    with read(folder(tmp_path, orders, lines)) as data:
        assert data.quality.revenue == 140
        assert data.quality.orders == 4
        assert {file.role for file in data.quality.files} == {"orders", "items"}
        found = data.engine.fetch(
            "select product, sum(paid_amount) as money from lines group by product order by product"
        )
        products = {row["product"]: row["money"] for row in found.to_pylist()}
        assert products == {"cap": 10, "ink": 60, "pad": 50, "pen": 20}
        assert max(file.confidence for file in data.quality.files) < 0.9


def test_lines_explain_orders_that_tell_their_amount(tmp_path: Path) -> None:
    """The orders' own 150.00 count; that the lines come to 140.00 is said."""
    header, totals = ("Order No", "Customer ID", "Order Date", "Order Total"), ("30", "60", "20", "40")
    write(tmp_path / "orders.csv", header, [(*row, total) for row, total in zip(ORDERS, totals, strict=True)])
    lines = [(order, item, "1", str(int(count) * int(price.split(".")[0]))) for order, item, count, price in LINES]
    write(tmp_path / "lines.csv", ("Order No", "Item", "Qty", "Line amount"), lines)
    with read(tmp_path) as data:
        assert data.quality.revenue == 150
        assert "note.items_differ" in dict(data.quality.notes)


def test_lines_of_other_orders_join_nothing(tmp_path: Path) -> None:
    """No id is shared: the orders have no amount, and one line says what is missing."""
    place = folder(
        tmp_path, ("Order No", "Customer ID", "Order Date"), ("Order No", "Item", "Qty", "Price"), prefix="X"
    )
    with pytest.raises(PrivtrafficError) as error:
        read(place)
    assert "\n" not in error.value.text()


def test_two_halves_that_are_named_join_as_in_a_folder(tmp_path: Path) -> None:
    place = folder(tmp_path, ("Order No", "Customer ID", "Order Date"), ("Order No", "Item", "Qty", "Price"))
    with load([place / "orders.csv", place / "lines.csv"]) as data:
        assert data.quality.revenue == 140


HEADS, PRICED = ("Order No", "Customer ID", "Order Date"), ("Order No", "Item", "Qty", "Price")


def with_column(rows: Sequence[Sequence[str]], cells: Sequence[str]) -> list[Sequence[str]]:
    return [(*row, cell) for row, cell in zip(rows, cells, strict=True)]


def revenue(
    place: Path,
    *,
    heads: tuple[str, Sequence[str]] | None = None,
    lines: tuple[str, Sequence[str]] | None = None,
    mapping: tuple[tuple[str, str], ...] = (),
    **others: str,
) -> tuple[Decimal, set[str]]:
    """The revenue of the two files with one more column each, and what was noted; `others` are further files."""
    for name, own, rows, more in (("heads", HEADS, ORDERS, heads), ("lines", PRICED, LINES, lines)):
        title, cells = more or ("", ())
        write(place / f"{name}.csv", (*own, title) if more else own, with_column(rows, cells) if more else rows)
    for name, text in others.items():
        (place / f"{name}.csv").write_text(text, "utf-8")
    with load(place, settings=Settings(mapping=mapping)) as data:
        return data.quality.revenue, {key for key, _ in data.quality.notes}


OFF_LINES, OFF_HEADS = ("Discount", ("1", "0", "5", "0", "0", "2")), ("Discount", ("1.00", "5.00", "0", "2.00"))
"""8.00 of the 140.00, by line and by order."""


def test_a_discount_of_lines_or_of_heads_comes_off_once(tmp_path: Path) -> None:
    """140 - 8 wherever the 8.00 stand, and where both files tell the same 8.00."""
    for name, more in {
        "lines": {"lines": OFF_LINES},
        "heads": {"heads": OFF_HEADS},
        "both": {"lines": OFF_LINES, "heads": OFF_HEADS},
    }.items():
        (tmp_path / name).mkdir()
        found, notes = revenue(tmp_path / name, **more)  # type: ignore[arg-type]
        assert (name, found, "note.discount_taken" in notes) == (name, 132, True)


def test_two_discounts_that_differ_are_asked_about(tmp_path: Path) -> None:
    """The heads tell 8.00, the lines 2.00: both may come off, or the 2.00 are part of the 8.00."""
    lines = ("Discount", ("0", "0", "0", "0", "0", "2"))
    with pytest.raises(PrivtrafficError, match=r"in all 8\.00") as error:
        revenue(tmp_path, heads=("Voucher", OFF_HEADS[1]), lines=lines)
    assert error.value.key == "ask_discount_heads"
    assert "\n" not in error.value.text()
    for said, right in (("Voucher", 130), ("-", 138)):
        mapping = (("discount", said),)
        assert revenue(tmp_path, heads=("Voucher", OFF_HEADS[1]), lines=lines, mapping=mapping)[0] == right


def test_what_happened_to_a_line_counts(tmp_path: Path) -> None:
    """One of two units of 10.00 sent back; a line of 20.00 returned and one of 10.00 cancelled."""
    assert revenue(tmp_path, lines=("Returned qty", ("0", "1", "0", "0", "0", "0")))[0] == 130
    words = ("delivered", "returned", "delivered", "cancelled", "delivered", "delivered")
    assert revenue(tmp_path, lines=("Line status", words))[0] == 110


def test_an_order_total_on_each_line_counts_once(tmp_path: Path) -> None:
    """With postage the orders come to 33 + 53 + 23 + 43; the two lines of K1 share 33.00 by what they cost."""
    place = tmp_path
    write(place / "orders.csv", HEADS, ORDERS)
    write(place / "lines.csv", (*PRICED, "Order Total"), with_column(LINES, ("33", "33", "53", "23", "23", "43")))
    with read(place) as data:
        assert data.quality.revenue == 152
        found = data.engine.fetch("select product, paid_amount as money from lines where order_id = 'K1' order by 1")
        assert [str(row["money"]) for row in found.to_pylist()] == ["22.00", "11.00"]


def test_lines_in_two_currencies_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError) as error:
        revenue(tmp_path, lines=("Currency", ("EUR", "EUR", "USD", "EUR", "EUR", "EUR")))
    assert error.value.key == "mixed_currencies"


def test_payments_beside_lines_are_not_added_to_them(tmp_path: Path) -> None:
    """140.00 of lines were paid with 138.00, one payment of 40.00 failed before it was made again."""
    rows = (
        ("K1", "card", "30.00", "ok"), ("K2", "card", "50.00", "ok"), ("K3", "cash", "18.00", "ok"),
        ("K4", "card", "40.00", "failed"), ("K4", "card", "40.00", "ok"),
    )  # fmt: skip
    paid = "\n".join(";".join(row) for row in (("Order No", "Method", "Amount", "Payment status"), *rows))
    assert revenue(tmp_path, payments=paid)[0] == 138
    (tmp_path / "fees.csv").write_text("Order No;Amount\nK1;1.00\nK2;2.00\n", "utf-8")
    with pytest.raises(PrivtrafficError) as error:
        read(tmp_path)
    assert error.value.key == "two_totals"
    assert "\n" not in error.value.text()


def test_refunds_in_a_file_of_their_own_come_off(tmp_path: Path) -> None:
    """50.00 of K2 wholly, 5.00 of K3; what was asked for and refused does not."""
    back = "Order No;Refund amount;Refund status\nK2;50.00;completed\nK3;5.00;completed\nK4;40.00;rejected\n"
    assert revenue(tmp_path, returns=back)[0] == 85


def test_a_file_that_says_nothing_of_money_does_not_stop_the_others(tmp_path: Path) -> None:
    assert revenue(tmp_path, parcels="Order No;Parcel\nK1;P1\nK2;P2\nK3;P3\n")[0] == 140


def test_lines_of_other_orders_in_a_folder_do_not_stop_whole_orders(tmp_path: Path) -> None:
    write(tmp_path / "orders.csv", (*HEADS, "Order Total"), with_column(ORDERS, ("30", "60", "20", "40")))
    write(tmp_path / "lines.csv", ("Order No", "Item", "Amount"), [("Z1", "pen", "3"), ("Z2", "pad", "4")])
    with load(tmp_path) as data:
        assert data.quality.revenue == 150
        assert data.quality.skipped == ("lines.csv",)
