"""Models of what happens once a period: BG/BB for donations and seasons, shifted-beta-geometric for contracts.

BG/BB (Fader, Hardie & Shang 2010, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting"): while there, a
member orders in a period with a probability p of their own, beta(α, β); before every period they leave with a
probability θ of their own, beta(γ, δ).  The shifted-beta-geometric (Fader & Hardie 2007, "How to Project Customer
Retention") is the same with p = 1: who is there renews, who does not renew is gone; its α, β are those of θ.

A history in periods: `frequency` periods with an order behind the first one, `recency` from the first period with an
order to the last, `age` of all periods observed, the first one with them.  Both are rounded to whole periods, because
years and months differ in length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, psi

Array = NDArray[np.float64]

PERIODS = ("bgbb", "sbg")
"""The models that count periods, not days."""

_ROWS = 4_096
_MOST_WAIT = 1e4


def whole(frequency: Array, recency: Array, age: Array) -> tuple[Array, Array, Array]:
    """x, t_x and n of the papers: periods with an order, the last of them, and all, each without the first."""
    n = np.maximum(np.rint(age) - 1, 0.0)
    last = np.minimum(np.rint(recency), n)
    return np.minimum(frequency, last), last, n


def distinct(history: tuple[Array, Array, Array], weight: Array) -> tuple[Array, Array]:
    """The histories in whole periods that differ, one a row, and how many members have each."""
    found, place = np.unique(np.column_stack(whole(*history)), axis=0, return_inverse=True)
    members: Array = np.bincount(place.ravel(), weight, len(found)).astype(np.float64)
    return found, members


def objective(model: str, logs: Array, distinct: Array, members: Array) -> tuple[float, Array]:
    """Mean log-likelihood of a member and its gradient in the log-parameters."""
    terms = _bgbb if model == "bgbb" else _sbg
    total, gradient = 0.0, np.zeros(len(logs))
    for start in range(0, len(distinct), _ROWS):
        part = slice(start, start + _ROWS)
        values, slopes, _ = terms(np.exp(logs), *distinct[part].T)
        total += float(members[part] @ values)
        gradient += slopes @ members[part]
    found = float(members.sum())
    return total / found, gradient * np.exp(logs) / found


def _slopes(a: Array, b: Array) -> tuple[Array, Array]:
    """The derivatives of log B(a, b) with respect to a and b."""
    both = psi(a + b)
    return psi(a) - both, psi(b) - both


def _bgbb(theta: Array, x: Array, t_x: Array, n: Array) -> tuple[Array, Array, Array]:
    """Per history: log-likelihood, its gradient, probability of being there in the last period observed."""
    alpha, beta, gamma, delta = theta
    silent = (n - t_x)[:, None]
    step = np.arange(int(silent.max(initial=0)) + 1)
    x, n, seen = x[:, None], n[:, None], t_x[:, None] + step
    gone, there = step < silent, step == silent
    seen = np.minimum(seen, n)
    quiet, leaves = beta + seen - x, np.where(there, gamma, gamma + 1)
    logs = betaln(alpha + x, quiet) - betaln(alpha, beta) + betaln(leaves, delta + seen) - betaln(gamma, delta)
    logs = np.where(gone | there, logs, -np.inf)
    top = logs.max(axis=1, keepdims=True)
    share = np.exp(logs - top)
    mass = _total(share)[:, None]
    share /= mass
    values = (top + np.log(mass))[:, 0]
    here = _slopes(alpha + x, quiet), _slopes(leaves, delta + seen)
    zero = _slopes(alpha, beta), _slopes(gamma, delta)
    slopes = np.array(
        [
            _total(share * (part - base))
            for pair in zip(here, zero, strict=True)
            for part, base in zip(*pair, strict=True)
        ]
    )
    return values, slopes, _total(share * there)


def _total(parts: Array) -> Array:
    """The sum of every row, one by one: zeros behind it, which longer histories beside it bring, change no digit."""
    found: Array = np.cumsum(parts, axis=1)[:, -1]
    return found


def _sbg(theta: Array, _: Array, t_x: Array, n: Array) -> tuple[Array, Array, Array]:
    alpha, beta = theta
    stays = t_x >= n
    leaves = np.where(stays, alpha, alpha + 1)
    values = betaln(leaves, beta + t_x) - betaln(alpha, beta)
    slopes = np.array(_slopes(leaves, beta + t_x)) - np.array(_slopes(alpha, beta))[:, None]
    return values, slopes, stays.astype(float)


def alive(model: str, theta: Array, history: tuple[Array, Array, Array]) -> Array:
    """Probability of being there in the last period observed, in that period's own chance to order included."""
    terms = _bgbb if model == "bgbb" else _sbg
    found = [terms(theta, *part)[2] for part in _chunks(whole(*history))]
    return np.concatenate(found) if found else np.zeros(0)


