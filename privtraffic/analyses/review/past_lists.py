"""The contact lists of last month against those who were held out of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from privtraffic.analyses.review.months import Month
from privtraffic.analyses.uplift.room import uplift
from privtraffic.dataset import Dataset, ListRecord
from privtraffic.errors import PrivtrafficError
from privtraffic.progress import stage


@dataclass(frozen=True)
class Judged:
    """A list that went out, and what its members did against those held out; `reason` where that cannot be told."""

    number: int
    command: str
    definition: str
    sent_on: date
    result: Any = None
    reason: PrivtrafficError | None = None


def judge_lists(data: Dataset, month: Month, margin: float | None) -> tuple[Judged, ...]:
    """Every list of the member database that was drawn from the start of last month on and has been out for a day, and
    every one whose days end in the month.

    A list is taken to go out on the day after the day it was drawn for.
    """
    since = month.after(-1).first_day - timedelta(days=1)
    due = [
        record
        for record in data.lists
        if since <= record.drawn_for < month.last_day or month.first_day <= record.last_day <= month.last_day
    ]
    if not due:
        return ()
    # The keys of the database are as hidden as they are to be: no secret hides those of its own lists once more.
    data = replace(data, settings=replace(data.settings, mask=None))
    with stage("asked_uplift"):
        return tuple(_judge(data, record, margin) for record in due)


def _judge(data: Dataset, record: ListRecord, margin: float | None) -> Judged:
    sent = record.drawn_for + timedelta(days=1)
    path = data.engine.workdir / f"review_list_{record.number}.csv"
    rows = data.engine.batches(
        "select member_id, arm from list_members where list_no = :number order by member_id", number=record.number
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("member_id", "group", "sent_at"))
        for batch in rows:
            members, arms = batch["member_id"].to_pylist(), batch["arm"].to_pylist()
            out.writerows((member, arm, sent.isoformat()) for member, arm in zip(members, arms, strict=True))
    params = uplift.Params(contacts=path, within_days=record.days, margin=margin)
    command, definition = (str(record.manifest.get(key) or "") for key in ("command", "definition"))
    try:
        return Judged(record.number, command, definition, sent, uplift.compute(data, params))
    except PrivtrafficError as error:
        return Judged(record.number, command, definition, sent, reason=error)
