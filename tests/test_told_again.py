"""Two files of a folder that tell the same sales under other headers are never added up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.settings import Settings

ORDERS = [
    f"K{number},{member},2026-0{number // 4 + 1}-1{number},{amount}.00"
    for number, (member, amount) in enumerate(
        [("C11", 31), ("C12", 45), ("C13", 52), ("C11", 67), ("C12", 74), ("C13", 88), ("C11", 93), ("C12", 29)]
    )
]
"""479.00 of three members; C11 spent 191.00, C12 148.00 and C13 140.00."""
HEADER = "Order ID,Customer ID,Order date,Total"


def written(place: Path, **files: Sequence[str]) -> Path:
    for name, rows in files.items():
        (place / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return place


def asked(place: Path, *named: str) -> PrivtrafficError:
    with pytest.raises(PrivtrafficError) as error:
        load([place / f"{name}.csv" for name in named] or place)
    return error.value


def moved(row: str, number: str, days: int) -> str:
    _, member, day, amount = row.split(",")
    return f"{number},{member},{day[:-2]}{int(day[-2:]) + days},{amount}"


def test_invoices_of_the_next_day_with_numbers_of_their_own_are_asked_about(tmp_path: Path) -> None:
    invoices = [moved(row, f"R{at + 900}", 1) for at, row in enumerate(ORDERS)]
    written(tmp_path, orders=[HEADER, *ORDERS], invoices=["Invoice no,Customer ID,Invoice date,Gross", *invoices])
    error = asked(tmp_path, "orders", "invoices")
    assert (error.key, error.values["rows"], error.values["money"]) == ("told_again", "8", "479.00")
    with load(tmp_path / "orders.csv") as data:
        assert data.quality.revenue == 479


def test_an_overlap_of_three_days_is_asked_about_and_counts_once_by_a_common_number(tmp_path: Path) -> None:
    old = ["Ref,Buyer,Date,Paid", *ORDERS[:5]]
    written(tmp_path, new=[HEADER, *ORDERS[2:]], old=old)
    assert asked(tmp_path, "new", "old").key == "told_again"
    both = [tmp_path / "new.csv", tmp_path / "old.csv"]
    with load(both, settings=Settings(mapping=(("order_id", "Ref"),))) as data:
        assert data.quality.revenue == 479
    with load(both, settings=Settings(count_both=True)) as data:
        assert data.quality.revenue == 403 + 269, "two and more systems may well sell the same to a member"


@pytest.mark.parametrize(
    "totals",
    [
        ("C11,2026-02-16,191.00", "C12,2026-02-17,148.00", "C13,2026-02-15,140.00"),
        ("C11,2026-01-31,98.00", "C11,2026-02-28,93.00", "C12,2026-02-28,103.00", "C13,2026-02-28,88.00"),
    ],
)
def test_members_with_the_sum_of_their_sales_are_asked_about(tmp_path: Path, totals: Sequence[str]) -> None:
    """Ever, or in a month; of the monthly one C11 has two sales in January and C12 two in February."""
    rows = [*ORDERS, "K8,C13,2026-02-20,12.00"] if len(totals) == 4 else ORDERS
    totals = [row.replace("C13,2026-02-28,88", "C13,2026-02-28,100") for row in totals]
    written(tmp_path, orders=[HEADER, *rows], customers=["Customer ID,Date,Amount", *totals])
    assert asked(tmp_path, "orders", "customers").key == "summed_up"


def test_shops_with_the_same_members_and_few_prices_are_added_up(tmp_path: Path) -> None:
    """Two shops sell one thing of 20.00 to the same members: what meets is no more than chance."""
    one = [f"A{at},C{11 + at % 4},2026-03-{at + 1:02},20.00" for at in range(12)]
    other = [f"B{at},C{11 + at % 4},2026-03-{at + 3:02},20.00" for at in range(12)]
    written(
        tmp_path,
        paris=[HEADER, *one],
        lyon=["Order ID,Customer ID,Order date,Total,Store", *(f"{row},L" for row in other)],
    )
    with load(tmp_path) as data:
        assert (data.quality.orders, data.quality.revenue) == (24, 480)


def test_a_file_of_a_folder_that_its_values_make_sure_is_read_whatever_its_words_are(tmp_path: Path) -> None:
    """Of `Ref, Buyer, Date, Paid` no word is the usual one; beside an export of the year after it is no guess."""
    old = ["Ref,Buyer,Date,Paid", *(row.replace("2026", "2025").replace("K", "A") for row in ORDERS)]
    written(tmp_path, new=[HEADER, *ORDERS], old=old)
    with load(tmp_path) as data:
        assert (data.quality.orders, data.quality.revenue, data.quality.skipped) == (16, 958, ())


def test_a_file_of_a_folder_that_is_still_a_guess_is_left_out(tmp_path: Path) -> None:
    carts = [f"ct{at},{row.split(',', 1)[1]}" for at, row in enumerate(ORDERS)]
    written(tmp_path, new=[HEADER, *ORDERS], carts=["Cart ID,Customer ID,Abandoned at,Cart total", *carts])
    with load(tmp_path) as data:
        assert (data.quality.revenue, data.quality.skipped) == (479, ("carts.csv",))


def test_a_deposit_and_its_balance_are_asked_about_by_their_number(tmp_path: Path) -> None:
    """Eight orders with 10.00 down and the rest five days later are eight orders, not sixteen."""
    balances = [moved(row, row.partition(",")[0], 5) for row in ORDERS]
    deposits = [f"{row.rpartition(',')[0]},10.00" for row in ORDERS]
    header = "Order ID,Customer ID,Paid at,Paid amount"
    written(tmp_path, balances=[HEADER, *balances], deposits=[header, *deposits])
    error = asked(tmp_path, "balances", "deposits")
    assert (error.key, error.values["rows"], error.values["all"]) == ("told_in_parts", "8", "8")
    both = [tmp_path / "balances.csv", tmp_path / "deposits.csv"]
    with load(both, settings=Settings(count_both=True)) as data:
        assert (data.quality.orders, data.quality.revenue) == (16, 479 + 80)


def test_shops_that_both_count_from_one_are_added_up(tmp_path: Path) -> None:
    """Two of eight numbers belong to the same member by chance, days and amounts are others."""
    amounts = [112, 127, 141, 158, 166, 173, 189, 195]
    members = ["C12", "C12", "C11", "C13", "C12", "C11", "C12", "C11"]
    other = [
        f"{row.partition(',')[0]},{member},2026-0{at // 4 + 5}-1{at},{amount}.00"
        for at, (row, member, amount) in enumerate(zip(ORDERS, members, amounts, strict=True))
    ]
    written(tmp_path, one=[HEADER, *ORDERS], two=["Order No,Buyer,Date,Paid", *other])
    with load([tmp_path / "one.csv", tmp_path / "two.csv"]) as data:
        assert (data.quality.orders, data.quality.revenue) == (16, 479 + sum(amounts))


def test_returns_of_a_later_day_under_the_number_of_the_sale_come_off(tmp_path: Path) -> None:
    """Five of eight sales come back nine days later, 10.00 each: no parts of what was paid."""
    back = [f"{moved(row, row.partition(',')[0], 9).rpartition(',')[0]},-10.00" for row in ORDERS[:5]]
    written(tmp_path, sales=[HEADER, *ORDERS], returns=["Order No,Buyer,Date,Paid", *back])
    with load([tmp_path / "sales.csv", tmp_path / "returns.csv"]) as data:
        assert (data.quality.orders, data.quality.revenue) == (8, 479 - 50)
