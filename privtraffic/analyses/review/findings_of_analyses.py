"""Findings of a month that other analyses made, by rules that read their results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from privtraffic.analyses.review.compute import Result
from privtraffic.analyses.review.numbers import signed_money
from privtraffic.analyses.review.other_analyses import HEADLINES
from privtraffic.analyses.review.past_lists import Judged
from privtraffic.analyses.review.places import shortfall
from privtraffic.analyses.rfm.segments import BEST
from privtraffic.analyses.teams.sentences import title as place_title
from privtraffic.report.document import Report
from privtraffic.report.format import show
from privtraffic.report.words import Words


class Todo(NamedTuple):
    """What to do: in one line who, how many, worth what; then how, which nobody reads out."""

    what: str = ""
    how: str = ""


@dataclass(frozen=True)
class Finding:
    """One sentence, the money it is about (None where it is not about money), and the table it rests on."""

    key: str
    text: str
    money: float | None
    table: str
    monday: Todo = field(default_factory=Todo)


def migration(result: Result, words: Words) -> Iterator[Finding]:
    """Champions of last month who are none any more, with what they have brought so far."""
    rfm = next((answer.result for answer in result.rooms if answer.name == "rfm" and answer.result), None)
    if rfm is None or not rfm.migration:
        return
    were = [row for row in rfm.migration if row["from_segment"] == BEST]
    gone = [row for row in were if row["to_segment"] != BEST]
    came = [r for r in rfm.migration if r["to_segment"] == BEST != r["from_segment"]]
    members, money = sum(row["members"] for row in gone), sum((row["revenue"] for row in gone), Decimal(0))
    if not members:
        return
    text = words(
        "review.find.migration",
        members=show(members, "integer"),
        whole=show(sum(row["members"] for row in were), "integer"),
        segment=words(f"segment.{BEST}"),
        came=show(sum(row["members"] for row in came), "integer"),
        money=show(money, "money"),
    )
    yield Finding("migration", text, float(money), "migration")


def places(result: Result, words: Words) -> Iterator[Finding]:
    """Stores and guides whose members come back more or less often than expected, for sure; as `teams` says it."""
    for by, rows in result.places.items():
        missing = shortfall(rows) * (result.now["order_value"] or 0.0)
        rated = sorted((row["rated"] for row in rows), key=lambda row: -(row["fair"] or 0.0))
        yield Finding(f"places_{by}", place_title(by, rated, words), -missing if missing else None, f"{by}s")


def acquisition(result: Result, words: Words) -> Iterator[Finding]:
    """What the month was spent on new members, and what each cost; spend is observed whole, so there is no interval."""
    clv = next((answer.result for answer in result.rooms if answer.name == "clv" and answer.result), None)
    if clv is None or clv.cost is None:
        return
    spent = [row for row in clv.cost.months if str(row["month"])[:7] == str(result.month) and row["cost"]]
    cost, joined = sum(float(row["cost"]) for row in spent), sum(row["joined"] for row in spent)
    rated = sorted((row for row in spent if row["cac"] is not None), key=lambda row: (row["cac"], row["channel"]))
    if not rated or not joined:
        return
    unpaid = [c.name for c in clv.cost.channels if c.cac is not None and c.paid_back is None and c.name]
    later = clv.params.margin is not None and unpaid
    text = words(
        "review.find.acquisition",
        cost=show(cost, "money"),
        joined=show(joined, "integer"),
        cac=show(cost / joined, "money"),
        channels=words("check.comma").join(f"{row['channel']} {show(row['cac'], 'money')}" for row in rated),
        unpaid=words("review.unpaid", channels=words("check.comma").join(unpaid)) if later else "",
    )
    yield Finding("acquisition", text, cost, "channels")


def lists(result: Result, words: Words) -> Iterator[Finding]:
    """Lists whose members brought more, or less, than those held out, by more than chance; else that none did."""
    for judged in result.lists:
        gain = revenue_gain(judged)
        if gain is None:
            continue
        value, low, high = gain
        key = "list" if low > 0 or high < 0 else "list_even"
        text = words(
            f"review.find.{key}",
            number=judged.number,
            sent=judged.sent_on,
            gain=signed_money(value),
            low=signed_money(low),
            high=signed_money(high),
        )
        yield Finding(key, text, value if key == "list" else None, "list_effects")


def revenue_gain(judged: Judged) -> tuple[float, float, float] | None:
    """What a list brought above its control group, with its 95 % interval; None where that cannot be told."""
    if judged.result is None or not judged.result.returns:
        return None
    value, low, high = judged.result.returns[0].revenue
    return None if value is None or low is None or high is None else (value, low, high)


_ROOM_MONEY: Mapping[str, tuple[str, ...]] = {
    "churn": ("margin_at_stake", "revenue_at_stake"),
    "clv": ("clv", "future_revenue"),
    "members": ("wake_value",),
}
_ROOM_DAYS = {"churn": "churn_horizon_days", "clv": "horizon_days"}
"""A forecast is ranked by its money a month."""


_TABLES: Mapping[str, tuple[str, ...]] = {"cohort": ("average_retention", "newness_of_groups"), "split": ("split",)}
"""Rooms whose tables speak each for itself: of the month, or of another question."""


def of_room(name: str, report: Report) -> Iterator[Finding]:
    """The finding of another analysis as it says it itself, where the review shows a table of it."""
    if name in _TABLES:
        tables = {table.key: table for table in report.tables if table.rows and table.finding}
        told = [tables[key] for key in _TABLES[name] if key in tables]
        yield from (Finding(table.key if at else name, table.finding, None, table.key) for at, table in enumerate(told))
        return
    table = next((table for table in report.tables if table.key in HEADLINES[name] and table.rows), None)
    if name == "rfm" or table is None:
        return
    figures = {figure.key: figure.value for figure in report.figures}
    known = [figures[key] for key in _ROOM_MONEY.get(name, ()) if figures.get(key) is not None]
    money = float(known[0]) if known else None  # type: ignore[arg-type]
    days = figures.get(_ROOM_DAYS.get(name, ""))
    if money is not None and days:
        money *= 30 / float(days)  # type: ignore[arg-type]
    if name == "affinity" and figures.get("pairs_pulling") and isinstance(table.rows, Sequence):
        first = dict(zip((column.key for column in table.columns), table.rows[0], strict=True))
        money = None if first["pair_revenue"] is None else float(first["pair_revenue"])  # type: ignore[arg-type]
    yield Finding(name, report.title, money, table.key)
