"""Friendships: made, ended, standing, and how long they last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from privtraffic.analyses.funnel.counts import SQL as COUNTS_SQL
from privtraffic.analyses.funnel.rows import FriendMonth, FriendWeek, Monthly, Requests, Undated
from privtraffic.analyses.funnel.waits import waits
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number, day_of, month_number, month_start
from privtraffic.analyses.statistics.survival import Curve
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)

MOST_WEEKS = 104


@dataclass(frozen=True)
class Friends:
    """What became of friendships: bought, lost, or neither yet.

    Attributes
    ----------
    added, lost, stock
        Friendships up to the as-of date.
    curve
        Share that still stands by days since it began.
    weeks_left_out
        Weeks before those shown.
    """

    added: int
    lost: int
    stock: int
    undated: int
    months: Sequence[FriendMonth]
    weeks: Sequence[FriendWeek]
    weeks_left_out: int
    curve: Curve


def follow_friends(data: Dataset) -> Friends | None:
    """Count friendships by month and by the week they began; None where none has a date."""
    engine, window = data.engine, data.settings.bounds(data.as_of)
    added, lost = (
        {row["month"]: row["people"] for row in rows_of(engine.fetch(SQL[name], **window), Monthly)}
        for name in ("added", "lost")
    )
    if not added:
        return None
    undated = row_of(engine.fetch(SQL["undated"]), Undated)["undated"]
    engine.view("funnel_friendships", SQL["friendships"])
    bound = {"from_day": -(10**6), "until_day": day_number(data.as_of)}
    found = waits(engine, "funnel_friendships", ("lost",), bound)
    if found is None:
        return None
    places = sorted(range(len(found.places)), key=lambda row: int(found.places[row] or 0))
    until = bound["until_day"]
    weeks = [_week(int(found.places[row] or 0), found.curve(row, "lost"), until) for row in places[-MOST_WEEKS:]]
    return Friends(
        added=sum(added.values()),
        lost=sum(lost.values()),
        stock=sum(added.values()) - sum(lost.values()),
        undated=undated,
        months=_months(data, added, lost),
        weeks=weeks,
        weeks_left_out=max(len(places) - MOST_WEEKS, 0),
        curve=found.curve(way="lost"),
    )


def _months(data: Dataset, added: dict[int, int], lost: dict[int, int]) -> list[FriendMonth]:
    requests: dict[int, int] = {}
    if "traffic" in data.side:
        found = data.engine.fetch(COUNTS_SQL["months"], **data.settings.bounds(data.as_of))
        requests = {row["month"]: row["people"] for row in rows_of(found, Requests)}
    out: list[FriendMonth] = []
    stock = 0
    last = month_number(data.as_of)
    for month in range(min(added), last + 1):
        came, went = added.get(month, 0), lost.get(month, 0)
        stock += came - went
        out.append(
            {
                "month": f"{month_start(month):%Y-%m}",
                "added": came,
                "requests": requests.get(month),
                "lost": went,
                "net": came - went,
                "stock": stock,
                "complete": month < last or (data.as_of + timedelta(days=1)).day == 1,
            }
        )
    return out


def _week(number: int, curve: Curve, until_day: int) -> FriendWeek:
    def kept(days: int) -> float | None:
        # Told once the last day of the week was seen for so long; then nobody is censored before.
        return float(curve.survival[days]) if number * 7 + 6 + days <= until_day else None

    return {
        "week": day_of(number * 7).isoformat(),
        "added": int(curve.at_risk[0]),
        "kept_7": kept(7),
        "kept_30": kept(30),
        "kept_90": kept(90),
        "kept_365": kept(365),
    }
