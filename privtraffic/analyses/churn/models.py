"""From features to a calibrated probability, by models whose contributions add up and by one that sees interactions.

The only importer of scikit-learn, here and in `saved`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from privtraffic.analyses.churn.features import Array, Rows

Kind = Literal["recency", "purchase", "logistic", "additive", "boosting"]

BASELINES: tuple[Kind, ...] = ("recency", "purchase")
MODELS: tuple[Kind, ...] = ("logistic", "additive", "boosting")
ADDITIVE: tuple[Kind, ...] = ("logistic", "additive")
"""The models whose log-odds are a sum of one term a feature, exactly."""

_KNOTS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
_BINS = 100
_ROUNDS = 160
_MANY = 20_000
_SLOPE_SPREAD = 0.5
"""How far the slope of a calibration may stray from 1 where few rows tell: the standard deviation of its prior."""

_LEVEL_SPREAD = 3.0


@dataclass(frozen=True)
class Calibration:
    """log-odds = level + slope · raw log-odds (Platt 1999, on log-odds)."""

    level: float = 0.0
    slope: float = 1.0

    def __call__(self, raw: Array) -> Array:
        return self.level + self.slope * raw


@dataclass(frozen=True)
class Fitted:
    """A model that can score.

    Attributes
    ----------
    names
        The features it takes, in order.
    points
        Of each feature: the knots of a straight-line piece (logistic, recency), or the upper edges of the bins (trees).
    estimator
        The scikit-learn estimator; None for the purchase model, whose probability is a feature.
    usual
        Mean term of each feature over the training rows that ordered again: what reasons are measured against.
    """

    kind: Kind
    names: tuple[str, ...]
    points: Mapping[str, Array]
    estimator: Any
    calibration: Calibration = Calibration()
    usual: tuple[float, ...] = ()

    def raw(self, rows: Rows) -> Array:
        """Log-odds of churn before calibration."""
        if self.estimator is None:
            return rows.numbers["silence"]
        given = self.inputs(rows.matrix(self.names))
        found: Array = self.estimator.decision_function(given)
        return found

    def score(self, rows: Rows) -> Array:
        """The probability of churn, one per row."""
        return sigmoid(self.calibration(self.raw(rows)))

    def calibrated(self, rows: Rows) -> Fitted:
        """The same model, its level and slope fitted to the outcomes of `rows`."""
        return replace(self, calibration=calibrate(self.raw(rows), rows.churned))

    def inputs(self, matrix: Array) -> Array:
        """What the estimator takes: hats between knots, or the numbers of bins."""
        parts = [self._input(name, matrix[:, place]) for place, name in enumerate(self.names)]
        return np.column_stack(parts)

    def _input(self, name: str, values: Array) -> Array:
        points = self.points[name]
        if self.kind in ("additive", "boosting"):
            return np.where(np.isnan(values), np.nan, np.searchsorted(points, values, side="left").astype(float))
        return hats(squeeze(name, values), points)

    def contributions(self, rows: Rows) -> Array:
        """A column a feature: its term in the calibrated log-odds, less that of the mean member who ordered again.

        Exactly additive: a row sums to its log-odds less the mean log-odds of those members.
        """
        found: Array = (self._terms(rows) - np.array(self.usual)) * self.calibration.slope
        return found

    def _terms(self, rows: Rows) -> Array:
        if self.kind not in ("logistic", "recency", "additive"):
            raise ValueError(f"{self.kind} has no additive contributions")
        term = self._term_of_tree() if self.kind == "additive" else self._term_of_line()
        matrix = rows.matrix(self.names)
        return np.column_stack([term(name, place, matrix[:, place]) for place, name in enumerate(self.names)])

    def _term_of_line(self) -> Callable[[str, int, Array], Array]:
        weights = self.estimator.coef_[0]
        widths = [len(self.points[name]) for name in self.names]
        starts = np.concatenate([[0], np.cumsum(widths)])

        def term(name: str, place: int, values: Array) -> Array:
            found: Array = hats(squeeze(name, values), self.points[name]) @ weights[starts[place] : starts[place + 1]]
            return found

        return term

    def _term_of_tree(self) -> Callable[[str, int, Array], Array]:
        """Each tree asks about one feature only, so moving one feature while the rest stand still gives its term."""
        width = len(self.names)

        def term(name: str, place: int, values: Array) -> Array:
            bins = len(self.points[name]) + 1
            grid = np.zeros((bins + 1, width))
            grid[:bins, place] = np.arange(bins)
            grid[bins, place] = np.nan
            found = self.estimator.decision_function(grid)
            codes = self._input(name, values)
            chosen: Array = found[np.where(np.isnan(codes), bins, codes).astype(int)]
            return chosen

        return term


def fit(kind: Kind, rows: Rows, names: tuple[str, ...], seed: int) -> Fitted:
    """Fit a candidate to rows with outcomes, which come in a total order."""
    if kind == "purchase":
        return Fitted(kind, ("silence",), {}, None)
    used = ("recency_days",) if kind == "recency" else names
    matrix = rows.matrix(used)
    if kind in ("logistic", "recency"):
        points = {name: _knots(squeeze(name, matrix[:, place])) for place, name in enumerate(used)}
        estimator: Any = LogisticRegression(C=10.0 if kind == "recency" else 0.3, max_iter=400)
    else:
        points = {name: _edges(matrix[:, place]) for place, name in enumerate(used)}
        estimator = HistGradientBoostingClassifier(
            max_iter=_ROUNDS if len(rows) > 2_000 else _ROUNDS // 2,
            learning_rate=0.06,
            max_leaf_nodes=4 if kind == "additive" else 5 if len(rows) < _MANY else 10,
            min_samples_leaf=int(np.clip(len(rows) // 200, 20, 100)),
            l2_regularization=5.0,
            early_stopping=False,
            interaction_cst="no_interactions" if kind == "additive" else None,
            random_state=seed,
        )
    fitted = Fitted(kind, used, points, estimator)
    estimator.fit(fitted.inputs(matrix), rows.churned)
    if kind == "boosting":
        return fitted
    again = fitted._terms(rows)[rows.churned == 0]
    return replace(fitted, usual=tuple(again.mean(axis=0).tolist()))


def squeeze(name: str, values: Array) -> Array:
    """Long tails drawn in, signs kept; log-odds stay as they are."""
    return values if name == "silence" else np.sign(values) * np.log1p(np.abs(values))


def _knots(values: Array) -> Array:
    """Distinct quantiles of what is known; the last place stands for what is not."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(1)
    return np.unique(np.quantile(known, _KNOTS, method="nearest"))


