"""The bytes of a file, decompressed within limits, and what their beginning says about the rest."""

from __future__ import annotations

import codecs
import gzip
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.row_count import LONGEST_ROW

CHUNK = 1 << 21
PREVIEW_BYTES = 1 << 18
UNPACKED_FREE = 1 << 28
UNPACKED_RATIO = 200
"""Exports shrink to a fifth or a fiftieth; what grows two hundredfold beyond UNPACKED_FREE was made to do harm."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\0")
_HIGH = re.compile(rb"[\x80-\xff]+")


def is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def chunks(path: Path, size: int = CHUNK, limit: int | None = None) -> Iterator[bytes]:
    """The bytes of a file, decompressed, up to `limit`."""
    read = 0
    try:
        with path.open("rb", buffering=0) as plain:
            packed = is_gzip(path)
            file: BinaryIO = gzip.open(plain) if packed else plain  # type: ignore[assignment]  # noqa: SIM115
            while (limit is None or read < limit) and (chunk := file.read(size)):
                read += len(chunk)
                if packed:
                    check_ratio(path.name, read, plain.tell())
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise PrivtrafficError("damaged_file", file=path.name, kind="gzip") from None
    except OSError as error:
        raise unreadable(path, error) from None


def check_ratio(file: str, unpacked: int, packed: int) -> None:
    """Refuse what expands beyond any export."""
    if unpacked > UNPACKED_FREE and unpacked > UNPACKED_RATIO * max(packed, 1):
        raise PrivtrafficError("expands_too_far", file=file, limit=f"1:{UNPACKED_RATIO}")


def unreadable(path: Path, error: OSError) -> PrivtrafficError:
    return PrivtrafficError("unreadable", file=str(path), detail=error.strerror or type(error).__name__)


def head_of(path: Path) -> bytes:
    """The beginning of a file; longer only where its first line is."""
    head = b"".join(chunks(path, PREVIEW_BYTES, PREVIEW_BYTES))
    if len(head) < PREVIEW_BYTES or b"\n" in head or b"\r" in head:
        return head
    return b"".join(chunks(path, PREVIEW_BYTES, LONGEST_ROW + PREVIEW_BYTES))


def sniff_encoding(head: bytes, file: str) -> str:
    """The encoding of a text by its first bytes: a byte order mark, else the strictest that fits."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if wide := _wide(head):
        return wide
    # Some programs fill the last block of a file, and some part cells by the first control character.
    head = head.rstrip(b"\0").replace(b"\x01", b",")
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) // 100 or head.count(0) > len(head) // 20:
        raise PrivtrafficError("binary_file", file=file)
    if _is_or_was_utf8(head):
        return "utf-8"
    return "cp1252" if is_western(head) else "gb18030"


def decode_head(head: bytes, encoding: str) -> str:
    """Decode a beginning that may stop in the middle of a character; what is wrong in it is found by the full pass."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(head, final=len(head) < PREVIEW_BYTES)


def is_utf8(data: bytes | memoryview) -> bool:
    """Arrow checks some gigabytes a second, `bytes.decode` builds a string to throw it away."""
    offsets = pa.py_buffer(struct.pack("=ii", 0, len(data)))
    try:
        pa.StringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_or_was_utf8(head: bytes) -> bool:
    """Whether a text is UTF-8, or mixes it with something else: Chinese in GBK gives hardly a valid character."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head, final=len(head) < PREVIEW_BYTES)
    wrong = text.count("\ufffd")
    right = sum(char >= "\u0800" for char in text) - wrong if wrong else 0
    return not wrong or (right >= 4 and right * 4 > wrong)


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: delimiters and digits leave zeros on one side of every pair only."""
    pairs = len(head) // 2
    high, low = head[1::2].count(0), head[0::2].count(0)
    if pairs < 8 or max(high, low) < pairs // 10 or min(high, low) > pairs // 50:
        return ""
    return "utf-16-le" if high > low else "utf-16-be"


def is_western(head: bytes) -> bool:
    """Accented letters stand alone among ASCII; a Chinese character is at least two high bytes in nearly all cases."""
    runs = Counter(len(run) == 1 for run in _HIGH.findall(head))
    return runs[True] > runs[False]
