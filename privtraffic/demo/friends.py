"""Friends added, handed over and lost, and the passers-by they come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privtraffic.demo.house import CHANNELS
from privtraffic.demo.members import NEVER, Members
from privtraffic.demo.people import People
from privtraffic.demo.season import DAY, YEAR, Bools, Floats, Ints, Season
from privtraffic.demo.staff import Setting
from privtraffic.demo.stores import Stores

DELETES = 0.20
"""Hazard a year that a friend deletes the guide, or is deleted."""
HUNTER_DELETES = 6.0
BY_CUSTOMER = 0.85
TAKEN_OVER = 0.9
"""Share of the members handed over who become friends of the new guide."""
STRANGERS = 0.15
"""Friends who never joined, as a share of the members."""
HANDED_OVER = len(CHANNELS)
SOURCES = (*(c.name for c in CHANNELS), "离职继承")

TRAFFIC_DAYS = 180
STOPPED, ASKED, ACCEPTED = 0.10, 0.30, 0.60
"""Of those who pass, stop; of those who stop, ask; of those who were asked to be friends, accept."""
PASSED_A_DAY = 9_000.0
"""Passers-by of all stores on an average day, for 20,000 members."""
STEPS = ("passed", "stopped", "asked", "requested", "added")


@dataclass(frozen=True)
class Friends:
    """One row per friend and guide; `member` is -1 for friends who never joined, times are in seconds."""

    friend: Ints
    member: Ints
    guide: Ints
    store: Ints
    source: Ints
    added: Ints
    deleted: Ints
    by_customer: Bools

    def first_deleted(self, members: Members) -> Ints:
        """When each member first left, or was left by, a guide; `NEVER` for those who did not."""
        first = np.full(len(members), NEVER)
        known = self.member >= 0
        np.minimum.at(first, self.member[known], self.deleted[known])
        return first


def befriend(rng: np.random.Generator, members: Members, people: People, setting: Setting) -> Friends:
    """Draw the friends of a block up to the as-of date, in order of time."""
    season, staff = setting.season, setting.staff
    spells, count = people.spells, len(members)
    first = np.diff(spells.member, prepend=-1) != 0
    kept = (first | (rng.random(len(first)) < TAKEN_OVER)) & (spells.since < season.close)
    member, guide, added = spells.member[kept], spells.owner[kept], spells.since[kept]
    source = np.where(first[kept], members.channel[member], HANDED_OVER)
    strangers = rng.poisson(count * STRANGERS)
    met = season.seconds_at(rng.random(strangers) * season.mass_at(np.array([season.close - 1])))
    met = np.minimum(met, season.close - 1)
    place = staff.store_at(rng, met, None, season.month_edges)
    theirs = staff.on_duty(staff.stores.position(rng, place), met)
    there = theirs >= 0
    outside = int(there.sum())

    member = np.concatenate([member, np.full(outside, -1)])
    guide = np.concatenate([guide, theirs[there]])
    added = np.concatenate([added, met[there]])
    source = np.concatenate([source, np.zeros(outside, dtype=np.int64)])
    hunter = (member >= 0) & (members.hunter[member] if count else False)
    hazard = DELETES * np.where(hunter, HUNTER_DELETES, 1.0)
    deleted = added + (rng.standard_exponential(len(added)) / hazard * YEAR).clip(min=60).astype(np.int64)
    friend = np.where(member >= 0, member, count + np.arange(len(member)))
    by_time = np.argsort(added, kind="stable")
    return Friends(
        friend=friend[by_time],
        member=member[by_time],
        guide=guide[by_time],
        store=(staff.position[guide] // staff.stores.guides)[by_time],
        source=source[by_time],
        added=added[by_time],
        deleted=np.where(deleted < season.close, deleted, NEVER)[by_time],
        by_customer=rng.random(len(added)) < BY_CUSTOMER,
    )


@dataclass(frozen=True)
class Traffic:
    """Counts by day (since 1970), store (-1: online) and step (place in `STEPS`)."""

    day: Ints
    store: Ints
    step: Ints
    count: Ints


def pass_by(rng: np.random.Generator, members: int, added: Ints, setting: Setting) -> Traffic:
    """Draw the traffic of the last 180 days, as far back as platforms show it.

    `added` counts the friends added, by day of these 180 and store.
    """
    season, staff = setting.season, setting.staff
    days = (season.close // DAY) - TRAFFIC_DAYS + np.arange(TRAFFIC_DAYS)
    trade: Floats = np.diff(season.mass_at(np.append(days, days[-1] + 1) * DAY)) * YEAR / DAY
    is_open = (staff.opened <= days[:, None] * DAY) & (days[:, None] * DAY >= season.start)
    passed = rng.poisson(PASSED_A_DAY * members / 20_000 * trade[:, None] * staff.weight * is_open)
    stopped = rng.binomial(passed, STOPPED)
    asked = rng.binomial(stopped, ASKED)
    refused = rng.negative_binomial(np.maximum(added, 1), ACCEPTED) * (added > 0)
    counts = np.stack([passed, stopped, asked, added + refused, added], axis=2)
    shown = np.concatenate(
        [np.repeat(is_open[:, :, None], 3, axis=2), np.repeat((added > 0)[:, :, None], 2, axis=2)], 2
    )
    day, store, step = np.nonzero(shown)
    return Traffic(days[day], store, step, counts[shown])


def added_by_store(friends: Friends, season: Season, stores: Stores) -> Ints:
    """Friends added on each of the last 180 days in each store."""
    day = friends.added // DAY - (season.close // DAY - TRAFFIC_DAYS)
    recent = day >= 0
    cell = day[recent] * stores.count + friends.store[recent]
    return np.bincount(cell, minlength=TRAFFIC_DAYS * stores.count).reshape(TRAFFIC_DAYS, stores.count).astype(np.int64)
