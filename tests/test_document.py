"""The document and how its tables are read: cells, rows, batches, matrices."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from privtraffic.report.document import Column, Figure, Kind, Pivot, Report, Table, Value
from privtraffic.report.format import show
from privtraffic.report.grid import grid
from privtraffic.report.terms import terms
from privtraffic.report.values import batches, canonical, finite, known, row_count, rows, shown
from privtraffic.report.words import Words
from tests import sample_report

EN, ZH = Words("en"), Words("zh")


@pytest.fixture(autouse=True)
def _words() -> None:
    sample_report.add_words()


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234, "integer", "1,234"),
        (999.5, "money", "999.50"),
        (Decimal("1000.00"), "money", "1,000"),
        (-1234.5, "money", "-1,234"),
        (-0.004, "money", "0.00"),
        (0.2144, "share", "21.4%"),
        (-0.0004, "share", "0.0%"),
        (-0.0182, "points", "-1.8 pp"),
        (0.0182, "points", "+1.8 pp"),
        (-0.0004, "points", "0.0 pp"),
        (0.0, "points", "0.0 pp"),
        (2.5, "number", "2.50"),
        (date(2026, 10, 31), "date", "2026-10-31"),
        (date(2026, 10, 31), "month", "2026-10"),
        (datetime(2026, 10, 31, 9, 5), "date", "2026-10-31 09:05"),
        ("007", "id", "007"),
        (7, "id", "7"),
        (None, "share", ""),
        (float("nan"), "share", ""),
    ],
)
def test_a_value_is_shown_by_its_kind(value: Value, kind: Kind, text: str) -> None:
    assert show(value, kind) == text
    assert shown(value, Column("members", kind), EN) == text


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [(-0.018, "-1.8 pp", "-1.8 个百分点"), (0.0119, "+1.2 pp", "+1.2 个百分点"), (-0.0001, "0.0 pp", "0.0 个百分点")],
)
def test_points_carry_their_sign_and_unit(value: float, en: str, zh: str) -> None:
    column = Column("members", "points")
    assert (shown(value, column, EN), shown(value, column, ZH)) == (en, zh)


def test_labels_and_answers_are_in_the_language() -> None:
    column = Column("sample_segment", "text", labels="sample_segment")
    assert (shown("at_risk", column, ZH), shown("other", column, ZH)) == ("重要挽留客户", "other")
    assert (shown(True, column, ZH), shown(np.bool_(False), column, EN)) == ("是", "no")


@pytest.mark.parametrize("value", [None, float("nan"), float("-inf"), np.nan, pd.NaT, pd.NA, Decimal("NaN")])
def test_what_is_missing_is_none(value: object) -> None:
    assert known(value) is None
    assert canonical(value, "money") is None


def test_canonical_values_are_plain_python() -> None:
    assert canonical(np.int64(3), "integer") == 3
    assert type(canonical(np.int64(3), "integer")) is int
    assert type(canonical(Decimal("12.30"), "money")) is float
    assert canonical(pd.Timestamp("2026-10-31 09:05"), "date") == "2026-10-31T09:05:00"
    assert canonical(date(2026, 10, 31), "month") == "2026-10"
    assert canonical(7, "id") == "7"


def test_rows_and_batches_of_a_stream_are_those_of_the_same_rows_in_memory() -> None:
    streamed = sample_report.report(streamed=True, count=50).detail
    plain = sample_report.report(streamed=False, count=50).detail
    assert streamed is not None
    assert plain is not None
    assert row_count(streamed) == row_count(plain) == 50
    assert [tuple(map(known, row)) for row in rows(streamed)] == [tuple(map(known, row)) for row in rows(plain)]
    assert len(list(rows(streamed, 7))) == len(list(rows(plain, 7))) == 7
    one, other = (pa.Table.from_batches(list(batches(table))) for table in (streamed, plain))
    assert one.column_names == other.column_names
    for left, right in zip(one.columns, other.columns, strict=True):
        assert [known(value) for value in left.to_pylist()] == [known(value) for value in right.to_pylist()]


def test_batches_are_bounded_and_in_the_order_of_the_columns() -> None:
    source = pa.table({"members": list(range(50_000)), "orders": [1] * 50_000})
    table = Table(
        "x", (Column("orders", "integer"), Column("members", "integer")), sample_report.Batches(source, 10**6)
    )
    sizes = [batch.num_rows for batch in batches(table)]
    assert (sum(sizes), max(sizes)) == (50_000, 20_000)
    assert next(batches(table)).schema.names == ["orders", "members"]


def test_columns_of_mixed_types_become_one_type() -> None:
    columns = (Column("members", "number"), Column("orders", "number"), Column("sample_channel", "text"))
    batch = next(batches(Table("x", columns, [(1, Decimal("2.5"), 3), (0.5, 2.0, "a\ud800")])))
    assert [column.to_pylist() for column in batch.columns] == [[1, 0.5], [2.5, 2], ["3", "a?"]]


def test_finite_numbers_only() -> None:
    assert finite(pa.array([1.0, float("nan"), float("inf"), None])).to_pylist() == [1.0, None, None, None]
    assert finite(pa.array(["a", None]).dictionary_encode()).to_pylist() == ["a", None]


def test_a_matrix_sorts_its_numbers_and_leaves_the_unobserved_blank() -> None:
    columns = (Column("sample_month", "month"), Column("sample_rows", "integer"), Column("members", "integer"))
    cells = [(date(2026, 1, 1), 2, 20), (date(2026, 1, 1), 0, 10), (date(2026, 2, 1), 1, 5)]
    shape = Pivot("sample_month", "sample_rows", ("members",))
    whole = grid(Table("x", columns, cells, pivot=shape), EN)
    assert [heading.label for heading in whole.headings] == ["Month", "0", "1", "2"]
    assert whole.headings[2].about == "Members · Rows: 1"
    assert whole.rows == [[date(2026, 1, 1), 10, None, 20], [date(2026, 2, 1), None, 5, None]]
    assert [(column.key, first, last) for column, first, last in whole.blocks()] == [
        ("sample_month", 0, 0),
        ("members", 1, 3),
    ]


def test_everything_is_in_the_order_of_the_sheets() -> None:
    keys = [table.key for table in sample_report.report().everything()]
    assert [key.removeprefix("sample_") for key in keys] == [
        "segments",
        "grid",
        "monthly",
        "members",
        "dropped",
        "files",
    ]


def test_a_table_finds_its_column() -> None:
    table = sample_report.report().tables[0]
    assert table.column("revenue").kind == "money"


def test_a_column_may_have_another_word_than_its_key() -> None:
    """`rate` is the retention rate of cohorts; the rate of a step keeps the key and has a word of its own."""
    table = Table("steps", (Column("rate", "share", word="step_rate"), Column("rate", "share")), [(0.5, 0.25)])
    assert [heading.label for heading in grid(table, EN).headings] == ["Rate", "Retention rate"]
    told = terms([], [("Steps", table)], EN)
    assert [(term.label, term.key, term.word) for term in told] == [
        ("Rate", "rate", "step_rate"), ("Retention rate", "rate", "rate"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "course"), [([1, 2], []), ([1, None, 2], []), ([1, None, 2, 4], [1.0, None, 2.0, 4.0])]
)
def test_a_figure_has_a_course_from_three_known_periods(cells: list[int | None], course: list[float | None]) -> None:
    table = Table("months", (Column("orders", "integer"),), [(cell,) for cell in cells])
    report = Report("review", "title", None, further=(table,), trend="months")
    assert report.course(Figure("orders", 4, "integer")) == course
