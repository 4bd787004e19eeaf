"""Which code page of single bytes a text is written in: the one in which its words look like those of one language."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import NamedTuple

PAGES = (
    *("cp1252", "cp1250", "cp1254", "cp1257", "cp1251", "cp1253", "cp1255", "cp1256", "cp1258", "cp874"),
    *("iso8859_15", "iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7"),
    *("koi8_r", "koi8_u", "cp850", "cp852", "cp857", "cp866", "cp1125", "cp737", "cp862"),
    *("mac_roman", "mac_latin2", "mac_turkish", "mac_cyrillic", "mac_greek"),
)
"""Those of Windows first, then what others write; of two that give the same text the first one is named."""
MOST_WORDS = 3000
MOST_LOST = 0.15
"""So many of a language's letters a page may lack: French has no œ on cp850, Greek no ΐ on cp737."""
OF_KNOWN_WORD = 1.0
"""What each letter of a word of orders is worth beyond itself."""
CAPITALS = 0.1
"""What a text of nothing but capitals loses: Hebrew on cp1255 is Russian in capitals on KOI8."""
LONG = 3
"""So many letters of a Latin word are not all beyond ASCII."""
_SINKS = "UUl"
"""A small letter behind two capitals."""
_PLAIN = re.compile("[A-Za-z0-9]")
_WORD = re.compile(rb"[A-Za-z9\x80-\xff]*[\x80-\xff][A-Za-z9\x80-\xff]*")
_ONE_DIGIT = bytes.maketrans(b"012345678", b"9" * 9)
_MARKS = frozenset("€£¥₤₺₽₴₪฿©®™°№§%‰–—…•·«»‹›“”„‘’‚´`¿¡ªº²³½¼¾×±÷µ\xa0\u200e\u200f،؛؟ـ")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_VOWELS = frozenset("aăâeêioôơuưyAĂÂEÊIOÔƠUƯY")
_LAST, _NEVER_LAST = frozenset("ךםןףץς"), frozenset("σ")
"""Hebrew and Greek letters that only end a word, and one that never does."""
_BEHIND, _BEFORE = frozenset("®©™º²³¼½¾"), frozenset("„‚¿¡")
"""Signs that stand behind what they are said of, and before it."""


class Look(NamedTuple):
    """How much the words of a text look like those of a language, and what they are then."""

    score: float
    encoding: str
    text: str


class _Language(NamedTuple):
    letters: dict[str, float]
    """What each is worth, in both cases: the frequent ones more."""
    words: tuple[str, ...]
    mixes: bool
    """Whether its words have ASCII letters, too."""
    tones: bool


def words_of(sample: bytes) -> bytes:
    """The different words that are not all ASCII, one a line; all digits are one."""
    found = dict.fromkeys(match.group() for match in _WORD.finditer(sample.translate(_ONE_DIGIT)))
    return b"\n".join(word for word, _ in zip(found, range(MOST_WORDS), strict=False))


class _Text(NamedTuple):
    """The words of a text in a code page, and what each language is asked of them."""

    words: list[tuple[str, int]]
    """Each in small letters, and how many letters beyond ASCII it has."""
    fixed: float
    """What signs and capitals where none stands are worth, whatever the language."""
    letters: Counter[tuple[str, float | None, float]]
    """How often each letter stands where it is worth so much in a language that has it (None: what it is worth there),
    and so much in one that has not."""
    tones: Counter[float]
    """How often a tone stands where it is worth so much in a language that writes tones of their own."""
    ascii_letters: int
    capitals: int
    """Those of ASCII, all of them and those behind a small letter beyond it."""
    beyond: int
    """The letters of longer words without a sign of ASCII."""


def looks(words: bytes) -> list[Look]:
    """What words are in each code page that has all their bytes."""
    found = []
    for page in PAGES:
        try:
            text = words.decode(page)
        except UnicodeDecodeError:
            continue
        read = _read(text.split("\n"))
        capitals = text.isupper() and not any(char.isascii() and char.isalpha() for char in text)
        far = sum(char > "\x7f" for char in text)
        score = max(_score(read, language) for language in _of_page(page)) / max(far, 1) - CAPITALS * capitals
        found.append(Look(score, page, text))
    return found


