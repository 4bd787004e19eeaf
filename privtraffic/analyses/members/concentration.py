"""How concentrated a house is: deciles, the Lorenz curve, and the Gini coefficient with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from math import sqrt

import pyarrow as pa

from privtraffic.analyses.members.rows import Decile, LorenzPoint, MoneyBand, Percent
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.intervals import Z95
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries(__name__)

LORENZ_STEP = 5


@dataclass(frozen=True)
class Concentration:
    """Buyers of the window by what they brought, the largest first.

    Attributes
    ----------
    buyers, revenue
        The denominators.
    gini, interval
        0 when all bring the same, towards 1 when one brings all; None without revenue.
    deciles
        Tenths of the buyers, the largest first.
    curve
        Lorenz curve: share of the revenue that the smallest share of buyers brings.
    """

    buyers: int
    revenue: Decimal
    gini: float | None
    interval: tuple[float, float] | None
    deciles: Sequence[Decile]
    curve: Sequence[LorenzPoint]


def concentration(engine: Engine) -> Concentration:
    """Count buyers with an order in the window by their net revenue of the window.

    The interval is that of the linearised Gini coefficient (Binder & Kovačević, "Estimating some measures of income
    inequality from survey data", Survey Methodology 21, 1995): normal, 95 %.
    """
    curve = SQL["curve"].partition("\n")[2]
    band = SQL["band"].partition("\n")[2]
    bands = rows_of(engine.fetch(SQL["bands"].format(band=band)), MoneyBand)
    columns = {"band": pa.array([row["band"] for row in bands], pa.int32())}
    *members_before, buyers = accumulate((row["members"] for row in bands), initial=0)
    *cents_before, cents = accumulate((row["cents"] for row in bands), initial=0)
    columns["members_before"] = pa.array(members_before, pa.int64())
    columns["cents_before"] = pa.array(cents_before, pa.int64())
    engine.scan("members_bands", pa.table(columns))
    rows = rows_of(engine.fetch(SQL["ranked"].format(curve=curve, band=band), buyers=buyers), Percent)
    gini, interval = _gini(rows, buyers, cents)
    by_percent = {row["percent"]: row for row in rows}
    return Concentration(
        buyers=buyers,
        revenue=Decimal(cents) / 100,
        gini=gini,
        interval=interval,
        deciles=_deciles(by_percent, cents),
        curve=_curve(by_percent, buyers, cents),
    )


def _gini(rows: Sequence[Percent], buyers: int, cents: int) -> tuple[float | None, tuple[float, float] | None]:
    if cents <= 0:
        return None, None
    curve, curve_cents = sum(row["curve"] for row in rows), sum(row["curve_cents"] for row in rows)
    mean = cents / buyers
    gini = round(2 * sum(row["rank_cents"] for row in rows) / (buyers * cents) - (buyers + 1) / buyers, 9)
    if buyers < 2:
        return gini, None
    # u = 2/mean · (curve − (G+1)/2 · (y + mean)); its variance over n is that of G.
    half = (gini + 1) / 2
    squares = (
        sum(row["curve_square"] for row in rows)
        - 2 * half * (curve_cents + mean * curve)
        + half * half * (sum(row["square"] for row in rows) + 2 * mean * cents + buyers * mean * mean)
    )
    first = curve - half * (cents + buyers * mean)
    spread = max(0.0, (squares - first * first / buyers) / (buyers - 1))
    error = Z95 * 2 / mean * sqrt(spread / buyers)
    return gini, (round(max(0.0, gini - error), 9), round(min(1.0, gini + error), 9))


def _deciles(by_percent: Mapping[int, Percent], cents: int) -> list[Decile]:
    out: list[Decile] = []
    so_far = 0
    for tenth in range(1, 11):
        within = [row for percent, row in by_percent.items() if (percent - 1) // 10 + 1 == tenth]
        members, money = sum(row["members"] for row in within), sum(row["cents"] for row in within)
        so_far += money
        if members:
            out.append(
                {
                    "decile": tenth,
                    "members": members,
                    "revenue": Decimal(money) / 100,
                    "revenue_share": money / cents if cents > 0 else None,
                    "revenue_so_far": so_far / cents if cents > 0 else None,
                    "revenue_per_buyer": money / 100 / members,
                }
            )
    return out


def _curve(by_percent: Mapping[int, Percent], buyers: int, cents: int) -> list[LorenzPoint]:
    """Points at every five per cent of the buyers, from the smallest."""
    if cents <= 0:
        return []
    out: list[LorenzPoint] = [{"smallest_share": 0.0, "lorenz": 0.0, "equal_line": 0.0}]
    for percent in range(100 - LORENZ_STEP, -1, -LORENZ_STEP):
        below = [row for at, row in by_percent.items() if at > percent]
        share = sum(row["members"] for row in below) / buyers
        if share > out[-1]["smallest_share"]:
            money = sum(row["cents"] for row in below)
            out.append({"smallest_share": share, "lorenz": money / cents, "equal_line": share})
    return out
