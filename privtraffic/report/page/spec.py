"""Vega-Lite, as plain dicts: a plot becomes a chart that fits its column, follows the theme and answers to a pointer.

Colours are the page's CSS variables, so that dark mode and print need no second chart.  User text stands in data only,
never in an expression, a field name or markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.report.document import base_of
from privtraffic.report.page.axes import Spec, across, measure, names, room
from privtraffic.report.page.plot import Plot, alone
from privtraffic.report.page.points import Point, points, stops
from privtraffic.report.words import Words

_LATIN, _CHINESE = 'system-ui, -apple-system, "Segoe UI"', '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"'
FONTS = {"en": f"{_LATIN}, {_CHINESE}, sans-serif", "zh": f"{_CHINESE}, {_LATIN}, sans-serif"}
"""The page's own, of each language; its style sheet has the same."""

DASHES = ((), (), (7, 3), (2, 3), (7, 3, 2, 3), (12, 4))
"""Colours 3 to 6 are alike when printed in grey; their lines differ by dashes."""

_MOST_MARKS = 24
_STEP, _GAP, _HEIGHT = 20, 12, 260


def spec(plot: Plot, words: Words) -> Spec:
    """The chart of a plot.

    Parameters
    ----------
    plot
        What is drawn.
    words
        The language of axes and of what a pointer shows.
    """
    drawn = {"bar": _bars, "column": _columns, "stacked": _stack, "line": _lines, "scatter": _dots}[plot.kind]
    return {
        "width": "container",
        "background": None,
        "config": {"font": FONTS[words.lang], **_CONFIG},
        **drawn(plot, words),
    }


def colour(place: int) -> str:
    """The colour of a series, as CSS."""
    return f"var(--series-{place + 1})"


def _bars(plot: Plot, words: Words) -> Spec:
    """Lying bars, their values written at the end."""
    count = len(plot.series)
    rows = points(plot, words)
    apart = {"paddingInner": 0.34 if count == 1 else 0.24, "paddingOuter": 0.1}
    shared: Spec = {"y": {"field": "x", "type": "nominal", "sort": None, "title": None, "scale": apart}}
    if count > 1:
        shared["yOffset"] = {"field": "s", "type": "nominal", "sort": None, "scale": {"paddingInner": 0.12}}
    base = base_of(series.column for series in plot.series)
    value = {**measure(plot, words), "scale": room(rows, base)}
    value["axis"] |= {"grid": False, "labels": False, "ticks": False, "domain": False}
    bar = {"type": "bar", "cornerRadiusEnd": 2}
    begin: Spec = {"x2": {"datum": base}} if base else {}
    layers: list[Spec] = [
        {"mark": bar, "encoding": {"x": value, **begin, "color": _colours(plot), **_tip()}},
        *_whiskers(rows, "x"),
        *_values_at_ends(rows, base),
        *_base_line(rows, base),
    ]
    height = len(plot.positions) * (_STEP * count + _GAP)
    return {"data": {"values": rows}, "height": height, "encoding": shared, "layer": layers}


def _base_line(rows: Sequence[Point], base: float) -> list[Spec]:
    """The line that decides, where bars may lie on either side of it: no change, or a ratio of 1."""
    if not base and all(row[end] >= 0 for row in rows for end in ("lo", "y") if row.get(end) is not None):
        return []
    whole = {"x": {"datum": base}, "y": {"value": 0}, "y2": {"value": "height"}, "yOffset": {"value": 0}}
    rule = {"type": "rule", "color": "var(--ink)", "aria": False}
    return [{"data": {"values": [{}]}, "mark": rule, "encoding": whole}]


def _values_at_ends(rows: Sequence[Point], base: float) -> list[Spec]:
    """The values after the bars; beside intervals in a column of their own, or they would be read as an end."""
    text = {"text": {"field": "v"}, **_tip()}
    if any("lo" in row for row in rows):
        column = {"type": "text", "align": "right", "fill": "var(--ink)", "x": {"expr": "width"}}
        return [{"mark": column, "encoding": text}]
    layers: list[Spec] = []
    for sign, align, shift in ((">=", "left", 5), ("<", "right", -5)):
        if any((row["y"] < base) == (sign == "<") for row in rows):
            mark: Spec = {"type": "text", "align": align, "dx": shift, "fill": "var(--ink)"}
            encoding = {"x": {"field": "y", "type": "quantitative"}, **text}
            layers.append({"transform": [{"filter": f"datum.y {sign} {base}"}], "mark": mark, "encoding": encoding})
    return layers


def _columns(plot: Plot, words: Words) -> Spec:
    rows = points(plot, words)
    shared: Spec = {"x": names(plot, words)}
    if len(plot.series) > 1:
        shared["xOffset"] = {"field": "s", "type": "nominal", "sort": None}
    bar = {"type": "bar", "cornerRadiusEnd": 2}
    layers = [
        {"mark": bar, "encoding": {"y": measure(plot, words), "color": _colours(plot), **_tip()}},
        *_whiskers(rows, "y"),
    ]
    return {"data": {"values": rows}, "height": _HEIGHT, "encoding": shared, "layer": layers}


