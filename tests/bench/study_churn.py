"""How well do the probabilities of `privtraffic churn` hold? Simulated brands and two public logs, at the test cutoff.

    python tests/bench/study_churn.py --seeds 4 --members 12000 --retail online_retail.csv.gz

Prints one JSON line a brand: what was chosen, log loss and ROC AUC less those of both baselines with their intervals,
calibration error with what is left once the level is moved and with the error of faultless probabilities.
textbook: every channel Pareto/NBD, stationary; planted: stationary, and half of the members, known by their first
coupon, leave after few orders; demo: seasons, drifting rates, households; CDNOW and UCI Online Retail as published.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import lifetimes
import numpy as np

import privtraffic as pt
from privtraffic.analyses import churn
from privtraffic.demo import Process, write_demo

DAYS = 900


def planted(path: Path, members: int, seed: int) -> None:
    """Orders every 40 days on average; after each one a member of the coupon leaves with 35 %, others with 3 %."""
    rng = np.random.default_rng(seed)
    lines = ["order_id,member_id,ordered_at,paid_amount,coupon"]
    for member in range(members):
        hunter = rng.random() < 0.5
        rate, day = rng.gamma(2.0, 1 / 80), float(rng.integers(0, DAYS))
        first = True
        while day < DAYS:
            at = date(2024, 1, 1) + timedelta(days=int(day))
            lines.append(f"{len(lines)},M{member},{at},{rng.integers(20, 200)},{'hello' if hunter and first else ''}")
            first = False
            day = day + rng.exponential(1 / rate) if rng.random() > (0.35 if hunter else 0.03) else DAYS
    path.write_text("\n".join(lines) + "\n", "utf-8")


def judged(brand: str, orders: Path, members: Path | None = None, **more: object) -> dict[str, object]:
    """What the report of one brand says of its test."""
    started = time.perf_counter()
    with pt.load(orders, members=members, optional=churn.OPTIONAL) as data:
        result = churn.compute(data, churn.Params())
    account = result.account
    if account is None:
        return {"brand": brand, **more, "obstacle": result.obstacle}
    test = account.test
    found: dict[str, object] = {
        "brand": brand,
        **more,
        "chosen": account.chosen,
        "horizon_days": result.clock.horizon_days,
        "test_members": account.test_rows,
        "churn_rate": round(account.test_rate, 4),
        "churn_rate_before": round(account.calibration_rate, 4),
        "log_loss": round(test.metrics["log_loss"].value, 4),
        "roc_auc": round(test.metrics["roc_auc"].value, 4),
        "ece": round(test.metrics["calibration_error"].value, 4),
        "ece_level_moved": round(test.error_shifted, 4),
        "ece_floor": round(test.error_floor, 4),
    }
    for one in account.differences:
        apart = one.apart
        found[f"{one.metric}_vs_{one.baseline}"] = [round(v, 4) for v in (apart.value, apart.low, apart.high)]
        found["wrong_side"] = bool(
            found.get("wrong_side") or (apart.low > 0 if one.metric == "log_loss" else apart.high < 0)
        )
    return found | {"seconds": round(time.perf_counter() - started, 1)}


def brands(asked: argparse.Namespace, folder: Path) -> Iterator[dict[str, object]]:
    wanted = asked.brands.split(",")
    for seed in range(1, asked.seeds + 1):
        for name, process in (("textbook", Process.textbook()), ("demo", Process())):
            if name in wanted:
                house = folder / f"{name}{seed}"
                write_demo(house, members=asked.members, seed=seed, process=process, plants=None)
                yield judged(name, house / "orders.csv", house / "members.csv", seed=seed)
        if "planted" in wanted:
            planted(folder / "planted.csv", asked.members // 2, seed)
            yield judged("planted", folder / "planted.csv", seed=seed)
    if "cdnow" in wanted:
        yield judged("cdnow", Path(lifetimes.__file__).parent / "datasets" / "CDNOW_master.txt")
    if "retail" in wanted and asked.retail:
        yield judged("retail", asked.retail)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--members", type=int, default=12_000)
    parser.add_argument("--brands", default="textbook,planted,demo,cdnow,retail")
    parser.add_argument("--retail", type=Path, help="UCI Online Retail")
    with tempfile.TemporaryDirectory() as name:
        for found in brands(parser.parse_args(), Path(name)):
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
