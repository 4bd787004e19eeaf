"""Phones and e-mail addresses that serve as keys: what a page, slides and a screen show of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, cast

import pyarrow as pa

from privtraffic.report.document import Report, Stream, Table

_PHONE = re.compile(
    r"(?<![\d.])(?:\(?(?:\+|00)?86\)?[- ]?)?(?P<start>1[3-9]\d)[- ]?\d{4}[- ]?(?P<end>\d{4})(?!\d|\.\d)", re.ASCII
)
_OTHER = re.compile(
    r"(?<![\w+])\+\d{8,15}(?!\d)"
    # With its country, in groups: +1 (415) 555-0132.
    r"|(?<![\w+])\+(?!\d{1,3} \d{4}-\d\d-\d\d)(?=(?:[ ().-]{0,2}\d){10,15}(?!\d))"
    r"[1-9]\d{0,2}(?:[ .-]?\(?\d{1,5}\)?){2,6}(?!\d)"
    # A landline of China or a number of North America, in groups.
    r"|(?<![\w.,-])\(?0\d{2,3}\)?[- ]\d{7,8}(?![\w-])"
    r"|(?<![\w.,-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}(?![\w.-])",
    re.ASCII,
)
_OTHER_CELL = re.compile(
    r"\+(?!\d{1,3} \d{4}-\d\d-\d\d)\d[\d() .-]{6,20}\d"
    # With a nought before the area, in groups, of nine to thirteen digits in all.
    r"|(?=(?:\D{0,2}\d){9,13}$)\(?0[1-9]\d{0,3}\)?(?:[ ./-]{1,2}\d{2,8}|(?<=\))\d{2,8}){1,5}"
    # Without a gap, as numbers of goods and cards are written, too: a landline of China, or ten digits.
    r"|0(?:10|2\d)\d{8}|0[3-9]\d{9,10}|0[1-9]\d{8}"
    # Two noughts before the country.
    r"|00[1-9]\d{0,2}[ -](?:[ -]?\d){8,12}|00(?:33|34|39|44|49|60|61|65|66|81|82|852|853|886)\d{8,10}"
    r"|\d{3} \d{3} \d{4}",
    re.ASCII,
)
_DAY = re.compile(r"\d{1,2}([./-])\d{1,2}(?:\1\d{4}(?!\d)| ?[-/] ?\d{1,2}\1\d{1,2})", re.ASCII)
"""A day, or from one to another."""
_BARE = re.compile(r"(?<![\w+-])(?<!\d[.,])\d{9,12}(?![\w-]|[.,]\d)", re.ASCII)
"""A number of a phone without anything that shows it to be one; a comma or a stop behind it may end a sentence."""
_OF_PHONES = re.compile(
    r"手机|手機|电话|電話|携帯|휴대|전화|phone|mobile|\bcell\b|\btel(?:\b|e)|\bhandy|celular|m[oó]vil|portable|телефон|โทร",
    re.IGNORECASE,
)
_MEMBER = "member_id"
Mask = Callable[[str], str]
_EMAIL = re.compile(r"(?P<start>[\w.+%-])[\w.+%-]*@(?P<end>(?:[\w-]+\.)+[^\W\d_]{2,})")


def masked_text(text: str) -> str:
    """The text with phones as `138****5678` and e-mail addresses as `a***@x.com`; any other key stays as it is.

    A phone is a mobile number of China, however it is parted, a number with its country after a plus, a landline, or a
    number of another country in groups; in a cell of its own also one that begins with the nought of its area.
    """
    if _OTHER_CELL.fullmatch(text) and not _PHONE.fullmatch(text) and not _DAY.match(text):
        return _short(text)
    text = _PHONE.sub(r"\g<start>****\g<end>", text)
    text = _OTHER.sub(lambda found: _short(found[0]), text)
    return _EMAIL.sub(r"\g<start>***@\g<end>", text) if "@" in text else text


def masked(report: Report) -> Report:
    """The report as it may go round: no phone and no e-mail address in any of its sentences and cells.

    Where members are known by a column of phones, as its name says, bare numbers under a member's name are phones, too.
    """
    files = cast("Sequence[Mapping[str, Any]]", report.quality.json.get("files", ()))
    known_by = [str((file.get("mapping") or {}).get("member_id", "")) for file in files]
    return cast("Report", _masked(report, _of_members if any(map(_OF_PHONES.search, known_by)) else masked_text))


@dataclass(frozen=True)
class _Masked:
    """Rows of a stream, their texts masked as they come."""

    stream: Stream
    of_members: Mask

    def count(self) -> int:
        return self.stream.count()

    def batches(self, columns: Sequence[str], limit: int | None = None) -> Iterator[pa.RecordBatch]:
        for batch in self.stream.batches(columns, limit):
            named = zip(batch.schema.names, batch.columns, strict=True)
            shown = [_column(column, self.of_members if name == _MEMBER else masked_text) for name, column in named]
            yield pa.record_batch(shown, names=batch.schema.names)


def _of_members(text: str) -> str:
    return _BARE.sub(lambda found: _short(found[0]), masked_text(text))


def _short(number: str) -> str:
    return f"{number[:3]}****{number[-2:]}"


def _column(column: pa.Array, mask: Mask) -> pa.Array:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return column
    return pa.array([None if text is None else mask(text) for text in column.to_pylist()], kind)


def _masked(value: Any, of_members: Mask) -> Any:
    """Sentences, and cells under a member's name, by one mask; other cells, where orders have numbers, by the other."""
    if isinstance(value, str):
        return of_members(value)
    if isinstance(value, Table):
        plain = _fields(replace(value, rows=()), of_members)
        return replace(plain, rows=_rows(value, of_members))
    if isinstance(value, tuple | list):
        return type(value)(_masked(each, of_members) for each in value)
    if isinstance(value, Mapping):
        return {key: _masked(each, of_members) for key, each in value.items()}
    return _fields(value, of_members) if is_dataclass(value) and not isinstance(value, type) else value


def _fields(value: Any, of_members: Mask) -> Any:
    return replace(value, **{each.name: _masked(getattr(value, each.name), of_members) for each in fields(value)})


def _rows(table: Table, of_members: Mask) -> Sequence[Sequence[Any]] | Stream:
    if not isinstance(table.rows, Sequence):
        return _Masked(table.rows, of_members)
    masks = [of_members if column.key == _MEMBER else masked_text for column in table.columns]
    return [[_masked(cell, mask) for cell, mask in zip(row, masks, strict=True)] for row in table.rows]