def hats(values: Array, knots: Array) -> Array:
    """Straight-line pieces between knots, constant outside: weights of the knots after the first, then missing."""
    missing = np.isnan(values)
    found = np.zeros((len(values), len(knots)))
    filled = np.where(missing, knots[0], values)
    for place in range(1, len(knots)):
        peak = np.zeros(len(knots))
        peak[place] = 1.0
        found[:, place - 1] = np.interp(filled, knots, peak)
    found[missing, :] = 0.0
    found[:, -1] = missing
    return found


def _edges(values: Array) -> Array:
    known = values[~np.isnan(values)]
    if not len(known):
        return np.empty(0)
    cut = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1), method="inverted_cdf"))
    return cut[:-1]


def sigmoid(x: Array) -> Array:
    found: Array = 0.5 * (1 + np.tanh(x / 2))
    return found


def calibrate(raw: Array, churned: NDArray[np.float64]) -> Calibration:
    """Level and slope of greatest likelihood under weak priors (level 0, slope 1), by Newton's steps."""
    theta = np.array([0.0, 1.0])
    centre, spread = np.array([0.0, 1.0]), np.array([_LEVEL_SPREAD, _SLOPE_SPREAD])
    design = np.column_stack([np.ones_like(raw), raw])
    for _ in range(50):
        p = sigmoid(design @ theta)
        gradient = design.T @ (churned - p) - (theta - centre) / spread**2
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(1 / spread**2)
        step = np.linalg.solve(curvature, gradient)
        theta = theta + step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return Calibration(float(theta[0]), float(max(theta[1], 0.05)))
