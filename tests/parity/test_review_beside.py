"""Two sides of a comparison on DuckDB and on Spark: the same tables, row by row."""

from __future__ import annotations

import pytest

from privtraffic.analyses import review
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests.parity.house import House, differences


@pytest.mark.parametrize("way", ["store", "brand", "2026-Q3:2026-Q2"])
def test_two_sides_are_the_same_on_both_engines(way: str, house: House) -> None:
    told = []
    for data in house.data.values():
        if ":" not in way:
            query = (
                f"select {way} as name from lines where {way} is not null group by {way} order by count(*) desc, name"
            )
            names = data.engine.fetch(query)["name"].to_pylist()[:2]
        asked = way if ":" in way else f'{way}="{names[0]}","{names[1]}"'
        params = review.Params(rooms=(), against=review.Against.parse(asked, "--against"))
        report = review.present(review.compute(data, params), Words("en"))
        told.append({key: rows for key, rows in to_json(report, "test", [])["tables"].items() if "beside" in key})
    assert len(told[0]) == 4
    assert list(differences(*told)) == []
    assert any(row["side_difference"] is not None for row in told[0]["beside_counts"])
