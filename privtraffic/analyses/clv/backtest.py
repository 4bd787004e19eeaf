"""Would the model have been right? Rolling origins, against baselines that anybody can compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from privtraffic.analyses.clv.apart import Array, Origin, Parts, fitted, predicted
from privtraffic.analyses.clv.by_period import snapped
from privtraffic.analyses.clv.known import Known, cell_means, known_at, last_year
from privtraffic.analyses.clv.rows import Step
from privtraffic.analyses.clv.score import STEP
from privtraffic.analyses.clv.tracked import STEPS, deciles, followed, step, track
from privtraffic.analyses.purchase_model import (
    PARAMETERS,
    Fit,
    Histories,
    Spends,
    expectation,
    fit_purchases,
    fit_spend,
    log_likelihood,
)
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage

SQL = queries(__name__)

BASELINES = ("last_year", "cell_mean")
_YEAR, _LEAP = 365, 366
_LEAST_DAYS = 28
_LEAST_REPEATERS = 20


@dataclass(frozen=True)
class Trial:
    """One candidate model tested from one origin.

    Attributes
    ----------
    actual, predicted
        Order days of the holdout, over the members known at the origin.
    mae, rmse
        Per member.
    density
        Log-density of the holdout's purchase times per member, given what was known: None for baselines.
    money_actual, money_predicted
        Net money of the holdout.
    noise, money_noise
        What chance adds to the squared logarithm of actual ÷ predicted: the sum of squares over members ÷ squared sum,
        and for models what was not known of the parameters.
    """

    candidate: str
    origin: date
    holdout_days: int
    members: int
    actual: float
    predicted: float
    mae: float
    rmse: float
    density: float | None
    money_actual: float
    money_predicted: float
    noise: float = 0.0
    money_noise: float = 0.0

    @property
    def bias(self) -> float | None:
        return self.predicted / self.actual - 1 if self.actual else None

    @property
    def money_bias(self) -> float | None:
        return self.money_predicted / self.money_actual - 1 if self.money_actual > 0 else None


@dataclass(frozen=True)
class Backtest:
    """All trials, with the calibration and tracking of each candidate at the latest origin."""

    trials: Sequence[Trial] = ()
    calibration: Mapping[str, Sequence[tuple[int, int, float, float]]] | None = None
    tracking: Sequence[Step] = ()
    origins: Sequence[Origin] = ()

    def mean(self, candidate: str, figure: str) -> float | None:
        """The mean of a figure over the origins, of absolute values where it has a sign."""
        found = [getattr(trial, figure) for trial in self.trials if trial.candidate == candidate]
        known = [abs(value) if figure.endswith("bias") else value for value in found if value is not None]
        return float(np.mean(known)) if known else None

    def best(self, models: Sequence[str]) -> str | None:
        """The model that gave the holdouts the highest density."""
        scored = [(self.mean(model, "density"), model) for model in models]
        known = [(score, model) for score, model in scored if score is not None]
        return max(known)[1] if known else None

    def better_baseline(self, model: str) -> str | None:
        """A baseline that beats the model in both total and member error, over the origins where both were tried."""
        for baseline in BASELINES:
            origins = {trial.origin for trial in self.trials if trial.candidate == baseline}
            own = Backtest([trial for trial in self.trials if trial.origin in origins])
            theirs = [own.mean(baseline, figure) for figure in ("bias", "rmse")]
            ours = [own.mean(model, figure) for figure in ("bias", "rmse")]
            if origins and all(t is not None and o is not None and t < o for t, o in zip(theirs, ours, strict=True)):
                return baseline
        return None


def origins(first: date, as_of: date, horizon_days: int) -> list[tuple[date, int]]:
    """(origin, holdout days), latest first: the holdout is the horizon, or half of a shorter history."""
    history = (as_of - first).days
    holdout = min(horizon_days, (history + 1) // 2)
    if holdout < _LEAST_DAYS:
        return []
    found = [(as_of - timedelta(days=holdout), holdout)]
    back = holdout * 2 if history >= 3 * holdout else holdout * 3 // 2
    if history - back >= max(holdout // 2, _LEAST_DAYS):
        found.append((as_of - timedelta(days=back), holdout))
    return found


def backtest(
    engine: Engine,
    days: str,
    fits: Mapping[str, Fit],
    *,
    first: date,
    as_of: date,
    horizon_days: int,
    unit_days: float,
    period: str | None = None,
) -> Backtest:
    """Fit every model of `fits` on what was known at each origin, and compare with what followed.

    `days` names the table of order days; members of a channel are fitted apart, as in the forecast itself.  With a
    `period` the origins are ends of periods.

    Raises
    ------
    PrivtrafficError
        Where a model's density of a holdout is no number: it must not lose to the others in silence.
    """
    trials: list[Trial] = []
    calibration: dict[str, Sequence[tuple[int, int, float, float]]] = {}
    tracking: list[Step] = []
    seen: list[Origin] = []
    dates = origins(first, as_of, horizon_days)
    for place, (origin, holdout) in enumerate(snapped(dates, as_of, period) if period else dates):
        with stage("clv_backtest", origin=origin):
            year = _LEAP if period else _YEAR
            known = known_at(engine, days, origin, origin + timedelta(days=holdout), year=year)
            wholes: dict[str, Fit] = {}
            found = _predictions(
                engine,
                days,
                fits,
                known,
                origin=origin,
                holdout=holdout,
                unit_days=unit_days,
                first=first,
                wholes=wholes,
            )
            at = Origin(origin, holdout, known, wholes, {name: one[3] for name, one in found.items() if one[3]})
            if found:
                seen.append(at)
        for candidate, one in found.items():
            trials.append(_tried(candidate, at, one, unit_days))
            orders, parts = one[0], one[3]
            if place == 0:
                calibration[candidate] = deciles(orders, known.later)
                if parts is not None:
                    tracking += track(candidate, parts, known, holdout, unit_days)
                else:
                    steps = np.arange(STEPS + 1) / STEPS
                    tracking += [step(candidate, k, holdout, float(s * orders.sum())) for k, s in enumerate(steps)]
        if place == 0 and found:
            tracking += followed(engine, days, origin, holdout)
    return Backtest(trials, calibration, tracking, seen)


_Found = tuple[Array, Array, float | None, Parts | None]


def _predictions(
    engine: Engine,
    days: str,
    fits: Mapping[str, Fit],
    known: Known,
    *,
    origin: date,
    holdout: int,
    unit_days: float,
    first: date,
    wholes: dict[str, Fit],
) -> dict[str, _Found]:
    """Order days and money of the holdout, member by member; the fits of all members go to `wholes`."""
    data = known.histories(unit_days)
    if data.repeaters < _LEAST_REPEATERS:
        return {}
    spend = _spend(known)

    def one(model: str) -> tuple[Fit, _Found]:
        whole = fit_purchases(model, data, near=fits[model])
        parts = fitted(model, data, known.channel, whole)
        return whole, _foretold(parts, known, spend, origin=origin, holdout=holdout, unit_days=unit_days)

    # NumPy lets go of the interpreter while it computes: the models are tried side by side.
    with ThreadPoolExecutor() as pool:
        tried = dict(zip(fits, pool.map(one, fits), strict=True))
    wholes.update({model: whole for model, (whole, _) in tried.items()})
    found = {model: foretold for model, (_, foretold) in tried.items()}
    carried = last_year(known, holdout)
    mean_money = float((spend * np.maximum(data.frequency, 1)).sum() / np.maximum(data.frequency, 1).sum())
    found["last_year"] = (carried, carried * mean_money, None, None)
    before = origin - timedelta(days=holdout)
    if (before - first).days >= holdout // 2:
        cells = cell_means(known_at(engine, days, before, origin), known)
        found["cell_mean"] = (cells, cells * mean_money, None, None)
    return found


def _foretold(
    parts: Parts, known: Known, spend: Array, *, origin: date, holdout: int, unit_days: float
) -> tuple[Array, Array, float, Parts]:
    """Order days, money and density of the holdout by the fits of the members' parts."""
    data, later = known.histories(unit_days), known.followed(holdout, unit_days)
    orders = predicted(parts, data, holdout / unit_days)
    density = sum(
        log_likelihood(fit.model, fit.parameters, later.take(own))
        - log_likelihood(fit.model, fit.parameters, data.take(own))
        for own, fit in parts
    )
    if np.isnan(density):
        raise PrivtrafficError("clv_density", model=parts[0][1].model, origin=origin)
    return orders, orders * spend, density / data.members, parts


