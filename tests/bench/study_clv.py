"""Do the intervals of `privtraffic clv` hold? Simulated brands with known truth, many seeds.

    python tests/bench/study_clv.py --seeds 200 --members 8000

Prints one JSON line a process (textbook: every channel Pareto/NBD and Gamma-Gamma; demo: outside of the family):
coverage of the 80 % intervals of the margin of the next 12 months pooled over channels and seeds, coverage of the
total, and the bias of the total.  Realised are the margins of all members with a purchase up to the as-of date.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

import privtraffic as pt
from privtraffic.analyses import clv
from privtraffic.demo import Process, write_demo

MARGIN = 0.42


def one(seed: int, members: int, textbook: bool, model: str) -> list[dict[str, object]]:
    """Predicted interval and realised margin of every channel and of the total, of one simulated brand."""
    process = Process.textbook() if textbook else Process()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "house"
        write_demo(folder, members=members, seed=seed, process=process, plants=None)
        truth = pq.read_table(folder / "truth.parquet").select(["member_id", "channel", "next12_margin"])
        with pt.load(folder / "orders.csv", members=folder / "members.csv") as data:
            result = clv.compute(data, clv.Params(model=model, margin=MARGIN, discount_rate=0.0))
            data.engine.scan("truth", truth)
            sql = f"""select b.channel, sum(cast(t.next12_margin as double)) as margin
            from {result.members.name} b join truth t on b.member_id = t.member_id group by 1"""
            realised = {row["channel"]: row["margin"] for row in data.engine.fetch(sql).to_pylist()}
    realised["all"] = sum(realised.values())
    return [
        {
            "seed": seed,
            "model": result.chosen,
            "group": band.name,
            "value": band.value,
            "low": band.low,
            "high": band.high,
            "realised": realised[str(band.name)],
        }
        for band in (*result.channels, result.total)
    ]


def summary(rows: list[dict[str, object]], **more: object) -> dict[str, object]:
    """Coverage and bias over rows."""
    hit = np.array([row["low"] <= row["realised"] <= row["high"] for row in rows])
    total = np.array([row["group"] == "all" for row in rows])
    bias = np.array([row["value"] / row["realised"] - 1 for row in rows])
    models = [row["model"] for row in rows if row["group"] == "all"]
    return {
        **more,
        "seeds": int(total.sum()),
        "channel_coverage": round(float(hit[~total].mean()), 4),
        "total_coverage": round(float(hit[total].mean()), 4),
        "total_bias_mean": round(float(bias[total].mean()), 4),
        "total_bias_sd": round(float(bias[total].std()), 4),
        "channel_bias_mean": round(float(bias[~total].mean()), 4),
        "models": {model: models.count(model) for model in sorted(set(models), key=str)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--members", type=int, default=8_000)
    parser.add_argument("--model", default="auto")
    parser.add_argument("--process", choices=("textbook", "demo", "both"), default="both")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1e9, help="Start no further seed after so long, per process.")
    asked = parser.parse_args()
    for name in ("textbook", "demo") if asked.process == "both" else (asked.process,):
        started, rows, models = time.perf_counter(), [], asked.model
        run = partial(one, members=asked.members, textbook=name == "textbook", model=models)
        with ProcessPoolExecutor(asked.jobs) as pool:
            for start in range(asked.first, asked.first + asked.seeds, asked.jobs):
                if time.perf_counter() - started > asked.seconds:
                    break
                batch = range(start, min(start + asked.jobs, asked.first + asked.seeds))
                for found in pool.map(run, batch):
                    rows += found
                print(json.dumps(summary(rows, process=name)), file=sys.stderr, flush=True)
        took = round(time.perf_counter() - started)
        print(json.dumps(summary(rows, process=name, members=asked.members, asked=models, seconds=took)), flush=True)


if __name__ == "__main__":
    main()
