"""What a source was understood to be, and what its role needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from privtraffic.intake.read.source import Row
from privtraffic.intake.understand.keys import PLAIN, Keys
from privtraffic.intake.understand.profile import Profile, Role
from privtraffic.intake.understand.wide import Wide

Note = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class Recognition:
    """What a source was understood to be.

    Attributes
    ----------
    columns
        Field -> the positions of its columns: the first is read, further ones fill its gaps, or are added to it.
    signs
        Field -> +1 or -1 for each of its columns, where they are added.
    words
        Beside the status, the columns whose words decide about a row, in the order of the profile; None is absent.
    order_level
        Fields whose amount belongs to the whole order.
    notes
        (word, values) of what was assumed.
    wide
        The columns of a spend file that has a column for each channel or month.
    keys
        How the member key is read.
    own_words
        (word, state): what the words of the status mean in this file alone.
    """

    profile: Profile
    header_row: int
    header: Row
    columns: Mapping[str, tuple[int, ...]]
    confidence: float
    day_order: str = ""
    signs: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    words: tuple[int | None, ...] = ()
    order_level: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    wide: Wide | None = None
    keys: Keys = PLAIN
    own_words: tuple[tuple[str, str], ...] = ()

    @property
    def mapping(self) -> dict[str, str]:
        """Field -> the header it is read from; of a sum all of them."""
        return {name: self._headers(name, positions) for name, positions in self.columns.items()}

    def _headers(self, name: str, positions: tuple[int, ...]) -> str:
        signs = self.signs.get(name, (1,))
        terms = [f"{'+' if sign > 0 else '-'} {self.header[at]}" for sign, at in zip(signs, positions, strict=False)]
        return " ".join(terms).removeprefix("+ ")


CLOCKS = ("ordered_at", "paid_at", "created_at")
NEEDED: Mapping[Role, tuple[tuple[str, ...], ...]] = {
    "orders": (("member_id",), CLOCKS, ("paid_amount", "unit_price")),
    "items": (("order_id",),),
    "payments": (("order_id",), ("paid_amount",)),
    "people": (("buyer_ref",), ("member_id",)),
    "aftersale": (("order_id",), ("refund_amount",)),
    "members": (("member_id",), ("joined_at",)),
    "spend": (("date", "month"), ("channel",), ("cost",)),
}


def needed(candidate: Profile) -> tuple[tuple[str, ...], ...]:
    """The groups of fields of which a profile's file must have one each; a platform's member list may lack the date."""
    if candidate.role == "members" and not candidate.generic:
        return NEEDED["members"][:1]
    return NEEDED[candidate.role]
