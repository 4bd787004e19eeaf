"""What the words of a header or of a cell mean: words and stems of ten languages, never parts of other words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from privtraffic.intake.understand.han import one_way

_ACCENTS = re.compile("[\u0300-\u036f]")
_STROKES = str.maketrans("łøđı", "lodi")
"""Letters whose stroke is no accent."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|%|[а-я]+|[^\W\d_a-zа-я]+")
_LATIN = re.compile(r"[=*-]?[a-zа-я% ]+")
_BETWEEN = ("and", "the", "of", "und", "et", "y", "e", "i", "de", "da", "del", "local", "utc")
_SHORTEST_RUN = 6
"""A shorter word is not looked at for two words that were written as one."""


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """Meaning -> words and stems, as `header_words.toml` lists them."""
    text = files("privtraffic.intake.understand").joinpath("header_words.toml").read_text("utf-8")
    return {meaning: tuple(map(_plain, words)) for meaning, words in tomllib.loads(text).items()}


def _plain(text: str) -> str:
    """Half width, lower case, without accents on Latin letters, each Chinese character in one way of writing."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)))
    return one_way(unicodedata.normalize("NFC", bare).casefold().translate(_STROKES))


@lru_cache(4096)
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


@lru_cache(65536)
def has_word(text: str, entry: str) -> bool:
    """Whether a header holds a word or stem, written as in `header_words.toml`."""
    found, entry = (*tokens(text), *_WORD.findall(_plain(text))), _plain(entry)
    if not _LATIN.fullmatch(entry):
        whole = _plain(re.sub(r"[\s_-]+", "", text))
        return whole.endswith(entry[1:]) if entry[0] == "-" else entry in whole
    if " " in entry:
        parts = entry.split()
        runs = zip(*(found[at:] for at in range(len(parts))), strict=False)
        return any(all(word.startswith(part) for word, part in zip(run, parts, strict=True)) for run in runs)
    bare = entry.lstrip("=*-")
    fits: Mapping[str, Callable[[str], bool]] = {
        "=": lambda word: word == bare,
        "*": lambda word: bare in word,
        "-": lambda word: word.endswith(bare),
    }
    return any(map(fits.get(entry[0], lambda word: word.startswith(bare)), found))


@lru_cache(4096)
def says(text: str, meaning: str) -> bool:
    """Whether a header or a word of a cell has a meaning of `header_words.toml`."""
    return any(has_word(text, entry) for entry in vocabulary()[meaning])


@lru_cache(4096)
def says_only(text: str, meaning: str) -> bool:
    """Whether a header says one thing and nothing beside it: 日期, Date and time, but not Data dostawy or 到店日期."""
    bare = {entry.lstrip("=*-") for entry in vocabulary()[meaning]}
    scripts = "|".join(re.escape(entry) for entry in bare if not _LATIN.fullmatch(entry))
    return not any(re.sub(scripts, "", word) for word in tokens(text) if word not in bare and word not in _BETWEEN)


def says_any(text: str, meanings: Iterable[str]) -> bool:
    return any(says(text, meaning) for meaning in meanings)


def rank(text: str, entries: Iterable[str]) -> int | None:
    """The place of the first entry that a header holds; None where it holds none."""
    return next((at for at, entry in enumerate(entries) if has_word(text, entry)), None)
