"""Tables in HTML and SpreadsheetML, which many back offices save under the name .xls."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.bytestream import chunks, sniff_encoding
from privtraffic.intake.read.raw import MOST_COLUMNS
from privtraffic.intake.read.workbook import Layout, Sheet

MOST_BYTES = 1 << 27
MOST_CELLS = 20_000_000
"""Of all tables of a page, those that others span over included."""
MOST_SPAN = 1000
LONGEST_TAG = 1 << 20
MOST_TAGS = 5_000_000
"""Of those that are taken apart one by one, which takes some microseconds each; plain rows are taken whole."""
_SHORT_TAG = 1 << 11
_SHOWS = 1 << 13
_MARKUP = re.compile(
    rb"(?:\s|<!--.*?-->|<\?[^>]*>|<!doctype[^>]*>)*<(?:html|table|head|meta|style|div|body|(?:\w+:)?workbook)\b",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = r"""\s++(?!\w*span|(?:\w+:)?(?:index|merge))[\w:.-]++(?:="[^"<>]*+"|='[^'<>]*+'|=[^\s"'<>=]++)?+"""
_WITH = rf"(?>(?:{_ATTRIBUTE}){{0,100}}+)\s*+>"
_PLAIN_CELL = re.compile(rf"<t[dh]{_WITH}([^<]*+)</t[dh]>\s*+", re.IGNORECASE)
_PLAIN_ROW = re.compile(
    rf"<tr{_WITH}\s*+((?:<t[dh]{_WITH}[^<]*+</t[dh]>\s*+){{1,{MOST_COLUMNS}}}+)</tr>", re.IGNORECASE
)
"""A row of cells that hold text alone and span nothing."""
_CHARSET = re.compile(rb"""charset=["']?([\w-]+)|encoding=["']([\w-]+)""", re.IGNORECASE)
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030"}


def is_markup(head: bytes) -> bool:
    """Whether a file begins as a page or as SpreadsheetML."""
    plain = head[:_SHOWS].removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        plain = head[2:_SHOWS].replace(b"\0", b"")
    return _MARKUP.match(plain) is not None


def read_markup(path: Path) -> list[Sheet]:
    """The tables of a page, the sheets of a SpreadsheetML file.

    Raises
    ------
    PrivtrafficError
        Where the text cannot be decoded, or holds no table: a log-in or error page saved in place of the export.
    """
    data = b"".join(chunks(path, limit=MOST_BYTES + 1))
    if len(data) > MOST_BYTES:
        raise PrivtrafficError("markup_too_large", file=path.name, mb=MOST_BYTES >> 20)
    text, encoding = _decoded(data, path.name)
    parser = _Tables()
    try:
        parser.feed(_closed(text))
        parser.close()
    except _TooManyCellsError:
        raise PrivtrafficError("expands_too_far", file=path.name, limit=f"{MOST_CELLS:,}") from None
    except (AssertionError, ValueError):
        raise PrivtrafficError("damaged_file", file=path.name, kind="HTML") from None
    sheets = [
        Sheet(path, _name(table, number, len(parser.tables)), table.arrow(), table.layout, encoding=encoding)
        for number, table in enumerate(parser.tables, 1)
        if table.rows
    ]
    if not sheets:
        raise PrivtrafficError("page_without_table", file=path.name)
    return sheets


def _name(table: _Table, number: int, tables: int) -> str:
    return table.name or (str(number) if tables > 1 else "")


def _decoded(data: bytes, file: str) -> tuple[str, str]:
    """The text, and how it was written."""
    head = data[:4096]
    named = _CHARSET.search(head)
    encoding = (named[1] or named[2]).decode().lower() if named else ""
    if head[:3] == b"\xef\xbb\xbf" or head[:2] in (b"\xff\xfe", b"\xfe\xff") or not encoding:
        encoding = sniff_encoding(data, file)
    encoding = _CHINESE.get(encoding, encoding)
    try:
        return data.decode(encoding), encoding
    except LookupError:
        encoding = sniff_encoding(data, file)
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PrivtrafficError("undecodable", file=file, line=line, encoding=encoding, byte=data[error.start]) from None


def _closed(text: str) -> str:
    """The text up to a comment, a section or a tag that nothing closes: to a browser, no more of the page is there."""
    for begin, end in (("<!--", "-->"), ("<![", "]>"), ("<", ">")):
        at = text.find(begin, text.rfind(end) + 1)
        text = text[:at] if at >= 0 else text
    return text


class _TooManyCellsError(Exception):
    """The tables of a page are larger than any export's."""


