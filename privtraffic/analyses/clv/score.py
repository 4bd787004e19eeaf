"""Fits of the whole and of its parts, and every distinct history scored once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import gammaincinv

from privtraffic.analyses.clv import counted
from privtraffic.analyses.clv.room import BY_PERIOD
from privtraffic.analyses.clv.rows import Group, Sums
from privtraffic.analyses.purchase_model import (
    Fit,
    Forecast,
    Histories,
    expectation,
    fit_purchases,
    fit_spend,
    forecast,
    wait,
)
from privtraffic.analyses.rows import rows_of
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

_NEVER = 1e-30
"""A chance below this is none."""

_AT_ONCE = 20_000
_MOST_PARAMETERS = 4

_VALUES = ("alive", "orders", "discounted", "low", "high", "variance", "wait_days", "d1", "d2", "d3", "d4", "m1")
SCORED = pa.schema(
    [
        ("unit", pa.string()),
        *((name, pa.int32()) for name in ("frequency", "recency_days", "age_days")),
        *((name, pa.float64()) for name in _VALUES),
    ]
)
"""What is kept of a scored history."""

_LEAST_TAIL = 0.25
"""q + p·x − 2 is not taken to be smaller: below, the variance of a member's mean spend is infinite."""


@dataclass(frozen=True)
class Unit:
    """One group of members with parameters of its own, or all members."""

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
    variance: float = 0.0


def fit_units(
    engine: Engine, axis: str, whole: Unit, clock: Clock, rival: Fit | None = None, *, apart: bool = True
) -> dict[str, Unit]:
    """Fit each value of `axis` with repeat buyers, leaning on the whole; keeps the tables that members are valued by.

    Without `apart` all have the fit of the whole.  `rival` is another model that the backtest could not tell from the
    one in use.
    """
    rows = rows_of(engine.fetch(SQL["groups"].format(axis=axis)), Group)
    large = sorted((row for row in rows if row["repeaters"] >= LEAST_APART), key=lambda row: -row["repeaters"])
    own = {row["name"] for row in large[:MOST_UNITS]} if apart and len(rows) > 1 else set()
    kind = pa.date32() if axis == "cohort" else pa.string()
    names = pa.array([row["name"] for row in rows], kind)
    units = [str(row["name"]) if row["name"] in own else WHOLE for row in rows]
    engine.scan("clv_units", pa.table({"name": names, "unit": units}))
    unit, join = counted.by_axis(axis)
    counted.keep(engine, unit, join)
    fitted = {WHOLE: whole} | (_own(engine, unit, join, whole, clock) if own else {})
    engine.map("clv_scored", SQL["scored"], Scoring(fitted, clock, whole.purchases, rival), SCORED)
    engine.scan("clv_spend", pa.Table.from_pylist([_spend_row(unit) for unit in fitted.values()]))
    return fitted


def _own(engine: Engine, unit: str, join: str, whole: Unit, clock: Clock) -> dict[str, Unit]:
    """The units that are fitted apart."""
    triples = {name: part for name, part in counted.parts(counted.histories(engine)) if name != WHOLE}
    spends = dict(counted.parts(counted.spends(engine, unit, join)))

    def purchases(name: str) -> Fit:
        data = counted.histories_of(triples[name], clock.unit_days)
        return fit_purchases(whole.purchases.model, data, whole.purchases)

    def spend(name: str) -> Fit:
        found = fit_spend(counted.spends_of(spends[name]), whole.spend) if name in spends else whole.spend
        return found if found.parameters["q"] > 1 + _LEAST_TAIL / 2 else whole.spend

    # NumPy lets go of the interpreter while it computes.
    with ThreadPoolExecutor() as beside:
        bought = beside.map(purchases, triples)
        pairs = zip(bought, map(spend, triples), strict=True)
        return {name: Unit(name, *both) for name, both in zip(triples, pairs, strict=True)}


