"""Whether the lottery of the month of birth keeps its word: random draws of months, nothing planted and much.

    python tests/bench/study_offers.py [DRAWS]

Members order as a Poisson process at rates of their own (gamma, shape 1) over three years of seasons; months of birth
are drawn anew each time. A coupon multiplies the rate in the own month.
"""

from __future__ import annotations

import sys

import numpy as np

from privtraffic.analyses.offers.lottery import Ratio, Stratum, rate_ratio

MEMBERS, MONTHS, RATE = 40_000, 36, 0.045
PLANTED = (1.0, 1.1, 1.25, 1.5)
REPEATS = 20


def ratio(factor: float, random: np.random.Generator) -> Ratio:
    """The ratio of one house."""
    born = random.integers(0, 12, MEMBERS)
    rate = RATE * random.gamma(1.0, 1.0, MEMBERS)
    joined = random.integers(-12, MONTHS - 1, MEMBERS)
    leaves = joined + random.exponential(18, MEMBERS)
    found = []
    for month in range(MONTHS):
        there = joined < month
        own = there & (born == month % 12)
        season = 1 + 0.4 * np.sin(month / 2)
        orders = random.poisson(rate * season * (leaves > month) * np.where(own, factor, 1.0) * there)
        found.append(
            Stratum(
                float(orders[own].sum()),
                float(own.sum()),
                float(orders[there & ~own].sum()),
                float((there & ~own).sum()),
            )
        )
    return rate_ratio(found)


def main(draws: int) -> None:
    for factor in PLANTED:
        repeats = draws if factor == 1.0 else max(REPEATS, draws // 10)
        found = [ratio(factor, np.random.default_rng([seed, int(factor * 100)])) for seed in range(repeats)]
        told = [one for one in found if one.low is not None and one.high is not None and one.value is not None]
        covers = np.mean([one.low <= factor <= one.high for one in told])  # type: ignore[operator]
        above = sum(one.low > 1 for one in told)  # type: ignore[operator]
        print(
            f"planted {factor:.2f}: mean {np.mean([one.value for one in told]):.3f}, 95 % intervals cover {covers:.1%},"
            f" above 1 in {above} of {len(told)}; {np.mean([one.own_orders for one in told]):.0f} orders in own months"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
