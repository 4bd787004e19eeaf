"""Where an order was placed, and how a member joined, by the words that the files use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from privtraffic.analyses.split.room import ORDER_WORDS, Params

MARKETPLACE, CHAT, MALL, COUNTER = ORDER_WORDS
NOT_TOLD = "not_told"

ORDER_PLACES: Mapping[str, tuple[str, ...]] = {
    MARKETPLACE: (
        "淘宝", "天猫", "京东", "拼多多", "抖音", "抖店", "快手", "小红书", "唯品会", "苏宁", "得物", "1688",
        "阿里巴巴", "亚马逊", "美团", "饿了么", "当当", "taobao", "tmall", "jd", "pinduoduo", "pdd", "douyin",
        "tiktok", "kuaishou", "xiaohongshu", "vipshop", "dewu", "amazon", "ebay", "etsy", "shopee", "lazada",
        "walmart", "aliexpress", "temu", "shein", "zalando", "allegro", "rakuten", "marketplace",
    ),
    CHAT: (
        "社群", "微信群", "群聊", "群接龙", "企微", "企业微信", "私聊", "朋友圈", "导购", "chat", "wecom",
        "whatsapp", "messenger",
    ),
    MALL: (
        "商城", "小程序", "公众号", "官网", "网店", "线上", "微店", "mall", "website", "web", "online", "webshop",
        "eshop", "e-shop", "e-commerce", "ecommerce", "mini program", "miniprogram", "app", "h5",
    ),
    COUNTER: (
        "门店", "专柜", "柜台", "线下", "实体店", "收银", "pos", "counter", "store", "retail", "in-store",
        "offline", "till",
    ),
}  # fmt: skip
"""Words of an order's channel or shop, tried in this order: `Online Store` is online, `天猫旗舰店` a marketplace."""

PICKUP = (
    "自提",
    "自取",
    "提货",
    "到店取",
    "pickup",
    "pick up",
    "pick-up",
    "click and collect",
    "click & collect",
    "bopis",
)

JOIN_PLACES: Mapping[str, tuple[str, ...]] = {
    "online": (
        "小程序", "商城", "公众号", "官网", "网店", "线上", "微店", "抖音", "快手", "直播", "广告", "搜索",
        "小红书", "淘宝", "天猫", "京东", "拼多多", "视频号", "社群", "微信群", "企微", "企业微信", "app", "h5",
        "web", "website", "online", "search", "ads", "ad", "live", "mini program", "mall", "douyin", "tiktok",
        "taobao", "tmall", "wecom",
    ),
    COUNTER: (
        "门店", "专柜", "柜台", "线下", "实体店", "导购", "收银", "pos", "counter", "store", "offline", "in-store",
        "till",
    ),
}  # fmt: skip
"""Words of the channel by which a member joined; a recommendation (老带新) says no place."""


FORMATS: Mapping[str, str] = {
    **dict.fromkeys(
        ("taobao_orders", "taobao_items", "jd_orders", "pinduoduo", "douyin", "kuaishou", "xiaohongshu",
         "amazon_all_orders", "amazon_shipments", "ebay_orders", "etsy_orders", "etsy_items", "alibaba_1688"),
        MARKETPLACE,
    ),
    **dict.fromkeys(("woocommerce_orders", "woocommerce_skyverge", "magento2_grid", "prestashop", "wix"), MALL),
    **dict.fromkeys(("pospal", "pos_detail"), COUNTER),
}  # fmt: skip
"""Profiles of systems that sell in one place only; which file an order came from is not known, so all must agree."""


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Latin words stand alone, others anywhere."""
    parts = [
        rf"(?<![a-z0-9]){re.escape(word.lower())}(?![a-z0-9])" if word.isascii() else re.escape(word.lower())
        for word in words
    ]
    return re.compile("|".join(parts))


def says(text: str | None, words: Sequence[str]) -> bool:
    """Whether a text holds one of the words, capitals or not."""
    return bool(text and words and _pattern(tuple(words)).search(text.lower()))


def _first(text: str | None, own: Mapping[str, Sequence[str]], usual: Mapping[str, Sequence[str]]) -> str | None:
    for words in (own, usual):
        for place, known in words.items():
            if says(text, known):
                return place
    return None


@dataclass(frozen=True)
class Reader:
    """Where orders were placed, from their words, or from the format of the files where all share one."""

    params: Params
    format_place: str | None = None

    @classmethod
    def of(cls, params: Params, profiles: Iterable[str]) -> Reader:
        places = {FORMATS.get(profile) for profile in profiles}
        return cls(params, places.pop() if len(places) == 1 else None)

    def place(self, channel: str | None, shop: str | None, in_store: bool) -> tuple[str, str | None]:
        """The place of an order and what says so: its channel, its shop, the format of the files, or a store it names.

        A channel of unknown words is not overruled by a store: a live stream's order may be fetched there.
        """
        own = {name: getattr(self.params, name) for name in ORDER_WORDS}
        for text, rule in ((channel, "channel"), (shop, "shop")):
            if place := _first(text, own, ORDER_PLACES):
                return place, rule
        if self.format_place is not None:
            return self.format_place, "format"
        if in_store and channel is None:
            return COUNTER, "store"
        return NOT_TOLD, None


def joined_place(channel: str | None, params: Params) -> str:
    """How a member joined: online, at a counter, or unknown."""
    own = {"online": params.joined_online, COUNTER: params.joined_counter}
    return _first(channel, own, JOIN_PLACES) or NOT_TOLD


def pickups(texts: Iterable[str | None], params: Params) -> list[str]:
    """The kinds of delivery that mean pick-up in a store."""
    return [text for text in texts if text and says(text, (*params.pickup, *PICKUP))]
