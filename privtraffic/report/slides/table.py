"""A table on a slide: as many rows and columns as can be read, and how many more there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches

from privtraffic.report.document import Table
from privtraffic.report.grid import Grid, Heading, grid
from privtraffic.report.slides.base import Box
from privtraffic.report.slides.text import DARK, PAPER, POINT, Line, Typeface, cut, tint
from privtraffic.report.values import TEXT_KINDS, known, row_count, shown
from privtraffic.report.words import Words
from privtraffic.report.workbook.style import text_width

_SIZES = (16, 14, 12, 11)
_ROW, _HEAD = 2.1, 3.3
"""Of the size of the font: the height of a row, and of the headings in two lines."""
_LEAST, _MOST, _PAD = 7, 40, 110_000
_SENTENCE = 24
"""Characters from which a column says sentences."""
_EM = 0.62
"""Of the size of the font, half a Chinese character: wider than of sentences, since cells are mostly digits."""
_UNBROKEN = re.compile(r"[\x21-\u2e7f]+|[\u2e80-\uffff]")
_LEFT = (*TEXT_KINDS, "date", "month")
_PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""PowerPoint's own style without lines and fills."""


@dataclass(frozen=True)
class Cut:
    """What of a table stands on a slide; `rows` and `columns` are those that do not."""

    headings: tuple[Heading, ...]
    cells: list[list[str]]
    widths: list[int]
    size: int
    rows: int
    columns: int


def readable(table: Table, box: Box, words: Words) -> Cut:
    """The first rows and columns that stand in the box at a size that can be read; columns without a value go first.

    A table of which nothing need be left out is as large as the box allows.
    """
    least = _SIZES[-1]
    most = max(1, int((box.height - _HEAD * least * POINT) / (_ROW * least * POINT)))
    whole = grid(table, words, None if table.pivot else most)
    total = len(whole.rows) if table.pivot else row_count(table)
    visible = Grid(whole.headings, whole.rows[:most])
    texts = [
        [shown(known(cell), head.column, words) for cell, head in zip(row, whole.headings, strict=True)]
        for row in visible.rows
    ]
    filled = [place for place in range(len(whole.headings)) if any(row[place] for row in texts)]
    signs = {place: _signs(whole.headings[place], [row[place] for row in texts]) for place in filled}
    kept = _kept(filled, signs, lambda places: sum(_wide(signs[one], least) for one in places) <= box.width)
    size = next(
        (
            size
            for size in _SIZES
            if sum(_wide(signs[one], size) for one in kept) <= box.width
            and (_HEAD + _ROW * len(texts)) * size * POINT <= box.height
        ),
        least,
    )
    widths = [min(_wide(signs[one], size), box.width) for one in kept]
    spread = min(box.width / max(1, sum(widths)), 1.6)
    return Cut(
        tuple(whole.headings[place] for place in kept),
        [[row[place] for place in kept] for row in texts],
        [int(width * spread) for width in widths],
        size,
        total - len(visible.rows),
        len(whole.headings) - len(kept),
    )


def _kept(filled: Sequence[int], signs: Mapping[int, float], fit: Callable[[Sequence[int]], bool]) -> list[int]:
    """The columns that are shown: sentences give way to figures, the longest first; then the last ones go."""
    kept = list(filled)
    while len(kept) > 1 and not fit(kept):
        longest = max(kept[1:], key=lambda place: (signs[place], place))
        kept.remove(longest if signs[longest] > _SENTENCE else kept[-1])
    return kept


def _signs(heading: Heading, cells: list[str]) -> float:
    """Headings may take two lines, sentences are cut."""
    label = -(-text_width(heading.label) // 2) + 1 if text_width(heading.label) > 10 else text_width(heading.label)
    # Chinese is broken between any two signs.
    longest = max((text_width(word) for word in _UNBROKEN.findall(heading.label)), default=0)
    head = max(label, min(longest, 18)) * 1.15
    return min(_MOST, max([_LEAST, head, *(text_width(cell) for cell in cells)]))


def _wide(signs: float, size: int) -> int:
    return int((signs + 0.5) * size * POINT * _EM) + 2 * _PAD


def add_table(slide: Any, part: Cut, box: Box, typeface: Typeface, name: str) -> None:
    """Put it in the upper left corner of the box."""
    count = len(part.cells)
    head_height, row_height = int(_HEAD * part.size * POINT), int(_ROW * part.size * POINT)
    height = head_height + row_height * count
    place = map(Emu, (box.left, box.top, sum(part.widths), height))
    frame = slide.shapes.add_table(count + 1, len(part.headings), *place)
    frame.name = name
    table = frame.table
    properties = table._tbl.tblPr
    properties.find(qn("a:tableStyleId")).text = _PLAIN
    table.horz_banding = False
    for at, width in enumerate(part.widths):
        table.columns[at].width = Emu(width)
    table.rows[0].height = Emu(head_height)
    for at in range(count):
        table.rows[at + 1].height = Emu(row_height)
    for across, heading in enumerate(part.headings):
        align = PP_ALIGN.LEFT if heading.column.kind in _LEFT else PP_ALIGN.RIGHT
        room = part.widths[across] - 2 * _PAD
        cell = table.cell(0, across)
        cell.fill.solid()
        tint(cell.fill.fore_color, DARK)
        head = cut(heading.label, part.size, room, lines=2)
        _fill(cell, Line(head, part.size, bold=True, colour=PAPER), typeface, align)
        for down, row in enumerate(part.cells):
            cell = table.cell(down + 1, across)
            _fill(cell, Line(cut(row[across], part.size, room), part.size), typeface, align)
            _hairline(cell)


def _fill(cell: Any, line: Line, typeface: Typeface, align: PP_ALIGN) -> None:
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = _PAD
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    typeface.put(cell.text_frame, [line], align)


def _hairline(cell: Any) -> None:
    line = parse_xml(
        f'<a:lnB {nsdecls("a")} w="6350"><a:solidFill><a:schemeClr val="tx1"><a:lumMod val="20000"/>'
        '<a:lumOff val="80000"/></a:schemeClr></a:solidFill></a:lnB>'
    )
    cell._tc.get_or_add_tcPr().insert(0, line)
