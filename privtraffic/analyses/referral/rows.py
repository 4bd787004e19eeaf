"""The rows of the referral report, and those its queries give."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict


class Reach(TypedDict):
    """The mean number of members brought by a day since one's own joining."""

    day: int
    k: float
    low: float
    high: float
    at_risk: int


class Generation(TypedDict):
    """Members so many referrals away from one whom nobody brought."""

    generation: int
    members: int
    share: float
    mean_days: float
    brought: int
    brought_per_member: float


class Tree(TypedDict):
    """Trees of members who came through one another."""

    tree_size: str
    trees: int
    members: int
    share: float
    depth: int


class Quality(TypedDict):
    """What members of one origin bought within equal time."""

    origin: str
    members: int
    bought_share: float
    low: float | None
    high: float | None
    again_share: float
    sent_back_share: float
    net: float
    net_low: float | None
    net_high: float | None
    reward: float
    margin_after: float | None


class Pattern(TypedDict):
    """Members whose first order looks like a hunt for gifts, beside what chance makes."""

    channel: str
    members: int
    with_gift: int | None
    fit: int
    expected: float | None
    excess: float | None
    low: float | None
    high: float | None
    excess_share: float | None


class PlaceSize(TypedDict):
    """Places to which the first orders of so many members went, and the rings among them."""

    place_size: str
    places: int
    members: int
    fit: int
    expected: float
    rings: int
    ring_fit: int


class PlaceTally(TypedDict):
    """Places with so many members: how many these are, who of them fits, and how many chance makes fit."""

    members: int
    places: int
    fit: int
    expected: float


class Crowded(TypedDict):
    """One address that two or more members who fit the pattern share."""

    members: int
    fit: int
    expected: float


class FaultCount(TypedDict):
    """Members whose referrer is told, by what became of it."""

    fault: str
    members: int


class StateCount(TypedDict):
    """Referrals of which nothing came, and of which nothing has come yet."""

    rejected: int
    pending: int


class ToldFrom(TypedDict):
    """The day on which the first member joined of whom a referrer is told."""

    first_day: int | None


class GenerationCount(TypedDict):
    """Members of a generation, and the days since they joined."""

    members: int
    days: int


class TreeCount(TypedDict):
    """Trees of one size and depth."""

    tree_size: int
    depth: int
    trees: int


class DayCount(TypedDict):
    """Members by a number of days."""

    day: int
    members: int


class Brought(TypedDict):
    """Members by how many they brought."""

    brought: int
    members: int


class Spent(TypedDict):
    """Sums over the members of one origin."""

    referred: bool
    channel: str | None
    members: int
    buyers: int
    again: int
    senders_back: int
    net: Decimal
    net_squares: float
    rewards: Decimal


class Unseen(TypedDict):
    """Members who joined before orders were on file."""

    members: int


class Judged(TypedDict):
    """First orders of one channel."""

    channel: str | None
    members: int
    with_gift: int
    fit: int
    kept_and_gone: int
    kept: int


class Usual(TypedDict):
    """Orders of one channel that no gift has drawn, and those wholly sent back."""

    channel: str | None
    orders: int
    sent_back: int


class GiftsSeen(TypedDict):
    """First orders on which the gift was used; orders that went back whole and tell a coupon."""

    with_gift: int
    told_back: int
