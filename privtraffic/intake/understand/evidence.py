"""Which column is which field in an export that has no profile: what its header says and what its values look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from privtraffic.intake.understand.profile import look_up, plain_word, says_nothing
from privtraffic.intake.understand.profile import profile as profile_of

Row = tuple[str, ...]

SURE_ENOUGH = 0.5
"""Below this a needed column is not taken; the nearest are named instead."""
BY_NAME = 0.75
"""Below this confidence a needed column was found by a part of its header or by its values, not by a known name."""
MOSTLY = 0.6
FEW_ROWS_EACH = 3
"""A column of words that has so many rows for each of its values, and no name of a key, tells kinds of members."""

_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[A-Z][a-z'-]+( [A-Z][a-z.'-]*)+")
YES = (
    "1", "true", "yes", "y", "t", "x", "✓", "✔", "是", "有", "ja", "j", "oui", "o", "si", "sí", "s",
    "sim", "vero", "はい", "○", "예", "네", "tak", "да", "evet", "wahr", "vrai", "sì",
    "igen", "ano", "kyllä", "ya", "có", "ใช่", "نعم",
)  # fmt: skip
NO = (
    "0", ".", "false", "no", "n", "f", "否", "无", "nein", "non", "não", "nao", "falso", "いいえ", "×", "아니오",
    "아니요", "nie", "нет", "hayır", "nee", "falsch", "faux",
    "nej", "nem", "ei", "tidak", "không", "ไม่ใช่", "ไม่", "لا", "",
)  # fmt: skip


def below(rows: Sequence[Row], header_row: int) -> list[Row]:
    """The rows below a header, without the same header again, as where two exports were put one after the other."""
    header = rows[header_row - 1] if 0 < header_row <= len(rows) else ()
    return [row for row in rows[header_row:] if row != header]


class Body:
    """The values of the preview below a header, by column."""

    def __init__(self, rows: Sequence[Row], width: int) -> None:
        self.rows = rows
        self._columns = [
            [cell.strip() for row in rows if len(row) > at and not says_nothing(cell := row[at])] for at in range(width)
        ]
        self._counts: dict[int, Counter[str]] = {}
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
            if at not in self._counts:
                self._counts[at] = Counter(self.values(at))
            passed = sum(times for value, times in self._counts[at].items() if test(value))
            self._shares[at, test] = passed / len(self.values(at)) if self.values(at) else None
        return self._shares[at, test]


@lru_cache(4096)
def is_person(value: str) -> bool:
    return bool(_PERSON.fullmatch(value))


@lru_cache(4096)
def is_yes(value: str) -> bool:
    return plain_word(value) in YES


@lru_cache(4096)
def is_flag(value: str) -> bool:
    return plain_word(value) in YES or plain_word(value) in NO


def is_no(value: str) -> bool:
    return is_flag(value) and not is_yes(value)


def is_denied(values: Sequence[str]) -> bool:
    """Whether most rows say no, and the others a letter that is not only yes: in SAP Y was cancelled, and C cancels."""
    letters = all(len(value) == 1 for value in values) and not all(map(is_flag, values))
    return letters and sum(map(is_no, values)) > MOSTLY * len(values)


@lru_cache(65536)
def number(text: str) -> Decimal | None:
    """A cell as a number, for comparing columns with each other; what is counted is read by the engine."""
    digits = re.sub(r"[.,]-{1,2}$", "", re.sub(r"[^\d.,+-]", "", text))
    if re.search(r",\d{1,2}$", digits) and ("." in digits or digits.count(",") == 1):
        digits = digits.replace(".", "").replace(",", ".")
    digits = digits.replace(",", "")
    if digits.endswith("-"):
        digits = f"-{digits[:-1]}"
    try:
        return Decimal(digits) if digits else None
    except InvalidOperation:
        return None


@cache
def is_status(name: str) -> Callable[[str], bool]:
    """Whether a word is a status of a profile."""
    words = profile_of(name).status
    return lru_cache(4096)(lambda word: bool(look_up(word, words)))
