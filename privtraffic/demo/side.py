"""The ten other files of a private domain, as columns under the canonical headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from privtraffic.demo import friends as befriended
from privtraffic.demo.block import Block, World
from privtraffic.demo.columns import cents, numbered, pick, seconds
from privtraffic.demo.friends import Traffic
from privtraffic.demo.house import BLOCK_MEMBERS, CITIES, COUPONS, WELCOME
from privtraffic.demo.members import NEVER
from privtraffic.demo.names import HALLS_A_BRANCH, Names, branch_ids, hall_ids
from privtraffic.demo.offers import ARMS, CONTROL, EXPIRE, POINT_KINDS, POINTS_LAST
from privtraffic.demo.people import Halls
from privtraffic.demo.referrals import REWARD_YUAN
from privtraffic.demo.scene import Play
from privtraffic.demo.season import DAY, Ints
from privtraffic.demo.staff import KEEPERS_A_BLOCK, Setting, Staff

HEADERS = {
    "units": ("unit_id", "unit", "level", "parent_id", "opened_at", "closed_at", "capacity"),
    "staff": ("staff_id", "staff", "unit_id", "started_at", "left_at"),
    "handovers": ("member_id", "from_staff", "to_staff", "handed_at", "outcome"),
    "commissions": ("order_id", "line_id", "staff_id", "role", "level", "amount", "status", "settled_at"),
    "traffic": ("date", "channel", "store", "guide", "step", "count"),
    "friends": ("friend_id", "member_id", "guide", "store", "source", "added_at", "deleted_at", "deleted_by"),
    "coupons": ("coupon", "code", "member_id", "granted_at", "valid_from", "expires_at", "used_at", "order_id",
                "value", "paid_by", "status", "arm"),
    "points": ("member_id", "at", "change", "kind", "expires_at", "order_id", "balance"),
    "campaigns": ("campaign", "starts", "ends", "teaser_from", "kind", "channel", "brand", "store", "cost"),
    "referrals": ("referrer_id", "member_id", "at", "status", "reward"),
}  # fmt: skip
BY_BLOCK = ("handovers", "commissions", "friends", "coupons", "points", "referrals")

FIRST_LEVEL, SECOND_LEVEL = 0.10, 0.03
"""Commission of a promoter, and of the promoter's branch keeper, as shares of what is paid."""
SETTLES_AFTER = 15 * DAY
TAKEN_BACK_AFTER = 40 * DAY
BRANCH_ROOM, HALL_ROOM = 200, 30

Columns = dict[str, pa.Array]
Keys = Callable[[Ints], pa.Array]


@dataclass(frozen=True)
class Numbers:
    """How a style writes member keys and order ids."""

    member: Keys
    order: Keys


def _nothing(rows: int) -> pa.Array:
    return pick([""], np.full(rows, -1))


def _days(times: Ints) -> pa.Array:
    """Days of the times; `NEVER` is null."""
    shown = np.where(times == NEVER, 0, times) // DAY
    return pa.array(shown.astype("datetime64[D]"), mask=times == NEVER)


def of_block(block: Block, play: Play, world: World, names: Names, numbers: Numbers) -> dict[str, Columns]:
    """The files that grow member by member."""
    return {
        "handovers": _handovers(block, play, world, names, numbers),
        "commissions": _commissions(block, play, world, numbers),
        "friends": _friends(block, play, names, numbers),
        "coupons": _coupons(block, play, world, numbers),
        "points": _points(block, play, numbers),
        "referrals": _referrals(block, numbers),
    }


def _handovers(block: Block, play: Play, world: World, names: Names, numbers: Numbers) -> Columns:
    moves = play.people.moves
    shown = np.flatnonzero(moves.handed < world.calendar.close)
    shown = shown[np.argsort(moves.handed[shown], kind="stable")]
    to = moves.to[shown]
    return {
        "member_id": numbers.member(moves.member[shown] + block.members.first),
        "from_staff": pick(names.people, moves.staff[shown]),
        "to_staff": pick(names.people, to),
        "handed_at": seconds(moves.handed[shown]),
        "outcome": pick(["orphaned", "accepted"], (to >= 0).astype(np.int64)),
    }


