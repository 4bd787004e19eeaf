"""Every profile's export is recognised, mapped and reconciled to the cent, as it is written and as people change it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.understand.profile import Profile, profiles
from privtraffic.report.words import lexicon
from privtraffic.schema import FIELDS, REASONS, SIDES
from tests.fixtures.make import CDNOW, FIXTURES, PERTURBATIONS, perturb
from tests.fixtures.model import Expected, Fixture, Joined, Refused, money, write

GENERIC = (
    "generic_orders", "generic_items", "generic_payments", "generic_aftersale", "generic_members", "generic_spend",
)  # fmt: skip
ELSEWHERE = ("cdnow", "canonical_spend")
BESIDE = {profile.name for profile in profiles() if profile.role in SIDES}
"""Those of side files: tests/test_sides.py."""
ORDERS = "order_id,member_id,ordered_at,paid_amount\nA1,m1,2026-01-01 10:00:00,5.00\n"


def check(fixture: Fixture, paths: list[Path], folder: Path) -> None:
    expected = fixture.expected
    if isinstance(expected, Refused):
        with pytest.raises(PrivtrafficError) as refusal:
            load(paths)
        assert refusal.value.key == expected.key, refusal.value.text()
        for lang in ("en", "zh"):
            assert refusal.value.text(lang)
        for word in expected.words:
            assert word in refusal.value.text("en") + refusal.value.text("zh")
    elif isinstance(expected, Joined):
        orders = folder / "canonical_orders.csv"
        orders.write_text(ORDERS, "utf-8")
        check_members(fixture, expected, [orders, *paths])
    else:
        check_orders(fixture, expected, paths)


def check_orders(fixture: Fixture, expected: Expected, paths: list[Path]) -> None:
    with load(paths) as data:
        quality = data.quality
        assert [file.profile for file in quality.files] == list(fixture.profiles)
        assert quality.rows_dropped == expected.dropped
        assert quality.rows_read == expected.rows_read
        assert quality.money_read == money(expected.money_read)
        assert quality.money_kept == money(expected.money_kept)
        assert quality.refunds == money(expected.refunds)
        assert quality.orders == expected.orders
        assert quality.rows_kept + sum(quality.rows_dropped.values()) == quality.rows_read
        sums = data.engine.fetch(
            "select count(distinct member_id) as members, sum(net) as net from orders where member_id is not null"
        ).to_pylist()[0]
        assert sums == {"members": expected.members, "net": quality.revenue}
        lines = data.engine.fetch("select sum(net) as net from lines where member_id is not null").to_pylist()[0]
        assert lines["net"] == quality.revenue, "lines do not add up to their orders"
        words = {word for word, _ in quality.notes}
        assert words >= {*expected.notes}, words
        assert all(word in lexicon() for word in words)


def check_members(fixture: Fixture, expected: Joined, paths: list[Path]) -> None:
    with load(paths) as data:
        assert [file.profile for file in data.quality.files][1:] == list(fixture.profiles)
        rows = {row["member_id"]: row for row in data.engine.fetch("select * from joined").to_pylist()}
    assert len(rows) == expected.members
    row = rows[expected.member]
    assert (row["joined_on"].isoformat() if row["joined_on"] else None) == expected.joined_on
    assert {name: row[name] for name in expected.columns} == expected.columns


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_export_as_written(fixture: Fixture, tmp_path: Path) -> None:
    check(fixture, [write(file, tmp_path) for file in fixture.files], tmp_path)


@pytest.mark.parametrize("how", PERTURBATIONS)
@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_export_as_people_change_it(fixture: Fixture, how: str, tmp_path: Path) -> None:
    """The ways are combined, because each load costs a quarter of a second."""
    check(fixture, perturb(fixture, how, tmp_path), tmp_path)


def test_every_profile_has_a_fixture() -> None:
    written = {name for fixture in FIXTURES for name in fixture.profiles}
    assert {profile.name for profile in profiles()} == written | {*GENERIC, *ELSEWHERE} | BESIDE


def test_log_without_header(tmp_path: Path) -> None:
    (tmp_path / "CDNOW_master.txt").write_text(CDNOW, "utf-8")
    with load(tmp_path / "CDNOW_master.txt") as data:
        assert data.quality.files[0].profile == "cdnow"
        assert (data.quality.rows_read, data.quality.orders, data.quality.money_kept) == (4, 3, money("100.77"))


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
def test_profile_speaks_the_vocabulary(profile) -> None:  # type: ignore[no-untyped-def]
    """A slip of the pen in a profile is found here, not by a user."""
    states = {"unpaid", "paid", "cancelled", "closed", "refunded"}
    known = {*SIDES[profile.role].columns, "path"} if profile.role in SIDES else {*FIELDS}
    assert {*profile.fields, *profile.sums, *profile.missing, *profile.hints, *profile.avoid} <= known
    assert {*profile.status.values()} <= states | {*REASONS}
    assert {*profile.aftersale.values()} <= {"refunded", "none"}
    assert {reason for words in profile.drop.values() for reason in words.values()} <= states | {*REASONS}
    for text in (profile.title, *profile.missing.values(), *([profile.refuse] if profile.refuse else [])):
        assert {*text} == {"en", "zh"}
    assert {*profile.completes} <= {other.name for other in profiles()}


DOCS = Path(__file__).parents[1] / "docs"
NO_COLUMNS = re.compile(r"all|.* (?:must stay|for (?:products|refunds))|total paid|state: .*")
"""What stands among the columns to tick and is none."""


def test_every_profile_is_in_the_list_of_sources() -> None:
    text = (DOCS / "profiles.md").read_text("utf-8")
    names = {name.name for name in profiles()} - {*GENERIC}
    assert {
        name for name in names if not name.startswith(("canonical", "generic")) and f"`{name}`" not in text
    } == set()


def test_the_columns_to_tick_are_those_that_profiles_know() -> None:
    known = {bare(header) for profile in profiles() for header in headers_of(profile)}
    beginnings = tuple(header[:-1] for header in known if header.endswith("*"))
    ticked = [row.split(" | ")[2:] for row in rows_of("exports.md")[1:-1]]
    names = {name.strip(" |") for cells in ticked for cell in cells for name in re.split("[,;]| or ", cell)}
    named = {
        bare(re.sub(r" \([a-zA-Z ]{9,}.*|商家/平台/", "", name)) for name in names if not NO_COLUMNS.fullmatch(name)
    }
    assert len(named) > 140
    assert {name for name in named - known if name and not name.startswith(beginnings)} == set()
    # The Chinese page has the same Chinese and English headers, row by row.
    pairs = zip(rows_of("exports.md")[1:-1], rows_of("exports.zh.md")[1:-1], strict=True)
    han = re.compile(r"[\u4e00-\u9fff]{3,}")
    assert [name for one, other in pairs for name in han.findall(one.split(" | ", 2)[2]) if name not in other] == []


def rows_of(page: str) -> list[str]:
    return [line for line in (DOCS / page).read_text("utf-8").splitlines() if line.startswith("| ")]


def headers_of(profile: Profile) -> Iterator[str]:
    fields = (header for headers in (*profile.fields.values(), *profile.sums.values()) for header in headers)
    yield from (
        *fields,
        *profile.also,
        *profile.drop,
        *profile.returns,
        *(one for any_of in profile.require for one in any_of),
    )


def bare(header: str) -> str:
    return re.sub(r"[\s（）()_-]|（.*", "", header).lower()
