"""Bytes become text rows under their true numbers, whatever the encoding, packing or kind of file."""

import datetime as dt
import gzip
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privtraffic.engine.base import TextScan
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.intake.read.bytestream import sniff_encoding
from privtraffic.intake.read.source import Raw, Source, TextFile, open_sources

HEADER = ("订单号", "商品", "金额")
ROWS = [(f"A{n:04d}", "面霜，“新”", f"{n}.50") for n in range(1, 50)]


def text(rows: list[tuple[str, ...]], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(delimiter.join(row) + end for row in [HEADER, *rows])


def rows_of(source: Source, tmp_path: Path, header_row: int = 1, columns: int = 3) -> tuple[Raw, list[tuple[str, ...]]]:
    raw = source.raw(header_row, columns, tmp_path)
    engine = EmbeddedEngine()
    engine.scan("source", raw.scan)
    found = engine.fetch("select * from source").to_pylist()
    engine.close()
    if isinstance(raw.scan, TextScan):
        assert all(row.popitem()[1] is None for row in found)
    return raw, [tuple(row.values()) for row in found]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"),
        ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_encoding_line_end_and_packing(tmp_path: Path, encoding: str, named: str, end: str, packed: bool) -> None:
    data = text(ROWS, end=end).encode(encoding)
    path = tmp_path / "orders.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    (source,) = open_sources(path)
    assert source.preview[0][-2:] == HEADER[1:]
    raw, rows = rows_of(source, tmp_path)
    assert rows == ROWS
    assert (raw.rows, raw.encoding) == (len(ROWS), named)


def test_a_text_of_any_length_is_no_wide_one_and_a_wide_one_of_two_cells_is() -> None:
    assert {sniff_encoding(b"member_id\n" + b"7" * more, "x") for more in range(40)} == {"utf-8"}
    assert sniff_encoding("member_id\n7".encode("utf-16-be"), "x") == "utf-16-be"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "x.csv").write_text(text(ROWS, delimiter), "utf-8")
    (source,) = open_sources(tmp_path / "x.csv")
    assert source.delimiter == delimiter
    assert rows_of(source, tmp_path)[1] == ROWS


def test_ascii_for_a_while_then_chinese(tmp_path: Path) -> None:
    early = [("A1", "cream", "1.00")] * 40_000
    data = ("id,product,amount\n" + "".join(",".join(row) + "\n" for row in early)).encode()
    (tmp_path / "x.csv").write_bytes(data + "A2,面霜,2.00\n".encode("gbk"))
    raw, rows = rows_of(open_sources(tmp_path / "x.csv")[0], tmp_path)
    assert (raw.encoding, len(rows), rows[-1]) == ("gb18030", 40_001, ("A2", "面霜", "2.00"))


def test_western_letters_are_no_chinese(tmp_path: Path) -> None:
    body = "id,product,amount\n" + "A1,Crème brûlée déjà,1.00\n" * 30
    (tmp_path / "x.csv").write_bytes(body.encode("cp1252"))
    raw, rows = rows_of(open_sources(tmp_path / "x.csv")[0], tmp_path)
    assert (raw.encoding, rows[0][1]) == ("cp1252", "Crème brûlée déjà")


def test_a_return_inside_of_a_cell_is_a_blank(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b'id,product,amount\nA1,a\rb,1\nA2,"c\rd",2\n')
    assert rows_of(open_sources(tmp_path / "x.csv")[0], tmp_path)[1] == [("A1", "a b", "1"), ("A2", "c d", "2")]


