"""One fit for all members, or fits of channels or of cohorts that lean on it: whichever backtests better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from privtraffic.analyses.clv.known import Known
from privtraffic.analyses.clv.score import LEAST_APART, MOST_UNITS
from privtraffic.analyses.purchase_model import Fit, Histories, fit_purchases, forecast, log_likelihoods

AXES = ("channel", "cohort")

Array = NDArray[np.float64]
Parts = list[tuple[NDArray[np.bool_], Fit]]
"""Which members, and the fit that they are forecast by."""


@dataclass(frozen=True)
class Origin:
    """What a backtest fitted to what was known at one date.

    Attributes
    ----------
    wholes, parts
        By model: the fit of all members, and those of the channels, which lean on it.
    """

    day: date
    holdout_days: int
    known: Known
    wholes: Mapping[str, Fit]
    parts: Mapping[str, Parts]


@dataclass(frozen=True)
class Compared:
    """Fits apart against one fit for all, over all holdouts.

    Attributes
    ----------
    axis
        What has fits of its own: channel or cohort.
    gain, error
        Log-density of the holdouts beyond that of one fit for all, summed over members and origins, and its standard
        error.
    """

    axis: str
    parts: Sequence[Parts]
    gain: float
    error: float


def fitted(model: str, data: Histories, group: NDArray[Any], whole: Fit) -> Parts:
    """The fits of the groups with repeat buyers, leaning on the whole; the others have that of the whole."""
    large = _large(group, data)
    rest = ~np.isin(group, large)
    parts: Parts = [(rest, whole)] if rest.any() else []
    for name in large:
        own = group == name
        parts.append((own, fit_purchases(model, data.take(own), whole)))
    return parts


def _large(group: NDArray[Any], data: Histories) -> NDArray[Any]:
    """Groups that are fitted apart, as they are in the forecast itself."""
    names, place = np.unique(group, return_inverse=True)
    if len(names) < 2:
        return np.array([], names.dtype)
    counts = np.bincount(place.ravel(), data.frequency > 0, len(names))
    order = [at for at in np.argsort(-counts, kind="stable") if counts[at] >= LEAST_APART]
    return np.array([names[place] for place in order[:MOST_UNITS]], names.dtype)


def compare(origins: Sequence[Origin], model: str, unit_days: float) -> list[Compared]:
    """What fits by channel and by cohort would have gained at every origin, where there is more than one of them."""
    found = []
    for axis in AXES:
        parts, gains = [], []
        for origin in origins:
            known, whole = origin.known, origin.wholes[model]
            data, later = known.histories(unit_days), known.followed(origin.holdout_days, unit_days)
            own = origin.parts[model] if axis == "channel" else fitted(model, data, known.cohort, whole)
            parts.append(own)
            gains.append(_density(own, data, later) - _density([(np.ones(len(data.age), bool), whole)], data, later))
        if any(len(part) > 1 for part in parts):
            error = float(np.sqrt(sum(gain.var() * len(gain) for gain in gains)))
            found.append(Compared(axis, parts, float(sum(gain.sum() for gain in gains)), error))
    return found


def _density(parts: Parts, data: Histories, later: Histories) -> Array:
    """Log-density of each member's holdout, given what was known."""
    found = np.zeros(len(data.age))
    for own, fit in parts:
        after, before = (log_likelihoods(fit.model, fit.parameters, at.take(own)) for at in (later, data))
        found[own] = after - before
    return found


def best(compared: Sequence[Compared]) -> str:
    """The axis whose fits gained most, `none` where none gained; untested, channels lean on the whole."""
    if not compared:
        return "channel"
    most = max(compared, key=lambda one: one.gain)
    return most.axis if most.gain > 0 else "none"


def predicted(parts: Parts, data: Histories, ahead: float) -> Array:
    """Order days of the holdout, member by member."""
    orders = np.zeros(len(data.age))
    for own, fit in parts:
        orders[own] = forecast(fit.model, fit.parameters, data.take(own), ahead).orders
    return orders
