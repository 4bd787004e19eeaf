"""Further ways in: JSON, SQLite, archives, standard input, rows in memory; each gives the account of the CSV."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest

import privtraffic as pt
from privtraffic.intake.read.bytestream import UNPACKED_FREE
from tests.conftest import Run
from tests.shop import HEADER, MEMBERS, MEMBERS_HEADER, ROWS, write_shop

NAMES = HEADER.split(",")
RECORDS = [dict(zip(NAMES, row.split(","), strict=True)) for row in ROWS]
TYPED = [{**row, "paid_amount": float(row["paid_amount"]), "member_id": row["member_id"] or None} for row in RECORDS]
CSV = "\n".join((HEADER, *ROWS)) + "\n"


def lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"create table orders ({', '.join(name + ' text' for name in NAMES)})")
        connection.execute("create table notes (text text)")
        connection.execute("insert into notes values ('nothing')")
        places = ",".join("?" * len(NAMES))
        connection.executemany(f"insert into orders values ({places})", [[*row.values()] for row in RECORDS])
    connection.close()


def packed_sqlite(path: Path) -> bytes:
    at = path.with_suffix(".db")
    sqlite(at)
    return at.read_bytes()


def archive(path: Path, **files: str | bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("_in_", "/").replace("_dot_", "."), content)


WRITTEN: dict[str, Callable[[Path], object]] = {
    "json lines": lambda path: lines(path, RECORDS),
    "json lines with types": lambda path: lines(path, TYPED),
    "a json array": lambda path: path.write_text(json.dumps(RECORDS, indent=1), "utf-8"),
    "a json object of an array": lambda path: path.write_text(json.dumps({"ok": True, "orders": TYPED}), "utf-8"),
    "json with a byte order mark": lambda path: path.write_text(json.dumps(RECORDS), "utf-8-sig"),
    "json in utf-16": lambda path: path.write_text(json.dumps(RECORDS), "utf-16"),
    "gzipped json lines": lambda path: path.write_bytes(
        gzip.compress("\n".join(json.dumps(row) for row in RECORDS).encode())
    ),
    "sqlite": sqlite,
    "a zip": lambda path: archive(path, orders_dot_csv=CSV),
    "a zip of sqlite": lambda path: archive(path, a_dot_db=packed_sqlite(path)),
    "a zip of a folder with what a system adds": lambda path: archive(
        path, shop_in_orders_dot_csv=CSV, **{"__MACOSX/orders.csv": b"\0\5\x16\7"}, shop_in_readme_dot_txt="Hello.\n"
    ),
    "a zip of json lines": lambda path: archive(path, a_dot_jsonl="\n".join(json.dumps(row) for row in RECORDS)),
}  # fmt: skip


def account(data: pt.Dataset) -> dict[str, Any]:
    told = data.quality.as_dict()
    files = told.pop("files")
    assert isinstance(files, list)
    return {**told, "rows": files[0]["rows_read"], "mapping": files[0]["mapping"]}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pt.load(write_shop(tmp_path_factory.mktemp("csv"))) as data:
        return {**account(data), "totals": pt.rfm(data).totals}


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.filterwarnings("ignore::privtraffic.ReadingWarning")
def test_every_form_gives_the_account_of_the_csv(form: str, tmp_path: Path, expected: dict[str, Any]) -> None:
    path = tmp_path / "export.dat"
    WRITTEN[form](path)
    with pt.load(path) as data:
        skipped = data.quality.skipped
        found = {**account(data), "totals": pt.rfm(data).totals}
        assert data.quality.files[0].path == str(path)
    for key in ("notes", "files_skipped", "skipped"):
        assert found.pop(key, None) is not None or key not in expected
    assert found == {key: expected[key] for key in found}
    assert [name.partition(": ")[2] for name in skipped] == {
        "sqlite": ["notes"], "a zip of sqlite": ["a.db: notes"],
        "a zip of a folder with what a system adds": ["shop/readme.txt"],
    }.get(form, [])  # fmt: skip


HELD: dict[str, Callable[[Path], Any]] = {
    "pandas": lambda _: pd.DataFrame(RECORDS),
    "pandas with types": lambda _: pd.DataFrame(TYPED).assign(
        ordered_at=lambda frame: pd.to_datetime(frame["ordered_at"])
    ),
    "pandas of mixed cells": lambda _: pd.DataFrame(RECORDS).assign(
        paid_amount=[float(row["paid_amount"]) if at % 2 else row["paid_amount"] for at, row in enumerate(RECORDS)]
    ),
    "pandas with a zone": lambda _: pd.DataFrame(RECORDS).assign(
        ordered_at=lambda frame: pd.to_datetime(frame["ordered_at"]).dt.tz_localize("Asia/Shanghai")
    ),
    "arrow": pa.csv.read_csv,
    "arrow of decimals": lambda _: pa.table(
        {name: [Decimal(row[name]) if "amount" in name else row[name] for row in RECORDS] for name in NAMES}
    ),
    "a relation": lambda path: duckdb.connect().sql(f"select * from read_csv('{path}')"),
    "two halves": lambda _: [pd.DataFrame(RECORDS[:9]), pd.DataFrame(RECORDS[9:])],
}  # fmt: skip


@pytest.mark.parametrize("form", HELD)
def test_rows_in_memory_give_the_account_of_the_csv(form: str, tmp_path: Path, expected: dict[str, Any]) -> None:
    path = write_shop(tmp_path)
    rows = HELD[form](path)
    with pt.load(rows) as data:
        assert pt.rfm(data).totals == expected["totals"]
        found = account(data)
        assert sum(file.rows_read for file in data.quality.files) == expected["rows_read"]
        names = [file.path for file in data.quality.files]
    assert {key: found[key] for key in ("rows_read", "rows_dropped", "money_read", "money_kept", "refunds")} == {
        key: expected[key] for key in ("rows_read", "rows_dropped", "money_read", "money_kept", "refunds")
    }
    assert all("." in name and "/" not in name for name in names), "no path of a work folder is told"
    assert len({*names}) == len(names)


def test_polars_is_read_and_members_may_be_a_frame(expected: dict[str, Any]) -> None:
    pl = pytest.importorskip("polars")
    members = pl.DataFrame([dict(zip(MEMBERS_HEADER.split(","), row.split(","), strict=True)) for row in MEMBERS])
    with pt.load(pl.DataFrame(RECORDS), members=members) as data:
        result = pt.rfm(data)
        assert (result.totals, result.joined) == (expected["totals"], 6)


def test_a_query_is_read_from_any_connection(tmp_path: Path, expected: dict[str, Any]) -> None:
    sqlite(tmp_path / "shop.db")
    connection = sqlite3.connect(tmp_path / "shop.db")
    engine = duckdb.connect()
    engine.execute(f"create table t as from read_csv('{write_shop(tmp_path)}')")
    for query, open_connection in (("select * from orders", connection), ("from t", engine)):
        with pt.load(sql=query, con=open_connection) as data:
            assert pt.rfm(data).totals == expected["totals"]
            assert [file.path for file in data.quality.files] == ["query"]
    with pt.load(sql="select * from orders where store = 'North'", con=connection) as data:
        assert data.quality.rows_read == sum(row["store"] == "North" for row in RECORDS)
    with pytest.raises(pt.PrivtrafficError, match="no such table: elsewhere"):
        pt.load(sql="select * from elsewhere", con=connection)
    with pytest.raises(pt.PrivtrafficError, match="con=str is no connection"):
        pt.load(sql="select 1", con="postgresql://…")
    connection.close()


def test_what_is_neither_path_nor_rows_is_refused_in_one_line() -> None:
    for given, code in ((5, "not_readable"), ([None], "not_readable"), ((), "no_input"), ([], "no_input")):
        with pytest.raises(pt.PrivtrafficError) as refused:
            pt.load(given)  # type: ignore[arg-type]
        assert refused.value.code == code
    with pytest.raises(pt.PrivtrafficError) as twice:
        pt.load(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    assert twice.value.code == "held_unreadable"


def test_the_command_line_takes_them_all(privtraffic: Run, tmp_path: Path, expected: dict[str, Any]) -> None:
    sqlite(tmp_path / "shop.sqlite")
    archive(tmp_path / "shop.zip", orders_dot_csv=CSV, members_dot_csv="\n".join((MEMBERS_HEADER, *MEMBERS)))
    lines(tmp_path / "shop.jsonl", RECORDS)
    for given in ("shop.sqlite", "shop.sqlite#orders", "shop.zip", "shop.jsonl"):
        done = privtraffic("rfm", given, "--json")
        assert (done.returncode, done.stderr) == (0, ""), given
        told = json.loads(done.stdout)
        assert told["figures"]["revenue"] == 1680.0
        assert told["quality"]["rows_read"] == expected["rows_read"]
        if given == "shop.zip":
            assert {file["role"]: file["sheet"] for file in told["quality"]["files"]} == {
                "orders": "orders.csv", "members": "members.csv"
            }  # fmt: skip
    refused = privtraffic("rfm", "shop.sqlite#order")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "It has: notes, orders" in refused.stderr
    done = privtraffic("rfm", "shop.zip", "-o", "shop.zip")
    assert done.returncode == 2
    done = privtraffic("rfm", "shop.sqlite#orders", "-o", "x.json", "-o", "shop.sqlite")
    assert done.returncode == 2
    sqlite_bytes = (tmp_path / "shop.sqlite").read_bytes()
    assert sqlite_bytes.startswith(b"SQLite format 3")


@pytest.mark.parametrize("form", ["csv", "zip", "json", "sqlite"])
def test_standard_input_is_read_like_a_file(
    form: str, privtraffic: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: dict[str, Any]
) -> None:
    content = CSV.encode()
    if form == "zip":
        archive(tmp_path / "x", orders_dot_csv=CSV)
        content = (tmp_path / "x").read_bytes()
    if form == "json":
        content = json.dumps(RECORDS).encode()
    if form == "sqlite":
        content = packed_sqlite(tmp_path / "x")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    done = privtraffic("rfm", "-", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["figures"]["revenue"] == 1680.0
    assert [file["path"] for file in told["quality"]["files"]] == ["stdin"]
    for new in (1, 0):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        done = privtraffic("ingest", "-", "--db", "x.duckdb", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["figures"]["files_new"] == new


def test_standard_input_of_a_process(tmp_path: Path, privtraffic: Run) -> None:
    with write_shop(tmp_path).open("rb") as orders:
        done = privtraffic("check", "-", stdin=orders)
    assert done.returncode == 0
    assert "stdin" in done.stdout


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("orders.csv", "w") as out:
        for _ in range((UNPACKED_FREE >> 20) + 8):
            out.write(b"0" * (1 << 20))


def many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for number in range(1001):
            packed.writestr(f"{number}.csv", "a,b\n1,2\n")


def encrypted(path: Path) -> None:
    archive(path, orders_dot_csv=CSV)
    content = bytearray(path.read_bytes())
    for at, offset in ((content.index(b"PK\3\4"), 6), (content.index(b"PK\1\2"), 8)):
        content[at + offset] |= 1
    path.write_bytes(content)


def broken(path: Path) -> None:
    archive(path, orders_dot_csv=CSV)
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)


def nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("orders.csv", CSV)
    archive(path, inner_dot_zip=inner.getvalue())


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a bomb": (bomb, "expands_too_far"),
    "too many files": (many, "expands_too_far"),
    "a password": (encrypted, "archive_encrypted"),
    "a damaged archive": (broken, "damaged_file"),
    "pictures": (lambda path: archive(path, a_dot_png=b"\x89PNG\r\n\x1a\n"), "archive"),
    "an archive in an archive": (nested, "archive"),
    "json cut short": (lambda path: path.write_text(json.dumps(RECORDS)[:-40], "utf-8"), "json_damaged"),
    "a json array without its end": (lambda path: path.write_text(json.dumps(RECORDS)[:-1], "utf-8"), "json_damaged"),
    "json of numbers": (lambda path: path.write_text("[[1, 2], [3, 4]]", "utf-8"), "json_no_rows"),
    "an empty array": (lambda path: path.write_text("[]", "utf-8"), "json_no_rows"),
    "a key twice": (lambda path: path.write_text('{"order_id": 1, "paid": 2, "paid": 3}\n', "utf-8"), "json_key_twice"),
    "a damaged database": (lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(2000)), "damaged_file"),
    "a database of nothing": (lambda path: sqlite3.connect(path).execute("vacuum").connection.close(), "empty_file"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line(case: str, tmp_path: Path) -> None:
    write, code = REFUSED[case]
    path = tmp_path / "export.dat"
    write(path)
    with pytest.raises(pt.PrivtrafficError) as refused:
        pt.load(path)
    assert refused.value.code == code
    assert all("\n" not in refused.value.text(lang) and "export" in refused.value.text(lang) for lang in ("en", "zh"))


def test_numbers_of_json_keep_every_digit_and_what_lies_within_is_a_column(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    rows = (
        '{"order_id": 12345678901234567890, "paid_at": "2026-01-01 10:00:00", "total": 1.10,'
        ' "buyer": {"member_id": 7}}\n'
        '{"order_id": 12345678901234567891, "paid_at": "2026-01-02 10:00:00", "total": 2.20, "buyer": {"member_id": 7},'
        ' "store": "北店", "lines": [{"sku": "a"}]}\n'
    )
    path.write_text(rows, "utf-8")
    with pt.load(path, mapping={"member_id": "buyer.member_id", "paid_amount": "total"}) as data:
        found = data.orders.sql("select order_id, member_id, store from self order by order_id").to_arrow().to_pylist()
        assert data.quality.money_read == Decimal("3.30")
    assert [row["order_id"] for row in found] == ["12345678901234567890", "12345678901234567891"]
    assert [(row["member_id"], row["store"]) for row in found] == [("7", None), ("7", "北店")]


def test_an_archive_of_chinese_windows_is_named_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    archive(path, **{"xxxx_dot_csv": CSV})
    content = path.read_bytes().replace(b"xxxx.csv", "订单".encode("gbk") + b".csv")
    path.write_bytes(content)
    with pt.load(path) as data:
        assert data.quality.files[0].sheet == "订单.csv"


def test_a_database_takes_in_archives(tmp_path: Path) -> None:
    archive(tmp_path / "shop.zip", orders_dot_csv=CSV)
    done = pt.ingest(tmp_path / "brand.duckdb", tmp_path / "shop.zip")
    assert done.quality is not None
    assert done.quality.rows_read == len(ROWS)
    assert pt.ingest(tmp_path / "brand.duckdb", tmp_path / "shop.zip").batch is None
    with pt.load(tmp_path / "brand.duckdb") as data:
        assert pt.rfm(data).totals["revenue"] == Decimal("1680.00")


@pytest.mark.filterwarnings("ignore::privtraffic.ReadingWarning")
def test_a_database_takes_in_what_is_no_file(tmp_path: Path, privtraffic: Run) -> None:
    """A table of SQLite, once, beside its file; rows in memory, whose role is told; a query."""
    sqlite(tmp_path / "shop.sqlite")
    for given, new in ((("shop.sqlite#orders",), 1), (("shop.sqlite#orders",), 0), (("shop.sqlite#nothing",), None)):
        done = privtraffic("ingest", *given, "--db", "a.duckdb", "--json")
        assert done.returncode == (2 if new is None else 0), done.stderr
        assert new is None or json.loads(done.stdout)["figures"]["files_new"] == new
    assert json.loads(privtraffic("rfm", "--db", "a.duckdb", "--json").stdout)["figures"]["revenue"] == 1680.0
    members = pd.DataFrame([row.split(",") for row in MEMBERS], columns=MEMBERS_HEADER.split(","))
    orders = pd.DataFrame(RECORDS)
    done = pt.ingest(tmp_path / "b.duckdb", [orders[:9], orders[9:]], members=members)
    assert [(file.path, file.state) for file in done.files] == [
        ("pandas.DataFrame", "new"), ("pandas.DataFrame 2", "new"), ("pandas.DataFrame 3", "new"),
    ]  # fmt: skip
    assert pt.ingest(tmp_path / "b.duckdb", orders[9:]).batch is None
    connection = sqlite3.connect(tmp_path / "shop.sqlite")
    pt.ingest(tmp_path / "c.duckdb", sql="select * from orders", con=connection)
    connection.close()
    for name, joined in (("b", 6), ("c", 0)):
        with pt.load(tmp_path / f"{name}.duckdb") as data:
            result = pt.rfm(data)
            assert (result.totals["revenue"], result.joined or 0) == (Decimal("1680.00"), joined)
