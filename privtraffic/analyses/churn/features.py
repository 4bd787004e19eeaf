"""What is known of each member at a cutoff, and what followed within the horizon: both are made here alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privtraffic.analyses import rows as fetched
from privtraffic.analyses.churn.rows import GapCount, Past, Span
from privtraffic.analyses.met import counting
from privtraffic.analyses.statistics.quantiles import counted_quantiles
from privtraffic.analyses.statistics.sampling import below
from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.kept import MET, make_member_days

SQL = queries(__name__)

Array = NDArray[np.float64]
Purpose = Literal["train", "validation", "test", "now"]

TEXTS = ("channel", "join_channel")
"""Features that are words: each of the frequent ones becomes a yes or no."""

SETTLED_DAYS = 30
"""Exports tell what was refunded, not when: refunds count for orders that old at the cutoff."""

GAP_SHARES = (10, 25, 50, 75, 90, 95)

MOST_LEARNERS = 30_000
"""Above so many members a sample of them trains, calibrates and tests; all are scored."""

_MOST_FITTED = 10_000
_MOST_TRAINING = 4
_MOST_LEVELS = 6
_LEAST_LEVEL = 30
_MANY = {"brand": "brands", "category": "categories", "store": "stores", "channel": "channels"}
"""What the number of values that a member has met is called."""


@dataclass(frozen=True)
class Clock:
    """The days the analysis looks from: outcomes of the horizon after each, all inside the history but the last's."""

    first_day: date
    as_of: date
    horizon_days: int
    look_back_days: int

    def cutoffs(self) -> list[tuple[Purpose, date]]:
        """The as-of date, the test and validation cutoffs and up to four training cutoffs, a horizon apart.

        A cutoff needs a horizon of history before it; the outcomes of training end where validation begins.
        """
        found: list[tuple[Purpose, date]] = [("now", self.as_of)]
        for steps in range(1, 3 + _MOST_TRAINING):
            day = self.as_of - timedelta(days=steps * self.horizon_days)
            if (day - self.first_day).days + 1 < self.horizon_days:
                break
            found.append(("test" if steps == 1 else "validation" if steps == 2 else "train", day))
        return found

    def table(self) -> pa.Table:
        """The cutoffs as the queries join them."""
        days = [(name, day) for name, day in self.cutoffs()]

        def back(start: date, by: int) -> date:
            return max(start - timedelta(days=min(by, 60_000)), date(1900, 1, 1))

        return pa.table(
            {
                "cutoff": [day for _, day in days],
                "until": [day + timedelta(days=self.horizon_days) for _, day in days],
                "recent_from": [back(day, self.horizon_days) for _, day in days],
                "before_from": [back(day, 2 * self.horizon_days) for _, day in days],
                "looks_from": [back(day, self.look_back_days) for _, day in days],
                "settled": [back(day, SETTLED_DAYS) for _, day in days],
                "year_from": [back(day, 365) for _, day in days],
                "year_until": [back(day, max(365 - self.horizon_days, 0)) for _, day in days],
                "everyone": [name == "now" for name, _ in days],
            }
        )


@dataclass(frozen=True)
class Rows:
    """Members at cutoffs, in the order of cutoff and member.

    Attributes
    ----------
    numbers
        Features by name; NaN where they have no meaning for a member (a gap needs two order days).
    words
        Features that are words.
    churned
        1.0 for no order within the horizon, 0.0 for one; empty where that is not known yet.
    """

    cutoffs: NDArray[Any]
    members: pa.Array
    numbers: Mapping[str, Array]
    words: Mapping[str, NDArray[Any]]
    churned: Array

    def at(self, days: Sequence[date]) -> Rows:
        return self.where(np.isin(self.cutoffs, np.array(days, dtype="datetime64[D]")))

    def where(self, chosen: NDArray[np.bool_]) -> Rows:
        return Rows(
            self.cutoffs[chosen],
            self.members.filter(pa.array(chosen)),
            {name: values[chosen] for name, values in self.numbers.items()},
            {name: values[chosen] for name, values in self.words.items()},
            self.churned[chosen] if len(self.churned) else self.churned,
        )

    def __len__(self) -> int:
        return len(self.cutoffs)

    def levels(self) -> dict[str, tuple[str, ...]]:
        """The frequent words of each feature that is one, most frequent first."""
        found = {}
        for name, values in self.words.items():
            words, counts = np.unique(values[values != ""].astype(str), return_counts=True)
            order = sorted(range(len(words)), key=lambda i: (-counts[i], words[i]))
            found[name] = tuple(str(words[i]) for i in order if counts[i] >= _LEAST_LEVEL)[:_MOST_LEVELS]
        return found

    def matrix(self, names: Sequence[str]) -> Array:
        """The features `names` side by side; `channel=mall` is whether the channel is the mall."""
        columns = []
        for name in names:
            word, sign, level = name.partition("=")
            columns.append((self.words[word] == level).astype(float) if sign else self.numbers[name])
        return np.column_stack(columns) if columns else np.empty((len(self), 0))


