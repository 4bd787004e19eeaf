"""Why revenue changed: shares of the change that add up to it to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from math import floor

from privtraffic.analyses.review.rows import MeasureKey

CENT = Decimal("0.01")
FACTORS: tuple[MeasureKey, ...] = ("active", "orders_per_active", "order_value")


def factor_shares(
    now: tuple[int, int, Decimal], then: tuple[int, int, Decimal]
) -> tuple[Decimal, Decimal, Decimal] | None:
    """The change of revenue = active members × orders per member × order value, shared among the three.

    Each factor gets its Shapley share: the mean, over all orders in which the three could have changed one after the
    other, of what revenue changed when it did.  Computed in fractions and rounded so that the cents add up.

    Parameters
    ----------
    now, then
        Active members, orders and revenue of either month.

    Returns
    -------
    The shares of active members, of orders per member and of order value in the change; None where a month has no
    order, since then nothing can be said of the other two.
    """
    if not (now[0] and now[1] and then[0] and then[1]):
        return None
    after, before = _factors(now), _factors(then)
    shares = [Fraction(0)] * 3
    for order in permutations(range(3)):
        at = list(before)
        for place in order:
            was = at[0] * at[1] * at[2]
            at[place] = after[place]
            shares[place] += (at[0] * at[1] * at[2] - was) / 6
    a, b, c = to_cents(shares)
    return a, b, c


def _factors(month: tuple[int, int, Decimal]) -> tuple[Fraction, Fraction, Fraction]:
    members, orders, revenue = month
    return Fraction(members), Fraction(orders, members), Fraction(revenue) / orders


def to_cents(shares: Sequence[Fraction]) -> list[Decimal]:
    """Amounts rounded to the cent that add up to the rounded total; the largest remainders are rounded up."""
    cents = [share * 100 for share in shares]
    whole = [floor(share) for share in cents]
    missing = round(sum(cents)) - sum(whole)
    by_remainder = sorted(range(len(cents)), key=lambda place: (whole[place] - cents[place], place))
    for place in by_remainder[:missing]:
        whole[place] += 1
    return [Decimal(amount) * CENT for amount in whole]
