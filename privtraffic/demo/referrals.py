"""Who brings whom and when, and who lives at one address: rings of hunters, families, campuses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from privtraffic.demo.house import REFERRAL
from privtraffic.demo.members import Members
from privtraffic.demo.season import DAY, Bools, Ints
from privtraffic.demo.staff import Setting

IN_RINGS = 0.6
"""Share of the hunters who share an address with others."""
RING_SIZES = (2, 2, 3, 3, 4, 5, 6, 8, 12, 20, 40)
FAMILIES = 0.16
"""Share of the other members who share an address with their family."""
FAMILY_SIZES = (2, 2, 3, 3, 4, 5)
CAMPUSES = 2
"""Campuses in a block of 20,000 members."""
CAMPUS_SIZES = (60, 150)
REWARD_YUAN = 10
MATCHED_LATE = DAY
"""How much later than they should the next of the referral channel's joins comes, on average."""


@dataclass(frozen=True)
class Homes:
    """Each member's address, as a number within the block, and the fraud ring (-1 for none)."""

    address: Ints
    ring: Ints


def refer(rng: np.random.Generator, members: Members, setting: Setting) -> Members:
    """Let members bring others: each a Poisson number around a K of their own, after exponential delays.

    Whoever is brought is the next of the referral channel's joins that has no referrer yet; joins that are left over
    came by referral but nobody knows by whose. A few of those name themselves.
    """
    count, plants = len(members), setting.plants
    shape = plants.referral_shape
    own = rng.gamma(shape, 1 / shape, count) * plants.referral_k
    brings = np.repeat(np.arange(count), rng.poisson(own))
    at = members.joined[brings] + (rng.exponential(plants.referral_days, len(brings)) * DAY).astype(np.int64)
    at = np.maximum(at - MATCHED_LATE, members.joined[brings])
    past = at < setting.season.close
    by_time = np.argsort(at[past], kind="stable")
    brings, at = brings[past][by_time], at[past][by_time]
    free = np.flatnonzero(members.channel == REFERRAL)
    soonest = np.searchsorted(members.joined[free], at) - np.arange(len(at))
    place = np.maximum.accumulate(soonest) + np.arange(len(at)) if len(at) else soonest
    found = place < len(free)
    referrer = np.full(count, -1)
    referrer[free[place[found]]] = brings[found]
    alone = free[referrer[free] < 0]
    themselves = alone[rng.random(len(alone)) < plants.self_referral * len(free) / max(len(alone), 1)]
    referrer[themselves] = themselves
    return replace(members, referrer=referrer)


def _groups(rng: np.random.Generator, who: Ints, sizes: tuple[int, ...]) -> list[Ints]:
    """Cut the members into groups of these sizes, drawn at random; a group of one is none."""
    drawn = rng.choice(sizes, size=len(who) // min(sizes) + 1)
    cuts = np.cumsum(drawn)
    return [g for g in np.split(who, cuts[cuts < len(who)]) if len(g) > 1]


def house_members(rng: np.random.Generator, members: Members) -> Homes:
    """Give every member an address: of a ring, a family, a campus, or of their own."""
    count = len(members)
    address, ring = np.arange(count), np.full(count, -1)
    hunters = rng.permutation(np.flatnonzero(members.hunter))
    honest = rng.permutation(np.flatnonzero(~members.hunter))
    rings = _groups(rng, hunters[: round(len(hunters) * IN_RINGS)], RING_SIZES)
    students = [] if count < 2_000 else list(rng.integers(*CAMPUS_SIZES, CAMPUSES))
    campuses = np.split(honest[: sum(students)], np.cumsum(students)[:-1]) if students else []
    rest = honest[sum(students) :]
    families = _groups(rng, rest[: round(len(rest) * FAMILIES)], FAMILY_SIZES)
    for number, group in enumerate(rings):
        ring[group] = number
    groups = [*rings, *campuses, *families]
    if groups:
        sizes = [len(g) for g in groups]
        address[np.concatenate(groups)] = np.repeat([g[0] for g in groups], sizes)
    return Homes(address, ring)


def tagged(rng: np.random.Generator, members: Members) -> Bools:
    """The tag 价格敏感 as guides give it: to 60 % of the hunters and 8 % of the others."""
    return np.asarray(rng.random(len(members)) < np.where(members.hunter, 0.60, 0.08), dtype=np.bool_)
