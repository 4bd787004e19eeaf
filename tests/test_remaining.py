"""How long the rest of a run may take, from an earlier run on the same database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from privtraffic.cli import run as running
from privtraffic.database import durations, ingest, keep_durations, open_database
from privtraffic.progress import Course, Took, remaining
from privtraffic.report import stages
from tests.conftest import Run

BEFORE = [
    Took("", 0, 4.0),
    Took("asked_rfm", 1, 1.0),
    Took("rfm", 1, 15.0),
    Took("clv", 1, 40.0),
    Took("write", 2, 20.0),
]


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        # Nothing but the opening has begun: all of the 80 seconds but the half that lay outside of any stage.
        ([Took("", 0, 0.5)], 79.5),
        # Inside rfm for 6 seconds: 9 of it are left, all of clv and write, 1 of asked_rfm, 2 between the stages.
        ([Took("", 0, 2.0), Took("asked_rfm", 0, 0.0), Took("rfm", 0, 6.0)], 72.0),
        # rfm and what surrounds it took 32 instead of 16 seconds: so will the rest, of which 4 and 10 are over.
        ([Took("", 0, 4.0), Took("asked_rfm", 1, 2.0), Took("rfm", 1, 30.0), Took("clv", 0, 10.0)], 4 + 70 + 40),
        # rfm was left out this time, and clv takes longer than it did: it may end at any moment.
        ([Took("", 0, 4.0), Took("clv", 0, 50.0)], 20.0),
        # One of two files is written, and something that was not there before runs.
        ([Took("", 0, 9.0), Took("clv", 1, 40.0), Took("write", 1, 5.0), Took("draw", 0, 3.0)], 15.0),
        ([Took("", 0, 9.0), Took("write", 2, 20.0)], 0.0),
    ],
)
def test_what_is_left_is_what_it_took_less_what_is_over(now: list[Took], seconds: float) -> None:
    assert remaining(BEFORE, now) == pytest.approx(seconds)


def test_the_pace_is_believed_within_bounds() -> None:
    # A hundred times as slow so far: four times as slow from now on. Under a second tells nothing of the pace.
    assert remaining([Took("a", 1, 2.0), Took("b", 1, 5.0)], [Took("a", 1, 200.0)]) == 20.0
    assert remaining([Took("a", 1, 0.5), Took("b", 1, 5.0)], [Took("a", 1, 50.0)]) == 5.0


def test_a_stage_has_its_own_seconds_without_those_within_it() -> None:
    at = [0.0]
    course = Course(lambda: at[0])
    for later, name, seconds in [(1, "outer", None), (3, "inner", None), (7, "inner", 4.0), (8, "inner", None)]:
        at[0] = later
        course(name, seconds)
    at[0] = 10
    assert course.took() == [Took("", 0, 1.0), Took("outer", 0, 3.0), Took("inner", 1, 6.0)]


@pytest.fixture
def shop(tmp_path: Path, write: Callable[..., Path]) -> Path:
    orders = [f"{n},M{n % 40},2026-0{n % 6 + 1}-1{n % 9},{n % 90 + 5}" for n in range(400)]
    path = tmp_path / "brand.duckdb"
    ingest(path, [write("orders.csv", "order_id,member_id,ordered_at,paid_amount", *orders)])
    return path


def kept(path: Path, command: str, rows: int) -> list[Took]:
    with closing(open_database(path)) as data:
        return durations(data.engine, command, rows)


def test_more_rows_take_as_much_longer_and_commands_do_not_mix(shop: Path) -> None:
    assert kept(shop, "rfm", 400) == []
    for seconds in (30.0, 10.0):
        keep_durations(shop, "rfm", 400, [Took("", 0, seconds), Took("rfm", 1, 2.0)])
    keep_durations(shop, "clv", 400, [Took("clv_fit", 3, 6.0)])
    assert kept(shop, "rfm", 1_000) == [Took("", 0, 25.0), Took("rfm", 1, 5.0)]
    assert kept(shop, "clv", 400) == [Took("clv_fit", 3, 6.0)]


@pytest.mark.parametrize(("lang", "left"), [("en", "a few seconds left"), ("zh", "还需几秒")])
def test_a_second_run_on_a_terminal_says_what_is_left(
    shop: Path, privtraffic: Run, monkeypatch: pytest.MonkeyPatch, lang: str, left: str
) -> None:
    command = ("rfm", "--db", shop, "--json", "--lang", lang)
    plain = privtraffic(*command)
    assert plain.stderr == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(stages, "AFTER_SECONDS", 0.0)
    assert left not in privtraffic(*command).stderr
    assert kept(shop, "rfm", 400) == [], "short work is not written down"
    monkeypatch.setattr(running, "LONG_SECONDS", 0.0)
    first, second = (privtraffic(*command) for _ in range(2))
    assert {took.stage for took in kept(shop, "rfm", 400)} == {"", "rfm"}
    assert left not in first.stderr
    assert left in second.stderr
    assert plain.stdout == first.stdout == second.stdout
