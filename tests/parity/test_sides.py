"""Every file beside the orders, of every profile, on DuckDB and on Spark: the same rows and accounts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from privtraffic.demo import write_demo
from privtraffic.intake.load import load
from privtraffic.schema import SIDES
from tests.parity.conftest import Start
from tests.test_side_profiles import house_of_sides


def read(folder: Path, start: Start) -> tuple[dict[str, list[str]], list[dict[str, Any]]]:
    """The rows of every table beside the orders, and what was read, kept and dropped of it."""
    with load(folder, sides=SIDES, engine=start()) as data:
        tables = {role: data.engine.fetch(f"select * from {table.name}") for role, table in data.side.items()}
        rows = {role: sorted(str(sorted(row.items())) for row in table.to_pylist()) for role, table in tables.items()}
        return rows, [asdict(side) for side in data.quality.sides]


def test_files_beside_the_orders_are_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    """Of each profile a few rows, and thousands of a simulated house, in one load, since each takes Spark long."""
    folder = tmp_path / "shop"
    write_demo(folder, members=300, seed=3)
    house_of_sides(folder)
    (rows, accounts), (others, their_accounts) = (read(folder, start) for start in engines.values())
    assert rows.keys() == others.keys() == SIDES.keys()
    for role, found in rows.items():
        assert found, role
        assert found == others[role], role
    assert accounts == their_accounts
