"""A fifth shop in ten languages, written before it was tried: other layouts, files, amounts and days.

Ten orders of six members come to 4,321.50; two of them are above a thousand.  Beside what decides, files have a second
person, a second status, a birthday, a promised day, and rows that sum up others.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

Cells = Sequence[str]
Column = tuple[str, Cells]
WORDS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "fixtures/fifth_shop.toml").read_text("utf-8")
)
ORDERS = tuple(f"{number}" for number in range(7_201, 7_211))
MEMBERS = ("P301", "P302", "P303", "P301", "P304", "P305", "P302", "P306", "P303", "P301")
NAMES = {"P301": "Ann Lee", "P302": "Bo Kim", "P303": "Cy Day", "P304": "Di Fox", "P305": "Ed Orr", "P306": "Fay Im"}
DAYS = (1, 3, 6, 9, 13, 17, 20, 24, 27, 29)
"""Of July 2026."""
MONEY = (210.0, 99.5, 1250.0, 45.0, 1480.0, 320.0, 88.0, 540.0, 129.0, 160.0)
UNITS, PRICES = (2, 1, 5, 3, 8, 4, 2, 6, 3, 2), (105.0, 99.5, 250.0, 15.0, 185.0, 80.0, 44.0, 90.0, 43.0, 80.0)
BACK = (0.0, 0.0, 250.0, 0.0, 0.0, 320.0, 0.0, 0.0, 29.0, 0.0)
"""599.00 in all."""
MONTHS = {
    "en": "{day} July 2026", "zh": "2026年7月{day}日", "de": "{day}. Juli 2026", "fr": "{day} juillet 2026",
    "es": "{day} de julio de 2026", "pt": "{day} de julho de 2026", "it": "{day} luglio 2026", "nl": "{day} juli 2026",
    "ja": "2026年7月{day}日", "ko": "2026년 7월 {day}일",
}  # fmt: skip
SEPARATORS = dict.fromkeys(("de", "es", "it", "nl", "pt"), (".", ",")) | {"fr": ("\u202f", ",")}


@dataclass(frozen=True)
class Export:
    """One file or several, and the revenue that is right; None where only a question or a refusal is."""

    name: str
    files: Mapping[str, Sequence[Column]]
    revenue: Decimal | None
    written: Mapping[str, str | bytes] = field(default_factory=dict)
    paid_later: bool = False
    orders: int | None = None
    members: int | None = None
    last: date | None = None
    """How many purchases and buyers there are, and the last day; None where the set does not say."""

    def texts(self) -> dict[str, str | bytes]:
        return {**self.written, **{f"{name}.csv": _text(columns) for name, columns in self.files.items()}}


def _text(columns: Sequence[Column]) -> str:
    rows = zip(*(cells for _, cells in columns), strict=True)
    return "\n".join(";".join(f'"{cell}"' for cell in row) for row in ([title for title, _ in columns], *rows)) + "\n"


class Shop:
    """The columns of one language."""

    def __init__(self, lang: str) -> None:
        self.lang, self.words = lang, WORDS[lang]

    def title(self, name: str) -> str:
        word = self.words[name]
        return word if isinstance(word, str) else word[0]

    def of(self, name: str, cells: Cells) -> Column:
        return self.title(name), cells

    def plain(self, amounts: Sequence[float]) -> list[str]:
        """Amounts with the decimal sign of the language, without thousands."""
        _, point = SEPARATORS.get(self.lang, (",", "."))
        return [f"{amount:.2f}".replace(".", point) for amount in amounts]

    def money(self, name: str, amounts: Sequence[float]) -> Column:
        return self.of(name, self.plain(amounts))

    def base(self, *without: str, **instead: Cells) -> dict[str, Column]:
        own: dict[str, Cells] = {
            "order": ORDERS,
            "clerk": [f"E{at % 3 + 1}" for at in range(len(ORDERS))],
            "member": MEMBERS,
            "day": [f"2026-07-{day:02d} 1{day % 10}:20:00" for day in DAYS],
            "total": self.plain(MONEY),
        } | instead
        return {name: self.of(name, cells) for name, cells in own.items() if name not in without}

    def lines(self, *without: str) -> dict[str, Column]:
        """Two lines an order: all but one unit, and that one; an order of one unit has one line and a free one."""
        twice = [at // 2 for at in range(2 * len(ORDERS))]
        units = [UNITS[at] - 1 if number % 2 == 0 else 1 for number, at in enumerate(twice)]
        kept = [place for place, count in enumerate(units) if count]
        own = {name: (title, [cells[twice[at]] for at in kept]) for name, (title, cells) in self.base("total").items()}
        own["item"] = self.of("item", [f"G{at % 7}" for at in kept])
        own["price"] = self.money("price", [PRICES[twice[at]] for at in kept])
        own["qty"] = self.of("qty", [str(units[at]) for at in kept])
        self.kept = [twice[at] for at in kept]
        self.line_units = [units[at] for at in kept]
        return {name: column for name, column in own.items() if name not in without}


Kind = tuple[str, str | None, Sequence[Column]]


def fifth() -> Iterator[Export]:
    """All of them, a language after the other."""
    for number, lang in enumerate(WORDS):
        shop = Shop(lang)
        for name, revenue, columns in (*_people(shop), *_undone(shop), *_money(shop), *_lines(shop), *_rows(shop)):
            turn = (3 * number + len(name)) % len(columns)
            right = Decimal(revenue) if revenue else None
            yield Export(f"{name}-{lang}", {f"{name}-{lang}": [*columns[turn:], *columns[:turn]]}, right)
        yield from _several(shop)


def _people(shop: Shop) -> Iterator[Kind]:
    names = shop.of("name", [NAMES[member] for member in MEMBERS])
    born = shop.of("birthday", [f"19{70 + int(member[-1])}-04-1{member[-1]}" for member in MEMBERS])
    _, one, other = shop.words["tier"]
    tier = shop.of("tier", [other if member in ("P301", "P304") else one for member in MEMBERS])
    yield "two_people", "4321.50", [*shop.base().values(), names, tier, born]
    yield "clerk_only", None, [*shop.base("member").values(), tier]
    guest = shop.title("guest")
    some = [guest if at in (1, 6) else member for at, member in enumerate(MEMBERS)]
    # 99.50 and 88.00 are nobody's.
    yield "guest", "4134.00", [*shop.base(member=some).values()]
    phones = [f"+49 1512 34567{member[-2:]}" for member in MEMBERS]
    yield "phone", "4321.50", [*shop.base("member").values(), shop.of("phone", phones)]


def _undone(shop: Shop) -> Iterator[Kind]:
    parcel = shop.of("state", [shop.words["state"][1]] * len(ORDERS))
    _, quiet, loud = shop.words["second"]
    money = shop.of("second", [loud if at == 5 else quiet for at in range(len(ORDERS))])
    yield "two_states", "4001.50", [*shop.base().values(), parcel, money]
    yield "refund", "3722.50", [*shop.base().values(), shop.money("refund", BACK), parcel]
    voided = shop.of("void", ["2026-07-30" if at == 7 else "" for at in range(len(ORDERS))])
    yield "voided", "3781.50", [*shop.base().values(), voided]
    _, sale, back = shop.words["kind"]
    kinds = shop.of("kind", [back if at == 6 else sale for at in range(len(ORDERS))])
    # The seventh row takes back the second order, of 99.50: 4,321.50 - 88.00 - 99.50; with and without a sign.
    money_back = [*MONEY[:6], 99.5, *MONEY[7:]]
    signed = [*MONEY[:6], -99.5, *MONEY[7:]]
    yield "kind", "4134.00", [*shop.base(total=shop.plain(money_back)).values(), kinds]
    yield "kind_signed", "4134.00", [*shop.base(total=shop.plain(signed)).values(), kinds]


def _money(shop: Shop) -> Iterator[Kind]:
    thousand, point = SEPARATORS.get(shop.lang, (",", "."))
    texts = [f"{amount:,.2f}".translate(str.maketrans({",": thousand, ".": point})) for amount in MONEY]
    yield "thousands", "4321.50", [*shop.base(total=texts).values()]
    bare = [round(amount / 1.19, 2) for amount in MONEY]
    tax = [round(amount - part, 2) for amount, part in zip(MONEY, bare, strict=True)]
    parts = [shop.money("net", bare), shop.money("tax", tax), shop.money("gross", MONEY)]
    yield "taxed", "4321.50", [*shop.base("total").values(), *parts]
    owed = [0.0, 0.0, 450.0, 0.0, 480.0, 0.0, 0.0, 540.0, 0.0, 0.0]
    got = [amount - part for amount, part in zip(MONEY, owed, strict=True)]
    owing = [shop.money("whole", MONEY), shop.money("paid", got), shop.money("open", owed)]
    yield "part_paid", "2851.50", [*shop.base("total").values(), *owing]
    codes = shop.of("currency", ["EUR", "EUR", "USD", "EUR", "EUR", "GBP", "EUR", "USD", "EUR", "EUR"])
    yield "currencies", None, [*shop.base().values(), codes]
    days = [MONTHS[shop.lang].format(day=day) for day in DAYS]
    yield "months", "4321.50", [*shop.base(day=days).values()]
    split = shop.base(day=[f"2026-07-{day:02d}" for day in DAYS])
    clock = shop.of("clock", [f"1{day % 10}:0{day % 7}" for day in DAYS])
    promised = shop.of("due", [f"2026-08-{day:02d}" for day in DAYS])
    yield "clock", "4321.50", [promised, *split.values(), clock]
    yield "promised", None, [*shop.base("day").values(), promised]


def _lines(shop: Shop) -> Iterator[Kind]:
    lines = shop.lines()
    of, units = shop.kept, shop.line_units
    goods = [PRICES[at] * count for at, count in zip(of, units, strict=True)]
    yield "priced", "4321.50", [*lines.values()]
    yield "repeated", "4321.50", [*lines.values(), shop.money("total", [MONEY[at] for at in of])]
    back = shop.money("refund", [BACK[at] for at in of])
    yield "repeated_refund", "3722.50", [*lines.values(), shop.money("total", [MONEY[at] for at in of]), back]
    off = [5.0 if place % 4 == 1 else 0.0 for place in range(len(of))]
    left = [amount - less for amount, less in zip(goods, off, strict=True)]
    total = f"{sum(left):.2f}"
    yield "line", total, [*lines.values(), shop.money("rebate", off), shop.money("line", left)]
    returned = shop.of("back", ["1" if place in (3, 8) else "0" for place in range(len(of))])
    less = PRICES[of[3]] + PRICES[of[8]]
    yield "units_back", f"{sum(goods) - less:.2f}", [*lines.values(), returned]
    freight = [shop.money("ship", [9.9 if at % 2 else 0.0 for at in of]), shop.money("line", goods)]
    yield "freight", "4321.50", [*lines.values(), *freight]
    head = ("order", "clerk", "member", "day")
    blank = {
        name: (title, ["" if name in head and at and of[at] == of[at - 1] else cell for at, cell in enumerate(cells)])
        for name, (title, cells) in lines.items()
    }
    yield "blank_lines", "4321.50", [*blank.values(), shop.money("line", goods)]


def _rows(shop: Shop) -> Iterator[Kind]:
    halves = (sum(MONEY[:5]), sum(MONEY[5:]))

    def summed(cells: Cells, first: str, second: str, last: str) -> list[str]:
        return [*cells[:5], first, *cells[5:], second, last]

    named = {"order": [shop.title("sub")] * 2 + [shop.title("sum")], "total": shop.plain((*halves, sum(MONEY)))}
    rows = [(title, summed(cells, *named.get(name, ["", "", ""]))) for name, (title, cells) in shop.base().items()]
    yield "closing_rows", "4321.50", rows


def _several(shop: Shop) -> Iterator[Export]:
    """Files of other roles, two shops with the same numbers, heads and lines of one order in two files."""
    lang, count = shop.lang, len(ORDERS)
    days = [f"2026-07-{day:02d}" for day in DAYS]
    _, member, when, moved, left, why, earned, spent = shop.words["points"]
    moves = ["-50" if at % 4 == 3 else str(int(MONEY[at])) for at in range(count)]
    rest = [str(900 + 10 * at) for at in range(count)]
    points = [(member, MEMBERS), (when, days), (moved, moves), (left, rest)]
    points.append((why, [spent if move.startswith("-") else earned for move in moves]))
    yield Export(f"points-{lang}", {shop.title("points"): points}, None)
    _, inviter, invitee, when, bonus = shop.words["reward"]
    invited = [f"P{400 + at}" for at in range(count)]
    reward = [(inviter, MEMBERS), (invitee, invited), (when, days), (bonus, shop.plain([20.0] * count))]
    yield Export(f"rewards-{lang}", {shop.title("reward"): reward}, None)
    _, coupon, member, when, until, face = shop.words["grants"]
    later = [f"2026-09-{day:02d}" for day in DAYS]
    grants = [(coupon, ["A10", "B20"] * 5), (member, MEMBERS), (when, days), (until, later)]
    yield Export(f"grants-{lang}", {shop.title("grants"): [*grants, (face, shop.plain([10.0, 20.0] * 5))]}, None)
    branch = shop.title("shop")
    one = [*shop.base().values(), (branch, ["Nord"] * count)]
    moved_money = shop.plain([amount + 1 for amount in MONEY])
    others = [f"Q{member[1:]}" for member in MEMBERS]
    two = [*shop.base(member=others, total=moved_money).values(), (branch, ["Süd"] * count)]
    # The second shop has the same numbers, other members, and 1.00 more of each order: 4,321.50 + 4,331.50.
    yield Export(f"two_shops-{lang}", {"nord": one, "sued": two}, Decimal("8653.00"))
    lines = shop.lines("clerk", "member", "day")
    yield Export(f"heads-{lang}", {"a": [*shop.base("total").values()], "b": [*lines.values()]}, Decimal("4321.50"))
