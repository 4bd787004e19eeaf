"""Who keeps their members: order days against what was to be expected, fairly drawn, ranked with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import month_number
from privtraffic.analyses.statistics.funnel_limits import LEVELS, Array, log_dispersion, poisson_limits
from privtraffic.analyses.statistics.shrunk_ratios import (
    Flags,
    MemberCounts,
    Posterior,
    compare_units,
    likelihood_of_units,
)
from privtraffic.analyses.teams.rows import Counted, Limits, Mixed, Verdict
from privtraffic.engine.base import Bound, Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

BANDS = {1: "1-3", 2: "1-3", 3: "1-3", 4: "4-12", 7: "4-12", 13: "13+", 25: "13+"}
"""Months since the first order from which a cell of the expected rate begins -> what it is shown under."""

SURE = 0.975
"""A unit is named where it is above or below the house with a higher probability than this."""

YOUNG_MONTHS = 6
"""A unit that was opened less long ago has no verdict."""

OF_A_KIND = 20
"""So many ranked units of one level are drawn towards each other; fewer towards all."""


@dataclass(frozen=True)
class Rating:
    """The units' counts, and what is known of their ratios.

    Attributes
    ----------
    counted
        In the order of all other fields.
    dispersion
        Σ(o − e)² ÷ Σe over the members of each unit, at least 1: members buy in clusters. For the funnel alone.
    posterior, ranked
        What is known of each ratio; which units are ranked.
    ranks
        Rank and its ends, of the ranked ones in their order.
    spread
        How many times as far the ratios are spread as chance spreads them; above 1 units differ.
    """

    counted: Sequence[Counted]
    dispersion: float
    posterior: Posterior
    ranked: Sequence[bool]
    ranks: Mapping[str, tuple[float, int, int]]
    spread: float

    @property
    def between(self) -> float:
        """The standard deviation of the true ratios of the ranked units."""
        return self.posterior.of(np.array(self.ranked, dtype=bool)).between

    def place_of(self) -> dict[str, int]:
        return {row["unit_key"]: place for place, row in enumerate(self.counted)}


def count(engine: Engine, as_of: date, window: Bound) -> list[Counted]:
    """Member-months, order days and what was expected, of each unit: `teams_scored` has every member of each."""
    months = range(month_number(window["start"].date()), month_number(as_of) + 1)
    last = len(months) and months[-1]
    oldest = engine.fetch(
        "select min(k.first_month) as month from teams_spells s join teams_kinds k on s.kind = k.kind"
    )["month"][0].as_py()
    first = max(months[0], oldest or last)
    engine.scan("teams_months", pa.table({"month": pa.array(range(first, last + 1), pa.int32())}))
    ages = range(1, last - (oldest or last) + 2)
    bands = [max(band for band in BANDS if band <= age) for age in ages]
    engine.scan("teams_ages", pa.table({"age": pa.array(ages, pa.int32()), "band": pa.array(bands, pa.int32())}))
    for name in ("came", "facts"):
        engine.run(f"teams_{name}", SQL[name], **window)
    # Rates and factors each rest on the other: the second time they agree.
    engine.view("teams_alike", SQL["alike"])
    engine.view("teams_rates_at_first", SQL["rates"].format(hands="teams_alike"))
    engine.view("teams_hands_at_first", SQL["hands"].format(rates="teams_rates_at_first"))
    engine.run("teams_rates", SQL["rates"].format(hands="teams_hands_at_first"))
    engine.view("teams_hands", SQL["hands"].format(rates="teams_rates"))
    for name in ("expected", "curve", "scored"):
        engine.run(f"teams_{name}", SQL[name])
    engine.drop("teams_came", "teams_facts")
    return sorted(rows_of(engine.fetch(SQL["units"]), Counted), key=lambda row: row["unit_key"])


def rate(
    engine: Engine, counted: Sequence[Counted], young: Sequence[bool], levels: Sequence[str | None], *, ranking: bool
) -> Rating:
    """What is known of each unit's ratio to what was expected, 1 for the house.

    Units opened lately, and those whose members are mostly of kinds that no other unit has, say nothing of how far all
    differ, and have no rank; without `ranking` nobody has.

    Parameters
    ----------
    levels
        Of each unit, or of where a guide works: guides of stores and keepers of halls differ each in their own way.
    """
    told = [ranking and row["expected"] > 0 and row["alone_months"] <= row["member_months"] for row in counted]
    ranked = np.array(told, dtype=bool) & ~np.array(young, dtype=bool)
    likelihood, clusters = _likelihood(engine, {row["unit_key"]: at for at, row in enumerate(counted)}, ranked)
    mass = compare_units(likelihood, ranked).mass
    for level in sorted({level for level in levels if level}):
        there = np.array([other == level for other in levels], dtype=bool)
        if OF_A_KIND <= (ranked & there).sum() < ranked.sum():
            mass[there] = compare_units(likelihood[there], ranked[there]).mass
    posterior = Posterior(mass)
    places = np.flatnonzero(ranked)
    ranks = zip(places.tolist(), *posterior.of(ranked).ranks(), strict=True)
    observed = np.array([row["observed"] for row in counted], dtype=float) / clusters
    expected = np.array([row["expected"] for row in counted], dtype=float) / clusters
    return Rating(
        counted,
        clusters,
        posterior,
        [bool(value) for value in ranked],
        {counted[at]["unit_key"]: (float(rank), int(low), int(high)) for at, rank, low, high in ranks},
        log_dispersion(observed[places], expected[places]),
    )


def _likelihood(engine: Engine, places: Mapping[str, int], ranked: Flags) -> tuple[Array, float]:
    """The log likelihood of each unit's members at each of `NODES`, and the dispersion of their counts."""
    table = engine.fetch(SQL["habits"])
    columns = [table[name].to_numpy().astype(float) for name in ("about", "observed", "members", "expected", "squares")]
    unit = np.array([places[key] for key in table["unit_key"].to_pylist()], dtype=int)
    in_order = np.lexsort((unit, *columns[:2]))
    about, observed, members, expected, squares = (column[in_order] for column in columns)
    clusters = max(1.0, float(squares.sum() / expected.sum())) if len(unit) else 1.0
    return likelihood_of_units(MemberCounts(unit[in_order], about, observed, expected, members), ranked), clusters