def _commissions(block: Block, play: Play, world: World, numbers: Numbers) -> Columns:
    """Two levels an order, and a row of the opposite sign for what a refund takes back later."""
    close, first = world.calendar.close, block.members.first
    order = np.flatnonzero((play.order_id >= 0) & (play.parts.promoter >= 0))
    halls = play.people.halls
    hall = halls.of_member[play.orders.member[order]]
    head = hall // HALLS_A_BRANCH * HALLS_A_BRANCH
    count = len(play.orders)
    paid, refund = (play.lines.per_order(x, count)[order] for x in (play.lines.paid, play.lines.refund))
    time = play.orders.time[order]
    keepers = [halls.keeper[h] if len(halls.keeper) else h for h in (hall, head)]
    second = hall != head
    rows: list[tuple[Ints, ...]] = []
    for level, share, keeper, chosen in (
        (1, FIRST_LEVEL, keepers[0], np.ones(len(order), dtype=np.bool_)),
        (2, SECOND_LEVEL, keepers[1], second),
    ):
        back = chosen & (refund > 0) & (time + TAKEN_BACK_AFTER < close)
        for pick_, sign, money, wait in ((chosen, 1, paid, SETTLES_AFTER), (back, -1, refund, TAKEN_BACK_AFTER)):
            amount = sign * np.rint(money[pick_] * share).astype(np.int64)
            settled = time[pick_] + wait
            state = np.full(len(amount), 2) if sign < 0 else (settled < close).astype(np.int64)
            rows.append((order[pick_], keeper[pick_], np.full(len(amount), level), amount, state, settled, time[pick_]))
    of_rows = [np.concatenate(c) for c in zip(*rows, strict=True)]
    by_time = np.lexsort((of_rows[5], of_rows[2], of_rows[0], of_rows[6]))
    order, keeper, levels, amount, state, settled = (c[by_time] for c in of_rows[:6])
    return {
        "order_id": numbers.order(play.order_id[order]),
        "line_id": _nothing(len(order)),
        "staff_id": numbers.member(keeper + first),
        "role": pick(["promoter"], np.zeros(len(order), dtype=np.int64)),
        "level": pa.array(levels),
        "amount": cents(amount),
        "status": pick(["pending", "settled", "taken_back"], state),
        "settled_at": seconds(np.where(state == 0, NEVER, settled)),
    }


def _friends(block: Block, play: Play, names: Names, numbers: Numbers) -> Columns:
    known = play.friends
    first = block.members.first
    lost = known.deleted != NEVER
    return {
        # Room for the friends who never joined behind the members of each block.
        "friend_id": numbered("wm", known.friend + 2 * first + 1, 9),
        "member_id": numbers.member(np.where(known.member < 0, -1, known.member + first)),
        "guide": pick(names.people, known.guide),
        "store": pick(names.stores, known.store),
        "source": pick(list(befriended.SOURCES), known.source),
        "added_at": seconds(known.added),
        "deleted_at": seconds(known.deleted),
        "deleted_by": pick(["staff", "customer"], np.where(lost, known.by_customer, -1).astype(np.int64)),
    }


