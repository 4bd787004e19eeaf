"""The brand's database: what was read once stays, later exports correct it, and no end of a run spoils it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from privtraffic.analyses.batches import present_ingest
from privtraffic.database import batches, ingest, is_database, lists, open_database, record_list, undo
from privtraffic.database.store import opened
from privtraffic.dataset import Dataset
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from privtraffic.settings import Settings, SourceRule
from tests.fixtures.make import FIXTURES
from tests.fixtures.model import Expected, Fixture, write

HEADER = (
    "order_id,line_id,member_id,ordered_at,paid_amount,refund_amount,status,sku,product,brand,category,quantity,"
    "store,guide,channel,province,city,coupon,points,currency"
)
AMOUNTS = "order_id, member_id, ordered_at, paid_amount, refund_amount, net, is_purchase"
TABLES = {
    "orders": f"{AMOUNTS}, line_count, quantity, channel",
    "lines": f"{AMOUNTS}, quantity, brand, channel",
    "refunded_orders": "order_id, member_id, ordered_at, money, channel",
    "joined": "member_id, joined_on, channel, tier",
    "spend": "spent_on, is_month, channel, cost",
}


def line(order: str, member: str, day: str, paid: str, status: str = "completed", **more: str) -> str:
    cells = {
        "line_id": f"{order}1",
        "refund_amount": "0.00",
        "brand": "B1",
        "quantity": "1",
        "channel": "小程序",
    } | more
    cells |= {"order_id": order, "member_id": member, "ordered_at": f"{day} 10:00:00", "paid_amount": paid}
    cells |= {"status": status, "currency": "CNY"}
    return ",".join(cells.get(name, "") for name in HEADER.split(","))


def export(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *lines)) + "\n", "utf-8")
    return path


def content(data: Dataset) -> dict[str, list[tuple[object, ...]]]:
    """Every table of a dataset, its rows in one order."""
    found = {}
    for name, columns in TABLES.items():
        if name in ("joined", "spend") and getattr(data, name) is None:
            continue
        rows = data.engine.fetch(f"select {columns} from {name}").to_pylist()
        found[name] = sorted((tuple(row.values()) for row in rows), key=str)
    return found


def stored(path: Path, **asked: Any) -> tuple[dict[str, list[tuple[object, ...]]], dict[str, object]]:
    """What a database holds, and its account without the names of the files."""
    with open_database(
        path, columns=["brand", "channel", "quantity"], settings=Settings(**asked), need_member=False
    ) as data:
        account = data.quality.as_dict()
        account.pop("files")
        return content(data), account


def of_files(*paths: Path, **asked: Any) -> tuple[dict[str, list[tuple[object, ...]]], dict[str, object]]:
    with load(
        [*paths], columns=["brand", "channel", "quantity"], settings=Settings(**asked), need_member=False
    ) as data:
        account = data.quality.as_dict()
        account.pop("files")
        return content(data), account


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six monthly exports, each with the last days of the month before, where some orders were refunded since."""
    draw, folder = random.Random(7), tmp_path_factory.mktemp("shop")  # noqa: S311
    months: list[list[str]] = [[] for _ in range(6)]
    for number in range(300):
        month = draw.randrange(6)
        day = f"2025-{month + 1:02}-{draw.randrange(1, 29):02}"
        member = draw.choice(["", *(f"M{n:03}" for n in range(80))])
        paid, order = f"{draw.randrange(100, 90000) / 100:.2f}", f"O{number:05}"
        status = draw.choices(["completed", "unpaid", "cancelled", "returned"], [20, 1, 1, 1])[0]
        for row in range(draw.choice([1, 1, 2, 3])):
            more = {"line_id": f"{order}{row}", "sku": f"S{row}", "brand": draw.choice(["B1", "B2", "B3"])}
            months[month].append(line(order, member, day, paid, status, **more))
            if month < 5 and day[-2:] > "24":
                back = draw.random() < 0.4
                refund = {"refund_amount": paid} if back else {}
                again = "refunded" if back and draw.random() < 0.5 else status
                months[month + 1].append(line(order, member, day, paid, again, **more, **refund))
    return [export(folder, f"orders_2025-{n + 1:02}.csv", *rows) for n, rows in enumerate(months)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, shop: list[Path]) -> Path:
    """A database that took all six at once."""
    path = tmp_path_factory.mktemp("whole") / "brand.duckdb"
    ingest(path, shop)
    return path


