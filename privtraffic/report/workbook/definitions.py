"""The Definitions sheet: every term of the workbook, its key, its meaning, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xlsxwriter.worksheet import Worksheet

from privtraffic.report.document import Report, Table
from privtraffic.report.words import Words, lexicon
from privtraffic.report.workbook.style import DARK, HAIRLINE, Style, column_width, lines_needed
from privtraffic.report.workbook.text import clean

_MEANING_WIDTH = 80


@dataclass
class _Term:
    label: str
    key: str
    meaning: str
    sheets: list[str] = field(default_factory=list)


def write_definitions(sheet: Worksheet, report: Report, places: Sequence[tuple[str, Table]], style: Style) -> None:
    """Write the terms in the order a reader meets them; `places` are the (sheet, table) pairs."""
    words = style.words
    heads = [words(f"definitions.{key}") for key in ("column", "key", "meaning", "sheet")]
    header = style.get(bold=True, font_color="#FFFFFF", bg_color=DARK)
    plain = style.get(text_wrap=True, valign="top", bottom=7, bottom_color=HAIRLINE)
    lines = [(term.label, term.key, term.meaning, ", ".join(term.sheets)) for term in _terms(report, places, words)]
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, header)
    for row, cells in enumerate(lines, 1):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, clean(cell), plain)
        height = max(lines_needed(cells[2], _MEANING_WIDTH), lines_needed(cells[3], 30))
        sheet.set_row(row, 4 + 14 * height)
    widths = [column_width(head, [cells[place] for cells in lines], 30) for place, head in enumerate(heads)]
    widths[2] = _MEANING_WIDTH
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(lines), len(heads) - 1)
    sheet.repeat_rows(0)


def _terms(report: Report, places: Sequence[tuple[str, Table]], words: Words) -> list[_Term]:
    terms: dict[str, _Term] = {}
    for key, sheet in _occurrences(report, places, words):
        term = terms.setdefault(key, _Term(words(key), key, words.means(key)))
        if sheet not in term.sheets:
            term.sheets.append(sheet)
    return list(terms.values())


def _occurrences(report: Report, places: Sequence[tuple[str, Table]], words: Words) -> Iterator[tuple[str, str]]:
    """(key, sheet) for every figure, every column, and every defined value of a column with labels."""
    for figure in report.figures:
        yield figure.key, words("sheet.summary")
    for sheet, table in places:
        for column in table.columns:
            yield column.key, sheet
            if column.labels:
                for key in lexicon():
                    if key.startswith(f"{column.labels}.") and words.means(key):
                        yield key, sheet
