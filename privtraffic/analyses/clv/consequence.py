"""What the backtests saw has a consequence: the interval is as wide as the errors were, or there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import expm1, log, sqrt

import numpy as np
from scipy.special import ndtri, stdtrit

from privtraffic.analyses.clv import rows
from privtraffic.analyses.clv.backtest import Backtest, Trial
from privtraffic.analyses.clv.room import BY_PERIOD
from privtraffic.analyses.clv.score import LEVEL
from privtraffic.analyses.purchase_model import Fit, Histories, expectation
from privtraffic.analyses.rows import row_of
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.clv.backtest")

WIDEST = log(1.75)
"""An 80 % interval that would have to reach farther than a factor of so much is not shown."""

_TOO_FAR = 0.25
"""Backtests that missed by more, beyond chance, miss in a direction: wider around the wrong place is no interval."""

_USUAL, _WEIGHT = 0.04, 2
"""What models of this family miss by where nothing is wrong, and for how many backtests that counts."""

_WORTH_TELLING = 0.15
"""An interval that is widened by more than this to either side is told to be."""

_SPANS = (91, 182)
_LEAST_HOLDOUT = 28
_YEAR = 365
_GRID = 80
_LEAST_EXPECTED = 20.0
_SEASON = 0.15
"""Standard deviation of a season that cannot be told from a change, where there is no year before to compare with."""


@dataclass(frozen=True)
class Consequence:
    """What the errors of the past add to the interval.

    Attributes
    ----------
    sd
        Relative standard deviation that all members share, beyond chance and parameters; on the scale of logarithms.
    missed
        Root mean square of the relative errors of the backtests, beyond chance; None without a backtest.
    drift
        How the latest order days stand to those that the fitted model expects, against the same members in the same
        days of the year before: 0.8 is a fifth fewer; None where it cannot be told.
    """

    sd: float = 0.0
    missed: float | None = None
    drift: float | None = None

    @property
    def reach(self) -> float:
        """By how much the 80 % interval is widened: half of it, as a share."""
        return _z() * self.sd

    @property
    def refused(self) -> bool:
        """Whether no interval could be honest: the model was far off, or the interval would tell nothing."""
        return (self.missed or 0.0) > _TOO_FAR or self.reach > WIDEST

    @property
    def reason(self) -> str:
        """Why nothing is shown: the backtests missed, or the latest months are unlike those before."""
        return "drifted" if (self.missed or 0.0) <= _TOO_FAR and self.drift is not None else "missed"

    def cautions(self) -> list[tuple[str, Mapping[str, object]]]:
        """What must be said of a forecast that is shown: do not use it, or by how much its interval is widened."""
        if self.refused:
            return [("clv.note.do_not_use", {"error": expm1(self.missed or 0.0), "reach": self.reach})]
        if self.reach > _WORTH_TELLING:
            return [("clv.note.widened", {"reach": self.reach})]
        return []


def _z() -> float:
    return float(ndtri((1 + LEVEL) / 2))


def consequence(
    engine: Engine, fit: Fit, tested: Backtest, *, unit_days: float, as_of: date, horizon_days: int, history_days: int
) -> Consequence:
    """The errors that chance does not explain, of the backtests of the model in use and of its latest months.

    A backtest's error is the logarithm of what came ÷ what was predicted, in order days and in money, whichever is
    larger; what chance and unknown parameters explain is taken off its square.  Few backtests say little: to theirs
    comes what such models usually miss by, and the root mean square is stretched as Student's t is for so few.  A
    holdout that is shorter than the horizon saw less than there is to go wrong: errors that were seen grow with the
    root of the time, and what a shape that was never seen may add grows with the time.
    """
    own = [trial for trial in tested.trials if trial.candidate == fit.model]
    holdout = own[0].holdout_days if own else max(min(horizon_days, history_days // 2), _LEAST_HOLDOUT)
    longer = max(horizon_days / holdout, 1.0)
    squares = [_excess(trial) * longer for trial in own]
    count = _WEIGHT + len(squares)
    mean = (_WEIGHT * (_USUAL * longer) ** 2 + sum(squares)) / count
    stretch = float(stdtrit(count, (1 + LEVEL) / 2)) / _z()
    drift = None if fit.model in BY_PERIOD else _drift(engine, fit, unit_days, as_of)
    variance = stretch**2 * mean + (drift[1] if drift else 0.0)
    missed = sqrt(float(np.mean(squares))) if squares else None
    return Consequence(sqrt(variance), missed, drift[0] if drift else None)


def _excess(trial: Trial) -> float:
    """The squared error beyond chance, of order days or money."""
    orders = log((trial.actual + 0.5) / (trial.predicted + 0.5)) ** 2 - trial.noise
    if trial.money_actual <= 0 or trial.money_predicted <= 0:
        return max(orders, 0.0)
    money = log(trial.money_actual / trial.money_predicted) ** 2 - trial.money_noise
    return max(orders, money, 0.0)


def _drift(engine: Engine, fit: Fit, unit_days: float, as_of: date) -> tuple[float, float] | None:
    """(latest order days ÷ expected, against the year before; squared logarithm of it beyond chance).

    Of the latest quarter and of the latest half year, whichever strayed less: what is gone in one of them was chance.
    """
    started = engine.fetch(SQL["started"])
    first = np.array(started["first_order"].to_pylist(), dtype="datetime64[D]")
    members = started["members"].to_numpy().astype(float)
    end = np.datetime64(as_of, "D") + 1
    ages = (end - first).astype(float)
    reach = float(ages.max(initial=0.0))
    grid = np.linspace(0.0, reach, _GRID)
    newcomer = Histories(np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1))
    curve = np.array(
        [float(expectation(fit.model, fit.parameters, newcomer, day / unit_days, nodes=24)[0]) for day in grid]
    )

    def expected(ago: int, span: int, least_age: int) -> float:
        upto, since = (np.interp(np.maximum(ages - back, 0.0), grid, curve) for back in (ago, ago + span))
        return float(members @ np.where(ages > least_age, upto - since, 0.0))

    def seen(ago: int, span: int, least_age: int) -> tuple[float, float] | None:
        last, known = as_of - timedelta(days=ago), as_of - timedelta(days=least_age)
        return _ratio(engine, span, last, known, expected(ago, span, least_age))

    found: tuple[float, float] | None = None
    for span in _SPANS:
        old = _YEAR + span
        now, before = seen(0, span, old), seen(_YEAR, span, old)
        if now and before:
            # The same members a year apart: neither the season nor other joiners can be taken for a change.
            ratio, noise = now[0] - before[0], now[1] + before[1]
        else:
            now = seen(0, span, span)
            if now is None:
                continue
            ratio, noise = now[0], now[1] + _SEASON**2
        excess = max(ratio**2 - noise, 0.0)
        if found is None or excess < found[1]:
            found = float(np.exp(ratio)), excess
    return found


def _ratio(engine: Engine, span: int, last: date, known: date, expected: float) -> tuple[float, float] | None:
    """(logarithm of the order days behind the first ÷ expected, what chance adds to its square).

    Counted are `span` days up to `last` of members whose first order is not after `known`.
    """
    if expected < _LEAST_EXPECTED:
        return None
    first = last - timedelta(days=span - 1)
    row = row_of(engine.fetch(SQL["again"], first=first, last=last, known=known), rows.Again)
    orders, squares = float(row["orders"] or 0), float(row["squares"] or 0)
    return log((orders + 0.5) / (expected + 0.5)), (squares + 1.0) / max(orders, 1.0) ** 2
