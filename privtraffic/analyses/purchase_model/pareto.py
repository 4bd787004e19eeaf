"""Pareto/NBD: the integral over the time at which a member leaves, to eight digits wherever the parameters lie.

The likelihood of a history is that of being there still and of having left at some time y since the last order day
(Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005, "A Note on Deriving the Pareto/NBD Model").  Textbooks write
the second as a difference of two hypergeometric functions that agree in most digits; here every term is positive.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, psi

Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_DROP = 22.0
"""The integrand is followed down to e^−22 of its top: what lies beyond is less than 1e-8 of the whole."""

_NEWTON = 4

_AT_ONCE = 2_048
"""Histories whose nodes are computed together: they stay in the processor's cache, and none depends on another."""


class Left(NamedTuple):
    """Per history: log of ∫ (α + y)^−(r + x) · (β + y)^−(s + 1) dy from `start` to `stop`, and means over its mass."""

    log_integral: Array
    log_alpha: Array
    log_beta: Array
    per_alpha: Array
    per_beta: Array


def leaving(theta: Array, x: Array, start: Array, stop: Array) -> Left:
    """The integral over the time y of leaving, and the means of log(α + y), log(β + y), 1/(α + y), 1/(β + y).

    With u = log((m + y) / (m + start)), m the smaller of α and β, the logarithm of the integrand is concave, its top is
    known, and its nearest pole is π away in the complex plane: Gauss-Legendre between the two points where it has
    fallen by `_DROP` is exact to eight digits.  The two points are found by Newton's steps from outside, which never
    overshoot a concave function.
    """
    firsts = range(0, max(len(x), 1), _AT_ONCE)
    parts = [_leaving(theta, *(of[at : at + _AT_ONCE] for of in (x, start, stop))) for at in firsts]
    return parts[0] if len(parts) == 1 else Left(*map(np.concatenate, zip(*parts, strict=True)))


def _leaving(theta: Array, x: Array, start: Array, stop: Array) -> Left:
    """The same of so few histories that all nodes are computed together."""
    r, alpha, s, beta = theta
    steep, gentle = (r + x, s + 1) if alpha <= beta else (s + 1, r + x)
    near, apart = min(alpha, beta) + start, abs(beta - alpha)
    end = np.log1p(np.maximum(stop - start, 0.0) / near)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        peak = np.log(np.maximum(1 - steep, 0) * apart / (near * np.maximum(steep + gentle - 1, 1e-300)))
        peak = np.clip(peak, 0.0, end)

    def height(u: Array) -> Array:
        found: Array = (1 - steep) * u - gentle * np.log(near * np.exp(u) + apart)
        return found

    def slope(u: Array) -> Array:
        grown = near * np.exp(u)
        found: Array = 1 - steep - gentle * (grown / (grown + apart))
        return found

    low, high = np.zeros_like(end), end
    target = height(peak) - _DROP
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(_NEWTON):
            below, above = target - height(low), target - height(high)
            low = np.where(below > 0, np.minimum(low + below / slope(low), peak), low)
            high = np.where(above > 0, np.maximum(high + above / slope(high), peak), high)
    span = (high - low)[:, None]
    u = low[:, None] + span * (_NODES + 1) / 2
    log_near = np.log(near)[:, None] + u
    grown = np.exp(log_near)
    far = grown + apart
    log_far = np.log(far)
    logs = u - np.reshape(steep, (-1, 1)) * log_near - np.reshape(gentle, (-1, 1)) * log_far
    top = logs.max(axis=1, keepdims=True)
    mass = _WEIGHTS * np.exp(logs - top)
    total = mass.sum(axis=1, keepdims=True)
    mass /= total
    with np.errstate(divide="ignore"):
        log_integral = (top + np.log(total * span / 2))[:, 0] + np.log(near)
    means = [np.einsum("ij,ij->i", mass, part) for part in (log_near, log_far, 1 / grown, 1 / far)]
    if alpha > beta:
        means = [means[1], means[0], means[3], means[2]]
    return Left(log_integral, *means)


def pareto_terms(theta: Array, x: Array, t_x: Array, age: Array) -> tuple[Array, Array, Array]:
    """Per history: log-likelihood, its gradient in the log-parameters, probability of having left."""
    r, alpha, s, beta = theta
    found = leaving(theta, x, t_x, age)
    here = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    gone = np.log(s) + found.log_integral
    both = np.logaddexp(here, gone)
    left = np.exp(gone - both)
    values = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + both
    stays = 1 - left
    slopes = np.array(
        [
            r * (psi(r + x) - psi(r) + np.log(alpha) - stays * np.log(alpha + age) - left * found.log_alpha),
            r - alpha * (r + x) * (stays / (alpha + age) + left * found.per_alpha),
            s * (np.log(beta) - stays * np.log(beta + age) + left * (1 / s - found.log_beta)),
            s - beta * (stays * s / (beta + age) + left * (s + 1) * found.per_beta),
        ]
    )
    return values, slopes, left