def _coupons(block: Block, play: Play, world: World, numbers: Numbers) -> Columns:
    grants, close = play.grants, world.calendar.close
    shown = np.flatnonzero(grants.granted < close)
    shown = shown[np.argsort(grants.granted[shown], kind="stable")]
    coupon, arm, order = grants.coupon[shown], grants.arm[shown], grants.order[shown]
    number = np.where(order >= 0, play.order_id[order], -1) if len(play.order_id) else order
    used = number >= 0
    discount = play.lines.per_order(play.lines.discount, len(play.orders))
    face = np.array([c.yuan * 100 for c in COUPONS])[coupon]
    value = np.where(used, discount[order] if len(discount) else 0, face)
    state = np.select([arm == CONTROL, used, grants.expires[shown] <= close], [-1, 0, 1], 2)
    codes = [f"C{code:02d}" for code in range(len(COUPONS))]
    return {
        "coupon": pick([c.name for c in COUPONS], coupon),
        "code": pick(codes, coupon),
        "member_id": numbers.member(grants.member[shown] + block.members.first),
        "granted_at": seconds(grants.granted[shown]),
        "valid_from": _days(grants.granted[shown]),
        "expires_at": _days(grants.expires[shown] - DAY),
        "used_at": seconds(np.where(used, play.orders.time[order] if len(play.orders) else NEVER, NEVER)),
        "order_id": numbers.order(number),
        "value": cents(value),
        "paid_by": pick(["shop", "platform"], (coupon == WELCOME).astype(np.int64)),
        "status": pick(["used", "expired", "unused"], state),
        "arm": pick(list(ARMS), np.where(arm == 0, -1, arm)),
    }


def _points(block: Block, play: Play, numbers: Numbers) -> Columns:
    ledger = play.points
    number = np.where(ledger.order >= 0, play.order_id[ledger.order], -1) if len(play.order_id) else ledger.order
    earned = ledger.kind == 0
    return {
        "member_id": numbers.member(ledger.member + block.members.first),
        "at": seconds(ledger.time),
        "change": pa.array(ledger.change),
        "kind": pick(list(POINT_KINDS), ledger.kind),
        "expires_at": _days(np.where(earned, ledger.time + POINTS_LAST, NEVER)),
        "order_id": numbers.order(np.where(ledger.kind == EXPIRE, -1, number)),
        "balance": pa.array(ledger.balance),
    }


def _referrals(block: Block, numbers: Numbers) -> Columns:
    members, first = block.members, block.members.first
    brought = np.flatnonzero(members.referrer >= 0)
    bought = block.history.orders[brought] + block.history.refunded_orders[brought] > 0
    themselves = members.referrer[brought] == brought
    state = np.select([themselves, bought], [2, 1], 0)
    return {
        "referrer_id": numbers.member(members.referrer[brought] + first),
        "member_id": numbers.member(brought + first),
        "at": seconds(members.joined[brought]),
        "status": pick(["pending", "completed", "rejected"], state),
        "reward": cents(np.where(state == 1, REWARD_YUAN * 100, 0)),
    }


def of_house(
    world: World, setting: Setting, names: Names, numbers: Numbers, halls: list[tuple[int, Halls]]
) -> dict[str, Columns]:
    """The files of the house as a whole: units, staff, campaigns."""
    return {
        "units": _units(setting.staff, names, halls),
        "staff": _staff(setting, names, numbers, halls),
        "campaigns": _campaigns(world),
    }


def traffic(counted: Traffic, names: Names) -> Columns:
    """Counts by day, store and step."""
    rows = len(counted.day)
    return {
        "date": pa.array(counted.day.astype("datetime64[D]")),
        "channel": pick(["门店导购"], np.zeros(rows, dtype=np.int64)),
        "store": pick(names.stores, counted.store),
        "guide": _nothing(rows),
        "step": pick(list(befriended.STEPS), counted.step),
        "count": pa.array(counted.count),
    }


def _all_halls(halls: list[tuple[int, Halls]]) -> tuple[list[tuple[int, int]], Ints]:
    places = [(block, hall) for block, held in halls for hall in range(len(held.keeper))]
    opened = [held.opened for _, held in halls]
    return places, np.concatenate(opened) if opened else np.zeros(0, dtype=np.int64)


