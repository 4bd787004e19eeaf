"""A report becomes a file: the suffix decides which, and a file is written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.report import data
from privtraffic.report.document import Report, Table
from privtraffic.report.words import Words

Writer = Callable[[Report, Words, Path, str, Sequence[str]], None]
"""Writes (report, words, path, version, inputs)."""


def _workbook(report: Report, words: Words, path: Path, _version: str, _inputs: Sequence[str]) -> None:
    # XlsxWriter is loaded only where a workbook is written, the page's template only where a page is.
    from privtraffic.report.workbook import write_workbook  # noqa: PLC0415

    write_workbook(report, words, path)


def _page(report: Report, words: Words, path: Path, version: str, _inputs: Sequence[str]) -> None:
    from privtraffic.report.page import write_page  # noqa: PLC0415

    write_page(report, words, path, version)


def _json(report: Report, _words: Words, path: Path, version: str, inputs: Sequence[str]) -> None:
    data.write_json(report, path, version, inputs)


def _csv(report: Report, _words: Words, path: Path, _version: str, _inputs: Sequence[str]) -> None:
    data.write_csv(report, path)


def _parquet(report: Report, _words: Words, path: Path, _version: str, _inputs: Sequence[str]) -> None:
    data.write_parquet(report, path)


WRITERS: dict[str, Writer] = {".xlsx": _workbook, ".html": _page, ".json": _json, ".csv": _csv, ".parquet": _parquet}

_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY}
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def check_suffix(path: Path) -> None:
    """Raise where no writer knows the suffix: to be asked before the work is done, not after."""
    if path.suffix.lower() not in WRITERS:
        raise PrivtrafficError("out_suffix", path=path, suffix=path.suffix or "-", known=" ".join(WRITERS))


def write(report: Report, words: Words, path: Path, version: str, inputs: Sequence[str] = ()) -> None:
    """Write the report to `path` in the format of its suffix, whole or not at all.

    Parameters
    ----------
    report
        What is to be shown.
    words
        The language of a workbook and a page; the data formats carry canonical keys in every language.
    path
        Ends in one of `WRITERS`.
    version, inputs
        The version of privtraffic for JSON and a page; for JSON the files it read.

    Raises
    ------
    PrivtrafficError
        The suffix is unknown, the folder missing, the file not writable or the disk full.
    """
    check_suffix(path)
    with whole(path) as temporary:
        WRITERS[path.suffix.lower()](report, words, temporary, version, inputs)


def write_table(table: Table, words: Words, path: Path, suffix: str, as_of: date) -> None:
    """Write one table alone, .csv or .xlsx, for a system that reads it in.

    Parameters
    ----------
    path
        Where to, as lent by `whole`; the format is that of `suffix`.
    """
    report = Report(command="list", title=table.finding, as_of=as_of, detail=table)
    if suffix.lower() == ".csv":
        data.write_csv(report, path)
        return
    from privtraffic.report.workbook import write_alone  # noqa: PLC0415

    write_alone(report, words, path)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Lend a temporary path in the same folder and put it in place of `path` when all is written.

    On any failure the temporary file is removed and an old file at `path` stays as it was.
    """
    target = check_place(path)
    temporary = target.with_name(f".privtraffic-{secrets.token_hex(6)}.tmp")
    try:
        yield temporary
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_place(path: Path) -> Path:
    """The file itself, behind any links; raise where its folder is missing or it is a folder."""
    try:
        target = path.resolve()
        folder, place = target.is_dir(), target.parent.is_dir()
    except (OSError, RuntimeError) as error:
        raise _explained(error, path) from error
    if folder:
        raise PrivtrafficError("out_is_folder", path=path)
    if not place:
        raise PrivtrafficError("out_folder_missing", path=path, folder=path.parent)
    return target


def _explained(error: OSError | RuntimeError, path: Path) -> PrivtrafficError:
    code = error.errno if isinstance(error, OSError) else None
    if code in _DISK_FULL:
        return PrivtrafficError("out_disk_full", path=path)
    if code in _NOT_ALLOWED or isinstance(error, PermissionError):
        return PrivtrafficError("out_not_allowed", path=path)
    return PrivtrafficError("out_failed", path=path, reason=os.strerror(code) if code else error)
