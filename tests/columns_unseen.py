"""A second shop in ten languages, written down before any rule was tried on it: other words, other days, other money.

Seven orders of five members come to 500.00 (in whole yen and won a hundred times as much); each kind of file has a
column that decides what of it counts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

Cells = Sequence[str]
Column = tuple[str, Cells]

ORDERS = ("8001", "8002", "8003", "8004", "8005", "8006", "8007")
MEMBERS = ("u11", "u12", "u11", "u13", "u14", "u12", "u15")
MONEY = (120.0, 80.0, 45.5, 60.0, 30.0, 99.9, 64.6)
DAYS = (2, 3, 9, 14, 21, 27, 28)
"""Of July 2026."""


@dataclass(frozen=True)
class Tongue:
    """The words of one language."""

    base: tuple[str, str, str, str]
    day: str
    refunds: tuple[str, str]
    status: tuple[str, str, str]
    flag: tuple[str, str, str]
    kind: tuple[str, str, str]
    currency: str
    units_back: str
    priced: tuple[str, str, str, str]
    group: tuple[str, tuple[str, str]]
    nobody: str
    sent: str
    cancelled: str
    freight: tuple[str, str, str]
    comma: bool = False
    whole: bool = False

    def on(self, day: int) -> str:
        return self.day.format(day=day)

    def money(self, amount: float) -> str:
        if self.whole:
            return f"{round(amount * 100):,}"
        text = f"{amount:,.2f}"
        return text.translate(str.maketrans(",.", ".,")) if self.comma else text

    def total(self, amount: str) -> Decimal:
        return Decimal(amount) * (100 if self.whole else 1)


@dataclass(frozen=True)
class Unseen:
    """A file, and the revenue that is right; None where only a question is."""

    name: str
    columns: tuple[Column, ...]
    revenue: Decimal | None
    lang: str = field(default="")

    def text(self) -> str:
        rows = zip(*(cells for _, cells in self.columns), strict=True)
        lines = [[title for title, _ in self.columns], *rows]
        return "\n".join(";".join(f'"{cell}"' for cell in line) for line in lines) + "\n"


TONGUES: Mapping[str, Tongue] = {
    lang: Tongue(**words)
    for lang, words in tomllib.loads((Path(__file__).parent / "fixtures/second_shop.toml").read_text("utf-8")).items()
}


def unseen() -> Iterator[Unseen]:
    """All files, a language after the other."""
    for lang, tongue in TONGUES.items():
        for name, revenue, columns in _kinds(tongue):
            own = _base(tongue)
            kept = [own[key] if isinstance(key, str) else key for key in columns]
            turn = sum(map(ord, name + lang)) % len(kept)
            right = tongue.total(revenue) if revenue else None
            yield Unseen(f"{name}-{lang}", (*kept[turn:], *kept[:turn]), right, lang)


def _base(tongue: Tongue) -> dict[str, Column]:
    order, member, day, total = tongue.base
    money = [tongue.money(amount) for amount in MONEY]
    days = [tongue.on(number) for number in DAYS]
    return {"order": (order, ORDERS), "member": (member, MEMBERS), "day": (day, days), "total": (total, money)}


Kind = tuple[str, str | None, tuple[str | Column, ...]]


def _kinds(tongue: Tongue) -> Iterator[Kind]:
    everything = ("order", "member", "day", "total")
    without_total = everything[:3]
    yield "plain", "500", everything
    yield from _taken_back(tongue, everything, without_total)
    yield from _priced(tongue, everything, without_total)
    fourth = _fourth
    title, quiet, loud = tongue.status
    yield "status", "440", (*everything, (title, fourth(quiet, loud)))
    title, quiet, loud = tongue.flag
    yield "flag", "440", (*everything, (title, fourth(quiet, loud)))
    yield "cancelled", "440", (*everything, (tongue.cancelled, fourth("", tongue.on(29))))
    title, two = tongue.group
    group = (title, [two[n % 2] for n in (0, 1, 0, 0, 1, 1, 0)])
    yield "group", "500", (*everything, group)
    yield "group-alone", None, ("order", "day", "total", group)
    guests = ("u11", tongue.nobody, "u11", "u13", tongue.nobody, "u12", "u15")
    yield "nobody", "390", ("order", (tongue.base[1], guests), "day", "total")
    sent = (tongue.sent, [tongue.on(day + 2) for day in (1, 2, 8, 13, 20, 26, 27)])
    yield "sent", "500", (*everything, sent)
    yield "sent-alone", None, ("order", "member", "total", sent)


def _taken_back(tongue: Tongue, everything: tuple[str, ...], without_total: tuple[str, ...]) -> Iterator[Kind]:
    back = [tongue.money(amount) for amount in (0.0, 20.0, 0.0, 60.0, 0.0, 9.9, 0.0)]
    for number, title in enumerate(tongue.refunds):
        cells = back if number else ["" if cell == back[0] else cell for cell in back]
        yield f"refund{number}", "410.10", (*everything, (title, cells))
    title, sold, returned = tongue.kind
    # The fourth row takes back the second order: the same member, the same amount, no sign.
    members = (*MEMBERS[:3], MEMBERS[1], *MEMBERS[4:])
    money = [tongue.money(amount) for amount in (*MONEY[:3], MONEY[1], *MONEY[4:])]
    columns = ("order", (tongue.base[1], members), "day", (tongue.base[3], money), (title, _fourth(sold, returned)))
    yield "kind", "360", columns
    price, quantity, _, _ = tongue.priced
    line = _line(tongue, price, quantity)
    yield "units", "392.50", (*without_total, *line, (tongue.units_back, ("0", "2", "0", "1", "0", "0", "1")))


def _priced(tongue: Tongue, everything: tuple[str, ...], without_total: tuple[str, ...]) -> Iterator[Kind]:
    price, quantity, total, discount = tongue.priced
    line = _line(tongue, price, quantity)
    off = (0.0, 10.0, 0.0, 5.0, 0.0, 0.0, 4.6)
    left = [tongue.money(amount - less) for amount, less in zip(LINES, off, strict=True)]
    yield "line-total", "470.40", (*without_total, *line, (total, left))
    yield "discount", "470.40", (*without_total, *line, (discount, [tongue.money(less) for less in off]))
    codes = ("EUR", "EUR", "USD", "EUR", "GBP", "EUR", "USD")
    yield "currency", None, (*everything, (tongue.currency, codes))
    coded = [f"{code} {tongue.money(amount)}" for code, amount in zip(codes, MONEY, strict=True)]
    yield "codes", None, (*everything[:3], (tongue.base[3], coded))
    goods, freight, whole = tongue.freight
    sent = (5.0, 8.0, 5.5, 6.0, 0.0, 9.9, 4.6)
    parts = (goods, [tongue.money(amount - more) for amount, more in zip(MONEY, sent, strict=True)])
    more = (freight, [tongue.money(amount) for amount in sent])
    yield "freight", "500", (*without_total, parts, more, (whole, [tongue.money(amount) for amount in MONEY]))


LINES = (120.0, 80.0, 45.0, 60.0, 30.0, 100.0, 55.0)
"""Price × quantity of each order: 490.00; 2 of 4 units of 20.00, one of 2 of 30.00 and one of 2 of 27.50 come back."""


def _line(tongue: Tongue, price: str, quantity: str) -> tuple[Column, Column]:
    units = (2, 4, 1, 2, 1, 4, 2)
    prices = [tongue.money(whole / count) for whole, count in zip(LINES, units, strict=True)]
    return (price, prices), (quantity, [str(count) for count in units])


def _fourth(quiet: str, loud: str) -> list[str]:
    return [quiet] * 3 + [loud] + [quiet] * 3
