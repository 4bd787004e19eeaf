"""Bytes -> raw text table: what a file is, decided by its first bytes and never by its name."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading
from privtraffic.intake.read.bytestream import Beginning, unreadable
from privtraffic.intake.read.lake import LakeSource
from privtraffic.intake.read.markup import is_markup, read_markup
from privtraffic.intake.read.parquet import ParquetFile
from privtraffic.intake.read.raw import Raw, Row
from privtraffic.intake.read.textfile import TextFile
from privtraffic.intake.read.workbook import OLE_MAGIC, ZIP_MAGIC, Sheet, read_workbook

__all__ = ["FileSource", "ParquetFile", "Raw", "Row", "Sheet", "Source", "Stamp", "TextFile", "open_sources"]

FileSource = TextFile | Sheet | ParquetFile
Source = FileSource | LakeSource

_ARCHIVES = (b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x1f\x9d")
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"SQLite format 3\0", b"\x7fELF", b"MZ\x90", b"{\\rtf")


@dataclass(frozen=True)
class Stamp:
    """A file at the moment it was opened."""

    path: Path
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Raise where the path is no plain file that can be read."""
        try:
            found = path.stat()
        except (OSError, ValueError) as error:
            raise _unreadable(path, error) from None
        if not stat.S_ISREG(found.st_mode):
            raise PrivtrafficError("not_a_file", file=str(path))
        return cls(path, found.st_size, found.st_mtime_ns)

    def check(self) -> None:
        """Raise where the file is no longer what it was."""
        try:
            same = Stamp.of(self.path) == self
        except PrivtrafficError:
            same = False
        if not same:
            raise PrivtrafficError("file_changed", file=self.path.name)


def open_sources(path: Path, encoding: str = "") -> list[FileSource]:
    """What a file holds: one source, or one a sheet; `encoding` is that of a text, where somebody named it.

    Raises
    ------
    PrivtrafficError
        Where nothing can be read: missing, no file, unreadable, empty, encrypted, damaged or no table at all.
    """
    Stamp.of(reading(path))
    beginning = Beginning.of(path)
    magic = beginning.magic
    if magic.startswith(b"PAR1"):
        return [ParquetFile(path)]
    if magic.startswith(ZIP_MAGIC) or magic[:8] == OLE_MAGIC:
        return [*read_workbook(path, magic[:8])]
    if magic.startswith(_ARCHIVES):
        raise PrivtrafficError("archive", file=path.name)
    if magic.startswith(_OTHERS):
        raise PrivtrafficError("binary_file", file=path.name)
    if not beginning.packed and is_markup(beginning.head):
        return [*read_markup(path)]
    return [TextFile(path, encoding, beginning)]


def _unreadable(path: Path, error: OSError | ValueError) -> PrivtrafficError:
    if isinstance(error, OSError):
        return unreadable(path, error)
    return PrivtrafficError("unreadable", file=repr(str(path)), detail=str(error))
