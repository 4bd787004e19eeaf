"""Whom to contact for a second order: who bought once, in the days in which the second order usually comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from privtraffic.analyses import contact_list
from privtraffic.analyses.cohort.second import SMALL
from privtraffic.analyses.contact_list import ContactList, ListParams
from privtraffic.analyses.statistics.survival import Curve
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.report.format import show
from privtraffic.report.words import Words

if TYPE_CHECKING:
    from privtraffic.analyses.cohort.compute import Result

SQL = queries(__name__)

NEXT_DAYS = 30
"""A chance is that of a second order within so many days."""


def draw_contacts(data: Dataset, result: Result, how: ListParams, words: Words) -> ContactList:
    """Members with exactly one order, on a day of `result.window` since it, the likeliest to order again first.

    The chance is that of the curve of all members, 1 − S(d + 30) ÷ S(d) for who waits since d days; who waits for
    longer than enough members are observed is left out.  At stake is (1 − chance) × what a second order brought on
    average (× margin, where that is given).

    Raises
    ------
    PrivtrafficError
        Where nobody has come for a second order yet.
    """
    if result.window is None:
        raise PrivtrafficError("cohort_list_nobody")
    start, end = result.window
    rows = list(chances(result.curve, start, end))
    texts = [
        words("cohort.list_reason", days=day, chance=show(chance, "share"), next=NEXT_DAYS) for day, chance in rows
    ]
    with result.members.engine.scope() as engine:
        columns = {
            "day": pa.array([day for day, _ in rows], pa.int32()),
            "chance": pa.array([chance for _, chance in rows], pa.float64()),
            "text": pa.array(texts, pa.string()),
        }
        engine.scan("cohort_chances", pa.table(columns))
        margin = 1.0 if result.params.margin is None else result.params.margin
        after = data.settings.bounds(result.as_of)["after"]
        data = replace(data, engine=engine)
        engine.run(
            "cohort_candidates",
            SQL["candidates"].format(guides=contact_list.guides(data)),
            as_of=result.as_of,
            after=after,
            margin=margin,
        )
        return contact_list.draw(
            data,
            "cohort_candidates",
            how,
            definition=words("cohort.list_definition", start=start, end=end, days=NEXT_DAYS),
            window_days=NEXT_DAYS,
            as_of=result.as_of,
            # The chance is that of an order with or without a contact: it ranks, and tells no value of one.
            valued=False,
            stake="order_at_stake",
            effect=contact_list.effect_of(data, "cohort", None),
        )


def chances(curve: Curve, start: int, end: int) -> Iterator[tuple[int, float]]:
    """By days since the first order: the chance of a second one within `NEXT_DAYS` for a member without one."""
    for day in range(start, end + 1):
        last = day + NEXT_DAYS
        if last < len(curve.survival) and curve.at_risk[last] >= SMALL and curve.survival[day] > 0:
            yield day, float(1 - curve.survival[last] / curve.survival[day])
