"""Fits of the whole and of its parts, and every distinct history scored once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from scipy.special import gammaincinv

from privtraffic.analyses.purchase_model import (
    Fit,
    Forecast,
    Histories,
    Spends,
    expectation,
    fit_purchases,
    fit_spend,
    forecast,
    wait,
)
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.clv.compute")

LEVEL = 0.8
"""Of all intervals: 8 of 10 are meant to hold."""

STEP = 0.5
"""Standard deviations by which a parameter is moved to see how the value moves."""

WHOLE = "*"
"""The unit of all members; parts too small for a fit of their own use it."""

LEAST_APART = 1
MOST_UNITS = 40
_RIVAL = 0.7
"""Standard deviations that a rival model is away: as likely as the other, it adds half of the squared difference."""

_MOST_SPENDS = 30_000
_NEVER = 1e-30
"""A chance below this is none."""

_AT_ONCE = 200_000

_LEAST_TAIL = 0.25
"""q + p·x − 2 is not taken to be smaller: below, the variance of a member's mean spend is infinite."""


@dataclass(frozen=True)
class Unit:
    """One group of members with parameters of their own, or the whole."""

    name: str
    purchases: Fit
    spend: Fit


@dataclass(frozen=True)
class Clock:
    """Days of a time unit, horizon and continuous discount rate in days."""

    unit_days: float
    horizon_days: int
    discount: float

    @property
    def horizon(self) -> float:
        return self.horizon_days / self.unit_days

    @property
    def rate(self) -> float:
        return self.discount * self.unit_days


@dataclass(frozen=True)
class Band:
    """An expected value with its predictive interval and the counts behind it."""

    name: object
    members: int
    once: int
    revenue: float
    alive: float
    orders: float
    value: float
    undiscounted: float
    low: float
    high: float
    units: tuple[str, ...] = field(default=())


def histories_of(table: pa.Table, unit_days: float) -> Histories:
    """Histories in the time unit, from columns in days."""
    frequency, recency, age, members = (
        table[name].to_numpy().astype(float) for name in ("frequency", "recency_days", "age_days", "members")
    )
    return Histories(frequency, recency / unit_days, age / unit_days, members)


def spends_of(table: pa.Table) -> Spends:
    """Mean spends of repeat buyers; very many are put into bins of 0.2 %, each with its mean."""
    frequency, mean, members = (table[name].to_numpy().astype(float) for name in ("frequency", "mean_spend", "members"))
    if len(mean) <= _MOST_SPENDS:
        return Spends(frequency, mean, members)
    _, place = np.unique(frequency * 1e6 + np.round(np.log(mean) / 0.002), return_inverse=True)
    weight = np.asarray(np.bincount(place, members), float)
    frequency, mean = (np.bincount(place, members * values) / weight for values in (frequency, mean))
    return Spends(frequency, mean, weight)


def fit_units(engine: Engine, axis: str, whole: Unit, clock: Clock, rival: Fit | None = None) -> dict[str, Unit]:
    """Fit each value of `axis` with repeat buyers, leaning on the whole; keeps the tables that members are valued by.

    `rival` is another model that the backtest could not tell from the one in use.
    """
    rows = engine.fetch(SQL["groups"].format(axis=axis)).to_pylist()
    large = sorted((row for row in rows if row["repeaters"] >= LEAST_APART), key=lambda row: -row["repeaters"])
    own = {row["name"] for row in large[:MOST_UNITS]} if len(rows) > 1 else set()
    kind = pa.date32() if axis == "cohort" else pa.string()
    names = pa.array([row["name"] for row in rows], kind)
    units = [str(row["name"]) if row["name"] in own else WHOLE for row in rows]
    engine.scan("clv_units", pa.table({"name": names, "unit": units}))
    triples = engine.fetch(SQL["triples"].format(axis=axis))
    spends = engine.fetch(SQL["spends"].format(axis=axis)) if own else pa.table({})
    fitted = {WHOLE: whole}
    for name in sorted({str(name) for name in own}):
        purchases = fit_purchases(
            whole.purchases.model, histories_of(_of(triples, name), clock.unit_days), whole.purchases
        )
        given = spends_of(_of(spends, name))
        spend = fit_spend(given, whole.spend) if len(given.weight) else whole.spend
        fitted[name] = Unit(name, purchases, spend if spend.parameters["q"] > 1 + _LEAST_TAIL / 2 else whole.spend)
    scored = [
        score(unit, part, clock, whole.purchases, rival)
        for name, unit in fitted.items()
        for part in _parts(_of(triples, name))
    ]
    engine.scan("clv_scored", pa.concat_tables(scored))
    engine.scan("clv_spend", pa.Table.from_pylist([_spend_row(unit) for unit in fitted.values()]))
    return fitted


def _parts(table: pa.Table) -> Iterator[pa.Table]:
    """So many histories at a time that what is computed beside them stays small."""
    for start in range(0, max(table.num_rows, 1), _AT_ONCE):
        yield table.slice(start, _AT_ONCE)


def _of(table: pa.Table, unit: str) -> pa.Table:
    return table.filter(np.asarray(table["unit"].to_numpy(zero_copy_only=False) == unit))


