"""What referred members are worth beside those of other channels, at equal follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from privtraffic.analyses.history import orders_since
from privtraffic.analyses.referral.room import Params
from privtraffic.analyses.referral.rows import Quality, Spent, Unseen
from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.statistics.calendar import day_number
from privtraffic.analyses.statistics.intervals import Z95, wilson
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries

SQL = queries(__name__)

REFERRED, NOT_GIVEN = "(referred)", "(none)"
MOST_CHANNELS = 50


def judge_quality(data: Dataset, params: Params) -> tuple[Sequence[Quality], int]:
    """Members who joined at least so many days ago, by origin: what they did in their first so many days.

    Denominator: all of them, buyers or not.  Net is after refunds and after what coupons took off; the reward of
    those who brought them is told beside, and taken off the margin.  Left out, and counted beside the rows: who joined
    before orders were on file.
    """
    engine, window = data.engine, data.settings.bounds(data.as_of)
    since = orders_since(data, params.within_days)
    begun: Bound = {"orders_since": -(10**6) if since is None else since}
    bound = {**window, **begun, "within": params.within_days, "as_of_day": day_number(data.as_of)}
    engine.run("referral_spent", SQL["spent"], **bound)
    engine.run("referral_sent_back", SQL["sent_back"], **bound)
    rows = rows_of(engine.fetch(SQL["quality"]), Spent)
    ordered = sorted(rows, key=lambda row: (not row["referred"], -row["members"], row["channel"] or ""))
    unseen = row_of(engine.fetch(SQL["unseen"], **begun), Unseen)["members"]
    return [_quality(row, params) for row in ordered[:MOST_CHANNELS]], unseen


def _quality(row: Spent, params: Params) -> Quality:
    members = row["members"]
    low, high = wilson(row["buyers"], members) or (None, None)
    net = float(row["net"]) / members
    paid = float(row["rewards"]) if params.reward is None else params.reward * row["buyers"]
    reward = paid / members if row["referred"] else 0.0
    variance = (row["net_squares"] - members * net * net) / (members - 1) if members > 1 else None
    reach = None if variance is None else Z95 * sqrt(max(variance, 0.0) / members)
    return {
        "origin": REFERRED if row["referred"] else NOT_GIVEN if row["channel"] is None else row["channel"],
        "members": members,
        "bought_share": row["buyers"] / members,
        "low": low,
        "high": high,
        "again_share": row["again"] / members,
        "sent_back_share": row["senders_back"] / members,
        "net": net,
        "net_low": None if reach is None else net - reach,
        "net_high": None if reach is None else net + reach,
        "reward": reward,
        "margin_after": None if params.margin is None else net * params.margin - reward,
    }
