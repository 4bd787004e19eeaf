"""p-values of many tests at once, corrected for how many there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def q_values(p: Sequence[float]) -> list[float]:
    """The share of false discoveries if this and all smaller p were called (Benjamini & Hochberg 1995)."""
    count = len(p)
    order = np.argsort(p)
    ranked = np.asarray(p)[order] * count / np.arange(1, count + 1)
    stepped = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    out = np.empty(count)
    out[order] = stepped
    return [float(value) for value in out]


def holm(values: Sequence[float | None]) -> list[float | None]:
    """p-values corrected for how many there are (Holm 1979); None stays None and counts for nothing."""
    known = sorted((value, place) for place, value in enumerate(values) if value is not None)
    corrected: list[float | None] = [None] * len(values)
    highest = 0.0
    for rank, (value, place) in enumerate(known):
        highest = max(highest, min(1.0, value * (len(known) - rank)))
        corrected[place] = highest
    return corrected
