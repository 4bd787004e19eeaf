"""Every label, definition and sentence a user sees, in Chinese and English.

The words lie in `lexicon/*.toml`, one file per room, one table an entry.  An entry with `en` and `zh` is a label or a
sentence; `means_en` and `means_zh` define it (meaning, formula, denominator) for header notes and the Definitions
sheet.  A ratio of two figures names them (`made_of = "orders / members"`).
"""

from __future__ import annotations

import locale
import os
import re
import tomllib
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from privtraffic.counted import in_number
from privtraffic.errors import Lang, PrivtrafficError, lang_of
from privtraffic.plugins import speaking_of, texts


class Entries(MutableMapping[str, dict[str, str]]):
    """Entries by name, each read when it is first asked for: to read all takes a twentieth of a small run."""

    def __init__(self) -> None:
        self._held: dict[str, str | dict[str, str]] = {}

    def hold(self, text: str) -> None:
        """Take in a file whose every entry is one table; a name defined twice is a mistake and raises."""
        _, *parts = _TABLE.split(text)
        for name, said in zip(parts[::2], parts[1::2], strict=True):
            key = name.replace('"', "")
            if key in self._held:
                raise KeyError(f"the word {key!r} is defined twice")
            self._held[key] = said

    def __getitem__(self, key: str) -> dict[str, str]:
        entry = self._held[key]
        if isinstance(entry, str):
            entry = self._held[key] = tomllib.loads(entry)
        return entry

    def __setitem__(self, key: str, entry: dict[str, str]) -> None:
        self._held[key] = entry

    def __delitem__(self, key: str) -> None:
        del self._held[key]

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


_TABLE = re.compile(r"^\[(.+)\]\n", re.MULTILINE)


@cache
def lexicon() -> MutableMapping[str, dict[str, str]]:
    """All entries of all files, keyed by dotted name.

    What another package brings adds words, and changes none."""
    entries = Entries()
    for file in sorted(files("privtraffic.report").joinpath("lexicon").iterdir(), key=lambda file: file.name):
        entries.hold(file.read_text("utf-8"))
    for file in texts("words.toml"):
        brought: dict[str, dict[str, str]] = {}
        _collect("", tomllib.loads(file.read_text("utf-8")), brought)
        for name, entry in brought.items():
            entries.setdefault(name, entry)
    return entries


def _collect(prefix: str, node: dict[str, object], into: dict[str, dict[str, str]]) -> None:
    if isinstance(node.get("en"), str):
        if prefix in into:
            raise KeyError(f"the word {prefix!r} is defined twice")
        into[prefix] = {key: value for key, value in node.items() if isinstance(value, str)}
    for key, child in node.items():
        if isinstance(child, dict):
            _collect(f"{prefix}.{key}" if prefix else key, child, into)


def known_figure(key: str, place: str) -> str:
    """The key of a figure, where it is one.

    Raises
    ------
    PrivtrafficError
        For what is none, with the keys that are nearest; `place` is where it was typed.
    """
    if key in lexicon():
        return key
    near = get_close_matches(key, [known for known in lexicon() if "." not in known], 3, 0.8)
    hint = {
        "near_en": f"Is it {' or '.join(near)}? " if near else "",
        "near_zh": f"是否为 {' 或 '.join(near)}？" if near else "",
    }
    raise PrivtrafficError("no_such_figure", place=place, value=key, **hint)


def default_lang() -> Lang:
    """The language of the locale: Chinese for zh, else English."""
    name = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), None)
    return lang_of(name or locale.getlocale()[0] or "") or "en"


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    lang: Lang

    def __call__(self, key: str, /, **values: object) -> str:
        """The label or sentence `key`, with its `{places}` filled."""
        try:
            text = lexicon()[key][self.lang]
        except KeyError:
            # Ours are tested to be there, in both languages.
            if package := speaking_of(key):
                raise PrivtrafficError("plugin_word", package=package, word=key, lang=self.lang) from None
            raise
        if values and self.lang == "en":
            text = in_number(text, values)
        return text.format(**values) if values else text

    def means(self, key: str) -> str:
        """What the word means: meaning, formula, denominator; empty where a label says it all."""
        return lexicon().get(key, {}).get(f"means_{self.lang}", "")

    def cell(self, labels: str, value: object) -> str:
        """A canonical cell value as a person reads it, `cell("segment", "champions")`; an unknown one as it is.

        Of several names, `cell("life risk_band", "dormant")`, the first that has the value.
        """
        entries = (lexicon().get(f"{name}.{value}") for name in labels.split())
        return next((entry[self.lang] for entry in entries if entry), str(value))
