"""Teams with hand-overs, staff, units and commissions on DuckDB and on Spark: the same figures and tables."""

from __future__ import annotations

from pathlib import Path

from privtraffic.analyses import teams
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests import test_teams_departures as leaving
from tests import test_teams_tree as halls
from tests.parity.conftest import Start
from tests.parity.handed import on_each
from tests.parity.house import differences
from tests.test_teams import house

BOTH = {
    "units": (*halls.UNITS, "N,North,store,B,2020-01-01,"),
    "staff": (*halls.STAFF, *leaving.STAFF[1:]),
    "members": (*halls.MEMBERS, *leaving.MEMBERS[1:]),
    "orders": (*halls.ORDERS, *(line.replace(",North,", ",0,North,") + "," for line in leaving.ORDERS[1:])),
    "commissions": (*halls.COMMISSIONS, "4,,K,promoter,3,0.50,cancelled,2026-03-20"),
    "handovers": (
        "member_id,from_staff,to_staff,handed_at,outcome",
        *(f"{line},done" for line in leaving.HANDOVERS[1:]),
        "S1,Su,Ann,2025-07-01,done",
        "S1,Ann,Lin,2025-07-01,done",
        "S2,Su,Ann,2025-07-01,refused",
    ),
}
"""The halls of a branch, and a shop beside them whose guides left: each is worked out by hand in its own tests."""


def test_teams_are_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    shop, room = house(tmp_path, **BOTH), teams.__analysis__
    embedded, spark = (
        to_json(teams.present(teams.compute(data, teams.Params()), Words("en")), "test", [])
        for data in on_each(engines, shop, optional=room.may_use(None), sides=room.sides)
    )
    assert embedded["tables"]["tree"]
    assert [row["staff"] for row in embedded["tables"]["departures"]] == ["Lin", "Tan"]
    assert list(differences(embedded, spark)) == []
