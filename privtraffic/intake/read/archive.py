"""A .zip of exports: looked at before anything is unpacked, each file in it read as if it lay beside the archive."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.bytestream import check_ratio
from privtraffic.intake.read.fetched import Named
from privtraffic.intake.read.parts import MOST_UNPACKED
from privtraffic.intake.read.raw import FirstRows, Raw, Row

MOST_FILES = 1000
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, LookupError, ValueError)
_ENCRYPTED, _UTF8 = 0x1, 0x800
_PIECE = 1 << 20
OF_OFFICE = "[Content_Types].xml"
"""What slides and documents have, which are no archives of files."""
_SLOW = (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_MOST_SLOW = 1 << 29
"""Of what takes ten times as long to unpack."""
_UNSAFE = re.compile(r"[^\w.()\[\] -]")


class Refused(FirstRows):
    """A file of an archive that is no table: whoever looks at it is told why."""

    encoding = ""
    delimiter = ""
    hidden = True
    """It is looked at only where no other file is an export."""

    def __init__(self, path: Path, sheet: str, error: PrivtrafficError) -> None:
        self.path: Named = path
        self.sheet = sheet
        self._error = error

    def rows(self, most: int) -> tuple[Row, ...]:
        raise self._error

    def raw(self, header_row: int, columns: int, workdir: Path, *, whitespace: bool = False) -> Raw:
        raise self._error


def unpack(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file of an archive, by its name within, where it now lies.

    Raises
    ------
    PrivtrafficError
        Where it is encrypted or damaged, holds more files or bytes than any export, or none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if _counts(member)]
            if any(member.filename == OF_OFFICE for member in members):
                raise PrivtrafficError("binary_file", file=path.name)
            _check(path.name, path.stat().st_size, members)
            for number, member in enumerate(members):
                name = _name(member)
                place = folder / str(number)
                place.mkdir()
                at = place / (_UNSAFE.sub("_", PurePosixPath(name).name)[-100:] or "file")
                with archive.open(member) as packed, at.open("wb") as out:
                    while piece := packed.read(_PIECE):
                        out.write(piece)
                yield name, at
    except _DAMAGED:
        raise PrivtrafficError("damaged_file", file=path.name, kind="zip") from None
    except RuntimeError:
        raise PrivtrafficError("archive_encrypted", file=path.name) from None
    except OSError as error:
        raise PrivtrafficError("out_of_memory", detail=error.strerror or type(error).__name__) from None


def _counts(member: zipfile.ZipInfo) -> bool:
    """Whether it is a file, and not what a system puts beside."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    return not (member.is_dir() or "__MACOSX" in parts or not parts or parts[-1].startswith("."))


def _check(file: str, packed: int, members: list[zipfile.ZipInfo]) -> None:
    """What the archive says of itself; the reader never unpacks more than that."""
    if not members:
        raise PrivtrafficError("empty_file", file=file)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise PrivtrafficError("archive_encrypted", file=file)
    if len(members) > MOST_FILES:
        raise PrivtrafficError("expands_too_far", file=file, limit=f"{MOST_FILES:,}")
    for member in members:
        check_ratio(file, member.file_size, member.compress_size)
    unpacked = sum(member.file_size for member in members)
    check_ratio(file, unpacked, packed)
    slow = sum(member.file_size for member in members if member.compress_type in _SLOW)
    for size, most in ((unpacked, MOST_UNPACKED), (slow, _MOST_SLOW)):
        if size > most:
            raise PrivtrafficError("expands_too_far", file=file, limit=f"{most >> 20:,} MB")


def _name(member: zipfile.ZipInfo) -> str:
    """The name as it was written: archives of Chinese Windows carry GBK without saying so."""
    name = member.filename
    if not member.flag_bits & _UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return "".join(char if char.isprintable() else "_" for char in name)
