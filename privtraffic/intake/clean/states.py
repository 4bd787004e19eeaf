"""What the words of a row say: whether it was paid, cancelled, sent back, or is no sale at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from privtraffic.intake.understand.profile import NO_WORD, STATES, Profile, look_up, plain_word, profile

SEPARATOR = "\x1f"
"""Between the words of a row; `columns.parse_orders` writes it as chr(31)."""

OWN_MARK = "\x1d"
"""Between a status word and the mark of the words that its file alone has; written as chr(29)."""

_own_words: dict[str, dict[str, str]] = {}
"""By their mark, which is a hash of what they say: whoever reads a mark has marked such a file before."""


def mark_of(own_words: Sequence[tuple[str, str]]) -> str:
    """The mark under which rows carry the words of their file."""
    said = dict(own_words)
    mark = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
    _own_words[mark] = said
    return mark


@dataclass(frozen=True)
class State:
    """A state of `profile.STATES`, or `sent_back` where only an after-sale word tells the refund; and the reason the
    profile gives to drop the row."""

    name: str
    reason: str = ""


def word_of(text: str | None) -> str:
    """The status word alone."""
    return (text or "").split(SEPARATOR)[0].split(OWN_MARK)[0]


def words_of(text: str | None) -> list[str]:
    return (text or "").split(SEPARATOR)


def state_of(source: Profile, text: str | None) -> State:
    """What the words of a row say: the status first, as the profile knows it, else as the alias pool does.

    `none` is a row without a word, `unknown` one whose word nobody knows.
    """
    tables = [*([source.aftersale] if "aftersale_status" in source.fields else []), *source.drop.values()]
    # From the right: a status may hold the separator, as any cell may hold anything.
    word, *others = (text or "").rsplit(SEPARATOR, len(tables))
    state, reason = _status(source, word), ""
    if state not in STATES:
        state, reason = "none", state
    for other, table in zip(others, tables, strict=True):
        said = look_up(other, table)
        if said == "refunded" and state in ("paid", "none", "unknown"):
            state = "sent_back"
        elif said in STATES and state in ("paid", "none", "unknown"):
            state = said
        elif said and said not in STATES:
            reason = reason or said
    return State(state, reason)


def state_of_rows(word: Mapping[str, Any]) -> State:
    """What the rows of a word are: where all of them take money back, the word says so, and is no order's end."""
    state = state_of(profile(word["source"]), word["status"])
    takes_back = state.name in ("refunded", "sent_back") and word["most"] is not None and word["most"] < 0
    return State("paid", state.reason) if takes_back else state


def _status(source: Profile, word: str) -> str:
    word, _, mark = word.partition(OWN_MARK)
    if plain_word(word) in NO_WORD:
        return "none"
    own = look_up(word, _own_words[mark]) if mark else ""
    return own or look_up(word, source.status) or look_up(word, profile("generic_orders").status) or "unknown"