def test_monthly_ingests_equal_one_and_equal_the_files(tmp_path: Path, shop: list[Path], whole: Path) -> None:
    members = tmp_path / "members.csv"
    members.write_text(
        "member_id,joined_at,channel,tier\nM001,2025-01-02,抖音,金卡\nM002,2025-02-02,门店,普通\n", "utf-8"
    )
    spend = tmp_path / "spend.csv"
    spend.write_text("month,channel,cost\n2025-01,抖音,100.00\n2025-02,门店,50.50\n", "utf-8")
    for path in shop:
        ingest(tmp_path / "monthly.duckdb", [path])
    assert stored(tmp_path / "monthly.duckdb") == stored(whole)

    ingest(tmp_path / "monthly.duckdb", [members, spend])
    monthly = stored(tmp_path / "monthly.duckdb")
    assert monthly == of_files(*shop, members, spend)
    assert len(monthly[0]["orders"]) > 200
    assert [batch.number for batch in batches(tmp_path / "monthly.duckdb")] == list(range(1, 8))


@pytest.mark.parametrize(
    "asked", [{"as_of": date(2025, 3, 31)}, {"where": (("brand", "B2"),)}, {"keep_zero": True}, {"currency": "CNY"}]
)
def test_what_is_asked_otherwise_is_settled_anew_as_from_files(
    shop: list[Path], whole: Path, asked: dict[str, Any]
) -> None:
    assert stored(whole, **asked) == of_files(*shop, **asked)


def test_the_same_export_twice_changes_nothing_whatever_its_name(tmp_path: Path, shop: list[Path]) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, shop[:3])
    before = stored(base)
    copy = tmp_path / "again.csv"
    copy.write_bytes(shop[1].read_bytes())

    again = ingest(base, [*shop[:3], copy])

    assert (again.batch, {file.state for file in again.files}) == (None, {"known"})
    assert stored(base) == before
    assert len(batches(base)) == 1


def test_a_file_given_twice_in_one_run_is_taken_once(tmp_path: Path, shop: list[Path]) -> None:
    copy = tmp_path / "copy.csv"
    copy.write_bytes(shop[0].read_bytes())

    result = ingest(tmp_path / "b.duckdb", [shop[0], copy])

    assert [file.state for file in result.files] == ["new", "known"]
    assert stored(tmp_path / "b.duckdb") == of_files(shop[0])


def test_a_later_export_updates_status_and_refund_and_says_how_many(tmp_path: Path) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, [export(tmp_path, "june.csv", *(line(f"O{n}", "M1", "2026-06-01", "100.00") for n in range(4)))])

    later = export(
        tmp_path,
        "july.csv",
        line("O0", "M1", "2026-06-01", "100.00"),
        line("O1", "M1", "2026-06-01", "100.00", refund_amount="30.00"),
        line("O2", "M1", "2026-06-01", "100.00", "refunded"),
        line("O9", "M2", "2026-07-01", "50.00"),
    )
    result = ingest(base, [later])

    assert (result.changes.added, result.changes.changed, result.changes.gone) == (1, 1, 1)
    # O0 and O3 as they were, O1 less its refund, O9 new.
    assert (result.totals.orders, str(result.totals.revenue)) == (4, "320.00")


