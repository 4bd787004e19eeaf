"""A grid in lines of text: columns that fit, numbers to the right, bars and shades where the table asks for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

from privtraffic.report.document import Column, Value
from privtraffic.report.grid import Grid, Heading, coloured
from privtraffic.report.values import shown
from privtraffic.report.words import Words

_GAP = 2
_BAR = 8
LONGEST_CELL = 28
_LEFT = ("text", "id", "date", "month")
_ACCENT = (0x2F, 0x7E, 0xD8)
_WIDE = "\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff"
_OPENS, _CLOSES = "（「『《“‘", "，。、；：！？）」』》”’…"
_PIECE = re.compile(
    rf"\s*[{_OPENS}]*(?:[-+]?[0-9][^\s{_WIDE}{_OPENS}{_CLOSES}]*\s?[{_WIDE}]|[{_WIDE}]|[^\s{_WIDE}{_OPENS}{_CLOSES}]+)?[{_CLOSES}]*\s*"
)
"""What no line may divide: a word, a Chinese character with the signs that belong to it, a number with its unit."""


@dataclass(frozen=True)
class Marks:
    """The signs a console can show."""

    bar: str
    rule: str
    dot: str
    dash: str
    arrow: str
    cut: str
    spinner: str
    levels: str = ""


RICH_MARKS = Marks(
    bar=" ▏▎▍▌▋▊▉█", rule="─", dot=" · ", dash="–", arrow="→", cut="…", spinner="dots", levels="▁▂▃▄▅▆▇█"
)
PLAIN_MARKS = Marks(bar=" #", rule="-", dot=", ", dash="-", arrow=">", cut="~", spinner="line")


@dataclass(frozen=True)
class Drawn:
    """The lines, and how many columns did not fit."""

    lines: tuple[Text, ...]
    left_out: int


@dataclass(frozen=True)
class _Strip:
    """One column ready to print: its heading in lines, its cells, and a style for each."""

    heading: Heading
    head: tuple[str, ...]
    cells: tuple[str, ...]
    styles: tuple[Style, ...]
    width: int

    def line(self, text: str, style: Style) -> Text:
        """One cell, cut or padded to the width of the column."""
        if self.heading.column.kind in _LEFT or self.heading.column.scale == "bar":
            return Text(set_cell_size(text, self.width), style)
        return Text(" " * (self.width - cell_len(text)) + text, style)


def draw(grid: Grid, words: Words, width: int, marks: Marks, shaded: bool) -> Drawn:
    """Draw the grid in at most `width` columns; the last columns are left out first, the first one never."""
    shades = _shades(grid) if shaded else {}
    strips = [_strip(grid, place, words, marks, shades.get(place, ())) for place in range(len(grid.headings))]
    ends = list(accumulate(strip.width + _GAP for strip in strips))
    fitting = [strip for strip, end in zip(strips, ends, strict=True) if end - _GAP <= width] or [
        _narrowed(strips[0], width, marks)
    ]
    total = sum(strip.width + _GAP for strip in fitting) - _GAP
    height = max(len(strip.head) for strip in fitting)
    head = [
        _row([strip.line(_from_below(strip.head, height, line), Style(bold=True)) for strip in fitting])
        for line in range(height)
    ]
    body = [
        _row([strip.line(strip.cells[row], strip.styles[row]) for strip in fitting]) for row in range(len(grid.rows))
    ]
    lines = (*head, Text(marks.rule * total, "dim"), *body)
    return Drawn(lines, len(strips) - len(fitting))


def broken(text: Text, width: int) -> list[Text]:
    """A paragraph in lines: English breaks between words, Chinese anywhere but before a closing sign.

    A piece that no line holds is broken where the line ends.
    """
    offsets: list[int] = []
    line = ""
    for piece in _PIECE.finditer(text.plain):
        if line and cell_len(f"{line}{piece[0]}".rstrip()) > width:
            offsets.append(piece.start())
            line = ""
        line += piece[0]
        while cell_len(line.rstrip()) > width:
            fitting = len(line)
            while cell_len(line[:fitting]) > width:
                fitting -= 1
            offsets.append(piece.end() - len(line) + max(fitting, 1))
            line = line[max(fitting, 1) :]
    lines = list(text.divide(offsets))
    for part in lines:
        part.rstrip()
    return lines


def sparkline(course: Sequence[float | None], marks: Marks) -> str:
    """How a figure went, a sign a period from the lowest to the highest; a blank where it was not observed."""
    seen = [value for value in course if value is not None]
    if not seen or not marks.levels:
        return ""
    low, span = min(seen), max(seen) - min(seen)
    top = len(marks.levels) - 1
    return "".join(
        " " if value is None else marks.levels[round((value - low) / span * top) if span else top // 2]
        for value in course
    )


def cut(text: str, width: int, marks: Marks) -> str:
    """The text in at most `width` columns, with a sign where it was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - cell_len(marks.cut))) + marks.cut


