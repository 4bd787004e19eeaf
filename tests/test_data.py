"""JSON, CSV, Parquet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from privtraffic.report.data import dump_json, to_json, write_csv, write_json, write_parquet
from privtraffic.report.document import Column, Figure, Report, Table
from tests import sample_report


def parsed(report: Report, path: Path) -> dict[str, object]:
    write_json(report, path, "1.2.3", ["orders.csv"])

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    read: dict[str, object] = json.loads(path.read_text("utf-8"), parse_constant=refuse)
    return read


def test_json_keeps_the_contract(tmp_path: Path) -> None:
    read = parsed(sample_report.report("zh"), tmp_path / "report.json")
    assert list(read) == ["command", "version", "as_of", "inputs", "quality", "figures", "tables", "notes"]
    assert (read["command"], read["version"], read["as_of"]) == ("rfm", "1.2.3", "2026-10-31")
    assert read["inputs"] == ["orders.csv"]
    assert read["quality"] == {"rows_read": 6500, "rows_kept": 6310}
    assert read["figures"] == {
        "members": 2000,
        "orders": 6310,
        "revenue": 10000000.5,
        "repurchase_rate": 0.432,
        "repurchase_rate_low": 0.41,
        "repurchase_rate_high": 0.454,
        "orders_per_member": 3.155,
    }
    assert read["notes"] == [{"key": "no_member", "text": "120 笔订单没有会员标识，计入净销售额但不计入任何分层。"}]


def test_json_tables_are_rows_with_canonical_values_in_every_language(tmp_path: Path) -> None:
    read = parsed(sample_report.report("zh"), tmp_path / "report.json")
    tables = read["tables"]
    assert isinstance(tables, dict)
    assert list(tables) == ["sample_segments", "sample_grid", "sample_monthly", "sample_members"]
    assert tables["sample_segments"][0] == {
        "sample_segment": "champions",
        "members": 440,
        "share": 0.22,
        "revenue": 6_100_000,
        "revenue_share": 0.61,
        "order_value": 13_863.6,
    }
    assert tables["sample_monthly"][0]["sample_month"] == "2025-11"
    assert tables["sample_monthly"][0]["sample_change"] is None
    assert len(tables["sample_members"]) == 2000
    assert tables == parsed(sample_report.report("en"), tmp_path / "report.json")["tables"]


@pytest.mark.parametrize("streamed", [True, False])
def test_json_written_in_batches_is_what_to_json_returns(streamed: bool) -> None:
    report = sample_report.report("en", streamed=streamed)
    out = io.StringIO()
    dump_json(report, out, "1", [])
    whole = to_json(report, "1", [])
    assert json.loads(out.getvalue()) == whole
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole


def test_json_of_a_stream_escapes_every_sign_and_reads_every_type(tmp_path: Path) -> None:
    moment = datetime(2026, 10, 31, 18, 30)
    texts = ['a"b\\c\n\x00\x1f', "😀</script>", None, ""]
    columns = {
        "text": ("text", pa.array(texts)),
        "id": ("id", pa.array([1, 2, 3, None])),
        "flag": ("text", pa.array([True, None, False, True])),
        "money": ("money", pa.array([Decimal("1.50"), None, Decimal("-0.01"), Decimal("0.00")])),
        "share": ("share", pa.array([float("nan"), float("inf"), 1e-7, 1e20])),
        "day": ("date", pa.array([date(2026, 1, 2), None, None, None])),
        "time": ("date", pa.array([moment, None, None, None])),
        "month": ("month", pa.array([date(2026, 1, 2), None, None, None])),
        "none": ("share", pa.nulls(4)),
        "words": ("text", pa.array(["a", "a", "b", None]).dictionary_encode()),
    }
    table = pa.table({key: values for key, (_, values) in columns.items()})
    heads = tuple(Column(key, kind) for key, (kind, _) in columns.items())
    report = Report("x", "", None, detail=Table("all", heads, sample_report.Batches(table, 3)))
    found = parsed(report, tmp_path / "report.json")["tables"]
    assert found == to_json(report, "1", [])["tables"]
    assert isinstance(found, dict)
    assert [row["text"] for row in found["all"]] == texts
    assert found["all"][0] == {
        "text": texts[0],
        "id": "1",
        "flag": True,
        "money": 1.5,
        "share": None,
        "day": "2026-01-02",
        "time": "2026-10-31T18:30:00",
        "month": "2026-01",
        "none": None,
        "words": "a",
    }


def test_json_of_nothing(tmp_path: Path) -> None:
    nothing = sample_report.Batches(pa.table({"members": pa.array([], pa.int64())}))
    columns = (Column("members", "integer"),)
    report = Report("x", "", None, tables=(Table("a", columns, ()),), detail=Table("b", columns, nothing))
    read = parsed(report, tmp_path / "report.json")
    assert read["tables"] == {"a": [], "b": []}
    assert (read["as_of"], read["figures"], read["notes"]) == (None, {}, [])


def test_csv_has_a_byte_order_mark_canonical_keys_and_defused_text(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    write_csv(sample_report.report("zh"), path)
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == [column.key for column in sample_report.MEMBER_COLUMNS]
    assert len(lines) == 2000
    assert [line["member_id"] for line in lines[:4]] == [
        '\'=HYPERLINK("http://x","y")',
        "<script>&\x00",
        "'+86 138",
        "007",
    ]
    assert lines[0]["sample_segment"] in sample_report.SEGMENTS
    assert lines[0]["share"] == ""
    assert any(line["sample_change"].startswith("-0.0") for line in lines)
    assert lines[0]["sample_last_order"] == str(sample_report.members().column("sample_last_order")[0])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_csv_defuses_text_but_not_numbers(text: str, tmp_path: Path) -> None:
    columns = (Column("sample_channel", "text"), Column("sample_amount", "money"))
    path = tmp_path / "x.csv"
    write_csv(Report("x", "", None, tables=(Table("t", columns, [(text, -1.5), ("a=b", 2)]),)), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[1:] == [[f"'{text}", "-1.5"], ["a=b", "2"]]


def test_parquet_keeps_types_and_canonical_values(tmp_path: Path) -> None:
    path = tmp_path / "members.parquet"
    write_parquet(sample_report.report("zh"), path)
    read = parquet.read_table(path)
    assert read.column_names == [column.key for column in sample_report.MEMBER_COLUMNS]
    assert read.schema.field("revenue").type == pa.decimal128(18, 2)
    assert read.schema.field("sample_last_order").type == pa.date32()
    assert read.column("member_id").to_pylist()[0] == '=HYPERLINK("http://x","y")'
    assert read.column("order_value").to_pylist()[0] is None
    assert read.num_rows == 2000


def test_a_report_without_detail_writes_its_first_table(tmp_path: Path) -> None:
    report = replace(sample_report.report("en"), detail=None)
    write_parquet(report, tmp_path / "x.parquet")
    assert parquet.read_table(tmp_path / "x.parquet").column("members").to_pylist() == [440, 300, 360, 240, 260, 400]


def test_a_report_without_tables_writes_its_figures(tmp_path: Path) -> None:
    report = Report("x", "", None, figures=(Figure("members", 7, "integer"), Figure("share", 0.5, "share", 0.4, 0.6)))
    write_csv(report, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text("utf-8-sig").splitlines() == [
        '"key","value","low","high"',
        '"members","7",,',
        '"share","0.5",0.4,0.6',
    ]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_no_rows_leave_a_header(suffix: str, tmp_path: Path) -> None:
    report = Report("x", "", None, tables=(Table("t", (Column("members", "integer"),), ()),))
    path = tmp_path / f"x.{suffix}"
    (write_csv if suffix == "csv" else write_parquet)(report, path)
    names = parquet.read_schema(path).names if suffix == "parquet" else path.read_text("utf-8-sig").split()
    assert names == (["members"] if suffix == "parquet" else ['"members"'])
