"""The lists behind the review's actions: nobody on two of them, each what its analysis draws, judged a month later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet

import privtraffic as pt
from privtraffic.analyses.contact_list import ListParams, read_manifest
from privtraffic.analyses.review.lists import KINDS
from privtraffic.analyses.review.per_place import file_names
from privtraffic.analyses.review.whose import whose
from privtraffic.analyses.rfm.segments import BEST
from privtraffic.database import ingest, lists, open_database
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.report.words import Words
from privtraffic.schema import SIDES
from tests.conftest import Run

ROOMS = ("members", "cohort", "churn", "funnel")
HELD = "2026-09-held-out.xlsx"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("listed") / "shop"
    write_demo(folder, members=600, seed=5)
    return folder


@pytest.fixture(scope="module")
def data(shop: Path) -> Iterator[pt.Dataset]:
    with pt.load(shop, optional=pt.review.OPTIONAL, sides=SIDES) as loaded:
        yield loaded


def drawn_for(file: Path) -> dict[str, str]:
    """Everybody of a list: member -> the group."""
    table = parquet.read_table(file.with_name(f"{file.stem}.groups.parquet"))
    return dict(zip(table["member_id"].to_pylist(), table["contact_group"].to_pylist(), strict=True))


def test_nobody_is_on_two_lists_and_each_is_what_its_analysis_draws_less_those(
    data: pt.Dataset, tmp_path: Path
) -> None:
    """The last whole month is September here: who has ordered since its end is on none of the lists."""
    month = pt.review.Month.parse("2026-09")
    with pt.review(data, month=month, rooms=ROOMS) as result:
        manifests = result.write_lists(tmp_path / "out", control="20%", lang="en")
        # The same day they may be made again; what went out on an earlier day stays, and so do those beside it.
        assert result.write_lists(tmp_path / "out", control="20%", lang="en") == manifests
        last = tmp_path / "out" / "2026-09-prospects.manifest.json"
        kept = last.read_text("utf-8")
        last.write_text(json.dumps(json.loads(kept) | {"drawn_on": "2026-10-01"}), "utf-8")
        before = {path.name: path.read_bytes() for path in last.parent.iterdir()}
        with pytest.raises(PrivtrafficError, match="the list of 2026-10-01 stands there"):
            result.write_lists(tmp_path / "out", control="30%", lang="en")
        assert {path.name: path.read_bytes() for path in last.parent.iterdir()} == before
    assert [(one.command, one.file) for one in manifests] == [
        (name, f"2026-09-{KINDS[name]}.xlsx") for name in ("members", "cohort", "churn", "funnel")
    ]
    then = replace(data, as_of=month.last_day)
    since = data.engine.fetch(
        "select distinct member_id as m from orders where is_purchase and ordered_at >= timestamp '2026-10-01 00:00:00'"
    )
    last_orders = data.engine.fetch(
        "select member_id as m from orders where is_purchase and ordered_at < timestamp '2026-10-01 00:00:00' "
        "group by member_id having cast(max(ordered_at) as date) < date '2026-09-30' - 180"
    )
    asleep = {*last_orders["m"].to_pylist()}
    bought, taken, overlapping = {*since["m"].to_pylist()}, set[str](), 0
    for manifest in manifests:
        groups = drawn_for(tmp_path / "out" / manifest.file)
        found = getattr(pt, manifest.command)
        with found(then) as answer, found.draw(then, answer, ListParams(control=0.2), Words("en")) as own:
            alone = {*own.assigned.to_arrow()["member_id"].to_pylist()}
            worthless = own.left_out
        # Who is asleep slips no more.
        out = asleep if manifest.command == "churn" else set[str]()
        assert groups.keys() == alone - bought - taken - out
        kept_off = {
            "ordered_since": len(alone & bought),
            "on_other_list": len(alone & taken - bought),
            "asleep": len(alone & out - bought - taken),
        }
        assert manifest.left_out == worthless | {why: members for why, members in kept_off.items() if members}
        assert worthless == ({"no_chance": 128} if manifest.command == "funnel" else {})
        assert manifest.members_control == int(len(groups) * 0.2 + 0.5)
        overlapping += len(alone & taken)
        taken |= groups.keys()
    assert overlapping, "the lists would have shared members"
    assert all(any(one.left_out.get(why) for one in manifests) for why in ("ordered_since", "asleep"))
    with pytest.raises(PrivtrafficError, match="review does"), pt.rfm(data) as other:
        other.write_lists(tmp_path)


def test_the_review_names_its_lists_and_the_next_one_judges_them(shop: Path, tmp_path: Path, privtraffic: Run) -> None:
    database = tmp_path / "brand.duckdb"
    ingest(database, [shop])
    folder = tmp_path / "lists"
    typed = ("review", "--db", database, "--month", "2026-09", "--lists", folder, "--lang", "en")
    done = privtraffic(*typed, "-o", tmp_path / "r.json", "-q")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    rows = report["tables"]["lists"]
    sent = [row for row in rows if row["file"]]
    assert {row["file"] for row in sent} == {path.name for path in folder.glob("*.xlsx")} - {HELD}
    assert sent
    for row in sent:
        manifest = read_manifest(folder / row["file"])
        assert (row["members_contact"], row["members_control"]) == (manifest.members_contact, manifest.members_control)
        # Two yardsticks, two words: what members usually spend, and one order of theirs.
        other = {"at_stake": "order_at_stake", "order_at_stake": "at_stake"}[manifest.stake]
        assert row[other] is None
        assert row[manifest.stake] == (
            None if manifest.at_stake is None else pytest.approx(manifest.at_stake, abs=0.01)
        )
        goes_out = openpyxl.load_workbook(folder / row["file"], read_only=True).worksheets[0]
        assert sum(1 for _ in goes_out.iter_rows()) == row["members_contact"] + 1
    named = [row["monday"] for row in report["tables"]["findings"] if "2026-09-" in (row["monday_how"] or "")]
    assert named
    recorded = lists(database)
    assert [record.manifest["file"] for record in recorded] == [row["file"] for row in sent]
    with (
        open_database(database, optional=pt.review.OPTIONAL, sides=SIDES) as later,
        pt.review(later, month=pt.review.Month.parse("2026-10"), rooms=()) as result,
    ):
        assert [one.number for one in result.lists] == [record.number for record in recorded]
        judged = [one.result.effects[0].sizes for one in result.lists if one.result is not None]
    assert judged == [(row["members_contact"], row["members_control"]) for row in sent]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--lists", "shop"), "--lists shop: the data are read from there"),
        (("--lists", "file.txt"), "--lists file.txt: is a file"),
        (("--control", "10%"), "say where to write it with --lists DIR"),
    ],
)
def test_what_cannot_be_is_said_before_the_data_are_read(
    typed: tuple[str, ...], said: str, tmp_path: Path, privtraffic: Run
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "orders.csv").write_text("order_id,member_id,ordered_at,paid_amount\n", "utf-8")
    (tmp_path / "file.txt").write_text("mine\n", "utf-8")
    done = privtraffic("review", "shop", *typed, "--lang", "en")
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert (tmp_path / "file.txt").read_text("utf-8") == "mine\n"


def test_the_lists_are_cut_by_store_and_the_index_adds_up(data: pt.Dataset, tmp_path: Path) -> None:
    """Each store has whom `teams` says it has, sorted by guide; nobody held out is in a file, nobody is lost."""
    month = pt.review.Month.parse("2026-09")
    folder = tmp_path / "2026-09-stores"
    with pt.review(data, month=month, rooms=("members", "cohort")) as result:
        manifests = result.write_lists(tmp_path, control="20%", per="store", calls=2, lang="en")
        groups: dict[str, str] = {}
        for manifest in manifests:
            groups |= drawn_for(tmp_path / manifest.file)
        rows = {path.stem: table_of(path) for path in folder.glob("*.xlsx")}
        index = rows.pop("index")
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        listed = [row["member"] for own in rows.values() for row in own]
        assert sorted(listed) == sorted(key for key, group in groups.items() if group == "contact")
        calls: dict[str, list[int]] = {}
        for store, own in rows.items():
            guides = [row["guide"] for row in own if row["guide"]]
            assert guides == sorted(guides)
            for row in own:
                if row["channel"] == "guide call" and row["guide"]:
                    calls.setdefault(row["guide"], []).append(row["call in week"])
                else:
                    assert row["call in week"] is None
            told = [row for row in index if row["file"] == f"{store}.xlsx"]
            assert told[-1]["contact group"] == len(own) == sum(row["contact group"] for row in told[:-1])
        # A guide may have members in two stores: two calls a week over both.
        assert all(sorted(weeks) == [at // 2 + 1 for at in range(len(weeks))] for weeks in calls.values())
        assert any(len(weeks) > 2 for weeks in calls.values())
        kept = table_of(tmp_path / HELD)
        assert sorted(row["member"] for row in kept) == sorted(key for key, arm in groups.items() if arm == "control")
        assert {str(row["not to be contacted until"])[:10] for row in kept} == {
            str(one.as_of + timedelta(days=one.window_days)) for one in manifests
        }
        whole = [row for row in index if row["store"] == "All"]
        assert [(row["contact group"], row["control group"]) for row in whole[:-1]] == [
            (one.members_contact, one.members_control) for one in manifests
        ]
        sums = (sum(one.members_contact for one in manifests), sum(one.members_control for one in manifests))
        assert (whole[-1]["contact group"], whole[-1]["control group"]) == sums
        then = replace(data, as_of=month.last_day)
        with pt.teams(then, by="store") as teams:
            units = data.engine.fetch("select unit_id, unit from side_units").to_pylist()
            names = {row["unit_id"]: row["unit"] for row in units}
            has = {row["member_id"]: names[row["unit_key"]] for row in teams.members.to_arrow().to_pylist()}
        assert {row["member"]: row["store"] for own in rows.values() for row in own} == {
            key: has.get(key) for key in listed
        }
        # What an earlier run wrote for a store that has nobody now goes; what somebody changed since stays.
        record = json.loads((folder / "index.json").read_text("utf-8"))
        (folder / "closed.xlsx").write_bytes(b"old")
        (folder / "mine.xlsx").write_bytes(b"changed")
        old = {"closed.xlsx": sha256(b"old").hexdigest(), "mine.xlsx": sha256(b"old").hexdigest()}
        (folder / "index.json").write_text(json.dumps({"files": record["files"] | old}), "utf-8")
        result.write_lists(tmp_path, control="20%", per="store", lang="en")
        assert ((folder / "closed.xlsx").exists(), (folder / "mine.xlsx").exists()) == (False, True)
        with pytest.raises(PrivtrafficError, match=r"^per owner"):
            result.write_lists(tmp_path, per="owner")


def test_who_is_held_out_of_a_list_that_still_runs_stands_in_the_file_too(shop: Path, tmp_path: Path) -> None:
    """A list of August that Python drew runs ninety days; the same day's list of a command drawn anew is replaced."""
    base = tmp_path / "brand.duckdb"
    pt.ingest(base, shop)
    with pt.churn(base, as_of="2026-08-31") as answer:
        drawn = answer.write_list(tmp_path / "calls.xlsx", control="50%", lang="en")
    (kept,) = lists(base)
    assert (kept.manifest["command"], kept.drawn_for) == ("churn", date(2026, 8, 31))
    asked = {"month": "2026-09", "rooms": ("members",)}
    with pt.load(base, optional=pt.review.OPTIONAL, sides=SIDES) as data:
        left_open = pt.review(data, **asked)
        left_open.write_lists(tmp_path / "out", control="20%", lang="en")
        rows = table_of(tmp_path / "out" / HELD)
        data._close_late()
    until = date(2026, 8, 31) + timedelta(days=drawn.window_days)
    earlier = [row for row in rows if row["which list"] == "Slipping members, list of 2026-08-31"]
    assert {row["member"] for row in earlier} == {
        key for key, arm in drawn_for(tmp_path / "calls.xlsx").items() if arm == "control"
    }
    assert {str(row["not to be contacted until"])[:10] for row in earlier} == {str(until)}
    assert {row["which list"] for row in rows} == {"Slipping members, list of 2026-08-31", "Sleepers worth a contact"}
    assert [each.manifest["command"] for each in lists(base)] == ["churn", "members"]
    with pt.review(base, **asked) as again:
        again.write_lists(tmp_path / "out", control="20%", lang="en")
        assert table_of(tmp_path / "out" / HELD) == rows


