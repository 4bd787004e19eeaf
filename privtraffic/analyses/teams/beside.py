"""What stands beside the ratio and is never ranked as merit: sales, orders, new members, openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from privtraffic.analyses.rows import row_of, rows_of
from privtraffic.analyses.teams.organisation import Organisation
from privtraffic.analyses.teams.owners import Owners, named_on_orders
from privtraffic.analyses.teams.rows import Arrivals, Members, Sales, Unknown
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries
from privtraffic.settings import MONTH_DAYS

SQL = queries(__name__)


@dataclass(frozen=True)
class Beside:
    """Figures beside the rating, by unit."""

    sales: Mapping[str, Sales]
    members: Mapping[str, Members]
    new_members: Mapping[str, int]
    unknown: Unknown


def beside(data: Dataset, found: Owners, as_of: date, window: Bound) -> Beside:
    """Sales, members, new members, and how much money has no seller."""
    engine = data.engine
    column = "guide" if found.by == "guide" else "store"
    sales: list[Sales] = []
    if data.has_column(column):
        sales = rows_of(engine.fetch(SQL["sales"].format(label=f"o.{column}"), **window), Sales)
    arrived, arrived_on = SQL["arrived_by_order"], "first_on"
    if data.joined is not None:
        people = "teams_buyers" if found.basis == "orders" else "teams_people"
        arrived, arrived_on = SQL["arrived_on_file"].format(people=people), "joined_on"
    new = SQL["arrivals"].format(arrived=arrived, arrived_on=arrived_on)
    return Beside(
        {row["unit_key"]: row for row in sales},
        {row["unit_key"]: row for row in rows_of(engine.fetch(SQL["members"]), Members)},
        {row["unit_key"]: row["new_members"] for row in rows_of(engine.fetch(new, **window), Arrivals)},
        _unknown(data, window),
    )


def _unknown(data: Dataset, window: Bound) -> Unknown:
    """Revenue without a seller, of what was sold in a store or a chat; of all revenue where no column tells the place.

    A seller is whom an order names, in the same words as where members count with who sold their order before.
    """
    seller = named_on_orders(data, "guide")
    if not seller:
        return {"money": None, "without_seller": None, "without_member": None}
    placed = f"(store is not null or {seller} is not null)" if data.has_column("store") else "true"
    return row_of(data.engine.fetch(SQL["unknown"].format(seller=seller, placed=placed), **window), Unknown)


def opened(known: Organisation, found: Owners, key: str, first_sale: date | None) -> date | None:
    """When a unit was opened, or a guide came: by the files, else the first sale."""
    if found.by == "guide":
        starts = [post["started_on"] for post in known.people.get(key, ())]
        known_start = min((day for day in starts if day), default=None)
    else:
        known_start = _unit_opened(known, key)
    return known_start or first_sale


def _unit_opened(known: Organisation, key: str) -> date | None:
    """The unit's own opening, else the first of what belongs to it."""
    own = known.units[key]["opened_on"] if key in known.units else None
    below = [unit["opened_on"] for unit in known.units.values() if unit["parent_id"] == key]
    return own or min((day for day in below if day), default=None)


def months_open(since: date | None, as_of: date) -> int | None:
    """Whole months, of 30.4375 days, since an opening."""
    return None if since is None else int(max((as_of - since).days, 0) / MONTH_DAYS)
