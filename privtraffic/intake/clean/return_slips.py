"""Return slips that name no order: the sale that each takes back, by its member and its amount."""

from __future__ import annotations

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.understand.recognition import Note

SQL = queries(__name__)
OF_NOBODY = {"of_sale": "", "given_back": "", "told_twice": ""}
"""How rows are judged before any slip has found its sale."""
OF_SALES = {"of_sale": "g.sale, ", "given_back": SQL["given_back"], "told_twice": SQL["told_twice"]}


def find_sales(engine: Engine) -> list[Note]:
    """Leave `slips_of_sales` in the engine: the rows that are given to the order of a sale; says how many documents.

    A sale is taken back by one slip at most, and only whole: a slip of another amount, or of other goods where both
    name theirs, stays a document of its own. A sale may tell itself that it was sent back: its slip says so once more.
    """
    engine.drop("slips_of_sales")
    engine.run("paired", SQL["paired"])
    found = engine.fetch(SQL["told"]).to_pylist()[0]
    if not found["documents"]:
        return []
    engine.run("slips_of_sales", SQL["slips_of_sales"])
    return [("note.returns_matched", found)]
