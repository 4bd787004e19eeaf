"""A month that settles only what it touches leaves what settling everything leaves: every table, and the account."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from privtraffic.database import ingest
from privtraffic.database.account import sums_of_text
from privtraffic.database.settle import settled_quality
from privtraffic.database.store import opened
from privtraffic.errors import PrivtrafficError
from privtraffic.settings import Settings

Rows = list[str]
MONTHS = 3


@dataclass
class Sale:
    """An order as the shop knows it; it changes until the last export."""

    number: int
    member: str
    month: int
    day: int
    lines: list[tuple[str, int]]
    status: str = "paid"
    back: int = 0
    copies: int = field(default=1)

    @property
    def time(self) -> str:
        return f"2025-{self.month + 1:02}-{self.day:02} {9 + self.number % 9:02}:{self.number % 60:02}:07"


def plain(draw: random.Random, sale: Sale) -> Iterator[str]:
    """Lines of an export that no profile knows; a guest, an order without a number, what cannot be read among them."""
    odd = draw.random()
    for at, (sku, cents) in enumerate(sale.lines):
        order = "" if sale.number % 19 == 3 else f"O{sale.number}"
        amount = f"{cents / 100:.2f}" if not (sale.number % 41 == 5 and odd < 0.03) else "??7"
        back = sale.back if at == 0 else 0
        number = str(at) if sale.number % 7 else ""
        cells = order, number, sale.member, sale.time, amount, f"{back / 100:.2f}", sale.status, sku, f"B{cents % 3}"
        yield ",".join(cells)
    if sale.back and sale.number % 5 == 1:
        yield f"D{sale.number},,{sale.member},{sale.time},{-sale.back / 100:.2f},0.00,returned,,B1"


def slips(draw: random.Random, sale: Sale) -> Iterator[str]:
    """The detail of tills: a return is a document of its own, which may name its sale."""
    for sku, cents in sale.lines:
        said = _POS.get(sale.status, "已完成")
        yield f"P{sale.number},,{sale.member},{sale.time},{cents / 100:.2f},1,{said},商品{sku},{sku},门店1"
    if sale.back:
        original = f"P{sale.number}" if sale.number % 3 else ""
        back = f"{-sale.back / 100:.2f},-1,已完成,商品退,{sale.lines[0][0]},门店1"
        time = f"2025-{sale.month + 1:02}-28 20:00:00" if sale.number % 2 else sale.time
        yield f"R{sale.number},{original},{sale.member},{time},{back}"


_POS = {"unpaid": "待付款", "cancelled": "已取消"}
_MALL = {"paid": "交易完成", "unpaid": "待付款", "cancelled": "交易关闭", "refunded": "交易关闭", "strange": "不明"}


def mall(draw: random.Random, sale: Sale) -> Iterator[str]:
    """Orders of a mall, whose lines and cases of return stand in files of their own."""
    paid = sum(cents for _, cents in sale.lines)
    paid_at = "——" if sale.status in ("unpaid", "cancelled") else sale.time
    said = f"{_MALL[sale.status]},{paid / 100:.2f},{sale.member},{paid_at},{sale.time}"
    yield f"E{sale.number},{said},{sale.back / 100:.2f},咖啡,王"


def items(draw: random.Random, sale: Sale) -> Iterator[str]:
    for sku, cents in sale.lines:
        yield f"E{sale.number},{sku},{cents / 100:.2f},1,咖啡{sku},交易完成,0"


def systems(draw: random.Random, sale: Sale) -> Iterator[str]:
    """Two tills of one brand, whose members are the same: every second sale stands in a file of another layout."""
    for row in plain(draw, sale):
        yield f"Z{row}" if sale.number % 2 and not row.startswith(",") else row


def persons(draw: random.Random, sale: Sale) -> Iterator[str]:
    """Two systems that are joined: rows tell some of the keys of a person, and one phone of a shop stands on many.

    What a person brings back is a document of its own, sometimes without any sale.
    """
    rows = [*plain(draw, sale)]
    if sale.back or sale.number % 11 == 3:
        rows.append(f"E{sale.number},,{sale.member},{sale.time},{-(sale.number % 70)}.10,0.00,returned,,B1")
    if sale.number % 11 == 3:
        del rows[:-1]
    for row in rows:
        order, number, member, *rest = row.split(",")
        keys = [f"C{member}", f"136{int(member[1:]):08}", f"{member.lower()}@mail.cn"] if member else ["", "", ""]
        if member and draw.random() < 0.2:
            keys[1] = "13799999999"
        told = [key if draw.random() < 0.45 else "" for key in keys]
        yield ",".join((order or f"T{sale.number}", number, told[0], *rest, *told[1:]))


HEADS: dict[str, tuple[str, Callable[[random.Random, Sale], Iterator[str]]]] = {
    "plain": ("order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,sku,brand", plain),
    "systems": ("order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,sku,brand", systems),
    "persons": (
        "order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,sku,brand,phone,email",
        persons,
    ),
    "slips": (
        "订单编号,前置订单编号,会员卡号,订单日期,商品实付金额,销售数量,订单状态,商品名称,商品编码,门店名称",
        slips,
    ),
    "mall": (
        "订单号,订单状态,订单实付金额,买家手机号,买家付款时间,订单创建时间,订单已退款金额,全部商品名称,收货人/提货人",
        mall,
    ),
}
ITEMS = "订单号,商品编码,商品实际成交金额,商品数量,商品名称,订单商品状态,商品已退款金额"


def house(folder: Path, seed: int, kind: str) -> list[list[Path]]:
    """Monthly batches of a shop: exports overlap, orders are refunded, cancelled and paid later, rows stand twice."""
    draw = random.Random(seed)  # noqa: S311
    head, write = HEADS[kind]
    phones = kind == "mall"
    window = draw.choice([0, 0, 1, 2, MONTHS])
    sales: list[Sale] = []
    batches: list[list[Path]] = []
    for month in range(MONTHS):
        for _ in range(draw.randrange(4, 30)):
            number = draw.randrange(10**5)
            member = draw.choice(["", *(f"{13600000000 + n}" if phones else f"M{n}" for n in range(25))])
            lines = [
                (f"S{draw.randrange(4)}", draw.randrange(-300 if not phones and draw.random() < 0.05 else 100, 9000))
                for _ in range(draw.choice([1, 1, 2, 3]))
            ]
            status = draw.choices(["paid", "unpaid", "cancelled", "strange"], [12, 2, 1, 0.3])[0]
            sales.append(Sale(number, member, month, draw.randrange(1, 29), lines, status))
        for sale in sales:
            if draw.random() < 0.06:
                sale.status = draw.choice(
                    ["paid", "cancelled", "refunded", *(["returned"] * (month > 2 and kind == "plain"))]
                )
            if draw.random() < 0.06:
                sale.back = draw.randrange(1, max(2, sum(cents for _, cents in sale.lines) + 2))
        told = [sale for sale in sales if sale.month >= month - window or draw.random() < 0.03]
        if draw.random() < 0.5:
            told.sort(key=lambda sale: (sale.month, sale.day, sale.number))
        rows = [row for sale in told for row in write(draw, sale) for _ in range(2 if draw.random() < 0.03 else 1)]
        if draw.random() < 0.2:
            rows.append("合计" + "," * head.count(","))
        cut = draw.randrange(1, len(rows)) if draw.random() < 0.25 else len(rows)
        batch = [("a", head, rows[:cut]), ("b", head, rows[cut:])]
        if kind == "systems":
            second = [f"{row},2" for row in rows if row[0] == "Z"]
            batch = [("a", head, [row for row in rows if row[0] != "Z"]), ("b", f"{head},till", second)]
        if phones and draw.random() < 0.8:
            batch.append(("items", ITEMS, [row for sale in told for row in items(draw, sale)]))
        paths = [_write(folder, f"{kind}_{month}{name}.csv", header, some) for name, header, some in batch if some]
        batches += [paths] if draw.random() < 0.7 else [[path] for path in paths]
        if draw.random() < 0.3:
            joined = [
                f"{draw.choice(sales).member or 'M0'},2024-0{draw.randrange(1, 9)}-01,{draw.choice(['金', '银'])}"
                for _ in range(5)
            ]
            batches.append(
                [_write(folder, f"members_{month}.csv", "member_id,joined_at,tier", [*dict.fromkeys(joined)])]
            )
        if draw.random() < 0.2:
            batches.append(
                [
                    _write(
                        folder,
                        f"spend_{month}.csv",
                        "month,channel,cost",
                        [f"2025-0{month + 1},抖音,{draw.randrange(900)}.00"],
                    )
                ]
            )
        if draw.random() < 0.2:
            moved = [
                f"{draw.choice(sales).member or 'M1'},2025-0{month + 1}-11 10:00:00,{draw.randrange(1, 90)},earn"
                for _ in range(4)
            ]
            batches.append([_write(folder, f"points_{month}.csv", "member_id,at,change,kind", [*dict.fromkeys(moved)])])
    return batches


def _write(folder: Path, name: str, header: str, rows: Rows) -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return path


def held(path: Path) -> tuple[dict[str, Rows], dict[str, object], dict[str, list[dict[str, object]]]]:
    """Every settled table of a database, its account, and the sums that it keeps."""
    with opened(path, write=False) as store:
        tables = {name for name in store.tables() if not name.startswith(("rows_", "keys_"))}
        found = {
            name: sorted(map(str, store.engine.fetch(f"select * from brand.{name}").to_pylist()))
            for name in tables - {"about", "batches", "files", "lists", "list_members"}
        }
        quality = settled_quality(store, store.files())
        assert quality is not None
        account = quality.as_dict()
        sums = {name: [dict(row) for row in rows] for name, rows in sums_of_text(store.about["sums"])[2].items()}
    return found, account, sums


def told(sums: dict[str, list[dict[str, object]]]) -> dict[str, list[str]]:
    """What sums say: nothing of nothing, and of the latest day nothing that may be gone."""
    rows = {
        name: [{k: v for k, v in row.items() if v and k != "latest"} for row in some] for name, some in sums.items()
    }
    return {name: sorted(str(row) for row in some if row) for name, some in rows.items() if any(some)}


def compared(folder: Path, seed: int, kind: str) -> list[bool]:
    """Compare a house ingested month by month with one settled anew; says which months settled what they touched."""
    batches = house(folder, seed, kind)
    quick, whole = folder / "quick.duckdb", folder / "whole.duckdb"
    settings = Settings(identity="auto" if kind == "persons" else None)
    touched = [ingest(quick, batch, settings=settings).touched for batch in batches]
    anew = ingest(whole, [path for batch in batches for path in batch], settings=settings)
    assert not anew.touched
    hold_the_same(quick, whole)
    return touched


def hold_the_same(quick: Path, whole: Path) -> None:
    (tables, account, sums), (tables_anew, account_anew, sums_anew) = held(quick), held(whole)
    for name in {*tables, *tables_anew}:
        assert tables.get(name) == tables_anew.get(name), name
    assert repr(account) == repr(account_anew)
    assert told(sums) == told(sums_anew)


@pytest.mark.parametrize("kind", HEADS)
def test_twelve_months_that_settle_what_they_touch_equal_twelve_settled_anew(tmp_path: Path, kind: str) -> None:
    touched = compared(tmp_path, 1, kind)
    assert any(touched)


PAID = "order_id,member_id,created_at,paid_at,paid_amount"
RETURN = "R1,M1,2025-01-{},-10.00,0.00,{}"
ORDER = "O{},M{},2025-0{}-05 10:00:00,100.00,0.00,{}"
AMOUNTS = "order_id,member_id,ordered_at,paid_amount,refund_amount,status"
CHANGING = {
    # Until a sale that came back is told by the same word, it is the word of documents that take back: 100 - 10, and 0.
    "a word": (
        AMOUNTS,
        [ORDER.format(1, 1, 1, "paid"), RETURN.format("04 10:00:00", "returned")],
        [ORDER.format(3, 3, 2, "paid"), ORDER.format(2, 2, 2, "returned")],
    ),
    # The return stands on the last day that is observed until that day is later: 05, then 20.
    "the last day": (
        AMOUNTS,
        [ORDER.format(1, 1, 1, "paid"), RETURN.format("20 10:00:00", "paid")],
        [ORDER.format(2, 2, 2, "paid")],
    ),
    # Without any time of paying all are paid; O1 no more once there is one.
    "times of paying": (
        PAID,
        ["O1,M1,2025-01-05 10:00:00,,100.00"],
        ["O2,M2,2025-02-05 10:00:00,2025-02-05 10:00:00,100.00"],
    ),
}


@pytest.mark.parametrize("what", CHANGING)
def test_what_a_month_says_of_orders_that_it_does_not_name_is_settled_anew(tmp_path: Path, what: str) -> None:
    head, *months = CHANGING[what]
    paths = [_write(tmp_path, f"{at}.csv", head, rows) for at, rows in enumerate(months)]
    first = ingest(tmp_path / "monthly.duckdb", paths[:1])
    before = held(tmp_path / "monthly.duckdb")[0]

    second = ingest(tmp_path / "monthly.duckdb", paths[1:])

    assert (first.touched, second.touched) == (False, False)
    ingest(tmp_path / "whole.duckdb", paths)
    assert held(tmp_path / "monthly.duckdb") == held(tmp_path / "whole.duckdb")
    after = held(tmp_path / "whole.duckdb")[0]
    named = [[row for row in tables["orders"] if "'O1'" in row or "'R1'" in row] for tables in (before, after)]
    assert named[0] != named[1]


def test_a_month_that_tells_the_sales_of_another_system_again_is_refused(tmp_path: Path) -> None:
    """Its three sales are those of the month before it, on the day of each, under numbers of its own."""

    def told(name: str, month: int, numbers: Iterable[int], member: str = "M", till: str = "") -> Path:
        rows = [
            f"{name}{n},{member}{n % 5},2025-0{month}-0{n} 10:00:00,{n * 7 + month}.10,0.00,paid{till}" for n in numbers
        ]
        return _write(tmp_path, f"{name}.csv", AMOUNTS + (",till" if till else ""), rows)

    usual, of_others = range(1, 9), {"member": "N", "till": ",2"}
    months = (
        told("A1", 1, usual),
        told("B1", 1, usual, **of_others),
        told("A2", 2, usual),
        told("B2", 3, usual, **of_others),
    )
    again = told("B3", 2, range(1, 4), till=",2")
    house = tmp_path / "house.duckdb"
    touched = [ingest(house, [path]).touched for path in months]
    before = held(house)

    with pytest.raises(PrivtrafficError) as error:
        ingest(house, [again])

    assert touched == [False, False, True, True]
    assert (error.value.key, error.value.values["rows"], error.value.values["money"]) == ("told_again", "3", "48.30")
    assert held(house) == before
    assert ingest(house, [again], settings=Settings(count_both=True)).changes.added == 3


def test_a_phone_that_turns_out_to_be_a_shop_s_parts_members_of_earlier_months(tmp_path: Path) -> None:
    """K1 only brought back what K2 had bought, while a phone joined them; 20 more cards with that phone join nobody."""
    joined, row = Settings(identity="auto"), "{0}{1},{0}{1},2025-0{2}-05 10:00:00,{3},13700000000"
    head = "order_id,member_id,ordered_at,paid_amount,phone"
    sales = [row.format("K", 1, 1, "-5.00"), row.format("K", 2, 1, "50.00")]
    sales += [f"M{day},M1,2025-01-{day} 10:00:00,{paid}.00," for day, paid in (("02", 10), ("27", -1), ("28", 11))]
    months = [
        _write(tmp_path, "1.csv", head, sales),
        _write(tmp_path, "2.csv", head, [row.format("L", n, 2, "9.00") for n in range(20)]),
    ]
    first = ingest(tmp_path / "monthly.duckdb", months[:1], settings=joined)

    second = ingest(tmp_path / "monthly.duckdb", months[1:], settings=joined)

    assert (first.totals.members, first.totals.revenue) == (2, 45 + 20)
    assert (second.touched, second.totals.members, second.totals.revenue) == (True, 22, 50 + 20 + 20 * 9)
    ingest(tmp_path / "whole.duckdb", months, settings=joined)
    hold_the_same(tmp_path / "monthly.duckdb", tmp_path / "whole.duckdb")
