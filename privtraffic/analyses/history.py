"""Since when orders are on file: who came before may have bought where nobody can see it."""

from __future__ import annotations

from typing import TypedDict

from privtraffic.analyses.rows import row_of
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries(__name__)


class Begin(TypedDict):
    """The first day with an order, and the longest time between two days with one."""

    first_day: int | None
    longest_pause: int | None


def orders_since(data: Dataset, most: int) -> int | None:
    """The day from which on orders are taken as observed; None without orders.

    The file begins no later than its first order.  It may begin earlier by as long as this house ever went without an
    order, since so long a pause can stand before the first one, too; but by no more than `most` days, those over which
    people are compared: whoever came earlier was not observed at all.
    """
    found = row_of(data.engine.fetch(SQL["begin"], after=data.settings.bounds(data.as_of)["after"]), Begin)
    if found["first_day"] is None:
        return None
    return found["first_day"] - min(found["longest_pause"] or 0, most)
