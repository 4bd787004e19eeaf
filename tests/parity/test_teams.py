"""Teams with hand-overs, staff and units on DuckDB and on Spark: the same figures and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privtraffic.analyses import teams
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests.parity.conftest import Start
from tests.parity.house import differences
from tests.test_teams import UNITS, house
from tests.test_teams_departures import FILES


def test_guides_with_hand_overs_are_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    shop, room = house(tmp_path, units=UNITS, **FILES), teams.__analysis__
    answers: list[dict[str, Any]] = []
    for start in engines.values():
        with load(shop, optional=room.may_use(None), sides=room.sides, engine=start()) as data:
            result = teams.compute(data, teams.Params())
            answers.append(to_json(teams.present(result, Words("en")), "test", []))
    embedded, spark = answers
    assert embedded["tables"]["departures"][0]["came_back"] == 2
    assert list(differences(embedded, spark)) == []
