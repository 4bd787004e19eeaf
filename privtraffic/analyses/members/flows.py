"""Who moved from which stage to which in which month, and what that implies for the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privtraffic.analyses.members.rows import Balance, Entry, Loose, Move, NextMonth
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.calendar import Calendar, month_start

STAGES = ("prospect", "new", "active", "reactivated", "silent", "dormant", "lost")
"""A member is in exactly one of them, in the order in which they are shown."""

OUTSIDE = "outside"
FROM = (OUTSIDE, *STAGES)
ASLEEP = ("dormant", "lost")

MOST_MONTHS = 60
LEARNED_MONTHS = 12
LEAST_MONTHS = 4
"""Months whose rates are needed before the next one is told from them."""

Floats = npt.NDArray[np.float64]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Flows:
    """Members and money by month, stage at its opening (`outside` first) and stage at its close.

    Attributes
    ----------
    members, cents
        month × from × to; the money is that of the month.
    """

    calendar: Calendar
    members: Ints
    cents: Ints

    def closing(self) -> Ints:
        """Members by month and stage at its close."""
        return np.asarray(self.members.sum(axis=1))

    def shown(self, first_month: int | None) -> range:
        """The months to be shown: those from `first_month` on, at most five years."""
        months = self.calendar.months
        start = max(first_month or months[0], months[-1] - MOST_MONTHS + 1)
        return range(max(start - months[0], 0), len(months))

    def complete(self, at: int) -> bool:
        return at < len(self.calendar.months) - 1 or self.calendar.complete

    def moves(self, at: int) -> Iterator[Move]:
        """The moves of one month that anybody made."""
        month = month_start(self.calendar.months[at])
        for start, end in zip(*np.nonzero(self.members[at] | self.cents[at]), strict=True):
            yield {
                "month": month,
                "from": FROM[start],
                "to": STAGES[end],
                "members": int(self.members[at, start, end]),
                "revenue": Decimal(int(self.cents[at, start, end])) / 100,
                "month_complete": self.complete(at),
            }

    def balance(self, at: int) -> Iterator[Balance]:
        """Opening + in − out = closing of one month, a row a stage."""
        month = month_start(self.calendar.months[at])
        whole = self.members[at]
        stay = np.diagonal(whole[1:])
        opening, closing = whole[1:].sum(axis=1), whole.sum(axis=0)
        for place, stage in enumerate(STAGES):
            yield {
                "month": month,
                "stage": stage,
                "opening": int(opening[place]),
                "moved_in": int(closing[place] - stay[place]),
                "moved_out": int(opening[place] - stay[place]),
                "closing": int(closing[place]),
                "revenue": Decimal(int(self.cents[at, :, place].sum())) / 100,
                "month_complete": self.complete(at),
            }


def flows(calendar: Calendar, spells: pa.Table, loose: pa.Table, entries: pa.Table, silent: Mapping[str, int]) -> Flows:
    """Put the spells between orders, and the time before the first one, on the calendar.

    Parameters
    ----------
    spells
        Counts of spells by month of the order, month of the next one, stage before, and the last months of each stage.
    loose
        Money of negative documents in months without a purchase.
    entries
        Counts of members by the month they became known in and the month of their first order.
    silent
        The thresholds.
    """
    months = len(calendar.months)
    members = np.zeros((months, len(FROM), len(STAGES)), dtype=np.int64)
    cents = np.zeros_like(members)
    _before_the_first_order(calendar, entries, members)
    _spells(calendar, spells, members, cents)
    for row in rows_of(loose, Loose):
        at = row["month"] - calendar.months[0]
        start = _stage_on(int(calendar.ends[at - 1]) if at else int(calendar.ends[0]) - 31, row, silent)
        if start == "prospect" and row["entry_month"] >= row["month"]:
            start = OUTSIDE
        cents[at, FROM.index(start), STAGES.index(_stage_on(int(calendar.ends[at]), row, silent))] += row["cents"]
    return Flows(calendar, members, cents)


def _before_the_first_order(calendar: Calendar, entries: pa.Table, members: Ints) -> None:
    outside, prospect = FROM.index(OUTSIDE), STAGES.index("prospect")
    for row in rows_of(entries, Entry):
        entry = row["entry_month"] - calendar.months[0]
        bought = len(members) if row["first_month"] is None else row["first_month"] - calendar.months[0]
        if 0 <= entry < bought:
            members[entry, outside, prospect] += row["members"]
        members[max(entry + 1, 0) : bought, FROM.index("prospect"), prospect] += row["members"]


def _spells(calendar: Calendar, spells: pa.Table, members: Ints, cents: Ints) -> None:
    first, count = calendar.months[0], len(calendar.months)
    column = {name: spells[name].to_numpy(zero_copy_only=False) for name in spells.column_names}
    start = column["month"].astype(np.int64) - first
    stop = np.where(np.isnan(column["next_month"].astype(np.float64)), first + count, column["next_month"]) - first
    number = column["members"].astype(np.int64)
    before = np.array([FROM.index(stage) for stage in column["from_stage"]], dtype=np.int64)
    special = np.where(column["woken"], STAGES.index("reactivated"), STAGES.index("new"))
    until = [column[f"{name}_until"].astype(np.int64) - first for name in ("special", "silent", "dormant", "lost")]
    stages = [special, *(np.full(len(start), STAGES.index(name)) for name in ("active", "silent", "dormant"))]
    for at in range(count):
        here = (start <= at) & (at < stop)
        now = np.select([at <= last for last in until], stages, STAGES.index("lost"))
        np.add.at(members[at], (before[here], now[here]), number[here])
        begins = start == at
        np.add.at(cents[at], (before[begins], now[begins]), column["cents"][begins].astype(np.int64))
        before = np.where(here, now + 1, before)


def _stage_on(day: int, row: Loose, thresholds: Mapping[str, int]) -> str:
    if row["last_day"] is None or row["turn_day"] is None:
        return "prospect"
    away = day - row["last_day"]
    for name in ("lost", "dormant", "silent"):
        if away > thresholds[name]:
            return name
    if day - row["first_day"] <= thresholds["silent"]:
        return "new"
    return "reactivated" if day - row["turn_day"] <= thresholds["silent"] else "active"


def next_month(found: Flows) -> list[NextMonth]:
    """Members by stage a month after the as-of date, implied by the rates of the last complete months.

    Each of the last twelve complete months gives one answer: its rates of moving, and its arrivals, applied to the
    members of now.  Their mean is the forecast, their spread its 95 % interval.  Beside it stands `as_last_month`: the
    change of the last complete month once more.  `implied_error` and `last_error` are the mean absolute errors of both
    in the months that could be told so far.
    """
    closing = found.closing()
    whole = len(closing) if found.calendar.complete else len(closing) - 1
    if whole < LEAST_MONTHS + 1:
        return []
    now = closing[-1].astype(np.float64)
    answers = _answers(found.members, range(max(1, whole - LEARNED_MONTHS), whole), now)
    middle = answers.mean(axis=0)
    spread = _student(len(answers) - 1) * answers.std(axis=0, ddof=1) * np.sqrt(1 + 1 / len(answers))
    last = now + (closing[whole - 1] - closing[whole - 2])
    errors = _errors(found, closing, whole)
    return [
        {
            "stage": stage,
            "members_now": int(now[place]),
            "implied": float(middle[place]),
            "implied_low": max(0.0, float(middle[place] - spread[place])),
            "implied_high": float(middle[place] + spread[place]),
            "as_last_month": max(0.0, float(last[place])),
            "implied_error": None if errors is None else float(errors[0][place]),
            "last_error": None if errors is None else float(errors[1][place]),
            "months_tested": 0 if errors is None else errors[2],
        }
        for place, stage in enumerate(STAGES)
    ]


def _answers(members: Ints, months: range, now: Floats) -> Floats:
    """The members of now after a month like each of these; a row a month.

    A stage that was empty in a month moves as in all of them together; one that was always empty stays.
    """
    together = members[months.start : months.stop, 1:].sum(axis=0)
    pooled = _rates(together, np.eye(len(STAGES)))
    return np.array([now @ _rates(members[at, 1:], pooled) + members[at, 0] for at in months], dtype=np.float64)


def _rates(moves: Ints, otherwise: Floats) -> Floats:
    opening = moves.sum(axis=1, keepdims=True)
    return np.where(opening > 0, moves / np.maximum(opening, 1), otherwise)


def _errors(found: Flows, closing: Ints, whole: int) -> tuple[Floats, Floats, int] | None:
    """Mean absolute error by stage of both forecasts over past months, told from the months before them alone."""
    implied, last = [], []
    for at in range(max(LEAST_MONTHS + 1, whole - LEARNED_MONTHS), whole):
        now = closing[at - 1].astype(np.float64)
        answers = _answers(found.members, range(max(1, at - LEARNED_MONTHS), at), now)
        implied.append(np.abs(answers.mean(axis=0) - closing[at]))
        last.append(np.abs(now + (closing[at - 1] - closing[at - 2]) - closing[at]))
    if not implied:
        return None
    return np.mean(implied, axis=0), np.mean(last, axis=0), len(implied)


def _student(degrees: int) -> float:
    """The 97.5 % quantile of Student's t."""
    from scipy.special import stdtrit  # noqa: PLC0415

    return float(stdtrit(degrees, 0.975))
