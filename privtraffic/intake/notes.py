"""What had to be mended or left out to read the files, for whoever reads the figures."""

from __future__ import annotations

from collections.abc import Sequence

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.gather import Part
from privtraffic.intake.raw import Note

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
            engine.scan(f"raw_{part.number}", part.raw.scan)
            query = SQL["unread_cost"].format(cell=f"c{part.found.columns['cost'][0]}", table=f"raw_{part.number}")
            row = engine.fetch(query).to_pylist()[0]
            if row["row_count"]:
                values = {"file": part.file, "rows": row["row_count"], "example": row["example"][:60]}
                found.append(("note.unread_cost", values))
    return found
