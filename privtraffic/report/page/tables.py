"""Tables as HTML: they fold open and sort, their scales are drawn in the cells, and a long one is cut and says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from rich.cells import cell_len

from privtraffic.report.document import Column, Pivot, Scalar, Table, Value
from privtraffic.report.grid import Grid, Heading, coloured, grid
from privtraffic.report.page.markup import Markup, join, tag
from privtraffic.report.values import TEXT_KINDS, known, row_count, rows, shown, streamed
from privtraffic.report.words import Words

MOST_ROWS, MOST_LISTED = 1000, 200
"""Rows of a table in memory and of a streamed one, a member list."""

_SHORT, _NAME, _SENTENCE, _RANKED = 12, 14, 36, 10
"""Rows, columns of a cell's text (a Chinese sign takes two) from which it may break, and rows of a ranking."""
_LEFT = (*TEXT_KINDS, "date", "month")


class Tables:
    """Makes the tables of one report; `links` are the tables on this page that a cell may lead to."""

    def __init__(self, words: Words, command: str, links: Mapping[str, str]) -> None:
        self._words = words
        self._command = command
        self._links = links

    def folded(self, table: Table, named: bool, opened: bool) -> Markup:
        """The table behind a line that opens it; a short one or a matrix is open from the start unless it has a chart.

        `named` asks for the table's name beside the number of rows, `opened` for an open table whatever its size.
        """
        most = MOST_ROWS if streamed(table) is None else MOST_LISTED
        whole = grid(table, self._words, None if table.pivot else most)
        total = len(whole.rows) if table.pivot else row_count(table)
        visible = Grid(whole.headings, whole.rows[:most])
        opened = opened or (not table.charts and (bool(table.pivot) or total <= _SHORT))
        count = self._words("sheet.rows", rows=f"{total:,}")
        name = join(self._words(f"table.{table.key}"), " ", tag("span", count, class_="count")) if named else count
        left = self._left_out(len(visible.rows), total)
        return tag("details", tag("summary", name), self._box(visible, table.pivot), left, open=opened)

    def is_ranking(self, table: Table) -> bool:
        """Whether the table is a list of sentences, each with the table it rests on."""
        return any(column.labels == "table" for column in table.columns) and self._sentence(table) is not None

    def ranking(self, table: Table) -> Markup:
        """The sentences as a list, what stands beside each in its row small beneath it; beyond the first ten folded."""
        items = [self._item(table, row) for row in rows(table, MOST_ROWS)]
        first, rest = items[:_RANKED], items[_RANKED:]
        listed = tag("ol", *first, class_="ranking")
        if not rest:
            return listed
        more = tag("ol", *rest, class_="ranking", start=_RANKED + 1)
        return join(listed, tag("details", tag("summary", self._words("page.more", count=len(rest))), more))

    def _item(self, table: Table, row: Sequence[object]) -> Markup:
        sentence = self._sentence(table)
        said, beside = "", []
        more: list[Markup] = []
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            text = "" if column.hidden else shown(cell, column, self._words)
            if place == sentence:
                said = text
            elif column.labels == "table" and str(cell) in self._links:
                beside.append(tag("a", text, href=f"#{self._links[str(cell)]}"))
            elif text and column.kind == "text" and not column.labels:
                said_of = self._words("summary.said", label=self._words(column.words), text="")
                more.append(tag("p", tag("strong", said_of), text, class_="small" if more else None))
            elif text and column.kind not in ("id", "integer") and not column.labels:
                beside.append(join(self._words(column.words), " ", text))
        return tag("li", tag("p", said), *more, tag("p", join(*beside, by=" · "), class_="small") if beside else None)

    def _sentence(self, table: Table) -> int | None:
        places = (place for place, column in enumerate(table.columns) if column.kind == "text" and not column.labels)
        return next(places, None)

    def _box(self, cells: Grid, pivot: Pivot | None) -> Markup:
        """The table itself, in a box of its own that scrolls where it is wide."""
        blocks = len(pivot.values) > 1 if pivot else False
        heads = [self._heading(heading, blocks) for heading in cells.headings]
        head = tag("thead", tag("tr", *self._blocks(cells)) if blocks else None, tag("tr", *heads))
        scales = self._scales(cells)
        lines = (
            tag("tr", *(self._cell(*cell) for cell in zip(row, cells.headings, scales[at], strict=True)))
            for at, row in enumerate(cells.rows)
        )
        short = "short" if len(cells.rows) <= _SHORT else None
        return tag("div", tag("table", head, tag("tbody", *lines), class_=short), class_="scroll")

    def _blocks(self, cells: Grid) -> Iterator[Markup]:
        """A line of headings above the blocks of a matrix that shows several values."""
        for column, first, last in cells.blocks():
            if cells.headings[first].about:
                yield tag("th", tag("span", self._words(column.words)), colspan=last - first + 1, class_="block")
            else:
                yield from [tag("th")] * (last - first + 1)

    def _left_out(self, shown_rows: int, total: int) -> Markup | None:
        if shown_rows >= total:
            return None
        counts = {"shown": f"{shown_rows:,}", "total": f"{total:,}"}
        return tag("p", self._words("page.rows_shown", **counts, command=self._command), class_="small")

    def _heading(self, heading: Heading, beneath_block: bool) -> Markup:
        about = "\n".join(filter(None, (heading.about, self._words.means(heading.column.words))))
        label = heading.label
        if beneath_block and heading.about:
            label = label.removeprefix(f"{self._words(heading.column.words)} · ")
        button = tag("button", label, type="button", title=about or None)
        return tag("th", button, scope="col", class_=None if heading.column.kind in _LEFT else "n")

    def _cell(self, cell: Value, heading: Heading, scale: _Scale | None) -> Markup:
        column, value = heading.column, known(cell)
        said = shown(value, column, self._words)
        looks = [] if column.kind in _LEFT else ["n"]
        style = None
        if scale is not None and value is not None and not isinstance(value, str | date):
            look, style = scale.of(float(value))
            looks.append(look)
        target = self._links.get(str(value)) if column.labels == "table" else None
        inside = tag("a", said, href=f"#{target}") if target else said
        if not looks and cell_len(said) > _NAME:
            looks.append("long" if cell_len(said) > _SENTENCE else "wrap")
        return tag("td", inside, class_=" ".join(looks) or None, style=style, data_v=_sorting(value, column))

    def _scales(self, cells: Grid) -> list[list[_Scale | None]]:
        """The scale of every cell, row by row."""
        scales: list[list[_Scale | None]] = [[None] * len(cells.headings) for _ in cells.rows]
        for column, first, last in cells.blocks():
            if column.scale:
                chosen = [at for at, enough in enumerate(coloured(cells, column)) if enough]
                numbers = [
                    float(cell)
                    for at in chosen
                    for cell in map(known, cells.rows[at][first : last + 1])
                    if isinstance(cell, int | float | Decimal)
                ]
                scale = _Scale(column, numbers)
                for at in chosen:
                    scales[at][first : last + 1] = [scale] * (last - first + 1)
        return scales


class _Scale:
    """A bar, a shade of one hue, or a shade either side of zero, as the workbook draws them."""

    def __init__(self, column: Column, numbers: Sequence[float]) -> None:
        self._kind = column.scale
        self._least, self._most = min(numbers, default=0.0), max(numbers, default=0.0)
        self._middle = column.middle
        self._farthest = max(abs(self._least - self._middle), abs(self._most - self._middle))

    def of(self, number: float) -> tuple[str, str]:
        """The class and the style of a cell."""
        if self._kind == "bar":
            return "bar", f"--w:{_part(max(number, 0), self._most) * 100:.1f}%"
        if self._kind == "heat":
            return "heat", f"--a:{_part(number - self._least, self._most - self._least) * 0.6:.3f}"
        off = number - self._middle
        return ("up" if off >= 0 else "down"), f"--a:{_part(abs(off), self._farthest) * 0.6:.3f}"


def _part(number: float, of: float) -> float:
    return number / of if of > 0 else 0.0


def _sorting(value: Scalar, column: Column) -> str | None:
    """What a cell sorts by where its text would mislead."""
    if value is None or column.labels or isinstance(value, str | bool | date):
        return None
    return f"{float(value):.10g}"
