"""An answer owns its tables on Spark as in DuckDB."""

from __future__ import annotations

import gc
from pathlib import Path

from tests.interleaved import PARAMS, ask, everything, has_rows, read, write_contacts
from tests.parity.house import House


def test_every_answer_stays_what_it_was_whatever_is_asked_after_it(house: House, tmp_path: Path) -> None:
    """Each analysis is asked again with other parameters, while the first answer of all of them is still held."""
    data = house.data["spark"]
    held = {name: house.held(name, "spark") for name in PARAMS}
    first = {name: read(data, answer) for name, answer in held.items()}
    before = everything(data)
    write_contacts(house.contacts.parent, tmp_path)
    later = {name: ask(data, (name, 1), tmp_path, ("en",)) for name in PARAMS}
    for name, answer in held.items():
        assert has_rows(name, first[name]), name
        assert read(data, answer) == first[name], name
        assert read(data, later[name]) != first[name], name
    assert len(everything(data)) > len(before) + len(PARAMS)
    later.clear()
    gc.collect()
    assert everything(data) == before
