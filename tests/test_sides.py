"""The tables beside the orders: their files are told by their headers, and every row of them is accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from privtraffic.dataset import Dataset
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.schema import SIDES
from privtraffic.settings import Settings
from tests.fixtures.beside import CANONICAL

ORDERS = """order_id,member_id,ordered_at,paid_amount
A1,M1,2026-03-02 10:00:00,120.00
A2,M2,2026-03-05 11:00:00,80.00
A3,M1,2026-04-01 12:00:00,60.00
"""


def shop(folder: Path, **files: str) -> Path:
    """A folder of the three orders and further files."""
    (folder / "orders.csv").write_text(ORDERS, "utf-8")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def read(folder: Path, **asked: Any) -> Dataset:
    return load(folder, sides=SIDES, settings=Settings(**asked))


def rows(data: Dataset, name: str, columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a side table, in the order of all of them."""
    found = data.engine.fetch(f"select {columns} from {data.side[name].name}").to_pylist()
    return sorted((tuple(row.values()) for row in found), key=lambda row: [(v is not None, str(v)) for v in row])


def account(data: Dataset, role: str) -> tuple[int, int, dict[str, int]]:
    side = next(side for side in data.quality.sides if side.role == role)
    return side.rows_read, side.rows_kept, dict(side.rows_dropped)


@pytest.mark.parametrize("role", SIDES)
def test_the_canonical_file_of_every_role(tmp_path: Path, role: str) -> None:
    text, count = CANONICAL[role], CANONICAL[role].count("\n") - 1
    with read(shop(tmp_path, some_file=text)) as data:
        assert [file.role for file in data.quality.files] == ["orders", role] or role < "orders"
        assert account(data, role) == (count, count, {})
        assert data.side[role].count() == count
        assert set(SIDES[role].columns) <= set(data.columns_of(role))
        assert (data.quality.orders, data.quality.revenue) == (3, Decimal("260.00"))


def test_all_of_them_among_others(tmp_path: Path) -> None:
    with read(shop(tmp_path, **CANONICAL)) as data:
        assert set(data.side) == set(SIDES)
        assert data.quality.skipped == ()


