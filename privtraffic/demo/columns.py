"""Arrow columns from the codes, cents and seconds the simulation counts in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.demo.members import NEVER
from privtraffic.demo.season import Ints


def cents(amounts: Ints) -> pa.Array:
    """Cents as DECIMAL(18,2), without passing through a float."""
    words = np.empty((len(amounts), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = amounts, amounts >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(amounts), [None, pa.py_buffer(words)])


def seconds(times: Ints) -> pa.Array:
    """Seconds since 1970 as timestamps; `NEVER` is null."""
    return pa.array(np.where(times == NEVER, 0, times).astype("datetime64[s]"), mask=times == NEVER)


def pick(pool: list[str], codes: Ints) -> pa.Array:
    """The pool's word for each code; a negative code is null."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(pool))


def numbered(before: str, numbers: Ints, width: int) -> pa.Array:
    """Text such as M00000017; a negative number is null."""
    digits = pc.utf8_lpad(pa.array(numbers, mask=numbers < 0).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(before, digits, "")


def member_ids(members: Ints) -> pa.Array:
    """Member keys M00000001, M00000002, … of members 0, 1, …; a negative member is null."""
    return numbered("M", np.where(members < 0, -1, members + 1), 8)
