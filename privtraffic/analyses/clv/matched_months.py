"""Which months count in the cost of a member: those of which both the cost and the joins are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict

MATCHED, FRUITLESS, UNCOSTED, ORGANIC, RUNNING, UNSEEN = (
    "matched",
    "cost_only",
    "joins_only",
    "no_cost",
    "running",
    "joins_unseen",
)
"""Kinds of a month of a channel: cost and joins; cost that brought nobody; joins without a cost, though the channel has
cost in other months; a channel without any cost; the month that is not over; cost of a
time of which no joins are known.
"""


class Month(TypedDict):
    """One channel in one month: its cost (None where no file tells it), members who joined, and buyers among them."""

    month: date
    channel: str
    cost: float | None
    joined: int
    buyers: int
    counted: bool
    kind: str
    cac: float | None


@dataclass(frozen=True)
class Period:
    """The months that count, and what stands beside them.

    Attributes
    ----------
    first, last
        First day of the first month that counts, last day of the last.
    uncosted
        Members who joined a channel in months without a cost of it.
    fruitless
        Cost of months in which nobody joined the channel: it counts.
    unseen
        Cost of months of which no joins are known: it does not count.
    running
        The month that is not over, where it has cost or joins.
    """

    first: date
    last: date | None = None
    uncosted: int = 0
    fruitless: float = 0.0
    unseen: float = 0.0
    running: date | None = None


def match(
    months: Sequence[Month], seen_first: date | None, seen_last: date | None, as_of: date
) -> tuple[list[Month], Period]:
    """Mark what counts: cost and joins of the same months, channel by channel.

    A channel with cost counts in the months of its cost, whether somebody joined or not.  A channel that never has a
    cost counts in the months in which any channel has one, so that the cost of all members covers the same time.  The
    month that is not over counts on neither side, nor does cost more than one month before the first known join
    (money is spent before members come) or after the last one: there the joins are not known.

    `seen_first` and `seen_last` are the first and the last day of which joins are known.
    """
    running = as_of.replace(day=1) if (as_of + timedelta(days=1)).day != 1 else None
    earliest = (seen_first.replace(day=1) - timedelta(days=1)).replace(day=1) if seen_first else None
    latest = seen_last.replace(day=1) if seen_last else None
    paying = {row["channel"] for row in months if row["cost"]}

    def kind(row: Month) -> str:
        if row["month"] == running:
            return RUNNING
        if row["cost"] and (earliest is None or latest is None or not earliest <= row["month"] <= latest):
            return UNSEEN
        if row["cost"]:
            return MATCHED if row["joined"] else FRUITLESS
        return UNCOSTED if row["channel"] in paying else ORGANIC

    kinds = [kind(row) for row in months]
    paid = {row["month"] for row, is_ in zip(months, kinds, strict=True) if is_ in (MATCHED, FRUITLESS)}
    free = {row["month"] for row in months if row["cost"] is not None} if not paying else paid
    found = [
        _marked(row, is_, is_ in (MATCHED, FRUITLESS) or (is_ == ORGANIC and row["month"] in free))
        for row, is_ in zip(months, kinds, strict=True)
    ]
    counted = [row["month"] for row in found if row["counted"]]
    return found, Period(
        first=min(counted, default=min(row["month"] for row in found)),
        last=_end(max(counted)) if counted else None,
        uncosted=sum(row["joined"] for row in found if row["kind"] == UNCOSTED),
        fruitless=sum(row["cost"] or 0.0 for row in found if row["kind"] == FRUITLESS),
        unseen=sum(row["cost"] or 0.0 for row in found if row["kind"] == UNSEEN),
        running=running if RUNNING in kinds else None,
    )


def given(months: Sequence[Month], cost_per_member: float, first: date) -> tuple[list[Month], Period]:
    """Every month counts where one figure is the cost of each member."""
    found = [
        _marked(Month(**{**row, "cost": row["joined"] * cost_per_member}), MATCHED, counted=True) for row in months
    ]
    return found, Period(first)


def _marked(row: Month, kind: str, counted: bool) -> Month:
    cost, joined = row["cost"], row["joined"]
    cac = cost / joined if counted and cost is not None and joined else None
    return Month(**{**row, "kind": kind, "counted": counted, "cac": cac})


def _end(month: date) -> date:
    """The last day of a month."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def cautions(period: Period) -> list[tuple[str, Mapping[str, object]]]:
    """What of the cost and of the joins does not count, or counts without a counterpart."""
    told: list[tuple[str, Mapping[str, object]]] = []
    if period.uncosted:
        told.append(("clv.note.joins_uncosted", {"members": period.uncosted}))
    if period.fruitless:
        told.append(("clv.note.cost_fruitless", {"cost": period.fruitless}))
    if period.unseen:
        told.append(("clv.note.cost_unseen", {"cost": period.unseen}))
    if period.running:
        told.append(("clv.note.running_month", {"month": f"{period.running:%Y-%m}"}))
    return told
