"""Text on a slide: how much room it takes, and the fonts it is set in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from pptx.dml.color import ColorFormat
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.text.text import TextFrame
from pptx.util import Pt

from privtraffic.report.words import Words
from privtraffic.report.workbook.style import font, text_width
from privtraffic.report.workbook.text import clean

EAST_ASIAN = "Microsoft YaHei"
_EM, _LINE, POINT = 0.53, 1.32, 12_700
"""Of the size of the font: the width of half a Chinese character, and the height of a line, on the safe side."""

INK, DARK, ACCENT, PAPER = (
    MSO_THEME_COLOR.TEXT_1,
    MSO_THEME_COLOR.TEXT_2,
    MSO_THEME_COLOR.ACCENT_1,
    MSO_THEME_COLOR.BACKGROUND_1,
)
MOST_BULLETS = 9
BODY_SIZES = (18, 16, 14, 13, 12, 11, 10)
_FROM_AFAR = 14
"""The smallest size that is read from the last row."""
QUIET = 0.35
"""How much lighter than ink small print is."""


@dataclass(frozen=True)
class Line:
    """A paragraph: its text, size in points and look."""

    text: str
    size: float
    bold: bool = False
    colour: MSO_THEME_COLOR = INK
    quiet: bool = False
    after: float = 0.0
    bullet: bool = False


def lines_of(text: str, size: float, width: int) -> int:
    """The number of lines that a text takes in a width in EMU."""
    signs = max(1.0, width / (size * POINT * _EM))
    return sum(max(1, ceil(text_width(line) / signs)) for line in text.split("\n"))


def height_of(lines: Iterable[Line], width: int) -> int:
    """The height in EMU that paragraphs take."""
    total = 0.0
    for one in lines:
        room = width - _hanging(one) if one.bullet else width
        total += (lines_of(one.text, one.size, room) * one.size * _LINE + one.after) * POINT
    return round(total)


def _hanging(line: Line) -> int:
    """The indent of a bullet's text."""
    return round(line.size * POINT * 1.2)


def fitting(text: str, width: int, height: int, sizes: Sequence[float]) -> float:
    """The largest of the sizes at which the text stands in the room; the smallest where none does."""
    return next((size for size in sizes if height_of([Line(text, size)], width) <= height), sizes[-1])


def cut(text: str, size: float, width: int, lines: int = 1) -> str:
    """The text, or as much of it as stands in so many lines."""
    text = " ".join(clean(text).split())
    if lines_of(text, size, width) <= lines:
        return text
    room = int(width / (size * POINT * _EM)) * lines - 1
    while text and text_width(text) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def headed(small: Line, heading: str, said: Sequence[str], size: float) -> list[Line]:
    """The small print, then the sentences under their heading."""
    if not said:
        return [small]
    return [small, Line(heading, size, bold=True, colour=DARK, after=4), *bullets(said, size)]


def headed_size(small: Line, heading: str, said: Sequence[str], room: tuple[int, int]) -> int:
    """The largest size at which `headed` fits into the room, from afar one line a sentence if one allows it; else 0."""
    width, height = room
    fit = [size for size in BODY_SIZES if height_of(headed(small, heading, said, size), width) <= height]
    single = [size for size in fit if size >= _FROM_AFAR and len(said) * height_of(bullets(["x"], size), width) == sum(
        height_of(bullets([text], size), width) for text in said
    )]  # fmt: skip
    return next(iter((*single, *fit)), 0)


def bullets(texts: Sequence[str], size: float) -> list[Line]:
    """A bullet for each sentence."""
    return [Line(text[:1].upper() + text[1:], size, after=size * 0.45, bullet=True) for text in texts]


def that_fit(texts: Sequence[str], width: int, height: int) -> list[str]:
    """As many of the first ones as stand on a slide at the smallest size but two, and as are listened to; one at least.

    What needs several slides is shared out evenly.
    """
    size, most = BODY_SIZES[-3], ceil(len(texts) / ceil(len(texts) / MOST_BULLETS))
    count = next((n for n in range(most, 1, -1) if height_of(bullets(texts[:n], size), width) <= height), 1)
    return list(texts[:count])


class Typeface:
    """The fonts of one presentation.

    `chinese` asks for an East Asian font by name: where a theme has none, PowerPoint takes SimSun.
    """

    def __init__(self, words: Words, *, chinese: bool) -> None:
        self._lang = "zh-CN" if words.lang == "zh" else "en-US"
        self._chinese = chinese

    def put(self, frame: TextFrame, lines: Sequence[Line], align: PP_ALIGN | None = None) -> None:
        """Write the paragraphs into a frame."""
        frame.word_wrap = True
        frame.auto_size = MSO_AUTO_SIZE.NONE
        for place, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.alignment = align
            paragraph.space_after = Pt(line.after)
            paragraph.space_before = Pt(0)
            _bulleted(paragraph, line)
            for number, part in enumerate(clean(line.text).split("\n")):
                if number:
                    paragraph.add_line_break()
                run = paragraph.add_run()
                run.text = part
                run.font.size, run.font.bold = Pt(line.size), line.bold
                tint(run.font.color, line.colour, QUIET if line.quiet else 0.0)
                self.name(run.font._rPr)

    def name(self, properties: Any) -> None:
        """Name language and fonts in the properties of a run, or those a chart begins with."""
        if properties.tag == qn("a:rPr"):
            properties.set("lang", self._lang)
        if self._chinese and properties.find(qn("a:ea")) is None:
            east = properties.makeelement(qn("a:ea"), {"typeface": EAST_ASIAN})
            after = [properties.find(qn(tag)) for tag in ("a:latin", "a:solidFill", "a:noFill", "a:ln")]
            before = next((one for one in after if one is not None), None)
            if before is None:
                properties.insert(0, east)
            else:
                before.addnext(east)


def _bulleted(paragraph: Any, line: Line) -> None:
    """A bullet with a hanging indent, or none, whatever the layout has."""
    properties = paragraph._p.get_or_add_pPr()
    indent = _hanging(line) if line.bullet else 0
    properties.set("marL", str(indent))
    properties.set("indent", str(-indent))
    sign = {"char": "•"} if line.bullet else {}
    properties.append(properties.makeelement(qn("a:buChar" if line.bullet else "a:buNone"), sign))


def tint(colour: ColorFormat, theme: MSO_THEME_COLOR, brightness: float = 0.0) -> None:
    """A colour of the theme, lighter by a share."""
    colour.theme_color = theme
    if brightness:
        colour.brightness = brightness


def top(frame: TextFrame) -> None:
    """Text begins at the upper left corner of its shape."""
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def latin(words: Words) -> str:
    """The font of Latin letters and digits in a deck without a template."""
    return font(words)
