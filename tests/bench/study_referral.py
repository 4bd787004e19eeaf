"""Whether K's interval and the pattern of gifts keep their word, on simulated members with a known truth.

    python tests/bench/study_referral.py [RUNS] [SEEDS]

Intervals: members bring others at rates that differ between them (gamma), and are observed for unequal times.  The
pattern: houses with planted hunters, whose share differs between channels; precision and recall of the members who fit,
and the excess over chance beside the share of members who are hunters and send back.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from privtraffic.analyses.referral import referral
from privtraffic.analyses.statistics.intervals import Z95
from privtraffic.analyses.statistics.recurrent import log_interval, mean_cumulative
from privtraffic.demo import write_demo
from privtraffic.intake.load import load

SPAN, DELAY, DAY, MEMBERS, GIFT = 720, 90.0, 365, 20_000, "新人礼"
SCENARIOS = ((0.1, 0.1, 1000), (0.5, 0.2, 1000), (0.1, 0.3, 5000), (1.0, 0.3, 1000))
"""K in all, shape, members."""


def covered(k: float, shape: float, members: int, random: np.random.Generator) -> tuple[bool, bool]:
    """Whether the robust interval, and Poisson's, hold K of the year in one run."""
    seen = random.integers(0, SPAN, members)
    brings = random.poisson(random.gamma(shape, k / shape, members))
    who = np.repeat(np.arange(members), brings)
    day = np.floor(random.exponential(DELAY, len(who))).astype(np.int64)
    there = day <= seen[who]
    who, day = who[there], day[there]
    curve = mean_cumulative(np.bincount(day, minlength=SPAN), np.bincount(seen, minlength=SPAN))
    inside = day <= DAY
    sums = np.bincount(who[inside], curve.weight[day[inside]], members)
    drifts = curve.drift[np.minimum(DAY, seen)]
    variance = curve.variance(DAY, float(sums @ sums), float(sums @ drifts))
    mean, truth = float(curve.mean[DAY]), k * (1 - np.exp(-(DAY + 1) / DELAY))
    low, high = log_interval(mean, variance)
    # Events as if all members were alike: the variance of a Nelson-Aalen estimate.
    spread = Z95 * float(np.sqrt(np.sum(curve.weight[day[inside]] ** 2)))
    return low <= truth <= high, mean - spread <= truth <= mean + spread


def pattern(folder: Path, seed: int) -> list[Any]:
    """(channel, members, fit, hunters who send back, both, excess share) of one house."""
    made = write_demo(folder / "house", MEMBERS, seed=seed).folder
    sides = ("referrals", "coupons")
    with load(made, columns=("coupon",), sides=sides) as data:
        found = referral(data, gift=GIFT)
        judged = data.engine.fetch(found.judged.select(("member_id", "with_gift", "sent_back", "gone")))
        con = duckdb.connect()
        con.register("judged", judged)
        excess = {row["channel"]: row["excess_share"] for row in found.pattern.channels}
        shown = [
            (row["day"], row["k"], row["low"], row["high"]) for row in found.lines.reach if row["day"] in (90, 365)
        ]
    print(f"  K of seed {seed}: {shown}")
    truth = str(made / "truth.parquet")
    rows = con.sql(f"""
        select t.channel, count(*), count(*) filter (where fits), count(*) filter (where hunts),
          count(*) filter (where fits and hunts), count(*) filter (where bonus_hunter)
        from (select *, j.with_gift and j.sent_back and j.gone as fits, bonus_hunter and not keeps_goods as hunts
          from judged j join '{truth}' t using (member_id)) t
        group by 1 order by 2 desc""").fetchall()
    return [(*row, excess[row[0]]) for row in rows]


def main(runs: int, seeds: int) -> None:
    random = np.random.default_rng(0)
    print(f"95 % intervals of K(365) that hold the truth, {runs} runs: robust, Poisson")
    for k, shape, members in SCENARIOS:
        held = np.array([covered(k, shape, members, random) for _ in range(runs)]).mean(axis=0)
        print(f"  K {k}, shape {shape}, {members:,} members: {held[0]:.3f}, {held[1]:.3f}")
    print(f"pattern, houses of {MEMBERS:,} members")
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            rows = pattern(Path(folder), seed)
        members, fit, both, hunters = (sum(row[place] for row in rows) for place in (1, 2, 4, 5))
        print(
            f"  seed {seed}: {members:,} first orders, prevalence {hunters / members:.3f}, "
            f"precision {both / fit:.3f}, recall {both / hunters:.3f}"
        )
        for row in rows:
            hunting, sending = row[5] / row[1], row[3] / row[1]
            beside = f"send back {sending:.4f}, hunt {hunting:.4f}"
            print(f"    {row[0]}: excess {row[6]:.4f} (÷ .85: {row[6] / 0.85:.4f}), {beside}")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(*given, *(1000, 2)[len(given) :]))
