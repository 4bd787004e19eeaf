"""What is to be shown, before anybody decides how: figures, tables, charts, notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

import pyarrow as pa

from privtraffic.report.client import for_client

Kind = Literal[
    "text", "id", "integer", "number", "fine", "money", "cents", "measure", "share", "points", "days", "date", "month"
]
"""How a value is read: a share lies in 0..1 and is shown in per cent, points is a difference of two shares, cents is
money that must be seen to balance, a measure is whatever its row says and is shown with the digits that it needs,
fine a number of which four decimals count."""

Scalar = str | int | float | Decimal | date | datetime | bool | None


@dataclass(frozen=True)
class Formula:
    """A cell that Excel recomputes; everywhere else it is its value.

    `text` is without the equals sign and addresses cells of its own sheet: the header is row 1, so the first row of a
    table is row 2.  `value` must be what Excel would compute.
    """

    text: str
    value: Scalar


_LEAST_COURSE = 3
"""Fewer periods draw no line."""

Value = Scalar | Formula | Mapping[str, float]
"""A mapping (a model's parameters) is an object in JSON and one line of text to a person."""


class Stream(Protocol):
    """Rows too many to hold: they come in Arrow batches whose columns carry the keys of the table's columns.

    Whoever shows only the first rows says so by `limit`: on a cluster the others are then never put in order.
    """

    def count(self) -> int: ...

    def batches(self, columns: Sequence[str], limit: int | None = None) -> Iterator[pa.RecordBatch]: ...


FEW = 30
"""Rates of fewer members carry no colour."""


@dataclass(frozen=True)
class Column:
    """A column of a table; its label and meaning are the words `key`, or `word` where another table's key is the same.

    `labels` names the words that translate its cells (`labels="segment"` shows `champions` as the word
    `segment.champions`; of several names, `labels="life segment"`, the first that has the value); JSON keeps the
    canonical value.  `scale` asks for in-cell bars, a one-hue intensity or a scale that diverges around `middle`:
    nought, of a ratio 1.  `counted` names the column that counts the members behind a rate: rows of fewer than `FEW`
    carry no colour, since theirs would be chance.
    `heading` stands above it in place of its label where the data name it: a store, a period.
    `editable` marks cells that formulas depend on and that a reader may change.  A `hidden` one is told in JSON alone.
    """

    key: str
    kind: Kind
    labels: str = ""
    scale: Literal["", "bar", "heat", "diverging"] = ""
    editable: bool = False
    word: str = ""
    hidden: bool = False
    middle: float = 0.0
    counted: str = ""
    heading: str = ""

    @property
    def words(self) -> str:
        """The key of its words."""
        return self.word or self.key


def base_of(columns: Iterable[Column]) -> float:
    """Where the bars of these columns begin: at the middle that they share, of ratios 1, else at nought."""
    found = {column.middle for column in columns}
    return found.pop() if len(found) == 1 else 0.0


def interval_of(key: str, columns: Sequence[str]) -> tuple[str, str]:
    """The columns that hold the ends of a column's interval: those called after it, or the pair right after it; ""
    where there is none.
    """
    named = (f"{key}_low", f"{key}_high")
    if set(named) <= set(columns):
        return named
    low, high = (*columns[columns.index(key) + 1 :][:2], "", "")[:2]
    stem = low.removesuffix("low")
    return (low, high) if low != stem and high == f"{stem}high" and stem[-1:] in ("", "_") else ("", "")


@dataclass(frozen=True)
class Pivot:
    """Show a tidy table as a matrix: one row per `rows`, and per value one block of columns, one for each `columns`.

    `beside` names columns that say the same in all rows of one `rows` value, a cohort's size: they stand right
    after it.
    """

    rows: str
    columns: str
    values: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Level:
    """A height that decides, told beneath a matrix and drawn through its chart: what it costs to win a member."""

    label: str
    value: float


@dataclass(frozen=True)
class Chart:
    """A native chart beside its table; `x` and `series` are column keys, the title states the finding.

    `curves` are columns of a scatter that are drawn as thin lines behind its dots, in the order of the rows: limits.
    They do not decide how far the axis reaches.  `level` is drawn as a line through a chart of a matrix.
    """

    kind: Literal["bar", "column", "line", "stacked", "scatter"]
    title: str
    x: str
    series: tuple[str, ...]
    curves: tuple[str, ...] = ()
    level: Level | None = None


@dataclass(frozen=True)
class Table:
    """One tidy table: `key` in JSON, the word `table.<key>` as its name.

    `section` is the word of the heading it stands under on a page; neighbours with the same one stand together.
    """

    key: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]] | Stream
    finding: str = ""
    pivot: Pivot | None = None
    charts: tuple[Chart, ...] = ()
    section: str = ""

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


