"""What a user can get wrong, said in one line, and the exit codes that go with it."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import cache, wraps
from importlib.resources import files
from pathlib import PurePath
from typing import Literal, ParamSpec, TypeVar

from privtraffic.counted import in_number
from privtraffic.memory import short_of_memory
from privtraffic.plugins import texts

P = ParamSpec("P")
R = TypeVar("R")
Lang = Literal["en", "zh"]
MOST_QUOTED = 1000
"""Letters of one value that a message quotes: a path of the longest names is told in full, a file's text is not."""
_LANGUAGES: dict[str, Lang] = {"en": "en", "english": "en", "zh": "zh", "chinese": "zh", "中文": "zh"}


class ExitCode(IntEnum):
    """The exit codes, stable for scripts."""

    DONE = 0
    GATE_FAILED = 1
    BAD_INPUT = 2
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


def lang_of(name: str) -> Lang | None:
    """The language that a name means, `zh-CN`, `en_US.UTF-8`, `Chinese (Simplified)_China`; None for another one."""
    first = re.split(r"[-_.@ (]", name.strip().lower(), maxsplit=1)[0]
    return _LANGUAGES.get(first)


@cache
def _texts() -> dict[str, dict[str, str]]:
    own: dict[str, dict[str, str]] = tomllib.loads(files("privtraffic").joinpath("errors.toml").read_text("utf-8"))
    brought = (tomllib.loads(file.read_text("utf-8")) for file in texts("errors.toml"))
    return {key: said for some in (*brought, own) for key, said in some.items()}


def within(value: object) -> object:
    """A value as a message quotes it: of a text that somebody else made too long, its beginning and its end."""
    text = str(value) if isinstance(value, str | PurePath) else ""
    return f"{text[: MOST_QUOTED - 100]} … {text[-100:]}" if len(text) > MOST_QUOTED else value


class PrivtrafficError(Exception):
    """A mistake a person can mend: one line that names the place and the remedy.

    Where it is made because the memory is at its end, it says that: no file is to blame then.

    Parameters
    ----------
    key
        The message in ``errors.toml``, where each stands in English and Chinese.
    values
        What the message names: file, row, column, candidates.
    """

    exit_code = ExitCode.BAD_INPUT
    in_python = False
    """Whether it is told to somebody who works in Python: options then have the names of arguments."""

    def __init__(self, key: str, **values: object) -> None:
        if detail := short_of_memory(sys.exc_info()[1]):
            key, values = "out_of_memory", {"detail": detail}
        super().__init__(key, values)
        self.key = key
        self.values = values

    @property
    def code(self) -> str:
        """What is wrong, as a name that stays: `unknown_scheme`."""
        return self.key

    @property
    def fields(self) -> Mapping[str, object]:
        """What the message names: file, row, column, option, value."""
        return self.values

    def text(self, lang: str = "en") -> str:
        values = {name: within(value) for name, value in self.values.items()}
        # Another package may have left its errors out.
        said = _texts()[self.key][lang] if self.key in _texts() else " ".join((self.key, *(f"{{{n}}}" for n in values)))
        if self.in_python:
            said = as_arguments(said)
            values |= {name: as_arguments(str(values[name])) for name in ("option", "place") if name in values}
        if lang == "en":
            said = in_number(said, values)
        return " ".join(said.format(**values).split())

    def __str__(self) -> str:
        return self.text()


_MAPPED = re.compile(
    r"""--map\ (?: "(?P<field>[\w{}]+)=(?P<column>[^"]*)"
    | (?P<name>[\w{}]+)=(?P<header>[^\s，。；、（：]+?) (?=[\s,;.，。；、（：]|:\s|$))""",
    re.VERBOSE,
)
_SEPARATOR = re.compile(r"--(decimal) ([,.])")
_OPTION = re.compile(r"--([a-z][a-z-]*)(?: (?:FILE|DIR)\b)?")
_PLACE = re.compile(r" with --(?:out|db)\b|(?<=Give) --(?:out|db)\b|用 --(?:out|db) ?(?=指定)")
"""Where to write is said by the path alone."""
ARGUMENTS = {"map": "mapping", "list": "list_file", "out": "path", "db": "path", "json": "to_dict()"}
"""What Python calls an option, where it is not the option's name with underscores."""


def as_arguments(text: str) -> str:
    """A message with the names that options have in Python: `as_of` for `--as-of`, a mapping for `--map`."""

    def mapped(found: re.Match[str]) -> str:
        field, column = found["field"] or found["name"], found["column"] or found["header"]
        return f'mapping={{{{"{field}": "{column}"}}}}'

    plain = _SEPARATOR.sub(r'\1="\2"', _MAPPED.sub(mapped, _PLACE.sub("", text)))
    return _OPTION.sub(lambda found: ARGUMENTS.get(found[1], found[1].replace("-", "_")), plain)


def in_python(function: Callable[P, R]) -> Callable[P, R]:
    """Have what goes wrong in a function told with the names of Python's arguments."""

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except PrivtrafficError as error:
            error.in_python = True
            raise

    return told


class PrivtrafficWarning(UserWarning):
    """What somebody who reads files in Python should see: each kind has a class of its own, to be filtered by."""


class DroppedRowsWarning(PrivtrafficWarning):
    """Rows that could not be read were left out: no date, no amount, a row of sums."""


class PluginWarning(PrivtrafficWarning):
    """What another package brings cannot be used."""


class ReadingWarning(PrivtrafficWarning):
    """A part of the files was not understood: a word of the status, a file of a folder."""
