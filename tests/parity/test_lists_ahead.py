"""The hand-counted shop of brands that pull, on both engines: candidates, offers, groups; no house offers so much."""

from __future__ import annotations

from pathlib import Path

from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ListParams
from privtraffic.report.words import Words
from tests.parity.handed import on_each
from tests.parity.house import Start
from tests.test_lists_ahead import pulls, write

COLUMNS = [
    "member_id",
    "contact_segment",
    "contact_reason",
    "channel",
    "contact_offer",
    "offer_reason",
]


def test_offers_are_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    told = []
    analysis, words = room("affinity"), Words("en")
    for data in on_each(engines, write(tmp_path, pulls()), columns=["brand"]):
        with analysis(data) as result, analysis.draw(data, result, ListParams(control=0.2), words) as own:
            told.append([row for batch in own.rows.batches(COLUMNS) for row in batch.to_pylist()])
    assert told[0] == told[1]
    assert told[0]
