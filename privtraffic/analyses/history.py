"""Since when orders are on file: who came before may have bought where nobody can see it."""

from __future__ import annotations

from itertools import pairwise

from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)


def orders_since(data: Dataset, most: int) -> int | None:
    """The day from which on orders are taken as observed; None without orders.

    The file begins no later than its first order.  It may begin earlier by as long as this house ever went without an
    order, since so long a pause can stand before the first one, too; but by no more than `most` days, those over which
    people are compared: whoever came earlier was not observed at all.
    """
    days: list[int] = sorted(
        data.engine.fetch(SQL["days"], after=data.settings.bounds(data.as_of)["after"])["day"].to_pylist()
    )
    if not days:
        return None
    longest_pause = max((later - earlier for earlier, later in pairwise(days)), default=0)
    return days[0] - min(longest_pause, most)
