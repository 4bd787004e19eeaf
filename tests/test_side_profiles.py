"""Every profile of a file beside the orders: what it writes lands in its role, row by row, and moves no order."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from privtraffic.dataset import Dataset
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.understand.profile import profiles
from privtraffic.schema import SIDES
from tests.fixtures.beside import FIXTURES, Beside

ORDERS = """order_id,member_id,ordered_at,paid_amount
A1,M1,2026-03-02 10:00:00,120.00
A2,M2,2026-03-05 11:00:00,80.00
A3,M1,2026-04-01 12:00:00,60.00
"""


def shown(data: Dataset, fixture: Beside) -> list[str]:
    table = data.engine.fetch(f"select {fixture.columns} from {data.side[fixture.role].name}").to_pylist()
    return sorted("|".join(map(_cell, row.values())) for row in table)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return str(value).removesuffix(" 00:00:00")
    return "-" if value is None else str(value)


def test_every_profile_of_a_side_table_has_a_fixture() -> None:
    assert {profile.name for profile in profiles() if profile.role in SIDES} == {each.profile for each in FIXTURES}


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_a_file_lands_in_its_role(fixture: Beside, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "export.csv").write_text(fixture.text, "utf-8")
    with load(tmp_path, sides=SIDES) as data:
        found = [file.profile for file in data.quality.files if Path(file.path).name == "export.csv"]
        assert found == [*([fixture.also] if fixture.also else []), fixture.profile]
        assert shown(data, fixture) == sorted(fixture.rows)
        (side,) = data.quality.sides
        dropped = dict(fixture.dropped)
        lines = fixture.text.count("\n") - 1
        assert (side.role, side.rows_read, dict(side.rows_dropped)) == (fixture.role, lines, dropped)
        assert side.rows_kept + sum(dropped.values()) == lines
        assert (data.quality.orders, data.quality.revenue) == (3, Decimal("260.00"))


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_alone_it_is_refused_and_never_read_as_orders(fixture: Beside, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(fixture.text, "utf-8")
    with pytest.raises(PrivtrafficError) as raised:
        load(tmp_path / "export.csv")
    assert raised.value.key == ("no_orders" if fixture.also else "other_role")


def test_each_lands_in_its_role_among_all_others(tmp_path: Path) -> None:
    folder = house_of_sides(tmp_path)
    with load(folder, sides=SIDES) as data:
        found = Counter(file.profile for file in data.quality.files)
        assert found == Counter(
            {"canonical": 1, **Counter(x for each in FIXTURES for x in (each.profile, each.also) if x)}
        )
        assert data.quality.skipped == ()
        assert (data.quality.orders, data.quality.revenue) == (3, Decimal("260.00"))


def house_of_sides(folder: Path) -> Path:
    """Every file beside each other, and the orders."""
    (folder / "orders.csv").write_text(ORDERS, "utf-8")
    for number, fixture in enumerate(FIXTURES):
        (folder / f"{number:02}.csv").write_text(fixture.text, "utf-8")
    return folder
