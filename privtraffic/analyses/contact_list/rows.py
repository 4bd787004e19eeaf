"""The rows of the queries of a contact list."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict


class BadDay(TypedDict):
    """A row of a file of contacts whose day cannot be read."""

    row_no: int
    bad_sent: str


class LeftOut(TypedDict):
    """Candidates who are kept off a list, by reason."""

    left_out: str
    members: int


class Stayed(TypedDict):
    """Members drawn for a list, by group, and those of them who placed no order within its days."""

    list_no: int
    contact: int
    control: int
    contact_stayed: int
    control_stayed: int


class Band(TypedDict):
    """Candidates of like value, the most valuable first, and what contacting all of them costs."""

    band: int
    members: int
    cost: Decimal


class Place(TypedDict):
    """Members taken, by channel, unit and band."""

    channel: str | None
    unit: str | None
    band: int
    members: int


class Totals(TypedDict):
    """Members to contact and held out; of those to contact the sums, None where nobody knows a value."""

    contact: int
    control: int
    expected_value: float | None
    at_stake: float | None
    cost: float
    contact_mean: float | None
    control_mean: float | None


class Part(TypedDict):
    """The same within a segment and a channel."""

    segment: str | None
    channel: str | None
    contact: int
    control: int
    expected_value: float | None
    at_stake: float | None
    cost: float
