"""The house's exports as Youzan writes them: the order export (one row per order) and the customer export."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.demo.block import CANCELLED, COMPLETED, PAID, REFUNDED, SHIPPED, UNPAID, Block, tiers
from privtraffic.demo.canonical import addresses, goods, tag_words, tags
from privtraffic.demo.columns import cents, numbered, pick, seconds
from privtraffic.demo.house import CHANNELS, CITIES, COUNTER, COUPONS, MALL, TIERS, WELCOME
from privtraffic.demo.members import NEVER
from privtraffic.demo.names import Names
from privtraffic.demo.season import DAY, Ints

_ORDERS = (
    "订单号,销售渠道,归属店铺,订单类型,订单状态,推广方式,订单来源,订单创建时间,买家付款时间,交易成功时间,付款方式,支付流水号,"
    "商品金额合计,运费,店铺优惠合计,应收订单金额,订单实付金额,支付优惠合计,订单实收金额,订单抵用积分数,店铺优惠方式,支付优惠方式,"
    "全部商品名称,商品种类数,订单配送方式,同城送达时间/提货时间,收货人省份,收货人城市,收货人地区,详细收货地址/提货地址,收货人/提货人,"
    "收货人手机号/提货人手机号,买家备注,订单星级,买家昵称,买家是否会员,买家手机号,下单网点,收银员,分销员,销售导购,专属导购,"
    "订单退款状态,订单已退款金额,商家订单备注,桌号,挂账主体,挂账手机号,团长订单,订单风险标签,分销员,分销员手机号,分销员所属店铺,"
    "分销员所属团队,分销员所属分组,分销员等级,订单佣金类型,订单佣金金额,订单下级卖货提成类型,订单下级卖货提成金额"
)
_CUSTOMERS = (
    "客户姓名,客户昵称,客户手机号,客户生日,客户性别,标签,是否会员,成长值,免费等级,付费等级,权益卡,客户积分,客户储值余额,消费次数,"
    "消费金额,累计退款金额,累计退款订单数,笔单价,上次消费时间,分销员,导购员,企微好友,来源渠道,来源方式,成为客户时间,成为会员时间,"
    "成为会员店铺,公众号,公众号关注时间,最近浏览时间,微信地域,所属区域,指定时间消费次数,指定时间消费金额,"
)
ORDER_HEADERS = tuple(_ORDERS.split(","))
MEMBER_HEADERS = tuple(_CUSTOMERS.split(","))
NOTHING = "——"
BLANK = " "
STATUSES = {
    COMPLETED: "交易完成",
    SHIPPED: "已发货",
    PAID: "待发货",
    REFUNDED: "交易关闭",
    CANCELLED: "交易关闭",
    UNPAID: "待付款",
}
COMPLETES_AFTER = 9 * DAY


def _else_nothing(column: pa.Array) -> pa.Array:
    return pc.fill_null(column.cast(pa.string()), NOTHING)


def _when(times: Ints, shown: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.Array:
    return _else_nothing(seconds(np.where(shown, times, NEVER)))


def phones(members: Ints) -> pa.Array:
    """Invented mobile numbers from a range nobody uses, one a member; a negative member has none."""
    return numbered("199", np.where(members < 0, -1, members + 1), 8)


def order_numbers(orders: Ints) -> pa.Array:
    """Order numbers as in the order export; a negative one has none."""
    return numbered("E", orders, 17)


def order_columns(recorded: pa.Table, names: Names) -> list[pa.Array]:
    """The columns of the order export for recorded lines in which each order's lines are neighbours."""
    line = {name: recorded[name].to_numpy() for name in recorded.column_names}
    starts = np.flatnonzero(np.diff(line["order_id"], prepend=-1))
    first = {name: values[starts] for name, values in line.items()}
    total = {
        name: np.add.reduceat(line[name], starts) if len(starts) else line[name]
        for name in ("goods", "discount", "points", "paid", "refund")
    }
    ends = np.append(starts, len(recorded))
    number, status, member, paid_at = first["order_id"], first["status"], first["member"], first["time"]
    was_paid = total["paid"] > 0
    bought = pick(goods()["product"], line["sku"]).cast(pa.string())
    pieces = pc.binary_join_element_wise(bought, "(", pa.array(line["quantity"]).cast(pa.string()), "件)", "")
    products = pc.binary_join(pa.ListArray.from_arrays(pa.array(ends.astype(np.int32)), pieces), ";")
    city = names.places.city(first["city_store"].astype(np.int64))
    mall = first["place"] == MALL
    delivered = np.where(mall, city, -1)
    # Some rows name the province without its suffix, as real exports do.
    provinces = [p for p, _ in CITIES] + [p[:-1] for p, _ in CITIES]
    province = np.where(delivered < 0, -1, delivered + len(CITIES) * (number % 5 == 0))
    masked = numbered("199******", np.where(mall, (member + 1) % 100, -1), 2)
    refund_state = np.select([total["refund"] == 0, total["refund"] < total["paid"]], [0, 1], 2)
    payable = total["goods"] - total["discount"] - total["points"]
    shown = {
        "订单号": order_numbers(number),
        "销售渠道": pick(["门店", "网店"], (first["place"] != COUNTER).astype(np.int64)),
        "归属店铺": pick([f"{b}旗舰店" for b in goods()["brand"]], first["sku"]),
        "订单类型": pick(["普通订单"], np.zeros(len(starts), dtype=np.int64)),
        "订单状态": pick([STATUSES[s] for s in range(len(STATUSES))], status),
        "订单来源": pick(["门店收银", "微信小程序", "导购分享"], first["place"]),
        "订单创建时间": seconds(paid_at - number % 120),
        "买家付款时间": _when(paid_at, was_paid),
        "交易成功时间": _when(paid_at + COMPLETES_AFTER, status == COMPLETED),
        "付款方式": pick([NOTHING, "微信支付"], was_paid.astype(np.int64)),
        "商品金额合计": cents(total["goods"]),
        "运费": cents(np.zeros(len(starts), dtype=np.int64)),
        "店铺优惠合计": cents(total["discount"]),
        "应收订单金额": cents(payable),
        "订单实付金额": cents(total["paid"]),
        "支付优惠合计": cents(np.zeros(len(starts), dtype=np.int64)),
        "订单实收金额": cents(total["paid"]),
        "订单抵用积分数": pa.array(total["points"]),
        "店铺优惠方式": pick([NOTHING] + [c.name for c in COUPONS[1:]], first["coupon"]),
        "全部商品名称": products,
        "商品种类数": pa.array(np.diff(ends)),
        "订单配送方式": pick(["到店自提", "快递发货"], mall.astype(np.int64)),
        "收货人省份": _else_nothing(pick(provinces, province)),
        "收货人城市": _else_nothing(pick([c for _, c in CITIES], delivered)),
        "收货人手机号/提货人手机号": _else_nothing(masked),
        "买家昵称": _else_nothing(numbered("会员", np.where(member < 0, -1, member + 1), 8)),
        "买家是否会员": pick(["否", "是"], (member >= 0).astype(np.int64)),
        "买家手机号": _else_nothing(phones(member)),
        "下单网点": _else_nothing(pick(names.stores, first["store"])),
        "销售导购": _else_nothing(pick(names.people, first["guide"])),
        "订单退款状态": pick([NOTHING, "部分退款", "全额退款"], refund_state),
        "订单已退款金额": cents(total["refund"]),
    }
    if "owner" in first:
        by_platform = first["coupon"] == WELCOME
        shown |= {
            "店铺优惠合计": cents(np.where(by_platform, 0, total["discount"])),
            "支付优惠合计": cents(np.where(by_platform, total["discount"], 0)),
            "订单配送方式": pick(["到店自提", "快递发货"], (mall & (first["pickup"] == 0)).astype(np.int64)),
            "详细收货地址/提货地址": _else_nothing(addresses(first["address"])),
            "收银员": _else_nothing(pick(names.people, first["cashier"])),
            "专属导购": _else_nothing(pick(names.people, first["owner"])),
            "分销员": _else_nothing(pick(names.people, first["promoter"])),
        }
    return _filled(ORDER_HEADERS, shown, len(starts))


