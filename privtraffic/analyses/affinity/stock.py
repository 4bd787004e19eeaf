"""The list of items that may be offered."""

from __future__ import annotations

import csv
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading_text


def read_stock(path: Path) -> tuple[str, ...]:
    """The names in the first column of a text or CSV file, one a line; UTF-8, or GBK as Chinese Excel saves it.

    Raises
    ------
    PrivtrafficError
        Where the file cannot be read as such or names nothing.
    """
    try:
        names = _names(reading_text(path).read_bytes())
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(path), detail=error.strerror or "") from None
    except (UnicodeDecodeError, csv.Error):
        raise PrivtrafficError("bad_stock", file=path.name) from None
    if not names:
        raise PrivtrafficError("bad_stock", file=path.name)
    return names


def _names(raw: bytes) -> tuple[str, ...]:
    if b"\0" in raw:
        raise csv.Error("not text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    rows = csv.reader(text.splitlines())
    return tuple(dict.fromkeys(row[0].strip() for row in rows if row and row[0].strip()))
