"""The terminal: width, colours, signs, and a progress that leaves nothing behind."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from privtraffic.progress import stage
from privtraffic.report.document import Column, Figure, Note, Report, Table
from privtraffic.report.stages import Stages
from privtraffic.report.terminal import print_report
from privtraffic.report.textgrid import broken
from privtraffic.report.words import Lang, Words
from tests import sample_report

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
DRAWING = re.compile("[\u2500-\u259f\u2800-\u28ff]")


class Screen(io.StringIO):
    """A file with an encoding of its own."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def write(self, text: str) -> int:
        text.encode(self._encoding)
        return super().write(text)


def printed(
    report: Report, lang: Lang = "en", *, width: int = 80, terminal: bool = False, encoding: str = "utf-8"
) -> str:
    screen = Screen(encoding)
    colours = "truecolor" if terminal else None
    console = Console(file=screen, width=width, force_terminal=terminal, color_system=colours, legacy_windows=False)
    print_report(report, Words(lang), console, 3.21, [Path("rfm.xlsx")])
    return screen.getvalue()


def only(table: Table, report: Report | None = None) -> Report:
    return replace(report or sample_report.report(), tables=(table,))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("width", [30, 60, 80, 200])
@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_every_line_fits_the_width(lang: Lang, terminal: bool, width: int, first: int) -> None:
    report = sample_report.report(lang)
    assert report.detail is not None
    tables = (*report.tables, report.detail)
    text = printed(replace(report, tables=tables[first:]), lang, width=width, terminal=terminal)
    widths = [cell_len(ESCAPE.sub("", line)) for line in text.splitlines()]
    assert max(widths) <= width
    assert len(widths) > 10


def test_what_a_person_reads_at_80_columns() -> None:
    text = printed(sample_report.report("en"))
    assert text.splitlines()[:22] == [
        "orders.csv: canonical layout, 6,310 of 6,500 rows kept",
        "",
        "22 % of members bring 61 % of revenue",
        "2025-01-01 to 2026-10-31 · as of 2026-10-31 · source: orders.csv · 2,000 members",
        "",
        "Members   Orders   Members' revenue   Repurchase rate",
        "2,000     6,310    10,000,000         43.2%",
        "                                      41.0% – 45.4%",
        "",
        "Segments",
        "Champions are 22 % of members and 61 % of revenue",
        "                    Share of         Members'  Share of                Order",
        "Segment    Members  members           revenue  members' revenue  value (AOV)",
        "----------------------------------------------------------------------------",
        "Champions      440  22.0% ########  6,100,000  61.0% ########         13,864",
        "Loyal          300  15.0% #####     1,500,000  15.0% ##                5,000",
        "Promising      360  18.0% #######   1,000,000  10.0% #                 2,778",
        "At risk        240  12.0% ####        800,000   8.0% #                 3,333",
        "New            260  13.0% #####       400,000   4.0% #                 1,538",
        "Asleep         400  20.0% #######     200,000   2.0%                  500.00",
        "",
        "Note: 120 orders carry no member key; they are in revenue but in no segment.",
    ]
    assert text.splitlines()[23:] == [
        "Written in 3.2 s: rfm.xlsx",
        "Next: privtraffic cohort orders.csv --lang zh",
        "Next: privtraffic churn orders.csv --horizon-days 90",
    ]


def test_a_pipe_gets_neither_colours_nor_drawing() -> None:
    text = printed(sample_report.report("zh"), "zh")
    assert "\x1b" not in text
    assert not DRAWING.search(text)


def test_a_terminal_gets_bars_of_eighths_and_shades() -> None:
    report = sample_report.report("zh")
    text = printed(report, "zh", terminal=True)
    assert "████████" in text
    assert "▌" in text
    shaded = printed(only(report.tables[1], report), "zh", terminal=True)
    assert "48;2;47;126;216m425" in shaded
    assert "48;2;255;255;255m17" in shaded


def test_no_color_keeps_the_numbers_and_drops_the_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    report = sample_report.report()
    text = printed(only(report.tables[1], report), terminal=True)
    assert not re.search(r"\x1b\[[0-9;]*(3[0-9]|4[0-9])[;m]", text)
    assert "425" in text


def test_a_dumb_terminal_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen()
    print_report(sample_report.report(), Words("en"), Console(file=screen, width=80, force_terminal=True), None, ())
    assert "\x1b" not in screen.getvalue()
    assert not DRAWING.search(screen.getvalue())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk"])
def test_a_console_that_cannot_show_a_sign_gets_another(encoding: str) -> None:
    text = printed(sample_report.report("zh"), "zh", terminal=True, encoding=encoding)
    assert not DRAWING.search(text)
    assert "####" in text
    assert ("复购率" in text) == (encoding == "gbk")


def test_columns_that_do_not_fit_are_counted_and_numbers_never_cut() -> None:
    report = sample_report.report("en")
    text = printed(report, width=40)
    assert "3 more columns in the workbook" in text
    for number in ("440", "22.0%", "300", "15.0%"):
        assert number in text
    assert "6,100,000" not in text


def test_rows_beyond_twenty_are_counted() -> None:
    report = sample_report.report("en")
    assert report.detail is not None
    text = printed(only(report.detail, report), width=200)
    assert "1,980 more rows in the workbook" in text
    assert "wx000019" in text
    assert "wx000020" not in text


