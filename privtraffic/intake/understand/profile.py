"""What a source system calls its columns and what its words mean: one TOML file each in `profiles/`, no code."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.han import one_way

Role = Literal[
    "orders", "items", "payments", "people", "aftersale", "members", "spend",
    "units", "staff", "handovers", "commissions", "traffic", "friends", "coupons", "points", "campaigns", "referrals",
]  # fmt: skip
Text = Mapping[str, str]
"""A sentence by language: `en`, `zh`."""

STATES = ("unpaid", "paid", "cancelled", "closed", "refunded", "none", "unknown")
NO_WORD = ("", "-", "--", "—", "——", "/", "无", "null", "nan", "none", "n/a")


@dataclass(frozen=True)
class Profile:
    """The export of one source system.

    Headers may end in `*`, which matches any ending; so may words.

    Attributes
    ----------
    role
        `orders`, `members` or `spend`; or what completes orders: their `items`, `payments`, the `people` behind their
        buyer reference, or their `aftersale` cases.
    completes
        Profiles whose orders this file completes.
    require
        Groups of headers; the file must have one of each group.
    forbid
        Headers that rule the profile out.
    fields
        Field -> headers, most trusted first.
    sums
        Field -> headers whose values are added; `- header` is taken off.  Without the first one the field is missing.
    also
        Headers the export has and intake does not read; they only raise the confidence.
    order_level
        Headers whose amount belongs to the order and repeats, or is blank, on its further lines.
    several
        The signs between member keys where a cell may hold more than one.
    sum_check
        The headers of what was paid for a line and for its whole order, which must add up; both or none.
    unique_order
        One row per order: the order's number tells a row, and the same one again is a duplicate.
    joined
        What separates the lines of an order where the export joins them in the cells of one row.
    status
        Status word -> state: unpaid, paid, cancelled, closed (paid: refunded, unpaid: cancelled), refunded; or the
        reason for which such rows are dropped.
    aftersale
        Word of the field `aftersale_status` -> `refunded`; other words say nothing about the money.
    drop
        Header -> word -> state or reason that it gives the row.
    returns
        Header -> words of documents that take goods back: their amounts come off, whatever their sign.
    missing
        Needed field -> why the export has none, and what to export instead.
    refuse
        Why the export is recognised and yet no order list.
    day_order
        How dates such as 1/2/2024 are written; empty when it must be seen from the data.
    row_pattern, layouts
        For logs without header: what a line looks like, and the fields of a line by its number of cells.
    hints
        Field -> parts of a header that suggest it where the values agree; generic profiles only.
    avoid
        Field -> parts of a header that speak against it.
    blank
        Field -> a header and words in it with which the field says nothing: a percentage is no money.
    second
        A file of another role plays this one as well: contacts feed the members and are friends.
    """

    name: str
    title: Text
    role: Role
    completes: tuple[str, ...] = ()
    require: tuple[tuple[str, ...], ...] = ()
    forbid: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    order_level: tuple[str, ...] = ()
    sum_check: tuple[str, ...] = ()
    unique_order: bool = False
    joined: str = ""
    several: str = ""
    status: Text = field(default_factory=dict)
    aftersale: Text = field(default_factory=dict)
    drop: Mapping[str, Text] = field(default_factory=dict)
    returns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, Text] = field(default_factory=dict)
    refuse: Text = field(default_factory=dict)
    day_order: str = ""
    keep_zero: bool = False
    row_pattern: str = ""
    layouts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    generic: bool = False
    hints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    avoid: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blank: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    second: bool = False

    def system_among(self, systems: Collection[str]) -> str:
        """The system whose orders it completes: without a profile, and joined by its ids, the only one there is."""
        own = next((name for name in self.completes if name in systems), "")
        return own or ("".join(systems) if self.generic and len(systems) == 1 else "")


OWN: ContextVar[tuple[Profile, ...]] = ContextVar("own_profiles", default=())
"""The profiles of a user's own, while files are read with them; see `own_profiles`."""


def profiles() -> tuple[Profile, ...]:
    """All profiles; the generic ones, made of the alias pool, last.  One of a user's own replaces its namesake."""
    if not (own := OWN.get()):
        return _installed()
    names = {profile.name for profile in own}
    return _in_order([*own, *(profile for profile in _installed() if profile.name not in names)])


@cache
def _installed() -> tuple[Profile, ...]:
    folder = files("privtraffic.intake").joinpath("profiles")
    texts = ((file.name, tomllib.loads(file.read_text("utf-8"))) for file in folder.iterdir())
    return _in_order([made(name.removesuffix(".toml"), text) for name, text in texts])


def _in_order(found: Sequence[Profile]) -> tuple[Profile, ...]:
    return tuple(sorted(found, key=lambda profile: (profile.generic, profile.name)))


def made(name: str, text: Mapping[str, Any]) -> Profile:
    """The profile that a file says."""
    lists = {key: tuple(text.get(key, ())) for key in ("completes", "forbid", "also", "order_level", "sum_check")}
    tables = {
        key: {field: tuple(headers) for field, headers in text.get(key, {}).items()}
        for key in ("fields", "sums", "hints", "avoid", "returns", "blank")
    }
    require = tuple(tuple(group) for group in text.get("require", ()))
    return Profile(name=name, **{**text, **lists, **tables, "require": require})


def profile(name: str) -> Profile:
    """The profile of a name.

    Raises
    ------
    PrivtrafficError
        Where there is none: a database was loaded with a profile that this run was not given.
    """
    found = next((candidate for candidate in profiles() if candidate.name == name), None)
    if found is None:
        raise PrivtrafficError("profile_missing", name=name)
    return found


def completed(name: str) -> bool:
    """Whether other files may complete the orders of a profile."""
    return any(name in candidate.completes for candidate in profiles() if not candidate.generic)


@cache
@lru_cache(4096)
def normalise(header: str) -> str:
    """A header as it is compared: half width, lower case, no blanks, quotes, underscores or hyphens; 帳 is 账."""
    text = one_way(unicodedata.normalize("NFKC", header.replace("\ufeff", "")))
    return re.sub(r"[\s_\-\"'=`]+", "", text).lower()


def named(plain: str, words: Iterable[str]) -> bool:
    """Whether a header, as it is compared, has one of some words in it."""
    return any(normalise(word) in plain for word in words)


def plain_word(word: str) -> str:
    """A status word as it is compared: half width, no blanks, no case."""
    return "".join(one_way(unicodedata.normalize("NFKC", word)).casefold().split())


@lru_cache(65536)
def says_nothing(word: str) -> bool:
    """Whether a cell is blank, or a word for that."""
    return plain_word(word) in NO_WORD


def look_up(word: str, table: Text) -> str:
    """What a table of words says of a word; empty where it says nothing."""
    plain = plain_word(word)
    if plain in NO_WORD:
        return ""
    by_plain = _by_plain(tuple(table.items()))
    exact = by_plain.get(plain)
    return exact or next((value for key, value in by_plain.items() if "*" in key and fnmatchcase(plain, key)), "")


@cache
def _by_plain(table: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {plain_word(word): value for word, value in table}
