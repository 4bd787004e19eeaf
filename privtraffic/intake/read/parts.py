"""The parts of a workbook, looked at before the reader makes room for what they announce.

A cell tells the number of its text, and the reader copies the text: what is small in the file may be large in memory.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

import numpy as np

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.bytestream import UNPACKED_FREE, UNPACKED_RATIO

MOST_UNPACKED = 1 << 32
_PIECE = 1 << 20
_STRINGS = "xl/sharedStrings.xml"
_COUNT = re.compile(rb"""[cC]ount\s*=\s*["']\s*(\d{4,})""")
_TOLD = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d{1,10})\s*<""")
_ENDS = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Pieces that end with a tag."""
    rest = b""
    while chunk := stream.read(_PIECE):
        data = rest + chunk
        cut = data.rfind(b">") + 1 or len(data)
        yield data[:cut]
        rest = data[cut:]


def check_counts(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> None:
    """Refuse a part that announces more items than it has bytes: the reader makes room for all that is announced."""
    with archive.open(member) as stream:
        for piece in pieces(stream):
            if any(int(number) > max(member.file_size, 1 << 10) for number in _COUNT.findall(piece)):
                raise PrivtrafficError("damaged_file", file=file, kind="Excel")


def check_told(archive: zipfile.ZipFile, path: Path, cells: Mapping[str, int]) -> None:
    """Refuse a workbook whose texts, told again in many cells, come to more than a sound one of its size unpacks to."""
    most = min(MOST_UNPACKED, max(2 * UNPACKED_FREE, UNPACKED_RATIO * path.stat().st_size))
    if _STRINGS not in archive.namelist():
        return
    with archive.open(_STRINGS) as stream:
        texts = _lengths(pieces(stream))
    if max(texts, default=0) * sum(cells.values()) <= most:
        return
    told = 0
    for sheet in cells:
        with archive.open(sheet) as stream:
            told += _bytes_told(texts, pieces(stream))
        if told > most:
            raise PrivtrafficError("expands_too_far", file=path.name, limit=f"1:{UNPACKED_RATIO}")


def _lengths(parts: Iterable[bytes]) -> array[int]:
    """Bytes of every text, in the order of their numbers; what marks its parts is counted with it."""
    found = array("q")
    carried = 0
    for piece in parts:
        at = 0
        for end in _ENDS.finditer(piece):
            found.append(carried + end.start() - at)
            carried, at = 0, end.end()
        carried += len(piece) - at
    return found


def _bytes_told(texts: array[int], parts: Iterable[bytes]) -> int:
    """Bytes of all cells of a sheet that tell one of the texts; a cell that two pieces part is not seen."""
    sizes = np.array([*texts, 0], np.int64)
    told = 0
    for piece in parts:
        numbers = np.array(_TOLD.findall(piece), "S10").astype(np.int64)
        told += int(sizes[np.minimum(numbers, len(texts))].sum())
    return told
