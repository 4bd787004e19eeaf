"""One block of members from nature to what a till would have recorded, and the truth beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from privtraffic.demo import offers, referrals, scene
from privtraffic.demo.baskets import Lines, draw_lines
from privtraffic.demo.growth import Growth, growth
from privtraffic.demo.house import BLOCK_MEMBERS, FALSE_STARTS, MALL, TIERS, Process
from privtraffic.demo.members import NEVER, Members, draw_members
from privtraffic.demo.orders import Orders, draw_orders
from privtraffic.demo.plants import Plants
from privtraffic.demo.scene import Play
from privtraffic.demo.season import DAY, Bools, Ints, Season, season
from privtraffic.demo.staff import Setting, draw_staff
from privtraffic.demo.stores import Stores

AS_OF = date(2026, 10, 31)
COMPLETED, SHIPPED, PAID, REFUNDED, CANCELLED, UNPAID = range(6)
STATUSES = ("completed", "shipped", "paid", "refunded", "cancelled", "unpaid")


@dataclass(frozen=True)
class Tally:
    """What each member did within a period: orders that were not wholly refunded, and money in cents."""

    orders: Ints
    order_days: Ints
    refunded_orders: Ints
    paid: Ints
    refund: Ints
    last: Ints

    @property
    def net(self) -> Ints:
        return self.paid - self.refund


@dataclass(frozen=True)
class Block:
    """A block of members, the order lines recorded up to the as-of date, and the tallies before and after it.

    `price_tag` says which members their guides call price-sensitive; `play` is None in a plain house.
    """

    members: Members
    recorded: pa.Table
    history: Tally
    future: Tally
    price_tag: Bools
    play: Play | None


def _tally(members: Members, orders: Orders, lines: Lines, begin: int, end: int) -> Tally:
    known = (orders.member >= 0) & (orders.time >= begin) & (orders.time < end)
    paid, refund = lines.per_order(lines.paid, len(orders)), lines.per_order(lines.refund, len(orders))
    purchase = known & (refund < paid)

    def by_member(chosen: Ints, amounts: Ints) -> Ints:
        sums = np.zeros(len(members), dtype=np.int64)
        np.add.at(sums, orders.member[chosen], amounts[chosen])
        return sums

    one = np.ones(len(orders), dtype=np.int64)
    bought = np.flatnonzero(purchase)
    days = np.unique(np.stack([orders.member[bought], orders.time[bought] // DAY]), axis=1)
    last = np.full(len(members), -1)
    np.maximum.at(last, orders.member[bought], orders.time[bought])
    return Tally(
        orders=by_member(bought, one),
        order_days=np.bincount(days[0], minlength=len(members)).astype(np.int64),
        refunded_orders=by_member(np.flatnonzero(known & (refund > 0)), one),
        paid=by_member(np.flatnonzero(known), paid),
        refund=by_member(np.flatnonzero(known), refund),
        last=np.where(last < 0, NEVER, last),
    )


def _record(
    rng: np.random.Generator,
    members: Members,
    orders: Orders,
    lines: Lines,
    calendar: Season,
    *,
    more: dict[str, Ints],
) -> tuple[pa.Table, Ints]:
    """The lines placed up to the as-of date, false starts included, as compact codes; `more` holds codes of orders.

    The second value is the number of each real order, -1 for those of the future.
    """
    paid, refund = lines.per_order(lines.paid, len(orders)), lines.per_order(lines.refund, len(orders))
    age = calendar.close - orders.time
    status = np.select([refund == paid, age <= 2 * DAY, age <= 8 * DAY], [REFUNDED, PAID, SHIPPED], COMPLETED)
    past = np.flatnonzero(orders.time < calendar.close)
    false = past[rng.random(len(past)) < FALSE_STARTS]
    order = np.concatenate([past, false])
    known = orders.member[false] >= 0
    not_before = np.where(known, members.joined[orders.member[false]], calendar.start)
    earlier = np.maximum(orders.time[false] - rng.integers(120, 3000, len(false)), not_before)
    time = np.concatenate([orders.time[past], earlier])
    kind = rng.random(len(false))
    status = np.concatenate([status[past], np.where(kind < 0.4, UNPAID, CANCELLED)])
    pays = np.concatenate([np.ones(len(past), dtype=np.bool_), kind >= 0.8])
    is_false = np.arange(len(order)) >= len(past)

    day = time.astype("datetime64[s]").astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year_month = (month.astype(int) // 12 - 30) * 100 + month.astype(int) % 12 + 1
    ymd = year_month * 100 + (day - month).astype(int) + 1
    order_id = ymd * 10**11 + members.first // BLOCK_MEMBERS * 10**7 + np.arange(len(order))

    at, line = orders.lines_of(order)
    amount = np.where(pays[at], lines.paid[line], 0)
    member = orders.member[order]
    columns = {
        "order_id": order_id[at],
        "number": lines.number[line].astype(np.int8),
        "member": np.where(member < 0, -1, member + members.first)[at].astype(np.int32),
        "time": time[at],
        "place": orders.place[order][at].astype(np.int8),
        "city_store": np.where(member < 0, orders.store[order], members.store[member])[at].astype(np.int16),
        "store": orders.store[order][at].astype(np.int16),
        "guide": orders.guide[order][at].astype(np.int32),
        "coupon": orders.coupon[order][at].astype(np.int8),
        "status": status[at].astype(np.int8),
        "sku": lines.sku[line].astype(np.int16),
        "quantity": lines.quantity[line].astype(np.int8),
        "goods": lines.goods[line],
        "discount": lines.discount[line],
        "points": lines.points[line],
        "paid": amount,
        "refund": np.where(is_false[at], amount, lines.refund[line]),
    } | {name: codes[order][at].astype(np.int32) for name, codes in more.items()}
    by_time = np.lexsort((columns["number"], columns["order_id"], columns["time"]))
    numbers = np.full(len(orders), -1)
    numbers[past] = order_id[: len(past)]
    return pa.table({name: values[by_time] for name, values in columns.items()}), numbers


def tiers(members: Members, history: Tally) -> Ints:
    """Index of each member's tier, from the net spend to date."""
    steps = np.array([yuan * 100 for _, yuan in TIERS])
    return np.searchsorted(steps, np.maximum(history.net, 0), side="right") - 1


