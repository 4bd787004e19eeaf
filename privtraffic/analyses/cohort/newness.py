"""New to the house, known to the house but new to the brand (channel, store), or again: whose money it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal

from privtraffic.analyses.cohort.doors import NOT_GIVEN, Asked
from privtraffic.analyses.cohort.rows import GroupNewness, Newness, NewnessCount
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.periods import Calendar
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)
MOST_GROUPS = 1000
OTHERS = "(others)"
LATEST = 12
"""The complete periods that the sums of a group are taken over."""


@dataclass(frozen=True)
class Flows:
    """Revenue of each value of a dimension by whom it comes from.

    Attributes
    ----------
    periods
        One row per period and value, to the cent the revenue of `Result.flow`.
    groups
        One row per value over the latest complete periods, most revenue first.
    complete
        How many complete periods those are, and the labels of the first and the last; None without any.
    """

    periods: Sequence[Newness]
    groups: Sequence[GroupNewness]
    complete: tuple[int, str, str] | None


@dataclass(frozen=True)
class Sums:
    """Cents and members of a value."""

    new_to_house: int = 0
    new_to_group: int = 0
    again: int = 0
    members_new_to_house: int = 0
    members_new_to_group: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def row(self, group: str) -> GroupNewness:
        house, known, again = (Decimal(cents) / 100 for cents in (self.new_to_house, self.new_to_group, self.again))
        return {
            "group": group,
            "revenue": house + known + again,
            "new_to_house": house,
            "new_to_group": known,
            "again": again,
            "known_share": float(known / (house + known)) if min(house, known) >= 0 and house + known else None,
            "members_new_to_house": self.members_new_to_house,
            "members_new_to_group": self.members_new_to_group,
        }


def newness(data: Dataset, group: str, asked: Asked, calendar: Calendar, complete: Callable[[int], bool]) -> Flows:
    """Split the revenue of each period and value of `group`.

    New to the house is a member's first purchase, as in `Result.flow`; new to the group, a later order that is their
    first one of that value; again, all the rest, negative documents included.  `complete` says whether a period is
    wholly observed.
    """
    engine, by_line = data.engine, data.table_of(group, "--flow-by") == "lines"
    door = "cast(null as string)" if by_line else f"o.{group}"
    engine.run("newness_ranked", SQL["ranked"].format(door=door, **asked.places), **asked.window)
    if by_line:
        engine.run("newness_spent", SQL["of_lines"].format(group=group))
    counted = SQL["counted"].format(spent="newness_spent" if by_line else "newness_ranked")
    summed = _summed(rows_of(engine.fetch(counted, **asked.window), NewnessCount))
    whole = [p for p in sorted({p for p, _ in summed}) if complete(p)][-LATEST:]
    groups: dict[str, Sums] = {}
    for (period, group_name), sums in summed.items():
        if period in whole:
            groups[group_name] = groups.get(group_name, Sums()) + sums
    return Flows(
        periods=[
            {"period": calendar.label(p), **sums.row(name), "period_complete": complete(p)}
            for (p, name), sums in summed.items()
        ],
        groups=sorted((sums.row(name) for name, sums in groups.items()), key=lambda r: (-r["revenue"], r["group"])),
        complete=(len(whole), calendar.label(whole[0]), calendar.label(whole[-1])) if whole else None,
    )


def _summed(counted: Sequence[NewnessCount]) -> dict[tuple[int, str], Sums]:
    """Sums by period and value: periods in order, in each the value with most revenue first; the smallest are one."""
    money: Counter[str | None] = Counter()
    for row in counted:
        money[row["door"]] += row["new_to_house"] + row["new_to_group"] + row["again"]
    ranked = sorted(money, key=lambda door: (-money[door], door is None, door or ""))
    place = {door: number for number, door in enumerate(ranked[:MOST_GROUPS])}
    found: dict[tuple[int, int, str], Sums] = {}
    for row in counted:
        at = place.get(row["door"], MOST_GROUPS)
        name = OTHERS if at == MOST_GROUPS else NOT_GIVEN if row["door"] is None else row["door"]
        key = (row["period"], at, name)
        counts = (row["new_to_house"], row["new_to_group"], row["again"])
        members = (row["members_new_to_house"], row["members_new_to_group"])
        found[key] = found.get(key, Sums()) + Sums(*counts, *members)
    return {(period, name): found[period, at, name] for period, at, name in sorted(found)}
