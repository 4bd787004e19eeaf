"""One database in memory serves engine after engine, and nothing of one is seen by the next."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from privtraffic.engine.embedded import EmbeddedEngine, create_database
from privtraffic.errors import PrivtrafficError


def test_a_database_that_served_one_engine_is_empty_for_the_next() -> None:
    first, beside = EmbeddedEngine(), EmbeddedEngine()
    assert first._database is not beside._database
    first.run("secret", "select 1 as x")
    first.view("seen", "select * from secret")
    first.run("numbers", "select x from secret", numbered=True)
    first.scan("arrow", pa.table({"x": [1]}))
    used = first._database
    first.close()
    first.close()
    with pytest.raises(PrivtrafficError, match="these data were closed"):
        first.fetch("select 1 as x")
    second = EmbeddedEngine()
    assert second._database is used
    left = "select table_name from duckdb_tables() union all select view_name from duckdb_views() where not internal"
    assert second.fetch(left).num_rows == 0
    assert second.fetch("select current_setting('temp_directory') as t")["t"][0].as_py() == str(
        second.workdir / "spill"
    )
    assert second.fetch("select clean_money('￥1,500.5') as m")["m"][0].as_py() == Decimal("1500.5")
    second.close()
    beside.close()


def test_a_file_that_was_attached_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "brand.duckdb"
    create_database(path, "create table t as select 1 as x")
    for value in (2, 3):
        engine = EmbeddedEngine()
        used = engine._database
        engine.attach(path, write=True)
        with engine.transaction():
            engine.run("brand.t", "select :value as x", value=value)
        engine.view("seen", "select * from brand.t")
        engine.close()
        with duckdb.connect(str(path), read_only=True) as con:
            assert con.execute("select x from t").fetchall() == [(value,)]
    after = EmbeddedEngine()
    assert after._database is used
    new = EmbeddedEngine()
    for left in ("table_name from duckdb_tables()", "database_name from duckdb_databases()", "name, value from SET"):
        query = f"select {left} order by all".replace("SET", "duckdb_settings() where name <> 'temp_directory'")
        assert after.fetch(query) == new.fetch(query)
    new.close()
    after.close()


def a_query_fails(engine: EmbeddedEngine) -> None:
    with pytest.raises(PrivtrafficError):
        engine.fetch("select error('wrong') as x")


def it_holds_much(engine: EmbeddedEngine) -> None:
    engine.run("large", "select range as x from range(1_000_001)")


def a_transaction_fails(engine: EmbeddedEngine) -> None:
    with pytest.raises(ZeroDivisionError), engine.transaction():
        raise ZeroDivisionError


def a_transaction_is_open(engine: EmbeddedEngine) -> None:
    engine.transaction().__enter__()


def a_file_is_none(engine: EmbeddedEngine) -> None:
    with pytest.raises(PrivtrafficError):
        engine.attach(Path(__file__), write=False)


@pytest.mark.parametrize(
    "spoil", [a_query_fails, it_holds_much, a_transaction_fails, a_transaction_is_open, a_file_is_none]
)
def test_a_database_is_not_used_again_where(spoil: Callable[[EmbeddedEngine], None]) -> None:
    engine = EmbeddedEngine()
    spoil(engine)
    used = engine._database
    engine.close()
    with closing(EmbeddedEngine()) as after:
        assert after._database is not used


def limit(engine: EmbeddedEngine) -> str:
    return str(engine.fetch("select current_setting('memory_limit') as m")["m"][0].as_py())


def test_a_limit_of_memory_is_for_one_engine_alone() -> None:
    with closing(EmbeddedEngine()) as free:
        most = limit(free)
    small, large = EmbeddedEngine(100), EmbeddedEngine(500)
    with closing(EmbeddedEngine()) as beside:
        assert (limit(small), limit(large), limit(beside)) == ("76.2 MiB", "381.4 MiB", most)
    small.close()
    large.close()
    with closing(EmbeddedEngine()) as after:
        assert limit(after) == most


def test_a_stream_left_open_reads_on_what_it_began_and_sees_nothing_of_the_next_engine() -> None:
    first = EmbeddedEngine()
    first.run("t", "select range as x from range(300_000)")
    stream = first.batches("select x from t")
    next(stream)
    first.close()
    with closing(EmbeddedEngine()) as second:
        assert second._database is first._database
        second.run("t", "select -1 as x")
        with pytest.raises(PrivtrafficError, match="these data were closed"):
            next(stream)
        assert second.fetch("select x from t")["x"].to_pylist() == [-1]


def test_threads_that_open_and_close_at_once_never_share_a_database() -> None:
    held: set[int] = set()

    def serve(number: int) -> list[int]:
        found = []
        for _ in range(10):
            with closing(EmbeddedEngine()) as engine:
                assert id(engine._database) not in held
                held.add(id(engine._database))
                engine.run("own", "select :number as x", number=number)
                found += engine.fetch("select x from own")["x"].to_pylist()
                held.remove(id(engine._database))
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(serve, range(4))) == [[number] * 10 for number in range(4)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a copy of a process")
def test_a_copy_of_this_process_makes_a_database_of_its_own() -> None:
    open_here = EmbeddedEngine()
    EmbeddedEngine().close()
    child = os.fork()
    if not child:
        signal.alarm(20)
        engine = EmbeddedEngine()
        os._exit(engine.fetch("select sum(range) as s from range(100000)")["s"][0].as_py() != 4999950000)
    assert os.waitpid(child, 0)[1] == 0
    open_here.close()


def test_few_rows_are_kept_and_more_are_asked_for() -> None:
    engine = EmbeddedEngine()
    engine.run("shop", "select 1 as x")
    engine.view("few", "select * from shop", 100_000)
    engine.view("many", "select * from shop", 100_001)
    engine.run("shop", "select 2 as x")
    assert [engine.fetch(f"select x from {name}")["x"][0].as_py() for name in ("few", "many")] == [1, 2]
    engine.close()
