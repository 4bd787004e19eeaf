"""Who belongs where: the tree of units, the guides' places in it, and what files call them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypedDict

from privtraffic.analyses.rows import rows_of
from privtraffic.dataset import Dataset


class Unit(TypedDict):
    """A branch, a store, a hall."""

    unit_id: str
    unit: str | None
    level: str | None
    parent_id: str | None
    opened_on: date | None
    capacity: int | None


class Post(TypedDict):
    """A guide in a unit, for as long as they were there."""

    staff_id: str
    staff: str | None
    unit_id: str | None
    started_on: date | None
    left_on: date | None


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

    def unit_of(self, person: str, day: date) -> str | None:
        """The unit of a person on a day: the post they took last by then, else their first one."""
        posts = self.people.get(person, ())
        taken = [post for post in posts if (post["started_on"] or date.min) <= day]
        return (taken or posts)[-1 if taken else 0]["unit_id"] if posts else None

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
        " cast(capacity as int) as capacity from {}"
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
