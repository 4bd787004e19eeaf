"""The page: what is in its file, and what a browser makes of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from privtraffic.report.document import Chart, Column, Figure, Note, Pivot, Quality, Report, Table, interval_of
from privtraffic.report.page.markup import data, tag, text
from privtraffic.report.page.plot import plot
from privtraffic.report.page.spec import spec
from privtraffic.report.words import Lang, Words, lexicon
from privtraffic.report.write import write
from tests import sample_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EN, ZH = Words("en"), Words("zh")

HOSTILE = (
    "<script>hacked()</script>",
    "</script><script>hacked()</script>",
    '=HYPERLINK("http://evil.example","x")',
    '"><img src=x onerror=hacked()>',
    "<!--<script>",
    "</style><svg onload=hacked()>",
    "javascript:hacked()",
    "{{hacked()}} ${hacked()} \\u003cscript>",
    "\u202egnp.exe\x00\x1b[31m",
    "a\tb\nc",
)
"""Names that a member, a channel, a file or a brand may have."""


@pytest.fixture(autouse=True)
def _words() -> None:
    sample_report.add_words()
    for key in ("sample_rows_low", "sample_rows_high", "sample_rests_on", "table.sample_list", "sample_part"):
        lexicon().setdefault(key, {"en": key.replace("_", " "), "zh": key})


def hostile(lang: Lang = "en") -> Report:
    """A report in which every text that a user can bring is an attack."""
    rows = [(name, place + 1, place + 0.5, place + 2, "2026-01") for place, name in enumerate(HOSTILE)]
    columns = (
        Column("sample_channel", "text"),
        Column("members", "integer", scale="bar"),
        Column("sample_rows_low", "number"),
        Column("sample_rows_high", "number"),
        Column("sample_reason", "text"),
    )
    said = HOSTILE[1]
    bars = Table(
        "sample_segments",
        columns,
        rows,
        said,
        charts=(
            Chart("bar", said, "sample_channel", ("members",)),
            Chart("column", "x", "sample_channel", ("members",)),
        ),
    )
    across = [(name, place, place * 2) for name in HOSTILE for place in range(3)]
    lines = Table(
        "sample_grid",
        (Column("sample_channel", "text"), Column("sample_rows", "integer"), Column("revenue", "money", scale="heat")),
        across,
        said,
        Pivot("sample_channel", "sample_rows", ("revenue",)),
        (Chart("line", said, "sample_rows", ("revenue",)), Chart("stacked", said, "sample_rows", ("revenue",))),
    )
    points = Table(
        "sample_monthly",
        (Column("sample_channel", "text"), Column("orders", "integer"), Column("revenue", "money")),
        [(name, place, place**2) for place, name in enumerate(HOSTILE)],
        charts=(Chart("scatter", said, "orders", ("revenue",)),),
    )
    detail = Table("sample_members", (Column("member_id", "id"),), [(name,) for name in HOSTILE])
    return Report(
        command="rfm",
        title=said,
        as_of=date(2026, 10, 31),
        facts=HOSTILE,
        figures=(Figure("members", said, "text"),),
        tables=(bars, lines, points),
        detail=detail,
        notes=tuple(Note("x", name) for name in HOSTILE),
        quality=Quality(HOSTILE, ()),
        actions=HOSTILE,
        client=said,
    )


class Reader(HTMLParser):
    """The elements of a page: tags with attributes, and the text of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.said = ""
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data
        else:
            self.said += data


def page_of(report: Report, path: Path, lang: Lang = "en") -> str:
    write(report, Words(lang), path, "1.0")
    return path.read_text("utf-8")


# The file


def test_text_is_escaped_by_construction() -> None:
    assert text("<b>&\"'\x00\ud800") == "&lt;b&gt;&amp;&quot;&#x27;?"
    assert (
        tag("p", "<i>", tag("b", "&"), None, title='"', hidden=False) == '<p title="&quot;">&lt;i&gt;<b>&amp;</b></p>'
    )
    assert data({"a": "</script><!--"}) == '<script type="application/json">{"a":"\\u003c/script>\\u003c!--"}</script>'


