"""Native charts beside a table.

At most two a sheet, six series, eight categories.  Where there are more categories the chart shows the first eight of
the table and says so in its title: a bar "other" would need a row that the tidy table does not have, and would be
wrong for rates.  Points in time and other measured positions are not categories and all are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any

from xlsxwriter.utility import quote_sheetname, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from privtraffic.report.document import Chart, Column, Kind, Table, base_of, interval_of
from privtraffic.report.grid import Grid
from privtraffic.report.values import known
from privtraffic.report.words import Words
from privtraffic.report.workbook.cells import number
from privtraffic.report.workbook.style import DARK, GREY, HAIRLINE, SERIES, Style
from privtraffic.report.workbook.text import clean

MOST_CHARTS, MOST_SERIES, MOST_CATEGORIES = 2, 6, 8
WIDE_TABLE, SHORT_TABLE = 7, 25
_WIDTH, _HEIGHT, _ROW_PIXELS, _COLUMN_PIXELS = 680, 330, 20, 64
_ROOM = 103
"""Characters of a table beside which a chart stands on one page at a readable size."""

Range = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Line:
    """One series: the cell of its name, the ranges of its categories and values, how far its intervals reach."""

    name: tuple[int, int]
    categories: Range
    values: Range
    column: Column
    reach: tuple[Sequence[float], Sequence[float]] | None = None
    ends: Sequence[float] = ()
    curve: bool = False


@dataclass(frozen=True)
class _Drawing:
    """What a chart draws, and the words that say which part of the whole it is."""

    lines: Sequence[_Line]
    title: str
    most: float | None = None


def add_charts(sheet: Worksheet, name: str, table: Table, grid: Grid, style: Style, *, width: float) -> None:
    """Put the table's charts to the right of it, one below the other; beneath a wide and short table, side by side.

    `width` is that of the table in characters.
    On paper the charts beside a table that is long, or as wide as the paper, have a page of their own, the first:
    on one page with it they would make all its pages small.
    """
    short = len(grid.rows) <= SHORT_TABLE
    beneath = short and (len(grid.headings) > WIDE_TABLE or width > _ROOM)
    charts = table.charts[:MOST_CHARTS]
    if not grid.rows or not charts:
        return
    for place, chart in enumerate(charts):
        native = draw(chart, name, table, grid, style)
        if beneath:
            sheet.insert_chart(len(grid.rows) + 2, 0, native, {"object_position": 3, "x_offset": place * (_WIDTH + 20)})
        else:
            row = 1 + place * (_HEIGHT // _ROW_PIXELS + 2)
            sheet.insert_chart(row, len(grid.headings) + 1, native, {"object_position": 3})
    if not short:
        _print_apart(name, grid, len(charts), style)


def draw(chart: Chart, name: str, table: Table, grid: Grid, style: Style) -> Any:
    """The native chart of a table that stands on the sheet `name`."""
    drawing = _drawing(chart, table, grid, style.words)
    native = _native(style, chart, name, drawing)
    _axes(native, chart, table, drawing, style)
    return native


def _print_apart(name: str, grid: Grid, charts: int, style: Style) -> None:
    """Two areas of print: the charts, then the table."""
    left = len(grid.headings) + 1
    areas = (
        xl_range_abs(0, left, 1 + charts * (_HEIGHT // _ROW_PIXELS + 2), left + _WIDTH // _COLUMN_PIXELS),
        xl_range_abs(0, 0, len(grid.rows), len(grid.headings) - 1),
    )
    quoted = quote_sheetname(name)
    # XlsxWriter looks for the sheet by its name as it is: quoted, one with an apostrophe is not found.
    style.workbook.define_name(f"{name}!_xlnm.Print_Area", "=" + ",".join(f"{quoted}!{area}" for area in areas))


def _drawing(chart: Chart, table: Table, grid: Grid, words: Words) -> _Drawing:
    title = chart.title or table.finding
    count = len(grid.rows)
    x = table.column(chart.x)
    if table.pivot is not None and chart.x == table.pivot.columns:
        return _per_row(chart, grid, words, title)
    if chart.kind != "scatter" and (x.labels or x.kind in ("text", "id")) and count > MOST_CATEGORIES:
        title = words("chart.first", title=title, shown=MOST_CATEGORIES, total=count)
        count = MOST_CATEGORIES
    places = [place for place, heading in enumerate(grid.headings) if heading.column.key in chart.series]
    if len(places) > MOST_SERIES:
        title = words("chart.first", title=title, shown=MOST_SERIES, total=len(places))
    across = next(place for place, heading in enumerate(grid.headings) if heading.column.key == chart.x)
    lines = [
        _Line(
            (0, place),
            (1, across, count, across),
            (1, place, count, place),
            grid.headings[place].column,
            *(_reach(grid, place, count) if chart.kind in ("bar", "column") else (None, ())),
            curve=_is_end(grid.headings[place].column.key, chart, [heading.column.key for heading in grid.headings]),
        )
        for place in places[:MOST_SERIES]
    ]
    lines += [
        _Line((0, place), (1, across, count, across), (1, place, count, place), heading.column, curve=True)
        for place, heading in enumerate(grid.headings)
        if heading.column.key in chart.curves
    ]
    return _Drawing(lines, title, tallest(_dots(lines, grid)) if chart.curves else None)


def _is_end(key: str, chart: Chart, keys: Sequence[str]) -> bool:
    """Whether a line is the end of another one's interval: it is drawn thin, as the band of a page is pale."""
    return chart.kind == "line" and any(key in interval_of(of, keys) for of in chart.series)


