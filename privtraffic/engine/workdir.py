"""A private folder for a run; one that a killed run has left behind is cleared away by the next.

A run holds a lock on a file of its folder, which the system lets go however the run ends.  Where there are no such
locks (Windows), folders are only cleared by their own run.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TextIO
from weakref import finalize

_PREFIX = "privtraffic-"
_OWNER = "owner"


class Workdir:
    """A folder under the system's temporary one, gone when it is closed, or nobody holds it any more."""

    def __init__(self) -> None:
        _clear_orphans()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._owner = (self.path / "new").open("w")
        # Locked before it has its name: another run must not find it free.
        if _lock(self._owner):
            (self.path / "new").rename(self.path / _OWNER)
        self._end = finalize(self, _remove, self.path, self._owner, os.getpid())

    def close(self) -> None:
        self._end()


def _remove(path: Path, owner: TextIO, process: int) -> None:
    owner.close()
    # A copy of this process that ends has nothing to clear away.
    if os.getpid() == process:
        shutil.rmtree(path, ignore_errors=True)


def _clear_orphans() -> None:
    # By the names alone: a crowded folder would be asked about each of its thousands of entries.
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for folder in [Path(entry) for entry in found if entry.name.startswith(_PREFIX)]:
            # Somebody else's, or just cleared by another run.
            with suppress(OSError), (folder / _OWNER).open("r+") as file:
                if _lock(file):
                    shutil.rmtree(folder, ignore_errors=True)


if sys.platform == "win32":

    def _lock(file: TextIO) -> bool:
        return False

else:
    import fcntl

    def _lock(file: TextIO) -> bool:
        """Take the lock; False where another process holds it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
