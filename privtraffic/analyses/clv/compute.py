"""What each member will bring over the horizon, how sure that is, and whether the model may be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log

from threadpoolctl import threadpool_limits

from privtraffic.analyses.answer import Answer
from privtraffic.analyses.clv import by_period, cac
from privtraffic.analyses.clv.allocation import Allocation, allocate
from privtraffic.analyses.clv.backtest import Backtest
from privtraffic.analyses.clv.quality import Quality, judge_quality
from privtraffic.analyses.clv.room import MODELS, Params
from privtraffic.analyses.clv.rows import Correlation, Facts, Histories, MarginShare, Spread
from privtraffic.analyses.clv.score import Band, Clock, Unit
from privtraffic.analyses.clv.tried import Tried, tried
from privtraffic.analyses.clv.valued import Values, historic, valued
from privtraffic.analyses.purchase_model import Fit
from privtraffic.analyses.rfm.room import rfm
from privtraffic.analyses.rows import row_of
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.engine.base import Bound, TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.kept import member_days
from privtraffic.progress import stage

SQL = queries(__name__)

_YEAR = 365.25
LEAST_MARGIN, MOST_MARGIN = 0.01, 1.0
"""A column that adds up to less than a hundredth of revenue holds shares, one above revenue holds something else."""
_COHORTS = (("month", 270), ("quarter", 1_600), ("year", 10**9))
"""Cohorts are join months, quarters or years: the finest that a history of so many days does not cut too small."""


@dataclass(frozen=True)
class Result(Answer):
    """Members valued, or the reason why only their history is.

    Attributes
    ----------
    chosen
        The model in use; None where the data carry none, and `reason` says why.
    fits
        Every candidate that could be fitted, over all members (or the stated sample).
    units
        The parameters of the whole (`*`) and of the channels fitted apart.
    total, channels, segments, cohorts
        Sums with predictive intervals; the forecast parts are None without a model.
    members
        One row per member with a purchase.
    margin_share
        Margin ÷ net revenue, as given or as the orders tell it.
    model, values
        What became of the models, and how the sums came about.
    """

    params: Params
    as_of: date
    facts: Facts
    chosen: str | None
    reason: str | None
    warnings: Sequence[tuple[str, Mapping[str, object]]]
    fits: Mapping[str, Fit]
    sample: int | None
    tested: Backtest
    units: Mapping[str, Unit]
    cohort_unit: str
    total: Band
    channels: Sequence[Band]
    segments: Sequence[Band]
    cohorts: Sequence[Band]
    members: TableRef
    cost: cac.Costs | None
    margin_share: float | None
    model: Tried
    values: Values
    allocation: Allocation | None
    quality: Sequence[Quality]


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Value every member with a purchase up to the as-of date.

    Denominator: members with at least one purchase in the window, whose order days are counted; orders without a
    member and members who never bought are left out (the cost of acquisition counts those too).  Money is net: paid −
    refunds − negative documents.  A value is an expectation over `horizon_days` after the as-of date, discounted to
    it.

    Units: money over `horizon_days`, order days, chances 0 to 1.
    Source: BG/NBD Fader, Hardie & Lee (2005), MBG/NBD Batislam, Denizel & Filiztekin (2007), Pareto/NBD Schmittlein,
    Morrison & Colombo (1987), gamma-gamma Fader & Hardie (2013).

    Raises
    ------
    PrivtrafficError
        For parameters that cannot be.
    """
    # One thread: sums do not depend on the number of cores, and small work is not slowed by threads that wait.
    with threadpool_limits(1):
        return _compute(data, params)


