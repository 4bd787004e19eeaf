"""Profiles of a user's own: the same TOML as those of the package, from a folder, each checked before it is used."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading_text, toml_of
from privtraffic.intake.understand.profile import OWN, STATES, Profile, Role, made
from privtraffic.plugins import profile_folders
from privtraffic.schema import FIELD_NAMES, REASONS

KEYS = tuple(field.name for field in fields(Profile) if field.name != "name")
WORDS = tuple(state for state in STATES if state != "unknown")
"""What a word of a status may mean, beside the reasons for which rows are dropped."""

_LISTS = ("completes", "forbid", "also", "order_level", "sum_check")
_OF_HEADERS = ("fields", "sums", "hints", "avoid")


@contextmanager
def own_profiles(folder: Path | None) -> Iterator[None]:
    """Read files with the profiles of a folder, and of other packages, beside those of this one.

    Raises
    ------
    PrivtrafficError
        Where the folder is not there, or a file says what cannot be; the message names the file and the line.
    """
    given = read_profiles(folder) if folder else ()
    names = {profile.name for profile in given}
    brought = (profile for place in profile_folders() for profile in read_profiles(place))
    before = OWN.set((*given, *(profile for profile in brought if profile.name not in names)))
    try:
        yield
    finally:
        OWN.reset(before)


def read_profiles(folder: Path) -> tuple[Profile, ...]:
    """The profiles of a folder, by the names of their files."""
    if not folder.is_dir():
        raise PrivtrafficError("profiles_no_folder", folder=folder)
    found = sorted(folder.glob("*.toml"))
    if not found:
        raise PrivtrafficError("profiles_none", folder=folder)
    return tuple(_read(path) for path in found)


def _read(path: Path) -> Profile:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
        raise PrivtrafficError("profile_name", file=path)
    try:
        text = reading_text(path).read_text("utf-8-sig")
        said = toml_of(text)
    except tomllib.TOMLDecodeError as error:
        raise PrivtrafficError("profile_syntax", file=path, detail=str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or "no UTF-8 text"
        raise PrivtrafficError("unreadable", file=path, detail=detail) from None
    _Checked(path, text).check(said)
    title = said["title"]
    return made(path.stem, {**said, "title": title if isinstance(title, dict) else dict.fromkeys(("en", "zh"), title)})


class _Checked:
    """A file that is looked through, so that what is wrong is said with its line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def check(self, said: Mapping[str, Any]) -> None:
        self._known(said, KEYS)
        self._one_of("role", said.get("role"), get_args(Role))
        title = said.get("title")
        if not (isinstance(title, str) or (isinstance(title, dict) and {"en", "zh"} <= title.keys())):
            raise self._wrong("title", title, 'title = "…"')
        for key in _LISTS:
            self._texts(key, said.get(key, []))
        groups = said.get("require", [])
        if not isinstance(groups, list) or not groups:
            raise self._wrong("require", groups, 'require = [["订单编号"], ["实付金额"]]')
        for group in groups:
            self._texts("require", group)
        for key in _OF_HEADERS:
            table = said.get(key, {})
            self._known(table, FIELD_NAMES)
            for field, headers in table.items():
                self._texts(field, headers)
        for header, words in said.get("returns", {}).items():
            self._texts(header, words)
        for words in (said.get("status", {}), said.get("aftersale", {}), *said.get("drop", {}).values()):
            for word, state in words.items():
                self._one_of(word, state, (*WORDS, *REASONS))

    def _known(self, said: object, known: tuple[str, ...]) -> None:
        if not isinstance(said, dict):
            raise self._wrong("fields", said, "[fields]")
        for name in said:
            if name not in known:
                raise self._wrong(name, name, ", ".join(known))

    def _one_of(self, name: str, value: object, known: tuple[str, ...]) -> None:
        if value not in known:
            raise self._wrong(name, value, ", ".join(known))

    def _texts(self, name: str, value: object) -> None:
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            raise self._wrong(name, value, f'{name} = ["…"]')

    def _wrong(self, name: str, value: object, known: str) -> PrivtrafficError:
        shown = "-" if value is None else str(value)[:60]
        return PrivtrafficError(
            "profile_wrong", file=self._path, line=self._line_of(name), name=name, value=shown, known=known
        )

    def _line_of(self, name: str) -> int:
        """The line on which a key stands; 1 where it is nowhere."""
        key = re.compile(rf"""^\s*(?:\[.*)?["']?{re.escape(name)}["']?\s*(?:=|\])""")
        return next((number for number, line in enumerate(self._lines, 1) if key.match(line)), 1)
