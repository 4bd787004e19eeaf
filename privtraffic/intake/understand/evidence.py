"""Which column is which field in an export that has no profile: what its header says and what its values look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from privtraffic.intake.understand.profile import NO_WORD, look_up, plain_word
from privtraffic.intake.understand.profile import profile as profile_of

Row = tuple[str, ...]

SURE_ENOUGH = 0.5
"""Below this a needed column is not taken; the nearest are named instead."""
BY_NAME = 0.75
"""Below this confidence a needed column was found by a part of its header or by its values, not by a known name."""

_TIME = re.compile(
    r"[\"'=]*(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|(19|20)\d{6}(\d{6})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*|"
    r"(4\d|3\d)\d{3}(\.\d+)?|1\d{9}(\d{3})?)[\"']*"
)
CURRENCY_SIGNS = r"(?:HK|US|NT|AU|CA|NZ|MX|[SCAR])?\$|S/|[¥￥€£₹₩₽₺₫฿₪₴元円圆圓원]|zł|Kč|kr\.?|Rs\.?|Rp\.?|Fr\.?"
"""Signs and short names of currencies, as a pattern."""
_MARK = rf"(?:{CURRENCY_SIGNS}|[A-Z]{{3}})?"
_NUMBER = re.compile(rf"[-+(]?{_MARK}[-+]?(?:\d+(\.\d+)?|\d{{1,3}}(\.\d{{3}})+){_MARK}-?\)?(\(.*\))?")
_KEY = re.compile(r"[\w@.+#:|*$-]{1,64}")
_PHONE = re.compile(r"(\+?86[- ]?)?1[3-9]\d{9}(\.0)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[A-Z][a-z'-]+( [A-Z][a-z.'-]*)+")
_CLOCK = re.compile(
    r"(?:(?:上午|下午|오전|오후|午前|午後) ?)?\d{1,2}[:.时h]\d{2}([:.分]\d{2}(\.\d+)?)?秒?( ?[AaPp]\.?[Mm]\.?)?"
)
YES = (
    "1",
    "true",
    "yes",
    "y",
    "t",
    "x",
    "✓",
    "✔",
    "是",
    "有",
    "ja",
    "j",
    "oui",
    "o",
    "si",
    "sí",
    "s",
    "sim",
    "vero",
    "はい",
    "○",
    "예",
    "네",
    "tak",
    "да",
    "evet",
    "wahr",
    "vrai",
)
NO = (
    "0",
    "false",
    "no",
    "n",
    "f",
    "否",
    "无",
    "nein",
    "non",
    "não",
    "nao",
    "falso",
    "いいえ",
    "×",
    "아니오",
    "아니요",
    "nie",
    "нет",
    "hayır",
    "nee",
    "falsch",
    "faux",
    "",
)


class Body:
    """The values of the preview below a header, by column."""

    def __init__(self, rows: Sequence[Row], width: int) -> None:
        self.rows = rows
        self._columns = [
            [cell.strip() for row in rows if len(row) > at and plain_word(cell := row[at]) not in NO_WORD]
            for at in range(width)
        ]
        self._shares: dict[tuple[int, Callable[[str], Any]], float | None] = {}
        self._numbers: dict[int, list[Decimal | None]] = {}

    def values(self, at: int) -> list[str]:
        """The values of a column, without blanks and words for nothing."""
        return self._columns[at] if at < len(self._columns) else []

    def cell(self, row: Row, at: int) -> str:
        return row[at].strip() if len(row) > at else ""

    def numbers(self, at: int) -> list[Decimal | None]:
        """The numbers of a column, one a row; None where a cell holds none."""
        if at not in self._numbers:
            self._numbers[at] = [number(row[at]) if len(row) > at else None for row in self.rows]
        return self._numbers[at]

    def total(self, at: int) -> Decimal:
        return sum((value for value in self.numbers(at) if value is not None), Decimal(0))

    def share(self, at: int, test: Callable[[str], Any]) -> float | None:
        """The share of a column's values that pass a test; None without values."""
        if (at, test) not in self._shares:
            values = self.values(at)
            passed = sum(bool(test(value)) for value in values)
            self._shares[at, test] = passed / len(values) if values else None
        return self._shares[at, test]


# The same few values are asked about once a row that might be the header.
@lru_cache(4096)
def is_time(value: str) -> bool:
    return bool(_TIME.fullmatch(value))


@lru_cache(4096)
def is_money(value: str) -> bool:
    return bool(_NUMBER.fullmatch(re.sub(r"[, \u00a0\u202f']", "", value)))


@lru_cache(4096)
def is_contact(value: str) -> bool:
    """A phone number or an e-mail address."""
    text = value.strip("'\"= ")
    return bool(_PHONE.fullmatch(text) or _EMAIL.fullmatch(text))


@lru_cache(4096)
def is_key(value: str) -> bool:
    return bool(_KEY.fullmatch(value.strip("'\"=` "))) and not (is_time(value) and not value.isdigit())


@lru_cache(4096)
def is_clock(value: str) -> bool:
    """A time of day without a day."""
    return bool(_CLOCK.fullmatch(value)) and ":" in value.replace("时", ":").replace("h", ":")


@lru_cache(4096)
def is_person(value: str) -> bool:
    return bool(_PERSON.fullmatch(value))


@lru_cache(4096)
def is_yes(value: str) -> bool:
    return plain_word(value) in YES


@lru_cache(4096)
def is_flag(value: str) -> bool:
    return plain_word(value) in YES or plain_word(value) in NO


@lru_cache(65536)
def number(text: str) -> Decimal | None:
    """A cell as a number, for comparing columns with each other; what is counted is read by the engine."""
    digits = re.sub(r"[^\d.,+-]", "", text)
    if digits.count(",") == 1 and "." not in digits and re.search(r",\d{1,2}$", digits):
        digits = digits.replace(",", ".")
    try:
        return Decimal(digits.replace(",", "")) if digits else None
    except InvalidOperation:
        return None


@cache
def is_status(name: str) -> Callable[[str], bool]:
    """Whether a word is a status of a profile."""
    words = profile_of(name).status
    return lru_cache(4096)(lambda word: bool(look_up(word, words)))
