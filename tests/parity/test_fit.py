"""The hand-counted shop of the fit tests, with a margin of each line and gifts among its products, on both engines."""

from __future__ import annotations

from pathlib import Path

from privtraffic.analyses.fit import Params, compute, present
from privtraffic.report.data import to_json
from privtraffic.report.words import Words
from privtraffic.settings import Settings
from tests.parity.handed import on_each
from tests.parity.house import Start, differences
from tests.test_fit import AS_OF, BY_COLUMN, write


def test_fit_is_the_same_on_both_engines(engines: dict[str, Start], tmp_path: Path) -> None:
    orders, members = write(tmp_path)
    how = {"columns": ("brand", "margin"), "optional": ("guide", "product"), "members": members}
    told = [
        to_json(present(compute(data, Params(**BY_COLUMN)), Words("en")), "test", [])
        for data in on_each(engines, orders, settings=Settings(as_of=AS_OF), **how)
    ]
    assert len(told[0]["tables"]["fit"]) == 2
    assert list(differences(*told)) == []
