"""The bytes of a file, decompressed within limits, and what their beginning says about the rest."""

from __future__ import annotations

import codecs
import gzip
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow as pa

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.encoding import THREE_BYTES, by_chance, decodes, guess, was_unicode
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
    ("\ufeff".encode("gb18030"), "gb18030"),
)
_ESCAPES, _BY_ESCAPES = (b"\x1b$", b"\x1b("), ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004", "iso2022_kr")
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\0")
_GZIP = b"\x1f\x8b"


class Beginning(NamedTuple):
    """The first bytes of a file as they lie on the disk, whether they are packed, and what they say unpacked."""

    magic: bytes
    packed: bool
    head: bytes

    @classmethod
    def of(cls, path: Path) -> Beginning:
        """Open the file once; the head is longer than PREVIEW_BYTES only where its first line is."""
        head = bytearray()
        most = PREVIEW_BYTES
        with _opened(path) as (plain, magic):
            for chunk in _stream(path, plain, magic, PREVIEW_BYTES):
                head += chunk
                if b"\n" not in head and b"\r" not in head:
                    most = LONGEST_ROW + PREVIEW_BYTES
                if len(head) >= most:
                    break
        return cls(magic, magic.startswith(_GZIP), bytes(head[:most]))


def chunks(path: Path, size: int = CHUNK, limit: int | None = None) -> Iterator[bytes]:
    """The bytes of a file, decompressed, up to `limit`."""
    read = 0
    with _opened(path) as (plain, magic):
        for chunk in _stream(path, plain, magic, size):
            read += len(chunk)
            yield chunk
            if limit is not None and read >= limit:
                break


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, bytes]]:
    """A file at its beginning, and its first bytes; what the disk or the packing has against it in one line."""
    try:
        with path.open("rb", buffering=0) as plain:
            magic = plain.read(16)
            plain.seek(0)
            yield plain, magic
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise PrivtrafficError("damaged_file", file=path.name, kind="gzip") from None
    except OSError as error:
        raise unreadable(path, error) from None


def _stream(path: Path, plain: BinaryIO, magic: bytes, size: int) -> Iterator[bytes]:
    packed = magic.startswith(_GZIP)
    file: BinaryIO = gzip.open(plain) if packed else plain  # type: ignore[assignment]  # noqa: SIM115
    read = 0
    while chunk := file.read(size):
        read += len(chunk)
        if packed:
            check_ratio(path.name, read, plain.tell())
        yield chunk


def check_ratio(file: str, unpacked: int, packed: int) -> None:
    """Refuse what expands beyond any export."""
    if unpacked > UNPACKED_FREE and unpacked > UNPACKED_RATIO * max(packed, 1):
        raise PrivtrafficError("expands_too_far", file=file, limit=f"1:{UNPACKED_RATIO}")


def unreadable(path: Path, error: OSError) -> PrivtrafficError:
    return PrivtrafficError("unreadable", file=str(path), detail=error.strerror or type(error).__name__)


def sniff_encoding(head: bytes, file: str) -> str:
    """The encoding of a text by its first bytes: a byte order mark, else the strictest that fits."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if wide := _wide(head):
        return wide
    if escaped := _escaped(head):
        return escaped
    # Some programs fill the last block of a file, and some part cells by the first control character.
    head = head.rstrip(b"\0").replace(b"\x01", b",")
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) // 100 or head.count(0) > len(head) // 20:
        raise PrivtrafficError("binary_file", file=file)
    if _is_or_was_utf8(head):
        return "utf-8"
    return guess(head, file)


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
    right = len(THREE_BYTES.findall(text)) - wrong if wrong else 0
    if not wrong:
        return not by_chance(text)
    return right >= 4 and right * 4 > wrong and was_unicode(text)


def _escaped(head: bytes) -> str:
    """ISO-2022: pairs of seven-bit characters between escapes, as old mail and mainframes write Japanese and Korean."""
    if not any(start in head for start in _ESCAPES) or not head.isascii():
        return ""
    return next((name for name in _BY_ESCAPES if decodes(head, name) is not None), "")


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: delimiters and digits leave zeros on one side of every pair only."""
    pairs = len(head) // 2
    high, low = head[1::2].count(0), head[0::2].count(0)
    if pairs < 8 or max(high, low) < max(pairs // 10, 1) or min(high, low) > pairs // 50:
        return ""
    return "utf-16-le" if high > low else "utf-16-be"
