"""What the words of a row do to its money: a document takes its amount back, a refund that is open yet is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from privtraffic.engine.arrow import texts
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.ledger import Ledger
from privtraffic.intake.clean.states import State
from privtraffic.intake.understand.recognition import Note

SQL = queries(__name__)


def find_signs(
    engine: Engine, ledger: Ledger, words: Sequence[Mapping[str, Any]], states: Sequence[State]
) -> tuple[bool, list[Note]]:
    """Leave `takes_back` and `refund_open` in the engine: the words of documents that take their amount back, whatever
    its sign, and those of refunds that were asked for or refused; gives back whether there are any, and what is told.
    """
    pairs = list(zip(words, states, strict=True))
    taking = [word for word, state in pairs if state.takes_back]
    left = [word for word, state in pairs if state.refund_open]
    for table, said in (("takes_back", taking), ("refund_open", left)):
        engine.scan(table, pa.table({name: texts([word[name] for word in said]) for name in ("source", "status")}))
    none = [{"row_count": 0, "money": Decimal("0.00")}]
    open_yet = ledger.over_all("refund_open", engine.fetch(SQL["refund_open"]).to_pylist() if left else none)[0]
    if not open_yet["row_count"]:
        return bool(taking), []
    return True, [("note.refund_open", {"rows": open_yet["row_count"], "money": open_yet["money"]})]


def signed(rows: str, others: str) -> str:
    """SQL for the rows with the money that their words leave them; `others` are the columns that stay as they are."""
    return SQL["signed"].format(rows=rows, others=others)
