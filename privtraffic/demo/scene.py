"""One block's world around its orders: cast before the orders are drawn, played when they are there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privtraffic.demo import friends, offers, people, referrals
from privtraffic.demo.baskets import Lines
from privtraffic.demo.friends import Friends
from privtraffic.demo.house import CHAT, COUNTER, FESTIVAL, NO_COUPON
from privtraffic.demo.members import Members
from privtraffic.demo.offers import Grants, Held, Points
from privtraffic.demo.orders import Orders
from privtraffic.demo.people import Parts, People
from privtraffic.demo.referrals import Homes
from privtraffic.demo.season import Ints
from privtraffic.demo.staff import Setting

GUIDE, PLAIN_MALL, LINKED, MEMBER, UNKNOWN = range(5)
SPLIT_CLASSES = ("guide", "mall", "linked_offline", "offline_member", "offline_unknown")


@dataclass(frozen=True)
class Cast:
    """What is drawn before the first order: people, offers, referrals."""

    people: People
    homes: Homes
    held: Held


@dataclass(frozen=True)
class Ordered:
    """Orders with their sellers and coupons, the other parts in them, and the factor of the coupons, in percent."""

    orders: Orders
    parts: Parts
    grants: Grants
    percent: Ints


@dataclass(frozen=True)
class Play:
    """What the block's members, guides and offers did.

    Attributes
    ----------
    orders, lines
        All real orders, those of the future included.
    order_id
        Number of each order in orders.csv; -1 for those of the future.
    split_class, coupon_percent
        Class of each order (place in `SPLIT_CLASSES`), and the factor of the coupons its member held, in percent.
    """

    people: People
    homes: Homes
    grants: Grants
    parts: Parts
    points: Points
    friends: Friends
    orders: Orders
    lines: Lines
    order_id: Ints
    split_class: Ints
    coupon_percent: Ints


def cast(rng: np.random.Generator, members: Members, setting: Setting) -> tuple[Members, Cast]:
    """Settle stores, owners, referrers, addresses and grants; they change when members order and leave."""
    members, around = people.settle(rng, members, setting)
    members = referrals.refer(rng, members, setting)
    homes = referrals.house_members(rng, members)
    members, held = offers.grant(rng, members, setting)
    return members, Cast(around, homes, held)


def order(rng: np.random.Generator, members: Members, settled: Cast, orders: Orders, setting: Setting) -> Ordered:
    """Say who sold each order and which coupon it used."""
    orders, parts = people.sell(rng, members, settled.people, orders, setting)
    orders, grants, percent = offers.use(rng, members, orders, settled.held, setting)
    return Ordered(orders, parts, grants, percent)


def play(
    rng: np.random.Generator,
    members: Members,
    settled: Cast,
    ordered: Ordered,
    setting: Setting,
    *,
    lines: Lines,
    points: Points,
    order_id: Ints,
) -> Play:
    """Gather what happened, friends won and lost included."""
    return Play(
        people=settled.people,
        homes=settled.homes,
        grants=ordered.grants,
        parts=ordered.parts,
        points=points,
        friends=friends.befriend(rng, members, settled.people, setting),
        orders=ordered.orders,
        lines=lines,
        order_id=order_id,
        split_class=_classes(ordered.orders, ordered.parts),
        coupon_percent=ordered.percent,
    )


def _classes(orders: Orders, parts: Parts) -> Ints:
    """The class each order's money belongs to; coupons are granted online, all but that of the festivals."""
    online_coupon = (orders.coupon != NO_COUPON) & (orders.coupon != FESTIVAL)
    counter = orders.place == COUNTER
    return np.select(
        [
            (orders.place == CHAT) | (~counter & (parts.promoter >= 0)),
            (counter & online_coupon) | parts.pickup,
            ~counter,
            orders.member >= 0,
        ],
        [GUIDE, LINKED, PLAIN_MALL, MEMBER],
        UNKNOWN,
    )
