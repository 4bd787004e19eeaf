"""Numbers as a person reads them: one rule each, the same in a terminal, a sentence and a page."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

from privtraffic.report.document import Kind, Scalar


def show(value: Scalar, kind: Kind) -> str:
    """`1,234`, `56.78`, `21.4 %`, `-1.8 pp`, `2026-10-31`; nothing where nothing was observed."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return f"{value:%Y-%m}" if kind == "month" else value.isoformat()
    if isinstance(value, str | bool):
        return str(value)
    return _number(value, kind)


def _number(value: int | float | Decimal, kind: Kind) -> str:
    if kind in ("text", "id"):
        return str(value)
    if kind == "share":
        return f"{value * 100:z.1f}%"
    if kind == "points":
        return f"{signed(value * 100)} pp"
    return f"{value:z,.{_decimals(float(value), kind)}f}"


def signed(value: float | Decimal, decimals: int = 1) -> str:
    """`+3.6`, `-12.0`; what rounds to nought has no sign."""
    text = f"{value:+.{decimals}f}"
    return text if text.strip("+-0.") else text[1:]


def _decimals(value: float, kind: Kind) -> int:
    if kind == "money":
        return 2 if -1000 < value < 1000 else 0
    if kind == "measure":
        return 0 if value.is_integer() else 2 if abs(value) >= 1 else 4
    return {"fine": 4, "number": 2, "cents": 2}.get(kind, 0)
