"""Rates of many groups, each drawn towards the others by as much as its size calls for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import betaln, expit, logit

Array = np.ndarray[Any, np.dtype[np.float64]]


def beta_binomial(hits: Sequence[int], trials: Sequence[int]) -> list[float]:
    """Rates drawn towards their mean by as much as their size calls for: (hits + k p) ÷ (trials + k).

    p and k by maximum likelihood of the beta-binomial.  When the groups differ no more than chance lets them, all get
    the pooled rate.
    """
    order = np.lexsort((trials, hits))
    x, n = np.asarray(hits, dtype=float)[order], np.asarray(trials, dtype=float)[order]
    pooled = float(x.sum() / n.sum())
    if len(x) < 2 or not 0 < pooled < 1:
        return [pooled] * len(x)
    strength, mean = _likeliest(x, n, pooled)
    back = np.empty(len(x))
    back[order] = (x + strength * mean) / (n + strength) if np.isfinite(strength) else pooled
    return [float(value) for value in back]


def _likeliest(x: Array, n: Array, pooled: float) -> tuple[float, float]:
    """Strength and mean of the likeliest beta distribution; an infinite strength where the rates do not differ."""

    def at(log_strength: float) -> tuple[float, float]:
        strength = float(np.exp(log_strength))

        def short(place: float) -> float:
            mean = float(expit(place))
            a, b = strength * mean, strength * (1 - mean)
            return -float((betaln(a + x, b + n - x) - betaln(a, b)).sum())

        centre = float(logit(pooled))
        found = minimize_scalar(short, bounds=(centre - 3, centre + 3), method="bounded", options={"xatol": 1e-7})
        return float(found.fun), float(expit(found.x))

    binomial = -float((x * np.log(pooled) + (n - x) * np.log1p(-pooled)).sum())
    best = minimize_scalar(lambda s: at(s)[0], bounds=(-3.0, 14.0), method="bounded", options={"xatol": 1e-6})
    if best.fun > binomial - 1e-6:
        return float("inf"), pooled
    return float(np.exp(best.x)), at(best.x)[1]