def test_what_users_bring_stays_text(tmp_path: Path) -> None:
    report = hostile()
    page = page_of(report, tmp_path / "a.html")
    ours = page_of(
        replace(
            report,
            **dict.fromkeys(("tables", "facts", "notes", "actions"), ()),
            detail=None,
            title="x",
            client="x",
            quality=Quality(),
            figures=(),
        ),
        tmp_path / "b.html",
    )
    found, plain = Reader(page), Reader(ours)
    allowed = {tag for tag, _ in plain.tags} | {"script", "svg", "line", "td", "tr", "table", "tbody", "thead"}
    assert {tag for tag, _ in found.tags} - allowed <= {
        *("article", "aside", "button", "details", "dd", "div", "dl", "dt", "figure", "figcaption", "h3", "li", "nav"),
        *("noscript", "p", "span", "summary", "th", "ul", "code"),
    }
    assert not [attrs for _, attrs in found.tags if any(name.startswith("on") for name in attrs)]
    runnable = [script for (tag, attrs), script in _scripts(found) if "type" not in attrs]
    assert len(runnable) == 2
    assert not any("hacked" in script for script in runnable)
    for name in HOSTILE:
        shown = re.sub("[\x00\x1b]", "", name)
        assert shown in found.said
    for (_, attrs), script in _scripts(found):
        if "type" in attrs:
            json.loads(script)
            assert "<" not in script


def _scripts(found: Reader) -> Iterator[tuple[tuple[str, dict[str, str | None]], str]]:
    yield from zip([one for one in found.tags if one[0] == "script"], found.scripts, strict=True)


