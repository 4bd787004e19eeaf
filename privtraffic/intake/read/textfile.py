"""A delimited text file in any common encoding, plain or gzipped; every physical line accounted for."""

from __future__ import annotations

import codecs
import csv
import errno
import io
import re
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TypeVar

from privtraffic.engine.base import TextScan
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.bytestream import (
    PREVIEW_BYTES,
    Beginning,
    chunks,
    decode_head,
    is_utf8,
    sniff_encoding,
)
from privtraffic.intake.read.encoding import guess
from privtraffic.intake.read.fetched import Named
from privtraffic.intake.read.one_line_rows import plain_file, plain_lines
from privtraffic.intake.read.raw import MOST_COLUMNS, PREVIEW_ROWS, FirstRows, Note, Raw, Row
from privtraffic.intake.read.row_count import LONGEST_ROW, LineCount, LineCounter, LoneReturnError

DELIMITERS = (",", "\t", ";", "|", "^", "~", "\x01")
"""As many as a sheet has."""
UTF8 = ("utf-8", "utf-8-sig")
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_BACKSLASHED = re.compile(r'[^\\]\\"(?![,;\t|^~\x01\r\n])')
_DOUBLED = re.compile(r'[^,;\t|^~\x01\r\n"\\]""(?!")|\\""(?![",;\t|^~\x01\r\n]|\Z)')
"""Quotes within quotes, as programs write them that follow no standard, and as the standard has them.  A cell of the
first kind may end with one."""
_MOST_HOLLOW = 1 << 21
"""Twice the rows that a spreadsheet saves below its table."""
_LEAST_IN_A_ROW = 4
"""Bytes beside the delimiters: a day alone has six."""
T = TypeVar("T")


class _AgainError(Exception):
    """The file needs mending that was not known of when the pass began."""


