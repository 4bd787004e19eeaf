"""Files as they should not be: each is read correctly, or refused in one line that names the place."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import socket
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake import load as loading
from privtraffic.intake.load import load
from privtraffic.settings import Settings

HEADER = "order_id,member_id,ordered_at,paid_amount,product,status"
ROWS = [f"A{n:05d},m{n % 7:04d},2026-01-{n % 28 + 1:02d} 10:00:00,{n}.50,面霜,paid" for n in range(1, 60)]
MONEY = sum(n + 0.5 for n in range(1, 60))
COUNT = len(ROWS)
STRANGE = ',"""); drop table orders; --",=cmd|\'/C calc\'!A0,:as_of,{rows}'
OLD_BOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BODY = "\n".join([HEADER, *ROWS]) + "\n"


def with_row(row: str, body: str = BODY) -> str:
    return body + row + "\n"


def changed(old: str, new: str, count: int = 1) -> str:
    assert old in BODY
    return BODY.replace(old, new, count)


def with_ids(column: int, make: Callable[[int], str]) -> str:
    rows = [row.split(",") for row in ROWS]
    for number, row in enumerate(rows):
        row[column] = make(number)
    return "\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n"


def sheets(path: Path, fill: Callable[[openpyxl.Workbook], None]) -> None:
    workbook = openpyxl.Workbook()
    fill(workbook)
    workbook.save(path)


CONTENT = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'  # noqa: E501
LINKS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'  # noqa: E501
BOOK = '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'  # noqa: E501


