"""What a cluster writes itself."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from privtraffic.engine.base import TableRef
from privtraffic.errors import PrivtrafficError
from tests.parity.house import Start

ROWS = pa.table(
    {
        "member_id": ["A", "B", "C", None],
        "value": [1.5, float("nan"), float("inf"), None],
        "orders": pa.array([3, 1, 2, 4], pa.int32()),
    }
)


def test_a_table_is_written_to_an_address_in_its_order_and_never_over_another(
    start_spark: Start, tmp_path: Path
) -> None:
    place = (tmp_path / "lake" / "members.parquet").as_uri()
    engine = start_spark()
    try:
        engine.scan("members", ROWS)
        engine.check_free(place)  # type: ignore[attr-defined]
        query = TableRef(engine, "members", "orders desc").select(("member_id", "value", "orders"))
        engine.write(query, place)  # type: ignore[attr-defined]
        with pytest.raises(PrivtrafficError, match="there is something already"):
            engine.check_free(place)  # type: ignore[attr-defined]
        with pytest.raises(PrivtrafficError, match="could not be written"):
            engine.write(query, place)  # type: ignore[attr-defined]
        with pytest.raises(PrivtrafficError, match="could not be written"):
            engine.check_free("nowhere://bucket/members.parquet")  # type: ignore[attr-defined]
    finally:
        engine.close()
    # Missing is what is no number, as in the files that are written here.
    written = [(None, None, 4), ("A", 1.5, 3), ("C", None, 2), ("B", None, 1)]
    assert [
        tuple(row.values()) for row in parquet.read_table(tmp_path / "lake" / "members.parquet").to_pylist()
    ] == written


def test_the_first_rows_of_a_table_are_the_same_on_both_engines(engines: dict[str, Start]) -> None:
    for start in engines.values():
        engine = start()
        try:
            engine.scan("members", ROWS)
            members = TableRef(engine, "members", "orders desc")
            assert [row for batch in members.batches(("orders",), 2) for row in batch["orders"].to_pylist()] == [4, 3]
            assert [row for batch in members.batches(("orders",)) for row in batch["orders"].to_pylist()] == [
                4,
                3,
                2,
                1,
            ]
        finally:
            engine.close()
