"""Phones and e-mail addresses that serve as keys: what a page, slides and a screen show of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
    """The report as it may go round: no phone and no e-mail address in any of its sentences and cells."""
    return cast("Report", _masked(report))


@dataclass(frozen=True)
class _Masked:
    """Rows of a stream, their texts masked as they come."""

    stream: Stream

    def count(self) -> int:
        return self.stream.count()

    def batches(self, columns: Sequence[str], limit: int | None = None) -> Iterator[pa.RecordBatch]:
        for batch in self.stream.batches(columns, limit):
            yield pa.record_batch([_column(column) for column in batch.columns], names=batch.schema.names)


def _short(number: str) -> str:
    return f"{number[:3]}****{number[-2:]}"


def _column(column: pa.Array) -> pa.Array:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return column
    return pa.array([None if text is None else masked_text(text) for text in column.to_pylist()], kind)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, Table) and not isinstance(value.rows, Sequence):
        plain = cast("Table", _masked(replace(value, rows=())))
        return replace(plain, rows=_Masked(value.rows))
    if isinstance(value, tuple | list):
        return type(value)(map(_masked, value))
    if isinstance(value, Mapping):
        return {key: _masked(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _masked(getattr(value, each.name)) for each in fields(value)})
    return value
