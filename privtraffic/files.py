"""The files of one run: what it reads is never overwritten, what it writes is there whole or not at all.

Every place that opens a file of the user's names it with `reading`; every output goes through `whole`, which refuses
what was read, under whatever name: through a link, a folder, a glob, or in other words.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from platform import node
from time import time

from privtraffic.errors import PrivtrafficError

PRIVATE = 0o600
"""The mode of new files that name people: databases, lists, saved models."""

_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY}
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_HOST = f"{zlib.crc32(node().encode()):08x}"
_TEMPORARY = re.compile(r"\..+-(?P<host>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]{12}\.tmp")
_OLD_NAME = re.compile(r"\.privtraffic-[0-9a-f]{12}\.tmp")
_OLD_SECONDS = 86_400
_mine: set[str] = set()
"""The temporary files of this process."""


@dataclass
class _Run:
    read: set[Path] = field(default_factory=set)
    written: set[Path] = field(default_factory=set)


_run: ContextVar[_Run | None] = ContextVar("run", default=None)


@contextmanager
def one_run() -> Iterator[None]:
    """Keep account of the files of a run of the command line: none is both read and written, none written twice.

    Outside of it, as in a notebook, nothing is kept: there a file that was written may be read and written again.
    """
    before = _run.set(_Run())
    try:
        yield
    finally:
        _run.reset(before)


def reading(path: Path) -> Path:
    """The same path, noted as an input of this run."""
    if (run := _run.get()) is not None:
        with suppress(OSError, RuntimeError, ValueError):
            run.read.add(path.resolve())
    return path


def reading_text(path: Path) -> Path:
    """The same for a small text; a pipe in a folder, where nobody may ever write, is refused and not waited for.

    What a shell gives as `<(command)` is no such pipe: somebody writes to it.

    Raises
    ------
    PrivtrafficError
        Where it is a pipe or a device.
    """
    reading(path)
    with suppress(OSError, RuntimeError, ValueError):
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and path.resolve().exists():
            raise PrivtrafficError("not_a_file", file=str(path))
    return path


def spare(path: Path, also: Iterable[Path] = ()) -> None:
    """Refuse an output that is an input of this run, or one of `also`.

    Raises
    ------
    PrivtrafficError
        Where both are one file.
    """
    run = _run.get()
    inputs = {*(run.read if run else ()), *also}
    target = path.resolve()
    if target in inputs or any(_same(target, other) for other in inputs):
        raise PrivtrafficError("out_is_input", path=path)


def check_place(path: Path) -> Path:
    """The file itself, behind any links.

    Raises
    ------
    PrivtrafficError
        Where its folder is missing, it is a folder, a pipe or a device, or the run reads it.
    """
    try:
        target = path.resolve()
        folder, place = target.is_dir(), target.parent.is_dir()
        special = target.exists() and not folder and not target.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise _explained(error, path) from error
    if folder:
        raise PrivtrafficError("out_is_folder", path=path)
    if special:
        raise PrivtrafficError("out_not_a_file", path=path)
    if not place:
        raise PrivtrafficError("out_folder_missing", path=path, folder=path.parent)
    spare(path)
    return target


def check_places(paths: Iterable[Path]) -> None:
    """The same for all outputs of a run, before its work: none is an input, none is written twice."""
    seen: list[Path] = []
    for path in paths:
        target = check_place(path)
        if any(target == other or _same(target, other) for other in seen):
            raise PrivtrafficError("out_twice", path=path)
        seen.append(target)


@contextmanager
def whole(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Lend a temporary path in the same folder and put it in place of `path` when all is written.

    On any failure the temporary file is removed and an old file at `path` stays as it was, which also keeps its rights.

    Parameters
    ----------
    private
        A new file may be read by its owner alone.

    Raises
    ------
    PrivtrafficError
        Where the run reads the file or has written it, it cannot be written, or the disk is full.
    """
    target = check_place(path)
    run = _run.get()
    if run and any(target == other or _same(target, other) for other in run.written):
        raise PrivtrafficError("out_twice", path=path)
    clear_orphans(target.parent)
    temporary = target.with_name(temporary_name())
    try:
        if private:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        yield temporary
        # What was read meanwhile counts as well.
        spare(path)
        _flush(temporary)
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        release(temporary.name)
    if run:
        run.written.add(target)


def temporary_name(stem: str = "privtraffic") -> str:
    """A name beside an output that tells who writes there, so that a later run can clear it away."""
    name = f".{stem}-{_HOST}-{os.getpid()}-{secrets.token_hex(6)}.tmp"
    _mine.add(name)
    return name


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


def _same(target: Path, other: Path) -> bool:
    try:
        return target.samefile(other)
    except (OSError, ValueError):
        return False


def _flush(path: Path) -> None:
    """Some file systems tell only here that the disk was full."""
    place = os.open(path, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _explained(error: OSError | RuntimeError | ValueError, path: Path) -> PrivtrafficError:
    code = error.errno if isinstance(error, OSError) else None
    if code in _DISK_FULL:
        return PrivtrafficError("out_disk_full", path=path)
    if code in _NOT_ALLOWED or isinstance(error, PermissionError):
        return PrivtrafficError("out_not_allowed", path=path)
    return PrivtrafficError("out_failed", path=path, reason=os.strerror(code) if code else error)
