"""Arrow without pandas, which it imports to ask of every list whether it is a series; none here is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder

import numpy as np
import pyarrow as pa


def texts(values: Sequence[str | None]) -> pa.StringArray:
    """What `pa.array` makes of texts, in a process that may be somebody else's."""
    written = [(value or "").encode() for value in values]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    known = np.packbits(np.array([value is not None for value in values], bool), bitorder="little")
    return pa.StringArray.from_buffers(len(values), *map(pa.py_buffer, (ends, b"".join(written), known)))


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


def spare_pandas() -> None:
    """Have pyarrow look for pandas now, in vain, for once and all: a quarter of a small run.

    For a process of our own only: who gives pyarrow a series afterwards is not understood.
    """
    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(finder)
