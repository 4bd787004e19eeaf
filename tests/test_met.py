"""How many different values somebody has met: bits of whole numbers count what rows count, and what sets count."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from privtraffic.analyses import met
from privtraffic.analyses.met import Counting, counting_anew
from privtraffic.engine.embedded import EmbeddedEngine

LOOKS = {"by_now": "true", "early": "day <= 5 or day < 0"}


@pytest.mark.parametrize("values", [1, 62, 63, 130])
def test_bits_and_rows_count_what_sets_count(values: int) -> None:
    drawn = np.random.default_rng(values).integers((40, values, 10), size=(2_000, 3)).tolist()
    seen = [(f"m{member}", f"v{value}", day) for member, value, day in drawn]
    # One who met everything: every bit of every number counts, the last of each as well. Another met nothing.
    seen += [("all", f"v{value}", value % 10) for value in range(values)]
    rows = [*seen, ("none", None, 1), ("m1", None, 0)]
    engine = EmbeddedEngine()
    try:
        names = ("member", "value", "day")
        engine.scan("seen", pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))
        few = counting_anew(engine, "seen", "value", "marks")
        assert (few.way, few.numbers) == ("few", -(-values // met.MOST_MARKS))
        found = [
            {row["member"]: (row["by_now"], row["early"]) for row in engine.fetch(query).to_pylist()}
            for way in (few, Counting("many", "seen"))
            for query in (way.counts("select * from seen", "member", LOOKS),)
        ]
    finally:
        engine.close()
    everybody = {member for member, _, _ in seen}
    sets = {
        one: tuple(len({v for member, v, day in seen if member == one and day <= until}) for until in (9, 5))
        for one in everybody
    }
    assert sets["all"][0] == values
    assert found == [sets, sets]


def test_what_has_too_many_values_for_bits_is_counted_by_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(met, "_MOST_NUMBERS", 1)
    engine = EmbeddedEngine()
    try:
        engine.scan("seen", pa.table({"value": [f"v{value}" for value in range(63)]}))
        assert counting_anew(engine, "seen", "value", "marks") == Counting("many", "seen")
    finally:
        engine.close()
