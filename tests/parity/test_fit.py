"""The hand-counted shop of the fit tests, on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privtraffic.analyses.fit import Params, compute, present
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.parity.house import Start, differences
from tests.test_fit import AS_OF, BY_COLUMN, write

ASKED: tuple[dict[str, Any], ...] = (BY_COLUMN, {"margin": 0.4, "service_cost": 30.0}, {})


def test_fit_is_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    orders, members = write(tmp_path)
    told = []
    for start in engines.values():
        with load(
            orders,
            columns=("brand", "margin"),
            optional=("guide", "product"),
            members=members,
            settings=Settings(as_of=AS_OF),
            engine=start(),
        ) as data:
            told.append([to_json(present(compute(data, Params(**asked)), Words("en")), "test", []) for asked in ASKED])
    assert [len(report["tables"]["fit"]) for report in told[0]] == [2, 2, 2]
    assert list(differences(*told)) == []
