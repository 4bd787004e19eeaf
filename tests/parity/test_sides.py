"""Files beside the orders, whatever their profiles ask for, on DuckDB and on Spark: the same rows and accounts."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from privtraffic.demo import write_demo
from privtraffic.intake.load import load
from privtraffic.schema import SIDES
from tests.fixtures.beside import FIXTURES
from tests.parity.conftest import Start
from tests.parity.covering import covering, expressions_of
from tests.test_side_profiles import ORDERS


def read(folder: Path, start: Start) -> tuple[dict[str, list[str]], list[dict[str, Any]]]:
    """The rows of every table beside the orders, and what was read, kept and dropped of it."""
    with load(folder, sides=SIDES, engine=start()) as data:
        tables = {role: data.engine.fetch(f"select * from {table.name}") for role, table in data.side.items()}
        rows = {role: sorted(str(sorted(row.items())) for row in table.to_pylist()) for role, table in tables.items()}
        return rows, [asdict(side) for side in data.quality.sides]


def test_files_beside_the_orders_are_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    """Of each kind of file a few rows, and thousands of a simulated house, in one load, since each takes Spark long."""
    folder, asked = tmp_path / "shop", {}
    for number, fixture in enumerate(FIXTURES):
        alone = tmp_path / f"{number:02}"
        alone.mkdir()
        (alone / "orders.csv").write_text(ORDERS, "utf-8")
        (alone / "beside.csv").write_text(fixture.text, "utf-8")
        asked[alone] = expressions_of([alone], sides=SIDES)
    write_demo(folder, members=300, seed=3)
    (folder / "orders.csv").write_text(ORDERS, "utf-8")
    for alone in covering(asked):
        shutil.copy(alone / "beside.csv", folder / f"{alone.name}.csv")
    (rows, accounts), (others, their_accounts) = (read(folder, start) for start in engines.values())
    assert rows.keys() == others.keys() == SIDES.keys()
    for role, found in rows.items():
        assert found, role
        assert found == others[role], role
    assert accounts == their_accounts
