"""An order may stand in two files: cut by a row limit, given twice, or told again by an after-sale case."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.database import ingest, open_database
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean import together
from privtraffic.intake.load import load
from privtraffic.settings import Settings
from tests.fixtures import marketplaces
from tests.fixtures.model import write

SHOPIFY = ("Name", "Email", "Financial Status", "Paid at", "Currency", "Total", "Created at", "Lineitem quantity",
           "Lineitem name", "Lineitem price", "Refunded Amount", "Cancelled at")  # fmt: skip
# 2001 is 90 in two lines of 2 × 20 and 1 × 60, 2002 is 35, 2003 is 25 with 5 back: 150 in all, 5 back.
ROWS = (
    ("#2001", "a@x.cn", "paid", "2026-05-01 10:00:00", "USD", "90.00", "2026-05-01 09:00:00", "2", "cup", "20.00",
     "", ""),
    ("#2001", "a@x.cn", "", "", "", "", "2026-05-01 09:00:00", "1", "pot", "60.00", "", ""),
    ("#2002", "b@x.cn", "paid", "2026-05-02 10:00:00", "USD", "35.00", "2026-05-02 09:00:00", "1", "cup", "35.00",
     "", ""),
    ("#2003", "b@x.cn", "partially_refunded", "2026-05-03 10:00:00", "USD", "25.00", "2026-05-03 09:00:00", "1", "lid",
     "25.00", "5.00", ""),
)  # fmt: skip


def shopify(path: Path, rows: Sequence[Sequence[str]], blank: str = "") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([SHOPIFY, *([cell or blank for cell in row] for row in rows)])
    return path


def sums(paths: Sequence[Path]) -> tuple[Decimal, Decimal, int, dict[str, int]]:
    with load(list(paths)) as data:
        quality = data.quality
        assert quality.money_read == quality.money_kept + sum(quality.money_dropped.values())
        return quality.money_kept, quality.refunds, quality.orders, dict(quality.rows_dropped)


WHOLE = (Decimal("150.00"), Decimal("5.00"), 3, {})


@pytest.mark.parametrize("tables", [64, 1], ids=["each by itself", "put together"])
def test_an_order_cut_by_a_row_limit_counts_once(tables: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there are so many files that their rows are put together first."""
    monkeypatch.setattr(together, "MOST_TABLES", tables)
    assert sums([shopify(tmp_path / "whole.csv", ROWS)]) == WHOLE
    for at in (1, 2, 3):
        parts = [shopify(tmp_path / f"{at}a.csv", ROWS[:at]), shopify(tmp_path / f"{at}b.csv", ROWS[at:])]
        assert sums(parts) == WHOLE, at
        assert sums(parts[::-1]) == WHOLE, at


def test_an_export_given_twice_counts_once_and_is_read_twice(tmp_path: Path) -> None:
    both = [shopify(tmp_path / "a.csv", ROWS), shopify(tmp_path / "b.csv", ROWS)]
    assert sums(both) == (*WHOLE[:3], {"duplicate": 4})
    with load(both) as data:
        assert data.quality.money_read == Decimal("300.00")
    # Lines 1 and 2 of #2001 in one file, line 2 and all else in the other.
    apart = [shopify(tmp_path / "c.csv", ROWS[:2]), shopify(tmp_path / "d.csv", ROWS[1:])]
    assert sums(apart) == (*WHOLE[:3], {"duplicate": 1})


@pytest.mark.parametrize("blank", ["", " ", "\t", "\u3000", "\u00a0", "-", "N/A"])
def test_a_blank_cell_is_blank_however_it_is_written(blank: str, tmp_path: Path) -> None:
    assert sums([shopify(tmp_path / "x.csv", ROWS, blank)]) == WHOLE


def test_two_shops_may_number_their_orders_alike(tmp_path: Path) -> None:
    other = [(name, "z@x.cn", *rest[:6], f"other {rest[6]}", *rest[7:]) for name, _, *rest in ROWS]
    both = [shopify(tmp_path / "a.csv", ROWS), shopify(tmp_path / "b.csv", other)]
    assert sums(both)[:3] == (Decimal("300.00"), Decimal("10.00"), 6)


def test_a_database_puts_a_cut_order_together_in_whatever_batches_it_comes(tmp_path: Path) -> None:
    parts = [shopify(tmp_path / "1.csv", ROWS[:1]), shopify(tmp_path / "2.csv", ROWS[1:])]
    database = tmp_path / "b.duckdb"
    ingest(database, parts[:1])
    result = ingest(database, parts[1:])
    assert (result.totals.orders, result.totals.revenue) == (3, Decimal("145.00"))
    assert result.batch
    assert result.batch.money == Decimal("60.00"), "of its own file: the order's 90 stand in the other"
    with open_database(database) as data:
        assert data.quality.money_kept == Decimal("150.00")


