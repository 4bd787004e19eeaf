"""Two sides of a comparison on DuckDB and on Spark: the same figures, intervals and verdicts."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from privtraffic.analyses import review
from privtraffic.analyses.review.beside import side_by_side
from privtraffic.analyses.review.compute import observed_month
from tests.parity.house import House, differences


@pytest.mark.parametrize("way", ["store", "brand", "2026-Q3:2026-Q2"])
def test_two_sides_are_the_same_on_both_engines(way: str, house: House) -> None:
    told = []
    for data in house.data.values():
        month, observed = observed_month(data, review.Params())
        asked = way
        if ":" not in way:
            query = f"select {way} as name from lines where member_id is not null and ordered_at >= :first"
            query += f" and {way} is not null group by {way} order by count(*) desc, name"
            asked = '{}="{}","{}"'.format(way, *data.engine.fetch(query, first=month.first_day)["name"].to_pylist()[:2])
        against = review.Against.parse(asked, "--against")
        with data.engine.scope() as engine:
            found = side_by_side(replace(data, as_of=month.last_day, engine=engine), against, month, observed, 90)
        told.append(json.loads(json.dumps(asdict(found), default=str)))
    assert list(differences(*told)) == []
    assert all(side["figures"]["active"] for side in told[0]["sides"])
    assert any(row["difference"] for row in told[0]["compared"])
