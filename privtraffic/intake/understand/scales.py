"""Amounts in other units than those of their currency: 分, cents, 千円, 万元, T€; the header says so."""

from __future__ import annotations

import re

from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.header import Header

MONEY_FIELDS = ("paid_amount", "refund_amount", "unit_price", "discount", "cost", "margin")
_HUNDREDTHS = re.compile(
    r"分|銭|(us |euro)?-?cents?|ct\.?|fen|pence|centimes|céntimos|centavos|centesimi|kopeken|копе.*"
)
_UNITS = {
    "0.01": _HUNDREDTHS,
    "1000": re.compile(
        r"千[元円]?|천\s?원|k|k[€$£]|[t€]€|teur|tsd\.?( ?€| ?eur)?|(in )?thousands?|'?000'?s?|k ?(usd|eur|gbp|rmb|cny)"
    ),
    "10000": re.compile(r"[万萬][元円]?|만\s?원|wan"),
    "1000000": re.compile(r"百万[元円]?|백만\s?원|mio\.?( ?€| ?eur)?|m[€$£]|(in )?millions?|mn|m"),
    "100000000": re.compile(r"[亿億][元円]?|억\s?원"),
}
_OWN_UNIT = re.compile(r"[万萬千亿億kKmM]")
"""Cells that say their unit themselves are read by it."""
_IN_BRACKETS = re.compile(r"[(（\[【]\s*(?:单位[:：]?|単位[:：]?|in |en )?\s*([^()（）\[\]【】]+?)\s*[)）\]】]\s*$")
_AT_END = re.compile(r"[_ ]((?:in[_ ])?cents?|fen)$")


def scale_of(header: Header, body: Body, at: int) -> str:
    """What an amount is multiplied with, by its header; empty where it is an amount of the currency itself."""
    title = header[at].strip()
    found = _IN_BRACKETS.search(title) or _AT_END.search(title.casefold())
    unit = found[1].strip().casefold().removeprefix("in_").removeprefix("in ") if found else ""
    factor = next((factor for factor, pattern in _UNITS.items() if unit and pattern.fullmatch(unit)), "")
    if factor and any(_OWN_UNIT.search(value) for value in body.values(at)):
        return ""
    if factor == "0.01" and any(number % 1 for number in body.numbers(at) if number is not None):
        return ""
    return factor
