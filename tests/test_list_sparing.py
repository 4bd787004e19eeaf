"""Whom no list may hold: one rule for every command that makes one, and everybody who is kept off is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import privtraffic as pt
from privtraffic.analyses import contact_list
from privtraffic.analyses.catalog import analyses
from privtraffic.analyses.channels import CHANNELS
from privtraffic.analyses.contact_list import ContactList, ListParams, notes, read_manifest
from privtraffic.analyses.contact_list.spare import WHY
from privtraffic.analyses.sparing import Sparing
from privtraffic.demo import write_demo
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.errors import PrivtrafficError
from privtraffic.report.words import Words
from tests.conftest import Run
from tests.test_contact_list import Row, drawn
from tests.test_lists_ahead import pulls
from tests.test_lists_ahead import write as write_lines

AS_OF = date(2026, 3, 31)
LISTS = [analysis for analysis in analyses() if analysis.draws]
COST = {channel.key: channel.cost for channel in CHANNELS}


@pytest.fixture
def engine() -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine()
    yield engine
    engine.close()


def rows_of(found: ContactList) -> dict[str, dict[str, Any]]:
    """Everybody drawn, for either group, by key."""
    columns = ["member_id", "channel", "contact_group"]
    return {row["member_id"]: row for batch in found.assigned.batches(columns) for row in batch.to_pylist()}


def write(path: Path, header: str, rows: Sequence[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


KEYS = [f"M{i}" for i in range(8)]
DAYS = st.dictionaries(st.sampled_from(KEYS), st.lists(st.integers(-3, 40), min_size=1, max_size=5), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    excluded=st.sets(st.sampled_from([*KEYS, "stranger"])),
    contacted=DAYS,
    reach=st.dictionaries(st.sampled_from(KEYS), st.sets(st.sampled_from(sorted(COST)), min_size=1), max_size=8),
    rest=st.integers(0, 30),
    cap=st.integers(1, 4),
)
def test_who_is_kept_off_and_why(
    engine: EmbeddedEngine,
    tmp_path: Path,
    excluded: set[str],
    contacted: dict[str, list[int]],
    reach: dict[str, set[str]],
    rest: int,
    cap: int,
) -> None:
    """Against the rule in plain Python: the first reason that holds, everybody in one place."""
    files: dict[str, Path] = {}
    if excluded:
        files["exclude"] = write(tmp_path / "x.csv", "member_id", sorted(excluded))
    if contacted:
        sent = [f"{key},{AS_OF - timedelta(days=day)}" for key, days in contacted.items() for day in days]
        files["contacted"] = write(tmp_path / "c.csv", "member_id,sent_at", sent)
    if reach:
        ways = [f"{key},{way}" for key, all_ways in reach.items() for way in sorted(all_ways)]
        files["reach"] = write(tmp_path / "r.csv", "member_id,channel", ways)
    rows: list[Row] = [(key, "s", "wecom", float(at), 1.0) for at, key in enumerate(KEYS)]
    found = drawn(engine, rows, control=0.3, sparing=(Sparing(**files, rest_days=rest, cap=cap),))

    def why(key: str) -> str:
        days = [day for day in contacted.get(key, ()) if day >= 0]
        if key in excluded:
            return "excluded"
        if days and min(days) < rest:
            return "contacted_lately"
        if sum(day < 30 for day in days) >= cap:
            return "at_cap"
        return "unreachable" if reach and key not in reach else "left"

    fates = {key: why(key) for key in KEYS}
    assert {key for key, fate in fates.items() if fate == "left"} == rows_of(found).keys()
    assert Counter(found.left_out) == Counter(fate for fate in fates.values() if fate != "left")
    assert found.candidates + sum(found.left_out.values()) == len(KEYS)
    assert found.strangers == ("stranger" in excluded)
    for key, row in rows_of(found).items():
        ways = reach.get(key, {"wecom"})
        assert row["channel"] == ("wecom" if "wecom" in ways else min(ways, key=COST.__getitem__))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = tmp_path_factory.mktemp("spared") / "shop"
    write_demo(shop, members=400, seed=5)
    return shop


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[pt.Dataset]:
    sides = sorted({side for analysis in LISTS for side in analysis.sides})
    columns = ("brand", "category", "store", "guide", "owner", "channel", "coupon")
    with pt.load(folder, optional=columns, sides=sides) as data:
        yield data


STAFF = (
    "staff_id,staff,unit_id,started_at,left_at",
    "g1,Ann,S1,2020-01-01,2026-03-31",  # left on the day of the list
    "g2,Bea,S1,2020-01-01,2026-04-01",  # leaves the day after
    "g3,Cai,S1,2020-01-01,2025-12-31", "g3,Cai,S2,2026-01-01,",  # moved
    "g4,Dan,S1,2020-01-01,2025-01-01", "g5,Dan,S2,2020-01-01,",  # one of two of a name
    "g6,Eve,S1,2020-01-01,2025-01-01", "g6,Eve,S2,2025-02-01,2026-02-01",  # both posts have ended
)  # fmt: skip


@pytest.mark.parametrize("told_by", ["members file", "orders"])
def test_a_guide_who_left_calls_nobody(told_by: str, tmp_path: Path) -> None:
    """By number or by name; of a name that two have, both must have left; who is in no staff file is there."""
    guides = {"a": "g1", "b": "Ann", "c": "g2", "d": "g3", "e": "Dan", "f": "g4", "g": "Eve", "h": "Zoe", "i": ""}
    of_orders = told_by == "orders"
    # The last to sell counts, where no members file names anybody.
    rows = [f"{key}1,{key},2026-01-01,10,g2" for key in guides]
    rows += [f"{key}2,{key},2026-03-31,10,{guide if of_orders else 'g2'}" for key, guide in guides.items()]
    orders = write(tmp_path / "orders.csv", "order_id,member_id,ordered_at,paid_amount,guide", rows)
    rows = [f"{key},2025-01-01,{'' if of_orders else guide}" for key, guide in guides.items()]
    members = write(tmp_path / "members.csv", "member_id,joined_at,guide", rows)
    staff = write(tmp_path / "staff.csv", STAFF[0], STAFF[1:])
    with pt.load(orders, members=members, optional=["guide"], sides=["staff"], side_files={"staff": staff}) as data:
        own = replace(data, engine=data.engine.scope())
        called = {row["member_id"]: row["guide"] for row in own.engine.fetch(contact_list.guides(own)).to_pylist()}
    there = {key: guides[key] for key in "cdeh"} | ({"i": "g2"} if of_orders else {})
    assert called == there


@pytest.mark.parametrize("analysis", LISTS, ids=lambda analysis: analysis.name)
def test_no_list_holds_whom_it_must_not(analysis: Any, demo: pt.Dataset, tmp_path: Path) -> None:
    """Every candidate of the whole list in turn: excluded, contacted yesterday, contacted often, out of reach, free."""
    # Brands of the small demo pull nobody; those of the shop on paper do.
    opened = (
        pt.load(write_lines(tmp_path, pulls()), columns=["brand"]) if analysis.name == "affinity" else nullcontext(demo)
    )
    with opened as data:
        _holds_nobody(analysis, data, tmp_path)


def _holds_nobody(analysis: Any, demo: pt.Dataset, tmp_path: Path) -> None:
    asked = {"compare_to": date(2026, 3, 31)} if analysis.name == "rfm" else {}
    result, words = analysis(demo, **asked), Words("en")
    with analysis.draw(demo, result, ListParams(control=0.2), words) as whole:
        keys, worthless = sorted(rows_of(whole)), whole.left_out
    assert len(keys) >= 10, "else this says nothing"
    parts = [keys[i::5] for i in range(5)]
    sent = [f"{key},{demo.as_of - timedelta(days=1)}" for key in parts[1]]
    sent += [f"{key},{demo.as_of - timedelta(days=day)}" for key in parts[2] for day in (20, 21)]
    sparing = Sparing(
        exclude=write(tmp_path / "x.csv", "member_id", parts[0]),
        contacted=write(tmp_path / "c.csv", "member_id,sent_at", sent),
        reach=write(tmp_path / "r.csv", "member_id,channel", [f"{key},sms" for key in keys if key not in parts[3]]),
        cap=2,
    )
    with analysis.draw(demo, result, ListParams(control=0.2, sparing=(sparing,)), words) as found:
        assert sorted(rows_of(found)) == sorted(parts[4])
        assert {row["channel"] for row in rows_of(found).values()} == {"sms"}
        counts = dict(zip(WHY, map(len, parts[:4]), strict=True))
        assert found.left_out == worthless | counts
        assert worthless.keys() <= {"no_chance"}
        assert found.contact + found.control + sum(counts.values()) == len(keys)


def test_the_command_line_and_python_keep_off_the_same(folder: Path, tmp_path: Path, privtraffic: Run) -> None:
    asked = ["churn", folder / "orders.csv", "--list", "a.csv", "--control", "0", "-q", "-o", "a.json"]
    assert privtraffic(*asked).returncode == 0
    keys = pd.read_csv(tmp_path / "a.csv").member_id.tolist()
    write(tmp_path / "x.csv", "member_id", keys[:5])
    write(tmp_path / "c.csv", "member_id,sent_at", [f"{key},2020-01-01" for key in keys])
    asked[3], asked[-1] = "b.csv", "b.json"
    done = privtraffic(*asked, "--exclude", "x.csv", "--contacted", "c.csv", "--rest", "14d", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(tmp_path / "b.csv").member_id.tolist() == keys[5:]
    assert read_manifest(tmp_path / "b.csv").left_out == {"excluded": 5}
    assert "Kept off the list: 5 excluded" in (tmp_path / "b.json").read_text("utf-8")
    with pt.churn(folder / "orders.csv") as answer:
        path = tmp_path / "x.csv"
        manifest = answer.write_list(
            tmp_path / "p.csv", control=0, exclude=path, contacted=tmp_path / "c.csv", rest="14d"
        )
        with pytest.raises(PrivtrafficError, match="excluded"):
            answer.write_list(tmp_path / "q.csv", excluded=path)
    assert (tmp_path / "p.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert manifest.left_out == {"excluded": 5}


def test_what_keeps_nobody_off_is_said(engine: EmbeddedEngine, folder: Path, privtraffic: Run) -> None:
    rows: list[Row] = [("A", "s", "wecom", 1.0, 0.0)]
    found = drawn(engine, rows, sparing=(Sparing(rest_days=30),))
    assert [note.key for note in notes(found, Words("zh"))] == ["list.no_log", "list.no_control"]
    done = privtraffic("churn", folder / "orders.csv", "--exclude", folder / "orders.csv", "--lang", "en")
    assert done.returncode == 2
    assert "--exclude cuts a list" in done.stderr


def test_keys_of_another_system_are_told_once(folder: Path, tmp_path: Path, privtraffic: Run) -> None:
    for command in ("teams", "members"):
        write(tmp_path / "never.csv", "member_id", ["stranger"])
        asked = ("--exclude", "never.csv", "--list", f"{command}.csv", "-q", "-o", f"{command}.json")
        assert privtraffic(command, folder, *asked).returncode == 0
        told = (tmp_path / f"{command}.json").read_text("utf-8")
        assert told.count("1 key of the exclusion file belongs to no member") == 1
