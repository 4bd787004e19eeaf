"""One block of members from nature to what a till would have recorded, and the truth beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from privtraffic.demo.baskets import Lines, draw_lines, price_factors
from privtraffic.demo.columns import cents, member_ids, pick, seconds
from privtraffic.demo.growth import Growth, growth
from privtraffic.demo.house import CHANNELS, FALSE_STARTS, TIERS, Process
from privtraffic.demo.members import NEVER, Members, draw_members
from privtraffic.demo.orders import Orders, draw_orders
from privtraffic.demo.season import DAY, Ints, Season, season

AS_OF = date(2026, 10, 31)
BLOCK_MEMBERS = 20_000
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
    """A block of members, the order lines recorded up to the as-of date, and the tallies before and after it."""

    members: Members
    recorded: pa.Table
    history: Tally
    future: Tally


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


def _record(rng: np.random.Generator, members: Members, orders: Orders, lines: Lines, calendar: Season) -> pa.Table:
    """The lines placed up to the as-of date, false starts included, as compact codes."""
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
        "guide": orders.guide[order][at].astype(np.int16),
        "coupon": orders.coupon[order][at].astype(np.int8),
        "status": status[at].astype(np.int8),
        "sku": lines.sku[line].astype(np.int16),
        "quantity": lines.quantity[line].astype(np.int8),
        "goods": lines.goods[line],
        "discount": lines.discount[line],
        "points": lines.points[line],
        "paid": amount,
        "refund": np.where(is_false[at], amount, lines.refund[line]),
    }
    by_time = np.lexsort((columns["number"], columns["order_id"], columns["time"]))
    return pa.table({name: values[by_time] for name, values in columns.items()})


def tiers(members: Members, history: Tally) -> Ints:
    """Index of each member's tier, from the net spend to date."""
    steps = np.array([yuan * 100 for _, yuan in TIERS])
    return np.searchsorted(steps, np.maximum(history.net, 0), side="right") - 1


def truth(block: Block, calendar: Season, process: Process) -> pa.Table:
    """Parameters of each member, and what they really did in the twelve months no export shows."""
    members, future = block.members, block.future
    month_now = len(calendar.month_edges) - 14
    margin = np.rint(future.net * members.margin_rate).astype(np.int64)
    lost = members.leaves < calendar.close
    channel = pick([c.name for c in CHANNELS], members.channel)
    return pa.table(
        {
            "member_id": member_ids(members.first + np.arange(len(members))),
            "channel": channel.cast(pa.string()),
            "joined_at": seconds(members.joined),
            "never_buys": members.never_buys,
            "bonus_hunter": members.hunter,
            "heavy_household": members.heavy,
            "rate_per_year": members.rate,
            "rate_at_as_of": members.rate * members.drift[:, month_now],
            "dropout_per_year": members.dropout,
            "first_order_at": seconds(np.where(members.first_order < calendar.close, members.first_order, NEVER)),
            "leaves_at": seconds(members.leaves),
            "alive_at_as_of": (members.first_order < calendar.close) & ~lost,
            "mean_order_value": members.order_value * (members.preference @ price_factors(process)),
            "margin_rate": members.margin_rate,
            "orders_to_date": block.history.orders,
            "net_to_date": cents(block.history.net),
            "next12_orders": future.orders,
            "next12_order_days": future.order_days,
            "next12_paid": cents(future.paid),
            "next12_refund": cents(future.refund),
            "next12_net": cents(future.net),
            "next12_margin": cents(margin),
        }
    )


@dataclass(frozen=True)
class World:
    """All that the blocks share: the calendar, the budgets, the process and the seed."""

    members: int
    seed: int
    process: Process
    calendar: Season
    growth: Growth

    def blocks(self) -> Iterator[Block]:
        """Simulate block after block; each depends on the seed and its own number alone."""
        for number in range(0, self.members, BLOCK_MEMBERS):
            yield self.block(number // BLOCK_MEMBERS)

    def block(self, number: int) -> Block:
        """Simulate one block of members."""
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(1, number)))
        first = number * BLOCK_MEMBERS
        numbers = range(first, min(first + BLOCK_MEMBERS, self.members))
        members = draw_members(rng, numbers, self.process, self.calendar, self.growth)
        orders = draw_orders(rng, members, self.calendar)
        lines = draw_lines(rng, members, orders, self.process)
        recorded = _record(rng, members, orders, lines, self.calendar)
        history = _tally(members, orders, lines, self.calendar.start, self.calendar.close)
        future = _tally(members, orders, lines, self.calendar.close, self.calendar.end)
        return Block(members, recorded, history, future)


def world(members: int, seed: int = 0, months: int = 36, process: Process | None = None, as_of: date = AS_OF) -> World:
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
    """
    process = process or Process()
    calendar = season(as_of, months, process.seasonality)
    budgets = growth(calendar, members, np.random.SeedSequence(seed, spawn_key=(0,)))
    return World(members, seed, process, calendar, budgets)
