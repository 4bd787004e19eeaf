"""How a backtest went: by deciles of what was predicted, and step by step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from privtraffic.analyses.clv.apart import Array, Parts
from privtraffic.analyses.clv.known import SQL, Known
from privtraffic.analyses.clv.rows import Followed, Step
from privtraffic.analyses.purchase_model import forecast
from privtraffic.analyses.rows import rows_of
from privtraffic.engine.base import Engine

STEPS = 12
_DECILES = 10


def deciles(orders: Array, later: Array) -> Sequence[tuple[int, int, float, float]]:
    """(decile, members, mean predicted, mean actual), the lowest predictions first."""
    parts = np.array_split(np.argsort(orders, kind="stable"), _DECILES)
    return [
        (place, len(part), float(orders[part].mean()), float(later[part].mean()))
        for place, part in enumerate(parts, 1)
        if len(part)
    ]


def step(candidate: str, place: int, holdout: int, orders: float) -> Step:
    return {"candidate": candidate, "day": round(place * holdout / STEPS), "orders": orders}


def track(candidate: str, parts: Parts, known: Known, holdout: int, unit_days: float) -> list[Step]:
    """Cumulative order days that the model expects after the origin."""
    data = known.histories(unit_days)
    steps = [step(candidate, 0, holdout, 0.0)]
    for k in range(1, STEPS + 1):
        ahead = k * holdout / STEPS / unit_days
        orders = sum(
            float(forecast(fit.model, fit.parameters, data.take(own), ahead).orders.sum()) for own, fit in parts
        )
        steps.append(step(candidate, k, holdout, orders))
    return steps


def followed(engine: Engine, days: str, origin: date, holdout: int) -> list[Step]:
    """Cumulative order days that happened."""
    until = origin + timedelta(days=holdout)
    sql = SQL["followed"].format(days=days)
    found = engine.fetch(sql, as_of=origin, until=until, step_days=holdout / STEPS)
    counts = {row["step"]: row["orders"] for row in rows_of(found, Followed)}
    return [step("actual", k, holdout, float(sum(n for at, n in counts.items() if at <= k))) for k in range(STEPS + 1)]
