"""The decomposition of the change of revenue is exact, whatever the shop."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from privtraffic.analyses import review
from privtraffic.analyses.review.decomposition import factor_shares, to_cents
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import load
from privtraffic.report.data import to_json
from privtraffic.report.words import Words

MONTHS = st.tuples(
    st.integers(1, 10**6), st.integers(1, 10**7), st.integers(-(10**12), 10**14).map(lambda n: Decimal(n) / 100)
)


PHASES = [Phase.explicit, Phase.generate]
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CALM
@given(MONTHS, MONTHS)
def test_the_three_factors_add_up_to_the_cent(now: tuple[int, int, Decimal], then: tuple[int, int, Decimal]) -> None:
    shares = factor_shares(now, then)
    assert shares is not None
    assert sum(shares) == now[2] - then[2]
    back = factor_shares(then, now)
    assert back is not None
    assert all(abs(a + b) <= Decimal("0.01") for a, b in zip(shares, back, strict=True)), "and back again"


@CALM
@given(MONTHS)
def test_a_factor_that_does_not_change_has_no_share(month: tuple[int, int, Decimal]) -> None:
    members, orders, revenue = month
    doubled = factor_shares((members, orders, revenue * 2), month)
    assert doubled == (Decimal(0), Decimal(0), revenue), "order value alone doubled"
    twice = factor_shares((members * 2, orders * 2, revenue * 2), month)
    assert twice == (revenue, Decimal(0), Decimal(0)), "twice the members"


def test_without_an_order_nothing_is_said_of_the_factors() -> None:
    assert factor_shares((0, 0, Decimal(-5)), (3, 4, Decimal(100))) is None


@CALM
@given(st.lists(st.fractions(min_value=-1000, max_value=1000), min_size=1, max_size=6))
def test_cents_add_up_to_the_rounded_sum(shares: list[Fraction]) -> None:
    cents = to_cents(shares)
    assert abs(Fraction(sum(cents)) - sum(shares)) <= Fraction(1, 200)
    assert all(abs(Fraction(cent) - share) < Fraction(1, 100) for cent, share in zip(cents, shares, strict=True))


LINE = st.tuples(
    st.integers(0, 30),
    st.integers(1, 28),
    st.sampled_from(["2025-02", "2025-11", "2025-12", "2026-01", "2026-02"]),
    st.integers(-20000, 90000),
    st.integers(0, 30000),
    st.sampled_from(["", "A", "B", "C"]),
    st.sampled_from(["", "N", "S"]),
    st.sampled_from(["", "app", "shop"]),
)


def written(lines: list[Any], folder: Path) -> Path:
    rows = ["order_id,member_id,ordered_at,paid_amount,refund_amount,brand,store,channel,quantity"]
    first = (999, 1, "2025-01", 100, 0, "A", "N", "app")
    for n, (member, day, month, paid, refund, *place) in enumerate([first, *lines, (999, 28, "2026-02", *first[3:])]):
        back = max(0, min(refund, paid))
        who = "" if member == 30 else f"M{member}"
        rows.append(
            f"o{n // 2},{who},{month}-{day:02} 10:00:00,{paid / 100},{back / 100},{','.join(place)},{n % 3 + 1}"
        )
    path = folder / "orders.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


TWO_MONTHS = [(26, 5, "2026-01", 961, 0, "C", "S", ""), (1, 10, "2026-02", -10264, 0, "", "", "")]
"""The third line shares its order with the fourth, which is dated a month later."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@example([*TWO_MONTHS, TWO_MONTHS[0], (0, 1, "2025-02", 3, 0, "", "", "app"), (0, 16, "2025-11", 3, 0, "", "N", "app")])
@given(st.lists(LINE, min_size=5, max_size=80))
def test_every_split_of_a_random_shop_adds_up_to_the_change(lines: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = written(lines, Path(name))
        with load(path, optional=review.OPTIONAL) as data:
            try:
                result = review.compute(data, review.Params(rooms=()))
            except PrivtrafficError as error:
                pytest.fail(str(error))
            report = review.present(result, Words("zh"))
    for side in result.sides:
        whole = result.revenue_change(side.name)
        assert side.known
        assert whole is not None
        assert sum(row[f"contribution_{side.name}"] for row in result.kinds) == whole
        assert set(result.parts) <= {"brand", "store", "channel"}
        for rows in result.parts.values():
            assert sum(row[f"contribution_{side.name}"] for row in rows) == whole
            assert all(
                row[f"contribution_{side.name}"] == row["revenue"] - row[f"revenue_{side.period}"] for row in rows
            )
        shares = result.factors[side.name]
        assert shares is None or sum(shares) == whole
    sources = result.repeats.sources
    if sources:
        change = result.repeats.changes["before"].value
        assert sum(row["rate_points"] for row in sources) == pytest.approx(change, abs=1e-12)
    assert to_json(report, "test", [])["figures"]
