"""Standard input: `-` is whatever another program hands over, in any form that a file may have."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.fetched import Fetched

NAME = "stdin"
MOST_BYTES = 1 << 32
"""And no more than half of the room there is: a program may write without end."""
_PIECE = 1 << 20


@dataclass(frozen=True)
class Stdin:
    """The place of what is handed over; it can be read once."""

    name: str = NAME

    def __str__(self) -> str:
        return self.name

    def fetch(self, workdir: Path) -> Fetched:
        """What was handed over, kept in the work folder and read like a file.

        Raises
        ------
        PrivtrafficError
            Where a person sits there and nothing is handed over; where it does not end.
        """
        if sys.stdin is None or sys.stdin.isatty():
            raise PrivtrafficError("stdin_terminal")
        at = workdir / NAME
        try:
            most = min(MOST_BYTES, shutil.disk_usage(workdir).free // 2)
            with at.open("wb") as out:
                while piece := sys.stdin.buffer.read(_PIECE):
                    if out.tell() + len(piece) > most:
                        raise PrivtrafficError("stdin_endless", mb=f"{most >> 20:,}")
                    out.write(piece)
        except OSError as error:
            raise PrivtrafficError("out_of_memory", detail=error.strerror or type(error).__name__) from None
        return Fetched(self, at)


STDIN = Stdin()
