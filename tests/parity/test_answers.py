"""An answer owns its tables on Spark as in DuckDB."""

from __future__ import annotations

from pathlib import Path

import privtraffic as pt
from tests.interleaved import COLUMNS, QUESTIONS, check_orders, write_house
from tests.parity.house import Start


def test_every_answer_stays_what_it_was_whatever_is_asked_after_it(start_spark: Start, tmp_path: Path) -> None:
    shop = write_house(tmp_path, 120)
    engine = start_spark()
    with pt.load(shop / "orders.csv", members=shop / "members.csv", columns=COLUMNS, engine=engine) as data:
        check_orders(data, tmp_path, [QUESTIONS], langs=("en",))
