"""The rows of the queries on the split, and those of the report."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict


class Counted(TypedDict):
    """Orders and their money; negative documents are money and no orders."""

    orders: int
    revenue: Decimal


class WordsRow(TypedDict):
    """A channel and shop as orders write them, and whether these name a store."""

    channel: str | None
    shop: str | None
    in_store: bool


class PlaceRow(Counted, WordsRow):
    """The orders of one in the window, and how many rows of any kind."""

    documents: int


class ClassRow(Counted):
    """A class over the whole window."""

    split_class: str
    members: int


class MonthRow(ClassRow):
    """A class in a month, counted from 1900-01."""

    month: int


class RuleRow(Counted):
    """A class and the rule that put orders there."""

    split_class: str
    split_rule: str | None
    first_month: int
    last_month: int


class SeenRow(Counted):
    """What the orders of a place tell beside it."""

    place: str
    has_member: bool
    handed_told: bool
    has_coupon: bool
    first_month: int
    last_month: int


class GrantsRow(TypedDict):
    """Counts of coupons granted to members."""

    grants: int
    with_order: int
    first_month: int | None


class SpanRow(TypedDict):
    """The first and last contact on record."""

    contacts: int
    first_sent: object
    last_sent: object


class CameRow(Counted):
    """One way of joining, by the place of the orders."""

    came: str
    bought: str
    members: int


class ClaimRow(Counted):
    """Orders that the same departments claim and the same are credited with under each rule."""

    of_marketplaces: bool
    of_mall: bool
    of_stores: bool
    of_private: bool
    sold_by: str
    owned_by: str
    first_by: str
    has_owner: bool
    half: Decimal


class GuideRow(TypedDict):
    """A guide's money under each rule; None is nobody."""

    guide: str | None
    seller: Decimal
    owner: Decimal
    first: Decimal
    half: Decimal


class MovedRow(TypedDict):
    """Money that somebody else gets under another rule, and whose seller or owner is known; None without orders."""

    seller_owner: Decimal | None
    seller_first: Decimal | None
    owner_first: Decimal | None
    seller_half: Decimal | None
    owner_half: Decimal | None
    first_half: Decimal | None
    with_seller: Decimal | None
    with_owner: Decimal | None
    with_either: Decimal | None
    with_both: Decimal | None
    they_differ: Decimal | None


class Class(TypedDict):
    """A class of the report; blank where the data have no evidence for it."""

    split_class: str
    revenue: Decimal | None
    share: float | None
    orders: int | None
    members: int | None


class Month(Class):
    """The same in a month."""

    month: str


class Evidence(TypedDict):
    """A rule, whether the data have evidence for it, and what it decided."""

    split_class: str
    split_rule: str
    in_data: bool
    orders: int | None
    revenue: Decimal | None
    first_month: str | None
    last_month: str | None


class Place(TypedDict):
    """A channel and shop as the orders write them, and what they were taken for."""

    channel: str | None
    shop: str | None
    in_store: bool
    place: str
    place_rule: str | None
    orders: int
    revenue: Decimal


class Came(TypedDict):
    """How members joined × where their orders were placed."""

    came: str
    bought: str
    members: int | None
    orders: int
    revenue: Decimal
    share: float | None


class Claim(TypedDict):
    """What a department claims under its own rule, and the one credit."""

    department: str
    orders: int | None
    claimed: Decimal | None
    credited: Decimal | None
    contested: Decimal | None


class Credited(TypedDict):
    """A guide's money under every rule, and the place by two of them."""

    guide: str | None
    seller: Decimal
    owner: Decimal | None
    first: Decimal
    half: Decimal | None
    seller_rank: int | None
    owner_rank: int | None


class Agreement(TypedDict):
    """How two crediting rules rank the same guides, and how much money moves between them."""

    rule: str
    other: str
    moved: Decimal
    moved_share: float | None
    guides: int
    kendall: float | None
    kendall_low: float | None
    kendall_high: float | None
    spearman: float | None
    spearman_low: float | None
    spearman_high: float | None
    top: int | None
    top_both: int | None
