"""Every column is read, known to be irrelevant, or told: what those are that no field was found for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from privtraffic.intake.read.source import Row, Sheet, Source, TextFile
from privtraffic.intake.understand.amount_parts import see_parts
from privtraffic.intake.understand.amounts import decide_amount
from privtraffic.intake.understand.arithmetic import GOODS, Money, part_of
from privtraffic.intake.understand.certainty import certainty
from privtraffic.intake.understand.closed import see_closed, see_open_payment
from privtraffic.intake.understand.codes import (
    ask_of_codes,
    ask_of_numbers,
    ask_of_reasons,
    ask_of_times,
    take_cancelling_documents,
    take_codes,
)
from privtraffic.intake.understand.currencies import code_of, is_currency
from privtraffic.intake.understand.doubts import LIKELY, UNKNOWN, Doubt
from privtraffic.intake.understand.evidence import Body, below, is_flag, is_person
from privtraffic.intake.understand.findings import Findings, percent
from privtraffic.intake.understand.grain import Grain, refund_repeats, see_grain
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.profile import plain_word
from privtraffic.intake.understand.recognition import CLOCKS, Recognition
from privtraffic.intake.understand.refunds import decide_refund, is_sign
from privtraffic.intake.understand.repeats import (
    ask_if_below_zero,
    read_repeats,
    see_signs,
    settle_rows,
)
from privtraffic.intake.understand.scales import MONEY_FIELDS, scale_of
from privtraffic.intake.understand.structure import heads_among_lines, order_number, stands_twice
from privtraffic.intake.understand.tenders import read_tenders
from privtraffic.intake.understand.undoing import find_undoing, release_status
from privtraffic.intake.understand.values import is_clock, is_contact, is_money, is_time

MOST_CELLS = 60_000
"""So many cells of the sample are looked at: fewer rows of a wide file."""
ALMOST_ALL = 0.9
MOST_WORDS = 20
LEAST_ROWS = 6
_IN_DOUBT = ("note.amount_repeats",)


class Previewed(Protocol):
    """Anything that can show its first rows."""

    @property
    def preview(self) -> tuple[Row, ...]: ...


def account_for_columns(source: Source, found: Recognition, more: Sequence[Row] = ()) -> Recognition:
    """The recognition with what the columns beyond the known ones say, and with what is to be asked.

    `more` are rows from behind the sample.
    """
    beside = found.profile.generic and found.profile.role in ("items", "payments", "aftersale")
    if (found.profile.role != "orders" and not beside) or found.profile.row_pattern:
        return found
    header = Header(found.header)
    rows = [*sample_of(source, found.header_row, len(header)), *more]
    findings = Findings(
        source.path.name,
        header,
        Body(rows, len(header)),
        dict(found.columns),
        found.decided,
        codes=list(found.codes),
        order_level=found.order_level,
        questions=list(found.questions),
        discount=found.further.discount,
        doubts=[LIKELY] if found.further.discount is not None and "discount" not in found.decided else [],
    )
    find_currency(findings, found)
    known = {at for name in found.profile.also for at in header.find(name)}
    if beside:
        _account_beside(findings)
    elif found.profile.generic:
        _account_generic(findings)
    else:
        take_codes(findings)
        _tell_of_others(findings, found)
        asked = {at for group in found.profile.require for at in header.find_all(group)}
        words = {at for at in (*found.words, *(at for at, _ in found.returns)) if at is not None}
        find_undoing(findings, known | asked | words)
    if not beside:
        _find_clock(findings)
    for at, plain in enumerate(header.plain):
        if plain:
            findings.made(at, "known" if at in known else _seen_as(findings, at))
    findings.certainty = certainty(findings, found.confidence, alone=found.profile.generic and not beside)
    contact = _contact(findings)
    return findings.recognition(replace(found, further=replace(found.further, contact=contact)))


def sample_of(source: Previewed, header_row: int, width: int) -> list[Row]:
    """The first rows below the header, a thousand where the file is not wide."""
    rows = source.sample if isinstance(source, TextFile | Sheet) else source.preview
    most = max(MOST_CELLS // max(width, 1), 40)
    return [row for row in below(rows[: header_row + most], header_row) if any(row)]


def _account_generic(found: Findings) -> None:
    if (at := order_number(found.header, found.body, found.columns)) is not None:
        found.columns["order_id"] = (at,)
    release_status(found)
    see_closed(found)
    see_open_payment(found)
    _find_paid_time(found)
    read_repeats(found)
    money = Money(found.header, found.body, found.columns)
    _drop_flag_as_refund(found)
    read_tenders(found, money)
    others = decide_amount(found, money)
    ask_if_below_zero(found)
    grain = see_grain(found.header, found.body, found.columns, others) if found.part is None else Grain()
    found.order_level, found.sum_check = grain.order_level, grain.sum_check
    found.notes.extend(grain.notes)
    found.doubts += [UNKNOWN for word, _ in grain.notes if word in _IN_DOUBT]
    _see_rows(found)
    decide_refund(found, money)
    find_undoing(found)
    settle_rows(found, others)
    take_codes(found)
    take_cancelling_documents(found)
    ask_of_codes(found)
    ask_of_numbers(found)
    ask_of_reasons(found)
    ask_of_times(found)
    for at in money.all:
        if part := money.parts.get(at):
            found.made(at, part, share=money.share(at, found.columns.get("paid_amount", (GOODS,))[0]))
    see_parts(found, money)
    _see_scales(found)
    _count_orders_once(found, money)


def _count_orders_once(found: Findings, money: Money) -> None:
    """Tell the questions which amounts stand for an order on each of its rows, whichever of them is the answer."""
    if not found.questions or "order_id" not in found.columns:
        return

    def repeats(at: int) -> bool:
        part, others = money.parts.get(at), [one for one in money.all if one != at]
        if part == "refund":
            return bool(refund_repeats(found.body, {**found.columns, "refund_amount": (at,)}))
        # What is added to an amount is shared out with it, and only where the whole is the order's.
        asked = at in money.amounts or (part != "discount" and "paid_amount" in found.order_level)
        columns = {**found.columns, "paid_amount": (at,)}
        return asked and bool(see_grain(found.header, found.body, columns, others).order_level)

    repeated = tuple(filter(repeats, money.all))
    order = found.columns["order_id"][0]
    found.questions[:] = [
        replace(question, order=order, repeated=tuple({*question.repeated, *repeated})) for question in found.questions
    ]


def _find_paid_time(found: Findings) -> None:
    """A time that says it is that of the payment, beside that of the order: blank where nothing was paid."""
    if "paid_at" in found.columns or "paid_at" in found.decided or "created_at" not in found.columns:
        return
    for at in range(len(found.header)):
        timed = (found.body.share(at, is_time) or 0) >= ALMOST_ALL and not any(map(is_clock, found.body.values(at)))
        other = found.header.says(at, "not_ordered", "owed", "refund", "return")
        if timed and at not in found.taken and found.header.says(at, "paid") and not other:
            found.columns["paid_at"] = (at,)
            return


def _see_rows(found: Findings) -> None:
    """Heads among their lines, units below zero beside amounts above it, a file whose rows all stand twice."""
    if heads := heads_among_lines(found.header, found.body, found.columns):
        at, word = heads
        found.verdicts.append((at, "head"))
        found.codes.append((at, word))
        found.tell("note.heads_among_lines", at, column=found.title(at), said=word)
    if "quantity" in found.columns and "paid_amount" in found.columns:
        at = found.columns["quantity"][0]
        amounts = found.body.numbers(found.columns["paid_amount"][0])
        below = [
            amount
            for units, amount in zip(found.body.numbers(at), amounts, strict=True)
            if units and units < 0 and amount
        ]
        if below and min(below) > 0:
            found.returns.append((at, ("-*",)))
            found.tell("note.units_below_zero", at, column=found.title(at))
    see_signs(found)
    if stands_twice(found.body) and len(found.body.rows) >= 2 * LEAST_ROWS:
        found.tell("note.rows_twice", 0, doubt=LIKELY)


def _see_scales(found: Findings) -> None:
    """Amounts in other units than those of their currency."""
    places = dict.fromkeys(at for name in MONEY_FIELDS for at in found.columns.get(name, ()))
    for at in places:
        if factor := scale_of(found.header, found.body, at):
            found.scales.append((at, factor))
            found.tell("note.scaled", at, column=found.title(at), factor=factor)


def _account_beside(found: Findings) -> None:
    """Lines, payments and refunds beside an order file: the same as its own, but for what each file is read for."""
    money = Money(found.header, found.body, found.columns)
    _drop_flag_as_refund(found)
    others = decide_amount(found, money)
    grain = see_grain(found.header, found.body, found.columns, others)
    found.order_level = grain.order_level
    found.notes.extend(grain.notes)
    decide_refund(found, money)
    find_undoing(found)
    take_codes(found)
    ask_of_codes(found)


def _drop_flag_as_refund(found: Findings) -> None:
    """A column that is called refund and says yes or no is no amount."""
    if "refund_amount" in found.columns and "refund_amount" not in found.decided:
        kept = tuple(at for at in found.columns["refund_amount"] if not is_sign(found, at))
        if kept:
            found.columns["refund_amount"] = kept
        else:
            found.columns.pop("refund_amount")


def find_currency(found: Findings, recognition: Recognition) -> None:
    """A column of currencies, whatever its header; where there are several, one that holds more than one."""
    if "currency" in found.columns or "currency" in found.decided:
        return
    known = {at for name in recognition.profile.also for at in found.header.find(name)}
    able = []
    for at, plain in enumerate(found.header.plain):
        if not plain or at in found.taken or at in known:
            continue
        share = found.body.share(at, is_currency)
        named = found.header.says(at, "currency") and not found.header.says(at, "rate")
        if (share or 0) >= ALMOST_ALL or (named and (share is None or share >= 0.5)):
            able.append(at)
    if able:
        at = max(able, key=lambda at: len({code_of(value) for value in found.body.values(at)}) > 1)
        found.columns["currency"] = (at,)


def _find_clock(found: Findings) -> None:
    """Times of day in a column of their own belong to the day beside them."""
    clock = next((name for name in CLOCKS if name in found.columns), None)
    if clock is None or any(":" in value for value in found.body.values(found.columns[clock][0])):
        return
    day = found.columns[clock][0]
    able = [
        at
        for at in range(len(found.header))
        if (at not in found.taken or at in found.columns[clock][1:])
        and (found.body.share(at, is_clock) or 0) >= ALMOST_ALL
        and not found.header.says(at, "not_ordered")
    ]
    if able:
        found.clock = min(able, key=lambda at: abs(at - day))
        found.columns[clock] = (day,)


def _contact(found: Findings) -> str:
    """Whether members are known by an e-mail address or a phone, which people write in several ways."""
    for at in found.columns.get("member_id", ()):
        if (found.body.share(at, _is_contact) or 0) >= 0.5:
            return (
                "email"
                if sum("@" in value for value in found.body.values(at)) * 2 > len(found.body.values(at))
                else "phone"
            )
    return ""


def _is_contact(value: str) -> bool:
    return is_contact(value.strip()) or is_contact(re.sub(r"[ -]", "", plain_word(value)).lstrip("+"))


def _tell_of_others(found: Findings, recognition: Recognition) -> None:
    """Columns that somebody added to a platform's export, and that would move money if they were read."""
    known = {at for name in recognition.profile.also for at in found.header.find(name)}
    known |= {at for at in recognition.words if at is not None} | found.taken
    if "paid_amount" not in found.columns:
        return
    money = Money(found.header, found.body, {**found.columns, "also": tuple(known)})
    for at, part in money.parts.items():
        share = money.share(at, found.columns["paid_amount"][0])
        found.made(at, part, share=share)
        if part == "refund" and share and "refund_amount" not in found.columns and not found.header.says(at, "key"):
            found.made_of[at] = ("refund", "told", share)
            doubt = Doubt(told=True, money=share)
            found.tell("note.refund_unread", at, doubt=doubt, column=found.title(at), share=percent(share))


_WORDS = ("rate", "held", "cost", "fee", "quantity", "price", "reason")


def _seen_as(found: Findings, at: int) -> str:  # noqa: PLR0911
    """What a column is that nobody reads, by its values and the words of its header."""
    header, body = found.header, found.body
    values = body.values(at)
    if not values:
        return "empty"
    if (body.share(at, is_time) or 0) >= ALMOST_ALL and not all(value.isdigit() for value in values):
        return "time"
    if (body.share(at, is_clock) or 0) >= ALMOST_ALL:
        return "clock"
    if (body.share(at, is_contact) or 0) >= 0.6:
        return "contact"
    if all(map(is_flag, values)):
        return "flag"
    if (body.share(at, is_money) or 0) >= ALMOST_ALL:
        words = (part_of(header, at), *(word for word in _WORDS if header.says(at, word)))
        return next(filter(None, words), "money" if header.says(at, "money") else "number")
    if header.says(at, "member") and header.says(at, "class_of_member"):
        return "kind_of_member"
    if (body.share(at, is_person) or 0) >= 0.6 and header.says(at, "member", "key"):
        return "person"
    return "words" if len(set(values)) <= MOST_WORDS else "text"