def raw_book(path: Path, tail: str = "", dimension: str = "A1") -> None:
    """A workbook written by hand, so that it can lie about itself."""
    lines = [HEADER.split(","), *(row.split(",") for row in ROWS)]
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for at, cell in enumerate(line)
        )
        + "</row>"
        for number, line in enumerate(lines, 1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", CONTENT)
        archive.writestr("_rels/.rels", LINKS.format(kind="officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", LINKS.format(kind="worksheet", target="worksheets/sheet1.xml"))
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f'<dimension ref="{dimension}"/><sheetData>{cells}{tail}</sheetData></worksheet>',
        )


def many_sheets(book: openpyxl.Workbook) -> None:
    notes = book.active
    notes.title = "说明"
    notes["A1"] = "请勿修改"
    for title, rows, state in (("一", ROWS[:30], "visible"), ("二", ROWS[30:], "visible"), ("备份", ROWS, "hidden")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for line in [HEADER, *rows]:
            sheet.append(line.split(","))
    book.create_sheet("空")


def merged_header(book: openpyxl.Workbook) -> None:
    sheet = book.active
    sheet.append(["order_id", "member_id", "交易", None, None, "status"])
    sheet.append([None, None, "ordered_at", "paid_amount", "product", None])
    for place in ("A1:A2", "B1:B2", "C1:E1", "F1:F2"):
        sheet.merge_cells(place)
    for line in ROWS:
        order, member, when, amount, *others = line.split(",")
        sheet.append([order, member, dt.datetime.fromisoformat(when), float(amount), *others])


def number_ids(book: openpyxl.Workbook) -> None:
    sheet = book.active
    sheet.append(HEADER.split(","))
    for number, line in enumerate(ROWS):
        sheet.append([1234567890123450000 + number // 2 * 1000, *line.split(",")[1:]])


def beside_the_table(book: openpyxl.Workbook) -> None:
    """A cell right of the table with a blank one between is one too many; a column without a name is none."""
    sheet = book.active
    for line in [HEADER + ",", *(row + ",,1" for row in ROWS), "A9,m1,2026-01-01,5,x,paid,,,MORE"]:
        sheet.append([cell or None for cell in line.split(",")])


def page(path: Path) -> None:
    lines = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row.split(",")) + "</tr>" for row in [HEADER, *ROWS])
    path.write_bytes(f"<html><meta charset=gbk><table>{lines}</table></html>".encode("gbk"))


def parquet(path: Path) -> None:
    columns = zip(*(row.split(",") for row in ROWS), strict=True)
    pq.write_table(pa.table(dict(zip(HEADER.split(","), map(list, columns), strict=True))), path)


def other_levels(path: Path) -> None:
    """A column that may be empty is said never to be: what the footer counts of its levels no longer fits."""
    parquet(path)
    name = HEADER.split(",", maxsplit=1)[0].encode()
    before, after = (bytes([0x25, may, 0x18, len(name)]) + name for may in (2, 0))
    data = path.read_bytes()
    assert data.count(before) == 1
    path.write_bytes(data.replace(before, after))


def cut(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    path.write_bytes(path.read_bytes()[:-200])


READ: dict[str, tuple[bytes | str | Callable[[Path], None], dict[str, object]]] = {
    "as it should be": (BODY, {}),
    "utf-16": (BODY.encode("utf-16"), {"encoding": "utf-16"}),
    "utf-16 without a mark": (BODY.encode("utf-16-le"), {"encoding": "utf-16-le"}),
    "utf-16 big-endian with a mark": (b"\xfe\xff" + BODY.encode("utf-16-be"), {"encoding": "utf-16"}),
    "utf-8 with a mark": (BODY.encode("utf-8-sig"), {"encoding": "utf-8-sig"}),
    "gb18030": (BODY.encode("gb18030"), {"encoding": "gb18030"}),
    "gb18030 with a mark": (("\ufeff" + BODY).encode("gb18030"), {"encoding": "gb18030"}),
    "gzip without its suffix": (gzip.compress(BODY.encode()), {}),
    "a NUL in a row": (changed("面霜", "面\0霜"), {"notes": {"note.nul_bytes"}}),
    "too many cells": (with_row("A9,m1,2026-01-01,5,x,paid,MORE"), {"rows": 60, "dropped": {"ragged": 1}, "more": 5}),
    "too many cells, all blank": (with_row("A9,m1,2026-01-01,5,x,paid,,"), {"rows": 60, "more": 5}),
    "too few cells": (with_row("A9,m1,2026-01-01,5"), {"rows": 60, "more": 5}),
    "only carriage returns": (BODY.replace("\n", "\r"), {}),
    "mixed line ends": (BODY.replace("\n", "\r\n", 9), {}),
    "a carriage return in a cell": (changed("面霜", "面\r霜"), {}),
    "a carriage return in the last line": (BODY[:-5].encode() + b"pa\rid", {"dropped": {}}),
    "breaks in quotes": (changed("面霜", '"面\n\n霜 ""新"""'), {}),
    "header on row 12": ("订单导出\n" * 11 + BODY, {"header_row": 12}),
    "blank lines above the header": ("\n\n导出\n\n" + BODY, {"header_row": 5}),
    "a description below the header": (
        BODY.replace("status\n", "status\n唯一编号,买家,下单,元,商品,状态\n"),
        {"rows": 60, "dropped": {"bad_date": 1}},
    ),
    "a sum at the end": (
        with_row("合计,,,1799.50,,"),
        {"rows": 60, "dropped": {"no_member": 1}, "more": MONEY, "notes": {"note.summary_rows"}},
    ),
    "5,000 columns": (
        "\n".join(row + "," + ",".join(f"x{n}" for n in range(5000)) for row in [HEADER, *ROWS]) + "\n",
        {},
    ),
    "the same header twice": ("\n".join([HEADER + ",paid_amount", *(row + ",999" for row in ROWS)]) + "\n", {}),
    "headers like SQL and formulas": (
        "\n".join([HEADER + STRANGE, *(row + ",1,2,3,4" for row in ROWS)]),
        {},
    ),
    "rounded order numbers": (
        with_ids(0, lambda _: "1.03293E+19"),
        {"notes": {"note.damaged_ids", "note.derived_order"}, "orders": 28},
    ),
    "some rounded order numbers": (
        with_ids(0, lambda n: "1.03293E+19" if n % 2 else f"A{n}"),
        {"notes": {"note.damaged_ids"}, "orders": 30 + 14},
    ),
    "order numbers of 15 digits and zeros": (
        with_ids(0, lambda n: f"{10**14 + n % 3}0000"),
        {"notes": {"note.damaged_ids", "note.derived_order"}},
    ),
    "order numbers that only end in a zero": (with_ids(0, lambda n: f"2026010112345{n:03d}0"), {"orders": COUNT}),
    "some rounded member keys": (
        with_ids(1, lambda n: "1.03293E+19" if n < 9 else f"m{n}"),
        {"notes": {"note.damaged_ids"}, "dropped": {"no_member": 9}, "more": 0.0},
    ),
    "dates as serials": (changed("2026-01-02 10:00:00", "45000.5", 9), {}),
    "a year that has not come": (changed("2026-01-02", "2525-02-03"), {"dropped": {"bad_date": 1}, "more": 0.0}),
    "31/12 and 12/31, told by the column": (
        "\n".join([HEADER, *(f"A{n},m1,{n + 1}/02/2026,{n}.50,x,paid" for n in range(1, 25))]) + "\n",
        {"rows": 24, "money": 312.0, "last_day": dt.date(2026, 2, 25)},
    ),
    "money as people write it": (
        f"{HEADER}\n1,m1,2026-01-01,¥12.50,x,paid\n2,m1,2026-01-02,12.50元,x,paid\n3,m1,2026-01-03,１２．５０,x,paid\n"
        '4,m1,2026-01-04,"￥1,212.50",x,paid\n5,m1,2026-01-05,(12.50),x,paid\n',
        {"rows": 5, "money": 1237.50, "orders": 4, "notes": {"note.late_returns"}},
    ),
    "a sheet that claims one cell": (lambda path: raw_book(path, dimension="A1"), {}),
    "a sheet that claims all cells": (lambda path: raw_book(path, dimension="A1:XFD1048576"), {}),
    "a value in the last row": (
        lambda path: raw_book(path, '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        {"rows": 60, "dropped": {"no_member": 1}},
    ),
    "several sheets, a hidden copy, notes": (
        lambda path: sheets(path, many_sheets),
        {"skipped": {"x.csv: 说明", "x.csv: 备份"}, "files": 2},
    ),
    "a cell far right of a sheet's table": (
        lambda path: sheets(path, beside_the_table), {"rows": 60, "dropped": {"ragged": 1}, "more": 5}
    ),
    "a header of two merged rows": (lambda path: sheets(path, merged_header), {"header_row": 2}),
    "ids kept as numbers": (
        lambda path: sheets(path, number_ids), {"notes": {"note.damaged_ids", "note.derived_order"}}
    ),
    "a page named otherwise": (page, {"encoding": "gb18030"}),
    "Parquet named otherwise": (parquet, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_read_correctly(tmp_path: Path, case: str) -> None:
    content, expected = READ[case]
    path = tmp_path / "x.csv"
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with load(path) as data:
        quality = data.quality
        assert quality.rows_read == expected.get("rows", COUNT)
        assert quality.rows_dropped == expected.get("dropped", {})
        assert float(quality.money_read) == expected.get("money", MONEY + float(str(expected.get("more", 0.0))))
        assert quality.files[0].encoding == expected.get("encoding", "" if callable(content) else "utf-8")
        assert quality.files[0].header_row == expected.get("header_row", 1)
        assert {word for word, _ in quality.notes} == expected.get("notes", set())
        assert set(quality.skipped) == expected.get("skipped", set())
        assert len(quality.files) == expected.get("files", 1)
        if "orders" in expected:
            assert quality.orders == expected["orders"]
        if "last_day" in expected:
            assert quality.last_day == expected["last_day"]


REFUSED: dict[str, tuple[bytes | str | Callable[[Path], None], str, dict[str, object]]] = {
    "nothing": ("", "empty_file", {}),
    "blanks": (" \n\r\n\t\n", "empty_file", {}),
    "a header and nothing": (HEADER + "\n", "no_rows", {}),
    "bytes": (bytes(range(256)) * 64, "binary_file", {}),
    "a PDF": (b"%PDF-1.4\n1 0 obj", "binary_file", {}),
    "random bytes": (b"".join(bytes([n * 97 % 256, n * 31 % 251]) for n in range(4000)), "binary_file", {}),
    "prose": ("谨慎阅读\n这里没有表格\n", "no_table", {}),
    "half a gzip": (gzip.compress(os.urandom(5000) + BODY.encode())[:-40], "damaged_file", {}),
    "a gzip of too much": (
        gzip.compress(BODY.encode()) + gzip.compress(b"a,b,c,d,e,f\n" * (1 << 20)) * 30, "expands_too_far", {}
    ),
    "two encodings": (
        BODY.encode() + "A9,m1,2026-01-01,5,面霜,paid\nB9,m1,2026-01-01,5,x,paid\n".encode("gbk"),
        "undecodable", {"line": 61},
    ),
    "two encodings, far below": (
        BODY.encode() * 200 + "A9,m1,2026-01-01,5,面霜,paid\n".encode("gbk"), "undecodable", {"line": 12001}
    ),
    "GBK and then neither": (
        BODY.encode("gbk") + b"A9,m1,2026-01-01,5,\xff\xff,paid\n", "undecodable", {"line": 61}
    ),
    "a quote until the end": (with_row('A9,m1,2026-01-01,5,"x,paid'), "unclosed_quote", {"line": 61}),
    "a quote that a later one closes": (
        BODY + 'A9,m1,2026-01-01,5,"x,paid\n' + "\n".join(ROWS * 100) + '\nA9,m1,2026-01-01,5,"x",paid\n',
        "unclosed_quote", {"line": 61},
    ),
    "a quote that the next row closes": (
        HEADER + '\nA8,m1,2026-01-01,5,"x,paid\nA9,m1,2026-01-01,5,"x",paid\n' + "\n".join(ROWS), "unclosed_quote",
        {"line": 2},
    ),
    "a line without an end": (HEADER + "\n" + "x" * (9 << 20), "row_too_long", {"line": 2}),
    "a first line without an end": ("x," * (5 << 20), "row_too_long", {"line": 1}),
    "more columns than a sheet has": (HEADER + "," * 20_000 + "\n", "too_many_columns", {"line": 1, "columns": 20_006}),
    "member keys all rounded": (with_ids(1, lambda _: "1.03293E+19"), "damaged_ids", {"column": "member_id"}),
    "member keys of 15 digits and zeros": (
        with_ids(1, lambda n: f"{10**14 + n % 3}0000"), "damaged_ids", {"column": "member_id"}
    ),
    "dates that nothing decides": (
        "\n".join([HEADER, "A1,m1,01/02/2026,5,x,paid", "A2,m1,03/04/2026,5,x,paid"]), "ambiguous_dates",
        {"column": "ordered_at"},
    ),
    "dates of both orders": (
        "\n".join([HEADER, "A1,m1,31/12/2025,5,x,paid", "A2,m1,12/31/2025,5,x,paid"]), "mixed_dates",
        {"column": "ordered_at"},
    ),
    "half a workbook": (lambda path: cut(path, raw_book), "damaged_file", {"kind": "Excel"}),
    "a workbook's first bytes": (b"PK\x03\x04 and then nothing", "damaged_file", {"kind": "Excel"}),
    "an old workbook's first bytes": (OLD_BOOK + bytes(600), "damaged_file", {"kind": "Excel"}),
    "a workbook with a password": (
        OLD_BOOK + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000),
        "encrypted", {},
    ),
    "a sheet of too much": (lambda path: raw_book(path, " " * (300 << 20)), "expands_too_far", {}),
    "a sheet with a value at its far end": (
        lambda path: raw_book(path, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "sheet_too_wide",
        {"rows": 1048576, "columns": 16384},
    ),
    "a sheet without cells": (lambda path: sheets(path, lambda book: None), "empty_file", {}),
    "an archive of no exports": (
        lambda path: zipfile.ZipFile(path, "w").writestr("a.png", b"\x89PNG" + bytes(40)), "archive", {}
    ),
    "a log-in page": ("<!DOCTYPE html>\n<html><body>请先登录</body></html>", "page_without_table", {}),
    "half a Parquet file": (lambda path: cut(path, parquet), "damaged_file", {"kind": "Parquet"}),
    "a Parquet file of other levels than it counts": (other_levels, "damaged_file", {"kind": "Parquet"}),
    "a folder without files": (Path.mkdir, "empty_folder", {}),
    "a pipe": (os.mkfifo, "not_a_file", {}),
    "nowhere": (lambda path: None, "no_files", {}),
}  # fmt: skip


def refused(path: Path, **options: object) -> PrivtrafficError:
    with pytest.raises(PrivtrafficError) as raised:
        load(path, **options)  # type: ignore[arg-type]
    error = raised.value
    for lang in ("en", "zh"):
        assert "\n" not in error.text(lang)
        assert path.name in error.text(lang)
    return error


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_line(tmp_path: Path, case: str) -> None:
    content, key, values = REFUSED[case]
    path = tmp_path / "x.csv"
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    error = refused(path)
    assert (error.key, {name: error.values[name] for name in values}) == (key, values)


def test_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refused(Path("socket")).key == "not_a_file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(BODY, "utf-8")
    path.chmod(0)
    assert refused(path).key == "unreadable"


@pytest.mark.parametrize("name", ["", "x" * 300, "no*file*"])
def test_names_that_name_nothing(name: str) -> None:
    with pytest.raises(PrivtrafficError) as raised:
        load([name])
    assert raised.value.key in ("no_files", "unreadable")


@pytest.mark.parametrize("grown", [True, False])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grown: bool) -> None:
    path = tmp_path / "x.csv"
    path.write_text(BODY, "utf-8")
    parse = loading.Cleaning.parse

    def write_meanwhile(self: loading.Cleaning, orders: object) -> object:
        path.write_text(BODY + ROWS[0] + "\n" if grown else BODY.replace("m0001", "m0002"), "utf-8")
        os.utime(path, ns=(1, 1))
        return parse(self, orders)  # type: ignore[arg-type]

    monkeypatch.setattr(loading.Cleaning, "parse", write_meanwhile)
    assert refused(path).key == "file_changed"


def test_a_damaged_export_in_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(BODY, "utf-8")
    (tmp_path / "readme.txt").write_text("谨慎阅读\n", "utf-8")
    with load(tmp_path) as data:
        assert data.quality.skipped == ("readme.txt",)
    (tmp_path / "b.csv").write_text(with_row('A9,m1,2026-01-01,5,"x,paid'), "utf-8")
    with pytest.raises(PrivtrafficError, match=r"b\.csv: line 61"):
        load(tmp_path)


def test_a_column_chosen_by_name_is_not_doubted(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(with_ids(0, lambda n: f"{10**14 + n}0000"), "utf-8")
    with load(path, settings=Settings(mapping=(("order_id", "order_id"),))) as data:
        assert data.quality.notes == ()
        assert data.quality.orders == COUNT


@pytest.mark.parametrize("sign", ["\x1d", "\x1e", "\x1f"])
def test_a_status_may_hold_the_signs_that_part_words(tmp_path: Path, sign: str) -> None:
    """Five orders of 10.00, one of them cancelled; a word with such a sign is unknown, and its order counts."""
    words = ("paid", f"paid{sign}26-04-10 10:00:00", f"{sign}paid", "paid", "cancelled")
    rows = [f"A{at},m{at},2026-01-0{at + 1},10.00,{word}" for at, word in enumerate(words)]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["order_id,member_id,ordered_at,paid_amount,status", *rows]) + "\n", "utf-8")
    with load(path) as data:
        assert (data.quality.orders, data.quality.revenue) == (4, 40)


def test_a_line_of_two_gigabytes_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("wb") as file:
        file.write((BODY + "A9,m1,2026-01-01,5," + "x" * (8 << 20)).encode())
        file.seek(2 << 30)
        file.write(b"end\n")
    tracemalloc.start()
    error = refused(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (error.key, error.values["line"]) == ("row_too_long", 61)
    assert peak < 64 << 20
