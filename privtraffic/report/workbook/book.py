"""The workbook as a whole: which sheets there are and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import count
from math import ceil
from pathlib import Path
from sys import maxsize
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from privtraffic.report.brand import HOUSE, Brand
from privtraffic.report.document import Report, Table
from privtraffic.report.grid import Grid, grid
from privtraffic.report.ranked import leading
from privtraffic.report.values import row_count, streamed
from privtraffic.report.words import Words
from privtraffic.report.workbook.charts import SHORT_TABLE, draw
from privtraffic.report.workbook.cover import Cover
from privtraffic.report.workbook.definitions import TWO_PAGES, write_definitions
from privtraffic.report.workbook.quality import ONE_PAGE, write_quality
from privtraffic.report.workbook.sheet import fill, fill_streamed, pages_across
from privtraffic.report.workbook.streamed import Rows, StreamedSheet, pour
from privtraffic.report.workbook.style import Style, font, paper
from privtraffic.report.workbook.text import clean

_EXCEL_ROWS = 1_048_576
_MOST_SHEETS = 10
"""Of one table: beyond ten million rows nobody opens a workbook, and the data formats hold all."""

_LONGEST_NAME = 31
_CREATED = datetime(2026, 1, 1)
"""When a report has no as-of date: a workbook carries no clock, so that two runs write the same bytes."""


def write_workbook(report: Report, words: Words, path: Path, brand: Brand = HOUSE) -> None:
    """Write the report as an Excel workbook.

    Parameters
    ----------
    report
        What is to be shown.
    words
        The language of sheets, headings and notes.
    path
        Where to; an existing file is overwritten in place, see `privtraffic.report.write.whole`.
    brand
        The colour of titles and headings, and the logo of the cover.
    """
    _write(report, words, path, _EXCEL_ROWS - 1, _MOST_SHEETS, alone=False, brand=brand)


def write_limited(
    report: Report, words: Words, path: Path, rows_per_sheet: int, most_sheets: int = _MOST_SHEETS
) -> None:
    """Write the workbook; a table of more than `rows_per_sheet` rows goes on on further sheets.

    A streamed table ends with the last row of the sheet `most_sheets`, and the cover says how many there are.
    """
    _write(report, words, path, rows_per_sheet, most_sheets, alone=False)


def write_alone(report: Report, words: Words, path: Path) -> None:
    """Write the detail of the report as a workbook of its own that another system can read in: no other sheet."""
    _write(report, words, path, _EXCEL_ROWS - 1, maxsize, alone=True)


def _write(
    report: Report,
    words: Words,
    path: Path,
    rows_per_sheet: int,
    most_sheets: int,
    *,
    alone: bool,
    brand: Brand = HOUSE,
) -> None:
    skeleton = BytesIO()
    workbook = Workbook(skeleton, _options(words))
    workbook.set_properties(_properties(report))
    workbook.calc_on_load = False
    book = _Book(workbook, Style(workbook, words, brand), rows_per_sheet, most_sheets)
    if alone:
        book.write_detail(report)
    else:
        book.write(report)
    workbook.close()
    pour(skeleton, path, book.pours)


def _options(words: Words) -> dict[str, object]:
    return {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": font(words), "font_size": 10},
    }


def _properties(report: Report) -> dict[str, object]:
    day = report.as_of
    created = datetime(day.year, day.month, day.day) if day else _CREATED
    return {
        "title": clean(report.title)[:255],
        "company": clean(report.client)[:255],
        "comments": f"privtraffic {report.command}",
        "created": created,
    }


class _Names:
    """Sheet names as Excel allows them: at most 31 characters, none of []:*?/\\, each once whatever its case."""

    def __init__(self) -> None:
        self._taken: set[str] = {"history"}

    def new(self, wanted: str) -> str:
        base = re.sub(r"[\[\]:*?/\\]", " ", clean(wanted)).strip().strip("'") or "-"
        for number in count(1):
            suffix = f" ({number})" if number > 1 else ""
            name = f"{base[: _LONGEST_NAME - len(suffix)].rstrip()}{suffix}"
            if name.lower() not in self._taken:
                break
        self._taken.add(name.lower())
        return name


@dataclass(frozen=True)
class _Part:
    """The sheets of one table: a second one only where Excel's last row is reached."""

    table: Table
    names: tuple[str, ...]
    grids: tuple[Grid, ...]

    def __iter__(self) -> Iterator[tuple[str, Table]]:
        yield from ((name, self.table) for name in self.names)


