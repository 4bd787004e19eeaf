"""The findings in the order in which they matter, where a table of the report ranks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privtraffic.report.document import Report, Table


@dataclass(frozen=True)
class Ranked:
    """A finding: its sentence, what to do about it in one line (may be empty), how, and the table it rests on."""

    sentence: str
    action: str
    how: str
    table: str


@dataclass(frozen=True)
class Ranking:
    """The findings of a report; `key` is the table that ranks them, `action` the word of its column of actions."""

    findings: Sequence[Ranked] = ()
    key: str = ""
    action: str = ""


def ranking(report: Report) -> Ranking:
    """The first table whose sentences name the tables they rest on; empty where there is none."""
    for table in report.tables:
        places = [place for place, column in enumerate(table.columns) if column.labels == "table"]
        said = [p for p, column in enumerate(table.columns) if column.kind == "text" and not column.labels]
        if places and said and isinstance(table.rows, Sequence):
            texts = [(*(str(row[at] or "") for at in said), "", "") for row in table.rows]
            found = [
                Ranked(sentence, action, how, str(row[places[0]]))
                for row, (sentence, action, how, *_) in zip(table.rows, texts, strict=True)
            ]
            return Ranking(found, table.key, table.columns[said[1]].words if len(said) > 1 else "")
    return Ranking()


def leading(report: Report) -> Table | None:
    """The table whose chart a cover carries: the course of the figures, what a finding rests on, else the first."""
    drawn = {table.key: table for table in report.tables if table.charts and table.rows}
    wanted = (report.trend, *(one.table for one in ranking(report).findings), *drawn)
    return next((drawn[key] for key in wanted if key in drawn), None)
