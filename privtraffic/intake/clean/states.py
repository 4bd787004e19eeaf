"""What the words of a row say: whether it was paid, cancelled, sent back, or is no sale at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from privtraffic.intake.understand.deeds import BACK
from privtraffic.intake.understand.profile import STATES, Profile, look_up, profile, says_nothing
from privtraffic.intake.understand.undoing import OPEN_YET, said_by, undoing
from privtraffic.intake.understand.vocabulary import says_any

SEPARATOR = "\x1f"
"""Between the words of a row; `columns.parse_orders` writes it as chr(31)."""
FURTHER = "\x1e"
"""Before each word of a column beside them, which begins with the first letters of its kind; written as chr(30)."""
_UNDONE = ("paid", "none", "unknown")
"""The states that a further word may undo."""
_SENT_BACK = ("refunded", "sent_back")
"""Where the type of a document says that it takes goods back, they say that it is done, not that a sale came back."""
_DROPPED = {"replaced": "replacement", "trial": "trial", "summary_row": "summary_row", "gift": "gift"}

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
    profile gives to drop the row.  `takes_back` says that the row is a document that takes its amount back, and
    `refund_open` that a refund beside it was asked for or refused, and not paid."""

    name: str
    reason: str = ""
    takes_back: bool = False
    refund_open: bool = False


def word_of(text: str | None) -> str:
    """The status word without what stands around it."""
    return _parted((text or "").split(FURTHER)[0].split(SEPARATOR)[0])[0]


def words_of(text: str | None) -> list[str]:
    return (text or "").split(FURTHER)[0].split(SEPARATOR)


def all_words_of(text: str | None) -> list[str]:
    """Every word of a row: those of the status, and those of the columns beside it."""
    return [*(_parted(word)[0] for word in words_of(text)), *(word for _, word in further_words(text))]


def _parted(text: str) -> tuple[str, str]:
    """A word and the mark behind it, which is empty where none is known: a cell may hold the sign before it."""
    word, _, mark = text.rpartition(OWN_MARK)
    return (word, mark) if mark in _own_words else (text, "")


def further_words(text: str | None) -> list[tuple[str, str]]:
    """The kind and the word of each column beside the status."""
    pieces = [piece.partition(":") for piece in (text or "").split(FURTHER)[1:]]
    return [(kind, word) for kind, _, word in pieces]


def state_of(source: Profile, text: str | None) -> State:
    """What the words of a row say: the status first, as the profile knows it, else as the alias pool does.

    `none` is a row without a word, `unknown` one whose word nobody knows.
    """
    text, *further = (text or "").split(FURTHER)
    tables = [*([source.aftersale] if "aftersale_status" in source.fields else []), *source.drop.values()]
    # From the right: a status may hold the separator, as any cell may hold anything.
    word, *others = text.rsplit(SEPARATOR, len(tables))
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
    return _with_further(State(state, reason), further)


def _with_further(state: State, further: Sequence[str]) -> State:
    """The worst that the status and all columns beside it say."""
    for piece in further:
        kind, _, word = piece.partition(":")
        said = "" if state.takes_back else said_by(kind, word)  # type: ignore[arg-type]
        if said == "takes_back" and state.name in (*_UNDONE, *(_SENT_BACK if kind in ("document", "slip") else ())):
            state = State("paid", state.reason, takes_back=True)
        elif said in _DROPPED:
            state = replace(state, reason=state.reason or _DROPPED[said])
        elif said in ("sent_back", "cancelled", "closed", "unpaid") and state.name in _UNDONE:
            state = State(said, state.reason)
    return state


def state_of_rows(word: Mapping[str, Any]) -> State:
    """What the rows of a word are: where all of them take money back, the word says so, and is no order's end."""
    source = profile(word["source"])
    state = state_of(source, word["status"])
    takes_back = state.name in _SENT_BACK and word["most"] is not None and word["most"] < 0
    if source.generic and state.name not in _SENT_BACK and any(map(_is_open_refund, all_words_of(word["status"]))):
        return replace(state, refund_open=True)
    return State("paid", state.reason) if takes_back else state


def _is_open_refund(word: str) -> bool:
    return says_any(word, BACK) and says_any(word, (*OPEN_YET, "underway")) and not undoing(word)


def _status(source: Profile, word: str) -> str:
    word, mark = _parted(word)
    if says_nothing(word):
        return "none"
    own = look_up(word, _own_words[mark]) if mark else ""
    known = own or look_up(word, source.status) or look_up(word, profile("generic_orders").status)
    return known or (_undone_by(word) if source.generic else "unknown")


def _undone_by(word: str) -> str:
    """The state of a word that no table knows, by what it means in any language."""
    undone = undoing(word)
    if undone == "partial":
        return "paid"
    return undone if undone in ("refunded", "cancelled", "closed", "unpaid") else "unknown"