def names_of(rows: Rows, levels: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The features that rows can give, in a fixed order, without those that never differ."""
    varied = [name for name, values in rows.numbers.items() if len(np.unique(values)) > 1]
    return (*varied, *(f"{word}={level}" for word, known in levels.items() for level in known if len(known) > 1))


def prepare(data: Dataset) -> Past:
    """Order days of every member in the window; returns their span and the quantiles of the gaps between them.

    Raises
    ------
    PrivtrafficError
        Where no member has an order in the window.
    """
    engine, window = data.engine, data.settings.bounds(data.as_of)
    make_member_days(data, "churn_days")
    engine.run("churn_credits", SQL["credits"], **window)
    span = fetched.row_of(engine.fetch(SQL["span"]), Span)
    if span["first_day"] is None:
        raise PrivtrafficError("clv_nobody", as_of=data.as_of)
    gaps = {row["gap_days"]: row["gaps"] for row in fetched.rows_of(engine.fetch(SQL["gap_spread"]), GapCount)}
    quantiles = dict(zip(GAP_SHARES, counted_quantiles(gaps, GAP_SHARES), strict=False))
    return {"first_day": span["first_day"], "members": span["members"], "gap_days": quantiles}


def present(data: Dataset) -> set[str]:
    """The dimensions that this intake has read."""
    return {*data.columns_of("lines"), *data.columns_of("orders")}


def build(data: Dataset, clock: Clock, members: int) -> int | None:
    """Features and outcomes at every cutoff, in the engine; returns how many members learn, None for all."""
    engine = data.engine
    sampled = members > MOST_LEARNERS
    seed = data.settings.seed
    if sampled:
        sample = SQL["sample"].format(members="churn_days", most=MOST_LEARNERS)
        engine.run("churn_sample", sample, seed=seed, below=below(MOST_LEARNERS, members))
        engine.run("churn_learning", SQL["of_sample"].format(days="churn_days", sample="churn_sample"))
    else:
        engine.view("churn_learning", "select * from churn_days")
    few = SQL["sample"].format(members="churn_learning", most=_MOST_FITTED)
    # The sample is of the members with the least hashes already: the same bound holds for the few of them.
    engine.run("churn_few", few, seed=seed, below=below(_MOST_FITTED, members))
    engine.run("churn_fitted", SQL["of_sample"].format(days="churn_learning", sample="churn_few"))
    engine.scan("churn_cutoffs", clock.table())
    engine.view("churn_seen", SQL["seen"])
    known = data.joined is not None
    where_present = _where_present(present(data), joined=known)
    joined = "left join joined j on m.member_id = j.member_id " if known else ""
    joined += _met(data, SQL["who_learns"] if sampled else "")
    engine.run("churn_features", SQL["features"].format(where_present=where_present, joined=joined))
    engine.run("churn_outcomes", SQL["outcomes"], as_of=data.as_of)
    return MOST_LEARNERS if sampled else None


def _met(data: Dataset, learning: str) -> str:
    """Count what members have met by each cutoff; returns how the counts are joined to what is known of them."""
    engine, bounds, joins = data.engine, data.settings.bounds(data.as_of), []
    for what, table in MET.items():
        if what in present(data):
            many = _MANY[what]
            found = counting(data, table, what, f"churn_marks_of_{many}")
            rows = SQL["met"].format(what=what, table=found.table, learning=learning)
            engine.run(f"churn_{many}", found.counts(rows, "cutoff, member_id", {many: "true"}), **bounds)
            joins.append(SQL["known_of"].format(many=many))
    return " ".join(joins)


def _where_present(has: set[str], *, joined: bool) -> str:
    """The columns that an export may lack; what a member file says now (tier, tags) was not known at a cutoff."""
    parts = []
    if "coupon" in has:
        parts.append("cast(coupon_orders as double) / orders as coupon_share")
        parts.append("case when first_coupons > 0 then 1 else 0 end as first_coupon")
    if "guide" in has:
        parts.append("cast(guide_orders as double) / orders as guide_share")
    parts += [f"cast(coalesce({many}, 0) as int) as {many}" for one, many in _MANY.items() if one in has]
    if "channel" in has:
        parts.append("m.channel")
    if joined:
        parts.append(
            "case when j.joined_on <= m.cutoff then cast(days_between(j.joined_on, m.cutoff) as int) end as joined_days"
        )
        parts.append("case when j.joined_on <= m.cutoff and j.referrer_id is not null then 1 else 0 end as referred")
        parts.append("case when j.joined_on <= m.cutoff then j.channel end as join_channel")
    return "".join(f",\n  {part}" for part in parts)


_KEYS = ("cutoff", "member_id", "first_day", "last_day", "churned")


def learners(engine: Engine, as_of: date) -> Rows:
    """Rows at every cutoff whose outcome is known."""
    sql = SQL["labelled"]
    return rows_of(
        engine.fetch(f"select * from ({sql}) as l where cutoff < :as_of order by cutoff, member_id", as_of=as_of)
    )


EVERYBODY = "select * from churn_features where cutoff = :as_of"
"""All members in the look-back at the as-of date: they never meet in one place."""


def members(engine: Engine, as_of: date) -> int:
    """The number of members in the look-back."""
    found: int = engine.fetch(f"select count(*) as n from ({EVERYBODY}) as e", as_of=as_of)["n"][0].as_py()
    return found


def names(engine: Engine) -> tuple[str, ...]:
    """The features that these data give, numbers first."""
    found = [
        name for name in engine.fetch("select * from churn_features where false").column_names if name not in _KEYS
    ]
    return (*(name for name in found if name not in TEXTS), *(name for name in found if name in TEXTS))


def met(engine: Engine, as_of: date, asked: Sequence[str]) -> set[str]:
    """The subset of `asked` that some member of the look-back has; `channel=mall` means that channel."""
    counts: list[str] = []
    levels: dict[str, str] = {}
    for place, name in enumerate(asked):
        word, sign, level = name.partition("=")
        levels |= {f"level_{place}": level} if sign else {}
        counts.append(f"count(case when {word} = :level_{place} then 1 end)" if sign else f"count({word})")
    if not counts:
        return set()
    columns = ", ".join(f"{count} as n{place}" for place, count in enumerate(counts))
    (row,) = fetched.named_of(engine.fetch(f"select {columns} from ({EVERYBODY}) as e", as_of=as_of, **levels), int)
    return {name for place, name in enumerate(asked) if row[f"n{place}"]}


def rows_of(table: pa.Table) -> Rows:
    """The rows of a table of features."""
    numbers: dict[str, Array] = {}
    words: dict[str, NDArray[Any]] = {}
    for name in table.column_names:
        if name in TEXTS:
            filled = table[name].cast(pa.string()).fill_null("")
            words[name] = filled.to_numpy(zero_copy_only=False)
        elif name not in _KEYS:
            numbers[name] = table[name].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    churned = table["churned"].to_numpy().astype(np.float64) if "churned" in table.column_names else np.empty(0)
    cutoffs = table["cutoff"].cast(pa.date32()).to_numpy().astype("datetime64[D]")
    return Rows(cutoffs, table["member_id"].combine_chunks(), numbers, words, churned)