@cache
def _of_page(page: str) -> tuple[_Language, ...]:
    """The languages that can be written in a code page."""
    said = tomllib.loads(files("privtraffic.intake.read").joinpath("code_pages.toml").read_text("utf-8"))
    return tuple(
        _Language(_worth(each["letters"]), tuple(each["words"].split()), name not in _OTHER_SCRIPTS, page == "cp1258")
        for name, each in said.items()
        if name == _TONED.get(page) or _fits(page, each["letters"])
    )


_OTHER_SCRIPTS = ("ru", "uk", "bg", "el", "he", "ar", "fa", "th")
_TONED = {"cp1258": "vi"}
"""Vietnamese writes tones of their own there."""


def _fits(page: str, letters: str) -> bool:
    return len(letters.encode(page, "ignore").decode(page)) >= (1 - MOST_LOST) * len(letters)


def _worth(letters: str) -> dict[str, float]:
    worth = {letter: 1 - 0.3 * at / len(letters) for at, letter in enumerate(letters)}
    return {**{each.upper(): value for each, value in worth.items() if len(each.upper()) == 1}, **worth}


def _score(text: _Text, language: _Language) -> float:
    """The letters beyond ASCII that are of a language; more where its words are known."""
    score = text.fixed - (text.capitals + text.beyond if language.mixes else text.ascii_letters)
    if language.tones:
        score += sum(worth * count for worth, count in text.tones.items())
    for (char, here, elsewhere), count in text.letters.items():
        if language.tones and char in _TONES:
            continue
        if char in language.letters:
            score += count * (language.letters[char] if here is None else here)
        else:
            score += count * elsewhere
    return score + OF_KNOWN_WORD * sum(far for word, far in text.words if word.startswith(language.words))


def _read(words: list[str]) -> _Text:
    fixed, ascii_letters, capitals = 0.0, 0, 0
    letters, tones = Counter[tuple[str, float | None, float]](), Counter[float]()
    for word in words:
        for at, char in enumerate(word):
            before, after = word[at - 1 : at] if at else "", word[at + 1 : at + 2]
            if char <= "\x7f":
                ascii_letters += char.isalpha()
                capitals += char.isupper() and before > "\x7f" and before.islower()
            elif char in _MARKS:
                fixed += _of_sign(char, word, at)
            else:
                letters[char, *_of_char(char, before, after)] += 1
                if char in _TONES:
                    tones[0.8 if before in _VOWELS else -1.0] += 1
        fixed -= "".join("U" if char.isupper() else "l" if char.islower() else "-" for char in word).count(_SINKS)
    told = [(word.casefold(), sum(char > "\x7f" and char.isalpha() for char in word)) for word in words]
    beyond = sum(len(word) for word in words if len(word) >= LONG and not _PLAIN.search(word))
    return _Text(told, fixed, letters, tones, ascii_letters, capitals, beyond)


def _of_char(char: str, before: str, after: str) -> tuple[float | None, float]:
    """What a letter or a sign is worth between its neighbours: in a language that has it, and in one that has not.

    None where it stands well: then it is worth what the language says.
    """
    elsewhere = -1.5 if not char.isalpha() and before.isalpha() and after.isalpha() else -1.0
    if char in (_LAST if after.isalpha() else _NEVER_LAST) or (before.islower() and char.isupper()):
        return -1.0, elsewhere
    if not before.isalpha() and not after.isalpha() and before not in _TONES:
        return (-0.7 if before or after else 0.3), elsewhere
    return None, elsewhere


def _of_sign(char: str, word: str, at: int) -> float:
    """What a sign is worth that texts of any language have: none within words, and where it never stands."""
    before, after = any(map(str.isalpha, word[:at])), any(map(str.isalpha, word[at + 1 :]))
    within = before and after and char not in "’·\xa0"
    return -1.0 if within or (char in _BEHIND and after) or (char in _BEFORE and before) else 0.7
