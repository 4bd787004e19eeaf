"""Which slides there are and in which order: the finding and what to do, the figures, one finding each, the rest."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from io import BytesIO
from typing import Any

from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches

from privtraffic.report.brand import Brand, picture
from privtraffic.report.document import Column, Figure, Report, Table
from privtraffic.report.page.plot import Plot, plot
from privtraffic.report.ranked import Ranked, leading, ranking
from privtraffic.report.slides.base import Base, Box
from privtraffic.report.slides.chart import add_chart
from privtraffic.report.slides.spoken import Spoken
from privtraffic.report.slides.table import add_table, readable
from privtraffic.report.slides.text import (
    BODY_SIZES,
    DARK,
    Line,
    Typeface,
    bullets,
    cut,
    fitting,
    headed,
    headed_size,
    height_of,
    lines_of,
    that_fit,
    tint,
    top,
)
from privtraffic.report.values import known, row_count, shown
from privtraffic.report.words import Words

MOST_ACTIONS, MOST_FINDINGS = 3, 8
"""So many actions on the first slide; so many tables on slides of their own, the others are named."""

_TITLE_SIZES = (30, 28, 26, 24, 22, 20, 18, 16, 14)
_CARDS, _CARD_HIGH, _NOTE = 4, Inches(1.62), Inches(0.34)
_SMALL, _WORDS, _SURE = 10, 0.58, 0.85
_LOGO, _LOGO_TOP = (Inches(2.6), Inches(0.55)), Inches(0.25)
_FOOT = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)


class Deck:
    """The slides of one report, added from the first to the last."""

    def __init__(self, report: Report, words: Words, base: Base, brand: Brand) -> None:
        self._report = report
        self._words = words
        self._base = base
        self._brand = brand
        self._typeface = Typeface(words, chinese=not base.named)
        self._spoken = Spoken(report, words)
        self._ranking = ranking(report)

    def fill(self) -> None:
        """Write all slides in reading order."""
        self._opening()
        self._figures()
        tables = {table.key: table for table in self._report.told()}
        told = [one for one in self._ranking.findings if one.action][:MOST_ACTIONS]
        for one in told:
            self._finding(one, tables.get(one.table))
        self._sentences()
        seen = {one.table for one in told} | {self._ranking.key, self._report.trend if self._lead() else ""}
        rest = [table for table in self._report.tables if table.key not in seen]
        chosen = self._chosen(rest)
        for table in chosen:
            self._table(table)
        left = [table for table in rest if all(table is not one for one in chosen)]
        self._elsewhere([*left, *([self._report.detail] if left and self._report.detail else [])])
        self._notes()

    def _chosen(self, tables: Sequence[Table]) -> list[Table]:
        """The tables that have slides, in reading order: those that a finding of the ranking rests on come first, then
        those that draw something.
        """
        places = {one.table: place for place, one in reversed([*enumerate(self._ranking.findings)])}
        speaking = [table for table in tables if _speaks(table)]
        order = sorted(speaking, key=lambda table: (places.get(table.key, len(places)), not table.charts))
        first = order[:MOST_FINDINGS]
        return [table for table in speaking if any(table is one for one in first)]

    def _opening(self) -> None:
        """The finding, what to do, and beneath it what the numbers rest on."""
        slide = self._base.deck.slides.add_slide(self._base.opening)
        report = self._report
        title = report.title or self._words("app")
        self._title(slide, title)
        facts = " · ".join((*((report.client,) if report.client else ()), *report.facts))
        heading, said = self._first_words()
        place = next((s for s in slide.placeholders if s.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE), None)
        box = Box.of(place) if place is not None else self._base.box
        if (lead := self._lead()) is not None:
            box, right = box.beside(_WORDS)
        small = Line(facts, 12, quiet=True, after=10)
        size = headed_size(small, heading, said, (box.width, box.height))
        together = headed(small, heading, said, size) if size >= 12 else [small]
        if place is not None:
            place.left, place.top, place.width, place.height = map(Emu, (box.left, box.top, box.width, box.height))
            self._typeface.put(place.text_frame, together, PP_ALIGN.LEFT if len(together) > 1 else None)
        else:
            self._text(slide, box, together)
        if lead is not None:
            self._drawn(slide, lead, right, said=title)
        self._logo(slide)
        self._finish(slide, self._spoken.opening(self._ranking.findings))
        if said and not size >= 12:
            self._list_slide(heading, said)

    def _lead(self) -> Table | None:
        """The table whose chart leads; a template's first slide has a look of its own, into which none is put."""
        table = leading(self._report) if self._brand.template is None else None
        return table if table and plot(table.charts[0], table, self._words) else None

    def _logo(self, slide: Any) -> None:
        """The client's picture in the upper right corner; a template has its own."""
        if self._brand.logo is None or self._brand.template is not None:
            return
        _, content = picture(self._brand.logo)
        shape = slide.shapes.add_picture(BytesIO(content), 0, 0)
        scale = min(_LOGO[0] / shape.width, _LOGO[1] / shape.height)
        shape.width, shape.height = round(shape.width * scale), round(shape.height * scale)
        shape.left, shape.top = self._base.box.left + self._base.box.width - shape.width, _LOGO_TOP
        shape.name = shape._element.nvPicPr.cNvPr.attrib["descr"] = self._brand.name or self._brand.logo.stem

    def _first_words(self) -> tuple[str, list[str]]:
        """What to do; else the findings of the first tables."""
        actions = [one.action for one in self._ranking.findings if one.action][:MOST_ACTIONS]
        if actions:
            return self._words(self._ranking.action), actions
        found = [one.finding for one in self._report.tables if one.finding and one.finding != self._report.title]
        return self._words("summary.findings"), found[:MOST_ACTIONS]

    def _figures(self) -> None:
        figures = self._report.headline()
        box = self._base.box
        rows = max(1, box.height // _CARD_HIGH)
        across = _CARDS if len(figures) <= rows * _CARDS else _CARDS + 2
        large = len(figures) <= 2 * _CARDS
        for first in range(0, len(figures), rows * across):
            some = figures[first : first + rows * across]
            slide = self._content(self._words("summary.figures"))
            wide, high = box.width // across, round(_CARD_HIGH * (1.3 if large else 1))
            for place, figure in enumerate(some):
                left, upper = box.left + place % across * wide, box.top + place // across * high
                self._card(slide, figure, Box(left, upper, wide - Inches(0.2), high - Inches(0.25)), large=large)
            self._finish(slide, self._spoken.figures(some))

    def _card(self, slide: Any, figure: Figure, box: Box, *, large: bool) -> None:
        """A figure: what it is called, its value, its interval or its changes."""
        column = Column(figure.key, figure.kind)
        value = shown(known(figure.value), column, self._words) or "–"
        ends = [shown(bound, column, self._words) for bound in (figure.low, figure.high) if bound is not None]
        said = (*([" – ".join(ends)] if len(ends) == 2 else []), *figure.beside)
        bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *map(Emu, (box.left, box.top, Inches(0.05), box.height)))
        bar.fill.solid()
        tint(bar.fill.fore_color, DARK)
        bar.line.fill.background()
        inner = Box(box.left + Inches(0.15), box.top, box.width - Inches(0.15), box.height)
        label, small, sizes = (14, 12, (32, 28, 24, 20, 16)) if large else (12, _SMALL, (26, 22, 18, 14))
        small = small if all(cut(text, small, inner.width) == text for text in said) else _SMALL
        lines = [
            Line(cut(self._words(figure.words), label, inner.width), label, quiet=True),
            Line(value, fitting(value, round(inner.width * 0.75), Inches(0.65), sizes), bold=True, colour=DARK),
            *(Line(cut(text, small, inner.width), small, quiet=True) for text in said),
        ]
        self._text(slide, inner, lines)

    def _finding(self, one: Ranked, table: Table | None) -> None:
        """A finding with what to do about it, and the chart of the table it rests on."""
        slide = self._content(one.sentence)
        box = self._base.box
        said = f"{self._words(self._ranking.action)} → {one.action}"
        size = fitting(said, box.width, Inches(1.0), BODY_SIZES[1:])
        line = Line(said, size, bold=True, colour=DARK)
        lines = [line, *([Line(one.how, 12, quiet=True)] if one.how else [])]
        high = height_of(lines, box.width)
        self._text(slide, box.first(high), lines)
        if table is not None:
            self._drawn(slide, table, box.below(high + Inches(0.15)), said=one.sentence)
        self._finish(slide, self._spoken.table(table, one.sentence) if table else one.sentence)

    def _table(self, table: Table) -> None:
        """One slide for a table; a second chart with a finding of its own has one of its own."""
        name = self._words(f"table.{table.key}")
        title = table.finding or name
        slide = self._content(title)
        self._drawn(slide, table, self._base.box, said=title)
        self._finish(slide, self._spoken.table(table, title))

    def _drawn(self, slide: Any, table: Table, box: Box, said: str) -> None:
        """Its first chart, with its title where that stands in two lines, else the rows that can be read."""
        upper = Box(box.left, box.top, box.width, box.height - _NOTE)
        found = next((drawn for chart in table.charts if (drawn := plot(chart, table, self._words))), None)
        name = self._words(f"table.{table.key}")
        lead = found.title if found and found.title not in ("", said, self._report.title) else name
        lead = lead if lines_of(lead, 12, round(box.width * _SURE)) <= 2 else name
        if lead != said:
            line = Line(cut(lead, 12, box.width, lines=2), 12, quiet=True, after=4)
            high = height_of([line], box.width)
            self._text(slide, upper.first(high), [line])
            upper = upper.below(high)
        note = self._charted(slide, table, found, upper) if found else self._listed(slide, table, upper)
        if note:
            foot = Box(box.left, box.top + box.height - _NOTE + Inches(0.06), box.width, _NOTE)
            self._text(slide, foot, [Line(cut(note, _SMALL, box.width), _SMALL, quiet=True)])

    def _charted(self, slide: Any, table: Table, drawn: Plot, box: Box) -> str:
        frame = add_chart(slide, drawn, box, self._typeface, self._words)
        frame.name = self._words(f"table.{table.key}")
        values = {"rows": f"{row_count(table):,}", "sheet": self._words(f"table.{table.key}")}
        if any(table is one for one in self._report.further):
            return drawn.part
        return " · ".join(filter(None, (drawn.part, self._words("slides.all_rows", **values))))

    def _listed(self, slide: Any, table: Table, box: Box) -> str:
        part = readable(table, box, self._words)
        name = self._words(f"table.{table.key}")
        if not part.cells or not part.headings:
            return ""
        add_table(slide, part, box, self._typeface, name)
        more = []
        if part.rows:
            more.append(self._words("slides.more_rows", count=f"{part.rows:,}"))
        if part.columns:
            more.append(self._words("slides.more_columns", count=part.columns))
        return self._words("slides.rest", what=" · ".join(more), sheet=name) if more else ""

    def _sentences(self) -> None:
        """The findings that say nothing to do, as far as they are not on slides of their own anyway."""
        rest = [one.sentence for one in self._ranking.findings if not one.action]
        if rest:
            self._list_slide(self._words("summary.findings"), rest)

    def _elsewhere(self, tables: Sequence[Table]) -> None:
        """What is in the workbook alone, by name and number of rows; of members' rows alone nothing is said."""
        said = []
        for table in tables:
            name = self._words(f"table.{table.key}")
            rows = self._words("sheet.rows", rows=f"{row_count(table):,}")
            said.append(" · ".join(filter(None, (name, rows, table.finding))))
        if said:
            self._list_slide(self._words("slides.in_workbook"), said)

    def _notes(self) -> None:
        notes = [note.text for note in self._report.for_client()]
        if notes:
            self._list_slide(self._words("page.notes", count=len(notes)), notes)

    def _list_slide(self, heading: str, texts: Sequence[str]) -> None:
        """Sentences one below the other, on as many slides as they need."""
        box, rest = self._base.box, list(texts)
        while rest:
            slide = self._content(heading)
            some = that_fit(rest, box.width, box.height)
            size = next(
                (size for size in BODY_SIZES[1:] if height_of(bullets(some, size), box.width) <= box.height),
                BODY_SIZES[-1],
            )
            self._text(slide, box, bullets(some, size))
            self._finish(slide, self._spoken.source())
            rest = rest[len(some) :]

    def _content(self, title: str) -> Any:
        slide = self._base.deck.slides.add_slide(self._base.content)
        self._title(slide, title)
        return slide

    def _title(self, slide: Any, text: str) -> None:
        """The title in its place, at the size of the template or a smaller one."""
        shape = slide.shapes.title
        if shape is None:
            box = self._base.box
            self._text(slide, Box(box.left, Inches(0.3), box.width, box.top - Inches(0.3)), [Line(text, 20, bold=True)])
            return
        box = Box.of(shape)
        size = fitting(
            text,
            round(box.width * 0.94),
            box.height,
            _TITLE_SIZES if slide.slide_layout is self._base.opening else _TITLE_SIZES[2:],
        )
        lines = max(1, box.height // height_of([Line("x", size)], box.width))
        said = Line(cut(text, size, round(box.width * 0.94), lines=lines), size, bold=True, colour=DARK)
        self._typeface.put(shape.text_frame, [said])

    def _text(self, slide: Any, box: Box, lines: Sequence[Line]) -> None:
        shape = slide.shapes.add_textbox(*map(Emu, (box.left, box.top, box.width, box.height)))
        top(shape.text_frame)
        self._typeface.put(shape.text_frame, lines)

    def _finish(self, slide: Any, spoken: str) -> None:
        """Speaker notes, client and page number at the foot; placeholders that nobody filled go."""
        for shape in list(slide.placeholders):
            if not shape.has_text_frame or not shape.text_frame.text:
                shape._element.getparent().remove(shape._element)
        for shape in slide.slide_layout.placeholders:
            if shape.placeholder_format.type in _FOOT:
                self._foot(slide, shape)
        slide.notes_slide.notes_text_frame.text = spoken

    def _foot(self, slide: Any, shape: Any) -> None:
        number = shape.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER
        if not number and not self._report.client:
            return
        copied = deepcopy(shape._element)
        slide.shapes._spTree.append(copied)
        copied.nvSpPr.cNvPr.set(
            "id", str(max(int(one.get("id")) for one in slide.shapes._spTree.iter(qn("p:cNvPr"))) + 1)
        )
        if not number:
            frame = next(one for one in slide.shapes if one._element is copied).text_frame
            for paragraph in frame.paragraphs[1:]:
                paragraph._p.getparent().remove(paragraph._p)
            self._typeface.put(frame, [Line(cut(self._report.client, _SMALL, shape.width), _SMALL, quiet=True)])


def _speaks(table: Table) -> bool:
    """Whether a table has a slide: something to say or to draw, and no row a member."""
    personal = any(column.key == "member_id" for column in table.columns)
    return bool(table.finding or table.charts) and not personal and row_count(table) > 0
