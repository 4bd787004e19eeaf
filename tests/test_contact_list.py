"""Contact lists: who is taken, who is held out, and what the files beside them say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privtraffic.analyses.contact_list import ContactList, ListParams, draw, read_manifest
from privtraffic.analyses.contact_list.files import list_files, write_list
from privtraffic.analyses.sparing import Sparing
from privtraffic.cli.listing import Listing
from privtraffic.cli.shared import Shared
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from tests.shop import write_shop

Row = tuple[str | None, str, str, float | None, float | None]
Candidates = Callable[..., ContactList]

# Member, segment, channel, expected value, cost. By value, then key: B 9, C 9, A 5, D 2, E 1.
FIVE: tuple[Row, ...] = (
    ("A", "dormant", "sms", 5.0, 0.1),
    ("B", "lost", "guide_call", 9.0, 8.0),
    ("C", "lost", "guide_call", 9.0, 8.0),
    ("D", "dormant", "sms", 2.0, 0.1),
    ("E", "dormant", "sms", 1.0, None),
)


@pytest.fixture
def engine() -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine()
    yield engine
    engine.close()


def drawn(
    engine: EmbeddedEngine, rows: tuple[Row, ...] | list[Row], units: Sequence[str | None] = (), **params: Any
) -> ContactList:
    columns = list(zip(*rows, strict=True)) or [()] * 5
    texts = {"member_id": columns[0], "segment": columns[1], "channel": columns[2]}
    table = pa.table(
        {
            **{name: pa.array(values, pa.string()) for name, values in texts.items()},
            "reason": pa.array([f"why {row[0]}" for row in rows], pa.string()),
            "offer": pa.nulls(len(rows), pa.string()),
            "expected_value": pa.array(columns[3], pa.float64()),
            "cost": pa.array(columns[4], pa.float64()),
        }
    )
    if units:
        table = table.append_column("unit", pa.array(units, pa.string()))
    engine.scan("candidates", table)
    engine.view("orders", "select member_id from candidates")
    asked = ListParams(**params)
    return draw(engine, "candidates", asked, definition="Five.", window_days=30, as_of=date(2026, 3, 31))


def test_the_list_of_an_engine_is_that_of_the_data_which_it_holds(tmp_path: Path) -> None:
    with load(write_shop(tmp_path)) as data:
        data.engine.run(
            "asked",
            """select distinct member_id, 's' as segment, 'r' as reason, 'sms' as channel,
            cast(null as string) as offer, 10.0 as expected_value, 1.0 as cost
            from orders where member_id is not null""",
        )
        how = {"definition": "All.", "window_days": 30, "as_of": data.as_of}
        one, other = (draw(of, "asked", ListParams(control=0.4), **how) for of in (data, data.engine))
        assert groups_of(one) == groups_of(other)
        assert one.control and one.contact


def groups_of(found: ContactList) -> dict[str, str]:
    batches = found.assigned.batches(["member_id", "contact_group"])
    return {row["member_id"]: row["contact_group"] for batch in batches for row in batch.to_pylist()}


def contacted(found: ContactList) -> list[str]:
    return [row["member_id"] for batch in found.rows.batches(["member_id"]) for row in batch.to_pylist()]


def many(count: int) -> list[Row]:
    return [(f"M{i:04}", "dormant", ("sms", "wecom")[i % 2], float(i * 7919 % 1000), 0.5) for i in range(count)]


@pytest.mark.parametrize(
    ("params", "taken", "cost"),
    [
        ({}, ["B", "C", "A", "D", "E"], 16.2),
        ({"top": 3}, ["B", "C", "A"], 16.1),
        ({"top": 9}, ["B", "C", "A", "D", "E"], 16.2),
        ({"budget": 8.0}, ["B"], 8.0),
        ({"budget": 16.1}, ["B", "C", "A"], 16.1),
        ({"budget": 16.05}, ["B", "C"], 16.0),
        ({"budget": 7.99}, [], 0.0),
        ({"budget": 100.0, "top": 1}, ["B"], 8.0),
    ],
)
def test_members_are_taken_by_value_then_key_until_top_or_budget(
    engine: EmbeddedEngine, params: dict[str, Any], taken: list[str], cost: float
) -> None:
    found = drawn(engine, FIVE, control=0.0, **params)
    assert contacted(found) == taken
    assert (found.contact, found.control, found.candidates) == (len(taken), 0, 5)
    assert found.cost == pytest.approx(cost)


def test_a_member_named_twice_keeps_the_better_row_and_nobody_without_a_key_is_taken(engine: EmbeddedEngine) -> None:
    rows = [*FIVE, ("D", "dormant", "wecom", 7.0, 0.2), (None, "lost", "sms", 99.0, 0.1)]
    found = drawn(engine, rows, control=0.0)
    assert contacted(found) == ["B", "C", "D", "A", "E"]
    assert found.expected_value == 9 + 9 + 7 + 5 + 1


@pytest.mark.parametrize(
    ("members", "control", "held_out"),
    [(5, 0.1, 1), (4, 0.1, 0), (1, 0.5, 0), (2, 0.5, 1), (2, 0.9, 1), (1000, 0.1, 100), (1000, 0.9, 900), (7, 0.0, 0)],
)
def test_the_share_held_out_is_rounded_to_whole_members(
    engine: EmbeddedEngine, members: int, control: float, held_out: int
) -> None:
    found = drawn(engine, many(members), control=control)
    assert (found.contact, found.control) == (members - held_out, held_out)
    assert sum(group == "control" for group in groups_of(found).values()) == held_out


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.integers(0, 20), min_size=1, max_size=60),
    control=st.sampled_from([0.05, 0.1, 0.3, 0.5, 0.7, 0.9]),
    seed=st.integers(0, 3),
    shuffle=st.randoms(use_true_random=False),
)
def test_a_draw_is_reproducible_balanced_and_keeps_the_groups_apart(
    engine: EmbeddedEngine, values: list[int], control: float, seed: int, shuffle: Any
) -> None:
    rows: list[Row] = [(f"M{i}", "s", ("sms", "wecom")[i % 2], float(value), 1.0) for i, value in enumerate(values)]
    found = drawn(engine, rows, control=control, seed=seed)
    groups = groups_of(found)
    out = contacted(found)
    assert sorted(out) == sorted(member for member, group in groups.items() if group == "contact")
    assert len(groups) == len(rows)
    again = list(rows)
    shuffle.shuffle(again)
    assert groups_of(drawn(engine, again, control=control, seed=seed)) == groups, "the order of the rows"
    # Strata are neighbours in channel and value, and each gives exactly one member to the smaller group.
    strata = [
        row
        for batch in found.assigned.batches(["stratum", "contact_group", "channel", "expected_value"])
        for row in batch.to_pylist()
    ]
    smaller = "control" if found.control <= found.contact else "contact"
    for stratum in {row["stratum"] for row in strata}:
        inside = [row for row in strata if row["stratum"] == stratum]
        if min(found.contact, found.control):
            assert sum(row["contact_group"] == smaller for row in inside) == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    members=st.lists(st.tuples(st.sampled_from([None, "Gao", "Gu", "Su"]), st.integers(0, 9)), min_size=1, max_size=80),
    control=st.sampled_from([0.1, 0.2, 0.5, 0.8]),
    seed=st.integers(0, 3),
)
def test_of_each_unit_its_share_is_held_out(
    engine: EmbeddedEngine, members: list[tuple[str | None, int]], control: float, seed: int
) -> None:
    rows: list[Row] = [(f"M{i:02}", "s", "wecom", float(value), 0.0) for i, (_, value) in enumerate(members)]
    found = drawn(engine, rows, [unit for unit, _ in members], control=control, seed=seed)
    groups, share = groups_of(found), found.control / len(rows)
    for unit in {unit for unit, _ in members}:
        own = [f"M{i:02}" for i, (name, _) in enumerate(members) if name == unit]
        held_out = sum(groups[member] == "control" for member in own)
        assert abs(held_out - share * len(own)) < 2, (unit, held_out, len(own))


def test_two_guides_with_ten_members_each_have_one_held_out_whatever_they_are_worth(engine: EmbeddedEngine) -> None:
    """Members of a guide are neighbours in the row: each stratum of ten is a guide, also where values are mixed."""
    rows: list[Row] = [(f"M{i:02}", "s", "wecom", float(i % 2 * 100 + i), 0.0) for i in range(20)]
    for seed in range(5):
        found = drawn(engine, rows, [("Gu", "Gao")[i % 2] for i in range(20)], control=0.1, seed=seed)
        held_out = sorted(int(member[1:]) % 2 for member, group in groups_of(found).items() if group == "control")
        assert held_out == [0, 1], "one of each guide"
    mixed = [drawn(engine, rows, [("Gu", "Gao")[i // 5 % 2] for i in range(20)], control=0.1, seed=s) for s in range(9)]
    for found in mixed:
        held_out = sorted(int(m[1:]) // 5 % 2 for m, group in groups_of(found).items() if group == "control")
        assert held_out == [0, 1], "also where their members are worth alike"


VALUES = st.one_of(st.none(), st.floats(-1e6, 1e6), st.integers(-30, 30).map(float), st.floats(-0.01, 0.01))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(VALUES, st.sampled_from([None, "sms", "wecom"]), st.integers(0, 9)), min_size=1, max_size=50
    ),
    top=st.one_of(st.none(), st.integers(1, 50)),
    budget=st.one_of(st.none(), st.integers(1, 99)),
)
def test_ranks_and_strata_are_those_of_one_plain_row(
    engine: EmbeddedEngine, rows: list[tuple[float | None, str | None, int]], top: int | None, budget: int | None
) -> None:
    listed = [(f"M{i:02}", "s", channel, value, float(cost)) for i, (value, channel, cost) in enumerate(rows)]
    found = drawn(engine, listed, top=top, budget=budget, control=0.3)  # type: ignore[arg-type]

    def less(value: float | None) -> tuple[bool, float]:
        return value is None, -(value or 0.0)

    by_value = sorted(listed, key=lambda row: (less(row[3]), row[0]))
    spent = list(accumulate(row[4] for row in by_value))
    taken = [
        row
        for place, row in enumerate(by_value, 1)
        if (top is None or place <= top) and (budget is None or spent[place - 1] <= budget)
    ]
    taken.sort(key=lambda row: (row[2] is not None, row[2] or "", less(row[3]), row[0]))
    smaller = min(found.contact, found.control)
    rows_drawn = [row for batch in found.assigned.batches(["member_id", "stratum"]) for row in batch.to_pylist()]
    assert {row["member_id"]: row["stratum"] for row in rows_drawn} == {
        row[0]: place * smaller // len(taken) for place, row in enumerate(taken)
    }


def test_another_seed_or_day_holds_out_others_and_the_values_of_both_groups_agree(engine: EmbeddedEngine) -> None:
    first = drawn(engine, many(2000), seed=0)
    held_out = {member for member, group in groups_of(first).items() if group == "control"}
    assert first.means[0] == pytest.approx(first.means[1], rel=0.01)
    second = groups_of(drawn(engine, many(2000), seed=1))
    other = {member for member, group in second.items() if group == "control"}
    assert 2 <= len(held_out & other) <= 50, "about a tenth of 200 by chance"


def test_control_members_are_drawn_evenly_over_many_seeds(engine: EmbeddedEngine) -> None:
    times: dict[str, int] = {}
    for seed in range(200):
        for member, group in groups_of(drawn(engine, FIVE, control=0.2, seed=seed)).items():
            times[member] = times.get(member, 0) + (group == "control")
    # 200 draws of one among five: 40 each, give or take four standard deviations of 5.7.
    assert sum(times.values()) == 200
    assert all(18 <= count <= 62 for count in times.values()), times


def test_files_of_a_list(engine: EmbeddedEngine, tmp_path: Path) -> None:
    found = drawn(engine, many(50), top=40, control=0.25, seed=3)
    path = tmp_path / "calls.csv"
    manifest = write_list(found, Words("en"), path, command="members")
    assert [file.name for file in list_files(path)] == ["calls.csv", "calls.groups.parquet", "calls.manifest.json"]
    out = pd.read_csv(path)
    assert list(out) == [
        "member_id",
        "contact_segment",
        "contact_reason",
        "channel",
        "contact_offer",
        "offer_reason",
        "expected_value",
        "contact_cost",
        "contact_group",
    ]
    groups = pd.read_parquet(tmp_path / "calls.groups.parquet")
    held_out = set(groups.member_id[groups.contact_group == "control"])
    assert len(held_out) == 10
    assert not held_out & set(out.member_id)
    assert set(out.member_id) == set(groups.member_id) - held_out
    assert list(out.expected_value) == sorted(out.expected_value, reverse=True)
    assert set(out.contact_group) == {"contact"}
    record = json.loads((tmp_path / "calls.manifest.json").read_text("utf-8"))
    assert record["file_sha256"] == sha256(path.read_bytes()).hexdigest()
    assert (record["seed"], record["control"], record["top"], record["budget"]) == (3, 0.25, 40, None)
    assert (record["candidates"], record["members_contact"], record["members_control"]) == (50, 30, 10)
    assert (record["as_of"], record["window_days"], record["definition"]) == ("2026-03-31", 30, "Five.")
    assert record["drawn_on"] == date.today().isoformat()
    assert read_manifest(path) == read_manifest(tmp_path / "calls.manifest.json") == manifest
    held_out_text = json.dumps(record)
    assert not any(member in held_out_text for member in groups.member_id), "keys stand in the groups alone"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_workbook_of_a_list_is_one_sheet_that_another_system_reads_in(
    engine: EmbeddedEngine, tmp_path: Path, lang: Any
) -> None:
    path = tmp_path / "calls.xlsx"
    write_list(drawn(engine, FIVE, control=0.2), Words(lang), path, command="members")
    sheets = pd.read_excel(path, sheet_name=None)
    assert len(sheets) == 1
    table = next(iter(sheets.values()))
    assert len(table) == 4
    assert next(iter(table)) == Words(lang)("member_id")
    assert {"en": "SMS", "zh": "短信"}[lang] in set(table.iloc[:, 3])


def test_the_same_list_is_the_same_files(engine: EmbeddedEngine, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_list(drawn(engine, many(30)), Words("en"), tmp_path / name / "x.xlsx", command="members")
    for file in ("x.xlsx", "x.groups.parquet", "x.manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_an_empty_list_is_written_too(engine: EmbeddedEngine, tmp_path: Path) -> None:
    found = drawn(engine, FIVE, budget=0.01)
    manifest = write_list(found, Words("en"), tmp_path / "none.xlsx", command="members")
    assert (manifest.members_contact, manifest.members_control) == (0, 0)
    assert pd.read_excel(tmp_path / "none.xlsx").empty


def test_the_record_of_a_list_of_an_earlier_day_is_never_overwritten(engine: EmbeddedEngine, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    written = write_list(drawn(engine, many(30)), Words("en"), path, command="members")
    write_list(drawn(engine, many(30), seed=1), Words("en"), path, command="members")  # the same day: still being made
    earlier = replace(written, drawn_on=date.today() - timedelta(days=1), groups_sha256="0" * 64)
    record = tmp_path / "calls.manifest.json"
    record.write_text(earlier.json(), "utf-8")
    before = {file: file.read_bytes() for file in list_files(path)}
    with pytest.raises(PrivtrafficError, match="says who was held out of it"):
        write_list(drawn(engine, many(30), seed=2), Words("en"), path, command="members")
    assert {file: file.read_bytes() for file in list_files(path)} == before
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(file.name for file in before), "nothing left over"
    record.write_text("{}", "utf-8")
    with pytest.raises(PrivtrafficError, match="no manifest of a list"):
        write_list(drawn(engine, many(30), seed=2), Words("en"), path, command="members")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"top": 0}, "--top 0"),
        ({"budget": 0.0}, "--budget 0.0"),
        ({"budget": float("nan")}, "--budget nan"),
        ({"budget": float("inf")}, "--budget inf"),
        ({"control": 0.91}, "--control 0.91"),
        ({"control": -0.1}, "--control -0.1"),
        ({"control": float("nan")}, "--control nan"),
    ],
)
def test_what_cannot_be_is_refused(engine: EmbeddedEngine, params: dict[str, Any], message: str) -> None:
    with pytest.raises(PrivtrafficError, match=message):
        drawn(engine, FIVE, **params)


def test_options_of_a_list() -> None:
    shared = Shared(files=[], seed=4)
    assert Listing().params(shared) is None
    assert Listing(list_file="x.csv").params(shared) == ListParams(seed=4, sparing=(Sparing(),))
    asked = Listing(list_file="x.xlsx", top=5, budget=9.5, control="25 %").params(shared)
    assert asked == ListParams(top=5, budget=9.5, control=0.25, seed=4, sparing=(Sparing(),))
    assert Listing(list_file="x.csv", control="0").params(shared) == ListParams(
        control=0.0, seed=4, sparing=(Sparing(),)
    )
    for wrong in (Listing(top=5), Listing(budget=5), Listing(control="10%")):
        with pytest.raises(PrivtrafficError, match="--list FILE"):
            wrong.params(shared)
    for name, text in (("x.pdf", "10%"), ("x.csv", "ten"), ("x.csv", "10"), ("x.csv", "95%"), ("x.csv", "-1%")):
        with pytest.raises(PrivtrafficError, match=r"--control|--list x\.pdf"):
            Listing(list_file=name, control=text).params(shared)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"kind": "privtraffic contact list"}', "x" * 10])
def test_a_file_that_is_no_manifest_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calls.manifest.json"
    path.write_text(text, "utf-8")
    with pytest.raises(PrivtrafficError, match="not the manifest of a list"):
        read_manifest(path)
    with pytest.raises(PrivtrafficError, match="no such manifest"):
        read_manifest(tmp_path / "other.json")
