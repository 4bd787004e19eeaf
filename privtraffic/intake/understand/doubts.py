"""Another way in which a file could be read, and what of its figures that would move."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 0.005
"""A reading that moves less of every figure than this share is no doubt."""


@dataclass(frozen=True)
class Doubt:
    """A reading of a file that nothing rules out: the shares of the sample that it would move.

    Attributes
    ----------
    told
        The reading that was taken is only likely, and a note says so; else no other one is known, nor ruled out.
    money, orders, days
        The share of the money, of the rows, and of the rows whose day would be another.  One where it cannot be known.
    at
        The column that it is about: where arithmetic accounts for that, nothing is left of it.
    """

    told: bool = False
    money: float = 0.0
    orders: float = 0.0
    days: float = 0.0
    at: int | None = None

    @property
    def moves(self) -> float:
        """The largest share of a figure that would be another."""
        return max(self.money, self.orders, self.days)

    @property
    def counts(self) -> bool:
        return self.moves >= LEAST


UNKNOWN = Doubt(money=1.0)
"""What cannot be measured may move everything."""
LIKELY = Doubt(told=True, money=1.0)