def test_undo_is_as_if_the_batch_had_never_been(tmp_path: Path, shop: list[Path]) -> None:
    base, other = tmp_path / "b.duckdb", tmp_path / "other.duckdb"
    for path in shop[:3]:
        ingest(base, [path])
    ingest(other, [shop[0], shop[2]])

    undo(base, 2)

    assert stored(base) == stored(other)
    assert [batch.undone_at is None for batch in batches(base)] == [True, False, True]
    for number, key in ((2, "batch_undone"), (9, "no_batch")):
        with pytest.raises(PrivtrafficError) as caught:
            undo(base, number)
        assert caught.value.key == key
    again = ingest(base, shop[:3])
    assert [file.state for file in again.files] == ["known", "new", "known"]
    assert again.batch is not None
    assert again.batch.number == 4


def test_undoing_everything_leaves_an_empty_database(tmp_path: Path, shop: list[Path]) -> None:
    ingest(tmp_path / "b.duckdb", shop[:1])

    undo(tmp_path / "b.duckdb", 1)

    with pytest.raises(PrivtrafficError) as caught:
        open_database(tmp_path / "b.duckdb")
    assert caught.value.key == "db_empty"
    assert ingest(tmp_path / "b.duckdb", shop[:1]).totals.orders > 0


SEVERAL = [found for found in FIXTURES if isinstance(found.expected, Expected) and len(found.files) > 1]
ALONE = [found for found in FIXTURES if isinstance(found.expected, Expected) and len(found.files) == 1]


@pytest.mark.parametrize("fixture", [*SEVERAL, *ALONE[::5]], ids=lambda fixture: fixture.name)
def test_every_export_is_the_same_from_a_database_and_completes_what_came_before(
    tmp_path: Path, fixture: Fixture
) -> None:
    paths = [write(file, tmp_path) for file in fixture.files]
    wanted = totals_of(load([*paths], need_member=False))
    ingest(tmp_path / "once.duckdb", paths)
    assert totals_of(open_database(tmp_path / "once.duckdb", need_member=False)) == wanted

    # Olist's orders hold no money, so they are refused where their payments are not given with them.
    if len(paths) > 1 and fixture.name != "olist":
        for path in paths:
            ingest(tmp_path / "one_by_one.duckdb", [path])
        assert totals_of(open_database(tmp_path / "one_by_one.duckdb", need_member=False)) == wanted


def totals_of(dataset: Dataset) -> tuple[list[tuple[object, ...]], dict[str, object]]:
    with dataset as data:
        rows = data.engine.fetch("select order_id, member_id, paid_amount, refund_amount, net from orders").to_pylist()
        account = data.quality.as_dict()
        account.pop("files")
    return sorted((tuple(row.values()) for row in rows), key=str), account


def test_later_member_files_correct_what_is_known_of_a_member(tmp_path: Path) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, [export(tmp_path, "orders.csv", line("O1", "M1", "2026-06-01", "100.00"))])
    for month, tier in (("06", "金卡"), ("07", "银卡")):
        path = tmp_path / f"members_{month}.csv"
        path.write_text(f"member_id,joined_at,channel,tier\nM1,2025-01-02,抖音,{tier}\n", "utf-8")
        ingest(base, [path])

    assert stored(base)[0]["joined"] == [("M1", date(2025, 1, 2), "抖音", "银卡")]


def test_a_later_spend_file_takes_the_place_of_the_same_month_and_channel(tmp_path: Path) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, [export(tmp_path, "orders.csv", line("O1", "M1", "2026-06-01", "100.00"))])
    for name, rows in (("a", "2026-05,抖音,10.00\n2026-06,抖音,20.00"), ("b", "2026-06,抖音,25.00\n2026-07,抖音,5.00")):
        path = tmp_path / f"spend_{name}.csv"
        path.write_text(f"month,channel,cost\n{rows}\n", "utf-8")
        ingest(base, [path])

    assert [str(row[3]) for row in stored(base)[0]["spend"]] == ["10.00", "25.00", "5.00"]


