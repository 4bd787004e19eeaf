"""What had to be mended or left out to read the files, and what does not add up, for whoever reads the figures."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.columns import Columns
from privtraffic.intake.clean.frequent_key import notes_of_nobody
from privtraffic.intake.read.raw import Note
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.header import Header

SQL = queries(__name__)


def notes_of_reading(engine: Engine, parts: Sequence[Part]) -> list[Note]:
    """A note a thing mended, one a column of ids that a spreadsheet has rounded, one for costs that cannot be read."""
    found = [note for part in parts for note in part.raw.notes]
    for part in parts:
        for item in part.damaged:
            engine.scan(f"raw_{part.number}", part.raw.scan)
            query = SQL["damaged_whole" if item.whole else "damaged_some"]
            row = engine.fetch(query.format(cell=f"c{item.position}", table=f"raw_{part.number}")).to_pylist()[0]
            values = {"file": part.file, "column": item.column, "example": item.example, "rows": row["row_count"]}
            found.append(("note.damaged_ids", values))
        if part.role == "spend" and "cost" in part.found.columns and not part.stored:
            found += _unread_spend(engine, part)
        if part.role == "orders" and not part.stored:
            found += [*_joined(engine, part), *_sums(engine, part), *notes_of_nobody(engine, part)]
    return found


def _unread_spend(engine: Engine, part: Part) -> list[Note]:
    """Rows of spend that are left out, because their cost or their day or month cannot be read."""
    of, columns, table = Columns(part.found), part.found.columns, f"raw_{part.number}"
    engine.scan(table, part.raw.scan)
    cost = f"c{columns['cost'][0]}"
    queries = {"note.unread_cost": SQL["unread_cost"].format(cell=cost, table=table)}
    times = {f"c{columns[name][0]}": of.typed(name) for name in ("date", "month") if name in columns}
    if times:
        values = {"cell": next(iter(times)), "cost": cost, "time": f"coalesce({', '.join(times.values())}, null)"}
        query = SQL["unread_spend_date"].format(**values, table=table)
        queries["note.unread_spend_date"] = query
    found: list[Note] = []
    for word, query in queries.items():
        row = engine.fetch(query).to_pylist()[0]
        if row["row_count"]:
            values = {"file": part.file, "rows": row["row_count"], "example": (row["example"] or "—")[:60]}
            found.append((word, values))
    return found


def _joined(engine: Engine, part: Part) -> list[Note]:
    """Whether rows join the lines of an order in their cells: what each costs is then not told."""
    columns, joined = part.found.columns, part.found.profile.joined
    lines = "line_id" if "line_id" in columns else "product"
    if not joined or not {lines, "paid_amount"} <= columns.keys():
        return []
    engine.scan(f"raw_{part.number}", part.raw.scan)
    places = {"lines": f"c{columns[lines][0]}", "amount": f"c{columns['paid_amount'][0]}"}
    row = engine.fetch(SQL["joined_lines"].format(**places, table=f"raw_{part.number}"), joined=joined).to_pylist()[0]
    return [("note.joined_lines", {**row, "joined": joined})] if row["orders"] else []


def _sums(engine: Engine, part: Part) -> list[Note]:
    """Whether the lines of each order add up to it, where an export tells both."""
    cells = Header(part.found.header).find_all(part.found.profile.sum_check)
    if len(cells) < 2 or "order_id" not in part.found.columns:
        return []
    engine.scan(f"raw_{part.number}", part.raw.scan)
    order_id = part.found.columns["order_id"][0]
    places = {"order_id": f"c{order_id}", "line": f"c{cells[0]}", "whole": f"c{cells[1]}"}
    row = engine.fetch(SQL["sum_check"].format(**places, table=f"raw_{part.number}")).to_pylist()[0]
    line, whole = (part.found.header[at].strip() for at in cells)
    values = {"file": part.file, "line": line, "whole": whole, "chosen": part.found.mapping["paid_amount"]}
    return [("note.sums_differ", {**values, **row})] if row["orders"] else []
