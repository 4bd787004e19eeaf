"""The slides: the document's numbers in charts that can be edited, notes, fonts, the client's template, no overflow."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from privtraffic.errors import PrivtrafficError
from privtraffic.report.brand import Brand
from privtraffic.report.document import Chart, Column, Note, Report, Table
from privtraffic.report.page.plot import plot
from privtraffic.report.ranked import ranking
from privtraffic.report.slides.table import _kept
from privtraffic.report.values import row_count
from privtraffic.report.words import Lang, Words
from privtraffic.report.write import write
from tests import sample_report
from tests.conftest import Run
from tests.test_brand import ORDERS

pptx = pytest.importorskip("pptx")

EN, ZH = Words("en"), Words("zh")
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def made(report: Report, folder: Path, lang: Lang = "en", brand: Brand | None = None) -> Any:
    path = folder / "slides.pptx"
    write(report, Words(lang), path, "1", **({"brand": brand} if brand else {}))
    return pptx.Presentation(path)


def texts(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def charts(deck: Any) -> list[Any]:
    """The charts of the slides that tell, without the one on the first, which leads to them."""
    return [shape.chart for slide in list(deck.slides)[1:] for shape in slide.shapes if shape.has_chart]


def tables(deck: Any) -> list[Any]:
    return [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]


@pytest.fixture(scope="module", params=["en", "zh"])
def lang(request: pytest.FixtureRequest) -> Lang:
    found: Lang = request.param
    return found


@pytest.fixture(scope="module")
def deck(lang: Lang, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return made(sample_report.report(lang), tmp_path_factory.mktemp("slides"), lang)


def with_rows(columns: tuple[Column, ...], rows: list[tuple[Any, ...]], *drawn: Chart, finding: str = "F") -> Report:
    sample_report.add_words()
    table = Table("sample_segments", columns, rows, finding, charts=drawn)
    return Report("sample", "T", date(2026, 10, 31), tables=(table,))


# What is said


def test_the_finding_comes_first_and_the_caveats_last(deck: Any, lang: Lang) -> None:
    report = sample_report.report(lang)
    first, *_, last = deck.slides
    assert first.shapes.title.text_frame.text == report.title
    for fact in report.facts:
        assert fact in texts(first)
    assert report.tables[1].finding in texts(first)
    assert last.shapes.title.text_frame.text == Words(lang)("page.notes", count=len(report.notes))
    assert report.notes[0].text in texts(last)


def test_every_slide_has_notes_with_meanings_and_the_source(deck: Any, lang: Lang) -> None:
    words, report = Words(lang), sample_report.report(lang)
    said = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    source = words("slides.source", text="")
    assert all(source in notes and report.facts[0] in notes for notes in said)
    for figure in report.figures:
        assert not figure.shown or words.means(figure.key) in said[1]


def test_what_to_do_stands_on_the_first_slide_and_beside_its_chart(tmp_path: Path) -> None:
    sample_report.add_words()
    report = sample_report.report("en")
    columns = (Column("finding", "text"), Column("monday", "text"), Column("rests_on", "text", labels="table"))
    rows = [("Champions pay", "call the 440", "sample_segments"), ("October grew", "", "sample_monthly")]
    report = replace(report, tables=(Table("findings", columns, rows, "x"), *report.tables))
    assert [one.action for one in ranking(report).findings] == ["call the 440", ""]
    found = list(made(report, tmp_path).slides)
    assert EN("monday") in texts(found[0])
    assert "Call the 440" in texts(found[0])
    assert any(shape.has_chart for shape in found[0].shapes), "the chart of what the first finding rests on"
    slide = next(slide for slide in found if slide.shapes.title.text_frame.text == "Champions pay")
    assert "call the 440" in texts(slide)
    assert any(shape.has_chart for shape in slide.shapes)
    assert sum("Champions are 22 %" in slide.shapes.title.text_frame.text for slide in found) == 0, "not told twice"
    assert any("October grew" in texts(slide) for slide in found)


def test_a_table_with_a_row_a_member_is_named_and_not_shown(deck: Any, lang: Lang, tmp_path: Path) -> None:
    keys = {str(key) for key in sample_report.members().column("member_id").to_pylist()[8:]}
    package = ZipFile(BytesIO(_bytes(sample_report.report(lang), tmp_path, lang)))
    inside = "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
    assert not [key for key in keys if key in inside]
    assert any("2,000" in texts(slide) for slide in deck.slides)
    in_report = replace(sample_report.report(lang), detail=None)
    listed = replace(sample_report.report(lang).detail, key="sample_members", finding="Who they are")  # type: ignore[type-var]
    shown = made(replace(in_report, tables=(*in_report.tables, listed)), tmp_path, lang)
    assert all(slide.shapes.title.text_frame.text != "Who they are" for slide in shown.slides)


# Charts


def test_a_chart_holds_the_numbers_of_the_document(tmp_path: Path) -> None:
    report = sample_report.report("en")
    found = charts(made(report, tmp_path))
    segments, monthly = found[0], found[1]
    by_key = {table.key: table for table in report.tables}
    rows = list(by_key["sample_segments"].rows)  # type: ignore[call-overload]
    assert list(segments.plots[0].categories) == [sample_report.SEGMENTS[row[0]][0] for row in rows]
    assert [series.name for series in segments.plots[0].series] == [EN("share"), EN("revenue_share")]
    assert list(segments.plots[0].series[0].values) == [row[2] for row in rows]
    assert list(segments.plots[0].series[1].values) == [row[4] for row in rows]
    assert list(monthly.plots[0].series[0].values) == [row[1] for row in by_key["sample_monthly"].rows]  # type: ignore[union-attr]


def test_the_data_behind_a_chart_are_the_same_and_texts_stay_texts(tmp_path: Path) -> None:
    columns = (Column("sample_channel", "text"), Column("sample_change", "points"))
    rows = [("=1+1", 0.012), ("http://a.b/", 0.0), ("+86", -0.034), ("a name without a value has no bar", None)]
    deck = made(with_rows(columns, rows, Chart("bar", "", "sample_channel", ("sample_change",))), tmp_path)
    (chart,) = charts(deck)
    assert [None if v is None else round(v, 6) for v in chart.plots[0].series[0].values] == [1.2, 0.0, -3.4]
    sheet = openpyxl.load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in cells[1:]] == ["=1+1", "http://a.b/", "+86"]
    assert sheet["A2"].data_type == "s"
    assert [row[1] for row in cells[1:]] == [pytest.approx(1.2), 0.0, pytest.approx(-3.4)]
    assert not sheet._hyperlinks


def test_intervals_reach_from_low_to_high(tmp_path: Path) -> None:
    columns = (
        Column("sample_channel", "text"),
        *(Column(f"share{end}", "share", word="share") for end in ("", "_low", "_high")),
    )
    rows = [("a", 0.5, 0.4, 0.7), ("b", 0.2, None, None)]
    (chart,) = charts(made(with_rows(columns, rows, Chart("bar", "", "sample_channel", ("share",))), tmp_path))
    bars = chart.element.find(f".//{CHART}errBars")
    reach = {end: [float(v.text) for v in bars.iterfind(f"{CHART}{end}//{CHART}v")] for end in ("plus", "minus")}
    assert reach == {"plus": [pytest.approx(0.2), 0.0], "minus": [pytest.approx(0.1), 0.0]}
    assert chart.value_axis.maximum_scale >= 0.7
    children = [child.tag.removeprefix(CHART) for child in bars.getparent()]
    assert children.index("errBars") < children.index("cat"), "PowerPoint repairs a file whose order is another"


def test_both_ends_of_a_band_are_one_line_of_the_legend(tmp_path: Path) -> None:
    """Two lines of the same name beside the one they belong to: the second is drawn, and not told again."""
    columns = (
        Column("cohort", "month"),
        *(Column(f"share{end}", "share", word="share") for end in ("", "_low", "_high")),
    )
    rows = [(date(2022 + month // 12, month % 12 + 1, 1), 0.5, 0.4, 0.7) for month in range(48)]
    (chart,) = charts(made(with_rows(columns, rows, Chart("line", "", "cohort", ("share",))), tmp_path))
    names = [series.name for series in chart.plots[0].series]
    assert len(names) == 3 and names[1] == names[2] != names[0]
    hidden = chart.element.findall(f".//{CHART}legendEntry/{CHART}idx")
    assert [int(one.get("val")) for one in hidden] == [2]


def test_a_scatter_keeps_its_pairs_and_limits(tmp_path: Path) -> None:
    columns = (
        Column("sample_channel", "text"),
        Column("members", "number"),
        Column("share", "number"),
        Column("orders", "number"),
    )
    rows = [("a", 10.0, 0.8, 1.5), ("b", 25.0, 1.2, 1.25), ("c", 70.0, None, 1.1)]
    drawn = Chart("scatter", "", "members", ("share",), curves=("orders",))
    (chart,) = charts(made(with_rows(columns, rows, drawn), tmp_path))
    dots, limit = chart.plots[0].series
    pairs = [[float(v.text) for v in dots._element.iterfind(f"{CHART}{axis}//{CHART}v")] for axis in ("xVal", "yVal")]
    assert pairs == [[10.0, 25.0], [0.8, 1.2]]
    assert list(limit.values) == [1.5, 1.25, 1.1]
    assert chart.value_axis.maximum_scale == 1.5, "the dots decide, not the limits"


def test_positions_that_are_not_evenly_apart_keep_their_distances(tmp_path: Path) -> None:
    columns = (Column("members", "integer"), Column("share", "share"))
    even = [(n, n / 10) for n in range(5)]
    uneven = [(0, 0.0), (1, 0.1), (10, 0.2)]
    drawn = Chart("line", "", "members", ("share",))
    kinds = [charts(made(with_rows(columns, rows, drawn), tmp_path))[0].chart_type for rows in (even, uneven)]
    assert [str(kind).split(" ")[0] for kind in kinds] == ["LINE_MARKERS", "XY_SCATTER_LINES"]


def test_a_chart_draws_what_the_page_draws(tmp_path: Path, lang: Lang) -> None:
    report, words = sample_report.report(lang), Words(lang)
    for table, chart in zip((report.tables[0], report.tables[2]), charts(made(report, tmp_path, lang)), strict=True):
        drawn = plot(table.charts[0], table, words)
        assert drawn is not None
        assert [series.name for series in chart.plots[0].series] == [series.label for series in drawn.series]
        assert len(list(chart.plots[0].categories)) == len(drawn.positions)


# Tables


def test_a_table_is_cut_and_says_how_much_is_left(tmp_path: Path) -> None:
    keys = ("sample_channel", "members", "share", "revenue", "orders", "order_value", "revenue_share")
    columns = (Column(keys[0], "text"), *(Column(f"c{n}", "integer", word=keys[1 + n % 6]) for n in range(29)))
    rows = [(f"name {n}", *range(n, n + 29)) for n in range(300)]
    deck = made(with_rows(columns, rows), tmp_path)
    (table,) = tables(deck)
    shown = [[cell.text for cell in row.cells] for row in table.rows]
    assert shown[1][:3] == ["name 0", "0", "1"]
    left_rows, left_columns = 300 - (len(shown) - 1), 30 - len(shown[0])
    assert left_rows > 280
    assert left_columns > 5
    said = "\n".join(texts(slide) for slide in deck.slides)
    assert f"{left_rows} more rows" in said
    assert f"{left_columns} more columns" in said


def test_numbers_read_as_everywhere(deck: Any, lang: Lang) -> None:
    (table,) = tables(deck)
    cells = {cell.text for row in table.rows for cell in row.cells}
    assert {"17", "6,172", "425"} & cells >= {"17"}
    assert all(not re.search(r"\d\.\d{3,}", cell) for cell in cells)


# Room and fonts


def overflowing(deck: Any) -> Iterator[str]:
    """Texts that need more room than their shape has, by half an em a sign and 1.2 lines; shapes beyond the slide."""
    for number, slide in enumerate(deck.slides, 1):
        for shape in slide.shapes:
            if shape.left < 0 or shape.top < 0 or shape.left + shape.width > deck.slide_width:
                yield f"{number}: {shape.name} beyond the edge"
            if shape.top + shape.height > deck.slide_height:
                yield f"{number}: {shape.name} beyond the foot"
            if shape.has_text_frame and not shape.is_placeholder:
                yield from ([f"{number}: {shape.text_frame.text}"] if _high(shape) > shape.height * 1.02 else [])
            if shape.has_table:
                for row in shape.table.rows:
                    for place, cell in enumerate(row.cells):
                        room = shape.table.columns[place].width - cell.margin_left - cell.margin_right
                        if _lines(cell.text_frame.paragraphs[0], room) > 2:
                            yield f"{number}: cell {cell.text}"


def _lines(paragraph: Any, room: int) -> int:
    size = max((run.font.size for run in paragraph.runs), default=0)
    wide = sum(size * (1.0 if sign > "\u2e80" else 0.5) for run in paragraph.runs for sign in run.text)
    return max(1, -(-int(wide) // room))


def _high(shape: Any) -> float:
    total = 0.0
    for paragraph in shape.text_frame.paragraphs:
        size = max((run.font.size for run in paragraph.runs), default=0)
        total += _lines(paragraph, shape.width) * size * 1.2
    return total


def test_nothing_overflows(deck: Any) -> None:
    assert list(overflowing(deck)) == []


def test_long_texts_are_made_smaller_cut_or_go_on_on_another_slide(tmp_path: Path, lang: Lang) -> None:
    long = (
        "净销售额增长主要来自老会员的第二次购买；" * 30
        if lang == "zh"
        else "Revenue grew because members came back. " * 30
    )
    report = sample_report.report(lang)
    notes = tuple(Note(f"n{place}", f"{place} {long[:400]}") for place in range(12))
    listed = [replace(table, finding=long) for table in report.tables]
    found = made(replace(report, title=long, notes=notes, tables=tuple(listed)), tmp_path, lang)
    assert list(overflowing(found)) == []
    said = "\n".join(texts(slide) for slide in found.slides)
    assert all(note.text in said for note in notes), "a caveat is never cut"


def test_a_chinese_font_is_named(deck: Any, lang: Lang) -> None:
    theme = deck.slide_master.part.part_related_by(pptx.opc.constants.RELATIONSHIP_TYPE.THEME).blob.decode()
    assert theme.count('<a:ea typeface="Microsoft YaHei"/>') == 2
    latin = {"en": "Calibri", "zh": "Microsoft YaHei"}[lang]
    assert theme.count(f'<a:latin typeface="{latin}"/>') == 2
    runs = [run for slide in deck.slides for run in slide._element.iter(f"{DRAWING}rPr")]
    assert {run.get("lang") for run in runs} <= {{"en": "en-US", "zh": "zh-CN"}[lang], "en-US"}


# The client's template


def template(path: Path, *, dark: bool = False) -> Path:
    """A client's 4:3 template with slides of its own, a section, and a theme without a Chinese font."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text_frame.text = "OLD SLIDE"
    theme = deck.slide_master.part.part_related_by(pptx.opc.constants.RELATIONSHIP_TYPE.THEME)
    theme._blob = theme.blob.replace(b"4F81BD", b"AA1144")
    root = deck.part._element
    section = (
        '<p:ext xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        'uri="{521415D9-36F7-43E2-AB2F-B90AF26B5E84}">'
        '<p14:sectionLst xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main">'
        '<p14:section name="S" id="{A0000000-0000-0000-0000-000000000001}"><p14:sldIdLst><p14:sldId id="256"/>'
        "</p14:sldIdLst></p14:section></p14:sectionLst></p:ext>"
    )
    extensions = root.find(pptx.oxml.ns.qn("p:extLst"))
    if extensions is None:
        extensions = root.makeelement(pptx.oxml.ns.qn("p:extLst"), {})
        root.append(extensions)
    extensions.append(pptx.oxml.parse_xml(section))
    if dark:
        mapping = deck.slide_master._element.find(pptx.oxml.ns.qn("p:clrMap"))
        mapping.attrib.update({"bg1": "dk1", "tx1": "lt1", "bg2": "dk2", "tx2": "lt2"})
    deck.save(path)
    return path


