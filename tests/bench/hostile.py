# ruff: noqa: E501
"""What hostile files cost: python -m tests.bench.hostile prints the table of docs/reliability.md.

Each is read by a process of its own; what counts is the largest of its processes, and the time of the processor.
"""

from __future__ import annotations

import gzip
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from tests.bench import hostile_beside, hostile_ways_in
from tests.test_budgets import HEAD, ROWS, SHEET, book, row, sst

MB = 1 << 20
MOST_MB, MOST_SECONDS = 1024, 20
CELL = "<c r='{}{}'><v>1</v></c>"
LAUGHS = "<!DOCTYPE l [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip
LINES = ",".join(HEAD) + "\n" + "".join(",".join(cells) + "\n" for cells in ROWS)


def packed(path: Path, member: str, head: str, piece: str, times: int, tail: str = "") -> None:
    """Add to a workbook a part that is one piece again and again."""
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(member, "w", force_zip64=True) as out,
    ):
        out.write(head.encode())
        for _ in range(times):
            out.write(piece.encode())
        out.write(tail.encode())


def ods(path: Path, content: str) -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    names = f"xmlns:office='{office}office:1.0' xmlns:table='{office}table:1.0' xmlns:text='{office}text:1.0'"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet><table:table table:name='S'>{content}"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")


def squeezed(path: Path, piece: bytes, times: int) -> None:
    with gzip.open(path, "wb") as out:
        for _ in range(times):
            out.write(piece)


def sheet_bomb(path: Path) -> None:
    book(path)
    head, tail = SHEET.split("{}")
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if "sheet1" not in name}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in kept.items():
            archive.writestr(name, data)
    packed(path, "xl/worksheets/sheet1.xml", head, " " * MB, 3000, tail)


def many_columns(path: Path, columns: int, rows: int) -> None:
    with path.open("w") as out:
        out.write(",".join([*HEAD, *(f"x{n}" for n in range(columns))]) + "\n")
        for n in range(rows):
            out.write(f"A{n},m{n},2026-01-01,5" + ",1" * columns + "\n")


def footer(path: Path, change: Callable[[bytes], bytes]) -> None:
    pq.write_table(pa.table(dict(zip(HEAD, map(list, zip(*ROWS, strict=True)), strict=True))), path)
    path.write_bytes(change(path.read_bytes()))


def nested(path: Path) -> None:
    path.write_text(LINES)
    for _ in range(20):
        inner = path.read_bytes()
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("orders.zip", inner)


KINDS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "shared strings: 4 billion announced": ("xlsx", lambda p: book(p, strings=sst('uniqueCount="4000000000"'))),
    "a cell in column ZZZZZZ": ("xlsx", lambda p: book(p, row(9, ("x",), "Z").replace("Z9", "ZZZZZZ9"))),
    "two cells a million rows apart": ("xlsx", lambda p: book(p, "<row r='1000000'>" + CELL.format("CZ", 10**6) + "</row>")),
    "merged cells without end": ("xlsx", lambda p: book(p, prefix="", rows="<row/>" + "<mergeCell ref=\"A1:XFD1048576\"/>" * 200_000)),
    "a sheet of 3 GB of blanks": ("xlsx", sheet_bomb),
    "XML entities in entities": ("xlsx", lambda p: book(p, strings=LAUGHS + sst("").replace("<t>a", "<t>&a11;"))),
    "XML entities in SpreadsheetML": ("xls", lambda p: p.write_text(f"<?xml version='1.0'?>{LAUGHS}<Workbook><Worksheet><Table><Row><Cell><Data>&a11;</Data></Cell></Row></Table></Worksheet></Workbook>")),
    "archives in archives": ("zip", nested),
    "repeated cells of an ODS": ("ods", lambda p: ods(p, "<table:table-row table:number-rows-repeated='1048576'><table:table-cell office:value-type='string' table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell></table:table-row>")),
    "an old workbook of noise": ("xls", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(8 * MB))),
    "spans in a page": ("xls", lambda p: p.write_text("<table>" + "<tr><td colspan=1000 rowspan=1000>x</td></tr>" * 300 + "</table>")),
    "spans of wide rows in a page": ("xls", lambda p: p.write_text("<table>" + ("<tr>" + "<td colspan=1000 rowspan=1000>x</td>" * 100 + "</tr>") * 3 + "</table>")),
    "a page of 120 MB": ("html", lambda p: p.write_text("<table>" + "<tr><td>a</td><td>b</td></tr>" * 4_000_000 + "</table>")),
    "tables in tables": ("html", lambda p: p.write_text("<table><tr><td>" * 100_000)),
    "gzip of 4 GB of zeros": ("csv.gz", lambda p: squeezed(p, bytes(MB), 4096)),
    "gzip of 4 GB of one line": ("csv.gz", lambda p: squeezed(p, b"A1,m1,2026-01-01,5.00\n" * 50_000, 3900)),
    "Parquet: a footer of 4 GB announced": ("parquet", lambda p: footer(p, lambda b: b[:-8] + b"\xff\xff\xff\x7fPAR1")),
    "Parquet: numbers in the footer changed": ("parquet", lambda p: footer(p, lambda b: b[:-60] + b"\xfe" * 40 + b[-20:])),
    "Parquet of 100,000 columns": ("parquet", lambda p: pq.write_table(pa.table({f"c{n}": ["1"] for n in range(100_000)}), p)),
    "a line of 1 GB": ("csv", lambda p: p.write_bytes(b"order_id,member_id," * (MB * 54))),
    "1 GB of NUL": ("csv", lambda p: (p.write_text(LINES), os.truncate(p, 1 << 30))),
    "a quote that is not closed, 300 MB": ("csv", lambda p: p.write_text(LINES + 'A3,"' + "A1,m1,2026-01-01,5\n" * 16_000_000)),
    "100,000 columns": ("csv", lambda p: many_columns(p, 100_000, 3)),
    "16,000 columns of 2,000 rows": ("csv", lambda p: many_columns(p, 16_000, 2000)),
}  # fmt: skip