def refitted(tested: Backtest, parts: Sequence[Parts], unit_days: float) -> Backtest:
    """The same backtest with other fits of one model at every origin: those that its forecast takes, too."""
    model = parts[0][0][1].model
    trials, calibration = [trial for trial in tested.trials if trial.candidate != model], dict(tested.calibration or {})
    tracking = [row for row in tested.tracking if row["candidate"] != model]
    for place, (at, own) in enumerate(zip(tested.origins, parts, strict=True)):
        found = _foretold(own, at.known, _spend(at.known), origin=at.day, holdout=at.holdout_days, unit_days=unit_days)
        trials.append(_tried(model, at, found, unit_days))
        if place == 0:
            calibration[model] = deciles(found[0], at.known.later)
            tracking += track(model, own, at.known, at.holdout_days, unit_days)
    order = [(trial.candidate, trial.origin) for trial in tested.trials]
    trials.sort(key=lambda trial: order.index((trial.candidate, trial.origin)))
    return replace(tested, trials=trials, calibration=calibration, tracking=tracking)


def _tried(candidate: str, at: Origin, found: _Found, unit_days: float) -> Trial:
    orders, money, density, parts = found
    data = at.known.histories(unit_days)
    blurred = _blurred(parts, data, at.holdout_days / unit_days) if parts else 0.0
    trial = _trial(candidate, at.known, orders, money, origin=at.day, holdout=at.holdout_days, density=density)
    return replace(trial, noise=trial.noise + blurred, money_noise=trial.money_noise + blurred)


