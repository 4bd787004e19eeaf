"""What is found out about the columns of one source while they are accounted for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal

from privtraffic.intake.understand.arithmetic import GOODS
from privtraffic.intake.understand.doubts import Doubt
from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.recognition import (
    Further,
    Note,
    Off,
    Question,
    Recognition,
    Verdict,
)
from privtraffic.quality import Unread

_ZERO = Decimal(0)


@dataclass
class Findings:
    """The columns of a source as far as they are settled, and what is told and asked of the others.

    `is_goods` says that the amount is price × quantity, or comes from it by a sum.  `made_of` is position -> (seen as,
    what was done, share of the paid amount).
    """

    file: str
    header: Header
    body: Body
    columns: dict[str, tuple[int, ...]]
    decided: frozenset[str]
    notes: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    verdicts: list[tuple[int, Verdict]] = field(default_factory=list)
    made_of: dict[int, tuple[str, str, float | None]] = field(default_factory=dict)
    codes: list[tuple[int, str]] = field(default_factory=list)
    order_level: tuple[str, ...] = ()
    sum_check: tuple[str, ...] = ()
    discount: Off | None = None
    refund: Off | None = None
    clock: int | None = None
    signed: bool = False
    is_goods: bool = False
    refund_alone: bool = False
    part: tuple[int, int] | None = None
    numbered: tuple[int, ...] = ()
    weightless: tuple[int, tuple[str, ...]] | None = None
    doubts: list[Doubt] = field(default_factory=list)
    certainty: float = 0.0
    scales: list[tuple[int, str]] = field(default_factory=list)
    returns: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    own_words: list[tuple[str, str]] = field(default_factory=list)

    @property
    def taken(self) -> set[int]:
        """The columns that are read."""
        read = {at for positions in self.columns.values() for at in positions}
        return read | {at for at, _ in self.verdicts} | ({self.clock} if self.clock is not None else set())

    def title(self, at: int) -> str:
        return self.header.title(at)

    def amount_name(self, at: int) -> str:
        """What an amount is called, or the two columns whose product it is."""
        if at != GOODS:
            return self.title(at)
        return " × ".join(self.title(self.columns[name][0]) for name in ("unit_price", "quantity"))

    def amount_sql(self, at: int) -> str:
        """An amount, or price × quantity, where a question shows its total."""
        return product_sql(self) if at == GOODS else money_sql(at)

    def amounts(self, at: int) -> list[Decimal | None]:
        """The numbers of an amount, or of price × quantity, one a row; None where there is none."""
        if at != GOODS:
            return self.body.numbers(at)
        if not {"unit_price", "quantity"} <= self.columns.keys():
            return [None] * len(self.body.rows)
        both = zip(*(self.body.numbers(self.columns[name][0]) for name in ("unit_price", "quantity")), strict=True)
        return [unit * units if unit is not None and units is not None else None for unit, units in both]

    def cells(self, at: int) -> list[str]:
        """The text of a column, one a row."""
        return [self.body.cell(row, at) for row in self.body.rows]

    def paid(self) -> list[Decimal | None]:
        """What is read as paid, one a row."""
        return self.amounts(self.columns["paid_amount"][0] if "paid_amount" in self.columns else GOODS)

    def share_of(self, rows: Collection[int]) -> float | None:
        """The share of the money of the sample that stands on some of its rows; None where there is none."""
        amounts = [abs(amount or _ZERO) for amount in self.paid()]
        whole = sum(amounts, _ZERO)
        part = sum((amounts[row] for row in rows), _ZERO)
        return float(part / whole) if whole else None

    def of_rows(self, rows: Collection[int], *, at: int | None = None, told: bool = True) -> Doubt:
        """The doubt whether some rows count as they do, for what a column says."""
        share = self.share_of(rows)
        share = (1.0 if rows else 0.0) if share is None else share
        return Doubt(told, share, orders=len(rows) / max(len(self.body.rows), 1), at=at)

    def made(self, at: int, seen_as: str, done: str = "not_read", share: float | None = None) -> None:
        """What a column seems to be and what was made of it; the first to say so is right."""
        self.made_of.setdefault(at, (seen_as, done, share))

    def tell(self, word: str, at: int, *, doubt: Doubt | None = None, **values: object) -> None:
        """Say something of a column; what is only likely is a doubt."""
        self.notes.append((word, {"file": self.file, "at": self.title(at), **values}))
        self.doubts += [doubt] if doubt else []

    def ask(self, question: Question) -> None:
        self.questions.append(question)

    def recognition(self, found: Recognition) -> Recognition:
        """The recognition with all that was found out."""
        read = self.taken | {at for at in found.words if at is not None}
        unread = tuple(
            Unread(self.title(at), *self.made_of.get(at, ("unknown", "not_read", None)))
            for at, name in enumerate(self.header.plain)
            if name and (at not in read or (at in self.made_of and at not in self._firsts))
        )
        contact = found.further.contact
        further = Further(
            tuple(self.verdicts), self.clock, self.discount, self.refund, self.signed, contact, self.refund_alone,
            self.part, self.numbered, self.weightless,
        )  # fmt: skip
        profile = replace(found.profile, sum_check=self.sum_check) if self.sum_check else found.profile
        return replace(
            found,
            profile=profile,
            columns=self.columns,
            order_level=self.order_level,
            notes=(*found.notes, *self.notes),
            confidence=self.certainty,
            further=further,
            unread=unread,
            questions=tuple(self.questions),
            codes=tuple(self.codes),
            scales=tuple(self.scales),
            returns=(*found.returns, *self.returns),
            own_words=(*self.own_words, *found.own_words),
            fine=found.fine or self.part is not None,
        )

    @property
    def _firsts(self) -> set[int]:
        """The columns that are read first, or chosen; further known names of a generic field only stand behind them."""
        firsts = {
            at
            for name, positions in self.columns.items()
            for at in (positions if name in self.decided else positions[:1])
        } | {at for at, _ in self.verdicts}
        return firsts if self.clock is None else firsts | {self.clock}


def percent(share: float | None) -> str:
    """A share as a note tells it."""
    return "–" if share is None else f"{100 * share:.1f} %"


def money_sql(at: int) -> str:
    """A column as money, where a question shows its total."""
    return f"clean_money(c{at})"


def product_sql(found: Findings) -> str:
    return f"clean_product(c{found.columns['unit_price'][0]}, c{found.columns['quantity'][0]})"