def test_keys_are_joined_across_batches(tmp_path: Path) -> None:
    members = "member_id,手机号,joined_at\nV1,13800000001,2026-01-01\n"
    (tmp_path / "members.csv").write_text(members, "utf-8")
    first = export(tmp_path, "orders.csv", line("O1", "13800000001", "2026-06-01", "100.00"))
    base = tmp_path / "b.duckdb"
    ingest(base, [first], settings=Settings(identity="auto"))

    ingest(base, [tmp_path / "members.csv"])

    assert [row[1] for row in stored(base)[0]["orders"]] == ["V1"]
    assert [row[1] for row in stored(base, where=(("brand", "B1"),))[0]["orders"]] == ["V1"]


@pytest.mark.parametrize(("option", "value"), [("tz", "Asia/Shanghai"), ("identity", "auto"), ("mask", "secret")])
def test_rows_read_under_other_settings_never_stand_side_by_side(
    tmp_path: Path, shop: list[Path], option: str, value: str
) -> None:
    ingest(tmp_path / "b.duckdb", shop[:1])

    with pytest.raises(PrivtrafficError) as caught:
        ingest(tmp_path / "b.duckdb", shop[1:2], settings=Settings(**{option: value}))

    assert (caught.value.key, caught.value.values["option"]) == ("db_other_setting", f"--{option}")
    assert stored(tmp_path / "b.duckdb") == of_files(shop[0])


def test_keys_are_joined_in_the_first_batch(tmp_path: Path) -> None:
    """Two members of one phone are one at once, as they are when the file is read without a database."""
    rows = (line("O1", "V1", "2026-06-01", "100.00"), line("O2", "V2", "2026-06-02", "50.00"))
    path = tmp_path / "orders.csv"
    path.write_text("\n".join((f"{HEADER},phone", *(f"{row},13800000001" for row in rows))) + "\n", "utf-8")
    base = tmp_path / "b.duckdb"

    ingest(base, [path], settings=Settings(identity="auto"))

    assert [row[1] for row in stored(base)[0]["orders"]] == ["V1", "V1"]


def test_masked_keys_and_no_others_are_in_the_file(tmp_path: Path, shop: list[Path]) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, shop[:1], settings=Settings(mask="secret", identity="auto"))
    with pytest.raises(PrivtrafficError):
        ingest(base, shop[1:2], settings=Settings(mask="another"))
    with pytest.raises(PrivtrafficError):
        ingest(base, shop[1:2])

    assert b"M001" not in base.read_bytes()
    assert len(stored(base)[0]["orders"]) == len(of_files(shop[0])[0]["orders"])


def test_a_mistake_leaves_the_database_as_it_was_and_makes_none(tmp_path: Path, shop: list[Path]) -> None:
    base, wrong = tmp_path / "b.duckdb", tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(PrivtrafficError):
        ingest(base, [wrong])
    assert not base.exists()

    ingest(base, shop[:1])
    dollars = export(tmp_path, "dollars.csv", line("X1", "M1", "2025-01-05", "5.00").replace("CNY", "USD"))
    with pytest.raises(PrivtrafficError) as caught:
        ingest(base, [dollars])

    assert caught.value.key == "mixed_currencies"
    assert stored(base) == of_files(shop[0])
    ingest(base, shop[1:2])
    assert stored(base) == of_files(*shop[:2])


def test_rules_say_the_role_and_columns_of_files(tmp_path: Path) -> None:
    path = tmp_path / "anything.csv"
    path.write_text("谁,何时,钱,另一笔钱\nM1,2026-01-01,10.00,7.00\nM2,2026-01-02,20.00,8.00\n", "utf-8")
    mapping = (("member_id", "谁"), ("created_at", "何时"), ("paid_amount", "另一笔钱"))
    rule = SourceRule(f"{tmp_path}/any*.csv", "orders", mapping)

    result = ingest(tmp_path / "b.duckdb", [path], settings=Settings(rules=(rule,)))

    assert str(result.totals.revenue) == "15.00"
    again = ingest(
        tmp_path / "b.duckdb",
        [path],
        settings=Settings(rules=(SourceRule(rule.files, None, (*mapping[:2], ("paid_amount", "钱"))),)),
    )
    assert [file.otherwise for file in again.files] == [True]


