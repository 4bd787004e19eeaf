"""Counts by cohort and age -> the cells of the triangle, what is observed of them, and their averages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privtraffic.analyses.cohort.rows import Average, Cell
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.analyses.statistics.periods import By, Calendar

MOST_AGES: Mapping[By, int] = {"day": 90, "week": 104, "month": 120, "quarter": 60}
MOST_COHORTS: Mapping[By, int] = {"day": 184, "week": 260, "month": 240, "quarter": 120}
"""What a sheet can show: ages beyond are counted and not shown, of the cohorts the latest are shown."""

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ages:
    """The ages at which a cohort is observed: calendar periods, or blocks of days since each member's first order.

    `first_day` is the first day of a window: a cohort whose period it cuts holds only those who started from then on.
    """

    calendar: Calendar
    as_of: date
    rolling_days: int | None
    first_day: date | None = None

    def cut(self, cohort: int) -> bool:
        """Whether the window begins within the period of a cohort."""
        return self.first_day is not None and self.calendar.first_day(cohort) < self.first_day

    def oldest(self, cohort: int) -> int:
        """The last age of which anything of a cohort is observed."""
        if self.rolling_days is None:
            return self.calendar.number(self.as_of) - cohort
        return (self.as_of - self.calendar.first_day(cohort)).days // self.rolling_days

    def complete(self, cohort: int) -> int:
        """The last age that is wholly observed for everybody in a cohort; -1 where none is, or the window cuts it."""
        if self.cut(cohort):
            return -1
        if self.rolling_days is None:
            after = self.as_of + timedelta(days=1)
            return self.calendar.number(after) - cohort - 1
        last = self.calendar.last_day(cohort)
        return ((self.as_of - last).days + 1) // self.rolling_days - 1 if last <= self.as_of else -1

    def most(self) -> int:
        """The last age that is shown."""
        return MOST_AGES[self.calendar.by] if self.rolling_days is None else MOST_AGES["month"]


@dataclass(frozen=True)
class Triangle:
    """Counts in arrays of cohorts (rows, oldest first) × ages.

    `size` are the members who started; money is in cents.  `observed` says that some of the cell is observed,
    `complete` that all of it is.  The last column of `orders` and `cents` holds the ages that are not shown.
    """

    cohorts: Sequence[int]
    size: Ints
    active: Ints
    orders: Ints
    first_orders: Ints
    second_orders: Ints
    cents: Ints
    observed: Flags
    complete: Flags

    @property
    def ages(self) -> int:
        return int(self.active.shape[1])


def triangle(sizes: Mapping[int, int], cells: pa.Table, ages: Ages) -> Triangle:
    """Lay counts out; `cells` has one row per cohort and age, the ages above `ages.most()` as one."""
    cohorts = sorted(sizes)
    shown = min(max((ages.oldest(cohort) for cohort in cohorts), default=0), ages.most()) + 1
    rows = np.searchsorted(cohorts, cells["cohort"].to_numpy())
    columns = np.minimum(cells["age"].to_numpy(), shown)

    def spread(name: str) -> Ints:
        out = np.zeros((len(cohorts), shown + 1), dtype=np.int64)
        np.add.at(out, (rows, columns), cells[name].to_numpy())
        return out

    span = np.arange(shown)
    return Triangle(
        cohorts=cohorts,
        size=np.array([sizes[cohort] for cohort in cohorts], dtype=np.int64),
        active=spread("active")[:, :shown],
        orders=spread("orders"),
        first_orders=spread("first_orders"),
        second_orders=spread("second_orders"),
        cents=spread("cents"),
        observed=span <= np.array([ages.oldest(cohort) for cohort in cohorts])[:, None],
        complete=span <= np.array([ages.complete(cohort) for cohort in cohorts])[:, None],
    )


def cells(found: Triangle, label: Sequence[str], most_cohorts: int, margin: float | None) -> Iterator[Cell]:
    """One row per cohort and age, for the latest cohorts; what is not observed is None, never zero."""
    earned, again = found.cents.cumsum(axis=1), found.second_orders.cumsum(axis=1)
    for i in range(max(0, len(found.cohorts) - most_cohorts), len(found.cohorts)):
        size = int(found.size[i])
        for age in range(found.ages):
            row: Cell = {
                "cohort": label[i],
                "size": size,
                "age": age,
                "active": None,
                "rate": None,
                "complete": bool(found.complete[i, age]),
                "orders": None,
                "orders_per_member": None,
                "revenue": None,
                "revenue_per_member": None,
                "cumulative_per_member": None,
                "repurchased_share": None,
            }
            if margin is not None:
                row |= {"period_margin_per_member": None, "cumulative_margin": None}
            if found.observed[i, age]:
                revenue, cumulative = float(found.cents[i, age] / 100 / size), float(earned[i, age] / 100 / size)
                row |= {
                    "active": int(found.active[i, age]),
                    "rate": float(found.active[i, age] / size),
                    "orders": int(found.orders[i, age]),
                    "orders_per_member": float(found.orders[i, age] / size),
                    "revenue": Decimal(int(found.cents[i, age])) / 100,
                    "revenue_per_member": revenue,
                    "cumulative_per_member": cumulative,
                    "repurchased_share": float(again[i, age] / size),
                }
                if margin is not None:
                    row |= {"period_margin_per_member": revenue * margin, "cumulative_margin": cumulative * margin}
            yield row


def averages(found: Triangle, margin: float | None) -> list[Average]:
    """Per age the mean over the cohorts of which that age is wholly observed, each member counting once."""
    earned, again = found.cents.cumsum(axis=1), found.second_orders.cumsum(axis=1)
    out: list[Average] = []
    for age in range(found.ages):
        full = found.complete[:, age]
        members = int(found.size[full].sum())
        if not members:
            continue
        active = int(found.active[full, age].sum())
        low, high = wilson(active, members) or (None, None)
        revenue = float(found.cents[full, age].sum() / 100 / members)
        cumulative = float(earned[full, age].sum() / 100 / members)
        row: Average = {
            "age": age,
            "cohort_count": int(full.sum()),
            "complete_members": members,
            "active": active,
            "average_rate": active / members,
            "retention_low": low,
            "retention_high": high,
            "orders_per_member": float(found.orders[full, age].sum() / members),
            "revenue_per_member": revenue,
            "cumulative_per_member": cumulative,
            "repurchased_share": float(again[full, age].sum() / members),
        }
        if margin is not None:
            row |= {"period_margin_per_member": revenue * margin, "cumulative_margin": cumulative * margin}
        out.append(row)
    return out
