"""An order file and files of lines, payments or refunds of a system nobody listed: joined by the ids they share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Source
from privtraffic.intake.understand.arithmetic import part_of
from privtraffic.intake.understand.deeds import BACK
from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.heads import of_own, with_discount
from privtraffic.intake.understand.missing import require_complete
from privtraffic.intake.understand.profile import profile
from privtraffic.intake.understand.recognition import CLOCKS, Recognition
from privtraffic.intake.understand.remaining import sample_of
from privtraffic.intake.understand.values import is_money
from privtraffic.intake.understand.vocabulary import says_any

SURE = 0.85
"""The most that a file is sure of which only ids have joined to another."""
MOSTLY = 0.9
LEAST_IDS = 2
LEAST_MEMBERS = 5
"""So few members of one file may be other numbers in another."""
OF_LINES = (
    "order_id", "line_id", "sku", "product", "brand", "category", "quantity", "unit_price", "paid_amount",
    "refund_amount", "discount_shop", "discount_platform", "discount", "returned_quantity", "status", "currency",
)  # fmt: skip
GOODS = ("sku", "product", "quantity", "unit_price", "line_id")
"""A file that tells none of these says what an order cost, and not what was in it."""
_NO_ID = ("quantity", "price", "money", "time", "member", "rate")

Found = tuple[Source, Recognition]


@dataclass(frozen=True)
class Half:
    """A file that could not be used alone, as the best that it was taken for, and why it was refused."""

    source: Source
    found: Recognition
    error: PrivtrafficError
    in_folder: bool


def joined(halves: Sequence[Half], whole: Sequence[Found], *, need_member: bool) -> tuple[list[Found], list[Half]]:
    """Files that complete each other, and those that nothing completes.

    `whole` are the files that can be used alone: an order file without a profile among them may have its lines beside.
    """
    left, found = [*map(_with_refund, halves)], list[Found]()
    for orders in (*_order_files(halves, whole), *_files_of_lines(whole)):
        keyed = [
            (half, key)
            for half in left
            if half.source is not orders[0] and (key := _key_of_lines(orders, half)) is not None
        ]
        taken = _useful(orders, [part for half, key in keyed if (part := _beside(half, key))])
        if not taken or orders[0] in [source for source, _ in found]:
            continue
        if _own_ids(*orders) is None or not orders[1].profile.generic:
            # Only what was paid back, told by order, completes lines and the orders of a system that is known.
            taken = [
                (source, replace(part, profile=replace(part.profile, completes=(orders[1].profile.name,))))
                for source, part in taken
                if part.profile.role == "aftersale"
            ]
            left = [half for half in left if half.source not in [source for source, _ in taken]]
            sure = min(orders[1].confidence, SURE)
            found += [(orders[0], replace(orders[1], confidence=sure)), *taken] if taken else []
            continue
        paid = frozenset({"paid_amount"}) if any(_tells_money(of) for _, of in taken) else frozenset[str]()
        try:
            require_complete(*orders, paid, need_member=need_member)
        except PrivtrafficError:
            continue
        _refuse_two_totals(taken)
        used = [orders[0], *(source for source, _ in taken)]
        left = [half for half in left if half.source not in used]
        # What a file is worth by its names alone says nothing where it lacks a field that the other has.
        sure = min(orders[1].confidence, SURE) if _tells_money(orders[1]) else SURE
        heads = replace(orders[1], confidence=sure)
        found += [(orders[0], with_discount(orders[0], heads, taken)), *(of_own(heads, part) for part in taken)]
    return found, left


def slips_among(whole: Sequence[Found]) -> list[Half]:
    """Files that could be orders of their own, and whose name or whose numbers' header speaks of what came back: credit
    notes, as they are where the orders that they name lie beside them."""
    known = [(source, found) for source, found in whole if found.profile.generic and found.profile.role == "orders"]
    numbers = {source.path: {*body_of(source, found).values(at)} for source, found, at in _with_own_ids(known)}
    slips = []
    for source, found, at in _with_own_ids(known) if len(numbers) > 1 else ():
        others = {number for path, ids in numbers.items() if path != source.path for number in ids}
        named = any(says_any(title, BACK) for title in (Path(source.path.name).stem, found.header[at]))
        if named and "paid_amount" in found.columns and not others & numbers[source.path]:
            columns = {"refund_amount": found.columns["paid_amount"]}
            error = PrivtrafficError("beside_alone", file=source.path.name)
            slips.append(Half(source, replace(found, columns=columns), error, in_folder=True))
    return slips


def _with_own_ids(files: Sequence[Found]) -> Iterator[tuple[Source, Recognition, int]]:
    for source, found in files:
        if (at := _own_ids(source, found)) is not None:
            yield source, found, at


@dataclass(frozen=True)
class Told:
    """A file that can be used alone, and what its first rows tell, read once for all files that are asked about."""

    source: Source
    found: Recognition

    @cached_property
    def members(self) -> set[str]:
        """The members, where it is an order file."""
        ordered = self.found.profile.role == "orders"
        return self._values(self.found.columns.get("member_id", ())[:1] if ordered else ())

    @cached_property
    def numbers(self) -> set[str]:
        """What it numbers its rows by, if anything."""
        own = _own_ids(self.source, self.found)
        return self._values(() if own is None else (own,))

    def _values(self, places: Sequence[int]) -> set[str]:
        return {value for at in places for value in body_of(self.source, self.found).values(at)}


def asked_of(half: Half, whole: Sequence[Told]) -> PrivtrafficError | None:
    """What is to be asked of a file that lacks only the name of its member, or of its amount, and yet tells sales to
    the members of the order files: to pass over it would leave them out. None where it is no such file."""
    found, header, body = half.found, Header(half.found.header), body_of(half.source, half.found)
    if not any(name in found.columns for name in CLOCKS):
        return None
    priced = not {"paid_amount", "unit_price"}.isdisjoint(found.columns)
    taken = {at for places in found.columns.values() for at in places}
    able = found.columns.get("member_id") or [at for at in range(len(header)) if at not in taken]
    for at in able if priced != ("member_id" in found.columns) else ():
        if not _are_members(body.values(at), whole):
            continue
        if priced:
            file, row = half.source.path.name, found.header_row
            return PrivtrafficError("unsure_column", file=file, row=row, field="member_id", nearest=header.title(at))
        ordered = found.columns.get("order_id", ())[:1]
        # Coupons and the like name the orders of the others; sales have numbers of their own.
        others = any(not one.numbers.isdisjoint(body.values(at)) for at in ordered for one in whole)
        if (
            half.error.key == "unsure_column"
            and any(header.says(at, "ordered", "sale") for at in ordered)
            and not others
        ):
            return half.error
    return None


def asked_of_guess(guess: Told, whole: Sequence[Told]) -> PrivtrafficError | None:
    """The same of a file whose role is a guess, has what orders need, and numbers its rows as an order file does."""
    source, found = guess.source, guess.found
    others = [one for one in whole if one.source is not source and one.found.profile.role == "orders"]
    if found.profile.role != "orders" or not guess.numbers:
        return None
    member = found.columns.get("member_id", (0,))[0]
    known = set[str]().union(*(one.numbers for one in others))
    if guess.numbers & known or not {*map(_form, guess.numbers)} & {*map(_form, known)}:
        return None
    if not _are_members(body_of(source, found).values(member), others):
        return None
    row, nearest = found.header_row, found.header[member].strip()
    return PrivtrafficError("unsure_column", file=source.path.name, row=row, field="member_id", nearest=nearest)


def _are_members(values: Sequence[str], whole: Sequence[Told]) -> bool:
    """Whether half of them are members of order files."""
    shared = {*values} & set[str]().union(*(one.members for one in whole))
    return len(shared) >= max(LEAST_MEMBERS, len({*values}) / 2)


def _form(number: str) -> str:
    """What stands before the digits of a number, as Z of Z21; of nothing else how many there are."""
    return re.sub(r"\d.*", "", number) or "0" * len(number)


def _with_refund(half: Half) -> Half:
    """A file without a sale's amount, with the one column of money whose name speaks of what was paid back."""
    columns = half.found.columns
    told = columns.keys() & {"paid_amount", "refund_amount", "unit_price"}
    if told == {"paid_amount"} and says_any(Path(half.source.path.name).stem, ("refund",)):
        columns = {"refund_amount" if name == "paid_amount" else name: at for name, at in columns.items()}
        return replace(half, found=replace(half.found, columns=columns))
    if told:
        return half
    header, body = Header(half.found.header), body_of(half.source, half.found)
    taken = {at for places in columns.values() for at in places}
    able = [
        at
        for at in range(len(half.found.header))
        if at not in taken
        and part_of(header, at) == "refund"
        and (body.share(at, is_money) or 0) >= MOSTLY
        and not header.says(at, "key", "time", "rate")
    ]
    # What was asked for is not what was paid back.
    able = [at for at in able if not header.says(at, "request")] or able
    # A number of a document (AV5101) reads as money with a unit.
    able = [at for at in able if header.says(at, "money")] or able
    if len(able) != 1:
        return half
    return replace(half, found=replace(half.found, columns={**columns, "refund_amount": (able[0],)}))


