"""A few rewritings of each export; `just metamorphic 5000` tries as many as one likes."""

from __future__ import annotations

import pytest

from tests.fixtures.model import Fixture
from tests.metamorphic import ORDERS, as_written, attempt

EACH = 2
MISSED = (("wix", 2700194),)
"""Rewritings that once gave other figures: a header in the middle of a column of times of day."""


@pytest.mark.parametrize("fixture", ORDERS, ids=[fixture.name for fixture in ORDERS])
def test_an_export_written_otherwise_gives_the_same_figures(fixture: Fixture) -> None:
    expected = as_written(fixture)
    assert expected["orders"] or not expected["kept"]
    for seed in range(EACH):
        found, told = attempt(fixture, seed, expected)
        assert found == "same", told


@pytest.mark.parametrize(("name", "seed"), MISSED)
def test_what_was_missed_once(name: str, seed: int) -> None:
    fixture = next(fixture for fixture in ORDERS if fixture.name == name)
    found, told = attempt(fixture, seed, as_written(fixture))
    assert found == "same", told
