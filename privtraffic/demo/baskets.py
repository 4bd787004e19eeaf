"""What is in an order and what is paid: brands with planted affinities, goods, discounts, refunds, to the cent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privtraffic.demo.house import AFFINITIES, BRANDS, CHANNELS, COUPONS, PRICE_STEPS, Process
from privtraffic.demo.members import Members
from privtraffic.demo.orders import Orders
from privtraffic.demo.season import DAY, Floats, Ints

SAME_BRAND = 0.7
"""Share of an order's further lines that stay with the brand of its first."""
CATEGORIES = 3
WALK_IN_VALUE = 230.0
WALK_IN_REFUNDS = 0.03
MOST_OFF = 0.4
POINTS_USED = 0.06


@dataclass(frozen=True)
class Lines:
    """Order lines in the order of `Orders`; money in cents, `sku` numbers brand, category and price step."""

    order: Ints
    number: Ints
    sku: Ints
    quantity: Ints
    goods: Ints
    discount: Ints
    points: Ints
    paid: Ints
    refund: Ints

    def __len__(self) -> int:
        return len(self.order)

    def per_order(self, amounts: Ints, orders: int) -> Ints:
        """Sum the lines' amounts for each of `orders` orders."""
        sums = np.zeros(orders, dtype=np.int64)
        np.add.at(sums, self.order, amounts)
        return sums


def prices() -> Ints:
    """List price in cents of every sku, by brand, category and price step."""
    steps = np.exp(np.linspace(-1.6, 1.6, PRICE_STEPS))
    by_category = np.array([0.8, 1.0, 1.25])[:, None] * steps
    of_brand = np.array([b.price for b in BRANDS])[:, None, None] * by_category * 120
    cents: Ints = np.rint(of_brand).astype(np.int64).ravel() * 100
    return cents


def split(totals: Ints, weights: Ints, order: Ints) -> Ints:
    """Split each order's total over its lines in proportion to whole weights; the parts add up exactly."""
    if not len(order):
        return np.zeros(0, dtype=np.int64)
    run = np.cumsum(weights)
    last = np.append(np.flatnonzero(np.diff(order)), len(order) - 1)
    before = np.concatenate([[0], run[last[:-1]]])[np.cumsum(np.diff(order, prepend=order[:1]) != 0)]
    whole = np.zeros(len(totals), dtype=np.int64)
    np.add.at(whole, order, weights)
    upper = totals[order] * (run - before) // whole[order]
    lower = totals[order] * (run - before - weights) // whole[order]
    parts: Ints = upper - lower
    return parts


def _brands(rng: np.random.Generator, members: Members, orders: Orders, process: Process) -> Ints:
    """Choose the lines' brands, order by order of each member, since what was bought first moves what comes next."""
    names = [b.name for b in BRANDS]
    pairs = [(names.index(a.first), names.index(a.then), a.factor**process.affinity, a.days) for a in AFFINITIES]
    day = orders.time // DAY
    first_day = np.full((len(members), len(BRANDS)), np.iinfo(np.int64).max)
    lines = int(orders.lines.sum())
    luck, alike = rng.random(lines), rng.random(lines) < SAME_BRAND
    brand = np.zeros(lines, dtype=np.int64)

    def choose(chosen: Ints, weights: Floats) -> Ints:
        at, line = orders.lines_of(chosen)
        cumulative = np.cumsum(weights, axis=1)
        target = luck[line] * cumulative[at, -1]
        brand[line] = (cumulative[at] <= target[:, None]).sum(axis=1).clip(max=len(BRANDS) - 1)
        first_line = np.flatnonzero(np.diff(at, prepend=-1))
        brand[line] = np.where(alike[line], brand[line][first_line][at], brand[line])
        return line

    walk_ins = np.flatnonzero(orders.member < 0)
    choose(walk_ins, np.tile([b.share for b in BRANDS], (len(walk_ins), 1)))
    known = np.flatnonzero(orders.member >= 0)
    by_rank = known[np.argsort(orders.rank[known], kind="stable")]
    for chosen in np.split(by_rank, np.flatnonzero(np.diff(orders.rank[by_rank])) + 1):
        who, today = orders.member[chosen], day[chosen]
        weights = members.preference[who]
        for a, b, factor, days in pairs:
            since = today - first_day[who, a]
            weights[(since > 0) & (since <= days), b] *= factor
        line = choose(chosen, weights)
        at = np.repeat(np.arange(len(chosen)), orders.lines[chosen])
        bought = who[at], brand[line]
        first_day[bought] = np.minimum(first_day[bought], today[at])
    return brand


