"""Where nothing can be learned from the past: what the gaps between orders alone say."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from privtraffic.analyses.churn.features import Array

_FEW = 30


def silent_longer(counts: pa.Table, recency_days: Array, horizon_days: int) -> Array:
    """Probability that a silence of `recency_days` lasts another horizon: S(r + h) ÷ S(r), S by Kaplan & Meier (1958).

    Parameters
    ----------
    counts
        Days, gaps that ended after so many days, silences still open after so many; in order of days.

    Returns
    -------
    Probabilities; NaN for all where no gap has ever ended and few silences have lasted a horizon: nothing is known.
    """
    days, ended, still_open = (counts[name].to_numpy().astype(float) for name in ("days", "ended", "still_open"))
    if not ended.sum() and still_open[days >= horizon_days].sum() < _FEW:
        return np.full(len(recency_days), np.nan)
    at_risk = (ended + still_open)[::-1].cumsum()[::-1]
    survival = np.concatenate([[1.0], np.cumprod(1 - ended / at_risk)])

    def beyond(t: Array) -> Array:
        found: Array = survival[np.searchsorted(days, t, side="right")]
        return found

    now = beyond(recency_days)
    return np.where(now > 0, beyond(recency_days + horizon_days) / np.where(now > 0, now, 1.0), 1.0)
