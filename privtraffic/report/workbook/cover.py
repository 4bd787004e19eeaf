"""The cover: the finding, the figures behind it, where to read on, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil
from typing import Any

from xlsxwriter.image import Image
from xlsxwriter.utility import quote_sheetname, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from privtraffic.report.brand import picture
from privtraffic.report.document import Column, Figure, Report
from privtraffic.report.ranked import ranking
from privtraffic.report.values import known, shown
from privtraffic.report.words import Words
from privtraffic.report.workbook.cells import write_cell
from privtraffic.report.workbook.style import ACCENT, GREY, HAIRLINE, TINT, Style, lines_needed, paper
from privtraffic.report.workbook.text import clean

_WIDTHS = (26, 18, 24, 82)
_LAST = len(_WIDTHS) - 1
_LINE = 16
_COURSE_WIDTH = 18
_LOGO, _CHART, _ROW_PIXELS = (260, 60), (1060, 260), 20
"""Pixels that a logo may take, and those of the chart and of a row."""


class Cover:
    """The Summary sheet, written from top to bottom."""

    def __init__(self, sheet: Worksheet, style: Style) -> None:
        self._sheet = sheet
        self._style = style
        self._strong = Style(
            style.workbook, style.words, style.brand, bold=True, font_size=12, font_color=style.dark, align="right"
        )
        self._row = 0

    def write(
        self, report: Report, places: Sequence[tuple[str, str]], sheets: Mapping[str, str], chart: Any = None
    ) -> None:
        """Write the cover; `places` are the (sheet, what it says) pairs in order, `sheets` the sheet of each table."""
        words = self._style.words
        self._sheet.hide_gridlines(2)
        for place, width in enumerate(_WIDTHS):
            self._sheet.set_column(place, place, width)
        self._title(report)
        shown = report.headline()
        first = self._figures(words("summary.figures"), shown)
        self._courses(report, shown, first, sheets.get(report.trend, ""))
        self._chart(chart)
        ranked = _ranked(report, sheets)
        self._findings(words("summary.findings"), ranked or places)
        if ranked:
            self._findings(words("summary.sheets"), places)
        self._sentences(words("summary.notes"), [note.text for note in report.for_client()])
        self._figures(words("summary.more_figures"), report.beneath())
        paper(self._sheet, words, report.client, pages=2)

    def _title(self, report: Report) -> None:
        self._logo()
        title = self._style.get(bold=True, font_size=14, font_color=self._style.dark, text_wrap=True, valign="top")
        self._across(0, report.title, title, size=14)
        facts = self._style.get(font_size=9, font_color=GREY, text_wrap=True, valign="top")
        self._across(0, " · ".join((*((report.client,) if report.client else ()), *report.facts)), facts)

    def _logo(self) -> None:
        """The client's picture in a row of its own above the finding."""
        logo = self._style.brand.logo
        if logo is None:
            return
        _, content = picture(logo)
        name = self._style.brand.name or logo.stem
        options = {"image_data": BytesIO(content), "object_position": 3, "description": name}
        image = Image(BytesIO(content))
        wide, high = image.width * 96 / image.x_dpi, image.height * 96 / image.y_dpi
        scale = min(1.0, _LOGO[0] / wide, _LOGO[1] / high)
        self._sheet.insert_image(0, 0, "logo", {**options, "x_scale": scale, "y_scale": scale})
        self._sheet.set_row(0, _LOGO[1] * 0.75 + 6)
        self._row += 1

    def _heading(self, text: str, *others: str) -> None:
        self._row += 1
        line = {"bottom": 1, "bottom_color": self._style.dark}
        self._sheet.set_row(self._row, 20)
        self._sheet.write_string(
            self._row, 0, text, self._style.get(bold=True, font_size=11, font_color=self._style.dark, **line)
        )
        for place in range(1, _LAST + 1):
            small = self._style.get(font_size=9, font_color=GREY, indent=int(place == 2), **line)
            self._sheet.write_string(self._row, place, others[place - 1] if place <= len(others) else "", small)
        self._row += 1

    def _figures(self, heading: str, figures: Sequence[Figure]) -> int:
        """The figures under their heading; gives back the row of the first one."""
        first = self._row + 2
        if not figures:
            return first
        words = self._style.words
        interval = words("summary.interval") if any(figure.low is not None for figure in figures) else ""
        changes = any(figure.beside for figure in figures)
        self._heading(heading, "", interval, words("summary.changes" if changes else "summary.meaning"))
        line = {"bottom": 7, "bottom_color": HAIRLINE, "text_wrap": True}
        for figure in figures:
            meaning = " · ".join(figure.beside) or words.means(figure.words)
            self._sheet.write_string(self._row, 0, words(figure.words), self._style.get(**line))
            self._value(figure)
            self._sheet.write_string(
                self._row, 2, _interval(figure, words), self._style.get(font_color=GREY, indent=1, **line)
            )
            self._sheet.write_string(self._row, 3, meaning, self._style.get(font_size=9, font_color=GREY, **line))
            self._sheet.set_row(self._row, max(20, 6 + 13 * lines_needed(meaning, _WIDTHS[3] * 10 / 9)))
            self._row += 1
        return first

    def _courses(self, report: Report, figures: Sequence[Figure], first: int, sheet: str) -> None:
        """Sparklines right of the figures, from the sheet that has a column for each."""
        table = next((table for table in report.tables if table.key == report.trend), None)
        keys = [column.key for column in table.columns if not column.hidden] if table is not None else []
        there = [(row, figure) for row, figure in enumerate(figures, first) if figure.key in keys]
        drawn = [(row, figure) for row, figure in there if report.course(figure)]
        if not sheet or not drawn:
            return
        self._sheet.set_column(_LAST + 1, _LAST + 1, _COURSE_WIDTH)
        for row, figure in drawn:
            place, last = keys.index(figure.key), len(report.course(figure))
            cells = f"{quote_sheetname(sheet)}!{xl_range_abs(1, place, last, place)}"
            # LibreOffice prints no lines of a sparkline, but its columns.
            bars = {"range": cells, "type": "column", "series_color": TINT, "last_point": True}
            self._sheet.add_sparkline(row, _LAST + 1, bars | {"last_color": ACCENT})

    def _chart(self, chart: Any) -> None:
        """The chart that leads, as wide as the cover."""
        if chart is None:
            return
        chart.set_size({"width": _CHART[0], "height": _CHART[1]})
        self._sheet.insert_chart(self._row + 1, 0, chart, {"object_position": 3})
        self._row += 1 + ceil(_CHART[1] / _ROW_PIXELS)

    def _value(self, figure: Figure) -> None:
        column = Column(figure.key, figure.kind)
        write_cell(self._sheet, (self._row, 1), known(figure.value), column, self._strong)

    def _findings(self, heading: str, places: Sequence[tuple[str, str]]) -> None:
        if not places:
            return
        self._heading(heading)
        for name, sentence in places:
            self._across(1, sentence, self._style.get(text_wrap=True, bottom=7, bottom_color=HAIRLINE))
            if not name:
                continue
            quoted = name.replace("'", "''")
            link = self._style.get(font_color=ACCENT, underline=1, bottom=7, bottom_color=HAIRLINE)
            self._sheet.write_url(self._row - 1, 0, f"internal:'{quoted}'!A1", link, name)

    def _sentences(self, heading: str, sentences: Sequence[str]) -> None:
        if not sentences:
            return
        self._heading(heading)
        for sentence in sentences:
            self._across(0, sentence, self._style.get(text_wrap=True))

    def _across(self, first: int, text: str, form: object, size: int = 10) -> None:
        """A sentence from column `first` to the right edge, high enough for all its lines."""
        width = sum(_WIDTHS[first:]) * 10 / size
        self._sheet.merge_range(self._row, first, self._row, _LAST, "", form)
        self._sheet.write_string(self._row, first, clean(text), form)
        self._sheet.set_row(self._row, max(18, 4 + _LINE * size / 11 * lines_needed(text, width)))
        self._row += 1


def _ranked(report: Report, sheets: Mapping[str, str]) -> list[tuple[str, str]]:
    """The (sheet, sentence) pairs of the findings that the report ranks, each with what to do; "" without a sheet."""
    found = ranking(report).findings
    return [(sheets.get(one.table, ""), "\n→ ".join(filter(None, (one.sentence, one.action)))) for one in found]


def _interval(figure: Figure, words: Words) -> str:
    if figure.low is None or figure.high is None:
        return ""
    column = Column(figure.key, figure.kind)
    low, high = (shown(bound, column, words) for bound in (figure.low, figure.high))
    return f"{low} – {high}"