@dataclass(frozen=True)
class Scoring:
    """The forecasts of distinct histories, batch by batch, beside where they lie.

    `low`, `high` and `variance` are those of the discounted spend divided by γ + frequency · mean spend: given the
    history that is a pure scale, so members with one history and different spends share them.  d1 to d4: how the
    discounted order days move along each independent direction of the parameters; m1: with the model.
    """

    units: Mapping[str, Unit]
    clock: Clock
    whole: Fit
    rival: Fit | None

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        # NumPy lets go of the interpreter while it computes, and small parts stay in the processor's cache.
        with ThreadPoolExecutor() as pool:
            for batch in batches:
                yield from pool.map(self._scored, self._parts(batch))

    def _parts(self, batch: pa.RecordBatch) -> Iterator[tuple[Unit, pa.RecordBatch]]:
        """The histories of one unit, so many at a time."""
        for name in pc.unique(batch["unit"]).to_pylist():
            mine = batch.filter(pc.equal(batch["unit"], name))
            for start in range(0, mine.num_rows, _AT_ONCE):
                yield self.units[name], mine.slice(start, _AT_ONCE)

    def _scored(self, given: tuple[Unit, pa.RecordBatch]) -> pa.RecordBatch:
        unit, triples = given
        data = counted.histories_of(triples, self.clock.unit_days)
        fit, horizon, rate = unit.purchases, self.clock.horizon, self.clock.rate
        found = forecast(fit.model, fit.parameters, data, horizon, rate)
        low, high, variance = _spread(unit.spend.parameters, data, found)

        def expected(model: str, parameters: dict[str, float]) -> np.ndarray:
            return expectation(model, parameters, data, horizon, rate)

        base = expected(fit.model, fit.parameters)
        moved = [expected(fit.model, fit.at(fit.logs + STEP * direction)) for direction in fit.directions()]
        apart = np.zeros_like(base)
        if self.rival is not None:
            ours, theirs = (expected(one.model, one.parameters) for one in (self.whole, self.rival))
            apart = _RIVAL * found.discounted * (theirs / np.maximum(ours, _NEVER) - 1)
        days = np.minimum(wait(fit.model, fit.parameters, data) * self.clock.unit_days, 36_525.0)
        if fit.model in BY_PERIOD:
            days = np.floor(days)
        values = (found.alive, found.orders, found.discounted, low, high, variance, days)
        slopes = [(value - base) / STEP for value in moved]
        slopes += [np.zeros_like(base)] * (_MOST_PARAMETERS - len(slopes))
        history = (triples[name] for name in ("unit", "frequency", "recency_days", "age_days"))
        return pa.record_batch([*history, *map(pa.array, (*values, *slopes, apart))], schema=SCORED)


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
        # A member who will certainly not come has a shape of zero: there is nothing to divide by.
        scale = np.divide(mean_some, shape, out=np.zeros_like(shape), where=(above > 0) & (shape > 0))
        bounds.append(np.where(scale > 0, gammaincinv(np.maximum(shape, _NEVER), above) * scale, 0.0))
    # Who comes nearly surely and always spends alike is worth less, on average, than all but the chance of nothing.
    return np.minimum(bounds[0], mean), bounds[1], np.maximum(second - mean**2, 0)


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
    sums = SQL["sums"].format(axis=axis, table=table, join=join, scope=scope)
    by_name: dict[object, list[Sums]] = {}
    for row in rows_of(engine.fetch(sums, unit=largest(engine), **bound), Sums):
        by_name.setdefault(row["name"], []).append(row)
    return [_band(name, parts) for name, parts in by_name.items()]


def largest(engine: Engine) -> float:
    """The largest amount that any sum over the valued members adds."""
    found: float = engine.fetch(SQL["largest"])["unit"][0].as_py()
    return found


def _band(name: object, parts: Sequence[Sums]) -> Band:
    value = sum(part["value"] for part in parts)
    shared = sum(d**2 for part in parts for d in (part["d1"], part["d2"], part["d3"], part["d4"]))
    shared += sum(s**2 for part in parts for s in (part["s1"], part["s2"], part["s3"]))
    shared += sum(part["m1"] for part in parts) ** 2
    variance = shared + sum(part["variance"] for part in parts)
    low, high = interval(value, variance)
    return Band(
        name=name,
        members=sum(part["members"] for part in parts),
        once=sum(part["once"] for part in parts),
        revenue=sum(part["revenue"] for part in parts),
        alive=sum(part["alive"] for part in parts),
        orders=sum(part["orders"] for part in parts),
        value=value,
        undiscounted=sum(part["undiscounted"] for part in parts),
        low=low,
        high=high,
        variance=variance,
        units=tuple(part["unit"] for part in parts),
    )


def widened(band: Band, error_sd: float) -> Band:
    """The same sum with a wider interval: `error_sd` is a relative standard deviation that all members share."""
    low, high = interval(band.value, band.variance + (error_sd * band.value) ** 2)
    return replace(band, low=low, high=high)


def interval(mean: float, variance: float, level: float = LEVEL) -> tuple[float, float]:
    """Central interval of a gamma with this mean and variance: positive, and skewed where it is wide."""
    if mean <= 0 or variance <= 0:
        return mean, mean
    shape = mean**2 / variance
    low, high = (float(gammaincinv(shape, share)) * mean / shape for share in ((1 - level) / 2, (1 + level) / 2))
    return low, high
