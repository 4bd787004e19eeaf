"""What each member will bring over the horizon, how sure that is, and whether the model may be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from typing import Any

from threadpoolctl import threadpool_limits

from privtraffic.analyses import rfm
from privtraffic.analyses.clv import cac, counted, evidence
from privtraffic.analyses.clv.backtest import Backtest, backtest
from privtraffic.analyses.clv.score import STEP, Band, Clock, Unit, bands, fit_units
from privtraffic.analyses.purchase_model import Fit
from privtraffic.engine.base import TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import Dataset
from privtraffic.progress import stage
from privtraffic.settings import MONTH_DAYS

SQL = queries(__name__)

MODELS = ("bgnbd", "mbgnbd", "paretonbd")
UNIT_DAYS = {"day": 1.0, "week": 7.0, "month": MONTH_DAYS}
_YEAR = 365.25
LEAST_MARGIN, MOST_MARGIN = 0.01, 1.0
"""A column that adds up to less than a hundredth of revenue holds shares, one above revenue holds something else."""
_COHORTS = (("month", 270), ("quarter", 1_600), ("year", 10**9))
"""Cohorts are join months, quarters or years: the finest that a history of so many days does not cut too small."""


@dataclass(frozen=True)
class Params:
    """What is asked.

    Attributes
    ----------
    model
        `auto`, or one of bgnbd, mbgnbd, paretonbd, which is then shown even where it should not be believed.
    horizon_days
        How far ahead.
    time_unit
        Of the parameters: day, week, or month of 30.4375 days.
    discount_rate
        A year.
    margin
        Share of revenue that is margin; None shows revenue and withholds what needs a margin.
    margin_column
        The orders tell their margin in money, in their column `margin`: it stands for revenue, and `margin` is 1.
    cost_per_member
        Cost of one joined member where there is no spend file.
    group
        A dimension of the orders whose value on the first order day stands for the channel of joining.
    """

    model: str = "auto"
    horizon_days: int = 365
    time_unit: str = "week"
    discount_rate: float = 0.10
    margin: float | None = None
    margin_column: bool = False
    cost_per_member: float | None = None
    group: str | None = None


@dataclass(frozen=True)
class Result:
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
        One row a member with a purchase.
    margin_share
        Margin ÷ net revenue, as given or as the orders tell it.
    """

    params: Params
    as_of: date
    facts: Mapping[str, Any]
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


def compute(data: Dataset, params: Params) -> Result:
    """Value every member with a purchase up to the as-of date.

    Counted are order days of members with at least one purchase in the window; orders without a member and members
    who never bought are left out (the cost of acquisition counts those too).  Money is net: paid − refunds − negative
    documents.  A value is an expectation over `horizon_days` after the as-of date, discounted to it.

    Raises
    ------
    PrivtrafficError
        For parameters that cannot be.
    """
    check(params)
    # One thread: sums do not depend on the number of cores, and small work is not slowed by threads that wait.
    with threadpool_limits(1):
        return _compute(data, params)


def _compute(data: Dataset, params: Params) -> Result:
    engine = data.engine
    clock = Clock(UNIT_DAYS[params.time_unit], params.horizon_days, log(1 + params.discount_rate) / _YEAR)
    with stage("clv_histories"):
        share, told = _money(data, params)
        cohort_unit = _prepare(data, params)
        facts = engine.fetch(SQL["facts"]).to_pylist()[0] | engine.fetch(SQL["spread"]).to_pylist()[0]
        facts["credit_share"] = engine.fetch(SQL["credit_share"]).to_pylist()[0]["share"]
        engine.drop("clv_histories", "clv_credits")
        facts["history_days"] = (data.as_of - facts["first_day"]).days
    reason = evidence.obstacle(facts)
    candidates = MODELS if params.model == "auto" else (params.model,)
    fits: Mapping[str, Fit] = {}
    sample, tested = None, Backtest()
    if reason is None:
        with stage("clv_fit"):
            sample, days = evidence.sample(engine, facts["members"], data.settings.seed)
            fits = evidence.fit_candidates(engine, candidates, clock.unit_days, sampled=sample is not None)
        purchases = {model: fits[model] for model in candidates}
        tested = backtest(
            engine,
            days,
            purchases,
            first=facts["first_day"],
            as_of=data.as_of,
            horizon_days=params.horizon_days,
            unit_days=clock.unit_days,
        )
    chosen, reason, warnings = evidence.choose(params.model, fits, tested, facts, reason)
    units: Mapping[str, Unit] = {}
    with stage("clv_score"):
        segments = rfm.compute(data, rfm.Params()).members
        join = f"join {segments.name} r on v.member_id = r.member_id"
        if chosen:
            whole = evidence.whole(engine, chosen, fits, clock.unit_days, sampled=sample is not None)
            bound = _bound(params, facts)
            rival = evidence.rival(chosen, fits, tested)
            cohorts, _ = _valued(data, "cohort", whole, clock, bound=bound, rival=rival)
            channels, units = _valued(data, "channel", whole, clock, bound=bound, rival=rival)
            total = bands(engine, "'all'")[0]
            by_segment = bands(engine, "r.segment", join=join)
            if (binned := counted.bin_days(engine)) > 1:
                told.append(("clv.note.binned", {"days": binned, "most": counted.MOST_HISTORIES}))
            members = SQL["members"]
        else:
            channels, cohorts = _historic(data, "v.channel"), _historic(data, "v.cohort")
            total, by_segment = _historic(data, "'all'")[0], _historic(data, "r.segment", join)
            members = SQL["members_plain"]
        margin = 1.0 if params.margin is None else params.margin
        value, past = ("future_revenue", "historic_revenue") if params.margin is None else ("clv", "historic_clv")
        engine.run("clv_members", members.format(value=value, past=past), as_of=data.as_of, margin=margin)
    with stage("clv_cost"):
        cost = cac.compute(data, params.margin, params.cost_per_member, params.horizon_days, valued=chosen is not None)
    told += cac.cautions(data, cost, params.cost_per_member)
    order = f"{value if chosen else past} desc, member_id"
    return Result(
        params=params,
        as_of=data.as_of,
        facts=facts,
        chosen=chosen,
        reason=reason,
        warnings=[*warnings, *told],
        fits=fits,
        sample=sample,
        tested=tested,
        units=units,
        cohort_unit=cohort_unit,
        total=total,
        channels=channels,
        segments=by_segment,
        cohorts=cohorts,
        members=TableRef(engine, "clv_members", order),
        cost=cost,
        margin_share=share,
    )


