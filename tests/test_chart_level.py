"""The level that decides is one line in workbook, page and slides, beneath the six series that all three draw."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from privtraffic.analyses.funnel.tables import step_curves
from privtraffic.report.document import Chart, Column, Level, Pivot, Report, Table
from privtraffic.report.page.plot import plot
from privtraffic.report.page.spec import spec
from privtraffic.report.words import Words
from privtraffic.report.workbook import write_workbook

EN = Words("en")
NAMES = ("All members", "guide", "mall", "friend", "search", "poster", "till")


def payback() -> Table:
    columns = (
        Column("channel", "text"),
        Column("months_since_join", "integer"),
        Column("payback_margin", "money", scale="heat"),
    )
    rows = [(name, age, 10.0 * (at + age)) for at, name in enumerate(NAMES) for age in range(3)]
    chart = Chart("line", "Paid back", "months_since_join", ("payback_margin",), level=Level("CAC 34.50", 34.5))
    return Table(
        "payback", columns, rows, "Paid back", Pivot("channel", "months_since_join", ("payback_margin",)), (chart,)
    )


def test_six_series_the_total_first_and_the_level_in_page_and_workbook(tmp_path: Path) -> None:
    table = payback()
    drawn = plot(table.charts[0], table, EN)
    assert drawn is not None
    assert [series.label for series in drawn.series] == list(NAMES[:6]), "the total and the channels that cost most"
    (level,) = drawn.curves
    assert (level.label, list(level.values)) == ("CAC 34.50", [34.5, 34.5, 34.5])
    assert any(
        [row["y"] for row in layer.get("data", {}).get("values", [])] == [34.5] * 3
        for layer in spec(drawn, EN)["layer"]
        if layer["mark"]["type"] == "line"
    )
    report = Report("clv", "Paid back", None, tables=(table,))
    write_workbook(report, EN, tmp_path / "clv.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "clv.xlsx")["Payback"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows[-1] == ["CAC 34.50", 34.5, 34.5, 34.5]
    names = [sheet[series.tx.strRef.f.split("!")[1].replace("$", "")].value for series in sheet._charts[0].series]
    assert names == [*NAMES[:6], "CAC 34.50"]


@pytest.mark.parametrize(
    ("values", "middle", "drawn_at"), [((-3.0, 5.0), 0.0, 0.0), ((2.0, 5.0), 0.0, None), ((0.3, 5.0), 1.0, 1.0)]
)
def test_bars_on_either_side_have_the_line_between_them(
    values: tuple[float, ...], middle: float, drawn_at: float | None
) -> None:
    columns = (Column("store", "text"), Column("fair", "number", middle=middle))
    table = Table(
        "stores", columns, list(zip("AB", values, strict=True)), charts=(Chart("bar", "", "store", ("fair",)),)
    )
    drawn = plot(table.charts[0], table, EN)
    assert drawn is not None
    at = [layer["encoding"]["x"]["datum"] for layer in spec(drawn, EN)["layer"] if layer["encoding"].get("y2")]
    assert at == ([] if drawn_at is None else [drawn_at])


def test_a_slide_draws_the_level_too(tmp_path: Path) -> None:
    pptx = pytest.importorskip("pptx")
    from privtraffic.report.slides import write_slides

    write_slides(Report("clv", "Paid back", None, tables=(payback(),)), EN, tmp_path / "clv.pptx")
    charts = [
        shape.chart
        for slide in pptx.Presentation(str(tmp_path / "clv.pptx")).slides
        for shape in slide.shapes
        if shape.has_chart
    ]
    assert [series.name for series in charts[0].plots[0].series] == [*NAMES[:6], "CAC 34.50"]
    assert list(charts[0].plots[0].series[6].values) == [34.5] * 3


def test_the_funnel_draws_the_half_that_its_curves_reach_on_their_median_day() -> None:
    path = SimpleNamespace(start="joined", to="first_order", times=[])
    path.times = [
        {"day": day, "share": share, "group": None, "to": "first_order"} for day, share in ((0, 0.4), (30, 0.6))
    ]
    table = step_curves(SimpleNamespace(paths=[path]), "Half order within a month")  # type: ignore[arg-type]
    assert table.rows == [(0, 0.4, 0.5), (30, 0.6, 0.5)]
    drawn = plot(table.charts[0], table, EN)
    assert drawn is not None
    assert [list(curve.values) for curve in drawn.curves] == [[0.5, 0.5]]
    lines = [layer for layer in spec(drawn, EN)["layer"] if layer["mark"]["type"] == "line"]
    assert [[row["y"] for row in layer["data"]["values"]] for layer in lines if "data" in layer] == [[0.5, 0.5]]
