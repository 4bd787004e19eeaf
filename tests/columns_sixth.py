"""A sixth shop in nine languages that the other sets have little of, written before it was tried.

Ten orders of six members come to 2,840.50.  Each kind has one thing that decides: documents that take goods back, a
second status, a marketplace's fee, a tip, a deposit, instalments, tests, exchanges, a refund that was refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.columns_fifth import Column, Export

WORDS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "fixtures/sixth_shop.toml").read_text("utf-8")
)
MEMBERS = ("801", "802", "803", "801", "804", "805", "802", "806", "803", "801")
DAYS = (1, 2, 5, 8, 13, 16, 19, 23, 27, 30)
MONEY = (120.0, 85.5, 640.0, 58.0, 990.0, 230.0, 74.0, 415.0, 132.0, 96.0)
Row = dict[str, str]


class Shop:
    """Rows of one language, a cell for each title."""

    def __init__(self, lang: str) -> None:
        self.words = WORDS[lang]
        self._point, self._day = self.words["form"]

    def money(self, amount: float) -> str:
        return f"{amount:.2f}".replace(".", self._point)

    def day(self, day: int) -> str:
        return str(self._day.format(day=day, month=7, year=2026))

    def title(self, name: str) -> str:
        word = self.words[name]
        return word if isinstance(word, str) else str(word[0])

    def word(self, name: str, at: int) -> str:
        return str(self.words[name][at])

    def row(self, at: int, number: str = "", day: int = 0, **more: str) -> Row:
        """An order, or another document of its member."""
        own = {
            "order": number or f"{61_001 + at}",
            "clerk": f"E{at % 3 + 1}",
            "day": self.day(day or DAYS[at]),
            "member": f"C{MEMBERS[at]}",
            "total": self.money(MONEY[at]),
        }
        return own | more

    def orders(self, **more: Sequence[str]) -> list[Row]:
        """The ten orders, with further cells one an order."""
        cells = ({name: values[at] for name, values in more.items()} for at in range(len(MONEY)))
        return [self.row(at, **each) for at, each in enumerate(cells)]

    def amounts(self, share: float = 0.0, plus: float = 0.0) -> list[str]:
        """A share of each amount, and something fixed."""
        return [self.money(round(amount * share + plus, 2)) for amount in MONEY]

    def words_of(self, name: str, usual: int, **others: int) -> list[str]:
        """The usual word on each order, another one on those named o3, o5, …"""
        return [self.word(name, others.get(f"o{at}", usual)) for at in range(len(MONEY))]

    def columns(self, rows: Sequence[Row], turn: int) -> list[Column]:
        names = [*dict.fromkeys(name for row in rows for name in row)]
        turn %= len(names)
        return [(self.title(name), [row.get(name, "") for row in rows]) for name in (*names[turn:], *names[:turn])]


def sixth() -> Iterator[Export]:
    """All of them, a language after the other."""
    for number, lang in enumerate(WORDS):
        shop = Shop(lang)
        for name, revenue, rows in (*_documents(shop), *_states(shop), *_amounts(shop)):
            columns = shop.columns(rows, 2 * number + len(name))
            yield Export(f"{name}-{lang}", {f"{name}-{lang}": columns}, Decimal(revenue))


Kind = tuple[str, str, Sequence[Row]]


def _documents(shop: Shop) -> Iterator[Kind]:
    sale, back, exchange = (shop.word("kind", at) for at in (1, 2, 3))
    sales = shop.orders(kind=[sale] * 10)
    # The whole of the third order, and 100 of the fifth.
    slips = [shop.row(2, "61011", 9, kind=back), shop.row(4, "61012", 20, kind=back) | {"total": shop.money(100)}]
    yield "slips", "2100.50", [*sales, *slips]
    signed = [{**row, "total": f"-{row['total']}"} for row in slips]
    yield "slips_below_zero", "2100.50", [*sales, *signed]
    yield "exchanged", "2840.50", [*sales, shop.row(8, "61011", 29, kind=exchange)]
    tests = shop.words_of("kind", 1, o3=4)
    yield "test_orders", "2782.50", shop.orders(kind=tests)
    total = dict.fromkeys(("order", "clerk", "day", "member"), "") | {"total": shop.money(sum(MONEY))}
    yield "summed", "2840.50", [*shop.orders(), {**total, "order": shop.title("sum")}]
    yes, no = shop.word("void", 1), shop.word("void", 2)
    yield "voided", "2623.00", shop.orders(void=[yes if at in (1, 8) else no for at in range(10)])
    yield "voided_on", "1850.50", shop.orders(void_on=[shop.day(14) if at == 4 else "" for at in range(10)])
    halves = [
        {**row, "instalment": f"{part}", "total": shop.money(MONEY[at] / 2)}
        for at, row in enumerate(shop.orders())
        for part in (1, 2)
    ]
    yield "instalments", "2840.50", halves


def _states(shop: Shop) -> Iterator[Kind]:
    yield "cancelled", "2425.50", shop.orders(status=shop.words_of("status", 1, o7=2))
    yield "awaited", "2766.50", shop.orders(status=shop.words_of("status", 1, o6=3))
    two = {"status": shop.words_of("status", 1, o7=2), "payment": shop.words_of("payment", 1, o5=2)}
    yield "two_states", "2195.50", shop.orders(**two)
    refunds = [shop.word("refund_status", {5: 1, 2: 2}[at]) if at in (2, 5) else "" for at in range(10)]
    yield "refund_refused", "2610.50", shop.orders(refund_status=refunds)
    group = [shop.word("group", 1 if at in (0, 3, 9) else 2) for at in range(10)]
    points = [f"{int(amount)}" for amount in MONEY]
    yield "staff_and_points", "2840.50", shop.orders(group=group, points=points)
    card = [{**row, "card": f"90000{row['member'][1:]}"} for row in shop.orders()]
    yield "card_and_member", "2840.50", card
    yield "card", "2840.50", [{name: cell for name, cell in row.items() if name != "member"} for row in card]


def _amounts(shop: Shop) -> Iterator[Kind]:
    back = [shop.money(640 if at == 2 else 50 if at == 5 else 0) for at in range(10)]
    yield "refund_column", "2150.50", shop.orders(refund=back)
    fees = {"fee": shop.amounts(0.12), "payout": [shop.money(a - round(a * 0.12, 2)) for a in MONEY]}
    yield "fee_and_payout", "2840.50", shop.orders(**fees)
    tips = [float(at % 3) for at in range(10)]
    tipped = {"amount": [shop.money(a - t) for a, t in zip(MONEY, tips, strict=True)], "tip": [*map(shop.money, tips)]}
    yield "tips", "2840.50", shop.orders(**tipped)
    rest = [shop.money(a - round(a * 0.3, 2)) for a in MONEY]
    yield "deposit", "2840.50", shop.orders(deposit=shop.amounts(0.3), rest=rest)
    off = [float(5 * (at % 4)) for at in range(10)]
    listed = {
        "gross": [shop.money(a + o) for a, o in zip(MONEY, off, strict=True)],
        "discount": [*map(shop.money, off)],
    }
    yield "discounted", "2840.50", shop.orders(**listed)
    taxed = {"net": [shop.money(a - round(a / 11, 2)) for a in MONEY], "tax": shop.amounts(1 / 11)}
    yield "taxed", "2840.50", shop.orders(**taxed)
