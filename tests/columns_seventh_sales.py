"""The sales of the seventh set: what was bought, what came back, and the figures that are right."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent / "fixtures"
SYSTEMS: dict[str, Any] = tomllib.loads((HERE / "seventh_systems.toml").read_text("utf-8"))
WORDS: dict[str, dict[str, list[str]]] = SYSTEMS["words"]
ZERO = Decimal(0)


@dataclass
class Sale:
    """An order, or a document that takes goods back (`back`)."""

    at: int
    number: str
    member: int
    when: datetime
    lines: list[tuple[int, int, Decimal, Decimal]]
    """Item, units, price, discount."""
    ship: Decimal
    tip: Decimal
    bad: bool = False
    refund: Decimal = ZERO
    due: Decimal = ZERO
    back: bool = False
    nobody: bool = False

    @property
    def goods(self) -> Decimal:
        return sum((units * price - off for _, units, price, off in self.lines), ZERO)

    @property
    def off(self) -> Decimal:
        return sum((off for *_, off in self.lines), ZERO)


@dataclass(frozen=True)
class Truth:
    """What is right; `revenue` is None where only a question or a refusal is."""

    revenue: Decimal | None
    orders: int | None
    members: int | None


def _grouped(amount: str, mark: str) -> str:
    whole, _, cents = amount.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return sign + f"{int(digits):,}".replace(",", mark) + (f".{cents}" if cents else "")


def _lakh(amount: str) -> str:
    whole, _, cents = amount.partition(".")
    head, tail = whole[:-3], whole[-3:]
    if len(head.strip("-")) > 2:
        head = f"{head[:-2]},{head[-2:]}"
    return (f"{head},{tail}" if head.strip("-") else tail) + f".{cents}"


def _swapped(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


FORMS: Mapping[str, Callable[[Decimal], str]] = {
    "1234.56": lambda a: f"{a:.2f}",
    "1234,56": lambda a: f"{a:.2f}".replace(".", ","),
    "1,234.56": lambda a: _grouped(f"{a:.2f}", ","),
    "1.234,56": lambda a: _swapped(_grouped(f"{a:.2f}", ",")),
    "1 234,56": lambda a: _grouped(f"{a:.2f}", "\u202f").replace(".", ","),
    "1'234.56": lambda a: _grouped(f"{a:.2f}", "'"),
    "1,23,456.00": lambda a: _lakh(f"{a:.2f}"),
    "1234.56-": lambda a: f"{abs(a):.2f}" + ("-" if a < 0 else ""),
    "1234": lambda a: f"{a:.0f}",
    "1,234": lambda a: _grouped(f"{a:.0f}", ","),
    "1.234": lambda a: _grouped(f"{a:.0f}", "."),
    "1234.5600": lambda a: f"{a:.4f}",
    "1.5k": lambda a: f"{a / 1000:.2f}k" if abs(a) >= 1000 else f"{a:.0f}",
}


class Shop:
    """The sales of one file, by its seed, and what its columns say of them."""

    def __init__(self, spec: Mapping[str, Any], name: str, extra: str = "") -> None:
        self.spec, self.extra, self.lang = spec, extra, spec["lang"]
        self.chance = Random(name)  # noqa: S311
        self.words = WORDS[self.lang]
        form = spec.get("form", "1234.56")
        self.scale = Decimal(spec.get("scale", 1))
        self.quantum = Decimal(1) if form in ("1234", "1,234", "1.234") else Decimal("0.01")
        self.sign, self.unit = spec.get("sign", ""), spec.get("unit", "")
        self.form = FORMS[form]
        keys = {key for text in (spec["columns"], spec.get("second", "")) for _, key in columns_of(text)}
        self.keys = keys | ({extra} if extra else set())
        self.sales = self._sales()

    def has(self, key: str) -> bool:
        return key in self.keys

    def round(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.quantum)

    def _sales(self) -> list[Sale]:
        chance, count = self.chance, self.spec.get("orders", 24)
        start, number = datetime(2026, 5, 1, 10, 0), self.spec.get("number", "{n}")
        base = 1000 * chance.randrange(1, 90)
        sales = []
        for at in range(count):
            start += timedelta(
                days=chance.randrange(0, 5), minutes=chance.randrange(1, 500), seconds=chance.randrange(60)
            )
            lines = [self._line() for _ in range(1 if self.spec.get("single") else chance.choice((1, 2, 2, 3)))]
            ship = self.money(chance.choice((0, 0, 6, 8, 12))) if self.has("ship") else ZERO
            tip = self.money(chance.choice((0, 3, 5))) if self.has("tip") else ZERO
            # Everybody buys; some come back.
            member = at if at < 9 else chance.randrange(9)
            sales.append(Sale(at, number.format(n=base + at + 1, d=start), member, start, lines, ship, tip))
        self._undone(sales)
        return sales

    def money(self, amount: float) -> Decimal:
        return self.round(Decimal(str(amount)) * self.scale)

    def _line(self) -> tuple[int, int, Decimal, Decimal]:
        chance = self.chance
        price = self.money(chance.choice((9.9, 19.5, 25, 39, 58, 79.9, 120, 268, 699, 1280)))
        units = chance.choice((1, 1, 1, 2, 3))
        off = (
            self.round(units * price * chance.choice((0, 0, 0, 5, 10, 20)) / 100)
            if self.has("off") or self.has("loff")
            else ZERO
        )
        return chance.randrange(12), units, price, off

    def _undone(self, sales: list[Sale]) -> None:
        chance = self.chance
        some = chance.sample(range(9, len(sales)), 8)
        if {"state", "state2", "flag"} & self.keys:
            for at in some[:2]:
                sales[at].bad = True
        if {"refund", "minus_refund", "left"} & self.keys:
            for at in some[2:4]:
                sales[at].refund = self.round(self.total(sales[at]) * chance.choice((20, 25, 40)) / 100)
            sales[some[4]].refund = self.total(sales[some[4]])
        if "due" in self.keys:
            for at in some[5:7]:
                sales[at].due = self.round(self.total(sales[at]) / 2)
        if self.extra == "guest" or self.spec.get("guest"):
            for at in some[:3]:
                sales[at].nobody = True
        if "kind" in self.keys or self.spec.get("slips"):
            for at in some[6:8]:
                of = sales[at]
                when = sales[-1].when - timedelta(hours=at)
                sales.append(Sale(len(sales), f"{of.number}9", of.member, when, [of.lines[0]], ZERO, ZERO, back=True))

    def total(self, sale: Sale) -> Decimal:
        """What the buyer pays in all, as the system reckons it."""
        tax = ZERO
        if self.spec.get("tax_on_top"):
            tax = self.round(sale.goods * Decimal(str(self.spec["tax_on_top"])))
        return sale.goods + sale.ship + sale.tip + tax

    def right(self) -> Truth:
        """The figures, by what the file says."""
        if self.spec.get("ask") or self.extra in ("currency",):
            return Truth(None, None, None)
        of = (lambda sale: sale.goods) if self.spec.get("paid") == "goods" else self.total
        counted = [sale for sale in self.sales if not sale.bad and not sale.nobody]
        money = ZERO
        for sale in counted:
            money += -of(sale) if sale.back else of(sale) - sale.refund - sale.due
            if self.has("qty_back") and not sale.back:
                money -= sum(
                    (
                        self.back(sale, at) * line[2] - self.round(line[3] * self.back(sale, at) / line[1])
                        for at, line in enumerate(sale.lines)
                    ),
                    ZERO,
                )
        bought = [sale for sale in counted if not sale.back and sale.refund < self.total(sale)]
        return Truth(
            money,
            None if self.has("kind") or self.spec.get("slips") or self.has("qty_back") else len(bought),
            len({s.member for s in bought}),
        )

    @staticmethod
    def back(sale: Sale, at: int) -> int:
        """Units of a line that came back: one of two, on every fifth order."""
        return 1 if sale.at % 5 == 2 and at == 0 and sale.lines[0][1] > 1 else 0


def columns_of(text: str) -> list[tuple[str, str]]:
    """Title and key of each column."""
    parts = (part.strip("\n").rpartition("=") for part in text.replace("\n", "").split("|"))
    return [(title.strip() if not title.startswith("_") else title[1:], key.strip()) for title, _, key in parts]
