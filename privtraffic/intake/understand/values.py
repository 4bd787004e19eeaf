"""What a cell may be, by how it is written: a time, an amount, a key, an address."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TIME = re.compile(
    r"[\"'=]*(\d{4}[-/.年년] ?\d{1,2}[-/.月월] ?\d{1,2}.*|(19|20)\d{6}(\d{6})?|"
    r"(?:民[國国])?1[0-4]\d[-/.年] ?\d{1,2}[-/.月] ?\d{1,2}.*|"
    r"\d{1,2}[-/.] ?\d{1,2}[-/.] ?(\d{4}|\d\d(?!\d)).*|(4\d|3\d)\d{3}(\.\d+)?|1\d{9}(\d{3})?)[\"']*"
)
_NUMBER = re.compile(
    r"[-+(]*(?:[A-Za-z]{1,3}\.?|zł|Kč|S/)?[$¥€£৳₹₩₽₺₫฿₪₴元]?-?\d+(?:\.\d{3})*(\.\d*)?[万萬千亿億kKM]?-?\)?"
    r"(?:[元円圆圓원$¥€£₽₺₫฿₪₴₹₩]|[A-Za-z]{1,3}\.?|zł|Kč|руб\.?|р\.?)?-{0,2}(?:[€$£]|[A-Z]{2,3})?(\(.*\))?"
)
_LOOSE_TIME = re.compile(
    r"\s*\d{1,4}[-/.](?: \d{1,2}[-/.] ?\d{1,4}\b|\d{1,2}[-/.](?: \d{1,4}\b|"
    r"\d{1,4}(?:[.,]| ?г| +(?:kl|um|at|à|в|о|\d{1,2}[.h])))).*"
)
_NAMED_DAY = re.compile(
    r"(?:[^\W\d]{2,}\.?,? +)?(?:\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?[ /-]*(?:de |of )?([^\W\d]{3,})\.?,?[ /-]*"
    r"(?:de |del )?(?:\d{4}|\d\d)\b.*|([^\W\d]{3,})\.?[ /-]*\d{1,2}(?:st|nd|rd|th)?[ ,./:-].*|"
    r"\d{4}[ ./-]*([^\W\d]{3,})\.?[ ./-]*\d{1,2}\b.*)"
)
_MONTHS = (
    "jan gen ene oca янв feb fev fév şub фев mar mär mrz mrt maa мар apr avr abr nis апр may mai mei mag maj май мая "
    "jun jui giu haz июн jul lug tem июл aug aou aoû ago ağu авг sep set eyl сен oct okt out ott eki окт nov kas ноя "
    "dec déc dez dic ara дек"
)
_CLOCK = re.compile(
    r"(?:(?:[上下]午|午[前後后]|오[전후]) ?)?\d{1,2}[:.时h]\d{2}([:.分]\d{2}(\.\d+)?)?秒?( ?[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"(?:^|[^a-z])[ap]\.? ?m\.?(?:$|[^a-z])|[上下]午|午[前後后]|오[전후]|凌晨|[早晚]上|早晨|清晨|中午|傍晚",
    re.IGNORECASE,
)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９－．／：", "0123456789-./:")
_UNSEEN = "\u200b\u200e\u200f\u2060\ufeff"
_IN_BLANKS = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫−–", "01234567890123456789.--", ",'’٬ \xa0\u202f\u2009\u2007" + _UNSEEN
)
_KEY = re.compile(r"[\w@.+#:|*$-]{1,64}")
_PHONE = re.compile(r"(\+?86[- ]?)?1[3-9]\d{9}(\.0)?")
_ABROAD = re.compile(r"\+\d{1,3}(?:[ ()/.-]{0,2}\d){6,13}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")

SUM_WORDS = (
    ".{0,12}(?:合计|总计|小计|汇总|共计|小計|合計|総計|總計|伝票計|소계|합계|총계)[:：]?|"
    "(?i:(?:grand |order |page |daily )?(?:sub[- ]?)?totals?|summe|zwischensumme|gesamtsumme|gesamt|"
    "sous-total|total général|subtotale?|subtotaal|totale|totale parziale|suma|razem|tussentotaal|dagtotaal|totaal|"
    "(?:sub)?total (?:(?:do|da|del|du|de la|of the) )?"
    "(?:dia|día|jour|day|giorno|mes|mês|mois|month|pedido|order|commande|ordine|cliente|client|customer)|"
    "(?:ara |genel )?toplam|(?:tổng )?cộng(?: đơn)?|รวม(?:บิล|ทั้งสิ้น|ทั้งหมด)?|"
    "(?:ال)?مجموع(?: (?:الفاتورة|الطلب))?|الإجمالي(?: الكلي)?)[:]?|"
    "(?:Итого|итого|ИТОГО|Всего|всего)(?: по (?:чеку|заказу|документу))?[:]?"
)
"""What a cell of a row that sums up others says; `sums_row` of the engines has the same pattern."""
SUM_LETTERS = "(?i)[计計계汇匯]|tota|summ|suma|gesamt|razem|topl|того|сего|cộng|รวม|جمو|إجما"
"""Each of those words has some of these."""
_SUM = re.compile(SUM_WORDS)
LONGEST_SUM = 24


# The same few values are asked about once a row that might be the header.
@lru_cache(4096)
def is_time(value: str) -> bool:
    return bool(_TIME.fullmatch(value.translate(_HALF_WIDTH))) or is_named_day(value)


def is_named_day(value: str) -> bool:
    """A day whose month is a name in one of a dozen languages."""
    found = _NAMED_DAY.fullmatch(value.strip())
    name = next((part for part in found.groups() if part), "").lower() if found else ""
    return name[:3] in _MONTHS.split()


@lru_cache(4096)
def is_clock(value: str) -> bool:
    """A time of a day that does not say which."""
    return bool(_CLOCK.fullmatch(value)) and ":" in value.replace("时", ":").replace("h", ":")


def is_lettered_time(value: str) -> bool:
    """A time with the name of a month, a half of the day, or with more than digits and one sign between them."""
    wide = value.translate(_HALF_WIDTH) != value
    return is_named_day(value) or bool(is_time(value) and (wide or _HALF.search(value) or _LOOSE_TIME.match(value)))


@lru_cache(4096)
def is_money(value: str) -> bool:
    # A spreadsheet's wrappings are no part of an amount: ="5", '5.
    plain = unicodedata.normalize("NFKC", value).translate(_IN_BLANKS).removeprefix("=").strip('"`')
    return bool(_NUMBER.fullmatch(plain))


def is_sum(value: str) -> bool:
    """Whether a cell is nothing but the word of a row that sums up others."""
    return len(value) <= LONGEST_SUM and bool(_SUM.fullmatch(value.strip()))


@lru_cache(4096)
def is_contact(value: str) -> bool:
    """A phone number or an e-mail address."""
    text = value.strip("'\"= ")
    return bool(_PHONE.fullmatch(text) or _EMAIL.fullmatch(text) or _ABROAD.fullmatch(text))


@lru_cache(4096)
def is_member_key(value: str) -> bool:
    """A key, or a phone number with blanks."""
    return is_key(value) or is_contact(value)


@lru_cache(4096)
def is_order_number(value: str) -> bool:
    """A key, or the number of a document with its parts: INV/2026/0001."""
    return is_key(value) or (is_key(value.replace("/", "-")) and not is_time(value))


@lru_cache(4096)
def is_key(value: str) -> bool:
    return bool(_KEY.fullmatch(value.strip("'\"=` "))) and not (is_time(value) and not value.isdigit())
