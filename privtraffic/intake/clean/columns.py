"""Which column of a file is which field: the one place where the text of a query is put together.

Columns are named by position, so no text of a user ever becomes an identifier.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

from privtraffic.intake.clean.further import (
    LONGEST,
    beside_number,
    currency_in,
    less_discount,
    mark_of_slip,
    scaled,
    share_of_line,
    share_of_order,
    share_sent_back,
    weighed,
    word_of_kind,
)
from privtraffic.intake.clean.parse import FINE, NO_TEXT, Parse, absent, listed, null_of
from privtraffic.intake.clean.reader_types import NONE, Plain
from privtraffic.intake.clean.states import mark_of
from privtraffic.intake.clean.times import read_time, swapped
from privtraffic.intake.understand.rates import share_refunded
from privtraffic.intake.understand.recogniser import CLOCKS, Recognition
from privtraffic.intake.understand.recognition import line_columns
from privtraffic.intake.understand.undoing import TAKING
from privtraffic.schema import FIELDS, HASHED

PARSED_ALWAYS = ("sku", "product", "shop")
"""Columns that every parsed table has, NULL where nobody asked for them."""

BESIDE: Mapping[str, tuple[str, ...]] = {
    "items": ("order_id", "line_id", "sku", "product", "brand", "category", "quantity", "refund_amount"),
    "payments": ("order_id", "line_id"),
    "people": ("buyer_ref", "member_id", "province", "city"),
    "aftersale": ("order_id", "line_id", "aftersale_id"),
}
"""The columns of the files that complete orders, beside the money."""

_SALT = secrets.token_hex(16)
"""Of this process alone: the hash of a place tells nobody the place, and nothing to another run."""
_JOINED = "'; '"
_FUNCTIONS = {
    "id": "clean_id",
    "time": "clean_time",
    "money": "clean_money",
    "integer": "clean_integer",
    "text": "clean_text",
}


class Columns:
    """SQL for the columns of one recognised source, by position."""

    def __init__(self, recognition: Recognition, plain: Plain = NONE) -> None:
        self._plain = plain
        self._positions = recognition.columns
        self._signs = recognition.signs
        self._found = recognition
        self._commas = recognition.commas
        self._fine = recognition.fine
        self._scales = dict(recognition.scales)
        self._fill = not recognition.profile.generic
        self._any_currency = "currency" in recognition.decided
        self._keys = recognition.keys
        self._further = recognition.further

    def __contains__(self, name: str) -> bool:
        return name in self._positions

    def raw(self, name: str) -> str:
        """The first cell of a column as text; that of a plain one is a value, or empty."""
        first = self._positions[name][0] if name in self else None
        return NO_TEXT if first is None or first in self._plain else f"c{first}"

    def factor(self, name: str) -> str:
        return self.number(self._positions[name][0]) if self.raw(name) != NO_TEXT else NO_TEXT

    def scaled_price(self, product: str) -> str:
        """A product with a price in other units."""
        factor = self._scales.get(self._positions["unit_price"][0]) if "unit_price" in self else None
        return f"cast({product} * {factor} as decimal(18, 2))" if factor else product

    def typed(self, name: str) -> str:
        """The column as its type; NULL of that type where the file has none."""
        kind = FIELDS[name].type
        if name == "member_id":
            return self._keys.member(self._positions)
        if name not in self:
            return null_of(name)
        if name in self._signs:
            return self._sum(name)
        if name in {"referrer_id", *HASHED}:
            at = self._positions[name][0]
            return self._keys.referrer(at) if name == "referrer_id" else f"hashed_place(c{at}, '{_SALT}')"
        function = "clean_month" if name == "month" else _FUNCTIONS[kind]
        cells = [self._cell(position, function) for position in self._positions[name]]
        if name == "tags" and len(cells) > 1:
            return f"concat_ws({_JOINED}, {', '.join(cells)})"
        beside = beside_number(self._further.numbered) if name == "order_id" else ""
        return _first(cells) if kind == "text" and self._fill else cells[0] + beside

    def _cell(self, position: int, function: str) -> str:
        if position not in self._plain:
            return self._read(position, function)
        return f"try_cast(round(c{position}) as integer)" if function == "clean_integer" else f"c{position}"

    def _read(self, position: int, function: str) -> str:
        """A cell read as it is written: with a decimal comma, by the names of months, or put right."""
        cell = f"c{position}"
        if function in ("clean_money", "clean_integer"):
            cell = self.number(position)
            if position in self._scales and function == "clean_money":
                return scaled(cell, self._scales[position])
            if self._fine and function == "clean_money":
                return f"coalesce(try_cast(number_text({cell}) as {FINE}), cast(clean_money({cell}) as {FINE}))"
        if function == "clean_time":
            cell = swapped(self._found, position)
            if self._further.clock is not None and position in (
                self._positions.get(name, (None,))[0] for name in CLOCKS
            ):
                cell = f"coalesce({cell} || ' ' || cell(c{self._further.clock}), {cell})"
            return read_time(self._found, cell)
        return f"{function}({cell})"

    def number(self, position: int) -> str:
        """The text of an amount, its decimal sign a point."""
        return f"translate(c{position}, ',.', '.,')" if position in self._commas else f"c{position}"

    def discounted(self, amount: str) -> str:
        """An amount less the discount that is not in it yet."""
        written = self._further.discount
        if "discount" not in self or written is None:
            return amount
        if written == "money":
            return f"cast({amount} - ({self.off()}) as decimal(18, 2))"
        return less_discount(amount, self.number(self._positions["discount"][0]), written)

    @property
    def part(self) -> list[str]:
        """The texts of the units of a row, and of its whole line, where the row has a part of it."""
        return [self.number(at) for at in self._further.part or ()]

    def refunded(self, amount: str) -> str:
        """The refund that is written as a share of the amount."""
        written = self._further.refund
        if "refund_amount" not in self or written is None:
            return ""
        return share_refunded(amount, self.number(self._positions["refund_amount"][0]), written)

    def off(self) -> str:
        """The discounts of a row, added up."""
        if "discount" not in self or self._further.discount != "money":
            return ""
        cells = (self._read(at, "clean_money") for at in self._positions["discount"])
        return " + ".join(f"coalesce(abs({cell}), 0)" for cell in cells)

    def currency(self) -> str:
        """The currency of a row: its own column, else the sign or code in an amount that is text."""
        if "currency" in self:
            return f"cell({self.raw('currency')})"
        amount = self.raw("paid_amount")
        return "" if self._any_currency or amount == NO_TEXT else currency_in(amount)

    def _sum(self, name: str) -> str:
        """Added columns; NULL where none holds a number."""
        cells = [self._cell(position, "clean_money") for position in self._positions[name]]
        both = zip(self._signs[name], cells, strict=True)
        terms = [f"{'+' if sign > 0 else '-'} coalesce({cell}, 0)" for sign, cell in both]
        total = " ".join(terms).removeprefix("+ ")
        return f"case when {_first(cells)} is not null then cast({total} as decimal(18, 2)) end"


def _first(values: Iterable[str]) -> str:
    cells = list(values)
    return f"coalesce({', '.join(cells)})" if len(cells) > 1 else cells[0]


def parse_orders(
    recognition: Recognition,
    file_no: int,
    wanted: Iterable[str],
    width: int,
    *,
    many: bool,
    plain: Plain = NONE,
) -> Parse:
    """How the rows of one order file are typed; only the columns that are wanted are read.

    `width` is the position of the cell that a row must not have (0: rows cannot be ragged).  `many` says that other
    order files stand beside this one, so that a line must be told by its product and shop too.  `plain` are the
    columns that the reader types.
    """
    of = Columns(recognition, plain)
    # A return slip takes back a sale of its own shop and goods, whatever else is asked for.
    wanted = {*wanted, *(PARSED_ALWAYS if many or _tells_slips(recognition) else ())}
    clocks = [name for name in CLOCKS if name in of]
    amount, amount_cell = _amount(of)
    cells = {
        "order_id": of.typed("order_id"),
        "line_id": of.typed("order_id" if recognition.profile.unique_order else "line_id"),
        "member_id": of.typed("member_id"),
        "amount": amount,
        "amount_cell": amount_cell,
        **{name: of.typed(name) for name in clocks},
        **{f"{name}_cell": of.raw(name) for name in clocks},
    }
    same = {name: name for name in ("order_id", "line_id", "member_id", "amount")}
    read = {**same, "ordered_at": _first(clocks) if clocks else null_of("ordered_at")}
    constant = {"file_no": str(file_no), "source": f"'{recognition.profile.name}'"}
    times = [f"cell(left({name}_cell, {LONGEST}))" for name in clocks if cells[f"{name}_cell"] != NO_TEXT]
    unread = {
        "amount_text": f"case when amount is null then cell(left(amount_cell, {LONGEST})) end"
        if amount_cell != NO_TEXT
        else "",
        "time_text": f"case when {_first(clocks)} is null then {_first(times)} end" if times else "",
    }
    for name, sql in unread.items():
        (read if sql else constant)[name] = sql or absent(name)
    optional = {
        "refund": ("refund_amount", f"abs({of.typed('refund_amount')})"),
        "cancelled": ("cancelled_at", f"case when cell({of.raw('cancelled_at')}) is null then 0 else 1 end"),
        "original_id": ("original_id", f"nullif({of.typed('original_id')}, '0')"),
        "buyer_ref": ("buyer_ref", of.typed("buyer_ref")),
        "order_ref": ("order_ref", of.typed("order_ref")),
    }
    taken = {name: sql if field in of else "" for name, (field, sql) in optional.items()}
    taken["refund"] = _sent_back(of, amount) or taken["refund"]
    if recognition.further.refund_alone:
        cells["amount"], taken["refund"] = f"coalesce({amount}, -{taken['refund']})", ""
    taken["currency"] = of.currency()
    # Heads of orders without an amount of their own: their discount comes off the amounts of their lines.
    taken["off"] = of.off() if not recognition.columns.keys() & {"paid_amount", "unit_price"} else ""
    taken["goods"] = _goods(of, recognition) if recognition.order_level else ""
    taken["status"] = _status(of, recognition)
    taken["sums"] = ""
    taken["ragged"] = f"c{width} is not null and cell(c{width}) is not null" if width else ""
    taken |= {
        name: of.typed(name) if name in wanted and name in of else "" for name in {*wanted, *PARSED_ALWAYS, "quantity"}
    }
    if recognition.sum_columns:
        taken["sums"] = " or ".join(f"sums_row(c{at})" for at in recognition.sum_columns)
    if recognition.fills:
        lines = [f"cell(cast(c{at} as string))" for at in line_columns(recognition)]
        taken["line_cell"] = _first(lines) if lines else NO_TEXT
    for name in sorted(taken):
        if taken[name]:
            cells[name], read[name] = taken[name], name
        else:
            constant[name] = absent(name)
    if "paid_at" in of:
        read["paid"] = "case when paid_at is null then 0 else 1 end"
    else:
        constant["paid"] = absent("paid")
    return Parse(cells, read, constant, file_no)


def _tells_slips(found: Recognition) -> bool:
    """Whether a word of a row may say that it is a document which takes goods back."""
    return bool(found.returns) or any(kind in TAKING for _, kind in found.further.verdicts)


def _status(of: Columns, recognition: Recognition) -> str:
    """The words that decide about a row, in the order of the profile; one column where there is only the status."""
    marked = f" || chr(29) || '{mark_of(recognition.own_words)}'" if recognition.own_words and "status" in of else ""
    further = "".join(
        f" || chr(30) || {word_of_kind(at, kind, recognition.codes)}" for at, kind in recognition.further.verdicts
    ) + mark_of_slip(recognition.returns)
    status = f"cell({of.raw('status')})" if recognition.order_level else of.raw("status")
    if not (recognition.words or marked or further):
        return status if "status" in of else ""
    # A blank cell has nothing to say, however it is written; the order's own word, on another of its lines, has.
    first = status if recognition.order_level and "status" in of else f"coalesce({of.raw('status')}, '')"
    others = [f" || chr(31) || coalesce(c{at}, '')" if at is not None else " || chr(31)" for at in recognition.words]
    said = first + marked + "".join(others) + further
    places = (*recognition.words, *dict(recognition.further.verdicts)) if recognition.order_level else ()
    spoken = ", ".join(f"cell(c{at})" for at in places if at is not None)
    return f"case when coalesce({spoken}) is not null then {said} end" if spoken and "status" not in of else said


def _sent_back(of: Columns, amount: str) -> str:
    """The share of an amount that came back: a column of shares, or units returned of those sold."""
    if share := of.refunded(amount):
        return share
    if "returned_quantity" not in of or "quantity" not in of:
        return ""
    return share_sent_back(amount, of.factor("returned_quantity"), of.factor("quantity"))


def _amount(of: Columns) -> tuple[str, str]:
    """The amount, and the text it is read from."""
    if "paid_amount" in of:
        amount, part = of.discounted(of.typed("paid_amount")), of.part
        return share_of_line(amount, *part) if part else amount, of.raw("paid_amount")
    return of.discounted(_product(of)), f"{of.raw('unit_price')} || ' × ' || {of.raw('quantity')}"


def _goods(of: Columns, found: Recognition) -> str:
    """What a line weighs when the order's money is shared out."""
    goods = f"coalesce({_product(of)}, 0)" if "unit_price" in of and "quantity" in of else "cast(0 as decimal(18, 2))"
    return weighed(goods, found.further.weightless)


def _product(of: Columns) -> str:
    return of.scaled_price(f"clean_product({of.factor('unit_price')}, {of.factor('quantity')})")


def parse_beside(recognition: Recognition, file_no: int) -> str:
    """The query that types a file which completes orders."""
    of = Columns(recognition)
    columns = {name: of.typed(name) for name in BESIDE[recognition.profile.role]}
    if recognition.profile.role == "items":
        columns["refund_amount"] = _sent_back(of, _amount(of)[0]) or f"abs({columns['refund_amount']})"
    if recognition.profile.role == "aftersale":
        columns["amount"] = f"abs({of.typed('refund_amount')})"
    elif "paid_amount" in recognition.order_level:
        columns["amount"] = share_of_order(of.typed("paid_amount"), _goods(of, recognition), columns)
    else:
        columns["amount"] = _amount(of)[0]
    columns["status"] = _status(of, recognition) or NO_TEXT
    return f"select {file_no} as file_no, '{recognition.profile.name}' as source, {listed(columns)} from raw_{file_no}"
