"""Funnel on both engines, with the tables that stand beside the orders: the same reports and lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ListParams
from privtraffic.analyses.contact_list.files import ASSIGNED
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from tests.parity.house import Start, differences
from tests.test_funnel import FRIENDS, MEMBERS, ORDERS, TRAFFIC

ASKED: dict[str, dict[str, Any]] = {"funnel": {"by": "store", "margin": 0.5}}


def test_the_hand_counted_shop_is_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    files = {"orders": ORDERS, "members": MEMBERS, "friends": FRIENDS, "traffic": TRAFFIC}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    told: dict[str, list[Any]] = {}
    for engine, start in engines.items():
        with load(tmp_path, columns=("store",), sides=("traffic", "friends"), engine=start()) as data:
            for name, params in ASKED.items():
                found: Any = room(name)
                result = found.compute(data, found.Params(**params))
                report = to_json(found.present(result, Words("en")), "test", [])
                drawn = found.draw_contacts(data, result, ListParams(), Words("en"))
                listed = [row for batch in drawn.assigned.batches(ASSIGNED) for row in batch.to_pylist()]
                told.setdefault(engine, []).append((report["figures"], report["tables"], listed))
    one, other = ([dict(zip("ftl", answer, strict=True)) for answer in told[engine]] for engine in engines)
    assert all(answer["t"]["steps"] and answer["t"]["friend_survival"] and answer["l"] for answer in one)
    assert list(differences(one, other)) == []
