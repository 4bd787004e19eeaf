"""Whose money each brand's and each store's revenue is, on both engines to the cent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privtraffic.analyses.cohort import Params, compute
from privtraffic.intake.load import load
from privtraffic.settings import Settings
from tests.parity.house import Start
from tests.test_cohort import AS_OF, ROWS, write


def test_brands_and_stores_of_the_shop(engines: dict[str, Start], tmp_path: Path) -> None:
    orders = write(tmp_path, ROWS)
    told: dict[str, list[Any]] = {}
    for engine, start in engines.items():
        with load(orders, columns=("brand", "store"), settings=Settings(as_of=AS_OF), engine=start()) as data:
            told[engine] = [compute(data, Params(flow_by=by)).newness for by in ("brand", "store")]
    one, other = told.values()
    assert len(one[0].periods) == 8
    assert one == other
