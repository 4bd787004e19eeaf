"""Closed: what an order is called that came to nothing, and in a till or a CRM one that is done."""

from __future__ import annotations

from privtraffic.intake.understand.findings import Findings
from privtraffic.intake.understand.undoing import MOST_WORDS, MOSTLY, is_won, undoing


def see_open_payment(found: Findings) -> None:
    """Open is said of a payment that was not made; of an order it may mean anything."""
    for at in found.columns.get("status", ())[:1] if "status" not in found.decided else ():
        if found.header.says(at, "paid"):
            found.own_words += [(word, "unpaid") for word in sorted({*found.cells(at)}) if word.lower() == "open"]


def see_closed(found: Findings) -> None:
    """Where most rows carry one word for closed, and it can end a sale, that word means sold.

    No shop lists orders of which most came to nothing.  Beside Closed Won, Closed Lost is no sale, however common.
    交易关闭 is no such word: it is never said of an order that is done.
    """
    if "status" in found.decided:
        return
    known = found.columns.get("status", ())[:1]
    for at in known or [at for at, plain in enumerate(found.header.plain) if plain and at not in found.taken]:
        values = [value.strip() for value in found.body.values(at)]
        words = sorted({*values})
        if len(words) > MOST_WORDS:
            continue
        won = [word for word in words if is_won(word)]
        closed = [word for word in words if word.isascii() and undoing(word) == "closed"]
        most = [word for word in closed if not won and values.count(word) > MOSTLY * len(values)]
        if not (won or most):
            continue
        found.columns["status"] = (at,)
        said = {code for place, code in found.codes if place == at}
        found.own_words += [(word, "paid") for word in (*won, *most) if word not in said]
        if most and most[0] not in said:
            # Where a bill is closed when it is paid, an open one is not.
            found.own_words += [(word, "unpaid") for word in words if word.lower() == "open"]
            found.tell("note.closed_is_done", at, column=found.title(at), words=most[0])
        return
