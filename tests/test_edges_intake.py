"""Rules of intake at their edge: the value itself and the one beside it, as the docs say; `just mutants` moves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic import ingest, load, open_database, rfm
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load as load_any
from privtraffic.settings import Settings
from tests import test_clean
from tests import test_one_order_in_two_files as two_files
from tests.fixtures import marketplaces
from tests.fixtures.model import write
from tests.test_clean import GOOD, orders
from tests.test_values import HEAD, export, revenue


def test_the_first_moment_of_1990_is_a_date_and_the_last_one_before_it_is_none(tmp_path: Path) -> None:
    """docs/data-dictionary.md: years before 1990 are bad dates."""
    with orders(tmp_path, GOOD, "2,,m2,1990-01-01 00:00:00,5,,paid,,,", "3,,m2,1989-12-31 23:59:59,7,,paid,,,") as data:
        assert data.quality.rows_dropped == {"bad_date": 1}
        assert data.quality.money_kept == Decimal("15.00")


def test_an_order_of_nothing_that_counts_is_a_purchase(tmp_path: Path) -> None:
    """docs/data-dictionary.md: `--keep-zero` counts orders of nothing; below zero alone is a negative document."""
    rows = (GOOD, "2,,m2,2026-01-02,0,,paid,,,", "3,,m2,2026-01-03,-1,,paid,,,")
    with orders(tmp_path, *rows, settings=Settings(keep_zero=True)) as data:
        assert (data.quality.orders, data.quality.credits, data.quality.rows_dropped) == (2, 1, {})


LATE = (GOOD, "2,,m2,2026-01-09,30,,paid,,,", "3,,m1,2026-02-02,-4,,paid,,,", "4,,m2,2026-02-03,-5,,paid,,,")
"""10.00 of m1 on 1 January, 30.00 of m2 on 9 January; 9.00 come back in February."""


def late(folder: Path, rows: Iterable[str]) -> Path:
    (folder / "late.csv").write_text("\n".join((test_clean.HEADER, *rows)) + "\n", "utf-8")
    return folder / "late.csv"


@pytest.mark.parametrize("kept", [False, True], ids=["files", "database"])
def test_a_return_behind_the_last_order_counts_and_sets_no_recency(tmp_path: Path, kept: bool) -> None:
    """docs/data-dictionary.md: the as-of date is the day of the last order; a return is none, and is taken off.

    The same where that day is asked for; of a day before it, what comes later is not known.
    """
    path = late(tmp_path, LATE)
    if kept:
        ingest(tmp_path / "b.duckdb", [path])
    for asked, as_of, right, recency in (
        (None, date(2026, 1, 9), 31, {"m1": 8, "m2": 0}),
        (date(2026, 1, 9), date(2026, 1, 9), 31, {"m1": 8, "m2": 0}),
        (date(2026, 1, 8), date(2026, 1, 8), 10, {"m1": 7}),
        (date(2026, 2, 28), date(2026, 2, 28), 31, {"m1": 58, "m2": 50}),
    ):
        settings = Settings(as_of=asked)
        with open_database(tmp_path / "b.duckdb", settings=settings) if kept else load(path, settings=settings) as data:
            found = rfm(data)
            columns = ["member_id", "recency_days", "monetary"]
            members = [row for batch in found.members.batches(columns) for row in batch.to_pylist()]
            assert (data.as_of, data.quality.revenue) == (as_of, right), asked
            assert sum(row["monetary"] for row in members) == right
            assert {row["member_id"]: row["recency_days"] for row in members} == recency
            assert any(key == "note.late_returns" for key, _ in data.quality.notes) is (as_of.day == 9)


def test_where_nothing_but_returns_is_the_last_of_them_is_the_as_of_date(tmp_path: Path) -> None:
    with load_any(late(tmp_path, LATE[2:]), need_member=False) as data:
        assert (data.as_of, data.quality.orders) == (date(2026, 2, 3), 0)


@pytest.mark.parametrize(("back", "reason"), [("19.99", "unknown_status"), ("20.00", "refunded")])
def test_an_unpaid_row_of_an_unknown_word_is_refunded_where_all_of_it_went_back(
    back: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "o.csv"
    path.write_text(
        "order_id,member_id,created_at,paid_at,amount,refund_amount,status\n"
        f"1,m1,2026-01-01,2026-01-01,10,0,paid\n2,m2,2026-01-02,,20.00,{back},odd word\n",
        "utf-8",
    )
    with load(path) as data:
        assert data.quality.rows_dropped == {reason: 1}


def amounts(folder: Path, unread: Iterable[str], of: int) -> Path:
    """An export of so many rows, some with an amount that cannot be read."""
    path, unread = folder / "o.csv", list(unread)
    cells = [*unread, *["10.00"] * (of - len(unread))]
    rows = [f"{i},m{i},2026-01-{i % 28 + 1:02},{cell}" for i, cell in enumerate(cells)]
    path.write_text("\n".join(["order_id,member_id,ordered_at,paid_amount", *rows]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("unread", "of", "refused"),
    [
        (["1?2"] * 2, 200, False),  # 1 % of the rows is not more than 1 %
        (["1?2"] * 3, 200, True),
        (["soon"] * 4, 100, False),  # four words are words
        (["soon"] * 5, 100, True),
    ],
)
def test_more_than_one_in_a_hundred_unread_amounts_are_refused(
    unread: list[str], of: int, refused: bool, tmp_path: Path
) -> None:
    """docs/profiles.md: an error where they are more than 1 % of the rows."""
    path = amounts(tmp_path, unread, of)
    if refused:
        with pytest.raises(PrivtrafficError) as raised:
            load(path)
        assert raised.value.key == "unread_amounts"
    else:
        with load(path) as data:
            assert data.quality.rows_dropped == {"bad_amount": len(unread)}


@pytest.mark.parametrize(("paid", "reason"), [("0.00", "unpaid"), ("5.00", "unpaid")])
def test_what_has_no_paid_time_where_others_have_one_is_unpaid_whatever_it_costs(
    paid: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "o.csv"
    path.write_text(
        f"order_id,member_id,created_at,paid_at,amount\n1,m1,2026-01-01,2026-01-01,10\n2,m2,2026-01-02,,{paid}\n",
        "utf-8",
    )
    with load(path) as data:
        assert data.quality.rows_dropped == {reason: 1}


def test_a_cancelled_order_that_got_a_part_back_keeps_the_rest(tmp_path: Path) -> None:
    """#2002 is called off: with 5 of its 35 back in part, with nothing back as a whole, and it was never paid."""
    for back, dropped, kept in (("5.00", {}, "150.00"), ("", {"cancelled": 1}, "115.00")):
        rows = [(*row[:10], back, "2026-05-04 10:00:00") if row[0] == "#2002" else row for row in two_files.ROWS]
        with load(two_files.shopify(tmp_path / "x.csv", rows)) as data:
            assert (data.quality.rows_dropped, data.quality.money_kept) == (dropped, Decimal(kept))