def _stack(plot: Plot, words: Words) -> Spec:
    """Columns on top of each other, the first series at the bottom."""
    order = {"field": "k", "type": "quantitative", "sort": "ascending"}
    encoding = {
        "x": names(plot, words),
        "y": {**measure(plot, words), "stack": "zero"},
        "color": _colours(plot),
        "order": order,
    }
    return {
        "data": {"values": points(plot, words)},
        "height": _HEIGHT,
        "mark": "bar",
        "encoding": {**encoding, **_tip()},
    }


def _lines(plot: Plot, words: Words) -> Spec:
    """Lines with their intervals as bands; a pointer anywhere shows all values of the nearest position."""
    rows, tips = points(plot, words), stops(plot, words)
    position = across(plot, words)
    value = measure(plot, words)
    layers: list[Spec] = []
    if any("lo" in row for row in rows):
        edges = {"y": {"field": "lo", "type": "quantitative"}, "y2": {"field": "hi"}}
        encoding = {"x": position, **edges, "color": _colours(plot)}
        layers.append({"mark": {"type": "area", "opacity": 0.16}, "encoding": encoding})
    places = list(range(len(plot.series)))
    dashes = {"domain": places, "range": [list(DASHES[place]) or [1, 0] for place in places]}
    dash = {"field": "k", "type": "ordinal", "scale": dashes, "legend": None}
    lines = {"x": position, "y": value, "color": _colours(plot), "strokeDash": dash}
    layers.append({"mark": {"type": "line", "strokeWidth": 2}, "encoding": lines})
    if len(plot.positions) <= _MOST_MARKS:
        dots = {"x": position, "y": value, "color": _colours(plot)}
        layers.append({"mark": {"type": "point", "filled": True, "size": 26, "opacity": 1}, "encoding": dots})
    layers += [
        {
            "data": {"values": [{"x": row["x"], "y": row["y"]} for row in points(alone(plot, curve), words)]},
            "mark": {"type": "line", "color": "var(--ink)", "strokeWidth": 1.2, "strokeDash": [5, 3]},
            "encoding": {"x": position, "y": value},
        }
        for curve in plot.curves
    ]
    near = {
        "type": "point",
        "on": "pointerover",
        "clear": "pointerout",
        "nearest": True,
        "fields": ["x"],
    }
    opacity = {"condition": {"param": "near", "empty": False, "value": 0.6}, "value": 0}
    pointer = {"x": position, "opacity": opacity, **_tip()}
    layers.append(
        {
            "data": {"values": tips},
            "params": [{"name": "near", "select": near}],
            "mark": {"type": "rule", "color": "var(--muted)"},
            "encoding": pointer,
        }
    )
    return {"data": {"values": rows}, "height": _HEIGHT, "layer": layers}


def _dots(plot: Plot, words: Words) -> Spec:
    mark = {"type": "point", "filled": True, "size": 44, "opacity": 0.7}
    position, value, rows = across(plot, words), measure(plot, words), points(plot, words)
    height = _HEIGHT + 60
    dots = {"x": position, "y": value, "color": _colours(plot), **_tip()}
    if not plot.curves:
        return {"data": {"values": rows}, "height": height, "mark": mark, "encoding": dots}
    # The dots decide how far the axis reaches; limits of very small units would leave them no room.
    value = {**value, "scale": {"domain": [0, 1.05 * max((row["y"] for row in rows), default=1)], "nice": False}}
    layers = [
        {
            "data": {"values": [{"x": row["x"], "y": row["y"]} for row in points(alone(plot, curve), words)]},
            "mark": {"type": "line", "clip": True, "color": "var(--muted)", "strokeWidth": 1.2, "strokeDash": dash},
            "encoding": {"x": position, "y": value},
        }
        for curve, dash in zip(plot.curves, ([1, 0], [1, 0], [5, 3], [5, 3]), strict=False)
    ]
    return {
        "height": height,
        "layer": [*layers, {"data": {"values": rows}, "mark": mark, "encoding": {**dots, "y": value}}],
    }


def _whiskers(rows: Sequence[Spec], axis: str) -> list[Spec]:
    if not any("lo" in row for row in rows):
        return []
    ends = {axis: {"field": "lo", "type": "quantitative"}, f"{axis}2": {"field": "hi"}}
    return [{"mark": {"type": "rule", "color": "var(--ink)", "strokeWidth": 1.5, "opacity": 0.75}, "encoding": ends}]


def _colours(plot: Plot) -> Spec:
    places = [str(place) for place in range(len(plot.series))]
    scale = {"domain": places, "range": [colour(place) for place in range(len(places))]}
    return {"field": "s", "type": "nominal", "scale": scale, "legend": None}


def _tip() -> Spec:
    return {"tooltip": {"field": "t", "type": "nominal"}}


def _axis_look() -> Spec:
    quiet = {"labelColor": "var(--muted)", "titleColor": "var(--muted)", "titleFontWeight": "normal"}
    lines = {"gridColor": "var(--hairline)", "domainColor": "var(--muted)", "tickColor": "var(--hairline)"}
    return {**quiet, **lines, "labelFontSize": 12, "titleFontSize": 12, "titlePadding": 8, "labelPadding": 5}


_CONFIG: Spec = {
    "axis": _axis_look(),
    "axisX": {"ticks": False},
    "axisY": {"ticks": False, "domain": False},
    "view": {"stroke": None},
    "text": {"fontSize": 12},
    "mark": {"invalid": "break-paths-show-path-domains"},
}
