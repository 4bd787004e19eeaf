"""Whether no effect is called a gain or a loss where spending is skewed: four ways to judge the same campaigns.

    python tests/bench/study_heavy_spend.py [SEEDS] [SIGMA:CONTROL ...]

20,000 members, contacting changes nothing. An order is lognormal: sigma 1, 1.5, 2 or 2.5 within a member, 0.6 between
members; about one member in twelve buys within the days counted. A 95 % interval calls 2.5 % gains and 2.5 % losses.
"""

from __future__ import annotations

import sys
from math import sqrt
from typing import Any

import numpy as np
from study_uplift import COVARIATES, EARLIER, MEAN_RATE, MEAN_SPEND, PAST, SHAPE, judge

from privtraffic.analyses.statistics.effects import Effect, Moments, compare, has_few
from privtraffic.analyses.statistics.intervals import Z95

Array = np.ndarray[Any, Any]
MEMBERS, BETWEEN, REVENUE = 20_000, 0.6, 2
SETS = tuple((sigma, control) for control in (0.1, 0.5) for sigma in (1.0, 1.5, 2.0, 2.5))


def campaign(sigma: float, control: float, random: np.random.Generator) -> tuple[Array, Array]:
    """One row a member, as in study_uplift; who is held out."""
    rate = random.gamma(SHAPE, MEAN_RATE / SHAPE, MEMBERS)
    spend = MEAN_SPEND * np.exp(random.normal(-(BETWEEN**2) / 2, BETWEEN, MEMBERS))
    held_out = np.zeros(MEMBERS, dtype=bool)
    held_out[random.permutation(MEMBERS)[: round(MEMBERS * control)]] = True
    orders, recent, earlier = (random.poisson(rate * months) for months in (1, PAST, EARLIER))
    money = [_paid(count, spend, sigma, random) for count in (orders, recent, earlier)]
    columns = (orders > 0, orders, money[0], recent, money[1], money[2])
    values = np.column_stack([column.astype(float) for column in columns])
    for place in COVARIATES:
        values[:, place] = np.minimum(values[:, place], np.quantile(values[:, place], 0.995, method="higher"))
    return values, held_out


def _paid(orders: Array, spend: Array, sigma: float, random: np.random.Generator) -> Array:
    who = np.repeat(np.arange(MEMBERS), orders)
    amounts = spend[who] * np.exp(random.normal(-(sigma**2) / 2, sigma, len(who)))
    return np.bincount(who, amounts, minlength=MEMBERS)


def johnson(values: Array, held_out: Array) -> tuple[float, float]:
    """Johnson's (1978) t with the skewness of both groups, unadjusted; the ends of the interval."""
    groups = values[~held_out, REVENUE], values[held_out, REVENUE]
    variance = sum(group.var(ddof=1) / len(group) for group in groups)
    third = [((group - group.mean()) ** 3).mean() / len(group) ** 2 for group in groups]
    difference, skew = groups[0].mean() - groups[1].mean(), third[0] - third[1]
    moved = difference + skew / (6 * variance) + skew * difference**2 / (3 * variance**2)
    return moved - Z95 * sqrt(variance), moved + Z95 * sqrt(variance)


def study(seeds: int, sets: tuple[tuple[float, float], ...]) -> None:
    print(f"| {seeds} campaigns each, no effect | judged by | false gains | false losses |")
    print("|---|---|---|---|")
    for sigma, control in sets:
        found: dict[str, list[tuple[float, float]]] = {}
        for seed in range(seeds):
            values, held_out = campaign(sigma, control, np.random.default_rng(seed))
            contact, rest = Moments.of(values[~held_out]), Moments.of(values[held_out])
            welch = compare(contact, rest, REVENUE, COVARIATES, few=has_few(contact, rest, 0))
            pooled = compare(contact, rest, REVENUE, COVARIATES, few=True)
            for name, ends in (
                ("Welch, pooled below 100 buyers (before)", _ends(welch)),
                ("variance pooled always", _ends(pooled)),
                ("Johnson's skewness-corrected t", johnson(values, held_out)),
                ("drawing the groups again (now)", _ends(judge(values, held_out, REVENUE))),
            ):
                found.setdefault(name, []).append(ends)
        for name, rows in found.items():
            low, high = np.array(rows).T
            gains, losses = np.mean(low > 0), np.mean(high < 0)
            print(f"| sigma {sigma}, {control:.0%} held out | {name} | {gains:.1%} | {losses:.1%} |", flush=True)


def _ends(effect: Effect) -> tuple[float, float]:
    return effect.low or 0.0, effect.high or 0.0


if __name__ == "__main__":
    asked = [tuple(float(part) for part in text.split(":")) for text in sys.argv[2:]]
    study(int(sys.argv[1]) if len(sys.argv) > 1 else 600, tuple((one[0], one[1]) for one in asked) or SETS)
