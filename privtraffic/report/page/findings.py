"""A finding on the page: the sentence, its charts, and the table that folds open."""

from __future__ import annotations

import re

from privtraffic.report.document import Report, Table
from privtraffic.report.page.markup import Markup, data, tag
from privtraffic.report.page.plot import Plot, plot
from privtraffic.report.page.spec import DASHES, colour, spec
from privtraffic.report.page.tables import Tables
from privtraffic.report.ranked import leading
from privtraffic.report.words import Words

_MOST_CHARTS = 2


class Findings:
    """Makes the findings of one report; `charts` counts what was drawn."""

    def __init__(self, report: Report, words: Words) -> None:
        self._title = report.title
        self._lead = leading(report)
        self._first = report.tables[0] if report.tables else None
        self._words = words
        self._quality = report.quality.tables
        self._tables = Tables(words, report.command, {table.key: self.anchor(table) for table in report.everything()})
        self.charts = 0

    def anchor(self, table: Table) -> str:
        """The anchor of a table."""
        slug = re.sub(r"[^\w-]+", "-", table.key).strip("-")
        return f"quality-{slug}" if any(table is one for one in self._quality) else slug

    def name(self, table: Table) -> str:
        """The name of a table."""
        return self._words(f"table.{table.key}")

    def finding(self, table: Table, named: bool = True) -> Markup:
        """The finding of a table; `named` says whether its name may stand as the heading where it has no sentence."""
        anchor = self.anchor(table)
        editable = any(column.editable for column in table.columns)
        # The sentence of a calculator tells a reader of the workbook what to change.
        plots, led = self._plots(table), table is self._lead
        told = (self._title, plots[0].title if led and plots else "")
        said = table.finding if table.finding not in told and not editable else ""
        sentence = said or (self.name(table) if named else "")
        heading = tag("h3", sentence, link(anchor)) if sentence else None
        if self._tables.is_ranking(table):
            return tag("article", heading, self._tables.ranking(table), id=anchor)
        figures = [self._figure(drawn, table) for drawn in plots[led:]]
        first = tag("div", heading, *figures[:1], class_="together")
        about = tag("p", self._words("page.editable"), class_="small") if editable else None
        folded = self._tables.folded(table, bool(said), opened=table is self._first and not plots)
        return tag("article", first, *figures[1:], about, folded, id=anchor)

    def lead(self) -> Markup | None:
        """The chart that a reader sees first; it stands in no other place."""
        drawn = self._plots(self._lead) if self._lead is not None else []
        return tag("div", self._figure(drawn[0], None), class_="lead") if drawn else None

    def _plots(self, table: Table) -> list[Plot]:
        found = (plot(chart, table, self._words) for chart in table.charts[:_MOST_CHARTS])
        return [drawn for drawn in found if drawn]

    def _figure(self, drawn: Plot, table: Table | None) -> Markup:
        self.charts += 1
        said = (self._title, table.finding if table is not None else "")
        title = tag("figcaption", drawn.title) if drawn.title not in said else None
        part = tag("span", f"({drawn.part})") if drawn.part else None
        keys = (_key(drawn, place) for place in range(len(drawn.series)))
        limits = (tag("span", curve.label) for curve in drawn.curves)
        legend = tag("p", *keys, *limits, part, class_="legend")
        box = tag("div", class_="chart", role="img", aria_label=drawn.title)
        return tag("figure", title, legend, box, data(spec(drawn, self._words)))


def link(anchor: str) -> Markup:
    """The sign beside a heading that leads to it."""
    return tag("a", "#", href=f"#{anchor}", class_="anchor", aria_hidden="true", tabindex="-1")


def _key(drawn: Plot, place: int) -> Markup:
    """A series' name, with its colour where there are several."""
    label = drawn.series[place].label
    if len(drawn.series) == 1:
        return tag("span", label)
    lines = drawn.kind == "line"
    width = 22 if lines else 10
    dashes = " ".join(map(str, DASHES[place])) if lines else ""
    line = tag(
        "line",
        x1=0,
        x2=width,
        y1=5,
        y2=5,
        stroke=colour(place),
        stroke_width=3 if lines else 10,
        stroke_dasharray=dashes or None,
    )
    swatch = tag("svg", line, width=width, height="10", viewBox=f"0 0 {width} 10", aria_hidden="true")
    return tag("span", swatch, label)
