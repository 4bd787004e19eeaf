"""The other analyses, asked about the same month on the same tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from privtraffic.analyses.asking import Reply, ask_room
from privtraffic.analyses.catalog import ROOMS
from privtraffic.analyses.review.months import Month
from privtraffic.dataset import Dataset

HEADLINES: Mapping[str, tuple[str, ...]] = {
    "rfm": ("segments", "migration"),
    "members": ("stages", "super_members", "sleeper_kinds"),
    "churn": ("risk_bands", "risk_reasons"),
    "cohort": ("retention_triangle", "average_retention", "newness_of_groups"),
    "clv": ("channels", "payback"),
    "affinity": ("pairs",),
    "split": ("split", "claims"),
    "funnel": ("prospects",),
    "referral": ("referred_quality",),
    "offers": ("coupons",),
    "campaigns": ("campaigns",),
}
"""The rooms in the order in which they are asked, and the tables that are taken from each."""


BESIDE: Mapping[str, tuple[str, ...]] = {
    "funnel": ("traffic", "friends"),
    "referral": ("referrals",),
    "offers": ("coupons", "points"),
    "campaigns": ("campaigns",),
}
"""Rooms that are asked where there is one of these tables beside the orders."""


def ask(data: Dataset, month: Month, wanted: tuple[str, ...] | None, known: Mapping[str, object]) -> tuple[Reply, ...]:
    """Ask every room that there is; one that the data cannot carry gives its reason instead."""
    there = [name for name in HEADLINES if name not in BESIDE or not data.side.keys().isdisjoint(BESIDE[name])]
    names = [name for name in there if name in ROOMS and (wanted is None or name in wanted)]
    return tuple(_ask(name, data, month, known) for name in names)


def _ask(name: str, data: Dataset, month: Month, known: Mapping[str, object]) -> Reply:
    reason = _OBSTACLES[name](data, month) if name in _OBSTACLES else None
    if reason:
        return Reply(name, reason=reason)
    given = dict(known)
    if name == "cohort":
        given["flow_by"] = "brand" if "brand" in data.columns_of("lines") else None
        if known.get("margin_column"):
            given["margin"] = None
    if name == "rfm":
        given["compare_to"] = month.after(-1).last_day
    if known.get("margin_column") and name in BESIDE:
        given["margin"] = None  # These know margin as a share of revenue alone.
    return ask_room(name, data, given)


def _no_brands(data: Dataset, _month: Month) -> str | None:
    return None if "brand" in data.columns_of("lines") else "review.left_out.brand"


def _no_places(data: Dataset, _month: Month) -> str | None:
    """Without a channel or a shop nothing tells where an order was placed."""
    return None if {"channel", "shop"} & {*data.columns_of("orders")} else "review.left_out.channel"


_OBSTACLES: Mapping[str, Callable[[Dataset, Month], str | None]] = {
    "affinity": _no_brands,
    "split": _no_places,
}
"""What can be told before a room is entered."""
