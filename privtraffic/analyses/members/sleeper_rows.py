"""The rows of the queries about sleepers and files of contacts, and those of the report that are made of them."""

from __future__ import annotations

from typing import TypedDict


class Asleep(TypedDict):
    """Dormant and lost members, and what an order of theirs brings."""

    sleepers: int
    cents: float


class CameBack(TypedDict):
    """Sleepers of the days looked at, and those of them who ordered."""

    depth: str
    band: str
    sleepers: int
    returned: int


class Chance(TypedDict):
    """The chance that one kind of sleepers comes back, and the count behind it; `told_by` is None if nothing tells."""

    depth: str
    band: str
    told_by: str | None
    seen: int
    returned: int
    chance: float | None
    chance_low: float | None
    chance_high: float | None


class KindCount(TypedDict):
    """Sleepers of a kind, and those of them on the list."""

    depth: str
    band: str
    members: int
    listed: int
    return_value: float | None


class Kind(TypedDict):
    """A depth of sleep and a number of orders: how many came back, and who sleeps now."""

    sleep_depth: str
    order_band: str
    sleepers: int
    return_chance: float | None
    return_low: float | None
    return_high: float | None
    seen_asleep: int
    back_again: int
    told_by: str | None
    on_list: int
    return_value: float | None


class FateCount(TypedDict):
    """Sleepers by what became of them; value and cost of a contact."""

    fate: str
    members: int
    return_value: float | None
    cost: float | None


class Fate(TypedDict):
    """The same with their share."""

    fate: str
    sleepers: int
    sleeper_share: float
    return_value: float | None
    contact_cost: float | None


class ChannelCount(TypedDict):
    """Sleepers whom a channel reaches as the cheapest, and those of them on the list."""

    channel: str
    reached: int
    listed: int
    return_value: float | None
    cost: float | None


class ReachedBy(TypedDict):
    """The same with the cost of one contact."""

    channel: str
    unit_cost: float
    reached: int
    on_list: int
    return_value: float | None
    contact_cost: float | None


class Sleeper(TypedDict):
    """A member worth a contact."""

    member_id: str
    stage: str
    channel: str
    return_value: float
    return_chance: float
    return_low: float
    return_high: float
    order_margin: float
    contact_cost: float
    recency_days: int
    orders: int
    revenue_to_date: float
    days_since_contact: int | None
