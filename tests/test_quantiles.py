"""Quantiles of counted values are those of the values written out."""

from __future__ import annotations

from collections import Counter

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privtraffic.analyses.statistics.quantiles import counted_quantiles

PERCENTS = (1, 5, 10, 25, 50, 75, 90, 95, 100)


@pytest.mark.parametrize(("percent", "value"), [(1, 1), (25, 1), (26, 2), (75, 2), (76, 7), (100, 7)])
def test_the_least_value_that_the_share_does_not_pass(percent: int, value: int) -> None:
    """Of 1, 2, 2, 7: a quarter is at most 1, three quarters at most 2."""
    assert counted_quantiles({7: 1, 1: 1, 2: 2}, [percent]) == [value]


def test_nothing_counted_has_none() -> None:
    assert counted_quantiles({}, PERCENTS) == []


@given(st.lists(st.integers(1, 30), min_size=1, max_size=200))
def test_as_the_engine_has_them(numbers: list[int]) -> None:
    written = pa.table({"n": numbers})  # noqa: F841, DuckDB reads it by its name
    shares = ", ".join(f"percentile_disc({percent} / 100.0) within group (order by n)" for percent in PERCENTS)
    (expected,) = duckdb.sql(f"select {shares} from written").fetchall()
    assert tuple(counted_quantiles(Counter(numbers), PERCENTS)) == expected
