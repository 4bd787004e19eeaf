"""What an amount stands for: a line, or the whole order, repeated on its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from privtraffic.intake.understand.evidence import Body, Row, number
from privtraffic.intake.understand.header import Header

Columns = Mapping[str, tuple[int, ...]]

SO_MANY = 5
"""So many orders, each with an amount of its own on all its rows, are no chance, whatever the amount is called."""
MOSTLY = 0.8
SEVERAL_ENOUGH = 3
"""So many orders of several rows tell whether an amount is the order's own."""
OF_ORDER = ("订单", "整单", "order")


@dataclass(frozen=True)
class Grain:
    """What the paid amount stands for: `order_level` names it where it is the order's own and repeats on its rows.

    `sum_check` are the headers of what was paid for a line and for its order, where there are both.
    """

    order_level: tuple[str, ...] = ()
    sum_check: tuple[str, ...] = ()
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()


def see_grain(header: Header, body: Body, columns: Columns, others: Sequence[int]) -> Grain:
    """An amount that is the same on all rows of each order is the order's own where other columns, or its name, say so.

    Price × quantity, or one of the `others`, then adds up to it about once, and not as often as the order has rows.
    """
    if not {"order_id", "paid_amount"} <= columns.keys():
        return Grain()
    chosen = columns["paid_amount"][0]
    several = _orders_of_several_rows(body, columns["order_id"][0], chosen)
    paid = [{number(line[chosen]) or Decimal(0) for line in lines} for lines in several]
    if not several or max(map(len, paid)) > 1:
        return Grain()
    known = list(zip((one for (one,) in paid), several, strict=True))
    values = {"orders": len(several), "column": header.title(chosen)}
    goods = [(one, goods) for one, lines in known if (goods := _goods(lines, columns))]
    if goods and all(one > max(amounts) for one, amounts in goods):
        return Grain(("paid_amount",), (), (("note.order_level_seen", values),))
    for at in others:
        if all(_adds_up(one, [line[at] for line in lines if len(line) > at]) for one, lines in known):
            note = ("note.order_level_adds_up", {**values, "line": header.title(at)})
            return Grain(("paid_amount",), (header[at], header[chosen]), (note,))
    return _by_name_or_chance(header, columns, known, values)


def _by_name_or_chance(
    header: Header, columns: Columns, known: Sequence[tuple[Decimal, list[Row]]], values: Mapping[str, object]
) -> Grain:
    """An amount that no arithmetic settles is the order's own where its name says so, or chance cannot."""
    named = any(word in header.plain[columns["paid_amount"][0]] for word in OF_ORDER)
    distinct = len({one for one, _ in known})
    if named and len(known) >= SEVERAL_ENOUGH and distinct > 1:
        return Grain(("paid_amount",), (), (("note.order_level_named", values),))
    unlike = sum(_rows_differ(lines, columns) for _, lines in known)
    if len(known) >= SO_MANY and distinct >= SO_MANY and unlike >= MOSTLY * len(known):
        return Grain(("paid_amount",), (), (("note.order_level_repeats", values),))
    enough = len(known) >= SEVERAL_ENOUGH and distinct > 1
    return Grain(notes=(("note.amount_repeats", values),)) if named or enough else Grain()


def _rows_differ(lines: Sequence[Row], columns: Columns) -> bool:
    """Whether the rows of an order tell different goods or states: units of one thing are rightly alike."""
    places = [columns[name][0] for name in ("product", "sku", "quantity", "unit_price", "status") if name in columns]
    return any(len({line[at] for line in lines if len(line) > at}) > 1 for at in places)


def refund_repeats(body: Body, columns: Columns) -> str:
    """Whether the refund of an order stands on each of its lines, while their amounts are their own.

    `surely` where it exceeds a line, or several orders say so; `likely` where few do; empty where it does not.
    """
    if not {"order_id", "paid_amount", "refund_amount"} <= columns.keys():
        return ""
    paid, refund = columns["paid_amount"][0], columns["refund_amount"][0]
    several = _orders_of_several_rows(body, columns["order_id"][0], refund)
    pairs = [
        [(number(line[refund]) or Decimal(0), number(line[paid])) for line in lines if len(line) > paid]
        for lines in several
    ]
    pairs = [lines for lines in pairs if len(lines) > 1]
    if not pairs or any(len({back for back, _ in lines}) > 1 for lines in pairs):
        return ""
    if all(back == amount for lines in pairs for back, amount in lines):
        return ""
    exceeds = any(amount is not None and abs(back) > abs(amount) for lines in pairs for back, amount in lines)
    distinct = {lines[0][0] for lines in pairs}
    return "surely" if exceeds or (len(pairs) >= SEVERAL_ENOUGH and len(distinct) > 1) else "likely"


def repeats_in_orders(body: Body, columns: Columns, at: int) -> int:
    """On how many orders an amount is the same on each of several rows of other goods; 0 where on one it is not."""
    if "order_id" not in columns:
        return 0
    several = _orders_of_several_rows(body, columns["order_id"][0], at)
    alike = all(len({number(line[at]) for line in lines}) == 1 for lines in several)
    unlike = all(_rows_differ(lines, columns) for lines in several)
    return len(several) if alike and unlike and len(several) >= SEVERAL_ENOUGH else 0


def _orders_of_several_rows(body: Body, order: int, filled: int) -> list[list[Row]]:
    """The rows of each order that has several with a number in a column, not zero."""
    groups: dict[str, list[Row]] = {}
    for line in body.rows:
        if len(line) > max(order, filled) and line[order].strip() and number(line[filled]):
            groups.setdefault(line[order], []).append(line)
    return [lines for lines in groups.values() if len(lines) > 1]


def _goods(lines: Sequence[Row], columns: Columns) -> list[Decimal]:
    """Price × quantity of each line that has both."""
    if "unit_price" not in columns or "quantity" not in columns:
        return []
    price, quantity = columns["unit_price"][0], columns["quantity"][0]
    both = [(number(line[price]), number(line[quantity])) for line in lines if len(line) > max(price, quantity)]
    return [unit * units for unit, units in both if unit is not None and units is not None]


def _adds_up(paid: Decimal, cells: Sequence[str]) -> bool:
    """Whether the lines add up to the amount rather once than once a line."""
    amounts = [amount for cell in cells if (amount := number(cell)) is not None]
    whole = sum(amounts, Decimal(0))
    return bool(amounts) and abs(whole - paid) < abs(whole - len(cells) * paid)
