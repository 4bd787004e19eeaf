"""Who belongs where: the tree of units, the guides' places in it, and what files call them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypedDict

from privtraffic.analyses.rows import rows_of
from privtraffic.dataset import Dataset


class Unit(TypedDict):
    """A branch, a store, a hall."""

    unit_id: str
    unit: str | None
    level: str | None
    parent_id: str | None
    opened_on: date | None
    closed_on: date | None
    capacity: int | None


class Post(TypedDict):
    """A guide in a unit, for as long as they were there."""

    staff_id: str
    staff: str | None
    unit_id: str | None
    started_on: date | None
    left_on: date | None


class Stay(NamedTuple):
    """One unit of a person, from the day after `after` to the day `until`."""

    unit: str | None
    after: date
    until: date


A_DAY = timedelta(days=1)

ALWAYS = date(1900, 1, 1), date(9999, 12, 31)
"""The days between which everything is."""


@dataclass(frozen=True)
class Organisation:
    """Units and guides; both empty where no file tells of them."""

    units: Mapping[str, Unit] = field(default_factory=dict)
    posts: Sequence[Post] = ()

    @cached_property
    def people(self) -> Mapping[str, Sequence[Post]]:
        """The posts of each person, in order of time."""
        found: dict[str, list[Post]] = defaultdict(list)
        for post in sorted(self.posts, key=lambda post: (post["started_on"] or date.min, post["unit_id"] or "")):
            found[post["staff_id"]].append(post)
        return found

    @cached_property
    def people_by_label(self) -> Mapping[str, str]:
        """What files call a guide -> the person: the number, and a name that no two share."""
        names = ((post["staff"], post["staff_id"]) for post in self.posts)
        return {**_unique(names), **{person: person for person in self.people}}

    @cached_property
    def units_by_label(self) -> Mapping[str, str]:
        """What files call a unit -> the unit."""
        names = ((unit["unit"], key) for key, unit in self.units.items())
        return {**_unique(names), **{key: key for key in self.units}}

    @cached_property
    def left(self) -> Mapping[str, date]:
        """The day on which a person left for good; nobody who is still somewhere."""
        return {
            person: max(days)
            for person, posts in self.people.items()
            if len(days := [post["left_on"] for post in posts if post["left_on"]]) == len(posts)
        }

    @cached_property
    def closed(self) -> Mapping[str, date]:
        """The day on which a unit was closed."""
        return {key: day for key, unit in self.units.items() if (day := unit["closed_on"])}

    def unit_of(self, person: str, day: date) -> str | None:
        """The unit of a person on a day: of the posts held then, the last day included, the one taken last.

        On a day of none it is the post that ended last before, else the first one.
        """
        posts = self.people.get(person, ())
        held = [p for p in posts if (p["started_on"] or date.min) <= day <= (p["left_on"] or date.max)]
        ended = sorted((p for p in posts if (p["left_on"] or date.max) < day), key=lambda p: p["left_on"] or date.max)
        found = (held or ended)[-1:] or posts[:1]
        return found[0]["unit_id"] if found else None

    def stays(self, person: str) -> Sequence[Stay]:
        """The units of a person one after the other, without a gap."""
        posts = self.people.get(person, ())
        last_days = {p["started_on"] and p["started_on"] - A_DAY for p in posts} | {p["left_on"] for p in posts}
        ends = sorted(day for day in last_days if day and ALWAYS[0] < day < ALWAYS[1])
        found: list[Stay] = []
        for after, until in pairwise([ALWAYS[0], *ends, ALWAYS[1]]):
            unit = self.unit_of(person, until)
            if found and found[-1].unit == unit:
                found[-1] = found[-1]._replace(until=until)
            else:
                found.append(Stay(unit, after, until))
        return found

    def parent_of(self, unit: str | None) -> str | None:
        return self.units[unit]["parent_id"] if unit is not None and unit in self.units else None

    def person_name(self, person: str) -> str:
        """The name, with the number where two share it."""
        posts = self.people.get(person)
        name = posts[-1]["staff"] if posts else None
        return person if not name else name if self.people_by_label.get(name) == person else f"{name} ({person})"

    def unit_name(self, unit: str) -> str:
        """The name, with the number where two share it."""
        name = self.units[unit]["unit"] if unit in self.units else None
        return unit if not name else name if self.units_by_label.get(name) == unit else f"{name} ({unit})"


def organisation(data: Dataset) -> Organisation:
    """What the files of units and staff tell."""
    units, posts = data.side.get("units"), data.side.get("staff")
    asked_units = (
        "select unit_id, unit, level, parent_id, cast(opened_at as date) as opened_on,"
        " cast(closed_at as date) as closed_on, cast(capacity as int) as capacity from {}"
    )
    asked_posts = (
        "select staff_id, staff, unit_id, cast(started_at as date) as started_on,"
        " cast(left_at as date) as left_on from {}"
    )
    engine = data.engine
    return Organisation(
        {row["unit_id"]: row for row in rows_of(engine.fetch(asked_units.format(units.name)), Unit)} if units else {},
        rows_of(engine.fetch(asked_posts.format(posts.name)), Post) if posts else (),
    )


def _unique(pairs: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """Names that mean one thing only."""
    meant: dict[str, set[str]] = defaultdict(set)
    for name, key in pairs:
        if name:
            meant[name].add(key)
    return {name: next(iter(keys)) for name, keys in meant.items() if len(keys) == 1}
