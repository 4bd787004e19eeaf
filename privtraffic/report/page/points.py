"""The rows that a chart draws, and what a pointer shows of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from privtraffic.report.document import Column, Kind, Scalar
from privtraffic.report.page.plot import Plot, Series
from privtraffic.report.values import shown, well_formed
from privtraffic.report.words import Words

Point = dict[str, Any]


def points(plot: Plot, words: Words) -> list[Point]:
    """One row per value: position, series, value as number and text, interval, and what a tooltip shows."""
    tips = [_said(plot, place, words) for place in range(len(plot.positions))]
    at = positions(plot, words)
    found = []
    for number, series in enumerate(plot.series):
        for place, cell in enumerate(series.values):
            value = _plain(cell, series.column.kind)
            row: Point = {"x": at[place], "k": number, "s": str(number), "y": value, "t": tips[place]}
            band = series.band(place)
            if band and value is not None:
                row["lo"], row["hi"] = (_plain(bound, series.column.kind) for bound in band)
            if plot.kind == "bar" and value is not None:
                row["v"] = shown(cell, rounded(series.column), words)
            if value is not None or plot.kind == "line":
                found.append(row)
    return found


def rounded(column: Column) -> Column:
    """Money that must be seen to balance need not do so at the end of a bar."""
    return replace(column, kind="money") if column.kind == "cents" else column


def stops(plot: Plot, words: Words) -> list[Point]:
    """One row per position at which something was observed, where a pointer can rest."""
    return [
        {"x": position, "t": _said(plot, place, words)}
        for place, position in enumerate(positions(plot, words))
        if any(series.values[place] is not None for series in plot.series)
    ]


def _said(plot: Plot, place: int, words: Words) -> str:
    """What a pointer shows: a heading, then a label, a tab and a value on each line."""
    position = f"{words(plot.x.words)}: {shown(plot.positions[place], plot.x, words)}"
    head = _line(plot.names[place]) if plot.names else ""
    lines = [head, position.replace(": ", "\t", 1)] if head else [_line(position)]
    for number, series in enumerate(plot.series):
        if series.values[place] is not None:
            lines.append(f"{_line(series.label)}\t{_with_band(series, place, words)}\t{number}")
    return "\n".join(lines)


def _with_band(series: Series, place: int, words: Words) -> str:
    value, band = shown(series.values[place], series.column, words), series.band(place)
    if band is None:
        return value
    low, high = (shown(bound, series.column, words) for bound in band)
    return f"{value} ({low} – {high})"


def _line(label: str) -> str:
    return well_formed(" ".join(label.split()))


def positions(plot: Plot, words: Words) -> list[Any]:
    """Dates ISO, numbers as they are, names as a person reads them, each once."""
    if plot.kind in ("line", "scatter") and has_distances(plot):
        return [_moment(value) if isinstance(value, date) else _plain(value, plot.x.kind) for value in plot.positions]
    seen: dict[str, int] = {}
    found = []
    for value in plot.positions:
        name = _line(shown(value, plot.x, words)) or "–"
        # Rows of one name must not fall on top of each other; what tells them apart is not seen.
        found.append(name + "\u200b" * seen.setdefault(name, 0))
        seen[name] += 1
    return found


def has_distances(plot: Plot) -> bool:
    """Whether the positions lie on a scale rather than in a row."""
    return not plot.categories() and (plot.in_time() or plot.in_numbers())


def _moment(value: date) -> str:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return f"{moment.replace(tzinfo=None).isoformat()}Z"


def _plain(value: Scalar, kind: Kind) -> Any:
    if value is None or isinstance(value, str):
        return value
    number = float(cast("float", value))
    return number * 100 if kind == "points" else number
