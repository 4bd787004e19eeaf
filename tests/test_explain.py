"""What a figure means: every figure can be explained, the ratio is that of its parts, the queries are those on file."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from html import unescape
from importlib.resources import files
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from rich.cells import cell_len

import privtraffic as pt
from privtraffic.analyses.catalog import NAMES, room
from privtraffic.api.explain import Explained, explain, figure_names
from privtraffic.api.sources import as_they_ran, every_query, shown, sources
from privtraffic.api.tools import Tools
from privtraffic.cli.monthly import _figures
from privtraffic.engine.recorded import Ran
from privtraffic.errors import PrivtrafficError
from privtraffic.report.textgrid import LONGEST_CELL
from privtraffic.report.values import known
from privtraffic.report.words import lexicon
from tests import figure_sources
from tests.conftest import Run
from tests.shop import write_members, write_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    write_members(folder)
    return write_shop(folder)


@pytest.fixture(scope="module")
def every() -> dict[str, Explained]:
    return {key: explain(key) for key in figure_names()}


def test_every_figure_is_explained_in_whole_sentences(every: dict[str, Explained]) -> None:
    """A terminal cuts a cell that is no sentence: each is longer than a cell may be, in both languages."""
    assert len(every) > 500
    for key, told in every.items():
        for lang in ("en", "zh"):
            document = told.report(lang).document
            said = [str(row[1]) for row in document.tables[0].rows]  # type: ignore[union-attr]
            assert all(cell_len(text) > LONGEST_CELL for text in said), (key, lang, said)
            assert lexicon()[key].get(f"means_{lang}", "") in said[0]


def test_almost_every_figure_has_a_command_and_a_unit(every: dict[str, Explained]) -> None:
    shown = [key for key, told in every.items() if told.commands and told.kind]
    assert len(shown) / len(every) > 0.9


def test_commands_are_those_whose_reports_have_the_figure(shop: Path) -> None:
    """Held against reports: what rfm, members and cohort have as a figure is said to be theirs."""
    with pt.load(shop, optional=["brand", "store"]) as data:
        for name in ("rfm", "members", "cohort", "churn", "clv"):
            report = room(name).present(room(name).compute(data, room(name).Params()), pt_words())
            for figure in report.figures:
                told = explain(figure.key)
                assert name in told.commands, (name, figure.key)
                assert told.kind, figure.key


def pt_words() -> object:
    from privtraffic.report.words import Words

    return Words("en")


def test_the_queries_are_those_of_the_files(every: dict[str, Explained]) -> None:
    found = {query.place: query for told in every.values() for query in told.queries}
    assert len(found) > 200
    for query in found.values():
        folder, file = ("", query.file) if "/" not in query.file else query.file.split("/")
        text = files("privtraffic.analyses").joinpath(folder, file).read_text("utf-8")
        assert f"-- name: {query.name}\n" in text
        assert query.sql in text
    assert ("churn/members.sql", "bands") in {(q.file, q.name) for q in explain("expected_churners").queries}


@pytest.mark.parametrize("command", ["rfm", "cohort"])
def test_a_figure_rests_on_what_changes_it(command: str, shop: Path) -> None:
    """What is on file is found again: the rows of every query are changed, and the figures that change with them."""
    with pt.load(shop, members=shop.with_name("members.csv")) as data:
        for key, places in figure_sources.found(command, data).items():
            assert sources()[command][key] == places, key


def test_every_source_on_file_is_a_query_and_its_command_shows_the_figure() -> None:
    for command, told in sources().items():
        for key, places in told.items():
            assert places and {*places} <= {*every_query()}, (command, key)
            assert command in shown(key), (command, key)


@pytest.mark.parametrize("command", ["rfm", "cohort", "members", "referral", "funnel", "churn"])
def test_the_number_is_that_of_the_command_that_is_named_and_so_are_the_queries(command: str, shop: Path) -> None:
    """Every figure of two reports, and one of the others; a query that ran gives what is called as the figure is."""
    with pt.load(shop, members=shop.with_name("members.csv")) as data:
        figures = room(command)(data).report("en").document.figures
        asked = figures if command in ("rfm", "cohort") else figures[:1]
        for figure in asked:
            told = pt.explain(f"{command}.{figure.key}", data)
            assert (told.asked, known(told.numbers[0][1].value)) == (command, known(figure.value)), figure.key
            assert {query.command for query in told.nearest} <= {command}
            for query in (query for query in told.nearest if len(query.rows) == 1 and figure.key in query.rows[0]):
                assert query.rows[0][figure.key] == pytest.approx(known(figure.value)), figure.key
            assert told.nearest == () or any(query.ran for query in told.nearest), figure.key


def test_the_rows_that_made_the_number_are_shown(shop: Path) -> None:
    """rfm asks once: seven members with a purchase, three of them more than once, 11 orders, 1,680.00."""
    told = pt.explain("rfm.repurchase_rate", shop)
    (query,) = told.nearest
    made = [(one.makes, one.name) for one in told.queries if one.makes]
    assert made == [("rfm_values", "member_values"), ("rfm_scored", "scored"), ("rfm_members", "members")]
    assert query.place == "rfm/compute.sql totals"
    assert {name: int(query.rows[0][name]) for name in ("members", "repeat_members", "orders", "revenue")} == {
        "members": 7, "repeat_members": 3, "orders": 11, "revenue": 1680,
    }  # fmt: skip
    report = pt.explain("cohort.repurchase_rate", shop, as_of="2026-03-31").report("en").document
    said = {str(row[0]): str(row[1]) for row in report.tables[0].rows}  # type: ignore[union-attr]
    assert "as of 2026-03-31" in said["facts"]
    assert "cells (cohort/compute.sql)" in said["queries"]
    assert "rfm.repurchase_rate" in said["others"]


def test_of_a_query_that_ran_several_times_the_run_that_gave_the_figure_is_told(shop: Path) -> None:
    """members cuts the scores of today and, as of a month before, those of then: its figure is the cut of today."""
    with pt.load(shop) as data:
        (query,) = pt.explain("members.super_cut", data).nearest
        figures = {figure.key: known(figure.value) for figure in pt.members(data).report("en").document.figures}
    assert (query.name, query.run, query.runs) == ("score_cut", 1, 1)
    assert "members_scored_then" not in query.ran
    assert figures["super_cut"] in query.rows[0].values()


def test_runs_of_which_none_alone_gave_the_figure_are_all_told() -> None:
    """Two generations of referrals, 3 and 2 members, make 5; each with the tables that it read, as they then were."""
    every = every_query()
    sql = every["referral/lines.sql generation"]
    made = every["referral/lines.sql next_generation"]
    rows = [pa.Table.from_pylist([{"members": count}]) for count in (3, 2)]
    ran = [
        each
        for depth, told in enumerate(rows)
        for each in (
            Ran(made.sql + f" -- {depth}", {}, into="referral_generation"),
            Ran(sql.sql.format(generation="referral_generation"), {"as_of_day": 5 + depth}, rows=told),
        )
    ]
    told = as_they_ran([sql], ran, "referred_members", 5)
    assert [(one.run, one.runs, one.rows[0]["members"]) for one in told if not one.makes] == [(1, 2, 3), (2, 2, 2)]
    maker, alone = as_they_ran([sql], ran, "members", 2)
    assert (maker.makes, maker.ran[-5:]) == ("referral_generation", " -- 1")
    assert (alone.runs, alone.values, alone.rows[0]["members"]) == (1, {"as_of_day": 6}, 2)


def test_what_is_meant_is_asked_or_said() -> None:
    with pytest.raises(PrivtrafficError, match="these do: rfm, cohort, review"):
        explain("clv.repurchase_rate")
    with pytest.raises(PrivtrafficError, match=r"several figures.*back_again"):
        explain("Came back")
    assert explain("退款率").namesakes == ("campaign_refund_rate",)
    assert explain("复购率").namesakes == (), "one label, one number"
    assert {query.command for query in explain("rfm.复购率").nearest} == {"rfm"}


def test_the_words_name_parts_that_are_figures_and_queries_that_are_there() -> None:
    for key, entry in lexicon().items():
        if "made_of" in entry:
            assert len(entry["made_of"].split(" / ")) == 2
            assert all(part in lexicon() for part in entry["made_of"].split(" / ")), key
        assert "query" not in entry


def test_the_numbers_on_paper(shop: Path) -> None:
    """Of seven buyers (A to F and I) three ordered twice: A, C and E.  1,680 of net over 11 orders."""
    told = pt.explain("repurchase_rate", shop)
    assert [(name, one.key, known(one.value)) for name, one in told.numbers] == [
        ("cohort", "repurchase_rate", 3 / 7), ("cohort", "repeat_buyers", 3), ("cohort", "cohort_buyers", 7),
    ]  # fmt: skip
    value = pt.explain("order_value", shop)
    (_, first), (_, revenue), (_, orders) = value.numbers
    assert (float(revenue.value), orders.value) == (1680, 11)  # type: ignore[arg-type]
    assert float(first.value) == pytest.approx(1680 / 11)  # type: ignore[arg-type]
    said = {str(row[0]): str(row[1]) for row in told.report("en").document.tables[0].rows}  # type: ignore[union-attr]
    assert "= 3 ÷ 7" in said["numbers"]
    examples = pt.explain("recency_days", shop, members=shop.with_name("members.csv")).examples
    assert [table.key for table in examples] == ["members"]
    assert dict(zip((c.key for c in examples[0].columns), examples[0].rows[0], strict=True))["member_id"] == "A"


def test_a_ratio_is_its_parts_wherever_they_are_told(tmp_path: Path) -> None:
    pt.demo.write_demo(tmp_path / "shop", members=700, seed=3, plants=None)
    made = [key for key, entry in lexicon().items() if "made_of" in entry]
    assert len(made) >= 5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = {key: pt.explain(key, tmp_path / "shop").numbers for key in made}
    for key, numbers in told.items():
        first, top, bottom = (float(known(one.value)) for _, one in numbers)  # type: ignore[arg-type]
        assert first == pytest.approx(top / bottom, rel=1e-9), key


@pytest.mark.parametrize("name", ["Repurchase rate", "复购率", "repurchase_rate", " repurchase_rate "])
def test_a_figure_is_found_by_its_name(name: str) -> None:
    assert explain(name).figure == "repurchase_rate"


def test_what_is_no_figure_names_the_nearest(tmp_path: Path, privtraffic: Run) -> None:
    done = privtraffic("explain", "repurchse_rate", "--lang", "en")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "repurchase_rate" in done.stderr
    with pytest.raises(PrivtrafficError, match=r"no other has it\. to_dict\(\)"):
        explain("zzzzzz")
    done = privtraffic("explain", "taken_along", write_shop(tmp_path), "--lang", "en")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_in_the_folder_of_a_database_the_number_is_told(tmp_path: Path, privtraffic: Run) -> None:
    """By hand: seven buyers, three of them more than once; a folder without a privtraffic.toml says what to name."""
    pt.ingest(tmp_path / "brand.duckdb", write_shop(tmp_path))
    done = privtraffic("explain", "rfm.repurchase_rate", "--lang", "en")
    assert "Next: The number itself: privtraffic explain" in done.stdout
    assert "--db brand.duckdb" in " ".join(done.stdout.split())
    (tmp_path / "privtraffic.toml").write_text('brand = "x"\ndatabase = "brand.duckdb"\n', "utf-8")
    done = privtraffic("explain", "rfm.repurchase_rate", "--lang", "en")
    assert "as privtraffic rfm tells it: 42.9%" in done.stdout
    assert "-- gave: members = 7, orders = 11, revenue = 1680.00, repeat_members = 3" in done.stdout


def test_what_the_file_of_the_brand_says_of_a_command_holds(tmp_path: Path, privtraffic: Run) -> None:
    """None is asleep after the usual 180 days, five after twenty."""
    write_shop(tmp_path)
    text = 'brand = "x"\ndormant = "20d"\n[[sources]]\nfiles = ["orders.csv"]\n'
    (tmp_path / "privtraffic.toml").write_text(text, "utf-8")
    own = json.loads(privtraffic("members", "--json", "-q").stdout)["figures"]["asleep"]
    found = json.loads(privtraffic("explain", "members.asleep", "--json", "-q").stdout)
    assert [own, *(row["explain_value"] for row in found["tables"]["explain_numbers"])] == [5, 5]


def test_names_are_completed() -> None:
    assert _figures("repurchase_rate")[:1] == ["repurchase_rate"]
    assert _figures("") == figure_names()
    assert _figures("zzz") == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_terminal_workbook_page_and_json(shop: Path, tmp_path: Path, lang: str, privtraffic: Run) -> None:
    outs = [tmp_path / f"e{suffix}" for suffix in (".xlsx", ".html", ".json")]
    done = privtraffic("explain", "churn_probability", shop, "--lang", lang, *(x for out in outs for x in ("-o", out)))
    assert done.returncode == 0, done.stderr
    assert "\n-- churn/members.sql: members\n-- :as_of = " in done.stdout
    assert "churn_probability * value_if_kept as at_stake" in done.stdout
    book = openpyxl.load_workbook(outs[0])
    cells = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    assert lexicon()["churn_probability"][f"means_{lang}"] in cells
    assert lexicon()["churn_probability"][f"means_{lang}"] in unescape(outs[1].read_text("utf-8"))
    assert {"explained", "explain_queries"} <= {*json.loads(outs[2].read_text("utf-8"))["tables"]}


def test_an_assistant_is_told_the_same_with_keys_masked(shop: Path) -> None:
    tools = Tools(shop.parent)
    plain = tools.call("explain", {"figure": "recency_days"})
    assert plain["unit"] == "days" and "rfm" in plain["commands"]
    told = tools.call("explain", {"figure": "recency_days", "files": ["orders.csv"]})
    keys = {row["member_id"] for row in told["tables"]["members"]}
    assert len(keys) == 3 and all(len(key) == 24 for key in keys)
    assert "explain" in {tool.name for tool in tools.list()} and {*NAMES} <= {tool.name for tool in tools.list()}
    with pytest.raises(PrivtrafficError):
        tools.call("explain", {"figure": "recency_days", "files": ["../x.csv"]})


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
