"""An answer owns its tables: any number of answers live side by side on one Dataset."""

from __future__ import annotations

from pathlib import Path

import privtraffic as pt
from privtraffic.engine.embedded import EmbeddedEngine
from tests.interleaved import COLUMNS, QUESTIONS, check_orders, write_house
from tests.side_files import beside


def test_every_answer_stays_what_it_was_whatever_is_asked_after_it(tmp_path: Path) -> None:
    shop = write_house(tmp_path, 120)
    # Each of any two answers is asked before the other, and after it.
    orders = [QUESTIONS, QUESTIONS[::-1]]
    files = {"members": shop / "members.csv", **beside(tmp_path)}
    with pt.load(shop / "orders.csv", columns=(*COLUMNS, "coupon"), engine=EmbeddedEngine(), **files) as data:
        check_orders(data, tmp_path, orders)
