"""privtraffic.toml: written by `init`, read in one place, the default of every option of the same name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privtraffic.database import open_database
from privtraffic.errors import PrivtrafficError
from privtraffic.gates import Gate
from privtraffic.project import propose, read_project
from privtraffic.schema import SIDES
from tests.fixtures.beside import CANONICAL

Run = Callable[..., subprocess.CompletedProcess[str]]
AsJson = Callable[..., dict[str, Any]]

ORDERS = "order_id,member_id,ordered_at,paid_amount,currency"
MONTHS = {
    "orders_2026-01.csv": (ORDERS, "O1,M1,2026-01-05,100.00,CNY", "O2,M2,2026-01-06,50.00,CNY"),
    "orders_2026-02.csv": (ORDERS, "O3,M1,2026-02-05,30.00,CNY"),
    "members.csv": ("member_id,joined_at,channel", "M1,2025-12-01,抖音", "M2,2025-12-02,门店"),
    "notes.txt": ("nothing to see",),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, lines in MONTHS.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


def toml(folder: Path, *lines: str) -> None:
    (folder / "privtraffic.toml").write_text("\n".join(lines) + "\n", "utf-8")


def test_init_proposes_roles_and_globs_without_asking(folder: Path, privtraffic: Run) -> None:
    done = privtraffic("init", "--margin", "42%", stdin=subprocess.DEVNULL)

    assert (done.returncode, done.stderr) == (0, "")
    project = read_project(folder)
    assert project is not None
    assert (project.brand, project.language, project.currency, project.margin) == ("", "en", "CNY", "0.42")
    assert [(pattern, rule.role) for pattern, rule in project.patterns] == [
        ("orders*.csv", "orders"),
        ("members*.csv", "members"),
    ]
    assert [len(project.files()[0]), project.files()[1]] == [3, []]
    written = (folder / "privtraffic.toml").read_text("utf-8")
    again = privtraffic("init")
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert (folder / "privtraffic.toml").read_text("utf-8") == written


def test_init_knows_every_role_and_ingest_keeps_it(folder: Path, privtraffic: Run) -> None:
    """Ten files beside the orders: each gets its role, and what it holds is in the database after one `ingest`."""
    for role, text in CANONICAL.items():
        (folder / f"{role}.csv").write_text(text, "utf-8")
    assert privtraffic("init", "--yes").returncode == 0
    project = read_project(folder)
    assert project is not None
    found = {pattern: rule.role for pattern, rule in project.patterns}
    assert found == {"orders*.csv": "orders", "members*.csv": "members", **{f"{role}*.csv": role for role in SIDES}}
    assert privtraffic("ingest").returncode == 0
    with open_database(folder / "brand.duckdb", sides=SIDES) as data:
        assert {name: table.count() for name, table in data.side.items()} == {
            role: text.count("\n") - 1 for role, text in CANONICAL.items()
        }


def test_init_ingest_and_an_analysis_work_as_typed(folder: Path, privtraffic: Run, as_json: AsJson) -> None:
    assert privtraffic("init").returncode == 0
    before = as_json("rfm")["figures"]
    assert privtraffic("ingest").returncode == 0
    (folder / "orders_2026-03.csv").write_text(f"{ORDERS}\nO4,M2,2026-03-05,20.00,CNY\n", "utf-8")

    assert as_json("rfm")["figures"] == before
    assert as_json("ingest")["figures"]["orders_added"] == 1
    assert as_json("rfm")["figures"]["revenue"] == 200.0
    for name in MONTHS:
        (folder / name).unlink()
    (folder / "orders_2026-03.csv").rename(folder / "march.csv")
    assert as_json("ingest")["figures"]["files_new"] == 0
    assert as_json("rfm")["figures"]["revenue"] == 200.0
    assert as_json("rfm", "march.csv")["figures"]["revenue"] == 20.0


def test_globs_of_init_leave_out_what_is_something_else(folder: Path) -> None:
    (folder / "orders_members.csv").write_text((folder / "members.csv").read_text("utf-8"), "utf-8")

    found = {source.role: source.patterns for source in propose(folder).sources if source.role == "orders"}

    assert found == {"orders": ("orders_2026-01.csv", "orders_2026-02.csv")}


def test_names_of_any_kind_survive_the_toml(tmp_path: Path, privtraffic: Run) -> None:
    name = 'a "quoted" [1] \\ 订单 2026-01.csv'
    (tmp_path / name).write_text(f"{ORDERS}\nO1,M1,2026-01-05,100.00,CNY\n", "utf-8")

    assert privtraffic("init", "--brand", 'Brand "A" \\ 青禾').returncode == 0

    project = read_project(tmp_path)
    assert project is not None
    assert project.brand == 'Brand "A" \\ 青禾'
    assert [path.name for path in project.files()[0]] == [name]


@pytest.mark.parametrize("names", [(), ("notes.txt", "members.csv")])
def test_init_in_a_folder_without_orders_writes_nothing(tmp_path: Path, privtraffic: Run, names: tuple[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("\n".join(MONTHS[name]), "utf-8")

    done = privtraffic("init")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "privtraffic.toml").exists()


def test_values_are_the_defaults_of_options_and_options_go_first(folder: Path, privtraffic: Run) -> None:
    toml(folder, 'language = "zh"', 'brand = "青禾"', "[[sources]]", 'files = "orders*.csv"')

    assert "会员" in privtraffic("rfm").stdout
    assert "会员" not in privtraffic("rfm", "--lang", "en").stdout
    toml(folder, 'currency = "USD"', "[[sources]]", 'files = "orders*.csv"')
    assert privtraffic("rfm").returncode == 2
    assert privtraffic("rfm", "--currency", "CNY").returncode == 0


def test_a_mapping_holds_for_the_files_of_its_source(folder: Path, as_json: AsJson) -> None:
    (folder / "other.csv").write_text("谁,何时,钱,定金\nM9,2026-01-05,10.00,4.00\n", "utf-8")
    mapping = 'mapping = { member_id = "谁", created_at = "何时", paid_amount = "定金" }'
    toml(folder, "[[sources]]", 'files = "orders*.csv"', "[[sources]]", 'files = "other.csv"', mapping)

    assert as_json("rfm")["figures"]["revenue"] == 184.0
    assert as_json("rfm", "other.csv")["figures"]["revenue"] == 4.0


def test_gates_say_what_must_hold(folder: Path, privtraffic: Run) -> None:
    toml(folder, "[[sources]]", 'files = "orders*.csv"', "[gates]", 'rows_read = ">= 3"', 'dropped_share = "<= 2%"')
    assert read_project(folder).gates == (Gate("rows_read", "<", 3.0), Gate("dropped_share", ">", 0.02))  # type: ignore[union-attr]
    assert privtraffic("check").returncode == 0

    toml(folder, "[[sources]]", 'files = "orders*.csv"', "[gates]", 'rows_read = ">= 4"')

    failed = privtraffic("check")
    assert (failed.returncode, failed.stderr) == (1, "privtraffic: gate failed: rows_read 3 < 4\n")
    assert privtraffic("rfm").returncode == 0


MISTAKES = {
    "syntax": ("brand = x", "not valid TOML"),
    "unknown": ('currancy = "CNY"', "currancy: no such setting. Did you mean currency"),
    "type": ("brand = 3", "brand = 3"),
    "language": ('language = "fr"', "en, zh"),
    "zone": ('tz = "Mars"', "tz = Mars"),
    "span": ('dormant = "soon"', "dormant soon"),
    "margin": ("margin = 42", "margin = 42"),
    "flag": ('keep_zero = "yes"', "keep_zero = yes"),
    "sources": ('sources = "orders.csv"', "[[sources]]"),
    "no files": ('[[sources]]\nrole = "orders"', "sources 1: files"),
    "role": ('[[sources]]\nfiles = "o*.csv"\nrole = "order"', "orders, members, spend"),
    "field": ('[[sources]]\nfiles = "o*.csv"\nmapping = { paid = "x" }', "sources 1: mapping: paid"),
    "column": ('[[sources]]\nfiles = "o*.csv"\nmapping = { paid_amount = "x" }', "no file has that column"),
    "gate": ('[gates]\nrepurchase_rate = "much"', "repurchase_rate"),
    "no match": ('[[sources]]\nfiles = "nothing*.csv"', "no file matches nothing*.csv"),
    "no sources": ('brand = "x"', "no file matches sources"),
    "bytes": ("brand = '\udcff'", "no UTF-8 text"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_that_names_the_place(folder: Path, name: str) -> None:
    from privtraffic.cli.shared import Shared
    from privtraffic.cli.source import chosen, open_data

    text, said = MISTAKES[name]
    (folder / "privtraffic.toml").write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(PrivtrafficError) as caught:
        project = read_project(folder)
        shared = chosen(Shared(), project)
        open_data(shared, shared.settings(project.rules if project else ()), (), (), need_member=True).close()

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_read_together_is_refused(folder: Path, privtraffic: Run) -> None:
    assert privtraffic("ingest", "orders_2026-01.csv", "--db", "b.duckdb").returncode == 0
    for arguments, said in (
        (["rfm"], "nothing to read"),
        (["ingest"], "nothing to read"),
        (["rfm", "orders_2026-01.csv", "--db", "b.duckdb"], "either files or --db"),
        (["rfm", "--db", "b.duckdb", "--map", "paid_amount=x"], "--map"),
        (["rfm", "--db", "b.duckdb", "--group", "brand"], "brand"),
    ):
        done = privtraffic(*arguments)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert said in done.stderr
