"""What a note says to a client, who types no commands."""

from __future__ import annotations

import re

from rich.cells import cell_len

_COMMAND = re.compile(r"(?<![\w-])--[a-z]|\bprivtraffic\b")
_SENTENCES = re.compile(r"(?<=[.;]) +|(?<=[。；])")
_ASIDE = re.compile(r" ?[(（][^()（）]*--[^()（）]*[)）]")
_GIVEN = re.compile(r"^[^:：,，]*--[^:：,，]*[:：] ?")
"""That an option was given, or not, in front of what follows from it."""
_REMEDY = re.compile(r"(?:[:：]|[，,] ?(?=请|可))[^:：，,]*(?:--|privtraffic).*$")
_CONDITION = re.compile(r"If|To |Where|Otherwise|若|如有")
"""How a sentence begins of which nothing is left without its remedy."""
_WHOLE = 12
"""Columns of text below which what is left of a sentence is none."""


def for_client(text: str) -> str:
    """The text without the commands and options that would remedy what it says; as it is where nothing else is said."""
    if not _COMMAND.search(text):
        return text
    kept = [said for sentence in _SENTENCES.split(text) if (said := _plain(sentence))]
    if not kept:
        return text
    joined = ("" if re.search(r"[一-鿿]", text) else " ").join(kept)
    joined = joined[:1].upper() + joined[1:]
    end = text[-1] if text[-1] in ".。" else ""
    return joined.rstrip(";；:：, ") + end if joined[-1] not in ".。" else joined


def _plain(sentence: str) -> str:
    if not _COMMAND.search(sentence):
        return sentence
    for cut in (_ASIDE, _REMEDY, _GIVEN):
        sentence = cut.sub("", sentence)
    nothing = _COMMAND.search(sentence) or _CONDITION.match(sentence) or cell_len(sentence) < _WHOLE
    return "" if nothing else sentence
