"""Which column of a file is which field: the one place where the text of a query is put together.

Columns are named by position, so no text of a user ever becomes an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from privtraffic.intake.clean.reader_types import NONE, Plain
from privtraffic.intake.clean.states import mark_of
from privtraffic.intake.understand.recogniser import CLOCKS, Recognition
from privtraffic.intake.understand.wide import parse_wide
from privtraffic.schema import FIELDS, MEMBER_COLUMNS, SPEND_COLUMNS

PARSED_ALWAYS = ("sku", "product", "shop")
"""Columns that every parsed table has, NULL where nobody asked for them."""

BESIDE: Mapping[str, tuple[str, ...]] = {
    "items": ("order_id", "line_id", "sku", "product", "brand", "category", "quantity", "refund_amount"),
    "payments": ("order_id", "line_id"),
    "people": ("buyer_ref", "member_id", "province", "city"),
    "aftersale": ("order_id", "line_id", "aftersale_id"),
}
"""The columns of the files that complete orders, beside the money."""

NO_TEXT = "cast(null as string)"
_ABSENT = {
    "refund": "cast(null as decimal(18, 2))",
    "cancelled": "0",
    "goods": "cast(0 as decimal(18, 2))",
    "paid": "cast(null as int)",
    "ragged": "false",
    "amount_text": NO_TEXT,
    "time_text": NO_TEXT,
}
_CLEAN_TEXT = re.compile(r"clean_text\((c\d+)\)")
_JOINED = "'; '"
_TYPES = {"time": "timestamp", "money": "decimal(18, 2)", "integer": "integer"}
_FUNCTIONS = {
    "id": "clean_id",
    "time": "clean_time",
    "money": "clean_money",
    "integer": "clean_integer",
    "text": "clean_text",
}


@dataclass(frozen=True)
class Parse:
    """How the rows of a file are typed.

    Attributes
    ----------
    cells
        What is taken from the file, each cell once.
    read
        The columns of the typed rows, in terms of those cells.
    constant
        Columns that are the same in every row, which need no room.
    """

    cells: Mapping[str, str]
    read: Mapping[str, str]
    constant: Mapping[str, str]
    file_no: int

    @property
    def with_text_as_written(self) -> Parse:
        """The same with texts not yet cleaned: a database does that once a distinct value, when it reads them."""
        written = {name: match[1] for name, sql in self.cells.items() if (match := _CLEAN_TEXT.fullmatch(sql))}
        return replace(self, cells={**self.cells, **written})

    @property
    def with_lines_by_number(self) -> Parse:
        """The same with a line told by a hash of its ids: a quarter of the room, where a line has only to be told."""
        return replace(
            self, read={**self.read, "line_id": "case when line_id is not null then key_hash(order_id, line_id) end"}
        )

    @property
    def query(self) -> str:
        return f"select {_listed(self.read)} from (select {_listed(self.cells)} from raw_{self.file_no}) as cells"

    def whole(self, table: str) -> str:
        """The rows once typed, with the columns that need no room."""
        return f"select row_no, {', '.join(self.read)}, {_listed(self.constant)} from {table}"


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} as {name}" for name, sql in columns.items())


def null_of(name: str) -> str:
    """NULL of a field's type."""
    return f"cast(null as {_TYPES.get(FIELDS[name].type, 'string')})"


def absent(name: str) -> str:
    """What a typed order row holds in a column that its file does not have."""
    return _ABSENT.get(name) or null_of(name)