def test_the_page_needs_nothing_from_anywhere(tmp_path: Path) -> None:
    page = page_of(sample_report.report(), tmp_path / "a.html")
    found = Reader(page)
    for _, attrs in found.tags:
        for name in ("src", "href", "srcset", "action", "data"):
            assert (attrs.get(name) or "#").startswith(("#", "data:,"))
    policy = next(attrs["content"] for _, attrs in found.tags if attrs.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    for style in re.findall("<style>(.*?)</style>", page, re.S):
        assert "url(" not in style
        assert "@import" not in style


def test_a_page_without_charts_carries_no_library(tmp_path: Path) -> None:
    plain = replace(sample_report.report(count=20), tables=())
    assert len(page_of(plain, tmp_path / "a.html")) < 60_000


def test_the_same_report_makes_the_same_bytes(tmp_path: Path) -> None:
    first, second = (page_of(sample_report.report(), tmp_path / name) for name in ("a.html", "b.html"))
    assert first == second


@pytest.mark.parametrize("streamed", [True, False])
def test_a_long_list_is_cut_and_says_where_the_rest_is(streamed: bool, tmp_path: Path) -> None:
    page = page_of(sample_report.report(count=2000, streamed=streamed), tmp_path / "a.html")
    assert ("The first 200 of 2,000 rows." in page) == streamed
    assert ("The first 1,000 of 2,000 rows." in page) == (not streamed)
    assert "-o rfm.xlsx -o rfm.csv" in page
    members = page[page.index('id="sample_members"') :]
    assert members[: members.index("</table>")].count("<tr>") == (201 if streamed else 1001)


def test_no_row_is_lost_where_none_need_be(tmp_path: Path) -> None:
    page = page_of(sample_report.report(count=200), tmp_path / "a.html")
    assert "The first" not in page


def test_sections_head_their_tables_and_the_contents_lead_there(tmp_path: Path) -> None:
    report = sample_report.report()
    tables = [
        replace(report.tables[place % 3], key=key, section=section)
        for place, (key, section) in enumerate(
            [
                ("sample_segments", ""),
                ("sample_grid", "orders"),
                ("sample_monthly", "orders"),
                ("sample_members", "revenue"),
                ("sample_dropped", "orders"),
            ]
        )
    ]
    page = page_of(replace(report, tables=tuple(tables), detail=None), tmp_path / "a.html")
    headings = [re.sub("<a .*?</a>|<.*?>", "", found) for found in re.findall("<h2.*?</h2>", page)]
    assert headings[:4] == ["Findings", "Orders", "Members&#x27; revenue", "Orders"]
    nav = Reader(re.findall("<nav.*?</nav>", page, re.S)[0])
    places = [attrs["href"] for tag, attrs in nav.tags if tag == "a"]
    assert places[:4] == ["#section-1", "#sample_segments", "#section-2", "#sample_grid"]
    ids = [attrs["id"] for _, attrs in Reader(page).tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    assert {str(place)[1:] for place in places} <= set(ids)


def test_few_tables_need_no_contents(tmp_path: Path) -> None:
    assert "<nav" not in page_of(sample_report.report(), tmp_path / "a.html")


def test_findings_that_rest_on_tables_are_a_list_with_links(tmp_path: Path) -> None:
    columns = (
        Column("members", "integer"),
        Column("sample_reason", "text"),
        Column("revenue", "money"),
        Column("sample_rests_on", "text", labels="table"),
    )
    rows = [
        (place, f"Finding {place} <b>", 1000.0 * place, "sample_grid" if place == 1 else "gone")
        for place in range(1, 13)
    ]
    listed = Table("sample_list", columns, rows)
    report = sample_report.report()
    page = page_of(replace(report, tables=(listed, *report.tables)), tmp_path / "a.html")
    part = page[page.index('id="sample_list"') :]
    part = part[: part.index("</article>")]
    assert part.count("<li>") == 12
    assert "2 more" in part
    assert (
        'Finding 1 &lt;b&gt;</p><p class="small">Members&#x27; revenue 1,000 · '
        '<a href="#sample_grid">Recency x frequency</a>' in part
    )
    assert "Members&#x27; revenue 2,000</p>" in part


def test_a_blank_stays_blank_and_a_bar_has_its_length(tmp_path: Path) -> None:
    columns = (
        Column("sample_channel", "text"),
        Column("share", "share", scale="bar"),
        Column("sample_change", "points", scale="diverging"),
    )
    table = Table("sample_segments", columns, [("a", 0.5, 0.02), ("b", 0.25, -0.01), ("c", None, None)])
    page = page_of(Report("rfm", "", None, tables=(table,)), tmp_path / "a.html")
    assert '<td class="n bar" style="--w:100.0%" data-v="0.5">50.0%</td>' in page
    assert '<td class="n bar" style="--w:50.0%" data-v="0.25">25.0%</td>' in page
    assert '<td class="n down" style="--a:0.300" data-v="-0.01">-1.0 pp</td>' in page
    assert '<td class="n"></td><td class="n"></td>' in page


# What is drawn


def lines_table(
    charts: tuple[Chart, ...] = (), rows: Any = ((1, 0.2, 0.1, 0.3), (2, None, None, None), (3, 0.4, 0.3, 0.5))
) -> Table:
    columns = (
        Column("orders", "integer"),
        Column("share", "share"),
        Column("sample_rows_low", "share"),
        Column("sample_rows_high", "share"),
    )
    return Table("sample_monthly", columns, rows, charts=charts)


@pytest.mark.parametrize("series", [("share",), ("share", "sample_rows_low", "sample_rows_high")])
def test_the_pair_beside_a_value_is_its_interval(series: tuple[str, ...]) -> None:
    drawn = plot(Chart("line", "", "orders", series), lines_table(), EN)
    assert drawn is not None
    assert [one.label for one in drawn.series] == ["Share of members"]
    assert drawn.series[0].bands == [(0.1, 0.3), None, (0.3, 0.5)]
    bands = [layer for layer in spec(drawn, EN)["layer"] if layer["mark"]["type"] == "area"]
    assert len(bands) == 1
    tips = [row["t"] for row in spec(drawn, EN)["layer"][-1]["data"]["values"]]
    assert tips == [
        "Orders: 1\nShare of members\t20.0% (10.0% – 30.0%)\t0",
        "Orders: 3\nShare of members\t40.0% (30.0% – 50.0%)\t0",
    ]


@pytest.mark.parametrize(
    ("key", "pair"),
    [
        ("net", ("net_low", "net_high")),
        ("k", ("low", "high")),
        ("rate", ("retention_low", "retention_high")),
        ("allow", ("", "")),
        ("thigh", ("", "")),
    ],
)
def test_an_interval_is_the_pair_called_after_the_value_or_right_after_it(key: str, pair: tuple[str, str]) -> None:
    columns = ["net", "k", "low", "high", "net_low", "net_high", "rate", "retention_low", "retention_high"]
    assert interval_of(key, [*columns, "allow", "thigh", "yellow", "sigh"]) == pair


def test_nothing_observed_is_nothing_drawn() -> None:
    assert plot(Chart("line", "", "orders", ("share",)), lines_table(rows=[(1, None, None, None)]), EN) is None
    assert plot(Chart("line", "", "orders", ("share",)), lines_table(rows=[]), EN) is None


def test_a_long_list_of_names_is_cut_and_says_so() -> None:
    rows = [(f"n{place}", place) for place in range(30)]
    table = Table("sample_segments", (Column("sample_channel", "text"), Column("members", "integer")), rows)
    drawn = plot(Chart("bar", "", "sample_channel", ("members",)), table, EN)
    assert drawn is not None
    assert (len(drawn.positions), drawn.part) == (12, "first 12 of 30")


def test_two_rows_of_one_name_are_two_bars() -> None:
    table = Table(
        "sample_segments", (Column("sample_channel", "text"), Column("members", "integer")), [("a", 1), ("a", 2)]
    )
    drawn = plot(Chart("bar", "", "sample_channel", ("members",)), table, EN)
    assert drawn is not None
    assert len({row["x"] for row in spec(drawn, EN)["data"]["values"]}) == 2


def layered(kind: Any, count: int = 9) -> Any:
    rows = [(date(2020 + place, 1, 1), month, 10.0 * place) for place in range(count) for month in (2, 1)]
    columns = (Column("sample_month", "month"), Column("sample_rows", "integer"), Column("revenue", "money"))
    table = Table("sample_grid", columns, rows, pivot=Pivot("sample_month", "sample_rows", ("revenue",)))
    return plot(Chart(kind, "", "sample_rows", ("revenue",)), table, EN)


def test_a_stack_keeps_its_height_when_its_first_layers_are_put_together() -> None:
    drawn = layered("stacked")
    assert [one.label for one in drawn.series] == ["earlier (4)", "2024-01", "2025-01", "2026-01", "2027-01", "2028-01"]
    assert drawn.positions == [1, 2]
    assert sum(one.values[0] for one in drawn.series) == sum(10.0 * place for place in range(9))
    assert drawn.part == ""


def test_of_many_cohorts_the_latest_are_drawn() -> None:
    drawn = layered("line")
    assert (drawn.series[0].label, drawn.series[-1].label, drawn.part) == ("2023-01", "2028-01", "latest 6 of 9")


def staged(kind: Any, stages: int = 8) -> Any:
    rows = [(f"2026-0{month}", f"stage {place}", 10.0 * place) for month in (1, 2) for place in range(stages)]
    columns = (Column("sample_month", "month"), Column("sample_channel", "text"), Column("revenue", "money"))
    table = Table("sample_grid", columns, rows, pivot=Pivot("sample_month", "sample_channel", ("revenue",)))
    return plot(Chart(kind, "", "sample_month", ("revenue",)), table, EN)


def test_a_matrix_whose_positions_run_down_has_a_series_for_each_column() -> None:
    drawn = staged("stacked")
    assert [one.label for one in drawn.series] == [*(f"stage {place}" for place in range(3, 8)), "others (3)"]
    assert sum(one.values[0] for one in drawn.series) == sum(10.0 * place for place in range(8))
    assert drawn.positions == ["2026-01", "2026-02"]
    assert (staged("line").part, len(staged("line").series)) == ("first 6 of 8", 6)


def test_months_that_are_text_are_an_axis_of_names() -> None:
    layers = spec(staged("line"), EN)["layer"]
    assert {layer["encoding"]["x"]["type"] for layer in layers} == {"nominal"}
    assert not layers[0]["encoding"]["x"]["axis"]["labelAngle"]


def test_beside_intervals_the_values_stand_in_a_column_of_their_own() -> None:
    table = lines_table(rows=[("a", 0.2, 0.1, 0.3), ("b", -0.1, None, None)])
    drawn = plot(Chart("bar", "", "orders", ("share",)), table, EN)
    assert drawn is not None
    kinds = [layer["mark"]["type"] for layer in spec(drawn, EN)["layer"]]
    assert kinds == ["bar", "rule", "text", "rule"], "bars, intervals, values, the line at nought"


def test_axes_are_short_in_both_languages() -> None:
    drawn = layered("line")
    assert "万" in json.dumps(spec(drawn, ZH), ensure_ascii=False)
    assert "万" not in json.dumps(spec(drawn, EN), ensure_ascii=False)


# In a browser


@dataclass
class Seen:
    """What a page asked for and complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def clean(self) -> None:
        assert (self.complaints, self.requests) == ([], [])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Seen]]:
    opened = []

    def go(report: Report, lang: Lang = "en", width: int = 1080, scheme: Any = "light", scripts: bool = True) -> Seen:
        write(report, Words(lang), tmp_path / "报告 page.html", "1.0")
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts
        )
        opened.append(context)
        page = context.new_page()
        seen = Seen(page)
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        url = (tmp_path / "报告 page.html").as_uri()
        page.on("request", lambda asked: None if asked.url in (url, "data:,") else seen.requests.append(asked.url))
        page.goto(url)
        if scripts:
            page.wait_for_selector("html[data-ready]", timeout=60_000)
        return seen

    yield go
    for context in opened:
        context.close()


needs_browser = pytest.mark.needs("chromium")


@needs_browser
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("width", "scheme"), [(1080, "light"), (360, "dark")])
def test_it_renders_without_a_complaint_and_without_the_network(
    visit: Callable[..., Seen], lang: Lang, width: int, scheme: str
) -> None:
    seen = visit(sample_report.report(lang), lang, width, scheme)
    page = seen.page
    assert page.locator(".chart svg").count() == page.locator("figure").count() == 3
    assert page.locator("h1").inner_text() == sample_report.report(lang).title
    assert page.evaluate("document.documentElement.scrollWidth") == width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    bar = page.locator(".chart svg path[aria-roledescription=bar]").first
    assert bar.evaluate("mark => getComputedStyle(mark).fill") == (
        "rgb(47, 126, 216)" if scheme == "light" else "rgb(74, 144, 226)"
    )
    seen.clean()


@needs_browser
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_names_are_shown_and_never_run(visit: Callable[..., Seen], lang: Lang) -> None:
    seen = visit(hostile(lang), lang)
    page = seen.page
    assert page.locator(".chart svg").count() == page.locator("figure").count() == 5
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    cells = page.locator("#sample_members tbody td").all_inner_texts()
    assert cells[:3] == list(HOSTILE[:3])
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("img").count() == 0
    for place in range(5):
        page.locator(".chart").nth(place).scroll_into_view_if_needed()
        page.locator(".chart").nth(place).hover()
    seen.clean()


@needs_browser
def test_a_script_that_gets_in_all_the_same_does_not_run(visit: Callable[..., Seen]) -> None:
    seen = visit(sample_report.report())
    seen.page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = 1';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<img src="data:x" onerror="window.hacked = 1">');
    }""")
    seen.page.wait_for_timeout(50)
    assert seen.page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in complaint for complaint in seen.complaints)


