"""Whether K's interval and the pattern of gifts keep their word, on simulated members with a known truth.

    python tests/bench/study_referral.py [RUNS] [SEEDS]

Intervals: members bring others at rates that differ between them (gamma), and are observed for unequal times.  The
pattern: houses with planted hunters, whose share differs between channels; precision and recall of the members who fit,
and the excess over chance beside the share of members who are hunters and send back.  Places: which planted rings,
families and campuses are called rings, by how many who fit had their first order sent there.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from privtraffic.analyses.referral import referral
from privtraffic.analyses.referral.places import rings_of
from privtraffic.analyses.statistics.intervals import Z95
from privtraffic.analyses.statistics.recurrent import log_interval, mean_cumulative
from privtraffic.demo import write_demo
from privtraffic.intake.load import load
from privtraffic.settings import Settings

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


@dataclass
class Rings:
    """Called places and the planted ones among them; planted rings and the called ones, by how many fit there."""

    called: int = 0
    right: int = 0
    fit: int = 0
    hunters: int = 0
    planted: Counter[int] = field(default_factory=Counter)
    found: Counter[int] = field(default_factory=Counter)

    def add(self, con: duckdb.DuckDBPyConnection, truth: str) -> None:
        """Count those of one house, whose judged first orders are `judged`."""
        found = (
            con.sql(f"""
            select count(*) as members, count(*) filter (where fits) as fit, sum(share) as expected,
              count(ring) > 0 as ring, count(*) filter (where fits and bonus_hunter) as hunters
            from (select j.place, t.ring, t.bonus_hunter, j.with_gift and j.sent_back and j.gone as fits,
                avg(cast(j.with_gift and j.sent_back and j.gone as int)) over (partition by t.channel) as share
              from judged j join '{truth}' t using (member_id)) p
            where place is not null group by place having count(*) > 1""")
            .to_arrow_table()
            .to_pylist()
        )
        crowded: list[Any] = [row for row in found if row["fit"] > 1]
        called = rings_of(crowded, len(found))
        self.called += len(called)
        self.right += sum(row["ring"] for row in called)  # type: ignore[typeddict-item]
        self.fit += sum(row["fit"] for row in called)
        self.hunters += sum(row["hunters"] for row in called)  # type: ignore[typeddict-item]
        self.planted.update(row["fit"] for row in crowded if row["ring"])
        self.found.update(row["fit"] for row in called if row["ring"])  # type: ignore[typeddict-item]

    def __str__(self) -> str:
        sizes = ", ".join(f"{self.found[n]} of {count} with {n}" for n, count in sorted(self.planted.items()))
        return (
            f"places called rings: {self.called}, planted {self.right}; of {self.fit} who fit there {self.hunters} are"
            f" hunters; planted rings found, by members who fit: {sizes}"
        )


def pattern(folder: Path, seed: int, rings: Rings) -> list[Any]:
    """(channel, members, fit, hunters who send back, both, hunters, excess share) of one house."""
    made = write_demo(folder / "house", MEMBERS, seed=seed).folder
    sides = ("referrals", "coupons")
    settings = Settings(mapping=(("receiver", "address"),))
    with load(made, columns=("coupon", "receiver"), sides=sides, settings=settings) as data:
        found = referral(data, gift=GIFT, places="address")
        judged = data.engine.fetch(found.judged.select(("member_id", "with_gift", "sent_back", "gone", "place")))
        con = duckdb.connect()
        con.register("judged", judged)
        rings.add(con, str(made / "truth.parquet"))
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
    rings, away, whole = Rings(), defaultdict(list), np.zeros(4)
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            rows = pattern(Path(folder), seed, rings)
        members, fit, both, hunters = (sum(row[place] for row in rows) for place in (1, 2, 4, 5))
        whole += (members, fit, both, hunters)
        print(
            f"  seed {seed}: {members:,} first orders, prevalence {hunters / members:.3f}, "
            f"precision {both / fit:.3f}, recall {both / hunters:.3f}"
        )
        for row in rows:
            away[row[0]].append((row[6] - row[3] / row[1], row[6] / 0.85 - row[5] / row[1]))
    members, fit, both, hunters = whole
    print(f"all: prevalence {hunters / members:.4f}, precision {both / fit:.3f}, recall {both / hunters:.3f}")
    for name, gaps in away.items():
        sends, hunts = np.array(gaps).T
        print(
            f"  {name}: excess − share that hunts and sends back {sends.mean():+.4f} (worst {max(sends, key=abs):+.4f},"
            f" within .01 in {np.mean(np.abs(sends) <= 0.01):.0%}); excess ÷ .85 − share that hunts {hunts.mean():+.4f}"
            f" (worst {max(hunts, key=abs):+.4f}, within .01 in {np.mean(np.abs(hunts) <= 0.01):.0%})"
        )
    print(rings)


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(*given, *(1000, 2)[len(given) :]))
