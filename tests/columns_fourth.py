"""A fourth shop in ten languages, written down before its words were tried: payments that fail, tips, fees, gift cards.

Nine orders of six members come to 720.00 (in whole yen and won a hundred times as much), the last on 30 July 2026.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.columns_third import Shop as Base
from tests.columns_third import Words, turned
from tests.columns_unseen import Cells, Column, Unseen

WORDS: Words = tomllib.loads((Path(__file__).parent / "fixtures/fourth_shop.toml").read_text("utf-8"))
ORDERS = tuple(f"{number}" for number in range(90_311, 90_320))
MEMBERS = ("7001", "7002", "7003", "7001", "7004", "7005", "7002", "7006", "7001")
DAYS = (2, 5, 8, 11, 16, 19, 23, 27, 30)
MONEY = (110.0, 64.5, 85.5, 48.0, 130.0, 72.0, 59.9, 90.1, 60.0)
UNITS, PRICES = (2, 1, 3, 1, 2, 1, 4, 1, 2), (50.0, 60.0, 30.0, 48.0, 70.0, 72.0, 15.0, 80.0, 30.0)
RATES = (10, 0, 0, 25, 0, 50, 0, 0, 10)
"""Percent off each line."""
Kind = tuple[str, str | None, list[Column]]


class Shop(Base):
    """The columns of one language."""

    words = WORDS

    def sales(self, *without: str, members: Cells = MEMBERS, money: Sequence[float] = MONEY) -> list[Column]:
        base = {
            "order": self.of("order", ORDERS),
            "member": self.of("member", members),
            "day": self.of("day", [f"2026-07-{day:02d} 11:{day}" for day in DAYS]),
            "total": self.money("total", money),
        }
        return [column for name, column in base.items() if name not in without]

    def third(self, name: str, word: int) -> Column:
        """A column of the usual word, and of another one on the third order, of 85.50."""
        usual = self.words[self.lang][name][1]
        return self.of(name, [usual] * 2 + [self.words[self.lang][name][word]] + [usual] * 6)

    def days(self, name: str, later: int) -> Column:
        return self.of(name, [f"2026-08-{day - later:02d}" if day > later else "" for day in DAYS])


def fourth() -> Iterator[Unseen]:
    """All files, a language after the other, their columns turned so that others come first."""
    for number, lang in enumerate(WORDS):
        shop = Shop(lang)
        kinds = (*_undone(shop), *_amounts(shop), *_beside(shop))
        yield from turned(kinds, number * 5, shop)


def _undone(shop: Shop) -> Iterator[Kind]:
    for name, word in (("failed", 2), ("held", 3), ("disputed", 4)):
        yield name, "634.50", [*shop.sales(), shop.third("state", word), shop.of("staff", ["s1", "s2", "s3"] * 3)]
    yield "draft", "634.50", [*shop.sales(), shop.third("stage", 2)]
    back = (0.0, 0.0, 85.5, 0.0, 30.0, 0.0, 0.0, 10.1, 0.0)
    yield "returned", "594.40", [*shop.sales(), shop.money("returned", back)]
    yield "negative", "594.40", [*shop.sales(), shop.money("returned", [-amount for amount in back])]
    yield "refunded_on", "634.50", [*shop.sales(), shop.of("refunded_on", [*[""] * 2, "2026-07-12", *[""] * 6])]


def _amounts(shop: Shop) -> Iterator[Kind]:
    fees = [round(amount * 0.03, 2) for amount in MONEY]
    left = [amount - fee for amount, fee in zip(MONEY, fees, strict=True)]
    yield "fee", "720", [*shop.sales(), shop.money("fee", fees), shop.money("payout", left)]
    tips = (10.0, 0.0, 5.5, 0.0, 13.0, 0.0, 5.9, 0.0, 6.0)
    goods = [amount - tip for amount, tip in zip(MONEY, tips, strict=True)]
    yield (
        "tip",
        "720",
        [*shop.sales("total"), shop.money("goods", goods), shop.money("tip", tips), shop.money("whole", MONEY)],
    )
    voucher = (0.0, 20.0, 0.0, 0.0, 130.0, 0.0, 10.0, 0.0, 60.0)
    card = [amount - part for amount, part in zip(MONEY, voucher, strict=True)]
    yield "voucher", "720", [*shop.sales(), shop.money("voucher", voucher), shop.money("card", card)]
    yield "two_ways", "720", [*shop.sales("total"), shop.money("voucher", voucher), shop.money("card", card)]
    bare = [round(amount / 1.2, 2) for amount in MONEY]
    tax = [amount - part for amount, part in zip(MONEY, bare, strict=True)]
    yield "bare", "720", [*shop.sales("total"), shop.money("bare", bare), shop.money("tax", tax)]
    priced = [shop.of("item", "abcdefghi"), shop.money("price", PRICES), shop.of("qty", [str(n) for n in UNITS])]
    off = [*shop.sales("total"), *priced, shop.of("percent", [f"{rate}%" for rate in RATES])]
    # 100, 60, 90, 48, 140, 72, 60, 80, 60 before; 10, 12, 36 and 6 off.
    lines = [n * price * (100 - rate) / 100 for n, price, rate in zip(UNITS, PRICES, RATES, strict=True)]
    yield "percent", "646", off
    yield "line", "646", [*off, shop.money("line", lines)]


def _beside(shop: Shop) -> Iterator[Kind]:
    weights = shop.of("weight", ["1.2", "0.8", "1.0", "0.5", "2.2", "0.9", "0.7", "1.1", "0.6"])
    yield "plain", "720", [*shop.sales(), weights, shop.of("parcels", list("121121111"))]
    yield "dates", "720", [*shop.sales(), shop.days("invoiced", 1), shop.days("handed", 0)]
    yield "undated", None, [*shop.sales("day"), shop.days("handed", 0)]
    guests = [shop.title("guest") if at in (1, 4) else member for at, member in enumerate(MEMBERS)]
    yield "guests", "525.50", shop.sales(members=guests)
    mails = [f"kunde{member}@example.org" for member in MEMBERS]
    yield "mail", "720", [*shop.sales("member"), shop.of("mail", mails), shop.of("staff", ["s1", "s2", "s3"] * 3)]
    yield "nobody", None, [*shop.sales("member"), shop.of("staff", ["s1", "s2", "s3"] * 3)]
    summed = shop.sales(members=(*MEMBERS, ""), money=(*MONEY, sum(MONEY)))
    summed[0] = shop.of("order", (*ORDERS, shop.title("sum")))
    summed[2] = (summed[2][0], (*summed[2][1], ""))
    yield "sum", "720", summed
