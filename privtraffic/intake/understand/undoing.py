"""Columns beside the status that undo a sale: second statuses, types of documents, flags, times of a cancellation."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Literal

from privtraffic.intake.understand.deeds import BACK
from privtraffic.intake.understand.evidence import is_denied, is_flag, is_no, is_yes, number
from privtraffic.intake.understand.findings import Findings, percent
from privtraffic.intake.understand.profile import look_up, profile
from privtraffic.intake.understand.recognition import Verdict
from privtraffic.intake.understand.refunds import is_sign
from privtraffic.intake.understand.refusals import is_refused
from privtraffic.intake.understand.standing import is_cancelled, is_sent_back
from privtraffic.intake.understand.values import is_money, is_time
from privtraffic.intake.understand.vocabulary import has_word, says, says_any

Undoing = Literal["", "refunded", "partial", "replaced", "cancelled", "closed", "trial", "unpaid"]

MOST_WORDS = 20
"""A column of more different words tells no status."""
FEW_WORDS = 4
"""A column of so few words of which one undoes a sale tells a status, whatever it is called; that is only likely."""
ALL_TIMES = 0.9
MOSTLY = 0.6
"""A sign on more rows than this share of the sample undoes nothing: it says something else."""
OPEN_YET = ("undecided", "refused")
"""What leaves a refund, or a case, without money paid back."""
UNDOING = ("refund", "return", "cancel", "exchange", "trial")
_OTHER = ("able", "reason", "rate", "member", "key")
_KEYS = ("order_id", "member_id")
_DONE = (
    "=returned", "=refunded", "=cancelled", "已退", "*erstattet", "rembours", "retourne", "devuelto", "devolvid",
    "reso", "済",
)  # fmt: skip

_SLIP_TOO = "reso"
"""Returned, and the slip of a return."""

_CLOSED = re.compile(r"\s*(?:交易|订单)?已?关闭")
"""An order that is closed, for whatever reason is named behind it; 退款关闭 is a refund that was not given."""
_EXCHANGED = re.compile("已[换換]|exchanged|échangé|umgetauscht", re.IGNORECASE)
_SENT_ANEW = re.compile("[补補][发發]|resh|resen|replac", re.IGNORECASE)
_UNTOLD = re.compile("[無无](?:断|連絡|届)の?")
"""Who cancels without a word, 無断キャンセル, cancels all the same."""
_NO_SHOW = re.compile(r"\bno[\s_-]?shows?\b", re.IGNORECASE)
"""Who did not come: this no denies nothing."""
_NOT_CLOSED = re.compile(r"\s*(?:交易|订单)?关闭(?:失败|失敗|被拒|未成功|不成功)")


def undoing(word: str) -> Undoing:  # noqa: PLR0911
    """What a status word, or the type of a document, says against a sale; empty where it says nothing."""
    word = _NO_SHOW.sub("noshow", _UNTOLD.sub("", word))
    if says_any(word, ("able", "rate")) or _CLOSED.match(word):
        return "closed" if _CLOSED.match(word) and not _NOT_CLOSED.match(word) else ""
    if says_any(word, BACK):
        if is_sent_back(word):
            return "partial" if says(word, "partial") else "refunded"
        return "cancelled" if is_cancelled(word, beside=True) else ""
    if says(word, "exchange"):
        return "" if says_any(word, ("negated", "undecided")) or is_refused(word, ("exchange",)) else "replaced"
    if says(word, "cancel"):
        return "cancelled" if is_cancelled(word) else ""
    if says(word, "closed"):
        return "" if is_won(word) else "closed"
    if says(word, "charged_back"):
        return "" if says(word, "negated") else "refunded"
    if says(word, "awaited") or _is_unsold(word):
        return "unpaid"
    return "trial" if says(word, "trial") and not says(word, "negated") else ""


def is_won(word: str) -> bool:
    """Whether a word tells that a sale was closed and done: Closed Won, Closed - paid; not closed, not paid."""
    return (
        says(word, "closed")
        and says(word, "won")
        and not says_any(word, ("negated", "refused", "underway", *BACK, "cancel"))
    )


def _is_unsold(word: str) -> bool:
    """Whether no sale can be called so: a payment that failed, a draft; a delivery that failed is of a sale."""
    return says_any(word, ("unsold", "refused")) and not says_any(
        word, ("negated", "shipping", "not_ordered", "message")
    )


_PLACES = ("province", "city")
_NO_STATUS = (*_PLACES, "channel", "category", "brand", "product", "store", "shop", "coupon")


def release_status(found: Findings) -> None:
    """A column that was taken for a place or a channel by its name, and whose words are those of a status, is one."""
    for name in _NO_STATUS:
        for at in found.columns.get(name, ()) if name not in found.decided else ():
            words = {value.strip() for value in found.body.values(at)}
            known = [word for word in words if undoing(word) or look_up(word, profile("generic_orders").status)]
            coded = found.header.says(at, "status") and all(re.fullmatch(r"\d{1,3}", word) for word in words)
            # No place is called Voided.
            undone = name in _PLACES and any(map(undoing, words))
            if words and len(words) <= MOST_WORDS and (coded or undone or len(known) > len(words) / 2):
                found.columns.pop(name)
                if "status" not in found.columns:
                    found.columns["status"] = (at,)
                break


def find_undoing(found: Findings, known: Collection[int] = ()) -> None:
    """Take every further column whose words, flags or times undo a row; not those that a profile knows."""
    if "status" in found.decided:
        return
    for at, plain in enumerate(found.header.plain):
        if not plain or at in found.taken or at in known:
            continue
        if kind := _kind(found, at):
            _take(found, at, kind)


def _kind(found: Findings, at: int) -> Verdict | None:  # noqa: PLR0911
    """What the column says of a row, if it says anything."""
    header, body = found.header, found.body
    # Where nothing else numbers the sales, the invoice is the sale.
    message = header.says(at, "message") and "order_id" in found.columns
    if message or header.says(at, *_OTHER) or (header.says(at, "shipping") and not header.says(at, *UNDOING)):
        return None
    values = body.values(at)
    timed = header.says(at, "time") or (body.share(at, is_time) or 0) >= ALL_TIMES
    if header.says(at, "cancel", "refund", "return", "closed") and timed and not all(map(is_flag, values)):
        return _of_time(found, at)
    if values and all(map(is_flag, values)) and header.says(at, "gift") and "paid_amount" not in found.columns:
        return "gift" if 0 < sum(map(is_yes, values)) <= MOSTLY * len(body.rows) else None
    if header.says(at, "cancel") and is_denied(values):
        return "cancelled_unless_no"
    if is_sign(found, at) and header.says(at, *UNDOING):
        return _of_flag(found, at)
    if values and all(map(is_flag, values)) and header.says(at, "valid", "paid", "awaited"):
        if not any(map(is_yes, values)) and header.says(at, "money", "tender"):
            return None  # An amount that is nothing on each row, and no order unpaid.
        return "valid" if header.says(at, "valid") else "unpaid" if header.says(at, "awaited") else "paid"
    if not values:
        return _of_status(found, at) if header.says(at, "status") and header.says(at, *UNDOING) else None
    if (body.share(at, is_money) or 0) >= 0.6 or (body.share(at, is_time) or 0) >= 0.6:
        return None
    return _of_words(found, at)


def _of_time(found: Findings, at: int) -> Verdict | None:
    times = found.body.share(at, is_time)
    if (times is not None and times < 0.6) or shown(found, at) > MOSTLY or has_word(found.header[at], "deadline"):
        return None
    if found.header.says(at, "cancel", "closed"):
        return "time_cancelled"
    return None if "refund_amount" in found.columns else "time_refunded"


def _of_flag(found: Findings, at: int) -> Verdict | None:
    header = found.header
    yes = sum(map(is_yes, found.body.values(at)))
    if yes > MOSTLY * max(len(found.body.rows), 1):
        return None
    if header.says(at, "cancel"):
        return "cancelled"
    if header.says(at, "trial"):
        return "trial"
    if header.says(at, "refund", "return"):
        return (
            "returned"
            if _is_document(found, at, done=any(has_word(header[at], word) for word in _DONE))
            else "refunded"
        )
    return "replaced"


def _of_words(found: Findings, at: int) -> Verdict | None:
    header = found.header
    words = sorted({value.strip() for value in found.body.values(at)})
    if len(words) > MOST_WORDS:
        return None
    said = [word for word in words if undoing(word)]
    known = any(says(word, "sale") or look_up(word, profile("generic_orders").status) for word in words)
    if header.says(at, "status") and (said or header.says(at, *UNDOING, "paid") or known):
        return _of_status(found, at)
    if not said:
        return None
    if header.says(at, "kind"):
        return "document" if _is_document(found, at, done=False) else "status"
    if not (header.says(at, *UNDOING) or known or len(words) <= FEW_WORDS):
        return None
    return "document" if _takes_back_others(found, at) else "status"


def _of_status(found: Findings, at: int) -> Verdict:
    """What a status is about: a refund, a cancellation, the payment, or something else."""
    if found.header.says(at, "refund", "return"):
        return "refund_status"
    if found.header.says(at, "cancel"):
        return "cancel_status"
    return "payment_status" if found.header.says(at, "paid") or "status" not in found.columns else "status"


def _is_document(found: Findings, at: int, *, done: bool) -> bool:
    """Whether the rows that are marked take back other rows, rather than being the order that came back itself.

    They do where other rows say so; else where the word is not one of something that was done to an order.
    """
    return _takes_back_others(found, at) or not done


def _takes_back_others(found: Findings, at: int) -> bool:
    """Whether a marked row is below zero, or most of them have their amount on another row of their order or member.

    One of several may by chance: who bought the same thing twice sent one back.
    """
    columns, body = found.columns, found.body
    if "paid_amount" not in columns:
        return False
    paid = columns["paid_amount"][0]
    marked, others = [], set[tuple[str, str, Decimal]]()
    for row in body.rows:
        cell, amount = body.cell(row, at), number(body.cell(row, paid))
        if amount is None:
            continue
        whose = [(name, body.cell(row, columns[name][0]), abs(amount)) for name in _KEYS if name in columns]
        if is_yes(cell) or (not is_flag(cell) and undoing(cell) == "refunded"):
            marked.append((amount, whose))
        else:
            others |= set(whose)
    if any(amount < 0 for amount, _ in marked):
        return True
    return 2 * sum(not others.isdisjoint(whose) for _, whose in marked) > len(marked)


def _are_slips(found: Findings, at: int, kind: Verdict) -> bool:
    """Whether a column of kinds of documents, and not of orders, tells returns that have numbers of their own.

    Each is of a member who has a sale of at least its amount, and its word says what it is, not what was done to it.
    """
    header, columns = found.header, found.columns
    named = kind == "document" and header.says(at, "kind") and header.says(at, "document")
    if not named or header.says(at, "ordered") or not {"order_id", "member_id"} <= columns.keys():
        return False
    numbers, members = (found.cells(columns[name][0]) for name in ("order_id", "member_id"))
    rows = list(zip(found.cells(at), numbers, members, found.paid(), strict=True))
    slips = [row for row in rows if said_by(kind, row[0]) == "takes_back"]
    sales = [row for row in rows if not said_by(kind, row[0])]
    most: dict[str, Decimal] = {}
    for _, _, member, amount in sales:
        most[member] = max(most.get(member, amount or Decimal(0)), amount or Decimal(0))
    used = {number for _, number, _, _ in sales}
    return not any(has_word(word, done) for word, *_ in slips for done in _DONE if done != _SLIP_TOO) and all(
        number and number not in used and amount and abs(amount) <= most.get(member, 0)
        for _, number, member, amount in slips
    )


def shown(found: Findings, at: int) -> float:
    """The share of rows on which a column has a value."""
    return len(found.body.values(at)) / max(sum(any(row) for row in found.body.rows), 1)


def _take(found: Findings, at: int, kind: Verdict) -> None:
    if kind == "time_cancelled" and "cancelled_at" not in found.columns:
        found.columns["cancelled_at"] = (at,)
    else:
        found.verdicts.append((at, kind))
    said = {said_by(kind, value) for value in found.body.values(at)} - {""}
    if said:
        nameless = kind in ("status", "document") and not found.header.says(at, "status", "kind", "paid", *UNDOING)
        closed = kind == "time_cancelled" and not found.header.says(at, "cancel")
        likely = (
            kind == "time_refunded"
            or closed
            or nameless
            or ("takes_back" in said and not _takes_back_others(found, at) and not _are_slips(found, at, kind))
        )
        word = "note.undone_document" if "takes_back" in said else "note.undone_status"
        rows = [row for row, cell in enumerate(found.cells(at)) if cell and said_by(kind, cell)]
        doubt = found.of_rows(rows) if likely else None
        found.tell(word, at, doubt=doubt, column=found.title(at), share=percent(found.share_of(rows)))


def said_by(kind: Verdict, word: str) -> str:
    """What one further word says: a state, `takes_back`, a reason to drop the row, or nothing."""
    if kind in _BY_NO:
        denied, other = _BY_NO[kind]
        return (denied if is_no(word) else other) if word.strip() else ""
    if kind not in _OF_WORDS:
        said = kind.removeprefix("time_") if word and (kind.startswith("time_") or is_yes(word)) else ""
        return _SAID.get(said, said)
    undone = undoing(word)
    exchanged = undone == "replaced" and kind != "document" and _is_exchanged(word)
    if undone == "refunded" or exchanged:
        return "" if exchanged else "takes_back" if kind == "document" else "sent_back"
    if (
        not undone
        and kind in ("refund_status", "cancel_status")
        and says(word, "done")
        and not says_any(word, OPEN_YET)
    ):
        return "sent_back" if kind == "refund_status" else "cancelled"
    if not undone and kind != "document":
        known = look_up(word, profile("generic_orders").status)
        unpaid = kind == "payment_status" and (known == "unpaid" or has_word(word, "open"))
        return known if known == "cancelled" else "unpaid" if unpaid else ""
    return "" if undone == "partial" or (undone == "closed" and kind == "refund_status") else undone


def _is_exchanged(word: str) -> bool:
    """Whether a sale's own goods were exchanged, so that it stands; what was sent anew is a document of its own."""
    return bool(says(word, "done") or _EXCHANGED.search(word)) and not _SENT_ANEW.search(word)


_BY_NO = {"valid": ("cancelled", ""), "paid": ("unpaid", ""), "cancelled_unless_no": ("", "cancelled")}
"""What no says of a row, and what any other word."""
_SAID = {
    "returned": "takes_back",
    "slip": "takes_back",
    "refunded": "sent_back",
    "code_back": "takes_back",
    "code_sent": "sent_back",
    "head": "summary_row",
}
TAKING = ("document", "returned", "code_back")
"""The kinds of columns whose words may say that a row takes back another."""
_OF_WORDS = ("status", "payment_status", "refund_status", "cancel_status", "document")
