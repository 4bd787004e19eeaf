"""How sure a file without a profile is read: each field is one column, and no other column could move the number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from privtraffic.intake.understand.amounts import LEAST_SHARE, MOST_SHARE
from privtraffic.intake.understand.arithmetic import part_of
from privtraffic.intake.understand.doubts import UNKNOWN, Doubt
from privtraffic.intake.understand.evidence import is_flag, is_yes
from privtraffic.intake.understand.findings import Findings
from privtraffic.intake.understand.profile import look_up, profile, says_nothing
from privtraffic.intake.understand.recognition import CLOCKS
from privtraffic.intake.understand.undoing import undoing
from privtraffic.intake.understand.values import is_contact, is_money, is_time
from privtraffic.intake.understand.vocabulary import says_any, says_only

SURE = 0.9
"""Every field is one column beyond doubt, and every other column is known to move nothing."""
AT_MOST_LIKELY = 0.7
"""The most where something that moves a figure is only likely."""
IN_DOUBT = 0.85
"""The most where one column is in doubt, however well the names of the others are known."""
LEAST_ROWS = 3
"""Fewer rows say too little for more than the names do."""
MOSTLY = 0.6
ALMOST_ALL = 0.9
EXPLAINED = ("adds_up", "already_off", "part_of_refund")
_MOVES_NOTHING = (
    "member",
    "class_of_member",
    "reason",
    "rate",
    "held",
    "tender",
    "cost",
    "price",
    "key",
    "time",
    "trial",
)
_OF_AMOUNT = ("paid", "money", "total", "net", "gross", "incl")


def certainty(found: Findings, by_name: float, *, alone: bool) -> float:
    """The confidence of a file: `by_name` is what the names of its columns alone are worth.

    `alone` is an unlisted file that no other one completes: what its columns hold can make it sure.  A doubt that
    moves nothing worth telling is none, however it was told.
    """
    doubts = [doubt for doubt in (*found.doubts, *(_doubts(found) if alone else ())) if doubt.counts]
    if any(doubt.told for doubt in doubts):
        return min(by_name, AT_MOST_LIKELY)
    if not alone:
        return by_name
    if doubts:
        return min(by_name, IN_DOUBT)
    return SURE if len(found.body.rows) >= LEAST_ROWS else by_name


def _doubts(found: Findings) -> Iterator[Doubt]:
    """What could be another way, one after the other."""
    if not (_member_is_one(found) and _amount_is_one(found)):
        yield UNKNOWN
    if not _clock_is_one(found):
        yield Doubt(days=1.0)
    if "status" in found.columns:
        cells = found.cells(found.columns["status"][0])
        yield found.of_rows(
            [row for row, cell in enumerate(cells) if not says_nothing(cell) and _is_unknown(cell)], told=False
        )
    yield Doubt(orders=_repeated(found))
    for at in range(len(found.header)):
        if found.header.plain[at] and _is_open(found, at) and _moves(found, at):
            yield UNKNOWN


def _member_is_one(found: Findings) -> bool:
    """A column that says whose key it is, or that holds phones or addresses."""
    at = found.columns["member_id"][0] if "member_id" in found.columns else None
    if at is None:
        return False
    contact = (found.body.share(at, is_contact) or 0) >= MOSTLY
    return contact or (found.header.says(at, "member") and not found.header.says(at, "class_of_member"))


def _clock_is_one(found: Findings) -> bool:
    """The only column of days that is not said to be of something later."""
    clock = next((found.columns[name][0] for name in CLOCKS if name in found.columns), None)
    times = [
        at
        for at in range(len(found.header) if clock is not None else 0)
        if (found.body.share(at, is_time) or 0) >= ALMOST_ALL
        and (at == clock or not all(value.isdigit() for value in found.body.values(at)))
        and not found.header.says(at, "not_ordered")
        and (at not in found.taken or at == clock)
        and (at == clock or not (found.header.says(at, "ordered") and _is_of_payment(found)))
    ]
    return clock is not None and times == [clock] and (_is_called_time(found, clock) or _is_of_order(found, clock))


def _is_of_order(found: Findings, at: int) -> bool:
    """Whether the values of a day say that it is the order's: one an order, and another one when a member comes again.

    A birthday, or the day somebody joined, stays with the member; a header that speaks of no time says too little.
    Where each row has a number beside the order's, of a payment or an invoice, the day may be that one's.
    """
    if "member_id" not in found.columns or not found.header.says(at, "time") or found.header.says(at, "member"):
        return False
    if any(_numbers_rows(found, other) for other in range(len(found.header)) if other not in found.taken):
        return False
    member = found.columns["member_id"][0]
    order = found.columns.get("order_id", (None,))[0]
    of_member, of_order = dict[str, set[tuple[str, str]]](), dict[str, set[str]]()
    for number, row in enumerate(found.body.rows):
        key = str(number) if order is None else found.body.cell(row, order)
        day = found.body.cell(row, at)
        if key and day:
            of_order.setdefault(key, set()).add(day)
            of_member.setdefault(found.body.cell(row, member), set()).add((key, day))
    again = [len({day for _, day in sales}) > 1 for who, sales in of_member.items() if who and len(sales) > 1]
    return sum(again) > MOSTLY * len(again) and all(len(days) == 1 for days in of_order.values())


def _numbers_rows(found: Findings, at: int) -> bool:
    """Whether a column that says it is a key has another value on each row."""
    keyed = found.header.says(at, "key") and not found.header.says(at, "member")
    return keyed and len({*found.body.values(at)}) == len(found.body.rows)


def _is_of_payment(found: Findings) -> bool:
    """Whether the time that is read is that of the payment, which goes before that of the order."""
    clock = next(found.columns[name][0] for name in CLOCKS if name in found.columns)
    return "paid_at" in found.columns or found.header.says(clock, "paid")


def _is_called_time(found: Findings, at: int) -> bool:
    """Whether the header speaks of a time, or of a sale, and is not only the one column of days there is."""
    pool = profile("generic_orders")
    known = any(at in found.header.find_all(pool.fields[name]) for name in CLOCKS)
    named = found.header.says(at, "ordered", "sale", "document", "paid") and not found.header.says(at, "member")
    return known or named or says_only(found.header[at], "time")


def _amount_is_one(found: Findings) -> bool:
    """An amount that is called one, beside which no other is left unexplained; or price × quantity."""
    if "paid_amount" not in found.columns:
        return "unit_price" in found.columns
    at = found.columns["paid_amount"][0]
    made = {
        other: done
        for other, (_, done, share) in found.made_of.items()
        if any(_numbers(found, other)) and not (done == "not_taken" and _is_no_rival(found, other, at, share))
    }
    of_line = "unit_price" in found.columns and found.header.says(at, "subtotal")
    # Beside units sold, what is only said to be with or without tax may be the price of one.
    bare = "quantity" in found.columns and "unit_price" not in found.columns
    whole = found.header.says(at, "total", "subtotal", "paid")
    called = whole if bare and not found.header.says(at, "money") else found.header.says(at, *_OF_AMOUNT) or of_line
    return "not_taken" not in made.values() and (called or "adds_up" in made.values() or _is_only_money(found, at))


def _is_no_rival(found: Findings, other: int, at: int, share: float | None) -> bool:
    """Whether another amount is too small or too large to be the one that is read, or says the same on each row."""
    out = share is not None and not LEAST_SHARE <= share <= MOST_SHARE
    return out or found.body.numbers(other) == found.body.numbers(at)


def _is_only_money(found: Findings, at: int) -> bool:
    """Whether a column has the cents or signs of money, and no other one holds numbers that nobody has read."""
    others = [
        other
        for other in range(len(found.header))
        if other not in found.taken
        and (found.body.share(other, is_money) or 0) >= MOSTLY
        and any(_numbers(found, other))
    ]
    return not others and (found.body.share(at, _has_cents) or 0) >= MOSTLY


@lru_cache(65536)
def _has_cents(value: str) -> bool:
    """Whether a number is written as only money is: two places, or with a sign."""
    return is_money(value) and bool(re.search(r"[.,]\d\d\D*$|[$€£¥₩￥元円]", value))


@lru_cache(4096)
def _is_unknown(word: str) -> bool:
    """Whether a word of the status is neither known nor of a plain meaning, and so counts only because most do."""
    if look_up(word, profile("generic_orders").status) or undoing(word):
        return False
    return says_any(word, ("undecided", "refused", "negated")) or not says_any(
        word, ("sale", "done", "paid", "not_ordered")
    )


def _repeated(found: Findings) -> float:
    """The share of rows that repeat a member's amount at one time, where no column numbers the orders."""
    if "order_id" in found.columns or not {"member_id", "paid_amount"} <= found.columns.keys():
        return 0.0
    places = [found.columns[name][0] for name in ("member_id", "paid_amount", *CLOCKS) if name in found.columns]
    rows = [tuple(found.body.cell(row, at) for at in places) for row in found.body.rows]
    return 1 - len({*rows}) / len(rows) if rows else 0.0