def test_a_template_gives_size_layouts_and_colours_and_keeps_none_of_its_slides(tmp_path: Path, lang: Lang) -> None:
    client = template(tmp_path / "brand.pptx")
    before = hashlib.sha256(client.read_bytes()).digest()
    deck = made(sample_report.report(lang), tmp_path, lang, Brand(client))
    assert (deck.slide_width, deck.slide_height) == (9144000, 6858000)
    assert [slide.slide_layout.name for slide in deck.slides][:2] == ["Title Slide", "Title Only"]
    package = ZipFile(tmp_path / "slides.pptx")
    inside = b"".join(package.read(name) for name in package.namelist())
    assert b"AA1144" in inside
    assert b"OLD SLIDE" not in inside
    assert b"sectionLst" not in inside
    assert hashlib.sha256(client.read_bytes()).digest() == before
    assert list(overflowing(deck)) == []
    filled = charts(deck)[0].plots[0].series[0].format.fill.fore_color
    assert str(filled.theme_color).startswith("ACCENT_1"), "a colour of the theme, not one of ours"
    runs = [run for slide in deck.slides for run in slide._element.iter(f"{DRAWING}rPr")]
    assert all(
        run.find(f"{DRAWING}ea").get("typeface") == "Microsoft YaHei"
        for run in runs
        if run.find(f"{DRAWING}solidFill") is not None
    )


