"""What was read and what became of it: rows and money read = kept + dropped, always, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from privtraffic.errors import PrivtrafficError
from privtraffic.schema import FAULTS

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Unread:
    """A column that was not read: what it seems to be, its share of the paid amount, and what was done.

    `seen_as` and `done` are canonical ids; the share is of the sample and None where the column holds no money.
    """

    column: str
    seen_as: str
    done: str = "not_read"
    share: float | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "column": self.column,
            "seen_as": self.seen_as,
            "share_of_money": self.share,
            "what_was_done": self.done,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Unread:
        """The same from what `as_dict` gave."""
        return cls(said["column"], said["seen_as"], said["what_was_done"], said["share_of_money"])


@dataclass(frozen=True)
class FileRead:
    """How one source was understood.

    `mapping` is field -> header as the file writes it; `clock` the field that set the order time; `unread` are the
    columns that were not read.
    """

    path: str
    role: str
    encoding: str
    sheet: str
    header_row: int
    profile: str
    title: Mapping[str, str]
    confidence: float
    mapping: Mapping[str, str]
    clock: str
    rows_read: int
    lines: int | None = None
    blank_lines: int = 0
    embedded_lines: int = 0
    unread: tuple[Unread, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "path": self.path,
            "role": self.role,
            "encoding": self.encoding or None,
            "sheet": self.sheet or None,
            "header_row": self.header_row,
            "profile": self.profile,
            "confidence": self.confidence,
            "mapping": dict(self.mapping),
            "clock": self.clock or None,
            "rows_read": self.rows_read,
            "lines": self.lines,
            "blank_lines": self.blank_lines,
            "embedded_lines": self.embedded_lines,
            "unread": [column.as_dict() for column in self.unread],
        }


@dataclass(frozen=True)
class Unparsed:
    """A value that could not be read as its type, and where it stands."""

    path: str
    row: int
    field: str
    value: str


@dataclass(frozen=True)
class UnknownStatus:
    """A status word that no profile knows."""

    word: str
    rows: int
    money: Decimal


@dataclass(frozen=True)
class Merge:
    """A member or a key, and how many records it stands for."""

    name: str
    records: int
    kind: str = ""

    def as_dict(self) -> dict[str, object]:
        return {"name": self.name, "records": self.records, "kind": self.kind or None}


@dataclass(frozen=True)
class Identity:
    """How many records became how many members, and by which keys.

    Attributes
    ----------
    records
        Distinct first keys of order and member rows: the members there would be without joining.
    joined_by
        Kind of key -> how many keys of that kind were shared by at least two records.
    largest
        The members of most records, for inspection.
    refused
        Keys of more than `most` records, which joined nobody.
    """

    records: int
    members: int
    most: int
    joined_by: Mapping[str, int] = field(default_factory=dict)
    largest: tuple[Merge, ...] = ()
    refused: tuple[Merge, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "records": self.records,
            "members": self.members,
            "joined_by": dict(self.joined_by),
            "largest": [merge.as_dict() for merge in self.largest],
            "refused": [merge.as_dict() for merge in self.refused],
        }

    def notes(self) -> list[tuple[str, Mapping[str, object]]]:
        keys = ", ".join(f"{kind} {count:,}" for kind, count in self.joined_by.items()) or "-"
        found: list[tuple[str, Mapping[str, object]]] = []
        found.append(("note.identity", {"records": self.records, "members": self.members, "keys": keys}))
        if self.largest:
            merges = ", ".join(f"{merge.name} ({merge.records})" for merge in self.largest)
            found.append(("note.identity_largest", {"merges": merges}))
        found += [
            ("note.identity_refused", {"key": merge.name, "rows": merge.records, "most": self.most})
            for merge in self.refused
        ]
        return found


@dataclass(frozen=True)
class SideAccount:
    """The rows of one kind of side files: read = kept + dropped.

    `members` are the distinct keys of persons in it, `members_unknown` those of them that no order and no member file
    knows; `rows_in_table` is what the kept rows became.
    """

    role: str
    rows_read: int
    rows_dropped: Mapping[str, int] = field(default_factory=dict)
    rows_in_table: int = 0
    members: int = 0
    members_unknown: int = 0

    @property
    def rows_kept(self) -> int:
        return self.rows_read - sum(self.rows_dropped.values())

    def as_dict(self) -> dict[str, object]:
        return {
            "role": self.role,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_dropped": dict(self.rows_dropped),
            "rows_in_table": self.rows_in_table,
            "members": self.members,
            "members_unknown": self.members_unknown,
        }


@dataclass(frozen=True)
class QualityReport:
    """The account of one intake.

    Attributes
    ----------
    money_read
        Every paid amount, order-level ones once, before refund columns; negative documents count as they are.
    refunds
        Refund columns of the orders kept; revenue = money_kept - refunds.
    credits, credit_money
        Negative documents kept, and their money (part of money_kept).
    anonymous_orders, anonymous_revenue
        Purchases without a usable member key, and their revenue: dropped as `no_member`, but the house's sales.
    skipped
        Files of a folder that are no orders, members or spend.
    notes
        (word, values) of what was assumed.
    identity
        How many records became how many members, where that was asked for.
    sides
        The account of every side table that was read.
    """

    files: tuple[FileRead, ...]
    rows_read: int = 0
    rows_dropped: Mapping[str, int] = field(default_factory=dict)
    money_read: Decimal = Decimal("0.00")
    money_dropped: Mapping[str, Decimal] = field(default_factory=dict)
    refunds: Decimal = Decimal("0.00")
    orders: int = 0
    credits: int = 0
    credit_money: Decimal = Decimal("0.00")
    anonymous_orders: int = 0
    anonymous_revenue: Decimal = Decimal("0.00")
    first_day: date | None = None
    last_day: date | None = None
    bad_amounts: int = 0
    bad_times: int = 0
    unparsed: tuple[Unparsed, ...] = ()
    unknown_statuses: tuple[UnknownStatus, ...] = ()
    skipped: tuple[str, ...] = ()
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()
    identity: Identity | None = None
    sides: tuple[SideAccount, ...] = ()

    @property
    def rows_kept(self) -> int:
        return self.rows_read - sum(self.rows_dropped.values())

    @property
    def money_kept(self) -> Decimal:
        return self.money_read - sum(self.money_dropped.values(), Decimal("0.00"))

    @property
    def revenue(self) -> Decimal:
        return self.money_kept - self.refunds

    @property
    def anonymous_share(self) -> float | None:
        """Revenue without a member ÷ revenue with and without one."""
        whole = self.revenue + self.anonymous_revenue
        return float(self.anonymous_revenue / whole) if whole > 0 else None

    def as_dict(self) -> dict[str, object]:
        """The contract's `quality` object, with what stands beside it."""
        return {
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_dropped": dict(self.rows_dropped),
            "money_read": self.money_read,
            "money_kept": self.money_kept,
            "money_dropped": dict(self.money_dropped),
            "refunds": self.refunds,
            "credit_documents": self.credits,
            "credit_money": self.credit_money,
            "anonymous_orders": self.anonymous_orders,
            "anonymous_revenue": self.anonymous_revenue,
            "anonymous_share": self.anonymous_share,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "unparsed": [vars(value) for value in self.unparsed],
            "unknown_statuses": [vars(word) for word in self.unknown_statuses],
            "skipped": list(self.skipped),
            "files": [file.as_dict() for file in self.files],
            **({"identity": self.identity.as_dict()} if self.identity else {}),
            **({"sides": [side.as_dict() for side in self.sides]} if self.sides else {}),
        }


def refuse_faults(quality: QualityReport, files: str) -> None:
    """Raise where rows were dropped for a fault of the file, and not for what happens in trade."""
    faults = {reason: rows for reason, rows in quality.rows_dropped.items() if reason in FAULTS}
    if faults:
        reasons = ", ".join(f"{reason} {rows:,}" for reason, rows in faults.items())
        raise PrivtrafficError("strict", files=files, reasons=reasons, rows=f"{quality.rows_read:,}")
