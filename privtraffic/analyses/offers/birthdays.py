"""Coupons that are granted in the month of birth, and what its lottery says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privtraffic.analyses.offers import lottery
from privtraffic.analyses.offers.rows import BirthdayRow, BirthGrantRow, BirthRow, GrantedRow, RiskRow
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import day_of, month_number
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.offers.compute")

OWN_MONTH = 0.9
"""A coupon is one for birthdays where so many of its grants begin in the month of birth."""
LEAST_GRANTS = 100
"""Of a coupon for birthdays; and the orders in months of birth that its lottery needs."""
LEAST_MONTHS = 6
"""Months before the first grant that are a period of their own."""


def by_birth_months(
    data: Dataset, granted: Mapping[str, GrantedRow]
) -> tuple[list[BirthdayRow], dict[str, lottery.Ratio]]:
    """For coupons granted in the month of birth: members born in a month against all others in that month."""
    engine, bounds = data.engine, data.settings.bounds(data.as_of)
    counted = rows_of(engine.fetch(SQL["birth_grants"]), BirthGrantRow)
    names = [name for name in granted if _for_birthdays([row for row in counted if row["coupon"] == name])]
    if not names:
        return [], {}
    risk = rows_of(engine.fetch(SQL["at_risk"], **bounds), RiskRow)
    births = rows_of(engine.fetch(SQL["births"], **bounds), BirthRow)
    first = month_number(data.quality.first_day or data.as_of)
    # A month that still runs is compared by its days so far, in both groups alike.
    months = lottery.strata(risk, births, range(first, month_number(data.as_of) + 1))
    rows: list[BirthdayRow] = []
    ratios: dict[str, lottery.Ratio] = {}
    for name in names:
        start = month_number(day_of(granted[name]["first_granted"]))
        after = lottery.rate_ratio(one for month, one in months.items() if month >= start)
        before = lottery.rate_ratio(one for month, one in months.items() if month < start)
        rows.append(_birthday(name, "with", after))
        found = after
        if start - first >= LEAST_MONTHS and before.own_orders >= LEAST_GRANTS:
            found = lottery.over(after, before)
            rows += [_birthday(name, "before", before), _birthday(name, "after_over_before", found)]
        if after.own_orders >= LEAST_GRANTS and found.value is not None:
            ratios[name] = found
    return rows, ratios


def _for_birthdays(rows: Sequence[BirthGrantRow]) -> bool:
    whole = sum(row["grants"] for row in rows)
    own = sum(row["grants"] for row in rows if day_of(row["starts"]).month == row["birth_month"])
    return whole >= LEAST_GRANTS and own >= OWN_MONTH * whole


def _birthday(name: str, period: str, ratio: lottery.Ratio) -> BirthdayRow:
    return {
        "coupon": name,
        "birth_period": period,
        "own_month_orders": ratio.own_orders,
        "own_month_rate": ratio.own_rate,
        "other_rate": ratio.other_rate,
        "rate_ratio": ratio.value,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
    }