def printable(text: str) -> str:
    """The text on one line without control characters, which could move the cursor or colour the screen."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _row(cells: Sequence[Text]) -> Text:
    line = Text(" " * _GAP).join(cells)
    line.rstrip()
    return line


def _from_below(head: Sequence[str], height: int, line: int) -> str:
    place = line - (height - len(head))
    return head[place] if place >= 0 else ""


def _strip(grid: Grid, place: int, words: Words, marks: Marks, shades: Sequence[Style]) -> _Strip:
    heading = grid.headings[place]
    column = heading.column
    values = [row[place] for row in grid.rows]
    texts = [cut(printable(shown(value, column, words)), LONGEST_CELL, marks) for value in values]
    if column.scale == "bar":
        number_width = max(map(cell_len, texts), default=0)
        texts = [f"{text:>{number_width}} {bar}" for text, bar in zip(texts, _bars(values, marks.bar), strict=True)]
    head = _two_lines(printable(heading.label))
    width = max(map(cell_len, (*head, *texts)))
    styles = tuple(shades) or (Style(),) * len(texts)
    return _Strip(heading, head, tuple(texts), styles, width)


def _narrowed(strip: _Strip, width: int, marks: Marks) -> _Strip:
    head, cells = (tuple(cut(text, width, marks) for text in texts) for texts in (strip.head, strip.cells))
    return _Strip(strip.heading, head, cells, strip.styles, min(width, strip.width))


def _two_lines(label: str) -> tuple[str, ...]:
    """A heading of several words in two lines of about the same width."""
    words = label.split(" ")
    if cell_len(label) <= 8 or len(words) == 1:
        return (label,)
    splits = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    return min(splits, key=lambda split: max(map(cell_len, split)))


def _bars(values: Sequence[Value], signs: str) -> list[str]:
    """Bars of equal room, the longest for the largest value; `signs` are the steps from empty to full."""
    numbers = [_number(value) or 0.0 for value in values]
    most = max(numbers, default=0.0)
    return [_bar(max(0.0, number) / most if most > 0 else 0.0, signs) for number in numbers]


def _bar(part: float, signs: str) -> str:
    steps = len(signs) - 1
    full, rest = divmod(round(part * _BAR * steps), steps)
    return (signs[-1] * full + (signs[rest] if rest else "")).ljust(_BAR)


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None


def _shades(grid: Grid) -> dict[int, tuple[Style, ...]]:
    """A style a cell for the columns that ask for an intensity or for a scale around zero."""
    shades: dict[int, tuple[Style, ...]] = {}
    for column, first, last in grid.blocks():
        if column.scale not in ("heat", "diverging"):
            continue
        places = range(first, last + 1)
        seen = [row if enough else () for row, enough in zip(grid.rows, coloured(grid, column), strict=True)]
        cells = [[_number(row[place]) if row else None for place in places] for row in seen]
        numbers = [number for row in cells for number in row if number is not None]
        for at, place in enumerate(places):
            shades[place] = tuple(_shade(row[at], column, numbers) for row in cells)
    return shades


def _shade(number: float | None, column: Column, numbers: Sequence[float]) -> Style:
    if number is None:
        return Style()
    if column.scale == "diverging":
        off = number - column.middle
        return Style(color="green") if off > 0 else Style(color="red") if off < 0 else Style()
    low, high = min(numbers), max(numbers)
    part = (number - low) / (high - low) if high > low else 0.0
    red, green, blue = (round(255 + (full - 255) * part) for full in _ACCENT)
    return Style(color="#000000", bgcolor=f"#{red:02x}{green:02x}{blue:02x}")
