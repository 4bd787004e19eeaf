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
        return f"{value * 100:.1f}%"
    if kind == "points":
        return f"{value * 100:+.1f} pp"
    if kind == "money":
        return f"{value:,.2f}" if -1000 < value < 1000 else f"{value:,.0f}"
    if kind == "measure":
        return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4f}"
    if kind == "fine":
        return f"{value:,.4f}"
    if kind in ("number", "cents"):
        return f"{value:,.2f}"
    return f"{value:,.0f}"