class Columns:
    """SQL for the columns of one recognised source, by position."""

    def __init__(self, recognition: Recognition, tz: str | None = None, plain: Plain = NONE) -> None:
        self._tz = tz
        self._plain = plain
        self._positions = recognition.columns
        self._signs = recognition.signs
        self._day_order = recognition.day_order or "mdy"
        self._fill = not recognition.profile.generic
        self._keys = recognition.keys

    def __contains__(self, name: str) -> bool:
        return name in self._positions

    def raw(self, name: str) -> str:
        """The first cell of a column as text; that of a plain one is a value, or empty."""
        first = self._positions[name][0] if name in self else None
        return NO_TEXT if first is None or first in self._plain else f"c{first}"

    def typed(self, name: str) -> str:
        """The column as its type; NULL of that type where the file has none."""
        kind = FIELDS[name].type
        if name == "member_id":
            return self._keys.member(self._positions)
        if name not in self:
            return null_of(name)
        if name in self._signs:
            return self._sum(name)
        if name == "referrer_id":
            return self._keys.referrer(self._positions[name][0])
        function = "clean_month" if name == "month" else _FUNCTIONS[kind]
        if function == "clean_time":
            function, more = (
                ("clean_time_in", f", '{self._day_order}', '{self._tz}'")
                if self._tz
                else (function, f", '{self._day_order}'")
            )
        else:
            more = ""
        cells = [self._cell(position, function, more) for position in self._positions[name]]
        if name == "tags" and len(cells) > 1:
            return f"concat_ws({_JOINED}, {', '.join(cells)})"
        return _first(cells) if kind == "text" and self._fill else cells[0]

    def _cell(self, position: int, function: str, more: str = "") -> str:
        if position not in self._plain:
            return f"{function}(c{position}{more})"
        return f"try_cast(round(c{position}) as integer)" if function == "clean_integer" else f"c{position}"

    def _sum(self, name: str) -> str:
        """Added columns; NULL where none holds a number."""
        cells = [self._cell(position, "clean_money") for position in self._positions[name]]
        terms = [
            f"{'+' if sign > 0 else '-'} coalesce({cell}, 0)"
            for sign, cell in zip(self._signs[name], cells, strict=True)
        ]
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
    tz: str | None = None,
    plain: Plain = NONE,
) -> Parse:
    """How the rows of one order file are typed; only the columns that are wanted are read.

    `width` is the position of the cell that a row must not have (0: rows cannot be ragged).  `many` says that other
    order files stand beside this one, so that a line must be told by its product and shop too.  `tz` is the zone into
    which times that say they are UTC are moved; `plain` are the columns that the reader types.
    """
    of = Columns(recognition, tz, plain)
    wanted = {*wanted, *(PARSED_ALWAYS if many else ())}
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
    times = [f"cell({name}_cell)" for name in clocks if cells[f"{name}_cell"] != NO_TEXT]
    unread = {
        "amount_text": "case when amount is null then cell(amount_cell) end" if amount_cell != NO_TEXT else "",
        "time_text": f"case when {_first(clocks)} is null then {_first(times)} end" if times else "",
    }
    for name, sql in unread.items():
        (read if sql else constant)[name] = sql or absent(name)
    optional = {
        "refund": ("refund_amount", f"abs({of.typed('refund_amount')})"),
        "cancelled": ("cancelled_at", f"case when cell({of.raw('cancelled_at')}) is null then 0 else 1 end"),
        "currency": ("currency", f"cell({of.raw('currency')})"),
        "original_id": ("original_id", of.typed("original_id")),
        "buyer_ref": ("buyer_ref", of.typed("buyer_ref")),
    }
    taken = {name: sql if field in of else "" for name, (field, sql) in optional.items()}
    taken["goods"] = _goods(of) if recognition.order_level else ""
    taken["status"] = _status(of, recognition)
    taken["ragged"] = f"c{width} is not null and cell(c{width}) is not null" if width else ""
    taken |= {
        name: of.typed(name) if name in wanted and name in of else "" for name in {*wanted, *PARSED_ALWAYS, "quantity"}
    }
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


def _status(of: Columns, recognition: Recognition) -> str:
    """The words that decide about a row, in the order of the profile; one column where there is only the status."""
    marked = f" || chr(29) || '{mark_of(recognition.own_words)}'" if recognition.own_words and "status" in of else ""
    if not (recognition.words or marked):
        status = f"cell({of.raw('status')})" if recognition.order_level else of.raw("status")
        return status if "status" in of else ""
    # A blank cell has nothing to say, however it is written; the order's own word, on another of its lines, has.
    first = f"cell({of.raw('status')})" if recognition.order_level else f"coalesce({of.raw('status')}, '')"
    others = [f" || chr(31) || coalesce(c{at}, '')" if at is not None else " || chr(31)" for at in recognition.words]
    return first + marked + "".join(others)


def _amount(of: Columns) -> tuple[str, str]:
    """The amount, and the text it is read from."""
    if "paid_amount" in of:
        return of.typed("paid_amount"), of.raw("paid_amount")
    return _product(of), f"{of.raw('unit_price')} || ' × ' || {of.raw('quantity')}"


def _goods(of: Columns) -> str:
    """What a line weighs when the order's money is shared out."""
    return f"coalesce({_product(of)}, 0)" if "unit_price" in of and "quantity" in of else "cast(0 as decimal(18, 2))"


def _product(of: Columns) -> str:
    return f"clean_product({of.raw('unit_price')}, {of.raw('quantity')})"


def parse_beside(recognition: Recognition, file_no: int) -> str:
    """The query that types a file which completes orders."""
    of = Columns(recognition)
    columns = {name: of.typed(name) for name in BESIDE[recognition.profile.role]}
    if recognition.profile.role == "items":
        columns["refund_amount"] = f"abs({columns['refund_amount']})"
    columns["amount"] = (
        f"abs({of.typed('refund_amount')})" if recognition.profile.role == "aftersale" else _amount(of)[0]
    )
    columns["status"] = _status(of, recognition) or NO_TEXT
    return f"select {file_no} as file_no, '{recognition.profile.name}' as source, {_listed(columns)} from raw_{file_no}"


def parse_members(recognition: Recognition, file_no: int) -> str:
    of = Columns(recognition)
    columns = [f"{of.typed(name)} as {name}" for name in ("member_id", *MEMBER_COLUMNS)]
    return f"select {file_no} as file_no, {', '.join(columns)} from raw_{file_no}"


def parse_spend(recognition: Recognition, file_no: int) -> str:
    if recognition.wide:
        return parse_wide(recognition.wide, file_no)
    of = Columns(recognition)
    columns = [f"{of.typed(name)} as {name}" for name in SPEND_COLUMNS]
    return f"select {file_no} as file_no, {', '.join(columns)} from raw_{file_no}"
