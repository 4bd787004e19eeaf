"""What was known at an origin, what followed, and what anybody could have said then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privtraffic.analyses.clv.counted import histories_of
from privtraffic.analyses.purchase_model import Histories
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.clv.backtest")
HISTORIES = queries("privtraffic.analyses.clv.compute")["histories"]

_YEAR, _QUARTER = 365, 91

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """Members at an origin, one element a member."""

    table: pa.Table
    channel: NDArray[np.object_]
    cohort: NDArray[np.datetime64]
    mean_spend: Array
    last_year: Array
    later: Array
    reach: Array
    later_money: Array

    def histories(self, unit_days: float) -> Histories:
        return histories_of(self.table, unit_days)

    def followed(self, holdout: int, unit_days: float) -> Histories:
        """The histories as they stood at the end of the holdout.

        Days are added first and divided once: so nobody's last order lies behind the end by a rounding.
        """
        frequency, age = (self.table[name].to_numpy().astype(float) for name in ("frequency", "age_days"))
        end = (age + holdout) / unit_days
        return Histories(frequency + self.later, self.reach / unit_days, end, np.ones(len(end)))


def known_at(engine: Engine, days: str, origin: date, until: date, *, year: int = _YEAR) -> Known:
    """Members with an order day up to `origin`, what followed up to `until`; `days` is the table of order days.

    `year` are the days of the last year: one more where days are first days of periods, for a leap year's first.
    """
    sql = SQL["origin"].format(histories=HISTORIES.format(days=days), days=days)
    table = engine.fetch(sql, as_of=origin, until=until, year_before=origin - timedelta(days=year))
    names = ("mean_spend", "last_year", "later", "reach", "later_money")
    values = [table[name].to_numpy().astype(float) for name in names]
    channel = table["channel"].to_numpy(zero_copy_only=False)
    cohort = table["cohort"].to_numpy().astype("datetime64[D]")
    return Known(table.append_column("members", pa.array(np.ones(table.num_rows))), channel, cohort, *values)


def last_year(known: Known, holdout: int) -> Array:
    """Order days of the holdout if every member went on as in the last year; the first order day is no habit.

    Counted is a member's own part of the year, a quarter at least: no rate is told from less.
    """
    age = np.maximum(known.table["age_days"].to_numpy().astype(float), _QUARTER)
    carried: Array = known.last_year * holdout / np.minimum(age, _YEAR)
    return carried


def cell_means(before: Known, known: Known) -> Array:
    """What the members of a recency-frequency cell did one holdout earlier, carried to those in the cell now."""

    def cells(at: Known, edges: Array) -> NDArray[np.int64]:
        since = (at.table["age_days"].to_numpy() - at.table["recency_days"].to_numpy()).astype(float)
        bought = np.minimum(at.table["frequency"].to_numpy(), 4)
        return np.asarray(np.searchsorted(edges, since) * 5 + bought, np.int64)

    since = (before.table["age_days"].to_numpy() - before.table["recency_days"].to_numpy()).astype(float)
    if not len(since):
        return np.zeros(known.table.num_rows)
    edges = np.unique(np.quantile(since, [0.2, 0.4, 0.6, 0.8]))
    then, size = cells(before, edges), 5 * (len(edges) + 1)
    counts = np.bincount(then, minlength=size)
    sums = np.bincount(then, weights=before.later, minlength=size)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), before.later.mean())
    return np.asarray(means[cells(known, edges)], float)
