"""Does what the backtest saw have a consequence?  Houses of which the future is not like the history, with known truth.

    python tests/bench/study_backtest.py --seeds 10

Prints one JSON line a process: how many houses were refused, and how often the 80 % interval of the revenue of the
next 12 months holds what came, among those that were not.  `steady`: Pareto/NBD and Gamma-Gamma; `demo`: the simulated
house; `decaying`: all rates halve within a year; `growing`: joins grow tenfold and later joiners buy up to four times
as often; `broken`: rates fall to 0.3, 0.5 or 0.7 for the last 150 days and stay there; `short`: 77 days of history;
`days120` and so on: so many days of it; `constant`: members leave at one rate for all.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.demo import write_demo
from privtraffic.settings import Settings

AS_OF = date(2026, 9, 26)
HORIZON = 365
LENGTHS = {"short": 77, "days120": 120, "days180": 180, "days270": 270, "days400": 400}
PROCESSES = ("steady", "demo", "decaying", "growing", "broken", *LENGTHS, "constant")


def house(process: str, seed: int, members: int) -> tuple[list[tuple[int, float, float]], float, int]:
    """((member, day, money) of the history, revenue of the next 365 days of the members known, days of history)."""
    rng = np.random.default_rng([seed, PROCESSES.index(process)])
    days = LENGTHS.get(process, 1000)
    at = rng.random(members)
    if process == "growing":
        at = np.log1p(9 * at) / np.log(10)
    joined = at * (days - 1)
    rate = rng.gamma(0.8, 1 / 60.0, members)
    if process == "growing":
        rate *= 0.5 * 4.0**at
    leaves = joined + rng.exponential(1 / np.maximum(rng.gamma(0.9, 1 / 300.0, members), 1e-9))
    if process == "constant":
        rate, leaves = rng.gamma(1.5, 1 / 60, members), joined + rng.exponential(400, members)
    spend = 60 * rng.gamma(6.0, 1.0, members) / rng.gamma(5.0, 1.0, members)
    drop = (0.3, 0.5, 0.7)[seed % 3]
    rows: list[tuple[int, float, float]] = []
    later = 0.0
    for member in range(members):
        day = joined[member]
        rows.append((member, day, spend[member] * rng.gamma(3.0, 1 / 3.0)))
        while rate[member] > 0:
            day += rng.exponential(1 / rate[member])
            if day >= min(days + HORIZON, leaves[member]):
                break
            if process == "decaying" and rng.random() > 0.5 ** (day / 365):
                continue
            if process == "broken" and day >= days - 150 and rng.random() > drop:
                continue
            money = spend[member] * rng.gamma(3.0, 1 / 3.0)
            if day < days:
                rows.append((member, day, money))
            else:
                later += money
    return rows, later, days


def one(process: str, seed: int, members: int) -> dict[str, object]:
    """Predicted interval and what came, of one simulated house."""
    params = clv.Params(discount_rate=0.0, margin=1.0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if process == "demo":
            write_demo(folder, members=members, seed=seed, plants=None)
            truth = pq.read_table(folder / "truth.parquet").select(["member_id", "next12_margin"])
            with pt.load(folder / "orders.csv", members=folder / "members.csv") as data:
                result = clv.compute(data, clv.Params(discount_rate=0.0, margin=0.42))
                data.engine.scan("truth", truth)
                sql = f"""select sum(cast(t.next12_margin as double)) as m
                from {result.members.name} b join truth t on b.member_id = t.member_id"""
                came = data.engine.fetch(sql)["m"][0].as_py()
        else:
            rows, came, days = house(process, seed, members)
            path = folder / "orders.csv"
            start = AS_OF - timedelta(days=days - 1)
            lines = [
                f"{i},m{m},{start + timedelta(days=int(day))},{money:.2f}" for i, (m, day, money) in enumerate(rows)
            ]
            path.write_text("\n".join(["order_id,member_id,ordered_at,paid_amount", *lines]) + "\n", "utf-8")
            with pt.load(path, settings=Settings(as_of=AS_OF)) as data:
                result = clv.compute(data, params)
    total = result.total
    return {
        "seed": seed,
        "model": result.chosen,
        "reason": result.reason,
        "value": round(total.value) if result.chosen else None,
        "low": round(total.low) if result.chosen else None,
        "high": round(total.high) if result.chosen else None,
        "came": round(came),
        "sd": round(result.values.error_sd, 3),
        "gap": round(sum(band.value for band in result.cohorts) / total.value, 3) if result.chosen else None,
        "missed": round(result.model.seen.missed or 0.0, 3),
        "drift": round(result.model.seen.drift or 0.0, 3),
        "trials": [
            round(t.bias or 0.0, 3) for t in result.tested.trials if t.candidate == (result.chosen or "paretonbd")
        ],
    }


def summary(process: str, rows: list[dict[str, object]], **more: object) -> dict[str, object]:
    told = [row for row in rows if row["model"]]
    held = [row["low"] <= row["came"] <= row["high"] for row in told]
    width = [row["high"] / row["value"] - row["low"] / row["value"] for row in told]
    off = [row["value"] / row["came"] - 1 for row in told]
    return {
        "process": process,
        **more,
        "seeds": len(rows),
        "refused": len(rows) - len(told),
        "held": sum(held),
        "coverage": round(sum(held) / len(told), 3) if told else None,
        "bias": round(float(np.mean(off)), 3) if told else None,
        "half_width": round(float(np.mean(width)) / 2, 3) if told else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--members", type=int, default=2_000)
    parser.add_argument("--process", choices=("all", *PROCESSES), default="all")
    parser.add_argument("--each", action="store_true", help="Print every house.")
    asked = parser.parse_args()
    for process in PROCESSES if asked.process == "all" else (asked.process,):
        started, rows = time.perf_counter(), []
        for seed in range(asked.first, asked.first + asked.seeds):
            rows.append(one(process, seed, asked.members))
            if asked.each:
                print(json.dumps(rows[-1]), flush=True)
        took = round(time.perf_counter() - started)
        print(json.dumps(summary(process, rows, members=asked.members, seconds=took)), flush=True)


if __name__ == "__main__":
    main()
