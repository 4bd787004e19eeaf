"""Cells that the reader types by itself: the same rows and cents as from text, whatever stands among the plain ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from privtraffic.dataset import Dataset
from privtraffic.intake.clean import rows as typing
from privtraffic.intake.clean.reader_types import NONE, plain_cells
from privtraffic.intake.load import load
from privtraffic.settings import Settings

HEADER = "order_id,member_id,ordered_at,paid_amount,refund_amount,quantity,status"
PLAIN_ROWS = 60
"""More than the first rows that are looked at."""

MONEY = (
    "12", "-3", "+3", "1e3", "1.2e2", "1e-3", "12 ", " 12", "\t12", "1_000", "1.005", "1.015", "-1.005", "1.", ".5",
    ".", "-", "inf", "nan", "true", "00012", "12元", "¥12", "１２", '"1,234.00"', "(1.00)", "1.00-",
    "9999999999999999.994",
    "9999999999999999.995", "99999999999999999", "1e16", "-0", "0x10", '"12"', '""', "null", "\\N", "无", "\u00a012",
    "x",
)  # fmt: skip
TIMES = (
    "2024-1-2 3:4:5", "2024-01-02", "2024-01-02 03:04", "2024-01-02 03:04:05.5", "2024-01-02T03:04:05", "20240102",
    "2024-01-02T03:04:05Z", "2024-01-02 03:04:05+08:00", "2024-01-02 03:04:05 +0800", "2024-01-02 03:04:05 UTC",
    "2024-01-02 24:00:00", "2024-01-02 23:59:60", "2024-02-30 00:00:00", "2024/01/02 03:04:05", " 2024-01-02 03:04:05",
    "2024-01-02  03:04:05", "24-01-02 03:04:05", "0001-01-01 00:00:00", "1970-01-01 08:00:00", "1971-01-01 00:00:00",
    "1900-01-01 00:00:00", "infinity", "-infinity", "inf", "INFINITY", "epoch",
    "10000-01-01 00:00:00", "99999-12-31", "9999-12-31 24:00:00", "9999-12-31 23:59:59", "2525-02-03 03:04:05",
    "2024年1月2日 3时4分", "2024-01-02 (BC)", "2024-01-02 (BC) 3:4", "0000-01-02 03:04:05", "1704164645",
    "20240102030405", "45293.5", "1/2/2024 03:04:05", '""', "null", "never", "02024-01-02 03:04:05",
)  # fmt: skip


def row(number: int, **cells: str) -> str:
    usual = {
        "order_id": f"{number}", "member_id": f"m{number % 7}", "ordered_at": "2024-03-01 10:00:00",
        "paid_amount": f"{number}.25", "refund_amount": "0.00", "quantity": "1", "status": "paid",
    }  # fmt: skip
    return ",".join((usual | cells).values())


def found(path: Path, settings: Settings | None = None) -> dict[str, Any]:
    with load(path, columns=["quantity"], settings=settings) as data:
        names = "order_id, member_id, ordered_at, paid_amount, refund_amount, net, quantity"
        kept = data.engine.fetch(f"select {names} from orders order by order_id").to_pylist()
        return {"kept": kept, "quality": data.quality, "as_of": data.as_of}


def from_text(monkeypatch: pytest.MonkeyPatch, path: Path, settings: Settings | None = None) -> dict[str, Any]:
    with monkeypatch.context() as patch:
        patch.setattr(typing, "plain_cells", lambda *_, **__: NONE)
        return found(path, settings)


def typed_by_reader(data: Dataset) -> set[int]:
    return set(plain_cells(data.parts[0]).cells)


@pytest.mark.parametrize(("money", "time"), [*zip_longest(MONEY, TIMES, fillvalue="1")])
def test_an_odd_cell_among_plain_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, money: str, time: str) -> None:
    """One in each column, each in a row of its own: a column is typed by itself."""
    rows = [row(number) for number in range(100, 100 + PLAIN_ROWS)]
    odd = {"paid_amount": money, "refund_amount": money, "quantity": money, "ordered_at": time}
    for number, (field, cell) in enumerate(odd.items()):
        rows.insert(50 + number, row(number, **{field: cell}))
    path = tmp_path / "o.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    assert found(path) == from_text(monkeypatch, path)


@pytest.mark.parametrize("written", ["2024-03-01 10:00:00", "2024/3/1 9:05", "2024-03-01", "2024/03/01 10:00:00"])
@pytest.mark.parametrize(
    "cells", [("",), ("2024-03-02", "2024/3/2"), ("2024-03-02 01:02:03",), ("infinity", "1970-01-01", "10000-1-1")]
)
def test_other_ways_of_writing_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, cells: Sequence[str]
) -> None:
    rows = [row(number, ordered_at=written) for number in range(100, 100 + PLAIN_ROWS)]
    rows[50:50] = [row(number, ordered_at=cell) for number, cell in enumerate(cells)]
    path = tmp_path / "o.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    assert found(path) == from_text(monkeypatch, path)


def test_a_zone_moves_times_as_from_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(number) for number in range(100, 100 + PLAIN_ROWS)]
    rows.insert(50, row(7, ordered_at="2024-01-02T03:04:05Z"))
    path = tmp_path / "o.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    settings = replace(Settings(), tz="Asia/Shanghai")
    assert found(path, settings) == from_text(monkeypatch, path, settings)


def test_plain_columns_are_typed_by_the_reader(tmp_path: Path) -> None:
    """Amounts, the refund, the quantity and the clock; a price with a sign of money is text."""
    path = tmp_path / "o.csv"
    path.write_text("\n".join((HEADER, *(row(number) for number in range(100, 110)))) + "\n", "utf-8")
    with load(path) as data:
        assert typed_by_reader(data) == {2, 3, 4, 5}
        assert "amount_text" not in data.engine.fetch("select * from typed_0 limit 0").schema.names
    path.write_text("\n".join((HEADER, *(row(number, paid_amount="¥5") for number in range(100, 110)))) + "\n", "utf-8")
    with load(path) as data:
        assert typed_by_reader(data) == {2, 4, 5}
        assert "amount_text" in data.engine.fetch("select * from typed_0 limit 0").schema.names
