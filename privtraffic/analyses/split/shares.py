"""Shares of the whole that several sentences and figures tell."""

from __future__ import annotations

from decimal import Decimal

from privtraffic.analyses.split.compute import Result
from privtraffic.analyses.split.credit import NOBODY

ONLINE = ("mall", "chat")


def of_revenue(result: Result, money: Decimal | None) -> float | None:
    """Money as a share of all; None where the whole is nothing."""
    return float(money / result.revenue) if money is not None and result.revenue > 0 else None


def by_members(result: Result, *, without_marketplaces: bool = False) -> float | None:
    """Money of orders with a member ÷ all; without marketplaces only where the data have some."""
    at_marketplaces = any(row["place"] == "marketplace" for row in result.seen)
    if without_marketplaces and not at_marketplaces:
        return None
    rows = [row for row in result.seen if not (without_marketplaces and row["place"] == "marketplace")]
    whole = sum((row["revenue"] for row in rows), Decimal(0))
    own = sum((row["revenue"] for row in rows if row["has_member"]), Decimal(0))
    return float(own / whole) if whole > 0 else None


def came(result: Result, came: str, *bought: str) -> float | None:
    """Share of all money by how members joined and where they ordered; None where no file tells how they joined."""
    if not result.came:
        return None
    rows = [row for row in result.came if row["came"] == came and (not bought or row["bought"] in bought)]
    return of_revenue(result, sum((row["revenue"] for row in rows), Decimal(0)))


def o2o(result: Result) -> float | None:
    return came(result, "counter", *ONLINE)


def reverse_o2o(result: Result) -> float | None:
    return came(result, "online", "counter")


def without_id(result: Result) -> float | None:
    return of_revenue(result, sum((row["revenue"] for row in result.seen if not row["has_member"]), Decimal(0)))


def claimed(result: Result) -> Decimal | None:
    """What all departments claim together; None where none claims anything."""
    told = [row["claimed"] for row in result.claims if row["claimed"] is not None]
    return sum(told, Decimal(0)) if told else None


def contested(result: Result) -> Decimal:
    return sum((row["contested"] for row in result.claims if row["contested"] is not None), Decimal(0))


def unclaimed(result: Result) -> Decimal:
    return sum((row["credited"] or Decimal(0) for row in result.claims if row["department"] == NOBODY), Decimal(0))
