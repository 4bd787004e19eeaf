"""How likely a member's silence goes on, by a purchase model: a feature and a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from privtraffic.analyses.churn.features import SQL, Rows
from privtraffic.analyses.purchase_model import Fit, Histories, fit_purchases, silence
from privtraffic.engine.base import Engine

_WEEK = 7.0
_MODELS = ("mbgnbd", "bgnbd", "paretonbd")


def purchase_fits(engine: Engine, horizon_days: int) -> dict[date, Fit]:
    """The purchase model at each cutoff, fitted to what was known then; none where nothing can be learned.

    The family is the one with the highest likelihood at the earliest cutoff that can tell.
    """
    table = engine.fetch(SQL["histories"])
    found: dict[date, Fit] = {}
    family: str | None = None
    for cutoff in sorted(set(table["cutoff"].to_pylist())):
        data = _histories(table, cutoff)
        if not can_fit(data):
            continue
        if family is None:
            fits = [fit_purchases(model, data) for model in _MODELS]
            best = max(fits, key=lambda fit: fit.log_likelihood)
            family = best.model
            found[cutoff] = best
        else:
            last = found[max(found)]
            found[cutoff] = fit_purchases(family, data, near=last)
    return found


def histories_of(engine: Engine, cutoff: date) -> Histories:
    """What everybody's purchases were by a cutoff, in weeks; of a sample of the members where there are many."""
    return _histories(engine.fetch(SQL["histories"]), cutoff)


def can_fit(data: Histories) -> bool:
    """Whether there is enough for a purchase model."""
    return data.repeaters >= 20 and len(np.unique(data.age)) >= 5


def _histories(table: pa.Table, cutoff: date) -> Histories:
    part = table.filter(pa.array(table["cutoff"].to_numpy() == np.datetime64(cutoff)))
    frequency, recency, age, members = (
        part[name].to_numpy().astype(float) for name in ("frequency", "recency_days", "age_days", "members")
    )
    return Histories(frequency, recency / _WEEK, age / _WEEK, members)


def with_silence(rows: Rows, models: Mapping[date, tuple[str, Mapping[str, float]]], horizon_days: int) -> Rows:
    """The rows with the purchase model's log-odds of no order within the horizon; NaN where there is no model."""
    values = np.full(len(rows), np.nan)
    for cutoff, (model, parameters) in models.items():
        here = rows.cutoffs == np.datetime64(cutoff)
        if not here.any():
            continue
        tenure, recency = rows.numbers["tenure_days"][here], rows.numbers["recency_days"][here]
        data = Histories(
            rows.numbers["order_days"][here] - 1, (tenure - recency) / _WEEK, tenure / _WEEK, np.ones(int(here.sum()))
        )
        chance = silence(model, dict(parameters), data, horizon_days / _WEEK)
        chance = np.clip(chance, 1e-6, 1 - 1e-6)
        values[here] = np.log(chance) - np.log1p(-chance)
    return Rows(rows.cutoffs, rows.members, {**rows.numbers, "silence": values}, rows.words, rows.churned)
