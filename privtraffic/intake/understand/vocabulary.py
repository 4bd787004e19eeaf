"""What the words of a header or of a cell mean: words and stems of ten languages, never parts of other words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, lru_cache, wraps
from importlib.resources import files
from typing import NamedTuple, TypeVar

from privtraffic.intake.understand.han import one_way

_ACCENTS = re.compile("[\u0300-\u036f]")
_STROKES = str.maketrans("łøđı", "lodi")
"""Letters whose stroke is no accent."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARKS = "\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
"""Vowels and tones above and below a letter, which are no letters by themselves: Hebrew, Arabic, Hindi, Thai."""
_WORD = re.compile(rf"[a-z]+|%|[а-я]+|(?:[^\W\d_a-zа-я][{_MARKS}]*)+")
_LATIN = re.compile(r"[=*-]?[a-zа-я% ]+")
_BETWEEN = ("and", "the", "of", "und", "et", "y", "e", "i", "de", "da", "del", "local", "utc")
_SHORTEST_RUN = 6
"""A shorter word is not looked at for two words that were written as one."""
_LONGEST = 300
"""So many letters of a header or a cell are looked at: a text of a megabyte has no meaning that comes later."""
Found = TypeVar("Found")


def _cached(size: int) -> Callable[[Callable[..., Found]], Callable[..., Found]]:
    """Keep what was found of so many texts, of each its beginning only."""

    def keeping(find: Callable[..., Found]) -> Callable[..., Found]:
        kept = lru_cache(size)(find)
        return wraps(find)(lambda text, *more: kept(text[:_LONGEST], *more))

    return keeping


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Meaning -> words and stems, as `header_words.toml` lists them."""
    text = files("privtraffic.intake.understand").joinpath("header_words.toml").read_text("utf-8")
    return {meaning: tuple(map(_plain, words)) for meaning, words in tomllib.loads(text).items()}


def _plain(text: str) -> str:
    """Half width, lower case, without accents on Latin letters, each Chinese character in one way of writing."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)))
    return one_way(unicodedata.normalize("NFC", bare).casefold().translate(_STROKES))


@_cached(4096)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a header: RefundedAmount, refunded_amount and refundedamount have the same two."""
    humps = _HUMP.sub(" ", unicodedata.normalize("NFKC", text))
    return tuple(piece for word in _WORD.findall(_plain(humps)) for piece in _apart(word))


def _apart(word: str) -> tuple[str, ...]:
    """The fewest known words that a word is made of, where it is wholly made of them; else the word itself."""
    if len(word) < _SHORTEST_RUN or not word.isascii():
        return (word,)
    best: dict[int, tuple[str, ...]] = {0: ()}
    known = set(vocabulary()["words"])
    for end in range(1, len(word) + 1):
        ways = [(*best[start], word[start:end]) for start in best if word[start:end] in known]
        if ways:
            best[end] = min(ways, key=len)
    return best.get(len(word), (word,))


class _Entries(NamedTuple):
    """Words and stems, by what they are compared with: words, parts of words, runs of words, a text without blanks."""

    same: frozenset[str]
    begin: tuple[str, ...]
    end: tuple[str, ...]
    within: tuple[str, ...]
    runs: tuple[tuple[str, ...], ...]
    end_text: tuple[str, ...]
    within_text: tuple[str, ...]

    @classmethod
    @cache
    def of(cls, entries: tuple[str, ...]) -> _Entries:
        """Entries as `header_words.toml` writes them: `=word`, `*part`, `-end`, `two words`, a stem."""
        latin = [entry for entry in map(_plain, entries) if _LATIN.fullmatch(entry)]
        others = [entry.replace(" ", "") for entry in map(_plain, entries) if not _LATIN.fullmatch(entry)]
        single = [entry for entry in latin if " " not in entry]
        marked = {mark: tuple(entry.lstrip("=*-") for entry in single if entry[0] == mark) for mark in "=*-"}
        return cls(
            frozenset(marked["="]),
            tuple(entry for entry in single if entry[0] not in marked),
            marked["-"],
            marked["*"],
            tuple(tuple(entry.split()) for entry in latin if " " in entry),
            tuple(entry[1:] for entry in others if entry[0] == "-"),
            tuple(entry for entry in others if entry[0] != "-"),
        )

    def are_in(self, words: tuple[str, ...], joined: str, text: str) -> bool:
        """Whether one of them is among the words of a text, or in the text without its blanks."""
        if any(word in self.same or word.startswith(self.begin) or word.endswith(self.end) for word in words):
            return True
        if any(map(joined.__contains__, self.within)):
            return True
        if text.endswith(self.end_text) or any(map(text.__contains__, self.within_text)):
            return True
        return any(
            all(word.startswith(part) for word, part in zip(words[at:], run, strict=False))
            for run in self.runs
            if run[0] in joined
            for at in range(len(words) - len(run) + 1)
        )


@_cached(4096)
def _looked_at(text: str) -> tuple[tuple[str, ...], str, str]:
    """The words of a text, the same in one line, and the text without its blanks."""
    words = (*tokens(text), *_WORD.findall(_plain(text)))
    return words, " ".join(words), _plain(re.sub(r"[\s_-]+", "", text))


@_cached(16384)
def has_word(text: str, entry: str) -> bool:
    """Whether a header holds a word or stem, written as in `header_words.toml`."""
    return _Entries.of((entry,)).are_in(*_looked_at(text))


@_cached(4096)
def says(text: str, meaning: str) -> bool:
    """Whether a header or a word of a cell has a meaning of `header_words.toml`."""
    return _Entries.of(vocabulary()[meaning]).are_in(*_looked_at(text))


@_cached(4096)
def says_only(text: str, meaning: str) -> bool:
    """Whether a header says one thing and nothing beside it: 日期, Date and time, but not Data dostawy or 到店日期."""
    bare = {word for entry in vocabulary()[meaning] for word in entry.lstrip("=*-").split()}
    scripts = "|".join(re.escape(entry) for entry in bare if not _LATIN.fullmatch(entry))
    return not any(re.sub(scripts, "", word) for word in tokens(text) if word not in bare and word not in _BETWEEN)


def says_any(text: str, meanings: Iterable[str]) -> bool:
    return any(says(text, meaning) for meaning in meanings)


def rank(text: str, entries: Iterable[str]) -> int | None:
    """The place of the first entry that a header holds; None where it holds none."""
    return next((at for at, entry in enumerate(entries) if has_word(text, entry)), None)
