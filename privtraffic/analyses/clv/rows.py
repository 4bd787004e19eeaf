"""What the queries of this room return, row by row: one type a query, named as the query is."""

from __future__ import annotations

from datetime import date
from typing import TypedDict


class Joins(TypedDict):
    """Members who joined a channel in a month, and those of them who have bought."""

    channel: str
    month: date
    joined: int
    buyers: int


class Costs(TypedDict):
    """Cost of a channel in a month."""

    channel: str
    month: date
    cost: float


class Seen(TypedDict):
    """The first and the last day of which joins are known."""

    first: date | None
    last: date | None


class Exposed(TypedDict):
    """Members of a channel by the whole months since they joined."""

    channel: str
    months_known: int
    members: int


class Earned(TypedDict):
    """Net money of a channel's members by months since joining."""

    channel: str
    age: int
    money: float


class EarlyValue(TypedDict):
    """What a joined member brought in the first months: mean and standard deviation over the members of a channel."""

    channel: str
    members: int
    mean: float
    sd: float | None


class HouseMonths(TypedDict):
    """Order days of the house in a month: first ones of their members, and the others."""

    month: date
    orders: int
    first_orders: int


class Top(TypedDict):
    """A member of those most is to come from; `members` counts all."""

    member_id: str
    frequency: int
    value: float
    members: int


class OnceOrAgain(TypedDict):
    """Mean value of members who bought on one day, and on several; None where there are none."""

    once: float | None
    again: float | None


class Again(TypedDict):
    """Order days behind the first one, and the sum of their squares over members; None where nobody came."""

    orders: int | None
    squares: int | None
