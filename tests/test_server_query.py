"""`--sql` against real servers: the report of the CSV, read only, one line for whatever is wrong, no password told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import privtraffic as pt
from privtraffic.intake.read.server import Address, labels_of
from tests.conftest import Run
from tests.servers import PASSWORD, QUOTED, Server, mariadb, postgresql
from tests.shop import HEADER, MEMBERS, MEMBERS_HEADER, ROWS, write_members, write_shop

COLUMNS = HEADER.split(",")
TYPES = {"line_id": "integer", "paid_amount": "numeric(12,2)", "refund_amount": "numeric(12,2)"}
SERVERS = [
    pytest.param("postgresql", marks=pytest.mark.needs("initdb", "pg_ctl")),
    pytest.param("mariadb", marks=pytest.mark.needs("mariadbd", "mariadb-install-db")),
]


def fill(server: Server) -> None:
    """The shop as typed tables: decimals, times, NULLs, names that need quotes."""
    time = "timestamp" if server.kind == "postgresql" else "datetime"
    types = {**dict.fromkeys(COLUMNS, "varchar(40)"), **TYPES, "ordered_at": time}
    rows = ", ".join("(" + ", ".join(f"'{cell}'" if cell else "null" for cell in row.split(",")) + ")" for row in ROWS)
    names = MEMBERS_HEADER.split(",")
    members = ", ".join("('" + "', '".join(row.split(",")) + "')" for row in MEMBERS)
    server.execute(
        f"create table orders ({', '.join(f'{name} {kind}' for name, kind in types.items())})",
        f"insert into orders values {rows}",
        f"create table members ({', '.join(f'{name} varchar(40)' for name in names)})",
        f"insert into members values {members}",
    )


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    pytest.importorskip("adbc_driver_postgresql")
    with postgresql("timezone=Asia/Shanghai") if request.param == "postgresql" else mariadb() as found:
        fill(found)
        yield found


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVTRAFFIC_DB_PASSWORD", PASSWORD)


def without_place(report: dict[str, Any]) -> dict[str, Any]:
    """A report without what tells of the files: where they lay and how they were written."""
    quality = {name: value for name, value in report["quality"].items() if name not in ("files", "notes")}
    mappings = [{"role": file["role"], "mapping": file["mapping"]} for file in report["quality"]["files"]]
    return {**report, "inputs": [], "quality": quality, "mappings": mappings}


def test_a_query_gives_the_report_of_the_csv(server: Server, privtraffic: Run, as_json: Any, tmp_path: Path) -> None:
    write_shop(tmp_path)
    write_members(tmp_path)
    csv = as_json("rfm", "orders.csv", "--members", "members.csv")
    asked = ("--sql", "select * from orders", "--sql", "select * from members", "--db-url", server.url)
    told = as_json("rfm", *asked)
    assert without_place(told) == without_place(csv)
    assert told["figures"]["revenue"] == 1680.0
    place = f"{server.kind}:127.0.0.1:{server.port}/shop"
    assert told["inputs"] == [f"{place}#orders", f"{place}#members"]
    done = privtraffic("rfm", *asked, "-o", "x.xlsx", "-o", "x.html", "-o", "x.json")
    assert done.returncode == 0
    for said in (done.stdout, done.stderr, *(file.read_bytes() for file in tmp_path.iterdir())):
        assert not any((word if isinstance(said, str) else word.encode()) in said for word in (PASSWORD, QUOTED))


def test_only_queries_are_run_and_nothing_is_written(server: Server, privtraffic: Run, tmp_path: Path) -> None:
    nothing = {
        "delete from orders": "begins with 'delete'",
        "select 1; drop table orders": "cannot be run",
        "select 1) as q; drop table orders; --": "cannot be run",
        "select missing from orders": "missing",
        "": "only a query is run",
    }
    if server.kind == "postgresql":
        server.execute("create sequence if not exists counted")
        nothing |= {
            "with gone as (delete from orders returning *) select * from gone": "data-modifying",
            "select nextval('counted') as order_id from orders": "read-only transaction",
            # It goes well for 16 rows: what fails on the way is no file that cannot be written.
            "select 1 / (line_id - 2) as paid_amount from orders order by line_id": "division by zero",
        }
    for sql, said in nothing.items():
        done = privtraffic("rfm", "--sql", sql, "--db-url", server.url)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), sql
        assert said in done.stderr, sql
    with pt.load(sql="select * from orders", db_url=server.url) as data:
        assert data.quality.rows_read == len(ROWS)
    assert not list(tmp_path.iterdir())


def test_who_does_not_get_in_is_told_in_one_line_without_the_password(server: Server, privtraffic: Run) -> None:
    wrong = server.url.replace("shop@", "shop:hu%40sh@")
    closed = wrong.replace(str(server.port), "1")
    for url in (wrong, closed, wrong.replace("/shop", "/elsewhere")):
        for lang in ("en", "zh"):
            done = privtraffic("check", "--sql", "select 1", "--db-url", url, "--lang", lang)
            assert (done.returncode, done.stderr.count("\n")) == (2, 1), url
            assert not [word for word in ("hu@sh", "hu%40sh", PASSWORD) if word in done.stderr + done.stdout]


def test_a_password_may_stand_in_a_file_or_in_the_address(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PRIVTRAFFIC_DB_PASSWORD")
    file = tmp_path / "password"
    if server.kind == "postgresql":
        file.write_text(f"127.0.0.1:{server.port}:shop:shop:{PASSWORD}\n")
        option = "passfile"
    else:
        file.write_text(f"[client]\npassword={PASSWORD}\n")
        option = "option_file"
    file.chmod(0o600)
    for url in (f"{server.url}?{option}={file}", server.url.replace("shop@", f"shop:{QUOTED}@")):
        with pt.load(sql="select * from orders", db_url=url) as data:
            assert data.quality.rows_read == len(ROWS)
            assert PASSWORD not in repr(data.parts)
    with pytest.raises(pt.PrivtrafficError) as refused:
        pt.load(sql="select * from orders", db_url=server.url)
    assert refused.value.code == "db_unreachable"


def test_a_project_names_queries_and_ingest_keeps_their_rows(server: Server, privtraffic: Run, tmp_path: Path) -> None:
    (tmp_path / "privtraffic.toml").write_text(
        f"""
        [[sources]]
        sql = "select order_id, member_id, ordered_at, paid_amount as a1, line_id as a2, status from orders"
        db_url = "{server.url}"
        mapping = {{ paid_amount = "a1" }}
        status = {{ unpaid = "paid" }}
        [[sources]]
        sql = "select * from members"
        db_url = "{server.url}"
        role = "members"
        """
    )
    told = json.loads(privtraffic("check", "--json").stdout)
    # Nothing of refunds is asked for; the 90 of H count, by what the source says of their status; J bought nothing.
    assert told["quality"]["money_kept"] == 600 + 50 + 200 + 500 + 100 + 100 + 100 + 90 + (200 - 50)
    assert [file["role"] for file in told["quality"]["files"]] == ["orders", "members"]
    done = privtraffic("ingest", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    first = json.loads(done.stdout)
    assert (first["figures"]["files_new"], first["figures"]["rows_new"]) == (2, len(ROWS) + len(MEMBERS))
    again = json.loads(privtraffic("ingest", "--json").stdout)
    assert again["figures"]["files_new"] == 0
    server.execute(
        "insert into orders values ('o17', 1, 'B', '2026-04-02 10:00:00', 11.00, 0, 'paid', 'Alder', 'North')"
    )
    try:
        more = json.loads(privtraffic("ingest", "--json").stdout)
    finally:
        server.execute("delete from orders where order_id = 'o17'")
    assert (more["figures"]["files_new"], more["figures"]["orders_added"]) == (1, 1)
    assert PASSWORD.encode() not in (tmp_path / "brand.duckdb").read_bytes()
    wrong = (tmp_path / "privtraffic.toml").read_text().replace('"a1"', '"a1", store = "a9"')
    (tmp_path / "privtraffic.toml").write_text(wrong)
    (tmp_path / "brand.duckdb").unlink()
    refused = privtraffic("check")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "a9" in refused.stderr


@pytest.mark.needs("initdb", "pg_ctl")
def test_cells_are_as_the_server_writes_them(server: Server) -> None:
    """Every digit, the clock of the session's zone, uuids and enums as texts, a column's name twice."""
    if server.kind != "postgresql":
        pytest.skip("types of PostgreSQL")
    server.execute(
        "create type state as enum ('paid', 'unpaid')",
        "create table typed as select gen_random_uuid() as order_id, 12345678901234567890123.10::numeric as member_id, "
        "timestamptz '2026-01-31 23:30:00+00' as ordered_at, 0.1::numeric + 0.2 as paid_amount, "
        "'paid'::state as status, true as gift, 'a' as x",
    )
    sql = "select t.*, 'b' as x from typed as t -- everything\n;"
    with pt.load(sql=sql, db_url=server.url) as data:
        (row,) = data.orders.sql("select order_id, member_id, ordered_at, paid_amount from self").to_arrow().to_pylist()
        assert str(row["paid_amount"]) == "0.30"
        assert row["member_id"] == "12345678901234567890123.10"
        assert len(row["order_id"]) == 36
        # 23:30 UTC on the last of January is the first of February in Shanghai, and so says the server's CSV.
        assert row["ordered_at"].isoformat() == "2026-02-01T07:30:00"


def test_a_driver_that_is_missing_is_named_with_its_extra(privtraffic: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("adbc_driver_manager", "pymysql"):
        monkeypatch.setitem(sys.modules, module, None)
    for kind in ("postgresql", "mysql"):
        done = privtraffic("rfm", "--sql", "select 1", "--db-url", f"{kind}://127.0.0.1:1/shop")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "pip install 'privtraffic[sql]'" in done.stderr


REFUSED = {
    "sqlite:///shop.sqlite": "bad_db_url",
    "nonsense": "bad_db_url",
    "postgresql://shop:se/cret@host/shop": "bad_db_url",
    "postgresql://shop:se#cret@host/shop": "bad_db_url",
    "postgresql://shop:se?cret@host/shop": "bad_db_url",
    "postgresql://shop:se[cret@host/shop": "bad_db_url",
    "postgresql://host:secret/shop": "bad_db_url",
    "mysql://shop:secret@host/shop?charset=latin1": "bad_db_url_option",
}


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_none_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(pt.PrivtrafficError) as refused:
        pt.load(sql="select 1", db_url=url)
    assert refused.value.code == REFUSED[url]
    assert not any("cret" in refused.value.text(lang) for lang in ("en", "zh"))
    assert "cret" not in repr(refused.value.fields)


def test_options_that_do_not_go_together(privtraffic: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRIVTRAFFIC_DB_URL", raising=False)
    url = "postgresql://host/shop"
    for given, said in (
        (("--sql", "select 1"), "PRIVTRAFFIC_DB_URL"),
        (("--db-url", url), "--sql"),
        (("--sql", "select 1", "--db-url", url, "--db", "x.duckdb"), "not both"),
    ):
        done = privtraffic("rfm", *given)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert said in done.stderr
    source = f'[[sources]]\nsql = "select 1"\ndb_url = "{url.replace("host", "shop:hush@host")}"\n'
    (tmp_path / "privtraffic.toml").write_text(source)
    done = privtraffic("rfm")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "a password stands in db_url" in done.stderr
    assert "hush" not in done.stderr
    with pytest.raises(pt.PrivtrafficError, match="not both"):
        pt.load(sql="select 1", con=object(), db_url=url)


def test_reports_name_the_table_that_a_query_begins_with() -> None:
    asked = {
        "select * from shop.orders where note = 'from x'": "orders",
        '/* from a */ select extract(year from day) from "Old Orders" -- from b': "Old Orders",
        "with o as (select * from raw) select * from o": "o",
        "select * from 订单": "订单",
        "select 1 from (select 1) as x": "query",
        "select 2 from shop.orders": "orders 2",
    }
    assert labels_of([*asked]) == [*asked.values()]
    address = Address.of("mariadb+pymysql://u:p%40w@[::1]:3307/b%20c")
    assert (address.kind, address.hosts, address.user, address.password) == ("mysql", "[::1]:3307", "u", "p@w")
    assert str(address) == "mysql:[::1]:3307/b c"
    assert "p@w" not in repr(address)
