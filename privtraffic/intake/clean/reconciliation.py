"""The account of one run: rows and money read = kept + dropped by reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.ledger import Ledger
from privtraffic.intake.understand.gather import Gathered, Part
from privtraffic.intake.understand.recognition import Note
from privtraffic.quality import QualityReport, UnknownStatus, Unparsed
from privtraffic.schema import REASONS

SQL = queries(__name__)
NOTHING = Decimal("0.00")
ALONE = "refund_without_purchase"
OBSERVED = (None, "filtered", ALONE)
"""Whose days are observed: what is counted, and what only was not asked for."""
Counts = Sequence[Mapping[str, Any]]


def counted(engine: Engine, ledger: Ledger) -> Counts:
    """Orders, rows and money by reason, with and without a member; times of those that count."""
    counts = engine.fetch(SQL["counts"].format(beyond=SQL["beyond"])).to_pylist()
    no_times = dict.fromkeys(("first_time", "last_time", "last_credit_time"))
    return ledger.over_all("counts", [row if row["reason"] in OBSERVED else {**row, **no_times} for row in counts])


def quality_of(
    engine: Engine,
    gathered: Gathered,
    counts: Counts,
    facts: Mapping[str, Any],
    ledger: Ledger,
    *,
    unknown: tuple[UnknownStatus, ...],
    notes: tuple[Note, ...],
) -> QualityReport:
    """Rows and money read = kept + dropped by reason."""
    rows: dict[str, int] = {}
    money: dict[str, Decimal] = {}
    for row in counts:
        if reason := "no_member" if row["anonymous"] else row["reason"]:
            rows[reason] = rows.get(reason, 0) + row["row_count"]
            money[reason] = money.get(reason, NOTHING) + row["money"]
    order = sorted(rows, key=REASONS.index)
    none = {"order_count": 0, "credit_count": 0, "credit_money": NOTHING, "money": NOTHING, "refunds": NOTHING}
    valid = {row["anonymous"]: row for row in counts if row["reason"] is None}
    kept, anonymous = valid.get(False, none), valid.get(True, none)
    first = [row["first_time"] for row in valid.values() if row["first_time"]]
    last_order, last_credit = days_of_last(counts)
    return QualityReport(
        files=tuple(part.account() for part in gathered.parts),
        rows_read=sum(row["row_count"] for row in counts),
        rows_dropped={reason: rows[reason] for reason in order},
        money_read=sum((row["money"] for row in counts), NOTHING),
        money_dropped={reason: money[reason] for reason in order},
        refunds=kept["refunds"],
        orders=kept["order_count"] - kept["credit_count"],
        credits=kept["credit_count"],
        credit_money=kept["credit_money"],
        anonymous_orders=anonymous["order_count"] - anonymous["credit_count"],
        anonymous_revenue=anonymous["money"] - anonymous["refunds"],
        first_day=min(first).date() if first else None,
        last_day=last_order or last_credit,
        bad_amounts=facts["bad_amounts"],
        bad_times=facts["bad_times"],
        unparsed=_unparsed(engine, gathered.parts, ledger),
        unknown_statuses=unknown,
        skipped=gathered.skipped,
        notes=(*notes, *_credits_alone(rows, money, kept), *_beyond_paid(counts)),
    )


def days_of_last(counts: Counts) -> tuple[date | None, date | None]:
    """The days of the last order and of the last return document, whatever rows are asked for."""
    counted = [row for row in counts if row["reason"] in OBSERVED]
    sold, credited = ([row[time] for row in counted if row[time]] for time in ("last_time", "last_credit_time"))
    return max(sold).date() if sold else None, max(credited).date() if credited else None


def late_credits(engine: Engine, counts: Counts, ledger: Ledger) -> list[Note]:
    """What return documents behind the last order take back; its last moment is then `observed` in the engine."""
    before_order, before_credit = days_of_last(ledger.known_rows("counts"))
    ledger.refuse(unless=not (before_order and before_credit and before_credit > before_order))
    last_order, last_credit = days_of_last(counts)
    if not last_order or not last_credit or last_credit <= last_order:
        return []
    ledger.refuse(unless=False)
    day_end = datetime.combine(last_order, time.max)
    engine.run("observed", "select cast(:day_end as timestamp) as last_moment", day_end=day_end)
    row = engine.fetch(SQL["late_credits"]).to_pylist()[0]
    return [("note.late_returns", row)] if row["documents"] else []


def _credits_alone(rows: Mapping[str, int], money: Mapping[str, Decimal], kept: Mapping[str, Any]) -> list[Note]:
    """What documents take back from members without a purchase here: no figure of members can hold it."""
    if not (count := rows.get(ALONE)):
        return []
    revenue = kept["money"] - kept["refunds"]
    return [("note.refund_alone", {"rows": count, "money": money[ALONE], "money_with": revenue + money[ALONE]})]


def _beyond_paid(counts: Sequence[Mapping[str, Any]]) -> list[Note]:
    """Orders to which more was paid back than was paid, and by how much."""
    orders = sum(row["beyond_count"] for row in counts)
    money = sum((row["beyond_money"] for row in counts), NOTHING)
    return [("note.refund_beyond", {"orders": orders, "money": money})] if orders else []


def _unparsed(engine: Engine, parts: Sequence[Part], ledger: Ledger) -> tuple[Unparsed, ...]:
    found = {part.number: part for part in parts}
    rows = ledger.first_told("unparsed", engine.fetch(SQL["unparsed"]).to_pylist())
    places = ((found[row["file_no"]], row) for row in rows)
    return tuple(
        Unparsed(part.file, part.row_number(row["row_no"]), row["field"], row["value"][:60]) for part, row in places
    )
