"""Which columns of money add up to which: a total is a subtotal with shipping and tax, less discount and refund."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Literal

from privtraffic.intake.understand.currencies import is_currency
from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.values import is_money, is_time
from privtraffic.intake.understand.vocabulary import has_word

Part = Literal["", "tax", "shipping", "fee", "discount", "refund", "owed"]
Numbers = Sequence[Decimal | None]

GOODS = -1
"""In the place of a column: price × quantity."""
ROWS_LOOKED_AT = 200
ALMOST_ALL = Decimal("0.95")
MOST_PARTS = 6
_CENT = Decimal("0.011")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Sum:
    """`total` = `base` with its `parts` added or taken off, on almost all rows and not only where they are zero."""

    total: int
    base: int
    parts: tuple[int, ...]
    kinds: frozenset[str]


def part_of(header: Header, at: int) -> Part:  # noqa: PLR0911
    """What a column of money adds to a total, or takes off it, by its header."""
    text = header[at]
    if header.says(at, "rate", "able", "time", "status") or (header.says(at, "kind") and not header.says(at, "money")):
        return ""
    if header.says(at, "owed") and not header.says(at, "rate"):
        return "owed"
    if header.says(at, "refund") or (header.says(at, "cancel") and header.says(at, "money")):
        return "refund"
    if header.says(at, "return") and not header.says(at, "quantity", "class_of_member", "key", "kind"):
        return "refund"
    if header.says(at, "discount") and not header.says(at, "after", "listed"):
        return "discount"
    if header.says(at, "shipping") and not header.says(at, "incl", "paid"):
        return "shipping"
    if (
        header.says(at, "tax")
        and not header.says(at, "incl", "excl", "price", "gross", "net")
        and not has_word(text, "taxable")
    ):
        return "tax"
    return "fee" if header.says(at, "fee") and not header.says(at, "paid", "incl") else ""


def apart(one: Numbers, other: Numbers) -> float:
    """What two columns differ by, row by row, over the sum of the first; one where that is nothing."""
    pairs = [(number or _ZERO, another or _ZERO) for number, another in zip(one, other, strict=True)]
    whole = sum((abs(number) for number, _ in pairs), _ZERO)
    return float(sum((abs(number - another) for number, another in pairs), _ZERO) / whole) if whole else 1.0


@lru_cache(4096)
def _is_numbered(value: str) -> bool:
    """Whether a cell is the number of a document, G12 or AV5101, and no amount with its currency."""
    letters = re.match(r"[A-Za-z]{1,3}(?=-?\d+$)", value)
    return letters is not None and not is_currency(letters[0])


class Money:
    """The columns of money in a sample, as numbers."""

    def __init__(self, header: Header, body: Body, columns: Mapping[str, tuple[int, ...]]) -> None:
        self.header = header
        self.body = body
        self._columns = columns
        other = {at for name, places in columns.items() if name not in _OF_MONEY for at in places}
        self.all = [
            at
            for at, plain in enumerate(header.plain)
            if plain and at not in other and body.values(at) and self._holds_money(at)
        ]

    def _holds_money(self, at: int) -> bool:
        share, times = self.body.share(at, is_money) or 0, self.body.share(at, is_time) or 0
        if (self.body.share(at, _is_numbered) or 0) >= ALMOST_ALL:
            return False
        return share >= 0.6 and (times < 0.6 or not self.header.says(at, "time"))

    @cached_property
    def parts(self) -> dict[int, Part]:
        return {at: part for at in self.all if (part := part_of(self.header, at))}

    @cached_property
    def amounts(self) -> list[int]:
        """Columns that may be an amount of the order or line."""
        against = _OTHER_NUMBERS
        lifted = ("paid", "total", "subtotal", "incl")
        return [
            at
            for at in self.all
            if at not in self.parts
            and self.header.says(at, "money", "paid", "net", "gross", "incl", "excl", "subtotal", "total", "listed")
            and (
                not self.header.says(at, *against)
                or (self.header.says(at, *lifted) and not self.header.says(at, "cost", "held", "rate", "quantity"))
            )
            and at not in self._columns.get("unit_price", ())
        ]

    @cached_property
    def nameless(self) -> list[int]:
        """Columns of numbers whose header does not say what they are: only a sum can tell that one is an amount."""
        read = self._columns.get("unit_price", ())
        known = (*_OTHER_NUMBERS, "refund", "return", "member", "status", "kind")
        able = (at for at in self.all if at not in self.parts and at not in self.amounts and at not in read)
        return [at for at in able if not self.header.says(at, *known)]

    def numbers(self, at: int) -> Numbers:
        """The values of a column as numbers, one per sampled row."""
        if at == GOODS:
            return self.goods or [None] * len(self.body.rows[:ROWS_LOOKED_AT])
        return self.body.numbers(at)[:ROWS_LOOKED_AT]

    @cached_property
    def goods(self) -> Numbers:
        """Price × quantity of each row."""
        if "unit_price" not in self._columns or "quantity" not in self._columns:
            return []
        price, quantity = (self.body.numbers(self._columns[name][0]) for name in ("unit_price", "quantity"))
        both = list(zip(price, quantity, strict=True))[:ROWS_LOOKED_AT]
        return [unit * units if unit is not None and units is not None else None for unit, units in both]

    def same(self, one: int, other: int) -> bool:
        """Whether two columns say the same amount on almost all rows that have both."""
        return self._adds_up(one, other, ()) is not None

    def rest(self, total: int, base: int) -> int | None:
        """The column without a known meaning that is left of a total, where a base is taken off it."""
        left = [
            whole - start if whole is not None and start is not None else None
            for whole, start in zip(self.numbers(total), self.numbers(base), strict=True)
        ]
        known = sum(number is not None for number in left)
        for at in self.all if any(left) else ():
            pairs = zip(left, self.numbers(at), strict=True)
            alike = sum(gap is not None and abs(gap - (number or _ZERO)) <= _CENT for gap, number in pairs)
            if at not in (total, base) and at not in self.parts and alike >= ALMOST_ALL * known:
                return at
        return None

    def share(self, at: int, whole: int) -> float | None:
        """The sum of a column over that of another one, in the sample."""
        total = sum((abs(number) for number in self.numbers(whole) if number is not None), _ZERO)
        part = sum((abs(number) for number in self.numbers(at) if number is not None), _ZERO)
        return round(float(part / total), 4) if total else None

    def splits(self, total: int, parts: Sequence[int]) -> bool:
        """Whether an amount is the sum of some columns on almost all rows, and no one of them alone is."""
        rows = list(zip(self.numbers(total), *(self.numbers(at) for at in parts), strict=True))
        known = [(whole, cells) for whole, *cells in rows if whole is not None]
        sums = [abs(sum((cell or _ZERO for cell in cells), _ZERO) - whole) <= _CENT for whole, cells in known]
        each = all(any(cells[at] != whole for whole, cells in known) for at in range(len(parts)))
        return each and sum(sums) >= ALMOST_ALL * len(known) > 0

    def sums(self, total: int, base: int) -> Sum | None:
        """The fewest parts with which a base gives a total."""
        usable = [at for at in self.parts if at not in (total, base) and any(self.numbers(at))][:MOST_PARTS]
        for count in range(1, len(usable) + 1):
            for parts in combinations(usable, count):
                moved = self._adds_up(total, base, parts)
                if moved:
                    return Sum(total, base, parts, frozenset(self.parts[at] for at in parts))
        return None

    def _adds_up(self, total: int, base: int, parts: Sequence[int]) -> int | None:
        """On how many rows the parts change the base; None where base and parts do not add up to the total."""
        rows = list(zip(self.numbers(total), self.numbers(base), self._moves(parts), strict=True))
        known = [(whole, start, move) for whole, start, move in rows if whole is not None and start is not None]
        allowed = len(known) * (1 - ALMOST_ALL)
        wrong = moved = 0
        for whole, start, move in known:
            if abs(start + move - whole) > _CENT:
                wrong += 1
                if wrong > allowed:
                    return None
            moved += move != 0
        return moved if known else None

    def _moves(self, parts: Sequence[int]) -> Iterator[Decimal]:
        columns = [(self.numbers(at), self.parts[at]) for at in parts]
        for row in range(len(self.body.rows[:ROWS_LOOKED_AT])):
            terms = [(numbers[row] or _ZERO, part) for numbers, part in columns]
            yield sum((-abs(term) if part in ("discount", "refund", "owed") else term for term, part in terms), _ZERO)


_OTHER_NUMBERS = ("price", "cost", "held", "rate", "quantity", "key", "time")
_OF_MONEY = ("paid_amount", "refund_amount", "discount", "margin")
