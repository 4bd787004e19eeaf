"""The file of a database: made whole or not at all, with the rights of its owner alone, and written anew without what
was deleted."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

from privtraffic.engine.embedded import EmbeddedEngine, create_database
from privtraffic.errors import PrivtrafficError
from privtraffic.files import PRIVATE
from privtraffic.temporary import clear_orphans, release, temporary_name


@contextmanager
def new_file(path: Path, schema: str) -> Iterator[Path]:
    """Lend a new database beside `path`, and give it its name when the block has ended well.

    Raises
    ------
    PrivtrafficError
        Where it cannot be written there, the disk is full, or another process made the database meanwhile.
    """
    clear_orphans(path.parent)
    temporary = path.with_name(temporary_name(path.name))
    try:
        with _rights(PRIVATE):
            create_database(temporary, schema)
            yield temporary
            _refuse_unsettled(temporary)
        _put(temporary, path)
    except OSError as error:
        raise _not_made(error, path) from None
    finally:
        _remove(temporary)


def compact(path: Path) -> None:
    """Write a database anew, so that what was deleted is gone from its bytes as well.

    Raises
    ------
    PrivtrafficError
        Where there is no room for a second file meanwhile; the database is then as it was.
    """
    target = path.resolve()
    clear_orphans(target.parent)
    temporary = target.with_name(temporary_name(path.name))
    try:
        with rights_of(target), closing(EmbeddedEngine()) as engine:
            engine.attach(target, write=True)
            engine.settle()
            engine.copy_brand(temporary)
            _refuse_unsettled(temporary)
            shutil.copymode(target, temporary)
            # Replaced while it is held: nobody writes to the old one in between.
            temporary.replace(target)
    except (OSError, PrivtrafficError) as error:
        detail = error.strerror if isinstance(error, OSError) else error.values.get("detail", error.key)
        raise PrivtrafficError("db_not_compacted", file=path, detail=detail) from None
    finally:
        _remove(temporary)


def rights_of(path: Path) -> AbstractContextManager[None]:
    """What DuckDB makes beside a database while the block runs gets the database's own rights."""
    try:
        return _rights(stat.S_IMODE(path.stat().st_mode))
    except OSError:
        return _rights(PRIVATE)


@contextmanager
def _rights(mode: int) -> Iterator[None]:
    before = os.umask(0o777 & ~mode)
    try:
        yield
    finally:
        os.umask(before)


def _refuse_unsettled(temporary: Path) -> None:
    """DuckDB keeps quiet where it could not bring all into the one file."""
    if temporary.with_name(f"{temporary.name}.wal").exists():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _put(temporary: Path, path: Path) -> None:
    """Give a new database its name; a second first run at the same moment finds the name taken."""
    _put_aside(path.with_name(f"{path.name}.wal"))
    try:
        os.link(temporary, path)
    except OSError:
        # Some file systems have no links; two first runs at the same moment are then not kept apart.
        if path.exists():
            raise PrivtrafficError("db_busy", file=path, process="?") from None
        temporary.rename(path)


def _put_aside(wal: Path) -> None:
    """What DuckDB kept beside a database that is gone would be taken for the new one's: keep it under another name."""
    if wal.exists():
        number = next(n for n in range(1, 1 << 20) if not wal.with_name(f"{wal.name}.{n}").exists())
        wal.rename(wal.with_name(f"{wal.name}.{number}"))


def _remove(path: Path) -> None:
    for file in (path, path.with_name(f"{path.name}.wal")):
        with suppress(OSError):
            file.unlink()
    release(path.name)


def _not_made(error: OSError, path: Path) -> PrivtrafficError:
    if isinstance(error, FileNotFoundError):
        return PrivtrafficError("db_folder_missing", file=path, folder=path.parent)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return PrivtrafficError("out_of_memory", detail=os.strerror(error.errno))
    return PrivtrafficError("db_not_allowed", file=path)
