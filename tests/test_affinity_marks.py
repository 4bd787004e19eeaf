"""Pairs counted by the bits of a number are those counted row by row."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from privtraffic.analyses.affinity import marks as by_bits
from privtraffic.analyses.affinity import shelf as shelves
from privtraffic.analyses.affinity.layout import Bits, Counter, Design, Rows, both_windows
from privtraffic.analyses.affinity.pairs import Pairs, count_pairs, find_pairs
from privtraffic.analyses.affinity.rows import Counts
from privtraffic.analyses.met import MOST_MARKS
from tests.shuffled_house import shelf_of, shuffled_lines


def found(lines: pa.Table, within: int, kind: type[Counter]) -> tuple[list[Counts], Pairs]:
    """What both days of an affinity answer give, the earlier one first."""
    design = Design(within, min_members=5, min_expected=0.5)
    with shelf_of(lines) as shelf:
        counter = both_windows(shelf, design)
        assert type(counter) is kind
        return count_pairs(counter, shelf.last_day - within), find_pairs(counter, shelf.last_day)


@pytest.mark.parametrize(("seed", "within", "exact"), [(3, 60, 2**24), (4, 200, 2**6)])
def test_bits_count_what_rows_count(monkeypatch: pytest.MonkeyPatch, seed: int, within: int, exact: int) -> None:
    lines = shuffled_lines(seed, members=700, heavy=0.03)
    # A small limit asks for numbers of eight bytes where four would do; rows are taken some at a time.
    monkeypatch.setattr(by_bits, "_EXACT", exact)
    monkeypatch.setattr(by_bits, "_AT_ONCE", 1_000)
    counted, tested = found(lines, within, Bits)
    monkeypatch.setattr(shelves, "MOST_MARKS", 0)
    row_by_row, pairs = found(lines, within, Rows)
    assert len(counted) > 30
    assert len(tested.tested) > 30
    assert sorted(counted, key=str) == sorted(row_by_row, key=str)
    assert tested == pairs


def test_the_last_bit_is_an_item_as_the_first() -> None:
    # The item with fewest lines is number 62: bought by three members, who come back for number 1 the week after.
    days = [datetime(2026, 1, 1), datetime(2026, 1, 8), datetime(2026, 6, 1)]
    rows = [(f"m{item}", days[0], f"brand {item:02d}") for item in range(2, 62) for _ in range(4)]
    rows += [(f"x{member}", days[0], "rare") for member in range(3)]
    rows += [(f"x{member}", days[1], "brand 01") for member in range(3)]
    rows += [("last", days[2], "brand 01")] * 5
    columns = zip(*rows, strict=True)
    names = ("member_id", "ordered_at", "brand")
    lines = pa.table(
        {
            **{name: list(values) for name, values in zip(names, columns, strict=True)},
            "net": pa.array([Decimal("1.00")] * len(rows), pa.decimal128(18, 2)),
            "is_purchase": [True] * len(rows),
        }
    )
    with shelf_of(lines) as shelf:
        assert len(shelf.items) == MOST_MARKS
        assert shelf.name(62) == "rare"
        by_bits.mark_days(shelf, 30, [shelf.last_day - 30])
        sql = "select from_item, to_item, exposed, barred from affinity_counts where to_item > 0 order by from_item"
        counts = [tuple(row.values()) for row in shelf.engine.fetch(sql).to_pylist()]
        # Three of all order days are followed by an order, all three of number 62's first buyers, none of others'.
        assert counts == [(0, 1, 0, 3), (62, 1, 3, 3)]
