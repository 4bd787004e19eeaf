"""The tables of the CLV report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from privtraffic.analyses.clv.backtest import BASELINES
from privtraffic.analyses.clv.cac import Channel, Next
from privtraffic.analyses.clv.compute import Result
from privtraffic.analyses.clv.score import WHOLE, Band
from privtraffic.analyses.purchase_model import Fit
from privtraffic.report.document import Chart, Column, Pivot, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

_MOST_MONTHS = 24
"""Of the payback curve: what is not paid back by then is shown by its figures."""

_CHANNEL = Column("channel", "text", labels="clv_group")
_MODEL = Column("model", "text", labels="model")
_FIT = Column("status", "text", labels="fit_status")


def _value_columns(result: Result) -> tuple[Column, ...]:
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
        Column("alive_members", "integer"),
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
        band.alive,
        past,
    )


def values(result: Result, words: Words, axis: str) -> Table | None:
    """Channels, segments or cohorts with what their members will bring."""
    bands: Sequence[Band] = {"channels": result.channels, "segments": result.segments, "cohorts": result.cohorts}[axis]
    if axis == "channels" and [band.name for band in bands] == [""]:
        return None
    first = {
        "channels": _CHANNEL,
        "segments": Column("segment", "text", labels="segment"),
        "cohorts": Column("join_cohort", "text"),
    }[axis]
    if axis != "cohorts":
        bands = sorted(bands, key=lambda band: (-(band.value if result.chosen else band.revenue), str(band.name)))
    columns = (first, Column("members", "integer"), Column("share", "share", scale="bar"), *_value_columns(result))
    rows = [
        (
            _cohort(band.name, result) if axis == "cohorts" else band.name or None,
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
    charts = (Chart("bar" if axis != "cohorts" else "column", finding, first.key, (key,)),) if len(rows) > 1 else ()
    return Table("join_cohorts" if axis == "cohorts" else axis, columns, rows, finding=finding, charts=charts)


def _cohort(name: object, result: Result) -> str:
    assert isinstance(name, date)
    if result.cohort_unit == "month":
        return f"{name:%Y-%m}"
    return f"{name:%Y}" if result.cohort_unit == "year" else f"{name:%Y}-Q{(name.month + 2) // 3}"


def channels(result: Result, words: Words) -> Table:
    """Cost, value and payback of every channel that has cost or members."""
    cost = result.cost
    assert cost is not None
    margin = result.params.margin is not None
    bands = {str(band.name): band for band in result.channels}
    worth = (
        Column("ltv", "money"),
        Column("ltv_cac", "number"),
        Column("ltv_cac_low", "number"),
        Column("ltv_cac_high", "number"),
        Column("payback_month", "integer"),
        Column("payback_modelled", "integer"),
        Column("roi", "share"),
    )
    columns = (
        _CHANNEL,
        Column("joined_members", "integer"),
        Column("cac", "money"),
        *(worth if margin else ()),
        Column("buyers_joined", "integer"),
        Column("cac_buyer", "money"),
        Column("cost", "money"),
        *(_value_columns(result)[:3] if result.chosen else ()),
    )
    rows: list[tuple[Value, ...]] = []
    for channel in cost.channels:
        band = bands.get(channel.name)
        ahead: tuple[Value, ...] = (band.value, band.low, band.high) if band else (None, None, None)
        worthy = _worth(channel) if margin else ()
        paid = (channel.buyers, channel.cac_buyer, channel.cost)
        named = (channel.name or None, channel.joined, channel.cac)
        rows.append((*named, *worthy, *paid, *(ahead if result.chosen else ())))
    chart = Chart("bar", "", "channel", ("ltv_cac",) if margin and result.chosen else ("cac",))
    return Table("channels", columns, rows, finding=_channel_finding(cost.channels, words, margin), charts=(chart,))


def _worth(channel: Channel) -> tuple[Value, ...]:
    ratio, low, high = channel.ratios
    roi = None if ratio is None else ratio - 1
    return (channel.ltvs[0], ratio, low, high, channel.paid_back, channel.modelled, roi)


def _channel_finding(channels: Sequence[Channel], words: Words, margin: bool) -> str:
    known = [channel for channel in channels if channel.cac is not None]
    if not known:
        return words("clv.channels_none")
    dear, cheap = max(known, key=lambda c: c.cac or 0), min(known, key=lambda c: c.cac or 0)
    if margin:
        unpaid = [channel.name for channel in known if channel.paid_back is None]
        if unpaid:
            return words("clv.channels_unpaid", channels=words("check.comma").join(unpaid))
    return words(
        "clv.channels_finding",
        dear=dear.name,
        dear_cac=show(dear.cac, "money"),
        cheap=cheap.name,
        cheap_cac=show(cheap.cac, "money"),
    )


def payback(result: Result, words: Words) -> Table:
    """Observed cumulative margin of a joined member by months since joining; nothing is extrapolated."""
    cost = result.cost
    assert cost is not None
    margin = 1.0 if result.params.margin is None else result.params.margin
    key = "payback_revenue" if result.params.margin is None else "payback_margin"
    columns = (
        _CHANNEL,
        Column("months_since_join", "integer"),
        Column("members_seen", "integer"),
        Column(key, "money", scale="heat"),
    )
    rows = [(name or None, age, seen, total * margin) for name, age, seen, total in cost.curve if age <= _MOST_MONTHS]
    pivot = Pivot("channel", "months_since_join", (key,))
    finding = words(
        "clv.payback_finding", months=min(_MOST_MONTHS, max((age for _, age, _, _ in cost.curve), default=0))
    )
    return Table(
        "payback",
        columns,
        rows,
        finding=finding,
        pivot=pivot,
        charts=(Chart("line", finding, "months_since_join", (key,)),),
    )


def acquisition(result: Result, words: Words) -> Table:
    """Cost and joins by month and channel."""
    cost = result.cost
    assert cost is not None
    columns = (
        Column("join_month", "month"),
        _CHANNEL,
        Column("cost", "money"),
        Column("joined_members", "integer"),
        Column("buyers_joined", "integer"),
        Column("cac", "money"),
    )
    rows = [(r["month"], r["channel"] or None, r["cost"], r["joined"], r["buyers"], r["cac"]) for r in cost.months]
    months = len({row["month"] for row in cost.months})
    return Table("acquisition", columns, rows, finding=words("clv.acquisition_finding", months=months))


def budget(result: Result, words: Words) -> Table | None:
    """Where the next money goes furthest, at the costs that were observed."""
    cost = result.cost
    assert cost is not None
    if not cost.budget:
        return None
    columns = (
        _CHANNEL,
        Column("marginal_cac", "money"),
        Column("marginal_cac_low", "money"),
        Column("marginal_cac_high", "money"),
        Column("marginal_between", "money"),
        Column("recent_cac", "money"),
        Column("cost_elasticity", "number"),
        Column("months_used", "integer"),
        Column("early_value", "money"),
        Column("next_return", "money"),
        Column("next_return_low", "money"),
        Column("next_return_high", "money"),
    )
    rows = [
        (
            row.name or None,
            row.marginal(row.slope),
            row.marginal(row.slope_high),
            row.marginal(row.slope_low),
            row.between,
            row.cac,
            row.slope,
            row.months,
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
        channel=best.name,
        value=show(best.returns[0], "money"),
        low=show(low, "money") or "?",
        high=show(high, "money") or "?",
        months=months,
    )


def models(result: Result, words: Words) -> Table | None:
    """Every candidate: parameters, fit, holdout; the one in use first."""
    columns = (
        _MODEL,
        Column("in_use", "text"),
        _FIT,
        Column("parameters", "text"),
        Column("log_likelihood", "number"),
        Column("members_fitted", "integer"),
        Column("holdout_actual", "number"),
        Column("holdout_predicted", "number"),
        Column("holdout_bias", "share"),
        Column("holdout_mae", "number"),
        Column("holdout_rmse", "number"),
        Column("holdout_density", "number"),
    )
    names = sorted(result.fits, key=lambda name: (name != result.chosen, name == "gammagamma"))
    used = (result.chosen, "gammagamma") if result.chosen else ()
    rows = [
        (
            name,
            name in used,
            fit.status,
            dict(fit.parameters),
            fit.log_likelihood,
            round(fit.members),
            *_holdout(result, name),
        )
        for name, fit in ((name, result.fits[name]) for name in names)
    ]
    if not rows:
        return None
    key = "clv.models_finding" if result.chosen else "clv.models_none"
    finding = words(
        key, model=words.cell("model", result.chosen), origins=len({t.origin for t in result.tested.trials})
    )
    return Table("models", columns, rows, finding=finding)


def _holdout(result: Result, name: str) -> tuple[Value, ...]:
    trials = [trial for trial in result.tested.trials if trial.candidate == name]
    if not trials:
        return (None,) * 6
    actual, predicted = sum(t.actual for t in trials), sum(t.predicted for t in trials)
    means = [result.tested.mean(name, figure) for figure in ("mae", "rmse", "density")]
    return actual, predicted, predicted / actual - 1 if actual else None, *means


def parameters(result: Result, words: Words) -> Table | None:
    """Parameters with standard errors: of the whole, and of every channel that was fitted apart."""
    columns = (
        Column("fitted_on", "text", labels="clv_group"),
        _MODEL,
        Column("parameter", "text"),
        Column("estimate", "number"),
        Column("standard_error", "number"),
        _FIT,
        Column("members_fitted", "integer"),
    )
    fits: list[tuple[str, Fit]] = [
        (unit.name, fit) for unit in result.units.values() for fit in (unit.purchases, unit.spend)
    ]
    if not fits:
        fits = [(WHOLE, fit) for fit in result.fits.values()]
    rows = [
        (name, fit.model, parameter, value, fit.errors.get(parameter), fit.status, round(fit.members))
        for name, fit in fits
        for parameter, value in fit.parameters.items()
    ]
    if not rows:
        return None
    return Table("parameters", columns, rows, finding=words("clv.parameters_finding", groups=len(result.units)))


def backtest(result: Result, words: Words) -> Table | None:
    """Every candidate, the baselines too, at every origin."""
    columns = (
        Column("origin", "date"),
        _MODEL,
        Column("holdout_days", "days"),
        Column("members_known", "integer"),
        Column("actual_orders", "number"),
        Column("predicted_orders", "number"),
        Column("orders_bias", "share"),
        Column("mae", "number"),
        Column("rmse", "number"),
        Column("density", "number"),
        Column("money_bias", "share"),
    )
    rows = [
        (
            t.origin,
            t.candidate,
            t.holdout_days,
            t.members,
            t.actual,
            t.predicted,
            t.bias,
            t.mae,
            t.rmse,
            t.density,
            t.money_bias,
        )
        for t in result.tested.trials
    ]
    if not rows:
        return None
    return Table("backtest", columns, rows, finding=_backtest_finding(result, words))


def _backtest_finding(result: Result, words: Words) -> str:
    own = result.tested.mean(_shown(result), "bias")
    simple = min((b for b in (result.tested.mean(name, "bias") for name in BASELINES) if b is not None), default=None)
    return words(
        "clv.backtest_finding",
        model=words.cell("model", _shown(result)),
        error=show(own, "share"),
        simple=show(simple, "share"),
        origins=len({trial.origin for trial in result.tested.trials}),
    )


def _shown(result: Result) -> str:
    """The model whose backtest is drawn: the one in use, else the best of those tried."""
    return result.chosen or result.tested.best([name for name in result.fits if name != "gammagamma"]) or ""


def calibration(result: Result, words: Words) -> Table | None:
    """Predicted beside actual by tenths of the members, at the latest origin."""
    found: Mapping[str, Sequence[tuple[int, int, float, float]]] = result.tested.calibration or {}
    rows = found.get(_shown(result), ())
    if not rows:
        return None
    columns = (
        Column("tenth", "integer"),
        Column("members_known", "integer"),
        Column("predicted_mean", "number"),
        Column("actual_mean", "number"),
    )
    _, _, predicted, actual = rows[-1]
    finding = words("clv.calibration_finding", predicted=show(predicted, "number"), actual=show(actual, "number"))
    chart = Chart("line", finding, "tenth", ("predicted_mean", "actual_mean"))
    return Table("calibration", columns, rows, finding=finding, charts=(chart,))


def tracking(result: Result, words: Words) -> Table | None:
    """Cumulative order days after the latest origin: what happened, the model, the baselines."""
    by_day: dict[object, dict[object, object]] = {}
    for row in result.tested.tracking:
        by_day.setdefault(row["day"], {})[row["candidate"]] = row["orders"]
    model = _shown(result)
    if not by_day or not model:
        return None
    named = {
        "tracked_actual": "actual",
        "tracked_model": model,
        "tracked_last_year": "last_year",
        "tracked_cell_mean": "cell_mean",
    }
    given = {key: name for key, name in named.items() if any(name in row for row in by_day.values())}
    rows = [(day, *(row.get(name) for name in given.values())) for day, row in sorted(by_day.items())]  # type: ignore[type-var]
    columns = (Column("holdout_day", "integer"), *(Column(key, "integer") for key in given))
    finding = words("clv.tracking_finding", model=words.cell("model", model))
    return Table(
        "tracking", columns, rows, finding=finding, charts=(Chart("line", finding, "holdout_day", tuple(given)),)
    )


def members(result: Result) -> Table:
    """One row a member with a purchase."""
    plain = result.params.margin is None
    past = Column("historic_revenue" if plain else "historic_clv", "money")
    history = (
        Column("repeat_days", "integer"),
        Column("age_days", "days"),
        Column("first_order", "date"),
        Column("last_order", "date"),
    )
    if not result.chosen:
        return Table("members", (Column("member_id", "id"), past, _CHANNEL, *history), result.members)
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
        _CHANNEL,
        *history,
    )
    return Table("members", columns, result.members)
