"""The repurchase rate of twelve months, and whose members its change came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, NamedTuple, TypeVar

from privtraffic.analyses.review.contributions import NOT_GIVEN, SMALL, Side
from privtraffic.analyses.review.measures import Change, bounded
from privtraffic.analyses.review.months import Month, Observed
from privtraffic.analyses.review.rows import JoinedState, Source, StartedState, State
from privtraffic.analyses.rows import named_of, rows_of
from privtraffic.analyses.statistics.corrections import q_values
from privtraffic.analyses.statistics.intervals import Z95, two_sided, wilson
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.review.compute")

SPAN = 12
WINDOWS = 13
EARLIER = "earlier"

StateT = TypeVar("StateT", State, StartedState, JoinedState)


class Counted(NamedTuple):
    """Members with two orders or more, and with any, in twelve months."""

    again: int
    any: int


@dataclass(frozen=True)
class Repeats:
    """Members with at least two orders of those with at least one, in the twelve months to a month's end.

    Attributes
    ----------
    rates
        By month number, where twelve months are in the data; of the month reviewed also on fewer, see `whole`.
    interval
        Of the month reviewed.
    whole
        Whether the data hold all twelve months of it.
    changes
        By side, where both have all twelve months.
    sources
        Groups of members by month and channel of joining: how much of the last month's change came from each.
    """

    rates: Mapping[int, float]
    interval: tuple[float, float] | None
    whole: bool
    changes: Mapping[str, Change]
    sources: Sequence[Source]
    by_joining: bool


def follow_repeats(data: Dataset, month: Month, observed: Observed, sides: Sequence[Side]) -> Repeats:
    """Rates of the last thirteen months in one pass over the member months, and the sources of the last change."""
    engine = data.engine
    windows = ", ".join(
        f"cast(sum(orders) filter (where month between {month.number - back - SPAN + 1} and {month.number - back})"
        f" as int) as w{back}"
        for back in range(WINDOWS)
    )
    oldest = month.number - WINDOWS - SPAN + 1
    engine.run("review_repeats", SQL["repeats"].format(windows=windows), oldest=oldest)
    counted = _counted(data, WINDOWS)
    rates: dict[int, float] = {}
    for back, found in enumerate(counted):
        if found.any and (back == 0 or observed.begun(month.after(-back - SPAN + 1))):
            rates[month.number - back] = found.again / found.any
    changes: dict[str, Change] = {}
    for side, back in zip(sides, (1, 12), strict=True):
        if side.known and observed.begun(side.month.after(1 - SPAN)) and (moved := _change(_states(data, back, State))):
            changes[side.name] = moved
    by_joining = data.joined is not None
    sources: Sequence[Source] = ()
    if "before" in changes:
        engine.run("review_first_months", SQL["first_months"])
        sources = _sources(data, month, by_joining=by_joining)
    return Repeats(
        rates=rates,
        interval=wilson(counted[0].again, counted[0].any),
        whole=observed.begun(month.after(1 - SPAN)),
        changes=changes,
        sources=sources,
        by_joining=by_joining,
    )


def compare_windows(data: Dataset) -> tuple[Sequence[Counted], Change | None]:
    """The two windows of `review_repeats` that a comparison made, and the difference of their rates."""
    return _counted(data, 2), _change(_states(data, 1, State))


def _counted(data: Dataset, windows: int) -> list[Counted]:
    """Members with one order, and with two or more, in each window of `review_repeats`."""
    counts = ", ".join(
        f"cast(count(w{back}) as bigint) as b{back}, cast(count(*) filter (where w{back} > 1) as bigint) as a{back}"
        for back in range(windows)
    )
    (found,) = named_of(data.engine.fetch(SQL["repeat_rates"].format(rates=counts)), int)
    return [Counted(found[f"a{back}"], found[f"b{back}"]) for back in range(windows)]


def _states(data: Dataset, back: int, kind: type[StateT], groups: str = "", joins: str = "") -> list[StateT]:
    return rows_of(data.engine.fetch(SQL["repeat_states"].format(back=back, groups=groups, joins=joins)), kind)


def _totals(states: Sequence[State], when: Literal["now", "before"]) -> tuple[int, int]:
    """Members with two orders or more, and with any."""
    again = sum(row["members"] for row in states if row[when] == 2)
    return again, sum(row["members"] for row in states if row[when])


def _weight(state: int, rate: float) -> float:
    """What a member adds to (again − rate × any)."""
    return float(state == 2) - rate * float(state > 0)


def _change(states: Sequence[State]) -> Change | None:
    """The difference of two rates over windows that share most of their members: each member counts in both."""
    (again, any_now), (again_before, any_before) = _totals(states, "now"), _totals(states, "before")
    if not any_now or not any_before:
        return None
    rate, before = again / any_now, again_before / any_before
    squares = sum(
        row["members"] * (_weight(row["now"], rate) / any_now - _weight(row["before"], before) / any_before) ** 2
        for row in sorted(states, key=lambda row: (row["now"], row["before"]))
    )
    return bounded(rate - before, sqrt(squares))


def _sources(data: Dataset, month: Month, *, by_joining: bool) -> list[Source]:
    """Each group of members: how much of the change it brought, by its own rate and by its size.

    A group is a channel of joining and the months since: those who joined two months ago are compared with those who
    had joined two months before the month before, so that a young group is not blamed for its youth.  With R̄ the mean
    of both rates a group adds (again − R̄ any) ÷ all buyers, now less before: over all groups exactly the change.
    """
    started = "s.started"
    if by_joining:
        joining = "cast(months_between_starts(date '1900-01-01', j.joined_on) as int)"
        started = f"coalesce({joining}, s.started)"
    oldest = month.number - SPAN - 1
    groups = f"greatest({started}, {oldest}) as started, " + ("j.channel as channel, " if by_joining else "")
    joins = "join review_first_months s on r.member_id = s.member_id"
    joins += " left join joined j on r.member_id = j.member_id" if by_joining else ""
    states: list[tuple[StartedState, str | None]]
    if by_joining:
        joined = _states(data, 1, JoinedState, groups, joins)
        states = [(row, row["channel"] or NOT_GIVEN) for row in joined]
    else:
        states = [(row, None) for row in _states(data, 1, StartedState, groups, joins)]
    rows = [row for row, _ in states]
    (again, any_now), (again_before, any_before) = _totals(rows, "now"), _totals(rows, "before")
    middle = (again / any_now + again_before / any_before) / 2
    found: dict[tuple[int, str | None], _Group] = {}
    for row, channel in sorted(
        states, key=lambda one: (one[0]["started"], one[1] or "", one[0]["now"], one[0]["before"])
    ):
        ages = (_age(month.number - row["started"]), _age(month.number - 1 - row["started"]))
        steps = (_weight(row["now"], middle) / any_now, -_weight(row["before"], middle) / any_before)
        for age in sorted(set(ages)):
            step = sum(part for part, own in zip(steps, ages, strict=True) if own == age)
            found.setdefault((age, channel), _Group()).add(row, step, now=ages[0] == age, before=ages[1] == age)
    out = [group.row(age, channel, month) for (age, channel), group in found.items()]
    for source, q in zip(out, q_values([source["source_q"] for source in out]), strict=True):
        source["source_q"] = q
    return sorted(out, key=lambda row: (-abs(row["rate_points"]), row["months_since_start"], row["channel"] or ""))


def _age(months: int) -> int:
    return min(max(months, 0), SPAN)


@dataclass
class _Group:
    """Sums over the members of one group, while they are counted."""

    points: float = 0.0
    squares: float = 0.0
    buyers: int = 0
    again: int = 0
    buyers_before: int = 0
    again_before: int = 0

    def add(self, row: State, step: float, *, now: bool, before: bool) -> None:
        members = row["members"]
        self.points += members * step
        self.squares += members * step * step
        self.buyers += members * (now and row["now"] > 0)
        self.again += members * (now and row["now"] == 2)
        self.buyers_before += members * (before and row["before"] > 0)
        self.again_before += members * (before and row["before"] == 2)

    def row(self, age: int, channel: str | None, month: Month) -> Source:
        spread = sqrt(self.squares)
        return {
            "started_month": str(month.after(-age)) if age < SPAN else EARLIER,
            "months_since_start": age,
            "channel": channel,
            "rate_points": self.points,
            "rate_points_low": self.points - Z95 * spread if spread else None,
            "rate_points_high": self.points + Z95 * spread if spread else None,
            "source_buyers": self.buyers,
            "source_rate": self.again / self.buyers if self.buyers else None,
            "source_rate_before": self.again_before / self.buyers_before if self.buyers_before else None,
            # The p-value, until those of all groups are known.
            "source_q": two_sided(self.points, spread) if spread else 1.0,
            "small_part": min(self.buyers, self.buyers_before) < SMALL,
        }
