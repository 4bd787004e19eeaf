"""What is given to a database: where its bytes lie, and by what they are known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.database_table import TablePlace
from privtraffic.intake.read.fetched import Fetched
from privtraffic.intake.read.lake import LakeName
from privtraffic.intake.read.source import Source, Stamp
from privtraffic.intake.understand.gather import StoredSource
from privtraffic.intake.understand.opened import Place


@dataclass(frozen=True)
class Hashed:
    """A place and its bytes: where they lie, as they were when they were looked at, and their hash."""

    place: Path | TablePlace | Fetched
    stamp: Stamp
    sha256: str

    def holds(self, source: Source | StoredSource) -> bool:
        """Whether a source was read from here."""
        if isinstance(self.place, TablePlace):
            return (self.place.path, self.place.table) == (source.path, source.sheet)
        return source.path == self.place

    @property
    def path(self) -> str:
        """The name under which the file stands in the database."""
        return str(self.place.path if isinstance(self.place, TablePlace) else self.place)


def hashed(place: Place, workdir: Path) -> Hashed:
    """A place as it is now; what has to be fetched is."""
    if isinstance(place, LakeName):
        raise PrivtrafficError("lake_needs_spark", file=place)
    known = place if isinstance(place, Path | TablePlace | Fetched) else place.fetch(workdir)
    at = known if isinstance(known, Path) else known.at if isinstance(known, Fetched) else known.path
    stamp, sha256 = Stamp.of(at), _hash(at)
    if isinstance(known, TablePlace):
        sha256 = hashlib.sha256(f"{sha256}#{known.table}".encode()).hexdigest()
    return Hashed(known, stamp, sha256)


def _hash(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(file), detail=error.strerror or type(error).__name__) from None
