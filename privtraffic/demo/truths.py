"""What is true and in no export: members, units, departures, orders, campaigns, channels, coupons."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from privtraffic.demo import offers
from privtraffic.demo.baskets import price_factors
from privtraffic.demo.block import Block
from privtraffic.demo.columns import cents, member_ids, pick, seconds
from privtraffic.demo.house import AGAIN, BIRTHDAY, CHANNELS, COUPONS, Process
from privtraffic.demo.members import NEVER
from privtraffic.demo.names import Names, hall_ids
from privtraffic.demo.people import Halls
from privtraffic.demo.scene import SPLIT_CLASSES, Play
from privtraffic.demo.season import FUTURE_MONTHS, Season
from privtraffic.demo.staff import Setting, history_months

TRUTHS = ("units", "departures", "orders", "campaigns", "channels", "coupons")


def members(block: Block, calendar: Season, process: Process) -> pa.Table:
    """Parameters of each member, and what they really did in the twelve months no export shows."""
    people, future = block.members, block.future
    month_now = len(calendar.month_edges) - FUTURE_MONTHS - 2
    margin = np.rint(future.net * people.margin_rate).astype(np.int64)
    lost = people.leaves < calendar.close
    channel = pick([c.name for c in CHANNELS], people.channel)
    known = {
        "member_id": member_ids(people.first + np.arange(len(people))),
        "channel": channel.cast(pa.string()),
        "joined_at": seconds(people.joined),
        "never_buys": people.never_buys,
        "bonus_hunter": people.hunter,
        "heavy_household": people.heavy,
        "rate_per_year": people.rate,
        "rate_at_as_of": people.rate * people.drift[:, month_now],
        "dropout_per_year": people.dropout,
        "first_order_at": seconds(np.where(people.first_order < calendar.close, people.first_order, NEVER)),
        "leaves_at": seconds(people.leaves),
        "alive_at_as_of": (people.first_order < calendar.close) & ~lost,
        "mean_order_value": people.order_value * (people.preference @ price_factors(process)),
        "margin_rate": people.margin_rate,
        "orders_to_date": block.history.orders,
        "net_to_date": cents(block.history.net),
        "next12_orders": future.orders,
        "next12_order_days": future.order_days,
        "next12_paid": cents(future.paid),
        "next12_refund": cents(future.refund),
        "next12_net": cents(future.net),
        "next12_margin": cents(margin),
    }
    if block.play:
        ring = block.play.homes.ring
        known |= {
            "keeps_goods": offers.keeps_goods(people, block.history.orders),
            "ring": pa.array(ring + people.first, mask=ring < 0),
            "deleted_at": seconds(block.play.friends.first_deleted(people)),
        }
    return pa.table(known)


def orders(play: Play) -> pa.Table:
    """The class each real order's money belongs to, and the factor of the coupons its member held."""
    past = np.flatnonzero(play.order_id >= 0)
    return pa.table(
        {
            "order_id": pa.array(play.order_id[past]).cast(pa.string()),
            "split_class": pick(list(SPLIT_CLASSES), play.split_class[past]).cast(pa.string()),
            "coupon_effect": play.coupon_percent[past] / 100,
        }
    )


def departures(block: Block, play: Play, calendar: Season, names: Names) -> pa.Table:
    """Members who were active, in truth, when their guide left, and whether they went along."""
    moves = play.people.moves
    shown = moves.active & (moves.left < calendar.close)
    return pa.table(
        {
            "staff": pick(names.people, moves.staff[shown]).cast(pa.string()),
            "left_at": seconds(moves.left[shown]),
            "member_id": member_ids(moves.member[shown] + block.members.first),
            "went_along": moves.went[shown],
        }
    )


def units(setting: Setting, names: Names, halls: list[tuple[int, Halls]]) -> pa.Table:
    """Log effect of every store and guide on repeat orders, month by month; of a dead hall it is minus infinity."""
    calendar, staff = setting.season, setting.staff
    months = history_months(calendar)
    ends = calendar.month_edges[1 : len(months) + 1]
    store, in_month = np.nonzero(np.maximum(staff.opened, calendar.start)[:, None] < ends)
    guide, served = np.nonzero((staff.started[:, None] < ends) & (staff.leaves[:, None] > months))
    places = [(block, hall) for block, held in halls for hall in range(len(held.dead))]
    opened = np.concatenate([held.opened for _, held in halls]) if halls else np.zeros(0, dtype=np.int64)
    dead = np.concatenate([held.dead for _, held in halls]) if halls else np.zeros(0, dtype=np.int64)
    hall, held = np.nonzero(opened[:, None] < ends)
    hall_names = hall_ids(places)
    month = np.concatenate([in_month, served, held])
    effect = np.concatenate(
        [staff.store_effect[store], staff.effect[guide], np.where(dead[hall] <= months[held], -np.inf, 0.0)]
    )
    level = np.repeat([0, 1, 2], [len(store), len(guide), len(hall)])
    pool = [*names.stores, *names.people[: staff.guides], *hall_names]
    unit = np.concatenate([store, staff.stores.count + guide, staff.stores.count + staff.guides + hall])
    return pa.table(
        {
            "level": pick(["store", "guide", "hall"], level).cast(pa.string()),
            "unit": pick(pool, unit).cast(pa.string()),
            "month": pa.array(months[month].astype("datetime64[s]").astype("datetime64[M]").astype(str)),
            "effect": effect,
        }
    )


def house(setting: Setting) -> dict[str, pa.Table]:
    """The truths that need no member: campaigns, channels, coupons."""
    calendar, plants = setting.season, setting.plants
    shown = [c for c in calendar.campaigns if c.first.astype("datetime64[s]").astype(np.int64) < calendar.close]
    effects = {BIRTHDAY: plants.birthday, AGAIN: plants.again}
    return {
        "campaigns": pa.table(
            {
                "campaign": pa.array([c.name for c in shown], pa.string()),
                "lift": pa.array([c.lift for c in shown], pa.float64()),
                "pulled_forward": pa.array([c.pulled_forward for c in shown], pa.float64()),
            }
        ),
        "channels": pa.table(
            {
                "channel": [c.name for c in CHANNELS],
                "elasticity": list(plants.elasticities),
                "carry_over": list(plants.carry_over),
            }
        ),
        "coupons": pa.table(
            {
                "coupon": [c.name for c in COUPONS[1:]],
                "effect": [effects.get(code, 1.0) for code in range(1, len(COUPONS))],
            }
        ),
    }
