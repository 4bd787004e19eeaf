"""A native chart on a slide: the same positions, series and intervals as on the page, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast
from xml.sax.saxutils import escape

from pptx.dml.line import LineFormat
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE, MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from privtraffic.report.document import Scalar, base_of
from privtraffic.report.page.plot import Plot, Series
from privtraffic.report.page.points import has_distances, positions, rounded
from privtraffic.report.slides.base import Box
from privtraffic.report.slides.sheet import Categories, Points
from privtraffic.report.slides.text import INK, POINT, QUIET, Typeface, tint, top
from privtraffic.report.words import Words
from privtraffic.report.workbook.cells import number
from privtraffic.report.workbook.charts import axis_format, extent, tallest
from privtraffic.report.workbook.style import number_format
from privtraffic.report.workbook.text import clean

ACCENTS = (
    MSO_THEME_COLOR.ACCENT_1, MSO_THEME_COLOR.ACCENT_2, MSO_THEME_COLOR.ACCENT_3,
    MSO_THEME_COLOR.ACCENT_4, MSO_THEME_COLOR.ACCENT_5, MSO_THEME_COLOR.ACCENT_6,
)  # fmt: skip
_DASHES = (None, None, MSO_LINE.DASH, MSO_LINE.ROUND_DOT, MSO_LINE.DASH_DOT, MSO_LINE.LONG_DASH)
"""Colours 3 to 6 are alike when printed in grey."""

_KINDS = {
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "stacked": XL_CHART_TYPE.COLUMN_STACKED,
    "line": XL_CHART_TYPE.LINE_MARKERS,
}
_MOST_LABELS, _MOST_MARKS, _MOST_NAMED, _SIZE, _LONGEST = 14, 24, 14, 12, 28
_LABEL_WIDE, _LABEL_HIGH = Inches(0.75), Inches(0.25)


def add_chart(slide: Any, plot: Plot, box: Box, typeface: Typeface, words: Words) -> Any:
    """Draw the plot in the box and give back its frame.

    Positions that are measured and not evenly apart become the pairs of a scatter, so that distances are true.
    """
    plot = _with_ends(plot, words)
    keyed = plot.kind == "bar" and len(plot.series) > 1
    if keyed:
        box = _key(slide, plot, box, typeface)
    pairs = plot.kind == "scatter" or (plot.kind == "line" and plot.in_numbers() and not _even(plot.positions))
    data = _points(plot) if pairs else _categories(plot, words)
    kind = (
        (XL_CHART_TYPE.XY_SCATTER if plot.kind == "scatter" else XL_CHART_TYPE.XY_SCATTER_LINES)
        if pairs
        else _KINDS[plot.kind]
    )
    frame = slide.shapes.add_chart(kind, *map(Emu, (box.left, box.top, box.width, box.height)), data)
    chart = frame.chart
    chart.font.size = Pt(_SIZE)
    tint(chart.font.color, INK, QUIET)
    chart.has_title = False
    chart.has_legend = len(plot.series) + len(plot.curves) > 1 and not keyed
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        _told_once(chart, len(plot.series))
    labelled = _labels(chart, plot, words, box)
    _series(chart, plot)
    _axes(chart, plot, words, labelled=labelled)
    for properties in chart.element.iter(qn("a:defRPr"), qn("a:rPr")):
        typeface.name(properties)
    frame.element.nvGraphicFramePr.cNvPr.set("descr", clean(plot.title))
    return frame


def _told_once(chart: Any, series: int) -> None:
    """Both ends of an interval have one name, and one line in the legend."""
    names = [one.name for plot in chart.plots for one in plot.series]
    before = chart.legend._element.find(qn("c:legendPos"))
    for place, name in enumerate(names):
        if place >= series and name in names[series:place]:
            entry = parse_xml(
                f'<c:legendEntry {nsdecls("c")}><c:idx val="{place}"/><c:delete val="1"/></c:legendEntry>'
            )
            before.addnext(entry)
            before = entry


def _key(slide: Any, plot: Plot, box: Box, typeface: Typeface) -> Box:
    """What the colours of bars mean, in the order of the bars; gives back the room beneath.

    A legend of LibreOffice has them the other way round.
    """
    high = round(_SIZE * POINT * 1.8)
    shape = slide.shapes.add_textbox(*map(Emu, (box.left, box.top, box.width, high)))
    top(shape.text_frame)
    paragraph = shape.text_frame.paragraphs[0]
    for place, one in enumerate(plot.series):
        for text, colour, quiet in (("■ ", ACCENTS[place], 0.0), (f"{clean(one.label)}     ", INK, QUIET)):
            run = paragraph.add_run()
            run.text, run.font.size = text, Pt(_SIZE)
            tint(run.font.color, colour, quiet)
            typeface.name(run.font._rPr)
    return box.below(high)


def _with_ends(plot: Plot, words: Words) -> Plot:
    """Intervals of many positions as two thin lines: so many bars would be one dark field."""
    if plot.kind != "line" or len(plot.positions) <= _MOST_MARKS or plot.curves:
        return plot
    ends = [
        Series(words("summary.interval"), one.column, [band[end] if band else None for band in one.bands])
        for one in plot.series
        if any(one.bands)
        for end in (0, 1)
    ]
    series = tuple(replace(one, bands=()) for one in plot.series)
    return replace(plot, series=series, curves=tuple(ends))


def _even(found: Sequence[Scalar]) -> bool:
    numbers = [float(cast("float", value)) for value in found]
    return len({round(after - before, 9) for before, after in pairwise(numbers)}) <= 1


def _value(cell: Scalar, series: Series) -> float | None:
    return None if cell is None else number(cell, series.column.kind)


def _categories(plot: Plot, words: Words) -> Categories:
    data = Categories(number_format="General")
    found = plot.positions if plot.kind != "line" or not has_distances(plot) else ()
    labels = positions(plot, words) if found else [_short(position, plot) for position in plot.positions]
    data.categories = [clean(str(label))[:_LONGEST] for label in labels]
    for series in (*plot.series, *plot.curves):
        values = [_value(cell, series) for cell in series.values]
        # python-pptx pastes the format into XML as it is.
        data.add_series(clean(series.label), values, escape(number_format(rounded(series.column).kind, words)))
    return data


def _short(position: Scalar, plot: Plot) -> str:
    """A point in time as the axis of the page has it."""
    return f"{position:%Y-%m}" if plot.x.kind == "month" else str(position)


def _points(plot: Plot) -> Points:
    data = Points(number_format="General")
    for series in (*plot.series, *plot.curves):
        drawn = data.add_series(clean(series.label))
        for position, cell in zip(plot.positions, series.values, strict=True):
            if position is not None and cell is not None:
                drawn.add_data_point(number(position, plot.x.kind), number(cell, series.column.kind))
    return data


def _labels(chart: Any, plot: Plot, words: Words, box: Box) -> bool:
    """Values at the ends of few bars that leave them room; where intervals are drawn they would stand on them."""
    count = len(plot.positions) * len(plot.series)
    room = box.width // _LABEL_WIDE if plot.kind == "column" else box.height // _LABEL_HIGH
    if plot.kind not in ("bar", "column") or count > min(room, _MOST_LABELS) or any(one.bands for one in plot.series):
        return False
    kinds = {rounded(series.column).kind for series in plot.series}
    if len(kinds) > 1:
        return False
    drawn = chart.plots[0]
    drawn.has_data_labels = True
    labels = drawn.data_labels
    labels.number_format, labels.number_format_is_linked = number_format(kinds.pop(), words), False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    labels.font.size = Pt(_SIZE)
    tint(labels.font.color, INK)
    return True


def _series(chart: Any, plot: Plot) -> None:
    """Colours of the theme in their order; limits are thin and grey."""
    drawn = list(chart.plots[0].series)
    if plot.kind in ("bar", "column", "stacked"):
        chart.plots[0].gap_width = 60
        if plot.kind != "stacked":
            chart.plots[0].overlap = 0
    for place, one in enumerate(drawn):
        curve = place >= len(plot.series)
        if curve:
            _line(one.format.line, INK, 1.25, MSO_LINE.DASH if place - len(plot.series) > 1 else None, QUIET)
            one.marker.style, one.smooth = XL_MARKER_STYLE.NONE, False
            continue
        colour = ACCENTS[place]
        if plot.kind == "scatter":
            one.format.line.fill.background()
            _marker(one, colour, 7)
        elif plot.kind == "line":
            _line(one.format.line, colour, 2.25, _DASHES[place])
            one.smooth = False
            if len(plot.positions) <= _MOST_MARKS:
                _marker(one, colour, 6)
            else:
                one.marker.style = XL_MARKER_STYLE.NONE
        else:
            one.format.fill.solid()
            tint(one.format.fill.fore_color, colour)
            one.invert_if_negative = False
        _intervals(one, plot, plot.series[place])


def _line(line: LineFormat, colour: MSO_THEME_COLOR, width: float, dash: MSO_LINE | None, lighter: float = 0.0) -> None:
    line.width = Pt(width)
    tint(line.color, colour, lighter)
    if dash is not None:
        line.dash_style = dash


def _marker(series: Any, colour: MSO_THEME_COLOR, size: int) -> None:
    series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, size
    series.marker.format.fill.solid()
    tint(series.marker.format.fill.fore_color, colour)
    series.marker.format.line.fill.background()


def _intervals(drawn: Any, plot: Plot, series: Series) -> None:
    """Error bars from the low to the high end of every interval."""
    if not any(series.bands) or plot.kind not in ("bar", "column", "line"):
        return
    reach: dict[str, list[float]] = {"plus": [], "minus": []}
    for place, cell in enumerate(series.values):
        band, value = series.band(place), _value(cell, series)
        low, high = (number(end, series.column.kind) for end in band) if band else (0.0, 0.0)
        known = band is not None and value is not None
        reach["plus"].append(high - cast("float", value) if known else 0.0)
        reach["minus"].append(cast("float", value) - low if known else 0.0)
    lits = "".join(f"<c:{end}>{_literal(values)}</c:{end}>" for end, values in reach.items())
    direction = '<c:errDir val="y"/>' if plot.kind == "line" else ""
    bars = parse_xml(
        f'<c:errBars {nsdecls("c", "a")}>{direction}<c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{lits}<c:spPr><a:ln w="12700"><a:solidFill><a:schemeClr val="tx1">'
        '<a:lumMod val="65000"/><a:lumOff val="35000"/></a:schemeClr></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    (
        drawn._element.find(qn("c:cat"))
        if drawn._element.find(qn("c:cat")) is not None
        else drawn._element.find(qn("c:xVal"))
    ).addprevious(bars)


def _literal(values: Sequence[float]) -> str:
    points = "".join(f'<c:pt idx="{place}"><c:v>{value!r}</c:v></c:pt>' for place, value in enumerate(values))
    return f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numLit>'


def _axes(chart: Any, plot: Plot, words: Words, *, labelled: bool) -> None:
    across, measure = chart.category_axis, chart.value_axis
    kinds = {series.column.kind for series in plot.series}
    names = {words(one.column.words) for one in plot.series}
    if len(names) == 1:
        # Of several the legend tells.
        _titled(measure, names.pop())
    measure.tick_labels.number_format, measure.tick_labels.number_format_is_linked = axis_format(kinds), False
    measure.format.line.fill.background()
    measure.has_major_gridlines = not labelled
    if labelled:
        measure.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    else:
        _line(measure.major_gridlines.format.line, INK, 0.5, None, 0.8)
    across.has_major_gridlines = False
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _line(across.format.line, INK, 0.75, None, 0.5)
    if not plot.categories():
        _titled(across, words(plot.x.words))
        _thinned(across, len(plot.positions))
    if plot.kind == "scatter":
        across.tick_labels.number_format, across.tick_labels.number_format_is_linked = axis_format({plot.x.kind}), False
    if plot.kind == "bar":
        across.reverse_order = True
        if not labelled:
            measure.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    _reach(measure, plot, labelled=labelled)


def _thinned(axis: Any, count: int) -> None:
    """Name no more positions than can be read."""
    last = axis._element.find(qn("c:noMultiLvlLbl"))
    if last is not None and count > _MOST_NAMED:
        every = str(-(-count // _MOST_NAMED))
        for name in ("c:tickLblSkip", "c:tickMarkSkip"):
            last.addprevious(last.makeelement(qn(name), {"val": every}))


def _reach(measure: Any, plot: Plot, *, labelled: bool) -> None:
    """Room for whole intervals, for the values at the ends of bars, and for all dots whatever the limits behind them
    do.
    """
    if plot.kind == "scatter" and plot.curves:
        values = [_value(cell, series) for series in plot.series for cell in series.values]
        measure.minimum_scale, measure.maximum_scale = 0, tallest([value for value in values if value is not None])
        return
    ends = [number(end, one.column.kind) for one in plot.series for band in one.bands if band for end in band]
    values = [_value(cell, series) for series in plot.series for cell in series.values]
    base = base_of(series.column for series in plot.series) if plot.kind in ("bar", "column") else 0.0
    if base:
        measure.crosses_at = base
    if labelled and min(found := [0.0, *(value for value in values if value is not None)]) < 0:
        # The names of the bars stand at the low end of the axis, where the longest bar has its value.
        room = (max(found) - min(found)) * 0.18
        measure.minimum_scale, measure.maximum_scale = min(found) - room, max(found) + room
    elif ends:
        reach = extent([*ends, *(value for value in values if value is not None)], base)
        measure.minimum_scale, measure.maximum_scale = reach.get("min"), reach.get("max")


def _titled(axis: Any, text: str) -> None:
    axis.has_title = True
    axis.axis_title.text_frame.text = clean(text)
    font = axis.axis_title.text_frame.paragraphs[0].runs[0].font
    font.size, font.bold = Pt(_SIZE), False
    tint(font.color, INK, QUIET)
