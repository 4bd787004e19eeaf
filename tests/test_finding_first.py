"""A report opens with the finding: what changed, what to do on Monday, and only then what must be minded."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from pptx import Presentation
from rich.console import Console

import privtraffic as pt
from privtraffic.demo import write_demo
from privtraffic.report.client import for_client
from privtraffic.report.data import to_json
from privtraffic.report.document import Column, Figure, Note, Report, Table
from privtraffic.report.page.sparkline import sparkline
from privtraffic.report.terminal import print_report
from privtraffic.report.words import Lang, Words, lexicon
from privtraffic.report.write import write

COMMAND = re.compile(r"privtraffic (members|rfm|cohort|check|churn|uplift|clv|affinity)\b|--(list|compare-to|group)\b")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> pt.review.Result:
    shop = tmp_path_factory.mktemp("first") / "shop"
    write_demo(shop, members=500, seed=5)
    with pt.load(shop, optional=pt.review.OPTIONAL) as data:
        return pt.review(data, margin=0.42, rooms=("rfm", "members"))


def told(report: Report, lang: Lang, folder: Path) -> tuple[list[str], str, str]:
    """The texts of the cover, of the page in reading order, and of the terminal."""
    words = Words(lang)
    for suffix in (".xlsx", ".html"):
        write(report, words, folder / f"r{suffix}", "1")
    sheet = openpyxl.load_workbook(folder / "r.xlsx").worksheets[0]
    cover = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    page = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", (folder / "r.html").read_text("utf-8"), flags=re.DOTALL)
    out = io.StringIO()
    print_report(report, words, Console(file=out, width=80), None, [])
    return cover, unescape(re.sub(r"<[^>]+>", "", page)), out.getvalue()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_three_findings_say_what_to_do_and_for_how_many(lang: Lang, result: pt.review.Result, tmp_path: Path) -> None:
    report = pt.review.present(result, Words(lang))
    findings = to_json(report, "1", [])["tables"]["findings"]  # type: ignore[index]
    actions = {row["finding_kind"]: row["monday"] for row in findings if row["monday"]}
    hows = {row["finding_kind"]: row["monday_how"] for row in findings if row["monday_how"]}
    assert hows.keys() <= actions.keys()
    assert 0 < len(actions) <= 3
    assert "asleep" in actions
    assert str(result.asleep["members"]) in actions["asleep"]
    half = f"{float(result.asleep['revenue']) * 0.42:,.0f}"
    assert half in actions["asleep"], "the margin at stake"
    cover, page, terminal = told(report, lang, tmp_path)
    label = Words(lang)("summary.said", label=Words(lang)("monday"), text="")
    assert terminal.count(label.strip()) == len(actions)
    for text in actions.values():
        assert any(f"→ {text}" in cell for cell in cover)
        assert f"{label}{text}" in page
    write(report, Words(lang), tmp_path / "r.pptx", "1")
    first = Presentation(str(tmp_path / "r.pptx")).slides[0]
    said = "\n".join(shape.text_frame.text for shape in first.shapes if shape.has_text_frame)
    spoken = first.notes_slide.notes_text_frame.text
    for kind, text in actions.items():
        assert text[1:] in said, "a line each"
        assert hows.get(kind, "") in spoken
        assert hows.get(kind, "-") not in said
    # What stands under the finding shows it: of the month reviewed as many as the sentence says.
    dormancy = to_json(report, "1", [])["tables"]["dormancy"]  # type: ignore[index]
    assert dormancy[-1]["fell_asleep"] == result.asleep["members"]
    assert dormancy[-1]["reactivated_members"] == result.now["reactivated_members"]
    assert {row["rests_on"] for row in findings if row["finding_kind"] == "asleep"} == {"dormancy"}
    rules = {row["finding_kind"] for row in findings if "_" in row["finding_kind"]}
    assert rules
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    cells = {str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if isinstance(c, str)}
    assert not rules & cells, "a rule's id is for JSON"


def test_key_figures_stand_beside_last_month_and_last_year(result: pt.review.Result, tmp_path: Path) -> None:
    report = pt.review.present(result, Words("en"))
    cover, page, terminal = told(report, "en", tmp_path)
    for figure in report.figures:
        assert len(figure.beside) == (2 if figure.shown else 0)
        for text, side in zip(figure.beside, ("before", "year"), strict=False):
            change = result.changes[side].get(figure.key)
            assert ("cannot be told" in text) == (change is None)
            assert ("unsure" in text) == (change is not None and change.low is not None and not change.clear)
            assert any(text in cell for cell in cover)
            assert text in page
            assert text in " ".join(terminal.split())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_notes_stand_behind_their_count_after_the_findings(
    lang: Lang, result: pt.review.Result, tmp_path: Path
) -> None:
    report = pt.review.present(result, Words(lang))
    note = Note("note.skipped", Words(lang)("note.skipped", files="truth.json"))
    report = Report(**{**vars(report), "notes": (*report.notes, note)})
    cover, page, terminal = told(report, lang, tmp_path)
    count = Words(lang)("page.notes", count=len(report.notes) - 1)
    first = report.tables[0].rows
    assert isinstance(first, Sequence)
    assert 0 < page.index(str(first[0][1])) < page.index(count) < page.index(Words(lang)("page.contents"))
    assert not COMMAND.search("\n".join(cover)), "a client does not type commands"
    assert report.actions
    assert all(action not in page for action in report.actions)
    assert not any("truth.json" in text for text in (*cover, page))
    assert "truth.json" in terminal
    assert report.actions[0][:30] in " ".join(terminal.split())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_note_of_a_clients_file_names_an_option(lang: Lang) -> None:
    """What every note says of the business stays, what somebody who types commands may do about it goes."""
    every = {name: entry[lang] for name, entry in lexicon().items() if "note" in name.split(".")}
    typed = {name: text for name, text in every.items() if "--" in text or "privtraffic" in text}
    assert len(typed) > 40
    for name, text in every.items():
        said = for_client(text)
        # That a pattern of the project file matches nothing is for whoever wrote it.
        if name not in typed:
            assert said == text
        elif name != "note.idle_sources":
            assert "--" not in said and "privtraffic" not in said, name
            assert len(said) >= 6 and said[-1] not in ":：;；,，", name
    spoken = Words(lang)("note.members_no_margin")
    report = Report("members", "", None, notes=(Note("note.members_no_margin", spoken),))
    kept = {"en": "No margin was given: the worth of a return counts all revenue as margin, which is too much.",
            "zh": "未提供毛利率：回流期望毛利将全部销售额视为毛利，偏高"}  # fmt: skip
    assert [note.text for note in report.for_client()] == [kept[lang]]
    assert report.notes[0].text == spoken, "the terminal and JSON tell what to do"


COLUMNS = (
    Column("from", "text"),
    Column("lift", "number", scale="diverging", middle=1.0),
    Column("q", "number", hidden=True),
)


def test_a_ratio_diverges_at_one_and_a_hidden_column_is_for_json_alone(tmp_path: Path) -> None:
    """0.5 is half as far below one as 2.0 is above: half the shade, and the other colour."""
    rows = [("a", 0.5, 0.123), ("b", 1.0, 0.123), ("c", 2.0, 0.123)]
    report = Report("affinity", "Title", date(2026, 1, 1), tables=(Table("pairs", COLUMNS, rows),))
    write(report, Words("en"), tmp_path / "r.xlsx", "1")
    write(report, Words("en"), tmp_path / "r.html", "1")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[1]
    (rule,) = [rule for one in sheet.conditional_formatting for rule in one.rules]
    assert [float(mark.val) for mark in rule.colorScale.cfvo] == [0.0, 1.0, 2.0]
    assert [cell.value for cell in sheet[1]] == [Words("en")("from"), Words("en")("lift")]
    page = (tmp_path / "r.html").read_text("utf-8")
    found = re.findall(r'<td class="n (up|down)" style="--a:([0-9.]+)"[^>]*>([0-9.]+)<', page)
    assert found == [("down", "0.300", "0.50"), ("up", "0.000", "1.00"), ("up", "0.600", "2.00")]
    assert "0.12" not in page
    assert to_json(report, "1", [])["tables"]["pairs"][0]["q"] == 0.123  # type: ignore[index]


def test_rates_of_fewer_than_thirty_carry_no_colour(tmp_path: Path) -> None:
    """Of four cohorts the second has 29 members: its rate is told, and takes no part in the scale."""
    columns = (
        Column("cohort", "text"),
        Column("size", "integer"),
        Column("rate", "share", scale="heat", counted="size"),
    )
    rows = [("a", 30, 0.1), ("b", 29, 0.9), ("c", 40, 0.2), ("d", 50, 0.3)]
    report = Report("cohort", "Title", date(2026, 1, 1), tables=(Table("cohorts", columns, rows),))
    write(report, Words("en"), tmp_path / "r.xlsx", "1")
    write(report, Words("en"), tmp_path / "r.html", "1")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[1]
    assert [str(one.sqref) for one in sheet.conditional_formatting] == ["C2 C4:C5"]
    page = (tmp_path / "r.html").read_text("utf-8")
    assert re.findall(r'<td class="n heat" style="--a:([0-9.]+)"', page) == ["0.000", "0.300", "0.600"]
    assert "90.0%" in page


def test_how_good_a_model_is_stands_beneath_in_a_file_and_first_in_a_terminal(tmp_path: Path) -> None:
    figures = (Figure("members", 4, "integer"), Figure("roc_auc", 0.78, "fine", of_model=True))
    cover, page, terminal = told(Report("churn", "Four", date(2026, 1, 31), figures=figures), "en", tmp_path)
    more = Words("en")("summary.more_figures")
    assert cover.index("Members") < cover.index(more) < cover.index("ROC AUC")
    assert page.index("Members") < page.index(more) < page.index("ROC AUC")
    assert "ROC AUC" in terminal and more not in terminal


def test_a_figure_without_change_keeps_its_meaning(tmp_path: Path) -> None:
    report = Report("rfm", "Title", date(2026, 1, 1), figures=(Figure("members", 5, "integer"),))
    cover, _, _ = told(report, "en", tmp_path)
    assert Words("en").means("members") in cover


def test_a_month_has_twelve_sheets_and_those_its_first_findings_rest_on(
    result: pt.review.Result, tmp_path: Path
) -> None:
    """`--full` shows every table; JSON has all of them either way, and every finding stands on the cover."""
    words = Words("en")
    brief = pt.review.present(result, words)
    full = pt.review.present(replace(result, params=replace(result.params, full=True)), words)
    assert full.further == ()
    tables = [to_json(report, "1", [])["tables"] for report in (brief, full)]
    assert {*tables[0]} == {*tables[1]}  # type: ignore[misc]
    assert all(tables[0][key] == tables[1][key] for key in tables[0])  # type: ignore[index, union-attr]
    sheets = {}
    for name, report in (("brief", brief), ("full", full)):
        write(report, words, tmp_path / f"{name}.xlsx", "1")
        sheets[name] = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")
    assert len(sheets["brief"].sheetnames) <= 12 < len(sheets["full"].sheetnames)
    found = tables[0]["findings"]  # type: ignore[index, call-overload]
    shown = {table.key for table in brief.tables}
    assert {row["rests_on"] for row in found[:3]} <= shown
    assert {row["rests_on"] for row in found} - shown, "this month has findings whose table is left out"
    for book in sheets.values():
        cover = "\n".join(str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell)
        assert all(row["finding"] in cover for row in found)


def test_a_key_figure_shows_how_it_went(result: pt.review.Result, tmp_path: Path) -> None:
    """Thirteen months as a line in its card and as signs in the terminal, of the table that has them."""
    report = pt.review.present(result, Words("en"))
    revenue = next(figure for figure in report.figures if figure.key == "revenue")
    monthly = to_json(report, "1", [])["tables"]["monthly"]  # type: ignore[index, call-overload]
    assert report.course(revenue) == [row["revenue"] for row in monthly]
    course = [float(value) for value in report.course(revenue) if value is not None]
    assert course[-1] == float(revenue.value)  # type: ignore[arg-type]
    told(report, "en", tmp_path)
    out = io.StringIO()
    print_report(report, Words("en"), Console(file=out, width=80, force_terminal=True, color_system=None), None, [])
    low, span = min(course), max(course) - min(course)
    assert "".join("▁▂▃▄▅▆▇█"[round((value - low) / span * 7)] for value in course) in out.getvalue()
    page = (tmp_path / "r.html").read_text("utf-8")
    shown = [figure for figure in report.figures if figure.shown]
    assert page.count('class="trend"') == len(shown)


@pytest.mark.parametrize(
    ("course", "path"),
    [
        ([1.0, 3.0, 2.0], "M3.0 17.0L48.0 3.0L93.0 10.0"),
        ([1.0, None, 3.0, 2.0], "M3.0 17.0M63.0 3.0L93.0 10.0"),
        ([2.0, 2.0, 2.0], "M3.0 10.0L48.0 10.0L93.0 10.0"),
        ([1.0, 2.0, 3.0, None], None),
    ],
)
def test_a_line_goes_from_the_lowest_to_the_highest(course: list[float | None], path: str | None) -> None:
    """96 by 20 with a margin of 3: the lowest at 17, the highest at 3; what was not observed breaks the line."""
    drawn = sparkline(course, "said")
    assert (f' d="{path}"' in drawn) if drawn and path else (drawn is None and path is None)


def test_the_cover_draws_how_figures_went_from_the_sheet_of_months(result: pt.review.Result, tmp_path: Path) -> None:
    """One sparkline a figure, each over the thirteen cells of its own column."""
    report = pt.review.present(result, Words("en"))
    write(report, Words("en"), tmp_path / "r.xlsx", "1")
    with ZipFile(tmp_path / "r.xlsx") as parts:
        cover = parts.read("xl/worksheets/sheet1.xml").decode()
    drawn = re.findall(r"<xm:f>([^<]+)</xm:f><xm:sqref>(\w+)</xm:sqref>", cover)
    shown = [figure for figure in report.figures if figure.shown]
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    found = {}
    for cells, place in drawn:
        sheet, _, area = cells.rpartition("!")
        label = book.worksheets[0][f"A{place.lstrip('E')}"].value
        found[label] = [cell.value for (cell,) in book[sheet.strip("'")][area.replace("$", "")]]
    assert found == {Words("en")(figure.words): pytest.approx(report.course(figure)) for figure in shown}
