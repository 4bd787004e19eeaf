"""The other files as Youzan's and WeCom's consoles name their columns; what no platform exports has plain headers."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.demo.side import Columns

# By role: header, canonical column behind it ("" for a column that stays empty).
_LAYOUTS: dict[str, tuple[tuple[str, str], ...]] = {
    "units": (("部门ID", "unit_id"), ("部门名称", "unit"), ("层级", "level"), ("上级部门ID", "parent_id"),
              ("开业日期", "opened_at"), ("关闭日期", "closed_at"), ("容量", "capacity")),
    "staff": (("员工ID", "staff_id"), ("员工姓名", "staff"), ("所属部门ID", "unit_id"), ("入职日期", "started_at"),
              ("离职日期", "left_at")),
    "handovers": (("客户手机号", "member_id"), ("原跟进人", "from_staff"), ("接替成员", "to_staff"),
                  ("分配时间", "handed_at"), ("接替状态", "outcome")),
    "commissions": (("订单号", "order_id"), ("分销员手机号", "staff_id"), ("佣金类型", "role"), ("分销层级", "level"),
                    ("佣金金额", "amount"), ("结算状态", "status"), ("结算时间", "settled_at")),
    "traffic": (("日期", "date"), ("渠道", "channel"), ("门店", "store"), ("步骤", "step"), ("人数", "count")),
    "friends": (("客户名称", "friend_id"), ("添加人", "guide"), ("添加人所属部门", "store"), ("添加时间", "added_at"),
                ("来源", "source"), ("手机", "member_id"), ("删除客户时间", "deleted_at"), ("删除方", "deleted_by")),
    "coupons": (("用户手机号", "member_id"), ("优惠券ID", "code"), ("优惠券名称", "coupon"), ("领券时间", "granted_at"),
                ("生效时间", "valid_from"), ("失效时间", "expires_at"), ("订单编号", "order_id"),
                ("下单时间", "used_at"), ("优惠金额", "value"), ("承担方", "paid_by"), ("当前状态", "status"),
                ("分组", "arm")),
    "points": (("手机号", "member_id"), ("变动时间", "at"), ("变动类型", "kind"), ("积分变动", "change"),
               ("积分余额", "balance"), ("订单号", "order_id"), ("过期时间", "expires_at")),
    "campaigns": (("活动名称", "campaign"), ("开始日期", "starts"), ("结束日期", "ends"), ("预热日期", "teaser_from"),
                  ("活动类型", "kind"), ("渠道", "channel"), ("费用", "cost")),
    "referrals": (("邀请人手机号", "referrer_id"), ("被邀请人手机号", "member_id"), ("注册时间", "at"),
                  ("状态", "status"), ("奖励金额", "reward")),
}  # fmt: skip
HEADERS = {role: tuple(header for header, _ in layout) for role, layout in _LAYOUTS.items()}

_WORDS: dict[tuple[str, str], dict[str, str]] = {
    ("units", "level"): {"house": "总部", "city": "城市", "store": "门店", "branch": "分舵", "hall": "堂口"},
    ("handovers", "outcome"): {"accepted": "接替完毕", "orphaned": "未分配"},
    ("commissions", "role"): {"promoter": "分销员"},
    ("commissions", "status"): {"pending": "待结算", "settled": "已结算", "taken_back": "已退回"},
    ("traffic", "step"): {
        "passed": "路过", "stopped": "驻足", "asked": "询问", "requested": "发起申请数", "added": "新增客户数",
    },
    ("friends", "deleted_by"): {"customer": "客户", "staff": "员工"},
    ("coupons", "status"): {"used": "用券核销", "expired": "已过期", "unused": "未使用"},
    ("coupons", "paid_by"): {"shop": "商家", "platform": "平台"},
    ("coupons", "arm"): {"contact": "发券组", "control": "对照组"},
    ("points", "kind"): {"earn": "消费获得", "use": "积分抵现", "expire": "过期扣除"},
    ("campaigns", "kind"): {"sale": "大促", "live": "直播"},
    ("referrals", "status"): {"completed": "已完成", "pending": "待下单", "rejected": "无效"},
}  # fmt: skip


def columns(role: str, known: Columns) -> list[pa.Array]:
    """The file's columns in this style."""
    return [_said(known[name], _WORDS.get((role, name))) for _, name in _LAYOUTS[role]]


def _said(column: pa.Array, words: dict[str, str] | None) -> pa.Array:
    """The column with its words put in Chinese."""
    if words is None:
        return column
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    pool = pa.array([words.get(w, w) for w in column.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(column.indices, pool)