@needs_browser
def test_a_table_sorts_both_ways_and_back(visit: Callable[..., Seen]) -> None:
    columns = (Column("sample_channel", "text"), Column("revenue", "money"), Column("sample_month", "month"))
    rows = [
        ("b", 9, date(2026, 1, 1)),
        ("重", 1000, date(2025, 2, 1)),
        ("a", None, None),
        ("C", -5.5, date(2026, 10, 1)),
    ]
    seen = visit(Report("rfm", "x", None, tables=(Table("sample_segments", columns, rows),)))
    page = seen.page

    def click(name: str) -> list[str]:
        page.get_by_role("button", name=name).click()
        return page.locator("#sample_segments tbody td:first-child").all_inner_texts()

    assert click("Revenue") == ["重", "b", "C", "a"]
    assert page.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
    assert click("Revenue") == ["C", "b", "重", "a"]
    assert click("Revenue") == ["b", "重", "a", "C"]
    assert click("Month") == ["重", "b", "C", "a"]
    assert click("Channel") == ["a", "b", "C", "重"]
    assert page.locator("[aria-sort]").count() == 1
    seen.clean()


@needs_browser
def test_a_pointer_shows_the_values_of_the_nearest_position(visit: Callable[..., Seen]) -> None:
    chart = Chart("line", "y", "orders", ("share",))
    seen = visit(Report("rfm", "x", None, tables=(lines_table((chart,)),)))
    box = seen.page.locator(".chart").bounding_box()
    assert box is not None
    seen.page.mouse.move(box["x"] + box["width"] - 40, box["y"] + 100)
    tip = seen.page.locator("#tip")
    tip.wait_for(state="visible")
    assert [line for line in tip.inner_text().split("\n") if line] == [
        "Orders: 3",
        "Share of members",
        "40.0% (30.0% – 50.0%)",
    ]
    seen.page.mouse.move(5, 5)
    tip.wait_for(state="hidden")
    seen.clean()


