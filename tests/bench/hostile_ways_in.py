"""Hostile files of the later ways in: JSON, SQLite, archives, Parquet, and books that tell one long text again."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.test_budgets import HEAD, ROWS, book

MB = 1 << 20
ORDER = '{"order_id":"A1","member_id":"m1","ordered_at":"2026-01-01","paid_amount":5}'
LINES = ",".join(HEAD) + "\n" + "".join(",".join(cells) + "\n" for cells in ROWS)


def pieces(path: Path, head: str, piece: str, times: int, tail: str = "") -> None:
    """A text that is one piece again and again."""
    with path.open("w", encoding="utf-8") as out:
        out.write(head)
        for _ in range(times // 1000):
            out.write(piece * 1000)
        out.write(piece * (times % 1000) + tail)


def database(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"create table orders ({', '.join(HEAD)})")
        connection.executemany("insert into orders values (?, ?, ?, ?)", ROWS)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


def archive(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)


def lying(path: Path, size: int) -> None:
    """The directory of the archive says another size than the file has."""
    archive(path, {"orders.csv": LINES.encode() * 1000})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", size)
    path.write_bytes(data)


def overlapping(path: Path, times: int) -> None:
    """Many names of one packed file."""
    zeros = io.BytesIO()
    with zipfile.ZipFile(zeros, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("0.csv", LINES.encode() + b"A3,m1,2026-01-01,5\n" * 12_000_000)
    data = zeros.getvalue()
    start, end = data.rindex(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry = data[start:end]
    closing_record = bytearray(data[end:])
    closing_record[8:12] = struct.pack("<HH", times, times)
    closing_record[12:16] = struct.pack("<I", len(entry) * times)
    path.write_bytes(data[:start] + entry * times + bytes(closing_record))


def told_again(path: Path, cells: int) -> None:
    """One text of a megabyte, to which every cell of a sheet refers."""
    rows = "".join(
        f"<row r='{n}'>" + "".join(f"<c r='{at}{n}' t='s'><v>0</v></c>" for at in "ABCDEFGHIJ") + "</row>"
        for n in range(1, cells // 10 + 1)
    )
    strings = "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' count='1' uniqueCount='1'><si><t>"
    noise = "".join(f"{n * 7919 % 65521:x}" for n in range(250_000))
    book(path, rows=rows, strings=f"{strings}{noise}</t></si></sst>")


def constant(path: Path, rows: int, text: str = "x") -> None:
    """So many rows of one value, which Parquet keeps once."""
    indices = pa.array([0], pa.int32()).take(pa.array([0] * 1000, pa.int32()))
    names = [*HEAD, "product"]
    values = ["A1", "m1", "2026-01-01", "5.00", text]
    schema = pa.schema([(name, pa.dictionary(pa.int32(), pa.string())) for name in names])
    block = pa.concat_arrays([indices] * 1000)
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        for _ in range(rows // len(block)):
            columns = [pa.DictionaryArray.from_arrays(block, pa.array([value])) for value in values]
            out.write_batch(pa.record_batch(columns, schema=schema))


def nested_parquet(path: Path, depth: int) -> None:
    kind: pa.DataType = pa.int64()
    value: object = 1
    for _ in range(depth):
        kind, value = pa.struct([("a", kind)]), {"a": value}
    pq.write_table(pa.table({"order_id": pa.array([value], kind), "member_id": ["m1"]}), path)


KINDS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "JSON: a million brackets": ("json", lambda p: p.write_text('[{"a":' + "[" * 1_000_000)),
    "JSON: objects in objects, closed": ("json", lambda p: p.write_text("[" + '{"a":' * 900 + "1" + "}" * 900 + "]")),
    "JSON: 100,000 objects in objects": ("json", lambda p: p.write_text('{"a":' * 100_000 + "1" + "}" * 100_000)),
    "JSON: a text of 300 MB": ("json", lambda p: pieces(p, '[{"order_id":"', "x" * 1000, 300_000, '"}]')),
    "JSON: a text of 300 MB that is not closed": ("json", lambda p: pieces(p, '[{"order_id":"', "x" * 1000, 300_000)),
    "JSON: 120 MB of empty objects in one": ("json", lambda p: pieces(p, '{"orders":[', "{},", 40_000_000, "{}]}")),
    "JSON: 120 MB of small objects in one": ("json", lambda p: pieces(p, '{"orders":[', '{"a":1},', 15_000_000, '{"a":1}]}')),
    "JSON: 120 MB of numbers in one cell": ("json", lambda p: pieces(p, '[{"a":[', "0,", 60_000_000, "0]}]")),
    "JSON: 120 MB of wide letters": ("json", lambda p: pieces(p, '[{"a":"\U0001f600', "\u4e00" * 1000, 40_000, '"}]')),
    "JSON: 200,000 keys, one twice": ("json", lambda p: p.write_text("[{" + "".join(f'"k{n}":1,' for n in range(200_000)) + '"k199999":1}]')),
    "JSON: keys that are new in every object": ("jsonl", lambda p: p.write_text("".join(f'{{"k{n}":1}}\n' for n in range(60_000)))),
    "JSON: 12,000 columns of 12,000 rows": ("jsonl", lambda p: p.write_text(json.dumps({f"k{n}": 1 for n in range(12_000)}) + "\n" + '{"k1":1}\n' * 12_000)),
    "JSON: 60 MB of small objects": ("jsonl", lambda p: pieces(p, "", '{"a":1}\n', 7_500_000)),
    "JSON: a number of a million digits": ("jsonl", lambda p: p.write_text(ORDER + "\n" + ORDER.replace(":5}", ":" + "9" * MB + "}") + "\n")),
    "JSON: numbers beyond all": ("jsonl", lambda p: p.write_text(ORDER + "\n" + ORDER.replace(":5}", ":1e999999999}") + "\n")),
    "SQLite: columns of a gigabyte that are made up": ("sqlite", lambda p: database(p, "create table t(order_id, b text as (hex(zeroblob(400000000))))", "insert into t(order_id) values (1), (2), (3)")),
    "SQLite: many made-up columns": ("sqlite", lambda p: database(p, "create table t(order_id, " + ", ".join(f"b{n} text as (hex(zeroblob(500000)))" for n in range(500)) + ")", "insert into t(order_id) with recursive s(n) as (select 1 union all select n + 1 from s where n < 500) select n from s")),
    "SQLite: a view without end": ("sqlite#v", lambda p: database(p, "create view v as with recursive s(n) as (select 1 union all select n + 1 from s) select n as order_id from s")),
    "SQLite: a view that never answers": ("sqlite#v", lambda p: database(p, "create view v as with recursive s(n) as (select 1 union all select n + 1 from s) select n as order_id from s where n < 0")),
    "SQLite: triggers, and views of other files": ("sqlite", lambda p: database(p, "create trigger g after insert on orders begin delete from orders; end", "create view v as select load_extension('x') as order_id")),
    "SQLite: a file cut in the middle": ("sqlite", lambda p: p.write_bytes(database(p, "create table z as with recursive s(n) as (select 1 union all select n + 1 from s where n < 90000) select n from s").read_bytes()[:400_000])),
    "SQLite: pages changed": ("sqlite", lambda p: p.write_bytes(database(p).read_bytes()[:100] + bytes(range(256)) * 15 + p.read_bytes()[3940:])),
    "SQLite: 3,000 tables": ("sqlite", lambda p: database(p, *(f"create table t{n} (a, b)" for n in range(3000)))),
    "archive: a size that is less": ("zip", lambda p: lying(p, 10)),
    "archive: a size that is more": ("zip", lambda p: lying(p, 90_000_000)),
    "archive: one file under 15 names": ("zip", lambda p: overlapping(p, 15)),
    "archive: 15 files of 255 MB of zeros": ("zip", lambda p: archive(p, {f"{n}.csv": bytes(255 * MB) for n in range(15)})),
    "archive: 15 files of 250 MB of rows": ("zip", lambda p: archive(p, {f"{n}.csv": LINES.encode() + b"A3,m1,2026-01-01,5\n" * 13_000_000 for n in range(15)})),
    "archive: names that lead elsewhere": ("zip", lambda p: archive(p, {"../../orders.csv": LINES.encode(), "/etc/passwd.csv": LINES.encode(), "..\\..\\b.csv": LINES.encode(), "\x1b[2J\n.csv": LINES.encode(), "x" * 3000 + ".csv": LINES.encode()})),
    "archive: 60,000 files": ("zip", lambda p: archive(p, {f"{n}.csv": b"a" for n in range(60_000)})),
    "a text of 1 MB told in 200,000 cells": ("xlsx", lambda p: told_again(p, 200_000)),
    "Parquet: 60 million rows of one value": ("parquet", lambda p: constant(p, 60_000_000)),
    "Parquet: a text of 1 MB in 2 million rows": ("parquet", lambda p: constant(p, 2_000_000, "x" * MB)),
    "Parquet: structures in structures": ("parquet", lambda p: nested_parquet(p, 90)),
    "rows of SpreadsheetML far apart": ("xls", lambda p: p.write_text("<?xml version='1.0'?><Workbook xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'><Worksheet><Table><Row ss:Index='1000000000'><Cell ss:Index='16000000'><Data>x</Data></Cell></Row><Row><Cell ss:MergeAcross='999999999' ss:MergeDown='99999999'><Data>x</Data></Cell></Row></Table></Worksheet></Workbook>")),
    "a megabyte in a cell that spans a million": ("xls", lambda p: p.write_text("<table><tr><td colspan=1000 rowspan=1000>" + "x" * MB + "</td></tr>" + "<tr><td>a</td></tr>" * 999 + "</table>")),
    "attributes without end": ("html", lambda p: pieces(p, "<table><tr><td ", "a=b ", 20_000_000, ">x</td></tr></table>")),
    "a comment that is not closed": ("html", lambda p: pieces(p, "<table><tr><td>a</td></tr>", "<!--", 25_000_000)),
    "20 million references": ("html", lambda p: pieces(p, "<table><tr><td>a</td></tr><tr><td>", "&amp;", 20_000_000, "</td></tr></table>")),
    "a header of a megabyte": ("csv", lambda p: p.write_text("x " * 500_000 + ",order_id,member_id,ordered_at,paid_amount\n" + "".join("a,A1,m1,2026-01-01,5\n" for _ in range(9)))),
    "cells of 900 kB": ("csv", lambda p: pieces(p, ",".join(HEAD) + "\n", "A1,m1,2026-01-01," + "9" * 900_000 + "\n", 300)),
    "16,000 columns of one name": ("csv", lambda p: p.write_text(",".join([*HEAD, *["paid_amount"] * 16_000]) + "\n" + ",".join(["A1", "m1", "2026-01-01", "5", *["5"] * 16_000]) + "\n")),
    "quotes alone": ("csv", lambda p: pieces(p, ",".join(HEAD) + "\n", '"', 100_000_001)),
    "delimiters alone": ("csv", lambda p: pieces(p, ",".join(HEAD) + "\n", ",,,\n", 50_000_000)),
    "line ends alone": ("csv", lambda p: pieces(p, ",".join(HEAD) + "\n", "\r", 200_000_000)),
}  # fmt: skip
# ruff: noqa: E501
