"""Who paid for a discount, which coupon and how many points: told by every profile whose export tells it."""

from __future__ import annotations

import re

import pytest

from privtraffic.intake.understand.profile import Profile, profiles
from privtraffic.intake.understand.vocabulary import says

TOLD = ("discount_shop", "discount_platform", "coupon", "points")
OTHERS = {
    "douyin": {"优惠总金额", "支付优惠", "红包抵扣", "达人优惠", "降价类优惠"},
    "etsy_items": {"InPerson Discount", "Shipping Discount"},
    "etsy_orders": {"InPerson Discount", "Shipping Discount"},
    "jushuitan": {"抵扣金额"},
    "magento2_grid": {"Purchase Point"},
    "shopify_orders": {"Lineitem discount"},
    "taobao_orders": {"返点积分"},
    "weimob": {"余额抵扣金额"},
    "weixin_shop": {"商品平台券优惠"},
    "woocommerce_skyverge": {"cart_discount", "order_discount"},
    "xiaohongshu": {"支付渠道优惠(元)"},
    "youzan_items": {"商品优惠后价格"},
    "youzan_orders": {"支付优惠方式"},
}
"""Columns of discounts that are no field: parts of one that is, what nobody says who paid, points given, a balance."""
CASES = [profile for profile in profiles() if profile.role in ("orders", "items") and not profile.generic]


def headers(profile: Profile, *names: str) -> set[str]:
    own = (*profile.fields.items(), *profile.sums.items())
    return {text.removeprefix("- ") for name, texts in own if name in names for text in texts}


@pytest.mark.parametrize("profile", CASES, ids=lambda profile: profile.name)
def test_what_an_export_tells_of_discounts_is_read(profile: Profile) -> None:
    """Each documented header that speaks of a discount, a coupon or points is a field, or is listed with its reason."""
    everything = {*profile.also, *headers(profile, *profile.fields, *profile.sums)}
    speaking = {
        title
        for title in everything
        if says(title, "discount") or re.search(r"积分|券|\b(coupon|points?|promotion)\b", title, re.IGNORECASE)
    }
    assert speaking - headers(profile, *TOLD) == OTHERS.get(profile.name, set())


@pytest.mark.parametrize(
    ("name", "field", "columns"),
    [
        ("shopify_orders", "discount_shop", ("Discount Amount",)),
        ("shopify_orders", "coupon", ("Discount Code",)),
        ("pinduoduo", "discount_shop", ("店铺优惠折扣(元)",)),
        ("pinduoduo", "discount_platform", ("平台优惠折扣(元)", "多多支付立减金额(元)")),
        ("douyin", "discount_shop", ("商家实际承担优惠金额", "商家优惠")),
        ("douyin", "discount_platform", ("平台实际承担优惠金额", "达人实际承担优惠金额")),
        ("xiaohongshu", "discount_shop", ("店铺优惠(元)",)),
        ("xiaohongshu", "discount_platform", ("平台优惠(元)",)),
        ("youzan_orders", "discount_shop", ("店铺优惠合计",)),
        ("youzan_orders", "points", ("订单抵用积分数",)),
        ("youzan_items", "points", ("商品抵用积分数",)),
        ("taobao_orders", "discount_platform", ("天猫卡券抵扣", "集分宝抵扣")),
        ("amazon_shipments", "discount_shop", ("item-promotion-discount", "ship-promotion-discount")),
        ("alibaba_1688", "discount_shop", ("- 涨价或折扣(元)",)),
    ],
)
def test_who_paid_for_a_discount(name: str, field: str, columns: tuple[str, ...]) -> None:
    """The columns as formats of these platforms document them; a sum goes before the one column of older exports."""
    (found,) = (profile for profile in profiles() if profile.name == name)
    assert tuple(found.sums.get(field, found.fields.get(field, ()))) == columns
