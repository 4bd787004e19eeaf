"""What a member costs, by the channel and month they joined, and when that is paid back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from math import ceil, log, sqrt
from typing import Any

from privtraffic.analyses.clv.score import Band, bands
from privtraffic.engine.sql import queries
from privtraffic.intake.load import Dataset
from privtraffic.settings import MONTH_DAYS

SQL = queries(__name__)

BUDGET = 10_000
_LEAST_EXPOSED = 30
_LEAST_MONTHS = 6
_Z80 = 1.2815515655446004
_LEAST_SLOPE = 0.05
"""Joins that grow slower than cost to this power: the next member costs more than can be told."""


@dataclass(frozen=True)
class Channel:
    """A channel's cost and what its members bring; None where not observed.

    Attributes
    ----------
    joined, buyers
        Members who joined in the period of the spend, and those of them who have bought.
    revenue, margin
        Net money of those members to date, and the margin in it.
    paid_back
        Month since joining in which the observed margin reached the cost.
    modelled
        The same from the forecast, where it is not observed yet and falls within the horizon.
    """

    name: str
    joined: int
    buyers: int
    cost: float | None
    revenue: float
    margin: float | None
    band: Band | None
    paid_back: int | None = None
    modelled: int | None = None
    months_seen: int = 0

    @property
    def cac(self) -> float | None:
        return self.cost / self.joined if self.cost is not None and self.joined else None

    @property
    def cac_buyer(self) -> float | None:
        return self.cost / self.buyers if self.cost is not None and self.buyers else None

    def ltv(self, value: float | None) -> float | None:
        """Margin to date and `value` to come, per joined member."""
        return (
            (self.margin + value) / self.joined
            if self.margin is not None and value is not None and self.joined
            else None
        )

    @property
    def ltvs(self) -> tuple[float | None, float | None, float | None]:
        """Expected, low, high."""
        band = self.band
        if band is None:
            return None, None, None
        return self.ltv(band.value), self.ltv(band.low), self.ltv(band.high)

    @property
    def ratios(self) -> tuple[float | None, float | None, float | None]:
        """LTV:CAC expected, low, high."""
        cac = self.cac
        expected, low, high = ((ltv / cac if ltv is not None and cac else None) for ltv in self.ltvs)
        return expected, low, high


@dataclass(frozen=True)
class Next:
    """What the next money buys in a channel: joins grow as cost to the power `slope`."""

    name: str
    months: int
    slope: float | None
    slope_low: float | None
    slope_high: float | None
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
        pairs = ((self.slope, self.value), (self.slope_low, self.value_low), (self.slope_high, self.value_high))
        found = [(self.marginal(slope), value) for slope, value in pairs]
        expected, low, high = (BUDGET / m * v if m and v is not None else None for m, v in found)
        return expected, low, high


@dataclass(frozen=True)
class Costs:
    """Acquisition cost joined to value, by channel and by month."""

    first: date
    by_file: bool
    channels: Sequence[Channel]
    whole: Channel
    months: Sequence[Mapping[str, Any]]
    curve: Sequence[tuple[str, int, int, float]]
    budget: Sequence[Next]
    early_months: int


def compute(
    data: Dataset, margin: float | None, cost_per_member: float | None, horizon_days: int, *, valued: bool
) -> Costs | None:
    """Join spend to members by channel and join month; None without a spend file or a cost per member.

    With a member file everybody who joined in the period of the spend counts, buyer or not; without one members join
    with their first order.
    """
    engine, window = data.engine, data.settings.bounds(data.as_of)
    window_first = data.settings.first_day(data.as_of) or date(1900, 1, 1)
    first: date | None = window_first
    with_spend = data.spend is not None and cost_per_member is None
    if with_spend:
        found = engine.fetch(SQL["spend_first"], window_first=window_first, as_of=data.as_of).to_pylist()
        first = found[0]["first"]
    if first is None or not (with_spend or cost_per_member is not None):
        return None
    joiners = SQL["joiners_of_file" if data.joined else "joiners_of_orders"]
    engine.run("clv_joiners", joiners, first=first, as_of=data.as_of)
    if not with_spend:
        first = engine.fetch(SQL["joined_first"]).to_pylist()[0]["first"] or first
    joins = engine.fetch(SQL["joins"]).to_pylist()
    if with_spend:
        costs = engine.fetch(SQL["costs"], first=first, as_of=data.as_of).to_pylist()
    else:
        costs = [{**row, "cost": row["joined"] * cost_per_member} for row in joins]
    months = _months(costs, joins)
    sums: dict[str, Band] = {}
    if valued:
        on = "join clv_joiners j on v.member_id = j.member_id"
        sums = {str(band.name): band for band in bands(engine, "j.channel", join=on)}
        whole_band = next(iter(bands(engine, "'*'", join=on)), None)
    else:
        whole_band = None
    names = sorted({row["channel"] for row in months})
    earned = _revenue(data, window)
    channels = [
        _channel(name, [row for row in months if row["channel"] == name], sums.get(name), earned.get(name, 0.0), margin)
        for name in names
    ]
    whole = _channel("*", months, whole_band, sum(earned.values()), margin)
    curve = _curve(data, window)
    if margin is not None:
        channels = [_payback(channel, curve, margin, horizon_days) for channel in channels]
        whole = _payback(whole, curve, margin, horizon_days)
    channels.sort(key=lambda channel: (-(channel.cost or 0), channel.name))
    early = _early_months(months, horizon_days)
    budget = _budget(data, months, window, margin, early) if with_spend else []
    if names == [""]:
        # No file names channels: the whole stands alone, instead of beside a nameless copy of itself.
        channels, curve = [whole], [point for point in curve if point[0] == "*"]
        months = [{**row, "channel": "*"} for row in months]
        budget = [replace(row, name="*") for row in budget]
    return Costs(first, data.joined is not None, channels, whole, months, curve, budget, early)


def cautions(
    data: Dataset, cost: Costs | None, cost_per_member: float | None
) -> list[tuple[str, Mapping[str, object]]]:
    """What of the spend file was not used."""
    if data.spend is None:
        return []
    if cost_per_member is not None:
        return [("clv.note.cac_for_spend", {})]
    if cost is None:
        return [("clv.note.spend_outside", {})]
    left = data.engine.fetch(SQL["left_out"], first=cost.first, as_of=data.as_of).to_pylist()[0]["cost"]
    return [("clv.note.spend_left_out", {"cost": left})] if left else []


def _months(costs: Sequence[Mapping[str, Any]], joins: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Cost and joins of every month and channel that has either."""
    rows: dict[tuple[date, str], dict[str, Any]] = {}
    for row in (*costs, *joins):
        key = (row["month"], row["channel"])
        blank = {"month": row["month"], "channel": row["channel"], "cost": None, "joined": 0, "buyers": 0}
        rows.setdefault(key, blank).update(row)
    found = [rows[key] for key in sorted(rows)]
    for row in found:
        row["cac"] = row["cost"] / row["joined"] if row["cost"] is not None and row["joined"] else None
    return list(found)