def measure(place: Path, command: str) -> tuple[int, float, int, str]:
    """Exit code, seconds of the processor, MB of the largest process, and what was said.

    `command` is one of privtraffic on files in `{}`, behind a pipe where what is before it is of the shell.
    """
    before, pipe, own = command.rpartition(" | ")
    shell = f"cd {place}; ulimit -v 9000000; {before}{pipe}exec {sys.executable} -m privtraffic {own.format(*[place] * own.count('{}'))} -q --lang en"
    with (place / "said").open("w+b") as said:
        actions = [(os.POSIX_SPAWN_DUP2, said.fileno(), 1), (os.POSIX_SPAWN_DUP2, said.fileno(), 2)]
        _, status, used = os.wait4(os.posix_spawn("/bin/sh", ["sh", "-c", shell], os.environ, file_actions=actions), 0)
        said.seek(0)
        text = said.read().decode("utf-8", "replace").strip()
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss >> 10, text


def commands() -> Iterator[tuple[str, str, Callable[[Path], object]]]:
    """Every kind by its name: the command that reads it, and what makes it in a folder."""
    for name, (kind, make) in {**KINDS, **hostile_ways_in.KINDS}.items():
        ending, sign, table = kind.partition("#")
        file = f"orders.{ending}"
        yield name, f"check {{}}/{file}{sign}{table}", partial(_made, make, file)
    for name, (command, make) in hostile_beside.KINDS.items():
        yield name, command, make


def _made(make: Callable[[Path], object], file: str, place: Path) -> None:
    make(place / file)


def measured() -> Iterator[str]:
    wanted = sys.argv[1:]
    for name, command, make in commands():
        if wanted and not any(word in name for word in wanted):
            continue
        with TemporaryDirectory() as folder:
            place = Path(folder)
            # Made by another process: one that is begun by this keeps the largest size this ever had.
            making = get_context("fork").Process(target=make, args=(place,))
            making.start()
            making.join()
            size = sum(
                path.stat().st_size
                for path in place.rglob("*")
                if path.name != "orders.csv" or len(list(place.iterdir())) == 1
            )
            code, seconds, megabytes, said = measure(place, command)
        wrong = code not in (0, 2) or megabytes > MOST_MB or seconds > MOST_SECONDS or said.count("\n")
        shown = "" if not size else f"{size / MB:,.1f} MB" if size > MB // 10 else f"{size / 1024:,.1f} kB"
        yield f"| {name} | {shown} | {code} | {megabytes} | {seconds:.1f} |" + (
            f"  BEYOND {said[:300]}" if wrong else ""
        )
        print(" ", said[:150], file=sys.stderr, flush=True)


if __name__ == "__main__":
    print("| file | its size | exit code | MB | seconds |\n|---|---|---|---|---|")
    for line in measured():
        print(line, flush=True)
