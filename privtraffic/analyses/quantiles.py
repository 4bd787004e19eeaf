"""Quantiles of what was counted: one row a value, so that no engine sorts all rows in one place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def counted_quantiles(values: pa.ChunkedArray, counts: pa.ChunkedArray, percents: Sequence[int]) -> list[int]:
    """The least values that so many percent of all do not pass; none where nothing was counted.

    Parameters
    ----------
    values
        Whole numbers, each once, the least first.
    counts
        How often each stands.
    """
    if not len(values):
        return []
    reached = np.cumsum(counts.to_numpy())
    places = np.searchsorted(reached * 100, np.array(percents) * reached[-1])
    return [int(value) for value in values.to_numpy()[places]]
