"""Write examples/orders.csv again: a small Taobao order export, messy in the ways real ones are.

    python tests/bench/make_examples.py

Everybody in it is invented; the mobile numbers 1990000xxxx belong to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from privtraffic.demo import Process, world
from privtraffic.demo.block import CANCELLED, COMPLETED, PAID, SHIPPED, UNPAID
from privtraffic.demo.canonical import goods
from privtraffic.demo.house import CITIES
from privtraffic.demo.names import store_names
from privtraffic.demo.stores import Stores

# Trailing spaces inside header names are the platform's own.
_HEADER = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,"
    "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,"
    "订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,"
    "卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,是否上传合同照片,是否上传小票,"
    "是否代付,定金排名,修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易,"
    "新零售交易类型,新零售导购门店名称,新零售导购门店id,新零售发货门店名称,新零售发货门店id,退款金额,预约门店,"
    "确认收货时间,打款商家金额,含应开票给个人的个人红包"
)
HEADER = _HEADER.split(",")
MEMBERS = 780
DONE = "交易成功"
CLOSED = "交易关闭"
NOTES = ("尽快发货，谢谢", "送人的，请包装好一点😊", "不要发圆通", "周末送货\n工作日没人", "还是上次的尺码")


def orders() -> list[dict[str, int]]:
    """One row of codes an order, cents summed over its lines, in order of time."""
    house = world(MEMBERS, seed=20, months=24, process=replace(Process(), activity=1.5))
    recorded: pa.Table = house.block(0).recorded
    rows = recorded.to_pandas()
    money = rows.groupby("order_id", sort=False)[["goods", "discount", "points", "paid", "refund", "quantity"]].sum()
    first = rows.drop_duplicates("order_id").set_index("order_id").drop(columns=list(money.columns))
    table = first.join(money).reset_index().query("member >= 0 or order_id % 4 == 0")
    return [{k: int(v) for k, v in row.items()} for row in table.to_dict("records")]


def clock(seconds: int, excel: bool) -> str:
    """Files once saved by Excel show their times in its own way."""
    moment = np.datetime64(seconds, "s").item()
    if excel:
        return f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment.minute:02d}"
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def status_word(code: int, luck: float) -> str:
    comma = "，" if luck < 0.7 else ","
    words = {
        COMPLETED: DONE if luck < 0.996 else "卖家部分发货",
        SHIPPED: f"卖家已发货{comma}等待买家确认",
        PAID: f"买家已付款{comma}等待卖家发货",
        UNPAID: "等待买家付款",
        CANCELLED: CLOSED,
    }
    return words.get(code, CLOSED)


def export_row(order: dict[str, int], luck: np.ndarray, excel: bool) -> dict[str, str]:
    """One order as the platform writes it."""
    status, paid, refund = status_word(order["status"], luck[0]), order["paid"], order["refund"]
    payable = order["goods"] - order["discount"] - order["points"]
    number = order["order_id"] // 10**11 * 10**10 + order["order_id"] % 10**10
    phone = f"1990000{order['member']:04d}" if order["member"] >= 0 else "1990000****"
    province, city = CITIES[order["city_store"] * len(CITIES) // Stores().count]
    row = {
        "订单编号": str(number) if excel else f'="{number}"',
        "买家会员名": f"会员{order['member'] + 1:04d}" if order["member"] >= 0 else "",
        "买家应付货款": yuan(payable),
        "买家应付邮费": "0.00",
        "买家支付积分": str(order["points"]),
        "总金额": yuan(payable) if luck[1] < 0.97 else f"{payable // 100:,}.{payable % 100:02d}",
        "买家实际支付金额": yuan(paid),
        "订单状态": status,
        "买家留言": NOTES[int(luck[2] * 1000) % len(NOTES)] if luck[2] < 0.02 else "",
        "收货地址 ": f"{province} {city}" if luck[3] < 0.9 else province,
        "联系手机": f"'{phone}" if luck[4] < 0.85 else f"'{phone[:3]}******{phone[-2:]}",
        "订单创建时间": clock(order["time"] - order["order_id"] % 120, excel),
        "订单付款时间 ": clock(order["time"], excel) if paid else "",
        "宝贝标题 ": goods()["product"][order["sku"]] if status != CLOSED or luck[5] < 0.7 else "",
        "宝贝总数量": str(order["quantity"]),
        "店铺名称": "禾光集合店",
        "订单关闭原因": ("" if status != CLOSED else "退款" if paid else "买家未付款"),
        "买家服务费": "0元",
        "新零售导购门店名称": store_names(Stores())[order["store"]] if order["store"] >= 0 else "",
        "退款金额": yuan(refund),
        "确认收货时间": clock(order["time"] + 9 * 86_400, excel) if status == DONE else "",
        "打款商家金额": f"{yuan(paid - refund)}元" if status == DONE else "0元",
    }
    if order["member"] % 97 == 5 and luck[5] < 0.3:
        row["买家实际支付金额"] = row["买家应付货款"] = row["总金额"] = row["退款金额"] = "0.00"
        row["打款商家金额"] = "0元"
    return row


def written(cells: list[str]) -> str:
    """The platform quotes a cell for a comma or a line break, never for the quotes of ="…"."""
    return ",".join(f'"{c}"' if "," in c or "\n" in c else c for c in cells) + "\r\n"


def rows() -> Iterator[list[str]]:
    """Header, orders and everything that does not belong between them."""
    rng = np.random.default_rng(20)
    yield HEADER
    listed = orders()
    last: list[list[str]] = []
    total = paid_total = refunds = 0
    for place, order in enumerate(listed):
        # The middle third went through Excel before the files were pasted together: header and overlap stayed.
        excel = len(listed) // 3 <= place < 2 * len(listed) // 3
        row = export_row(order, rng.random(6), excel)
        cells = [row.get(name, "") for name in HEADER]
        if place == 2 * len(listed) // 3:
            yield HEADER
            yield from last
        last = [*last[-2:], cells]
        yield cells
        total += round(float(row["总金额"].replace(",", "")) * 100)
        paid_total += round(float(row["买家实际支付金额"]) * 100)
        refunds += round(float(row["退款金额"]) * 100)
        if place % 430 == 429:
            yield []
    sums = {"订单编号": "合计", "总金额": yuan(total), "买家实际支付金额": yuan(paid_total), "退款金额": yuan(refunds)}
    yield [sums.get(name, "") for name in HEADER]


def main() -> None:
    target = Path(__file__).parents[2] / "examples" / "orders.csv"
    target.write_bytes("".join(map(written, rows())).encode("gb18030"))


if __name__ == "__main__":
    main()
