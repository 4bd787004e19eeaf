"""An answer owns its tables on Spark as in DuckDB."""

from __future__ import annotations

import gc
import re
from typing import Any

from privtraffic.dataset import Dataset
from tests.interleaved import PARAMS, everything, has_rows, read
from tests.parity.house import House, differences

AGAIN = ("rfm", "cohort", "fit", "offers", "campaigns")
"""Those that ask Spark for something else when they are asked otherwise, if they take it less than five seconds.

With the parameters of `PARAMS` the others send the texts that they have sent, with other values and columns: referral,
split, teams, uplift, review and funnel; or can be asked for all at once (clv, churn, members).
"""


def test_every_answer_stays_what_it_was_whatever_is_asked_after_it(house: House) -> None:
    """Some are asked again with other parameters, while the first answer of each analysis is still held.

    That none but its own answer may write a table is seen by the names, of all of them: tests/test_answers.py asks each
    of them twice, in DuckDB.
    """
    data = house.data["spark"]
    held = {name: house.held(name, "spark") for name in PARAMS}
    first = {name: read(data, answer) for name, answer in held.items()}
    before = everything(data)
    assert shared(data) == house.loaded
    later = {name: asked_again(name, house) for name in AGAIN}
    for name, answer in held.items():
        assert has_rows(name, first[name]), name
        assert read(data, answer) == first[name], name
    assert len(everything(data)) > len(before) + len(AGAIN)
    later.clear()
    gc.collect()
    assert everything(data) == before


def shared(data: Dataset) -> list[str]:
    """The tables and views that are called what any answer could call them."""
    return [name for name in everything(data) if not re.search(r"__[0-9]+(_|$)", name)]


def asked_again(name: str, house: House) -> list[Any]:
    """An analysis with other parameters, the same on both engines; what Spark gave back."""
    (ours, _), (theirs, held) = (house.ask(name, engine, PARAMS[name][1]) for engine in house.data)
    assert list(differences(ours, theirs)) == [], name
    assert list(differences(house.answers(name)["spark"], theirs)), name
    return held