def xiaohongshu(folder: Path, name: str, *rows: tuple[str, str, str, str]) -> Path:
    """Lines of (order, product, paid, refund)."""
    (folder / name).mkdir()
    header, *body = marketplaces.XHS_FILE.table()
    at = {title: header.index(title) for title in ("订单号", "商家编码", "用户应付金额(元)")}
    lines = []
    for order, sku, paid, back in rows:
        line = [*body[0], back]
        for place, cell in zip(at.values(), (order, sku, paid), strict=True):
            line[place] = cell
        lines.append(line)
    return write(marketplaces.XHS_FILE, folder / name, [[*header, "已退"], *lines])


@pytest.mark.parametrize(("first", "back"), [("60.00", "128.00"), ("100.00", "140.00")])
def test_a_case_of_an_order_stands_against_what_all_its_lines_tell(first: str, back: str, tmp_path: Path) -> None:
    """Lines tell 60 + 40 = 100, the case of the order 128; or 100 + 40 = 140: the larger counts (docs/profiles.md)."""
    number = "P700000000000000001"
    lines = ((number, "S1", "1200.00", first), (number, "S2", "80.00", "40.00"))
    paths = [xiaohongshu(tmp_path, "a", *lines), write(marketplaces.XHS_CASES_FILE, tmp_path)]
    with load(paths, settings=Settings(mapping=(("refund_amount", "已退"),))) as data:
        assert (data.quality.money_kept, data.quality.refunds) == (Decimal("1280.00"), Decimal(back))


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        ((("P9", "S1", "120.00", ""), ("P5", "S3", "7.00", "")), "232.00"),
        ((("P5", "S3", "7.00", ""), ("P9", "S1", "120.00", "")), "132.00"),
    ],
    ids=["the first of the second file", "not the first"],
)
def test_an_order_goes_on_only_at_the_first_row_of_the_next_file(
    second: Sequence[tuple[str, str, str, str]], kept: str, tmp_path: Path
) -> None:
    """P9 ends the first file with 100: its 120 is its rest, or the same line again, since corrected; 5 and 7 stay."""
    paths = [
        xiaohongshu(tmp_path, "a", ("P4", "S3", "5.00", ""), ("P9", "S1", "100.00", "")),
        xiaohongshu(tmp_path, "b", *second),
    ]
    with load(paths) as data:
        assert data.quality.money_kept == Decimal(kept)