def _order_values(
    rng: np.random.Generator, members: Members, orders: Orders, main: Ints, process: Process
) -> tuple[Ints, Ints, Ints]:
    """Goods in whole yuan, and the cents taken off by coupon and by points."""
    known = orders.member >= 0
    mean = np.where(known, members.order_value[orders.member], WALK_IN_VALUE)
    shape = process.order_shape
    paid = mean * price_factors(process)[main] * rng.gamma(shape, 1 / shape, len(orders))
    off_yuan = np.array([c.yuan for c in COUPONS])[orders.coupon]
    off_share = np.array([c.share for c in COUPONS])[orders.coupon]
    wish = off_yuan + paid * off_share / (1 - off_share)
    discount = np.rint(np.minimum(wish, paid * MOST_OFF) * 100).astype(np.int64)
    redeems = known & (rng.random(len(orders)) < POINTS_USED)
    points = np.where(redeems, 100 * rng.integers(1, 11, len(orders)), 0)
    points = np.minimum(points, np.floor(paid * 0.1).astype(np.int64) * 100)
    goods = np.maximum(np.rint(paid + (discount + points) / 100).astype(np.int64), 2 * orders.lines)
    return goods, np.minimum(discount, goods * 50), np.minimum(points, goods * 20)


def price_factors(process: Process) -> Floats:
    """Brand price factors with mean 1 over the house's choices."""
    factor = np.array([b.price for b in BRANDS]) ** process.price_spread
    return np.asarray(factor / np.dot(factor, [b.share for b in BRANDS]), dtype=np.float64)


def _refunds(rng: np.random.Generator, members: Members, orders: Orders, order: Ints, paid: Ints) -> Ints:
    """Most refunds take back the whole line; a hunter sends the gift's order back."""
    who = orders.member[order]
    rate = np.where(who >= 0, np.array([c.refunds for c in CHANNELS])[members.channel[who]], WALK_IN_REFUNDS)
    returned = rng.random(len(order)) < rate
    share = np.where(rng.random(len(order)) < 0.7, 1.0, rng.uniform(0.1, 0.6, len(order)))
    refund = np.where(returned, np.minimum(np.ceil(paid * share).astype(np.int64), paid), 0)
    hunted = (who >= 0) & members.hunter[who] & (rng.random(len(orders)) < 0.85)[order]
    return np.where(hunted, paid, refund)


def draw_lines(rng: np.random.Generator, members: Members, orders: Orders, process: Process) -> Lines:
    """Draw the lines of the orders."""
    order = np.repeat(np.arange(len(orders)), orders.lines)
    number = np.arange(len(order)) - orders.first_line[order]
    brand = _brands(rng, members, orders, process)
    goods_yuan, discount, points = _order_values(rng, members, orders, brand[number == 0], process)
    goods = 100 * (1 + split(goods_yuan - orders.lines, rng.integers(20, 100, len(order)), order))
    off, used = split(discount, goods, order), split(points, goods, order)
    paid = goods - off - used
    quantity = 1 + (rng.random(len(order)) < 0.12) + (rng.random(len(order)) < 0.03)
    category = rng.choice(CATEGORIES, size=len(order), p=[0.5, 0.3, 0.2])
    shelf = brand * CATEGORIES + category
    ladders = prices().reshape(-1, PRICE_STEPS)
    step = (ladders[shelf] <= (goods / quantity)[:, None]).sum(axis=1).clip(min=1) - 1
    refund = _refunds(rng, members, orders, order, paid)
    return Lines(order, number, shelf * PRICE_STEPS + step, quantity, goods, off, used, paid, refund)
