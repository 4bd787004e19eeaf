"""The house's exports in the canonical layout: one row an order line, English headers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa

from privtraffic.demo.baskets import CATEGORIES
from privtraffic.demo.block import STATUSES, Block, tiers
from privtraffic.demo.columns import cents, member_ids, pick, seconds
from privtraffic.demo.house import (
    BRANDS,
    CHANNELS,
    CITIES,
    COUPONS,
    GUIDES,
    PRICE_STEPS,
    SALES_CHANNELS,
    STORES,
    STORES_PER_CITY,
    TIERS,
)
from privtraffic.demo.season import Ints

ORDER_HEADERS = (
    "order_id", "line_id", "member_id", "ordered_at", "paid_amount", "refund_amount", "status", "sku", "product",
    "brand", "category", "quantity", "store", "guide", "channel", "province", "city", "coupon", "points", "currency",
)  # fmt: skip
MEMBER_HEADERS = (
    "member_id", "joined_at", "channel", "store", "guide", "tier", "referrer_id", "birth_month", "tags",
)  # fmt: skip
SPEND_HEADERS = ("month", "channel", "cost", "impressions", "clicks", "new_friends")

STORE_ORDINALS = "一二三四五"
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


@cache
def stores() -> list[str]:
    """Names of the stores."""
    return [f"{CITIES[s // STORES_PER_CITY][1][:-1]}{STORE_ORDINALS[s % STORES_PER_CITY]}店" for s in range(STORES)]


@cache
def guides() -> list[str]:
    """Names of the shopping guides."""
    return [f"导购{g + 1:03d}" for g in range(GUIDES)]


def tags(block: Block) -> Ints:
    """One bit a tag of `TAGS`: what guides note down about a member."""
    names = [b.name for b in BRANDS]
    preference = block.members.preference
    baby, gift = preference[:, names.index("小芽母婴")] > 0.15, preference[:, names.index("拾光珠宝")] > 0.12
    code: Ints = baby + 2 * gift + 4 * block.members.hunter
    return code


@cache
def tag_words(separator: str = ";") -> list[str]:
    """The words of each combination of tags."""
    return [separator.join(t for bit, t in enumerate(TAGS) if code >> bit & 1) for code in range(2 ** len(TAGS))]


def order_columns(recorded: pa.Table) -> list[pa.Array]:
    """The columns of orders.csv for a run of recorded lines."""
    code = {name: recorded[name].to_numpy() for name in recorded.column_names}
    city = code["city_store"] // STORES_PER_CITY
    of_sku = goods()
    return [
        pa.array(code["order_id"]),
        pa.array(code["order_id"] * 100 + code["number"] + 1),
        member_ids(code["member"]),
        seconds(code["time"]),
        cents(code["paid"]),
        cents(code["refund"]),
        pick(list(STATUSES), code["status"]),
        *(pick(of_sku[name], code["sku"]) for name in ("sku", "product", "brand", "category")),
        pa.array(code["quantity"]),
        pick(stores(), code["store"]),
        pick(guides(), code["guide"]),
        pick(list(SALES_CHANNELS), code["place"]),
        pick([province for province, _ in CITIES], city),
        pick([name for _, name in CITIES], city),
        pick([c.name for c in COUPONS], np.where(code["coupon"] == 0, -1, code["coupon"])),
        pa.array(code["points"]),
        pick(["CNY"], np.zeros(len(recorded), dtype=np.int64)),
    ]


def member_columns(block: Block) -> list[pa.Array]:
    """The columns of members.csv for a block."""
    members = block.members
    tagged = tags(block)
    return [
        member_ids(members.first + np.arange(len(members))),
        seconds(members.joined),
        pick([c.name for c in CHANNELS], members.channel),
        pick(stores(), members.store),
        pick(guides(), members.guide),
        pick([name for name, _ in TIERS], tiers(members, block.history)),
        member_ids(np.where(members.referrer < 0, -1, members.referrer + members.first)),
        pa.array(members.birth_month, mask=members.birth_month == 0),
        pick(tag_words(), np.where(tagged == 0, -1, tagged)),
    ]
