"""Lines that stand in several files: the same again, or the rest of an order that a row limit has cut in two."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from privtraffic.engine.arrow import texts
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.ledger import Ledger
from privtraffic.intake.clean.shared_numbers import OWN_SIGN
from privtraffic.intake.clean.states import state_of_rows
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.recogniser import Recognition

SQL = queries(__name__)


class Copies:
    """Leaves the table `copies` in the engine: the rows that stand there for the second time, the third, …

    It is found before the money of whole orders and the refunds of other files are given to the lines, so that each
    order's is given once; `duplicates` are the same rows.
    """

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger
        self.cut = 0
        """How many orders a row limit has cut in two."""

    def none(self) -> None:
        self._engine.run("copies", SQL["none"])

    def register_states(self, rows: str) -> None:
        """What the status words mean, which decides which of two copies is the more advanced."""
        words = self._ledger.over_all(
            "first_words", self._engine.fetch(SQL["first_words"].format(rows=rows)).to_pylist()
        )
        self._ledger.unchanged("first_words", state_of_rows)
        columns = {name: texts([word[name] for word in words]) for name in ("source", "status")}
        states = texts([state_of_rows(word).name for word in words])
        self._engine.scan("states", pa.table({**columns, "state": states}))

    def find(self, rows: str, orders: Sequence[Part]) -> None:
        # Kept for the two questions: each names it many times over, and with it the rows of every file.
        self._engine.run("keyed", SQL["keyed"].format(rows=rows, own_sign=OWN_SIGN))
        sources = sorted({part.found.profile.name for part in orders if may_be_cut(part.found)})
        # Where only some orders are settled, none is cut: whoever chose them has looked at the ends of the files.
        if len(orders) > 1 and sources and not self._ledger.partial:
            names = ", ".join(f"'{name}'" for name in sources)
            self._engine.run("cut", SQL["cut"].format(sources=names))
            self.cut = self._engine.fetch("select count(*) as n from cut")["n"][0].as_py()
        else:
            self._engine.run("cut", SQL["no_cut"])
        self._engine.run("copies", SQL["again"])
        self._engine.drop("keyed")


def may_be_cut(found: Recognition) -> bool:
    """Whether a known system writes a row a product, and gives it no number of its own."""
    known = found.profile
    told = bool({"sku", "product"} & found.columns.keys() or found.order_level)
    return told and "line_id" not in found.columns and not (known.generic or known.unique_order)
