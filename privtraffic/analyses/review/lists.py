"""The lists behind what is to be done: whom to contact, file by file; who is on one is on no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, get_args

from privtraffic.analyses import contact_list
from privtraffic.analyses.asking import Reply, ask_room
from privtraffic.analyses.catalog import room
from privtraffic.analyses.contact_list import ContactList, ListParams
from privtraffic.analyses.contact_list.draw import Stake
from privtraffic.analyses.contact_list.files import Further, Outgoing, Several, check_earlier
from privtraffic.analyses.contact_list.offered import with_offers
from privtraffic.analyses.contact_list.spare import running_lists
from privtraffic.analyses.review.compute import Result, observed_month
from privtraffic.analyses.review.figures import moment
from privtraffic.analyses.review.findings_of_analyses import Todo
from privtraffic.analyses.review.held_out import held_out
from privtraffic.analyses.review.monday import known
from privtraffic.analyses.review.months import Month
from privtraffic.analyses.review.per_place import Place, calls_of, per_place
from privtraffic.analyses.review.whose import whose
from privtraffic.dataset import Dataset, ListRecord
from privtraffic.engine.base import Bound
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.report.document import Column, Note, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

if TYPE_CHECKING:
    from privtraffic.analyses.review.room import Params

SQL = queries(__name__)

KINDS: Mapping[str, str] = {
    "rfm": "former-champions",
    "members": "sleepers",
    "cohort": "second-orders",
    "churn": "slipping",
    "affinity": "cross-brand",
    "funnel": "prospects",
}
"""The analysis that draws a list -> what its file is called; who could be on two of them is on the first."""

HELD_OUT = "held-out"
"""What the file of all control groups is called."""

NOBODY = ("funnel_no_members", "cohort_list_nobody", "affinity_list_same_order", "rfm_list_compare")
"""Why an analysis that answered has no list to draw."""

OF_FINDING: Mapping[str, str] = {
    "asleep": "members",
    "migration": "rfm",
    "members": "members",
    "churn": "churn",
    "cohort": "cohort",
    "affinity": "affinity",
    "funnel": "funnel",
}
"""The finding that a list acts on."""


def draw_lists(data: Dataset, result: Result, listing: ListParams, words: Words, folder: Path) -> Several:
    """Draw the list of every analysis that the review asked and that names members to contact.

    Each is what the analysis itself draws at the end of the month, less those who are on a list before it, contacted or
    held out, and those who have ordered since.  One for which nobody is left is empty.
    """
    month = result.month
    data = replace(data, as_of=month.last_day)
    drawn: list[Outgoing] = []
    results = {name: _reply(name, data, result).result for name in KINDS}
    listing = replace(listing, anew=tuple(name for name, answer in results.items() if answer is not None))
    affinity = results["affinity"]
    # A store is no offer.
    offers = affinity.offers if affinity is not None and affinity.level != "store" else None
    # In a scope that lasts as long as what is cut.
    own = replace(data, engine=data.engine.scope())
    told, units = whose(own), None
    if listing.per is not None:
        units = own.engine.run("review_units", f"select member_id, {listing.per} as unit from {told.name}").name
    with data.engine.scope() as engine, with_offers(data, listing, words, offers) as offering:
        ended: Bound = {"after": moment(month.after(1).first_day)}
        since = engine.run("review_since", SQL["since"], **ended).name
        dormant: Bound = {"last_day": month.last_day, "dormant": result.params.dormant_days}
        asleep = engine.run("review_asleep", SQL["asleep"], **ended, **dormant).name
        for name, kind in KINDS.items():
            answer = results[name]
            if answer is None or (name == "affinity" and offers is None):
                continue
            elsewhere = {"ordered_since": since}
            if drawn:
                tables = [f"select member_id from {one.drawn.assigned.name}" for one in drawn]
                elsewhere["on_other_list"] = engine.run(f"review_before_{name}", " union all ".join(tables)).name
            if name == "churn":
                elsewhere["asleep"] = asleep
            try:
                room(name).check_list(answer.params, listing)
                found = room(name).draw(data, answer, replace(offering, elsewhere=elsewhere, units=units), words)
            except PrivtrafficError as error:
                if error.key not in NOBODY:
                    raise
                continue
            drawn.append(Outgoing(found, name, _file(folder, month, kind)))
        # Where nobody is left, what an earlier run wrote for the places must go all the same.
        some = [one for one in drawn if one.drawn.contact] or drawn
        called = [(one, words(_key("review.list", one))) for one in some]
        drawn = [replace(one, calls=calls_of(own, one.drawn, told)) for one in drawn]
        further: list[Further] = []
        running = [(record, _called(record, words)) for record in running_lists(data, data.as_of, listing.anew)]
        held = folder / f"{month}-{HELD_OUT}.xlsx"
        if called and (kept := held_out(own, called, running, held)) is not None:
            further.append(kept)
        if listing.per is not None and called:
            place = Place(listing.per, folder / f"{month}-{listing.per}s", month.last_day, listing.calls)
            further.append(per_place(own, called, told, place))
        return Several(tuple(drawn), tuple(further))


def _called(record: ListRecord, words: Words) -> str:
    """What a list of the database is called: what the review calls those of its command, and its day."""
    command = str(record.manifest.get("command") or "")
    kind = KINDS.get(command, "").replace("-", "_")
    called = words(f"review.list.{kind}") if kind else str(record.manifest.get("file") or command)
    return words("review.list_of_day", list=called, day=record.drawn_for)


def check_lists(data: Dataset, params: Params, listing: ListParams, folder: Path) -> None:
    """Raise where a list of an earlier day stands in the place of one that is surely another."""
    month, _ = observed_month(data, params)
    for name, kind in KINDS.items():
        check_earlier(_file(folder, month, kind), name, listing, month.last_day)


def _file(folder: Path, month: Month, kind: str) -> Path:
    return folder / f"{month}-{kind}.xlsx"


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
    worth = _yardsticks(drawn)
    columns = (
        Column("file", "text"),
        Column("contact_whom", "text"),
        Column("members_contact", "integer"),
        Column("contact_by_channel", "text"),
        Column("members_control", "integer"),
        Column("on_other_list", "integer"),
        *(Column(key, "money") for key in worth),
        Column("monday", "text"),
    )
    rows = [_row(one, words, worth) for one in drawn]
    total = {
        "lists": show(sum(bool(one.drawn.contact) for one in drawn), "integer"),
        "contact": show(sum(one.drawn.contact for one in drawn), "integer"),
        "control": show(sum(one.drawn.control for one in drawn), "integer"),
    }
    finding = words("review.lists.finding", **total, calls=_calls(drawn, words))
    return Table("lists", columns, rows, finding, section="review.section.findings")


def _calls(drawn: Sequence[Outgoing], words: Words) -> str:
    """How many calls a guide has to make, and whether a week is enough."""
    of_guide = sum((Counter(one.calls) for one in drawn), Counter[str]())
    if not of_guide:
        return ""
    most, week = max(of_guide.values()), drawn[0].drawn.params.calls
    over = sum(calls > week for calls in of_guide.values())
    key = "review.lists.calls_over" if over else "review.lists.calls_fit"
    fits = {"week": week, "over": show(over, "integer"), "weeks": -(-most // week)}
    asked = sum(part["contact"] for one in drawn for part in one.drawn.parts if part["channel"] == "guide_call")
    rest = asked - of_guide.total()
    return words(
        "review.lists.calls",
        rest=words("review.lists.calls_rest", calls=show(rest, "integer")) if rest > 0 else "",
        calls=show(of_guide.total(), "integer"),
        guides=show(len(of_guide), "integer"),
        median=show(median(of_guide.values()), "integer"),
        most=show(most, "integer"),
        fits=words(key, **fits),
    )


def _yardsticks(drawn: Sequence[Outgoing]) -> list[str]:
    """What the lists are measured by, a column each: what may be lost, then what is expected."""
    used = {one.drawn.stake for one in drawn if one.drawn.at_stake is not None}
    valued = any(one.drawn.expected_value is not None for one in drawn)
    return [*(key for key in get_args(Stake) if key in used), *(["expected_value"] if valued else [])]


def _row(one: Outgoing, words: Words, worth: Sequence[str]) -> tuple[Value, ...]:
    drawn, there = one.drawn, one.drawn.contact > 0
    told = {drawn.stake: drawn.at_stake, "expected_value": drawn.expected_value}
    return (
        one.file.name if there else None,
        drawn.definition,
        drawn.contact,
        by_channel(drawn, words) or None,
        drawn.control,
        drawn.left_out.get("on_other_list", 0),
        *(told.get(key) if there else None for key in worth),
        words(_key("review.lists", one) if there else "review.lists.nobody"),
    )


def notes(drawn: Sequence[Outgoing], words: Words) -> list[Note]:
    """What must be known before the lists go out, list by list."""
    return [
        Note(note.key, words("review.lists.note", list=words(_key("review.list", one)), note=note.text))
        for one in drawn
        if one.drawn.contact
        for note in contact_list.notes(one.drawn, words)
        # Monday and the table say who is held out, and where they stand.
        if note.key != "list.control"
    ]


def sentences(drawn: Sequence[Outgoing], result: Result, words: Words) -> dict[str, Todo]:
    """The finding that a list acts on -> what to do with it; of several findings of one list the first says it."""
    lists = {one.command: one for one in drawn if one.drawn.contact}
    told = {name: _do(one, result, words) for name, one in lists.items()}
    return {finding: told.get(name, Todo()) for finding, name in OF_FINDING.items()}


def _do(one: Outgoing, result: Result, words: Words) -> Todo:
    """How many members and what they are worth; then the file, the channel, and who is held out until when."""
    drawn = one.drawn
    control = words("review.monday_how.no_control")
    if drawn.control:
        control = words(
            "review.monday_how.control",
            control=show(drawn.control, "integer"),
            until=drawn.last_day,
            file=f"{drawn.as_of:%Y-%m}-{HELD_OUT}.xlsx",
        )
    earlier = known(result, words, one.command)
    whom = words(_key("review.monday_whom", one), contact=show(drawn.contact, "integer"))
    how = words(
        "review.monday_how.list",
        file=one.file.name,
        channels=by_channel(drawn, words),
        control=control,
        known=words("review.monday_how.known", known=earlier) if earlier else "",
    )
    return Todo(words("review.monday.list", whom=whom, worth=_worth(one, result, words)), how)


def by_channel(drawn: ContactList, words: Words) -> str:
    """How many members are to be contacted by which channel, the largest first; the counts add up."""
    counts = Counter[str]()
    for part in drawn.parts:
        counts[part["channel"] or ""] += part["contact"]
    return words("check.comma").join(
        words("review.monday.list_channel", members=show(members, "integer"),
              channel=words(f"contact_channel.{channel}") if channel else "-")
        for channel, members in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if members
    )  # fmt: skip


def _worth(one: Outgoing, result: Result, words: Words) -> str:
    """What the list is expected to bring, with its interval where that was measured; else what is at stake."""
    drawn, params = one.drawn, result.params
    as_margin = params.margin is not None and (not params.margin_column or one.command == "churn")
    what = words("review.monday.margin" if as_margin else "review.monday.revenue")
    effect, stake = drawn.effect, drawn.at_stake
    if effect is not None and drawn.expected_value is not None:
        told = {"what": what, "money": show(drawn.expected_value, "money")}
        if effect.low is None or effect.high is None or stake is None:
            return words("review.monday.list_stated", **told, share=show(effect.share, "share"))
        ends = {"low": stake * effect.low - drawn.cost, "high": stake * effect.high - drawn.cost}
        return words("review.monday.list_measured", **told, **{end: show(ends[end], "money") for end in ends})
    if stake is None and one.command == "rfm":
        return words("review.monday.list_spent", money=show(_spent(drawn), "money"))
    if stake is None:
        return words("review.monday.list_unvalued")
    return words(f"review.monday.list_{drawn.stake}", what=what, money=show(stake, "money"))


def _spent(drawn: ContactList) -> float:
    """What those to be contacted have brought so far, by which `rfm` ranks them."""
    return float(drawn.rows.engine.fetch(SQL["spent"].format(rows=drawn.rows.name))["spent"][0].as_py() or 0)


def _key(prefix: str, one: Outgoing) -> str:
    return f"{prefix}.{KINDS[one.command].replace('-', '_')}"
