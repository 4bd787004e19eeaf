"""A header in the middle: two exports put one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from privtraffic.engine.base import Engine, LakeScan
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.states import word_of
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.keys import PLAIN
from privtraffic.intake.understand.profile import normalise
from privtraffic.intake.understand.recogniser import CLOCKS, Recognition

SQL = queries(__name__)

NO_WORDS = ("joined_at", "month", "date", "order_id", "cost", "amount", "paid_amount", "member_id", "buyer_ref")
"""Fields of files beside the orders that hold no word; the first that a file has is asked."""
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


def refuse_other_header_beside(engine: Engine, part: Part, typed: str = "") -> None:
    """The same for a file of members, of spend, or one that completes orders, whose text is named in the engine.

    Parameters
    ----------
    typed
        A table of its rows where the number of the order is text: asked first, since it is there already.

    Raises
    ------
    PrivtrafficError
        Where the rows below such a header would be read from the wrong columns.
    """
    found = part.found
    at = next((found.columns[name][0] for name in NO_WORDS if found.columns.get(name)), None)
    if at is None or found.wide or isinstance(part.raw.scan, LakeScan):
        return
    raw, kept = f"raw_{part.number}", f"headers_{part.number}"
    asked = (typed, "order_id") if typed and "order_id" in found.columns else (raw, f"c{at}")
    if not engine.fetch(SQL["word_count"].format(table=asked[0], cell=asked[1]))["n"][0].as_py():
        return
    columns = ", ".join(f"c{i}" for i in range(len(found.header)))
    engine.run(kept, f"select {columns} from {raw}", numbered=True)
    again: list[int] = []
    names = [normalise(cell) for cell in found.header]
    for row in engine.fetch(SQL["word_rows"].format(table=kept, cell=f"c{at}"), most=MOST).to_pylist():
        cells = [row[f"c{i}"] or "" for i in range(len(names))]
        heads = [normalise(cell) for cell in cells]
        other = next((i for i, head in enumerate(heads) if head and head in names and head != names[i]), None)
        if not heads[at] or heads[at] not in names:
            continue
        if other is not None:
            place = part.row_number(row["row_no"])
            raise PrivtrafficError("second_header", file=part.file, row=place, column=cells[other][:60])
        again.append(row["row_no"])
    if again and not typed:
        # The same again is nobody, and no day of spend.
        rest = f"select {columns} from {kept} where row_no not in ({', '.join(map(str, again))})"
        # What is in memory is a table, a file a view.
        (engine.run if isinstance(part.raw.scan, pa.Table) else engine.view)(raw, rest)


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
