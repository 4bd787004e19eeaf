"""The terminal: what was read, the finding, the figures, the main table, what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from privtraffic.report.document import Column, Figure, Report, Table
from privtraffic.report.grid import grid
from privtraffic.report.personal import masked
from privtraffic.report.textgrid import (
    LONGEST_CELL,
    PLAIN_MARKS,
    RICH_MARKS,
    Marks,
    broken,
    draw,
    printable,
    sparkline,
)
from privtraffic.report.values import known, row_count, rows, shown
from privtraffic.report.words import Words

_MOST_ROWS = 20
_FIGURE_GAP = 3
_MANY_FILES = 5
"""A folder that got more is told by its name."""


def print_report(
    report: Report,
    words: Words,
    console: Console,
    elapsed_seconds: float | None,
    written: Sequence[Path | str],
    *,
    show_keys: bool = False,
) -> None:
    """Print the report in the width of the console; plain text where it is no terminal.

    Parameters
    ----------
    report
        What was found; of its tables the first is shown.
    words
        The language.
    console
        Where to; colours and signs are those it can show.
    elapsed_seconds
        How long it took, or None not to say so.
    written
        The files that were written.
    show_keys
        Phones and e-mail addresses are shown in full.
    """
    _Screen(console, words).report(report if show_keys else masked(report), elapsed_seconds, written)


def say_lines(lines: Sequence[str], console: Console) -> None:
    """Print sentences without a report, broken between words at the width of the console."""
    for line in lines:
        for part in broken(Text(printable(line)), console.width):
            console.print(part, highlight=False, markup=False, emoji=False)


def say_code(lines: Sequence[str], console: Console) -> None:
    """Print lines that somebody may paste elsewhere: none is broken."""
    for line in lines:
        console.print(printable(line), highlight=False, markup=False, emoji=False, soft_wrap=True)


def marks_of(console: Console) -> Marks:
    """The signs a console can show; a pipe and a dumb terminal get no boxes and blocks."""
    if not console.encoding.startswith("utf"):
        return PLAIN_MARKS
    drawing = console.is_terminal and not console.is_dumb_terminal
    return RICH_MARKS if drawing else replace(RICH_MARKS, bar=PLAIN_MARKS.bar, rule=PLAIN_MARKS.rule, levels="")


class _Screen:
    """Prints the parts of a report one below the other."""

    def __init__(self, console: Console, words: Words) -> None:
        self._console = console
        self._words = words
        self._marks = marks_of(console)

    def report(self, report: Report, elapsed_seconds: float | None, written: Sequence[Path | str]) -> None:
        for line in report.quality.lines:
            self._say(line, "dim")
        if report.quality.lines:
            self._say()
        self._say(report.title, "bold")
        self._facts(report.facts)
        self._figures(report)
        if report.tables:
            self._table(report.tables[0], report.title)
        if report.notes:
            self._say()
        for note in report.notes:
            self._say(self._words("terminal.note", text=note.text))
        self._closing(report, elapsed_seconds, written)

    def _facts(self, facts: Sequence[str]) -> None:
        """The small print, broken between facts rather than within one."""
        line = ""
        for fact in facts:
            longer = f"{line}{self._marks.dot}{fact}" if line else fact
            if line and cell_len(longer) > self._console.width:
                self._say(line, "dim")
                longer = fact
            line = longer
        if line:
            self._say(line, "dim")

    def _closing(self, report: Report, elapsed_seconds: float | None, written: Sequence[Path | str]) -> None:
        if written or report.actions or elapsed_seconds is not None:
            self._say()
        seconds = "" if elapsed_seconds is None else f"{elapsed_seconds:.1f}"
        files = ", ".join(self._named(written))
        if files:
            self._say(
                self._words("terminal.written_in" if seconds else "terminal.written", text=files, seconds=seconds)
            )
        elif seconds:
            self._say(self._words("terminal.took", seconds=seconds), "dim")
        for gate in report.gates:
            if gate.outcome == "blank":
                self._say(self._words("gate.blank", said=gate.figure))
        for action in report.actions:
            self._say(self._words("terminal.next", text=action))

    def _named(self, written: Sequence[Path | str]) -> list[str]:
        """The files; those of a folder that got many by the folder and their number."""
        folders = [path.parent if isinstance(path, Path) else None for path in written]
        many = {folder: number for folder, number in Counter(folders).items() if folder and number > _MANY_FILES}
        named = dict.fromkeys(
            self._words("terminal.folder", folder=folder, count=many[folder]) if folder in many else str(path)
            for path, folder in zip(written, folders, strict=True)
        )
        return [*named]

    def _figures(self, report: Report) -> None:
        figures = [figure for figure in report.figures if figure.shown]
        blocks = [self._block(figure) for figure in figures]
        while blocks:
            widths = [max(map(cell_len, block)) for block in blocks]
            ends = accumulate(width + _FIGURE_GAP for width in widths)
            fitting = max(sum(end - _FIGURE_GAP <= self._console.width for end in ends), 1)
            self._say()
            for line, style in enumerate(("dim", "bold", "dim")):
                cells = [set_cell_size(block[line], width) for block, width in zip(blocks, widths, strict=True)]
                text = (" " * _FIGURE_GAP).join(cells[:fitting]).rstrip()
                if text:
                    self._say(text, style)
            blocks = blocks[fitting:]
        self._changes(report, [figure for figure in figures if figure.beside])

    def _changes(self, report: Report, figures: Sequence[Figure]) -> None:
        """The course and the change of each figure, one below the other."""
        if figures:
            self._say()
        width = max((cell_len(self._words(figure.words)) for figure in figures), default=0)
        for figure in figures:
            label = set_cell_size(printable(self._words(figure.words)), width + 2)
            course = sparkline(report.course(figure), self._marks)
            self._hanging(label + (f"{course}  " if course else ""), self._marks.dot.join(figure.beside), "dim")

    def _block(self, figure: Figure) -> tuple[str, str, str]:
        column = Column(figure.key, figure.kind)
        interval = ""
        if figure.low is not None and figure.high is not None:
            low, high = (shown(bound, column, self._words) for bound in (figure.low, figure.high))
            interval = f"{low} {self._marks.dash} {high}"
        value = printable(shown(known(figure.value), column, self._words))
        return printable(self._words(figure.words)), value or self._marks.dash, interval

    def _table(self, table: Table, title: str) -> None:
        self._say()
        self._say(self._words(f"table.{table.key}"), "bold")
        if table.finding and table.finding != title:
            self._say(table.finding, "dim")
        place = _sentences(table)
        if place is not None:
            self._listed(table, place)
            return
        caption = ""
        if table.pivot is not None:
            pivot = replace(table.pivot, values=table.pivot.values[:1])
            table = replace(table, pivot=pivot)
            names = [self._words(table.column(key).words) for key in (pivot.values[0], pivot.rows, pivot.columns)]
            caption = f"{names[0]}: {names[1]} x {names[2]}"
        whole = grid(table, self._words, None if table.pivot else _MOST_ROWS)
        visible = replace(whole, rows=whole.rows[:_MOST_ROWS])
        shaded = self._console.color_system in ("256", "truecolor") and not self._console.no_color
        drawn = draw(visible, self._words, self._console.width, self._marks, shaded)
        if caption:
            self._say(caption, "dim")
        for line in drawn.lines:
            self._put(line)
        self._left_out(drawn.left_out, (len(whole.rows) if table.pivot else row_count(table)) - len(visible.rows))

    def _listed(self, table: Table, place: int) -> None:
        """A table of sentences as a list: each sentence whole, what stands beside it small beneath."""
        for number, row in enumerate(rows(table, _MOST_ROWS), 1):
            cells = [
                printable(shown(known(cell), column, self._words))
                for cell, column in zip(row, table.columns, strict=True)
            ]
            further = [at for at, cell in enumerate(cells) if at > place and cell and not table.columns[at].hidden]
            said = [at for at in further if is_sentence(table.columns[at])]
            beside = [cells[at] for at in further if at not in said]
            head = f"{number}. ".rjust(4)
            self._hanging(head, cells[place], "")
            for at in said:
                self._hanging(
                    " " * len(head),
                    self._words("summary.said", label=self._words(table.columns[at].words), text=cells[at]),
                    "bold" if at == said[0] else "dim",
                )
            self._hanging(" " * len(head), self._marks.dot.join(beside), "dim")
        self._left_out(0, row_count(table) - min(row_count(table), _MOST_ROWS))

    def _hanging(self, head: str, text: str, style: str) -> None:
        """A paragraph whose further lines stand under its first word."""
        for at, line in enumerate(broken(Text(text, style), max(20, self._console.width - len(head)))):
            self._put(Text(head if at == 0 else " " * len(head)) + line)

    def _left_out(self, columns: int, rows: int) -> None:
        counts = {"rows_left": rows, "columns_left": columns}
        said = [self._words(f"terminal.{key}", count=f"{count:,}") for key, count in counts.items() if count > 0]
        if said:
            self._say(self._marks.dot.join(said), "dim")

    def _say(self, text: str = "", style: str = "") -> None:
        self._put(Text(printable(text), style))

    def _put(self, line: Text) -> None:
        if not self._encodable(line.plain):
            line.plain = line.plain.encode(self._console.encoding, "replace").decode(self._console.encoding)
        for part in broken(line, self._console.width):
            self._console.print(part, highlight=False, markup=False, emoji=False)

    def _encodable(self, text: str) -> bool:
        try:
            text.encode(self._console.encoding)
        except UnicodeEncodeError:
            return False
        return True


def is_sentence(column: Column) -> bool:
    """Whether a column of a table of sentences holds further sentences, each in a line of its own."""
    return column.kind == "text" and not column.labels and not column.hidden


def _sentences(table: Table) -> int | None:
    """Where the sentences stand in a table made of them: in its second column, each longer than a cell may be."""
    if table.pivot is not None or not isinstance(table.rows, Sequence) or len(table.columns) < 2 or not table.rows:
        return None
    cells = [row[1] for row in table.rows]
    return 1 if all(isinstance(cell, str) and cell_len(cell) > LONGEST_CELL for cell in cells) else None