def _revenue(data: Dataset, window: Mapping[str, object]) -> dict[str, float]:
    """Net money to date of the members who joined in the period."""
    sql = """select j.channel, sum(cast(o.net as double)) as money
    from orders o join clv_joiners j on o.member_id = j.member_id
    where o.ordered_at >= :start and o.ordered_at < :after group by 1"""
    return {row["channel"]: row["money"] for row in data.engine.fetch(sql, **window).to_pylist()}


def _channel(
    name: str, months: Sequence[Mapping[str, Any]], band: Band | None, revenue: float, margin: float | None
) -> Channel:
    costs = [row["cost"] for row in months if row["cost"] is not None]
    return Channel(
        name=name,
        joined=sum(row["joined"] for row in months),
        buyers=sum(row["buyers"] for row in months),
        cost=sum(costs) if costs else None,
        revenue=revenue,
        margin=None if margin is None else revenue * margin,
        band=band,
    )


def _curve(data: Dataset, window: Mapping[str, object]) -> list[tuple[str, int, int, float]]:
    """(channel or `*`, months since joining, members observed so long, cumulative net money a joined member)."""
    exposed = data.engine.fetch(SQL["exposed"]).to_pylist()
    earned = data.engine.fetch(SQL["earned"], **window).to_pylist()
    found = []
    for name in ["*", *sorted({row["channel"] for row in exposed})]:
        known = [(row["months_known"], row["members"]) for row in exposed if name in ("*", row["channel"])]
        money = [(row["age"], row["money"]) for row in earned if name in ("*", row["channel"])]
        counts = [sum(n for months, n in known if months > age) for age in range(max((m for m, _ in known), default=0))]
        counts = counts[: next((age for age, n in enumerate(counts) if n < _LEAST_EXPOSED), len(counts))]
        steps = [sum(m for at, m in money if at == age) / n for age, n in enumerate(counts)]
        found += [
            (name, age, n, total) for age, (n, total) in enumerate(zip(counts, accumulate(steps), strict=True), 1)
        ]
    return found