def _order_files(halves: Sequence[Half], whole: Sequence[Found]) -> Iterator[Found]:
    """Files of orders without a profile that tell when and which, each id once."""
    for source, found in (*((half.source, half.found) for half in halves), *whole):
        known = found.profile.generic and found.profile.role == "orders" and "member_id" in found.columns
        if known and any(name in found.columns for name in CLOCKS) and (at := _own_ids(source, found)) is not None:
            yield source, replace(found, columns={**found.columns, "order_id": (at,)})


def _files_of_lines(whole: Sequence[Found]) -> Iterator[Found]:
    """Files of orders that stand alone, and tell each order on several rows or are of a known system, by each of their
    numbers: cases may name an order as the platform does."""
    for source, found in whole:
        sold = found.profile.role == "orders" and "order_id" in found.columns and _tells_money(found)
        if sold and not (found.profile.generic and _own_ids(source, found) is not None):
            yield source, found
            for at in found.columns["order_id"][1:]:
                if _one_each(body_of(source, found), found.columns["order_id"][0], at):
                    yield source, replace(found, columns={**found.columns, "order_id": (at,)})


def _one_each(body: Body, one: int, other: int) -> bool:
    """Whether each value of a column has one of the other, and the other way round."""
    pairs = {(body.cell(row, one), body.cell(row, other)) for row in body.rows}
    return all(map(all, pairs)) and len({pair[0] for pair in pairs}) == len({pair[1] for pair in pairs}) == len(pairs)


