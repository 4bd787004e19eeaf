"""The data behind a chart, as the workbook that PowerPoint opens at "Edit data"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from pptx.chart.data import CategoryChartData, XyChartData
from xlsxwriter import Workbook

_CELL = re.compile(r"\$([A-Z]+)\$(\d+)")
_CREATED = datetime(2026, 1, 1)
"""A chart carries no clock, so that two runs write the same bytes."""


class Categories(CategoryChartData):  # type: ignore[misc]
    """Values for names or points in time."""

    @property
    def xlsx_blob(self) -> bytes:
        """The workbook, every text as text: python-pptx would make a formula of a store called `=A1`."""
        cells = [(self.categories_ref, [category.label for category in self.categories])]
        for series in self:
            cells += [(self.series_name_ref(series), [series.name]), (self.values_ref(series), series.values)]
        return _workbook(cells)


class Points(XyChartData):  # type: ignore[misc]
    """Pairs of x and y values."""

    @property
    def xlsx_blob(self) -> bytes:
        """The workbook, every text as text."""
        return _workbook(
            cell
            for series in self
            for cell in (
                (self.series_name_ref(series), [series.name]),
                (self.x_values_ref(series), series.x_values),
                (self.y_values_ref(series), series.y_values),
            )
        )


def _workbook(cells: Iterable[tuple[str, Iterable[Any]]]) -> bytes:
    """The values from the first cell of each range downwards."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as workbook:
        workbook.set_properties({"created": _CREATED})
        sheet = workbook.add_worksheet("Sheet1")
        for where, values in cells:
            for at, value in _down(where, values):
                if isinstance(value, str):
                    sheet.write_string(at, value)
                elif value is not None:
                    sheet.write_number(at, value)
    return file.getvalue()


def _down(where: str, values: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    found = _CELL.search(where)
    if found is not None:
        column, row = found.groups()
        for place, value in enumerate(values):
            yield f"{column}{int(row) + place}", value
