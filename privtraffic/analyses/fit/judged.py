"""One value judged: means and ratios over its buyers with their intervals, its curve, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privtraffic.analyses.fit.room import Params
from privtraffic.analyses.fit.rows import Fit, GroupRow, WaitRow
from privtraffic.analyses.statistics.intervals import wilson
from privtraffic.analyses.statistics.means import NOTHING, Money, Told, mean_of, ratio_of
from privtraffic.analyses.statistics.survival import Curve, kaplan_meier

YEAR = 365
SMALL = 30
"""With fewer buyers followed for a year there is no verdict: a mean of so few, most of them small, is not normal."""


def judge(
    row: GroupRow,
    waits: Sequence[WaitRow],
    *,
    median: float,
    share: float,
    expected: float | None,
    params: Params,
    known: tuple[bool, bool],
) -> Fit:
    """Everything that is known about one value.

    Parameters
    ----------
    share
        Of the house's order days those that the value is part of.
    expected
        The share of its buyers that its size alone would bring back within a year.
    known
        Whether anybody tells who was brought, and who sold.
    """
    year = mean_of(row["followed"], row["year_margin"], row["year_margin_squares"])
    n = row["buyers"]
    value = ratio_of(n, row["paid"], row["orders"], (row["paid_paid"], row["paid_orders"], row["orders_orders"]))
    guided = _guided(row) if known[1] else NOTHING
    curve = _curve(waits)
    cycle = curve.median()
    again = _within(curve)
    second = _share(row["second_year"], row["followed_two_years"])
    referred = _share(row["referred"], row["on_file"]) if known[0] else NOTHING
    rate = _rate(row, params)
    index = _index(row, expected)
    return {
        "group": row["name"],
        "buyers": n,
        "followed": row["followed"],
        "affordable_service": year.mean,
        "low": year.low,
        "high": year.high,
        "fit_verdict": None if params.service_cost is None else verdict(year, params.service_cost),
        "year_revenue": float(row["year_net"]) / row["followed"] if row["year_net"] is not None else None,
        "revenue": row["net"],
        "orders": row["orders"],
        "order_value": value[0],
        "order_value_low": value[1],
        "order_value_high": value[2],
        "order_median": median,
        "margin_rate": rate[0],
        "margin_rate_low": rate[1],
        "margin_rate_high": rate[2],
        "again_365": again[0],
        "again_365_low": again[1],
        "again_365_high": again[2],
        "cycle_days": cycle[0],
        "cycle_days_low": cycle[1],
        "cycle_days_high": cycle[2],
        "followed_two_years": row["followed_two_years"],
        "second_year": second[0],
        "second_year_low": second[1],
        "second_year_high": second[2],
        "on_file": row["on_file"] if known[0] else None,
        "referral_share": referred[0],
        "referral_share_low": referred[1],
        "referral_share_high": referred[2],
        "guide_share": guided[0],
        "guide_share_low": guided[1],
        "guide_share_high": guided[2],
        "choice_share": share,
        "expected_again": expected,
        "repeat_index": index[0],
        "repeat_index_low": index[1],
        "repeat_index_high": index[2],
    }


def verdict(year: Money, cost: float) -> str:
    """`pays` or `does_not_pay` where the whole interval lies on one side of the cost."""
    if year.members < SMALL or year.low is None or year.high is None:
        return "cannot_tell"
    if year.low > cost:
        return "pays"
    return "does_not_pay" if year.high < cost else "cannot_tell"


def _share(hits: int, trials: int) -> Told:
    found = wilson(hits, trials)
    return (hits / trials, *found) if found else NOTHING


def _guided(row: GroupRow) -> Told:
    """Orders with a guide ÷ orders; within 0 and 1."""
    products = (row["guided_guided"], row["guided_orders"], row["orders_orders"])
    share, low, high = ratio_of(row["buyers"], row["guided"], row["orders"], products)
    return share, None if low is None else max(low, 0.0), None if high is None else min(high, 1.0)


def _rate(row: GroupRow, params: Params) -> Told:
    """The rate as the orders show it, with its interval; a rate that was given has no interval."""
    if not params.margin_column:
        return params.margin, None, None
    margin, squares, crossed = row["margin"], row["margin_margin"], row["margin_net"]
    if margin is None or squares is None or crossed is None:
        return NOTHING
    return ratio_of(row["buyers"], margin, row["net"], (squares, crossed, row["net_net"]))


def _curve(waits: Sequence[WaitRow]) -> Curve:
    last = max(wait["days"] for wait in waits)
    events, censored = np.zeros(last + 1, dtype=np.int64), np.zeros(last + 1, dtype=np.int64)
    for wait in waits:
        (events if wait["event"] else censored)[wait["days"]] += wait["buyers"]
    return kaplan_meier(events, censored)


def _within(curve: Curve) -> Told:
    share = curve.share(YEAR)
    if share is None:
        return NOTHING
    return share, float(1 - curve.high[YEAR]), float(1 - curve.low[YEAR])


def _index(row: GroupRow, expected: float | None) -> Told:
    """Again within a year, of those followed for it, ÷ what size brings."""
    found = _share(row["again_followed"], row["followed"])
    if not expected or found[0] is None or found[1] is None or found[2] is None:
        return NOTHING
    return found[0] / expected, found[1] / expected, found[2] / expected
