"""The reader of workbooks, in this process or, for files nobody could look into beforehand, in one of its own.

It is compiled code that ends its process where a file announces more than there is memory.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from privtraffic.errors import PrivtrafficError
from privtraffic.memory import memory_given, says_no_memory, short_of_memory

MOST_MEMORY = 1 << 32
LEAST_MEMORY = 1 << 30
MEMORY_A_BYTE = 40
LEAST_SECONDS = 15
BYTES_A_SECOND = 1 << 20
"""So much of a sound file is read in a second of the processor, at least."""
MOST_SECONDS = 3600
_SHORT_OF_MEMORY = 3

Found = tuple[str, bool, pa.Table]
"""The name of a sheet, whether it is seen, and its cells as text."""


def read_sheets(path: Path) -> Iterator[Found]:
    """The sheets that have cells."""
    import fastexcel  # noqa: PLC0415

    # A chart sheet is no fault; without a handler its warning would stand between the lines of a report.
    logging.getLogger("calamine").addHandler(logging.NullHandler())
    book = fastexcel.read_excel(path)
    for name in book.sheet_names:
        # skip_rows=0 keeps the empty rows at the top, without which every row number would be wrong.
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if sheet.height and sheet.width:
            yield name, sheet.visible == "visible", pa.table(sheet.to_arrow())


def read_apart(path: Path) -> Iterator[Found]:
    """The same, read by a process that may end badly.

    Raises
    ------
    PrivtrafficError
        Where it does, which a sound file gives no reason for, unless the memory is at its end.
    """
    with tempfile.TemporaryDirectory(prefix="privtraffic-") as folder:
        command = [sys.executable, "-m", __name__, str(path.resolve()), folder]
        try:
            done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            raise PrivtrafficError("damaged_file", file=path.name, kind="Excel") from None
        if done.returncode:
            raise _ended(done, path)
        for file in sorted(Path(folder).iterdir()):
            with pa.OSFile(str(file)) as source:
                table = pa.ipc.open_file(source).read_all()
            said = table.schema.metadata or {}
            yield said[b"sheet"].decode(), said[b"visible"] == b"1", table.replace_schema_metadata()


def _ended(done: subprocess.CompletedProcess[bytes], path: Path) -> PrivtrafficError:
    """Why the process ended: the memory of the machine, or the file."""
    said = done.stderr.decode("utf-8", "replace")
    short = done.returncode == _SHORT_OF_MEMORY or says_no_memory(said)
    most = _most_memory(path)
    if short and (memory_given() or most) < most:
        return PrivtrafficError("out_of_memory", detail=f"{path.name}, ulimit -v")
    if short:
        return PrivtrafficError("expands_too_far", file=path.name, limit=f"{most >> 20} MB")
    return PrivtrafficError("encrypted" if "assword" in said else "damaged_file", file=path.name, kind="Excel")


def _most_memory(path: Path) -> int:
    """What a sound file of this size needs, and the reader itself."""
    return min(MOST_MEMORY, LEAST_MEMORY + MEMORY_A_BYTE * path.stat().st_size)


def _limit(path: str) -> None:
    """What the process may use: no more than was given, no more than a sound file needs."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415

    memory = min(memory_given() or MOST_MEMORY, _most_memory(Path(path)))
    seconds = LEAST_SECONDS + Path(path).stat().st_size // BYTES_A_SECOND
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _write_apart(path: str, folder: str) -> None:
    _limit(path)
    for number, (name, visible, table) in enumerate(read_sheets(Path(path))):
        told = table.replace_schema_metadata({"sheet": name, "visible": "1" if visible else "0"})
        with pa.OSFile(f"{folder}/{number:06}", "wb") as out, pa.ipc.new_file(out, told.schema) as writer:
            writer.write_table(told)


if __name__ == "__main__":
    try:
        _write_apart(*sys.argv[1:])
    except BaseException as error:
        if short_of_memory(error):
            sys.exit(_SHORT_OF_MEMORY)
        raise
