"""Every analysis on DuckDB and on Spark: the same reports, row by row; money exact, other numbers to 1e-9."""

from __future__ import annotations

import pytest

from privtraffic.analyses.catalog import ROOMS
from tests.parity.house import House, differences


def test_intake_gives_the_same_account(house: House) -> None:
    embedded, spark = (data.quality for data in house.data.values())
    assert embedded.rows_dropped
    assert embedded == spark


@pytest.mark.parametrize("name", [*ROOMS, "review"])
def test_the_report_is_the_same_on_both_engines(name: str, house: House) -> None:
    embedded, spark = house.answers(name).values()
    assert sum(len(rows) for rows in embedded["tables"].values())
    assert embedded.get("sent", True) or name == "affinity", "a list of nobody says nothing"
    assert list(differences(embedded, spark)) == []


def test_a_difference_would_be_seen() -> None:
    assert list(differences({"a": [1.0, 2]}, {"a": [1.0 + 1e-6, 3]})) == [".a[0]: 1.0 1.000001", ".a[1]: 2 3"]
    assert list(differences({"a": [1]}, {"a": [1, 2]})) == [".a: [1] [1, 2]"]


def test_a_budget_has_the_same_places_on_both_engines(house: House) -> None:
    embedded, spark = (answer["tables"]["allocation"] for answer in house.answers("clv").values())
    assert [row["channel"] for row in embedded] == [row["channel"] for row in spark]
    assert sum(row["placed"] or 0.0 for row in embedded) <= 10_000
