"""Whatever an export holds: all of it is kept or dropped, to the cent; clean is clean; row order changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from privtraffic.dataset import Dataset
from privtraffic.intake.load import load

HEADER = ("order_id", "line_id", "member_id", "ordered_at", "paid_amount", "refund_amount", "status", "sku")

AMOUNTS = st.integers(-5_000, 100_000).map(lambda cents: f"{Decimal(cents) / 100:.2f}")
WRITTEN = st.one_of(
    AMOUNTS,
    AMOUNTS.map(lambda text: f"¥{text}"),
    AMOUNTS.map(lambda text: f"{text}元"),
    st.sampled_from(["", "0", "-", "x", "1,234.50", "１２．５０", "(3.00)", "无退款申请"]),
)
DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 10, 31))
TIMES = st.one_of(
    DAYS.map(lambda day: f"{day} 10:00:00"),
    DAYS.map(lambda day: f"{day:%Y/%m/%d} 9:05"),
    DAYS.map(lambda day: f"{day:%Y%m%d}"),
    st.sampled_from(["", "2525-02-03", "0001-01-01 00:00:00", "soon"]),
)
ROWS = st.tuples(
    st.sampled_from(["", "1", "2", "3", "4", "5", '="6"', "合计"]),
    st.sampled_from(["", "", "", "a", "b"]),
    st.sampled_from(["", "m1", "m2", "m3", "138****0001", "-"]),
    TIMES,
    WRITTEN,
    st.one_of(st.just(""), WRITTEN),
    st.sampled_from(["", "paid", "completed", "unpaid", "cancelled", "refunded", "closed", "odd word"]),
    st.sampled_from(["", "A", "B"]),
)
EXPORTS = st.lists(ROWS, min_size=1, max_size=14)
# A load costs a fifth of a second: an example that fails is shown as it was found, not made smaller.
GIVEN = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=[Phase.generate],
)


@contextmanager
def loaded(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Iterator[Dataset]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        with load(path, need_member=False) as data:
            yield data


def figures(data: Dataset) -> dict[str, object]:
    quality = data.quality
    return {
        "read": (quality.rows_read, quality.money_read),
        "dropped": (dict(quality.rows_dropped), dict(quality.money_dropped)),
        "kept": (quality.rows_kept, quality.money_kept, quality.refunds, quality.orders, quality.credits),
        "without member": (quality.anonymous_orders, quality.anonymous_revenue),
        "days": (quality.first_day, quality.last_day),
    }


@GIVEN
@given(EXPORTS)
def test_read_is_kept_or_dropped(rows: list[tuple[str, ...]]) -> None:
    with loaded(rows) as data:
        quality = data.quality
        assert quality.rows_read == len(rows)
        assert quality.rows_kept + sum(quality.rows_dropped.values()) == quality.rows_read
        assert quality.money_kept + sum(quality.money_dropped.values()) == quality.money_read
        kept = data.engine.fetch(
            "select coalesce(sum(paid_amount), 0) as paid, coalesce(sum(refund_amount), 0) as refunds, "
            "coalesce(sum(line_count), 0) as row_count from orders where member_id is not null"
        ).to_pylist()[0]
        assert kept == {"paid": quality.money_kept, "refunds": quality.refunds, "row_count": quality.rows_kept}
        lines = data.engine.fetch("select coalesce(sum(net), 0) as net from lines where member_id is not null")
        assert lines["net"][0].as_py() == quality.revenue


@GIVEN
@given(EXPORTS, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(rows: list[tuple[str, ...]], chance: object) -> None:
    """A row without number, member and time is another line of the order above it: the one thing that place decides."""
    rows = [row for row in rows if row[0] or row[2] or row[3]]
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    with loaded(rows) as data, loaded(shuffled) as other:
        assert figures(data) == figures(other)


@GIVEN
@given(EXPORTS)
def test_once_clean_is_clean(rows: list[tuple[str, ...]]) -> None:
    """The orders kept, written in the canonical layout and read again, are the same orders."""
    kept = "select order_id, member_id, ordered_at, paid_amount, refund_amount from orders where member_id is not null"
    with loaded(rows) as data:
        before = data.engine.fetch(f"{kept} order by all").to_pylist()
        revenue = data.quality.revenue
    if not before:
        return
    again = [[str(value) for value in row.values()] for row in before]
    with loaded(again, ("order_id", "member_id", "ordered_at", "paid_amount", "refund_amount")) as data:
        assert data.quality.rows_dropped == {}
        assert data.quality.revenue == revenue
        assert data.engine.fetch(f"{kept} order by all").to_pylist() == before
