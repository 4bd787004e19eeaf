"""Coupons granted, held out and used; points earned, used and expired."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from privtraffic.demo.baskets import Lines, split
from privtraffic.demo.house import AGAIN, BIRTHDAY, COUPONS, FESTIVAL, NO_COUPON, WELCOME
from privtraffic.demo.members import NEVER, Members
from privtraffic.demo.orders import Orders
from privtraffic.demo.season import DAY, Bools, Ints, Season
from privtraffic.demo.staff import Setting

WELCOME_DAYS = 14
HUNTERS_USE = 0.95
"""Share of the hunters who come for the gift and take it by its coupon; the others ask for it at the counter."""
AGAIN_MONTHS = (1, 4, 7, 10)
AGAIN_SHARE = 0.5
"""Share of the buyers of the last 18 months who are drawn for the repurchase coupon of a quarter."""
AGAIN_USED = 0.35
POINTS_A_YUAN = 5
POINTS_LAST = 365 * DAY
EARN, USE, EXPIRE = range(3)
POINT_KINDS = ("earn", "use", "expire")
NO_ARM, CONTACT, CONTROL = range(3)
ARMS = ("", "contact", "control")


@dataclass(frozen=True)
class Grants:
    """Coupons by member: drawn when, valid from and to (excluded), held out or not, and the order that used it."""

    coupon: Ints
    member: Ints
    granted: Ints
    expires: Ints
    arm: Ints
    order: Ints

    def __len__(self) -> int:
        return len(self.coupon)


@dataclass(frozen=True)
class Held:
    """All grants, and the grant each member holds in each month; -1 for none, or for the control group."""

    grants: Grants
    birthday: Ints
    again: Ints


def _months(season: Season) -> Ints:
    return np.asarray(season.month_edges[:-1].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12 + 1)


def grant(rng: np.random.Generator, members: Members, setting: Setting) -> tuple[Members, Held]:
    """Draw who gets which coupon when and who is held out, and let the coupons act on the rates of orders."""
    season, plants = setting.season, setting.plants
    edges, count = season.month_edges, len(members)
    month = _months(season)
    buyer = members.first_order != NEVER
    birthdays = np.nonzero(
        (month == members.birth_month[:, None]) & (edges[:-1] > members.first_order[:, None]) & buyer[:, None]
    )
    quarter = np.flatnonzero(np.isin(month, AGAIN_MONTHS))
    age = edges[quarter] - np.where(buyer, members.first_order, 0)[:, None]
    drawn = buyer[:, None] & (age > 0) & (age < 548 * DAY) & (rng.random((count, len(quarter))) < AGAIN_SHARE)
    again = np.nonzero(drawn)
    who = np.concatenate([np.arange(count), birthdays[0], again[0]])
    cell = np.concatenate([birthdays[1], quarter[again[1]]])
    coupon = np.repeat([WELCOME, BIRTHDAY, AGAIN], [count, len(birthdays[0]), len(again[0])])
    lasts = np.where(coupon[count:] == AGAIN, 2, 1)
    granted = np.concatenate([members.joined, edges[cell]])
    expires = np.concatenate(
        [members.joined // DAY * DAY + (WELCOME_DAYS + 1) * DAY, edges[np.minimum(cell + lasts, len(edges) - 1)]]
    )
    held_out = rng.random(len(cell)) < plants.held_out
    arm = np.concatenate([np.full(count, NO_ARM), np.where(held_out, CONTROL, CONTACT)])

    holds = (np.full((count, len(month)), -1), np.full((count, len(month)), -1))
    number = np.arange(count, len(who))
    for kind, held in zip((BIRTHDAY, AGAIN), holds, strict=True):
        chosen = (coupon[count:] == kind) & ~held_out
        for later in range(2 if kind == AGAIN else 1):
            held[who[count:][chosen], np.minimum(cell[chosen] + later, len(month) - 1)] = number[chosen]
    drift = members.drift * np.where(holds[0] >= 0, plants.birthday, 1.0) * np.where(holds[1] >= 0, plants.again, 1.0)
    grants = Grants(coupon, who, granted, expires, arm, np.full(len(who), -1))
    return replace(members, drift=drift), Held(grants, *holds)


def use(
    rng: np.random.Generator,
    members: Members,
    orders: Orders,
    held: Held,
    setting: Setting,
) -> tuple[Orders, Grants, Ints]:
    """Let orders use the coupons their members hold, each once; also the factor of the coupons at work, in percent."""
    season, plants, grants = setting.season, setting.plants, held.grants
    known = np.flatnonzero(orders.member >= 0)
    member, time = orders.member[known], orders.time[known]
    cell = np.searchsorted(season.month_edges, time, side="right") - 1
    luck = rng.random((4, len(known)))
    used = np.full(len(known), -1)
    birthday, again = held.birthday[member, cell], held.again[member, cell]
    used = np.where((again >= 0) & (luck[0] < AGAIN_USED), again, used)
    used = np.where((birthday >= 0) & (luck[1] < COUPONS[BIRTHDAY].used), birthday, used)
    festive = season.is_festive(time) & (luck[2] < COUPONS[FESTIVAL].used)
    used[festive] = -1
    first = orders.rank[known] == 0
    welcome = first & (time - members.joined[member] < WELCOME_DAYS * DAY) & (luck[3] < COUPONS[WELCOME].used)
    welcome |= first & members.hunter[member] & (luck[3] < HUNTERS_USE)
    used = np.where(welcome, member, used)
    taken, place = np.unique(used, return_index=True)
    once = np.zeros(len(known), dtype=np.bool_)
    once[place[taken >= 0]] = True
    coupon = np.full(len(orders), NO_COUPON)
    coupon[known] = np.select([once & (used >= 0), festive & ~welcome], [grants.coupon[used], FESTIVAL], NO_COUPON)
    order = grants.order.copy()
    order[taken[taken >= 0]] = known[place[taken >= 0]]
    percent = np.full(len(orders), 100)
    at_work = np.where(birthday >= 0, plants.birthday, 1.0) * np.where(again >= 0, plants.again, 1.0)
    percent[known] = np.rint(at_work * 100).astype(np.int64)
    return replace(orders, coupon=coupon), replace(grants, order=order), percent


@dataclass(frozen=True)
class Points:
    """The ledger of a block: signed changes with the balance after each, by member and time; `order` -1 for none."""

    member: Ints
    time: Ints
    change: Ints
    kind: Ints
    order: Ints
    balance: Ints


def redeem(orders: Orders, lines: Lines, season: Season) -> tuple[Lines, Points]:
    """Cap the points each order redeems at what the member has, and keep the ledger (first in, first out).

    A member earns five points for a yuan paid in money or points, after coupons, on orders that are not wholly
    returned; a lot expires 365 days after it was earned. A hundred points are one yuan.
    """
    total = len(orders)
    wish, goods = lines.per_order(lines.points, total), lines.per_order(lines.goods - lines.discount, total)
    whole = lines.per_order(lines.refund, total) == lines.per_order(lines.paid, total)
    known = np.flatnonzero(orders.member >= 0)
    member, time = orders.member[known], orders.time[known]
    earned = np.where(whole, 0, goods // 100 * POINTS_A_YUAN)[known]
    run = np.cumsum(earned)
    starts = np.flatnonzero(np.diff(member, prepend=-1))
    base = np.repeat((run - earned)[starts], np.diff(np.append(starts, len(known)))) if len(known) else run
    through = run - base  # earned up to and with this order
    origin, width = season.start, season.end - season.start + POINTS_LAST + 1
    key = member * width + time - origin

    def run_out(at_member: Ints, at_time: Ints) -> Ints:
        """Points of the lots whose time has run out."""
        place = np.searchsorted(key, at_member * width + np.maximum(at_time - POINTS_LAST - origin, -1), "right") - 1
        there = (place >= 0) & (member[np.maximum(place, 0)] == at_member)
        return np.where(there, through[np.maximum(place, 0)], 0)

    asks = np.flatnonzero(wish[known] > 0)
    out, before = run_out(member[asks], time[asks]), (through - earned)[asks]
    used, gone_after = np.zeros(len(asks), dtype=np.int64), np.zeros(len(asks), dtype=np.int64)
    begins = np.flatnonzero(np.diff(member[asks], prepend=-1))
    nth = np.arange(len(asks)) - np.repeat(begins, np.diff(np.append(begins, len(asks))))
    for turn in range(int(nth.max(initial=-1)) + 1):
        now = np.flatnonzero(nth == turn)
        gone = np.maximum(out[now], gone_after[now - 1] if turn else 0)
        used[now] = np.minimum(wish[known[asks[now]]], np.maximum(before[now] - gone, 0)) // 100 * 100
        gone_after[now] = gone + used[now]

    # Wish is in cents and so in points; what cannot be redeemed is paid in money.
    redeemed = np.zeros(total, dtype=np.int64)
    redeemed[known[asks]] = used
    points = split(redeemed, lines.goods, lines.order)
    paid = lines.goods - lines.discount - points
    refund = np.where(lines.refund == lines.paid, paid, np.minimum(lines.refund, paid))
    capped = replace(lines, points=points, paid=paid, refund=refund)

    lots = np.flatnonzero(earned > 0)
    ends = time[lots] + POINTS_LAST
    asked = np.searchsorted(key[asks], member[lots] * width + ends - origin, side="right") - 1
    same = (
        (asked >= 0) & (member[asks][np.maximum(asked, 0)] == member[lots]) if len(asks) else np.zeros(len(lots), bool)
    )
    gone = np.where(same, gone_after[np.maximum(asked, 0)], 0) if len(asks) else np.zeros(len(lots), dtype=np.int64)
    expired = np.maximum(through[lots] - np.maximum(gone, (through - earned)[lots]), 0)
    lapses, uses = expired > 0, used > 0
    parts = (
        (member[lots], time[lots], earned[lots], EARN, known[lots]),
        (member[asks][uses], time[asks][uses], -used[uses], USE, known[asks][uses]),
        (member[lots][lapses], ends[lapses], -expired[lapses], EXPIRE, np.full(int(lapses.sum()), -1)),
    )
    who, when, change, order = (np.concatenate([p[i] for p in parts]) for i in (0, 1, 2, 4))
    kind = np.repeat([p[3] for p in parts], [len(p[0]) for p in parts])
    past = when < season.close
    who, when, change, kind, order = (x[past] for x in (who, when, change, kind, order))
    # Within one second: what expires goes first, then what is used, then what the order earns.
    sequence = np.lexsort((-kind, when, who))
    who, when, change, kind, order = (x[sequence] for x in (who, when, change, kind, order))
    run = np.cumsum(change)
    first = np.flatnonzero(np.diff(who, prepend=-1))
    balance = run - np.repeat((run - change)[first], np.diff(np.append(first, len(who)))) if len(who) else run
    return capped, Points(who, when, change, kind, order, balance)


def keeps_goods(members: Members, kept_orders: Ints) -> Bools:
    """Hunters who did not send the gift's order back."""
    return np.asarray(members.hunter & (kept_orders > 0), dtype=np.bool_)
