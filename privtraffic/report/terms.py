"""What every word of a report means, in the order a reader meets them, and where each one stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from privtraffic.report.document import Figure, Table
from privtraffic.report.words import Words, lexicon


@dataclass
class Term:
    """A word, its label, its key in JSON, its meaning, and the names of the places where it stands."""

    word: str
    label: str
    key: str
    meaning: str
    places: list[str] = field(default_factory=list)


def terms(figures: Sequence[Figure], places: Sequence[tuple[str, Table]], words: Words) -> list[Term]:
    """Every figure, every column and every defined value of a column with labels, each once.

    Parameters
    ----------
    figures
        They stand in the summary.
    places
        (name of the place, table) pairs.
    words
        The language.
    """
    found: dict[str, Term] = {}
    for word, key, place in _occurrences(figures, places, words):
        term = found.setdefault(word, Term(word, words(word), key, words.means(word)))
        if place not in term.places:
            term.places.append(place)
    return list(found.values())


def _occurrences(
    figures: Sequence[Figure], places: Sequence[tuple[str, Table]], words: Words
) -> Iterator[tuple[str, str, str]]:
    """(word, key in JSON, place)."""
    for figure in figures:
        yield figure.key, figure.key, words("sheet.summary")
    for place, table in places:
        for column in table.columns:
            yield column.words, column.key, place
            for name in column.labels.split():
                for key in lexicon():
                    if key.startswith(f"{name}.") and words.means(key):
                        yield key, key, place
