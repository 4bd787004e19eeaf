"""How sure a file without a profile is read: each field is one column, and no other column could move the number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from privtraffic.intake.understand.amounts import LEAST_SHARE, MOST_SHARE
from privtraffic.intake.understand.arithmetic import apart, part_of
from privtraffic.intake.understand.days import follows, share_of_other_days
from privtraffic.intake.understand.doubts import UNKNOWN, Doubt
from privtraffic.intake.understand.evidence import is_flag, is_yes
from privtraffic.intake.understand.findings import Findings
from privtraffic.intake.understand.profile import look_up, profile, says_nothing
from privtraffic.intake.understand.recognition import CLOCKS
from privtraffic.intake.understand.undoing import UNDOING, said_by, undoing
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
    doubts = [doubt for doubt in (*found.doubts, *(_doubts(found) if alone else ())) if _counts(found, doubt)]
    if any(doubt.told for doubt in doubts):
        return min(by_name, AT_MOST_LIKELY)
    if not alone:
        return by_name
    if doubts:
        return min(by_name, IN_DOUBT)
    return SURE if len(found.body.rows) >= LEAST_ROWS else by_name


def _counts(found: Findings, doubt: Doubt) -> bool:
    explained = doubt.at is not None and not doubt.told and _is_explained(found, doubt.at)
    return doubt.counts and not explained


def _doubts(found: Findings) -> Iterator[Doubt]:
    """What could be another way, one after the other."""
    if not _member_is_one(found):
        yield UNKNOWN
    yield Doubt(days=_other_days(found))
    yield Doubt(money=_other_money(found))
    if "status" in found.columns:
        yield found.of_rows(_rows_of_no_known_state(found, found.columns["status"][0]), told=False)
    yield Doubt(orders=_repeated(found))
    for at in range(len(found.header)):
        if found.header.plain[at] and _is_open(found, at):
            yield found.of_rows(_moved(found, at), told=False)


def _member_is_one(found: Findings) -> bool:
    """A column that says whose key it is, or that holds phones or addresses."""
    at = found.columns["member_id"][0] if "member_id" in found.columns else None
    if at is None:
        return False
    contact = (found.body.share(at, is_contact) or 0) >= MOSTLY
    return contact or (found.header.says(at, "member") and not found.header.says(at, "class_of_member"))


def _other_days(found: Findings) -> float:
    """The share of rows whose day another column of days would change, which is not said to be of something later.

    What a day called the order's comes before, on each row, is what follows an order.
    """
    clock = next((found.columns[name][0] for name in CLOCKS if name in found.columns), None)
    if clock is None or not _may_be_clock(found, clock):
        return 1.0
    called = _is_called_time(found, clock)
    if not called and not _is_of_order(found, clock):
        return 1.0
    rivals = [at for at in range(len(found.header)) if at not in found.taken and _may_be_clock(found, at)]
    rivals = [
        at
        for at in rivals
        if not all(value.isdigit() for value in found.body.values(at))
        and not (found.header.says(at, "ordered") and _is_of_payment(found))
        and not (
            called and follows(found.cells(clock), found.cells(at)) and not found.header.says(at, "ordered", "sale")
        )
    ]
    return max((share_of_other_days(found.cells(clock), found.cells(at)) for at in rivals), default=0.0)


def _may_be_clock(found: Findings, at: int) -> bool:
    return (found.body.share(at, is_time) or 0) >= ALMOST_ALL and not found.header.says(at, "not_ordered")


def _is_of_order(found: Findings, at: int) -> bool:
    """Whether the values of a day say that it is the order's: one an order, and another one when a member comes again.

    A birthday, or the day somebody joined, stays with the member; a header that speaks of no time says too little.
    Where each row has a number beside the order's, of a payment or an invoice, the day may be that one's.
    """
    if "member_id" not in found.columns or not found.header.says(at, "time") or found.header.says(at, "member"):
        return False
    member = found.columns["member_id"][0]
    order = found.columns.get("order_id", (None,))[0]
    others = [other for other in range(len(found.header)) if other not in found.taken]
    if order is not None and any(_numbers_rows(found, other) for other in others):
        return False
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


def _other_money(found: Findings) -> float:
    """The share of the money that another column would change: none beside an amount that is called one, or adds up."""
    if "paid_amount" not in found.columns:
        return 0.0 if "unit_price" in found.columns else 1.0
    at = found.columns["paid_amount"][0]
    made = {other: done for other, (_, done, _) in found.made_of.items() if any(_numbers(found, other))}
    of_line = "unit_price" in found.columns and found.header.says(at, "subtotal")
    # Beside units sold, what is only said to be with or without tax may be the price of one.
    bare = "quantity" in found.columns and "unit_price" not in found.columns
    whole = found.header.says(at, "total", "subtotal", "paid")
    called = whole if bare and not found.header.says(at, "money") else found.header.says(at, *_OF_AMOUNT) or of_line
    if not (called or found.is_goods or "adds_up" in made.values() or _is_only_money(found, at)):
        return 1.0
    return max((_apart(found, at, other) for other, done in made.items() if done == "not_taken"), default=0.0)


def _apart(found: Findings, at: int, other: int) -> float:
    """What the money would change by; nothing where the other is a listed price, or too small or large to be it."""
    share = found.made_of[other][2]
    far = share is not None and not LEAST_SHARE <= share <= MOST_SHARE
    far = far or (found.header.says(other, "listed") and not found.header.says(at, "listed"))
    return 0.0 if far else apart(found.body.numbers(at), found.body.numbers(other))


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


def _rows_of_no_known_state(found: Findings, at: int) -> list[int]:
    """The rows whose word nobody knows and no further status settles.

    What undoes a row settles it; and that it was paid, where the word is of an order under way.
    """
    others = [(kind, found.cells(other)) for other, kind in found.verdicts if other != at]
    return [
        row
        for row, word in enumerate(found.cells(at))
        if not says_nothing(word)
        and _is_unknown(word)
        and not any(
            said_by(kind, cells[row]) or (says_any(word, ("undecided",)) and _is_paid(cells[row]))
            for kind, cells in others
        )
    ]


@lru_cache(4096)
def _is_paid(word: str) -> bool:
    return says_any(word, ("paid",)) and not says_any(word, ("awaited", "undecided", "refused", "negated", *UNDOING))


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
    return at not in found.taken and not _is_explained(found, at)


def _is_explained(found: Findings, at: int) -> bool:
    return found.made_of.get(at, ("", "", None))[1] in EXPLAINED


def _moved(found: Findings, at: int) -> list[int]:
    """The rows whose money a column could move: a sign, or a number, that is there on some and not on most."""
    header, values = found.header, found.body.values(at)
    numbers = [row for row, number in enumerate(found.body.numbers(at)) if number]
    if "owed" in (part_of(header, at), found.made_of.get(at, ("",))[0]) and numbers:
        return [] if any(done == "adds_up" for _, done, _ in found.made_of.values()) else numbers
    rated = header.says(at, "rate") and not header.says(at, "currency", "key")
    if not values or (header.says(at, *_MOVES_NOTHING) and not rated):
        return []
    cells = found.cells(at)
    there = [row for row, cell in enumerate(cells) if not says_nothing(cell)]
    if all(map(is_flag, values)):
        return _if_few(found, at, [row for row in there if is_yes(cells[row])])
    if rated or (found.body.share(at, is_money) or 0) >= ALMOST_ALL:
        return [] if header.says(at, "discount", "shipping", "tax", "fee") else _if_few(found, at, numbers)
    if (found.body.share(at, is_time) or 0) >= ALMOST_ALL:
        return [] if header.says(at, "not_ordered") else _if_few(found, at, there)
    return _rows_of_no_known_state(found, at) if header.says(at, "status") and not header.says(at, "shipping") else []


def _if_few(found: Findings, at: int, rows: list[int]) -> list[int]:
    """Rows, where they are not most; the further lines of an order may leave blank what its first line says."""
    member = found.columns["member_id"][0] if "member_id" in found.columns else at
    whole = sum(bool(one or other) for one, other in zip(found.cells(at), found.cells(member), strict=True))
    return rows if len(rows) <= MOSTLY * whole else []


def _numbers(found: Findings, at: int) -> list[Decimal]:
    """The numbers of a column that are not zero."""
    return [number for number in found.body.numbers(at) if number]
