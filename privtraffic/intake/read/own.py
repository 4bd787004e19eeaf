"""Whether a file is a report that privtraffic wrote: a folder of exports is where such files come to lie."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile, ZipFile

_HEAD = 8192
_WRITTEN = re.compile(
    rb'<meta name="generator" content="privtraffic |\A\{\s*"command": "[a-z]+",\s*"version": "|'
    rb"<dc:description>privtraffic [a-z]+</dc:description>"
)
"""What a page, a JSON report and the properties of a workbook say of themselves."""


def is_report(path: Path) -> bool:
    """Whether a page, a workbook or a JSON file says that privtraffic wrote it."""
    with suppress(OSError, BadZipFile, KeyError, NotImplementedError, RuntimeError, ValueError):
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if head.startswith(b"PK\x03\x04"):
            with ZipFile(path) as book, book.open("docProps/core.xml") as properties:
                head = properties.read(_HEAD)
        return bool(_WRITTEN.search(head))
    return False
