"""One analysis asks another one, on the same tables: a result, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from privtraffic.analyses.catalog import room
from privtraffic.dataset import Dataset
from privtraffic.errors import PrivtrafficError
from privtraffic.parameters import taken
from privtraffic.progress import stage


@dataclass(frozen=True)
class Reply:
    """What a room said: a result, or why there is none.

    `reason` is a word of who asks, or the error that the room raised.
    """

    name: str
    result: Any = None
    reason: str | PrivtrafficError | None = None


def ask_room(name: str, data: Dataset, given: Mapping[str, object]) -> Reply:
    """What a room says under those of the parameters that it knows, and the rules that the brand's file has for it."""
    found = room(name)
    allowed = {field.name for field in fields(found.Params)}
    told = {key: value for key, value in given.items() if key in allowed}
    params = taken(found.Params, {**told, **data.settings.commands.get(name, {})})
    try:
        with stage(f"asked_{name}"):
            return Reply(name, found.compute(data, params))
    except PrivtrafficError as error:
        return Reply(name, reason=error)
