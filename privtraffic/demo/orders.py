"""When orders happen and where: buy till you die, walk-ins, and false starts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from privtraffic.demo.house import (
    AGAIN,
    BIRTHDAY,
    CHAT,
    COUNTER,
    COUPONS,
    FESTIVAL,
    MALL,
    NO_COUPON,
    PLACES,
    WALK_INS,
    WELCOME,
)
from privtraffic.demo.members import NEVER, Members
from privtraffic.demo.season import DAY, Ints, Season
from privtraffic.demo.stores import Stores


@dataclass(frozen=True)
class Orders:
    """Orders by member and time, walk-ins (member -1) last; `rank` counts a member's orders from 0."""

    member: Ints
    time: Ints
    rank: Ints
    place: Ints
    store: Ints
    guide: Ints
    coupon: Ints
    lines: Ints

    def __len__(self) -> int:
        return len(self.member)

    @cached_property
    def first_line(self) -> Ints:
        """The index of each order's first line."""
        return np.cumsum(self.lines) - self.lines

    def lines_of(self, chosen: Ints) -> tuple[Ints, Ints]:
        """Every line of the chosen orders: its place among them, and its place among all lines."""
        count = self.lines[chosen]
        at = np.repeat(np.arange(len(chosen)), count)
        return at, np.repeat(self.first_line[chosen] - np.cumsum(count) + count, count) + np.arange(len(at))


def _ranks(member: Ints) -> Ints:
    starts = np.flatnonzero(np.diff(member, prepend=-1))
    return np.arange(len(member)) - np.repeat(starts, np.diff(np.append(starts, len(member))))


def _purchases(rng: np.random.Generator, members: Members, season: Season) -> tuple[Ints, Ints]:
    """Member and time of every purchase, first orders included, in order of member and time."""
    buyers = np.flatnonzero(members.first_order != NEVER)
    alive_from = season.mass_at(members.first_order[buyers])
    alive_to = season.mass_at(np.minimum(members.leaves[buyers], season.end))
    edges = season.mass_at(season.month_edges)
    low = np.clip(edges[:-1], alive_from[:, None], alive_to[:, None])
    exposure = np.clip(edges[1:], alive_from[:, None], alive_to[:, None]) - low
    counts = rng.poisson(members.rate[buyers, None] * members.drift[buyers] * exposure)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    mass = low.ravel()[cell] + rng.random(len(cell)) * exposure.ravel()[cell]
    member = np.concatenate([buyers, buyers[cell // counts.shape[1]]])
    time = np.concatenate([members.first_order[buyers], season.seconds_at(mass)])
    # Whole seconds: a repeat order rounded down must not come before the first one.
    time = np.maximum(time, members.first_order[member])
    by_member = np.lexsort((time, member))
    return member[by_member], time[by_member]


def _coupons(rng: np.random.Generator, members: Members, member: Ints, time: Ints, season: Season) -> Ints:
    first = _ranks(member) == 0
    month = time.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    luck = rng.random((4, len(member)))
    coupon = np.where(luck[0] < COUPONS[AGAIN].used, AGAIN, NO_COUPON)
    coupon[(month == members.birth_month[member]) & (luck[1] < COUPONS[BIRTHDAY].used)] = BIRTHDAY
    coupon[season.is_festive(time) & (luck[2] < COUPONS[FESTIVAL].used)] = FESTIVAL
    new = first & (time - members.joined[member] < 14 * DAY)
    coupon[new & (luck[3] < COUPONS[WELCOME].used)] = WELCOME
    coupon[first & members.hunter[member]] = WELCOME
    return coupon


def draw_orders(rng: np.random.Generator, members: Members, season: Season, stores: Stores) -> Orders:
    """Draw the orders of a block of members over history and future, and the walk-ins beside them."""
    member, time = _purchases(rng, members, season)
    coupon = _coupons(rng, members, member, time, season)
    places = np.cumsum(np.array(PLACES), axis=1)[members.channel[member]]
    place = np.minimum((places < rng.random(len(member))[:, None]).sum(axis=1), CHAT)
    elsewhere = rng.random(len(member)) < 0.15
    home = np.where(elsewhere, rng.integers(0, stores.count, len(member)), members.store[member])
    store = np.where(place == MALL, -1, home)
    own_guide = members.guide[member]
    any_guide = stores.position(rng, home)
    guide = np.where((own_guide >= 0) & ~elsewhere, own_guide, any_guide)
    guide = np.where(place == MALL, -1, guide)

    walk_ins = round(len(member) * WALK_INS / (1 - WALK_INS))
    walk_time = np.sort(season.seconds_at(rng.random(walk_ins) * season.mass[-1]))
    walk_store = rng.integers(0, stores.count, walk_ins)
    walk_guide = stores.position(rng, walk_store)
    nobody = np.full(walk_ins, -1)
    total = len(member) + walk_ins
    return Orders(
        member=np.concatenate([member, nobody]),
        time=np.concatenate([time, walk_time]),
        rank=np.concatenate([_ranks(member), np.zeros(walk_ins, dtype=np.int64)]),
        place=np.concatenate([place, np.full(walk_ins, COUNTER)]),
        store=np.concatenate([store, walk_store]),
        guide=np.concatenate([guide, walk_guide]),
        coupon=np.concatenate([coupon, np.full(walk_ins, NO_COUPON)]),
        lines=np.minimum(1 + rng.poisson(1.0, total), 8),
    )
