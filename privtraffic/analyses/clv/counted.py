"""What models are fitted to and what is scored: distinct purchase histories and mean spends, counted in the engine."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.analyses.purchase_model import Histories, Spends
from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.clv.compute")

MOST_HISTORIES = 3_000_000
"""Above so many distinct histories models are fitted to bins of them; every history is scored all the same."""

_WEEK = 7

_MANY_SPENDS, _VERY_MANY_SPENDS = 30_000, 3_000_000
"""Above so many distinct mean spends of a unit they are put into bins of 0.2 %, and of 1 %."""


def whole(engine: Engine, *, sampled: bool) -> tuple[pa.Table, pa.Table]:
    """Histories and mean spends of all members, or of the sample, as one unit `*`."""
    join = "semi join clv_sample s on b.member_id = s.member_id" if sampled else ""
    keep(engine, "'*'", join)
    return histories(engine), spends(engine, "'*'", join)


def by_axis(axis: str) -> tuple[str, str]:
    """The unit of a member, and the join it takes, where `clv_units` names the units of the values of `axis`."""
    return "u.unit", f"join clv_units u on b.{axis} is not distinct from u.name"


def keep(engine: Engine, unit: str, join: str) -> None:
    """The distinct histories by unit, in the table `clv_triples`."""
    engine.run("clv_triples", SQL["triples"].format(unit=unit, join=join))


def bin_days(engine: Engine) -> int:
    """Days of the bins that recency and age are fitted in: 1, or where that leaves very many histories 7, or 28."""
    if TableRef(engine, "clv_triples").count() <= MOST_HISTORIES:
        return 1
    weeks = engine.fetch(SQL["bins"], days=_WEEK)["n"][0].as_py()
    return _WEEK if weeks <= MOST_HISTORIES else 4 * _WEEK


def histories(engine: Engine) -> pa.Table:
    """The kept histories as they are fitted, in a total order: sums do not depend on the engine."""
    days = bin_days(engine)
    return engine.fetch(SQL["plain" if days == 1 else "binned"], days=days)


def spends(engine: Engine, unit: str, join: str) -> pa.Table:
    """Mean spends of repeat buyers by unit, in a total order; very many are put into bins, each with its mean."""
    engine.run("clv_spends", SQL["mean_spends"].format(unit=unit, join=join))
    return engine.fetch(SQL["spends"], many=_MANY_SPENDS, very_many=_VERY_MANY_SPENDS)


def parts(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each unit, of a table in the order of units."""
    start = 0
    for found in pc.value_counts(table["unit"]).to_pylist():
        yield found["values"], table.slice(start, found["counts"])
        start += found["counts"]


def histories_of(table: pa.Table | pa.RecordBatch, unit_days: float) -> Histories:
    """Histories in the time unit, from columns in days."""
    frequency, recency, age, members = (
        table[name].to_numpy(zero_copy_only=False).astype(float)
        for name in ("frequency", "recency_days", "age_days", "members")
    )
    return Histories(frequency, recency / unit_days, age / unit_days, members)


def spends_of(table: pa.Table) -> Spends:
    """Mean spends of repeat buyers."""
    return Spends(*(table[name].to_numpy().astype(float) for name in ("frequency", "mean_spend", "members")))
