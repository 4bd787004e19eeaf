"""Names of files that are not whole yet: they tell who writes, so that what a kill leaves is cleared."""

from __future__ import annotations

import os
import re
import secrets
import zlib
from contextlib import suppress
from pathlib import Path
from platform import node
from time import time

_HOST = f"{zlib.crc32(node().encode()):08x}"
_TEMPORARY = re.compile(r"\..+-(?P<host>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]{12}\.tmp")
_OLD_NAME = re.compile(r"\.privtraffic-[0-9a-f]{12}\.tmp")
_OLD_SECONDS = 86_400
_mine: set[str] = set()
"""The temporary files of this process."""


def temporary_name(stem: str = "privtraffic") -> str:
    """A name beside an output that tells who writes there, so that a later run can clear it away."""
    name = f".{stem}-{_HOST}-{os.getpid()}-{secrets.token_hex(6)}.tmp"
    _mine.add(name)
    return name


def is_mine(name: str) -> bool:
    """Whether a file was named by `temporary_name` of this process, and is in use."""
    return name in _mine


def release(name: str) -> None:
    """Say that this process is done with a temporary name: what could not be removed is the next run's to clear."""
    _mine.discard(name)


def clear_orphans(folder: Path) -> None:
    """Remove what a run that was killed left half written in a folder, and only that."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if not entry.name.startswith(".") or ".tmp" not in entry.name or entry.name in _mine:
                continue
            with suppress(OSError):
                if _is_orphan(entry):
                    Path(entry.path).unlink()


def _is_orphan(entry: os.DirEntry[str]) -> bool:
    name = entry.name.removesuffix(".wal")
    if name in _mine or not entry.is_file(follow_symlinks=False):
        return False
    if found := _TEMPORARY.fullmatch(name):
        return found["host"] == _HOST and not _is_alive(int(found["process"]))
    # Earlier versions named no process.
    return bool(_OLD_NAME.fullmatch(name)) and time() - entry.stat().st_mtime > _OLD_SECONDS


def _is_alive(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
