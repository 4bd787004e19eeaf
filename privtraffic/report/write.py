"""A report becomes a file: the suffix decides which, and a file is written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.files import check_place, spare, whole
from privtraffic.report import data
from privtraffic.report.brand import HOUSE, Brand
from privtraffic.report.document import Report, Table
from privtraffic.report.personal import masked
from privtraffic.report.words import Words

__all__ = ["SLIDES", "WRITERS", "check_place", "check_suffix", "whole", "write", "write_table"]


@dataclass(frozen=True)
class Making:
    """What a writer is told beside the report: its words, the version, the files that were read, whose report it is."""

    words: Words
    version: str
    inputs: Sequence[str]
    brand: Brand
    show_keys: bool = False


Writer = Callable[[Report, Path, Making], None]


def _workbook(report: Report, path: Path, making: Making) -> None:
    # XlsxWriter is loaded only where a workbook is written, the page's template only where a page is.
    from privtraffic.report.workbook import write_workbook  # noqa: PLC0415

    write_workbook(report, making.words, path, making.brand)


def _page(report: Report, path: Path, making: Making) -> None:
    from privtraffic.report.page import write_page  # noqa: PLC0415

    write_page(_going_round(report, making), making.words, path, making.version, making.brand)


def _slides(report: Report, path: Path, making: Making) -> None:
    from privtraffic.report.slides import write_slides  # noqa: PLC0415

    write_slides(_going_round(report, making), making.words, path, making.brand)


def _going_round(report: Report, making: Making) -> Report:
    """What a page and slides show: they go from hand to hand, so they name nobody by phone or e-mail."""
    return report if making.show_keys else masked(report)


def _json(report: Report, path: Path, making: Making) -> None:
    data.write_json(report, path, making.version, making.inputs)


def _csv(report: Report, path: Path, _making: Making) -> None:
    data.write_csv(report, path)


def _parquet(report: Report, path: Path, _making: Making) -> None:
    data.write_parquet(report, path)


def _junit(report: Report, path: Path, making: Making) -> None:
    from privtraffic.report.junit import write_junit  # noqa: PLC0415

    write_junit(report, making.words, path)


SLIDES = ".pptx"

WRITERS: dict[str, Writer] = {
    ".xlsx": _workbook,
    ".html": _page,
    ".json": _json,
    ".csv": _csv,
    ".parquet": _parquet,
    SLIDES: _slides,
    ".xml": _junit,
}


def check_suffix(path: Path) -> None:
    """Raise where no writer knows the suffix, or what it needs is missing: to be asked before the work is done."""
    if path.suffix.lower() not in WRITERS:
        raise PrivtrafficError("out_suffix", path=path, suffix=path.suffix or "-", known=" ".join(WRITERS))
    if path.suffix.lower() == SLIDES and find_spec("pptx") is None:
        raise PrivtrafficError("extra_missing", what=path, package="'privtraffic[pptx]'")


def write(
    report: Report,
    words: Words,
    path: Path,
    version: str,
    inputs: Sequence[str] = (),
    *,
    brand: Brand = HOUSE,
    show_keys: bool = False,
) -> None:
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
    brand
        Whose look the workbook, the page and the slides have.
    show_keys
        Page and slides show phones and e-mail addresses in full; workbook and data formats always do.

    Raises
    ------
    PrivtrafficError
        The suffix is unknown or its package missing, the folder missing, the file not writable or an input, or the
        disk full.
    """
    check_suffix(path)
    spare(path, [*(Path(name) for name in inputs), *brand.files()])
    with whole(path) as temporary:
        WRITERS[path.suffix.lower()](report, temporary, Making(words, version, inputs, brand, show_keys))


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
