"""How often affinity finds what is not there, and whether it finds what is, over many seeds.

    python tests/bench/study_affinity.py [SEEDS]

Brands are shuffled over the order lines of a demo house: every pair called significant is false. Then the demo house
as it is, with its six planted affinities.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from shuffled_house import SCENARIOS, pairs_on, share_found, shelf_of, shuffled_lines

import privtraffic as pt
from privtraffic.analyses.affinity.layout import Design
from privtraffic.demo import write_demo
from privtraffic.demo.house import AFFINITIES

PLANTED = {(affinity.first, affinity.then): affinity.factor for affinity in AFFINITIES}


def false_findings(seeds: int) -> None:
    print(
        f"| brands shuffled, {seeds} seeds | pairs with q <= 0.05 | seeds with any | p <= 0.05 | same day, q <= 0.05 |"
    )
    print("|---|---|---|---|---|")
    for name, how in SCENARIOS.items():
        rows = []
        for seed in range(seeds):
            lines = shuffled_lines(seed, **how)
            with shelf_of(lines) as shelf:
                after = pairs_on(shelf, Design(90))
                beside = pairs_on(shelf, Design(90, same_order=True))
            loose = np.mean([pair.test.p <= 0.05 for pair in after.tested])
            rows.append((share_found(after), share_found(after) > 0, loose, share_found(beside)))
        print("| " + " | ".join([name, *(f"{value:.2%}" for value in np.mean(rows, axis=0))]) + " |", flush=True)


def planted(seeds: int) -> Iterator[tuple[int, int, float]]:
    """How many of the six are found, stand first, and the rank correlation of lift and planted factor."""
    for seed in range(seeds):
        with TemporaryDirectory() as folder:
            write_demo(Path(folder) / "house", members=20_000, seed=seed, plants=None)
            with pt.load(Path(folder) / "house" / "orders.csv", columns=["brand"]) as data:
                result = pt.affinity.compute(data, pt.affinity.Params())
        names = [(result.shelf.name(pair.from_item), result.shelf.name(pair.to_item)) for pair in result.pairs.tested]
        lifts = {name: pair.test.lift for name, pair in zip(names, result.pairs.tested, strict=True)}
        sure = {name for name, pair in zip(names, result.pairs.tested, strict=True) if pair.test.q <= 0.05}
        ranks = [np.argsort(np.argsort([values[pair] for pair in PLANTED])) for values in (lifts, PLANTED)]
        yield (
            sum(name in sure and lifts[name] > 1 for name in PLANTED),
            sum(name in PLANTED for name in names[:6]),
            float(np.corrcoef(*ranks)[0, 1]),
        )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    false_findings(count)
    found = np.array(list(planted(max(2, count // 5))))
    print(
        f"planted, {len(found)} houses of 20,000 members: {found[:, 0].mean():.1f} of 6 with q <= 0.05 and a lift "
        f"above 1, {found[:, 1].mean():.1f} of the first 6 pairs are planted, rank correlation of lift and factor "
        f"{found[:, 2].mean():.2f}"
    )
