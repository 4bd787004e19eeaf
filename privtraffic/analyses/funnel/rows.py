"""The rows of the funnel, and those its queries give."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypedDict

Basis = Literal["counts", "persons"]
StepState = Literal["ok", "not_nested", "nobody", "too_young"]


Step = TypedDict(
    "Step",
    {
        "from": str,
        "to": str,
        "basis": Basis,
        "group": str | None,
        "within": int | None,
        "entered": int,
        "reached": int,
        "rate": float | None,
        "low": float | None,
        "high": float | None,
        "complete": bool,
        "step_state": StepState,
    },
)
"""How many of those who took one step took another."""


StepTime = TypedDict(
    "StepTime",
    {
        "from": str,
        "to": str,
        "group": str | None,
        "day": int,
        "share": float,
        "low": float,
        "high": float,
        "at_risk": int,
    },
)
"""The share that has taken a step by a day."""


StepMonth = TypedDict(
    "StepMonth",
    {
        "from": str,
        "to": str,
        "month": str,
        "entered": int,
        "within_0": float | None,
        "within_7": float | None,
        "within_30": float | None,
        "within_90": float | None,
        "within_365": float | None,
    },
)
"""Who started in one month, and the share that took the next step in time."""


Place = TypedDict(
    "Place",
    {
        "from": str,
        "to": str,
        "group": str,
        "entered": int,
        "reached": int,
        "rate": float | None,
        "low": float | None,
        "high": float | None,
        "shrunk_rate": float | None,
        "z": float | None,
        "p": float | None,
        "q": float | None,
        "few": bool,
    },
)
"""One store, channel or guide beside all others."""


class FriendMonth(TypedDict):
    """Friendships made and ended in one month."""

    month: str
    added: int
    requests: int | None
    lost: int
    net: int
    stock: int
    complete: bool


class FriendWeek(TypedDict):
    """Friendships made in one week, and the share that still stands."""

    week: str
    added: int
    kept_7: float | None
    kept_30: float | None
    kept_90: float | None
    kept_365: float | None


class GroupWeek(TypedDict):
    """What group chats and messages counted in one week."""

    week: str
    groups_added: int | None
    joined: int | None
    chats: int | None
    messages: int | None


class Prospect(TypedDict):
    """Members of one span of ages who joined and never bought."""

    age: str
    members: int
    chance: float | None
    low: float | None
    high: float | None
    backtest_members: int
    backtest_chance: float | None
    backtest: float | None
    backtest_low: float | None
    backtest_high: float | None
    value: float | None


class PairCount(TypedDict):
    """Counts of two steps on the same days in the same places."""

    from_step: str
    to_step: str
    place: str | None
    entered: int
    reached: int


class StepTotal(TypedDict):
    """The sums of one step."""

    step: str
    people: int


class Weekly(TypedDict):
    """One step in one week."""

    week: int
    step: str
    people: int


class Facts(TypedDict):
    """Whether the counts hold sales themselves, and how many name a store."""

    sold: int
    with_store: int


class Requests(TypedDict):
    """Requests of the staff to be friends, in one month."""

    step: str
    month: int
    people: int


class Monthly(TypedDict):
    """Friendships of one month."""

    month: int
    people: int


class Already(TypedDict):
    """Persons by what their start leaves open.

    `already` had bought before, `strangers` are no members, of `day_alone` order and start are on one day and not both
    have a clock, `unseen` started before orders were on file.
    """

    already: int
    strangers: int
    day_alone: int
    unseen: int


class FirstValue(TypedDict):
    """The value of first orders."""

    buyers: int
    net: Decimal


class Undated(TypedDict):
    """Friendships by whether it is known when they began."""

    rows: int
    undated: int


class Within(TypedDict):
    """Members who took the next step in time, by place."""

    place: str | None
    people: int


class AgeCount(TypedDict):
    """Members without an order by age, and those of them who bought in the days after."""

    age: int
    members: int
    bought: int
