"""One member: every figure is that of the analysis that tells it, and nobody else's is shown."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import privtraffic as pt
from privtraffic.analyses.catalog import room
from privtraffic.analyses.churn.room import OPTIONAL
from privtraffic.analyses.member import room as member_room
from privtraffic.analyses.member.compute import ask, find, told
from privtraffic.analyses.member.known import known_of
from privtraffic.analyses.member.room import ASKED, Params
from privtraffic.database import ingest, open_database, record_list
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.document import Report
from privtraffic.report.values import rows
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.conftest import Run
from tests.shop import HEADER, ROWS, write_members, write_shop

ENDS = (date(2026, 9, 30), date(2025, 12, 31))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = tmp_path_factory.mktemp("member") / "shop"
    write_demo(shop, members=400, seed=5, plants=None)
    return shop


@pytest.fixture(scope="module")
def data(folder: Path) -> Iterator[pt.Dataset]:
    with load(folder, optional=member_room.member.may_use(Params(key="x"))) as found:
        yield found


def rows_of(report: Report, key: str) -> list[dict[str, Any]]:
    found = [table for table in report.everything() if table.key == key]
    names = [column.key for column in found[0].columns] if found else []
    return [dict(zip(names, row, strict=True)) for row in (rows(found[0]) if found else ())]


def by_member(data: pt.Dataset, name: str, **options: object) -> dict[str, list[dict[str, Any]]]:
    """The table of members of an analysis, as its own report tells it."""
    analysis = room(name)
    report = analysis.present(analysis.compute(data, analysis.Params(**options)), Words("en"))
    assert report.detail is not None
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(report, report.detail.key):
        found.setdefault(row["member_id"], []).append(row)
    return found


def test_every_figure_of_every_member_is_that_of_the_analysis(folder: Path, data: pt.Dataset) -> None:
    """Each analysis is asked by itself, of the files with its own columns alone; every ninth member is compared."""
    alone: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for name in ASKED:
        analysis = room(name)
        with load(folder, optional=analysis.may_use(analysis.Params())) as own:
            alone[name] = by_member(own, name, **({"margin": 0.4} if name not in ("rfm", "affinity") else {}))
    said = ask(data, Params(key="x", margin=0.4))
    alone_orders = Params(key="x", only=())
    words = Words("en")
    reports = {one.name: room(one.name).present(one.result, words) for one in said}
    members = sorted({key for found in alone.values() for key in found})
    assert len(members) > 390
    numbers = 0
    for key in members[::9]:
        result = told(data, alone_orders, find(data, key), said)
        known = known_of(result, reports, words)
        figures = [
            dict(zip(("analysis", "", "", "figure", "number", "text"), row, strict=True)) for row in known.rows()
        ]
        for name in ("rfm", "members", "churn", "clv"):
            own_row = {k: v for k, v in alone[name].get(key, [{}])[0].items() if v is not None and k != "member_id"}
            found = {row["figure"]: row for row in figures if row["analysis"] == name}
            assert {*found} == {*own_row}, (key, name)
            for column, row in found.items():
                if row["number"] is None:
                    assert row["text"] == str(own_row[column]), (key, name, column)
                else:
                    assert float(row["number"]) == pytest.approx(float(own_row[column]), rel=1e-9), (key, name, column)
                    numbers += 1
        columns, offers = known.offers
        named = [{"member_id": key, **dict(zip((c.key for c in columns), row, strict=True))} for row in offers]
        assert named == alone["affinity"].get(key, []), key
        rfm = alone["rfm"].get(key, [{"frequency": 0, "monetary": 0}])[0]
        assert (len(result.purchases), result.sum_of("net")) == (rfm["frequency"], rfm["monetary"])
    assert numbers > 1000


def test_stage_and_segment_at_a_month_end_are_those_of_that_day(folder: Path, data: pt.Dataset) -> None:
    then: dict[tuple[str, date], dict[str, Any]] = {}
    for day in ENDS:
        for name, column in (("rfm", "segment"), ("members", "stage")):
            with load(folder, optional=("brand", "coupon"), settings=Settings(as_of=day)) as own:
                then[name, day] = {key: row[0][column] for key, row in by_member(own, name).items()}
    seen = set()
    for key in sorted(then["members", ENDS[0]])[::60]:
        over_time = {row["day"]: row for row in pt.member(data, key=key, only=("rfm", "members")).over_time}
        for day in ENDS:
            row = over_time.get(day, {"stage": None, "segment": None})
            assert row["stage"] == then["members", day].get(key), (key, day)
            assert row["segment"] == then["rfm", day].get(key), (key, day)
            seen |= {row["stage"], row["segment"]}
    assert len(seen) > 8


def test_the_history_on_paper(tmp_path: Path) -> None:
    """Orders, net and refunds as the table of tests/shop.py has them."""
    with load(write_shop(tmp_path), members=write_members(tmp_path), optional=["brand", "store"]) as data:
        found = {key: pt.member(data, key=key, only=("rfm", "members")) for key in "ACEGIK"}
    told = {
        key: (len(one.purchases), float(one.sum_of("net")), float(one.sum_of("refund_amount")))
        for key, one in found.items()
    }
    assert told == {
        "A": (3, 600, 0), "C": (2, 180, 20), "E": (2, 100, 0), "G": (0, 0, 0), "I": (1, 150, 50), "K": (0, 0, 0)
    }  # fmt: skip
    assert [(row["order_id"], row["brands"], row["store"]) for row in found["A"].orders] == [
        ("o3", ["Alder"], "South"), ("o2", ["Birch"], "North"), ("o1", ["Alder"], "North"),
    ]  # fmt: skip
    assert [(row["order_kind"], row["net"]) for row in found["I"].orders] == [("credit", -50), ("purchase", 200)]
    assert [(row["order_kind"], row["refund_amount"]) for row in found["G"].orders] == [("refunded", 100)]
    assert [(row["day"].isoformat(), row["stage"]) for row in found["A"].over_time] == [
        ("2025-12-31", "prospect"), ("2026-01-31", "new"), ("2026-02-28", "new"), ("2026-03-31", "new"),
    ]  # fmt: skip
    assert {row["stage"] for row in found["K"].over_time} == {"prospect"}


PHONES = (
    "p1,1,+86 138-0013-8000,2026-01-05 10:00:00,100.00,0,paid,Alder,North",
    "p2,1,13900139000,2026-01-06 10:00:00,70.00,0,paid,Alder,North",
    "p3,1,008613800138000,2026-02-05 10:00:00,50.00,0,paid,Alder,North",
    *(f"q{n},1,1370000{n:04},2026-02-05 10:00:00,50.00,0,paid,Alder,North" for n in range(20)),
)
MAILS = tuple(
    row.replace("+86 138-0013-8000", "Mai@Example.com").replace("13900139000", "bo@example.com")
    .replace("008613800138000", "mai@example.com").replace("1370000", "x@example.com")
    for row in PHONES[:3]
)  # fmt: skip


@pytest.mark.parametrize("typed", ["13800138000", "+86 138 0013 8000", " 8613800138000 ", "138-0013-8000"])
@pytest.mark.parametrize("secret", [None, "s3cret"])
def test_a_phone_is_matched_however_it_is_written(tmp_path: Path, typed: str, secret: str | None) -> None:
    with load(write_shop(tmp_path, PHONES), settings=Settings(mask=secret)) as data:
        result = pt.member(data, key=typed, only=("rfm",))
        hidden = hmac.new(b"s3cret", b"13800138000", hashlib.sha256).hexdigest()[:24]
        assert result.member_id == (hidden if secret else "13800138000")
        assert [float(row["net"]) for row in result.orders] == [50, 100]
        if secret:
            assert pt.member(data, key=hidden, only=("rfm",)).member_id == hidden
            assert "138" not in json.dumps(to_json(result.report("en").document, "t", []))


@pytest.mark.parametrize("typed", ["mai@example.com", "MAI@EXAMPLE.COM"])
def test_an_address_is_matched_whatever_its_case(tmp_path: Path, typed: str) -> None:
    with load(write_shop(tmp_path, MAILS)) as data:
        assert len(pt.member(data, key=typed, only=("rfm",)).orders) == 2


def test_a_key_of_another_system_finds_the_member_and_that_of_many_nobody(tmp_path: Path) -> None:
    head = f"{HEADER},phone"
    lines = [f"{row},{13800138000 if row.startswith(('o1,', 'o4,')) else ''}" for row in ROWS]
    lines += [f"z{n},1,Z{n},2026-03-01 10:00:00,9.00,0,paid,Alder,North,13700137000" for n in range(25)]
    path = tmp_path / "joined.csv"
    path.write_text("\n".join((head, *lines)) + "\n", "utf-8")
    base = tmp_path / "b.duckdb"
    ingest(base, [str(path)], settings=Settings(identity="auto"))
    with load(path, settings=Settings(identity="auto")) as files, open_database(base) as stored:
        for data in (files, stored):
            # A and B share a phone, and are one.
            assert len(pt.member(data, key="+86 13800138000", only=("rfm",)).purchases) == 4
            with pytest.raises(PrivtrafficError, match="25 members have this key"):
                find(data, "13700137000")


@pytest.mark.parametrize("typed", ["L", "A' or 1=1 --", "*", "%", "13800000000", "a"])
def test_nobody_else_is_shown_for_a_key_that_nobody_has(tmp_path: Path, typed: str, privtraffic: Run) -> None:
    path = write_shop(tmp_path)
    done = privtraffic("member", typed, path, "--lang", "en", "-o", tmp_path / "x.json")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"privtraffic: {typed}: no member has this key by 2026-03-31.")
    assert not (tmp_path / "x.json").exists()


def test_what_cannot_be_is_refused() -> None:
    for wrong, said in (({"months": 0}, "--months 0"), ({"only": ("rfm", "teams")}, "--only teams")):
        with pytest.raises(PrivtrafficError, match=said):
            Params(key="A", **wrong)
    with pytest.raises(PrivtrafficError, match="give the key"):
        find(None, " ")  # type: ignore[arg-type]


def test_the_report_shows_no_other_member(tmp_path: Path, privtraffic: Run) -> None:
    """In no format and no language; the shop's keys are letters, so longer ones are taken."""
    lines = tuple(",".join((a, b, f"KEY-{c}" if c else "", *rest)) for a, b, c, *rest in (r.split(",") for r in ROWS))
    path = write_shop(tmp_path, lines)
    for lang in ("en", "zh"):
        outs = [tmp_path / f"m{suffix}" for suffix in (".json", ".html", ".xlsx", ".csv")]
        done = privtraffic("member", "KEY-A", path, "--lang", lang, *(x for out in outs for x in ("-o", out)))
        assert done.returncode == 0, done.stderr
        book = openpyxl.load_workbook(outs[2])
        cells = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
        texts = [done.stdout, cells, *(out.read_text("utf-8") for out in (outs[0], outs[1], outs[3]))]
        for text in texts:
            assert not any(f"KEY-{other}" in text for other in "BCDEFGHIJ")
        assert "KEY-A" in done.stdout and "KEY-A" in cells
        figures = json.loads(outs[0].read_text("utf-8"))["figures"]
        assert (figures["member_orders"], figures["member_net"], figures["member_recency_days"]) == (3, 600, 0)