def verdicts(rating: Rating, young: Sequence[bool]) -> list[Verdict]:
    """Above or below the house where the data are sure of it."""
    above = rating.posterior.above(1.0)
    told = zip(young, rating.ranked, rating.counted, above, strict=True)
    return [_verdict(float(chance), row, new=new, ranked=ranked) for new, ranked, row, chance in told]


def _verdict(above: float, row: Counted, *, new: bool, ranked: bool) -> Verdict:
    """`alone`: more than half of the unit's months are of kinds that no other unit has."""
    if new:
        return "too_young"
    if row["alone_months"] > row["member_months"]:
        return "alone"
    if not ranked:
        return "cannot_tell"
    return "above" if above > SURE else "below" if above < 1 - SURE else "cannot_tell"


def funnel(rating: Rating, names: Mapping[str, str]) -> list[Limits]:
    """The ranked units by how much was expected of them, with the limits of chance at their size.

    Where less than one cluster of order days was expected, no ratio says anything: those are left out.
    """
    pairs = zip(rating.counted, rating.ranked, strict=True)
    rows = [row for row, ranked in pairs if ranked and row["expected"] >= rating.dispersion]
    rows.sort(key=lambda row: (row["expected"], row["unit_key"]))
    effective: Array = np.array([row["expected"] for row in rows]) / rating.dispersion
    (low95, high95), (low998, high998) = (poisson_limits(effective, level) for level in LEVELS)
    return [
        {
            "unit": names[row["unit_key"]],
            "expected": row["expected"],
            "ratio": row["observed"] / row["expected"],
            "low95": float(low95[at]),
            "high95": float(high95[at]),
            "low998": float(low998[at]),
            "high998": float(high998[at]),
        }
        for at, row in enumerate(rows)
    ]


def mixes(engine: Engine, keys: Sequence[str]) -> list[Mixed]:
    """What the members of these units were, and those of all others."""
    engine.scan("teams_named", pa.table({"unit_key": pa.array(keys, pa.string())}))
    bands = {"band": pa.array(BANDS, pa.int32()), "age_band": pa.array(BANDS.values(), pa.string())}
    engine.scan("teams_bands", pa.table(bands))
    return rows_of(engine.fetch(SQL["mix"]), Mixed)