def score(unit: Unit, triples: pa.Table, clock: Clock, whole: Fit, rival: Fit | None) -> pa.Table:
    """The forecast of each distinct history.

    `low`, `high` and `variance` are those of the discounted spend divided by γ + frequency · mean spend: given the
    history that is a pure scale, so members with one history and different spends share them.
    """
    data = histories_of(triples, clock.unit_days)
    fit = unit.purchases
    found = forecast(fit.model, fit.parameters, data, clock.horizon, clock.rate)
    low, high, variance = _spread(unit.spend.parameters, data, found)
    columns = {
        "unit": pa.array([unit.name] * len(data.age), pa.string()),
        **{name: triples[name] for name in ("frequency", "recency_days", "age_days")},
        "alive": found.alive,
        "orders": found.orders,
        "discounted": found.discounted,
        "low": low,
        "high": high,
        "variance": variance,
        "wait_days": np.minimum(wait(fit.model, fit.parameters, data) * clock.unit_days, 36_525.0),
    }
    moved = [fit.at(fit.logs + STEP * direction) for direction in fit.directions()]
    # NumPy lets go of the interpreter while it computes: the directions run side by side.
    with ThreadPoolExecutor() as pool:
        base, *there = pool.map(
            lambda parameters: expectation(fit.model, parameters, data, clock.horizon, clock.rate),
            [fit.parameters, *moved],
        )
    for place, value in enumerate(there, 1):
        columns[f"d{place}"] = (value - base) / STEP
    columns["m1"] = np.zeros_like(base)
    if rival is not None:
        ours, theirs = (
            expectation(one.model, one.parameters, data, clock.horizon, clock.rate) for one in (whole, rival)
        )
        columns["m1"] = _RIVAL * found.discounted * (theirs / np.maximum(ours, _NEVER) - 1)
    return pa.table(columns)


def _spread(spend: Mapping[str, float], data: Histories, found: Forecast) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Interval and variance of the discounted spend: a mass at zero, and a gamma with the right moments above it."""
    p, q = spend["p"], spend["q"] + spend["p"] * data.frequency
    mean_spend = p / (q - 1)
    tail = np.maximum(q - 2, _LEAST_TAIL)
    mean = found.discounted * mean_spend
    second = found.squares * mean_spend * (p + 1) / tail + found.pairs * mean_spend * p / tail
    some = np.maximum(found.some, _NEVER)
    mean_some, second_some = mean / some, second / some
    shape = mean_some**2 / np.maximum(second_some - mean_some**2, 1e-9 * mean_some**2 + _NEVER)
    bounds = []
    for level in ((1 - LEVEL) / 2, (1 + LEVEL) / 2):
        above = np.clip((level - 1 + some) / some, 0, 1 - 1e-12)
        bounds.append(np.where(above > 0, gammaincinv(shape, above) * mean_some / shape, 0.0))
    return bounds[0], bounds[1], np.maximum(second - mean**2, 0)


def _spend_row(unit: Unit) -> dict[str, object]:
    spend = unit.spend
    row: dict[str, object] = {"unit": unit.name, **spend.parameters}
    for place, direction in enumerate(spend.directions(), 1):
        moved = spend.at(spend.logs + STEP * direction)
        moved["q"] = max(moved["q"], 1 + _LEAST_TAIL / 2)
        row |= {f"{name}{place}": value for name, value in moved.items()}
    return row


def bands(
    engine: Engine, axis: str, table: str = "clv_valued", join: str = "", scope: str = "true", **bound: object
) -> list[Band]:
    """Sums by `axis` with predictive intervals: chance of the members, and the parameters and the model they share."""
    rows = engine.fetch(SQL["sums"].format(axis=axis, table=table, join=join, scope=scope), **bound).to_pylist()
    by_name: dict[object, list[Mapping[str, float]]] = {}
    for row in rows:
        by_name.setdefault(row["name"], []).append(row)
    return [_band(name, parts) for name, parts in by_name.items()]


def _band(name: object, parts: list[Mapping[str, float]]) -> Band:
    total = {key: sum(part[key] for part in parts) for key in ("revenue", "alive", "orders", "value", "undiscounted")}
    shared = sum(part[f"d{k}"] ** 2 for part in parts for k in range(1, 5))
    shared += sum(part[f"s{k}"] ** 2 for part in parts for k in range(1, 4))
    shared += sum(part["m1"] for part in parts) ** 2
    low, high = interval(total["value"], shared + sum(part["variance"] for part in parts))
    return Band(
        name=name,
        members=int(sum(part["members"] for part in parts)),
        once=int(sum(part["once"] for part in parts)),
        low=low,
        high=high,
        units=tuple(str(part["unit"]) for part in parts),
        **total,
    )


def interval(mean: float, variance: float, level: float = LEVEL) -> tuple[float, float]:
    """Central interval of a gamma with this mean and variance: positive, and skewed where it is wide."""
    if mean <= 0 or variance <= 0:
        return mean, mean
    shape = mean**2 / variance
    low, high = (float(gammaincinv(shape, share)) * mean / shape for share in ((1 - level) / 2, (1 + level) / 2))
    return low, high