def _is_open(found: Findings, at: int) -> bool:
    """Whether a column is neither read nor explained."""
    return at not in found.taken and found.made_of.get(at, ("", "", None))[1] not in EXPLAINED


def _moves(found: Findings, at: int) -> bool:
    """Whether a column could move money: a sign, or a number, that is there on some rows and not on most."""
    header, values = found.header, found.body.values(at)
    rows = max(len(found.body.rows), 1)
    if part_of(header, at) == "owed" and any(_numbers(found, at)):
        return all(done != "adds_up" for _, done, _ in found.made_of.values())
    rated = header.says(at, "rate") and not header.says(at, "currency", "key")
    if not values or (header.says(at, *_MOVES_NOTHING) and not rated):
        return False
    if all(map(is_flag, values)):
        return 0 < sum(map(is_yes, values)) <= MOSTLY * rows
    if rated or (found.body.share(at, is_money) or 0) >= ALMOST_ALL:
        return 0 < len(_numbers(found, at)) <= MOSTLY * rows and not header.says(
            at, "discount", "shipping", "tax", "fee"
        )
    if (found.body.share(at, is_time) or 0) >= ALMOST_ALL:
        return len(values) <= MOSTLY * rows and not header.says(at, "not_ordered")
    return header.says(at, "status") and not header.says(at, "shipping")


def _numbers(found: Findings, at: int) -> list[Decimal]:
    """The numbers of a column that are not zero."""
    return [number for number in found.body.numbers(at) if number]
