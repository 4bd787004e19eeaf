"""Whom to offer what across items: buyers of one that pulls to another, for sure, who never bought that other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from privtraffic.analyses import contact_list
from privtraffic.analyses.contact_list import ContactList, ListParams
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.report.format import show
from privtraffic.report.words import Words

if TYPE_CHECKING:
    from privtraffic.analyses.affinity.compute import Result

SQL = queries(__name__)


def draw_contacts(data: Dataset, result: Result, how: ListParams, words: Words) -> ContactList:
    """Members who first bought one item of a pair in the last `within` days, and never bought the other.

    Pairs are those that pull (q ≤ 0.05, lift above 1).  Of several offers a member gets the one that most buyers of
    theirs went on to buy.  The likeliest come first; what a contact brings nobody knows before a control group tells.
    """
    within = result.params.within_days
    pulls = [
        {
            "from_item": pair.from_item,
            "to_item": pair.to_item,
            "because": result.shelf.name(pair.from_item),
            "offer": result.shelf.name(pair.to_item),
            "rate": pair.confidence,
            "lift": pair.test.lift or 0.0,
            "text": words(
                "affinity.reason_pair",
                because=result.shelf.name(pair.from_item),
                days="[days]",
                rate=show(pair.confidence, "share"),
                lift=f"{pair.test.lift or 0.0:.1f}",
                within=within,
            ),
        }
        for pair in result.pulling
        if result.stock is None or pair.to_item in result.stock
    ]
    kinds = {
        **dict.fromkeys(("from_item", "to_item"), pa.int32()),
        **dict.fromkeys(("because", "offer", "text"), pa.string()),
        **dict.fromkeys(("rate", "lift"), pa.float64()),
    }
    with result.followed.engine.scope() as engine:
        engine.scan("affinity_pulls", pa.Table.from_pylist(pulls, pa.schema(kinds.items())))
        data = replace(data, engine=engine)
        engine.run(
            "affinity_open_pulls", SQL["candidates"].format(level=result.level, guides=contact_list.guides(data)),
            last=result.shelf.last_day, after=data.settings.bounds(result.as_of)["after"],
        )  # fmt: skip
        return contact_list.draw(
            data,
            "affinity_open_pulls",
            how,
            definition=words("affinity.list_definition", days=within, level=words(result.level)),
            window_days=within,
            as_of=result.as_of,
            # The rate is that of buyers with or without a contact: it ranks, and tells no value of one.
            valued=False,
        )
