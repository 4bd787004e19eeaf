"""Whether two rows are of one order, where two shops may both count from 1001."""

from __future__ import annotations

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)
OWN_SIGN = SQL["own_sign"].partition("\n")[2]
"""SQL for what tells an order from another one of its number."""


def find_apart(engine: Engine, rows: str, *, many: bool) -> None:
    """Leave the table `apart` in the engine: the numbers that stand for several orders; one file has none."""
    engine.run("apart", SQL["apart"].format(rows=rows) if many else SQL["none_apart"])


def key_of_order(engine: Engine, order_id: str) -> str:
    """SQL for the key of an order, by its number alone where each stands for one."""
    apart = engine.fetch(SQL["any_apart"]).to_pylist()[0]["n"]
    return SQL["key"].format(order_id=order_id, own_sign=OWN_SIGN) if apart else order_id