def test_a_later_file_of_items_takes_the_place_of_the_same_lines(tmp_path: Path) -> None:
    """90 paid: by the first file 30 and 60 for the lines 11 and 12, by the later one 45 each."""
    (tmp_path / "o.csv").write_text(
        "订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,订单付款时间,宝贝标题\n"
        "1,小红,90.00,交易成功,2026-01-01 10:00:00,2026-01-01 10:00:00,面霜 等多件\n",
        "utf-8",
    )
    for name, one, other in (("i1.csv", "30.00", "60.00"), ("i2.csv", "45.00", "45.00")):
        (tmp_path / name).write_text(
            "主订单编号,子订单编号,商品标题,商品价格,购买数量,商家编码,买家实付金额,退款金额,订单状态\n"
            f"1,11,面霜,40,1,A,{one},0,交易成功\n1,12,精华,60,1,B,{other},0,交易成功\n",
            "utf-8",
        )
    with load([tmp_path / name for name in ("o.csv", "i1.csv", "i2.csv")], columns=["product"]) as data:
        paid = data.engine.fetch("select paid_amount from lines")["paid_amount"].to_pylist()
    assert paid == [Decimal("45.00")] * 2


def test_one_number_of_two_members_on_one_day_is_two_orders(tmp_path: Path) -> None:
    """docs/profiles.md: without a shop, the member and the day tell whose number it is."""
    for name, member, paid in (("north.csv", "a", 10), ("south.csv", "c", 30)):
        (tmp_path / name).write_text(f"{HEAD}\n1;{member};2026-05-01;{paid}\n2;b;2026-05-02;20\n", "utf-8")
    with load([tmp_path / "north.csv", tmp_path / "south.csv"]) as data:
        assert (data.quality.revenue, data.quality.orders) == (Decimal("60.00"), 3)


def test_a_member_joined_on_the_earliest_day_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,member_id,ordered_at,paid_amount\n1,A,2026-03-01,5\n", "utf-8")
    for name, day, tier in (("members_1.csv", "2026-02-01", "gold"), ("members_2.csv", "2026-01-05", "silver")):
        (tmp_path / name).write_text(f"member_id,joined_at,channel,tier\nA,{day},search,{tier}\n", "utf-8")
    with load(tmp_path) as data:
        joined = data.engine.fetch("select joined_on, tier from joined").to_pylist()
    assert joined == [{"joined_on": date(2026, 1, 5), "tier": "silver"}]


def test_a_minus_behind_and_brackets_are_below_zero(tmp_path: Path) -> None:
    """docs/profiles.md: 100 − 10.50 − 4 − 5 = 80.50 in one order and three documents of the same member."""
    path = export(tmp_path, "100.00", "10.50-", "(4.00)", "5.00 CR")
    path.write_text(path.read_text("utf-8").replace(";m1;", ";m0;").replace(";m2;", ";m0;").replace(";m3;", ";m0;"))
    assert revenue(path)[:2] == (Decimal("80.50"), 1)


def test_a_day_is_counted_as_excel_counts_it(tmp_path: Path) -> None:
    """Microsoft, DATEVALUE function: 1 January 2008 is day 39448."""
    assert revenue(export(tmp_path, days=("39447", "39448")))[2] == "2008-01-01"


def test_a_return_whose_amount_has_no_sign_takes_it_back(tmp_path: Path) -> None:
    """Sales of 100, 30 and 40, and a document of 25 of another kind: 145 are left of three orders."""
    rows = ["1,a,2026-01-02,100.00,Sale", "2,b,2026-01-02,30.00,Sale", "3,c,2026-01-02,40.00,Sale"]
    path = tmp_path / "o.csv"
    header = "ticket,customer_id,order_date,total,Doc kind"
    path.write_text("\n".join([header, *rows, "4,a,2026-01-05,25.00,Return"]) + "\n", "utf-8")
    with load(path) as data:
        assert (data.quality.revenue, data.quality.orders, data.quality.credits) == (Decimal("145.00"), 3, 1)


@pytest.mark.parametrize(("more", "members"), [(0, 90), (1, 91)])
def test_a_key_is_nobodys_with_ten_times_the_orders_of_the_next_in_all_rows(
    more: int, members: int, tmp_path: Path
) -> None:
    """The till's key has 100 orders and every one of 90 members ten; with one more of a member it is less than that."""
    keys = ["till7"] * 100 + [f"k{i % 90}" for i in range(900 + more)]
    rows = [f"{i},{key},2026-03-{i % 28 + 1:02},1.00" for i, key in enumerate(keys)]
    path = tmp_path / "o.csv"
    path.write_text("\n".join(["ticket,customer_id,order_date,total", *rows]) + "\n", "utf-8")
    with load(path) as data:
        found = data.engine.fetch("select count(distinct member_id) as n from orders where member_id is not null")
    assert found["n"][0].as_py() == members