def _dots(lines: Sequence[_Line], grid: Grid) -> list[float]:
    cells = [(known(row[line.name[1]]), line.column.kind) for line in lines if not line.curve for row in grid.rows]
    return [number(cell, kind) for cell, kind in cells if isinstance(cell, int | float)]


def tallest(values: Sequence[float]) -> float | None:
    """The end of an axis that shows all dots, whatever the limits behind them do."""
    most = max(values, default=0.0)
    return ceil(most * 1.05 * 2) / 2 if most > 0 else None


def extent(ends: Sequence[float], base: float = 0.0) -> dict[str, float]:
    """Ends of the axis that show whole intervals, from where bars begin: Excel looks at the values alone."""
    if not ends:
        return {}
    low, high = min(base, *ends), max(base, *ends)
    step = 10.0 ** floor(log10(high - low)) / 2 if high > low else 1.0
    return {"min": floor(low / step) * step, "max": ceil(high / step) * step}


def _reach(
    grid: Grid, place: int, count: int
) -> tuple[tuple[Sequence[float], Sequence[float]] | None, Sequence[float]]:
    """How far each interval reaches up and down, and all its ends; None where the table lacks those columns."""
    kind, keys = grid.headings[place].column.kind, [heading.column.key for heading in grid.headings]
    pair = interval_of(keys[place], keys)
    if not all(pair):
        return None, ()
    up, down, ends = [], [], []
    for row in grid.rows[:count]:
        found = [known(row[column]) for column in (place, *map(keys.index, pair))]
        value, low, high = (float("nan") if cell is None else number(cell, kind) for cell in found)
        whole = isfinite(value + low + high)
        up.append(high - value if whole else 0.0)
        down.append(value - low if whole else 0.0)
        ends += [end for end in (value, low, high) if isfinite(end)]
    return (up, down), ends


def _per_row(chart: Chart, grid: Grid, words: Words, title: str) -> _Drawing:
    """One series per row of a matrix; where there are too many the latest rows, of names the first, as on the page.

    Points in time stand in order of time and the latest matter; names stand in order of importance, the total first.
    """
    key = chart.series[0]
    places = [place for place, heading in enumerate(grid.headings) if heading.column.key == key]
    total, named = len(grid.rows) - (chart.level is not None), grid.headings[0].column
    names = chart.kind == "line" and (bool(named.labels) or named.kind in ("text", "id"))
    first = 1 if names else max(1, total - MOST_SERIES + 1)
    if total > MOST_SERIES:
        title = words("chart.first" if names else "chart.latest", title=title, shown=MOST_SERIES, total=total)
    drawn = [*range(first, min(first + MOST_SERIES, total + 1)), *range(total + 1, len(grid.rows) + 1)]
    column, ends = grid.headings[places[0]].column, (places[0], places[-1])
    lines = [
        _Line((row, 0), (0, ends[0], 0, ends[1]), (row, ends[0], row, ends[1]), column, curve=row > total)
        for row in drawn
    ]
    return _Drawing(lines, title)


