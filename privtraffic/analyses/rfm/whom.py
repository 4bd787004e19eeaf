"""Whom to ask why: members of the best segment at an earlier date who are no longer in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from privtraffic.analyses import contact_list
from privtraffic.analyses.contact_list import ContactList, ListParams
from privtraffic.analyses.rfm.segments import BEST, SCHEMES
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.report.words import Words

if TYPE_CHECKING:
    from privtraffic.analyses.rfm.compute import Result

SQL = queries(__name__)

WITHIN_DAYS = 90
"""An order within so many days after the contact counts."""


def draw_contacts(data: Dataset, result: Result, how: ListParams, words: Words) -> ContactList:
    """Members of the best segment at the earlier date who are in another now, who brought most first.

    Left out: who was in it at neither date, and who is in it still.

    Raises
    ------
    PrivtrafficError
        Where no earlier date was asked for.
    """
    if result.former is None:
        raise PrivtrafficError("rfm_list_compare")
    segments = SCHEMES[result.params.scheme]
    before, best = result.params.compare_to, words(f"segment.{BEST}")
    texts = [
        words(
            "rfm.list_reason", date=before, before=best, now=words(f"segment.{name}"), days="[days]", orders="[orders]"
        )
        for name in segments
    ]
    with result.members.engine.scope() as engine:
        data = replace(data, engine=engine)
        engine.scan("rfm_told", pa.table({"segment": list(segments), "text": texts}))
        query = SQL["candidates"].format(former=result.former.name, guides=contact_list.guides(data))
        engine.run("rfm_candidates", query)
        return contact_list.draw(
            data,
            "rfm_candidates",
            # They are asked why, and offered nothing.
            replace(how, offers=""),
            definition=words("rfm.list_definition", date=before, segment=best),
            window_days=WITHIN_DAYS,
            as_of=result.as_of,
            valued=False,
        )
