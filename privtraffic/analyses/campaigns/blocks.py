"""The calendar as it is judged: campaigns that overlap are one block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from privtraffic.analyses.campaigns.baseline import Bools
from privtraffic.analyses.campaigns.room import SCOPE
from privtraffic.analyses.campaigns.rows import CalendarRow

SOON = 3
"""Where too few windows are free of days after campaigns, those after one are barred for so many times its length."""
Scope = tuple[str | None, ...]
"""Channel, brand and store; None is every one."""


@dataclass(frozen=True)
class Block:
    """A campaign, or several whose days meet; days are counted from 1900-01-01.

    Attributes
    ----------
    teaser
        The first day that is no day like others: of the teaser, else of the campaign.
    cost, claimed
        Money it cost, and what the platform says it sold; None where the calendar does not tell.
    """

    number: int
    name: str
    first: int
    last: int
    teaser: int
    scope: Scope
    cost: Decimal | None
    claimed: Decimal | None
    kinds: tuple[str, ...]

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def blocks_of(rows: Sequence[CalendarRow]) -> list[Block]:
    """The blocks by their first day.

    A block is for what all its campaigns are for; where they differ, for everything.
    """
    found: dict[int, list[CalendarRow]] = {}
    for row in rows:
        found.setdefault(row["block"], []).append(row)
    return sorted((_block(number, own) for number, own in found.items()), key=lambda b: (b.first, b.number))


def _block(number: int, rows: Sequence[CalendarRow]) -> Block:
    first = min(row["first"] for row in rows)
    scopes = [(row["channel"], row["brand"], row["store"]) for row in rows]
    names = list(dict.fromkeys(row["campaign"] for row in rows))
    return Block(
        number=number,
        name=" + ".join(names[:3]) + (f" + {len(names) - 3}" if len(names) > 3 else ""),
        first=first,
        last=max(first, *(row["last"] for row in rows)),
        teaser=min(first, *(row["teaser"] for row in rows)),
        scope=tuple(values.pop() if len(values := {*column}) == 1 else None for column in zip(*scopes, strict=True)),
        cost=_sum(row["cost"] for row in rows),
        claimed=_sum(row["claimed"] for row in rows),
        kinds=tuple(sorted({row["kind"] for row in rows if row["kind"]})),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def busy(
    blocks: Sequence[Block], scope: Scope, first: int, days: int, after: int = 0, *, times: int | None = None
) -> Bools:
    """A mask of the days of a scope that belong to a campaign or its teaser; with `after`, of the days after one.

    With `times`, no more days after a campaign than so many times its own length.
    """
    found = np.zeros(days, dtype=np.bool_)
    for block in blocks:
        if meets(block.scope, scope):
            most = after if times is None else min(after, times * block.length)
            start, stop = (block.last + 1, block.last + 1 + most) if after else (block.teaser, block.last + 1)
            found[max(start - first, 0) : max(stop - first, 0)] = True
    return found


def meets(one: Scope, other: Scope) -> bool:
    """Whether some sales are in both scopes."""
    return all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def narrowed(scope: Scope, column: str | None, value: str | None) -> Scope:
    """A scope within one value of a column; of a column that no campaign is for, the same scope."""
    if column not in SCOPE:
        return scope
    return tuple(value if name == column else own for name, own in zip(SCOPE, scope, strict=True))
