"""The other analyses, asked about the same month on the same tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from privtraffic.analyses.catalog import ROOMS, room
from privtraffic.analyses.review.months import Month
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.load import Dataset
from privtraffic.progress import stage

HEADLINES: Mapping[str, tuple[str, ...]] = {
    "rfm": ("segments", "migration"),
    "members": ("stages", "super_members", "sleeper_kinds"),
    "churn": ("risk_bands", "risk_reasons"),
    "cohort": ("retention_triangle", "average_retention"),
    "clv": ("channels", "payback"),
    "affinity": ("pairs",),
}
"""The rooms in the order in which they are asked, and the tables that are taken from each."""


_NEEDED_TO_TELL = ("churn", "affinity")
"""Rooms that ask their tables again when they present; the others' are dropped at once, and these are asked last."""


@dataclass(frozen=True)
class Answer:
    """What a room said: a result, or why there is none.

    `reason` is a word of the review, or the error that the room raised.
    """

    name: str
    result: Any = None
    reason: str | PrivtrafficError | None = None


def ask(data: Dataset, month: Month, wanted: tuple[str, ...] | None, known: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Ask every room that there is; one that the data cannot carry gives its reason instead."""
    names = [name for name in HEADLINES if name in ROOMS and (wanted is None or name in wanted)]
    asked = sorted(names, key=lambda name: name in _NEEDED_TO_TELL)
    answers = {name: _ask(name, data, month, known) for name in asked}
    return tuple(answers[name] for name in names)


def _ask(name: str, data: Dataset, month: Month, known: Mapping[str, Any]) -> Answer:
    reason = _OBSTACLES[name](data, month) if name in _OBSTACLES else None
    if reason:
        return Answer(name, reason=reason)
    found = room(name)
    given = dict(known)
    if name == "cohort" and known.get("margin_column"):
        given["margin"] = None
    if name == "rfm":
        given["compare_to"] = month.after(-1).last_day
    allowed = {field.name for field in fields(found.Params)}
    params = found.Params(**{key: value for key, value in given.items() if key in allowed})
    before = set(data.engine.tables())
    try:
        with stage(f"review_{name}"):
            return Answer(name, found.compute(data, params))
    except PrivtrafficError as error:
        return Answer(name, reason=error)
    finally:
        if name not in _NEEDED_TO_TELL:
            data.engine.drop(*sorted(set(data.engine.tables()) - before))


def _no_brands(data: Dataset, _month: Month) -> str | None:
    lines = data.engine.fetch("select * from lines where 1 = 0").column_names
    return None if "brand" in lines else "review.left_out.brand"


_OBSTACLES: Mapping[str, Callable[[Dataset, Month], str | None]] = {"affinity": _no_brands}
"""What can be told before a room is entered."""
