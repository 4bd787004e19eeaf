"""What a user can get wrong, said in one line, and the exit codes that go with it."""

from __future__ import annotations

import re
import sys
import tomllib
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Literal

from privtraffic.memory import short_of_memory

Lang = Literal["en", "zh"]
_LANGUAGES: dict[str, Lang] = {"en": "en", "english": "en", "zh": "zh", "chinese": "zh", "中文": "zh"}


class ExitCode(IntEnum):
    """What a script may rely on."""

    DONE = 0
    GATE_FAILED = 1
    BAD_INPUT = 2
    INTERRUPTED = 130
    TERMINATED = 143


def lang_of(name: str) -> Lang | None:
    """The language that a name means, `zh-CN`, `en_US.UTF-8`, `Chinese (Simplified)_China`; None for another one."""
    first = re.split(r"[-_.@ (]", name.strip().lower(), maxsplit=1)[0]
    return _LANGUAGES.get(first)


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("privtraffic").joinpath("errors.toml").read_text("utf-8"))


class PrivtrafficError(Exception):
    """A mistake a person can mend: one line that names the place and the remedy.

    Parameters
    ----------
    key
        The message in ``errors.toml``, where each stands in English and Chinese.
    values
        What the message names: file, row, column, candidates.

    Where it is made because the memory is at its end, it says that: no file is to blame then.
    """

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, key: str, **values: object) -> None:
        if detail := short_of_memory(sys.exc_info()[1]):
            key, values = "out_of_memory", {"detail": detail}
        super().__init__(key, values)
        self.key = key
        self.values = values

    def text(self, lang: str = "en") -> str:
        line = _texts()[self.key][lang].format(**self.values)
        return " ".join(line.split())

    def __str__(self) -> str:
        return self.text()
