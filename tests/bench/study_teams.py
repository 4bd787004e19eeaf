"""Whether the fair ratio finds the guides and stores whose effect was planted, and names nobody where none was.

    python tests/bench/study_teams.py [SEEDS] [MEMBERS] [STORES] [POSITIONS]

Each seed is a house of `privtraffic demo`, of 190 stores with two guides at a time: about 850 who are ranked, with
those who left.  Its truth files tell the log effect of every guide and store on repeat orders.  The true ratio of a
guide is exp(guide + store), that of a store exp(store) times what its guides did for its members, each over its mean
weighted by what was expected.  Null: the same house with nothing planted.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from scipy.stats import rankdata, spearmanr

from privtraffic.analyses.catalog import room
from privtraffic.demo import Plants, write_demo
from privtraffic.intake.load import load

Array = np.ndarray[Any, Any]


def effects(house: Path) -> dict[tuple[str, str], float]:
    """The planted log effect by level and unit."""
    rows = pq.read_table(house / "truth_units.parquet").to_pylist()
    return {(row["level"], row["unit"]): row["effect"] for row in rows}


def answers(house: Path) -> dict[str, Any]:
    """The answer by guide and by store."""
    teams = room("teams")
    columns = teams.may_use(teams.Params())
    with load(house, optional=columns, sides=teams.sides) as data:
        return {by: teams.compute(data, teams.Params(by=by)) for by in ("guide", "store")}


def of_guides(rows: Any, planted: dict[tuple[str, str], float]) -> dict[str, tuple[float, float]]:
    """Of each store what was expected of the members of its guides, and the same times what these did for them."""
    found: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for row in rows:
        expected, true = found[row["parent"]]
        effect = np.exp(planted.get(("guide", row["unit"]), 0.0))
        found[row["parent"]] = (expected + row["expected"], true + row["expected"] * effect)
    return found


def scored(found: dict[str, Any], planted: dict[tuple[str, str], float], by: str) -> dict[str, float]:
    """How the units stand against what was planted."""
    every = [row for row in found[by].units if row["rank"] is not None]
    rows = [row for row in every if (by, row["unit"]) in planted]
    own = np.array([planted[by, row["unit"]] for row in rows])
    keys = ("revenue", "observed", "expected", "member_months", "ratio", "fair", "rank_low", "rank_high",
            "fair_low", "fair_high", "fair_low95", "fair_high95")  # fmt: skip
    get = {key: np.array([float(row[key] or 0) for row in rows]) for key in keys}
    weight = get["expected"]
    if by == "guide":
        truth = np.exp(own + np.array([planted["store", row["parent"]] for row in rows]))
    else:
        theirs = np.array([of_guides(found["guide"].units, planted)[row["unit"]] for row in rows]).T
        rest = np.maximum(weight - theirs[0], 0.0)
        truth = np.exp(own) * (theirs[1] + rest) / (theirs[0] + rest)
    truth /= (truth * weight).sum() / weight.sum()
    # Keepers of halls are ranked with the guides, and have no effect.
    rank = rankdata(-np.append(truth, np.ones(len(every) - len(rows))))[: len(rows)]
    sides = [row["unit_verdict"] for row in rows]
    named = [(side, true) for side, true in zip(sides, truth, strict=True) if side in ("above", "below")]
    return {
        "units": len(rows),
        "sales": spearmanr(get["revenue"], own).statistic,
        "crude": spearmanr(get["observed"] / np.maximum(get["member_months"], 1), own).statistic,
        "ratio": spearmanr(get["ratio"], own).statistic,
        "fair": spearmanr(get["fair"], own).statistic,
        "held 80": float(((get["fair_low"] <= truth) & (truth <= get["fair_high"])).mean()),
        "held 95": float(((get["fair_low95"] <= truth) & (truth <= get["fair_high95"])).mean()),
        "ranks held": float(((get["rank_low"] <= rank) & (rank <= get["rank_high"])).mean()),
        "true sd": float(truth.std()),
        "between": found[by].between,
        "named": len(named),
        "wrong side": sum((true < 1) == (side == "above") for side, true in named),
    }


def study(seeds: int, members: int, stores: int, positions: int) -> None:
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for seed in range(seeds):
        for plants in (Plants(), Plants.none()):
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder) / "house"
                write_demo(place, members=members, seed=seed, plants=plants, stores=stores, positions=positions)
                both = answers(place)
                whole = both["guide"].departures.whole
                taken = {"planted": plants.goes_along, "taken along": whole.taken_along or 0.0}
                ends = {"low": whole.low or 0.0, "high": whole.high or 0.0}
                found[f"leaving, {plants.goes_along:.0%} planted"].append({**taken, **ends})
                for by, result in both.items():
                    if plants == Plants():
                        found[by].append(scored(both, effects(place), by))
                    else:
                        named = len(result.named("above")) + len(result.named("below"))
                        found[f"{by}, nothing planted"].append({"units": len(result.placed), "named": named})
                for result in both.values():
                    result.close()
        print(f"after seed {seed}: " + str({by: {key: round(value, 3) for key, value in runs[-1].items()}
              for by, runs in found.items()}), file=sys.stderr, flush=True)  # fmt: skip
    print(f"{seeds} houses of {members:,} members in {stores} stores, mean (least to most)")
    for by, runs in found.items():
        print(f"| {by} | |\n|---|---|")
        for key in runs[0]:
            values = [run[key] for run in runs]
            print(f"| {key} | {np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f}) |", flush=True)


if __name__ == "__main__":
    study(*(int(value) for value in (sys.argv[1:] + ["10", "120000", "190", "2"][len(sys.argv) - 1 :])[:4]))