def _payback(
    channel: Channel, curve: Sequence[tuple[str, int, int, float]], margin: float, horizon_days: int
) -> Channel:
    points = [(age, total * margin) for name, age, _, total in curve if name == channel.name]
    cac = channel.cac
    if cac is None or not points:
        return replace(channel, months_seen=len(points))
    seen, reached = points[-1]
    observed = next((age for age, total in points if total >= cac), None)
    modelled = None
    if observed is None and channel.band is not None:
        monthly = channel.band.value / channel.joined / (horizon_days / MONTH_DAYS)
        ahead = ceil((cac - reached) / monthly) if monthly > 0 else None
        modelled = seen + ahead if ahead is not None and ahead * MONTH_DAYS <= horizon_days else None
    return replace(channel, paid_back=observed, modelled=modelled, months_seen=seen)


def _early_months(months: Sequence[Mapping[str, Any]], horizon_days: int) -> int:
    """Over how many first months a new member is valued: the horizon, or half of the period where that is shorter."""
    period = len({row["month"] for row in months})
    return max(1, min(round(horizon_days / MONTH_DAYS), period // 2))


def _budget(
    data: Dataset, months: Sequence[Mapping[str, Any]], window: Mapping[str, object], margin: float | None, early: int
) -> list[Next]:
    values = {}
    if margin is not None:
        rows = data.engine.fetch(SQL["early_value"], months=early, **window).to_pylist()
        values = {row["channel"]: row for row in rows if row["members"] >= _LEAST_EXPOSED}
    # A month that is not over has all of its cost and not all of its members.
    this_month = data.as_of.replace(day=1) if (data.as_of + timedelta(days=1)).day != 1 else None
    found = []
    for name in sorted({row["channel"] for row in months}):
        own = [row for row in months if row["channel"] == name and row["month"] != this_month]
        points = [(row["cost"], row["joined"]) for row in own if row["cost"] and row["cost"] > 0 and row["joined"]]
        if len(points) < 2:
            continue
        slope, error = _slope([(log(cost), log(joined)) for cost, joined in points])
        known = values.get(name)
        mean, wide = (None, 0.0)
        if known and margin is not None:
            mean = known["mean"] * margin
            wide = _Z80 * (known["sd"] or 0.0) / sqrt(known["members"]) * margin
        half = len(points) // 2
        found.append(
            Next(
                name=name,
                months=len(points),
                slope=slope,
                slope_low=None if slope is None else slope - _Z80 * error,
                slope_high=None if slope is None else slope + _Z80 * error,
                cac=sum(cost for cost, _ in points[half:]) / sum(joined for _, joined in points[half:]),
                between=_between(points[:half], points[-half:]),
                value=mean,
                value_low=None if mean is None else mean - wide,
                value_high=None if mean is None else mean + wide,
            )
        )
    return sorted(found, key=lambda row: (-(row.returns[0] or 0.0), row.name))


def _between(before: Sequence[tuple[float, int]], after: Sequence[tuple[float, int]]) -> float | None:
    """Added cost ÷ added members from the first half of the months to the second; None unless both grew."""
    cost = sum(c for c, _ in after) - sum(c for c, _ in before)
    joined = sum(n for _, n in after) - sum(n for _, n in before)
    return cost / joined if cost > 0 and joined > 0 else None


def _slope(points: Sequence[tuple[float, float]]) -> tuple[float | None, float]:
    """Least squares slope and its standard error."""
    n = len(points)
    mean_x, mean_y = (sum(point[i] for point in points) / n for i in (0, 1))
    squares = sum((x - mean_x) ** 2 for x, _ in points)
    if n < _LEAST_MONTHS or squares < 1e-9:
        return None, 0.0
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / squares
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    return slope, sqrt(rest / (n - 2) / squares)
