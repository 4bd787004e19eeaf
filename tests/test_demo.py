"""The simulated house: reproducible, consistent with its own truth, and as documented."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privtraffic.demo import AS_OF, DemoSummary, Process, world, write_demo
from privtraffic.demo.baskets import split
from privtraffic.demo.canonical import MEMBER_HEADERS, ORDER_HEADERS, SPEND_HEADERS
from privtraffic.errors import PrivtrafficError

MEMBERS = 24_000  # more than one block
EXAMPLE = Path(__file__).parents[1] / "examples" / "orders.csv"

YOUZAN_ORDERS = (
    "订单号,销售渠道,归属店铺,订单类型,订单状态,推广方式,订单来源,订单创建时间,买家付款时间,交易成功时间,付款方式,支付流水号,"
    "商品金额合计,运费,店铺优惠合计,应收订单金额,订单实付金额,支付优惠合计,订单实收金额,订单抵用积分数,店铺优惠方式,支付优惠方式,"
    "全部商品名称,商品种类数,订单配送方式,同城送达时间/提货时间,收货人省份,收货人城市,收货人地区,详细收货地址/提货地址,"
    "收货人/提货人,收货人手机号/提货人手机号,买家备注,订单星级,买家昵称,买家是否会员,买家手机号,下单网点,收银员,分销员,销售导购,"
    "专属导购,订单退款状态,订单已退款金额,商家订单备注,桌号,挂账主体,挂账手机号,团长订单,订单风险标签,分销员,分销员手机号,"
    "分销员所属店铺,分销员所属团队,分销员所属分组,分销员等级,订单佣金类型,订单佣金金额,订单下级卖货提成类型,订单下级卖货提成金额"
)
YOUZAN_CUSTOMERS = (
    "客户姓名,客户昵称,客户手机号,客户生日,客户性别,标签,是否会员,成长值,免费等级,付费等级,权益卡,客户积分,客户储值余额,消费次数,"
    "消费金额,累计退款金额,累计退款订单数,笔单价,上次消费时间,分销员,导购员,企微好友,来源渠道,来源方式,成为客户时间,"
    "成为会员时间,成为会员店铺,公众号,公众号关注时间,最近浏览时间,微信地域,所属区域,指定时间消费次数,指定时间消费金额,"
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return write_demo(tmp_path_factory.mktemp("demo"), MEMBERS, seed=3, plants=None)


@pytest.fixture(scope="module")
def orders(demo: DemoSummary) -> pd.DataFrame:
    table = pd.read_csv(demo.folder / "orders.csv", dtype=str)
    table["day"] = pd.to_datetime(table["ordered_at"]).dt.normalize()
    table["paid_cents"] = table["paid_amount"].str.replace(".", "", regex=False).astype(int)
    table["refund_cents"] = table["refund_amount"].str.replace(".", "", regex=False).astype(int)
    return table


@pytest.fixture(scope="module")
def purchases(orders: pd.DataFrame) -> pd.DataFrame:
    """One row an order of a member that was not wholly refunded."""
    known = orders[orders["member_id"].notna()]
    per_order = known.groupby(["member_id", "order_id"], as_index=False)[["paid_cents", "refund_cents"]].sum()
    return per_order[per_order["refund_cents"] < per_order["paid_cents"]]


@pytest.fixture(scope="module")
def truth(demo: DemoSummary) -> pd.DataFrame:
    return pd.read_parquet(demo.folder / "truth.parquet")


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    for style in ("canonical", "youzan"):
        first = write_demo(tmp_path / f"{style}1", 400, seed=5, style=style, months=6, plants=None)
        again = write_demo(tmp_path / f"{style}2", 400, seed=5, style=style, months=6, plants=None)
        other = write_demo(tmp_path / f"{style}3", 400, seed=6, style=style, months=6, plants=None)
        assert [p.read_bytes() for p in first.files] == [p.read_bytes() for p in again.files]
        assert (first.folder / "orders.csv").read_bytes() != (other.folder / "orders.csv").read_bytes()


def test_a_block_depends_on_its_number_alone() -> None:
    house = world(60_000, seed=1, months=3)
    late_first = house.block(2).recorded
    house.block(0)
    assert house.block(2).recorded.equals(late_first)
    assert not house.block(1).recorded.equals(late_first)


def test_layout_and_counts(demo: DemoSummary, orders: pd.DataFrame, truth: pd.DataFrame) -> None:
    for name, headers in (("orders", ORDER_HEADERS), ("members", MEMBER_HEADERS), ("spend", SPEND_HEADERS)):
        assert (demo.folder / f"{name}.csv").read_bytes().startswith((",".join(headers) + "\n").encode())
    members = pd.read_csv(demo.folder / "members.csv", dtype=str)
    assert len(members) == members["member_id"].nunique() == MEMBERS
    assert set(orders["member_id"].dropna()) < set(members["member_id"])
    assert members["member_id"].tolist() == truth["member_id"].tolist()
    assert orders["line_id"].is_unique
    assert len(orders) == demo.lines
    assert orders["order_id"].nunique() == demo.orders
    assert orders[orders["member_id"].isna()]["order_id"].nunique() == demo.walk_in_orders
    assert orders["paid_cents"].sum() == demo.paid * 100
    assert orders["refund_cents"].sum() == demo.refunds * 100
    assert orders.groupby("order_id")["member_id"].nunique(dropna=False).eq(1).all()
    assert set(orders["status"]) == {"completed", "shipped", "paid", "refunded", "cancelled", "unpaid"}


def test_orders_stay_between_start_and_as_of_in_order_of_time(orders: pd.DataFrame, demo: DemoSummary) -> None:
    assert orders["ordered_at"].is_monotonic_increasing
    assert orders["ordered_at"].min()[:10] >= demo.first_day.isoformat() == "2023-11-01"
    assert orders["ordered_at"].max()[:10] == AS_OF.isoformat() == "2026-10-31"
    members = pd.read_csv(demo.folder / "members.csv", dtype=str).set_index("member_id")
    known = orders[orders["member_id"].notna()]
    assert (known["ordered_at"].to_numpy() >= members["joined_at"].loc[known["member_id"]].to_numpy()).all()
    referred = members[members["referrer_id"].notna()]
    assert set(referred["channel"]) == {"老带新"}
    assert (members["joined_at"].loc[referred["referrer_id"]].to_numpy() <= referred["joined_at"].to_numpy()).all()


def test_an_as_of_date_inside_a_month(tmp_path: Path) -> None:
    day = AS_OF.replace(month=6, day=18)
    written = write_demo(tmp_path, 3_000, months=4, as_of=day, plants=None)
    last = pd.read_csv(tmp_path / "orders.csv")["ordered_at"].max()
    assert (written.first_day.isoformat(), last[:10]) == ("2026-02-19", "2026-06-18")


def test_the_truth_agrees_with_the_export_and_keeps_the_future_to_itself(
    demo: DemoSummary, orders: pd.DataFrame, purchases: pd.DataFrame, truth: pd.DataFrame
) -> None:
    by_member = purchases.groupby("member_id")["order_id"].nunique().reindex(truth["member_id"], fill_value=0)
    assert by_member.tolist() == truth["orders_to_date"].tolist()
    assert (by_member > 0).sum() == demo.buyers
    assert (by_member > 1).sum() == demo.repeat_buyers
    known = orders[orders["member_id"].notna()]
    net = (known["paid_cents"] - known["refund_cents"]).groupby(known["member_id"]).sum()
    told = truth["net_to_date"].map(lambda d: int(d * 100)).tolist()
    assert net.reindex(truth["member_id"], fill_value=0).tolist() == told

    assert truth["next12_orders"].sum() > 5_000
    margin = (truth["next12_net"].astype(float) * truth["margin_rate"]).round(2)
    assert (margin - truth["next12_margin"].astype(float)).abs().max() <= 0.011
    gone = truth[~truth["alive_at_as_of"] & truth["first_order_at"].notna()]
    assert gone["next12_orders"].eq(0).all()
    assert truth.loc[truth["never_buys"], ["orders_to_date", "next12_orders"]].eq(0).all(axis=None)


def test_money_is_exact_to_the_cent(demo: DemoSummary, orders: pd.DataFrame) -> None:
    for column in ("paid_amount", "refund_amount"):
        assert orders[column].str.fullmatch(r"\d+\.\d\d").all()
    assert (orders["refund_cents"] <= orders["paid_cents"]).all()
    assert orders.loc[orders["status"] == "unpaid", "paid_cents"].eq(0).all()
    assert orders.loc[~orders["status"].isin(["unpaid", "cancelled"]), "paid_cents"].gt(0).all()
    assert demo.paid == sum(map(Decimal, orders["paid_amount"]), Decimal(0))


def test_a_split_adds_up_whatever_the_weights() -> None:
    totals, order = np.array([100, 7, 0]), np.array([0, 0, 0, 1, 1, 2])
    assert split(totals, np.array([1, 1, 1, 3, 4, 9]), order).tolist() == [33, 33, 34, 3, 4, 0]


def test_realism(demo: DemoSummary, orders: pd.DataFrame, purchases: pd.DataFrame, truth: pd.DataFrame) -> None:
    assert 0.4 < demo.repeat_buyers / demo.buyers < 0.5
    assert 0.2 < truth["never_buys"].mean() < 0.3
    net = truth["net_to_date"].astype(float).sort_values(ascending=False)
    net = net[truth["orders_to_date"] > 0]
    assert 0.55 < net.head(len(net) // 5).sum() / net.sum() < 0.7
    assert 0.03 < demo.refunds / demo.paid < 0.06
    assert 200 < purchases["paid_cents"].mean() / 100 < 400
    assert 0.12 < demo.walk_in_orders / demo.orders < 0.18
    by_month = orders.groupby(orders["day"].dt.strftime("%m"))["order_id"].nunique()
    assert by_month["02"] < by_month["01"] < by_month["11"]
    singles_day = orders[orders["day"] == "2025-11-11"]["order_id"].nunique()
    assert singles_day > 2.5 * orders[orders["day"] == "2025-11-18"]["order_id"].nunique()
    hunters = truth[truth["bonus_hunter"]]
    theirs = orders[orders["member_id"].isin(hunters["member_id"]) & (orders["status"] != "cancelled")]
    assert theirs["coupon"].dropna().eq("新人礼").all()
    assert 0.8 < theirs["refund_cents"].sum() / theirs["paid_cents"].sum() < 0.95


def test_mean_order_value_of_the_truth_is_what_members_pay(purchases: pd.DataFrame, truth: pd.DataFrame) -> None:
    means = truth.set_index("member_id")["mean_order_value"]
    expected = means.loc[purchases["member_id"]].sum()
    assert purchases["paid_cents"].sum() / 100 == pytest.approx(expected, rel=0.04)


def test_channels_differ_as_told(demo: DemoSummary, truth: pd.DataFrame) -> None:
    told = {c["name"]: c for c in json.loads((demo.folder / "truth.json").read_text("utf-8"))["channels"]}
    seen = truth.groupby("channel")
    assert (
        truth["channel"].value_counts(normalize=True) - pd.Series({k: c["share"] for k, c in told.items()})
    ).abs().max() < 0.05
    assert (seen["never_buys"].mean() - pd.Series({k: c["never"] for k, c in told.items()})).abs().max() < 0.03
    by_rate = seen["next12_orders"].mean().sort_values()
    assert by_rate.index[0] == "抖音"
    assert set(by_rate.index[-2:]) == {"门店导购", "社群"}
    spend = pd.read_csv(demo.folder / "spend.csv")
    assert len(spend) == 36 * len(told)
    cac = spend.groupby("channel")["cost"].sum() / truth["channel"].value_counts()
    for name, channel in told.items():
        assert cac[name] == pytest.approx(channel["cost"], rel=0.15)
    members = pd.read_csv(demo.folder / "members.csv")
    joined = members.groupby([members["joined_at"].str[:7], "channel"]).size()
    spent = spend.set_index(["month", "channel"])["cost"]
    for name in told:  # joins follow the budget, at a falling rate
        logs = np.log(pd.concat([joined, spent], axis=1).dropna().xs(name, level=1))
        assert 0.4 < np.polyfit(logs["cost"], logs[0], 1)[0] < 1.1


def _lift(lines: pd.DataFrame, first: str, then: str, days: int) -> float:
    """Share of `then` in lines within the days after a first purchase of `first`, against all other lines."""
    began = lines[lines["brand"] == first].groupby("member_id")["day"].min().rename("began")
    since = (lines["day"] - lines.join(began, on="member_id")["began"]).dt.days
    exposed = (since > 0) & (since <= days)
    return float((lines.loc[exposed, "brand"] == then).mean() / (lines.loc[~exposed, "brand"] == then).mean())


def test_affinities_are_planted_in_one_direction_and_can_be_switched_off(
    demo: DemoSummary, orders: pd.DataFrame, tmp_path: Path
) -> None:
    known = json.loads((demo.folder / "truth.json").read_text("utf-8"))["affinities"]
    write_demo(tmp_path, MEMBERS, seed=3, process=replace(Process(), affinity=0))
    independent = pd.read_csv(tmp_path / "orders.csv", dtype=str)
    independent["day"] = pd.to_datetime(independent["ordered_at"]).dt.normalize()
    for pair in known:
        ends = pair["first"], pair["then"], pair["days"]
        members = orders[orders["member_id"].notna()]
        assert _lift(members, *ends) > 1.3
        assert _lift(members, *ends) > 1.4 * _lift(independent[independent["member_id"].notna()], *ends)
        assert _lift(members, pair["then"], pair["first"], pair["days"]) < 1.2


def test_textbook_members_repeat_at_their_rate_while_they_stay() -> None:
    block = world(20_000, seed=2, process=Process.textbook(activity=2)).block(0)
    members, end = block.members, 1_793_491_200  # 2026-11-01
    assert np.ptp(members.drift) == 0
    assert not members.heavy.any()
    assert not members.hunter.any()
    alive = (np.minimum(members.leaves, end) - np.minimum(members.first_order, end)) / (365.25 * 86_400)
    repeats = block.history.orders[members.rate > 0].sum() - (block.history.orders[members.rate > 0] > 0).sum()
    expected = (members.rate * alive).sum()
    assert repeats == pytest.approx(expected, rel=0.05)


def test_youzan_headers_and_quirks(tmp_path: Path, demo: DemoSummary) -> None:
    plain = write_demo(tmp_path / "plain", 2_000, seed=4, plants=None)
    youzan = write_demo(tmp_path / "youzan", 2_000, seed=4, style="youzan", plants=None)
    assert (youzan.folder / "truth.parquet").read_bytes() == (plain.folder / "truth.parquet").read_bytes()
    header, *rows = (youzan.folder / "orders.csv").read_text("utf-8").splitlines()
    assert header == YOUZAN_ORDERS
    assert header.split(",").count("分销员") == 2
    assert len(rows) == youzan.orders == plain.orders
    assert {r.count(",") for r in rows} == {header.count(",")}
    table = pd.read_csv(youzan.folder / "orders.csv", dtype=str, keep_default_na=False)
    assert table["订单号"].str.fullmatch(r"E\d{17}").all()
    walk_ins = table["买家是否会员"] == "否"
    assert walk_ins.sum() == youzan.walk_in_orders
    assert table.loc[walk_ins, ["买家手机号", "买家昵称", "收货人手机号/提货人手机号"]].eq("——").all(axis=None)
    assert table.loc[~walk_ins, "买家手机号"].str.fullmatch(r"199\d{8}").all()
    assert sum(map(Decimal, table["订单实付金额"])) == plain.paid
    assert sum(map(Decimal, table["订单已退款金额"])) == plain.refunds
    assert table.loc[table["订单状态"] == "待付款", "买家付款时间"].eq("——").all()
    assert table["全部商品名称"].str.fullmatch(r"[^;]+\(\d件\)(;[^;]+\(\d件\))*").all()

    header, *rows = (youzan.folder / "members.csv").read_text("utf-8").splitlines()
    assert header == YOUZAN_CUSTOMERS
    assert header.endswith(",")
    assert len(rows) == 2_000
    customers = pd.read_csv(youzan.folder / "members.csv", dtype=str, keep_default_na=False, index_col=False)
    assert set(table.loc[~walk_ins, "买家手机号"]) < set(customers["客户手机号"])
    assert (
        customers["消费次数"].astype(int).tolist()
        == pd.read_parquet(plain.folder / "truth.parquet")["orders_to_date"].tolist()
    )


def test_a_house_of_other_stores(tmp_path: Path) -> None:
    write_demo(tmp_path, 400, months=2, stores=190, positions=2)
    units, staff = pd.read_csv(tmp_path / "units.csv"), pd.read_csv(tmp_path / "staff.csv")
    stores = units[units["level"] == "store"]
    # 190 in 12 cities: 10 of 16 and 2 of 15.
    assert sorted(stores.groupby("parent_id").size()) == [15] * 2 + [16] * 10
    assert stores["unit"].nunique() == 190
    assert [*stores["unit"][:11]][-2:] == ["杭州十店", "杭州十一店"]
    guides = staff[staff["staff"].str.startswith("导购")]
    begins = guides["started_at"].fillna("")
    now = guides[guides["left_at"].isna() & (begins < "2026-10-01")]
    assert now.groupby("unit_id").size().max() == 2
    known = pd.read_csv(tmp_path / "orders.csv")["store"].dropna()
    assert set(known) <= set(stores["unit"]) and known.nunique() > 60


@pytest.mark.parametrize("members", [1, 2])
def test_a_house_of_one_or_two(tmp_path: Path, members: int) -> None:
    for seed in range(6):
        for style in ("canonical", "youzan"):
            written = write_demo(tmp_path / style, members, seed, style, months=1, plants=None)
            with (tmp_path / style / "orders.csv").open(encoding="utf-8") as file:
                rows = sum(1 for _ in file) - 1
            assert rows == (written.lines if style == "canonical" else written.orders)


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    write_demo(tmp_path, 50, months=1, plants=None)
    write_demo(tmp_path, 60, months=1, plants=None)
    (tmp_path / "notes.txt").write_text("mine")
    before = (tmp_path / "orders.csv").read_bytes()
    with pytest.raises(PrivtrafficError, match=r"notes\.txt"):
        write_demo(tmp_path, 70, months=1, plants=None)
    assert (tmp_path / "orders.csv").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "members.csv", "notes.txt", "orders.csv", "spend.csv", "truth.json", "truth.parquet"
    ]  # fmt: skip


def test_an_orders_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("mine")
    with pytest.raises(PrivtrafficError, match=r"orders\.csv"):
        write_demo(tmp_path, 50, months=1, plants=None)
    assert (tmp_path / "orders.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"members": 0}, "--members 0"),
        ({"months": 0}, "--months 0"),
        ({"stores": 0}, "--stores 0"),
        ({"positions": 1}, "--positions 1 .* from 2"),
        ({"seed": -1}, "--seed -1"),
        ({"style": "jd"}, "canonical, youzan"),
    ],
)
def test_bad_numbers_are_named(tmp_path: Path, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(PrivtrafficError, match=said) as caught:
        write_demo(tmp_path / "new", **arguments, plants=None)  # type: ignore[arg-type]
    assert caught.value.text("zh")
    assert not (tmp_path / "new").exists()


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PrivtrafficError, match="cannot be used"):
        write_demo(tmp_path / "file", 10, months=1, plants=None)


def test_a_full_disk_leaves_the_earlier_demo_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_demo(tmp_path, 50, months=1, plants=None)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.csv.write_csv", full)
    with pytest.raises(PrivtrafficError, match="No space left on device"):
        write_demo(tmp_path, 60, months=1, plants=None)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_the_example_is_small_and_messy() -> None:
    data = EXAMPLE.read_bytes()
    assert len(data) < 400_000
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    with pytest.raises(UnicodeDecodeError):
        data.decode("gbk")
    text = data.decode("gb18030")
    header = text.split("\r\n", 1)[0]
    assert {"收货地址 ", "联系电话 ", "订单付款时间 ", "宝贝标题 ", "买家会员名", "退款金额"} < set(header.split(","))
    assert text.count(header) == 2
    assert text.count('="') > 500
    assert text.rstrip("\r\n").split("\r\n")[-1].startswith("合计,")
    assert "，等待买家确认" in text
    assert ",等待买家确认" in text
    assert "\r\n\r\n" in text
    assert "周末送货\n工作日没人" in text