def _native(style: Style, chart: Chart, sheet: str, drawing: _Drawing) -> Any:
    kinds = {
        "bar": {"type": "bar"},
        "column": {"type": "column"},
        "line": {"type": "line"},
        "stacked": {"type": "column", "subtype": "stacked"},
        "scatter": {"type": "scatter"},
    }
    native = style.workbook.add_chart(kinds[chart.kind])
    for place, line in enumerate(drawing.lines):
        native.add_series(
            {
                "name": [sheet, *line.name],
                "categories": [sheet, *line.categories],
                "values": [sheet, *line.values],
                **(_thin(place) if line.curve else _look(chart, SERIES[place])),
                **_error_bars(line),
            }
        )
    typeface = {"name": style.font}
    native.set_title(
        {
            "name": clean(drawing.title)[:255],
            "name_font": {**typeface, "size": 11, "bold": True, "color": style.dark},
            "overlay": False,
        }
    )
    if len(drawing.lines) == 1:
        native.set_legend({"none": True})
    else:
        native.set_legend({"position": "bottom", "font": {**typeface, "size": 9}})
    native.set_chartarea({"border": {"none": True}})
    native.set_size({"width": _WIDTH, "height": _HEIGHT})
    return native


def _error_bars(line: _Line) -> dict[str, object]:
    if line.reach is None:
        return {}
    ends = {"plus_values": list(line.reach[0]), "minus_values": list(line.reach[1])}
    return {"y_error_bars": {"type": "custom", **ends, "line": {"color": DARK, "width": 1.25}}}


def _thin(place: int) -> dict[str, object]:
    """A limit: grey, the inner pair whole and what lies further out dashed."""
    dash = {"dash_type": "dash"} if place > 2 else {}
    return {"line": {"color": GREY, "width": 1.25, **dash}, "marker": {"type": "none"}}


def _look(chart: Chart, colour: str) -> dict[str, object]:
    if chart.kind == "line":
        marker = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": "#FFFFFF"}}
        return {"line": {"color": colour, "width": 2.25}, "marker": marker}
    if chart.kind == "scatter":
        return {"marker": {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"none": True}}}
    return {"fill": {"color": colour}, "border": {"none": True}, "gap": 60}


def _axes(native: Any, chart: Chart, table: Table, drawing: _Drawing, style: Style) -> None:
    words = style.words
    x = table.column(chart.x)
    base = base_of(line.column for line in drawing.lines)
    names = {words(line.column.words) for line in drawing.lines if not line.curve}
    values = {
        # Of several the legend tells.
        **_axis(style, names.pop() if len(names) == 1 else ""),
        "num_format": axis_format({line.column.kind for line in drawing.lines}),
        "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.5}},
        "line": {"none": True},
        **extent([end for line in drawing.lines for end in line.ends], base),
        **({"crossing": base} if base and chart.kind in ("bar", "column") else {}),
        **({"min": 0, "max": drawing.most} if drawing.most else {}),
    }
    categories = {
        **_axis(style, words(x.words)),
        "line": {"color": GREY},
        "major_gridlines": {"visible": False},
        "label_position": "low",
    }
    if chart.kind == "scatter" or x.kind == "month":
        categories["num_format"] = "yyyy-mm" if x.kind == "month" else axis_format({x.kind})
    if chart.kind != "scatter":
        categories["text_axis"] = True
    if chart.kind == "bar":
        native.set_y_axis({**categories, "reverse": True})
        native.set_x_axis({**values, "label_position": "high"})
    else:
        native.set_x_axis(categories)
        native.set_y_axis(values)


def _axis(style: Style, name: str) -> dict[str, object]:
    typeface = {"name": style.font, "size": 9}
    labels = {**typeface, "size": 8}
    return {"name": clean(name), "name_font": {**typeface, "bold": False, "color": GREY}, "num_font": labels}


def axis_format(kinds: set[Kind]) -> str:
    """The number format of an axis whose series are of these kinds."""
    if kinds == {"share"}:
        return "0%"
    if kinds == {"points"}:
        return "+0;-0;0"
    if kinds == {"fine"}:
        return "0.00##"
    return "#,##0.0" if kinds == {"number"} else "#,##0"
