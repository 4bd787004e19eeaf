"""Whose member is whose: home stores, owners at every time, what a leaving guide takes along, halls and sellers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from privtraffic.demo.house import BLOCK_MEMBERS, BRANDS, CHAT, COUNTER, MALL
from privtraffic.demo.members import NEVER, Members
from privtraffic.demo.orders import Orders
from privtraffic.demo.plants import BRAND_FACTS, Plants
from privtraffic.demo.season import DAY, Bools, Floats, Ints, Season
from privtraffic.demo.staff import KEEPERS_A_BLOCK, Setting

GROUPS = 5
"""The channel whose members live in halls."""
HALL_MEMBERS = 27
"""Members who join a hall (room for 30) before the next one opens."""
ELSEWHERE = 0.15
FLOATING = 0.3
"""Share of a floating guide's counter orders that are sold in the second store."""
PICKUP = 0.15
"""Share of the mall's orders that are picked up in a store."""


@dataclass(frozen=True)
class Spells:
    """Which guide owns which member from when to when, ordered by member and time; `owner` is a code of `Staff`."""

    member: Ints
    owner: Ints
    since: Ints
    until: Ints

    def at(self, member: Ints, time: Ints) -> Ints:
        """Owner of each member at each time; -1 for nobody."""
        if not len(self.member):
            return np.full(len(member), -1)
        low = int(self.since.min())
        width = max(int(time.max(initial=low)), int(self.since.max())) - low + 2
        place = np.searchsorted(self.member * width + self.since - low, member * width + time - low, side="right") - 1
        there = (place >= 0) & (self.member[place] == member) & (time < self.until[place])
        return np.where(there, self.owner[place], -1)


@dataclass(frozen=True)
class Moves:
    """Members whose guide left: the guide, when, whether they were active, and if they went along; who is next."""

    member: Ints
    staff: Ints
    left: Ints
    active: Bools
    went: Bools
    to: Ints
    handed: Ints


@dataclass(frozen=True)
class Halls:
    """Halls of a block: each member's hall (-1: none), and of each hall its keeper's member, opening and death."""

    of_member: Ints
    keeper: Ints
    opened: Ints
    dead: Ints


@dataclass(frozen=True)
class People:
    """What is true of a block's members and the people around them."""

    spells: Spells
    moves: Moves
    halls: Halls
    owner_now: Ints
    owner_since: Ints
    opened_by: Ints


def _halls(rng: np.random.Generator, members: Members, season: Season, plants: Plants) -> Halls:
    """Fill hall after hall with the members of the groups, in order of joining; a share of all halls dies."""
    grouped = np.flatnonzero(members.channel == GROUPS)[: HALL_MEMBERS * KEEPERS_A_BLOCK]
    of_member = np.full(len(members), -1)
    of_member[grouped] = np.arange(len(grouped)) // HALL_MEMBERS
    keeper = grouped[::HALL_MEMBERS]
    halls = len(keeper)
    full = members.joined[grouped[HALL_MEMBERS - 1 :: HALL_MEMBERS]]
    old = np.flatnonzero(full < season.close - 300 * DAY)
    dying = rng.permutation(old)[: round(halls * plants.dead_halls)]
    dead = np.full(halls, NEVER)
    dead[dying] = season.close - (rng.uniform(120, 240, len(dying)) * DAY).astype(np.int64)
    return Halls(of_member, keeper, members.joined[keeper], dead)


def settle(rng: np.random.Generator, members: Members, setting: Setting) -> tuple[Members, People]:
    """Give members their home stores and their owners over time, and let these act on orders and on leaving."""
    season, staff, plants = setting.season, setting.staff, setting.plants
    edges, count = season.month_edges, len(members)
    store = staff.store_at(rng, members.joined, members.channel, edges)
    halls = _halls(rng, members, season, plants)
    in_hall = halls.of_member >= 0
    first_order, leaves = _first_orders(members, season)
    dead = np.where(in_hall, halls.dead[halls.of_member] if len(halls.dead) else NEVER, NEVER)
    first_order = np.where(first_order >= dead, NEVER, first_order)
    leaves = np.where(first_order == NEVER, NEVER, np.minimum(leaves, dead))

    position = staff.stores.position(rng, store)
    owned = (members.guide >= 0) & ~in_hall
    who = np.flatnonzero(owned)
    owner = staff.on_duty(position[who], members.joined[who])
    who, owner = who[owner >= 0], owner[owner >= 0]
    since = members.joined[who]
    log_effect = np.repeat(staff.store_effect[store][:, None], len(edges) - 1, axis=1)
    spells: list[tuple[Ints, Ints, Ints, Ints]] = []
    moves: list[tuple[Ints, Ints, Ints, Bools, Bools, Ints, Ints]] = []
    while len(who):
        until = staff.leaves[owner]
        # The guide of a month's start acts on it; the first one on the rest of the month of joining too.
        start = edges[1:] if not spells else edges[:-1]
        covered = (start > since[:, None]) & (edges[:-1] < until[:, None])
        log_effect[who] += staff.effect[owner][:, None] * covered
        spells.append((who, owner, since, until))
        gone = until < season.end
        who, owner, until = who[gone], owner[gone], until[gone]
        active = (first_order[who] < until) & (until < leaves[who])
        went = active & (rng.random(len(who)) < plants.goes_along)
        leaves[who[went]] = until[went]
        handed = until + (1 + rng.exponential(plants.handover_days, len(who))).astype(np.int64) * DAY
        handed += rng.integers(9 * 3600, 18 * 3600, len(who))
        any_guide = staff.stores.position(rng, store[who])
        to = np.where(rng.random(len(who)) < plants.orphaned, -1, staff.on_duty(any_guide, handed))
        moves.append((who, owner, until, active, went, to, handed))
        kept = (to >= 0) & (handed < season.end)
        who, owner, since = who[kept], to[kept], handed[kept]

    keeper_code = staff.first_keeper + members.first // BLOCK_MEMBERS * KEEPERS_A_BLOCK + halls.of_member
    opened_by = np.where(in_hall, keeper_code, -1)
    if spells:
        opened_by[spells[0][0]] = spells[0][1]
    all_spells = _spells(spells)
    now = all_spells.at(np.arange(count), np.full(count, season.close - 1))
    latest = np.full(count, NEVER)
    held = (all_spells.since < season.close) & (all_spells.until >= season.close)
    latest[all_spells.member[held]] = all_spells.since[held]
    people = People(
        spells=all_spells,
        moves=Moves(*(np.concatenate(c) for c in zip(*moves, strict=True))) if moves else _no_moves(),
        halls=halls,
        owner_now=np.where(in_hall, keeper_code, now),
        owner_since=np.where(in_hall, members.joined, latest),
        opened_by=opened_by,
    )
    drift = members.drift * np.exp(log_effect) * _pace(members.preference, plants)[:, None]
    return replace(members, store=store, drift=drift, first_order=first_order, leaves=leaves), people


