"""Whether the funnel tells what happens: simulated houses, told a year and more before their end, and then seen.

    python tests/bench/study_funnel.py [SEEDS]

Told: the share of each channel's members who have bought a year after joining, from what was known a year ago, when
half of them had not been observed for so long.  Seen: what the same members did.  Beside it the naive share: buyers so
far ÷ joins so far.  And the chance of a first order in the next 30 days by age, told on twelve days.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from privtraffic.analyses.funnel import funnel
from privtraffic.dataset import Dataset
from privtraffic.demo import write_demo
from privtraffic.intake.load import load

MEMBERS, YEAR, LOOKS = 20_000, 365, 12


def by_channel(data: Dataset) -> dict[str, tuple[float, float, float, int]]:
    """Told, naive and seen share of each channel, and its members."""
    then = replace(data, as_of=data.as_of - timedelta(days=YEAR))
    path = funnel(then, by="channel").path("joined")
    seen = {step["group"]: step for step in funnel(data, by="channel", within_days=YEAR).path("joined").steps}
    found = {}
    for row, name in enumerate(path.waits.places):
        events = path.waits.events["bought"][row].sum()
        naive = events / (events + path.waits.censored[row].sum())
        found[str(name)] = (
            path.waits.curve(row).share(YEAR),
            naive,
            seen[name]["rate"],
            int(path.waits.started[row].sum()),
        )
    return found


def by_age(data: Dataset, hits: dict[str, list[int]]) -> None:
    """Count for every age on how many days what was told lies within the interval of what was seen."""
    for look in range(LOOKS):
        past = replace(data, as_of=data.as_of - timedelta(days=30 * look))
        for row in funnel(past).prospects.spans:
            if row["backtest_low"] is not None and row["backtest_chance"] is not None:
                hits[row["age"]].append(int(row["backtest_low"] <= row["backtest_chance"] <= row["backtest_high"]))


def main(seeds: int) -> None:
    away: dict[str, list[float]] = defaultdict(list)
    naively: dict[str, list[float]] = defaultdict(list)
    hits: dict[str, list[int]] = defaultdict(list)
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            made = write_demo(Path(folder) / "house", MEMBERS, seed=seed, plants=None).folder
            with load(made / "orders.csv", members=made / "members.csv") as data:
                for name, (told, naive, seen, _) in by_channel(data).items():
                    away[name].append(told - seen)
                    naively[name].append(naive - seen)
                by_age(data, hits)
    print(f"{seeds} houses of {MEMBERS:,} members; bought within a year of joining: told − seen, naive − seen")
    for name, gaps in away.items():
        mean, other = sum(gaps) / len(gaps), sum(naively[name]) / len(gaps)
        print(f"  {name}: {mean:+.4f} (worst {max(gaps, key=abs):+.4f}), naive {other:+.4f}")
    print("chance of a first order in 30 days: share of looks at which what was told lies in the 95 % interval seen")
    for age, inside in hits.items():
        print(f"  {age}: {sum(inside)} of {len(inside)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