class TextFile(FirstRows):
    """A delimited text file in any common encoding, plain or gzipped."""

    hidden = False

    def __init__(self, path: Path, encoding: str = "", beginning: Beginning | None = None) -> None:
        """`encoding` is the one that somebody named; without it the bytes decide."""
        self.path: Named = path
        self._at = path
        self.sheet = ""
        _, self._packed, head = beginning or Beginning.of(path)
        if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
            raise PrivtrafficError("empty_file", file=path.name)
        self.encoding = encoding or sniff_encoding(head, path.name)
        if len(head) > LONGEST_ROW and b"\n" not in head and b"\r" not in head:
            raise PrivtrafficError("row_too_long", file=path.name, line=1, mb=LONGEST_ROW >> 20)
        text = decode_head(head, self.encoding).replace("\0", "")
        returns = len(re.findall(r"\r(?!\n)", text))
        self._returns_end_lines = returns > text.count("\n")
        self._mends_returns = self._returns_end_lines
        self._drops_nul = False
        self._mends_quotes = bool(_BACKSLASHED.search(text)) and not _DOUBLED.search(text)
        if self._mends_quotes:
            text = text.replace('\\"', '""')
        if self._returns_end_lines:
            text = re.sub(r"\r(?!\n)", "\n", text)
        if len(head) >= PREVIEW_BYTES:
            text = text[: text.rfind("\n") + 1] or text
        self._text = text
        self.delimiter = sniff_delimiter(text)

    @property
    def name(self) -> str:
        """What an error calls it; a file of an archive is named as such."""
        return f"{self.path.name}: {self.sheet}" if self.sheet else self.path.name

    def rows(self, most: int) -> tuple[Row, ...]:
        """Each at its last physical line: a row of several lines follows empty rows."""
        rows: list[Row] = []
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self.delimiter)
        try:
            for row in reader:
                rows.extend(() for _ in range(reader.line_num - len(rows) - 1))
                rows.append(tuple(row))
                if len(row) > MOST_COLUMNS:
                    raise PrivtrafficError(
                        "too_many_columns", file=self.name, line=len(rows), columns=len(row), most=MOST_COLUMNS
                    )
                if len(rows) >= most:
                    break
        except csv.Error:
            pass
        return tuple(rows)

    def words(self) -> tuple[Row, ...]:
        """The preview cut at white space, for logs without a delimiter."""
        return tuple(tuple(line.split()) for line in self._text.splitlines()[:PREVIEW_ROWS])

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        """Check every byte, count every line, and say how the engine shall read the file.

        The engine reads clean UTF-8 only: what is encoded, compressed or broken otherwise is rewritten once into
        `workdir`.
        """
        as_it_is = self.encoding in UTF8 and not (whitespace or self._mended or self._packed)
        plain = plain_file(self._at) if as_it_is else None
        copy = None if as_it_is else Path(tempfile.mkstemp(suffix=".txt", dir=workdir)[1])
        delimiter = "," if whitespace else self.delimiter
        try:
            lines = self._pass(copy, delimiter, columns, whitespace) if plain is None else LineCount(plain, 0, 0)
        except _AgainError:
            if copy:
                copy.unlink()
            return self.raw(header_row, columns, workdir, whitespace=whitespace)
        self._check_filled((copy or self._at).stat().st_size, lines.physical, columns)
        scan = TextScan(copy or self._at, delimiter, columns, header_row, multiline=lines.embedded > 0)
        return Raw(scan, lines.rows(header_row), lines, self.encoding, self._notes())

    def _check_filled(self, size: int, rows: int, columns: int) -> None:
        """Refuse millions of rows that are delimiters and nothing else, each of which would be kept and told."""
        if rows > _MOST_HOLLOW and size < rows * (columns + _LEAST_IN_A_ROW):
            raise PrivtrafficError("rows_without_values", file=self.name, rows=f"{_MOST_HOLLOW:,}")

    @property
    def _mended(self) -> bool:
        return self._mends_returns or self._drops_nul or self._mends_quotes

    def _notes(self) -> tuple[Note, ...]:
        return (("note.nul_bytes", {"file": self.name}),) if self._drops_nul else ()

    def _pass(self, copy: Path | None, delimiter: str, columns: int, whitespace: bool) -> LineCount:
        counter = LineCounter(self.name, delimiter, columns)
        out = copy.open("wb") if copy else None
        try:
            for text, found in self._utf8():
                piece, plain = (_commas(text), None) if whitespace else (text, found)
                counter.feed(piece, plain)
                if out:
                    out.write(piece)
            return counter.finish()
        except LoneReturnError:
            self._mends_returns = True
            raise _AgainError from None
        except OSError as error:
            detail = error.strerror or type(error).__name__
            key = "out_of_memory" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "unreadable"
            raise PrivtrafficError(key, file=str(self.path), detail=detail) from None
        finally:
            if out:
                out.close()

    def _utf8(self) -> Iterator[tuple[bytes, int | None]]:
        """The text as UTF-8, every byte checked, without what no reader could take, with its plain lines."""
        utf8 = self.encoding in UTF8
        pieces = self._checked(self._clean()) if utf8 else _looked_ahead(plain_lines, self._clean(self._decoded()))
        for piece, plain in pieces:
            if plain is None and b"\0" in piece:
                self._drops_nul = True
                raise _AgainError
            yield piece, plain

    def _clean(self, pieces: Iterator[bytes] | None = None) -> Iterator[bytes]:
        """The bytes without NUL and lone carriage returns, where the file was found to have them."""
        stream = pieces or chunks(self._at)
        if not self._mended:
            return stream
        return self._mending(stream)

    def _mending(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        returned = b"\n" if self._returns_end_lines else b" "
        held = b""
        for piece in chain(stream, [b""]):
            data = held + (piece.replace(b"\0", b"") if self._drops_nul else piece)
            held = data[-1:] if piece and data.endswith((b"\r", b"\\")) else b""
            data = data[: len(data) - len(held)]
            if self._mends_quotes:
                data = data.replace(b'\\"', b'""')
            yield _LONE_RETURN.sub(returned, data) if self._mends_returns else data

    def _checked(self, stream: Iterator[bytes]) -> Iterator[tuple[bytes, int | None]]:
        """UTF-8 in pieces that end with a line where there is one; other bytes change the encoding or are refused."""
        passed = 0
        ascii_so_far = self.encoding == "utf-8"
        for piece, (valid, plain) in _looked_ahead(_checked_lines, _whole_lines(stream)):
            ascii_before = ascii_so_far
            ascii_so_far = ascii_so_far and piece.isascii()
            if not valid:
                self._decode(piece, passed, ascii_before=ascii_before)
            marked = not passed and piece.startswith(codecs.BOM_UTF8)
            yield (piece.removeprefix(codecs.BOM_UTF8), None) if marked else (piece, plain)
            passed += len(piece)

    def _decode(self, piece: bytes, passed: int, *, ascii_before: bool) -> None:
        """A file that was plain ASCII so far is of another encoding; otherwise it mixes two."""
        try:
            piece.decode()
        except UnicodeDecodeError as error:
            if not ascii_before or not piece[: error.start].isascii():
                line = self._line_at(passed + error.start)
                raise self._undecodable(line, piece[error.start]) from None
            self.encoding = guess(piece, self.name)
            raise _AgainError from None

    def _line_at(self, offset: int) -> int:
        line = 1
        for chunk in self._clean():
            line += chunk.count(b"\n", 0, max(offset, 0))
            offset -= len(chunk)
        return line

    def _decoded(self) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self.encoding)()
        for chunk in chain(chunks(self._at), [b""]):
            try:
                yield decoder.decode(chunk, final=not chunk).encode()
            except UnicodeDecodeError as error:
                raise self._undecodable(self._line_decoded(error), error.object[error.start]) from None
            except UnicodeEncodeError:
                raise PrivtrafficError("binary_file", file=self.name) from None

    def _line_decoded(self, failed: UnicodeDecodeError) -> int:
        """The line where decoding failed: those of the pieces before, decoded again, and of the piece itself."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        line = 1
        try:
            for chunk in chunks(self._at):
                line += decoder.decode(chunk).count("\n")
        except UnicodeDecodeError:
            pass
        return line + failed.object[: failed.start].decode(self.encoding, "ignore").count("\n")

    def _undecodable(self, line: int, byte: int) -> PrivtrafficError:
        return PrivtrafficError("undecodable", file=self.name, line=line, encoding=self.encoding, byte=byte)


def _looked_ahead(look: Callable[[bytes], T], pieces: Iterator[bytes]) -> Iterator[tuple[bytes, T]]:
    """Every piece with what a look at it finds; the next ones are looked at while it is used."""
    with ThreadPoolExecutor(2) as pool:
        ahead: deque[tuple[bytes, Future[T]]] = deque()
        for piece in pieces:
            ahead.append((piece, pool.submit(look, piece)))
            if len(ahead) > 4:
                first, found = ahead.popleft()
                yield first, found.result()
        for first, found in ahead:
            yield first, found.result()


def _checked_lines(piece: bytes) -> tuple[bool, int | None]:
    """Whether a piece is UTF-8, and its plain lines."""
    return is_utf8(piece), plain_lines(piece)


def _whole_lines(stream: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes in pieces that end with a line where there is one."""
    rest = b""
    for chunk in stream:
        data = chunk if len(chunk) >= 4 else rest + chunk
        cut = _end_of_text(data)
        yield b"".join((rest if data is chunk else b"", memoryview(data)[:cut]))
        rest = data[cut:]
    yield rest


def _end_of_text(data: bytes) -> int:
    """The end of the last whole line, or of the last whole character where there is no line end."""
    if cut := data.rfind(b"\n") + 1:
        return cut
    for back in range(1, min(len(data), 4) + 1):
        byte = data[-back]
        if byte < 0x80:
            return len(data) - back + 1
        if byte >= 0xC0:
            return len(data) - back
    return len(data)


def _commas(data: bytes) -> bytes:
    """Cells between blanks as cells between commas."""
    return re.sub(rb"[ \t]+", b",", re.sub(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)", b"", data))


def sniff_delimiter(text: str) -> str:
    """The delimiter that cuts the most lines into the same number of cells, counted outside quotes."""
    # A quoted cell is a cell: a line of nothing else is not blank.
    lines = [line for line in re.sub(r'"[^"]*"', "q", text).splitlines()[:PREVIEW_ROWS] if line.strip()]

    def score(delimiter: str) -> int:
        counts = [line.count(delimiter) for line in lines]
        usual = max(counts, key=lambda n: (counts.count(n) if n else 0, n), default=0)
        return usual * counts.count(usual)

    return max(DELIMITERS, key=score)