@needs_browser
def test_paper_unfolds_short_tables_and_cuts_no_chart(visit: Callable[..., Seen], tmp_path: Path) -> None:
    seen = visit(sample_report.report(), scheme="dark")
    page = seen.page
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert page.locator("details[open]").count() == 3
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details[open]").count() == 6, "two short tables, and the notes"
    for chart in page.locator(".chart svg").all():
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] <= 700
    for place in ("figure", ".together"):
        rule = page.locator(place).first.evaluate("part => getComputedStyle(part).breakInside")
        assert rule == "avoid"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 3
    seen.clean()


@needs_browser
def test_without_scripts_the_figures_are_all_there(visit: Callable[..., Seen]) -> None:
    seen = visit(sample_report.report(), scripts=False)
    page = seen.page
    assert page.locator("noscript p").inner_text().startswith("Charts and sorting need JavaScript")
    page.locator("summary").first.click()
    assert page.locator("#sample_segments tbody tr").first.is_visible()
    assert page.locator(".chart").first.bounding_box() is None


@needs_browser
def test_the_first_chart_is_on_the_first_screen_of_a_phone(visit: Callable[..., Seen]) -> None:
    """Before seven key figures, which fill that screen; on a desk they come first. It is drawn once."""
    report = sample_report.report()
    beside = ("+1.2% on last month, unsure", "-3.4% on last year")
    figures = tuple(Figure("members", n, "integer", beside=beside) for n in range(7))
    report = replace(report, figures=figures)
    tops = {}
    for width in (360, 1080):
        page = visit(report, width=width).page
        charts = page.locator(".chart")
        chart, cards = charts.first.bounding_box(), page.locator(".cards").bounding_box()
        assert chart and cards
        tops[width] = chart["y"] < cards["y"]
        if width == 360:
            assert chart["y"] + chart["height"] <= 740
        titles = page.locator("figure script").all_inner_texts()
        assert len(titles) == len({*titles}) == charts.count()
    assert tops == {360: True, 1080: False}


