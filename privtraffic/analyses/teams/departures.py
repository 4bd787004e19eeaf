"""What left with whom: members of guides who left, against members of guides who stayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number, month_number, month_start
from privtraffic.analyses.statistics.intervals import ratio_of_shares
from privtraffic.analyses.teams.organisation import Organisation
from privtraffic.analyses.teams.rows import CameBack, Departure, Handed, Stayers
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

NOTICE_DAYS = 30
"""Members handed over in so many days before a leaving belong to it: the notice that a guide must give."""

WITHIN_DAYS = 180
"""Active is who ordered in so many days before; back who ordered in so many days from the leaving on."""


@dataclass(frozen=True)
class Taken:
    """The active members of all guides who left and can be judged, taken together.

    Attributes
    ----------
    guides
        Who left so long ago that all days in which a return counts are over.
    members, orphaned
        Members they had; of them handed to nobody.
    """

    guides: int
    members: int
    orphaned: int
    active_before: int
    came_back: int
    expected: float
    taken_along: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Departures:
    """Guides who left, the largest number of active members first, and their sum."""

    rows: Sequence[Departure]
    whole: Taken


def departures(engine: Engine, known: Organisation, as_of: date) -> Departures | None:
    """The guides who left in the period of the hand-overs; None where nobody did.

    A guide's members are those owned on the day before, and those handed over in the days of notice.  Expected is, for
    every active one, the share of stayers' active members who ordered within the same days: of the same channel of
    joining, recency, frequency and month.
    """
    left = {person: day for person, day in sorted(known.left.items()) if day <= as_of}
    if not left:
        return None
    judged = {person for person, day in left.items() if day + timedelta(days=WITHIN_DAYS - 1) <= as_of}
    leavers = _people(left).append_column("judged", pa.array([person in judged for person in left]))
    leaving = pa.array([month_number(day) for day in left.values()], pa.int32())
    engine.scan("teams_leavers_named", leavers.append_column("month", leaving))
    engine.scan("teams_last_days_named", _people(known.left))
    for into in ("leavers", "last_days"):
        engine.run(f"teams_{into}", SQL["of_units"].format(days=f"teams_{into}_named"))
    months = sorted({month_number(left[person]) for person in judged})
    firsts = pa.array([day_number(month_start(month)) for month in months], pa.int32())
    engine.scan("teams_leaving_months", pa.table({"month": pa.array(months, pa.int32()), "left_no": firsts}))
    engine.run("teams_day_spells", SQL["spells"])
    engine.run("teams_left_behind", SQL["left_behind"].format(notice=NOTICE_DAYS))
    engine.run("teams_visits", SQL["visits"].format(within=WITHIN_DAYS))
    for into, day in (("left_active", "x"), ("stayed_active", "t")):
        kind = SQL["kind"].format(day=day, within=WITHIN_DAYS)
        engine.run(f"teams_{into}", SQL[into].format(kind=kind, within=WITHIN_DAYS))
    engine.drop("teams_visits", "teams_day_spells")
    for into, kind in _KINDS.items():
        engine.run(f"teams_stay_{into}", SQL["stay_rates"].format(kind=kind))
    engine.run("teams_matched", SQL["matched"])
    engine.run("teams_leaned", SQL["leaned"])
    handed = {row["unit_key"]: row for row in rows_of(engine.fetch(SQL["handed"].format(notice=NOTICE_DAYS)), Handed)}
    back = {row["unit_key"]: row for row in rows_of(engine.fetch(SQL["came_back"]), CameBack)}
    rows = [_row(known.person_name(key), left[key], row, back.get(key), judged=key in judged)
            for key, row in handed.items()]  # fmt: skip
    rows.sort(key=lambda row: (-(row["active_before"] or 0), -row["members"], row["staff"]))
    return Departures(rows, _whole(rows, row_of(engine.fetch(SQL["stayers"]), Stayers)["stayers"])) if rows else None


_KINDS = {"kinds": "channel, recency, frequency, month", "alike": "recency, frequency, month", "months": "month"}


def _people(days: Mapping[str, date]) -> pa.Table:
    numbers = [day_number(day) for day in days.values()]
    return pa.table({"unit_key": pa.array(list(days), pa.string()), "left_no": pa.array(numbers, pa.int32())})


def _row(staff: str, left_on: date, handed: Handed, back: CameBack | None, *, judged: bool) -> Departure:
    active, came, expected = (back["active_before"], back["came_back"], back["expected"]) if back else (0, 0, 0.0)
    taken = share_taken(came, active, expected, back["stayers"]) if back else (None, None, None)
    return {
        "staff": staff,
        "left_at": left_on,
        "members": handed["members"],
        "handed_over": handed["handed_over"],
        "orphaned": handed["members"] - handed["handed_over"],
        "active_before": active if judged else None,
        "came_back": came if judged else None,
        "expected": expected if judged else None,
        "taken_along": taken[0],
        "low": taken[1],
        "high": taken[2],
    }


def share_taken(
    came: int, active: int, expected: float, stayers: float | None
) -> tuple[float | None, float | None, float | None]:
    """1 − came back ÷ expected, and its 95 % interval.

    Both are shares of the active members, each as sure as the number of members it rests on: the leaving guides' own,
    and the members of stayers, of which some count for many of those.
    """
    if not active or not expected > 0 or not stayers:
        return None, None, None
    ratio, low, high = ratio_of_shares(came, active, expected / active * stayers, stayers)
    return 1 - ratio, 1 - high, 1 - low


def _whole(rows: Sequence[Departure], stayers: float | None) -> Taken:
    told = [row for row in rows if row["active_before"] is not None]
    active, came = sum(row["active_before"] or 0 for row in told), sum(row["came_back"] or 0 for row in told)
    expected = sum(row["expected"] or 0.0 for row in told)
    return Taken(
        len(told),
        sum(row["members"] for row in rows),
        sum(row["orphaned"] for row in rows),
        active,
        came,
        expected,
        *share_taken(came, active, expected, stayers),
    )