def _first_orders(members: Members, season: Season) -> tuple[Ints, Ints]:
    """First orders that wait more than an hour wait in campaign time, so that campaigns lift them like all orders."""
    days = np.arange(len(season.boost) + 1) * DAY + season.start
    clock = np.concatenate([[0.0], np.cumsum(season.boost)])
    waits = (members.first_order != NEVER) & (members.first_order - members.joined > 3600)
    joined, first = members.joined[waits], members.first_order[waits]
    target = np.interp(joined, days, clock) + (first - joined) / DAY
    moved = np.maximum(np.interp(target, clock, days).astype(np.int64), joined + 1)
    late = target >= clock[-1]
    first_order, leaves = members.first_order.copy(), members.leaves.copy()
    first_order[waits] = np.where(late, NEVER, moved)
    leaves[waits] = np.where(late, NEVER, leaves[waits] + moved - first)
    return first_order, leaves


def _pace(preference: Floats, plants: Plants) -> Floats:
    """How often members come back for the sake of the brands they like; 1 on average over the house's choices."""
    pace = np.array([b.pace for b in BRAND_FACTS]) ** plants.cycles
    shares = np.array([b.share for b in BRANDS])
    factor: Floats = preference @ pace / (shares @ pace)
    return factor


def _spells(rounds: list[tuple[Ints, Ints, Ints, Ints]]) -> Spells:
    if not rounds:
        nothing = np.zeros(0, dtype=np.int64)
        return Spells(nothing, nothing, nothing, nothing)
    member, owner, since, until = (np.concatenate(c) for c in zip(*rounds, strict=True))
    by_member = np.lexsort((since, member))
    return Spells(member[by_member], owner[by_member], since[by_member], until[by_member])


def _no_moves() -> Moves:
    whole, truth = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    return Moves(whole, whole, whole, truth, truth, whole, whole)


@dataclass(frozen=True)
class Parts:
    """The people of each order as codes of `Staff` (-1 for nobody), and whether a mall order was picked up."""

    owner: Ints
    cashier: Ints
    promoter: Ints
    pickup: Bools


def sell(
    rng: np.random.Generator,
    members: Members,
    people: People,
    orders: Orders,
    setting: Setting,
) -> tuple[Orders, Parts]:
    """Say in which store each order was placed, who sold it, and who else had a part in it."""
    season, staff, plants = setting.season, setting.staff, setting.plants
    count, known = len(orders), orders.member >= 0
    member = np.where(known, orders.member, 0)
    owner = np.where(known, people.spells.at(member, orders.time), -1)
    elsewhere = rng.random(count) < ELSEWHERE
    drawn = staff.store_at(rng, orders.time, None, season.month_edges)
    store = np.where(known & ~elsewhere, members.store[member] if len(members) else drawn, drawn)

    # Orders placed elsewhere are sold by somebody else already; the rest makes up the share that was asked for.
    rest = max(0.0, 1 - (1 - plants.seller_differs) / (1 - ELSEWHERE))
    by_owner = (owner >= 0) & ~elsewhere & (rng.random(count) >= rest)
    a_store = staff.stores.guides
    other = np.where(owner >= 0, staff.position[owner], 0) % a_store + rng.integers(1, a_store, count)
    anybody = rng.integers(0, a_store, count)
    position = np.where((owner >= 0) & ~by_owner, other, anybody) % a_store + store * a_store
    seller = np.where(by_owner, owner, staff.on_duty(position, orders.time))
    away = by_owner & (orders.place == COUNTER) & staff.floats[owner] & (rng.random(count) < FLOATING)
    second = staff.second_store[store]
    store = np.where(away & (staff.opened[second] <= orders.time), second, store)
    cashier = np.where(orders.place == COUNTER, staff.cashier(store), -1)
    typed = (orders.place == COUNTER) & (rng.random(count) < plants.cashier_typed)
    seller = np.where(typed, cashier, seller)

    hall = np.where(known, people.halls.of_member[member] if len(members) else -1, -1)
    keeper = staff.first_keeper + members.first // BLOCK_MEMBERS * KEEPERS_A_BLOCK + hall
    promoter = np.where((hall >= 0) & ((orders.place == MALL) | (orders.place == CHAT)), keeper, -1)
    pickup = (orders.place == MALL) & (rng.random(count) < PICKUP)
    online = orders.place == MALL
    sold = replace(orders, store=np.where(online, -1, store), guide=np.where(online, -1, seller))
    return sold, Parts(owner, cashier, promoter, pickup)