def test_who_left_the_best_segment_is_on_a_list_of_their_own(data: pt.Dataset) -> None:
    """Those of the best segment at the earlier date, by the same cut points, less those of it today."""
    day = date(2026, 9, 30)
    with pt.rfm(data, compare_to=day) as now, pt.rfm(replace(data, as_of=day), cuts=now.cuts) as then:
        best = [
            {row["member_id"]: row["monetary"] for row in each.members.to_arrow().to_pylist() if row["segment"] == BEST}
            for each in (then, now)
        ]
        money = {row["member_id"]: row["monetary"] for row in now.members.to_arrow().to_pylist()}
        drawn = pt.rfm.draw_contacts(data, now, ListParams(control=0.0), Words("en"))
        rows = drawn.rows.to_arrow().to_pylist()
    assert {row["member_id"] for row in rows} == best[0].keys() - best[1].keys()
    assert rows
    brought = [money[row["member_id"]] for row in rows]
    assert brought == sorted(brought, reverse=True)
    assert all(row["contact_offer"] is None and "Champions on 2026-09-30, now" in row["contact_reason"] for row in rows)
    with pytest.raises(PrivtrafficError, match="add compare_to"), pt.rfm(data) as alone:
        alone.write_list("x.xlsx")


def test_who_left_has_nobody_and_who_is_in_no_staff_file_has_theirs(tmp_path: Path) -> None:
    """M1 and P1 were with G1, who left; M2 was handed on to X9, whom the staff file lacks; M3 and P3 are with G2."""
    shop = tmp_path / "shop"
    shop.mkdir()
    files = {
        "staff": "staff_id,name,store,joined_at,left_at\nG1,G1,S1,2024-01-01,2026-05-31\nG2,G2,S1,2024-01-01,",
        "members": "member_id,joined_at,guide\nM1,2025-01-01,G1\nM2,2025-01-01,G2\nM3,2025-01-01,G2"
        "\nP1,2025-01-01,G1\nP3,2025-01-01,G2",
        "handovers": "member_id,from_guide,to_guide,handed_at,status\nM2,G2,X9,2026-02-01,done",
        "orders": "order_id,member_id,order_time,amount\n1,M1,2026-01-05,50\n2,M2,2026-01-06,50\n3,M3,2026-06-07,50",
    }
    for name, text in files.items():
        (shop / f"{name}.csv").write_text(text + "\n", "utf-8")
    with pt.load(shop, optional=pt.review.OPTIONAL, sides=SIDES) as data:
        rows = data.engine.fetch(f"select member_id, guide from {whose(data).name}").to_pylist()
    assert {row["member_id"]: row["guide"] for row in rows} == {"M2": "X9", "M3": "G2", "P3": "G2"}


def table_of(path: Path) -> list[dict[str, Any]]:
    head, *rows = openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    return [dict(zip((str(cell).lower() for cell in head), row, strict=True)) for row in rows]


def test_no_two_places_have_one_file() -> None:
    places = [
        "North",
        "north",
        "a/b",
        "a:b",
        "..",
        "CON",
        "index",
        "é",
        "e\u0301",
        None,
        "店" * 100,
        "店" * 100 + "二",
        "x. ",
    ]
    names = file_names(places)
    assert len({name.casefold() for name in names.values()}) == len(names) == len(places)
    assert names["a/b"] == "a_b.xlsx"
    assert names["a:b"] == "a_b-2.xlsx"
    assert (names["CON"], names["index"], names["x. "], names[None]) == (
        "_CON.xlsx",
        "index-2.xlsx",
        "x.xlsx",
        "_-2.xlsx",
    )
    assert all(len(name.encode()) < 200 for name in names.values())
