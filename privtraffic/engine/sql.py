"""Named queries: the `.sql` file beside a room, cut at its `-- name:` lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
_PLACE = re.compile(r"--[^\n]*|'(?:[^']|'')*'|(?<![:\w]):([a-z_]\w*)")


@cache
def queries(module: str) -> dict[str, str]:
    """The queries of the SQL file that lies beside `module` (`privtraffic.analyses.rfm` -> `rfm.sql`), by name."""
    package, _, room = module.rpartition(".")
    text = files(package).joinpath(f"{room}.sql").read_text("utf-8")
    parts = _NAME.split(text)
    return {name: body.strip().rstrip(";") for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def bind(sql: str, values: dict[str, object], write: Callable[[str, object], str]) -> tuple[str, dict[str, object]]:
    """`:name` places as the engine writes them, and the values of those that occur; not in quotes nor comments."""
    used: dict[str, object] = {}

    def place(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0]
        used[name] = values[name]
        return write(name, values[name])

    return _PLACE.sub(place, sql), used
