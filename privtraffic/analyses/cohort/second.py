"""Time from the first order to the second: who has not come again counts as long as they were observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privtraffic.analyses.cohort.rows import Point, Waited
from privtraffic.analyses.statistics.survival import Counts, Curve, kaplan_meier
from privtraffic.engine.base import Engine

HORIZON_DAYS = 365
WITHIN_DAYS = (30, 90, 180)
SMALL = 30
"""Fewer members at risk than this end the drawn curve."""


@dataclass(frozen=True)
class Waits:
    """Members by scope (rows) and days since the first order (columns): a second order, or last seen without one."""

    scopes: Sequence[Any]
    events: Counts
    censored: Counts

    def curve(self, row: int | None) -> Curve:
        """The curve of one scope; without a row nobody of it has bought, and nothing is observed."""
        of = slice(0) if row is None else slice(row, row + 1)
        return kaplan_meier(self.events[of].sum(axis=0), self.censored[of].sum(axis=0))

    def whole(self) -> Curve:
        """The curve of all members together."""
        return kaplan_meier(self.events.sum(axis=0), self.censored.sum(axis=0))


def waits(
    engine: Engine,
    queries: Mapping[str, str],
    steps: str,
    scope: str,
    *,
    as_of_day: int,
    scopes: Sequence[Any] | None = None,
) -> Waits:
    """Count the waits of `steps` by its column `scope`; of the `scopes` given, or of all."""

    def fetch(name: str) -> pa.Table:
        return engine.fetch(queries[name].format(scope=scope, steps=steps))

    first, by_first, after = (fetch(name) for name in ("bought_first", "bought_again_by_first", "bought_again_after"))
    names = sorted(set(first["scope"].to_pylist()), key=lambda name: (name is None, name)) if scopes is None else scopes
    place = {name: row for row, name in enumerate(names)}
    longest = as_of_day - min(first["day"].to_pylist(), default=as_of_day) + 1

    def spread(table: pa.Table, days: npt.NDArray[np.int64]) -> Counts:
        distinct = table["scope"].combine_chunks().dictionary_encode(null_encoding="encode")
        row_of = np.array([place.get(name, -1) for name in distinct.dictionary.to_pylist()], dtype=np.int64)
        out = np.zeros((len(names), longest), dtype=np.int64)
        if len(row_of):
            rows = row_of[distinct.indices.to_numpy()]
            kept = rows >= 0
            np.add.at(out, (rows[kept], days[kept]), table["members"].to_numpy()[kept])
        return out

    censored = spread(first, as_of_day - first["day"].to_numpy()) - spread(
        by_first, as_of_day - by_first["day"].to_numpy()
    )
    return Waits(names, spread(after, after["days"].to_numpy().astype(np.int64)), censored)


def summary(curve: Curve) -> Waited:
    """What a row of a table says about a curve."""
    median, low, high = curve.median()
    return {
        "cohort_buyers": int(curve.at_risk[0]) if len(curve.at_risk) else 0,
        "repeat_buyers": int(curve.events.sum()),
        "second_by_30": curve.share(30),
        "second_by_90": curve.share(90),
        "second_by_180": curve.share(180),
        "second_median": median,
        "second_median_low": low,
        "second_median_high": high,
        "median_reached": median is not None,
    }


def points(curve: Curve) -> list[Point]:
    """The curve every two weeks for two years, as long as enough members are observed."""
    return [
        {
            "days_since_first": day,
            "still_observed": int(curve.at_risk[day]),
            "second_orders": int(curve.events[: day + 1].sum()),
            "came_again": float(1 - curve.survival[day]),
            "came_again_low": float(1 - curve.high[day]),
            "came_again_high": float(1 - curve.low[day]),
        }
        for day in range(0, min(len(curve.survival), 2 * HORIZON_DAYS + 1), 14)
        if day == 0 or curve.at_risk[day] >= SMALL
    ]