def _compute(data: Dataset, params: Params) -> Result:
    by_period.check(data, params)
    engine = data.engine
    clock = Clock(params.unit_days, params.horizon_days, log(1 + params.discount_rate) / _YEAR)
    with stage("clv_histories"):
        share, told = _money(data, params)
        cohort_unit = _prepare(data, params, told)
        facts: Facts = {
            **row_of(engine.fetch(SQL["facts"]), Histories),
            **row_of(engine.fetch(SQL["spread"]), Spread),
            **row_of(engine.fetch(SQL["spend_correlation"]), Correlation),
            "credit_share": engine.fetch(SQL["credit_share"])["share"][0].as_py(),
            "history_days": 0,
            "missed": None,
            "drift": None,
        }
        facts["history_days"] = (data.as_of - facts["first_day"]).days
        engine.drop("clv_histories", "clv_credits")
    candidates = MODELS if params.model == "auto" else (params.model,)
    model = tried(data, params.model, candidates, clock, facts, period=params.period, apart=params.apart)
    facts["missed"], facts["drift"] = model.seen.missed, model.seen.drift
    with stage("clv_score"):
        segments = rfm.compute(data, rfm.Params()).members
        join = f"join {segments.name} r on v.member_id = r.member_id"
        if model.whole:
            bound = _bound(params, facts["credit_share"])
            values = valued(engine, model, model.whole, clock, bound=bound, segments=join)
            members = SQL["members"]
        else:
            values, members = historic(engine, join), SQL["members_plain"]
        margin = 1.0 if params.margin is None else params.margin
        value, past = ("future_revenue", "historic_revenue") if params.margin is None else ("clv", "historic_clv")
        engine.run("clv_members", members.format(value=value, past=past), as_of=data.as_of, margin=margin)
    with stage("clv_cost"):
        error_sd = values.error_sd if model.chosen else None
        cost = cac.compute(data, params.margin, params.cost_per_member, params.horizon_days, error_sd=error_sd)
        found, quality = _budget(data, params, cost)
    told += cac.cautions(data, cost, params.cost_per_member)
    order = f"{value if model.chosen else past} desc, member_id"
    return Result(
        params=params,
        as_of=data.as_of,
        facts=facts,
        chosen=model.chosen,
        reason=model.reason,
        warnings=[*model.warnings, *values.told, *told],
        fits=model.fits,
        sample=model.sample,
        tested=model.tested,
        units=values.units,
        cohort_unit=cohort_unit,
        total=values.total,
        channels=values.channels,
        segments=values.segments,
        cohorts=values.cohorts,
        members=TableRef(engine, "clv_members", order),
        cost=cost,
        margin_share=share,
        model=model,
        values=values,
        allocation=found,
        quality=quality,
    )


def _budget(data: Dataset, params: Params, cost: cac.Costs | None) -> tuple[Allocation | None, Sequence[Quality]]:
    """The allocation of a budget and the value of each channel's members; None and empty where no budget was given."""
    if params.budget is None or params.margin is None:
        return None, ()
    if data.spend is None or cost is None or params.cost_per_member is not None:
        raise PrivtrafficError("clv_budget_spend")
    quality = judge_quality(data, params.margin, cost) if data.joined is not None else ()
    return allocate(params.budget, cost.budget, cost.months), quality


def _money(data: Dataset, params: Params) -> tuple[float | None, list[tuple[str, Mapping[str, object]]]]:
    """What an order brings, in `clv_orders`: net revenue, or its margin; with the share that margin is of revenue."""
    engine, window = data.engine, data.settings.bounds(data.as_of)
    asked = {"paid": SQL["paid"], "channel": params.group or "cast(null as string)"}
    if not params.margin_column:
        engine.view("clv_orders", SQL["of_revenue"].format(**asked))
        return params.margin, []
    found = row_of(engine.fetch(SQL["margin_share"], **window), MarginShare)
    share = found["share"]
    if share is None or not MOST_MARGIN >= share >= LEAST_MARGIN:
        told = "-" if share is None else f"{share:.1%}"
        raise PrivtrafficError(
            "clv_margin_column", share=told, column=dict(data.settings.mapping).get("margin", "margin")
        )
    engine.run("clv_orders", SQL["of_margin"].format(**asked), share=share)
    return share, [("clv.note.margin_column", {"share": share, "without": found["without_margin"]})]


def _prepare(data: Dataset, params: Params, told: list[tuple[str, Mapping[str, object]]]) -> str:
    """Order days, histories and their groups; returns the length of a cohort."""
    engine, window = data.engine, data.settings.bounds(data.as_of)
    own = params.margin_column or params.group not in (None, "channel")
    source = "first_channel" if params.group else "cast(null as string)"
    days = SQL["days"].format(source=source, days=member_days(data, "clv_orders" if own else ""))
    engine.run("clv_all_days" if params.period else "clv_days", days, **window)
    if params.period:
        told += by_period.keep(engine, params)
    engine.run("clv_histories", SQL["histories"].format(days="clv_days"), as_of=data.as_of)
    engine.run("clv_credits", SQL["credits"], **window)
    known = data.joined is not None
    first = engine.fetch("select min(first_order) as day from clv_histories")["day"][0].as_py()
    if first is None:
        raise PrivtrafficError("clv_nobody", as_of=data.as_of)
    history = (data.as_of - first + timedelta(days=1)).days
    cohort = next(unit for unit, most in _COHORTS if history <= most)
    by_file = known and not params.group
    base = SQL["base"].format(
        channel="j.channel" if by_file else "h.source",
        # Members may buy before they join, as guests: their history starts with the first order all the same.
        joined_on="coalesce(j.joined_on, h.first_order)" if known else "h.first_order",
        cohort=cohort,
        joined="left join joined j on h.member_id = j.member_id" if known else "",
    )
    engine.run("clv_base", base)
    return cohort


def _bound(params: Params, credit_share: float) -> Bound:
    credit = max(1 + credit_share, 0.0)
    margin = 1.0 if params.margin is None else params.margin
    return {"scale": margin * credit, "credit": credit}
