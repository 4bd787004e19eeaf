"""The types of what one member's queries give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict


class Found(TypedDict):
    """A member whose key is one of the forms of what was typed."""

    place: int
    member_id: str


class OrderRow(TypedDict):
    """An order, a negative document, or an order that was wholly paid back."""

    ordered_at: datetime
    order_id: str | None
    order_kind: str
    paid_amount: Decimal | None
    refund_amount: Decimal
    net: Decimal
    store: str | None
    guide: str | None
    channel: str | None


class Order(OrderRow):
    """An order with the brands in it, by name."""

    brands: Sequence[str]


class BrandRow(TypedDict):
    """A brand in an order."""

    order_id: str | None
    brand: str


class MonthEnd(TypedDict):
    """The member's state on one day; None where it is not known yet."""

    day: date
    stage: str | None
    segment: str | None


class ListRow(TypedDict):
    """A contact list that the member was drawn for."""

    list_no: int
    arm: str


class Listed(ListRow):
    """A contact list with what its record says."""

    drawn_for: date | None
    list_command: str
    definition: str
