"""Bytes -> raw text table: what a file is, decided by its first bytes and never by its name."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from privtraffic.engine.workdir import Workdir
from privtraffic.errors import PrivtrafficError
from privtraffic.files import reading
from privtraffic.intake.read.archive import Refused, unpack
from privtraffic.intake.read.bytestream import Beginning, unreadable
from privtraffic.intake.read.database_table import SQLITE_MAGIC, DatabaseTable, read_sqlite
from privtraffic.intake.read.jsonfile import is_json, read_json
from privtraffic.intake.read.lake import LakeSource
from privtraffic.intake.read.markup import is_markup, read_markup
from privtraffic.intake.read.parquet import ParquetFile
from privtraffic.intake.read.raw import Raw, Row
from privtraffic.intake.read.textfile import TextFile
from privtraffic.intake.read.workbook import OLE_MAGIC, ZIP_MAGIC, Sheet, is_workbook, read_workbook

__all__ = ["FileSource", "ParquetFile", "Raw", "Row", "Sheet", "Source", "Stamp", "TextFile", "open_sources"]

FileSource = TextFile | Sheet | ParquetFile | DatabaseTable | Refused
Source = FileSource | LakeSource

_ARCHIVES = (b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x1f\x9d")
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ\x90", b"{\\rtf")


NO_TABLE = ("archive", "binary_file", "empty_file", "page_without_table", "json_no_rows", "sql_dump")
"""What is said of a file that is sound and holds no table."""


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


_DUMP = re.compile(rb"^[ \t]*(?:INSERT INTO|CREATE TABLE) [^\n]*[(;]", re.MULTILINE)
"""What a dump of a database says, and no export."""


def open_sources(path: Path, encoding: str = "", *, packed: bool = False) -> list[FileSource]:
    """What a file holds: one source, or one a sheet, a table, a file of an archive.

    `encoding` is that of a text, where somebody named it; `packed` says that the file itself comes from an archive.

    Raises
    ------
    PrivtrafficError
        Where nothing can be read: missing, no file, unreadable, empty, encrypted, damaged or no table at all.
    """
    Stamp.of(reading(path))
    beginning = Beginning.of(path)
    magic = beginning.magic
    if magic.startswith((b"PAR1", SQLITE_MAGIC)):
        return [ParquetFile(path)] if magic.startswith(b"PAR1") else [*read_sqlite(path)]
    if magic.startswith(ZIP_MAGIC) or magic[:8] == OLE_MAGIC:
        archive = magic.startswith(ZIP_MAGIC) and not packed and not is_workbook(path)
        return _archive(path, encoding) if archive else [*read_workbook(path, magic[:8])]
    if magic.startswith(_ARCHIVES):
        raise PrivtrafficError("archive", file=path.name)
    if magic.startswith(_OTHERS):
        raise PrivtrafficError("binary_file", file=path.name)
    if not beginning.packed and is_markup(beginning.head):
        return [*read_markup(path)]
    if _DUMP.search(beginning.head):
        raise PrivtrafficError("sql_dump", file=path.name)
    if is_json(beginning.head):
        return [read_json(path, encoding, beginning)]
    return [TextFile(path, encoding, beginning)]


def _archive(path: Path, encoding: str) -> list[FileSource]:
    """The sources of all files of an archive, which lie unpacked for as long as one of them is held."""
    folder = Workdir()
    found: list[FileSource] = []
    for name, at in unpack(path, folder.path):
        try:
            inside = open_sources(at, encoding, packed=True)
        except PrivtrafficError as error:
            if not error.key.startswith(NO_TABLE):
                raise
            inside = [Refused(path, name, error)]
        for source in inside:
            source.sheet = f"{name}: {source.sheet}" if source.sheet and not isinstance(source, Refused) else name
            source.path = path
            _UNPACKED[source] = folder
        found += inside
    if all(isinstance(source, Refused) for source in found):
        raise PrivtrafficError("archive", file=path.name)
    return found


_UNPACKED: WeakKeyDictionary[FileSource, Workdir] = WeakKeyDictionary()
"""The folders of what was unpacked, by the sources that read there."""


def _unreadable(path: Path, error: OSError | ValueError) -> PrivtrafficError:
    if isinstance(error, OSError):
        return unreadable(path, error)
    return PrivtrafficError("unreadable", file=repr(str(path)), detail=str(error))
