"""Whether the intervals of a campaign keep their word, over many simulated campaigns with a known effect.

    python tests/bench/study_uplift.py [SEEDS]

Members buy as a Poisson process whose rate differs between members (gamma) and lasts, so that the past tells something
about the days after the contact; what they pay has a mean of their own. Contacting multiplies the rate. The truth is
the mean over all such members, known in closed form.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from privtraffic.analyses.statistics.effects import Effect, Moments, compare_shares, has_few
from privtraffic.analyses.statistics.permutation import MOST_SINGLE, compare_drawn, expected
from privtraffic.analyses.uplift.checks import split
from privtraffic.analyses.uplift.comparisons import COVARIATES

Array = np.ndarray[Any, Any]
OUTCOMES = ("conversion", "orders", "revenue")
MEAN_RATE, SHAPE, MEAN_SPEND = 0.1, 0.5, 200.0
PAST, EARLIER = 12, 12


@dataclass(frozen=True)
class Scenario:
    """Members, the share held out, how the contact multiplies the rate, and whether the past tells anything.

    `by_value` draws the control group within strata of past revenue, as a list does, in place of at random.
    """

    members: int = 5_000
    control: float = 0.5
    factor: float = 1.0
    lasting: bool = True
    by_value: bool = False


SCENARIOS = {
    "no effect, half held out": Scenario(),
    "no effect, a tenth held out": Scenario(members=20_000, control=0.1),
    "no effect, a tenth held out within strata": Scenario(members=20_000, control=0.1, by_value=True),
    "+30 %, half held out": Scenario(factor=1.3),
    "+30 %, a tenth held out": Scenario(members=20_000, control=0.1, factor=1.3),
    "+30 %, the past tells nothing": Scenario(factor=1.3, lasting=False),
    "+30 %, 600 members, half held out": Scenario(members=600, factor=1.3),
    "no effect, 2,000 members, a tenth held out": Scenario(members=2_000, control=0.1),
    "+30 %, 2,000 members, a tenth held out": Scenario(members=2_000, control=0.1, factor=1.3),
    "+30 %, 1,000 members, a tenth contacted": Scenario(members=1_000, control=0.9, factor=1.3),
}


def campaign(scenario: Scenario, random: np.random.Generator) -> tuple[Array, Array]:
    """One row a member: converted, orders, revenue, orders and revenue of the past, and earlier; who is held out."""
    n = scenario.members
    rate = random.gamma(SHAPE, MEAN_RATE / SHAPE, n)
    before = rate if scenario.lasting else random.permutation(rate)
    spend = MEAN_SPEND * random.gamma(4, 1 / 4, n)
    recent, earlier = random.poisson(before * PAST), random.poisson(before * EARLIER)
    held_out = _held_out(scenario, recent * spend, random)
    orders = random.poisson(np.where(held_out, rate, rate * scenario.factor))
    columns = (orders > 0, orders, paid(orders, spend, random), recent, paid(recent, spend, random), earlier * spend)
    values = np.column_stack([column.astype(float) for column in columns])
    for place in COVARIATES:
        values[:, place] = np.minimum(values[:, place], np.quantile(values[:, place], 0.995, method="higher"))
    return values, held_out


def paid(orders: Array, spend: Array, random: np.random.Generator) -> Array:
    """What so many orders of each member come to."""
    return np.where(orders > 0, random.gamma(np.maximum(orders, 1) * 4.0) / 4, 0.0) * spend


def _held_out(scenario: Scenario, worth: Array, random: np.random.Generator) -> Array:
    n = scenario.members
    size = round(n * scenario.control)
    held_out = np.zeros(n, dtype=bool)
    if scenario.by_value:
        order = np.lexsort((random.random(n), -worth))
        held_out[order.reshape(size, -1)[np.arange(size), random.integers(n // size, size=size)]] = True
    else:
        held_out[random.permutation(n)[:size]] = True
    return held_out


def truth(scenario: Scenario) -> tuple[float, float, float]:
    """The difference of means over all members there could be."""

    def bought(factor: float) -> float:
        return float(1 - (1 + factor * MEAN_RATE / SHAPE) ** -SHAPE)

    more = (scenario.factor - 1) * MEAN_RATE
    return bought(scenario.factor) - bought(1.0), more, more * MEAN_SPEND


def judged(scenario: Scenario, seeds: int) -> dict[str, Array]:
    """Of every campaign and outcome: (difference, low, high, p, plain difference, its low and high)."""
    rows: dict[str, list[Sequence[float]]] = {outcome: [] for outcome in OUTCOMES}
    for seed in range(seeds):
        values, held_out = campaign(scenario, np.random.default_rng(seed))
        for place, outcome in enumerate(OUTCOMES):
            e: Any = judge(values, held_out, place)
            rows[outcome].append((e.difference, e.low, e.high, e.p, e.unadjusted, e.unadjusted_low, e.unadjusted_high))
    return {outcome: np.array(found) for outcome, found in rows.items()}


def judge(values: Array, held_out: Array, place: int) -> Effect:
    """As the program does it: the share who bought by its own test, orders and revenue by drawing the groups again."""
    contact, control = Moments.of(values[~held_out]), Moments.of(values[held_out])
    if place == 0:
        return compare_shares(contact, control, place, COVARIATES, few=has_few(contact, control, 0))
    away = []
    for covariates in (COVARIATES, ()):
        line = expected(contact, control, place, covariates)
        left = values[:, place] - line.mean
        if line.adjusted:
            left = left - (values[:, list(covariates)] - line.centre) @ line.slopes
        away.append(left[np.argsort(-abs(left), kind="stable")[:MOST_SINGLE]])
    return compare_drawn(contact, control, place, COVARIATES, (away[0], away[1]))


def coverage(seeds: int) -> None:
    print(f"| {seeds} campaigns each | outcome | 95 % covers | p < 0.05 | bias, in standard errors | width ÷ plain |")
    print("|---|---|---|---|---|---|")
    for name, scenario in SCENARIOS.items():
        results = judged(scenario, seeds)
        for outcome, true in zip(OUTCOMES, truth(scenario), strict=True):
            found = results[outcome]
            difference, low, high, p = found[:, :4].T
            covered = np.mean((low <= true) & (true <= high))
            spread = difference.std(ddof=1)
            width = np.mean(high - low) / np.mean(found[:, 6] - found[:, 5])
            told = np.mean(p < 0.05)
            bias = (difference.mean() - true) / spread
            print(f"| {name} | {outcome} | {covered:.1%} | {told:.1%} | {bias:+.3f} | {width:.2f} |", flush=True)


def splits(seeds: int) -> None:
    """How often the check of the groups' sizes speaks up where half were to be held out."""
    print(f"\n| groups, {seeds} campaigns each | members | called a mismatch |")
    print("|---|---|---|")
    random = np.random.default_rng(0)
    for share in (0.5, 0.45):
        for members in (1_000, 2_000, 10_000):
            sizes = random.binomial(members, share, seeds)
            found = [split({"contact": members - size, "control": int(size)}, 0.5)[0].passed for size in sizes]
            print(f"| {1 - share:.0%} / {share:.0%} | {members:,} | {1 - np.mean(found):.1%} |")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    coverage(count)
    splits(count)
