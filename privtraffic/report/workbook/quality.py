"""The Quality sheet: what was read, what was dropped and why; small tables one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from privtraffic.report.document import Quality
from privtraffic.report.grid import Grid, grid
from privtraffic.report.values import shown
from privtraffic.report.workbook.sheet import write_grid
from privtraffic.report.workbook.style import GREY, Style, column_width, lines_needed
from privtraffic.report.workbook.text import clean

_PRINTED = 40
"""A table with more rows, that of every column of every file, is for the screen: it is not printed."""
ONE_PAGE = 65
"""So many rows are readable on one page."""
_WIDEST, _BESIDE = 24, 8
_USUAL, _LINE = 8.43, 15
"""The width of a column that nobody sets, in characters, and the height of a line of text, in points."""


def write_quality(sheet: Worksheet, quality: Quality, style: Style) -> int:
    """Write the two lines of intake, then every table under its name, long ones last; gives back the rows to print."""
    sheet.hide_gridlines(2)
    grids = [(table, grid(table, style.words)) for table in quality.tables]
    grids.sort(key=lambda pair: len(pair[1].rows) > _PRINTED)
    widths = _widths([cells for _, cells in grids], style)
    row = last = _write_lines(sheet, quality.lines, style, sum(widths.get(at, _USUAL) for at in range(_BESIDE)))
    for table, cells in grids:
        row += 1
        heading = style.get(bold=True, font_size=11, font_color=style.dark)
        sheet.write_string(row, 0, style.words(f"table.{table.key}"), heading)
        if table.finding:
            row += 1
            sheet.write_string(row, 0, clean(table.finding), style.get(font_color=GREY))
        write_grid(sheet, row + 1, cells, style, [widths[place] for place in range(len(cells.headings))])
        row += len(cells.rows) + 2
        last = row if len(cells.rows) <= _PRINTED else last
    for place, width in widths.items():
        sheet.set_column(place, place, width)
    if 0 < last < row:
        wide = max((len(cells.headings) for _, cells in grids if len(cells.rows) <= _PRINTED), default=_BESIDE)
        sheet.print_area(0, 0, last - 1, wide - 1)
    return last


def _write_lines(sheet: Worksheet, lines: Sequence[str], style: Style, room: float) -> int:
    """Write the lines of intake, a long one over several rows of text; gives back the next row."""
    form = style.get(font_color=GREY, text_wrap=True, valign="top")
    for row, line in enumerate(map(clean, lines)):
        if (needed := lines_needed(line, room)) > 1:
            sheet.set_row(row, _LINE * needed)
            sheet.merge_range(row, 0, row, _BESIDE - 1, line, form)
        else:
            sheet.write_string(row, 0, line, style.get(font_color=GREY))
    return len(lines)


def _widths(grids: list[Grid], style: Style) -> dict[int, float]:
    widths: dict[int, float] = {}
    for cells in grids:
        for place, heading in enumerate(cells.headings):
            texts = [shown(line[place], heading.column, style.words) for line in cells.rows]
            widths[place] = max(widths.get(place, 0), column_width(heading.label, texts, _WIDEST))
    return widths
