"""Which column of a file is which field: the one place where the text of a query is put together.

Columns are named by position, so no text of a user ever becomes an identifier.
"""

from __future__ import annotations

from collections.abc import Iterable

from privtraffic.intake.recognise import CLOCKS, Recognition
from privtraffic.schema import FIELDS, MEMBER_COLUMNS, SPEND_COLUMNS

PARSED_ALWAYS = ("sku", "product")
"""Columns that every parsed table has, NULL where nobody asked for them."""


class Columns:
    """SQL for the columns of one recognised source, by position."""

    def __init__(self, recognition: Recognition) -> None:
        self._positions = recognition.columns
        self._day_order = recognition.day_order or "mdy"

    def __contains__(self, name: str) -> bool:
        return name in self._positions

    def raw(self, name: str) -> str:
        return f"c{self._positions[name][0]}" if name in self else "cast(null as varchar)"

    def typed(self, name: str) -> str:
        """The column as its type; NULL of that type where the file has none."""
        kind = FIELDS[name].type
        if name not in self:
            sql_type = {"time": "timestamp", "money": "decimal(18, 2)", "integer": "integer"}.get(kind, "varchar")
            return f"cast(null as {sql_type})"
        if name == "member_id":
            keys = [f"clean_key(c{position})" for position in self._positions[name]]
            return f"coalesce({', '.join(keys)})" if len(keys) > 1 else keys[0]
        if kind == "time":
            return f"clean_time({self.raw(name)}, '{self._day_order}')"
        function = {"id": "clean_id", "money": "clean_money", "integer": "clean_integer", "text": "clean_text"}[kind]
        return f"{function}({self.raw(name)})"


def parse_orders(recognition: Recognition, file_no: int, wanted: Iterable[str], width: int, *, many: bool) -> str:
    """The query that types the rows of one order file; it reads only the columns that are wanted.

    `width` is the position of the cell that a row must not have (0: rows cannot be ragged).  `many` says that other
    order files stand beside this one, so that a line must be told by its product too.
    """
    of = Columns(recognition)
    wanted = {*wanted, *(PARSED_ALWAYS if many else ())}
    amount, amount_text = _amount(of)
    clocks = [name for name in CLOCKS if name in of]
    paid_at, cancelled_at, clock = of.typed("paid_at"), of.raw("cancelled_at"), of.typed(clocks[0])
    columns = {
        "file_no": str(file_no),
        "source": f"'{recognition.profile.name}'",
        "order_id": of.typed("order_id"),
        "line_id": of.typed("order_id" if recognition.profile.unique_order else "line_id"),
        "sku": of.typed("sku") if "sku" in wanted else "cast(null as varchar)",
        "product": of.typed("product") if "product" in wanted else "cast(null as varchar)",
        "member_id": of.typed("member_id"),
        "ordered_at": f"coalesce({', '.join(map(of.typed, clocks))})" if len(clocks) > 1 else clock,
        "paid": f"case when {paid_at} is null then 0 else 1 end" if "paid_at" in of else "cast(null as int)",
        "cancelled": f"case when cell({cancelled_at}) is null then 0 else 1 end" if "cancelled_at" in of else "0",
        "amount": amount,
        "refund": f"abs({of.typed('refund_amount')})",
        "goods": _goods(of) if recognition.profile.order_level else "cast(0 as decimal(18, 2))",
        "quantity": of.typed("quantity") if "quantity" in wanted else "cast(null as integer)",
        "status": of.raw("status"),
        "currency": of.raw("currency"),
        "ragged": f"cell(c{width}) is not null" if width else "false",
        "amount_text": amount_text,
        "time_text": f"case when {clock} is null then cell({of.raw(clocks[0])}) end",
        **{name: of.typed(name) for name in sorted(wanted - {*PARSED_ALWAYS, "quantity"})},
    }
    return f"select {', '.join(f'{sql} as {name}' for name, sql in columns.items())} from raw_{file_no}"


def _amount(of: Columns) -> tuple[str, str]:
    """The amount, and its text where that could not be read."""
    amount, text = of.typed("paid_amount"), of.raw("paid_amount")
    if "paid_amount" not in of:
        amount = _product(of)
        text = f"{of.raw('unit_price')} || ' × ' || {of.raw('quantity')}"
    return amount, f"case when {amount} is null then cell({text}) end"


def _goods(of: Columns) -> str:
    """What a line weighs when the order's money is shared out."""
    return f"coalesce({_product(of)}, 0)" if "unit_price" in of and "quantity" in of else "cast(0 as decimal(18, 2))"


def _product(of: Columns) -> str:
    return f"clean_product({of.raw('unit_price')}, {of.raw('quantity')})"


def parse_members(recognition: Recognition, file_no: int) -> str:
    of = Columns(recognition)
    columns = [f"{of.typed(name)} as {name}" for name in ("member_id", *MEMBER_COLUMNS)]
    return f"select {file_no} as file_no, {', '.join(columns)} from raw_{file_no}"


def parse_spend(recognition: Recognition, file_no: int) -> str:
    of = Columns(recognition)
    columns = [f"{of.typed(name)} as {name}" for name in SPEND_COLUMNS]
    return f"select {file_no} as file_no, {', '.join(columns)} from raw_{file_no}"
