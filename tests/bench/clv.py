"""From orders in the engine to scored members, BG/NBD and Gamma-Gamma: privtraffic, lifetimes and clvkit in one run.

    python tests/bench/clv.py --members 540000

Both sides start from the same orders, each where its users have them (a table in DuckDB, a pandas frame), and end
with a value for every member: `lifetimes` with its own summary, its two fits and its prediction; privtraffic with
counting, fitting and scoring, the intervals and standard errors that lifetimes does not have included; clvkit, where
it is installed, with its summary, fit and CLV.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from datetime import date
from importlib.util import find_spec
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits
from timing import line

from privtraffic.analyses.clv import evidence
from privtraffic.analyses.clv.compute import SQL
from privtraffic.analyses.clv.score import STEP, Clock, fit_units
from privtraffic.engine.base import ParquetScan, TableRef
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.kept import definition_of

AS_OF = date(2026, 10, 31)
DAYS = 1095


def simulated(members: int, seed: int = 0) -> pa.Table:
    """Orders of a BG/NBD and Gamma-Gamma brand over three years, about five a member."""
    rng = np.random.default_rng(seed)
    start = rng.integers(0, DAYS, members)
    rate, leaves = rng.gamma(1.0, 1 / 120, members), rng.beta(0.8, 6.0, members)
    mean = 80 * 4.0 / rng.gamma(5.0, 1.0, members)
    who, day = np.arange(members), start.astype(float)
    parts = []
    while len(who):
        parts.append((who, day.astype(np.int64)))
        stays = rng.random(len(who)) > leaves[who]
        who, day = who[stays], day[stays]
        day = day + rng.exponential(1 / rate[who])
        inside = day < DAYS
        who, day = who[inside], day[inside]
    member, days = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    money = np.round(np.maximum(mean[member] * rng.gamma(4.0, 0.25, len(member)), 0.01), 2)
    first = np.datetime64(AS_OF) - np.timedelta64(DAYS, "D")
    at = (first + days.astype("timedelta64[D]") + np.timedelta64(1, "D")).astype("datetime64[us]")
    ids = pa.DictionaryArray.from_arrays(pa.array(member), pa.array([f"m{i:07d}" for i in range(members)])).cast(
        pa.string()
    )
    return pa.table({"member_id": ids, "ordered_at": at, "net": money})


def write(path: Path, members: int) -> None:
    """The orders in a file, written by a process of its own, so that its memory is not counted."""
    pq.write_table(simulated(members), path)


def ours(path: Path) -> dict[str, float]:
    """Seconds of the stages, and the parameters."""
    engine = EmbeddedEngine()
    engine.scan("raw", ParquetScan(path, ("member_id", "ordered_at", "net")))
    engine.run(
        "clv_orders",
        """select c0 as member_id, cast(c1 as timestamp) as ordered_at, cast(c2 as decimal(18, 2)) as net,
        c2 as paid_amount, 0 as refund_amount, 1 as quantity, true as is_purchase from raw""",
    )
    started = time.process_time()
    window = {"start": pd.Timestamp("1900-01-01").to_pydatetime(), "after": pd.Timestamp("2026-11-01").to_pydatetime()}
    days = definition_of("member_days", (), "clv_orders", "")
    engine.run("clv_days", SQL["days"].format(source="cast(null as varchar)", days=days), **window)
    engine.run("clv_histories", SQL["histories"].format(days="clv_days"), as_of=AS_OF)
    engine.run("clv_credits", SQL["credits"], **window)
    base = {"channel": "h.source", "joined_on": "h.first_order", "cohort": "quarter", "joined": ""}
    engine.run("clv_base", SQL["base"].format(**base))
    engine.drop("clv_histories", "clv_credits")
    counted = time.process_time()
    fits = evidence.fit_candidates(engine, ["bgnbd"], 7.0, sampled=False)
    whole = evidence.whole(engine, "bgnbd", fits, 7.0, sampled=False)
    fitted = time.process_time()
    fit_units(engine, "channel", whole, Clock(7.0, 365, log(1.1) / 365.25))
    sql = SQL["valued"].format(axis="channel", columns="member_id, channel, frequency,")
    engine.run("clv_valued", sql, step=STEP, scale=1.0, credit=1.0)
    scored = time.process_time()
    rows = engine.fetch("select count(*) as n, sum(orders) as orders from clv_valued").to_pylist()[0]
    triples = TableRef(engine, "clv_triples").count()
    engine.close()
    return {
        "count": counted - started,
        "fit": fitted - counted,
        "score": scored - fitted,
        "all": scored - started,
        "members": rows["n"],
        "triples": triples,
        "orders": rows["orders"],
        **whole.purchases.parameters,
    }


def theirs(path: Path) -> dict[str, float]:
    """The same with lifetimes: summary_data_from_transaction_data, fit, prediction."""
    import lifetimes
    from lifetimes.utils import summary_data_from_transaction_data

    frame = pq.read_table(path).to_pandas()
    started = time.process_time()
    summary = summary_data_from_transaction_data(
        frame,
        "member_id",
        "ordered_at",
        monetary_value_col="net",
        observation_period_end=str(AS_OF),
        freq="D",
        freq_multiplier=7,
    )
    counted = time.process_time()
    purchases = lifetimes.BetaGeoFitter().fit(summary["frequency"], summary["recency"], summary["T"])
    repeat = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    spend = lifetimes.GammaGammaFitter().fit(repeat["frequency"], repeat["monetary_value"])
    fitted = time.process_time()
    arguments = (summary["frequency"], summary["recency"], summary["T"])
    expected = purchases.conditional_expected_number_of_purchases_up_to_time(365 / 7, *arguments)
    purchases.conditional_probability_alive(*arguments)
    spend.conditional_expected_average_profit(summary["frequency"], summary["monetary_value"])
    scored = time.process_time()
    return {
        "count": counted - started,
        "fit": fitted - counted,
        "score": scored - fitted,
        "all": scored - started,
        "members": len(summary),
        "orders": float(np.sum(expected)),
        **{k: float(v) for k, v in purchases.params_.items()},
    }


def with_clvkit(path: Path) -> float:
    """Seconds of clvkit for the same: its customer base, its two fits, and a year's value of everybody."""
    from clvkit import CLV, CustomerBase

    frame = pq.read_table(path).to_pandas()
    started = time.process_time()
    base = CustomerBase.from_transactions(
        frame, "member_id", "ordered_at", "net", time_unit="W", collapse="D", observation_period_end=str(AS_OF)
    )
    CLV(check_independence=False).fit(base).predict(horizon=52, discount_rate=0.1 / 52)
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=540_000)
    parser.add_argument("--only", choices=("ours", "both"), default="both")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        child = multiprocessing.get_context("spawn").Process(target=write, args=(path, asked.members))
        child.start()
        child.join()
        with threadpool_limits(1):
            mine = ours(path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        found: dict[str, object] = {"privtraffic": mine, "peak_gb": round(peak, 2)}
        if asked.only == "both":
            other = theirs(path)
            found |= {"lifetimes": other, "times_faster": round(other["all"] / mine["all"], 2)}
    json.dump(found, sys.stdout, indent=1)
    print()
    if asked.only == "both" and find_spec("clvkit"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "orders.parquet"
            write(path, asked.members)
            line("`clv`: count, fit, score", "`clvkit`: customer base, fit, CLV", with_clvkit(path), mine["all"])
    if asked.only == "both":
        line("`clv`: count, fit, score", "`lifetimes`: summary, fit, prediction", other["all"], mine["all"], 0.25)


if __name__ == "__main__":
    main()
