"""How many rows a text file must give, counted apart from the reader that will read them.

Physical lines = header and what stands above it + rows + blank lines + line breaks inside quotes.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privtraffic.errors import PrivtrafficError

LONGEST_ROW = 1 << 20
MOST_ROWLESS = 1 << 25
"""Lines that begin no row, each of which is remembered."""
_BLANK_LINE = re.compile(rb"\n\r?\n")
_NEITHER_QUOTE_NOR_BREAK = bytes(byte for byte in range(256) if byte not in b'"\n')
_QUOTED = re.compile(rb'"[^"]*"')
_PARTED = re.compile(rb"[0-9]_[0-9]")
_LONE_RETURN = re.compile(rb"\r[^\n]")


class LoneReturnError(Exception):
    """A carriage return without a line feed, which the reader would take for the end of a row."""


@dataclass(frozen=True)
class LineCount:
    """Physical lines of a file, and those of them that begin no row: blank, or within quotes that span lines.

    `parted`: digits are parted by an underscore somewhere, which the engine's reader would take for one number.
    """

    physical: int
    embedded: int
    blank: int
    rowless: Sequence[int] = ()
    parted: bool = False

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
    """Counts while the bytes pass.

    Raises
    ------
    PrivtrafficError
        Where a line is longer than any export's, or a quote is not closed: the reader would take the rows up to the
        next quote, maybe thousands, for one cell.
    LoneReturnError
        Where a carriage return stands alone.
    """

    def __init__(self, file: str, delimiter: str, columns: int) -> None:
        self._file = file
        self._delimiter = delimiter.encode()
        self._needed = columns - 1
        mark = re.escape(self._delimiter)
        self._open = re.compile(rb"(?:^|(?<=\n)|(?<=" + mark + rb'))[ ]*"')
        self._close = re.compile(rb'""|"(?=[ ]*(?:' + mark + rb"|\r?\n))")
        self._opens_within = re.compile(rb"(?:\n|" + mark + rb')[ ]*"(?!")')
        self._rest = b""
        self._opened = 0
        self._physical = 0
        self._embedded = array("q")
        self._blank = array("q")
        self._parted = False

    def feed(self, chunk: bytes, plain: int | None = None) -> None:
        """Count a chunk; `plain` is what `plainlines.plain_lines` says of it."""
        if plain is not None and not self._rest:
            self._refuse_long(chunk)
            self._physical += plain
            return
        data = self._rest + chunk
        cut = data.rfind(b"\n") + 1
        self._rest = data[cut:]
        self._refuse_long(data)
        self._count(data[:cut])
        if len(self._rest) > LONGEST_ROW:
            if b"\n" in self._rest:
                self._unclosed(self._opened)
            self._too_long(self._physical + 1)

    def finish(self) -> LineCount:
        if self._rest:
            rest, self._rest = self._rest + b"\n", b""
            self._count(rest)
        if self._rest:
            self._unclosed(self._opened)
        found = np.sort(np.concatenate([self._embedded, self._blank]))
        rowless = array("q", found.tobytes()) if found.size else ()
        return LineCount(self._physical, len(self._embedded), len(self._blank), rowless, self._parted)

    def _count(self, data: bytes) -> None:
        """Count whole lines; a row whose quote is still open goes back to the rest."""
        if b"\r" in data and _LONE_RETURN.search(data):
            raise LoneReturnError
        self._parted = self._parted or (b"_" in data and _PARTED.search(data) is not None)
        quoted: set[int] = set()
        if b'"' in data and b'"' in data.translate(None, _NEITHER_QUOTE_NOR_BREAK).replace(b'""', b""):
            data, quoted = self._quoted(data)
        if data.startswith((b"\n", b"\r\n")) or _BLANK_LINE.search(data):
            lines = enumerate(data.split(b"\n")[:-1], self._physical + 1)
            self._blank.extend(at for at, line in lines if line in (b"", b"\r") and at not in quoted)
        self._physical += data.count(b"\n")
        if len(self._blank) + len(self._embedded) > MOST_ROWLESS:
            raise PrivtrafficError("rows_without_values", file=self._file, rows=f"{MOST_ROWLESS:,}")

    def _quoted(self, data: bytes) -> tuple[bytes, set[int]]:
        """The rows that are complete, and the numbers of the lines that begin inside quotes."""
        inside: set[int] = set()
        at = counted = row = 0
        line = self._physical + 1
        while opened := self._open.search(data, at):
            start = opened.end()
            line += data.count(b"\n", counted, start)
            counted = start
            row = data.rfind(b"\n", at, start) + 1 or row
            end = self._closing(data, start)
            breaks = data.count(b"\n", start, end)
            if breaks and self._swallows(data, row, start, end):
                self._unclosed(line)
            if end is None:
                self._opened = line
                self._rest = data[row:] + self._rest
                data = data[:row]
                last = self._physical + data.count(b"\n")
                inside = {number for number in inside if number <= last}
                break
            if end - row > LONGEST_ROW:
                self._too_long(line)
            inside.update(range(line + 1, line + 1 + breaks))
            at = end + 1
        self._embedded.extend(sorted(inside))
        return data, inside

    def _closing(self, data: bytes, start: int) -> int | None:
        for match in self._close.finditer(data, start):
            if match[0] == b'"':
                return match.start()
        return None

    def _swallows(self, data: bytes, row: int, start: int, end: int | None) -> bool:
        """Whether a cell of several lines is in truth a quote that was never closed, and the rows after it.

        Such a cell holds another cell's opening quote, or lines with as many cells as the header.
        """
        inner = data[start:end]
        if self._opens_within.search(inner):
            return True
        first, *middle, last = inner.split(b"\n")
        alike = sum(line.count(self._delimiter) >= max(self._needed, 2) for line in middle)
        if middle:
            return alike > 0 and 2 * alike >= len(middle)
        if end is None or self._needed < 3:
            return False
        before, after = self._cuts(data[row : start - 1]), self._cuts(data[end + 1 : data.find(b"\n", end)])
        cut_first, cut_last = first.count(self._delimiter), last.count(self._delimiter)
        return before < self._needed <= before + cut_first and cut_last + after >= self._needed

    def _cuts(self, piece: bytes) -> int:
        """The number of delimiters outside quotes."""
        return _QUOTED.sub(b"", piece).count(self._delimiter)

    def _refuse_long(self, data: bytes) -> None:
        """A line of twice the limit leaves at least one window of that length without a line end."""
        for at in range(0, len(data) - LONGEST_ROW + 1, LONGEST_ROW):
            if data.find(b"\n", at, at + LONGEST_ROW) < 0:
                self._too_long(self._physical + data.count(b"\n", 0, at) + 1)

    def _too_long(self, line: int) -> None:
        raise PrivtrafficError("row_too_long", file=self._file, line=line, mb=LONGEST_ROW >> 20)

    def _unclosed(self, line: int) -> None:
        raise PrivtrafficError("unclosed_quote", file=self._file, line=line)