class _Book:
    """The sheets of one workbook, added in reading order, then filled."""

    def __init__(self, workbook: Workbook, style: Style, rows_per_sheet: int, most_sheets: int) -> None:
        self._workbook = workbook
        self._style = style
        self._limit = rows_per_sheet
        self._most_sheets = most_sheets
        self._names = _Names()
        self.pours: dict[int, Rows] = {}

    def write(self, report: Report) -> None:
        words, quality = self._style.words, report.quality.tables
        cover = self._sheet(words("sheet.summary"))
        # Names that every workbook has are taken first: a table called so becomes "Quality (2)".
        quality_name, definitions_name = (self._names.new(words(f"sheet.{key}")) for key in ("quality", "definitions"))
        parts = [self._part(table) for table in (*report.tables, *((report.detail,) if report.detail else ()))]
        for part in parts:
            self._fill(part, report)
        places = [(part.names[0], part.table) for part in parts]
        if quality or report.quality.lines:
            sheet = self._workbook.add_worksheet(quality_name)
            printed = write_quality(sheet, report.quality, self._style)
            paper(sheet, words, report.client, upright=True, pages=int(printed <= ONE_PAGE))
        terms = [*places, *((quality_name, table) for table in quality)]
        index = [(part.names[0], self._about(part)) for part in parts]
        if quality or report.quality.lines:
            index.append((quality_name, " · ".join(report.quality.lines)))
        index.append((definitions_name, words("definitions.about")))
        sheets = {part.table.key: part.names[0] for part in parts}
        Cover(cover, self._style).write(report, index, sheets, self._leading(report, parts))
        sheet = self._workbook.add_worksheet(definitions_name)
        defined = write_definitions(sheet, report, terms, self._style)
        paper(sheet, words, report.client, upright=True, pages=2 if defined <= TWO_PAGES else 0)

    def _leading(self, report: Report, parts: Sequence[_Part]) -> Any:
        """The chart of the cover, drawn from the sheet of its table."""
        table = leading(report)
        part = next((part for part in parts if part.table is table and part.grids), None)
        if part is None or not part.grids[0].rows:
            return None
        return draw(part.table.charts[0], part.names[0], part.table, part.grids[0], self._style)

    def write_detail(self, report: Report) -> None:
        if report.detail is not None:
            self._fill(self._part(report.detail), report)

    def _about(self, part: _Part) -> str:
        """What the cover says of a table: its finding, else how many rows; and where some are left out."""
        words, total = self._style.words, row_count(part.table)
        held = len(part.names) * self._limit
        if not part.grids and held < total:
            cut = words("sheet.first", shown=f"{held:,}", total=f"{total:,}")
            return " · ".join(filter(None, (part.table.finding, cut)))
        return part.table.finding or words("sheet.rows", rows=f"{total:,}")

    def _sheet(self, wanted: str) -> Worksheet:
        return self._workbook.add_worksheet(self._names.new(wanted))

    def _part(self, table: Table) -> _Part:
        if streamed(table) is not None and table.pivot is None:
            shown = min(row_count(table), self._limit * self._most_sheets)
            return _Part(table, self._new_names(table, shown), ())
        whole = grid(table, self._style.words)
        cuts = range(0, max(1, len(whole.rows)), self._limit)
        grids = tuple(Grid(whole.headings, whole.rows[start : start + self._limit]) for start in cuts)
        return _Part(table, self._new_names(table, len(whole.rows)), grids)

    def _new_names(self, table: Table, rows: int) -> tuple[str, ...]:
        wanted = self._style.words(f"table.{table.key}")
        return tuple(self._names.new(wanted) for _ in range(max(1, ceil(rows / self._limit))))

    def _fill(self, part: _Part, report: Report) -> None:
        kind = Worksheet if part.grids else StreamedSheet
        sheets = [self._workbook.add_worksheet(name, kind) for name in part.names]
        short = len(part.grids) == 1 and len(part.grids[0].rows) <= SHORT_TABLE
        across = pages_across(part.grids[0], self._style) if part.grids else 1
        for sheet in sheets:
            paper(sheet, self._style.words, report.client, part.table.finding, pages=int(short), across=across)
        if part.grids:
            for sheet, name, cells in zip(sheets, part.names, part.grids, strict=True):
                fill(sheet, name, part.table, cells, self._style)
            return
        for sheet, rows in zip(sheets, fill_streamed(sheets, part.table, self._limit, self._style), strict=True):
            self.pours[sheet.index] = rows
