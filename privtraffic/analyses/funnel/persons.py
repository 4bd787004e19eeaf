"""Persons on their way: joined or added, first order, second order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privtraffic.analyses.funnel.room import Params
from privtraffic.analyses.funnel.rows import Already, Place, Step, StepMonth, StepTime, Within
from privtraffic.analyses.funnel.waits import SQL, Waits, waits
from privtraffic.analyses.history import orders_since
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number, day_of, month_number, month_start
from privtraffic.analyses.statistics.competing import Incidence, aalen_johansen
from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.analyses.statistics.shrunk_shares import beta_binomial
from privtraffic.analyses.statistics.survival import Counts, Curve, Floats, log_rank
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound

NOT_GIVEN = "(none)"
DAYS = (0, 7, 30, 90, 365)
"""The days within which a next step is told."""
DRAWN = (*range(0, 31, 5), *range(45, 181, 15), *range(210, 731, 30))
"""The days at which a curve is told."""
SMALL = 30
"""Fewer persons than this are too few to compare, and end the drawn curve."""
MOST_PLACES = 1000


@dataclass(frozen=True)
class Path:
    """One step of the funnel that follows persons.

    Attributes
    ----------
    start, to
        `joined` or `added` to `first_order`, or `first_order` to `second_order`.
    already, strangers
        Persons left out because they had bought before the start; persons among those counted who are no members.
    unseen
        Persons left out because they started before orders were on file.
    day_alone
        Persons who ordered on the day of the start, the order or the start without a clock; they count as buyers.
    curve
        Share without the step by days since the start: who is not observed any more is censored.
    while_friends, lost
        Of `added`: the share that bought while still a friend, and that ended the friendship before buying.
    """

    start: str
    to: str
    waits: Waits
    already: int
    strangers: int
    day_alone: int
    unseen: int
    curve: Curve
    steps: Sequence[Step]
    times: Sequence[StepTime]
    months: Sequence[StepMonth]
    places: Sequence[Place]
    while_friends: Incidence | None = None
    lost: Incidence | None = None


def walk(data: Dataset, params: Params) -> list[Path]:
    """Follow members from joining, friends from being added, and buyers from the first order.

    Leaves `funnel_bought` (one row per buyer) and, with a members file, `funnel_from_joining` in the engine.
    """
    engine, window = data.engine, data.settings.bounds(data.as_of)
    first_day = data.settings.first_day(data.as_of)
    bound: Bound = {"from_day": day_number(first_day) if first_day else -(10**6), "until_day": day_number(data.as_of)}
    since = orders_since(data, params.within_days)
    starting: Bound = {"from_day": bound["from_day"], "orders_since": -(10**6) if since is None else since}
    of_order = f"min(case when o.ordered_at = f.first_at then o.{params.by} end)"
    by_order = params.by if params.by and params.by in data.columns_of("orders") and data.joined is None else None
    engine.run("funnel_firsts", SQL["firsts"], **window)
    engine.run("funnel_bought", SQL["bought"].format(place=of_order if by_order else "cast(null as string)"), **window)
    none = "cast(null as string)"
    paths: list[Path] = []
    if "friends" in data.side:
        place = {"channel": "source", None: none}.get(params.by, params.by)
        engine.run("funnel_befriended", SQL["befriended"].format(place=place), **window)
        engine.run("funnel_from_adding", SQL["to_first"].format(starts="funnel_befriended"), **starting)
        path = _first(data, params, ("added", "funnel_befriended", "funnel_from_adding"), starting, bound)
        paths += [path] if path else []
    if data.joined is not None:
        engine.run("funnel_joiners", SQL["joiners"].format(place=params.by or none), as_of=data.as_of)
        engine.run("funnel_from_joining", SQL["to_first"].format(starts="funnel_joiners"), **starting)
        path = _first(data, params, ("joined", "funnel_joiners", "funnel_from_joining"), starting, bound)
        paths += [path] if path else []
    of_member = "left join funnel_joiners j on b.member_id = j.member_id" if data.joined is not None else ""
    engine.view(
        "funnel_to_second",
        SQL["waits_to_second"].format(place="j.place" if of_member else "b.place", joiners=of_member),
    )
    path = _path(data, params, ("first_order", "second_order"), "funnel_to_second", bound=bound)
    return [*paths, *([path] if path else [])]


def _first(data: Dataset, params: Params, tables: tuple[str, str, str], starting: Bound, bound: Bound) -> Path | None:
    """From a start to the first order; `tables` are the name of the start, all members, and those who count."""
    engine, (start, begun, starts) = data.engine, tables
    counted = row_of(engine.fetch(SQL["already"].format(starts=starts, begun=begun), **starting), Already)
    engine.view(f"{starts}_waits", SQL["waits_to_first"].format(starts=starts))
    if start != "added":
        counted["strangers"] = 0
    return _path(data, params, (start, "first_order"), f"{starts}_waits", bound=bound, counted=counted)


def _path(
    data: Dataset,
    params: Params,
    ends: tuple[str, str],
    table: str,
    *,
    bound: Bound,
    counted: Already | None = None,
) -> Path | None:
    engine = data.engine
    found = waits(engine, table, ("bought",), bound)
    if found is None:
        return None
    within = params.within_days
    last = {"last_start": bound["until_day"] - within, "within": within, "from_day": bound["from_day"]}
    rows = rows_of(engine.fetch(SQL["gone_within"].format(waits=table), **last), Within)
    reached = {row["place"]: row["people"] for row in rows}
    curve = found.curve()
    competing: list[Incidence] = []
    if ends[0] == "added":
        engine.view("funnel_or_lost", SQL["waits_to_first_or_lost"].format(starts="funnel_from_adding"))
        either = waits(engine, "funnel_or_lost", ("bought", "lost"), bound)
        if either is not None:
            events = np.stack([either.events[way].sum(axis=0) for way in ("bought", "lost")])
            competing = aalen_johansen(events, either.censored.sum(axis=0))
    steps, places = _rates(found, reached, ends, within, compared=params.by is not None)
    return Path(
        start=ends[0],
        to=ends[1],
        waits=found,
        already=counted["already"] if counted else 0,
        strangers=counted["strangers"] if counted else 0,
        day_alone=counted["day_alone"] if counted else 0,
        unseen=counted["unseen"] if counted else 0,
        curve=curve,
        steps=steps,
        times=_times(found, curve, competing, ends, compared=params.by is not None),
        months=_months(data, found, table, bound, ends),
        places=places,
        while_friends=competing[0] if competing else None,
        lost=competing[1] if competing else None,
    )


def _rates(
    found: Waits, reached: dict[str | None, int], ends: tuple[str, str], within: int, *, compared: bool
) -> tuple[list[Step], list[Place]]:
    """The rates of who was seen for the whole span, of all and of each place; and the places compared."""
    entered = found.observed(within)
    total = _step(ends, within, int(entered.sum()), sum(reached.values()), started=found.people)
    if not compared:
        return [total], []
    names = [NOT_GIVEN if name is None else name for name in found.places]
    sizes = found.started.sum(axis=1)
    order = sorted(range(len(names)), key=lambda row: (-sizes[row], names[row]))[:MOST_PLACES]
    hits = [reached.get(found.places[row], 0) for row in range(len(names))]
    steps = [
        _step(ends, within, int(entered[row]), hits[row], started=int(sizes[row]), group=names[row]) for row in order
    ]
    tests = log_rank(found.events["bought"][order], found.censored[order])
    adjusted = iter(q_values([test[1] for test in tests if test]))
    seen = [row for row in order if entered[row]]
    drawn = (
        dict(zip(seen, beta_binomial([hits[row] for row in seen], [int(entered[row]) for row in seen]), strict=True))
        if seen
        else {}
    )
    places: list[Place] = [
        {
            "from": ends[0],
            "to": ends[1],
            "group": names[row],
            "entered": step["entered"],
            "reached": step["reached"],
            "rate": step["rate"],
            "low": step["low"],
            "high": step["high"],
            "shrunk_rate": drawn.get(row),
            "z": test[0] if test else None,
            "p": test[1] if test else None,
            "q": next(adjusted) if test else None,
            "few": int(entered[row]) < SMALL,
        }
        for row, step, test in zip(order, steps, tests, strict=True)
    ]
    ranked = sorted(places, key=lambda row: (-(row["shrunk_rate"] or 0.0), -row["entered"], row["group"]))
    return [total, *steps], ranked


def _step(
    ends: tuple[str, str], within: int, entered: int, reached: int, *, started: int, group: str | None = None
) -> Step:
    low, high = wilson(reached, entered) or (None, None)
    return {
        "from": ends[0],
        "to": ends[1],
        "basis": "persons",
        "group": group,
        "within": within,
        "entered": entered,
        "reached": reached,
        "rate": reached / entered if entered else None,
        "low": low,
        "high": high,
        "complete": entered == started,
        "step_state": "ok" if entered else "too_young",
    }


def _times(
    found: Waits, curve: Curve, competing: Sequence[Incidence], ends: tuple[str, str], *, compared: bool
) -> list[StepTime]:
    rows = _drawn(curve, ends, None)
    for to, way in zip(("first_order_while_friend", "lost_before_order"), competing, strict=False):
        rows += _points((way.share, way.low, way.high), way.at_risk, (ends[0], to), None)
    if compared:
        for row, name in enumerate(found.places[:MOST_PLACES]):
            own = _drawn(found.curve(row), ends, NOT_GIVEN if name is None else name)
            rows += [point for point in own if point["day"] in DAYS]
    return rows


def _drawn(curve: Curve, ends: tuple[str, str], group: str | None) -> list[StepTime]:
    return _points((1 - curve.survival, 1 - curve.high, 1 - curve.low), curve.at_risk, ends, group)


def _points(
    band: tuple[Floats, Floats, Floats], at_risk: Counts, ends: tuple[str, str], group: str | None
) -> list[StepTime]:
    share, low, high = band
    return [
        {
            "from": ends[0],
            "to": ends[1],
            "group": group,
            "day": day,
            "share": float(share[day]),
            "low": float(low[day]),
            "high": float(high[day]),
            "at_risk": int(at_risk[day]),
        }
        for day in sorted({*DRAWN, *DAYS})
        if day < len(share) and (day == 0 or at_risk[day] >= SMALL)
    ]


def _months(data: Dataset, found: Waits, table: str, bound: Bound, ends: tuple[str, str]) -> list[StepMonth]:
    """By month of the start; a rate only where every member of the month was observed for the whole follow-up."""
    soon = data.engine.fetch(SQL["gone_soon"].format(waits=table), **bound)
    hits = np.zeros((len(DAYS), found.started.shape[1]), dtype=np.int64)
    starts = np.asarray(soon["start_day"].to_numpy(), dtype=np.int64) - found.first_day
    for place, days in enumerate(DAYS):
        hits[place, starts] = soon[f"within_{days}"].to_numpy()
    by_day = found.started.sum(axis=0)
    out: list[StepMonth] = []
    first, last = (month_number(day_of(day)) for day in (found.first_day, found.until_day))
    for month in range(first, last + 1):
        begin = max(day_number(month_start(month)) - found.first_day, 0)
        end = day_number(month_start(month + 1)) - found.first_day
        entered = int(by_day[begin:end].sum())
        rates = {
            days: int(hits[place, begin:end].sum()) / entered
            if entered and end - 1 + days <= found.until_day - found.first_day
            else None
            for place, days in enumerate(DAYS)
        }
        out.append(
            {
                "from": ends[0],
                "to": ends[1],
                "month": f"{month_start(month):%Y-%m}",
                "entered": entered,
                "within_0": rates[0],
                "within_7": rates[7],
                "within_30": rates[30],
                "within_90": rates[90],
                "within_365": rates[365],
            }
        )
    return out
