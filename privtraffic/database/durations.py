"""How long the stages of each command took the last time that somebody watched it work on a database."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from privtraffic.database.store import SQL, opened
from privtraffic.engine.base import Engine
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import Took

_DURATIONS = pa.schema(
    {
        "command": pa.string(),
        "place": pa.int32(),
        "stage": pa.string(),
        "times": pa.int32(),
        "seconds": pa.float64(),
        "row_count": pa.int64(),
    }
)


def durations(engine: Engine, command: str, rows: int) -> list[Took]:
    """The stages of the last run of a command on the attached database, as long as they would take with `rows` rows;
    empty where none is known.
    """
    return [
        Took(row["stage"], row["times"], row["seconds"] * rows / max(1, row["row_count"]))
        for row in _kept(engine)
        if row["command"] == command
    ]


def keep_durations(path: Path, command: str, rows: int, took: Sequence[Took]) -> None:
    """Keep how long the stages of a run took, in the place of its last; not where the database cannot be written."""
    with suppress(PrivtrafficError, OSError), opened(path, write=True) as store:
        others = [row for row in _kept(store.engine) if row["command"] != command]
        own = [{"command": command, "place": at, "row_count": rows, **vars(one)} for at, one in enumerate(took)]
        store.engine.scan("brand.durations", pa.Table.from_pylist([*others, *own], schema=_DURATIONS))


def _kept(engine: Engine) -> list[dict[str, Any]]:
    if "durations" not in engine.fetch(SQL["tables"])["table_name"].to_pylist():
        return []
    rows: list[dict[str, Any]] = engine.fetch(SQL["durations"]).to_pylist()
    return rows
