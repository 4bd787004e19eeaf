"""A report becomes a file: the suffix decides which, and a file is written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.files import check_place, spare, whole
from privtraffic.report import data
from privtraffic.report.document import Report, Table
from privtraffic.report.words import Words

__all__ = ["WRITERS", "check_place", "check_suffix", "whole", "write", "write_table"]

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


def _junit(report: Report, words: Words, path: Path, _version: str, _inputs: Sequence[str]) -> None:
    from privtraffic.report.junit import write_junit  # noqa: PLC0415

    write_junit(report, words, path)


WRITERS: dict[str, Writer] = {
    ".xlsx": _workbook,
    ".html": _page,
    ".json": _json,
    ".csv": _csv,
    ".parquet": _parquet,
    ".xml": _junit,
}


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
        The suffix is unknown, the folder missing, the file not writable or an input, or the disk full.
    """
    check_suffix(path)
    spare(path, [Path(name) for name in inputs])
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
