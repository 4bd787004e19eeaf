"""Bytes -> raw text table: kind, encoding, delimiter, compression, sheet; every physical line accounted for."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from privtraffic.engine.base import ParquetScan, TextScan
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.lines import LONGEST_ROW, LineCount, LineCounter

Row = tuple[str, ...]

PREVIEW_ROWS = 40
PREVIEW_BYTES = 1 << 18
CHUNK = 1 << 22
DELIMITERS = (",", "\t", ";", "|")
WHITESPACE = "whitespace"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Raw:
    """A source ready to be scanned: what the engine reads, and how many rows it must find there.

    `lines` is None where there are no physical lines (a workbook, Parquet).
    """

    scan: TextScan | ParquetScan | pa.Table
    rows: int
    lines: LineCount | None = None
    encoding: str = ""

    def row_number(self, row_no: int, header_row: int) -> int:
        """The row of the file (from 1) where the data row `row_no` (from 0) begins."""
        return self.lines.line_of(row_no, header_row) if self.lines else header_row + row_no + 1


class TextFile:
    """A delimited text file in any common encoding, plain or gzipped."""

    sheet = ""

    def __init__(self, path: Path) -> None:
        self.path = path
        head = b"".join(_chunks(path, PREVIEW_BYTES, PREVIEW_BYTES))
        if not head.strip():
            raise PrivtrafficError("empty_file", file=path.name)
        self.encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "")
        if not self.encoding:
            if b"\0" in head:
                raise PrivtrafficError("binary_file", file=path.name)
            self.encoding = _sniff_encoding(head, path)
        self._text = _decode_head(head, self.encoding)
        self.delimiter = _sniff_delimiter(self._text)

    @cached_property
    def preview(self) -> tuple[Row, ...]:
        """The first rows as text, each at its last physical line: a row of several lines follows empty rows."""
        rows: list[Row] = []
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self.delimiter)
        try:
            for row in reader:
                rows.extend(() for _ in range(reader.line_num - len(rows) - 1))
                rows.append(tuple(row))
                if len(rows) >= PREVIEW_ROWS:
                    break
        except csv.Error:
            pass
        return tuple(rows)

    def words(self) -> tuple[Row, ...]:
        """The preview cut at white space, for logs without a delimiter."""
        return tuple(tuple(line.split()) for line in self._text.splitlines()[:PREVIEW_ROWS])

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        """Check every byte, count every line, and say how the engine shall read the file.

        The engine reads UTF-8 only: what is encoded or compressed otherwise is rewritten once into `workdir`.
        """
        plain = self.encoding in ("utf-8", "utf-8-sig") and not whitespace and not _is_gzip(self.path)
        copy = None if plain else Path(tempfile.mkstemp(suffix=".txt", dir=workdir)[1])
        delimiter = "," if whitespace else self.delimiter
        try:
            lines = self._pass(copy, delimiter, columns, whitespace)
        except UnicodeDecodeError as error:
            if self.encoding != "utf-8":
                raise PrivtrafficError(
                    "undecodable", file=self.path.name, encoding=self.encoding, byte=error.object[error.start]
                ) from None
            self.encoding = "gb18030"
            return self.raw(header_row, columns, workdir, whitespace=whitespace)
        scan = TextScan(copy or self.path, delimiter, columns, header_row, multiline=lines.embedded > 0)
        return Raw(scan, lines.rows(header_row), lines, self.encoding)

    def _pass(self, copy: Path | None, delimiter: str, columns: int, whitespace: bool) -> LineCount:
        counter = LineCounter(self.path.name, delimiter, columns)
        out = copy.open("wb") if copy else None
        try:
            for piece in self._utf8():
                utf8 = _commas(piece) if whitespace else piece
                counter.feed(utf8)
                if out:
                    out.write(utf8)
        finally:
            if out:
                out.close()
        return counter.finish()


    def _utf8(self) -> Iterator[bytes]:
        """The text as UTF-8, every byte checked."""
        if self.encoding != "utf-8":
            decoder = codecs.getincrementaldecoder(self.encoding)()
            for chunk in chain(_chunks(self.path), [b""]):
                yield decoder.decode(chunk, final=not chunk).encode()
            return
        rest = b""
        for chunk in _chunks(self.path):
            data = rest + chunk
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            if not _is_utf8(data[:cut]):
                data[:cut].decode()
            yield data[:cut]
            if len(rest) > LONGEST_ROW:
                break
        rest.decode()
        yield rest


class Sheet:
    """One sheet of a workbook, every cell as text."""

    encoding = ""
    delimiter = ""

    def __init__(self, path: Path, name: str, table: pa.Table, first_row: int = 1) -> None:
        self.path = path
        self.sheet = name
        self._table = table
        self._first_row = first_row

    @property
    def preview(self) -> tuple[Row, ...]:
        head = self._table.slice(0, PREVIEW_ROWS).to_pylist()
        return ((),) * (self._first_row - 1) + tuple(tuple("" if v is None else v for v in row.values()) for row in head)

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        body = self._table.slice(header_row - self._first_row + 1)
        body = body.rename_columns([f"c{i}" for i in range(body.num_columns)])
        return Raw(body, body.num_rows)


class ParquetFile:
    """A Parquet file; its schema is its header."""

    encoding = ""
    delimiter = ""
    sheet = ""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError):
            raise PrivtrafficError("damaged_file", file=path.name, kind="Parquet") from None

    @property
    def preview(self) -> tuple[Row, ...]:
        names = tuple(self._file.schema_arrow.names)
        batch = next(self._file.iter_batches(PREVIEW_ROWS), None)
        rows = batch.to_pylist() if batch else []
        return (names, *(tuple("" if v is None else str(v) for v in row.values()) for row in rows))

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        return Raw(ParquetScan(self.path, tuple(self._file.schema_arrow.names)), self._file.metadata.num_rows)


Source = TextFile | Sheet | ParquetFile


def open_sources(path: Path) -> list[Source]:
    """What a file holds: one source, or one a sheet; its kind is decided by its first bytes, not by its suffix.

    Raises
    ------
    PrivtrafficError
        Where nothing can be read: missing, unreadable, empty, encrypted, damaged or no table at all.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(path), detail=error.strerror or type(error).__name__) from None
    if magic[:4] == b"PAR1":
        return [ParquetFile(path)]
    if magic[:4] == b"PK\x03\x04" or magic == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _sheets(path)
    return [TextFile(path)]


