"""The tables of value: channels, segments, cohorts, members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privtraffic.analyses.clv.compute import Result
from privtraffic.analyses.clv.score import Band
from privtraffic.report.document import Chart, Column, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

_MOST_BARS = 8
"""A chart that shows the first of more would show the oldest cohorts."""

CHANNEL = Column("channel", "text", labels="clv_group")


def value_columns(result: Result) -> tuple[Column, ...]:
    plain = result.params.margin is None
    past = Column("historic_revenue" if plain else "historic_clv", "money")
    if not result.chosen:
        return (past,)
    return (
        Column("future_revenue" if plain else "clv", "money"),
        Column("clv_low", "money"),
        Column("clv_high", "money"),
        Column("clv_share", "share", scale="bar"),
        Column("clv_per_member", "money"),
        Column("expected_orders", "number"),
        *((Column("alive_members", "integer"),) if result.model.active_told else ()),
        past,
    )


def _value_cells(band: Band, result: Result) -> tuple[Value, ...]:
    past = band.revenue * (1.0 if result.params.margin is None else result.params.margin)
    if not result.chosen:
        return (past,)
    whole = result.total.value
    return (
        band.value,
        band.low,
        band.high,
        band.value / whole if whole else None,
        band.value / band.members,
        band.orders,
        *((band.alive,) if result.model.active_told else ()),
        past,
    )


def values(result: Result, words: Words, axis: str) -> Table | None:
    """Channels, segments or cohorts with what their members will bring."""
    bands: Sequence[Band] = {"channels": result.channels, "segments": result.segments, "cohorts": result.cohorts}[axis]
    if axis == "channels" and [band.name for band in bands] == [""]:
        return None
    first = {
        "channels": CHANNEL,
        "segments": Column("segment", "text", labels="segment"),
        "cohorts": Column("join_cohort", "text"),
    }[axis]
    if axis != "cohorts":
        bands = sorted(bands, key=lambda band: (-(band.value if result.chosen else band.revenue), str(band.name)))
    columns = (first, Column("members", "integer"), Column("share", "share", scale="bar"), *value_columns(result))
    rows: list[tuple[Value, ...]] = [
        (
            _cohort(band.name, result) if axis == "cohorts" else str(band.name) or None,
            band.members,
            band.members / result.total.members,
            *_value_cells(band, result),
        )
        for band in bands
    ]
    finding = ""
    if result.chosen and result.total.value:
        top = max(bands, key=lambda band: band.value)
        name = _cohort(top.name, result) if axis == "cohorts" else words.cell(first.labels, top.name or "none")
        share = {
            "share": show(top.value / result.total.value, "share"),
            "members": show(top.members / result.total.members, "share"),
        }
        finding = words("clv.values_finding", name=name, **share)
    key = columns[3].key
    charts = (
        (Chart("bar" if axis != "cohorts" else "column", finding, first.key, (key,)),)
        if 1 < len(rows) <= _MOST_BARS
        else ()
    )
    return Table("join_cohorts" if axis == "cohorts" else axis, columns, rows, finding=finding, charts=charts)


def _cohort(name: Any, result: Result) -> str:
    if result.cohort_unit == "month":
        return f"{name:%Y-%m}"
    return f"{name:%Y}" if result.cohort_unit == "year" else f"{name:%Y}-Q{(name.month + 2) // 3}"


def members(result: Result) -> Table:
    """One row per member with a purchase."""
    plain = result.params.margin is None
    past = Column("historic_revenue" if plain else "historic_clv", "money")
    history = (
        Column("repeat_days", "integer"),
        Column("age_days", "days"),
        Column("first_order", "date"),
        Column("last_order", "date"),
    )
    if not result.chosen:
        return Table("members", (Column("member_id", "id"), past, CHANNEL, *history), result.members)
    columns = (
        Column("member_id", "id"),
        Column("future_revenue" if plain else "clv", "money"),
        Column("clv_low", "money"),
        Column("clv_high", "money"),
        Column("p_alive", "share"),
        Column("expected_orders", "number"),
        Column("expected_spend", "money"),
        Column("next_order", "date"),
        past,
        CHANNEL,
        *history,
    )
    return Table("members", columns, result.members)
