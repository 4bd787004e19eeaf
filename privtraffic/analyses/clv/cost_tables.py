"""The tables of acquisition cost: channels, payback, months, the next budget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from privtraffic.analyses.clv.budget import Next
from privtraffic.analyses.clv.cac import Channel, Costs
from privtraffic.analyses.clv.compute import Result
from privtraffic.analyses.clv.tables import CHANNEL, value_columns
from privtraffic.report.document import Chart, Column, Level, Pivot, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

_MOST_MONTHS = 24
"""Of the payback curve; what is not paid back by then is told by its figures."""


def channels(result: Result, cost: Costs, words: Words) -> Table:
    """Cost, value and payback of every channel that has cost or members."""
    margin = result.params.margin is not None
    bands = {"*": result.total, **{str(band.name): band for band in result.channels}}
    worth = (
        Column("payback_month", "integer"),
        Column("ltv", "money"),
        Column("ltv_cac", "number"),
        Column("ltv_cac_low", "number"),
        Column("ltv_cac_high", "number"),
        Column("payback_modelled", "integer"),
        Column("roi", "share"),
    )
    columns = (
        CHANNEL,
        Column("joined_members", "integer"),
        Column("cac", "money"),
        *(worth if margin else ()),
        Column("buyers_joined", "integer"),
        Column("cac_buyer", "money"),
        Column("cost", "money"),
        Column("joined_uncosted", "integer"),
        *(value_columns(result)[:3] if result.chosen else ()),
    )
    rows: list[tuple[Value, ...]] = []
    for channel in cost.channels:
        band = bands.get(channel.name)
        ahead: tuple[Value, ...] = (band.value, band.low, band.high) if band else (None, None, None)
        worthy = _worth(channel) if margin else ()
        paid = (channel.buyers, channel.cac_buyer, channel.cost, channel.joined_uncosted)
        named = (channel.name or None, channel.joined, channel.cac)
        rows.append((*named, *worthy, *paid, *(ahead if result.chosen else ())))
    rated = [channel for channel in cost.channels if channel.ratios[0] is not None]
    chart = Chart("bar", "", "channel", ("cac",))
    if margin and rated:
        chart = Chart("bar", _ratio_finding(rated, words), "channel", ("ltv_cac",))
    charts = (chart,) if len(rows) > 1 else ()
    return Table("channels", columns, rows, finding=_channel_finding(cost.channels, words, margin), charts=charts)


def _ratio_finding(rated: Sequence[Channel], words: Words) -> str:
    best, worst = (pick(rated, key=lambda channel: channel.ratios[0] or 0.0) for pick in (max, min))
    ratios = {"best_ratio": show(best.ratios[0], "number"), "worst_ratio": show(worst.ratios[0], "number")}
    if best is worst:
        return words("clv.ratio_one", channel=_name(best, words), ratio=ratios["best_ratio"])
    return words("clv.ratio_finding", best=_name(best, words), worst=_name(worst, words), **ratios)


def _name(channel: Channel | Next, words: Words) -> str:
    return words.cell("clv_group", channel.name or "none")


def _worth(channel: Channel) -> tuple[Value, ...]:
    ratio, low, high = channel.ratios
    roi = None if ratio is None else ratio - 1
    return (channel.paid_back, channel.ltvs[0], ratio, low, high, channel.modelled, roi)


def _channel_finding(channels: Sequence[Channel], words: Words, margin: bool) -> str:
    known = [channel for channel in channels if channel.cac is not None]
    if not known:
        return words("clv.channels_none")
    dear, cheap = max(known, key=lambda c: c.cac or 0), min(known, key=lambda c: c.cac or 0)
    if margin:
        unpaid = [_name(channel, words) for channel in known if channel.paid_back is None]
        if unpaid:
            return words("clv.channels_unpaid", channels=words("check.comma").join(unpaid))
    if dear is cheap:
        return words("clv.channels_one", channel=_name(dear, words), cac=show(dear.cac, "money"))
    return words(
        "clv.channels_finding",
        dear=_name(dear, words),
        dear_cac=show(dear.cac, "money"),
        cheap=_name(cheap, words),
        cheap_cac=show(cheap.cac, "money"),
    )


def payback(result: Result, cost: Costs, words: Words) -> Table:
    """Observed cumulative margin of a joined member by months since joining; nothing is extrapolated."""
    margin = 1.0 if result.params.margin is None else result.params.margin
    what = "revenue" if result.params.margin is None else "margin"
    key = f"payback_{what}"
    columns = (
        CHANNEL,
        Column("months_since_join", "integer"),
        Column("members_seen", "integer"),
        Column(key, "money", scale="heat"),
    )
    # All members first, then the channels that cost most: a chart of six shows the first.
    place = {channel.name: at for at, channel in enumerate((cost.whole, *cost.channels))}
    curve = sorted(cost.curve, key=lambda point: (place.get(point[0], len(place)), point[1]))
    rows = [(name or None, age, seen, total * margin) for name, age, seen, total in curve if age <= _MOST_MONTHS]
    pivot = Pivot("channel", "months_since_join", (key,))
    whole = [(age, total) for name, age, _, total in rows if name == cost.whole.name]
    # Revenue pays nothing back: only margin has a level to reach.
    level = None
    if cost.whole.cac is not None and result.params.margin is not None:
        level = Level(words("clv.payback_level", cac=show(cost.whole.cac, "money")), float(cost.whole.cac))
    finding = ""
    if whole:
        first, last = (show(total, "money") for _, total in (whole[0], whole[-1]))
        finding = words(
            "clv.payback_finding", first=first, last=last, months=whole[-1][0], what=words(f"clv.{what}_word")
        )
    return Table(
        "payback",
        columns,
        rows,
        finding=finding,
        pivot=pivot,
        charts=(Chart("line", finding, "months_since_join", (key,), level=level),),
    )


def acquisition(result: Result, cost: Costs, words: Words) -> Table:
    """Cost and joins by month and channel."""
    columns = (
        Column("join_month", "month"),
        CHANNEL,
        Column("cost", "money"),
        Column("joined_members", "integer"),
        Column("buyers_joined", "integer"),
        Column("cac", "money"),
        Column("month_kind", "text", labels="month_kind"),
    )
    rows = [
        (r["month"], r["channel"] or None, r["cost"], r["joined"], r["buyers"], r["cac"], r["kind"])
        for r in cost.months
    ]
    return Table("acquisition", columns, rows, finding=_trend(result, cost, words))


def _trend(result: Result, cost: Costs, words: Words) -> str:
    """CAC of the latest whole months beside that of as many before."""
    paid = [row for row in cost.months if row["cost"] is not None and row["counted"]]
    months = sorted({row["month"] for row in paid})
    count = min(3, len(months) // 2)
    if not count:
        return words("clv.acquisition_finding", months=len(months))

    def cac(chosen: Sequence[date]) -> str:
        own = [row for row in cost.months if row["month"] in chosen and row["counted"]]
        joined = sum(row["joined"] for row in own)
        return show(sum(row["cost"] or 0 for row in own) / joined, "money") if joined else "–"

    return words(
        "clv.acquisition_trend", months=count, now=cac(months[-count:]), before=cac(months[-2 * count : -count])
    )


def budget(result: Result, cost: Costs, words: Words) -> Table | None:
    """Where the next yuan brings most, at the costs that were observed."""
    if not cost.budget:
        return None
    columns = (
        CHANNEL,
        Column("marginal_cac", "money"),
        Column("marginal_cac_low", "money"),
        Column("marginal_cac_high", "money"),
        Column("marginal_between", "money"),
        Column("recent_cac", "money"),
        Column("cost_elasticity", "number"),
        Column("cost_elasticity_low", "number"),
        Column("cost_elasticity_high", "number"),
        Column("carry_over", "share"),
        Column("elasticity_reason", "text", labels="elasticity_reason"),
        Column("months_used", "integer"),
        Column("early_value", "money"),
        Column("next_return", "money"),
        Column("next_return_low", "money"),
        Column("next_return_high", "money"),
    )
    rows = [
        (
            row.name or None,
            row.marginal(row.elasticity.value),
            row.marginal(row.elasticity.high),
            row.marginal(row.elasticity.low),
            row.between,
            row.cac,
            row.elasticity.value,
            row.elasticity.low,
            row.elasticity.high,
            row.elasticity.carry_over if row.elasticity.value is not None else None,
            row.elasticity.reason,
            row.elasticity.months,
            row.value,
            *row.returns,
        )
        for row in cost.budget
    ]
    finding = _budget_finding(cost.budget, cost.early_months, words)
    return Table("budget", columns, rows, finding=finding)


def _budget_finding(rows: Sequence[Next], months: int, words: Words) -> str:
    known = [row for row in rows if row.returns[0] is not None]
    if not known:
        return words("clv.budget_unknown")
    best, low, high = known[0], known[0].returns[1], known[0].returns[2]
    return words(
        "clv.budget_finding",
        channel=_name(best, words),
        value=show(best.returns[0], "money"),
        low=show(low, "money") or "?",
        high=show(high, "money") or "?",
        months=months,
    )
