"""What a member costs, by the channel and month they joined, and when that is paid back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from math import ceil

import pyarrow as pa

from privtraffic.analyses.clv import matched_months, rows
from privtraffic.analyses.clv.budget import Next, budget_of
from privtraffic.analyses.clv.score import Band, bands, widened
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.settings import MONTH_DAYS

SQL = queries(__name__)

LEAST_EXPOSED = 30
"""Members behind a point of the payback curve and behind a first margin."""


@dataclass(frozen=True)
class Channel:
    """A channel's cost and what its members bring; None where not observed.

    Attributes
    ----------
    joined, buyers
        Members who joined in the months of the spend, and those of them who have bought.
    joined_uncosted
        Members who joined in months without a cost of the channel: they are in no other figure.
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
    joined_uncosted: int = 0

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
        """LTV: expected, low, high."""
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
class Costs:
    """Acquisition cost joined to value, by channel and by month."""

    period: matched_months.Period
    by_file: bool
    channels: Sequence[Channel]
    whole: Channel
    months: Sequence[matched_months.Month]
    curve: Sequence[tuple[str, int, int, float]]
    budget: Sequence[Next]
    early_months: int


def compute(
    data: Dataset, margin: float | None, cost_per_member: float | None, horizon_days: int, *, error_sd: float | None
) -> Costs | None:
    """Join spend to members by channel and join month; None without a spend file or a cost per member.

    Cost and joins cover the same months, channel by channel (`matched_months.match`).  With a member file everybody who
    joined in those months counts, buyer or not; without one members join with their first order.  `error_sd` widens
    the intervals of what they will bring; None without a forecast.
    """
    engine, window = data.engine, data.settings.bounds(data.as_of)
    window_first = data.settings.first_day(data.as_of) or date(1900, 1, 1)
    with_spend = data.spend is not None and cost_per_member is None
    first = _first_month(data) if with_spend else window_first
    if first is None or not (with_spend or cost_per_member is not None):
        return None
    candidates = SQL["joiners_of_file" if data.joined else "joiners_of_orders"]
    engine.run("clv_candidates", candidates, first=first, as_of=data.as_of)
    joins = rows_of(engine.fetch(SQL["joins"]), rows.Joins)
    if with_spend:
        costs = rows_of(engine.fetch(SQL["costs"], first=first, as_of=data.as_of), rows.Costs)
        telling = SQL["joins_seen" if data.joined else "orders_seen"]
        seen = row_of(engine.fetch(telling, as_of=data.as_of), rows.Seen)
        months, period = matched_months.match(_months(costs, joins), seen["first"], seen["last"], data.as_of)
    else:
        first = engine.fetch(SQL["joined_first"])["first"][0].as_py() or first
        months, period = matched_months.given(_months([], joins), cost_per_member or 0.0, first)
    _keep_joiners(data, months)
    sums: dict[str, Band] = {}
    if error_sd is not None:
        on = "join clv_joiners j on v.member_id = j.member_id"
        sums = {str(band.name): widened(band, error_sd) for band in bands(engine, "j.channel", join=on)}
        whole_band = next((widened(band, error_sd) for band in bands(engine, "'*'", join=on)), None)
    else:
        whole_band = None
    names = sorted({row["channel"] for row in months})
    earned = _revenue(data, window)
    channels: list[Channel] = [
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
    budget = budget_of(data, months, margin, early) if with_spend else []
    if names == [""]:
        # No file names channels: the whole stands alone, instead of beside a nameless copy of itself.
        channels, curve = [whole], [point for point in curve if point[0] == "*"]
        months = [matched_months.Month(**{**row, "channel": "*"}) for row in months]
        budget = [replace(row, name="*") for row in budget]
    return Costs(period, data.joined is not None, channels, whole, months, curve, budget, early)


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
    left_out = data.engine.fetch(SQL["left_out"], first=_first_month(data), as_of=data.as_of)
    left: float = left_out["cost"][0].as_py()
    told: list[tuple[str, Mapping[str, object]]] = [("clv.note.spend_left_out", {"cost": left})] if left else []
    return told + matched_months.cautions(cost.period)


def _first_month(data: Dataset) -> date | None:
    """The first month of the spend that the window holds whole."""
    day = data.settings.first_day(data.as_of) or date(1900, 1, 1)
    found: date | None = data.engine.fetch(SQL["spend_first"], window_first=day, as_of=data.as_of)["first"][0].as_py()
    return found


def _keep_joiners(data: Dataset, months: Sequence[matched_months.Month]) -> None:
    """The members who joined in a month that counts, in the table `clv_joiners`."""
    counted = [row for row in months if row["counted"] and row["joined"]]
    columns = {
        "month": pa.array([row["month"] for row in counted], pa.date32()),
        "channel": pa.array([row["channel"] for row in counted], pa.string()),
    }
    data.engine.scan("clv_counted_months", pa.table(columns))
    data.engine.run("clv_joiners", SQL["joiners"])


def _months(costs: Sequence[rows.Costs], joins: Sequence[rows.Joins]) -> list[matched_months.Month]:
    """Cost and joins of every month and channel that has either, in the order of months."""
    found: dict[tuple[date, str], matched_months.Month] = {}

    def at(month: date, channel: str) -> matched_months.Month:
        blank = matched_months.Month(
            month=month, channel=channel, cost=None, joined=0, buyers=0, counted=False, kind="", cac=None
        )
        return found.setdefault((month, channel), blank)

    for cost in costs:
        at(cost["month"], cost["channel"])["cost"] = cost["cost"]
    for join in joins:
        own = at(join["month"], join["channel"])
        own["joined"], own["buyers"] = join["joined"], join["buyers"]
    return [found[key] for key in sorted(found)]


def _revenue(data: Dataset, window: Mapping[str, object]) -> dict[str, float]:
    """Net money to date of the members who joined in the period."""
    sql = """select j.channel, cast(sum(o.net) as double) as money
    from orders o join clv_joiners j on o.member_id = j.member_id
    where o.ordered_at >= :start and o.ordered_at < :after group by 1 order by 1"""
    return {row["channel"]: row["money"] for row in rows_of(data.engine.fetch(sql, **window), rows.Money)}


def _channel(
    name: str, months: Sequence[matched_months.Month], band: Band | None, revenue: float, margin: float | None
) -> Channel:
    counted = [row for row in months if row["counted"]]
    costs = [row["cost"] for row in counted if row["cost"] is not None]
    return Channel(
        name=name,
        joined=sum(row["joined"] for row in counted),
        buyers=sum(row["buyers"] for row in counted),
        joined_uncosted=sum(row["joined"] for row in months if not row["counted"]),
        cost=sum(costs) if costs else None,
        revenue=revenue,
        margin=None if margin is None else revenue * margin,
        band=band,
    )


def _curve(data: Dataset, window: Mapping[str, object]) -> list[tuple[str, int, int, float]]:
    """(channel or `*`, months since joining, members observed so long, cumulative net money a joined member)."""
    exposed = rows_of(data.engine.fetch(SQL["exposed"]), rows.Exposed)
    earned = rows_of(data.engine.fetch(SQL["earned"], **window), rows.Earned)
    found = []
    for name in ["*", *sorted({row["channel"] for row in exposed})]:
        known = [(row["months_known"], row["members"]) for row in exposed if name in ("*", row["channel"])]
        money = [(row["age"], row["money"]) for row in earned if name in ("*", row["channel"])]
        counts = [sum(n for months, n in known if months > age) for age in range(max((m for m, _ in known), default=0))]
        counts = counts[: next((age for age, n in enumerate(counts) if n < LEAST_EXPOSED), len(counts))]
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


def _early_months(months: Sequence[matched_months.Month], horizon_days: int) -> int:
    """Over how many first months a new member is valued: the horizon, or half of the period where that is shorter."""
    period = len({row["month"] for row in months if row["counted"]})
    return max(1, min(round(horizon_days / MONTH_DAYS), period // 2))
