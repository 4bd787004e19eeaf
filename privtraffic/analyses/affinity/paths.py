"""Same brand or another: what follows the first purchase, which brands open a membership, who gains from whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privtraffic.analyses.affinity.rows import AfterFirst, Entered, Entrance, Gain, Led, PeriodTotal, Step
from privtraffic.analyses.affinity.shelf import Shelf
from privtraffic.analyses.rows import rows_of
from privtraffic.engine.sql import queries

SQL = queries(__name__)

SHOWN_ITEMS = 20
OTHER = 0
"""The item code that stands for all items beyond those shown."""


@dataclass(frozen=True)
class Paths:
    """How many members take each path from a first item to the next.

    Attributes
    ----------
    after_first
        Per item: buyers with a whole follow-up, those who bought it `again`, those who bought only `another`.
    steps
        Members from the item of their first order day to that of the second (step 1), and on to the third (step 2).
    entrances
        Per item of the first order day: members, those with a whole follow-up, those of them who returned or bought
        another item, and the item most of them bought.
    gains
        Per pair of items: members gained from, lost to and now shared; empty without an earlier day.
    periods
        Buyers per item in the earlier and in the later period.
    """

    after_first: Sequence[AfterFirst]
    steps: Sequence[Step]
    entrances: Sequence[Entrance]
    gains: Sequence[Gain]
    periods: Sequence[PeriodTotal]


def follow_paths(shelf: Shelf, within: int, min_members: int, middle: int | None) -> Paths:
    """Follow members from order day to order day.

    The item of an order day is the one most was paid for.  Denominators: buyers of the item with `within` days after
    their first day inside the data; members with a further order day for the steps.  `middle` is the last day of the
    earlier of two periods of `within` days; the later one ends with the data.
    """
    engine, last_day = shelf.engine, shelf.last_day
    engine.run("affinity_main_items", SQL["main_items"])
    within_data = {"within": within, "last_day": last_day}
    leads: dict[int, Led] = {}
    led = rows_of(engine.fetch(SQL["led_to"], **within_data), Led)
    for row in sorted(led, key=lambda row: (-row["members"], row["to_item"])):
        leads.setdefault(row["from_item"], row)
    entrances = [
        _entrance(entered, leads.get(entered["item"]))
        for entered in rows_of(engine.fetch(SQL["entrances"], **within_data), Entered)
        if entered["members"] >= min_members
    ]
    gains, periods = _gains(shelf, within, middle) if middle is not None else ([], [])
    return Paths(
        after_first=rows_of(engine.fetch(SQL["after_first"], min_members=min_members, **within_data), AfterFirst),
        steps=sorted(
            rows_of(engine.fetch(SQL["steps"], items=SHOWN_ITEMS), Step),
            key=lambda row: (row["step"], row["from_item"] or SHOWN_ITEMS + 1, row["to_item"] or SHOWN_ITEMS + 1),
        ),
        entrances=sorted(entrances, key=lambda row: (-row["members"], row["item"])),
        gains=gains,
        periods=periods,
    )


def _entrance(entered: Entered, led: Led | None) -> Entrance:
    return {**entered, "leads_to": led["to_item"] if led else None, "led": led["members"] if led else None}


def _gains(shelf: Shelf, within: int, middle: int) -> tuple[list[Gain], list[PeriodTotal]]:
    engine = shelf.engine
    engine.run("affinity_periods", SQL["periods"], within=within, middle=middle, last_day=shelf.last_day,
               items=SHOWN_ITEMS)  # fmt: skip
    gains = rows_of(engine.fetch(SQL["gain_and_loss"]), Gain)
    gains.sort(key=lambda row: (row["from_item"], row["to_item"]))
    return gains, rows_of(engine.fetch(SQL["totals_by_period"]), PeriodTotal)
