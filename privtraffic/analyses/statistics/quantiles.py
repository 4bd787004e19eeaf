"""Quantiles of what was counted: one row per value, so that no engine sorts all rows in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def counted_quantiles(counts: Mapping[int, int], percents: Sequence[float]) -> list[int]:
    """The least values that so many percent of all do not pass; none where nothing was counted.

    Parameters
    ----------
    counts
        How often each value stands.
    """
    if not counts:
        return []
    values = sorted(counts)
    reached = np.cumsum([counts[value] for value in values])
    return [values[place] for place in np.searchsorted(reached * 100, np.array(percents) * reached[-1])]
