"""Teams with hand-overs, staff, units and commissions on DuckDB and on Spark: the same figures and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from privtraffic.analyses import teams
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests import test_teams_departures as leaving
from tests import test_teams_tree as halls
from tests.parity.conftest import Start
from tests.parity.house import differences
from tests.test_teams import house

HALLS = {
    "units": halls.UNITS,
    "staff": halls.STAFF,
    "members": halls.MEMBERS,
    "orders": halls.ORDERS,
    "commissions": (*halls.COMMISSIONS, "4,,K,promoter,3,0.50,cancelled,2026-03-20"),
    "handovers": None,
}


LEFT = {
    **leaving.FILES,
    "units": ("unit_id,unit,level,parent_id,opened_at,closed_at", "N,North,store,,2020-01-01,2025-07-01"),
    "handovers": (
        "member_id,from_staff,to_staff,handed_at,outcome",
        *(f"{line},done" for line in leaving.HANDOVERS[1:]),
        "S1,Su,Ann,2025-07-01,done",
        "S1,Ann,Lin,2025-07-01,done",
        "S2,Su,Ann,2025-07-01,refused",
    ),
}


@pytest.mark.parametrize("files", [LEFT, HALLS], ids=["guides who left", "halls"])
def test_teams_are_the_same_on_both_engines(
    files: Mapping[str, Sequence[str] | None], engines: dict[str, Start], tmp_path: Path
) -> None:
    shop, room = house(tmp_path, **files), teams.__analysis__
    answers: list[dict[str, Any]] = []
    for start in engines.values():
        with load(shop, optional=room.may_use(None), sides=room.sides, engine=start()) as data:
            result = teams.compute(data, teams.Params())
            answers.append(to_json(teams.present(result, Words("en")), "test", []))
    embedded, spark = answers
    assert embedded["tables"]["tree"]
    assert list(differences(embedded, spark)) == []
