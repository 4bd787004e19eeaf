"""The funnel: counts by day, persons by their own start, friends, and members who never bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from privtraffic.analyses import contact_list
from privtraffic.analyses.answer import Answer
from privtraffic.analyses.contact_list import ContactList, ListParams
from privtraffic.analyses.funnel.counts import Counts, count_steps, group_weeks
from privtraffic.analyses.funnel.friends import Friends, follow_friends
from privtraffic.analyses.funnel.persons import Path, walk
from privtraffic.analyses.funnel.prospects import LEAST_CHANCE, NEXT_DAYS, SQL, Prospects, find_prospects
from privtraffic.analyses.funnel.room import Params
from privtraffic.analyses.funnel.rows import GroupWeek
from privtraffic.dataset import Dataset, in_own_scope
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage
from privtraffic.report.format import show
from privtraffic.report.words import Words


@dataclass(frozen=True)
class Result(Answer):
    """The way of persons and the counts of days, side by side and never in one rate.

    Attributes
    ----------
    paths
        Persons: from being added and from joining to the first order, and from there to the second.
    counts, groups, friends, prospects
        None, or nothing, without the files that tell them.
    """

    params: Params
    as_of: date
    first_day: date | None
    paths: Sequence[Path]
    counts: Counts | None
    groups: Sequence[GroupWeek]
    friends: Friends | None
    prospects: Prospects | None

    def path(self, start: str) -> Path | None:
        """The step that begins so."""
        return next((path for path in self.paths if path.start == start), None)


@in_own_scope
def compute(data: Dataset, params: Params) -> Result:
    """Follow people from one step to the next.

    Two bases.  Counts: reached ÷ entered of the same days and places, from daily counts; nobody knows who was who.
    Persons: from the day on which each started, Kaplan-Meier, censored at the as-of date; a rate within so many days
    has as its denominator everybody who was seen for so long.  Left out: who had bought before the start.

    Units: persons, days; rates 0 to 1.
    Source: Kaplan & Meier (1958); Aalen & Johansen (1978) where several ends compete; intervals of counts
    Wilson (1927).

    Raises
    ------
    PrivtrafficError
        Where nobody started within the window and nothing was counted.
    """
    with stage("funnel"):
        counts = count_steps(data, params) if "traffic" in data.side else None
        paths = walk(data, params)
        if not paths and counts is None:
            raise PrivtrafficError("funnel_nobody", as_of=data.as_of)
        joining = next((path for path in paths if path.start == "joined"), None)
        return Result(
            params=params,
            as_of=data.as_of,
            first_day=data.settings.first_day(data.as_of) or data.quality.first_day,
            paths=paths,
            counts=counts,
            groups=group_weeks(data) if "traffic" in data.side else (),
            friends=follow_friends(data) if "friends" in data.side else None,
            prospects=find_prospects(data, params, joining) if joining else None,
        )


def draw_contacts(data: Dataset, result: Result, how: ListParams, words: Words) -> ContactList:
    """The members who never bought and are worth a contact, the likeliest first; a control group held out.

    Whose chance is below `LEAST_CHANCE`, or not worth the cost, is left out and counted.

    Raises
    ------
    PrivtrafficError
        Without a members file.
    """
    found, params = result.prospects, result.params
    if found is None:
        raise PrivtrafficError("funnel_no_members")
    texts = [
        words("funnel.reason", chance=show(row["chance"], "share"), days=NEXT_DAYS) if row["chance"] is not None else ""
        for row in found.spans
    ]
    columns = {
        "span": pa.array([row["age"] for row in found.spans], pa.string()),
        "chance": pa.array([row["chance"] for row in found.spans], pa.float64()),
        "text": pa.array(texts, pa.string()),
    }
    with found.rows.engine.scope() as engine:
        engine.scan("funnel_texts", pa.table(columns))
        data = replace(data, engine=engine)
        sql = SQL["candidates"].format(guides=contact_list.guides(data))
        engine.run("funnel_candidates", sql, cost=params.contact_cost or 0.0)
        left_out = {
            "no_chance": engine.run("funnel_no_chance", SQL["no_chance"], least=LEAST_CHANCE).name,
            "not_worth": engine.run("funnel_not_worth", SQL["not_worth"]).name,
        }
        return contact_list.draw(
            data,
            "funnel_candidates",
            replace(how, elsewhere={**left_out, **how.elsewhere}),
            definition=words("funnel.list_definition", days=NEXT_DAYS),
            window_days=NEXT_DAYS,
            as_of=result.as_of,
            segment_labels="prospect_age",
            # The chance is that of an order with or without a contact: it ranks, and tells no value of one.
            valued=False,
        )
