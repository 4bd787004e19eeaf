"""Whether no effect is called one where stores were drawn whole: by members (Welch), and by stores.

    python tests/bench/study_clusters.py [SEEDS]

Members buy at lasting rates (gamma, as in study_uplift); each store's weather multiplies the rate of all its members in
the days counted (lognormal), and contacting changes nothing.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from study_uplift import COVARIATES, EARLIER, MEAN_RATE, OUTCOMES, PAST, SHAPE, paid

from privtraffic.analyses.statistics.clusters import Totals, compare_clusters
from privtraffic.analyses.statistics.effects import Moments, compare

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Scenario:
    """Stores, members, how far stores differ, the share of stores held out, and how uneven their sizes are.

    `uneven` is the shape of a Dirichlet distribution: the smaller, the more uneven; 0 for equal sizes.
    """

    stores: int
    members: int
    spread: float
    control: float = 0.5
    uneven: float = 0.0


SCENARIOS = {
    "20 stores, equal": Scenario(20, 4_000, 0.2),
    "20 stores, uneven": Scenario(20, 4_000, 0.2, uneven=3.0),
    "40 guides, equal": Scenario(40, 4_000, 0.35),
    "40 guides, very uneven": Scenario(40, 4_000, 0.35, uneven=1.0),
    "10 stores, uneven": Scenario(10, 4_000, 0.3, uneven=3.0),
    "50 stores, 5 held out, uneven": Scenario(50, 8_000, 0.3, control=0.1, uneven=3.0),
}


def campaign(scenario: Scenario, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """One row a member, as in study_uplift; the store of each; which stores are held out."""
    count = scenario.stores
    shares = random.dirichlet(np.full(count, scenario.uneven)) if scenario.uneven else np.full(count, 1 / count)
    store = np.repeat(np.arange(count), np.maximum(random.multinomial(scenario.members, shares), 5))
    weather = np.exp(random.normal(0, scenario.spread, count))
    held_out = np.zeros(count, dtype=bool)
    held_out[random.permutation(count)[: round(count * scenario.control)]] = True
    rate = random.gamma(SHAPE, MEAN_RATE / SHAPE, len(store))
    spend = 200.0 * random.gamma(4, 1 / 4, len(store))
    orders, recent = random.poisson(rate * weather[store]), random.poisson(rate * PAST)
    earlier = random.poisson(rate * EARLIER) * spend
    columns = (orders > 0, orders, paid(orders, spend, random), recent, paid(recent, spend, random), earlier)
    return np.column_stack([column.astype(float) for column in columns]), store, held_out


def totals(values: Array, store: Array, chosen: Array) -> tuple[Moments, Totals]:
    """Of one group."""
    names = np.flatnonzero(chosen)
    rows = [values[store == name] for name in names]
    sizes = np.array([float(len(row)) for row in rows])
    sums = np.array([row.sum(axis=0) for row in rows])
    return Moments.of(values[chosen[store]]), Totals(tuple(map(str, names)), sizes, sums)


def study(seeds: int) -> None:
    print(f"| {seeds} campaigns each, no effect | outcome | p < 0.05 by members | p < 0.05 by stores |")
    print("|---|---|---|---|")
    for name, scenario in SCENARIOS.items():
        found = np.zeros((seeds, len(OUTCOMES), 2))
        for seed in range(seeds):
            values, store, held_out = campaign(scenario, np.random.default_rng(seed))
            contact, control = totals(values, store, ~held_out), totals(values, store, held_out)
            for place in range(len(OUTCOMES)):
                by_members = compare(contact[0], control[0], place, COVARIATES).p
                by_stores = compare_clusters(contact, control, place, COVARIATES).p
                found[seed, place] = (by_members or 0.0) < 0.05, (by_stores or 0.0) < 0.05
        for outcome, (members, stores) in zip(OUTCOMES, found.mean(axis=0), strict=True):
            print(f"| {name} | {outcome} | {members:.1%} | {stores:.1%} |", flush=True)


if __name__ == "__main__":
    study(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
