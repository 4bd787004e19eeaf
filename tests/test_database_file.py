"""The file of a database: whole or not at all, its owner's alone, without what was taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from privtraffic.database import batches, ingest, open_database, undo
from privtraffic.errors import PrivtrafficError

HEADER = "order_id,member_id,ordered_at,paid_amount\n"
INGEST_WITHIN = """
import resource, sys
from pathlib import Path
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from privtraffic.database import ingest
from privtraffic.errors import PrivtrafficError
try:
    ingest(sys.argv[1], [sys.argv[2]])
except PrivtrafficError as error:
    print(error.key)
"""


def orders(path: Path, first: int, number: int, mark: str = "key") -> Path:
    lines = (
        f"A{n},{mark}-{n:06d}-of-member,2026-0{n % 6 + 1}-1{n % 9} 10:00:00,{n % 90 + 5}.00\n"
        for n in range(first, first + number)
    )
    path.write_text(HEADER + "".join(lines))
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_fills_in_the_first_ingest_leaves_nothing_and_the_next_run_goes_on(tmp_path: Path) -> None:
    export = orders(tmp_path / "o.csv", 0, 30_000)
    (tmp_path / "db").mkdir()
    path = tmp_path / "db" / "b.duckdb"
    for limit in (4_000, 13_000, 300_000, 1_200_000):
        done = subprocess.run(
            [sys.executable, "-c", INGEST_WITHIN, str(path), str(export), str(limit)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == "out_of_memory", (limit, done.stdout, done.stderr)
        assert list(path.parent.iterdir()) == [], limit
    assert ingest(path, [export]).totals.orders == 30_000


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_fills_later_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "b.duckdb"
    ingest(path, [orders(tmp_path / "1.csv", 0, 2_000)])
    more = orders(tmp_path / "2.csv", 2_000, 60_000)
    done = subprocess.run(
        [sys.executable, "-c", INGEST_WITHIN, str(path), str(more), str(path.stat().st_size + 200_000)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "out_of_memory"
    with open_database(path) as data:
        assert data.quality.orders == 2_000
    assert ingest(path, [more]).totals.orders == 62_000


def test_what_a_killed_first_run_left_is_cleared(tmp_path: Path) -> None:
    from privtraffic.temporary import temporary_name

    dead = temporary_name("b.duckdb").replace(f"-{os.getpid()}-", "-999999999-")
    for name in (dead, f"{dead}.wal"):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / "b.duckdb.wal").write_bytes(b"of a database that was moved away")
    result = ingest(tmp_path / "b.duckdb", [orders(tmp_path / "o.csv", 0, 50)])
    assert result.totals.orders == 50
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.duckdb", "b.duckdb.wal.1", "o.csv"]


def test_a_database_is_its_owners_and_keeps_the_rights_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "b.duckdb"
    before = os.umask(0o022)
    try:
        ingest(path, [orders(tmp_path / "1.csv", 0, 50)])
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o640)
        ingest(path, [orders(tmp_path / "2.csv", 50, 50)])
        undo(path, 2)
        assert path.stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_what_was_taken_back_is_gone_from_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "b.duckdb"
    ingest(path, [orders(tmp_path / "1.csv", 0, 3_000, "stays")])
    ingest(path, [orders(tmp_path / "2.csv", 3_000, 3_000, "goes")])
    assert b"goes-" in path.read_bytes()
    undo(path, 2)
    held = path.read_bytes()
    assert b"goes-" not in held
    assert b"stays-" in held
    assert [batch.undone_at is None for batch in batches(path)] == [True, False]
    assert ingest(path, [tmp_path / "2.csv"]).totals.orders == 6_000


def test_no_room_to_write_it_anew_is_said_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from privtraffic.engine.embedded import EmbeddedEngine

    def full(*_: object) -> None:
        raise PrivtrafficError("out_of_memory", detail="No space left on device")

    path = tmp_path / "b.duckdb"
    ingest(path, [orders(tmp_path / "1.csv", 0, 50)])
    ingest(path, [orders(tmp_path / "2.csv", 50, 50)])
    monkeypatch.setattr(EmbeddedEngine, "copy_brand", full)
    with pytest.raises(PrivtrafficError) as caught:
        undo(path, 2)
    assert caught.value.key == "db_not_compacted"
    with open_database(path) as data:
        assert data.quality.orders == 50
    assert {file.suffix for file in tmp_path.iterdir()} == {".duckdb", ".csv"}