def test_only_what_must_be_is_rewritten(tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text(text(ROWS), "utf-8-sig")
    (tmp_path / "gbk.csv").write_text(text(ROWS), "gbk")
    plain, gbk = (TextFile(tmp_path / name).raw(1, 3, tmp_path).scan for name in ("plain.csv", "gbk.csv"))
    assert isinstance(plain, TextScan)
    assert isinstance(gbk, TextScan)
    assert plain.path == tmp_path / "plain.csv"
    assert gbk.path != tmp_path / "gbk.csv"


def book(path: Path) -> Path:
    """A sheet that begins on row 3, column B, with a blank row and a formatted empty tail."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "订单"
    cells: dict[str, object] = {
        "B3": "id", "C3": "time", "D3": "amount", "B4": "0012", "C4": dt.datetime(2024, 5, 1, 10, 0, 3), "D4": 12.5,
        "B6": "186****05", "C6": dt.date(2024, 5, 2), "D6": "¥100.00", "B7": 13800000001, "C7": 45000.5, "D7": True,
    }  # fmt: skip
    for place, value in cells.items():
        sheet[place] = value
    sheet["B200"].font = openpyxl.styles.Font(bold=True)
    workbook.save(path)
    return path


def test_a_workbook_is_text_under_its_true_row_numbers(tmp_path: Path) -> None:
    (source,) = open_sources(book(tmp_path / "no_suffix"))
    assert source.sheet == "订单"
    assert source.preview[2] == ("id", "time", "amount")
    raw, rows = rows_of(source, tmp_path, header_row=3)
    assert rows == [
        ("0012", "2024-05-01 10:00:03", "12.5"),
        ("186****05", "2024-05-02 00:00:00", "¥100.00"),
        ("13800000001", "45000.5", "true"),
    ]
    assert raw.rows == 3
    assert [raw.row_number(row, 3) for row in range(3)] == [4, 6, 7]


def test_parquet_columns_are_text_without_loss(tmp_path: Path) -> None:
    table = pa.table(
        [
            pa.array([b"A1", None]), pa.array(["x", "y"]), pa.array([Decimal("12345678901234.56"), Decimal("-0.10")]),
            pa.array([dt.datetime(2024, 5, 1, 10, 0, 3, 250000), None], pa.timestamp("us")), pa.array([True, False]),
            pa.array([2**62 + 1, 3]), pa.array([dt.date(2024, 5, 1), None]), pa.array(["面霜".encode(), b""]),
        ],
        names=["ID", "id", "Amount", "at", "flag", "number", "day", "name"],
    )  # fmt: skip
    pq.write_table(table, tmp_path / "x")
    (source,) = open_sources(tmp_path / "x")
    assert source.preview[1] == (
        "A1", "x", "12345678901234.56", "2024-05-01 10:00:03.250000", "True", str(2**62 + 1), "2024-05-01", "面霜",
    )  # fmt: skip
    raw, rows = rows_of(source, tmp_path, columns=8)
    assert rows == [
        ("A1", "x", "12345678901234.56", "2024-05-01 10:00:03.25", "true", str(2**62 + 1), "2024-05-01", "面霜"),
        (None, "y", "-0.10", None, "false", "3", None, ""),
    ]
    assert raw.row_number(1, 1) == 3


@pytest.mark.parametrize(
    "name",
    [
        "orders[1].csv",
        "s*r.csv",
        "w?at.csv",
        "{a,b}.csv",
        "it's.csv",
        "plain.csv.gz",
        "plain.zst",
        "day=5/x.csv",
        "~.csv",
    ],
)
@pytest.mark.parametrize("kind", ["text", "parquet"])
def test_a_name_is_a_name_and_no_pattern(tmp_path: Path, name: str, kind: str) -> None:
    """What stands beside it and fits the name as a pattern must not be read in its place."""
    for number, file in enumerate(("orders1.csv", "star.csv", "what.csv", "a.csv", "b.csv", name)):
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        if kind == "text":
            path.write_text(f"id,product,amount\nA{number},x,1.00\n", "utf-8")
        else:
            pq.write_table(pa.table({"id": [f"A{number}"], "product": ["x"], "amount": ["1.00"]}), path)
    assert rows_of(open_sources(tmp_path / name)[0], tmp_path)[1] == [("A5", "x", "1.00")]


PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><style>td {{format:"\\@"}}</style></head><body>
<table><tr><td colspan="3">订单导出</td></tr>
<tr><th rowspan=2>id</th><th colspan=2>明细</th></tr><tr><th>product</th><th>amount</th></tr>
<tr><td>0012</td><td>面霜<br>50&nbsp;ml &amp; 盖</td><td>1.50</td></tr>
<tr><td>0013<td>水<td>2.50
</table></body></html>"""


@pytest.mark.parametrize(("charset", "encoding"), [("gb2312", "gbk"), ("utf-8", "utf-8"), ("x-unknown", "utf-8")])
def test_a_page_named_xls(tmp_path: Path, charset: str, encoding: str) -> None:
    (tmp_path / "x.xls").write_bytes(PAGE.format(charset=charset).encode(encoding))
    (source,) = open_sources(tmp_path / "x.xls")
    assert source.preview[2] == ("id", "product", "amount")
    raw, rows = rows_of(source, tmp_path, header_row=3)
    assert rows == [("0012", "面霜 50\xa0ml & 盖", "1.50"), ("0013", "水", "2.50")]
    assert raw.row_number(1, 3) == 5


def test_spreadsheet_xml(tmp_path: Path) -> None:
    (tmp_path / "x.xls").write_text(
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:x">'
        '<Worksheet ss:Name="订单"><Table>'
        "<Row><Cell><Data>id</Data></Cell><Cell><Data>product</Data></Cell><Cell><Data>amount</Data></Cell></Row>"
        '<Row ss:Index="4"><Cell><Data>0012</Data></Cell><Cell ss:Index="3"><Data>1.50</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>",
        "utf-8",
    )
    (source,) = open_sources(tmp_path / "x.xls")
    assert source.sheet == "订单"
    raw, rows = rows_of(source, tmp_path)
    assert rows == [("0012", None, "1.50")]
    assert raw.row_number(0, 1) == 4