@dataclass(frozen=True)
class World:
    """What all blocks share: calendar, budgets, process and seed; the plain house has no scene."""

    members: int
    seed: int
    process: Process
    calendar: Season
    growth: Growth
    setting: Setting | None
    stores: Stores

    def blocks(self) -> Iterator[Block]:
        """Simulate block after block; each depends on the seed and its own number alone."""
        for number in range(0, self.members, BLOCK_MEMBERS):
            yield self.block(number // BLOCK_MEMBERS)

    def block(self, number: int) -> Block:
        """Simulate one block of members."""
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(1, number)))
        first = number * BLOCK_MEMBERS
        numbers = range(first, min(first + BLOCK_MEMBERS, self.members))
        members = draw_members(rng, numbers, self.process, self.calendar, self.growth, self.stores)
        tag_rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(2, number)))
        price_tag = referrals.tagged(tag_rng, members)
        if self.setting:
            return self._played(rng, members, price_tag, number, self.setting)
        orders = draw_orders(rng, members, self.calendar, self.stores)
        lines = draw_lines(rng, members, orders, self.process)
        recorded, _ = _record(rng, members, orders, lines, self.calendar, more={})
        return self._block(members, orders, lines, recorded, price_tag)

    def _played(
        self, rng: np.random.Generator, members: Members, price_tag: Bools, number: int, setting: Setting
    ) -> Block:
        """Simulate a block with everything planted; what is planted draws from a stream of its own."""
        own = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(4, number)))
        members, settled = scene.cast(own, members, setting)
        drawn = draw_orders(rng, members, self.calendar, self.stores)
        ordered = scene.order(own, members, settled, drawn, setting)
        orders, parts = ordered.orders, ordered.parts
        lines, points = offers.redeem(orders, draw_lines(rng, members, orders, self.process), self.calendar)
        mailed = (orders.place == MALL) & ~parts.pickup
        more = {
            "owner": parts.owner,
            "cashier": parts.cashier,
            "promoter": parts.promoter,
            "pickup": parts.pickup.astype(np.int64),
            "address": np.where(mailed, settled.homes.address[orders.member] + members.first, -1),
        }
        recorded, order_id = _record(rng, members, orders, lines, self.calendar, more=more)
        play = scene.play(own, members, settled, ordered, setting, lines=lines, points=points, order_id=order_id)
        return self._block(members, orders, lines, recorded, price_tag, play=play)

    def _block(
        self,
        members: Members,
        orders: Orders,
        lines: Lines,
        recorded: pa.Table,
        price_tag: Bools,
        *,
        play: Play | None = None,
    ) -> Block:
        history = _tally(members, orders, lines, self.calendar.start, self.calendar.close)
        future = _tally(members, orders, lines, self.calendar.close, self.calendar.end)
        return Block(members, recorded, history, future, price_tag, play)


def world(
    members: int,
    seed: int = 0,
    months: int = 36,
    process: Process | None = None,
    as_of: date = AS_OF,
    *,
    plants: Plants | None = None,
    stores: Stores | None = None,
) -> World:
    """Lay out a simulated house without writing anything.

    Parameters
    ----------
    members
        Members who joined up to the as-of date.
    seed
        Seed of everything random.
    months
        Length of the history, which ends with the as-of date; twelve months of future follow.
    process
        How members buy; the default strays from every family the analyses fit.
    as_of
        Last observed day.
    plants
        What is planted beside; None for a plain house of orders, members and spend.
    stores
        How many, and how many positions for guides in each.
    """
    process, stores = process or Process(), stores or Stores()
    calendar = season(as_of, months, process.seasonality, plants)
    budgets = growth(calendar, members, np.random.SeedSequence(seed, spawn_key=(0,)), plants)
    setting = None
    if plants:
        staff = draw_staff(calendar, plants, stores, np.random.SeedSequence(seed, spawn_key=(3,)))
        setting = Setting(calendar, staff, plants)
    return World(members, seed, process, calendar, budgets, setting, stores)
