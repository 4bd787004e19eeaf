"""Values as the world writes them are read, or the file is refused with what is in doubt."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from privtraffic.database.ingest import ingest
from privtraffic.database.open import open_database
from privtraffic.dataset import Dataset
from privtraffic.engine.base import TableRef
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.understand.values import LONGEST_SUM, SUM_LETTERS, SUM_WORDS, is_sum
from privtraffic.settings import Settings

HEAD = "order_id;customer_id;order_date;total"


def revenue(path: Path, **settings: str) -> tuple[Decimal, int, str]:
    with load(path, settings=Settings(**settings)) as data:  # type: ignore[arg-type]
        return data.quality.revenue, data.quality.orders, data.as_of.isoformat()


def export(folder: Path, *amounts: str, days: tuple[str, ...] = (), encoding: str = "utf-8", head: str = HEAD) -> Path:
    lines = [
        f"{n};m{n};{days[n] if days else f'2026-05-{n + 1:02d}'};{amount}"
        for n, amount in enumerate(amounts or ("10",) * len(days))
    ]
    path = folder / "export.csv"
    path.write_bytes("\n".join((head, *lines, "")).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("amounts", "whole"),
    [
        (("2,34,567.50", "10.00"), "234577.50"),
        (("2\u202f345,50", "10,00"), "2355.50"),
        (("2'345.50", "10.00"), "2355.50"),
        (("2.345,50", "1.000", "7,00"), "3352.50"),
        (("3.5万", "2千", "1.5k"), "38500.00"),
        (("R$ 12,50", "R$ 1.200,00"), "1212.50"),
        (("0.3333", "0.3333", "0.3334"), "1.00"),
    ],
)
def test_amounts(tmp_path: Path, amounts: tuple[str, ...], whole: str) -> None:
    assert revenue(export(tmp_path, *amounts))[:2] == (Decimal(whole), len(amounts))


def test_an_amount_that_may_be_either_is_asked(tmp_path: Path) -> None:
    path = export(tmp_path, "1.250", "2.500")
    with pytest.raises(PrivtrafficError) as raised:
        revenue(path)
    assert raised.value.key == "ambiguous_decimal"
    assert revenue(path, decimal=",")[0] == Decimal("3750.00")
    assert revenue(path, decimal=".")[0] == Decimal("3.75")


def test_unread_amounts_are_never_only_a_count(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError) as raised:
        revenue(export(tmp_path, "10.00", "12?345?678"))
    assert raised.value.key == "unread_amounts"
    assert "12?345?678" in raised.value.text("en")


@pytest.mark.parametrize(
    ("days", "last"),
    [
        (("05/14/26", "06/02/26"), "2026-06-02"),
        (("14.05.26", "02.06.26"), "2026-06-02"),
        (("14-Mai-2026", "2. Juni 2026"), "2026-06-02"),
        (("2026/5/14 下午 11:30:00", "2026/6/2 上午 12:15:00"), "2026-06-02"),
        (("14 de mayo de 2026", "2 de junio de 2026"), "2026-06-02"),
        (("26/05/14", "26/06/02", "26/06/15", "26/06/20"), "2026-06-20"),
        (("2026.05.01", "2026.06.02"), "2026-06-02"),
        (("14. 5. 2026", "2. 6. 2026."), "2026-06-02"),
        (("26. 5. 14.", "26. 6. 2.", "26. 6. 20."), "2026-06-20"),
        (("14/05/2026, 14:05", "02/06/2026 à 14h05"), "2026-06-02"),
        (("14.05.2026 г.", "02.06.2026 г. 14:05"), "2026-06-02"),
        (("14.05.2026 klo 14.05", "02.06.2026 14.05.30"), "2026-06-02"),
    ],
)
def test_days(tmp_path: Path, days: tuple[str, ...], last: str) -> None:
    assert revenue(export(tmp_path, days=days)) == (Decimal(10 * len(days)), len(days), last)


@pytest.mark.parametrize(
    ("days", "due", "last"),
    [
        (("01.05.2026", "02.06.2026"), "", "2026-06-02"),
        (("1. 5. 2026 14:05", "2. 6. 2026 14:05"), "", "2026-06-02"),
        (("01.05.26", "02.06.26"), "", "2026-06-02"),
        (("01.05.2026", "02.06.2026"), "28.06.2026", "2026-06-02"),
        (("01.05.2026", "02.06.2026"), "06.28.2026", ""),
        (("01.05.2026", "02/06/2026"), "", ""),
        (("01-05-2026", "02-06-2026"), "", ""),
    ],
)
def test_days_with_points_are_day_first_unless_a_column_says_otherwise(
    tmp_path: Path, days: tuple[str, ...], due: str, last: str
) -> None:
    lines = [f"{n};m{n};{day};10;{due}" for n, day in enumerate(days)]
    (tmp_path / "o.csv").write_text("\n".join((f"{HEAD};due date", *lines)), "utf-8")
    with pytest.raises(PrivtrafficError) if not last else nullcontext() as caught, load(tmp_path / "o.csv") as data:
        assert data.as_of.isoformat() == last
        assert "note.dotted_days" in {word for word, _ in data.quality.notes}
    assert not caught or caught.value.key == "ambiguous_dates"


def test_days_that_excel_swapped_are_put_right(tmp_path: Path) -> None:
    """Written 05/06 … 12/06 and 13/06 … 20/06, day first: Excel took the first eight for May to December."""
    book = Workbook()
    book.active.append(["order_id", "customer_id", "order_date", "total"])
    for n, day in enumerate(range(5, 21)):
        book.active.append([n, f"m{n}", datetime(2026, day, 6) if day <= 12 else f"{day:02d}/06/2026", 10])
    book.save(tmp_path / "swapped.xlsx")
    with load(tmp_path / "swapped.xlsx") as data:
        assert (data.quality.first_day, data.quality.last_day) == (
            datetime(2026, 6, 5).date(),
            datetime(2026, 6, 20).date(),
        )
        assert "note.swapped_days" in {word for word, _ in data.quality.notes}


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("cp932", "注文番号;顧客番号;注文日時;合計金額"),
        ("cp949", "주문번호;고객번호;주문일시;결제금액"),
        ("cp1251", "Номер заказа;Код клиента;Дата заказа;Сумма"),
        ("gb18030", "订单编号;会员号;下单时间;实付金额"),
        ("cp1252", "Numéro de commande;Numéro client;Date de commande;Montant"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, head: str) -> None:
    assert revenue(export(tmp_path, "10", "20", encoding=encoding, head=head))[:2] == (Decimal("30.00"), 2)


def test_a_yen_sign_behind_each_amount_is_no_western_text(tmp_path: Path) -> None:
    """In Shift-JIS its second byte is ASCII: in 40 rows most bytes above 127 stand alone."""
    rows = [f"A{at},M{at % 7},2026/5/{at % 28 + 1},{100 + at}円" for at in range(40)]
    (tmp_path / "o.csv").write_bytes("\n".join(("注文番号,会員番号,購入日,合計金額", *rows)).encode("cp932"))
    assert revenue(tmp_path / "o.csv")[:2] == (Decimal("4780.00"), 40)


def test_the_lines_of_an_order_that_name_it_once(tmp_path: Path) -> None:
    rows = ["7;m1;2026-05-01;T;30", ";;;S;20", "8;m2;2026-05-02;T;30", "小计;;;;80"]
    (tmp_path / "o.csv").write_text("\n".join(("order_id;customer_id;order_date;sku;total", *rows)), "utf-8")
    assert revenue(tmp_path / "o.csv")[:2] == (Decimal("80.00"), 2)


def test_a_subtotal_in_whatever_column(tmp_path: Path) -> None:
    rows = ["7;m1;2026-05-01;T;30", "7;m1;2026-05-01;Subtotal;30"]
    (tmp_path / "o.csv").write_text("\n".join(("order_id;customer_id;order_date;item;total", *rows)), "utf-8")
    assert revenue(tmp_path / "o.csv")[:2] == (Decimal("30.00"), 1)


def test_two_shops_may_count_alike(tmp_path: Path) -> None:
    (tmp_path / "north.csv").write_text(f"{HEAD}\n1;a;2026-05-01;10\n2;b;2026-05-02;20\n", "utf-8")
    (tmp_path / "south.csv").write_text(f"{HEAD}\n1;c;2026-06-01;30\n2;b;2026-05-02;20\n", "utf-8")
    with load(tmp_path) as data:
        assert (data.quality.revenue, data.quality.orders) == (Decimal("60.00"), 3)
        (note,) = (values for word, values in data.quality.notes if word == "note.doubles")
        assert note["places"] == "north.csv:3 = south.csv:3"


@pytest.mark.parametrize(
    "head",
    [
        "member_id,date,points change,points balance,amount",
        "会员编号,兑换时间,券名称,领取时间,有效期至,实付金额",
        "inviter phone,invitee phone,invited at,reward,status",
    ],
)
def test_other_files_are_refused_by_what_they_are(tmp_path: Path, head: str) -> None:
    (tmp_path / "x.csv").write_text(f"{head}\n" + "m1,2026-05-01,5,15,10,9\n" * 3, "utf-8")
    with pytest.raises(PrivtrafficError) as raised:
        load(tmp_path / "x.csv")
    assert raised.value.key == "other_role"


@pytest.mark.parametrize("file", ["embedded.sql", "spark.sql"])
def test_the_words_of_a_sum_are_the_same_here_and_in_the_engines(file: str) -> None:
    """The pattern that looks at the rows in memory is the one of the macro, letter by letter."""
    text = files("privtraffic.engine").joinpath(file).read_text("utf-8")
    (body,) = re.findall(r"sums_row\(x(?: string)?\).*?regexp_full_match\(strip\(x\),(.*?)\), false\)", text, re.DOTALL)
    assert "".join(re.findall(r"'([^']*)'", body)) == SUM_WORDS
    assert f"length(x) <= {LONGEST_SUM} " in text


def test_every_word_of_a_sum_has_the_letters_that_are_looked_for_first() -> None:
    words = re.split(r"[|()\[\]?:]+", SUM_WORDS.replace("(?i:", "("))
    known = [word for word in words if is_sum(word)]
    assert len(known) >= 25
    assert [word for word in known if not re.search(SUM_LETTERS, word)] == []


def test_a_subtotal_beyond_the_rows_in_memory(tmp_path: Path) -> None:
    """3,000 lines of 1.00, and one further down that sums them up under a member and a day."""
    rows = [f"{n};m{n % 50};2026-05-01;T;1.00" for n in range(3000)] + ["x9;m1;2026-05-01;小计;3000.00"]
    (tmp_path / "o.csv").write_text("\n".join(("order_id;customer_id;order_date;item;total", *rows)), "utf-8")
    assert revenue(tmp_path / "o.csv")[:2] == (Decimal("3000.00"), 3000)


def test_days_and_amounts_are_asked_of_all_rows_at_once(tmp_path: Path) -> None:
    """The first 40 rows leave open both the order of day and month and the decimal sign; the last ones tell."""
    rows = [f"{n};m{n % 50};0{n % 9 + 1}/05/2026;T;1.250" for n in range(2000)]
    rows += ["x1;m1;24/05/2026;T;1.250,50", "x2;m2;05/05/2026;Summe;9.999,00"]
    (tmp_path / "o.csv").write_text("\n".join(("order_id;customer_id;order_date;item;total", *rows)), "utf-8")
    assert revenue(tmp_path / "o.csv") == (Decimal("2501250.50"), 2001, "2026-05-24")


SIDE_ORDERS = "order_id,member_id,ordered_at,paid_amount\n1,a,2026-01-05,¥10\n2,b,2026-02-05,¥20\n"


def test_files_beside_the_orders_are_written_as_their_whole_columns_say(tmp_path: Path) -> None:
    """One day above 12 tells the order of day and month of a file, one decimal comma what 1.234 is."""
    (tmp_path / "orders.csv").write_text(SIDE_ORDERS, "utf-8")
    (tmp_path / "members.csv").write_text("member_id,joined_at\na,03/01/2026\nb,24/12/2025\n", "utf-8")
    (tmp_path / "spend.csv").write_text("date;channel;cost\n03/01/2026;x;1.234\n24/12/2025;x;10,50\n", "utf-8")
    with load(tmp_path / "orders.csv", members=tmp_path / "members.csv", spend=tmp_path / "spend.csv") as data:
        joined = {row["member_id"]: str(row["joined_on"]) for row in rows_of(data, data.joined)}
        spent = {str(row["spent_on"]): row["cost"] for row in rows_of(data, data.spend)}
    assert joined == {"a": "2026-01-03", "b": "2025-12-24"}
    assert spent == {"2026-01-03": Decimal("1234.00"), "2025-12-24": Decimal("10.50")}


def rows_of(data: Dataset, table: TableRef | None) -> list[dict[str, Any]]:
    assert table
    rows: list[dict[str, Any]] = data.engine.fetch(f"select * from {table.name}").to_pylist()
    return rows


def test_the_remedy_for_days_of_a_member_list_works(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(SIDE_ORDERS, "utf-8")
    (tmp_path / "members.csv").write_text("member_id,joined_at\na,03/01/2026\n", "utf-8")
    with pytest.raises(PrivtrafficError, match="--map joined_at=joined_at:dmy"):
        load(tmp_path / "orders.csv", members=tmp_path / "members.csv")
    settings = Settings(mapping=(("joined_at", "joined_at:dmy"),))
    with load(tmp_path / "orders.csv", members=tmp_path / "members.csv", settings=settings) as data:
        assert str(rows_of(data, data.joined)[0]["joined_on"]) == "2026-01-03"


@pytest.mark.parametrize(
    ("costs", "currencies"),
    [
        ("date,channel,cost\n2026-01-03,x,$5\n2026-01-04,x,€7\n", "EUR, USD"),
        ("date,channel,cost,currency\n2026-01-03,x,5,USD\n", "USD"),
        ("date,channel,cost,币种\n2026-01-03,x,5,RMB\n", ""),
        ("date,channel,cost\n2026-01-03,x,5\n", ""),
    ],
)
def test_costs_in_another_currency_than_the_orders_are_refused(tmp_path: Path, costs: str, currencies: str) -> None:
    (tmp_path / "orders.csv").write_text(SIDE_ORDERS, "utf-8")
    (tmp_path / "spend.csv").write_text(costs, "utf-8")
    with pytest.raises(PrivtrafficError) if currencies else nullcontext() as caught:
        load(tmp_path / "orders.csv", spend=tmp_path / "spend.csv").close()
    if caught:
        assert (caught.value.key, f"in {currencies}, the orders in CNY" in caught.value.text("en")) == (
            "spend_currency",
            True,
        )


def test_a_database_keeps_what_the_values_of_a_file_said(tmp_path: Path) -> None:
    """Days that Excel swapped and cells filled down are told by every later run; fractions of a cent stay."""
    book = Workbook()
    book.active.append(["order_id", "customer_id", "order_date", "item", "total"])
    for n, day in enumerate(range(5, 21)):
        book.active.append([n, f"m{n}", datetime(2026, day, 6) if day <= 12 else f"{day:02d}/06/2026", "T", 10])
        book.active.append([None, None, None, "S", 1])
    book.save(tmp_path / "swapped.xlsx")
    fine = "".join(f"{n};m1;2026-05-0{n};0.3335\n" for n in range(1, 7))
    (tmp_path / "fine.csv").write_text(f"{HEAD}\n{fine}", "utf-8")
    ingest(tmp_path / "house.duckdb", [tmp_path / "swapped.xlsx", tmp_path / "fine.csv"])
    with open_database(tmp_path / "house.duckdb") as data:
        told = {word for word, _ in data.quality.notes}
        assert told >= {"note.swapped_days", "note.filled_down", "note.fine_amounts"}
        assert data.quality.revenue == Decimal("178.00")


@pytest.mark.parametrize(
    ("written", "utc", "shanghai"),
    [
        ("2025-01-31 23:59:59Z", "2025-01-31", "2025-02-01"),
        ("Jan 31, 2025 11:59 PM UTC", "2025-01-31", "2025-02-01"),
        ("1738367999", "2025-01-31", "2025-02-01"),
        ("1738367999000", "2025-01-31", "2025-02-01"),
        ("Jan 31, 2025 11:59 PM", "2025-01-31", "2025-01-31"),
        ("2025-01-31 23:59:59+02:00", "2025-01-31", "2025-01-31"),
    ],
)
def test_what_says_utc_is_moved_however_it_is_written(tmp_path: Path, written: str, utc: str, shanghai: str) -> None:
    """`date -u -d @1738367999`: 31 January 2025, 23:59:59 UTC; in Shanghai it is 07:59:59 of the next day."""
    path = export(tmp_path, days=(written,))
    assert [revenue(path)[2], revenue(path, tz="Asia/Shanghai")[2]] == [utc, shanghai]
    with load(path) as data:
        assert (("note.utc", {"file": "export.csv"}) in data.quality.notes) is (utc != shanghai)


def test_a_zone_holds_for_every_file(tmp_path: Path) -> None:
    """In New York 02:00 UTC of 2 January is 21:00 of the 1st: of an order, of joining, of becoming a friend."""
    (tmp_path / "orders.csv").write_text("order_id,member_id,ordered_at,paid_amount\n1,m1,2026-01-02T02:00:00Z,10\n")
    (tmp_path / "members.csv").write_text("member_id,joined_at,channel\nm1,2026-01-02T01:00:00Z,web\n")
    (tmp_path / "friends.csv").write_text("friend_id,member_id,guide,added_at\nf1,m1,G1,2026-01-02T01:00:00Z\n")
    settings = Settings(tz="America/New_York")
    ingest(
        tmp_path / "house.duckdb",
        [tmp_path / f"{name}.csv" for name in ("orders", "members", "friends")],
        settings=settings,
    )
    for source in (
        load(tmp_path, sides=("friends",), settings=settings),
        open_database(tmp_path / "house.duckdb", sides=("friends",)),
    ):
        with source as data:
            orders = [row["ordered_at"] for row in data.engine.fetch("select ordered_at from orders").to_pylist()]
            assert data.joined is not None
            joined = data.engine.fetch(f"select joined_on from {data.joined.name}").to_pylist()
            friends = data.engine.fetch(f"select added_at from {data.require_side('friends').name}").to_pylist()
            assert (orders, joined, friends) == (
                [datetime(2026, 1, 1, 21)],
                [{"joined_on": date(2026, 1, 1)}],
                [{"added_at": datetime(2026, 1, 1, 20)}],
            )
