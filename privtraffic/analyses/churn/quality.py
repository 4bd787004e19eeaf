"""How well probabilities keep what they promise, with bootstrap intervals over members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privtraffic.analyses.churn.features import Array

METRICS = ("roc_auc", "pr_auc", "brier", "log_loss", "calibration_error", "top_decile_lift")

_DRAWS = 200
_GROUPS = 10
_LEAST = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A statistic with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Quality:
    """The quality of one set of predicted probabilities at one cutoff.

    Attributes
    ----------
    metrics
        By name: `roc_auc`, `pr_auc` (of churners), `brier`, `log_loss`, `calibration_error` (ten groups of equal size),
        `top_decile_lift` (churn rate of the tenth with the highest probability ÷ churn rate of all).
    error_shifted
        The calibration error once the level is moved to the churn rate that came: what a moving base rate does not
        explain.
    error_floor
        The calibration error that probabilities without any fault would show with so many members.
    """

    metrics: Mapping[str, Estimate]
    error_shifted: float
    error_floor: float


class _Scored:
    """Probabilities sorted once, so that each resample is a pass over weights."""

    def __init__(self, churned: Array, chance: Array) -> None:
        p = np.clip(chance, _LEAST, 1 - _LEAST)
        self.order = np.argsort(-p, kind="stable")
        self.p, self.y = p[self.order], churned[self.order]
        self.starts = np.flatnonzero(np.concatenate([[True], np.diff(self.p) != 0]))
        self.loss = -(self.y * np.log(self.p) + (1 - self.y) * np.log1p(-self.p))
        self.squares = (self.p - self.y) ** 2
        self.group = np.arange(len(p)) * _GROUPS // max(len(p), 1)

    def metrics(self, weight: Array) -> dict[str, float]:
        w = weight[self.order]
        total = w.sum()
        gone = w * self.y
        by_tie, gone_by_tie = np.add.reduceat(w, self.starts), np.add.reduceat(gone, self.starts)
        seen, seen_gone = np.cumsum(by_tie), np.cumsum(gone_by_tie)
        all_gone, all_kept = gone.sum(), total - gone.sum()
        kept_by_tie = by_tie - gone_by_tie
        above = seen - seen_gone - kept_by_tie / 2
        auc = 1 - (gone_by_tie * above).sum() / max(all_gone * all_kept, _LEAST)
        precision = seen_gone / np.maximum(seen, _LEAST)
        tenth = np.clip(total / 10 - (seen - by_tie), 0, by_tie) / np.maximum(by_tie, _LEAST)
        top = (tenth * gone_by_tie).sum() / (total / 10)
        gap = np.abs(np.bincount(self.group, w * (self.p - self.y), _GROUPS))
        return {
            "roc_auc": float(auc),
            "pr_auc": float((precision * gone_by_tie).sum() / max(all_gone, _LEAST)),
            "brier": float((w * self.squares).sum() / total),
            "log_loss": float((w * self.loss).sum() / total),
            "calibration_error": float(gap.sum() / total),
            "top_decile_lift": float(top / max(all_gone / total, _LEAST)),
        }


def judge(
    churned: Array, chances: Mapping[str, Array], seed: int
) -> tuple[dict[str, Quality], dict[str, NDArray[np.float64]]]:
    """The quality of each set of probabilities, and their resampled metrics, the same resamples for all.

    Returns
    -------
    qualities, draws
        `draws[name]` has a row a resample and a column a metric, in the order of `METRICS`.
    """
    rng = np.random.default_rng(seed)
    n = len(churned)
    weights = [rng.multinomial(n, np.full(n, 1 / n)).astype(float) for _ in range(_DRAWS)]
    even = np.ones(n)
    qualities, draws = {}, {}
    for name, chance in chances.items():
        scored = _Scored(churned, chance)
        point = scored.metrics(even)
        drawn = np.array([[found[m] for m in METRICS] for found in map(scored.metrics, weights)])
        draws[name] = drawn
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        estimates = {m: Estimate(point[m], float(low[i]), float(high[i])) for i, m in enumerate(METRICS)}
        qualities[name] = Quality(estimates, _shifted(scored), _floor(scored, rng))
    return qualities, draws


def difference(
    draws: Mapping[str, NDArray[np.float64]], qualities: Mapping[str, Quality], ours: str, other: str, metric: str
) -> Estimate:
    """Ours less the other's, on the same resamples."""
    place = METRICS.index(metric)
    apart = draws[ours][:, place] - draws[other][:, place]
    low, high = np.quantile(apart, [0.025, 0.975])
    value = qualities[ours].metrics[metric].value - qualities[other].metrics[metric].value
    return Estimate(value, float(low), float(high))


def log_losses(churned: Array, chance: Array) -> Array:
    """The log loss of each row."""
    p = np.clip(chance, _LEAST, 1 - _LEAST)
    found: Array = -(churned * np.log(p) + (1 - churned) * np.log1p(-p))
    return found


def _shifted(scored: _Scored) -> float:
    """Calibration error after the one shift of the log-odds that makes the mean probability the rate that came."""
    odds = np.log(scored.p) - np.log1p(-scored.p)
    rate = scored.y.mean()
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        mean = (1 / (1 + np.exp(-(odds + middle)))).mean()
        low, high = (middle, high) if mean < rate else (low, middle)
    moved = 1 / (1 + np.exp(-(odds + (low + high) / 2)))
    return float(np.abs(np.bincount(scored.group, moved - scored.y, _GROUPS)).sum() / len(moved))


def _floor(scored: _Scored, rng: np.random.Generator) -> float:
    errors = []
    for _ in range(50):
        came = rng.random(len(scored.p)) < scored.p
        errors.append(np.abs(np.bincount(scored.group, scored.p - came, _GROUPS)).sum() / len(came))
    return float(np.mean(errors))


def curve(churned: Array, chance: Array) -> list[tuple[float, float, int, int]]:
    """Ten groups of equal size from the lowest probability up: mean probability, churn rate, churned, members."""
    order = np.argsort(chance, kind="stable")
    return [
        (float(chance[part].mean()), float(churned[part].mean()), int(churned[part].sum()), len(part))
        for part in np.array_split(order, _GROUPS)
        if len(part)
    ]
