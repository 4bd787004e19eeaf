"""Profiles of a user's own, and what status words mean in the files of one source."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.intake.understand.own_profiles import read_profiles
from privtraffic.intake.understand.profile import profiles
from privtraffic.settings import Settings

Run = Callable[..., CompletedProcess[str]]

PROFILE = """\
# What the till of an invented chain of bakeries writes: a ticket a row.
role = "orders"
title = { en = "Bakery till", zh = "烘焙收银" }
require = [["bon"], ["kunde_nr"]]

[fields]
order_id = ["bon"]
member_id = ["kunde_nr"]
created_at = ["zeit"]
paid_amount = ["bar_oder_karte"]
status = ["art"]

[status]
"V" = "paid"
"S" = "cancelled"
"""
TILL = (
    "bon,kunde_nr,zeit,bar_oder_karte,art",
    "1,K1,2026-03-01 08:00:00,4.50,V",
    "2,K2,2026-03-01 08:05:00,3.20,V",
    "3,K2,2026-03-02 08:10:00,9.90,S",
)


def own(folder: Path, text: str = PROFILE, name: str = "bakery_till.toml") -> Path:
    place = folder / "profiles"
    place.mkdir(exist_ok=True)
    (place / name).write_text(text, "utf-8")
    return place


def test_an_own_profile_reads_what_no_other_does(tmp_path: Path, write: Callable[..., Path]) -> None:
    path = write("till.csv", *TILL)
    before = profiles()
    with load(path, settings=Settings(profiles=own(tmp_path))) as data:
        (file,) = data.quality.files
        assert (file.profile, file.title["en"], file.confidence) == ("bakery_till", "Bakery till", 1.0)
        assert (data.quality.money_kept, data.quality.rows_dropped) == (Decimal("7.70"), {"cancelled": 1})
    assert profiles() == before


def test_an_own_profile_replaces_its_namesake(tmp_path: Path, write: Callable[..., Path]) -> None:
    place = own(tmp_path, PROFILE, "youzan_orders.toml")
    with load(write("till.csv", *TILL), settings=Settings(profiles=place)) as data:
        assert data.quality.files[0].title["en"] == "Bakery till"


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('role = "orders"', 'role = "order"', 2, "orders, items"),
        ("member_id =", "memberid =", 8, "member_id"),
        ('"V" = "paid"', '"V" = "payed"', 14, "unpaid, paid"),
        ('["kunde_nr"]]', '"kunde_nr"]', 4, "require"),
        ("[status]", "[statuses]", 13, "status"),
        ('title = { en = "Bakery till", zh = "烘焙收银" }', 'title = { en = "Bakery till" }', 3, "title"),
    ],
)
def test_what_a_profile_cannot_say_is_said_with_file_and_line(
    tmp_path: Path, before: str, after: str, line: int, said: str
) -> None:
    assert before in PROFILE
    with pytest.raises(PrivtrafficError) as error:
        read_profiles(own(tmp_path, PROFILE.replace(before, after, 1)))
    assert f"bakery_till.toml, line {line}: " in str(error.value)
    assert said in str(error.value)


def test_toml_that_is_none_and_a_folder_without_any_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(PrivtrafficError, match=r"bakery_till\.toml: not TOML: .*line 1"):
        read_profiles(own(tmp_path, "role =\n"))
    with pytest.raises(PrivtrafficError, match="no profile in it"):
        read_profiles(tmp_path)
    with pytest.raises(PrivtrafficError, match="no such folder"):
        read_profiles(tmp_path / "none")


def test_a_database_needs_the_profiles_that_it_was_loaded_with(
    tmp_path: Path, write: Callable[..., Path], privtraffic: Run
) -> None:
    write("till.csv", *TILL)
    own(tmp_path)
    assert privtraffic("ingest", "till.csv", "--db", "b.duckdb", "--profiles", "profiles").returncode == 0
    (tmp_path / "privtraffic.toml").write_text('profiles = "profiles"\n', "utf-8")
    assert privtraffic("rfm", "--db", "b.duckdb", "--json").returncode == 0
    (tmp_path / "privtraffic.toml").unlink()
    done = privtraffic("rfm", "--db", "b.duckdb", "--json")
    assert (done.returncode, "profile bakery_till" in done.stderr) == (2, True)


COD = ("order_id,member_id,ordered_at,paid_amount,status",)
PENDING = ("a1,A,2026-03-01,10.00,pending", "a2,B,2026-03-02,20.00,paid")


@pytest.mark.parametrize("through_database", [False, True])
def test_a_source_says_what_its_words_mean(
    through_database: bool, write: Callable[..., Path], as_json: Callable[..., dict[str, Any]], privtraffic: Run
) -> None:
    write("cod.csv", *COD, *PENDING)
    write("web.csv", *COD, "w1,C,2026-03-03,40.00,pending", "w2,D,2026-03-03,80.00,paid")
    sources = (
        "[[sources]]",
        'files = "cod*.csv"',
        'status = { pending = "paid" }',
        "[[sources]]",
        'files = "web*.csv"',
    )
    write("privtraffic.toml", *sources)
    if through_database:
        assert privtraffic("ingest").returncode == 0
    # In the shop that is paid at the door pending counts; in the other one it was never paid.
    found = as_json("check")
    assert (found["quality"]["money_kept"], found["quality"]["rows_dropped"]) == (110.0, {"unpaid": 1})


def test_a_word_that_cannot_mean_that_is_refused(write: Callable[..., Path], privtraffic: Run) -> None:
    write("cod.csv", *COD, *PENDING)
    write("privtraffic.toml", "[[sources]]", 'files = "cod*.csv"', 'status = { pending = "payed" }')
    done = privtraffic("check")
    assert (done.returncode, done.stdout) == (2, "")
    assert "sources 1: status: pending = payed" in done.stderr
