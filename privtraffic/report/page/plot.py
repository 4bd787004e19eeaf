"""What a chart draws: its positions, its series, their intervals, and which part of the whole that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import cast

from privtraffic.report.document import Chart, Column, Pivot, Scalar, Table, interval_of
from privtraffic.report.values import known, row_count, rows, shown
from privtraffic.report.words import Words

MOST_SERIES, MOST_CATEGORIES, MOST_POINTS = 6, 12, 2000

Band = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """One series: its label, the column of its values, one value per position, and intervals where there are any."""

    label: str
    column: Column
    values: Sequence[Scalar]
    bands: Sequence[Band | None] = ()

    def band(self, place: int) -> Band | None:
        return self.bands[place] if self.bands else None


@dataclass(frozen=True)
class Plot:
    """A chart's positions and series.

    `part` says which part of the whole is drawn; `names` are the rows' own names where the position is a measure, in a
    scatter; `curves` are the thin lines behind its dots, or the level that its lines must reach.
    """

    kind: str
    x: Column
    positions: Sequence[Scalar]
    series: tuple[Series, ...]
    title: str
    part: str = ""
    names: Sequence[str] = ()
    curves: tuple[Series, ...] = ()

    def in_time(self) -> bool:
        """Whether the positions are days or months, and so have distances."""
        return self.x.kind in ("date", "month") and all(isinstance(position, date) for position in self.positions)

    def in_numbers(self) -> bool:
        """Whether the positions are measured, and so have distances."""
        return all(isinstance(position, int | float | Decimal) for position in self.positions)

    def categories(self) -> bool:
        """Whether the positions are names, all of which must be read."""
        return is_category(self.x)


def alone(plot: Plot, series: Series) -> Plot:
    """The plot with this series only."""
    return replace(plot, series=(series,), curves=())


def is_category(column: Column) -> bool:
    """Whether a column's values are names rather than points in time or on a scale."""
    return bool(column.labels) or column.kind in ("text", "id")


def plot(chart: Chart, table: Table, words: Words) -> Plot | None:
    """The chart's data from its table; None where there is nothing to draw."""
    pivot = table.pivot
    if pivot is not None and chart.x in (pivot.rows, pivot.columns) and chart.series[0] in pivot.values:
        drawn = _of_matrix(chart, table, pivot, words)
    else:
        drawn = _per_column(chart, table, table.column(chart.x), words)
    observed = any(value is not None for series in drawn.series for value in series.values)
    return drawn if observed else None


def _per_column(chart: Chart, table: Table, x: Column, words: Words) -> Plot:
    """One series per column of the tidy table."""
    places = {column.key: place for place, column in enumerate(table.columns)}
    lines = [[known(cell) for cell in row] for row in rows(table, MOST_POINTS)]
    part = ""
    if chart.kind == "bar":
        # A name without a value would be an empty place.
        lines = [line for line in lines if any(line[places[key]] is not None for key in chart.series)]
    if chart.kind != "scatter" and is_category(x) and len(lines) > MOST_CATEGORIES:
        part = words("page.first", shown=MOST_CATEGORIES, total=f"{row_count(table):,}")
        lines = lines[:MOST_CATEGORIES]
    series = []
    for key, low, high in _with_bands(chart.series, list(places)):
        bands = [_band(line[places[low]], line[places[high]]) for line in lines] if low and high else []
        values = [line[places[key]] for line in lines]
        column = table.column(key)
        label = column.heading or words(column.words)
        series.append(Series(label, column, values, bands if any(bands) else ()))
    if len(series) > MOST_SERIES:
        part = words("page.first", shown=MOST_SERIES, total=len(series))
    names = [shown(line[0], table.columns[0], words) for line in lines] if chart.kind == "scatter" else ()
    positions, title = [line[places[x.key]] for line in lines], chart.title or table.finding
    limits = [table.column(key) for key in chart.curves]
    curves = [Series(words(one.words), one, [line[places[one.key]] for line in lines]) for one in limits]
    return Plot(chart.kind, x, positions, tuple(series[:MOST_SERIES]), title, part, names, tuple(curves))


def _with_bands(series: Sequence[str], columns: Sequence[str]) -> list[tuple[str, str, str]]:
    """(series, low, high); a chart may name the ends among its series: they become the band."""
    found = [(key, *interval_of(key, columns)) for key in series]
    ends = {end for _, *pair in found for end in pair}
    return [one for one in found if one[0] not in ends]


def _band(low: Scalar, high: Scalar) -> Band | None:
    if low is None or high is None:
        return None
    return float(cast("float", low)), float(cast("float", high))


def _of_matrix(chart: Chart, table: Table, pivot: Pivot, words: Words) -> Plot:
    """One series per row of a matrix where the position runs across, one per column where it runs down."""
    places = {column.key: place for place, column in enumerate(table.columns)}
    other = pivot.rows if chart.x == pivot.columns else pivot.columns
    at, of, value = places[chart.x], places[other], places[chart.series[0]]
    cells: dict[Scalar, dict[Scalar, Scalar]] = {}
    for row in rows(table):
        cells.setdefault(known(row[of]), {})[known(row[at])] = known(row[value])
    positions = _in_order(list(dict.fromkeys(position for line in cells.values() for position in line)))
    column, named = table.columns[value], table.columns[of]
    lines = [
        Series(shown(name, named, words), column, [line.get(position) for position in positions])
        for name, line in cells.items()
    ]
    part = ""
    if len(lines) > MOST_SERIES and chart.kind == "stacked":
        lines = _together(lines, is_category(named), words)
    elif len(lines) > MOST_SERIES:
        # Cohorts stand in order of time and the latest matter; names stand in order of importance.
        which = "first" if is_category(named) else "latest"
        part = words(f"page.{which}", shown=MOST_SERIES, total=len(lines))
        lines = lines[:MOST_SERIES] if which == "first" else lines[-MOST_SERIES:]
    drawn = Plot(chart.kind, table.column(chart.x), positions, tuple(lines), chart.title or table.finding, part)
    if chart.level is None:
        return drawn
    return replace(drawn, curves=(Series(chart.level.label, column, [chart.level.value] * len(positions)),))


def _together(lines: Sequence[Series], names: bool, words: Words) -> list[Series]:
    """As many series as there are colours, and the height of the stack as it was: the smallest names, or the earliest
    points in time, become one.
    """
    sizes = [sum(map(abs, _numbers(line.values))) for line in lines]
    order = sorted(range(len(lines)), key=lambda place: sizes[place] if names else place)
    joined = sorted(order[: 1 - MOST_SERIES])
    label = words("page.others" if names else "page.earlier", count=len(joined))
    one = Series(label, lines[0].column, _sums([lines[place] for place in joined]))
    rest = [line for place, line in enumerate(lines) if place not in joined]
    return [*rest, one] if names else [one, *rest]


def _sums(lines: Sequence[Series]) -> list[Scalar]:
    columns = map(_numbers, zip(*(line.values for line in lines), strict=True))
    return [sum(numbers) if numbers else None for numbers in columns]


def _numbers(values: Sequence[Scalar]) -> list[float]:
    return [float(cast("float", value)) for value in values if value is not None]


def _in_order(values: list[Scalar]) -> list[Scalar]:
    """Numbers and dates ascending, because the first row may not have them all; texts as they came."""
    if all(isinstance(value, int | float) for value in values) or all(isinstance(value, date) for value in values):
        return sorted(values, key=lambda value: cast("float", value))
    return list(islice(values, MOST_POINTS))
