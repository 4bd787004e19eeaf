"""Text of which every line is a row, as nearly all exports are: told from whole pieces, by two threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray

from privtraffic.intake.read.bytestream import is_utf8
from privtraffic.intake.read.row_count import LONGEST_ROW

PIECE = 1 << 20
REACH = 1 << 16
"""How far beyond its piece the last line of a piece may go."""
THREADS = 2


def plain_lines(piece: bytes | memoryview, room: NDArray[np.bool_] | None = None) -> int | None:
    """The lines of a piece where each is a row, no quote open at its end; None where that needs a closer look.

    Comparisons of whole pieces let go of the interpreter, which `in` does not, so threads share the work.  They are
    made in `room` (2, length) where it is given: new memory would cost as much as they do.
    """
    codes = np.frombuffer(piece, np.uint8)
    if not codes.size or codes[-1] != ord("\n") or not codes.min():
        return None
    ends, other = np.empty((2, codes.size), bool) if room is None else room[:, : codes.size]
    np.equal(codes, ord("\n"), out=ends)
    np.equal(codes, ord('"'), out=other)
    if other.any() and (np.searchsorted(np.flatnonzero(other), np.flatnonzero(ends)) & 1).any():
        return None
    parted = np.flatnonzero(np.equal(codes, ord("_"), out=other))
    if parted.size and (_is_digit(codes[parted - 1]) & _is_digit(codes[parted + 1])).any():
        return None
    blank = ends[0] or np.logical_and(ends[1:], ends[:-1], out=other[1:]).any()
    returns = np.equal(codes, ord("\r"), out=other)
    if returns.any():
        blank |= returns[0] or (ends[2:] & returns[1:-1] & ends[:-2]).any() or (returns[:-1] > ends[1:]).any()
    return None if blank else int(np.count_nonzero(ends))


def _is_digit(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (codes - np.uint8(ord("0"))) < np.uint8(10)


def plain_file(path: Path) -> int | None:
    """The lines of a file in UTF-8 where each is a row; None where that, or an error, needs a closer look."""
    failed = Event()
    with ThreadPoolExecutor(THREADS) as pool:
        lines = sum(pool.map(partial(_share, path, failed), range(THREADS)))
    return None if failed.is_set() else lines


def _share(path: Path, failed: Event, first: int) -> int:
    """The plain lines that begin in every piece of one thread."""
    total = 0
    buffer = bytearray(PIECE + REACH + 1)
    room = np.empty((2, len(buffer)), bool)
    try:
        with path.open("rb", buffering=0) as file:
            for at in range(first * PIECE, path.stat().st_size, THREADS * PIECE):
                before = min(at, 1)
                file.seek(at - before)
                lines = None if failed.is_set() else _begun(buffer, file.readinto(buffer), before, room)
                if lines is None:
                    failed.set()
                    break
                total += lines
    except OSError:
        failed.set()
    return total


def _begun(buffer: bytearray, length: int, before: int, room: NDArray[np.bool_]) -> int | None:
    """The lines that begin in the piece that `buffer` holds, `before` bytes from its start."""
    start = buffer.find(b"\n", 0, length) + 1 if before else 0
    end = buffer.find(b"\n", before + PIECE - 1, length) + 1
    if not end:
        if length == len(buffer):
            return None
        if buffer[length - 1] != ord("\n"):
            buffer[length] = ord("\n")
            length += 1
        end = length
    if start == end or (before and not start):
        return 0
    half = LONGEST_ROW // 2
    if any(buffer.find(b"\n", part, min(part + half, end)) < 0 for part in range(start, end, half)):
        return None
    piece = memoryview(buffer)[start:end]
    return plain_lines(piece, room) if buffer.isascii() or is_utf8(piece) else None
