"""Whether the data carry a model, which one, and what must be said with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from privtraffic.analyses.clv import counted
from privtraffic.analyses.clv.backtest import SQL, Backtest
from privtraffic.analyses.clv.rows import Facts
from privtraffic.analyses.clv.score import WHOLE, Unit
from privtraffic.analyses.purchase_model import Fit, fit_purchases, fit_spend
from privtraffic.analyses.statistics.sampling import below
from privtraffic.engine.base import Engine

MOST_MEMBERS = 50_000
"""Above, models are chosen and tested on a seeded sample of so many members."""

LEAST_REPEATERS = 50
_CYCLES = 2
_CLOSE = 0.01
"""Log-density per member within which two models are as good as each other."""

_CORRELATED, _TOO_CORRELATED = 0.2, 0.5
_HEAVIEST_TAIL = 1.1
"""q of Gamma-Gamma at or below which the mean spend of a new member is as good as infinite."""

Caution = tuple[str, Mapping[str, object]]


def obstacle(facts: Facts) -> str | None:
    """Why no model can be tried, None where one can."""
    if facts["repeaters"] == 0:
        return "all_once"
    if facts["repeaters"] < LEAST_REPEATERS:
        return "few_repeaters"
    if facts["history_days"] < _CYCLES * (facts["cycle_days"] or 0.0):
        return "short_history"
    if facts["spend_correlation"] is not None and abs(facts["spend_correlation"]) > _TOO_CORRELATED:
        return "spend_depends"
    return None


def sample(engine: Engine, members: int, seed: int) -> tuple[int | None, str]:
    """Keep the order days that models are chosen on: (members in the sample, None for all; name of the table)."""
    if members <= MOST_MEMBERS:
        return None, "clv_days"
    engine.run("clv_sample", SQL["sample"].format(most=MOST_MEMBERS), seed=seed, below=below(MOST_MEMBERS, members))
    engine.run("clv_sample_days", SQL["sample_days"])
    return MOST_MEMBERS, "clv_sample_days"


def fit_candidates(engine: Engine, models: Sequence[str], unit_days: float, *, sampled: bool) -> dict[str, Fit]:
    """Every candidate over all members, or the sample; Gamma-Gamma with them."""
    triples, spends = counted.whole(engine, sampled=sampled)
    data, given = counted.histories_of(triples, unit_days), counted.spends_of(spends)
    # NumPy lets go of the interpreter while it computes: purchases and spend are fitted side by side.
    with ThreadPoolExecutor() as beside:
        spend = beside.submit(fit_spend, given) if len(given.weight) else None
        fits = dict(zip(models, beside.map(lambda model: fit_purchases(model, data), models), strict=True))
    return fits | ({"gammagamma": spend.result()} if spend else {})


def whole(engine: Engine, model: str, fits: Mapping[str, Fit], unit_days: float, *, sampled: bool) -> Unit:
    """The chosen model over all members."""
    if sampled:
        fits = fit_candidates(engine, [model], unit_days, sampled=False)
    return Unit(WHOLE, fits[model], fits["gammagamma"])


def choose(
    asked: str, fits: Mapping[str, Fit], tested: Backtest, facts: Facts, reason: str | None
) -> tuple[str | None, str | None, list[Caution]]:
    """(model in use or None, why there is none, what must be said)."""
    if reason is not None:
        return None, reason, []
    spend = fits.get("gammagamma")
    if spend is None or spend.parameters["q"] <= _HEAVIEST_TAIL:
        return None, "no_spend_model", []
    models = [model for model in fits if model != "gammagamma" and fits[model].status != "not_converged"]
    if not models:
        return None, "not_converged", []
    chosen = asked if asked != "auto" else tested.best(models) or max(models, key=lambda m: fits[m].log_likelihood)
    if chosen not in models:
        return None, "not_converged", []
    warnings: list[Caution] = []
    if not tested.trials:
        warnings.append(("clv.note.untested", {}))
    baseline = tested.better_baseline(chosen)
    if baseline and asked == "auto":
        return None, f"loses_{baseline}", []
    if baseline:
        warnings.append(("clv.note.loses", {"baseline": baseline}))
    for model in (chosen, "gammagamma"):
        if fits[model].status != "converged":
            values = {"model": model, "parameters": ", ".join(fits[model].unknown)}
            warnings.append((f"clv.note.{fits[model].status}", values))
    correlation = facts["spend_correlation"]
    if correlation is not None and abs(correlation) > _CORRELATED:
        warnings.append(("clv.note.spend_correlated", {"correlation": correlation}))
    return chosen, None, warnings


def rival(chosen: str, fits: Mapping[str, Fit], tested: Backtest) -> Fit | None:
    """The next best model, where the holdouts hardly tell it from the chosen one."""
    best = tested.mean(chosen, "density")
    others = [(tested.mean(name, "density"), name) for name in fits if name not in (chosen, "gammagamma")]
    close = [
        (score, name) for score, name in others if score is not None and best is not None and best - score < _CLOSE
    ]
    return fits[max(close)[1]] if close else None