def log_likelihoods(model: str, theta: Array, history: tuple[Array, Array, Array]) -> Array:
    """The log-likelihood of every history."""
    terms = _bgbb if model == "bgbb" else _sbg
    found = [terms(theta, *part)[0] for part in _chunks(whole(*history))]
    return np.concatenate(found) if found else np.zeros(0)


def _chunks(columns: tuple[Array, Array, Array]) -> list[tuple[Array, Array, Array]]:
    rows = range(0, len(columns[0]), _ROWS)
    return [(x[i : i + _ROWS], t_x[i : i + _ROWS], n[i : i + _ROWS]) for i in rows for x, t_x, n in [columns]]


def _given_there(model: str, theta: Array, history: tuple[Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
    """The parameters of p and of θ, of a member who is there: both are beta, and independent of each other."""
    x, _, n = whole(*history)
    gamma, delta = theta[-2:]
    order = (theta[0] + x, theta[1] + n - x) if model == "bgbb" else (np.ones_like(n), np.zeros_like(n))
    return *order, np.full_like(n, gamma), delta + n


def wait(model: str, theta: Array, history: tuple[Array, Array, Array]) -> Array:
    """Periods until a member who is there and stays orders with a chance of one half: at their mean p."""
    orders, quiet, _, _ = _given_there(model, theta, history)
    none = quiet / (orders + quiet)
    with np.errstate(divide="ignore"):
        found: Array = np.where(none > 0, np.log(0.5) / np.log(np.minimum(none, 1 - 1e-12)), 1.0)
    return np.clip(np.ceil(found), 1.0, _MOST_WAIT)


def ahead(
    model: str, theta: Array, history: tuple[Array, Array, Array], horizon: float, discount: float
) -> tuple[Array, Array, Array, Array, Array]:
    """For a member who is alive, over whole periods: expected orders, discounted, squares, products, and P(none).

    The names are those of `Forecast`.  An order in the k-th period to come counts exp(−discount · k).
    """
    orders, quiet, leaves, stays = _given_there(model, theta, history)
    mean = orders / (orders + quiet)
    second = mean * (orders + 1) / (orders + quiet + 1)
    sums = [np.zeros_like(mean) for _ in range(4)]
    lasting, empty, none, gathered = np.ones_like(mean), np.ones_like(mean), np.zeros_like(mean), 0.0
    for k in range(1, periods_of(horizon) + 1):
        before = lasting
        lasting = before * (stays + k - 1) / (leaves + stays + k - 1)
        none = none + (before - lasting) * empty
        empty = empty * (quiet + k - 1) / (orders + quiet + k - 1)
        factor = float(np.exp(-discount * k))
        sums[0] += mean * lasting
        sums[1] += factor * mean * lasting
        sums[2] += factor**2 * mean * lasting
        sums[3] += 2 * factor * gathered * second * lasting
        gathered += factor
    return sums[0], sums[1], sums[2], sums[3], none + lasting * empty


def periods_of(horizon: float) -> int:
    """Whole periods of a horizon."""
    return max(int(np.rint(horizon)), 0)
