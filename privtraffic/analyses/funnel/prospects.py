"""Members who joined and never bought: how likely the next thirty days bring a first order, by age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from privtraffic.analyses.funnel.persons import Path
from privtraffic.analyses.funnel.room import Params
from privtraffic.analyses.funnel.rows import AgeCount, FirstValue, Prospect
from privtraffic.analyses.funnel.waits import SQL as PERSONS_SQL
from privtraffic.analyses.funnel.waits import waits
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.competing import within_next
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.analyses.statistics.survival import Curve
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound, TableRef
from privtraffic.engine.sql import queries

SQL = queries(__name__)

NEXT_DAYS = 30
LEAST_CHANCE = 0.001
"""Below it nobody is listed: of a thousand who are called not one orders. It is also the least that is printed."""
SPANS = ((0, 6), (7, 13), (14, 29), (30, 59), (60, 89), (90, 119), (120, 179), (180, 364), (365, 729), (730, None))
"""Ages that stand together: first and last day."""
OLD = 120
"""From this age on hardly anybody orders for the first time."""

Chance = tuple[float, float, float]


@dataclass(frozen=True)
class Prospects:
    """Members who never bought.

    Attributes
    ----------
    members
        On file, joined up to the as-of date, without any order up to it.
    expected
        First orders that the next thirty days bring by themselves, in all.
    old
        Members older than `OLD` days.
    worth
        Margin of a first order, in money; None without buyers.
    rows
        One row per member with the chance of their age.
    """

    members: int
    expected: float
    old: int
    worth: float | None
    spans: Sequence[Prospect]
    rows: TableRef


def find_prospects(data: Dataset, params: Params, path: Path) -> Prospects:
    """Give every member without an order the chance that people of their age had.

    chance = 1 − S(age + 30) ÷ S(age), of the Kaplan-Meier curve from joining to the first order.  It is the chance
    with or without a contact.  Backtest: the same thirty days before the as-of date, with the curve as it was then.
    """
    engine, until = data.engine, day_number(data.as_of)
    first = row_of(engine.fetch(PERSONS_SQL["first_value"]), FirstValue)
    mean = float(first["net"]) / first["buyers"] if first["buyers"] else None
    worth = None if mean is None else mean * (params.margin or 1.0)
    cost = params.contact_cost or 0.0
    now = _ages(data, until)
    chances = _chances(path.curve, max(now, default=0))
    columns = {
        "age": pa.array(range(len(chances)), pa.int32()),
        "span": pa.array([span_of(age) for age in range(len(chances))], pa.string()),
        "chance": pa.array([chance and chance[0] for chance in chances], pa.float64()),
    }
    engine.scan("funnel_chances", pa.table(columns))
    bound: Bound = {"as_of_day": until, "worth": worth or 0.0, "cost": cost}
    engine.run("funnel_prospects", SQL["prospects"], **bound)
    return Prospects(
        members=sum(row["members"] for row in now.values()),
        expected=sum(row["members"] * chance[0] for age, row in now.items() if (chance := chances[age])),
        old=sum(row["members"] for age, row in now.items() if age >= OLD),
        worth=worth,
        spans=_spans(data, now, chances, worth, cost),
        rows=TableRef(engine, "funnel_prospects", "prospect_value desc nulls last, age_days, member_id"),
    )


def span_of(age: int) -> str:
    """The span that holds an age: `7-13`, `730+`."""
    first, last = next(span for span in SPANS if span[1] is None or age <= span[1])
    return f"{first}+" if last is None else f"{first}-{last}"


def _ages(data: Dataset, until_day: int) -> dict[int, AgeCount]:
    bound: Bound = {"until_day": until_day, "days": NEXT_DAYS}
    return {row["age"]: row for row in rows_of(data.engine.fetch(SQL["ages"], **bound), AgeCount)}


def _chances(curve: Curve, oldest: int) -> list[Chance | None]:
    """The chance of each age; older ones than were ever seen for thirty days have the last that was."""
    found = [within_next(curve, age, NEXT_DAYS) for age in range(oldest + 1)]
    last: Chance | None = None
    for age, chance in enumerate(found):
        last = chance or last
        found[age] = last
    return found


def _spans(
    data: Dataset, now: dict[int, AgeCount], chances: Sequence[Chance | None], worth: float | None, cost: float
) -> list[Prospect]:
    until = day_number(data.as_of)
    then = _ages(data, until - NEXT_DAYS)
    first = data.settings.first_day(data.as_of)
    bound = {"from_day": day_number(first) if first else -(10**6), "until_day": until - NEXT_DAYS}
    earlier = waits(data.engine, "funnel_from_joining_waits", ("bought",), bound) if then else None
    before = _chances(earlier.curve(), max(then, default=0)) if earlier else []
    out: list[Prospect] = []
    for low, high in SPANS:
        inside = [age for age in now if age >= low and (high is None or age <= high)]
        past = [age for age in then if age >= low and (high is None or age <= high)]
        if not inside and not past:
            continue
        told = _mean([(now[age]["members"], chances[age]) for age in inside])
        seen, bought = (sum(then[age][key] for age in past) for key in ("members", "bought"))
        predicted = _mean([(then[age]["members"], before[age] if age < len(before) else None) for age in past])
        interval = wilson(bought, seen) or (None, None)
        out.append(
            {
                "age": span_of(low),
                "members": sum(now[age]["members"] for age in inside),
                "chance": told[0] if told else None,
                "low": told[1] if told else None,
                "high": told[2] if told else None,
                "backtest_members": seen,
                "backtest_chance": predicted[0] if predicted else None,
                "backtest": bought / seen if seen else None,
                "backtest_low": interval[0],
                "backtest_high": interval[1],
                "value": told[0] * worth - cost if told and worth is not None else None,
            }
        )
    return out


def _mean(weighed: Sequence[tuple[int, Chance | None]]) -> Chance | None:
    """The mean chance of members of several ages; their intervals lean on one curve, so the ends are means too."""
    known = [(members, chance) for members, chance in weighed if chance is not None]
    total = sum(members for members, _ in known)
    if not total:
        return None
    low, middle, high = (
        float(np.dot([members for members, _ in known], [chance[place] for _, chance in known])) / total
        for place in (1, 0, 2)
    )
    return middle, low, high
