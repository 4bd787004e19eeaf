"""An answer owns its tables on Spark as in DuckDB."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from privtraffic.dataset import Dataset
from tests.interleaved import PARAMS, ask, everything, has_rows, read, write_contacts
from tests.parity.house import House, differences

ONE_PART = {"spark.sql.shuffle.partitions": "1", "spark.sql.files.minPartitionNum": "1"}
"""A query of one part starts half as many tasks, which saves a quarter of its time."""

BOTH = ("rfm", "cohort", "fit", "offers", "campaigns")
"""Those that send Spark other texts when they are asked otherwise: what they answer is held against DuckDB, too."""


def test_every_answer_stays_what_it_was_whatever_is_asked_after_it(house: House, tmp_path: Path) -> None:
    """Each analysis is asked again with other parameters, while the first answer of all of them is still held."""
    data = house.data["spark"]
    held = {name: house.held(name, "spark") for name in PARAMS}
    first = {name: read(data, answer) for name, answer in held.items()}
    before = everything(data)
    assert shared(data) == house.loaded
    write_contacts(house.contacts.parent, tmp_path)
    # The house has asked `split` as others are asked the second time.
    others = {name: (name, int(name != "split")) for name in PARAMS if name not in BOTH}
    with in_one_part(data):
        later = {name: ask(data, question, tmp_path, ("en",)) for name, question in others.items()}
    later |= {name: asked_again(name, house) for name in BOTH}
    for name, answer in held.items():
        assert has_rows(name, first[name]), name
        assert read(data, answer) == first[name], name
        assert read(data, later[name]) != first[name], name
    assert len(everything(data)) > len(before) + len(PARAMS)
    later.clear()
    gc.collect()
    assert everything(data) == before


@contextmanager
def in_one_part(data: Dataset) -> Iterator[None]:
    """For what is held against no other engine, so that how its rows are divided changes nothing that is checked."""
    conf = data.engine._spark.conf  # type: ignore[attr-defined]
    before = {name: conf.get(name, None) for name in ONE_PART}
    for name, value in ONE_PART.items():
        conf.set(name, value)
    yield
    for name, value in before.items():
        conf.unset(name) if value is None else conf.set(name, value)


def shared(data: Dataset) -> list[str]:
    """The tables and views that are called what any answer could call them."""
    return [name for name in everything(data) if not re.search(r"__[0-9]+(_|$)", name)]


def asked_again(name: str, house: House) -> list[Any]:
    """An analysis with other parameters, the same on both engines; what Spark gave back."""
    (ours, _), (theirs, held) = (house.ask(name, engine, PARAMS[name][1]) for engine in house.data)
    assert list(differences(ours, theirs)) == [], name
    assert list(differences(house.answers(name)["spark"], theirs)), name
    return held
