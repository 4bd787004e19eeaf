"""Rows of Arrow batches as JSON text: what `json.dumps` would write, a column at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.report.document import Column, Kind
from privtraffic.report.values import TEXT_KINDS, canonical, finite

_NEEDS_ESCAPE = '[\x00-\x1f"\\\\]'


def rows_json(batch: pa.RecordBatch, columns: Sequence[Column]) -> list[str]:
    """One JSON object per row, keyed by column."""
    parts: list[object] = ["{"]
    for place, column in enumerate(columns):
        parts += [
            f"{', ' if place else ''}{json.dumps(column.key)}: ",
            _texts(finite(batch.column(place)), column.kind),
        ]
    texts: list[str] = pc.binary_join_element_wise(*parts, "}", "").to_pylist()
    return texts


def _texts(values: pa.Array, kind: Kind) -> pa.Array:
    numeric = pa.types.is_integer(values.type) or pa.types.is_floating(values.type) or pa.types.is_decimal(values.type)
    if (numeric and kind not in TEXT_KINDS) or pa.types.is_boolean(values.type):
        texts = values.cast(pa.string())
    elif pa.types.is_string(values.type):
        texts = _strings(values)
    else:
        distinct = values.dictionary_encode()
        written = [json.dumps(canonical(value, kind)) for value in distinct.dictionary.to_pylist()]
        texts = pa.array(written, pa.string()).take(distinct.indices)
    return pc.fill_null(texts, "null")


def _strings(values: pa.Array) -> pa.Array:
    plain = pc.binary_join_element_wise('"', values, '"', "")
    odd = pc.match_substring_regex(values, _NEEDS_ESCAPE)
    if not pc.any(odd).as_py():
        return plain
    escaped = [json.dumps(text, ensure_ascii=False) for text in values.filter(odd).to_pylist()]
    return pc.replace_with_mask(plain, pc.fill_null(odd, False), pa.array(escaped, pa.string()))