def _spend(known: Known) -> Array:
    """Expected money of an order day: Gamma-Gamma where it can be fitted, else the mean of all."""
    frequency = known.table["frequency"].to_numpy().astype(float)
    chosen = (frequency > 0) & (known.mean_spend > 0)
    if chosen.sum() < _LEAST_REPEATERS:
        return np.full(len(frequency), float(known.mean_spend[chosen].mean()) if chosen.any() else 0.0)
    fit = fit_spend(Spends(frequency[chosen], known.mean_spend[chosen], np.ones(int(chosen.sum()))))
    p, q, gamma = (fit.parameters[name] for name in PARAMETERS["gammagamma"])
    mean: Array = p * (gamma + frequency * known.mean_spend) / np.maximum(q + p * frequency - 1, 0.1)
    return mean


def _trial(
    candidate: str, known: Known, orders: Array, money: Array, *, origin: date, holdout: int, density: float | None
) -> Trial:
    off = orders - known.later
    return Trial(
        candidate=candidate,
        origin=origin,
        holdout_days=holdout,
        members=len(orders),
        actual=float(known.later.sum()),
        predicted=float(orders.sum()),
        mae=float(np.abs(off).mean()),
        rmse=float(np.sqrt((off**2).mean())),
        density=density,
        money_actual=float(known.later_money.sum()),
        money_predicted=float(money.sum()),
        noise=_chance(known.later),
        money_noise=_chance(known.later_money),
    )


def _blurred(parts: Parts, data: Histories, ahead: float) -> float:
    """Relative variance of the predicted order days from what was not known of the parameters then."""
    total, variance = 0.0, 0.0
    for own, fit in parts:
        mine = data.take(own)
        base = float(expectation(fit.model, fit.parameters, mine, ahead).sum())
        moved = (fit.at(fit.logs + STEP * direction) for direction in fit.directions())
        away = [float(expectation(fit.model, at, mine, ahead).sum()) - base for at in moved]
        variance += sum((far / STEP) ** 2 for far in away)
        total += base
    return variance / total**2 if total > 0 else 0.0


def _chance(later: Array) -> float:
    """Relative variance of a sum over members, each by itself."""
    total = float(later.sum())
    return float((later**2).sum()) / total**2 if total > 0 else 1.0
