"""What a source was understood to be, and what its role needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from privtraffic.intake.read.source import Row
from privtraffic.intake.understand.keys import PLAIN, Keys
from privtraffic.intake.understand.profile import Profile, Role
from privtraffic.intake.understand.wide import Wide
from privtraffic.quality import Unread
from privtraffic.schema import SIDES

Note = tuple[str, Mapping[str, object]]


Verdict = Literal[
    "status",
    "payment_status",
    "refund_status",
    "cancel_status",
    "valid",
    "paid",
    "cancelled_unless_no",
    "document",
    "returned",
    "refunded",
    "cancelled",
    "replaced",
    "trial",
    "time_refunded",
    "time_cancelled",
    "code_back",
    "code_sent",
    "head",
    "gift",
    "unpaid",
]
"""What a further column says of a row: a status word; the type of a document; yes or no to one of these; a time that
is there or not; or a code that somebody said is that of returns."""
Off = Literal["money", "share_off", "percent_off", "share_paid"]
"""How a discount is written: as money, 0.25 or 25 for a quarter off, 0.75 for what is left."""


@dataclass(frozen=True)
class Question:
    """What decides a number and cannot be decided: the error that asks, and SQL for the total of each reading.

    `repeated` are the columns that stand for an order on each of its rows, which count once for each number in `order`.
    """

    key: str
    values: Mapping[str, object]
    readings: tuple[str, str]
    order: int = -1
    repeated: tuple[int, ...] = ()


@dataclass(frozen=True)
class Further:
    """What columns beyond the fields say about how the rows are read.

    Attributes
    ----------
    verdicts
        (position, kind) of each further column that may undo a row.
    clock
        The time of day that belongs to the day of the order.
    discount
        How the column `discount` is written, where it is taken off price × quantity or the amount.
    refund
        How the column `refund_amount` is written, where it is a share of the amount.
    signed
        The amounts show their currency.
    contact
        The member key is an `email` or a `phone`, written in several ways.
    refund_alone
        What was paid back stands on rows of its own, whose amount is blank.
    part
        The units of a row, and those of its whole line, of whose amount the row has a share.
    numbered
        The columns beside the number of an order that begins anew each day, or in each store.
    weightless
        A column, and its words on lines that were called off, of which the amount of their order has nothing.
    """

    verdicts: tuple[tuple[int, Verdict], ...] = ()
    clock: int | None = None
    discount: Off | None = None
    refund: Off | None = None
    signed: bool = False
    contact: str = ""
    refund_alone: bool = False
    part: tuple[int, int] | None = None
    numbered: tuple[int, ...] = ()
    weightless: tuple[int, tuple[str, ...]] | None = None


NOTHING_FURTHER = Further()


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
    returns
        Columns, each with the words of documents that take goods back.
    lettered, swapped
        Its times have names of months or halves of the day; Excel swapped day and month of those it took for dates.
    era
        How many years the calendar of its times is ahead of the common one, or behind it: 543 in Thailand, -1911 in
        Taiwan.
    zone
        The zone into which times that say they are UTC are moved.
    commas
        The columns of amounts that have a decimal comma.
    sum_columns
        The columns in which rows that sum up others say so.
    fills
        `down` where the further lines of an order leave its own columns blank, `order` where they only name it.
    fine
        Its amounts are finer than the cent, and are added up before they are rounded.
    further
        What columns beyond the fields say.
    unread
        The columns that were not read, and what they seem to be.
    questions
        What has to be asked before anything is counted.
    decided
        Fields that somebody chose by name.
    codes
        (position, code) of the returns that somebody named.
    scales
        (position, factor) of amounts in 分, cents, thousands: what they are multiplied with.
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
    returns: tuple[tuple[int, tuple[str, ...]], ...] = ()
    lettered: bool = False
    swapped: bool = False
    zone: str | None = None
    era: int = 0
    commas: tuple[int, ...] = ()
    fine: bool = False
    sum_columns: tuple[int, ...] = ()
    fills: str = ""
    further: Further = NOTHING_FURTHER
    unread: tuple[Unread, ...] = ()
    questions: tuple[Question, ...] = ()
    decided: frozenset[str] = frozenset()
    codes: tuple[tuple[int, str], ...] = ()
    scales: tuple[tuple[int, str], ...] = ()

    @property
    def mapping(self) -> dict[str, str]:
        """Field -> the header it is read from; of sums, statuses, and a day with its time all of them."""
        read = {name: self._headers(name, positions) for name, positions in self.columns.items()}
        if self.further.verdicts:
            words = [self.header[at] for at, _ in self.further.verdicts]
            read["status"] = "; ".join([*([read["status"]] if "status" in read else []), *words])
        clock = next((name for name in CLOCKS if name in read), None)
        if self.further.clock is not None and clock:
            read[clock] += f" + {self.header[self.further.clock]}"
        return read

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
    if candidate.role in SIDES:
        # A row of a side file tells for itself whether it can be used.
        return ()
    if candidate.role == "members" and not candidate.generic:
        return NEEDED["members"][:1]
    return NEEDED[candidate.role]


def line_columns(found: Recognition) -> list[int]:
    """The columns in which a line says what was sold."""
    return [
        found.columns[name][0]
        for name in ("line_id", "sku", "product", "quantity", "category")
        if name in found.columns
    ]
