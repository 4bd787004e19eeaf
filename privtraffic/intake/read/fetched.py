"""What is no file of its own (rows in memory, standard input, the rows of a query), kept in one while a run lasts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable


class Named(Protocol):
    """The name under which a report speaks of a source; as text, the whole address."""

    @property
    def name(self) -> str: ...


@runtime_checkable
class Fetchable(Named, Protocol):
    """What has to be fetched before it can be read, once."""

    def fetch(self, workdir: Path) -> Fetched:
        """Keep it in a file of the work folder."""


@dataclass(frozen=True)
class Fetched:
    """Where the source lies now: a Parquet file with the columns in `header`; where that is None, any file."""

    place: Named
    at: Path
    header: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        return self.place.name

    def __str__(self) -> str:
        return str(self.place)
