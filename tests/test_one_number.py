"""One word, one number: every analysis is asked about one shop, and what carries one name is one number everywhere.

In all commands, and of each command in JSON, workbook, page and terminal, in both languages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from html import escape, unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.console import Console
from xlsxwriter.workbook import Workbook

import privtraffic as pt
from privtraffic.analyses.catalog import analyses, room
from privtraffic.demo import write_demo
from privtraffic.errors import PrivtrafficError
from privtraffic.options import options_of
from privtraffic.report.data import to_json
from privtraffic.report.document import Column, Figure, Report
from privtraffic.report.grid import grid
from privtraffic.report.terminal import print_report
from privtraffic.report.values import known, rows, shown
from privtraffic.report.words import Lang, Words
from privtraffic.report.workbook.sheet import pages_across
from privtraffic.report.workbook.style import Style
from privtraffic.report.write import write
from privtraffic.schema import SIDES
from privtraffic.settings import DORMANT_DAYS, LOST_DAYS, SILENT_DAYS

MONTH_DAYS, YEAR_DAYS = 31, 365
OF_THE_MONTH = ("revenue", "orders", "order_value")
"""Figures of the review that are those of a command with its window."""

Reports = Mapping[str, Report]


def asked(data: pt.Dataset, name: str, **options: object) -> Report | None:
    """The report of a command; None where these data do not carry its question."""
    analysis = room(name)
    own = {each.field for each in options_of(analysis.Params)}
    try:
        result = analysis(data, **{key: value for key, value in options.items() if key in own})
    except PrivtrafficError:
        return None
    return analysis.present(result, Words("en"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = tmp_path_factory.mktemp("one") / "shop"
    write_demo(shop, members=700, seed=3)
    return shop


@pytest.fixture(scope="module")
def whole(folder: Path) -> Iterator[Reports]:
    """Every command on all history, as of the end of the month that the review is of."""
    with pt.load(folder, optional=[*room("review").may_use(None), "coupon"], sides=[*SIDES]) as data:
        assert data.as_of == date(2026, 10, 31)
        key = data.engine.fetch("select min(member_id) as key from orders")["key"][0].as_py()
        found = {a.name: asked(data, a.name, margin=0.42, key=key) for a in analyses() if a.name != "uplift"}
        yield {name: report for name, report in found.items() if report is not None}


@pytest.fixture(scope="module")
def windows(folder: Path) -> Mapping[int, Mapping[str, object]]:
    """The figures of `rfm` with a window of the month and of the year."""
    found = {}
    for days in (MONTH_DAYS, YEAR_DAYS):
        with pt.load(folder, settings=pt.Settings(window_days=days)) as data:
            report = asked(data, "rfm")
            assert report is not None
            found[days] = {figure.key: known(figure.value) for figure in report.figures}
    return found


@pytest.mark.parametrize("suffix", [".xlsx", ".html", ".json", ".csv", ".pptx"])
def test_what_was_written_is_no_export(folder: Path, whole: Reports, tmp_path: Path, suffix: str) -> None:
    """A report in the folder of the exports is passed over, and none by itself: its money was counted already."""
    written = [tmp_path / f"{name}{suffix}" for name in whole]
    for path, report in zip(written, whole.values(), strict=True):
        try:
            write(report, Words("zh"), path, "1.0")
        except PrivtrafficError as error:
            assert error.key == "no_table_out"
    found = [path for path in written if path.exists()]
    assert {"rfm", "churn", "members", "cohort", "clv", "split"} <= {path.stem for path in found}
    for path in found:
        with pytest.raises(PrivtrafficError) as caught:
            pt.load(path)
        assert "a file that privtraffic wrote" in str(caught.value) or path.name == "check.csv" or suffix == ".pptx"
    (tmp_path / "orders.csv").write_bytes((folder / "orders.csv").read_bytes())
    with pytest.warns(pt.ReadingWarning, match="Skipped"), pt.load(tmp_path) as data:
        assert [file.path for file in data.quality.files] == [str(tmp_path / "orders.csv")]


def figures_of(report: Report) -> dict[str, object]:
    return {figure.key: known(figure.value) for figure in report.figures}


def rows_of(report: Report, key: str) -> list[dict[str, Any]]:
    table = next(table for table in report.tables if table.key == key)
    return [dict(zip((column.key for column in table.columns), row, strict=True)) for row in rows(table)]


def same(values: Mapping[str, object]) -> bool:
    numbers = [round(float(str(value)), 9) for value in values.values() if value is not None]
    return len({*numbers}) <= 1


def test_figures_of_one_key_are_one_number_in_every_command(
    whole: Reports, windows: Mapping[int, Mapping[str, object]]
) -> None:
    assert {"check", "member", "rfm", "cohort", "clv", "affinity", "churn", "members", "teams", "review"} <= {*whole}
    seen: dict[str, dict[str, object]] = {}
    for name, report in whole.items():
        for key, value in figures_of(report).items():
            window = YEAR_DAYS if key == "repurchase_rate" else MONTH_DAYS if key in OF_THE_MONTH else 0
            if name == "review" and window:
                assert same({"review": value, "rfm": windows[window][key]}), key
            else:
                seen.setdefault(key, {})[name] = value
    shared = {key for key, values in seen.items() if len(values) > 1}
    assert {"members", "revenue", "orders", "repurchase_rate", "joined"} <= shared
    assert not {key: values for key, values in seen.items() if not same(values)}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_label_names_one_number(whole: Reports, lang: str) -> None:
    """Two figures of different keys that a reader sees under one name are the same figure."""
    words = Words(lang)  # type: ignore[arg-type]
    seen: dict[str, dict[str, object]] = {}
    for name, report in whole.items():
        for key, value in figures_of(report).items():
            if not (name == "review" and key in (*OF_THE_MONTH, "repurchase_rate")):
                seen.setdefault(words(key), {})[f"{name}.{key}"] = value
    assert not {label: values for label, values in seen.items() if not same(values)}


@pytest.mark.parametrize(("lang", "members", "everybody", "coupon"), [
    ("en", "Members' revenue", "Revenue, all orders", "Revenue with the coupon"),
    ("zh", "会员净销售额", "净销售额（全部订单）", "用券净销售额"),
])  # fmt: skip
def test_money_of_members_and_of_all_orders_have_names_of_their_own(
    whole: Reports, lang: Lang, members: str, everybody: str, coupon: str
) -> None:
    """What orders without a member brought is in `split` and `teams`, and in no other column of revenue."""
    words = Words(lang)
    shown: dict[str, set[str]] = {}
    for name, report in whole.items():
        columns = [each for table in (*report.tables, *report.further) for each in table.columns]
        for each in (*columns, *report.figures):
            if each.key == "revenue":
                shown.setdefault(name, set()).add(words(each.words))
    assert {"rfm", "cohort", "members", "fit", "review", "teams", "split"} <= shown.keys()
    assert shown.pop("review") == {members, everybody, coupon}, "it has tables of the others"
    other = {"teams": everybody, "split": everybody, "offers": coupon}
    assert shown == {name: {other.get(name, members)} for name in shown}


def test_dormant_new_and_reactivated_are_the_same_members_in_every_command(whole: Reports, folder: Path) -> None:
    """Counted by `review` from months, by `members` from days, by `cohort` from orders; in each of thirteen months."""
    months = {name: figures_of(report) for name, report in whole.items()}
    stages = {key.removeprefix("stage_"): v for key, v in months["members"].items() if key.startswith("stage_")}
    review = months["review"]
    assert review["dormant_members"] == stages["dormant"] + stages["lost"] == months["members"]["asleep"]
    assert review["members"] == sum(stages.values()) - stages["prospect"]
    monthly = {str(row["calendar_period"])[:7]: row for row in rows_of(whole["review"], "monthly")}
    flow = {str(row["calendar_period"])[:7]: row for row in rows_of(whole["cohort"], "new_returning")}
    asleep = dict.fromkeys(monthly, 0)
    for row in rows_of(whole["members"], "stage_balance"):
        if row["stage"] in ("dormant", "lost") and (month := str(row["month"])[:7]) in asleep:
            asleep[month] += row["closing"]
    assert len(monthly) == 13
    for month, row in monthly.items():
        assert row["dormant_members"] == asleep[month], month
        assert row["active"] == flow[month]["active"], month
        assert float(row["revenue"]) == pytest.approx(float(flow[month]["revenue"])), month
        for kind in ("new", "returning", "reactivated"):
            assert flow[month][f"members_{kind}"] == row[f"{kind}_members"], (month, kind)
    limits = {key: months["members"][f"{key}_days"] for key in ("silent", "dormant", "lost")}
    assert limits == {"silent": SILENT_DAYS, "dormant": DORMANT_DAYS, "lost": LOST_DAYS}


def test_every_command_that_asks_when_a_member_is_dormant_has_one_default() -> None:
    defaults = {
        (analysis.name, each.name): each.default
        for analysis in analyses()
        for each in options_of(analysis.Params)
        if each.name in ("--silent", "--dormant", "--lost")
    }
    assert {name for name, _ in defaults} == {"cohort", "campaigns", "review", "members"}
    usual = {"--silent": SILENT_DAYS, "--dormant": DORMANT_DAYS, "--lost": LOST_DAYS}
    assert not {key: days for key, days in defaults.items() if days not in (None, usual[key[1]])}


def test_members_without_a_word_more_are_those_who_bought(whole: Reports) -> None:
    """Who is on file, bought lately or is followed is called so: "of 502 members" is of those with any order."""
    buyers = f"{figures_of(whole['review'])['members']:,}"
    said = [
        text
        for report in whole.values()
        for text in (report.title, *report.facts, *(table.finding for table in (*report.tables, *report.further)))
    ]
    facts = re.compile(r"([\d,]+) members")
    whole_of = re.compile(r"\b[Oo]f (?:the )?([\d,]+) members(?! (?:who|on))")
    found = {match[1] for text in said if (match := facts.fullmatch(text) or whole_of.search(text))}
    assert found == {buyers}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_table_of_the_review_is_read_on_one_page(whole: Reports, lang: Lang) -> None:
    style = Style(Workbook(io.BytesIO()), Words(lang))
    wide = {t.key: pages_across(grid(t, Words(lang)), style) for t in whole["review"].tables}
    assert {"monthly", "findings"} <= wide.keys()
    assert {*wide.values()} == {1}, wide


@pytest.mark.parametrize("name", ["rfm", "members", "member", "churn", "review", "clv"])
def test_json_workbook_page_and_terminal_tell_one_number(name: str, whole: Reports, tmp_path: Path) -> None:
    report, words = whole[name], Words("en")
    told = to_json(report, "1", [])["figures"]
    assert isinstance(told, dict)
    first = [figure for figure in report.figures if figure.shown]
    assert first
    for suffix in (".xlsx", ".html"):
        write(report, words, tmp_path / f"r{suffix}", "1")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx", data_only=True).worksheets[0]
    cover: dict[str, object] = {}
    for label, value, *_ in sheet.iter_rows(values_only=True):
        cover.setdefault(str(label), value)
    page = (tmp_path / "r.html").read_text("utf-8")
    cards = dict(re.findall(r'<div><dt><a [^>]*>([^<]*)</a></dt><dd class="value">([^<]*)</dd>', page))
    out = io.StringIO()
    print_report(report, words, Console(file=out, width=600), None, [])
    for figure in first:
        label, value = words(figure.words), known(figure.value)
        assert same({"json": told[figure.key], "figure": value}), figure.key
        assert same({"workbook": cover.get(label), "figure": value}), figure.key
        seen = as_shown(figure, words)
        assert unescape(cards[escape(label)]) == seen, figure.key
        assert beneath(out.getvalue(), label).startswith(seen), figure.key


def as_shown(figure: Figure, words: Words) -> str:
    return shown(known(figure.value), Column(figure.key, figure.kind), words) or "–"


def beneath(text: str, label: str) -> str:
    """What a terminal shows in the line under a label."""
    lines = text.splitlines()
    at = next(place for place, line in enumerate(lines) if re.search(rf"(^|   ){re.escape(label)}($|   )", line))
    return lines[at + 1][lines[at].index(label) :]
