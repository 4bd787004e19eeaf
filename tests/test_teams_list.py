"""Whom to contact: every member of the list, who is to do it and why, counted here.

As of 2026-01-31.  Lin left on 2025-06-01; L2 and L4 were handed to nobody, and Su is in the same unit; their last
orders lie within the year.  Tan left on 2025-12-01; T1, of 2026-01-31, goes to Su as well.  Quiet, with their last
order more than 90 days ago, and Su's: L1, S1 and S2 (07-01), S4 (05-15); L3 and S3 of 11-27, 65 days ago, are not.
L5 ordered in 2024 and is no matter of this list.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from privtraffic.analyses import teams
from privtraffic.analyses.contact_list import ListParams
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from tests.test_teams import house
from tests.test_teams_departures import FILES, STAFF


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_list_says_who_contacts_whom_and_why(lang: str, tmp_path: Path) -> None:
    room, words = teams.__analysis__, Words("zh" if lang == "zh" else "en")
    with load(house(tmp_path, **FILES), optional=room.may_use(None), sides=room.sides) as data:
        result = room(data)
        drawn = room.draw(data, result, ListParams(control=0.0), words)
        found = {row["member_id"]: (row["contact_segment"], row["contact_reason"])
                 for batch in drawn.rows.batches(("member_id", "contact_segment", "contact_reason"))
                 for row in batch.to_pylist()}  # fmt: skip
        report = teams.present(result, words)
    assert set(found) == {"L2", "L4", "T1", "L1", "S1", "S2", "S4"}
    assert {segment for segment, _ in found.values()} == {"Su"}
    if lang == "en":
        assert found["L2"][1] == (
            "was with Lin until 2025-06-01, nobody has taken over; last order 261 days ago, order days in a year: 1"
        )
        assert found["S1"][1] == "last order 214 days ago, order days in a year: 2"
        assert report.actions[0] == (
            "On Monday hand over the 3 buyers of the last year who have no guide any more (colleagues in the same "
            "unit: 3); have 1 guide write to the 4 who have not ordered for more than 90 days, Su to the most (4)"
        )
    figures = {figure.key: figure.value for figure in report.figures}
    assert (figures["members_unowned"], figures["members_quiet"]) == (3, 4)
    (su,) = (row for row in result.units if row["unit"] == "Su")
    assert (su["members_unowned"], su["members_quiet"]) == (3, 4)


def test_who_is_handed_over_goes_to_the_colleagues_in_turn(tmp_path: Path) -> None:
    """Wu is in the same unit, Xu in another one: T1, L2 and L4 go to Su and Wu, and none to Xu."""
    staff = (*STAFF, "Wu,Wu,N,2023-01-01,", "Xu,Xu,S,2023-01-01,")
    members = (*FILES["members"], "W1,2025-01-01,c,North,Wu", "X1,2025-01-01,c,South,Xu")
    orders = (*FILES["orders"], "w,W1,2026-01-30,100,North,Wu", "x,X1,2026-01-30,100,South,Xu")
    room = teams.__analysis__
    files = {**FILES, "staff": staff, "members": members, "orders": orders}
    with load(house(tmp_path, **files), optional=room.may_use(None), sides=room.sides) as data:
        rows = {row["unit"]: row["members_unowned"] for row in room(data).units}
    assert (rows["Su"] + rows["Wu"], rows["Xu"]) == (3, 0)
    assert min(rows["Su"], rows["Wu"]) >= 1
