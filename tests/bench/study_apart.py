"""Do the holdouts pick fits by channel or by cohort where there is something to find, and one fit for all where not?

    python tests/bench/study_apart.py --seeds 10

Houses of six unequal channels with known truth.  `alike`: all members are of one Pareto/NBD; `channels`: members of the
channels order 0.5 to 2 times as often and stay 0.7 to 1.4 times as long; `cohorts`: joins grow tenfold, and later
joiners buy up to four times as often, whatever their channel.  Prints one JSON line a process and way of fitting: how
often it was picked, the bias of the total and of a channel, and how many of the 80 % intervals hold what came in the
next 12 months.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
from study_backtest import AS_OF, HORIZON

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.settings import Settings

DAYS = 1000
PROCESSES = ("alike", "channels", "cohorts")
WAYS = ("auto", "none", "channel", "cohort")
SHARES = (0.30, 0.25, 0.20, 0.12, 0.08, 0.05)
RATES = (1.0, 0.5, 1.4, 2.0, 0.7, 1.0)
STAYS = (1.0, 1.4, 0.7, 1.0, 1.2, 0.8)


def house(process: str, seed: int, members: int) -> tuple[list[tuple[int, int, float, float]], dict[str, float]]:
    """((member, channel, day, money) of the history, revenue of the next 365 days by channel)."""
    rng = np.random.default_rng([seed, 7, PROCESSES.index(process)])
    channel = rng.choice(len(SHARES), members, p=SHARES)
    at = rng.random(members)
    if process == "cohorts":
        at = np.log1p(9 * at) / np.log(10)
    rate = rng.gamma(0.8, 1 / 60.0, members)
    stay = rng.exponential(1 / np.maximum(rng.gamma(0.9, 1 / 300.0, members), 1e-9))
    if process == "channels":
        rate, stay = rate * np.array(RATES)[channel], stay * np.array(STAYS)[channel]
    if process == "cohorts":
        rate *= 0.5 * 4.0**at
    spend = 60 * rng.gamma(6.0, 1.0, members) / rng.gamma(5.0, 1.0, members)
    rows: list[tuple[int, int, float, float]] = []
    later = dict.fromkeys([f"c{k}" for k in range(len(SHARES))], 0.0)
    for member in range(members):
        day = at[member] * (DAYS - 1)
        leaves = day + stay[member]
        rows.append((member, channel[member], day, spend[member] * rng.gamma(3.0, 1 / 3.0)))
        while True:
            day += rng.exponential(1 / max(rate[member], 1e-12))
            if day >= min(DAYS + HORIZON, leaves):
                break
            money = spend[member] * rng.gamma(3.0, 1 / 3.0)
            if day < DAYS:
                rows.append((member, channel[member], day, money))
            else:
                later[f"c{channel[member]}"] += money
    return rows, later


def one(process: str, seed: int, members: int, ways: Sequence[str]) -> list[dict[str, object]]:
    """What every way of fitting tells of one simulated house, and what came."""
    rows, later = house(process, seed, members)
    found = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "orders.csv"
        start = AS_OF - timedelta(days=DAYS - 1)
        lines = [
            f"{i},m{m},{start + timedelta(days=int(day))},{money:.2f},c{channel}"
            for i, (m, channel, day, money) in enumerate(rows)
        ]
        path.write_text("\n".join(["order_id,member_id,ordered_at,paid_amount,channel", *lines]) + "\n", "utf-8")
        with pt.load(path, settings=Settings(as_of=AS_OF), optional=("channel",)) as data:
            own = ""
            for way in ways:
                if way == own:
                    # The holdouts picked it: it is what auto told.
                    found.append(found[0] | {"way": way})
                    continue
                asked = clv.Params(discount_rate=0.0, margin=1.0, model="paretonbd", group="channel", apart=way)
                with clv.compute(data, asked) as result:
                    own = own or result.model.axis
                    bands = {"all": result.total} | {str(band.name): band for band in result.channels}
                    found.append(
                        {
                            "seed": seed,
                            "way": way,
                            "axis": result.model.axis,
                            "gains": {c.axis: (round(c.gain, 1), round(c.error, 1)) for c in result.model.compared},
                            "bands": {
                                name: (band.value, band.low, band.high, later.get(name, sum(later.values())))
                                for name, band in bands.items()
                            },
                        }
                    )
    return found


def summary(process: str, way: str, found: list[dict[str, object]], **more: object) -> dict[str, object]:
    own = [row for row in found if row["way"] == way]
    totals = [row["bands"]["all"] for row in own]
    parts = [band for row in own for name, band in row["bands"].items() if name != "all"]
    axes = [str(row["axis"]) for row in own]

    def off(bands: list[tuple[float, ...]]) -> np.ndarray:
        return np.array([value / came - 1 for value, _, _, came in bands])

    def held(bands: list[tuple[float, ...]]) -> float:
        return round(float(np.mean([low <= came <= high for _, low, high, came in bands])), 3)

    return {
        "process": process,
        "way": way,
        **more,
        "seeds": len(own),
        "picked": {axis: axes.count(axis) for axis in sorted(set(axes))},
        "total_bias": round(float(off(totals).mean()), 3),
        "total_held": held(totals),
        "channel_bias": round(float(off(parts).mean()), 3),
        "channel_error": round(float(np.sqrt((off(parts) ** 2).mean())), 3),
        "channel_held": held(parts),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--members", type=int, default=3_000)
    parser.add_argument("--process", choices=("all", *PROCESSES), default="all")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--each", action="store_true", help="Print every house.")
    asked = parser.parse_args()
    for process in PROCESSES if asked.process == "all" else (asked.process,):
        started, found = time.perf_counter(), []
        for seed in range(asked.first, asked.first + asked.seeds):
            found += one(process, seed, asked.members, asked.ways)
            if asked.each:
                for row in found[-len(asked.ways) :]:
                    print(json.dumps({"process": process, **row}), flush=True)
        took = round(time.perf_counter() - started)
        for way in asked.ways:
            print(json.dumps(summary(process, way, found, members=asked.members, seconds=took)), flush=True)


if __name__ == "__main__":
    main()
