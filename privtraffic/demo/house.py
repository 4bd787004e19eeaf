"""The simulated house: its brands, channels, stores, coupons, and how far it strays from the textbook."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Brand:
    """A brand, its share of the house's choices and what one of its orders costs beside the others'."""

    name: str
    share: float
    price: float
    categories: tuple[str, str, str]


@dataclass(frozen=True)
class Affinity:
    """After a first purchase of `first`, lines of `then` are `factor` times as likely for `days` days."""

    first: str
    then: str
    factor: float
    days: int


@dataclass(frozen=True)
class Channel:
    """A way to join, and what members who came by it do later.

    Rates are a year: `rate` orders after the first, `dropout` the chance of leaving. `order_value` is the mean paid
    for an order in yuan. `never` and `hunters` are the shares of joined members who never buy and who join for the
    gift. `at_once` is the share of buyers whose first order falls into the hour they joined. `refunds` is the share
    of lines sent back. `cost` is yuan a joined member at an average month's budget.
    """

    name: str
    share: float
    rate: float
    dropout: float
    order_value: float
    never: float
    hunters: float
    at_once: float
    refunds: float
    cost: float
    impressions: float
    click_rate: float


@dataclass(frozen=True)
class Coupon:
    """A coupon: a fixed amount in yuan or a share of the order, and the chance it is used when it may be."""

    name: str
    yuan: int
    share: float
    used: float


@dataclass(frozen=True)
class Process:
    """How members buy; every departure from the textbook model can be switched off.

    Parameters
    ----------
    activity
        Multiplies every member's purchase rate. 1 gives about 5 recorded order lines a member in 36 months, 5 about 18.
    rate_shape, dropout_shape
        Gamma shapes of purchase rates and dropout hazards within a channel.
    order_shape, value_shape
        Gamma shapes of one member's order values, and of the members' means around the channel's.
    seasonality
        Exponent of the calendar's factors: 1 as described in docs/demo.md, 0 an even year.
    drift
        Standard deviation of the monthly step of each member's log purchase rate; 0 keeps rates constant.
    heavy_share, heavy_factor
        Share of members who are heavy households, and what their rate is multiplied by.
    hunters
        Multiplies the channels' shares of bonus hunters.
    affinity
        Exponent of the affinity factors: 0 leaves brand choices independent.
    price_spread
        Exponent of the brands' price factors: 0 lets every brand cost the same.
    """

    activity: float = 1.0
    rate_shape: float = 1.0
    dropout_shape: float = 0.9
    order_shape: float = 4.0
    value_shape: float = 5.0
    seasonality: float = 1.0
    drift: float = 0.06
    heavy_share: float = 0.008
    heavy_factor: float = 8.0
    hunters: float = 1.0
    affinity: float = 1.0
    price_spread: float = 1.0

    @classmethod
    def textbook(cls, activity: float = 1.0) -> Process:
        """Pareto/NBD and Gamma-Gamma in each channel: no season, drift, heavy household, hunter, affinity or price."""
        return cls(activity=activity, seasonality=0, drift=0, heavy_share=0, hunters=0, affinity=0, price_spread=0)


BRANDS = (
    Brand("禾光女装", 0.34, 1.15, ("连衣裙", "外套", "针织衫")),
    Brand("北辰鞋履", 0.12, 1.10, ("皮鞋", "靴子", "平底鞋")),
    Brand("白鹭护肤", 0.11, 0.95, ("面霜", "精华", "洁面")),
    Brand("知味零食", 0.10, 0.35, ("坚果", "果干", "糕点")),
    Brand("云杉茶事", 0.08, 0.80, ("绿茶", "红茶", "茶具")),
    Brand("青岚户外", 0.07, 1.40, ("冲锋衣", "帐篷", "登山包")),
    Brand("木棉家居", 0.06, 0.85, ("床品", "香氛", "收纳")),
    Brand("沐野运动", 0.05, 1.00, ("跑鞋", "瑜伽服", "护具")),
    Brand("小芽母婴", 0.04, 0.75, ("童装", "奶瓶", "玩具")),
    Brand("拾光珠宝", 0.03, 4.00, ("项链", "耳饰", "手镯")),
)

AFFINITIES = (
    Affinity("禾光女装", "北辰鞋履", 2.5, 90),
    Affinity("北辰鞋履", "沐野运动", 3.0, 60),
    Affinity("白鹭护肤", "云杉茶事", 2.5, 60),
    Affinity("小芽母婴", "知味零食", 4.0, 60),
    Affinity("青岚户外", "沐野运动", 4.0, 120),
    Affinity("拾光珠宝", "白鹭护肤", 3.0, 90),
)

CHANNELS = (
    Channel("门店导购", 0.34, 1.75, 0.45, 330, 0.15, 0.005, 0.75, 0.042, 38, 12, 0.35),
    Channel("小程序", 0.20, 1.5, 0.60, 265, 0.22, 0.010, 0.50, 0.060, 22, 90, 0.06),
    Channel("抖音", 0.16, 0.85, 1.50, 190, 0.34, 0.050, 0.55, 0.130, 46, 420, 0.02),
    Channel("搜索广告", 0.10, 1.15, 0.90, 245, 0.28, 0.020, 0.45, 0.075, 85, 260, 0.03),
    Channel("老带新", 0.12, 1.3, 0.80, 225, 0.30, 0.120, 0.50, 0.060, 30, 25, 0.20),
    Channel("社群", 0.08, 2.2, 0.50, 240, 0.22, 0.020, 0.45, 0.042, 12, 30, 0.18),
)
REFERRAL = 4

NO_COUPON, WELCOME, FESTIVAL, BIRTHDAY, AGAIN = range(5)
COUPONS = (
    Coupon("", 0, 0.0, 0.0),
    Coupon("新人礼", 30, 0.0, 0.45),
    Coupon("大促满减", 0, 0.12, 0.40),
    Coupon("生日礼", 0, 0.10, 0.50),
    Coupon("复购券", 20, 0.0, 0.08),
)

COUNTER, MALL, CHAT = range(3)
SALES_CHANNELS = ("门店", "小程序商城", "导购社群")
# Where an order is placed, by the channel its member joined by: counter, mall, chat with a guide.
PLACES = ((0.62, 0.16, 0.22), (0.18, 0.72, 0.10), (0.08, 0.84, 0.08), (0.15, 0.77, 0.08), (0.30, 0.50, 0.20),
          (0.12, 0.38, 0.50))  # fmt: skip

CITIES = (
    ("浙江省", "杭州市"), ("浙江省", "宁波市"), ("江苏省", "南京市"), ("江苏省", "苏州市"), ("上海市", "上海市"),
    ("安徽省", "合肥市"), ("福建省", "厦门市"), ("广东省", "广州市"), ("广东省", "深圳市"), ("四川省", "成都市"),
    ("湖北省", "武汉市"), ("湖南省", "长沙市"),
)  # fmt: skip
BLOCK_MEMBERS = 20_000
"""Members simulated at a time, from seeds of their own."""

TIERS = (("普通", 0), ("银卡", 1_000), ("金卡", 3_000), ("黑卡", 8_000))

MARGIN_RATE = 0.42
"""Mean share of net revenue that is left as margin; members scatter around it, whatever their channel."""
MARGIN_CONCENTRATION = 60.0
WALK_INS = 0.15
FALSE_STARTS = 0.025
"""Orders beside the real ones that were never paid or were cancelled."""
PRICE_STEPS = 8
LOYALTY = 3.0
"""Concentration of members' brand preferences around the house's shares: smaller is more single-minded."""

MONTH_FACTORS = (1.08, 0.72, 0.94, 0.96, 1.02, 1.05, 0.88, 0.90, 1.00, 1.04, 1.10, 1.06)
WEEKDAY_FACTORS = (0.90, 0.90, 0.92, 0.95, 1.05, 1.22, 1.18)
# (month, first day, last day, factor)
FESTIVALS = ((11, 1, 10, 1.7), (11, 11, 11, 4.5), (6, 1, 17, 1.35), (6, 18, 18, 3.2), (12, 12, 12, 2.2), (3, 8, 8, 1.6))
HOUR_FACTORS = (0.15, 0.08, 0.04, 0.03, 0.03, 0.06, 0.2, 0.4, 0.7, 1.1, 1.5, 1.5, 1.3, 1.2, 1.3, 1.4, 1.5, 1.5, 1.6,
                1.9, 2.1, 2.0, 1.3, 0.6)  # fmt: skip
