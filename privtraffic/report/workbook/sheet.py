"""One table on one sheet: header in row one, data beneath, its charts beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from math import ceil

import pyarrow as pa
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from privtraffic.report.document import Column, Table
from privtraffic.report.grid import Grid, Heading, coloured, headings
from privtraffic.report.values import batches, row_count, shown
from privtraffic.report.workbook.cells import number, write_cell
from privtraffic.report.workbook.charts import add_charts
from privtraffic.report.workbook.streamed import Rows, StreamedSheet, rows_xml
from privtraffic.report.workbook.style import (
    ACCENT,
    BAD,
    BAD_TINT,
    GOOD_TINT,
    TINT,
    WIDEST,
    Style,
    column_width,
    lines_needed,
    text_width,
)
from privtraffic.report.workbook.text import clean

_WIDE = 7
_SAMPLE = 500
_NOTE_COLUMNS = 38
_LINE = 14
READABLE = 200
"""Characters across a page of A4 at seven tenths of their size."""
_NARROWER = (48, 38, 30, 24)


def fill(sheet: Worksheet, name: str, table: Table, grid: Grid, style: Style) -> None:
    """Write a table that lies in memory, with filter, frozen panes and charts."""
    widths = widths_of(grid, style)
    write_grid(sheet, 0, grid, style, widths)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    _furnish(sheet, grid.headings, len(grid.rows))
    add_charts(sheet, name, table, grid, style, width=sum(widths))


def widths_of(grid: Grid, style: Style) -> list[float]:
    """The width of each column: by content, sentences narrower where the page would not hold all at a readable size."""
    rows = grid.rows[:_SAMPLE]
    cells = [
        [shown(row[place], heading.column, style.words) for row in rows] for place, heading in enumerate(grid.headings)
    ]
    widths: list[float] = []
    for widest in (WIDEST, *_NARROWER):
        widths = [
            column_width(heading.label, told, WIDEST if heading.column.kind == "id" else widest)
            for heading, told in zip(grid.headings, cells, strict=True)
        ]
        if sum(widths) <= READABLE:
            break
    return widths


def pages_across(grid: Grid, style: Style) -> int:
    """The number of pages that the sheet is wide in print."""
    return max(1, ceil(sum(widths_of(grid, style)) / READABLE))


def fill_streamed(sheets: Sequence[StreamedSheet], table: Table, rows_per_sheet: int, style: Style) -> list[Rows]:
    """Lay out the sheets of a streamed table and return the rows that are to be poured into each."""
    titles = headings(table, style.words)
    total = row_count(table)
    flow = _Flow(batches(table))
    sample = list(zip(*(column.to_pylist() for column in flow.peek(_SAMPLE)), strict=True))
    # The rows are written after the workbook is closed, so their formats must be known before.
    for column in table.columns:
        style.register(column.kind)
    pours = []
    for place, sheet in enumerate(sheets):
        count = min(rows_per_sheet, total - place * rows_per_sheet)
        write_header(sheet, 0, titles, style)
        _set_widths(sheet, titles, sample, style)
        _scales(sheet, 1, Grid(titles, ()), count, style)
        _furnish(sheet, titles, count)
        sheet.reserve(count, len(titles) - 1)
        pours.append(Rows(count, _chunks(flow, count, table.columns, style)))
    return pours


def write_grid(sheet: Worksheet, top: int, grid: Grid, style: Style, widths: Sequence[float] | None = None) -> None:
    """Write headings in row `top` and the data beneath them, sentences broken by the widths of their columns."""
    room = widths or [WIDEST] * len(grid.headings)
    write_header(sheet, top, grid.headings, style)
    for row, cells in enumerate(grid.rows, top + 1):
        lines = [
            write_cell(sheet, (row, place), cell, heading.column, style, width=min(WIDEST, room[place]))
            for place, (heading, cell) in enumerate(zip(grid.headings, cells, strict=True))
        ]
        if max(lines, default=1) > 1:
            sheet.set_row(row, 2 + _LINE * max(lines))
    _scales(sheet, top + 1, grid, len(grid.rows), style)


def write_header(sheet: Worksheet, row: int, titles: Sequence[Heading], style: Style) -> None:
    """Write the headings, each with a note that says what it means."""
    lines = 1
    for place, heading in enumerate(titles):
        sheet.write_string(row, place, clean(heading.label), style.header(heading.column.kind))
        lines = max(lines, 2 if text_width(heading.label) > 14 else 1)
        meaning = "\n".join(filter(None, (heading.about, style.words.means(heading.column.words))))
        if meaning:
            height = 16 * (lines_needed(meaning, _NOTE_COLUMNS) + 1)
            look = {"font_name": style.font, "font_size": 9, "width": 260, "height": height, "color": "#FFFFFF"}
            sheet.write_comment(row, place, clean(meaning), look)
    sheet.set_row(row, 18 if lines == 1 else 30)


def _furnish(sheet: Worksheet, titles: Sequence[Heading], count: int) -> None:
    last = len(titles) - 1
    sheet.freeze_panes(1, 1 if len(titles) > _WIDE else 0)
    sheet.autofilter(0, 0, count, last)
    sheet.repeat_rows(0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{count + 1}"})


def _set_widths(sheet: Worksheet, titles: Sequence[Heading], sample: Sequence[Sequence[object]], style: Style) -> None:
    for place, heading in enumerate(titles):
        cells = [shown(row[place], heading.column, style.words) for row in sample]
        sheet.set_column(place, place, column_width(heading.label, cells))


def _scales(sheet: Worksheet, top: int, grid: Grid, count: int, style: Style) -> None:
    if not count:
        return
    for column, first, last in grid.blocks():
        if column.scale:
            chosen = coloured(grid, column)
            cells = [
                number(cell, column.kind)
                for row, enough in zip(grid.rows, chosen, strict=True)
                for cell in row[first : last + 1]
                if enough and isinstance(cell, int | float | Decimal)
            ]
            scale = _scale(column, cells)
            if all(chosen):
                sheet.conditional_format(top, first, top + count - 1, last, scale)
            elif runs := _runs(chosen, top):
                ranges = " ".join(xl_range(start, first, end, last) for start, end in runs)
                sheet.conditional_format(runs[0][0], first, runs[0][1], last, {**scale, "multi_range": ranges})


def _runs(chosen: Sequence[bool], top: int) -> list[tuple[int, int]]:
    """The first and last row of each run of neighbours that are chosen."""
    rows = [top + at for at, enough in enumerate(chosen) if enough]
    starts = [row for row in rows if row - 1 not in rows]
    return [(start, end) for start, end in zip(starts, [row for row in rows if row + 1 not in rows], strict=True)]


def _scale(column: Column, cells: Sequence[float]) -> dict[str, object]:
    if column.scale == "bar":
        return {
            "type": "data_bar",
            "bar_color": TINT,
            "bar_solid": True,
            "min_type": "num",
            "min_value": 0,
            "bar_border_color": TINT,
            "bar_negative_color": BAD,
            "bar_axis_position": "none",
        }
    if column.scale == "heat":
        return {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": ACCENT}
    scale: dict[str, object] = {
        "type": "3_color_scale",
        "mid_type": "num",
        "mid_value": column.middle,
        "min_color": BAD_TINT,
        "mid_color": "#FFFFFF",
        "max_color": GOOD_TINT,
    }
    farthest = max((abs(cell - column.middle) for cell in cells), default=0.0)
    if farthest:
        low, high = column.middle - farthest, column.middle + farthest
        scale |= {"min_type": "num", "min_value": low, "max_type": "num", "max_value": high}
    return scale


class _Flow:
    """Batches that can be looked at before they are taken, and taken up to a number of rows."""

    def __init__(self, source: Iterator[pa.RecordBatch]) -> None:
        self._source = source
        self._taken: list[pa.RecordBatch] = []

    def peek(self, rows: int) -> list[pa.Array]:
        """The columns of the first batch, at most `rows` of it."""
        self._taken = list(islice(self._source, 1))
        return list(self._taken[0].slice(0, rows).columns) if self._taken else []

    def take(self, rows: int) -> Iterator[pa.RecordBatch]:
        """The next `rows` rows; what a batch has beyond them is kept for the next call."""
        while rows > 0:
            batch = self._taken.pop() if self._taken else next(self._source, None)
            if batch is None:
                return
            if batch.num_rows > rows:
                self._taken.append(batch.slice(rows))
                batch = batch.slice(0, rows)
            rows -= batch.num_rows
            yield batch


def _chunks(flow: _Flow, count: int, columns: tuple[Column, ...], style: Style) -> Iterator[memoryview]:
    row = 2
    for batch in flow.take(count):
        yield rows_xml(batch, row, columns, style)
        row += batch.num_rows