def _units(staff: Staff, names: Names, halls: list[tuple[int, Halls]]) -> Columns:
    """Two trees under one house: city and store, branch and hall."""
    places, hall_opened = _all_halls(halls)
    branch_of = branch_ids(places)
    heads = [i for i, (_, hall) in enumerate(places) if hall % HALLS_A_BRANCH == 0]
    rows: list[tuple[str, str, str, str | None, int, int | None]] = [("总部", "总部", "house", None, NEVER, None)]
    rows += [(city, city, "city", "总部", NEVER, None) for _, city in CITIES]
    cities = staff.stores.city(np.arange(staff.stores.count))
    rows += [
        (f"S{s + 1:02d}", store, "store", CITIES[city][1], int(staff.opened[s]), None)
        for s, (store, city) in enumerate(zip(names.stores, cities.tolist(), strict=True))
    ]
    rows += [(branch_of[i], branch_of[i], "branch", "总部", int(hall_opened[i]), BRANCH_ROOM) for i in heads]
    rows += [
        (name, name, "hall", branch, int(opened), HALL_ROOM)
        for name, branch, opened in zip(hall_ids(places), branch_of, hall_opened, strict=True)
    ]
    unit_id, unit, level, parent, opened, room = zip(*rows, strict=True)
    return {
        "unit_id": pa.array(unit_id),
        "unit": pa.array(unit),
        "level": pa.array(level),
        "parent_id": pa.array(parent),
        "opened_at": _days(np.array(opened)),
        "closed_at": _nothing(len(rows)),
        "capacity": pa.array(room, pa.int64()),
    }


def _staff(setting: Setting, names: Names, numbers: Numbers, halls: list[tuple[int, Halls]]) -> Columns:
    """Guides by the day they came, cashiers, and the keepers of halls, who are members themselves."""
    staff, close, stores = setting.staff, setting.season.close, setting.staff.stores.count
    shown = np.flatnonzero(staff.started < close)
    places, opened = _all_halls(halls)
    keepers = [held.keeper + block * BLOCK_MEMBERS for block, held in halls]
    keeper_id = numbers.member(np.concatenate(keepers)) if keepers else pa.array([], pa.string())
    cashiers = [names.people[staff.guides + s] for s in range(stores)]
    home = staff.position[shown] // staff.stores.guides
    guide_names = [names.people[g] for g in shown]
    store_id = [f"S{s + 1:02d}" for s in range(stores)]
    nobody = np.full(stores + len(places), NEVER)
    return {
        "staff_id": pa.array([*guide_names, *cashiers, *keeper_id.to_pylist()]),
        "staff": pa.array(
            [*guide_names, *cashiers, *(names.people[staff.first_keeper + b * KEEPERS_A_BLOCK + h] for b, h in places)]
        ),
        "unit_id": pa.array([*(store_id[s] for s in home), *store_id, *hall_ids(places)]),
        "started_at": _days(np.concatenate([staff.started[shown], np.maximum(staff.opened, 0), opened])),
        "left_at": _days(np.concatenate([np.where(staff.leaves < close, staff.leaves, NEVER)[shown], nobody])),
    }


def _campaigns(world: World) -> Columns:
    calendar = world.calendar
    rng = np.random.default_rng(np.random.SeedSequence(world.seed, spawn_key=(6,)))
    days = [c for c in calendar.campaigns if c.first.astype("datetime64[s]").astype(np.int64) < calendar.close]
    length = np.array([(c.last - c.first).astype(int) + 1 for c in days], dtype=np.float64)
    cost = np.rint(length * world.members / 20_000 * 3_000 * np.exp(rng.normal(0, 0.4, len(days)))).astype(np.int64)
    teasers = [np.datetime64("NaT") if c.teaser is None else c.teaser for c in days]
    return {
        "campaign": pa.array([c.name for c in days], pa.string()),
        "starts": pa.array(np.array([c.first for c in days], dtype="datetime64[D]")),
        "ends": pa.array(np.array([c.last for c in days], dtype="datetime64[D]")),
        "teaser_from": pa.array(np.array(teasers, dtype="datetime64[D]")),
        "kind": pa.array([c.kind for c in days], pa.string()),
        **{name: _nothing(len(days)) for name in ("channel", "brand", "store")},
        "cost": cents(cost * 100),
    }
