"""Two exports put one after the other: a second header in a file of members, of spend, or of items."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from privtraffic.database import ingest
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load

ORDERS = "order_id,member_id,ordered_at,paid_amount\n" + "".join(f"{n},m{n},2026-01-0{n},{n}.00\n" for n in range(1, 5))
MEMBERS = "member_id,joined_at,channel,store\nm1,2025-12-01,wecom,A\n"
SPEND = "month,channel,cost,new_friends\n2026-01,wecom,100,5\n"
TAOBAO = "订单编号,买家会员名,订单创建时间,订单付款时间,买家实际支付金额,订单状态\n" + "".join(
    f"10000000{n},b{n},2026-01-0{n} 10:00:00,2026-01-0{n} 10:01:00,{n * 10}.00,交易成功\n" for n in range(1, 5)
)
ITEMS = "子订单编号,主订单编号,商品标题,商品价格,购买数量\n900000001,100000001,霜,5.00,2\n"
OTHER = {
    "members": MEMBERS + "member_id,joined_at,store,channel\nm2,2025-12-02,B,sms\n",
    "spend": SPEND + "month,channel,new_friends,cost\n2026-02,wecom,7,200\n",
    "items": ITEMS + "子订单编号,主订单编号,商品标题,购买数量,商品价格\n900000002,100000002,霜,3,7.00\n",
}


def files(folder: Path, role: str, text: str) -> tuple[list[Path], dict[str, Path]]:
    orders, other = folder / "orders.csv", folder / f"{role}.csv"
    orders.write_text(TAOBAO if role == "items" else ORDERS, "utf-8")
    other.write_text(text, "utf-8")
    return ([orders, other], {}) if role == "items" else ([orders], {role: other})


@pytest.mark.parametrize("role", OTHER)
def test_one_in_another_order_is_refused_at_its_row(role: str, tmp_path: Path) -> None:
    paths, more = files(tmp_path, role, OTHER[role])
    for read in (
        lambda: load(paths, **more),
        lambda: ingest(tmp_path / "b.duckdb", paths, **more),  # type: ignore[arg-type]
    ):
        with pytest.raises(PrivtrafficError) as caught:
            read()
        assert (caught.value.key, caught.value.values["row"]) == ("second_header", 3)
    assert not (tmp_path / "b.duckdb").exists()


def test_the_same_again_is_no_row(tmp_path: Path) -> None:
    paths, more = files(tmp_path, "members", MEMBERS + MEMBERS.replace("m1", "m2"))
    with load(paths, **more) as data:
        assert data.joined
        rows = data.engine.fetch(f"select member_id from {data.joined.name} order by 1").to_pylist()
        assert [row["member_id"] for row in rows] == ["m1", "m2"]
    book = openpyxl.Workbook()
    for line in (MEMBERS + MEMBERS.replace("m1", "m2")).splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "members.xlsx")
    with load(paths, members=tmp_path / "members.xlsx") as data:
        assert data.joined
        assert data.engine.fetch(f"select count(*) as n from {data.joined.name}")["n"][0].as_py() == 2
    paths, more = files(tmp_path, "spend", SPEND + SPEND.replace("01", "02"))
    with load(paths, **more) as data:
        assert data.spend
        assert data.engine.fetch(f"select sum(cost) as cost from {data.spend.name}")["cost"][0].as_py() == 200
    again = ITEMS + ITEMS.replace("900000001,100000001", "900000002,100000002")
    paths, _ = files(tmp_path, "items", again)
    with load(paths, columns=["product"]) as data:
        assert data.quality.money_kept == Decimal("100.00")
        sold = data.engine.fetch("select sum(quantity) as units from lines where product = '霜'")
        assert sold["units"][0].as_py() == 4