def test_a_case_of_an_order_in_two_files_is_paid_back_once(tmp_path: Path) -> None:
    """128 of the order of 1,280 are paid back, in whatever files its lines stand."""
    header, *body = marketplaces.XHS_FILE.table()
    cases = write(marketplaces.XHS_CASES_FILE, tmp_path)
    for at in range(1, len(body)):
        for name, rows in (("a", body[:at]), ("b", body[at:])):
            (tmp_path / f"{at}{name}").mkdir()
            write(marketplaces.XHS_FILE, tmp_path / f"{at}{name}", [header, *rows])
        parts = [next((tmp_path / f"{at}{name}").iterdir()) for name in "ab"]
        assert sums([*parts, cases])[:3] == (Decimal("1335.00"), Decimal("128.00"), 2), at
    twice = [write(marketplaces.XHS_FILE, tmp_path), parts[0], parts[1], cases]
    assert sums(twice)[:3] == (Decimal("1335.00"), Decimal("128.00"), 2)


def test_a_case_of_an_order_of_nothing_is_read(tmp_path: Path) -> None:
    header, *body = marketplaces.XHS_FILE.table()
    paid = header.index("用户应付金额(元)")
    nothing = [[*row[:paid], "0.00", *row[paid + 1 :]] for row in body]
    kept = write(marketplaces.XHS_FILE, tmp_path, [header, *nothing])
    cases = write(marketplaces.XHS_CASES_FILE, tmp_path)
    with load([kept, cases], need_member=False) as data:
        assert (data.quality.money_read, data.quality.refunds, data.quality.orders) == (0, 0, 0)


@pytest.mark.parametrize(("told", "back"), [("10.00", "16.00"), ("16.00", "16.00"), ("40.00", "40.00"), ("", "16.00")])
def test_a_refund_of_a_line_that_two_files_tell_is_the_larger_of_the_two(told: str, back: str, tmp_path: Path) -> None:
    """The case pays 15 + 1 of the line's 60 back."""
    header, *body = marketplaces.DOUYIN_FILE.table()
    line = header.index("子订单编号")
    rows = [[*row, told if row[line].endswith("643704") else ""] for row in body]
    orders = write(marketplaces.DOUYIN_FILE, tmp_path, [[*header, "已退"], *rows])
    cases = write(marketplaces.DOUYIN_CASES_FILE, tmp_path)
    with load([orders, cases], settings=Settings(mapping=(("refund_amount", "已退"),))) as data:
        found = data.engine.fetch("select refund_amount from orders where paid_amount = 60").to_pylist()
        assert found == [{"refund_amount": Decimal(back)}]


def test_a_header_in_the_middle_is_no_row_and_one_in_another_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    first = "order_id,member_id,ordered_at,paid_amount\n1,a,2026-01-01,5\n"
    path.write_text(first + "order_id,member_id,ordered_at,paid_amount\n2,b,2026-01-02,7\n")
    assert sums([path])[:3] == (Decimal("12.00"), Decimal("0.00"), 2)
    for other in ("paid_amount,member_id,order_id,ordered_at\n7,b,2,2026-01-02\n",
                  "member_id,order_id,ordered_at,paid_amount\nb,2,2026-01-02,7\n"):  # fmt: skip
        path.write_text(first + other)
        with pytest.raises(PrivtrafficError) as caught:
            load(path)
        assert (caught.value.key, caught.value.values["row"]) == ("second_header", 3)


HEADER_OF_PAYING = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem sku,Id,Refunded Amount,Vendor,Cancelled at\n"
)
PAID_LATER = (
    "#1001,a@example.com,paid,2024-05-03 09:59:12 +0000,USD,,110.00,2024-05-01 09:58:12 +0000,1,,60.00,,77,,,\n",
    "#1001,a@example.com,,,,,,2024-05-01 09:58:12 +0000,2,,20.00,,,,,\n",
    "#1002,b@example.com,paid,2024-05-04 09:59:12 +0000,USD,,30.00,2024-05-01 09:58:12 +0000,1,,30.00,,78,,,\n",
)


@pytest.mark.parametrize("cut", [0, 1])
def test_an_order_was_paid_when_its_first_line_says_and_not_when_it_was_made(cut: int, tmp_path: Path) -> None:
    """Only the first line of an order tells the day of paying; the others tell the day on which it was made."""
    paths = []
    for number, rows in enumerate(rows for rows in (PAID_LATER[:cut], PAID_LATER[cut:]) if rows):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text(HEADER_OF_PAYING + "".join(rows))
    with load(paths) as data:
        found = data.engine.fetch(
            "select order_id, cast(ordered_at as date) as day, paid_amount from orders order by 1"
        )
        assert [(row["order_id"], str(row["day"]), float(row["paid_amount"])) for row in found.to_pylist()] == [
            ("#1001", "2024-05-03", 110.0),
            ("#1002", "2024-05-04", 30.0),
        ]
        assert data.quality.rows_dropped == {}


def test_the_same_number_of_two_shops_is_two_orders(tmp_path: Path) -> None:
    """Of one member, on one day, for one amount: the shops are named, and differ."""
    for name, shop in (("a", "X"), ("b", "Y")):
        (tmp_path / f"{name}.csv").write_text(
            f"order_id,member_id,ordered_at,paid_amount,shop\n1,m1,2026-01-01,10,{shop}\n2,m2,2026-01-02,20,{shop}\n"
        )
    with load([tmp_path / "a.csv", tmp_path / "b.csv"]) as data:
        assert (data.quality.orders, float(data.quality.money_kept)) == (4, 60.0)
    with load([tmp_path / "a.csv", tmp_path / "a.csv"]) as data:
        assert (data.quality.orders, float(data.quality.money_kept)) == (2, 30.0)
