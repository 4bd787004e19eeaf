"""One member as a report: sentences for the telephone, then every figure, the months, the orders, the lists."""

from __future__ import annotations

from privtraffic.analyses.catalog import room
from privtraffic.analyses.member.compute import Result
from privtraffic.analyses.member.known import Known, known_of
from privtraffic.analyses.member.sentences import Sentences
from privtraffic.analyses.members.tables import STAGE
from privtraffic.analyses.rfm.present import SEGMENT
from privtraffic.analyses.rows import cells
from privtraffic.report.document import Column, Figure, Report, Table
from privtraffic.report.words import Words

TAKEN = ("churn.obstacle.", "churn.note.no_cause", "clv.note.no_model", "clv.note.interval")
"""The notes of the other analyses that a reader of one member must know, by what their keys begin with."""

PLACES = tuple(Column(name, "text", word=f"member_{name}") for name in ("brands", "store", "guide", "channel"))


def present(result: Result, words: Words) -> Report:
    """The title says where the member stands; the sentences that follow say the rest, one a question."""
    reports = {one.name: room(one.name).present(one.result, words) for one in result.said if one.result is not None}
    known = known_of(result, reports, words)
    say = Sentences(result, known, words)
    title = say.title()
    found = (
        _said(say, title),
        _figures_of(known),
        _over_time(result),
        _offers(known),
        _lists(result),
    )
    return Report(
        command="member",
        title=title,
        as_of=result.as_of,
        facts=(words("fact.as_of", date=result.as_of),),
        figures=_figures(result, known),
        tables=tuple(table for table in found if table.rows),
        detail=_orders(result),
        notes=tuple(note for report in reports.values() for note in report.notes if note.key.startswith(TAKEN)),
    )


def _figures(result: Result, known: Known) -> tuple[Figure, ...]:
    value, low, high = (known.number(key) for key in ("value", "clv_low", "clv_high"))
    return (
        Figure("member_orders", len(result.purchases), "integer"),
        Figure("member_net", result.sum_of("net"), "cents"),
        Figure("member_refunds", result.sum_of("refund_amount"), "cents"),
        Figure("member_recency_days", known.number("recency_days"), "days"),
        Figure("member_churn_probability", known.number("churn_probability"), "share"),
        Figure("member_value", value, "money", low, high),
    )


def _said(say: Sentences, title: str) -> Table:
    """The sentences; a terminal shows each whole."""
    columns = (Column("member_topic", "id", hidden=True), Column("member_said", "text"))
    return Table("member_said", columns, list(say.all()), finding=title)


def _figures_of(known: Known) -> Table:
    """Every figure of the member under the analysis that says it; numbers and ids as JSON has them stand beside."""
    columns = (
        Column("analysis", "text", labels="review.room"),
        Column("member_figure", "text"),
        Column("member_shown", "text"),
        Column("figure", "id", hidden=True),
        Column("number", "measure", hidden=True),
        Column("text", "id", hidden=True),
    )
    return Table("member_figures", columns, list(known.rows()))


def _over_time(result: Result) -> Table:
    kept = [name for name in ("stage", "segment") if any(row[name] for row in result.over_time)]
    columns = (Column("day", "date", word="member_day"), *(column for column in (STAGE, SEGMENT) if column.key in kept))
    return Table("member_over_time", columns, cells(reversed(result.over_time), columns) if kept else [])


def _offers(known: Known) -> Table:
    """The offers of `affinity`, in its own columns."""
    columns, rows = known.offers
    return Table("next_offers", columns, rows)


def _lists(result: Result) -> Table:
    """The lists of the database, the latest first."""
    columns = (
        Column("list_no", "integer"),
        Column("drawn_for", "date"),
        Column("list_command", "text", labels="review.room"),
        Column("arm", "text", labels="contact_group", word="contact_group"),
        Column("definition", "text", word="list_definition"),
    )
    return Table("member_lists", columns, cells(result.lists or (), columns))


def _orders(result: Result) -> Table:
    """One row per order; columns without any value are left out."""
    columns = (
        Column("ordered_at", "date"),
        Column("order_id", "id"),
        Column("order_kind", "text", labels="order_kind"),
        Column("paid_amount", "cents"),
        Column("refund_amount", "cents"),
        Column("net", "cents"),
        *(column for column in PLACES if any(row[column.key] for row in result.orders)),  # type: ignore[literal-required]
    )
    rows = [{**row, "brands": ", ".join(row["brands"]) or None} for row in result.orders]
    return Table("member_orders", columns, cells(rows, columns))