def test_lists_are_recorded_once_and_stand_beside_the_orders(tmp_path: Path, shop: list[Path]) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, shop[:1])
    members = pa.table({"member_id": ["M001", "M002"], "arm": ["contact", "control"]})

    numbers = [record_list(base, {"command": "members", "as_of": "2025-01-31"}, members) for _ in range(2)]
    numbers.append(record_list(base, {"command": "churn", "as_of": "2025-01-31", "file": "calls.xlsx"}, members))

    assert numbers == [1, 1, 2]
    assert [found.manifest["command"] for found in lists(base)] == ["members", "churn"]
    # No manifest told its days: thirty.
    assert {(found.drawn_for, found.last_day) for found in lists(base)} == {(date(2025, 1, 31), date(2025, 3, 2))}
    first = present_ingest(ingest(tmp_path / "new.duckdb", shop[:1]), Words("en")).actions
    later = present_ingest(ingest(base, shop[1:2]), Words("en"), default=True).actions
    assert ["rfm" in first[0], len(first)] == [True, 1]
    assert later == (
        "The month: privtraffic review",
        "What the last list brought: privtraffic uplift --list calls.manifest.json",
    )
    with open_database(base) as data:
        assert [found.number for found in data.lists] == [1, 2]
        rows = data.engine.fetch("select member_id, arm from list_members where list_no = 2 order by member_id")
        assert rows.to_pylist() == members.to_pylist()


@contextmanager
def held(path: Path, *, write: bool) -> Iterator[int]:
    """Another process that has a database open."""
    mode = "" if write else "(read_only)"
    opening = f"import duckdb; c = duckdb.connect(); c.execute(\"attach '{path}' as b {mode}\")"
    code = f"{opening}; print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        process.communicate(b"\n")


def test_a_second_process_gets_one_clear_line(
    tmp_path: Path, shop: list[Path], privtraffic: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, shop[:1])
    with held(base, write=True) as pid:
        for command in (["ingest", shop[1], "--db", base], ["rfm", base]):
            done = privtraffic(*command)
            assert (done.returncode, done.stderr.count("\n"), str(pid) in done.stderr) == (2, 1, True), done.stderr
    with held(base, write=False):
        assert privtraffic("ingest", shop[1], "--db", base).returncode == 2
        assert privtraffic("rfm", "--db", base, "--json").returncode == 0
    assert privtraffic("ingest", shop[1], "--db", base).returncode == 0


def test_a_run_that_is_killed_anywhere_leaves_the_last_good_state(tmp_path: Path, shop: list[Path]) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, shop[:4])
    before, after = stored(base), of_files(*shop)
    code = "import sys; from privtraffic.database import ingest; ingest(sys.argv[1], sys.argv[2:])"
    command = [sys.executable, "-c", code, str(base), *map(str, shop)]
    draw, killed = random.Random(3), 0  # noqa: S311
    for _ in range(5):
        process = subprocess.Popen(command)
        time.sleep(draw.uniform(0.5, 1.5))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert stored(base) in (before, after)
    assert killed
    ingest(base, shop)

    assert stored(base) == after
    with opened(base, write=False) as store:
        assert len([name for name in store.tables() if name.startswith("rows_")]) == len(shop)