@dataclass(frozen=True)
class Figure:
    """A key figure with its interval where there is one; label and meaning are the words `key`.

    They are the words `word` where the report says more closely whose it is.

    `shown` says whether it stands among the figures a person sees first; JSON carries all.  `minor` marks one that a
    table tells as well: only JSON, and whoever asks for it by name, has it as a figure.  `of_model` marks one that says
    how good a model is: a file has it with the further ones, the terminal with the first.  `beside` are a few words
    each that belong under it: its change on last month and last year.
    """

    key: str
    value: Value
    kind: Kind
    low: float | None = None
    high: float | None = None
    shown: bool = True
    minor: bool = False
    of_model: bool = False
    beside: tuple[str, ...] = ()
    word: str = ""

    @property
    def words(self) -> str:
        """The key of its words."""
        return self.word or self.key


@dataclass(frozen=True)
class Note:
    """A sentence the reader must not miss: an assumption, a limit, something left out.

    `file` and `column` are those it speaks of, where it speaks of one.
    """

    key: str
    text: str
    file: str = ""
    column: str = ""


OF_THE_RUN = ("note.skipped",)
"""Notes that speak of the run, not of the business: a terminal and JSON tell them."""

Said = tuple[str, Mapping[str, object]]
"""What a room has to note: its key, and what its sentence is filled with."""


def notes_of(room: str, said: Iterable[Said], words: Callable[..., str]) -> tuple[Note, ...]:
    """The notes of a room, each the word `note.ROOM_KEY`."""
    return tuple(Note(key, words(key, **values)) for key, values in ((f"note.{room}_{key}", v) for key, v in said))


@dataclass(frozen=True)
class Judged:
    """A gate and what became of it: the condition that must not hold, and the figure it was held against."""

    figure: str
    sign: str
    bound: float
    value: float | None
    outcome: Literal["passed", "failed", "blank"]
    said: str
    """The figure, the sign and the bound as people write them: `refund_rate 5.9% > 5.0%`."""


@dataclass(frozen=True)
class Quality:
    """What intake read: two lines for a terminal, tables for a workbook, the contract's object for JSON."""

    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    json: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """The answer to one question.

    Attributes
    ----------
    title
        The finding, a whole sentence.
    facts
        Period, as-of date, source, members counted: the small print beneath the title.
    tables
        In reading order; a terminal shows the first.
    further
        Tables that a workbook and a page of a readable length leave out; JSON and data frames have them.
    detail
        The member- or pair-level table that `--out x.csv` writes.
    actions
        Commands worth trying next, for whoever typed this one: a terminal shows them.
    trend
        The key of the table that has a row a period and a column a figure: what sparklines are drawn from.
    gates
        The gates that were asked for, and whether each holds.
    """

    command: str
    title: str
    as_of: date | None
    facts: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    further: tuple[Table, ...] = ()
    detail: Table | None = None
    notes: tuple[Note, ...] = ()
    quality: Quality = Quality()
    actions: tuple[str, ...] = ()
    client: str = ""
    trend: str = ""
    gates: tuple[Judged, ...] = ()

    def for_client(self) -> tuple[Note, ...]:
        """The notes that a client's file carries: no command, nor what lay beside the exports of whoever runs it."""
        return tuple(replace(note, text=for_client(note.text)) for note in self.notes if note.key not in OF_THE_RUN)

    def headline(self) -> list[Figure]:
        """The figures that a file shows first."""
        return [figure for figure in self.figures if figure.shown and not figure.of_model]

    def beneath(self) -> list[Figure]:
        """The figures that are shown below the tables."""
        return [figure for figure in self.figures if not figure.minor and (figure.of_model or not figure.shown)]

    def told(self) -> tuple[Table, ...]:
        """Every table that JSON and data frames have."""
        return (*self.tables, *self.further, *((self.detail,) if self.detail else ()))

    def course(self, figure: Figure) -> list[float | None]:
        """The values of a figure over time, oldest first; empty where fewer than three are known."""
        table = next((table for table in self.told() if table.key == self.trend), None)
        keys = [column.key for column in table.columns] if table else []
        if table is None or figure.key not in keys or not isinstance(table.rows, Sequence):
            return []
        cells = [row[keys.index(figure.key)] for row in table.rows]
        course = [float(cell) if isinstance(cell, (int, float, Decimal)) else None for cell in cells]
        return course if len(course) - course.count(None) >= _LEAST_COURSE else []

    def everything(self) -> tuple[Table, ...]:
        """Every table of the report, in the order of the sheets."""
        return (*self.tables, *((self.detail,) if self.detail else ()), *self.quality.tables)
