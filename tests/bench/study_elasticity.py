"""Does the elasticity of joins in `privtraffic clv` hold what was planted?  Simulated budgets with known truth.

    python tests/bench/study_elasticity.py --seeds 200 --demos 12

Prints one JSON line a process: `growth` (the demo's budgets, the season known to the regression), `followed` (budgets
that follow the season), `carry` (0.3 of a month's budget works on in the next), `carry_one` and `carry_half` (in one
channel and in three of six), `carry_one_long` (0.6, in one), `unvaried` (budgets vary by 5 %), `demo` (whole simulated
houses, the season taken from their own orders), and `planted` (the same with 0.4 to 0.9 by channel, of which one keeps
0.3 of a month's effect): the mean distance of the elasticities that are told from the planted ones, how
many are told, how often the 80 % interval holds the planted one, over channels and seeds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.analyses.clv.elasticity import Elasticity, Months, elasticities
from privtraffic.demo import write_demo
from privtraffic.demo.growth import ELASTICITY, MONTHLY_GROWTH
from privtraffic.demo.house import CHANNELS
from privtraffic.demo.plants import Plants
from privtraffic.demo.season import season

_MONTHS = 36


def simulated(
    seed: int,
    members: int,
    sd: float = 0.3,
    follow: float = 0.0,
    carry: Sequence[float] = (0.0,) * len(CHANNELS),
    shocks: float = 0.0,
) -> dict[str, Months]:
    """Months of every channel: budgets vary by `sd`, follow the season to the power `follow`; joins have `shocks`."""
    rng = np.random.default_rng(seed)
    calendar = season(date(2026, 10, 31), _MONTHS, 1.0)
    mass = np.diff(calendar.mass_at(calendar.month_edges[: _MONTHS + 1]))
    trade = mass * MONTHLY_GROWTH ** np.arange(_MONTHS)
    found = {}
    for channel, share in zip(CHANNELS, carry, strict=True):
        budget = np.exp(rng.normal(0.0, sd, _MONTHS)) * (mass / mass.mean()) ** follow
        stock = np.empty(_MONTHS)
        kept = 1 / (1 - share)
        for place, spent in enumerate(budget):
            kept = spent + share * kept
            stock[place] = kept
        expected = trade * stock**ELASTICITY * np.exp(rng.normal(0.0, shocks, _MONTHS))
        joins = rng.poisson(members * channel.share * expected / expected.sum()).astype(float)
        cost = channel.cost * members * channel.share / _MONTHS * budget
        found[channel.name] = Months(np.arange(_MONTHS, dtype=float), cost, joins, np.log(mass / mass.mean()))
    return found


def of_demo(seed: int, members: int, plants: Plants | None) -> dict[str, Elasticity]:
    """Elasticities that the report of a simulated house tells."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "house"
        write_demo(folder, members=members, seed=seed, plants=plants)
        files = {"members": folder / "members.csv", "spend": folder / "spend.csv"}
        with pt.load(folder / "orders.csv", **files) as data:
            result = clv.compute(data, clv.Params(model="bgnbd", margin=0.42))
    assert result.cost is not None
    return {row.name: row.elasticity for row in result.cost.budget}


def summary(
    name: str, found: Sequence[dict[str, Elasticity]], truth: Sequence[float], **more: object
) -> dict[str, object]:
    planted = dict(zip((channel.name for channel in CHANNELS), truth, strict=True))
    rows = [(row, planted[channel]) for house in found for channel, row in house.items()]
    told = [(row, true) for row, true in rows if row.value is not None]
    off = [row.value - true for row, true in told if row.value is not None]
    ends = [(row.low, true, row.high) for row, true in told if row.low is not None and row.high is not None]
    return {
        "process": name,
        **more,
        "channels": len(rows),
        "told": len(told),
        "bias": round(float(np.mean(off)), 4) if told else None,
        "coverage": round(float(np.mean([low <= true <= high for low, true, high in ends])), 4) if told else None,
        "half_width": round(float(np.mean([(high - low) / 2 for low, _, high in ends])), 3) if told else None,
        "carry_over": round(float(np.mean([row.carry_over for row, _ in rows])), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--demos", type=int, default=12)
    parser.add_argument("--members", type=int, default=20_000)
    asked = parser.parse_args()
    kinds: dict[str, Callable[[int], dict[str, Months]]] = {
        "growth": lambda seed: simulated(seed, asked.members),
        "growth_540k": lambda seed: simulated(seed, 540_000),
        "followed": lambda seed: simulated(seed, asked.members, follow=1.0, shocks=0.1),
        "carry": lambda seed: simulated(seed, asked.members, carry=(0.3,) * 6),
        "carry_one": lambda seed: simulated(seed, asked.members, carry=(0, 0, 0.3, 0, 0, 0)),
        "carry_half": lambda seed: simulated(seed, asked.members, carry=(0.3, 0, 0.3, 0, 0.3, 0)),
        "carry_one_long": lambda seed: simulated(seed, asked.members, carry=(0, 0, 0.6, 0, 0, 0)),
        "unvaried": lambda seed: simulated(seed, asked.members, sd=0.05, shocks=0.1),
    }
    equal = (ELASTICITY,) * len(CHANNELS)
    for name, make in kinds.items():
        found = [elasticities(make(seed)) for seed in range(1, asked.seeds + 1)]
        print(json.dumps(summary(name, found, equal, seeds=asked.seeds)), flush=True)
    for name, plants, truth in (("demo", None, equal), ("planted", Plants(), Plants().elasticities)):
        started, found = time.perf_counter(), []
        for seed in range(1, asked.demos + 1):
            found.append(of_demo(seed, asked.members, plants))
            seconds = round(time.perf_counter() - started)
            print(json.dumps(summary(name, found, truth, seeds=seed, seconds=seconds)), flush=True)


if __name__ == "__main__":
    main()
