"""A header in the middle: two exports put one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.states import word_of
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.keys import PLAIN
from privtraffic.intake.understand.profile import normalise
from privtraffic.intake.understand.recogniser import CLOCKS, Recognition

SQL = queries(__name__)

MOST = 10_000
"""Rows whose time is a word that are looked at."""


def refuse_other_headers(engine: Engine, orders: Sequence[Part]) -> None:
    """Refuse a header in the middle whose columns stand in another order; the same again is a row that is no order.

    Raises
    ------
    PrivtrafficError
        Where the rows below it would be read from the wrong columns.
    """
    found = {part.number: part for part in orders if not part.stored}
    names = {normalise(cell) for part in found.values() for cell in part.found.header} - {""}
    for row in engine.fetch(SQL["unread_times"], most=MOST).to_pylist():
        part = found.get(row["file_no"])
        if part and normalise(row["time_text"]) in names and (column := _elsewhere(part.found, row)):
            raise PrivtrafficError("second_header", file=part.file, row=part.row_number(row["row_no"]), column=column)


def _elsewhere(found: Recognition, row: Mapping[str, Any]) -> str:
    """The first cell of such a row that is not that of the header at the top; empty where all are."""
    clocks = [name for name in CLOCKS if name in found.columns]
    places = {"time_text": clocks, "amount_text": ["paid_amount"], "status": ["status"]}
    places |= {name: [name] for name in ("order_id", "member_id", "sku", "product", "shop")}
    for cell, fields in places.items():
        text = normalise(word_of(row[cell]))
        heads = {normalise(found.header[at]) for name in fields for at in found.columns.get(name, ())}
        hidden = cell == "member_id" and found.keys != PLAIN
        if text and heads and text not in heads and not hidden:
            return word_of(row[cell])[:60]
    return ""
