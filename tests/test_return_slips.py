"""Return slips that name no order: each takes back the member's sale of its amount, the nearest before it, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from privtraffic import Settings
from privtraffic.dataset import Dataset
from privtraffic.intake.load import load

POSPAL = "流水号,日期,类型,实收金额,会员号,商品原价,门店"
Receipt = tuple[str, int, str, str]
"""Its kind, its day of May 2026, its member, its amount."""


def receipts(folder: Path, rows: Sequence[Receipt], header: str = POSPAL) -> Path:
    path = folder / "pospal.csv"
    lines = [
        f"{at:04},2026-05-{day:02} 10:00:00,{kind},{amount},{member},{amount},A"
        for at, (kind, day, member, amount) in enumerate(rows)
    ]
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return path


def left(data: Dataset) -> list[tuple[str, int]]:
    """Member and day of each purchase that is left."""
    query = "select member_id, day(ordered_at) as day from orders where is_purchase order by all"
    return [tuple(row.values()) for row in data.engine.fetch(query).to_pylist()]


def sent_back(data: Dataset) -> list[tuple[str, Decimal]]:
    """Member and money of each order that was wholly paid back."""
    query = "select member_id, money from refunded_orders order by all"
    return [tuple(row.values()) for row in data.engine.fetch(query).to_pylist()]


@pytest.mark.parametrize(
    ("rows", "orders"),
    [
        # The nearest before it, not the first; a sale of another member or amount, or after the slip, is none.
        ([("销售", 1, "a", "50"), ("销售", 3, "a", "50"), ("退货", 4, "a", "50"), ("销售", 5, "a", "50")], [1, 5]),
        ([("销售", 1, "b", "50"), ("销售", 1, "a", "60"), ("退货", 4, "a", "50"), ("销售", 5, "a", "50")], [1, 1, 5]),
        # Each takes back one: the second slip goes to the sale before, a third one finds none.
        ([("销售", 1, "a", "5"), ("销售", 2, "a", "5"), *[("退货", day, "a", "5") for day in (3, 4, 6)]], []),
        ([("退货", 1, "a", "5"), ("销售", 2, "a", "5"), ("退货", 3, "a", "5"), ("销售", 4, "a", "5")], [4]),
        # What was voided is no sale that could come back.
        ([("销售", 1, "a", "50"), ("作废", 3, "a", "50"), ("退货", 4, "a", "50"), ("销售", 5, "a", "8")], [5]),
    ],
)
def test_a_slip_takes_back_the_nearest_sale_of_its_amount_once(
    rows: list[Receipt], orders: list[int], tmp_path: Path
) -> None:
    with load(receipts(tmp_path, rows), need_member=False) as data:
        assert sorted(day for _, day in left(data)) == orders
        quality = data.quality
        assert quality.money_kept + sum(quality.money_dropped.values()) == quality.money_read


def test_a_slip_of_another_shop_or_of_a_part_stays_a_document_of_its_own(tmp_path: Path) -> None:
    """140.00 are left of three orders: 50 came back elsewhere and 10 of the 60 of another order."""
    rows = [
        ("销售", 1, "a", "50"),
        ("销售", 2, "a", "60"),
        ("销售", 2, "b", "90"),
        ("退货", 4, "a", "50"),
        ("退货", 5, "a", "10"),
    ]
    path = receipts(tmp_path, rows)
    path.write_text(path.read_text("utf-8").replace("50,a,50,A", "50,a,50,B", 1).replace("门店", "店铺"), "utf-8")
    for columns in ((), ("shop",)):
        with load(path, columns=columns, settings=Settings(mapping=(("shop", "店铺"),))) as data:
            assert (data.quality.revenue, data.quality.orders, data.quality.credits) == (Decimal("140.00"), 3, 2)
            assert "note.returns_matched" not in dict(data.quality.notes)


def test_a_sale_of_which_a_part_came_back_is_not_taken_back_once_more(tmp_path: Path) -> None:
    """The nearest sale has 5.00 back already: the slip of 50.00 takes back the one before it."""
    path = tmp_path / "till.csv"
    path.write_text(
        "receipt,customer_id,order_date,total,refund_amount,Doc type\n"
        "1,a,2026-05-01,50,0,Sale\n2,a,2026-05-02,50,5,Sale\n3,a,2026-05-03,50,0,Return\n4,b,2026-05-04,20,0,Sale\n"
    )
    with load(path) as data:
        assert left(data) == [("a", 2), ("b", 4)]
        assert data.quality.revenue == Decimal("65.00")


def test_a_slip_written_twice_takes_back_one_sale(tmp_path: Path) -> None:
    """In two files, and twice in one of them: it is one document, and the sale of the first day stays."""
    rows = [("销售", 1, "a", "50"), ("销售", 2, "a", "50"), ("退货", 4, "a", "50")]
    path = receipts(tmp_path, rows)
    text = path.read_text("utf-8")
    path.write_text(text + text.splitlines()[-1] + "\n", "utf-8")
    with load(path) as data:
        assert left(data) == [("a", 1)]
        assert data.quality.rows_dropped == {"duplicate": 1, "refunded": 2}
    (tmp_path / "again.csv").write_text(text, "utf-8")
    with load([path, tmp_path / "again.csv"]) as data:
        assert left(data) == [("a", 1)]
        assert dict(data.quality.notes)["note.returns_matched"] == {"documents": 1, "money": Decimal("50.00")}


SOLD = st.lists(
    st.tuples(st.integers(1, 20), st.sampled_from("ab"), st.sampled_from(["5.00", "8.00"])), min_size=1, max_size=6
)


@settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
@given(SOLD, SOLD.map(lambda found: found[0]))
def test_a_slip_changes_revenue_by_its_amount_and_orders_by_what_came_back_whole(
    tmp_path_factory: pytest.TempPathFactory, sold: list[tuple[int, str, str]], slip: tuple[int, str, str]
) -> None:
    folder = tmp_path_factory.mktemp("slips")
    # One more sale of each, of another amount, so that nobody is left with a slip alone.
    sales = [("销售", *sale) for sale in (*sold, (1, "a", "100"), (1, "b", "100"))]
    whole = any(member == slip[1] and amount == slip[2] and day <= slip[0] for day, member, amount in sold)
    with load(receipts(folder, sales)) as before:
        revenue, orders = before.quality.revenue, before.quality.orders
    with load(receipts(folder, [*sales, ("退货", *slip)])) as after:
        assert after.quality.revenue == revenue - Decimal(slip[2])
        assert after.quality.orders == orders - whole
        assert after.quality.money_read == revenue - Decimal(slip[2])
        net = after.engine.fetch("select sum(net) as net from lines")["net"][0].as_py()
        assert net == after.quality.revenue
        assert sent_back(after) == ([(slip[1], Decimal(slip[2]))] if whole else [])
        assert after.quality.money_kept + sum(after.quality.money_dropped.values()) == after.quality.money_read


def test_a_return_that_names_its_order_is_one_order_sent_back(tmp_path: Path) -> None:
    """Order 1 came back whole, in two parts: one order of 100.00 sent back, and 70.00 are left."""
    path = tmp_path / "pos.csv"
    path.write_text(
        "订单编号,会员卡号,订单日期,商品实付金额,前置订单编号,门店名称,订单类型,订单状态\n"
        "1,a,2026-05-01,100,,A,销售单,已完成\n2,a,2026-05-02,-60,1,A,退货单,已完成\n"
        "3,a,2026-05-03,40,1,A,退货单,已退货\n4,a,2026-05-04,70,,A,销售单,已完成\n",
        "utf-8",
    )
    with load(path) as data:
        assert sent_back(data) == [("a", Decimal("100.00"))]
        assert (data.quality.revenue, data.quality.orders, data.quality.refunds) == (70, 1, 0)
        assert (data.quality.money_read, data.quality.money_dropped) == (70, {"refunded": 0})


def test_a_slip_takes_back_its_own_goods(tmp_path: Path) -> None:
    """Skirt A of order 2 came back: order 1, another skirt at the same price, is none of it. Then B, which it is."""
    path = tmp_path / "pos.csv"
    rows = ["1,a,2023-03-01,销售单,199,{0}B", "2,a,2026-05-01,销售单,199,{0}A", "2,a,2026-05-01,销售单,300,{0}C"]
    for name in ("商品编码", "商品名称"):
        for goods, revenue, found in (("A", 499, []), ("B", 499, [("a", Decimal("199.00"))])):
            lines = [row.format("裙") for row in rows] + [f"3,a,2026-05-03,退货单,199,裙{goods}"]
            path.write_text("\n".join([f"单号,会员号,日期,订单类型,实收金额,{name}", *lines]) + "\n", "utf-8")
            with load(path) as data:
                assert (data.quality.revenue, sent_back(data)) == (revenue, found)
                assert (data.quality.orders, data.quality.credits) == ((1, 0) if found else (2, 1))


def test_three_goods_of_which_the_middle_one_is_another_are_another_sale(tmp_path: Path) -> None:
    path = tmp_path / "pos.csv"
    for goods, found in (("ACD", []), ("DBA", [("a", Decimal("60.00"))])):
        rows = [f"1,a,2026-05-01,销售单,20,{sku}" for sku in "ABD"] + [
            f"2,a,2026-05-03,退货单,20,{sku}" for sku in goods
        ]
        path.write_text(
            "\n".join(["单号,会员号,日期,订单类型,实收金额,商品编码", *rows, "3,a,2026-05-04,销售单,9,E"]) + "\n",
            "utf-8",
        )
        with load(path) as data:
            assert (sent_back(data), data.quality.revenue) == (found, 9)


def told(path: Path, as_of: date | None = None) -> tuple[object, ...]:
    with load(path, settings=Settings(as_of=as_of), need_member=False) as data:
        quality = data.quality
        net = data.engine.fetch("select sum(net) as net, count(*) as documents from orders").to_pylist()
        return data.as_of, quality.revenue, quality.orders, quality.credits, net, sent_back(data)


def test_returns_of_later_days_come_off_only_where_no_sale_that_stands_is_later(tmp_path: Path) -> None:
    """The 80.00 of the 25th came back, so the data end on the 2nd: the slip of the 27th takes its 50.00 back, and
    where what was never paid for is later, too. With a sale on the 28th nothing of this is known yet on the 2nd."""
    rows = [("销售", 1, "a", "60"), ("销售", 2, "a", "50"), ("销售", 25, "a", "80"), ("退货", 26, "a", "80")]
    rows.append(("退货", 27, "a", "50"))
    for more, revenue in (([], 60), ([("作废", 28, "a", "7")], 60), ([("销售", 28, "a", "7")], 110)):
        for day in (2, 20):
            assert told(receipts(tmp_path, [*rows, *more]), date(2026, 5, day))[1] == revenue


DAYS = st.integers(1, 9)
ROWS = st.tuples(
    st.sampled_from(["销售", "销售", "退货", "作废"]), DAYS, st.sampled_from("ab"), st.sampled_from(["50", "80"])
)


@settings(max_examples=12, phases=[Phase.generate], deadline=None, derandomize=True)
@given(rows=st.lists(ROWS, min_size=2, max_size=7), day=DAYS)
def test_the_last_day_asked_for_is_the_last_day_by_default(rows: list[Receipt], day: int) -> None:
    """From it on nothing changes but the date; before, a file is what it was when its later rows were not in it."""
    rows.insert(0, ("销售", 1, "c", "9"))
    with TemporaryDirectory() as folder:
        path = receipts(Path(folder), rows)
        last, *figures = told(path)
        assert isinstance(last, date)
        assert told(path, last) == (last, *figures)
        asked = date(2026, 5, day)
        found = told(path, asked)
        if asked < last:
            assert found == told(receipts(Path(folder), [row for row in rows if row[1] <= day]), asked)
        else:
            assert found == (asked, *figures)


@pytest.mark.parametrize("amount", ["100", "-100"])
@pytest.mark.parametrize("word", ["已完成", "已退货", "已退款"])
def test_a_slip_that_says_it_is_done_is_a_slip_whatever_its_sign(amount: str, word: str, tmp_path: Path) -> None:
    """100.00 of 170.00 came back, once, whether the sale says so too or not; the 9.00 of a part stay a credit."""
    path = tmp_path / "pos.csv"
    part = "9" if amount == "100" else "-9"
    for sold in ("已完成", "已退货"):
        path.write_text(
            "单号,会员号,时间,实收金额,订单类型,状态\n"
            f"1,a,2026-05-01 10:00:00,100,销售单,{sold}\n2,a,2026-05-03 10:00:00,{amount},退货单,{word}\n"
            f"3,a,2026-05-04 10:00:00,70,销售单,已完成\n4,a,2026-05-05 10:00:00,{part},退货单,{word}\n",
            "utf-8",
        )
        with load(path) as data:
            quality = data.quality
            assert (quality.revenue, quality.orders, quality.credits) == (61, 1, 1)
            assert sent_back(data) == [("a", Decimal("100.00"))]
            assert quality.rows_dropped == {"refunded": 2}
            assert (quality.money_read, quality.money_kept) == (61, 61)
