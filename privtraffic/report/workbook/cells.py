"""Cells: a value and its kind become the Excel cell that holds it."""

from __future__ import annotations

from datetime import date, datetime

from xlsxwriter.worksheet import Worksheet

from privtraffic.report.document import Column, Formula, Kind, Scalar, Value
from privtraffic.report.values import TEXT_KINDS, known, shown
from privtraffic.report.workbook.style import WIDEST, Style, lines_needed
from privtraffic.report.workbook.text import clean

FIRST_YEAR = 1901
"""Excel counts days from 1900 and gets the first two months wrong; older dates are written as text."""


def write_cell(
    sheet: Worksheet, at: tuple[int, int], value: Value, column: Column, style: Style, *, width: float = WIDEST
) -> int:
    """Write one data cell: numbers and dates as such, a `Formula` live, everything else as text, never as a link.

    Gives back how many lines of text it takes in a column of that width.
    """
    kind = column.kind
    if isinstance(value, Formula):
        cached = known(value)
        result = "" if cached is None else cached if isinstance(cached, str) else number(cached, kind)
        sheet.write_formula(*at, f"={value.text}", style.cell(kind), result)
        return 1
    return _write_plain(sheet, at, known(value), column, style, width=width)


def _write_plain(
    sheet: Worksheet, at: tuple[int, int], value: Scalar, column: Column, style: Style, *, width: float
) -> int:
    kind = column.kind
    timed = isinstance(value, datetime) and kind == "date"
    if value is None:
        sheet.write_blank(*at, None, style.cell(kind, editable=column.editable))
        return 1
    if is_text(value, column):
        text = shown(value, column, style.words)
        # An id is one thing, however long: only sentences are broken.
        lines = 1 if kind == "id" else lines_needed(text, width)
        sheet.write_string(*at, clean(text), style.cell("text", wrapped=lines > 1))
        return lines
    if isinstance(value, date):
        moment = value.replace(tzinfo=None) if isinstance(value, datetime) else value
        sheet.write_datetime(*at, moment, style.cell(kind, timed))
    elif not isinstance(value, str):
        plain = number(value, kind)
        sheet.write_number(*at, plain, style.cell(kind, editable=column.editable, value=plain))
    return 1


def number(value: object, kind: Kind) -> float:
    """The number a cell holds: a difference of shares in points, everything else as it is."""
    plain = float(value)  # type: ignore[arg-type]
    return plain * 100 if kind == "points" else plain


def is_text(value: Scalar, column: Column) -> bool:
    """Whether the value is written as text."""
    if isinstance(value, str | bool) or column.labels or column.kind in TEXT_KINDS:
        return True
    return isinstance(value, date) and value.year < FIRST_YEAR
