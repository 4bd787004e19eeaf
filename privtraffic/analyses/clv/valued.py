"""Members valued by the model in use, and the sums of what they will bring: one report, one total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import hypot, log

from privtraffic.analyses.clv import counted, evidence, rows
from privtraffic.analyses.clv.score import STEP, Band, Clock, Unit, bands, fit_units, largest, widened
from privtraffic.analyses.clv.tried import Tried
from privtraffic.analyses.purchase_model import Fit
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.engine.base import Bound, Engine
from privtraffic.engine.sql import queries
from privtraffic.report.format import show

SQL = queries("privtraffic.analyses.clv.compute")

_COLUMNS = "member_id, channel, cohort, joined_on, frequency, recency_days, age_days, first_order, last_order, revenue,"
_MUCH = 0.10
"""A share of the forecast above which whoever it rests on is named."""

_TOP = 10
_LEAST_MEMBERS = 1_000
"""Ten members are many in a smaller house."""


@dataclass(frozen=True)
class Values:
    """What is to come, by who brings it; the forecast parts are None without a model.

    Attributes
    ----------
    error_sd
        Relative standard deviation that all sums share: the backtests', and how far two ways of adding up are apart.
    top_member, top_ten
        Share of the forecast that rests on the member, and on the ten members, with the highest value.
    """

    total: Band
    channels: Sequence[Band]
    segments: Sequence[Band]
    cohorts: Sequence[Band]
    units: Mapping[str, Unit] = field(default_factory=dict)
    error_sd: float = 0.0
    told: Sequence[evidence.Caution] = ()
    top_member: float | None = None
    top_ten: float | None = None


def valued(engine: Engine, model: Tried, whole: Unit, clock: Clock, *, bound: Bound, segments: str) -> Values:
    """Value every member in `clv_valued` by the fits that backtested best, and add up.

    These are of channels, of cohorts or one for all.  Cohorts are fitted apart anyway, for what they are among each
    other; where the total is not theirs their sums are raked to it, so that every table adds up to it.  How far two
    ways of adding up were apart is something that neither knows of: it widens every interval.

    `whole` are the parameters of all members; `segments` joins the members' segments as `r`.
    """
    rival = evidence.rival(whole.purchases.model, model.fits, model.tested)
    by = partial(_by_axis, engine, whole=whole, clock=clock, bound=bound, rival=rival)
    if model.axis == "cohort":
        other, _ = by("channel")
        cohorts, units = by("cohort")
        channels, plain = bands(engine, "v.channel"), bands(engine, "'all'")[0]
    else:
        other, _ = by("cohort")
        channels, units = by("channel", apart=model.axis == "channel")
        plain = bands(engine, "'all'")[0]
        cohorts = raked(other, plain)
    sums = sum(band.value for band in other)
    gap = log(sums / plain.value) if sums > 0 and plain.value > 0 else 0.0
    sd = hypot(model.seen.sd, gap)
    told = _gap(widened(plain, model.seen.sd), sums, "channels" if model.axis == "cohort" else "cohorts")
    if (binned := counted.bin_days(engine)) > 1:
        told.append(("clv.note.binned", {"days": binned, "most": counted.MOST_HISTORIES}))
    top = _top(engine, plain.value)
    return Values(
        total=widened(plain, sd),
        channels=[widened(band, sd) for band in channels],
        segments=[widened(band, sd) for band in bands(engine, "r.segment", join=segments)],
        cohorts=[widened(band, sd) for band in cohorts],
        units=units,
        error_sd=sd,
        told=[*told, *top.told, *_once(engine)],
        top_member=top.member,
        top_ten=top.ten,
    )


def historic(engine: Engine, segments: str) -> Values:
    """What members have brought, where no model is in use."""

    def past(axis: str, join: str = "") -> list[Band]:
        found = rows_of(engine.fetch(SQL["historic"].format(axis=axis, join=join)), rows.Historic)
        blank = float("nan")
        return [
            Band(row["name"], row["members"], row["once"], row["revenue"], blank, blank, blank, blank, blank, blank)
            for row in found
        ]

    return Values(past("'all'")[0], past("v.channel"), past("r.segment", segments), past("v.cohort"))


def raked(parts: Sequence[Band], total: Band) -> list[Band]:
    """Parts that add up to the total in every figure of the forecast; each keeps its share of their sum."""

    def factor(figure: str) -> float:
        whole = sum(getattr(band, figure) for band in parts)
        return float(getattr(total, figure) / whole) if whole > 0 else 1.0

    by = {figure: factor(figure) for figure in ("alive", "orders", "value", "undiscounted")}
    return [
        replace(
            band,
            variance=band.variance * by["value"] ** 2,
            **{figure: getattr(band, figure) * times for figure, times in by.items()},
        )
        for band in parts
    ]


def _by_axis(
    engine: Engine, axis: str, whole: Unit, clock: Clock, *, bound: Bound, rival: Fit | None, apart: bool = True
) -> tuple[list[Band], Mapping[str, Unit]]:
    """Members valued by the fits of their group on `axis`, in the table `clv_valued`, and the sums by group."""
    units = fit_units(engine, axis, whole, clock, rival, apart=apart)
    engine.run("clv_valued", SQL["valued"].format(axis=axis, columns=_COLUMNS), step=STEP, **bound)
    return bands(engine, f"v.{axis}"), units


def _gap(total: Band, sums: float, of: str) -> list[evidence.Caution]:
    """Two ways of adding up: told where they print differently, a warning where one lies outside of the interval."""
    if show(sums, "money") == show(total.value, "money"):
        return []
    key = of if total.low <= sums <= total.high else f"{of}_apart"
    return [(f"clv.note.{key}", {of: show(sums, "money"), "total": show(total.value, "money")})]


@dataclass(frozen=True)
class _Top:
    member: float | None = None
    ten: float | None = None
    told: Sequence[evidence.Caution] = ()


def _top(engine: Engine, total: float) -> _Top:
    """How much of the forecast rests on a few members."""
    top = rows_of(engine.fetch(SQL["top"].format(most=_TOP)), rows.Top)
    if total <= 0 or not top:
        return _Top()
    first, ten = top[0]["value"] / total, sum(row["value"] for row in top) / total
    told: list[evidence.Caution] = []
    if first > _MUCH:
        named = {"share": first, "member": top[0]["member_id"], "orders": top[0]["frequency"] + 1}
        told.append(("clv.note.one_member", named))
    elif ten > _MUCH and top[0]["members"] >= _LEAST_MEMBERS:
        told.append(("clv.note.ten_members", {"share": ten}))
    return _Top(first, ten, told)


def _once(engine: Engine) -> list[evidence.Caution]:
    """One-time buyers who are worth more than those who came back: never without a word."""
    row = row_of(engine.fetch(SQL["once_or_again"], unit=largest(engine)), rows.OnceOrAgain)
    if row["once"] is None or row["again"] is None or row["once"] <= row["again"]:
        return []
    return [("clv.note.once_above", {"once": show(row["once"], "money"), "again": show(row["again"], "money")})]
