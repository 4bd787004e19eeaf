"""Small Arrow arrays for an engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def texts(values: Sequence[str | None]) -> pa.StringArray:
    """What `pa.array` makes of texts, which imports pandas, a quarter of a second, to ask whether they are a series."""
    written = [(value or "").encode() for value in values]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    known = np.packbits(np.array([value is not None for value in values], bool), bitorder="little")
    return pa.StringArray.from_buffers(len(values), *map(pa.py_buffer, (ends, b"".join(written), known)))