def _sheets(path: Path) -> list[Source]:
    import fastexcel  # noqa: PLC0415

    try:
        book = fastexcel.read_excel(path)
        sheets: list[Source] = []
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, dtypes="string")
            if sheet.height:
                sheets.append(Sheet(path, name, _drop_blank_rows(pa.table(sheet.to_arrow()))))
    except fastexcel.FastExcelError as error:
        key = "encrypted" if "assword" in str(error) else "damaged_file"
        raise PrivtrafficError(key, file=path.name, kind="Excel") from None
    if not sheets:
        raise PrivtrafficError("empty_file", file=path.name)
    return sheets


def _drop_blank_rows(table: pa.Table) -> pa.Table:
    """Cut the formatted but empty rows after the last cell with a value."""
    last = 0
    for column in table.columns:
        filled = pa.compute.indices_nonzero(pa.compute.is_valid(column))
        last = max(last, filled[-1].as_py() + 1 if len(filled) else 0)
    return table.slice(0, last)


def _is_utf8(data: bytes) -> bool:
    """Arrow checks some gigabytes a second, `bytes.decode` builds a string to throw it away."""
    offsets = pa.array([0, len(data)], pa.int32()).buffers()[1]
    try:
        pa.StringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _commas(data: bytes) -> bytes:
    """Cells between blanks as cells between commas."""
    return re.sub(rb"[ \t]+", b",", re.sub(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)", b"", data))


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _chunks(path: Path, size: int = CHUNK, limit: int | None = None) -> Iterator[bytes]:
    """The bytes of a file, decompressed, up to `limit`."""
    read = 0
    try:
        with path.open("rb", buffering=0) as plain:
            file: BinaryIO = gzip.open(plain) if _is_gzip(path) else plain  # type: ignore[assignment]  # noqa: SIM115
            while (limit is None or read < limit) and (chunk := file.read(size)):
                read += len(chunk)
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise PrivtrafficError("damaged_file", file=path.name, kind="gzip") from None
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(path), detail=error.strerror or type(error).__name__) from None


def _sniff_encoding(head: bytes, path: Path) -> str:
    for encoding in ("utf-8", "gb18030", "cp1252"):
        try:
            _decode_head(head, encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise PrivtrafficError("undecodable", file=path.name, encoding="UTF-8, GB18030", byte=head[0])


def _decode_head(head: bytes, encoding: str) -> str:
    """Decode a beginning that may stop in the middle of a character."""
    return codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < PREVIEW_BYTES)


def _sniff_delimiter(text: str) -> str:
    """The delimiter that cuts the most lines into the same number of cells, counted outside quotes."""
    lines = [line for line in re.sub(r'"[^"]*"', "", text).splitlines()[:PREVIEW_ROWS] if line.strip()]

    def score(delimiter: str) -> int:
        counts = [line.count(delimiter) for line in lines]
        usual = max(counts, key=lambda n: (counts.count(n) if n else 0, n), default=0)
        return usual * counts.count(usual)

    return max(DELIMITERS, key=score)
