"""An order file and a line file of a system nobody listed: joined where the ids of one are the other's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import Dataset, load

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
