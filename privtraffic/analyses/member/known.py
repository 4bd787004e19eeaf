"""What the analyses say of one member: their own tables of members, and in them the member's row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from privtraffic.analyses.member.compute import Result
from privtraffic.engine.base import TableRef
from privtraffic.errors import PrivtrafficError
from privtraffic.report.document import Column, Report, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

Row = tuple[Value, ...]
VALUES = {"value": ("clv", "future_revenue", "historic_clv", "historic_revenue")}
"""One figure goes by the first of these names that the analysis has."""


@dataclass(frozen=True)
class Known:
    """The member's rows by analysis, with the columns of each; why an analysis says nothing of the member."""

    found: Mapping[str, tuple[Sequence[Column], Sequence[Row]]]
    silent: Mapping[str, str]
    words: Words

    @property
    def offers(self) -> tuple[tuple[Column, ...], Sequence[Row]]:
        """The offers, without the key."""
        columns, rows = self.found.get("affinity", ((), ()))
        return tuple(column for column in columns if column.key != "member_id"), [row[1:] for row in rows]

    def cell(self, key: str, analysis: str = "") -> tuple[Column, Value] | None:
        """The first column of this name that holds something, with its value."""
        for name, (columns, rows) in self.found.items():
            for column, value in zip(columns, rows[0] if rows else (), strict=False):
                if column.key in VALUES.get(key, (key,)) and value is not None and analysis in ("", name):
                    return column, value
        return None

    def number(self, key: str) -> float | int | None:
        found = self.cell(key)
        return cast("float | int", found[1]) if found else None

    def shown(self, key: str, analysis: str = "") -> str:
        """The value as a reader sees it; empty where it has no name."""
        found = self.cell(key, analysis)
        return _shown(*found, self.words) if found else ""

    def rows(self) -> Iterator[Row]:
        """Every figure of every analysis but the offers, which have a table of their own."""
        for name, (columns, rows) in self.found.items():
            for column, value in zip(columns, rows[0], strict=True) if rows and name != "affinity" else ():
                if column.key != "member_id" and value is not None:
                    number = value if _is_number(value) else None
                    text = None if number is not None else str(value)
                    yield name, self.words(column.words), _shown(column, value, self.words), column.key, number, text


def known_of(result: Result, reports: Mapping[str, Report], words: Words) -> Known:
    """The member's rows in the table of members of each analysis."""
    found: dict[str, tuple[Sequence[Column], Sequence[Row]]] = {}
    silent: dict[str, str] = {}
    for said in result.said:
        if isinstance(said.reason, PrivtrafficError):
            silent[said.name] = said.reason.text(words.lang)
        elif (detail := reports[said.name].detail) is not None:
            found[said.name] = detail.columns, _rows(cast("TableRef", detail.rows), detail.columns, result.member_id)
    return Known(found, silent, words)


def _rows(table: TableRef, columns: Sequence[Column], member: str) -> list[Row]:
    """The rows of one member; of several, as in the offers, in their order."""
    names = ", ".join(column.key for column in columns)
    order = f" order by {table.order}" if table.order else ""
    found = table.engine.fetch(f"select {names} from {table.name} where member_id = :member{order}", member=member)
    return list(zip(*(found[column.key].to_pylist() for column in columns), strict=True)) if len(found) else []


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _shown(column: Column, value: Value, words: Words) -> str:
    if isinstance(value, bool):
        return words(f"answer.{'yes' if value else 'no'}")
    if column.labels:
        return words.cell(column.labels, value)
    return show(cast("str | int | float | Decimal | date", value), column.kind)
