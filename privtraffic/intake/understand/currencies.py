"""Currencies as exports write them: codes, names, signs before or after the amount."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

CODES = (
    "CNY", "RMB", "CNH", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "NTD", "MOP", "KRW", "INR", "AUD", "CAD", "NZD",
    "SGD", "MYR", "THB", "IDR", "VND", "PHP", "BRL", "MXN", "CLP", "COP", "PEN", "ARS", "CHF", "SEK", "NOK", "DKK",
    "PLN", "CZK", "HUF", "RON", "BGN", "RUB", "UAH", "TRY", "ZAR", "AED", "SAR", "QAR", "KWD", "BHD", "OMR", "JOD",
    "TND", "IQD", "EGP", "NGN", "KES", "MAD", "ILS", "PKR", "BDT", "LKR", "PYG", "UYU",
)  # fmt: skip
_SAME = {"RMB": "CNY", "CNH": "CNY", "NTD": "TWD"}
SIGNS = {
    "HK$": "HKD", "US$": "USD", "NT$": "TWD", "AU$": "AUD", "CA$": "CAD", "NZ$": "NZD", "MX$": "MXN",
    "S$": "SGD", "C$": "CAD", "A$": "AUD", "R$": "BRL", "$": "USD", "S/": "PEN", "€": "EUR", "£": "GBP",
    "₹": "INR", "₩": "KRW", "원": "KRW", "₽": "RUB", "₺": "TRY", "₫": "VND", "฿": "THB", "₪": "ILS",
    "₴": "UAH", "元": "CNY", "圆": "CNY", "円": "JPY", "圓": "TWD", "¥": "CNY", "￥": "CNY", "zł": "PLN",
    "Kč": "CZK", "Rs": "INR", "Rp": "IDR", "RM": "MYR", "kr": "KR", "Fr": "CHF", "Ft": "HUF",
    "TL": "TRY", "৳": "BDT",
}  # fmt: skip
_NAMES = {
    "人民币": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "日圆": "JPY",
    "港币": "HKD", "港元": "HKD", "新台币": "TWD", "台币": "TWD", "澳门币": "MOP", "韩元": "KRW", "韩币": "KRW",
    "澳元": "AUD", "加元": "CAD", "新加坡元": "SGD", "新币": "SGD", "卢布": "RUB", "泰铢": "THB", "瑞士法郎": "CHF",
    "YUAN": "CNY", "DOLLAR": "USD", "DOLLARS": "USD", "US DOLLAR": "USD", "EURO": "EUR", "EUROS": "EUR",
    "POUND": "GBP", "POUNDS": "GBP", "YEN": "JPY", "WON": "KRW", "RUPEE": "INR", "RUPEES": "INR",
}  # fmt: skip
WHOLE = ("IDR", "VND", "CLP", "COP", "PYG", "KRW", "JPY")
"""Currencies without a small coin: a dot in their amounts parts thousands."""
THREE_PLACES = ("KWD", "BHD", "OMR", "JOD", "TND", "IQD")
_BY_LENGTH = sorted(SIGNS, key=len, reverse=True)
CODE = f"({'|'.join(CODES)})"
SIGN = "(" + "|".join("[$]".join(map(re.escape, sign.split("$"))) for sign in _BY_LENGTH) + ")"
"""A code, or a sign, within an amount, as SQL and Python both read it.

A code goes first wherever it stands: RMB 5 is no ringgit, and $5 CAD are no US dollars.
"""
_YEN = ("¥", "￥")


@lru_cache(4096)
def code_of(word: str) -> str:
    """The code of a currency, however it is written; the word itself where nobody knows it."""
    bare = word.strip()
    code = SIGNS.get(bare) or _NAMES.get(bare.upper()) or bare.upper()
    return _SAME.get(code, code)


def codes_of(words: Iterable[str]) -> dict[str, str]:
    """The code of each word; ¥ is the yen where the yen is named beside it and the yuan is not."""
    listed = list(words)
    codes = {word: code_of(word) for word in listed}
    named = {code for word, code in codes.items() if word.strip() not in _YEN}
    if "JPY" in named and "CNY" not in named:
        codes |= {word: "JPY" for word in listed if word.strip() in _YEN}
    return codes


@lru_cache(4096)
def is_currency(value: str) -> bool:
    return code_of(value) in CODES or value.strip() in SIGNS
