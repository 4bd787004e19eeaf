"""A report as a piece of HTML for a notebook: the finding, the figures, the first tables, one chart; no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privtraffic.report.document import Column, Figure, Report, Table
from privtraffic.report.drawing import COLOURS, drawable, svg
from privtraffic.report.grid import grid
from privtraffic.report.page.markup import Markup, raw, tag
from privtraffic.report.page.plot import plot
from privtraffic.report.values import TEXT_KINDS, known, row_count, shown
from privtraffic.report.words import Words

MOST_ROWS, MOST_COLUMNS, MOST_TABLES = 12, 14, 2
_STYLE = """
.privtraffic { max-width: 60rem; font-size: 14px; line-height: 1.45 }
.privtraffic h3 { margin: 0 0 .3em } .privtraffic h4 { margin: 1em 0 .3em }
.privtraffic .facts, .privtraffic .small { opacity: .7; font-size: 12px }
.privtraffic dl { display: flex; flex-wrap: wrap; gap: .4em 2em; margin: .8em 0 }
.privtraffic dt { opacity: .7; font-size: 12px } .privtraffic dd { margin: 0; font-weight: 600 }
.privtraffic dd.small { font-weight: 400 }
.privtraffic table { border-collapse: collapse }
.privtraffic td, .privtraffic th { padding: .2em .7em; text-align: left }
.privtraffic td.n, .privtraffic th.n { text-align: right; font-variant-numeric: tabular-nums }
"""


def fragment(report: Report, words: Words) -> str:
    """The report within a page that is somebody else's: its style names nothing but itself, and it runs nothing."""
    shown_figures = [_figure(figure, words) for figure in report.figures if figure.shown]
    tables = [table for table in report.tables if row_count(table)]
    notes = tag("ul", *(tag("li", note.text) for note in report.notes), class_="small") if report.notes else None
    return tag(
        "div",
        tag("style", raw(_STYLE)),
        tag("h3", report.title or words("app")),
        tag("p", " · ".join(report.facts), class_="facts") if report.facts else None,
        tag("dl", *shown_figures) if shown_figures else None,
        _first_chart(tables, words),
        *(part for table in tables[:MOST_TABLES] for part in _table(table, words)),
        notes,
        class_="privtraffic",
    )


def _figure(figure: Figure, words: Words) -> Markup:
    column = Column(figure.key, figure.kind)
    value = tag("dd", shown(known(figure.value), column, words) or "–")
    ends = [shown(end, column, words) for end in (figure.low, figure.high) if end is not None]
    interval = tag("dd", " – ".join(ends), class_="small") if len(ends) == 2 else None
    return tag("div", tag("dt", words(figure.words)), value, interval)


def _table(table: Table, words: Words) -> Iterator[Markup]:
    """Its finding, or its name, and the first rows and columns; what is left out is said."""
    cells = grid(table, words, MOST_ROWS)
    headings = cells.headings[:MOST_COLUMNS]
    yield tag("h4", table.finding or words(f"table.{table.key}"))
    head = tag("tr", *(tag("th", heading.label, class_=_side(heading.column)) for heading in headings))
    body = (
        tag("tr", *(tag("td", shown(cell, heading.column, words), class_=_side(heading.column))
                    for cell, heading in zip(row, headings, strict=False)))
        for row in cells.rows[:MOST_ROWS]
    )  # fmt: skip
    yield tag("table", tag("thead", head), tag("tbody", *body))
    total = row_count(table)
    if table.pivot is None and total > MOST_ROWS:
        yield tag("p", words("page.first", shown=MOST_ROWS, total=f"{total:,}"), class_="small")


def _side(column: Column) -> str | None:
    return None if column.labels or column.kind in (*TEXT_KINDS, "date", "month") else "n"


def _first_chart(tables: Sequence[Table], words: Words) -> Markup | None:
    """The first chart that can be drawn with bars or lines."""
    charts = ((chart, table) for table in tables for chart in table.charts if chart.kind != "scatter")
    plots = (drawn for chart, table in charts if (drawn := plot(chart, table, words)) is not None)
    drawn = next((each for each in plots if drawable(each)), None)
    if drawn is None:
        return None
    legend = (tag("span", raw("&#9632; "), series.label, style=f"color:{COLOURS[at]};margin-right:1em")
              for at, series in enumerate(drawn.series))  # fmt: skip
    part = tag("span", f"({drawn.part})") if drawn.part else None
    title = tag("figcaption", drawn.title)
    return tag("figure", title, svg(drawn, words), tag("p", *legend, part, class_="small"), style="margin:1em 0")
