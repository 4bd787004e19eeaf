"""How much of what the best use of a budget would gain does the order of `privtraffic clv --budget` gain?

    python tests/bench/study_budget.py --seeds 8

Simulated houses with an elasticity of their own in each channel (`Plants`).  What a channel gains by more money is its
joins × planted value × ((1 + more ÷ spent)^planted elasticity − 1).  The best puts every step of the budget where that
grows most, inside the same ranges that were seen.  Prints one JSON line a house: of each channel the planted
elasticity, the one told or why none is, its room ÷ cost.  Then a line a size of the budget (a share of all room): the
share of the best gain that the order gets, the same among the channels that are told, and which channels are not told,
each with its reason and its share of the best gain.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.analyses.clv.allocation import Place, allocate
from privtraffic.demo import write_demo
from privtraffic.demo.house import CHANNELS, MARGIN_RATE
from privtraffic.demo.plants import Plants

_STEPS = 400
_SHARES = (0.25, 0.5, 0.75)
TRUE = dict(zip((channel.name for channel in CHANNELS), Plants().elasticities, strict=True))


@dataclass(frozen=True)
class House:
    """What the report of a house says of its channels, and their months."""

    places: Sequence[Place]
    result: clv.Result


def house(seed: int, members: int) -> House:
    """A simulated house and its report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "house"
        write_demo(folder, members=members, seed=seed, plants=Plants())
        files = {"members": folder / "members.csv", "spend": folder / "spend.csv"}
        with pt.load(folder / "orders.csv", **files) as data:
            result = clv.compute(data, clv.Params(model="bgnbd", margin=0.42, budget=1.0))
    assert result.cost is not None
    return House(allocate(1.0, result.cost.budget, result.cost.months).places, result)


def worth(name: str) -> float:
    """Margin of a joined member's first year as planted, without the gamma's spread."""
    c = next(c for c in CHANNELS if c.name == name)
    alive = (1 - np.exp(-c.dropout)) / c.dropout
    return float((1 - c.never) * c.order_value * MARGIN_RATE * (1 + c.rate * alive))


def gain(place: Place, more: float) -> float:
    """What more money a month brings in a channel, by its planted elasticity and value."""
    joins = place.spent / place.next.cac
    grown: float = (1 + more / place.spent) ** TRUE[place.next.name] - 1
    return joins * worth(place.next.name) * grown


def best(places: Sequence[Place], budget: float) -> Mapping[str, float]:
    """Where the planted elasticities put a budget, step by step, inside the ranges that were seen."""
    put, step = {place.next.name: 0.0 for place in places}, budget / _STEPS
    left = budget
    while left > 1e-6:
        steps = {p.next.name: min(step, left, p.room - put[p.next.name]) for p in places}
        open_ = [place for place in places if steps[place.next.name] > 1e-6]
        if not open_:
            break
        slopes = {
            p.next.name: (gain(p, put[p.next.name] + steps[p.next.name]) - gain(p, put[p.next.name]))
            / steps[p.next.name]
            for p in open_
        }
        name = max(slopes, key=slopes.__getitem__)
        put[name] += steps[name]
        left -= steps[name]
    return put


def scored(found: House, share: float) -> dict[str, object]:
    """One size of the budget: what the order gains, and what the best would."""
    cost = found.result.cost
    assert cost is not None
    budget = share * sum(place.room for place in found.places)
    placed = {place.next.name: place.placed or 0.0 for place in allocate(budget, cost.budget, cost.months).places}
    by_name = {place.next.name: place for place in found.places}
    told = [place for place in found.places if place.order is not None]
    gained = sum(gain(by_name[name], more) for name, more in placed.items())
    whole, among = best(found.places, budget), best(told, budget)
    top = {name: gain(by_name[name], more) for name, more in whole.items()}
    of_told = sum(gain(by_name[name], more) for name, more in among.items())
    untold = {
        name: [place.next.elasticity.reason or "no_value", round(top[name] / sum(top.values()), 2)]
        for name, place in by_name.items()
        if place.order is None
    }
    return {
        "budget": round(budget),
        "of_best": round(gained / sum(top.values()), 3),
        "of_best_among_told": round(gained / of_told, 3) if of_told else None,
        "untold": untold,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--members", type=int, default=20_000)
    asked = parser.parse_args()
    for seed in range(asked.seeds):
        found = house(seed, asked.members)
        told = {
            place.next.name: [
                TRUE[place.next.name],
                None if place.next.elasticity.value is None else round(place.next.elasticity.value, 2),
                place.next.elasticity.reason,
                round(place.room / place.spent, 2),
            ]
            for place in found.places
        }
        print(json.dumps({"seed": seed, "channels": told}, ensure_ascii=False), flush=True)
        for share in _SHARES:
            print(json.dumps({"seed": seed, "share": share, **scored(found, share)}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
