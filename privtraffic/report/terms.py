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

    What JSON alone carries, minor figures and hidden columns, is left out.

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
        if not figure.minor:
            yield figure.words, figure.key, words("sheet.summary")
    seen = [(place, [column for column in table.columns if not column.hidden]) for place, table in places]
    labelled = _labelled({name for _, columns in seen for column in columns for name in column.labels.split()})
    for place, columns in seen:
        for column in columns:
            yield column.words, column.key, place
            for name in column.labels.split():
                yield from ((key, key, place) for key in labelled[name] if words.means(key))


def _labelled(names: set[str]) -> dict[str, list[str]]:
    """The words below each of these names, in the order of the lexicon."""
    below: dict[str, list[str]] = {name: [] for name in names}
    for key in lexicon():
        if (name := key.rpartition(".")[0]) in below:
            below[name].append(key)
    return below
