"""Speaker notes: what the words on a slide mean, and where the numbers come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from privtraffic.report.document import Figure, Report, Table
from privtraffic.report.ranked import Ranked
from privtraffic.report.terms import terms
from privtraffic.report.words import Words
from privtraffic.report.workbook.text import clean

_MOST = 24
"""Terms in the notes of one slide: what is beyond stands in the workbook's definitions."""


class Spoken:
    """The notes of one report."""

    def __init__(self, report: Report, words: Words) -> None:
        self._report = report
        self._words = words

    def opening(self, findings: Sequence[Ranked]) -> str:
        """The finding, how what is to be done is done, and what it rests on."""
        hows = [f"{one.action} → {one.how}" for one in findings if one.action and one.how]
        return self._joined([self._report.title, *hows])

    def figures(self, figures: Sequence[Figure]) -> str:
        """The meaning of each figure."""
        return self._joined(self._defined(figures, ()))

    def table(self, table: Table, said: str) -> str:
        """The finding, and what the columns mean."""
        name = self._words(f"table.{table.key}")
        return self._joined([said, *self._defined((), [(name, table)])])

    def source(self) -> str:
        """The source of the numbers."""
        return self._joined(())

    def _defined(self, figures: Sequence[Figure], places: Sequence[tuple[str, Table]]) -> list[str]:
        found = (term for term in terms(figures, places, self._words) if term.meaning)
        return [self._words("summary.said", label=term.label, text=term.meaning) for term in found][:_MOST]

    def _joined(self, lines: Iterable[str]) -> str:
        source = self._words("slides.source", text=" · ".join((*self._report.facts, *self._report.quality.lines)))
        return clean("\n".join((*filter(None, lines), source)))
