"""The Definitions sheet: every term of the workbook, its key, its meaning, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from privtraffic.report.document import Report, Table
from privtraffic.report.terms import terms
from privtraffic.report.workbook.style import HAIRLINE, Style, column_width, lines_needed
from privtraffic.report.workbook.text import clean

TWO_PAGES = 100
"""So many terms stand on two pages at a size that can be read."""
_MEANING_WIDTH, _WIDEST = 66, 22


def write_definitions(sheet: Worksheet, report: Report, places: Sequence[tuple[str, Table]], style: Style) -> int:
    """Write the terms in the order a reader meets them; `places` are the (sheet, table) pairs.  Gives back how many."""
    words = style.words
    heads = [words(f"definitions.{key}") for key in ("column", "key", "meaning", "sheet")]
    header = style.get(bold=True, font_color="#FFFFFF", bg_color=style.dark)
    plain = style.get(text_wrap=True, valign="top", bottom=7, bottom_color=HAIRLINE)
    found = terms(report.figures, places, words)
    lines = [(term.label, term.key, term.meaning, ", ".join(term.places)) for term in found]
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, header)
    for row, cells in enumerate(lines, 1):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, clean(cell), plain)
        wrapped = (lines_needed(cells[place], _WIDEST - 2) for place in (0, 1, 3))
        height = max(lines_needed(cells[2], _MEANING_WIDTH), *wrapped)
        sheet.set_row(row, 4 + 14 * height)
    widths = [column_width(head, [cells[place] for cells in lines], _WIDEST) for place, head in enumerate(heads)]
    widths[2] = _MEANING_WIDTH
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(lines), len(heads) - 1)
    sheet.repeat_rows(0)
    return len(lines)
