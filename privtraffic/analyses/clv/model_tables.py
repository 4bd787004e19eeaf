"""The tables that say how far to believe the forecast: models, parameters, backtest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privtraffic.analyses.clv.backtest import BASELINES
from privtraffic.analyses.clv.compute import Result
from privtraffic.analyses.clv.score import WHOLE
from privtraffic.analyses.purchase_model import Fit
from privtraffic.report.document import Chart, Column, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

_MODEL = Column("model", "text", labels="model")
_FIT = Column("status", "text", labels="fit_status")


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


def apart(result: Result) -> Table | None:
    """What fits by channel and by cohort gained over one fit for all at the origins; the ones in use are named."""
    columns = (
        Column("fitted_apart", "text", labels="apart"),
        Column("in_use", "text"),
        Column("density_gain", "number"),
        Column("density_gain_error", "number"),
    )
    compared = result.model.compared
    if not compared or not result.chosen:
        return None
    rows: list[tuple[Value, ...]] = [("none", result.model.axis == "none", 0.0, None)]
    rows += [(one.axis, result.model.axis == one.axis, one.gain, one.error) for one in compared]
    return Table("apart", columns, rows)


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
    by_day: dict[int, dict[str, float]] = {}
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
    rows = [(day, *(row.get(name) for name in given.values())) for day, row in sorted(by_day.items())]
    columns = (Column("holdout_day", "integer"), *(Column(key, "integer") for key in given))
    last = by_day[max(by_day)]
    finding = words(
        "clv.tracking_finding",
        days=max(by_day),
        actual=show(last.get("actual"), "integer"),
        model=words.cell("model", model),
        predicted=show(last.get(model), "integer"),
    )
    return Table(
        "tracking", columns, rows, finding=finding, charts=(Chart("line", finding, "holdout_day", tuple(given)),)
    )
