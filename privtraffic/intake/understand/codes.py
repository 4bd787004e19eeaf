"""Words, codes and times that no dictionary knows, in a column that may tell returns: asked about, or told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from decimal import Decimal

from privtraffic.intake.understand.arithmetic import GOODS
from privtraffic.intake.understand.evidence import is_flag, number
from privtraffic.intake.understand.findings import Findings, percent
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.profile import look_up, profile, says_nothing
from privtraffic.intake.understand.recognition import Question, Verdict
from privtraffic.intake.understand.undoing import ALL_TIMES, MOST_WORDS, MOSTLY, said_by, shown, undoing
from privtraffic.intake.understand.values import is_time
from privtraffic.intake.understand.vocabulary import rank, says_any, tokens, vocabulary

MOST_CODES = 6
"""A column of more different codes tells something else."""
ENOUGH_ALIKE = 2
"""So many rows that each repeat a sale tell returns, whatever the column is called."""
BY_CHANCE = 0.2
"""Where more of the other rows repeat each other, a repeated amount says nothing."""
_CODE = re.compile(r"[A-Za-z]{1,2}\d{0,2}|[A-Z]{3,4}\d{0,2}|\d{1,3}")
_KNOWN = (
    "sale", "done", "paid", "shipping", "not_ordered", "undecided", "refused", "valid", "way", "partial", "tender",
    "negated",
)  # fmt: skip
_SIGNS = {
    frozenset(pair)
    for pair in (("s", "h"), ("d", "c"), ("dr", "cr"), ("借", "贷"), ("借", "貸"), ("借方", "貸方"), ("借方", "贷方"),
                 ("+", "-"), ("debit", "credit"), ("soll", "haben"), ("dare", "avere"), ("debe", "haber"))
}  # fmt: skip
"""What says on which side of an account an amount stands; which side is a sale is asked."""
_SETTLED = (("refund", "already_off"), ("refund", "part_of_refund"), ("refund", "not_taken"))
"""What was made of a column of refunds that is no code, however few its values."""
ANY = "*"
_OF_OTHERS = ("member", "tender", "currency", "shipping", "reason", "key", "quantity", "price", "rate", "time")
_KEYS = ("order_id", "member_id")
_SHOWN = 5


def take_codes(found: Findings) -> None:
    """Read the codes that somebody said are those of returns."""
    heads = {at for at, kind in found.verdicts if kind == "head"}
    for at in dict.fromkeys(at for at, _ in found.codes if at not in heads):
        said = {code for place, code in found.codes if place == at}
        rows = [row for row, cell in enumerate(found.cells(at)) if _is_said(cell, said)]
        # The column says this and nothing else, whatever its words seemed to say.
        found.verdicts[:] = [(place, kind) for place, kind in found.verdicts if place != at]
        found.verdicts.append((at, _kind(found, at, rows)))


def take_cancelling_documents(found: Findings) -> None:
    """A document that cancels another takes its amount back: Storno beside the sale of the same member and amount."""
    for at, _ in [*found.verdicts]:
        cells = found.cells(at)
        words = [word for word in dict.fromkeys(cells) if undoing(word) == "cancelled"]
        rows = _rows(found, at, words)
        if is_kind_of_order(found.header, at) and words and _repeat_sales(found, rows):
            found.codes.extend((at, word) for word in words)
            found.verdicts.insert(0, (at, "code_back"))
            doubt = found.of_rows(rows)
            found.tell("note.cancelling_document", at, doubt=doubt, column=found.title(at), words=", ".join(words))
            return


def ask_of_codes(found: Findings) -> None:
    """Ask whether the rows of a code are returns, where the header or the rows suggest it; tell of unknown words."""
    if not found.decided.isdisjoint(("return_code", "status")):
        return
    told = [at for at in range(len(found.header)) if found.header.plain[at] and _may_tell(found, at)]
    for at in told:
        for word in _unknown(found, at):
            if _asks(found, at, word):
                return
    for at in told:
        words = _unknown(found, at)
        # Returns are no more than half of all rows.
        rare = 2 * sum(cell in words for cell in found.cells(at)) <= len(found.body.rows)
        if rare and _coded(found, at) and not says_any(found.header[at], vocabulary()):
            found.doubts.append(found.of_rows(_rows(found, at, words), at=at, told=False))
        of_order = is_kind_of_order(found.header, at) or found.header.says(at, "status")
        if words and (of_order or _tells_state(found, at) or (rare and _is_strange(found, at))):
            _tell(found, at, words)


def _may_tell(found: Findings, at: int) -> bool:
    """Whether a column is still open, or was taken for what it says elsewhere, and is not surely another thing."""
    verdicts = dict(found.verdicts)
    if verdicts.get(at) == "head" or found.made_of.get(at, ("", ""))[:2] in _SETTLED:
        return False
    if at in found.columns.get("status", ())[:1]:
        # Words that nobody knows are told one by one where they are read; 900 tells a person no more than the program.
        return _is_bare_code({*found.cells(at)} - {""})
    if at in found.taken and not (at in verdicts and not verdicts[at].startswith("time_")):
        return False
    return not found.header.says(at, *_OF_OTHERS)


def _tells_state(found: Findings, at: int) -> bool:
    """Whether most rows have words that say how far an order is: beside them an unknown one may be of no sale."""
    cells = found.cells(at)
    known = {word for word in {*cells} if word and not is_flag(word) and _is_of_state(word)}
    return not found.header.says(at, "message", "goods") and 2 * sum(cell in known for cell in cells) > len(cells)


def _is_strange(found: Findings, at: int) -> bool:
    """Whether a file of which somebody had to say the columns has a few words under a header that nobody knows."""
    words = {*found.cells(at)} - {""}
    lettered = all(any(map(str.isalpha, word)) for word in words)
    return (
        bool(found.decided) and lettered and len(words) <= MOST_CODES and not says_any(found.header[at], vocabulary())
    )


def _is_of_state(word: str) -> bool:
    # Shop beside eBay says where, and not how far.
    told = says_any(word, ("sale", "paid", "not_ordered", "done")) and not says_any(word, ("way",))
    return told or bool(look_up(word, profile("generic_orders").status))


def is_kind_of_order(header: Header, at: int) -> bool:
    """A header that says which kind of order or document a row is, and of nothing else: Type, Order type, 单据类型."""
    title = header[at]
    if not header.says(at, "kind") or header.says(at, "paid", "discount", "tax", "fee", "goods"):
        return False
    orders = profile("generic_orders").hints["order_id"]
    alone = all(says_any(word, ("kind",)) for word in tokens(title))
    return alone or rank(title, orders) is not None or header.says(at, "document", "sale", "refund", "return")


def _unknown(found: Findings, at: int) -> list[str]:
    """The words of a column that say nothing to anybody, the rarest first; its commonest is how a sale is told."""
    counts = Counter(cell for cell in found.cells(at) if not says_nothing(cell))
    blank = len(found.body.rows) - counts.total()
    if not counts or len(counts) + bool(blank) < 2 or len(counts) > MOST_WORDS:
        return []
    known = {word for word in counts if _is_known(found, at, word)}
    most, times = counts.most_common(1)[0]
    usual = {most} if times >= blank and (not known or 2 * times > len(found.body.rows)) else set()
    return sorted(set(counts) - known - usual, key=lambda word: (counts[word], word))


def _is_known(found: Findings, at: int, word: str) -> bool:
    if undoing(word) or look_up(word, profile("generic_orders").status) or says_any(word, _KNOWN):
        return True
    # Yes and no are an answer to a question, and a code under the name of a kind.
    return (
        is_flag(word)
        and not is_kind_of_order(found.header, at)
        and not (found.header.says(at, "status") and _coded(found, at))
    )


def _is_bare_code(words: Collection[str]) -> bool:
    """Whether all words are numbers or single letters."""
    return len(words) <= MOST_CODES and all(re.fullmatch(r"\d{1,3}|[A-Za-z]", word) for word in words)


def _coded(found: Findings, at: int) -> bool:
    """Whether all that a column holds is codes, and not only yes and no."""
    words = {cell for cell in found.cells(at) if not says_nothing(cell)}
    return len(words) <= MOST_CODES and all(map(_CODE.fullmatch, words)) and not all(map(is_flag, words))


def _asks(found: Findings, at: int, word: str) -> bool:
    """Ask of one code, where its column is of kinds of orders, or its rows repeat sales as returns do."""
    rows = _rows(found, at, (word,))
    if 2 * len(rows) > len(found.body.rows) or _undone_elsewhere(found, at, rows):
        return False
    header, words = found.header, {*found.cells(at)} - {""}
    codes = len(words) <= MOST_CODES and all(map(_CODE.fullmatch, words))
    named = is_kind_of_order(found.header, at) or (header.says(at, "refund", "return") and _coded(found, at))
    repeats = _repeat_sales(found, rows)
    kinds = header.says(at, "kind") and not header.says(at, "goods", "paid", *_OF_OTHERS)
    signs = frozenset(map(str.casefold, words)) in _SIGNS or (header.says(at, "status") and _is_bare_code(words))
    if not (signs or (named and codes) or (repeats and (named or kinds or (len(rows) >= ENOUGH_ALIKE and codes)))):
        return False
    _ask(found, at, word, rows, ", ".join(sorted(words)[:_SHOWN]))
    return True


def _ask(found: Findings, at: int, code: str, rows: list[int], codes: str) -> None:
    """Ask whether some rows are returns, with the total of both readings."""
    paid = found.columns["paid_amount"][0] if "paid_amount" in found.columns else GOODS
    amount = found.amount_sql(paid)
    less = f"-abs({amount})" if _kind(found, at, rows) == "code_back" else "0"
    readings = (f"sum({amount})", f"sum(case when {is_code(at, (code,))} then {less} else {amount} end)")
    found.ask(Question("ask_return_code", {"column": found.title(at), "code": code, "codes": codes}, readings))


def is_code(at: int, codes: tuple[str, ...]) -> str:
    """SQL for whether a cell is one of some codes, in which no text of anybody stands."""
    whole = [code for code in codes if not code.endswith(ANY)]
    listed = ", ".join(f"'{code.encode().hex().upper()}'" for code in whole)
    tests = [f"hex(cell(c{at})) in ({listed})"] if whole else []
    # A star stands for any ending, as in R*; alone for anything at all.
    tests += [f"hex(cell(c{at})) like '{code[:-1].encode().hex().upper()}%'" for code in codes if code.endswith(ANY)]
    return f"coalesce({' or '.join(tests)}, false)"


def _is_said(cell: str, codes: Collection[str]) -> bool:
    return cell in codes or any(cell and cell.startswith(code[:-1]) for code in codes if code.endswith(ANY))


def ask_of_numbers(found: Findings) -> None:
    """Ask of order numbers that begin otherwise (R1001, C5379) and repeat sales, as those of returns do."""
    if "order_id" not in found.columns or not found.decided.isdisjoint(("return_code", "status", "order_id")):
        return
    at = found.columns["order_id"][0]
    begins = [re.match(r"[^\W\d]{0,4}[-_]?(?=\d)|-", cell) for cell in found.cells(at)]
    counts = Counter(begin[0] for begin in begins if begin)
    usual = counts.most_common(1)[0][0] if counts else ""
    for begin in sorted(set(counts) - {usual, ""}):
        rows = [row for row, found_begin in enumerate(begins) if found_begin and found_begin[0] == begin]
        if (
            ENOUGH_ALIKE <= len(rows) <= len(begins) / 2
            and _repeat_sales(found, rows)
            and not _undone_elsewhere(found, at, rows)
        ):
            _ask(found, at, begin + ANY, rows, begin + ANY)
            return


def ask_of_reasons(found: Findings) -> None:
    """Ask of a reason of returns that stands on some rows, where nothing else tells what came back."""
    if not found.decided.isdisjoint(("return_code", "status", "refund_amount")):
        return
    told = "refund_amount" in found.columns or "returned_quantity" in found.columns or found.questions
    for at in range(len(found.header)) if not told else ():
        about = found.header.says(at, "reason") and found.header.says(at, "refund", "return", "cancel")
        rows = [row for row, cell in enumerate(found.cells(at)) if not says_nothing(cell)]
        if about and at not in found.taken and 0 < len(rows) <= len(found.body.rows) / 2:
            if not _undone_elsewhere(found, at, rows):
                _ask(found, at, ANY, rows, ", ".join(sorted({found.cells(at)[row] for row in rows})[:_SHOWN]))
            return


def ask_of_times(found: Findings) -> None:
    """A time on some rows only, of which no word says what happened then: where nothing else says what became of an
    order, it may be the day on which it was called off."""
    told = found.verdicts or found.questions or {"status", "cancelled_at"} & {*found.columns, *found.decided}
    if told or "paid_amount" not in found.columns:
        return
    for at, plain in enumerate(found.header.plain):
        known = at in found.taken or not plain or found.header.says(at, *_OF_TIMES)
        if known or not 0 < shown(found, at) <= MOSTLY or (found.body.share(at, is_time) or 0) < ALL_TIMES:
            continue
        amount = found.amount_sql(found.columns["paid_amount"][0])
        readings = (f"sum({amount})", f"sum(case when cell(c{at}) is null then {amount} end)")
        found.ask(Question("ask_if_cancelled", {"column": found.title(at)}, readings))
        return


_OF_TIMES = tuple(sorted({*vocabulary()} - {"time", "asks", "words", "after"}))
"""What a time may be said to be of."""


def _kind(found: Findings, at: int, rows: list[int]) -> Verdict:
    """Whether the rows of a code take back other rows, or are what came back themselves."""
    of_order = at in found.columns.get("status", ()) or found.header.says(at, "status", "refund", "return")
    of_order = of_order and not is_kind_of_order(found.header, at)
    return "code_sent" if of_order and not _repeat_sales(found, rows) else "code_back"


def _repeat_sales(found: Findings, rows: list[int]) -> bool:
    """Whether each row has the order or the member, and the amount, of a row that is not among them."""
    amounts, marked = found.paid(), {*rows}
    others = Counter[tuple[str, str, Decimal]]()
    signs: list[list[tuple[str, str, Decimal]]] = []
    for at, row in enumerate(found.body.rows):
        amount = amounts[at]
        keys = [(name, found.body.cell(row, found.columns[name][0])) for name in _KEYS if name in found.columns]
        signs.append([(name, key, abs(amount)) for name, key in keys if key and amount])
        if at not in marked:
            others.update(signs[-1])
    unmarked = [sign for at, sign in enumerate(signs) if at not in marked]
    alone = sum(any(others[sign] > 1 for sign in each) for each in unmarked)
    repeated = all(any(others[sign] for sign in signs[at]) for at in rows)
    return bool(rows) and repeated and alone <= BY_CHANCE * max(len(unmarked), 1)


def _undone_elsewhere(found: Findings, at: int, rows: list[int]) -> bool:
    """Whether another column says of each row that it does not count, or its amount is below zero."""
    amounts = found.paid()
    own: Verdict = "status"
    verdicts = [*found.verdicts, *((place, own) for place in found.columns.get("status", ())[:1])]
    verdicts = [(place, kind) for place, kind in verdicts if place != at]
    back = [found.columns[name][0] for name in ("refund_amount", "returned_quantity") if name in found.columns]

    def undone(at: int) -> bool:
        row, amount = found.body.rows[at], amounts[at]
        below = amount is not None and amount <= 0
        paid_back = any(number(found.body.cell(row, place)) for place in back)
        said = ((kind, found.body.cell(row, place)) for place, kind in verdicts)
        return below or paid_back or any(cell and said_by(kind, cell) for kind, cell in said)

    return all(map(undone, rows))


def _rows(found: Findings, at: int, words: Collection[str]) -> list[int]:
    """The rows with some words of a column."""
    return [row for row, cell in enumerate(found.cells(at)) if cell in words]


def _tell(found: Findings, at: int, words: list[str]) -> None:
    """Say which words nobody knows; that their rows are sales is not sure."""
    rows = _rows(found, at, words)
    doubt = found.of_rows(rows, told=found.header.says(at, "status") or _tells_state(found, at))
    shown = ", ".join(words[:_SHOWN]) + (", …" if len(words) > _SHOWN else "")
    values = {"column": found.title(at), "words": shown, "code": words[0]}
    found.tell("note.unknown_words", at, doubt=doubt, **values, share=percent(found.share_of(rows)))
