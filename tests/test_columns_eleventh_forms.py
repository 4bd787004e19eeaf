"""How an eleventh set of invented exports was written: answers of services, lakes, full width, hashes, cards."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from tests.test_columns_eleventh import lines
from tests.test_columns_fresh import BASE
from tests.test_columns_ninth import NAMED, folder_of, read, table


def test_cards_that_were_opened_are_no_orders(tmp_path: Path) -> None:
    """Six sales by the number of a card, beside the list of cards, each of which was opened on a day."""
    cards = lines("会员ID,卡号,开卡时间,开卡门店", *(f"u{at},c{at},2025-01-0{at},东店" for at in range(1, 5)))
    members = tuple(key.replace("p", "c") for key in BASE["customer_id"])
    sales = {
        "零售单号": BASE["ticket"],
        "卡号": members,
        "销售时间": BASE["order_date"],
        "实收金额": BASE["order_total"],
    }
    assert folder_of(tmp_path, cards=cards, sales=table(sales))[:2] == (6, 540)


@pytest.mark.parametrize(
    ("lacking", "said"), [("日期", "no column for the order time"), ("会员号", "no column for the member")]
)
def test_a_folder_says_which_column_its_orders_lack(tmp_path: Path, lacking: str, said: str) -> None:
    columns = {name: cells for name, cells in NAMED.items() if name != lacking}
    members = lines("会员号,入会时间,等级", *(f"p{at},2025-01-0{at},金卡" for at in range(1, 5)))
    with pytest.raises(PrivtrafficError, match=rf"orders\.csv.*{said}"):
        folder_of(tmp_path, members=members, orders=table(columns))


@pytest.mark.parametrize("wrapped", [False, True])
def test_json_within_an_answer_and_with_types_beside_its_values(tmp_path: Path, wrapped: bool) -> None:
    def typed(name: str, value: str) -> object:
        return {name: value} if not wrapped else value

    rows = [
        {"orderSn": number, "buyerId": typed("$oid", member), "payTime": typed("$date", f"{day} 10:00:00"),
         "payPrice": typed("$numberDecimal", money), "items": [{"sku": "A", "num": 1}]}
        for number, member, day, money in zip(*BASE.values(), strict=True)
    ]  # fmt: skip
    text = "\n".join(map(json.dumps, rows))
    if wrapped:
        text = json.dumps({"code": 0, "data": {"total": 6, "list": rows}})
    assert read(tmp_path, text, "orders.json")[:2] == (6, 540)


def test_a_hash_goes_before_a_masked_phone(tmp_path: Path) -> None:
    columns = {
        "手机号": ("138****0000",) * 6,
        "手机号MD5": tuple(f"{int(key[1]):032x}a" for key in BASE["customer_id"]),
    }
    columns |= {name: cells for name, cells in NAMED.items() if name != "会员号"}
    assert read(tmp_path, table(columns))[:2] == (6, 540)


def test_an_address_of_each_order_is_no_member(tmp_path: Path) -> None:
    """Fourteen orders of four buyers; a mall masks the address of each anew."""
    rows = (f"v{at:02},2026-07-{at + 1:02},{at % 4}1234567890,x{at:02}@ct.mall.br,10.00" for at in range(14))
    (tmp_path / "mall.csv").write_text(lines("Order,Creation Date,Client Document,Email,Total Value", *rows), "utf-8")
    with load(tmp_path / "mall.csv") as data:
        assert data.engine.fetch("select count(distinct member_id) as n from orders").to_pylist() == [{"n": 4}]


def test_figures_in_full_width_are_chinese(tmp_path: Path) -> None:
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    columns = {name: tuple(cell.translate(wide) for cell in cells) for name, cells in NAMED.items()}
    assert read(tmp_path, table(columns).encode("gb18030"))[:2] == (6, 540)
    with load(tmp_path / "export.csv") as data:
        assert data.quality.last_day == date(2026, 7, 26)


def test_a_lake_has_its_files_in_folders_and_a_dump_is_no_export(tmp_path: Path) -> None:
    for at, row in enumerate(zip(*NAMED.values(), strict=True)):
        (tmp_path / "lake" / f"dt=2026-07-{at}").mkdir(parents=True)
        (tmp_path / "lake" / f"dt=2026-07-{at}" / "part.csv").write_text(lines(",".join(NAMED), ",".join(row)), "utf-8")
    with load(tmp_path / "lake") as data:
        assert (data.quality.orders, data.quality.revenue) == (6, 540)
    dump = "DROP TABLE IF EXISTS o;\nCREATE TABLE o (id int, total decimal);\nINSERT INTO o VALUES (1,2),(3,4);\n"
    with pytest.raises(PrivtrafficError, match="dump of a database"):
        read(tmp_path, dump, "orders.sql")


def test_keys_that_differ_in_zeros_or_case_are_told(tmp_path: Path) -> None:
    other = {
        **BASE,
        "ticket": tuple(f"X{at}" for at in range(6)),
        "customer_id": ("P1", "p2", "00P1", "p3", "p2", "p5"),
    }
    orders, money, notes = folder_of(tmp_path, one=table(BASE), two=table(other))
    assert (orders, money) == (12, 1080)
    assert "note.keys_alike" in notes


def test_times_as_a_dashboard_writes_them(tmp_path: Path) -> None:
    days = [date.fromisoformat(day) for day in BASE["order_date"]]
    told = tuple(f'"{day:%b} {day.day}, {day.year} @ 09:13:00.000"' for day in days)
    text = table({"@timestamp": told, "user.id": BASE["customer_id"], "order.amount": BASE["order_total"]})
    assert read(tmp_path, text)[:2] == (6, 540)
    with load(tmp_path / "export.csv") as data:
        assert data.quality.first_day == date(2026, 7, 1)
