"""A table as a person sees it: headings and rows, a tidy table turned into a matrix where it asks for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import cast

from privtraffic.report.document import FEW, Column, Formula, Pivot, Table, Value
from privtraffic.report.values import known, rows, shown
from privtraffic.report.words import Words


@dataclass(frozen=True)
class Heading:
    """A heading: the column it shows, its label, and in a matrix what the label stands for ("F 分: 3")."""

    column: Column
    label: str
    about: str = ""


@dataclass(frozen=True)
class Grid:
    """Headings and rows; unobserved cells are None."""

    headings: tuple[Heading, ...]
    rows: Sequence[Sequence[Value]]

    def blocks(self) -> Iterator[tuple[Column, int, int]]:
        """Neighbouring headings of one column, which share one scale: (column, first place, last place)."""
        places = groupby(range(len(self.headings)), key=lambda place: self.headings[place].column)
        for column, block in places:
            members = list(block)
            yield column, members[0], members[-1]


def coloured(grid: Grid, column: Column) -> Sequence[bool]:
    """Which rows of a column are coloured: all, or those with enough members behind them."""
    at = next((n for n, heading in enumerate(grid.headings) if heading.column.key == column.counted), None)
    if at is None:
        return [True] * len(grid.rows)
    counts = [known(row[at]) for row in grid.rows]
    return [not isinstance(count, int | float) or count >= FEW for count in counts]


def headings(table: Table, words: Words) -> tuple[Heading, ...]:
    """The headings of a table shown as it is."""
    return tuple(
        Heading(column, column.heading or words(column.words)) for column in table.columns if not column.hidden
    )


def grid(table: Table, words: Words, limit: int | None = None) -> Grid:
    """The table as headings and rows, at most `limit` rows of it."""
    if table.pivot is not None:
        whole = _matrix(table, table.pivot, words)
        return Grid(whole.headings, whole.rows[:limit])
    seen = [place for place, column in enumerate(table.columns) if not column.hidden]
    return Grid(headings(table, words), [[_live(row[place]) for place in seen] for row in rows(table, limit)])


def _live(cell: object) -> Value:
    """A formula stays one: a workbook recomputes it."""
    return cell if isinstance(cell, Formula) else known(cell)


def _matrix(table: Table, pivot: Pivot, words: Words) -> Grid:
    places = {column.key: place for place, column in enumerate(table.columns)}
    cells: dict[Value, dict[Value, dict[str, Value]]] = {}
    beside: dict[Value, list[Value]] = {}
    for row in rows(table):
        down, across = known(row[places[pivot.rows]]), known(row[places[pivot.columns]])
        cells.setdefault(down, {})[across] = {key: known(row[places[key]]) for key in pivot.values}
        beside.setdefault(down, [known(row[places[key]]) for key in pivot.beside])
    columns = _in_order(list(dict.fromkeys(across for row_cells in cells.values() for across in row_cells)))
    block = [(key, across) for key in pivot.values for across in columns]
    lines = [
        [down, *beside[down], *(row_cells.get(across, {}).get(key) for key, across in block)]
        for down, row_cells in cells.items()
    ]
    levels = [chart.level for chart in table.charts if chart.level is not None]
    lines += [[level.label, *(None for _ in pivot.beside), *(level.value for _ in block)] for level in levels]
    first = tuple(Heading(table.column(key), words(table.column(key).words)) for key in (pivot.rows, *pivot.beside))
    return Grid((*first, *(_across(table, pivot, words, key, across) for key, across in block)), lines)


def _across(table: Table, pivot: Pivot, words: Words, key: str, across: Value) -> Heading:
    column = table.column(pivot.columns)
    across_label = shown(across, column, words)
    if len(pivot.values) > 1 and column.kind == "integer":
        across_label = f"{words(column.words)} {across_label}"
    value = table.column(key)
    name = words(value.words)
    label = f"{name} · {across_label}" if len(pivot.values) > 1 else across_label
    return Heading(value, label, f"{name} · {words(column.words)}: {shown(across, column, words)}")


def _in_order(values: list[Value]) -> list[Value]:
    """Numbers and dates ascending, because the first row may not have them all; texts as they came."""
    if all(isinstance(value, int | float) for value in values) or all(isinstance(value, date) for value in values):
        return sorted(values, key=lambda value: cast("float", value))
    return values
