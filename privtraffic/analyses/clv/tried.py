"""Models fitted, tested against what followed, and one of them chosen, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from privtraffic.analyses.clv import counted, evidence
from privtraffic.analyses.clv.apart import Compared, Parts, best, compare
from privtraffic.analyses.clv.backtest import Backtest, backtest, refitted
from privtraffic.analyses.clv.consequence import Consequence, consequence
from privtraffic.analyses.clv.rows import Facts
from privtraffic.analyses.clv.score import Clock, Unit
from privtraffic.analyses.purchase_model import Fit, alive
from privtraffic.dataset import Dataset
from privtraffic.progress import stage

_APART = 0.2
"""Shares of active members that models tell: farther apart, the data do not tell who is active."""


_FORECASTS_STAND = ("clv.note.boundary", "clv.note.ridge")


@dataclass(frozen=True)
class Tried:
    """Which models were tried, and what became of each.

    Attributes
    ----------
    chosen
        The model in use; None where the data carry none, and `reason` says why.
    whole
        Its parameters over all members.
    fits
        Every candidate that could be fitted, over all members (or `sample` of them).
    seen
        What the backtests add to the interval.
    axis, compared
        Whose members have fits of their own (channel, cohort, none), and what the holdouts said of it.
    active
        Lowest and highest share of active members, of the models that could be fitted.
    """

    chosen: str | None
    reason: str | None
    warnings: Sequence[evidence.Caution]
    fits: Mapping[str, Fit] = field(default_factory=dict)
    sample: int | None = None
    tested: Backtest = field(default_factory=Backtest)
    whole: Unit | None = None
    seen: Consequence = field(default_factory=Consequence)
    axis: str = "channel"
    compared: Sequence[Compared] = ()
    active: tuple[float, float] | None = None

    @property
    def active_told(self) -> bool:
        """Whether the models agree on how many are active."""
        return self.active is None or self.active[1] - self.active[0] <= _APART


def tried(
    data: Dataset,
    asked: str,
    candidates: Sequence[str],
    clock: Clock,
    facts: Facts,
    *,
    period: str | None = None,
    apart: str = "auto",
) -> Tried:
    """Fit every candidate, let the holdouts choose, and let what they saw have a consequence.

    `asked` is `auto`, or the model that is shown even where it should not be believed; `period` is what it counts where
    that is not days.  `apart` is whose members have fits of their own, or `auto`.
    """
    reason = evidence.obstacle(facts)
    if reason is not None:
        return Tried(None, reason, [])
    engine = data.engine
    with stage("clv_fit"):
        sample, days = evidence.sample(engine, facts["members"], data.settings.seed)
        fits = evidence.fit_candidates(engine, candidates, clock.unit_days, sampled=sample is not None)
        active = _active(data, {model: fits[model] for model in candidates}, clock)
    tested = backtest(
        engine,
        days,
        {model: fits[model] for model in candidates},
        first=facts["first_day"],
        as_of=data.as_of,
        horizon_days=clock.horizon_days,
        unit_days=clock.unit_days,
        period=period,
    )
    chosen, reason, warnings = evidence.choose(asked, fits, tested, facts, reason)
    if chosen is None:
        return Tried(None, reason, warnings, fits, sample, tested)
    whole = evidence.whole(engine, chosen, fits, clock.unit_days, sampled=sample is not None)
    with stage("clv_apart"):
        compared = compare(tested.origins, chosen, clock.unit_days)
        axis = best(compared) if apart == "auto" else apart
        if tested.origins and axis != "channel":
            tested = refitted(tested, _parts(tested, chosen, axis, compared), clock.unit_days)
    seen = consequence(
        engine,
        whole.purchases,
        tested,
        unit_days=clock.unit_days,
        as_of=data.as_of,
        horizon_days=clock.horizon_days,
        history_days=facts["history_days"],
    )
    if seen.refused:
        # Nobody is told in one breath that forecasts stand and that they are not to be used.
        warnings = [caution for caution in warnings if caution[0] not in _FORECASTS_STAND]
        if asked == "auto":
            return Tried(None, seen.reason, warnings, fits, sample, tested, seen=seen)
    told = [*warnings, *seen.cautions()]
    return Tried(chosen, None, told, fits, sample, tested, whole, seen, axis, compared, active)


def _parts(tested: Backtest, model: str, axis: str, compared: Sequence[Compared]) -> list[Parts]:
    """For every origin the fits that the forecast uses: one per value of the axis, or one for everybody."""
    own = [list(one.parts) for one in compared if one.axis == axis]
    if own:
        return own[0]
    return [[(np.ones(len(at.known.later), bool), at.wholes[model])] for at in tested.origins]


def _active(data: Dataset, fits: Mapping[str, Fit], clock: Clock) -> tuple[float, float] | None:
    """The lowest and the highest share of active members among the models that could be fitted.

    BG/NBD alone is no witness: by construction it takes everybody as active who has bought once, so nobody is lowest.
    NBD is none at all: by construction everybody is active.
    """
    known = counted.histories_of(counted.histories(data.engine), clock.unit_days)
    shares = [
        float(known.weight @ alive(fit.model, fit.parameters, known)) / known.members
        for fit in fits.values()
        if fit.status != "not_converged" and fit.model != "nbd"
    ]
    if set(fits) == {"bgnbd"}:
        shares.append(float(known.weight @ (known.frequency > 0)) / known.members)
    return (min(shares), max(shares)) if shares else None