def test_a_potx_is_a_template_too(tmp_path: Path) -> None:
    plain = template(tmp_path / "brand.pptx")
    potx = tmp_path / "brand.potx"
    with ZipFile(plain) as package, ZipFile(potx, "w") as copy:
        for name in package.namelist():
            content = package.read(name).replace(b"presentationml.presentation.main", b"presentationml.template.main")
            copy.writestr(name, content)
    deck = made(sample_report.report("en"), tmp_path, "en", Brand(potx))
    assert deck.slide_width == 9144000
    assert b"presentationml.template" not in ZipFile(tmp_path / "slides.pptx").read("[Content_Types].xml")


def test_the_command_line_takes_a_template_and_spares_it(privtraffic: Run, write: Any, tmp_path: Path) -> None:
    write("orders.csv", *ORDERS)
    template(tmp_path / "brand.pptx")
    done = privtraffic("rfm", "orders.csv", "-o", "rfm.pptx", "--template", "brand.pptx")
    assert (done.returncode, done.stderr) == (0, "")
    assert pptx.Presentation(tmp_path / "rfm.pptx").slide_width == 9144000
    before = (tmp_path / "brand.pptx").read_bytes()
    refused = privtraffic("rfm", "orders.csv", "-o", "brand.pptx", "--template", "brand.pptx")
    assert refused.returncode == 2
    assert "would overwrite an input" in refused.stderr
    assert (tmp_path / "brand.pptx").read_bytes() == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("-o", "x.xlsx", "--template", "brand.pptx"), "--template is for slides: add -o report.pptx"),
        (("-o", "x.pptx", "--template", "none.pptx"), "none.pptx"),
        (("-o", "x.pptx", "--template", "text.pptx"), "text.pptx cannot be read as a presentation"),
        (("-o", "x.pptx", "--template", "orders.csv"), "orders.csv cannot be read as a presentation"),
        (("-o", "x.pptx", "--template", "zip.pptx"), "zip.pptx cannot be read as a presentation"),
        (("-o", "x.pptx", "--template", "device.pptx"), "device.pptx: is a folder, pipe, socket or device"),
    ],
)
def test_what_is_no_template_is_refused_in_a_line(
    given: tuple[str, ...], said: str, privtraffic: Run, write: Any, tmp_path: Path
) -> None:
    write("orders.csv", *ORDERS)
    write("text.pptx", "no presentation")
    template(tmp_path / "brand.pptx")
    (tmp_path / "device.pptx").symlink_to(os.devnull)
    with ZipFile(tmp_path / "zip.pptx", "w") as package:
        package.writestr(
            "[Content_Types].xml", "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
        )
    done = privtraffic("rfm", "orders.csv", *given)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert not (tmp_path / "x.pptx").exists()