def member_columns(block: Block, names: Names) -> list[pa.Array]:
    """The columns of the customer export for a block."""
    members, history = block.members, block.history
    number = members.first + np.arange(len(members))
    zero = np.zeros(len(members), dtype=np.int64)
    born = ((number % 35) * 12 + members.birth_month - 1).astype("datetime64[M]").astype("datetime64[D]") + 14
    yuan = np.maximum(history.net, 0) // 100
    shown = {
        "客户昵称": numbered("会员", number + 1, 8),
        "客户手机号": phones(number),
        "客户生日": _else_nothing(pa.array(born, mask=members.birth_month == 0)),
        "标签": pick([NOTHING, *tag_words("|")[1:]], tags(block)),
        "是否会员": pick(["是"], zero),
        "成长值": pa.array(yuan),
        "免费等级": pick([name for name, _ in TIERS], tiers(members, history)),
        "客户积分": pa.array(yuan),
        "客户储值余额": cents(zero),
        "消费次数": pa.array(history.orders),
        "消费金额": cents(history.paid),
        "累计退款金额": cents(history.refund),
        "累计退款订单数": pa.array(history.refunded_orders),
        "笔单价": cents(history.net // np.maximum(history.orders, 1)),
        "上次消费时间": _else_nothing(seconds(history.last)),
        "导购员": _else_nothing(pick(names.people, block.play.people.owner_now if block.play else members.guide)),
        "企微好友": pick(["否", "是"], (members.guide >= 0).astype(np.int64)),
        "来源渠道": pick([c.name for c in CHANNELS], members.channel),
        "成为客户时间": seconds(members.joined),
        "成为会员时间": seconds(members.joined),
        "成为会员店铺": pick(names.stores, members.store),
        "": pick([""], zero),
    }
    return _filled(MEMBER_HEADERS, shown, len(members))


def _filled(headers: tuple[str, ...], shown: dict[str, pa.Array], rows: int) -> list[pa.Array]:
    """What has no value holds the export's own nulls: mostly dashes, in every third column one space."""
    code = np.zeros(rows, dtype=np.int64)
    return [
        shown[name] if name in shown else pick([BLANK if place % 3 == 0 else NOTHING], code)
        for place, name in enumerate(headers)
    ]
