"""What a regional manager sees of teams: few cards, a table that fits a page, bars from one, a sentence for Monday."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from privtraffic.analyses import teams
from privtraffic.analyses.teams.fair import as_named
from privtraffic.intake.load import load
from privtraffic.report.document import Column, Report, base_of
from privtraffic.report.words import Words
from privtraffic.report.write import write
from tests.test_teams import house
from tests.test_teams_departures import FILES


def shown(folder: Path, lang: str, files: Mapping[str, Sequence[str]] = FILES) -> Report:
    room, words = teams.__analysis__, Words("zh" if lang == "zh" else "en")
    with load(house(folder, **files), optional=room.may_use(None), sides=room.sides) as data:
        report = room.present(room(data), words)
        for name in ("teams.xlsx", "teams.html", "teams.pptx"):
            write(report, words, folder / name, "test", ())
    return report


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_client_opens_is_short_and_speaks_no_shell(lang: str, tmp_path: Path) -> None:
    report = shown(tmp_path, lang)
    assert sum(figure.shown for figure in report.figures) <= 8
    units = next(table for table in report.tables if table.key == "units")
    assert [column.key for column in units.columns if not column.hidden] == [
        "unit", "parent", "unit_verdict", "fair", "fair_low", "fair_high", "members_today", "members_quiet",
        "members_unowned",
    ]  # fmt: skip
    assert units.finding == report.actions[0], "what to do on Monday stands in the client's files, too"
    book = openpyxl.load_workbook(tmp_path / "teams.xlsx")
    said = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True)
            for cell in row if cell is not None]  # fmt: skip
    assert not [text for text in said if re.search(r"(^|\s)--\w", text)]


def test_what_is_not_shown_beside_the_ratio_stands_in_the_table_after_it(tmp_path: Path) -> None:
    """JSON has every column with the unit, as ever; the eye has them in a table of its own."""
    report = shown(tmp_path, "en")
    units, beside = report.tables[:2]
    hidden = {column.key for column in units.columns if column.hidden}
    seen = {column.key for column in beside.columns}
    assert {"observed", "expected", "ratio", "rank", "revenue", "orders", "new_members"} <= seen & hidden
    assert hidden - seen <= {"opened_at", "closed_at", "left_at"}, "a column of dates that nobody has is left out"


def test_bars_of_a_ratio_begin_at_one(tmp_path: Path) -> None:
    shown(tmp_path, "en", {})
    for name in ("teams.xlsx", "teams.pptx"):
        with zipfile.ZipFile(tmp_path / name) as book:
            charts = [book.read(name).decode() for name in book.namelist() if "charts/chart" in name]
        crossing = [re.findall(r'<c:crossesAt val="([\d.]+)"/>', chart) for chart in charts]
        assert ["1.0"] in crossing, name
    specs = re.findall(r'<script type="application/json">(.*?)</script>', (tmp_path / "teams.html").read_text("utf-8"))
    bars = [json.loads(spec) for spec in specs if '"mark": {"type": "bar"' in spec or '"type":"bar"' in spec]
    begins = [layer["encoding"].get("x2") for spec in bars for layer in spec.get("layer", ())[:1]]
    assert {"datum": 1.0} in begins
    assert base_of([Column("lift", "number", middle=1.0), Column("money", "money")]) == 0.0, "no middle that all share"


def test_the_named_stand_first_and_who_left_last() -> None:
    here, gone = {"left_at": None, "closed_at": None}, {"left_at": date(2026, 9, 1), "closed_at": None}
    rows = [{"unit_verdict": verdict, "fair": fair, **when} for verdict, fair, when in
            (("above", 1.5, here), ("cannot_tell", 1.4, gone), ("above", 1.3, gone), ("cannot_tell", 1.0, here),
             ("below", 0.8, here), ("below", 0.6, here), ("too_young", None, here))]  # fmt: skip
    ordered = [row["fair"] for row in sorted(rows, key=as_named)]  # type: ignore[arg-type]
    assert ordered == [1.5, 1.3, 0.6, 0.8, 1.0, None, 1.4]
