"""What stands on the page, from top to bottom: the answer, the figures behind it, the findings, what words mean."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from privtraffic.report.brand import HOUSE, Brand, picture
from privtraffic.report.document import Column, Figure, Report, Table
from privtraffic.report.page.findings import Findings, link
from privtraffic.report.page.markup import Markup, join, tag
from privtraffic.report.page.sparkline import sparkline
from privtraffic.report.ranked import ranking
from privtraffic.report.terms import terms
from privtraffic.report.values import known, shown
from privtraffic.report.words import Words

_FEW = 4
"""So many tables need no table of contents."""


@dataclass(frozen=True)
class _Part:
    """A section: its anchor and heading, what stands in it, and the (anchor, name) pairs of its tables."""

    anchor: str
    heading: str
    content: Markup
    tables: Sequence[tuple[str, str]] = ()


class Body:
    """The content of one page."""

    def __init__(self, report: Report, words: Words, version: str, brand: Brand = HOUSE) -> None:
        self._report = report
        self._words = words
        self._version = version
        self._brand = brand
        self._findings = Findings(report, words)

    @property
    def has_charts(self) -> bool:
        """Whether any chart was drawn."""
        return self._findings.charts > 0

    def render(self) -> Markup:
        """The parts in reading order."""
        parts = list(self._parts())
        first, rest = parts[:1], parts[1:]
        # On a phone the chart comes first; else where findings are ranked, they and what to do stand before it.
        lead, told = self._findings.lead(), join(*map(_section, first), by="\n")
        opening = (told, lead) if ranking(self._report).findings else (lead, told)
        opened = tag("div", self._cards(), *opening, class_="opening")
        top = (self._head(), opened, self._notes(), self._contents(parts))
        return join(*top, *map(_section, rest), self._foot(), by="\n")

    def _head(self) -> Markup:
        report = self._report
        client = tag("p", report.client, class_="client") if report.client else None
        facts = tag("p", join(*(tag("span", fact) for fact in report.facts), by=" "), class_="facts")
        hidden = tag("style", ".chart { display: none }")
        no_script = tag("noscript", hidden, tag("p", self._words("page.no_script"))) if self.has_charts else None
        return tag("header", self._logo(), client, tag("h1", report.title or self._words("app")), facts, no_script)

    def _logo(self) -> Markup | None:
        if self._brand.logo is None:
            return None
        kind, content = picture(self._brand.logo)
        name = self._report.client or self._brand.logo.stem
        return tag("img", src=f"data:{kind};base64,{b64encode(content).decode()}", alt=name, class_="logo")

    def _cards(self) -> Markup | None:
        first = self._report.headline()
        # Full rows, as many as need be: seven stand as four and three.
        columns = max(_FEW, ceil(len(first) / ceil(len(first) / 6))) if first else 0
        return tag("dl", *map(self._card, first), class_="cards", style=f"--columns:{columns}") if first else None

    def _card(self, figure: Figure) -> Markup:
        label = tag("dt", tag("a", self._words(figure.words), href=f"#{_term(figure.words)}"))
        interval = self._interval(figure)
        low_high = tag("dd", interval, class_="interval") if interval else None
        changes = (tag("dd", text, class_="interval") for text in figure.beside)
        course = self._report.course(figure)
        line = sparkline(course, self._words("page.trend", count=len(course)))
        trend = tag("dd", line, class_="trend") if line else None
        return tag("div", label, tag("dd", self._value(figure), class_="value"), low_high, trend, *changes)

    def _value(self, figure: Figure) -> str:
        return shown(known(figure.value), Column(figure.key, figure.kind), self._words) or "–"

    def _interval(self, figure: Figure) -> str:
        if figure.low is None or figure.high is None:
            return ""
        column = Column(figure.key, figure.kind)
        return " – ".join(shown(bound, column, self._words) for bound in (figure.low, figure.high))

    def _notes(self) -> Markup | None:
        notes = [tag("li", note.text) for note in self._report.for_client()]
        title = tag("summary", self._words("page.notes", count=len(notes)), class_="label")
        return tag("aside", tag("details", title, tag("ul", *notes))) if notes else None

    def _contents(self, parts: Sequence[_Part]) -> Markup | None:
        if len(self._report.tables) <= _FEW:
            return None
        title = self._words("page.contents")
        return tag("nav", tag("p", title, class_="label"), tag("ul", *map(_entry, parts)), aria_label=title)

    def _parts(self) -> Iterator[_Part]:
        report, words, make = self._report, self._words, self._findings
        for number, (key, group) in enumerate(groupby(report.tables, key=lambda table: table.section), 1):
            tables, heading = list(group), words(key or "summary.findings")
            content = join(*(make.finding(table, make.name(table) != heading) for table in tables), by="\n")
            names = [(make.anchor(table), make.name(table)) for table in tables if make.name(table) != heading]
            yield _Part(f"section-{number}", heading, content, names)
        if report.detail:
            yield _Part("page-detail", make.name(report.detail), make.finding(report.detail, named=False))
        rest = report.beneath()
        if rest:
            yield _Part("page-figures", words("summary.more_figures"), self._further(rest))
        if report.quality.lines or report.quality.tables:
            lines = [tag("p", line) for line in report.quality.lines]
            content = join(*lines, *map(make.finding, report.quality.tables), by="\n")
            yield _Part("page-quality", words("sheet.quality"), content)
        yield _Part("page-definitions", words("sheet.definitions"), self._definitions())

    def _further(self, figures: Sequence[Figure]) -> Markup:
        lines = (
            tag(
                "tr",
                tag("th", tag("a", self._words(figure.words), href=f"#{_term(figure.words)}"), scope="row"),
                tag("td", self._value(figure), class_="n"),
                tag("td", self._interval(figure), class_="n small"),
            )
            for figure in figures
        )
        return tag("table", tag("tbody", *lines), class_="figures")

    def _definitions(self) -> Markup:
        places: list[tuple[str, Table]] = [(self._findings.name(table), table) for table in self._report.everything()]
        pairs = (
            tag("div", tag("dt", term.label, " ", tag("code", term.key)), tag("dd", term.meaning), id=_term(term.word))
            for term in terms(self._report.figures, places, self._words)
            if term.meaning
        )
        return tag("dl", *pairs, class_="definitions")

    def _foot(self) -> Markup:
        return tag("footer", f"privtraffic {self._version} · {self._report.command}")


def _section(part: _Part) -> Markup:
    return tag("section", tag("h2", part.heading, link(part.anchor), id=part.anchor), part.content)


def _entry(part: _Part) -> Markup:
    tables = tag("ul", *(tag("li", tag("a", name, href=f"#{anchor}")) for anchor, name in part.tables))
    return tag("li", tag("a", part.heading, href=f"#{part.anchor}"), tables if part.tables else None)


def _term(key: str) -> str:
    return f"term-{key}"