@pytest.mark.parametrize("role", SIDES)
def test_the_option_says_the_role(tmp_path: Path, role: str) -> None:
    text, count = CANONICAL[role], CANONICAL[role].count("\n") - 1
    (tmp_path / "o.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "x.csv").write_text(text, "utf-8")
    with load(tmp_path / "o.csv", side_files={role: tmp_path / "x.csv"}, sides=[role]) as data:
        assert data.side[role].count() == count
    with pytest.raises(PrivtrafficError) as raised:
        load(tmp_path / "o.csv", side_files={role: tmp_path / "o.csv"}, sides=[role])
    assert raised.value.key == "side_columns"


def test_what_nobody_asks_for_is_named_and_not_read(tmp_path: Path) -> None:
    folder = shop(tmp_path, units="unit_id,unit,level,parent_id\nA,,,B\nB,,,A\n", points=CANONICAL["points"])
    with load(folder, sides=["points"]) as data:
        assert set(data.side) == {"points"}
        assert {file.role for file in data.quality.files} == {"orders", "points", "units"}
        with pytest.raises(PrivtrafficError, match="--traffic"):
            data.require_side("traffic")


def test_what_ends_before_it_starts_or_ends_on_no_day_is_dropped_and_told(tmp_path: Path) -> None:
    campaigns = (
        "campaign,starts,ends\nA,2026-03-01,2026-03-05\nB,2026-03-09,2026-03-05\nC,2026-03-08,soon\nD,2026-03-20,\n"
        "E,2026-03-25 18:00,2026-03-25\n"
    )
    staff = "staff_id,staff,unit_id,started_at,left_at\n1,Li,S1,2025-01-01,2024-12-31\n2,Wu,S1,2025-01-01,\n"
    coupons = (
        "coupon,code,member_id,granted_at,valid_from,expires_at\nX,a,A,2026-01-01,2026-01-01,2025-12-31\n"
        "X,b,B,2026-01-01,2026-01-01,2026-02-01\n"
    )
    with read(shop(tmp_path, campaigns=campaigns, staff=staff, coupons=coupons)) as data:
        assert rows(data, "campaigns", "campaign") == [("A",), ("D",), ("E",)]
        assert account(data, "campaigns") == (5, 3, {"bad_date": 2})
        assert rows(data, "staff", "staff_id") == [("2",)]
        assert account(data, "staff") == (2, 1, {"bad_date": 1})
        assert account(data, "coupons") == (2, 1, {"bad_date": 1})


@pytest.mark.parametrize(
    "role", ["points", "coupons", "traffic", "referrals", "campaigns", "friends", "units", "staff"]
)
def test_alone_they_are_refused_by_what_they_are(tmp_path: Path, role: str) -> None:
    (tmp_path / "x.csv").write_text(CANONICAL[role], "utf-8")
    with pytest.raises(PrivtrafficError) as raised:
        load(tmp_path / "x.csv")
    assert raised.value.key == "other_role"


DAILY = "日期,成员,新增客户数,发起申请数,客户总数,已回复聊天占比,平均首次回复时长\n"


def test_wide_counts_melt_and_rates_are_none(tmp_path: Path) -> None:
    text = DAILY + "2026-03-01,li,5,6,100,60.25,3\n2026-03-02,li,4,0,103,71.5,2\n"
    with read(shop(tmp_path, daily=text)) as data:
        assert rows(data, "traffic", "step, cast(date as date), guide, count") == [
            ("added", date(2026, 3, 1), "li", 5),
            ("added", date(2026, 3, 2), "li", 4),
            ("requested", date(2026, 3, 1), "li", 6),
            ("requested", date(2026, 3, 2), "li", 0),
            # A stock is differenced: of its first day nothing is known.
            ("客户总数", date(2026, 3, 2), "li", 3),
        ]
        (note,) = (values for word, values in data.quality.notes if word == "note.side_counts")
        assert note["left"] == "已回复聊天占比, 平均首次回复时长"
        assert account(data, "traffic") == (2, 2, {})


def test_a_day_not_counted_yet_is_not_zero_and_a_later_export_corrects(tmp_path: Path) -> None:
    first = DAILY + "2026-03-01,li,5,6,,,\n2026-03-02,li,0,0,,,\n"
    with read(shop(tmp_path, t1=first)) as data:
        assert rows(data, "traffic", "step, cast(date as date), count") == [
            ("added", date(2026, 3, 1), 5), ("requested", date(2026, 3, 1), 6),
        ]  # fmt: skip
        assert account(data, "traffic") == (2, 1, {"not_yet": 1})
    later = DAILY + "2026-03-01,li,6,6,,,\n2026-03-02,li,0,0,,,\n2026-03-03,li,2,1,,,\n"
    with read(shop(tmp_path, t1=first, t2=later)) as data:
        assert rows(data, "traffic", "step, cast(date as date), count") == [
            ("added", date(2026, 3, 1), 6), ("added", date(2026, 3, 2), 0), ("added", date(2026, 3, 3), 2),
            ("requested", date(2026, 3, 1), 6), ("requested", date(2026, 3, 2), 0), ("requested", date(2026, 3, 3), 1),
        ]  # fmt: skip
        assert account(data, "traffic") == (5, 3, {"duplicate": 1, "not_yet": 1})


def test_contacts_feed_the_members_and_are_friends(tmp_path: Path) -> None:
    contacts = "客户名称,添加人,添加时间,来源,手机\n" + "".join(
        f"王五,guide{n},2026-0{n}-01 10:00:00,扫码,13900000005\n" for n in (3, 1, 2, 5, 4)
    )
    lost = "删除客户,手机,员工,删除客户时间,添加客户时间\n王五,13900000005,guide2,2026-06-01 08:00:00,\n"
    with read(shop(tmp_path, contacts=contacts, lost=lost)) as data:
        assert rows(data, "friends", "friend_id, guide, added_at, deleted_at, source") == [
            ("13900000005", f"guide{n}", datetime(2026, n, 1, 10), datetime(2026, 6, 1, 8) if n == 2 else None, "扫码")
            for n in (1, 2, 3, 4, 5)
        ]
        assert data.joined is not None
        joined = data.engine.fetch("select member_id, joined_on, guide from joined").to_pylist()
        assert joined == [{"member_id": "13900000005", "joined_on": date(2026, 1, 1), "guide": "guide1"}]
        friends = next(side for side in data.quality.sides if side.role == "friends")
        assert (friends.members, friends.members_unknown) == (1, 0)


def test_friends_who_never_joined_are_counted_and_made_no_members(tmp_path: Path) -> None:
    text = "friend_id,member_id,guide,added_at\nF1,M1,G,2026-01-01\nF2,M7,G,2026-01-01\nF3,,G,2026-01-01\n"
    with read(shop(tmp_path, friends=text)) as data:
        (side,) = data.quality.sides
        assert (side.members, side.members_unknown) == (2, 1)
        assert data.joined is None
        members = data.engine.fetch("select count(distinct member_id) as n from orders")["n"][0].as_py()
        assert members == 2


def test_points_are_used_first_in_first_out_and_balances_are_checked(tmp_path: Path) -> None:
    text = (
        "member_id,at,change,kind,expires_at,order_id,balance\n"
        "M1,2026-01-01,100,earn,2027-01-01,,100\nM1,2026-02-01,50,earn,2027-02-01,,150\n"
        "M1,2026-03-01,-120,use,,,30\nM1,2026-04-01,10,earn,2027-04-01,,45\n"
    )
    with read(shop(tmp_path, points=text)) as data:
        assert rows(data, "points", "cast(happened_at as date), change, unused") == [
            (date(2026, 1, 1), 100, 0),
            (date(2026, 2, 1), 50, 30),
            (date(2026, 3, 1), -120, 0),
            (date(2026, 4, 1), 10, 10),
        ]
        (note,) = (values for word, values in data.quality.notes if word == "note.points_balance")
        assert note == {"row_count": 1, "checked": 3}


def test_a_ledger_without_a_sign_and_two_equal_movements(tmp_path: Path) -> None:
    text = (
        "会员号,变动时间,变动类型,积分变动,积分余额\nM1,2026-01-01,消费获得,30,30\nM1,2026-01-01,消费获得,30,60\n"
        "M1,2026-02-01,积分兑换,20,40\n"
    )
    with read(shop(tmp_path, a=text, b=text)) as data:
        assert rows(data, "points", "change, kind") == [(-20, "use"), (30, "earn"), (30, "earn")]
        assert account(data, "points") == (6, 3, {"duplicate": 3})


def test_what_is_taken_back_of_a_commission_stands_beside_it(tmp_path: Path) -> None:
    """44.80 was paid, 16.80 and 3.00 taken back on two days: 25.00 stay; a pending one that is settled later is one."""
    header = "order_id,line_id,staff_id,role,level,amount,status,settled_at\n"
    first = "O1,,G1,promoter,1,44.80,settled,2026-01-10\nO2,,G1,promoter,1,9.00,pending,\n"
    later = (
        "O1,,G1,promoter,1,-16.80,taken_back,2026-02-02\nO1,,G1,promoter,1,-3.00,taken_back,2026-02-05\n"
        "O2,,G1,promoter,1,9.00,settled,2026-02-03\nO1,,G1,promoter,1,-3.00,taken_back,2026-02-05\n"
    )
    with read(shop(tmp_path, january=header + first, february=header + later)) as data:
        amounts = [row[0] for row in rows(data, "commissions", "amount")]
        assert sorted(amounts) == [Decimal(x) for x in ("-16.80", "-3.00", "9.00", "44.80")]
        assert account(data, "commissions") == (6, 4, {"duplicate": 2})


def test_a_later_file_redoes_an_attribution_and_takes_nothing_back_twice(tmp_path: Path) -> None:
    """O1 was Li's and is Wu's now; what Li got for O2 is taken back by a row, and Wu's stands beside it.

    O3 was shared by two in one file; what is paid without an order is paid every month.
    """
    header = "order_id,staff_id,role,amount,status,settled_at\n"
    first = "O1,Li,seller,5,settled,2026-01-10\nO2,Li,seller,4,settled,2026-01-10\n"
    first += "O3,Li,seller,3,settled,2026-01-10\nO3,Wu,seller,2,settled,2026-01-10\n,Li,bonus,50,settled,2026-01-31\n"
    later = "O1,Wu,seller,5,settled,2026-02-10\nO2,Wu,seller,4,settled,2026-02-10\n"
    later += "O2,Li,seller,-4,taken_back,2026-02-10\n,Li,bonus,60,settled,2026-02-28\n"
    with read(shop(tmp_path, first=header + first, later=header + later)) as data:
        assert rows(data, "commissions", "order_id, staff_id, cast(amount as integer)") == [
            (None, "Li", 50), (None, "Li", 60), ("O1", "Wu", 5), ("O2", "Li", -4), ("O2", "Li", 4), ("O2", "Wu", 4),
            ("O3", "Li", 3), ("O3", "Wu", 2),
        ]  # fmt: skip
        assert account(data, "commissions") == (9, 8, {"duplicate": 1})


def test_campaigns_that_overlap_are_one_block_where_their_scopes_meet(tmp_path: Path) -> None:
    text = (
        "campaign,starts,ends,teaser_from,channel,brand\nA,2026-03-01,2026-03-05,,,\nB,2026-03-07,2026-03-09,2026-03-05,mall,\n"
        "C,2026-03-08,2026-03-10,,live,\nD,2026-04-01,2026-04-02,,,X\nE,2026-04-02,2026-04-03,,,Y\n"
    )
    with read(shop(tmp_path, campaigns=text)) as data:
        assert rows(data, "campaigns", "campaign, block") == [("A", 1), ("B", 1), ("C", 2), ("D", 3), ("E", 4)]


@pytest.mark.parametrize(
    "text",
    [
        "部门路径,开业日期\n总部/东区/一店,2025-01-01\n总部/东区/二店,\n",
        "大区,城市,门店,开业日期\n总部,东区,一店,2025-01-01\n总部,东区,二店,\n",
    ],
)
def test_units_from_paths_and_from_levels(tmp_path: Path, text: str) -> None:
    (tmp_path / "o.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "u.csv").write_text(text, "utf-8")
    with load(tmp_path / "o.csv", side_files={"units": tmp_path / "u.csv"}, sides=["units"]) as data:
        assert rows(data, "units", "unit_id, parent_id, unit, level, cast(opened_at as date)") == [
            ("总部", None, "总部", "1", None),
            ("总部/东区", "总部", "东区", "2", None),
            ("总部/东区/一店", "总部/东区", "一店", "3", date(2025, 1, 1)),
            ("总部/东区/二店", "总部/东区", "二店", "3", None),
        ]


@pytest.mark.parametrize(
    ("body", "key", "named"),
    [
        ("A,a,,B\nB,b,,A\n", "unit_cycle", ("u.csv:2", "u.csv:3")),
        ("A,a,,\nC,c,,\nB,b,,A\nB,b,,C\n", "unit_two_parents", ("u.csv:4", "u.csv:5")),
        ("A,a,,\nB,b,,Z\n", "unit_orphan", ("u.csv:3", "Z")),
        ("A,a,,\nA,other,,\n", "unit_two_names", ("u.csv:2", "u.csv:3")),
        ("A,a,,A\n", "unit_cycle", ("u.csv:2",)),
    ],
)
def test_units_that_are_no_tree_are_refused_by_their_rows(
    tmp_path: Path, body: str, key: str, named: Sequence[str]
) -> None:
    with pytest.raises(PrivtrafficError) as raised:
        read(shop(tmp_path, u=f"unit_id,unit,level,parent_id\n{body}"))
    assert raised.value.key == key
    assert all(text in str(raised.value) for text in named)


def test_rows_that_cannot_be_used_are_told_by_reason(tmp_path: Path) -> None:
    text = (
        "member_id,at,change,kind\nM1,2026-01-01,10,earn\n,2026-01-01,10,earn\nM1,someday,10,earn\n"
        "M1,2026-01-03,many,earn\n"
    )
    with read(shop(tmp_path, points=text)) as data:
        assert account(data, "points") == (4, 1, {"bad_amount": 1, "bad_date": 1, "no_member": 1})


def test_keys_join_and_hide_as_those_of_members(tmp_path: Path) -> None:
    members = "member_id,joined_at,手机号\nM1,2026-01-01,13900000001\nM2,2026-01-02,13900000002\n"
    coupons = (
        "优惠券名称,用户手机号,领券时间,失效时间\n生日券,139-0000-0001,2026-03-01,2026-03-31\n"
        "生日券,13900000009,2026-03-01,2026-03-31\n"
    )
    folder = shop(tmp_path, members=members, coupons=coupons)
    with read(folder, identity="auto") as data:
        assert rows(data, "coupons", "member_id") == [("13900000009",), ("M1",)]
        assert data.quality.sides[0].members_unknown == 1
        assert data.quality.identity is not None
        assert (data.quality.identity.records, data.quality.identity.members) == (2, 2)
    with read(folder, identity="auto", mask="secret") as data:
        hidden = {row[0] for row in rows(data, "coupons", "member_id")}
        known = {row["member_id"] for row in data.engine.fetch("select member_id from orders").to_pylist()}
        assert len(hidden & known) == 1
        assert all(len(key) == 24 for key in hidden)


@pytest.mark.parametrize("style", ["canonical", "youzan"])
def test_a_whole_house_is_read_row_by_row(tmp_path: Path, style: str) -> None:
    """Every file of the demo lands in its role, each row of it is accounted for, and only the truth is left alone."""
    shop = write_demo(tmp_path / "shop", members=150, seed=3, style=style).folder
    with load(shop, sides=list(SIDES)) as data:
        assert {side.role for side in data.quality.sides} == {*SIDES}
        for side in data.quality.sides:
            lines = len((shop / f"{side.role}.csv").read_text("utf-8-sig").splitlines()) - 1
            assert side.rows_read == lines == side.rows_kept + sum(side.rows_dropped.values()), side.role
        assert all(name.startswith("truth") for name in data.quality.skipped)
