"""The slides as one file: the same report gives the same bytes."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from privtraffic.report.brand import HOUSE, Brand
from privtraffic.report.document import Report
from privtraffic.report.slides.base import base_of
from privtraffic.report.slides.deck import Deck
from privtraffic.report.words import Words
from privtraffic.report.workbook.text import clean

_CREATED = datetime(2026, 1, 1)
_ZIPPED = (1980, 1, 1, 0, 0, 0)


def write_slides(report: Report, words: Words, path: Path, brand: Brand = HOUSE) -> None:
    """Write the report as a presentation.

    Parameters
    ----------
    report
        What is to be shown.
    words
        The language of headings and notes.
    path
        Where to; an existing file is overwritten in place, see `privtraffic.report.write.whole`.
    brand
        Its template, where there is one, gives layouts, theme and size.

    Raises
    ------
    PrivtrafficError
        Where the template cannot be read.
    """
    base = base_of(brand, words)
    Deck(report, words, base, brand).fill()
    _described(base.deck, report)
    file = BytesIO()
    base.deck.save(file)
    path.write_bytes(_without_clock(file))


def _described(deck: object, report: Report) -> None:
    day = report.as_of
    about = deck.core_properties  # type: ignore[attr-defined]
    about.created = about.modified = datetime(day.year, day.month, day.day) if day else _CREATED
    about.title, about.author = clean(report.title)[:255], clean(report.client)[:255]
    about.last_modified_by, about.revision, about.comments = "", 1, f"privtraffic {report.command}"
    about.subject = about.keywords = about.category = ""


def _without_clock(file: BytesIO) -> bytes:
    settled = BytesIO()
    with ZipFile(file) as package, ZipFile(settled, "w", ZIP_DEFLATED) as copy:
        for name in package.namelist():
            entry = ZipInfo(name, _ZIPPED)
            entry.compress_type = ZIP_DEFLATED
            copy.writestr(entry, package.read(name))
    return settled.getvalue()