def test_control_characters_of_a_name_do_not_reach_the_terminal() -> None:
    rows = [("\x1b[2J\x1b]0;title\x07evil\r\nname", 1)]
    columns = (Column("sample_channel", "text"), Column("members", "integer"))
    report = Report("x", "a\x1b[31mb [bold]c[/bold] :smile:", None, tables=(Table("sample_segments", columns, rows),))
    text = printed(replace(report, notes=(Note("n", "{braces} \x1b[5m"),)))
    assert "\x1b" not in text
    assert "\r" not in text
    assert "[bold]c[/bold] :smile:" in text
    assert "{braces}" in text


def test_figures_that_do_not_fit_in_one_row_are_left_out() -> None:
    figures = tuple(Figure("repurchase_rate", 0.5, "share") for _ in range(9))
    lines = printed(Report("x", "Finding", None, figures=figures)).splitlines()
    assert lines[2] == "   ".join(["Repurchase rate"] * 4)


def test_only_what_is_there_is_printed() -> None:
    screen = Screen()
    for seconds, written in ((None, []), (3.21, []), (None, [Path("a.csv"), Path("b.json")])):
        print_report(Report("x", "Finding", None), Words("en"), Console(file=screen, width=80), seconds, written)
    assert screen.getvalue() == "Finding\nFinding\n\nTook 3.2 s\nFinding\n\nWritten: a.csv, b.json\n"


@pytest.mark.parametrize("streamed", [True, False])
def test_an_empty_table_is_a_header(streamed: bool) -> None:
    empty = sample_report.Batches(sample_report.members(9).slice(0, 0)) if streamed else ()
    table = Table("sample_segments", (Column("member_id", "id"), Column("share", "share", scale="bar")), empty)
    lines = printed(Report("x", "Finding", None, tables=(table,))).splitlines()
    assert lines[2:6] == ["Segments", "        Share of", "Member  members", "----------------"]


class Glass:
    """What stands on a screen after control sequences: enough of a terminal to see what a spinner leaves."""

    def __init__(self, text: str) -> None:
        self.lines = [""]
        self.seen: set[str] = set()
        row = column = 0
        for sign in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", text):
            if sign == "\r":
                column = 0
            elif sign == "\n":
                row, column = row + 1, 0
                self.lines += [""] * (row + 1 - len(self.lines))
            elif sign.endswith("A"):
                row = max(0, row - int(sign[2:-1] or 1))
            elif sign.endswith("K"):
                self.lines[row] = ""
            elif not sign.startswith("\x1b"):
                line = self.lines[row].ljust(column)
                self.lines[row] = line[:column] + sign + line[column + len(sign) :]
                column += len(sign)
                self.seen.add(self.lines[row].strip())


def staged(seconds: float, after: float, terminal: bool = True, fail: bool = False) -> str:
    screen = Screen()
    console = Console(file=screen, width=60, force_terminal=terminal)
    try:
        with Stages(Words("zh"), console, after_seconds=after), stage("sample", file="订单.csv"), stage("unnamed"):
            time.sleep(seconds)
            if fail:
                raise ValueError
    except ValueError:
        pass
    return screen.getvalue()


@pytest.fixture(autouse=True)
def _stage_word(monkeypatch: pytest.MonkeyPatch) -> None:
    sample_report.add_words()
    monkeypatch.setitem(sample_report.lexicon(), "stage.sample", {"en": "reading {file}", "zh": "读取 {file}"})


@pytest.mark.parametrize("fail", [False, True])
def test_long_work_shows_its_stage_and_leaves_nothing(fail: bool) -> None:
    text = staged(0.5, 0.05, fail=fail)
    glass = Glass(text)
    assert any("unnamed" in line for line in glass.seen)
    assert "".join(glass.lines).strip() == ""
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def test_an_outer_stage_comes_back_with_its_word() -> None:
    screen = Screen()
    stages = Stages(Words("zh"), Console(file=screen, width=60, force_terminal=True), after_seconds=0.02)
    with stages, stage("sample", file="订单.csv"):
        with stage("unnamed"):
            pass
        time.sleep(0.4)
    assert any("读取 订单.csv" in line for line in Glass(screen.getvalue()).seen)


def test_short_work_and_a_pipe_show_nothing() -> None:
    assert staged(0.0, 1.0) == ""
    assert staged(0.3, 0.01, terminal=False) == ""


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        (
            "由导购联系新增的 103 名会员，按贡献排序；近 12 个月贡献 41,696。",
            24,
            ["由导购联系新增的 103 名", "会员，按贡献排序；近", "12 个月贡献 41,696。"],
        ),
        ("（甲）乙", 4, ["（甲", "）乙"]),
        ("会员，会员", 4, ["会", "员，", "会员"]),
        ("said in words", 8, ["said in", "words"]),
        ("averylongword", 5, ["avery", "longw", "ord"]),
        ("", 9, [""]),
    ],
)
def test_a_paragraph_breaks_where_its_language_does(text: str, width: int, lines: list[str]) -> None:
    """No line begins with a closing sign if it can be helped, and a number keeps its unit."""
    assert [line.plain for line in broken(Text(text), width)] == lines


@given(st.text("ab -12,%会员，。（） ", max_size=60), st.integers(2, 30))
def test_no_line_is_wider_and_no_sign_is_lost(text: str, width: int) -> None:
    lines = [line.plain for line in broken(Text(text), width)]
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_folder_that_got_many_files_is_told_once() -> None:
    """Its name and how many; files beside, those of a folder with few, and what is no file are told one by one."""
    written = [Path("a.xlsx"), *(Path("lists", f"{n}.xlsx") for n in range(6)), Path("few", "b.json"), "postgres: shop"]
    out = io.StringIO()
    report = Report("review", "Title", None)
    print_report(report, Words("en"), Console(file=out, width=200), None, written)
    assert "a.xlsx, lists (6 files), few/b.json, postgres: shop" in out.getvalue()
