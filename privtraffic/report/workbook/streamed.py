"""A sheet whose rows are poured in from Arrow batches: half a million members in seconds, in little memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from privtraffic.report.document import Column
from privtraffic.report.values import TEXT_KINDS, finite, shown
from privtraffic.report.words import Words
from privtraffic.report.workbook.cells import FIRST_YEAR
from privtraffic.report.workbook.style import Style
from privtraffic.report.workbook.text import ESCAPE_LIKE, FORBIDDEN, LONGEST, clean, literal

_ROWS_GO_HERE = "<!--rows-->"
_EXCEL_EPOCH = 25_569
_DAY_SECONDS = 86_400
_ODD = rf"{FORBIDDEN}|{ESCAPE_LIKE}|^<r>"
_NEEDS_ZIP64 = 1 << 30


@dataclass(frozen=True)
class Rows:
    """The rows of one streamed sheet: how many, and their XML in chunks."""

    count: int
    chunks: Iterator[memoryview]


class StreamedSheet(Worksheet):  # type: ignore[misc]
    """A worksheet of XlsxWriter, except that its data rows come as XML when the file is written."""

    def __init__(self) -> None:
        super().__init__()
        self._extent = ""

    def reserve(self, last_row: int, last_place: int) -> None:
        """Say how far the rows will reach."""
        self._extent = xl_range(0, 0, last_row, last_place)

    def _write_dimension(self) -> None:
        self._xml_empty_tag("dimension", [("ref", self._extent)])

    def _write_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self._write_rows()
        self.fh.write(_ROWS_GO_HERE)
        self._xml_end_tag("sheetData")


def pour(skeleton: BytesIO, path: Path, sheets: Mapping[int, Rows]) -> None:
    """Write the workbook to `path`, with the rows of the streamed sheets (by sheet index) in their places."""
    streams = {f"xl/worksheets/sheet{index + 1}.xml": rows for index, rows in sheets.items()}
    with ZipFile(skeleton) as source, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=3 if sheets else 6) as target:
        for name in source.namelist():
            content = source.read(name)
            if name in streams:
                before, _, after = content.partition(_ROWS_GO_HERE.encode())
                _pour_rows(target, name, before, streams[name], after)
                continue
            with target.open(name, "w") as member:
                member.write(content)


def _pour_rows(target: ZipFile, name: str, before: bytes, rows: Rows, after: bytes) -> None:
    first = next(rows.chunks, memoryview(b""))
    row_bytes = len(first) / max(1, bytes(first).count(b"<row "))
    # Some versions of Excel refuse ZIP64, so it is asked for only where the size needs it.
    large = row_bytes * rows.count > _NEEDS_ZIP64
    with target.open(name, "w", force_zip64=large) as member, ThreadPoolExecutor(1) as compressor:
        pending = compressor.submit(member.write, before)
        for chunk in chain((first,), rows.chunks):
            pending.result()
            pending = compressor.submit(member.write, chunk)
        pending.result()
        member.write(after)


def rows_xml(batch: pa.RecordBatch, first_row: int, columns: tuple[Column, ...], style: Style) -> memoryview:
    """The rows of a batch as sheet XML; `first_row` counts from one, as Excel does."""
    numbers = pa.array(range(first_row, first_row + batch.num_rows), pa.int64()).cast(pa.string())
    maker = _Cells(numbers, style)
    cells = [maker.of(finite(batch.column(place)), column, place) for place, column in enumerate(columns)]
    joined = _join('<row r="', numbers, '">', *cells, "</row>", null_handling="skip")
    end = joined.buffers()[1].to_pybytes()[4 * len(joined) : 4 * len(joined) + 4]
    return memoryview(joined.buffers()[2])[: int.from_bytes(end, sys.byteorder)]


@dataclass(frozen=True)
class _Cells:
    """The cells of one batch, a column at a time."""

    numbers: pa.Array
    style: Style

    def of(self, values: pa.Array, column: Column, place: int) -> pa.Array:
        start = f'<c r="{xl_col_to_name(place)}'
        cells = self._filled(values, column, start)
        if not cells.null_count:
            return cells
        return pc.coalesce(cells, _join(start, self.numbers, f'" s="{_index(self.style.cell(column.kind))}"/>'))

    def _filled(self, values: pa.Array, column: Column, start: str) -> pa.Array:
        kind = values.type
        if column.labels or column.kind in TEXT_KINDS or pa.types.is_string(kind) or pa.types.is_boolean(kind):
            return self._text(_texts(values, column, self.style.words), start)
        if pa.types.is_temporal(kind):
            return self._dates(values, column, start)
        if column.kind == "points" or pa.types.is_null(kind):
            values = pc.multiply(values.cast(pa.float64()), 100.0)
        return self._number(values.cast(pa.string()), start, self.style.cell(column.kind))

    def _number(self, values: pa.Array, start: str, form: Format) -> pa.Array:
        return _join(start, self.numbers, f'" s="{_index(form)}"><v>', values, "</v></c>")

    def _text(self, texts: pa.Array, start: str) -> pa.Array:
        opening = f'" s="{_index(self.style.cell("text"))}" t="inlineStr"><is><t xml:space="preserve">'
        return _join(start, self.numbers, opening, texts, "</t></is></c>")

    def _dates(self, values: pa.Array, column: Column, start: str) -> pa.Array:
        timed = pa.types.is_timestamp(values.type)
        if timed:
            seconds = pc.divide(values.cast(pa.timestamp("us")).cast(pa.int64()).cast(pa.float64()), 1e6)
            days = pc.add(pc.divide(seconds, _DAY_SECONDS), float(_EXCEL_EPOCH))
        else:
            days = pc.add(values.cast(pa.date32()).cast(pa.int32()), _EXCEL_EPOCH)
        form = self.style.cell(column.kind, timed and column.kind == "date")
        cells = self._number(days.cast(pa.string()), start, form)
        countable = pc.greater_equal(pc.year(values), FIRST_YEAR)
        if pc.all(countable).as_py() is not False:
            return cells
        return pc.if_else(countable, cells, self._text(_texts(values, column, self.style.words), start))


def _index(form: Format) -> int:
    """The number by which the sheet's XML calls a format."""
    return int(form._get_xf_index())


def _texts(values: pa.Array, column: Column, words: Words) -> pa.Array:
    """Texts as XML; a value that comes often is made ready once."""
    encoded = values.dictionary_encode()
    if column.labels or not pa.types.is_string(values.type):
        labels = [shown(value, column, words) for value in encoded.dictionary.to_pylist()]
        encoded = pa.DictionaryArray.from_arrays(encoded.indices, pa.array(labels, pa.string()))
    return _escaped(encoded.dictionary).take(encoded.indices)


def _escaped(texts: pa.Array) -> pa.Array:
    odd = pc.or_(pc.match_substring_regex(texts, _ODD), pc.greater(pc.binary_length(texts), LONGEST))
    if pc.any(odd).as_py():
        texts = pa.array([None if text is None else literal(clean(text)) for text in texts.to_pylist()], pa.string())
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        texts = pc.replace_substring(texts, sign, entity)
    return texts


def _join(*parts: Any, null_handling: str = "emit_null") -> pa.Array:
    return pc.binary_join_element_wise(*parts, "", null_handling=null_handling)
