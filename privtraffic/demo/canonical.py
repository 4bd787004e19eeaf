"""The house's exports in the canonical layout: one row per order line, English headers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from privtraffic.demo.baskets import CATEGORIES
from privtraffic.demo.block import STATUSES, Block, tiers
from privtraffic.demo.columns import cents, member_ids, numbered, pick, seconds
from privtraffic.demo.house import (
    BRANDS,
    CHANNELS,
    CITIES,
    COUPONS,
    MALL,
    PRICE_STEPS,
    SALES_CHANNELS,
    TIERS,
    WELCOME,
)
from privtraffic.demo.names import Names
from privtraffic.demo.plants import BRAND_FACTS
from privtraffic.demo.season import Ints

ORDER_HEADERS = (
    "order_id", "line_id", "member_id", "ordered_at", "paid_amount", "refund_amount", "status", "sku", "product",
    "brand", "category", "quantity", "store", "guide", "channel", "province", "city", "coupon", "points", "currency",
)  # fmt: skip
MEMBER_HEADERS = (
    "member_id", "joined_at", "channel", "store", "guide", "tier", "referrer_id", "birth_month", "tags",
)  # fmt: skip
WHOLE_ORDER_HEADERS = (
    *ORDER_HEADERS, "owner", "cashier", "promoter", "fulfilment", "discount_shop", "discount_platform", "margin",
    "address",
)  # fmt: skip
WHOLE_MEMBER_HEADERS = (*MEMBER_HEADERS, "owner_since", "opened_by")
SPEND_HEADERS = ("month", "channel", "cost", "impressions", "clicks", "new_friends")

FULFILMENTS = ("门店", "门店自提", "快递")
"""Handed over at the counter, picked up in a store, sent."""
TAGS = ("宝妈", "送礼", "价格敏感")


@cache
def goods() -> dict[str, list[str]]:
    """Brand, category, product and sku code of every sku number."""
    rows = [
        (brand.name, category, f"{brand.name}{category}{step + 1:02d}款", f"B{b + 1:02d}C{c + 1}P{step + 1:02d}")
        for b, brand in enumerate(BRANDS)
        for c, category in enumerate(brand.categories[:CATEGORIES])
        for step in range(PRICE_STEPS)
    ]
    return dict(zip(("brand", "category", "product", "sku"), (list(c) for c in zip(*rows, strict=True)), strict=True))


def tags(block: Block) -> Ints:
    """The tags that guides note about a member, one bit for each of `TAGS`."""
    names = [b.name for b in BRANDS]
    preference = block.members.preference
    baby, gift = preference[:, names.index("小芽母婴")] > 0.15, preference[:, names.index("拾光珠宝")] > 0.12
    code: Ints = baby + 2 * gift + 4 * block.price_tag
    return code


@cache
def tag_words(separator: str = ";") -> list[str]:
    """The words of each combination of tags."""
    return [separator.join(t for bit, t in enumerate(TAGS) if code >> bit & 1) for code in range(2 ** len(TAGS))]


def order_columns(recorded: pa.Table, names: Names) -> list[pa.Array]:
    """The columns of orders.csv for a run of recorded lines."""
    code = {name: recorded[name].to_numpy() for name in recorded.column_names}
    city = names.places.city(code["city_store"].astype(np.int64))
    of_sku = goods()
    columns = [
        pa.array(code["order_id"]),
        pa.array(code["order_id"] * 100 + code["number"] + 1),
        member_ids(code["member"]),
        seconds(code["time"]),
        cents(code["paid"]),
        cents(code["refund"]),
        pick(list(STATUSES), code["status"]),
        *(pick(of_sku[name], code["sku"]) for name in ("sku", "product", "brand", "category")),
        pa.array(code["quantity"]),
        pick(names.stores, code["store"]),
        pick(names.people, code["guide"]),
        pick(list(SALES_CHANNELS), code["place"]),
        pick([province for province, _ in CITIES], city),
        pick([name for _, name in CITIES], city),
        pick([c.name for c in COUPONS], np.where(code["coupon"] == 0, -1, code["coupon"])),
        pa.array(code["points"]),
        pick(["CNY"], np.zeros(len(recorded), dtype=np.int64)),
    ]
    return columns + _parts(code, names.people) if "owner" in code else columns


def _parts(code: dict[str, Ints], people: list[str]) -> list[pa.Array]:
    """Who else had a part in a line, where it was handed over, who took what off, and what it leaves."""
    by_platform = code["coupon"] == WELCOME
    rates = np.rint(np.array([b.margin for b in BRAND_FACTS]) * 100).astype(np.int64)
    rate = rates[code["sku"] // (CATEGORIES * PRICE_STEPS)]
    handed = np.where(code["place"] != MALL, 0, 2 - code["pickup"])
    return [
        *(pick(people, code[part]) for part in ("owner", "cashier", "promoter")),
        pick(list(FULFILMENTS), handed),
        cents(np.where(by_platform, 0, code["discount"])),
        cents(np.where(by_platform, code["discount"], 0)),
        cents((code["paid"] - code["refund"]) * rate // 100),
        addresses(code["address"]),
    ]


def order_numbers(orders: Ints) -> pa.Array:
    """Order numbers as in orders.csv; a negative one is null."""
    return pa.array(orders, mask=orders < 0)


def addresses(numbers: Ints) -> pa.Array:
    """Invented addresses to which the mall sends its parcels, as text; a negative number has none."""
    return numbered("幸福路", np.where(numbers < 0, -1, numbers + 1), 7)


def member_columns(block: Block, names: Names) -> list[pa.Array]:
    """The columns of members.csv for a block."""
    members, people = block.members, names.people
    tagged = tags(block)
    around = block.play.people if block.play else None
    columns = [
        member_ids(members.first + np.arange(len(members))),
        seconds(members.joined),
        pick([c.name for c in CHANNELS], members.channel),
        pick(names.stores, members.store),
        pick(people, around.owner_now if around else members.guide),
        pick([name for name, _ in TIERS], tiers(members, block.history)),
        member_ids(np.where(members.referrer < 0, -1, members.referrer + members.first)),
        pa.array(members.birth_month, mask=members.birth_month == 0),
        pick(tag_words(), np.where(tagged == 0, -1, tagged)),
    ]
    if around:
        columns += [seconds(around.owner_since), pick(people, around.opened_by)]
    return columns
