"""A folder, file or table that only a cluster reads: its header and first rows are seen here, the rest stays there."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from privtraffic.engine.base import Lake, LakeForm, LakeScan, is_address
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.bytestream import decode_head, sniff_encoding
from privtraffic.intake.read.raw import PREVIEW_ROWS, Raw, Row
from privtraffic.intake.read.textfile import sniff_delimiter

ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030", "cp1252": "windows-1252"}
"""Encodings in which a line ends where its bytes do, by the names of Java."""
_TABLE = re.compile(r"[\w`$-]+(\.[\w`$-]+){0,3}")


@dataclass(frozen=True)
class LakeName:
    """An address or the name of a table, as it was given."""

    name: str

    def __str__(self) -> str:
        return self.name


def in_lake(given: Path | str, lake: Lake | None) -> LakeName | None:
    """The name, where it means something in a lake: an address, or a table that no file of this machine hides.

    Raises
    ------
    PrivtrafficError
        For an address that the engine cannot read.
    """
    name = str(given)
    if is_address(name):
        if lake is None:
            raise PrivtrafficError("lake_needs_spark", file=name)
        return LakeName(name)
    try:
        local = Path(name).exists()
    except (OSError, ValueError):
        local = True
    known = lake is not None and not local and _TABLE.fullmatch(name) and lake.form(name)
    return LakeName(name) if known else None


class LakeSource:
    """A place in a lake; of a delimited text, each file has the header in its first line."""

    sheet = ""
    hidden = False

    def __init__(self, path: LakeName, lake: Lake) -> None:
        self.path = path
        self._lake = lake
        self._form = self._known_form()
        self.encoding = self.delimiter = self._text = ""
        if self._form == "csv":
            head = lake.first_lines(path.name, PREVIEW_ROWS)
            if not head.strip():
                raise PrivtrafficError("empty_file", file=path.name)
            self.encoding = sniff_encoding(head, path.name)
            if self.encoding not in ENCODINGS:
                raise PrivtrafficError("lake_encoding", file=path.name, encoding=self.encoding)
            self._header = head.partition(b"\n")[0]
            self._text = decode_head(head, self.encoding).removeprefix("\ufeff")
            self.delimiter = sniff_delimiter(self._text)

    @cached_property
    def preview(self) -> tuple[Row, ...]:
        if self._form == "csv":
            return tuple(tuple(row) for row in csv.reader(self._text.splitlines(), delimiter=self.delimiter))
        names = self._lake.names(self.path.name, self._form)
        return (names, *self._lake.first_rows(LakeScan(self.path.name, self._form, len(names)), PREVIEW_ROWS))

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        """Have every line looked at where it lies, and say how the engine shall read them."""
        if self._form != "csv":
            scan = LakeScan(self.path.name, self._form, columns)
            return Raw(scan, self._lake.count(scan))
        if header_row != 1:
            raise PrivtrafficError("lake_header", file=self.path.name)
        found = self._lake.look_through(self.path.name, ENCODINGS[self.encoding], self._header)
        if found.undecodable and self.encoding == "utf-8" and self._text.isascii():
            self.encoding = "gb18030"
            found = self._lake.look_through(self.path.name, ENCODINGS[self.encoding], self._header)
        if found.other_header:
            raise PrivtrafficError("lake_headers", file=self.path.name, other=found.other_header)
        if found.undecodable:
            raise PrivtrafficError(
                "lake_undecodable",
                file=found.undecodable_in,
                place=self.path.name,
                lines=f"{found.undecodable:,}",
                encoding=self.encoding,
            )
        scan = LakeScan(
            self.path.name, "csv", columns, self.delimiter, ENCODINGS[self.encoding], multiline=found.breaks
        )
        rows = self._lake.count(scan) if found.breaks else found.lines - found.files
        return Raw(scan, rows, encoding=self.encoding)

    def _known_form(self) -> LakeForm:
        form = self._lake.form(self.path.name)
        if form is None:
            raise PrivtrafficError("no_files", pattern=self.path.name)
        return form
