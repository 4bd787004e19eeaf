"""Whether the verdicts on campaigns keep their word: series of the simulated house with known lifts, and real ones.

    python tests/bench/study_campaigns.py [SEEDS] [ORDERS…]

Of a file of orders: how the intervals cover its own days, none of which is taken for a campaign's.

A series is the calendar of `privtraffic demo` (months, weekdays, festivals, what is planted) with orders a day drawn
from a Poisson distribution whose mean strays by 8 % a day, lasting a week, and order values from a gamma.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from privtraffic.analyses.campaigns.baseline import BASE_DAYS, LEAST_WINDOWS, Series, closed_days, covered, judge
from privtraffic.analyses.campaigns.blocks import SOON
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.demo.campaigns import AFTER_DAYS, Campaign
from privtraffic.demo.plants import Plants
from privtraffic.demo.season import DAY, YEAR, Season, season
from privtraffic.intake.load import load

AS_OF, MONTHS = date(2026, 10, 31), 36
MOVED = (0.0, 0.15, 0.3, 0.5)
WEEK = 6
"""Days from the first to the last of a campaign of a week."""
ORDERS_A_DAY, STRAYS, LASTS = 42.0, 0.08, 0.8


def series(calendar: Season, random: np.random.Generator) -> Series:
    """Sales by day, up to the as-of date."""
    days = (calendar.close - calendar.start) // DAY
    mass = np.diff(calendar.mass_at(calendar.start + np.arange(days + 1) * DAY)) * YEAR / DAY
    wander = np.zeros(days)
    for day in range(1, days):
        wander[day] = LASTS * wander[day - 1] + random.normal(0, STRAYS * np.sqrt(1 - LASTS**2))
    orders = random.poisson(ORDERS_A_DAY * mass * np.exp(wander) * 1.006 ** (np.arange(days) / 30))
    sales = np.where(orders > 0, random.gamma(np.maximum(orders, 1) * 1.5) / 1.5, 0.0) * 290
    first = day_number(date(1970, 1, 1)) + calendar.start // DAY
    busy, echo, soon = (np.zeros(days, dtype=bool) for _ in range(3))
    for one in calendar.campaigns:
        start, stop, teaser = places(calendar, one)
        if start < days:
            busy[teaser : stop + 1] = True
            echo[stop + 1 : stop + 1 + AFTER_DAYS] = True
            soon[stop + 1 : stop + 1 + min(AFTER_DAYS, SOON * (stop + 1 - start))] = True
    return Series(first, sales, busy, echo, closed_days(first, sales), soon)


def places(calendar: Season, one: Campaign) -> tuple[int, int, int]:
    """First and last day of a campaign, and the first of its teaser, from the first day of the history."""
    start = np.datetime64(calendar.start, "s").astype("datetime64[D]")
    first, last = (int((day - start).astype(int)) for day in (one.first, one.last))
    teaser = int((one.teaser - start).astype(int)) if one.teaser is not None else first
    return first, last, teaser


@dataclass
class Found:
    """Placebo coverage by length, planted ratios within their interval by kind, dips found by campaign and share."""

    placebo: dict[int, list[float]] = field(default_factory=lambda: {1: [], 7: [], 11: []})
    inside: dict[str, list[bool]] = field(default_factory=dict)
    dips: dict[tuple[str, float], list[bool]] = field(default_factory=dict)


def moved(calendar: Season, found: Series, share: float) -> None:
    """Move a share of the sales of the days after every longer campaign onto its days."""
    for one in calendar.campaigns:
        first, last, _ = places(calendar, one)
        if last < len(found.sales) and last - first >= WEEK:
            taken = found.sales[last + 1 : last + 1 + AFTER_DAYS] * share
            found.sales[last + 1 : last + 1 + AFTER_DAYS] -= taken
            found.sales[first : last + 1] += taken.sum() / (last - first + 1)


def look(calendar: Season, found: Series, share: float, into: Found) -> None:
    """Judge every campaign that is over and has a base."""
    for one in calendar.campaigns:
        first, last, teaser = places(calendar, one)
        if last + AFTER_DAYS >= len(found.sales) or teaser < BASE_DAYS:
            continue
        own = judge(found, found.first + first, last - first + 1, found.first + teaser)
        if not share and own is not None and own.low80 is not None and own.high80 is not None:
            held = own.sales / own.high80 <= one.lift <= own.sales / own.low80
            into.inside.setdefault(one.kind, []).append(held)
        days = found.quiet_from(found.first + last + 1, AFTER_DAYS)
        after = judge(found, found.first + last + 1, days, found.first + teaser)
        if last - first >= WEEK and after is not None and after.low80 is not None:
            into.dips.setdefault((one.name[:3], share), []).append(after.sales < after.low80)


def main(seeds: int) -> None:
    into = Found()
    calendar = season(AS_OF, MONTHS, 1.0, Plants(pull_forward=0.0))
    for share in MOVED:
        for seed in range(seeds):
            found = series(calendar, np.random.default_rng(seed))
            moved(calendar, found, share)
            for length in into.placebo if not share else ():
                errors = found.placebos(length, 0)
                if len(errors) >= LEAST_WINDOWS:
                    into.placebo[length].append(covered(errors, 0.8))
            look(calendar, found, share, into)
    for length, shares in into.placebo.items():
        print(f"80 % intervals cover {np.mean(shares):.1%} of placebo windows of {length} days ({len(shares)} series)")
    for kind, hits in into.inside.items():
        print(f"planted ratios of {kind} campaigns within their 80 % interval: {np.mean(hits):.1%} of {len(hits)}")
    for (name, share), hits in sorted(into.dips.items()):
        print(f"{name}: {share:.0%} of the 21 days after moved onto it: a dip in {np.mean(hits):.0%} of {len(hits)}")


def of_file(path: str) -> None:
    """Placebo windows of real orders."""
    with load(path) as data:
        table = data.engine.fetch(
            "select cast(days_between(date '1900-01-01', ordered_at) as int) as day, cast(sum(net) as double) as net"
            " from orders where is_purchase group by all order by 1"
        )
    days = table["day"].to_numpy()
    sales = np.zeros(days[-1] - days[0] + 1)
    sales[days - days[0]] = table["net"].to_numpy()
    none = np.zeros(len(sales), dtype=bool)
    for length in (1, 7, 11):
        errors = Series(int(days[0]), sales, none, none, closed_days(int(days[0]), sales)).placebos(length, 0)
        shares = ", ".join(f"{level:.0%} intervals cover {covered(errors, level):.1%}" for level in (0.8, 0.95))
        rms = np.sqrt(np.mean(np.square(errors)))
        print(f"{path}: {len(errors)} windows of {length} days, rms {rms:.3f}: {shares}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
    for file in sys.argv[2:]:
        of_file(file)
