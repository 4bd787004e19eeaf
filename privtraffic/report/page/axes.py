"""The axes of a chart: where its positions lie, how its values are labelled in so little room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privtraffic.report.document import Kind
from privtraffic.report.page.plot import Plot
from privtraffic.report.page.points import Point, has_distances, positions
from privtraffic.report.words import Words

Spec = dict[str, Any]


def across(plot: Plot, words: Words) -> Spec:
    """The axis of positions where they have distances; of names where they have none."""
    if not has_distances(plot):
        return names(plot, words)
    if plot.in_time():
        shape = "%Y-%m" if plot.x.kind == "month" else "%Y-%m-%d"
        axis = {"format": shape, "grid": False, "labelOverlap": True, "labelSeparation": 12}
        return {"field": "x", "type": "temporal", "scale": {"type": "utc"}, "title": words(plot.x.words), "axis": axis}
    axis = {"grid": False, "labelExpr": _label_expression({plot.x.kind}, words), "labelFlush": False}
    axis["tickCount"] = {"expr": "ceil(width / 70)"}
    if plot.x.kind in ("integer", "days"):
        axis["tickMinStep"] = 1
    # A relationship of two measures need not begin at zero.
    scale = {"zero": False, "nice": plot.kind == "scatter"}
    return {"field": "x", "type": "quantitative", "title": words(plot.x.words), "scale": scale, "axis": axis}


def names(plot: Plot, words: Words) -> Spec:
    """The axis of names in their order: slanted where they are long, and never one left out unless they are times."""
    longest = max((len(name) for name in positions(plot, words)), default=0)
    slanted = plot.categories() and longest > 6 and len(plot.positions) > 4
    axis: Spec = {"labelAngle": -35 if slanted else 0, "labelOverlap": not plot.categories(), "labelLimit": 110}
    axis["labelSeparation"] = 12
    return {"field": "x", "type": "nominal", "sort": None, "title": words(plot.x.words), "axis": axis}


def measure(plot: Plot, words: Words) -> Spec:
    """The axis of values; what they measure is said above the chart."""
    kinds = {series.column.kind for series in plot.series}
    axis: Spec = {"labelExpr": _label_expression(kinds, words), "tickCount": 5}
    if kinds <= {"integer", "days"}:
        axis["tickMinStep"] = 1
    return {"field": "y", "type": "quantitative", "title": None, "axis": axis}


def room(rows: Sequence[Point], base: float) -> Spec:
    """Room for the values at the ends of bars that begin at `base`, whatever the width of the page."""
    longest = max((len(row["v"]) for row in rows), default=0) * 7 + 14
    ends = [row[end] for row in rows for end in ("lo", "hi", "y") if end in row]
    most, least = max(base, *ends), min(base, *ends)
    space: Spec = {"nice": False}
    if most > base:
        space["domainMax"] = {"expr": f"{most} + {most - least} * {longest} / max(width - {longest}, 40)"}
    if least < base:
        space["domainMin"] = {"expr": f"{least} - {most - least} * {longest} / max(width - {longest}, 40)"}
    return space


def _label_expression(kinds: set[Kind], words: Words) -> str:
    """An axis label: per cent, points, or a number short enough for a phone."""
    if kinds == {"share"}:
        return "format(datum.value, '.1~%')"
    if kinds == {"points"}:
        return "format(datum.value, '+.1~f')"
    if words.lang == "zh":
        return (
            "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, ',.2~f') + ' 亿' : "
            "abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',.2~f') + ' 万' : format(datum.value, ',.2~f')"
        )
    return "abs(datum.value) >= 1e4 ? replace(format(datum.value, '.3~s'), 'G', 'B') : format(datum.value, ',.2~f')"
