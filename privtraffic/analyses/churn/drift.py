"""Whether members today are like those the model learned from: the population stability index of each feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privtraffic.analyses.churn.features import Array, Rows

_BINS = 10
_LEAST = 1e-4


@dataclass(frozen=True)
class Reference:
    """A feature in training: upper edges of the bins, the share of rows in each with missing last, and the mean."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    mean: float | None


@dataclass(frozen=True)
class Drift:
    """A feature then and now; `psi` = Σ (now − then) · ln(now ÷ then) over the bins."""

    feature: str
    psi: float
    then: float | None
    now: float | None


def references(rows: Rows, names: Sequence[str]) -> dict[str, Reference]:
    """The spread of each feature over the training rows."""
    matrix = rows.matrix(names)
    found = {}
    for place, name in enumerate(names):
        values = matrix[:, place]
        known = values[~np.isnan(values)]
        cut = np.linspace(0, 1, _BINS + 1)[1:-1]
        edges = np.unique(np.quantile(known, cut, method="inverted_cdf")) if len(known) else np.empty(0)
        found[name] = Reference(tuple(float(edge) for edge in edges), _shares(values, edges), _mean(known))
    return found


def tally(reference: Mapping[str, Reference], rows: Rows) -> Array:
    """Rows per bin of each feature (missing last) and the sum of the known values; tallies of parts can be added."""
    matrix = rows.matrix(list(reference))
    parts: list[Array] = [np.empty(0)]
    for place, then in enumerate(reference.values()):
        values = matrix[:, place]
        parts += [_counts(values, then.edges), np.array([values[~np.isnan(values)].sum()])]
    return np.concatenate(parts)


def drift(reference: Mapping[str, Reference], tallied: Array) -> list[Drift]:
    """Each feature's index, the largest first."""
    found, start = [], 0
    for name, then in reference.items():
        counts, total = tallied[start : start + len(then.edges) + 2], tallied[start + len(then.edges) + 2]
        start += len(then.edges) + 3
        known = counts[:-1].sum()
        before, now = (np.maximum(shares, _LEAST) for shares in (np.array(then.shares), counts / max(counts.sum(), 1)))
        psi = float(((now - before) * np.log(now / before)).sum())
        found.append(Drift(name, psi, then.mean, float(total / known) if known else None))
    return sorted(found, key=lambda one: (-one.psi, one.feature))


def _counts(values: Array, edges: Sequence[float] | Array) -> Array:
    missing = np.isnan(values)
    places = np.where(missing, len(edges) + 1, np.searchsorted(edges, np.where(missing, 0, values), side="left"))
    return np.bincount(places, minlength=len(edges) + 2).astype(float)


def _shares(values: Array, edges: Sequence[float] | Array) -> tuple[float, ...]:
    return tuple(float(count) for count in _counts(values, edges) / max(len(values), 1))


def _mean(known: Array) -> float | None:
    return float(known.mean()) if len(known) else None
