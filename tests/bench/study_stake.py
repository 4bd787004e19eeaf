"""Whether what churn puts at stake stays below what clv says is to come, over simulated houses.

    python tests/bench/study_stake.py [SEEDS]

Members join over two years, buy as a Poisson process at rates that differ (gamma) and leave after any order with a
chance of their own (beta), as BG/NBD has it. Three houses: ordinary, nine in ten buy once, and members who stay.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import privtraffic as pt
from privtraffic.analyses import churn, clv

HOUSES = {
    "ordinary": (0.6, 60.0, 0.8, 2.5),
    "most buy once": (0.25, 90.0, 2.0, 1.0),
    "members stay": (1.5, 90.0, 0.3, 8.0),
}
"""Shape and scale (days) of the rates, and the beta distribution of leaving after an order."""

MEMBERS, DAYS, HORIZON = 1_500, 730, 90
START = date(2024, 1, 1)


def orders(house: str, seed: int, path: Path) -> None:
    """An order file of one house."""
    shape, scale, leave, stay = HOUSES[house]
    random = np.random.default_rng(seed)
    rows = ["order_id,member_id,ordered_at,paid_amount"]
    for member in range(MEMBERS):
        rate, leaving = random.gamma(shape, 1 / scale), random.beta(leave, stay)
        spend, day = 200 * np.exp(random.normal(0, 0.5)), float(random.integers(0, DAYS - 30))
        while day < DAYS:
            amount = spend * random.gamma(6, 1 / 6) + 1
            rows.append(f"o{len(rows)},M{member},{START + timedelta(days=int(day))},{amount:.2f}")
            if random.random() < leaving:
                break
            day += random.exponential(1 / max(rate, 1e-9))
    path.write_text("\n".join(rows) + "\n", "utf-8")


def study(seeds: int) -> None:
    print(f"| {seeds} houses each, {HORIZON} days | at stake ÷ to come: least, mean, most | at stake above to come |")
    print("|---|---|---|")
    for house in HOUSES:
        found = []
        for seed in range(seeds):
            with TemporaryDirectory() as folder:
                path = Path(folder) / "orders.csv"
                orders(house, seed, path)
                with pt.load(path) as data:
                    bands = churn.compute(data, churn.Params(horizon_days=HORIZON)).bands
                    at_stake = sum(row["at_stake"] or 0.0 for row in bands)
                    found.append(at_stake / clv.compute(data, clv.Params(horizon_days=HORIZON)).total.value)
        told = f"{min(found):.0%}, {np.mean(found):.0%}, {max(found):.0%}"
        print(f"| {house} | {told} | {sum(one > 1 for one in found)} of {seeds} |", flush=True)


if __name__ == "__main__":
    study(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
