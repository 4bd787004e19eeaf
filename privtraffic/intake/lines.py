"""How many rows a text file must give, counted apart from the reader that will read them.

Physical lines = header and what stands above it + rows + blank lines + line breaks inside quotes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from privtraffic.errors import PrivtrafficError

LONGEST_ROW = 1 << 26
_BLANK_LINE = re.compile(rb"\n\r?\n")
_NEITHER_QUOTE_NOR_BREAK = bytes(byte for byte in range(256) if byte not in b'"\n')


@dataclass(frozen=True)
class LineCount:
    """Physical lines of a file, and those of them that begin no row: blank, or within quotes that span lines."""

    physical: int
    embedded: int
    blank: int
    rowless: tuple[int, ...] = ()

    def rows(self, header_row: int) -> int:
        """Rows below the header line."""
        below = len(self.rowless) - bisect_right(self.rowless, header_row)
        return self.physical - header_row - below

    def line_of(self, row_no: int, header_row: int) -> int:
        """The physical line (from 1) where data row `row_no` (from 0) begins."""
        above = bisect_right(self.rowless, header_row)
        line = header_row + row_no + 1
        passed = 0
        while (found := bisect_right(self.rowless, line + passed) - above) > passed:
            passed = found
        return line + passed


class LineCounter:
    """Counts while the bytes pass; most chunks have balanced quotes on every line and cost two C loops."""

    def __init__(self, file: str, delimiter: str, columns: int) -> None:
        self._file = file
        self._delimiter = delimiter.encode()
        self._columns = columns
        mark = re.escape(self._delimiter)
        self._open = re.compile(rb'(?:^|(?<=\n)|(?<=' + mark + rb'))[ ]*"')
        self._close = re.compile(rb'""|"(?=[ ]*(?:' + mark + rb"|\r?\n))")
        self._rest = b""
        self._physical = 0
        self._embedded: list[int] = []
        self._blank: list[int] = []

    def feed(self, chunk: bytes) -> None:
        data = self._rest + chunk
        cut = data.rfind(b"\n") + 1
        self._rest = data[cut:]
        self._count(data[:cut])
        if len(self._rest) > LONGEST_ROW:
            raise PrivtrafficError("row_too_long", file=self._file, line=self._physical + 1, mb=LONGEST_ROW >> 20)

    def finish(self) -> LineCount:
        if self._rest:
            rest, self._rest = self._rest + b"\n", b""
            self._count(rest)
        if self._rest:
            self._unclosed(self._physical + 1)
        rowless = tuple(sorted((*self._embedded, *self._blank)))
        return LineCount(self._physical, len(self._embedded), len(self._blank), rowless)

    def _count(self, data: bytes) -> None:
        """Count whole lines; a row whose quote is still open goes back to the rest."""
        marks = data.translate(None, _NEITHER_QUOTE_NOR_BREAK)
        quoted: set[int] = set()
        if b'"' in marks.replace(b'""', b""):
            data, quoted = self._quoted(data)
            marks = data.translate(None, _NEITHER_QUOTE_NOR_BREAK)
        if data.startswith((b"\n", b"\r\n")) or _BLANK_LINE.search(data):
            lines = enumerate(data.split(b"\n")[:-1], self._physical + 1)
            self._blank.extend(at for at, line in lines if line in (b"", b"\r") and at not in quoted)
        self._physical += marks.count(b"\n")

    def _quoted(self, data: bytes) -> tuple[bytes, set[int]]:
        """The lines that are complete, and the numbers of those that begin inside quotes."""
        inside: set[int] = set()
        at = counted = 0
        line = self._physical + 1
        while opened := self._open.search(data, at):
            start = opened.end()
            line += data.count(b"\n", counted, start)
            counted = start
            end = self._closing(data, start)
            inner = data[start:end]
            if b"\n" in inner and self._looks_like_rows(inner):
                self._unclosed(line)
            if end is None:
                cut = data.rfind(b"\n", 0, start) + 1
                self._rest = data[cut:] + self._rest
                data = data[:cut]
                break
            inside.update(range(line + 1, line + 1 + inner.count(b"\n")))
            at = end + 1
        self._embedded.extend(sorted(inside))
        return data, inside

    def _closing(self, data: bytes, start: int) -> int | None:
        for match in self._close.finditer(data, start):
            if match[0] == b'"':
                return match.start()
        return None

    def _looks_like_rows(self, inner: bytes) -> bool:
        """Whole lines inside a quote that have as many cells as the header: a quote was never closed."""
        lines = inner.split(b"\n")[1:-1]
        alike = sum(line.count(self._delimiter) >= max(self._columns - 1, 2) for line in lines)
        return alike > 0 and 2 * alike >= len(lines)

    def _unclosed(self, line: int) -> None:
        raise PrivtrafficError("unclosed_quote", file=self._file, line=line)