class _Table:
    """Rows as they come, with cells that span others put where they are seen."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[list[str | None]] = []
        self.layout = Layout()
        self._spanned: dict[int, int] = {}
        """Column -> the last row that a cell above reaches to."""
        self.width = 0
        self.cells = 0

    def start_row(self, at: int | None) -> None:
        self.cells += 1
        while at is not None and len(self.rows) < min(at - 1, 1 << 20):
            self.rows.append([])
        self.rows.append([])

    def add(self, text: str, across: int, down: int, at: int | None) -> None:
        row, number = self.rows[-1], len(self.rows) - 1
        before = len(row)
        while at is not None and len(row) < min(at - 1, 1 << 14):
            row.append(None)
        while self._spanned.get(len(row), -1) >= number:
            row.append(None)
        column = len(row)
        row.append(text)
        row.extend([None] * (across - 1))
        if down > 1:
            self.layout.merged.append((column, number, number + down - 1))
            self._spanned.update(dict.fromkeys(range(column, column + across), number + down - 1))
        self.cells += len(row) - before
        self.width = max(self.width, len(row))

    @property
    def area(self) -> int:
        """The cells of the whole rectangle, which will all be held."""
        return max(self.width * len(self.rows), self.cells)

    def add_row(self, texts: list[str]) -> None:
        """A row of cells that span nothing."""
        self.start_row(None)
        if self._spanned:
            for text in texts:
                self.add(text, 1, 1, None)
            return
        self.rows[-1].extend(texts)
        self.cells += len(texts)
        self.width = max(self.width, len(texts))

    def arrow(self) -> pa.Table:
        width = max((len(row) for row in self.rows), default=0)
        columns = [[row[i] if i < len(row) else None for row in self.rows] for i in range(width)]
        return pa.table({f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(columns)})


class _Tables(HTMLParser):
    """Collects the tables that hold no further table; SpreadsheetML's Row, Cell and Data count as tr, td and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._text: list[str] | None = None
        self._cell: tuple[int, int, int | None] = (1, 1, None)
        self._sheet = ""
        self._silent = 0
        self._before = 0
        """Cells of the tables before the last."""
        self._tags = 0

    def parse_starttag(self, i: int) -> int:
        """Where the tag that begins here ends, or the row of it."""
        if self.tables and not self._silent and (row := _PLAIN_ROW.match(self.rawdata, i)):
            self._end_cell()
            self.tables[-1].add_row([unescape(text).strip() for text in _PLAIN_CELL.findall(row[1])])
            self._check()
            return row.end()
        self._tags += 1
        if self._tags > MOST_TAGS:
            raise _TooManyCellsError
        return super().parse_starttag(i)

    def check_for_whole_start_tag(self, i: int) -> int:
        """Where a tag ends, which is sought in so much of the page as a tag may be long: it takes 100 times as much."""
        page = self.rawdata
        try:
            for most in (_SHORT_TAG, LONGEST_TAG):
                self.rawdata = page[i : i + most]
                end: int = super().check_for_whole_start_tag(0)
                if len(self.rawdata) < most or self.rawdata[:end].endswith(">"):
                    return i + end if end >= 0 else end
        finally:
            self.rawdata = page
        raise _TooManyCellsError

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rpartition(":")[2]
        given = {name.rpartition(":")[2]: value or "" for name, value in attrs}
        if tag == "worksheet":
            self._sheet = given.get("name", "")
        elif tag == "table":
            self._end_cell()
            self._before += self.tables[-1].area if self.tables else 0
            self.tables.append(_Table(self._sheet))
        elif tag in ("tr", "row") and self.tables:
            self._end_cell()
            self.tables[-1].start_row(_number(given.get("index")))
            self._check()
        elif tag in ("td", "th", "cell") and self.tables and self.tables[-1].rows:
            self._end_cell()
            self._text = []
            across = _number(given.get("colspan")) or (_number(given.get("mergeacross")) or 0) + 1
            down = _number(given.get("rowspan")) or (_number(given.get("mergedown")) or 0) + 1
            self._cell = (across, down, _number(given.get("index")))
        elif tag == "br" and self._text is not None:
            self._text.append(" ")
        elif tag in ("style", "script", "comment"):
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("td", "th", "cell", "tr", "row", "table"):
            self._end_cell()
        elif tag in ("style", "script", "comment"):
            self._silent = max(self._silent - 1, 0)

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._silent:
            self._text.append(data)

    def _check(self) -> None:
        table = self.tables[-1]
        if self._before + table.area > MOST_CELLS or table.width > MOST_COLUMNS:
            raise _TooManyCellsError

    def _end_cell(self) -> None:
        if self._text is not None:
            self.tables[-1].add("".join(self._text).strip(), *self._cell)
            self._text = None
            self._check()


def _number(text: str | None) -> int | None:
    return min(int(text), MOST_SPAN if int(text) < 1 << 20 else 1) if text and text.isdecimal() and int(text) else None