@needs_browser
def test_empty_tables_and_charts_do_no_harm(visit: Callable[..., Seen]) -> None:
    empty = Table(
        "sample_segments",
        (Column("sample_segment", "text", scale="heat"), Column("members", "integer")),
        (),
        charts=(Chart("bar", "", "sample_segment", ("members",)),),
    )
    stream = sample_report.Batches(pa.table({"member_id": pa.array([], pa.string())}))
    detail = Table("sample_members", (Column("member_id", "id"),), stream)
    seen = visit(
        Report(
            "rfm", "", None, figures=(Figure("members", None, "integer", 0.1, None),), tables=(empty,), detail=detail
        )
    )
    assert seen.page.locator("figure").count() == 0
    assert seen.page.locator("h1").inner_text() == "privtraffic"
    seen.clean()


@needs_browser
def test_every_drawn_thing_that_a_screen_reader_meets_has_a_name(visit: Callable[..., Seen]) -> None:
    columns = (
        Column("sample_channel", "text"),
        Column("sample_rows", "number", scale="diverging"),
        Column("sample_rows_low", "number"),
        Column("sample_rows_high", "number"),
    )
    rows = [("a", 0.5, 0.2, 0.8), ("b", -0.25, -0.4, 0.1)]
    around_nought = Table(
        "sample_segments", columns, rows, charts=(Chart("bar", "x", "sample_channel", ("sample_rows",)),)
    )
    over_time = lines_table(charts=(Chart("line", "x", "orders", ("share",)),))
    seen = visit(Report("rfm", "", None, tables=(around_nought, over_time)))
    drawn = seen.page.locator(".chart svg [role='graphics-symbol']:not([aria-hidden='true'])")
    unnamed = seen.page.locator(
        ".chart svg [role='graphics-symbol']:not([aria-hidden='true']):is(:not([aria-label]), [aria-label=''])"
    )
    assert drawn.count() >= 4
    assert unnamed.evaluate_all("nodes => nodes.map(node => node.outerHTML)") == []
    seen.clean()
