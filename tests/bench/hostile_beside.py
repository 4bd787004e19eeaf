# ruff: noqa: E501
"""Hostile folders, streams and files beside the orders: each with the command that reads it."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.bench.hostile_ways_in import MB, ORDER, pieces
from tests.test_budgets import HEAD

HEADER = ",".join(HEAD) + "\n"
SIDE_OPTIONS = ("coupons", "points", "friends", "traffic", "staff", "campaigns", "spend", "members")


def orders(place: Path) -> None:
    rows = (f"A{n},m{n % 500},2026-{n % 12 + 1:02d}-{n % 28 + 1:02d},{n % 90 + 1}.00\n" for n in range(5000))
    (place / "orders.csv").write_text(HEADER + "".join(rows))


def beside(head: str, rows: Iterable[str]) -> Callable[[Path], None]:
    """Orders, and a file beside them."""

    def make(place: Path) -> None:
        orders(place)
        with (place / "side.csv").open("w") as out:
            out.write(head + "\n")
            out.writelines(f"{row}\n" for row in rows)

    return make


def folder(number: int, text: Callable[[int], str]) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        (place / "shop").mkdir()
        for n in range(number):
            (place / "shop" / f"{n}.csv").write_text(text(n))

    return make


def exports(number: int) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        with zipfile.ZipFile(place / "o.zip", "w", zipfile.ZIP_DEFLATED) as out:
            for n in range(number):
                out.writestr(f"{n}.csv", tiny(n))

    return make


def tiny(number: int) -> str:
    return HEADER + "".join(f"A{number}-{n},m{n},2026-01-0{n},5.00\n" for n in range(1, 8))


def packed(kind: int, members: int) -> Callable[[Path], None]:
    """Files of 250 MB that shrink a hundredfold, no ratio beyond any export, and are no tables."""

    def make(place: Path) -> None:
        noise = "".join(f"{n * 7919 % 65521:x}" for n in range(2500)).encode()
        with zipfile.ZipFile(place / "o.zip", "w", kind, compresslevel=1) as out:
            for n in range(members):
                with out.open(f"{n}.csv", "w") as member:
                    for at in range(250):
                        member.write((noise + f"{at * n}\n".encode() * 90_000 + b"\n" * MB)[:MB])

    return make


def table(columns: int, rows: int) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        with closing(sqlite3.connect(place / "o.sqlite")) as connection:
            connection.execute(f"create table orders ({', '.join(HEAD)}, {', '.join(f'c{n}' for n in range(columns))})")
            marks = ", ".join("?" * (columns + 4))
            connection.executemany(
                f"insert into orders values ({marks})",
                ((f"A{n}", f"m{n}", "2026-01-01", "5", *["1"] * columns) for n in range(rows)),
            )
            connection.commit()

    return make


def wide_parquet(columns: int, rows: int) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        cells = {"order_id": [f"A{n}" for n in range(rows)], "member_id": [f"m{n}" for n in range(rows)],
                 "ordered_at": ["2026-01-01"] * rows, "paid_amount": ["5"] * rows}  # fmt: skip
        pq.write_table(pa.table({**cells, **{f"c{n}": ["1"] * rows for n in range(columns)}}), place / "o.parquet")

    return make


def listed_parquet(place: Path) -> None:
    """Lists in lists, ninety deep, of a thousand rows."""
    kind: pa.DataType = pa.int64()
    value: object = 1
    for _ in range(90):
        kind, value = pa.list_(kind), [value, value] if value == 1 else [value]
    columns = {"order_id": pa.array([value] * 1000, kind), **{name: ["x"] * 1000 for name in HEAD[1:]}}
    pq.write_table(pa.table(columns), place / "o.parquet")


def texts_parquet(size: int, rows: int) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        text = "".join(f"{n * 7919 % 65521:x}" for n in range(size // 4))
        cells = {name: ["1"] * rows for name in HEAD}
        pq.write_table(
            pa.table({**cells, "product": [text + str(n) for n in range(rows)]}),
            place / "o.parquet",
            use_dictionary=False,
        )

    return make


def groups_parquet(number: int) -> Callable[[Path], None]:
    """A row group for every row."""

    def make(place: Path) -> None:
        one = pa.table({name: [text] for name, text in zip(HEAD, ("A1", "m1", "2026-01-01", "5"), strict=True)})
        with pq.ParquetWriter(place / "o.parquet", one.schema) as out:
            for _ in range(number):
                out.write_table(one)

    return make


def counts_parquet(place: Path) -> None:
    """The footer tells other numbers of rows than there are: every byte of a varint of it changed."""
    wide_parquet(0, 1000)(place)
    data = bytearray((place / "o.parquet").read_bytes())
    for at in range(len(data) - 400, len(data) - 20):
        if data[at] in (0xE8, 0xD0):  # 1,000, as zigzag
            data[at : at + 2] = b"\xfe\x7f"
    (place / "o.parquet").write_bytes(data)


def keys_in_keys(depth: int, size: int) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        key = "k" * size
        text = "".join(f'{{"{n}":1,"{key}":' for n in range(depth)) + "1" + "}" * depth
        (place / "o.json").write_text("[" + text + "]")

    return make


def wide_book(columns: int, rows: int) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("S")
        sheet.append([*HEAD, *(f"c{n}" for n in range(columns - 4))])
        for n in range(rows):
            sheet.append([f"A{n}", f"m{n}", "2026-01-01", 5, *[1] * (columns - 4)])
        book.save(place / "o.xlsx")

    return make


def sheets(number: int, *, filled: bool) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        book = openpyxl.Workbook(write_only=True)
        for n in range(number):
            sheet = book.create_sheet(f"s{n}")
            if filled:
                sheet.append(list(HEAD))
                sheet.append([f"A{n}", "m1", "2026-01-01", 5])
        book.save(place / "o.xlsx")

    return make


def gz_in_gz(place: Path) -> None:
    data = bytes(250 * MB)
    for _ in range(3):
        data = gzip.compress(data * (1 if len(data) > MB else 1000))
    (place / "o.csv.gz").write_bytes(data)


def items(place: Path) -> None:
    line = {"sku": "s1", "name": "x" * 40, "qty": 1, "price": "5.00"}
    with (place / "o.jsonl").open("w") as out:
        for n in range(60):
            out.write(json.dumps({**json.loads(ORDER), "order_id": f"A{n}", "items": [line] * 60_000}) + "\n")


def text_of(name: str, *given: object) -> Callable[[Path], None]:
    return lambda place: pieces(place / name, *given)  # type: ignore[arg-type]


def stream(command: str) -> tuple[str, Callable[[Path], None]]:
    return f"{command} 2>/dev/null | check -", lambda _: None


SHOP = ("check {}/shop", "check {}/o.zip")
COUPON = "coupon,code,member_id,granted_at,expires_at,used_at,order_id,value,paid_by,status"
KINDS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "points of one member: 500,000": ("review {}/orders.csv --points {}/side.csv", beside("member_id,at,change,kind,balance", (f"m1,2026-{n % 12 + 1:02d}-{n % 28 + 1:02d},5,earn,{n}" for n in range(500_000)))),
    "coupons of 50,000 kinds": ("offers {}/orders.csv --coupons {}/side.csv", beside(COUPON, (f"kind {n},c{n},m{n % 500},2026-01-01,2026-02-01,2026-01-05,A{n % 5000},5.00,shop {n},used" for n in range(50_000)))),
    "spend of 50,000 channels": ("cohort {}/orders.csv --spend {}/side.csv", beside("month,channel,spend", (f"2026-{n % 12 + 1:02d},channel {n},5.00" for n in range(50_000)))),
    "traffic of 50,000 channels, stores and steps": ("funnel {}/orders.csv --traffic {}/side.csv", beside("date,channel,store,step,count", (f"2026-01-{n % 28 + 1:02d},c{n},s{n},step {n},5" for n in range(50_000)))),
    "campaigns: 20,000": ("campaigns {}/orders.csv --calendar {}/side.csv", beside("campaign,starts,ends,kind,cost", (f"c{n},2026-{n % 12 + 1:02d}-01,2026-{n % 12 + 1:02d}-20,sale,5" for n in range(20_000)))),
    "friends of one member: 300,000": ("funnel {}/orders.csv --friends {}/side.csv", beside("friend_id,member_id,guide,store,added_at,deleted_at", (f"f{n},m1,g{n},s{n},2026-01-01," for n in range(300_000)))),
    "staff: 50,000 in units of units": ("teams {}/orders.csv --staff {}/side.csv", beside("staff_id,staff,unit_id,started_at,left_at", (f"g{n},n{n},u{n},2026-01-01," for n in range(50_000)))),
    "JSON: keys in keys, 900 deep, 60 kB each": ("check {}/o.json", keys_in_keys(900, 60_000)),
    "JSON: keys in keys, 300 deep, 1 kB each": ("check {}/o.json", keys_in_keys(300, 1000)),
    "JSON: a key of 60 MB": ("check {}/o.json", lambda p: pieces(p / "o.json", '[{"', "k" * 1000, 60_000, '":1}]')),
    "JSON: a key of 60 MB twice": ("check {}/o.json", lambda p: (p / "o.json").write_text('[{"' + "k" * 60_000_000 + '":1,"' + "k" * 60_000_000 + '":1}]')),
    "JSON: orders of 5 MB of items": ("check {}/o.jsonl", items),
    "archive of 15 files of 250 MB that shrink well": ("check {}/o.zip", packed(zipfile.ZIP_DEFLATED, 15)),
    "archive of 5 files of 250 MB, BZIP2": ("check {}/o.zip", packed(zipfile.ZIP_BZIP2, 5)),
    "archive of 5 files of 250 MB, LZMA": ("check {}/o.zip", packed(zipfile.ZIP_LZMA, 5)),
    "archive of 900 exports": ("check {}/o.zip", exports(900)),
    "folder of 900 exports": ("check {}/shop", folder(900, tiny)),
    "folder of 20,000 files of one letter": ("check {}/shop", folder(20_000, lambda _: "x")),
    "folder of 20,000 empty files": ("check {}/shop", folder(20_000, lambda _: "")),
    "SQLite: 1,900 columns of 5,000 rows": ("check {}/o.sqlite", table(1900, 5000)),
    "Parquet: 5,000 columns of 5,000 rows": ("check {}/o.parquet", wide_parquet(5000, 5000)),
    "Parquet: lists in lists": ("check {}/o.parquet", listed_parquet),
    "Parquet: 20 texts of 20 MB": ("check {}/o.parquet", texts_parquet(20 * MB, 20)),
    "Parquet: 30,000 row groups": ("check {}/o.parquet", groups_parquet(30_000)),
    "Parquet: other numbers of rows": ("check {}/o.parquet", counts_parquet),
    "page: two million tags in tags": ("check {}/o.xls", text_of("o.xls", "<html><table><tr><td>", "<div>", 2_000_000)),
    "page: tables in tables, closed": ("check {}/o.xls", lambda p: (p / "o.xls").write_text("<table><tr><td>" * 30_000 + "x" + "</td></tr></table>" * 30_000)),
    "workbook of 16,384 columns and 300 rows": ("check {}/o.xlsx", wide_book(16_384, 300)),
    "workbook of 10,000 sheets": ("check {}/o.xlsx", sheets(10_000, filled=False)),
    "workbook of 900 exports": ("check {}/o.xlsx", sheets(900, filled=True)),
    "gzip in gzip in gzip": ("check {}/o.csv.gz", gz_in_gz),
    "a line of 200 MB below the header": ("check {}/o.csv", text_of("o.csv", HEADER, "A1,m1,2026-01-01,5,", 10_000_000)),
    "a row of 200 MB within quotes": ("check {}/o.csv", text_of("o.csv", HEADER + '"', "A1 m1 2026-01-01 5\n", 10_000_000, '",m1,2026-01-01,5\n')),
    "standard input: yes": stream("yes"),
    "standard input: zeros without end": stream("cat /dev/zero"),
    "standard input: noise without end": stream("cat /dev/urandom"),
    "standard input: rows without end": stream("(echo order_id,member_id,ordered_at,paid_amount; yes A1,m1,2026-01-01,5)"),
    "standard input: JSON without end": stream("yes '" + ORDER + "'"),
    "standard input: gzip without end": stream("(while printf x; do cat /dev/zero | head -c 100000000; done | gzip -1)"),
}  # fmt: skip