def test_what_is_no_database_is_refused_in_one_line(
    tmp_path: Path, privtraffic: Callable[..., subprocess.CompletedProcess[str]], shop: list[Path], whole: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.duckdb").write_text("not a database\n" * 1000)
    (tmp_path / "cut.duckdb").write_bytes(whole.read_bytes()[:50_000])
    import duckdb

    duckdb.connect(str(tmp_path / "foreign.duckdb")).close()
    assert is_database(tmp_path / "foreign.duckdb")
    for name in ("folder", "text.duckdb", "cut.duckdb", "foreign.duckdb", "missing.duckdb", "none/b.duckdb"):
        with pytest.raises(PrivtrafficError) as caught:
            open_database(tmp_path / name)
        assert caught.value.key.startswith("db_")
        if name != "missing.duckdb":
            with pytest.raises(PrivtrafficError) as caught:
                ingest(tmp_path / name, shop[:1])
            assert caught.value.key.startswith("db_")
    done = privtraffic("batches", "--db", "text.duckdb")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "not a database" in done.stderr


def test_ingest_and_batches_print_json(
    tmp_path: Path, as_json: Callable[..., dict[str, Any]], shop: list[Path]
) -> None:
    taken = as_json("ingest", *shop[:2])
    assert (taken["figures"]["batch"], taken["figures"]["files_new"]) == (1, 2)
    assert [row["file_state"] for row in taken["tables"]["files_ingested"]] == ["new", "new"]
    assert taken["figures"]["revenue"] == as_json("rfm", "--db", "brand.duckdb")["figures"]["revenue"]
    assert as_json("batches", "--undo", 1)["tables"]["batches"][0]["undone_at"]
    assert json.dumps(as_json("batches"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_line(
    tmp_path: Path, privtraffic: Callable[..., subprocess.CompletedProcess[str]], shop: list[Path]
) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    done = privtraffic("ingest", shop[0], "--db", folder / "b.duckdb")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("later_first", [False, True])
def test_money_that_went_back_is_not_forgotten_by_another_export(tmp_path: Path, *, later_first: bool) -> None:
    """100 + 100 + 100 paid; of O1 30 went back, O2 was sent back wholly: 170, whichever export is taken first."""
    head = "order_id,member_id,ordered_at,paid_amount,refund_amount,status,refund_status\n"
    rows = [f"O{n},M{n},2026-06-0{n + 1},100.00,{{}},done,{{}}\n" for n in range(3)]
    (tmp_path / "june.csv").write_text(head + "".join(row.format("", "") for row in rows))
    july = [rows[0].format("", ""), rows[1].format("30.00", ""), rows[2].format("", "refunded")]
    (tmp_path / "july.csv").write_text(head + "".join(july) + "O3,M3,2026-07-01,0.01,,done,\n")
    for name in ("july", "june") if later_first else ("june", "july"):
        result = ingest(tmp_path / "b.duckdb", [tmp_path / f"{name}.csv"])
    assert (result.totals.orders, str(result.totals.revenue)) == (3, "170.01")


@pytest.mark.parametrize("later_first", [False, True])
def test_times_of_paying_and_cancelling_are_not_forgotten_by_another_export(
    tmp_path: Path, *, later_first: bool
) -> None:
    """Without a status: O0 (100) was paid after the first export, O1 (40) cancelled, O2 (7) is as it was: 107."""
    head = "order_id,member_id,created_at,paid_at,cancelled_at,paid_amount\n"
    rows = [f"O{n},M{n},2026-06-0{n + 1} 09:00:00,{{}},{{}},{amount}\n" for n, amount in enumerate((100, 40, 7))]
    paid, gone = "2026-06-0{} 10:00:00", "2026-06-20 10:00:00"
    first = [rows[0].format("", ""), rows[1].format(paid.format(2), ""), rows[2].format(paid.format(3), "")]
    later = [
        rows[0].format(paid.format(1), ""),
        rows[1].format(paid.format(2), gone),
        rows[2].format(paid.format(3), ""),
    ]
    for name, lines in (("first", first), ("later", later)):
        (tmp_path / f"{name}.csv").write_text(head + "".join(lines))
    for name in ("later", "first") if later_first else ("first", "later"):
        result = ingest(tmp_path / "b.duckdb", [tmp_path / f"{name}.csv"])
    assert (result.totals.orders, str(result.totals.revenue)) == (2, "107.00")
