"""Waits from one step to the next, as counts by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privtraffic.analyses.statistics.survival import Counts, Curve, kaplan_meier
from privtraffic.engine.base import Bound, Engine
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.funnel.persons")


@dataclass(frozen=True)
class Waits:
    """Persons by place (rows) and day (columns).

    Attributes
    ----------
    places
        The groups; (None,) where nothing is compared.
    started
        Persons by the day of the start, counted from `first_day`.
    events
        By way gone: persons by days waited.
    censored
        Persons not gone yet, by the days for which they were seen.
    """

    places: Sequence[str | None]
    first_day: int
    until_day: int
    started: Counts
    events: dict[str, Counts]
    censored: Counts

    def curve(self, row: int | None = None, way: str = "bought") -> Curve:
        """Kaplan-Meier of one place, or of all together."""
        events, censored = self.events[way], self.censored
        if row is None:
            return kaplan_meier(events.sum(axis=0), censored.sum(axis=0))
        return kaplan_meier(events[row], censored[row])

    @property
    def people(self) -> int:
        return int(self.started.sum())

    def observed(self, days: int) -> Counts:
        """Persons of each place who started early enough to be seen for so many days."""
        last = self.until_day - days - self.first_day
        return np.asarray(self.started[:, : max(last + 1, 0)].sum(axis=1))


def waits(engine: Engine, table: str, ways: Sequence[str], bound: Bound) -> Waits | None:
    """Count the waits of a table of the engine; None where nobody started.

    `bound` holds `from_day` and `until_day`: who started between them, and what had happened by the second.
    """

    def fetch(name: str) -> pa.Table:
        return engine.fetch(SQL[name].format(waits=table), **bound)

    started, gone_from, gone_after = (fetch(name) for name in ("started", "gone_from", "gone_after"))
    if not started.num_rows:
        return None
    until = int(bound["until_day"])
    first = min(started["start_day"].to_pylist())
    names = sorted(set(started["place"].to_pylist()), key=lambda name: (name is None, name or ""))
    row_of = {name: row for row, name in enumerate(names)}
    longest = until - first + 1

    def spread(found: pa.Table, days: npt.NDArray[np.int64]) -> Counts:
        out = np.zeros((len(names), longest), dtype=np.int64)
        rows = np.array([row_of[name] for name in found["place"].to_pylist()], dtype=np.int64)
        np.add.at(out, (rows, days), found["people"].to_numpy().astype(np.int64))
        return out

    def days_of(found: pa.Table, column: str) -> npt.NDArray[np.int64]:
        return np.asarray(found[column].to_numpy(), dtype=np.int64)

    by_start = spread(started, days_of(started, "start_day") - first)
    left = by_start - spread(gone_from, days_of(gone_from, "start_day") - first)
    went = np.array(gone_after["way"].to_pylist(), dtype=object)
    events = {}
    for way in ways:
        part = gone_after.filter(pa.array(went == way, pa.bool_())) if gone_after.num_rows else gone_after
        events[way] = spread(part, days_of(part, "days"))
    # Who started on day s and is not gone was seen for until − s days.
    return Waits(names, first, until, by_start, events, left[:, ::-1].copy())
