"""The rows of the uplift queries; `arm` is the name of a group."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypedDict


class ArmCount(TypedDict):
    """Members of a group: how many have a day of contact, on which days, at what cost, and how many have several."""

    arm: str
    members: int
    dated: int
    first_sent: date | None
    last_sent: date | None
    mean_day: float | None
    cost: float | None
    paid: int
    repeated: int


class InTwo(TypedDict):
    """Members of two groups, and those of them of whom one is the control group."""

    in_two: int
    in_control_too: int


class Found(TypedDict):
    """Members of a campaign, and those of them whom the orders or the members file know."""

    members: int
    known: int


class Reached(TypedDict):
    """Members of a group whom the log says were contacted, and what that cost."""

    arm: str
    members: int
    reached: int
    cost: float | None


class Elsewhere(TypedDict):
    """Members of a group who stand on another list."""

    arm: str
    members: int
    elsewhere: int


class BadRow(TypedDict):
    """A row of a file of contacts that cannot be read, with the text that is no day or no amount."""

    row_no: int
    bad_sent: str | None
    bad_cost: str | None
    no_arm: bool


class DrawnCount(TypedDict):
    """Members by the store or guide they belong to and by group."""

    drawn_by: str
    arm: str
    members: int


class Caps(TypedDict):
    """What the past of a member counts at most."""

    pre_orders: int | None
    pre_revenue: Decimal | None
    earlier_revenue: Decimal | None


class PartSize(TypedDict):
    """Members of a part, both groups together."""

    part: str
    members: int


class Part(TypedDict):
    """Members of a group in a part; the query adds their sums."""

    arm: str
    part: str
    n: int


class ClusterPart(Part):
    """Members of a group in a part who were drawn together."""

    drawn_by: str


class BeforeAfter(TypedDict):
    """What a group did in as many days before the contact as after it."""

    arm: str
    members: int
    campaign_buyers_before: int
    campaign_buyers_after: int
    campaign_orders_before: int
    campaign_orders_after: int
    campaign_revenue_before: Decimal
    campaign_revenue_after: Decimal
