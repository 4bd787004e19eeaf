"""The lists behind what is to be done: whom to contact, file by file; who is on one is on no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from privtraffic.analyses import contact_list
from privtraffic.analyses.asking import Reply, ask_room
from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ListParams
from privtraffic.analyses.contact_list.files import Outgoing
from privtraffic.analyses.review.figures import moment
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.report.document import Column, Note, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

if TYPE_CHECKING:
    from privtraffic.analyses.review.compute import Result

SQL = queries(__name__)

KINDS: Mapping[str, str] = {"members": "sleepers", "churn": "slipping", "funnel": "prospects"}
"""The analysis that draws a list -> what its file is called; who could be on two of them is on the first."""

OF_FINDING: Mapping[str, str] = {"asleep": "members", "members": "members", "churn": "churn", "funnel": "funnel"}
"""The finding that a list acts on."""


def draw_lists(data: Dataset, result: Result, listing: ListParams, words: Words, folder: Path) -> tuple[Outgoing, ...]:
    """Draw the list of every analysis that the review asked and that names members to contact.

    Each is what the analysis itself draws at the end of the month, less those who are on a list before it, contacted or
    held out, and those who have ordered since.  One for which nobody is left is empty.
    """
    month = result.month
    data = replace(data, as_of=month.last_day)
    drawn: list[Outgoing] = []
    with data.engine.scope() as engine:
        since = engine.run("review_since", SQL["since"], after=moment(month.after(1).first_day)).name
        for name, kind in KINDS.items():
            reply = _reply(name, data, result)
            if reply.result is None:
                continue
            elsewhere = {"ordered_since": since}
            if drawn:
                tables = [f"select member_id from {one.drawn.assigned.name}" for one in drawn]
                elsewhere["on_other_list"] = engine.run(f"review_before_{kind}", " union all ".join(tables)).name
            try:
                found = room(name).draw(data, reply.result, replace(listing, elsewhere=elsewhere), words)
            except PrivtrafficError as error:
                if error.key != "funnel_no_members":
                    raise
                continue
            drawn.append(Outgoing(found, name, folder / f"{month}-{kind}.xlsx"))
    return tuple(drawn)


def _reply(name: str, data: Dataset, result: Result) -> Reply:
    """What the review was told; who never bought is known wherever there is a member file."""
    for reply in result.rooms:
        if reply.name == name:
            return reply
    if name != "funnel" or data.joined is None or result.params.rooms is not None:
        return Reply(name)
    return ask_room(name, data, {"margin": None if result.params.margin_column else result.params.margin})


def table(drawn: Sequence[Outgoing], words: Words) -> Table:
    """The lists: file, whom, how many, what it is about, what to do."""
    valued = any(one.drawn.expected_value is not None for one in drawn)
    columns = (
        Column("file", "text"),
        Column("contact_whom", "text"),
        Column("members_contact", "integer"),
        Column("members_control", "integer"),
        Column("on_other_list", "integer"),
        Column("at_stake", "money"),
        *((Column("expected_value", "money"),) if valued else ()),
        Column("monday", "text"),
    )
    rows = [_row(one, words, valued=valued) for one in drawn]
    total = {
        "lists": show(sum(bool(one.drawn.contact) for one in drawn), "integer"),
        "contact": show(sum(one.drawn.contact for one in drawn), "integer"),
        "control": show(sum(one.drawn.control for one in drawn), "integer"),
    }
    return Table("lists", columns, rows, words("review.lists.finding", **total), section="review.section.findings")


def _row(one: Outgoing, words: Words, *, valued: bool) -> tuple[Value, ...]:
    drawn, kind = one.drawn, KINDS[one.command]
    known = drawn.contact > 0
    worth = [drawn.at_stake, *([drawn.expected_value] if valued else [])]
    return (
        one.file.name if known else None,
        drawn.definition,
        drawn.contact,
        drawn.control,
        drawn.left_out.get("on_other_list", 0),
        *(worth if known else [None] * len(worth)),
        words(f"review.lists.{kind}" if known else "review.lists.nobody"),
    )


def notes(drawn: Sequence[Outgoing], words: Words) -> list[Note]:
    """What must be known before the lists go out, list by list."""
    return [
        Note(note.key, words("review.lists.note", list=words(f"review.list.{KINDS[one.command]}"), note=note.text))
        for one in drawn
        if one.drawn.contact
        for note in contact_list.notes(one.drawn, words)
    ]


def sentences(drawn: Sequence[Outgoing], words: Words) -> dict[str, str]:
    """The finding that a list acts on -> where the list is, and how many are on it."""
    lists = {one.command: one for one in drawn if one.drawn.contact}
    return {finding: _there(lists[name], words) for finding, name in OF_FINDING.items() if name in lists}


def _there(one: Outgoing, words: Words) -> str:
    others = one.drawn.left_out.get("on_other_list", 0)
    return words(
        "review.lists.there",
        list=words(f"review.list.{KINDS[one.command]}"),
        file=one.file.name,
        contact=show(one.drawn.contact, "integer"),
        control=show(one.drawn.control, "integer"),
        others=words("review.lists.others", members=show(others, "integer")) if others else "",
    )
