"""The list of items that may be offered."""

from __future__ import annotations

import csv
from pathlib import Path

from privtraffic.errors import PrivtrafficError


def read_stock(path: Path) -> tuple[str, ...]:
    """The names in the first column of a UTF-8 text or CSV file, one a line.

    Raises
    ------
    PrivtrafficError
        Where the file cannot be read as such or names nothing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            names = tuple(dict.fromkeys(row[0].strip() for row in csv.reader(lines) if row and row[0].strip()))
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(path), detail=error.strerror or "") from None
    except (UnicodeDecodeError, csv.Error):
        raise PrivtrafficError("bad_stock", file=path.name) from None
    if not names:
        raise PrivtrafficError("bad_stock", file=path.name)
    return names
