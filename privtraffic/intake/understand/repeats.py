"""What repeats: numbers that begin anew, lines told for each of their shipments, prices beside what they come to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

from privtraffic.intake.understand.arithmetic import GOODS
from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.findings import Findings, percent
from privtraffic.intake.understand.grain import see_grain
from privtraffic.intake.understand.recognition import CLOCKS, Question
from privtraffic.intake.understand.undoing import said_by

LEAST = 3
"""So many are no chance."""
ALMOST_ALL = 0.95
MOSTLY, LEAST_ROWS = 0.6, 6
"""So many rows below zero are the sales."""
SHARED = 0.2
"""Of the numbers that stand on several days so many have several members, where numbers begin anew."""
MOST_PLACES = 0.2
_PRICED = {"paid_amount", "unit_price", "quantity"}
_HALF_CENT = Decimal("0.0051")
_NOBODY = ("", "0")
_OFF = ("cancelled", "unpaid", "closed")
_POWER = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_OF_DAY = r"[T ]*[0-9]{1,2}:[0-9]{2}.*$"
_PLACE = re.compile("店|机构|網點|网点|柜|收银机|机号|store|shop|branch|filial|outlet|till|terminal|register|kasse")
_NO_AMOUNT = ("cost", "held", "tax", "discount", "refund", "return", "rate", "key", "time", "listed", "quantity")


def read_repeats(found: Findings) -> None:
    """Settle the amount of several units, the parts of a line, and what numbers an order beside its number."""
    _take_whole_of_units(found)
    _take_price_of_row(found)
    _take_parts_of_lines(found)
    _take_numbered(found)


def _take_whole_of_units(found: Findings) -> None:
    """From the price of one unit, after its discount, to what the units of a row come to."""
    if not {"paid_amount", "quantity"} <= found.columns.keys() or "paid_amount" in found.decided:
        return
    chosen, units = found.columns["paid_amount"][0], found.columns["quantity"][0]
    taken = found.taken - {*found.columns["paid_amount"]}
    for at, plain in enumerate(found.header.plain):
        if not plain or at == chosen or at in taken or found.header.says(at, *_NO_AMOUNT):
            continue
        if _is_product(found.body, chosen, units, at):
            base, parts = found.title(chosen), f"× {found.title(units)}"
            found.columns["paid_amount"], found.columns["unit_price"] = (at,), (chosen,)
            found.tell("note.amount_by_sum", at, chosen=found.title(at), base=base, parts=parts)
            return


def _is_product(body: Body, price: int, units: int, whole: int) -> bool:
    """Whether a column is price × units on almost all rows, to the cent of the price, of which some are of several."""
    rows = list(zip(*(body.numbers(at) for at in (price, units, whole)), strict=True))
    known = [(one, count, total) for one, count, total in rows if one and count and total is not None]
    several = sum(abs(count) > 1 for _, count, _ in known)
    right = sum(abs(one * count - total) <= _HALF_CENT * abs(count) for one, count, total in known)
    return bool(several >= LEAST and right >= ALMOST_ALL * len(known))


def _take_price_of_row(found: Findings) -> None:
    """From a price that grows with the units of the same goods to the amount of its row, which it is."""
    if {"unit_price", "quantity"} - found.columns.keys() or "paid_amount" in found.columns or found.decided & _PRICED:
        return
    price, units = (found.columns[name][0] for name in ("unit_price", "quantity"))
    for at, plain in enumerate(found.header.plain):
        if (
            plain
            and at not in (price, units)
            and not found.header.says(at, *_NO_AMOUNT)
            and _grows(found.body, at, price, units)
        ):
            found.columns["paid_amount"] = (price,)
            del found.columns["unit_price"]
            found.tell("note.price_of_row", price, column=found.title(price), units=found.title(units))
            return


def _grows(body: Body, goods: int, price: int, units: int) -> bool:
    """Whether the same goods always cost the same a unit, and several of them cost more where more units are sold."""
    each: dict[str, set[tuple[Decimal, Decimal]]] = defaultdict(set)
    for row, cost, count in zip(body.rows, body.numbers(price), body.numbers(units), strict=True):
        if cost and count and (name := body.cell(row, goods)):
            each[name].add((cost, count))
    several = [pairs for pairs in each.values() if len({count for _, count in pairs}) > 1]
    alike = [len({round(cost / count, 2) for cost, count in pairs}) == 1 for pairs in several]
    return len(alike) >= LEAST and all(alike)


def _take_parts_of_lines(found: Findings) -> None:
    """A line that stands on a row for each of its shipments: every row has the share of the line that its units are."""
    if not {"order_id", "quantity"} <= found.columns.keys() or {"quantity", "paid_amount"} & found.decided:
        return
    header, columns = found.header, found.columns
    counts = [at for at in range(len(header)) if header.says(at, "quantity") and any(found.body.numbers(at))]
    counts = [at for at in counts if not header.says(at, "refund", "return", "cancel", "money")]
    for whole, part in permutations(counts, 2):
        if columns["quantity"][0] in (whole, part) and _adds_up_by_line(found, whole, part):
            columns["quantity"] = (part,)
            if "paid_amount" in columns:
                found.part = (part, whole)
            found.tell("note.parts_of_lines", part, whole=header.title(whole), part=header.title(part))
            return


def _adds_up_by_line(found: Findings, whole: int, part: int) -> bool:
    """Whether the units of a column add up, over the rows of each line, to the other one, which is the same on them."""
    columns, body = found.columns, found.body
    names = [name for name in ("order_id", "line_id", "sku", "product", "paid_amount") if name in columns]
    lines: dict[tuple[str, ...], list[tuple[Decimal | None, Decimal | None]]] = defaultdict(list)
    for row, units, share in zip(body.rows, body.numbers(whole), body.numbers(part), strict=True):
        lines[tuple(body.cell(row, columns[name][0]) for name in names)].append((units, share))
    known = [[(units or 0, share or 0) for units, share in line] for line in lines.values()]
    several = [line for line in known if len(line) > 1]
    exact = (sum(share for _, share in line) == line[0][0] for line in known if len({units for units, _ in line}) == 1)
    return len(several) >= LEAST and sum(exact) == len(known)


def _take_numbered(found: Findings) -> None:
    """The day, and the place, beside a number that begins anew: without them it stands for several orders."""
    clock = next((found.columns[name][0] for name in CLOCKS if name in found.columns), None)
    if clock is None or not {"order_id", "member_id"} <= found.columns.keys() or "order_id" in found.decided:
        return
    order, member = (found.columns[name][0] for name in ("order_id", "member_id"))
    days = [re.sub(_OF_DAY, "", cell) for cell in found.cells(clock)]
    rows = list(zip(found.cells(order), days, found.cells(member), strict=True))
    if any(map(_POWER.fullmatch, found.body.values(order))):
        return  # Excel has rounded them.
    own: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for number, day, key in rows:
        if number and day:
            own[number][0].add(day)
            own[number][1].update({key} - {""})
    late = [members for at_days, members in own.values() if len(at_days) > 1]
    shared = [members for members in late if len(members) > 1]
    if sum(len(members) for members in shared) < LEAST or len(shared) < SHARED * len(late):
        return
    place = _place_of(found, [(number, day) for number, day, _ in rows], [key for *_, key in rows])
    found.numbered = (clock, *(() if place is None else (place,)))
    beside = found.header.titles(found.numbered)
    found.tell("note.numbered_anew", order, column=found.title(order), beside=beside)


def _place_of(found: Findings, numbers: Sequence[tuple[str, str]], members: Sequence[str]) -> int | None:
    """The column of few places that parts the members who share a number of one day."""
    if not _shared(numbers, members):
        return None
    known = [at for name in ("store", "shop") for at in found.columns.get(name, ())[:1]]
    free = [at for at, name in enumerate(found.header.plain) if at not in found.taken and _PLACE.search(name)]
    for at in (*known, *free):
        cells = found.cells(at)
        few = 1 < len({*cells}) <= MOST_PLACES * len(cells)
        if all(cells) and few and not _shared(list(zip(numbers, cells, strict=True)), members):
            return at
    return None


def _shared(numbers: Sequence[object], members: Sequence[str]) -> bool:
    """Whether some number has several members."""
    whose: dict[object, set[str]] = defaultdict(set)
    for number, member in zip(numbers, members, strict=True):
        whose[number].add(member)
    return any(len(each) > 1 for each in whose.values())


def settle_rows(found: Findings, others: Sequence[int]) -> None:
    """What the rows that undo others say of amounts: which order they name, and which of its rows have none of it."""
    _find_original(found)
    _see_superseded(found, others)
    _see_called_off(found)


def _find_original(found: Findings) -> None:
    """The order that a document without a member takes back."""
    amounts = found.paid()
    back = [
        number
        for number, row in enumerate(found.body.rows)
        if (amounts[number] or 0) < 0
        or any(said_by(kind, found.body.cell(row, at)) == "takes_back" for at, kind in found.verdicts)
    ]
    if back and (at := _original_number(found, back)) is not None:
        found.columns["original_id"] = (at,)


def _original_number(found: Findings, back: Sequence[int]) -> int | None:
    """The column in which documents without a member name the order that they take back; `back` are their rows."""
    if not {"order_id", "member_id"} <= found.columns.keys():
        return None
    ids = {*found.body.values(found.columns["order_id"][0])}
    members = found.cells(found.columns["member_id"][0])
    nobody = [row for row in back if members[row] in _NOBODY]
    for at, plain in enumerate(found.header.plain):
        cells = found.cells(at)
        others = {cell for row, cell in enumerate(cells) if row not in back}
        free = plain and at not in found.taken and others <= {*_NOBODY}
        if free and nobody and {cells[row] for row in nobody} <= ids:
            return at
    return None


def ask_if_below_zero(found: Findings) -> None:
    """Ask where most amounts are below zero, as where a system books what leaves the store."""
    if "paid_amount" in found.decided:
        return
    at = found.columns["paid_amount"][0] if "paid_amount" in found.columns else GOODS
    amounts = [amount for amount in found.paid() if amount]
    if len(amounts) >= LEAST_ROWS and sum(amount < 0 for amount in amounts) > MOSTLY * len(amounts):
        total, key = f"sum({found.amount_sql(at)})", "ask_below_zero_goods" if at == GOODS else "ask_below_zero"
        found.ask(Question(key, {"column": found.amount_name(at)}, (total, f"-{total}")))


def _see_called_off(found: Findings) -> None:
    """Lines that were called off, where the amount of their order is rather that of its other lines."""
    if "paid_amount" not in found.order_level or not {"unit_price", "quantity"} <= found.columns.keys():
        return
    paid, goods = found.paid(), found.amounts(GOODS)
    orders = found.cells(found.columns["order_id"][0])
    for at, kind in found.verdicts:
        off = [said_by(kind, cell) in _OFF for cell in found.cells(at)]
        whole: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
        for order, amount, cost, gone in zip(orders, paid, goods, off, strict=True):
            total, standing, called_off = whole[order]
            whole[order] = [
                amount or total,
                standing + (0 if gone else cost or 0),
                called_off + (cost or 0 if gone else 0),
            ]
        both = [sums for order, sums in whole.items() if order and sums[1] and sums[2]]
        without = [abs(total - standing) < abs(total - standing - gone) for total, standing, gone in both]
        if len(without) >= LEAST and all(without):
            words = {cell for cell, gone in zip(found.cells(at), off, strict=True) if gone}
            found.weightless = (at, tuple(sorted(words)))
            return


def see_signs(found: Findings) -> None:
    """A column of nothing but plus and minus: what stands beside a minus takes its amount back."""
    for at in range(len(found.header)):
        cells = found.cells(at)
        if at not in found.taken and {*cells} == {"+", "-"}:
            back = [row for row, cell in enumerate(cells) if cell == "-"]
            found.returns.append((at, ("-",)))
            found.tell("note.undone_document", at, column=found.title(at), share=percent(found.share_of(back)))


def _see_superseded(found: Findings, others: Sequence[int]) -> None:
    """An amount repeats over what an order was before: of the rows that stand, it counts as it does on them."""
    flags = [at for at, kind in found.verdicts if kind == "valid"]
    if not flags or "paid_amount" not in found.order_level:
        return
    valid = [row for row in found.body.rows if not any(said_by("valid", found.body.cell(row, at)) for at in flags)]
    if not see_grain(found.header, Body(valid, len(found.header)), found.columns, others).order_level:
        found.order_level, found.sum_check = (), ()
        found.notes[:] = [note for note in found.notes if not note[0].startswith("note.order_level")]
