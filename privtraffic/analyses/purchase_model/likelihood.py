"""Likelihoods of purchase histories and of spend, with gradients in the logarithms of the parameters.

Gamma-Gamma is that of `lifetimes`, and its other models are what the tests compare with.  The gradients are worked out
by hand, ten times as fast as by automatic differentiation.  That of Pareto/NBD is in `pareto.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from lifetimes import GammaGammaFitter
from numpy.typing import NDArray
from scipy.special import gammaln, psi

from privtraffic.analyses.purchase_model import periods
from privtraffic.analyses.purchase_model.pareto import pareto_terms

Array = NDArray[np.float64]

PARAMETERS = {
    "bgnbd": ("r", "alpha", "a", "b"),
    "mbgnbd": ("r", "alpha", "a", "b"),
    "paretonbd": ("r", "alpha", "s", "beta"),
    "nbd": ("r", "alpha"),
    "bgbb": ("alpha", "beta", "gamma", "delta"),
    "sbg": ("alpha", "beta"),
    "gammagamma": ("p", "q", "gamma"),
}
"""The parameters of each model, in the order of their papers."""

_CHUNK = 8_192


@dataclass(frozen=True)
class Histories:
    """Distinct purchase histories, each with the number of members that share it.

    Attributes
    ----------
    frequency
        Repeat order days: distinct days with an order, the first left out.
    recency, age
        Time units from the first order day to the last, and to the end of observation.
    weight
        Members with this history.
    """

    frequency: Array
    recency: Array
    age: Array
    weight: Array

    @property
    def members(self) -> float:
        return float(self.weight.sum())

    @property
    def repeaters(self) -> float:
        """Members with at least one repeat order day."""
        return float(self.weight[self.frequency > 0].sum())

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Histories:
        return Histories(self.frequency[chosen], self.recency[chosen], self.age[chosen], self.weight[chosen])

    def scaled(self, factor: float) -> Histories:
        """The same histories on a clock `factor` times as fast."""
        return replace(self, recency=self.recency * factor, age=self.age * factor)


@dataclass(frozen=True)
class Spends:
    """What repeat buyers spend: repeat order days, mean spend on them, and the members that share both."""

    frequency: Array
    mean: Array
    weight: Array


Objective = Callable[[Array], tuple[float, Array]]
"""Mean log-likelihood of a member and its gradient, at the logarithms of the parameters."""


def objective(model: str, data: Histories | Spends) -> Objective:
    """The objective of `model` over `data`."""
    if isinstance(data, Spends):
        return lambda logs: _gamma_gamma(logs, data)
    if model == "paretonbd":
        return lambda logs: _pareto(logs, data)
    if model == "nbd":
        return lambda logs: _poisson(logs, data)
    if model in periods.PERIODS:
        distinct, members = periods.distinct((data.frequency, data.recency, data.age), data.weight)
        return lambda logs: periods.objective(model, logs, distinct, members)
    counts, place = np.unique(data.frequency, return_inverse=True)
    return lambda logs: _beta_geometric(logs, data, counts, place, modified=model == "mbgnbd")


def log_likelihood(model: str, parameters: dict[str, float], data: Histories | Spends) -> float:
    """The log-likelihood of `parameters`, summed over members."""
    value, _ = objective(model, data)(np.log([parameters[name] for name in PARAMETERS[model]]))
    return value * float(data.weight.sum())


def log_likelihoods(model: str, parameters: dict[str, float], data: Histories) -> Array:
    """The log-likelihood of every history, whatever its weight."""
    theta = np.array([parameters[name] for name in PARAMETERS[model]])
    x, t_x, age = data.frequency, data.recency, data.age
    if model == "paretonbd":
        parts = [slice(start, start + _CHUNK) for start in range(0, len(age), _CHUNK)]
        return np.concatenate([pareto_terms(theta, x[part], t_x[part], age[part])[0] for part in parts] or [age])
    if model in periods.PERIODS:
        return periods.log_likelihoods(model, theta, (x, t_x, age))
    r, alpha = theta[:2]
    buying: Array = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    found: Array
    if model == "nbd":
        found = buying - (r + x) * np.log(alpha + age)
        return found
    a, b = theta[2:]
    n = x + 1 if model == "mbgnbd" else x
    with np.errstate(all="ignore"):
        stays = gammaln(a + b) + gammaln(b + n) - gammaln(b) - gammaln(a + b + n)
        odds = np.where(n > 0, np.log(a) - np.log(np.maximum(b + n - 1, 1e-300)), -np.inf)
        here, gone = -(r + x) * np.log(alpha + age), odds - (r + x) * np.log(alpha + t_x)
        found = buying + stays + np.logaddexp(here, gone)
    return found


def _gamma_gamma(logs: Array, data: Spends) -> tuple[float, Array]:
    """Fader & Hardie, note 025: the likelihood of `lifetimes`, and its slope."""
    x, mean, weight = data.frequency, data.mean, data.weight
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        value = -float(GammaGammaFitter._negative_log_likelihood(logs, x, mean, weight, 0.0))
        p, q, v = np.exp(logs)
        both, spent = p * x + q, v + x * mean
        d_p = x * (psi(both) - psi(p * x) + np.log(x * mean) - np.log(spent))
        d_q = psi(both) - psi(q) + np.log(v) - np.log(spent)
        d_v = q / v - both / spent
    return value, np.array([p * (weight @ d_p), q * (weight @ d_q), v * (weight @ d_v)]) / weight.sum()


def _beta_geometric(
    logs: Array, data: Histories, counts: Array, place: NDArray[np.int64], *, modified: bool
) -> tuple[float, Array]:
    """Fader, Hardie & Lee (2005), Batislam et al. (2007); what depends on the frequency alone is looked up."""
    r, alpha, a, b = np.exp(logs)
    n = counts + 1 if modified else counts
    before = b + n - 1
    alike = gammaln(r + counts) - gammaln(r) + gammaln(a + b) + gammaln(b + n) - gammaln(b) - gammaln(a + b + n)
    with np.errstate(all="ignore"):
        log_here, log_last = np.log(alpha + data.age), np.log(alpha + data.recency)
        shape = r + data.frequency
        here = -shape * log_here
        odds = np.where(n > 0, np.log(a) - np.log(np.maximum(before, 1e-300)), -np.inf)
        gone = odds[place] - shape * log_last
        both = np.logaddexp(here, gone)
        left = np.exp(gone - both)
    values = alike[place] + r * np.log(alpha) + both
    weight = data.weight
    weighted = weight * left
    stays = weight - weighted
    total = data.members
    by_count = np.bincount(place, weight, len(counts))
    left_by_count = np.bincount(place, weighted, len(counts))
    d_r = by_count @ (psi(r + counts) - psi(r)) + total * np.log(alpha) - stays @ log_here - weighted @ log_last
    d_alpha = total * r / alpha - (shape * (stays / (alpha + data.age) + weighted / (alpha + data.recency))).sum()
    d_a = by_count @ (psi(a + b) - psi(a + b + n)) + left_by_count.sum() / a
    d_b = by_count @ (psi(a + b) + psi(b + n) - psi(b) - psi(a + b + n))
    d_b -= (left_by_count[n > 0] / before[n > 0]).sum()
    gradient = np.array([r * d_r, alpha * d_alpha, a * d_a, b * d_b])
    return float(weight @ values) / total, gradient / total


def _pareto(logs: Array, data: Histories) -> tuple[float, Array]:
    total, gradient = 0.0, np.zeros(4)
    for start in range(0, len(data.age), _CHUNK):
        part = slice(start, start + _CHUNK)
        x, t_x, age, weight = data.frequency[part], data.recency[part], data.age[part], data.weight[part]
        values, slopes, _ = pareto_terms(np.exp(logs), x, t_x, age)
        total += float(weight @ values)
        gradient += slopes @ weight
    return total / data.members, gradient / data.members


def _poisson(logs: Array, data: Histories) -> tuple[float, Array]:
    """NBD (Ehrenberg 1959): a rate of their own, gamma(r, α), and nobody leaves; of the times of the order days."""
    r, alpha = np.exp(logs)
    x, there = data.frequency, alpha + data.age
    values = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(there)
    d_r = psi(r + x) - psi(r) + np.log(alpha) - np.log(there)
    d_alpha = r / alpha - (r + x) / there
    gradient = np.array([r * (data.weight @ d_r), alpha * (data.weight @ d_alpha)])
    return float(data.weight @ values) / data.members, gradient / data.members
