"""Every row gets its order and at most one reason to be dropped; the rest are orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.asked import register_asked
from privtraffic.intake.clean.fold import Fold
from privtraffic.intake.clean.parse import MONEY
from privtraffic.intake.clean.return_slips import OF_NOBODY, OF_SALES, find_sales
from privtraffic.intake.understand.recognition import Note
from privtraffic.settings import Settings

SQL = queries(__name__)


class Judging:
    """Leaves `judged`, `decided` and `refund_only_members` in the engine.

    Parameters
    ----------
    order_id
        SQL for the key of a row's order.
    money
        The type of amounts, as fine as the files have them.
    facts
        Of `parsed`: whether an order has a paid time, and whether there are rows that sum up others.
    rows
        How many rows are judged.
    keep_zero, reasons, slips
        Whether an order of nothing counts; whether there are words that drop a row, documents that take others back.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        fold: Fold,
        *,
        order_id: str,
        money: str,
        facts: Mapping[str, Any],
        rows: int,
        keep_zero: bool,
        reasons: bool,
        slips: bool,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._fold = fold
        self._money = money
        self._asked = {"has_paid": bool(facts["has_paid"]), "keep_zero": keep_zero}
        self._slips = slips
        self._rows = rows
        self.notes: list[Note] = []
        self.open_end = settings.as_of is None
        """Whether returns behind the last order come off."""
        filters = "\n    ".join(
            f"when p.{name} is distinct from a.where_{i} then 'filtered'" for i, (name, _) in enumerate(settings.where)
        )
        foreign = engine.fetch("select * from other_currencies").num_rows
        self._query = {
            "order_id": order_id,
            "summary_row": SQL["summary_row"] if facts["sum_rows"] else "",
            "filters": filters,
            "profile_reasons": SQL["profile_reasons"] if reasons else "",
            "of_other_currency": SQL["of_other_currency"] if foreign else "",
        }
        self._ask()

    def decide(self, *, watched: bool = False, sales: Mapping[str, str] = OF_NOBODY) -> None:
        """Make orders of the judged rows; `sales` are the orders to which return slips are given."""
        merged = sales is not OF_NOBODY
        self._engine.view("judged", SQL["judged"].format(**self._query, **sales), self._rows)
        totals = self._fold.totals(watched=watched, merged=merged)
        self._engine.drop("decided")
        sql = SQL["decided"].format(totals=totals).replace(MONEY, self._money)
        if self._fold.adds_up or merged:
            self._engine.run("decided", sql)
        else:
            self._engine.view("decided", sql, self._rows)

    def settle(self) -> None:
        """Give return slips to the sales that they take back.

        Where no order that stands is later than the date asked for, the data end on it, as they do where none is asked
        for: later returns come off, and so do the sales that they take back.
        """
        after = self._settings.as_of and self._settings.as_of + timedelta(days=1)
        if after and self._engine.fetch(SQL["may_end_before"])["found"][0].as_py():
            self._judge_again(open_end=True)
            if not self._engine.fetch(SQL["ordered_after"], after=after)["found"][0].as_py():
                return
            self._judge_again(open_end=False)
        self._give_back()

    def _judge_again(self, *, open_end: bool) -> None:
        self.open_end = open_end
        self._ask()
        self.decide()
        if open_end:
            self._give_back()

    def _ask(self) -> None:
        asked = replace(self._settings, as_of=None) if self.open_end else self._settings
        register_asked(self._engine, asked, **self._asked)

    def _give_back(self) -> None:
        self.notes = find_sales(self._engine) if self._slips else []
        if self.notes:
            self.decide(sales=OF_SALES)
        self._engine.run("refund_only_members", SQL["refund_only_members"])
