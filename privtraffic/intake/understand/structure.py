"""What the rows of a file say of each other: which column numbers the orders, which rows are heads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.recognition import CLOCKS
from privtraffic.intake.understand.values import is_key

Columns = Mapping[str, tuple[int, ...]]
Pair = tuple[str, str]
ENOUGH = 5
MOSTLY = 0.9
MOST_KINDS = 4
_CENT = Decimal("0.011")
_NO_NUMBER = (
    "member",
    "goods",
    "time",
    "money",
    "quantity",
    "price",
    "status",
    "rate",
    "held",
    "currency",
    "reason",
    "staff",
)


def order_number(header: Header, body: Body, columns: Columns) -> int | None:
    """A column each value of which has one member and one time, and that names documents or is as fine as they are.

    As fine: where orders have several rows, each member and time has one value; where the further rows of an order
    are blank, the column is blank on just those.
    """
    clock = next((columns[name][0] for name in CLOCKS if name in columns), None)
    if "order_id" in columns or "member_id" not in columns or clock is None:
        return None
    taken = {at for places in columns.values() for at in places}
    for at, plain in enumerate(header.plain):
        if not plain or at in taken or header.says(at, *_NO_NUMBER) or (body.share(at, is_key) or 0) < MOSTLY:
            continue
        whose: dict[str, Pair] = {}
        values = [
            (body.cell(row, at), (body.cell(row, columns["member_id"][0]), body.cell(row, clock))) for row in body.rows
        ]
        known = [(value, pair) for value, pair in values if value]
        one_each = all(whose.setdefault(value, pair) == pair for value, pair in known) and len(whose) >= ENOUGH
        filled = len(known) >= MOSTLY * len(values)
        named = filled and header.says(at, "document", "sale")
        if one_each and (named or _as_fine(values, whose, filled=filled)):
            return at
    return None


def _as_fine(values: Sequence[tuple[str, Pair]], whose: Mapping[str, Pair], *, filled: bool) -> bool:
    """Whether a column tells the orders apart just as their members and times do, and orders have several rows."""
    numbered = all(any(map(str.isdigit, value)) for value in whose)
    together = all(bool(value) == any(pair) for value, pair in values)
    again = len(whose) < len(values)
    # While nobody comes back, a phone or a card is as fine.
    comes_back = len({member for member, _ in whose.values()}) < len(whose)
    return numbered and again and comes_back and len({*whose.values()}) == len(whose) and (filled or together)


def heads_among_lines(header: Header, body: Body, columns: Columns) -> tuple[int, str] | None:
    """A column and its word on rows whose amount is the sum of the other rows of their order, in order after order."""
    if not {"order_id", "paid_amount"} <= columns.keys():
        return None
    paid, order = body.numbers(columns["paid_amount"][0]), columns["order_id"][0]
    taken = {at for places in columns.values() for at in places}
    for at, plain in enumerate(header.plain):
        words = {*body.values(at)}
        if not plain or at in taken - {*columns.get("status", ())} or not 0 < len(words) <= MOST_KINDS:
            continue
        for word in sorted({body.cell(row, at) for row in body.rows}):
            if word and _sums_up(body, paid, order, at, word):
                return at, word
    return None


def _sums_up(body: Body, paid: list[Decimal | None], order: int, at: int, word: str) -> bool:
    heads: dict[str, list[Decimal]] = defaultdict(list)
    lines: dict[str, list[Decimal]] = defaultdict(list)
    for row, amount in zip(body.rows, paid, strict=True):
        if amount is not None and body.cell(row, order):
            (heads if body.cell(row, at) == word else lines)[body.cell(row, order)].append(amount)
    both = [number for number in heads if number in lines]
    whole = [
        number for number in both if len(heads[number]) == 1 and abs(sum(lines[number]) - heads[number][0]) <= _CENT
    ]
    several = [number for number in whole if len(lines[number]) > 1]
    return len(whole) >= ENOUGH and len(whole) == len(heads) == len(both) and bool(several)


def stands_twice(body: Body) -> bool:
    """Whether every row stands in the file as often as every other one, and more than once."""
    times: dict[tuple[str, ...], int] = defaultdict(int)
    for row in body.rows:
        times[tuple(row)] += 1
    return len(times) >= ENOUGH and min(times.values(), default=0) > 1
