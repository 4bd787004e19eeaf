"""The rows of the queries about teams, and those of the report that are made of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, TypedDict

Verdict = Literal["above", "below", "cannot_tell", "alone", "too_young"]


class Counted(TypedDict):
    """A unit's member-months, and the repeat order days in them; months of kinds that it alone has stand apart."""

    unit_key: str
    member_months: int
    alone_months: int
    observed: int
    expected: float


class Mixed(TypedDict):
    """One kind of members of a unit; the empty key stands for all other units."""

    unit_key: str
    channel: str
    age_band: str
    member_months: int
    observed: int
    expected: float


class Sales(TypedDict):
    """Money and orders where they were made."""

    unit_key: str
    revenue: Decimal
    orders: int
    first_sale: date


class Members(TypedDict):
    """Members of a unit: in some month, and at the end."""

    unit_key: str
    members: int
    members_today: int


class Arrivals(TypedDict):
    """Members who joined with a unit."""

    unit_key: str
    new_members: int


class Unknown(TypedDict):
    """Money of stores and chats, and how much of it has no seller, no member."""

    money: float | None
    without_seller: float | None
    without_member: float | None


class Handed(TypedDict):
    """Members whom a leaving guide had on the day before, and how many of them somebody took over."""

    unit_key: str
    members: int
    handed_over: int


class CameBack(TypedDict):
    """How many active members of a guide who left came back, and how many were expected to.

    `stayers`: on so many independent members of guides who stayed rests what is expected.
    """

    unit_key: str
    active_before: int
    came_back: int
    expected: float
    stayers: float


class Stayers(TypedDict):
    """Independent members of stayers on whom all that is expected rests."""

    stayers: float | None


class Departure(TypedDict):
    """A guide who left; blank where the days in which a return counts are not over."""

    staff: str
    left_at: date
    members: int
    handed_over: int
    orphaned: int
    active_before: int | None
    came_back: int | None
    expected: float | None
    taken_along: float | None
    low: float | None
    high: float | None


class Waiting(TypedDict):
    """Members whom a unit should see to, None where nobody is there: whom nobody has any more, and who became quiet."""

    unit_key: str | None
    unowned: int
    quiet: int


class Rated(TypedDict):
    """A unit as the report shows it; blank where nothing is known."""

    level: str
    unit: str
    parent: str | None
    opened_at: date | None
    closed_at: date | None
    left_at: date | None
    months_open: int | None
    members: int
    members_today: int
    members_unowned: int
    members_quiet: int
    member_months: int
    alone_months: int
    observed: int
    expected: float
    ratio: float | None
    fair: float | None
    fair_low: float | None
    fair_high: float | None
    fair_low95: float | None
    fair_high95: float | None
    rank: float | None
    rank_low: int | None
    rank_high: int | None
    probability_above: float | None
    unit_verdict: Verdict
    revenue: Decimal
    orders: int
    order_value: float | None
    new_members: int


class Limits(TypedDict):
    """A unit on the funnel: its ratio, and how far chance alone takes one of its size."""

    unit: str
    expected: float
    ratio: float
    low95: float
    high95: float
    low998: float
    high998: float


class Placed(TypedDict):
    """A unit in the order of the fair ratio."""

    fair_place: int
    unit: str
    rank: float
    rank_low: int
    rank_high: int
    fair: float


class Case(TypedDict):
    """One kind of members of a unit beside the same kind of the whole house."""

    unit: str
    unit_verdict: Verdict
    join_channel: str
    age_band: str
    member_months: int
    mix_share: float
    house_share: float
    observed: int
    expected: float
    ratio: float | None


class Money(TypedDict):
    """Revenue and orders of a place; the empty one is none of the tree."""

    place: str
    revenue: Decimal
    orders: int


class Stand(TypedDict):
    """Members beneath a node, each once, and those of them who are active."""

    node: str
    members: int
    active: int


class Own(TypedDict):
    """Members who stand in a place itself."""

    place: str
    members: int


class Earned(TypedDict):
    """Commissions of a place, of level 2 and more among them; orders credited, and the earners' own among them."""

    place: str
    commission: Decimal
    downline: Decimal
    depth: int | None
    credits: int
    self_credits: int


class Void(TypedDict):
    """Commissions that were cancelled or refused."""

    commissions: int
    money: Decimal


class Node(TypedDict):
    """A unit with all beneath it."""

    depth: int
    level: str
    unit: str
    parent: str | None
    closed_at: date | None
    members: int
    shared_members: int
    active: int
    active_share: float | None
    fullness: float | None
    revenue: Decimal
    orders: int
    commission: Decimal | None
    downline_share: float | None
    self_share: float | None
