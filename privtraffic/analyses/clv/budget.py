"""Where the next money goes furthest: what a channel's members cost at the margin, and what they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median

import numpy as np

from privtraffic.analyses.clv import rows
from privtraffic.analyses.clv.elasticity import Elasticity, Months, elasticities, season
from privtraffic.analyses.clv.matched_months import FRUITLESS, MATCHED, Month
from privtraffic.analyses.rows import rows_of
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.clv.cac")

BUDGET = 10_000
_Z80 = 1.2815515655446004
_LEAST_SLOPE = 0.05
"""Joins that grow slower than cost to this power: the next member costs more than can be told."""

_LEAST_ORDERS = 20
"""Order days of the house in its middle month: with fewer the season is chance, and a budget would be given it."""

_LEAST_JOINERS = 30
"""Behind a first margin."""


@dataclass(frozen=True)
class Next:
    """What the next money buys in a channel: joins grow as cost to the power of the elasticity."""

    name: str
    elasticity: Elasticity
    cac: float
    between: float | None
    value: float | None
    value_low: float | None
    value_high: float | None

    def marginal(self, slope: float | None) -> float | None:
        return self.cac / slope if slope is not None and slope > _LEAST_SLOPE else None

    @property
    def returns(self) -> tuple[float | None, float | None, float | None]:
        """Margin that the next `BUDGET` brings: expected, low, high."""
        slope = self.elasticity
        pairs = ((slope.value, self.value), (slope.low, self.value_low), (slope.high, self.value_high))
        found = [(self.marginal(slope), value) for slope, value in pairs]
        expected, low, high = (BUDGET / m * v if m and v is not None else None for m, v in found)
        return expected, low, high


def budget_of(data: Dataset, months: Sequence[Month], margin: float | None, early: int) -> list[Next]:
    """Every channel with cost and joins in two months at least, the best return of the next money first.

    `early` is over how many first months a joined member is valued.
    """
    values = {}
    if margin is not None:
        brought = rows_of(data.engine.fetch(SQL["early_value"], months=early, **_window(data)), rows.EarlyValue)
        values = {row["channel"]: row for row in brought if row["members"] >= _LEAST_JOINERS}
    names = sorted({row["channel"] for row in months})
    own = {
        name: [row for row in months if row["channel"] == name and row["kind"] in (MATCHED, FRUITLESS)]
        for name in names
    }
    slopes = _slopes(data, own)
    found = []
    for name, known_months in own.items():
        points = [(float(row["cost"] or 0.0), row["joined"]) for row in known_months]
        half = len(points) // 2
        recent = sum(joined for _, joined in points[half:])
        if len(points) < 2 or not recent:
            continue
        known = values.get(name)
        mean, wide = None, 0.0
        if known and margin is not None:
            mean = known["mean"] * margin
            wide = _Z80 * (known["sd"] or 0.0) / sqrt(known["members"]) * margin
        found.append(
            Next(
                name=name,
                elasticity=slopes.get(name, Elasticity(len(points), reason="few_months")),
                cac=sum(cost for cost, _ in points[half:]) / recent,
                between=_between(points[:half], points[-half:]),
                value=mean,
                value_low=None if mean is None else mean - wide,
                value_high=None if mean is None else mean + wide,
            )
        )
    return sorted(found, key=lambda row: (-(row.returns[0] or 0.0), row.name))


def _window(data: Dataset) -> Mapping[str, object]:
    return data.settings.bounds(data.as_of)


def _slopes(data: Dataset, own: Mapping[str, Sequence[Month]]) -> Mapping[str, Elasticity]:
    """The elasticity of every channel with a cost, with the season of the house."""
    last = (data.as_of + timedelta(days=1)).replace(day=1)
    counted = rows_of(data.engine.fetch(SQL["house_months"]), rows.HouseMonths)
    house = [row for row in counted if row["month"] < last]
    paid = {name: [row for row in months if (row["cost"] or 0.0) > 0] for name, months in own.items()}
    if not house or median(row["orders"] for row in house) < _LEAST_ORDERS:
        return {name: Elasticity(len(months), reason="season_unknown") for name, months in paid.items()}
    orders = {row["month"]: float(row["orders"]) for row in house}
    first = {row["month"]: float(row["first_orders"]) for row in house}
    span = _span(min(orders), max(orders))
    known, members = 0.0, []
    for month in span:
        members.append(known + first.get(month, 0.0) / 2)
        known += first.get(month, 0.0)
    found = season([orders.get(month, 0.0) for month in span], members).tolist()
    seasons = dict(zip(span, found, strict=True))
    return elasticities({name: _channel_months(months, seasons) for name, months in paid.items() if months})


def _channel_months(months: Sequence[Month], seasons: Mapping[date, float]) -> Months:
    return Months(
        np.array([12 * row["month"].year + row["month"].month for row in months], float),
        np.array([row["cost"] for row in months], float),
        np.array([row["joined"] for row in months], float),
        np.array([seasons.get(row["month"], 0.0) for row in months], float),
    )


def _span(first: date, last: date) -> Sequence[date]:
    """The first days of the months from one to the other."""
    found = [first]
    while found[-1] < last:
        found.append((found[-1] + timedelta(days=31)).replace(day=1))
    return found


def _between(before: Sequence[tuple[float, int]], after: Sequence[tuple[float, int]]) -> float | None:
    """Added cost ÷ added members from the first half of the months to the second; None unless both grew."""
    cost = sum(c for c, _ in after) - sum(c for c, _ in before)
    joined = sum(n for _, n in after) - sum(n for _, n in before)
    return cost / joined if cost > 0 and joined > 0 else None