def _own_ids(source: Source, found: Recognition) -> int | None:
    """The column of an order file that has another value on each row: its number, or else one that no field has."""
    body = body_of(source, found)
    taken = {at for places in found.columns.values() for at in places}
    free = [at for at in range(len(found.header)) if at not in taken]
    for at in found.columns.get("order_id", free):
        ids = body.values(at)
        if len({*ids}) == len(ids) >= LEAST_IDS:
            return at
    return None


def body_of(source: Source, found: Recognition) -> Body:
    return Body(sample_of(source, found.header_row, len(found.header)), len(found.header))


def _key_of_lines(orders: Found, half: Half) -> int | None:
    """The column of a file whose values are the order file's ids: one that says so, else of most values."""
    header, body = Header(half.found.header), body_of(half.source, half.found)
    refunds = half.found.columns.keys() & {"paid_amount", "refund_amount"} == {"refund_amount"}
    if any(name in half.found.columns for name in CLOCKS) and "member_id" in half.found.columns and not refunds:
        return None
    ids = {*body_of(*orders).values(orders[1].columns["order_id"][0])}
    able = []
    for at, plain in enumerate(header.plain):
        values = {*body.values(at)}
        shared = len(values & ids)
        other = header.says(at, *_NO_ID) and not header.says(at, "document", "key")
        if plain and not other and shared >= LEAST_IDS and shared >= MOSTLY * len(values):
            able.append((at in half.found.columns.get("order_id", ()), shared, -at))
    return -max(able)[2] if able else None


def _beside(half: Half, key: int) -> Found | None:
    """The file as lines, payments or refunds of orders, by the column that names its order; None where it is none."""
    columns = {
        name: at for name, at in half.found.columns.items() if name in OF_LINES and name != "order_id" and key not in at
    }
    kind = _kind(columns, body_of(half.source, half.found))
    if not kind:
        return None
    columns = {"order_id": (key,), **columns}
    return half.source, replace(half.found, profile=profile(kind), columns=columns, confidence=SURE)


def _kind(columns: dict[str, tuple[int, ...]], body: Body) -> str:
    """What a file says of orders: their lines, what they cost, or what was paid back."""
    back = body.numbers(columns["refund_amount"][0]) if "refund_amount" in columns else []
    if any(back) and all(back) and not {"paid_amount", "unit_price"} & columns.keys():
        return "generic_aftersale"
    if any(name in columns for name in GOODS):
        return "generic_items"
    if "paid_amount" in columns:
        return "generic_payments"
    return "generic_aftersale" if "refund_amount" in columns else ""


def _useful(orders: Found, beside: Sequence[Found]) -> list[Found]:
    """The files that say what the order file does not; payments of orders that tell their amount are not read."""
    told = _tells_money(orders[1])
    lines = [part for part in beside if part[1].profile.role == "items"]
    priced = [part for part in lines if _tells_money(part[1])]
    others = [part for part in beside if part[1].profile.role == "aftersale" or (not told and part not in lines)]
    # Lines without a price explain orders, but not beside others that have one.
    return [*(priced or lines if told or priced else []), *others]


def _tells_money(found: Recognition) -> bool:
    return "paid_amount" in found.columns or {"unit_price", "quantity"} <= found.columns.keys()


def _refuse_two_totals(taken: Sequence[Found]) -> None:
    """Two files that each say what the same orders cost are never added up.

    Raises
    ------
    PrivtrafficError
        That names both.
    """
    payments = [part for part in taken if part[1].profile.role == "payments"]
    for at, one in enumerate(payments):
        for other in payments[at + 1 :]:
            ids = [{*body_of(*part).values(part[1].columns["order_id"][0])} for part in (one, other)]
            if ids[0] & ids[1]:
                raise PrivtrafficError("two_totals", file=one[0].path.name, other=other[0].path.name)