def test_what_cannot_be_told_says_why(tmp_path: Path) -> None:
    """Ten members carry no model: the note of churn and that of clv stand here as well."""
    with load(write_shop(tmp_path), members=write_members(tmp_path)) as data:
        keys = {note.key for note in pt.member(data, key="A").report("en").document.notes}
        assert {"churn.obstacle.few_members", "clv.note.no_model"} <= keys
        prospect = pt.member(data, key="K").report("en").document
    said = {row["member_topic"]: row["member_said"] for row in rows_of(prospect, "member_said")}
    assert "on file since 2026-01-01" in said["bought"]
    assert "bought nothing in the" in said["churn"]
    assert "cannot be told" in said["affinity"]
    assert prospect.title == "K: prospect; no order that counts as a purchase"


def test_the_lists_of_the_database(tmp_path: Path) -> None:
    base = tmp_path / "b.duckdb"
    ingest(base, [str(write_shop(tmp_path))])
    for number, members in enumerate((("A", "B"), ("B", "C"), ("C", "A")), 1):
        arms = {"member_id": list(members), "arm": ["contact", "control"]}
        manifest = {"command": "churn", "as_of": f"2026-0{number}-28", "definition": f"list {number}"}
        record_list(base, manifest, _table(arms))
    with open_database(base, optional=OPTIONAL) as data:
        found = {key: pt.member(data, key=key, only=("rfm",)) for key in "AD"}
        document = found["A"].report("en").document
    assert [(row["list_no"], row["arm"], row["drawn_for"]) for row in found["A"].lists or ()] == [
        (3, "control", date(2026, 3, 28)), (1, "contact", date(2026, 1, 28)),
    ]  # fmt: skip
    assert found["D"].lists == []
    assert [row["definition"] for row in rows_of(document, "member_lists")] == ["list 3", "list 1"]


def _table(columns: dict[str, list[str]]) -> Any:
    import pyarrow as pa

    return pa.table(columns)
