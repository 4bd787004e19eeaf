"""The hand-counted shops of second orders and of brands that pull, on both engines: candidates, offers, groups."""

from __future__ import annotations

from pathlib import Path

import pytest

import privtraffic as pt
from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ListParams
from privtraffic.report.words import Words
from tests.parity.house import Start
from tests.test_lists_ahead import Line, pulls, second_orders, write

COLUMNS = [
    "member_id",
    "contact_segment",
    "contact_reason",
    "channel",
    "contact_offer",
    "offer_reason",
]
STAKE = {"cohort": ["order_at_stake"]}


@pytest.mark.parametrize(("command", "lines"), [("cohort", second_orders()), ("affinity", pulls())])
def test_a_list_is_the_same_on_both_engines(
    engines: dict[str, Start], tmp_path: Path, command: str, lines: list[Line]
) -> None:
    told = []
    for start in engines.values():
        with pt.load(write(tmp_path, lines), columns=["brand"], engine=start()) as data:
            analysis, words = room(command), Words("en")
            with analysis(data) as result, analysis.draw(data, result, ListParams(control=0.2), words) as own:
                told.append(
                    [
                        row
                        for batch in own.rows.batches([*COLUMNS, *STAKE.get(command, [])])
                        for row in batch.to_pylist()
                    ]
                )
    assert told[0] == told[1]
    assert told[0]
