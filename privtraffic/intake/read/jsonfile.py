"""JSON: objects one a line, one after the other, or in an array; every value as the text that stands there."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.bytestream import Beginning, chunks, sniff_encoding
from privtraffic.intake.read.raw import LONGEST_CELL, LONGEST_NAME, MOST_COLUMNS
from privtraffic.intake.read.workbook import MOST_CELLS, MOST_SPARSE, MOST_SPARSENESS, Sheet

_BEGINS = re.compile(r'\s*(\{\s*"|\[\s*[\[{\]])')
_BETWEEN = re.compile(r"[\s,]*")
_LONGEST = 1 << 27
"""Of one object, or of one that holds all the others."""
_MOST_BYTES = 1 << 29
"""What the objects within such a one may take in memory."""
_BYTES = {",": 110, "{": 200, "[": 60}
"""What an object, an array and each of their values take, by the sign that tells of it."""
_BATCH_BYTES = 1 << 26
_CELL_BYTES = 60


def is_json(head: bytes) -> bool:
    """Whether a text begins with an object, or an array of objects."""
    plain = head.removeprefix(codecs.BOM_UTF8)[:4096]
    if plain[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        plain = plain[2:].replace(b"\0", b"")
    return _BEGINS.match(plain.decode("latin-1")) is not None


def read_json(path: Path, encoding: str, beginning: Beginning) -> Sheet:
    """The objects of a file as rows, their keys as the header.

    What lies in an object within is a column of its own (`customer.id`); an array within is one cell of JSON.

    Raises
    ------
    PrivtrafficError
        Where the file is cut short, is no JSON, or holds no objects.
    """
    encoding = encoding or sniff_encoding(beginning.head, path.name)
    rows = _rows(_objects(path, _decoded(path, encoding)))
    table = _table(path.name, rows)
    if not table.num_columns:
        raise PrivtrafficError("json_no_rows", file=path.name)
    return Sheet(path, "", table, encoding=encoding)


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    line = 1
    for chunk in chain(chunks(path), [b""]):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            byte = error.object[error.start]
            raise PrivtrafficError("undecodable", file=path.name, line=line, encoding=encoding, byte=byte) from None
        line += text.count("\n")
        yield text


def _objects(path: Path, texts: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The objects of a text, read piece by piece."""
    take = json.JSONDecoder(
        object_pairs_hook=lambda pairs: _once(pairs, path.name), parse_float=_Number, parse_int=_Number,
        parse_constant=_Number,
    ).raw_decode  # fmt: skip
    text, at, needed, line, depth = "", 0, 0, 1, 0
    while True:
        piece = next(texts, None)
        line += text.count("\n", 0, at)
        text, at = text[at:] + (piece or ""), 0
        while piece is None or len(text) - at >= needed:
            at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
            if at == len(text):
                break
            if text[at] in "[]":
                depth += 1 if text[at] == "[" else -1
                at += 1
                continue
            if needed:
                _check_size(text, at, path.name)
            try:
                found, at = take(text, at)
            except (json.JSONDecodeError, RecursionError):
                # Perhaps the rest of it comes yet: tried again when there is twice as much.
                needed = 2 * (len(text) - at)
                if piece is None:
                    line += text.count("\n", 0, at)
                    raise PrivtrafficError("json_damaged", file=path.name, line=line) from None
                break
            needed = 0
            if not isinstance(found, dict) or not 0 <= depth <= 1:
                raise PrivtrafficError("json_no_rows", file=path.name)
            yield found
        if piece is None:
            if depth:
                raise PrivtrafficError("json_damaged", file=path.name, line=line + text.count("\n"))
            return


def _check_size(text: str, at: int, file: str) -> None:
    """Refuse an object that is too long, or whose values would take too much, before any of them is made."""
    if len(text) - at > _LONGEST or sum(text.count(sign, at) * size for sign, size in _BYTES.items()) > _MOST_BYTES:
        raise PrivtrafficError("json_too_large", file=file, mb=_LONGEST >> 20)


class _Number(str):
    """A number as it is written: an id of twenty digits keeps them all."""

    __slots__ = ()


def _once(pairs: list[tuple[str, Any]], file: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise PrivtrafficError("json_key_twice", file=file, name=twice)
    return found


def _rows(objects: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The objects themselves, or, where one alone holds them all (`{"data": {"orders": […]}}`), those."""
    first = next(objects, None)
    second = next(objects, None)
    if first is not None and second is None:
        lists = list(_lists(first))
        yield from lists[0] if len(lists) == 1 else [first]
        return
    yield from (each for each in (first, second) if each is not None)
    yield from objects


def _lists(whole: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The lists of objects in an object, or in those within it."""
    for value in whole.values():
        if isinstance(value, dict):
            yield from _lists(value)
        elif _holds_rows(value):
            yield value


def _holds_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _table(file: str, rows: Iterator[dict[str, Any]]) -> pa.Table:
    """All cells as text, the header as the first row; a key that comes late is empty before."""
    places: dict[str, int] = {}
    parts: list[pa.Table] = []
    columns: list[list[str | None]] = []
    count = filled = size = 0
    for total, row in enumerate(rows, 1):
        for key, value in _cells(row, file):
            filled += 1
            size += len(value or "")
            if len(value or "") > LONGEST_CELL:
                raise PrivtrafficError("cell_too_long", file=file, row=total, mb=LONGEST_CELL >> 20)
            if key not in places:
                places[key] = len(places)
                columns.append([None] * count)
            columns[places[key]].append(value)
        count += 1
        for column in columns:
            if len(column) < count:
                column.append(None)
        if len(places) > MOST_COLUMNS:
            raise PrivtrafficError("too_many_columns", file=file, line=total, columns=len(places), most=MOST_COLUMNS)
        cells = total * len(places)
        if cells > MOST_CELLS or (cells > MOST_SPARSE and cells > MOST_SPARSENESS * filled):
            raise PrivtrafficError("expands_too_far", file=file, limit=f"{MOST_CELLS:,}")
        size += _CELL_BYTES * len(places)
        if size > _BATCH_BYTES:
            parts.append(_part(columns))
            columns, count, size = [[] for _ in places], 0, 0
    parts.append(_part(columns))
    header = _part([[key] for key in places])
    return pa.concat_tables([header, *parts], promote_options="default")


def _part(columns: list[list[str | None]]) -> pa.Table:
    return pa.table({f"c{at}": pa.array(column, pa.string()) for at, column in enumerate(columns)})


def _cells(row: dict[str, Any], file: str, before: str = "") -> Iterator[tuple[str, str | None]]:
    for key, value in row.items():
        if len(before) + len(key) > LONGEST_NAME:
            raise PrivtrafficError("name_too_long", file=file, most=f"{LONGEST_NAME:,}")
        name = f"{before}{key}"
        value = _without_type(value)  # noqa: PLW2901
        if isinstance(value, dict):
            yield from _cells(value, file, f"{name}.")
        else:
            yield _whole(name), _text(value)


def _without_type(value: Any) -> Any:
    """A value beside its type, as MongoDB writes it: {"$numberDecimal": "12.50"}."""
    while isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$"):
        [value] = value.values()
    return value


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return _whole(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _whole(text: str) -> str:
    """The text without lone surrogates, which no table can hold."""
    return str(text) if text.isascii() else text.encode("utf-8", "replace").decode()
