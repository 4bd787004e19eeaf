"""How a workbook looks: fonts, colours, number formats, widths, paper."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from rich.cells import set_cell_size
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from privtraffic.report.brand import HOUSE, Brand
from privtraffic.report.document import Kind
from privtraffic.report.words import Words
from privtraffic.report.workbook.text import clean

DARK, ACCENT, GREY, HAIRLINE, TINT = "#1F3A5F", "#2F7ED8", "#7F8C8D", "#D0D5DB", "#A9CBF0"
INPUT = "#EAF2FC"
BAD, GOOD_TINT, BAD_TINT = "#C0504D", "#8CC3A3", "#E3A19E"
SERIES = ("#2F7ED8", "#F2A33A", "#2E8B57", "#8E6BBF", "#C0504D", "#7F8C8D")

_PRINTED_TEXT = 150
"""Columns of text that fit the width of a page; Excel allows 255 characters, codes and font names included."""


def number_format(kind: Kind, words: Words, timed: bool = False) -> str:
    """The Excel number format of a kind; `timed` for dates that carry a time of day."""
    points = words("unit.points")
    formats: dict[Kind, str] = {
        "share": "0.0%",
        "cents": "#,##0.00",
        "money": "[>=1000]#,##0;[<=-1000]-#,##0;#,##0.00",
        "number": "#,##0.00",
        "fine": "#,##0.0000",
        "measure": "#,##0.00",
        "integer": "#,##0",
        "days": "#,##0",
        "points": f'+0.0" {points}";-0.0" {points}";0.0" {points}"',
        "date": "yyyy-mm-dd hh:mm" if timed else "yyyy-mm-dd",
        "month": "yyyy-mm",
    }
    return formats.get(kind, "General")


def text_width(text: str) -> int:
    """The columns a text takes: a Chinese character counts two; of several lines the widest."""
    return max(map(_line_width, text.split("\n")))


def _line_width(line: str) -> int:
    return len(line) if line.isascii() else sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


class Style:
    """The words and the formats of one workbook, each format made once; `always` is put over all of them."""

    def __init__(self, workbook: Workbook, words: Words, brand: Brand = HOUSE, **always: object) -> None:
        self.workbook = workbook
        self.words = words
        self.font = font(words)
        self.brand = brand
        self.dark = brand.colour or DARK
        self._always = always
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def get(self, **properties: object) -> Format:
        """The format with these properties over the plain one."""
        wanted = {"font_name": self.font, "font_size": 10, "valign": "vcenter", **properties, **self._always}
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self.workbook.add_format(wanted)
        return self._made[key]

    def cell(
        self,
        kind: Kind,
        timed: bool = False,
        editable: bool = False,
        wrapped: bool = False,
        value: float | None = None,
    ) -> Format:
        """The format of a data cell; one that may be changed stands in the accent colour, a sentence in lines.

        Some formats depend on the `value`.
        """
        code = number_format(kind, self.words, timed)
        if kind == "money" and value is not None and -1000 < value < 0:
            # Some programs show the last of three parts without the sign.
            code = "#,##0.00"
        elif kind == "measure" and value is not None:
            code = "#,##0" if value == int(value) else "#,##0.00" if abs(value) >= 1 else "0.0000"
        colour = {"font_color": ACCENT, "bg_color": INPUT} if editable else {}
        lines = {"text_wrap": True} if wrapped else {}
        return self.get(num_format=code, bottom=7, bottom_color=HAIRLINE, **_side(kind), **colour, **lines)

    def register(self, kind: Kind) -> None:
        """Make the formats that cells of a kind may take part of the workbook, whether one is written or not."""
        for form in (self.cell("text"), self.cell(kind), self.cell(kind, timed=True)):
            form._get_xf_index()

    def header(self, kind: Kind) -> Format:
        """The format of a heading, on the same side as its cells."""
        return self.get(bold=True, font_color="#FFFFFF", bg_color=self.dark, text_wrap=True, **_side(kind))


def _side(kind: Kind) -> dict[str, object]:
    left = kind in ("text", "id", "date", "month")
    return {"align": "left", "indent": 1} if left else {"align": "right"}


def font(words: Words) -> str:
    """The font of a language."""
    return "Microsoft YaHei" if words.lang == "zh" else "Calibri"


def lines_needed(text: str, width: float) -> int:
    """The number of lines that a wrapped text takes in a column of that width."""
    return sum(max(1, math.ceil(text_width(line) / width)) for line in text.split("\n"))


WIDEST = 60
"""Columns of text in the widest cell; what is longer stands in lines."""


def column_width(label: str, cells: Iterable[str], widest: int = WIDEST) -> float:
    """A width by content: room for the filter button, headings over 14 columns in two lines."""
    label_width = text_width(label)
    if label_width > 14:
        longest = max(text_width(word) for word in label.split(" "))
        label_width = max(math.ceil(label_width / 2) + 1, min(longest, 20))
    content = max((text_width(cell) for cell in cells), default=0)
    return max(8, min(widest, max(label_width + 4, content + 3)))


def paper(
    sheet: Worksheet,
    words: Words,
    client: str,
    printed: str = "",
    *,
    upright: bool = False,
    pages: int = 0,
    across: int = 1,
) -> None:
    """A4 landscape, long lists `upright`, the finding above, client and page number below.

    `across` pages wide, the first column on each, and at most `pages` high (0: as many as it takes).
    """
    if not upright:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.8 if printed else 0.5, bottom=0.7)
    sheet.fit_to_pages(across, pages)
    if across > 1:
        sheet.repeat_columns(0)
    typeface = f'&"{font(words)},Regular"&9'
    if printed:
        sheet.set_header(f"&L{typeface}{_printable(printed)}", {"scale_with_doc": False})
    sheet.set_footer(f"&L{typeface}{_printable(client)}&R{typeface}{words('sheet.footer')}", {"scale_with_doc": False})


def _printable(text: str) -> str:
    line = " ".join(clean(text).split())
    cut = line if text_width(line) <= _PRINTED_TEXT else set_cell_size(line, _PRINTED_TEXT - 1).rstrip() + "…"
    doubled = cut.replace("&", "&&")
    # A digit right after the font size would be read as part of it.
    return f" {doubled}" if doubled[:1].isdigit() else doubled
