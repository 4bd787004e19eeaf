"""Workbooks: every cell as text, every row under its own number, whatever the file claims about itself."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.apart import read_apart, read_sheets
from privtraffic.intake.read.bytestream import UNPACKED_FREE, UNPACKED_RATIO, check_ratio
from privtraffic.intake.read.fetched import Named
from privtraffic.intake.read.parts import MOST_UNPACKED, check_counts, check_told, pieces
from privtraffic.intake.read.raw import FirstRows, Raw, Row
from privtraffic.intake.read.row_count import LineCount
from privtraffic.memory import memory_given

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_CELLS = 150_000_000
"""The reader keeps a cell for every row times every column up to the outermost value: some 5 GB at this limit."""
MOST_UNPACKED_FLAT = 1 << 30
"""Of a sheet that shrinks as far as a bomb does."""
MOST_SPARSE = 1 << 25
"""A sheet of more cells must have a value in every twentieth of them."""
MOST_SPARSENESS = 20
_MOST_BYTES_A_CELL = 2000
_ROWS, _COLUMNS = 1 << 20, 1 << 14
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, LookupError, ValueError)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOOKS = re.compile(r"xl/workbook\.(xml|bin)|content\.xml", re.IGNORECASE)
_CELL = re.compile(rb"""r ?= ?["']([A-Za-z]{2,})\d""")
_FAR = re.compile(rb"""r ?= ?["'][A-Za-z]+(\d{7,})""")
_ROW = re.compile(rb"""row\s[^>]*?\br\s*=\s*["'](\d+)["']""")
_AMOUNT_OR_TIME = re.compile(r"\D{0,3}(?!0\d|\d{6})\d[\d.,:/ T-]*\D{0,3}|\d{4}-\d\d-\d\d.*")
"""What is no word and no key: a key begins with a zero or is long."""
_MERGED = re.compile(rb'mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


@dataclass
class Layout:
    """What the XML of a sheet shows before it is loaded: its extent, and its merged cells."""

    rows: int = 0
    columns: int = 26
    cells: int = 0
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    """(column, first row, last row), from 0."""


class Sheet(FirstRows):
    """One sheet of a workbook, or one table of a page, every cell as text; row 1 is the first row of the sheet."""

    delimiter = ""

    def __init__(
        self,
        path: Path,
        name: str,
        table: pa.Table,
        layout: Layout | None = None,
        *,
        hidden: bool = False,
        encoding: str = "",
    ) -> None:
        self.path: Named = path
        self.encoding = encoding
        self.sheet = name
        self.hidden = hidden
        self._layout = layout or Layout()
        self._table = _with_groups(table, self._layout.merged)

    def rows(self, most: int) -> tuple[Row, ...]:
        """A cell merged over several rows, as in a header of two, stands in the last of them."""
        head = [column.slice(0, most).to_pylist() for column in self._table.columns]
        # A header is made of words: cells merged over the lines of an order hold its number or its day.
        body = {
            (top, end)
            for column, top, end in self._layout.merged
            if column < len(head) and _is_value(head[column], top)
        }
        for column, first, last in self._layout.merged:
            if (first, last) not in body and column < len(head) and last < len(head[column]) and not head[column][last]:
                head[column][last] = head[column][first]
        return tuple(tuple(cell or "" for cell in row) for row in zip(*head, strict=True))

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        """The rows below the header, blank ones left out and counted; what stands right of them is kept in sight."""
        table = self._table.rename_columns([f"c{i}" for i in range(self._table.num_columns)])
        filled = _filled(table)
        blank = tuple(at + 1 for at in pc.indices_nonzero(pc.invert(filled)).to_pylist())
        body = table.slice(header_row)
        if any(row > header_row for row in blank):
            body = body.filter(filled.slice(header_row))
        # A header of two rows takes a blank cell from the row above.
        heads = self.preview[max(header_row - 2, 0) : header_row]
        named = 1 + max((at for row in heads for at, cell in enumerate(row) if cell.strip()), default=-1)
        body, beyond = _gather_beyond(body, named)
        lines = LineCount(table.num_rows, 0, len(blank), blank)
        return Raw(body, body.num_rows, lines, self.encoding, beyond=beyond)


def _with_groups(table: pa.Table, merged: Sequence[tuple[int, int, int]]) -> pa.Table:
    """The table with words that are merged over several rows in each of them, where nothing else is merged over them.

    So stands a customer beside the orders of his; what belongs to one order is merged in several columns, and what
    that order cost is no word.
    """
    spans = Counter((top, end) for _, top, end in merged)
    alone: dict[int, list[tuple[int, int]]] = {}
    for column, top, end in merged:
        if spans[top, end] == 1 and column < table.num_columns and end < table.num_rows:
            alone.setdefault(column, []).append((top, end))
    for column, blocks in alone.items():
        cells = table.column(column).to_pylist()
        for top, end in blocks:
            if cells[top] and not _AMOUNT_OR_TIME.fullmatch(cells[top]) and not any(cells[top + 1 : end + 1]):
                cells[top + 1 : end + 1] = [cells[top]] * (end - top)
        name = table.column_names[column]
        table = table.set_column(column, name, pa.array(cells, table.schema.field(column).type))
    return table


def read_workbook(path: Path, magic: bytes) -> list[Sheet]:
    """The sheets of a workbook that hold anything.

    Raises
    ------
    PrivtrafficError
        Where the workbook is encrypted, damaged, empty, or would fill the memory.
    """
    layouts = _look_inside(path) if magic.startswith(ZIP_MAGIC) else {}
    if magic == OLE_MAGIC and _ENCRYPTED in path.read_bytes():
        raise PrivtrafficError("encrypted", file=path.name)
    try:
        sheets = list(_load(path, layouts, magic))
    except (KeyboardInterrupt, MemoryError, PrivtrafficError):
        raise
    except BaseException as error:  # a panic of the reader is no Exception
        key = "encrypted" if "assword" in str(error) else "damaged_file"
        raise PrivtrafficError(key, file=path.name, kind="Excel") from None
    if not sheets:
        raise PrivtrafficError("empty_file", file=path.name)
    return sheets


def _load(path: Path, layouts: dict[str, Layout], magic: bytes) -> Iterator[Sheet]:
    for name, visible, found in read_apart(path) if _reads_apart(path, magic) else read_sheets(path):
        table = _drop_blank_tail(found)
        if table.num_rows:
            yield Sheet(path, name, table, layouts.get(name), hidden=not visible)


def is_workbook(path: Path) -> bool:
    """Whether a zip is a workbook, and no archive of other files; a damaged one is told by its reader."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(_BOOKS.fullmatch(name) for name in archive.namelist())
    except _DAMAGED:
        return True


def _filled(table: pa.Table) -> pa.ChunkedArray:
    """A mask of the rows that have a value."""
    filled = pa.chunked_array([pa.repeat(False, table.num_rows)])
    for column in table.columns:
        filled = pc.or_(filled, _has_text(column))
    return filled


def _has_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(column.cast(pa.large_string())), ""), False)


def _gather_beyond(body: pa.Table, named: int) -> tuple[pa.Table, int]:
    """The first cell of each row right of the named columns, all in the column after those; 0 where no row has one.

    A column that has values in most rows and only lacks a name is no cell too many.
    """
    found = pa.chunked_array([pa.nulls(body.num_rows, pa.large_string())])
    for column in body.columns[named:]:
        has = _has_text(column)
        if 2 * (pc.sum(has).as_py() or 0) <= body.num_rows:
            found = pc.coalesce(found, pc.if_else(has, column.cast(pa.large_string()), None))
    if found.null_count == len(found):
        return body, 0
    return body.set_column(named, f"c{named}", found), named


def _drop_blank_tail(table: pa.Table) -> pa.Table:
    """Cut the formatted but empty rows after the last one with a value."""
    filled = pc.indices_nonzero(_filled(table))
    return table.slice(0, filled[-1].as_py() + 1 if len(filled) else 0)


def _reads_apart(path: Path, magic: bytes) -> bool:
    """Whether nothing of a workbook can be looked at beforehand (all but XLSX), or little memory may end the reader."""
    if memory_given() or not magic.startswith(ZIP_MAGIC):
        return True
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" not in archive.namelist()


def _look_inside(path: Path) -> dict[str, Layout]:
    """Layout by sheet name; refuses what is no workbook, expands too far, or has a sheet too wide to hold."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if not any(_BOOKS.fullmatch(member.filename) for member in members):
                raise PrivtrafficError("archive", file=path.name)
            names = _sheet_files(archive)
            sheets = set(names.values())
            for member in members:
                if member.filename not in sheets:
                    check_ratio(path.name, member.file_size, member.compress_size)
                if member.file_size > MOST_UNPACKED_FLAT:
                    check_ratio(path.name, member.file_size, member.compress_size)
            if sum(member.file_size for member in members) > MOST_UNPACKED:
                raise PrivtrafficError("expands_too_far", file=path.name, limit=f"{MOST_UNPACKED >> 30} GB")
            for member in members:
                if member.filename.lower().endswith(".xml") and member.filename not in sheets:
                    check_counts(archive, member, path.name)
            layouts = {name: _layout(archive, file, path.name, name) for name, file in names.items()}
            check_told(archive, path, {names[name]: layout.cells for name, layout in layouts.items()})
            return layouts
    except _DAMAGED:
        raise PrivtrafficError("damaged_file", file=path.name, kind="Excel") from None


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> its file in the archive."""
    members = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= members:
        return {}
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {
        _attribute(link, "Id"): _attribute(link, "Target").removeprefix("/").removeprefix("xl/")
        for link in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links)
    }
    found = {}
    for sheet in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
        file = "xl/" + targets.get(_attribute(sheet, r"\w+:id"), "")
        if file in members:
            found[html.unescape(_attribute(sheet, "name"))] = file
    return found


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf'\s{name}="([^"]*)"', tag)
    return match[1] if match else ""


def _layout(archive: zipfile.ZipFile, member: str, file: str, sheet: str) -> Layout:
    layout, cells, read = Layout(), 0, 0
    info = archive.getinfo(member)
    thin = info.file_size > UNPACKED_RATIO * max(info.compress_size, 1) and info.file_size > UNPACKED_FREE
    with archive.open(member) as stream:
        for piece in pieces(stream):
            read += len(piece)
            cells += piece.count(b"<c ") + piece.count(b":c ") + piece.count(b"<c>") + piece.count(b":c>")
            # A sheet of equal rows shrinks as far as a bomb does, but it has cells.
            if thin and read > UNPACKED_FREE >> 3 and read > _MOST_BYTES_A_CELL * max(cells, 1):
                raise PrivtrafficError("expands_too_far", file=file, limit=f"1:{UNPACKED_RATIO}")
            if b"<" not in piece and not thin:
                raise PrivtrafficError("damaged_file", file=file, kind="Excel")
            if rows := _ROW.findall(piece):
                layout.rows = max(layout.rows, int(rows[-1]))
            layout.columns = max((layout.columns, *map(_column, set(_CELL.findall(piece)))))
            layout.rows = max((layout.rows, *map(int, _FAR.findall(piece))))
            if b"mergeCell" in piece:
                layout.merged += _merged(piece)
    layout.cells = cells
    area = layout.rows * layout.columns
    sparse = area > MOST_SPARSE and area > MOST_SPARSENESS * cells
    if sparse or max(area, cells) > MOST_CELLS or layout.columns > _COLUMNS or layout.rows > _ROWS:
        raise PrivtrafficError("sheet_too_wide", file=file, sheet=sheet, rows=layout.rows, columns=layout.columns)
    return layout


def _merged(piece: bytes) -> list[tuple[int, int, int]]:
    return [
        (_column(left) - 1, int(top) - 1, int(bottom) - 1)
        for left, top, _, bottom in _MERGED.findall(piece)
        if int(top) < int(bottom)
    ]


def _is_value(column: list[str | None], row: int) -> bool:
    text = (column[row] or "") if row < len(column) else ""
    return 2 * sum(char.isdigit() for char in text) >= len(text) > 0


def _column(letters: bytes) -> int:
    """The number of a column from its letters; A is 1."""
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number
