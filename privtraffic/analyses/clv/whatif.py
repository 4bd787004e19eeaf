"""The what-if table: change margin, discount rate, horizon value or CAC in Excel, and see what becomes of LTV:CAC."""

from __future__ import annotations

from math import log

from privtraffic.analyses.clv.cac import Channel, Costs
from privtraffic.analyses.clv.compute import Result
from privtraffic.report.document import Column, Formula, Table, Value
from privtraffic.report.words import Words

COLUMNS = (
    Column("channel", "text", labels="clv_group"),
    Column("what_cac", "money", editable=True),
    Column("what_margin", "share", editable=True),
    Column("what_discount", "share", editable=True),
    Column("what_to_date", "money", editable=True),
    Column("what_horizon", "money", editable=True),
    Column("what_years", "number", editable=True),
    Column("what_monthly", "money", editable=True),
    Column("what_ltv", "money"),
    Column("what_ratio", "number"),
    Column("what_payback", "number"),
)


def what_if(result: Result, words: Words) -> Table | None:
    """One row per channel with live formulas; None where there is no forecast or no cost."""
    cost = result.cost
    if cost is None or result.chosen is None:
        return None
    shown = [cost.whole, *(channel for channel in cost.channels if channel is not cost.whole)]
    rows = [_row(channel, cost, result, number) for number, channel in enumerate(shown, 2)]
    return Table("what_if", COLUMNS, rows, finding=words("clv.what_if_finding"))


def _row(channel: Channel, cost: Costs, result: Result, number: int) -> tuple[Value, ...]:
    margin, params = result.margin_share, result.params
    # What was modelled is margin where the orders tell it, else revenue; the cells hold revenue.
    told = (margin or 1.0) if params.margin_column else 1.0
    scale = 1.0 if margin is None else margin
    band, joined, cac, rate = channel.band, channel.joined, channel.cac, params.discount_rate
    to_date = channel.revenue / told / joined if joined else None
    ahead = band.undiscounted / scale / joined if band is not None and joined else None
    # The mean time of the expected money: with it the simple discount factor gives the exact value.
    years = params.horizon_days / 365.25 / 2
    if band is not None and rate > 0 and 0 < band.value < band.undiscounted:
        years = log(band.undiscounted / band.value) / log(1 + rate)
    points = [(age, total) for name, age, _, total in cost.curve if name == channel.name]
    monthly = points[-1][1] / told / points[-1][0] if points else None
    ltv = ratio = payback = None
    if margin is not None and to_date is not None and ahead is not None:
        ltv = margin * (to_date + ahead * (1 + rate) ** -years)
        ratio = ltv / cac if cac else None
    if margin is not None and cac and monthly is not None and monthly > 0:
        payback = cac / (margin * monthly)
    n = number
    return (
        channel.name or None,
        cac,
        margin,
        rate,
        to_date,
        ahead,
        years,
        monthly,
        Formula(f'IF(OR(C{n}="",E{n}="",F{n}=""),"",C{n}*(E{n}+F{n}*(1+D{n})^(-G{n})))', ltv),
        Formula(f'IF(OR(I{n}="",N(B{n})<=0),"",I{n}/B{n})', ratio),
        Formula(f'IF(OR(N(B{n})<=0,N(C{n})<=0,N(H{n})<=0),"",B{n}/(C{n}*H{n}))', payback),
    )