def check(params: Params) -> None:
    """Refuse what cannot be, before any file is read."""
    if params.model not in ("auto", *MODELS):
        raise PrivtrafficError("clv_model", value=params.model, known=", ".join(("auto", *MODELS)))
    if params.time_unit not in UNIT_DAYS:
        raise PrivtrafficError("clv_time_unit", value=params.time_unit, known=", ".join(UNIT_DAYS))
    if not 0 <= params.discount_rate <= 10:
        raise PrivtrafficError("clv_discount", value=params.discount_rate)
    if params.margin is not None and not 0 < params.margin <= 1:
        raise PrivtrafficError("clv_margin", value=params.margin)
    if params.cost_per_member is not None and not 0 < params.cost_per_member < 1e9:
        raise PrivtrafficError("clv_cac", value=params.cost_per_member)
    if params.horizon_days > 3660:
        raise PrivtrafficError("clv_horizon", value=params.horizon_days)


def _money(data: Dataset, params: Params) -> tuple[float | None, list[tuple[str, Mapping[str, object]]]]:
    """What an order brings, in `clv_orders`: net revenue, or its margin; with the share that margin is of revenue."""
    engine, window = data.engine, data.settings.bounds(data.as_of)
    group = f", {params.group}" if params.group else ""
    if not params.margin_column:
        engine.view("clv_orders", SQL["of_revenue"].format(group=group))
        return params.margin, []
    found = engine.fetch(SQL["margin_share"], **window).to_pylist()[0]
    share = found["share"]
    if share is None or not MOST_MARGIN >= share >= LEAST_MARGIN:
        told = "-" if share is None else f"{share:.1%}"
        raise PrivtrafficError(
            "clv_margin_column", share=told, column=dict(data.settings.mapping).get("margin", "margin")
        )
    engine.run("clv_orders", SQL["of_margin"].format(group=group), share=share)
    return share, [("clv.note.margin_column", {"share": share, "without": found["without_margin"]})]


def _prepare(data: Dataset, params: Params) -> str:
    """Order days, histories and their groups; returns the length of a cohort."""
    engine, window = data.engine, data.settings.bounds(data.as_of)
    engine.run("clv_days", SQL["days"].format(source=params.group or "cast(null as string)"), **window)
    engine.run("clv_histories", SQL["histories"].format(days="clv_days"), as_of=data.as_of)
    engine.run("clv_credits", SQL["credits"], **window)
    known = data.joined is not None
    first = engine.fetch("select min(first_order) as day from clv_histories").to_pylist()[0]["day"]
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


def _bound(params: Params, facts: Mapping[str, Any]) -> dict[str, Any]:
    credit = max(1 + facts["credit_share"], 0.0)
    margin = 1.0 if params.margin is None else params.margin
    return {"scale": margin * credit, "credit": credit}


def _valued(
    data: Dataset, axis: str, whole: Unit, clock: Clock, *, bound: Mapping[str, Any], rival: Fit | None
) -> tuple[list[Band], Mapping[str, Unit]]:
    """Members valued by the fits of their group on `axis`, in the table `clv_valued`, and the sums by group."""
    units = fit_units(data.engine, axis, whole, clock, rival)
    columns = (
        "member_id, channel, cohort, joined_on, frequency, recency_days, age_days, first_order, last_order, revenue,"
    )
    data.engine.run("clv_valued", SQL["valued"].format(axis=axis, columns=columns), step=STEP, **bound)
    return bands(data.engine, f"v.{axis}"), units


def _historic(data: Dataset, axis: str, join: str = "") -> list[Band]:
    rows = data.engine.fetch(SQL["historic"].format(axis=axis, join=join)).to_pylist()
    blank = float("nan")
    return [
        Band(row["name"], row["members"], row["once"], row["revenue"], blank, blank, blank, blank, blank, blank)
        for row in rows
    ]
