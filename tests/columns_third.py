"""A third shop in twelve languages, written down before any rule was tried on it; its words are a table beside it.

Eight orders of five members come to 600.00 (in whole yen and won a hundred times as much).  Beside what decides, files
have what every export has: towns, ways of paying, remarks, points, costs, times of delivery.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from tests.columns_unseen import Cells, Column, Unseen

Words = dict[str, dict[str, Any]]
WORDS: Words = tomllib.loads((Path(__file__).parent / "fixtures/third_shop.toml").read_text("utf-8"))
ORDERS = tuple(f"K-{number}" for number in range(501, 509))
MEMBERS = ("m31", "m32", "m31", "m33", "m34", "m32", "m35", "m31")
DAYS = (3, 4, 10, 15, 22, 28, 29, 30)
"""Of July 2026."""
MONEY = (130.0, 90.0, 55.5, 70.0, 40.0, 109.9, 74.6, 30.0)
UNITS, PRICES = (2, 1, 3, 1, 1, 4, 2, 1), (20.0, 15.5, 10.0, 30.0, 45.0, 12.5, 8.0, 99.0)
GOODS = tuple(units * price for units, price in zip(UNITS, PRICES, strict=True))
"""Two lines each of the first four orders: 325.50."""
COMMA, WHOLE = ("de", "fr", "es", "pt", "it", "pl", "ru"), ("ja", "ko")
Kind = tuple[str, str | None, list[Column]]


@dataclass(frozen=True)
class Shop:
    """The columns of one language."""

    lang: str
    words: ClassVar = WORDS

    def title(self, name: str) -> str:
        word = self.words[self.lang][name]
        return word if isinstance(word, str) else word[0]

    def of(self, name: str, cells: Cells) -> Column:
        return self.title(name), cells

    def money(self, name: str, amounts: Sequence[float]) -> Column:
        texts = [str(round(amount * 100)) if self.lang in WHOLE else f"{amount:.2f}" for amount in amounts]
        return self.of(name, [text.replace(".", ",") if self.lang in COMMA else text for text in texts])

    def fourth(self, name: str, loud: str = "") -> Column:
        """A column of the word for nothing unusual, and of another one on the fourth order."""
        _, quiet, last = self.words[self.lang][name]
        return self.of(name, [quiet] * 3 + [loud or last] + [quiet] * 4)

    def orders(self, *without: str, members: Cells = MEMBERS, money: Sequence[float] = MONEY) -> list[Column]:
        base = {
            "order": self.of("order", ORDERS),
            "member": self.of("member", members),
            "day": self.of("day", [f"2026-07-{day:02d} 10:{day}:00" for day in DAYS]),
            "total": self.money("total", money),
        }
        return [column for name, column in base.items() if name not in without]

    def lines(self) -> list[Column]:
        twice = [at // 2 for at in range(len(ORDERS))]
        return [
            self.of("order", [ORDERS[at] for at in twice]),
            self.of("member", [MEMBERS[at] for at in twice]),
            self.of("day", [f"2026-07-{DAYS[at]:02d} 09:30:00" for at in twice]),
            self.of("item", "abcdefgh"),
            self.money("price", PRICES),
            self.of("qty", [str(units) for units in UNITS]),
        ]

    def beside(self) -> list[Column]:
        """What moves nothing."""
        _, card, cash = WORDS[self.lang]["method"]
        return [
            self.of("city", ("Ulm", "Bern", "Ulm", "Graz", "Kiel", "Bern", "Nice", "Ulm")),
            self.of("method", [card, cash] * 4),
            self.of("remark", ("", "", "ring twice", "", "", "", "", "")),
        ]


def third() -> Iterator[Unseen]:
    """All files, a language after the other, their columns turned so that others come first."""
    for number, lang in enumerate(WORDS):
        shop = Shop(lang)
        yield from turned((*_undone(shop), *_amounts(shop), *_beside(shop)), number * 3, shop)


def turned(kinds: Iterable[Kind], by: int, shop: Shop) -> Iterator[Unseen]:
    """The files of one language."""
    for name, revenue, columns in kinds:
        turn = (sum(map(ord, name)) * 7 + by) % len(columns)
        right = Decimal(revenue) * (100 if shop.lang in WHOLE else 1) if revenue else None
        yield Unseen(f"{name}-{shop.lang}", (*columns[turn:], *columns[:turn]), right, shop.lang)


def _undone(shop: Shop) -> Iterator[Kind]:
    back = (0.0, 25.0, 0.0, 70.0, 0.0, 9.9, 0.0, 0.0)
    yield "refund", "495.10", [*shop.orders(), shop.money("refund", back), *shop.beside()]
    yield "state", "530", [*shop.orders(), shop.fourth("state"), *shop.beside()]
    yield "unpaid", "530", [*shop.orders(), shop.fourth("state", shop.title("unpaid")), *shop.beside()]
    yield "flag", "530", [*shop.orders(), shop.fourth("flag"), *shop.beside()[:1]]
    _, no, yes = WORDS[shop.lang]["flag"]
    yield "trial", "530", [*shop.orders(), shop.of("test", [no] * 3 + [yes] + [no] * 4)]
    # The fourth row takes back the second order: the same member, the same amount, no sign.
    members, money = (*MEMBERS[:3], MEMBERS[1], *MEMBERS[4:]), (*MONEY[:3], MONEY[1], *MONEY[4:])
    yield "kind", "440", [*shop.orders(members=members, money=money), shop.fourth("typ")]
    rate = ["0%", "50%", "0%", "50%", "0%", "0%", "0%", "0%"]
    yield "rate", None, [*shop.orders(), shop.of("rate", rate)]


def _amounts(shop: Shop) -> Iterator[Kind]:
    less = [amount - (5 if at % 3 == 0 else 0) for at, amount in enumerate(GOODS)]
    yield "line", "310.50", [*shop.lines(), shop.money("line", less)]
    yield "goods", "325.50", shop.lines()
    whole = [GOODS[at - at % 2] + GOODS[at - at % 2 + 1] for at in range(len(GOODS))]
    yield "repeated", "325.50", [*shop.lines(), shop.money("total", whole)]
    off = (0.0, 10.0, 0.0, 20.0, 0.0, 0.0, 4.6, 3.0)
    before = [amount + less for amount, less in zip(MONEY, off, strict=True)]
    three = [shop.money("before", before), shop.money("off", off), shop.money("after", MONEY)]
    yield "discount", "600", [*shop.orders("total"), *three]
    net = [round(amount / 1.25, 2) for amount in MONEY]
    tax = [amount - bare for amount, bare in zip(MONEY, net, strict=True)]
    taxed = [shop.money("net", net), shop.money("tax", tax), shop.money("gross", MONEY)]
    yield "taxed", "600", [*shop.orders("total"), *taxed]
    yield "owed", None, [*shop.orders(), shop.money("owed", (0.0, 45.0, 0.0, 70.0, 0.0, 0.0, 0.0, 0.0))]


def _beside(shop: Shop) -> Iterator[Kind]:
    yield "plain", "600", [*shop.orders(), *shop.beside()]
    yield "freight", "600", [*shop.orders(), shop.money("ship", (5.0, 0.0, 4.5, 6.0, 0.0, 9.9, 0.0, 3.0))]
    costs = [shop.money("cost", [amount * 0.4 for amount in MONEY])]
    yield "cost", "600", [*shop.orders(), *costs, shop.money("profit", [amount * 0.6 for amount in MONEY])]
    points = [shop.of("earned", [str(int(amount)) for amount in MONEY])]
    yield "points", "600", [*shop.orders(), *points, shop.of("balance", [str(int(amount * 3)) for amount in MONEY])]
    later = [shop.of(name, [f"2026-08-{day:02d}" for day in DAYS]) for name in ("payday", "arrive")]
    yield "days", "600", [*shop.orders(), *later]
    yield "late", None, [*shop.orders("day"), later[1]]
    yield (
        "nobody",
        "470",
        shop.orders(members=("m31", shop.title("nobody"), "m31", "m33", shop.title("nobody"), *MEMBERS[5:])),
    )
    yield "without", None, [*shop.orders("member"), *shop.beside()]