def test_without_the_package_a_line_says_what_to_install(
    privtraffic: Run, write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("orders.csv", *ORDERS)
    monkeypatch.setitem(sys.modules, "pptx", None)
    done = privtraffic("rfm", "orders.csv", "-o", "rfm.pptx")
    assert (done.returncode, done.stdout) == (2, "")
    assert "rfm.pptx needs the package 'privtraffic[pptx]': pip install 'privtraffic[pptx]'" in done.stderr
    with pytest.raises(PrivtrafficError):
        Brand(tmp_path / "x.pptx").check()


# The file


def _bytes(report: Report, folder: Path, lang: Lang = "en") -> bytes:
    write(report, Words(lang), folder / "same.pptx", "1")
    return (folder / "same.pptx").read_bytes()


def test_the_same_report_gives_the_same_bytes_and_no_clock(tmp_path: Path) -> None:
    first = _bytes(sample_report.report("en"), tmp_path)
    assert _bytes(sample_report.report("en"), tmp_path) == first
    outer = ZipFile(BytesIO(first))
    stamps = {entry.date_time for entry in outer.infolist()}
    core = outer.read("docProps/core.xml").decode()
    for name in outer.namelist():
        if name.endswith(".xlsx"):
            inner = ZipFile(BytesIO(outer.read(name)))
            stamps |= {entry.date_time for entry in inner.infolist()}
            core += inner.read("docProps/core.xml").decode()
    assert stamps == {(1980, 1, 1, 0, 0, 0)}
    days = set(re.findall(r">(\d{4}-\d\d-\d\d)T", core))
    assert days <= {"2026-10-31", "2026-01-01"}
    assert "Canny" not in core


def test_what_users_bring_stays_text(tmp_path: Path) -> None:
    columns = (Column("sample_channel", "text"), Column("members", "integer"))
    rows = [("<a>&\x00\x1b]]>", 1), ("_x0041_", 2), ("\ud800", 3)]
    deck = made(with_rows(columns, rows, finding='<b>"&\x07'), tmp_path)
    (table,) = tables(deck)
    assert [row.cells[0].text for row in table.rows][1:] == ["<a>&]]>", "_x0041_", "?"]
    assert any(slide.shapes.title.text_frame.text == '<b>"&' for slide in deck.slides)
    drawn = Chart("bar", "", "sample_channel", ("members",))
    (chart,) = charts(made(with_rows(columns, rows, drawn), tmp_path))
    assert list(chart.plots[0].categories)[:2] == ["<a>&]]>", "_x0041_"]


@pytest.mark.needs("soffice", "pdftotext")
def test_libreoffice_shows_every_slide(tmp_path: Path, lang: Lang) -> None:
    report = sample_report.report(lang)
    for name, brand in (("house", None), ("dark", Brand(template(tmp_path / "brand.pptx", dark=True)))):
        deck = made(report, tmp_path, lang, brand)
        convert = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
        subprocess.run([*convert, "--outdir", str(tmp_path / name), str(tmp_path / "slides.pptx")], check=True)
        done = subprocess.run(
            ["pdftotext", "-layout", str(tmp_path / name / "slides.pdf"), "-"], check=True, capture_output=True
        )
        pages = done.stdout.decode("utf-8").split("\f")[:-1]
        assert len(pages) == len(deck.slides)
        bare = re.sub(r"\s+", "", pages[0])
        assert re.sub(r"\s+", "", report.title) in bare
        assert any(sample_report.SEGMENTS["loyal"][lang == "zh"].split()[0] in page for page in pages), (
            "the chart's names"
        )
        assert row_count(report.tables[0]) == 6


def test_sentences_give_way_to_figures_where_not_all_columns_fit() -> None:
    """Of widths 10, 40, 30, 8 and 8 in a room of 30 the two sentences go; in one of 20 the last figure, too."""
    signs = dict(enumerate((10.0, 40.0, 30.0, 8.0, 8.0)))
    for room, kept in ((100, [0, 1, 2, 3, 4]), (60, [0, 2, 3, 4]), (30, [0, 3, 4]), (20, [0, 3]), (5, [0])):
        assert _kept([*signs], signs, lambda places, room=room: sum(signs[one] for one in places) <= room) == kept
