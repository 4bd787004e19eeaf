"""The files of one run: what it reads is never overwritten, what it writes is there whole or not at all.

Every place that opens a file of the user's names it with `reading`; every output goes through `whole`, which refuses
what was read, under whatever name: through a link, a folder, a glob, or in other words.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privtraffic.errors import PrivtrafficError
from privtraffic.temporary import clear_orphans, is_mine, release, temporary_name

PRIVATE = 0o600
"""The mode of new files that name people: databases, lists, saved models."""

LARGEST_TEXT = 1 << 26
"""Bytes of a text that is read at once: settings, a secret, a stock list, what is kept of a list or a model."""
_DEEP = re.compile(r"""(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""")

_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY}
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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


def reading_text(path: Path, most: int = LARGEST_TEXT) -> Path:
    """The same for what is read at once; a pipe in a folder, where nobody may ever write, is refused, not waited for.

    What a shell gives as `<(command)` is no such pipe: somebody writes to it.

    Raises
    ------
    PrivtrafficError
        Where it is a pipe or a device, or larger than `most` bytes.
    """
    reading(path)
    with suppress(OSError, RuntimeError, ValueError):
        mode, size = path.stat().st_mode, path.stat().st_size
        if stat.S_ISREG(mode) and size > most:
            raise PrivtrafficError("text_too_large", file=str(path), mb=most >> 20)
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and path.resolve().exists():
            raise PrivtrafficError("not_a_file", file=str(path))
    return path


def toml_of(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises
    ------
    ValueError
        Where it is none, or has keys in keys without end, for each of which the parser keeps all before it.
    """
    if _DEEP.search(text):
        raise tomllib.TOMLDecodeError("more than 100 keys in keys")
    return tomllib.loads(text)


def secret_of(file: str) -> str:
    """The secret that a file holds, and nothing else."""
    try:
        text = reading_text(Path(file)).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or "no UTF-8 text"
        raise PrivtrafficError("unreadable", file=file, detail=detail) from None
    if not text:
        raise PrivtrafficError("empty_mask", file=file)
    return text


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
    run, together = _run.get(), _together.get()
    if run and any(target == other or _same(target, other) for other in run.written):
        raise PrivtrafficError("out_twice", path=path)
    clear_orphans(target.parent)
    temporary = target.with_name(temporary_name())
    kept = False
    try:
        if private:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        yield temporary
        # What was read meanwhile counts as well.
        spare(path)
        _flush(temporary)
        if target.exists():
            shutil.copymode(target, temporary)
        # What is lent is no place of its own: who writes into it wants it there at once.
        if together is None or is_mine(target.name):
            temporary.replace(target)
        else:
            together.written.append((temporary, target, path))
            kept = True
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        if not kept:
            _remove(temporary)
    if run:
        run.written.add(target)


def gone(path: Path) -> None:
    """Remove an output of an earlier run that this one does not write again, with all else or not at all.

    Raises
    ------
    PrivtrafficError
        Where the run reads it, or it cannot be removed.
    """
    spare(path)
    if (together := _together.get()) is not None:
        together.written.append((None, path.resolve(), path))
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _explained(error, path) from error


@dataclass
class Together:
    """Outputs that belong together: what is to stand where, or that nothing is to stand there."""

    written: list[tuple[Path | None, Path, Path]] = field(default_factory=list)
    _begun: list[tuple[Path | None, Path, Path | None]] = field(default_factory=list)
    _asides: list[Path] = field(default_factory=list)

    def place(self) -> None:
        """Put in place what was written so far: all of it, or none."""
        for temporary, target, path in self.written[len(self._begun) :]:
            try:
                self._begun.append((temporary, target, self._set_aside(target)))
                if temporary is None:
                    target.unlink(missing_ok=True)
                else:
                    temporary.replace(target)
            except OSError as error:
                raise _explained(error, path) from error

    def _set_aside(self, target: Path) -> Path | None:
        """Keep the old file under another name until all is well; where there are no links, as a copy."""
        if not target.exists():
            return None
        aside = target.with_name(temporary_name())
        self._asides.append(aside)
        try:
            os.link(target, aside)
        except OSError:
            shutil.copy2(target, aside)
        return aside

    def take_back(self) -> None:
        """Put the old files back, and remove those that are new."""
        for temporary, target, aside in reversed(self._begun):
            with suppress(OSError):
                if aside is not None:
                    aside.replace(target)
                elif temporary is not None and not temporary.exists():
                    target.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what was not put in place, and the old files."""
        for place in (*(temporary for temporary, *_ in self.written), *self._asides):
            if place is not None:
                _remove(place)


_together: ContextVar[Together | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[Together]:
    """What is written within comes to its place all at once, when it is asked to or at the end.

    A failure before, meanwhile or later within leaves all the old files and none of the new ones.
    """
    if (outer := _together.get()) is not None:
        yield outer
        return
    mine = Together()
    before = _together.set(mine)
    try:
        yield mine
        mine.place()
    except BaseException:
        mine.take_back()
        raise
    finally:
        _together.reset(before)
        mine.clear()


def _remove(temporary: Path) -> None:
    with suppress(OSError):
        temporary.unlink(missing_ok=True)
    release(temporary.name)


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
