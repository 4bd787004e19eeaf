"""What the buyer paid, where several columns of money could say it: by arithmetic where it decides, else by name."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import product

from privtraffic.intake.understand.amount_parts import ask_of_parts
from privtraffic.intake.understand.arithmetic import GOODS, Money, Sum, apart
from privtraffic.intake.understand.doubts import Doubt
from privtraffic.intake.understand.findings import Findings, money_sql
from privtraffic.intake.understand.grain import OF_ORDER, repeats_in_orders, see_grain
from privtraffic.intake.understand.rates import written
from privtraffic.intake.understand.recognition import Off, Question

LEAST_SHARE, MOST_SHARE = 0.3, 1.5
"""Between these shares of the paid amount, another column of money could be it."""
MOST_TAX = Decimal("1.35")
APART = 0.01
_PAYING, _OTHER_WAYS, _NOT_YET = ("paid", "net", "incl"), ("tender", "refund", "return"), ("owed", "awaited")
_BEFORE = ("listed", "gross", "subtotal")


def decide_amount(found: Findings, money: Money) -> list[int]:
    """Settle which column is the paid amount; gives back the other columns that could be, unexplained ones first."""
    chosen = _chosen(found)
    if chosen is None:
        return []
    if "paid_amount" not in found.decided:
        _find_owed(found, money)
        chosen = _by_name_beside_goods(found, money, chosen)
        chosen = _with_rest_of_whole(found, money, _with_other_tender(found, money, chosen))
        chosen = _lead_up(found, money, _with_its_tax(found, money, chosen))
    explained = _explained(found, money, chosen)
    _decide_discount(found, money, chosen, explained)
    rivals = _rivals(found, money, chosen, explained)
    if "paid_amount" not in found.decided and not found.questions:
        ask_of_parts(found, money, chosen, {*explained, *(at for step in explained.values() for at in step.parts)})
        _ask_if_paid_out(found, money, chosen)
        _ask_which_was_paid(found, money, chosen, rivals)
        _say_which_amount(found, money, chosen, rivals)
    return [*rivals, *(at for at in money.amounts if at in explained)]


def _chosen(found: Findings) -> int | None:
    if "paid_amount" in found.columns:
        return found.columns["paid_amount"][0]
    return GOODS if {"unit_price", "quantity"} <= found.columns.keys() else None


def _take(found: Findings, at: int) -> None:
    others = tuple(other for other in found.columns.get("paid_amount", ()) if other != at)
    found.columns["paid_amount"] = (at, *others)


def _by_name_beside_goods(found: Findings, money: Money, chosen: int) -> int:
    """An amount beside price × quantity goes before it; one that is far from it is another thing."""
    far = chosen != GOODS and money.goods and not money.header.says(chosen, "total")
    if chosen == GOODS or (far and not _plausible(money, chosen, GOODS) and not _is_paid_once(found, chosen)):
        able = [at for at in money.amounts if at not in found.taken and _plausible(money, at, GOODS)]
        able = [at for at in able if not money.header.says(at, "listed")]
        # By a word of money alone only where it is the only one.
        named = ("total", "subtotal", "paid", "net", "incl")
        totals = [at for at in able if len(able) == 1 or money.header.says(at, *named) or money.same(at, GOODS)]
        if totals:
            chosen = min(totals, key=lambda at: not money.header.says(at, *_PAYING))
            _take(found, chosen)
    return chosen


def _is_paid_once(found: Findings, at: int) -> bool:
    """Whether an amount is called the order's and paid, and stands on each of its rows: what they come to is less."""
    columns = {**found.columns, "paid_amount": (at,)}
    named = found.header.says(at, "paid") and any(word in found.header.plain[at] for word in OF_ORDER)
    return named and bool(see_grain(found.header, found.body, columns, ()).order_level)


def _find_owed(found: Findings, money: Money) -> None:
    """What is left of a whole that does not say it was paid, beside one that does, is still owed."""
    header = found.header
    paid = [at for at in money.amounts if header.says(at, "paid") and not header.says(at, "remainder")]
    wholes = [at for at in money.amounts if at not in paid]
    for total, base in product(wholes, paid):
        left = money.rest(total, base)
        if left is None or (not header.says(left, *_NOT_YET) and header.says(left, *_PAYING, *_OTHER_WAYS)):
            continue
        money.parts[left] = "owed"
        return


def _with_other_tender(found: Findings, money: Money, chosen: int) -> int:
    """From one way of paying to the amount that it adds up to with another."""
    header = found.header
    for total in money.amounts if chosen != GOODS and header.says(chosen, "tender", "paid") else ():
        other = money.rest(total, chosen) if total != chosen else None
        if other is not None and header.says(other, "tender", "paid") and not header.says(other, *_NOT_YET):
            _take(found, total)
            found.made(chosen, "money", "adds_up")
            found.made(other, "money", "adds_up")
            base, more = found.title(chosen), found.title(other)
            found.tell("note.amount_by_sum", total, chosen=found.title(total), base=base, parts=more)
            return total
    return chosen


def _with_rest_of_whole(found: Findings, money: Money, chosen: int) -> int:
    """From an amount that does not say it was paid to the total that it adds up to with a column nobody knows."""
    header = found.header
    if chosen == GOODS or header.says(chosen, *_PAYING, "total"):
        return chosen
    for total in money.amounts:
        rest = money.rest(total, chosen) if total != chosen and header.says(total, "total") else None
        if rest is None or header.says(total, "listed") or header.says(rest, *_NOT_YET):
            continue
        base, parts = found.title(chosen), found.title(rest)
        _take(found, total)
        for at in (chosen, rest):
            found.made(at, "money", "adds_up")
        found.tell("note.amount_by_sum", total, chosen=found.title(total), base=base, parts=parts)
        return total
    return chosen


def _ask_if_paid_out(found: Findings, money: Money, chosen: int) -> None:
    """A price that is the amount and a fee is what the buyer paid, where the amount is what somebody got of it."""
    price = found.columns.get("unit_price", ()) if "quantity" not in found.columns else ()
    for at in price if chosen != GOODS else ():
        step = money.sums(at, chosen)
        if step and step.kinds == {"fee"}:
            readings = (f"sum({money_sql(at)})", f"sum({money_sql(chosen)})")
            found.ask(Question("ask_amount", {"one": found.title(at), "other": found.title(chosen)}, readings))
            return


def _plausible(money: Money, at: int, whole: int) -> bool:
    share = money.share(at, whole)
    return share is not None and LEAST_SHARE <= share <= MOST_SHARE


def _lead_up(found: Findings, money: Money, chosen: int) -> int:
    """From a subtotal to the total that adds up from it."""
    able = [*money.amounts, *money.nameless]
    for _ in able:
        sums = [found_sum for at in able if at != chosen and (found_sum := money.sums(at, chosen))]
        better = [found_sum for found_sum in sums if _goes_before(money, found_sum)]
        if not better:
            break
        step = better[0]
        base = found.title(step.base)
        _take(found, step.total)
        chosen = step.total
        parts = found.header.titles(step.parts)
        found.tell("note.amount_by_sum", chosen, chosen=found.title(chosen), base=base, parts=parts)
    return chosen


def _with_its_tax(found: Findings, money: Money, chosen: int) -> int:
    """From an amount that says nothing of tax to the one beside it that says it has its tax: Importo IVA inclusa."""
    header = found.header
    if chosen == GOODS or header.says(chosen, "tax", "incl", "paid"):
        return chosen
    for at in money.amounts:
        pairs = list(zip(money.numbers(chosen), money.numbers(at), strict=True))
        known = [(bare, whole) for bare, whole in pairs if bare and whole]
        taxed = all(bare <= whole <= bare * MOST_TAX for bare, whole in known) and any(one < two for one, two in known)
        if at != chosen and header.says(at, "tax") and header.says(at, "incl") and taxed:
            _take(found, at)
            return at
    return chosen


def _goes_before(money: Money, found: Sum) -> bool:
    """Whether a total that adds up from an amount is rather what the buyer paid."""
    header = money.header
    if "refund" in found.kinds or header.says(found.total, "listed"):
        return False
    fees = [sum(filter(None, money.numbers(at))) for at in found.parts if money.parts[at] == "fee"]
    if any(fee < 0 for fee in fees):
        return False  # Less its fees, it is what was paid out.
    if found.total in money.nameless and not found.kinds <= {"shipping", "tax", "discount"}:
        return False
    # One way of paying is no whole beside an amount that was paid.
    less = not header.says(found.total, "paid") or header.says(found.total, "tender")
    return not (found.base != GOODS and header.says(found.base, "paid") and less)


def _explained(found: Findings, money: Money, chosen: int) -> dict[int, Sum]:
    """Columns that lead to the amount, or from it, by arithmetic."""
    known: dict[int, Sum] = {}
    for at in (*money.amounts, *([GOODS] if money.goods and chosen != GOODS else [])):
        found_sum = money.sums(chosen, at) or money.sums(at, chosen) if at != chosen else None
        if found_sum:
            known[at] = found_sum
    return known


def _decide_discount(found: Findings, money: Money, chosen: int, explained: dict[int, Sum]) -> None:
    """A discount that no sum contains: taken off price × quantity, or asked about beside an amount before discount."""
    if "discount" in found.decided:
        if "discount" in found.columns:
            found.discount = written(found, found.columns["discount"][0])
        return
    off = [at for at in range(len(found.header)) if money.parts.get(at) == "discount" or _is_rate(found, at)]
    off = [at for at in off if at not in found.taken and any(money.body.numbers(at))]
    if any("discount" in found_sum.kinds for found_sum in explained.values()):
        for at in off:
            found.made(at, "discount", "already_off")
        return
    if len(off) > 1 and chosen == GOODS:
        _take_discounts(found, money, off)
    if len(off) != 1:
        return
    at, how = off[0], written(found, off[0])
    if chosen == GOODS and how and found.header.says(at, "discount"):
        if how == "money" and _ask_if_of_order(found, at, chosen):
            return
        found.columns["discount"], found.discount = (at,), how
        doubt = _of_discounts(money, off) if how == "money" else None
        found.tell("note.discount_taken", at, column=found.title(at), doubt=doubt)
        return
    before = (
        chosen == GOODS
        or found.header.says(chosen, *_BEFORE)
        or (GOODS not in explained and money.goods and money.same(chosen, GOODS))
    )
    if before and (not found.header.says(chosen, "paid", "net") or (money.goods and money.same(chosen, GOODS))):
        _ask_discount(found, at, chosen, how)


def _take_discounts(found: Findings, money: Money, off: Sequence[int]) -> None:
    """Several discounts of price × quantity: all of them, or the one that is the sum of the others."""
    if any(written(found, at) != "money" for at in off):
        return
    rows = list(zip(*(money.numbers(at) for at in off), strict=True))
    sums = [
        place
        for place in range(len(off))
        if all(abs(2 * abs(row[place] or 0) - sum(abs(cell or 0) for cell in row)) <= APART for row in rows)
    ]
    taken = (off[sums[0]],) if sums else tuple(off)
    found.columns["discount"], found.discount = taken, "money"
    doubt = _of_discounts(money, taken)
    found.tell("note.discount_taken", taken[0], column=found.header.titles(taken), doubt=doubt)


def _of_discounts(money: Money, taken: Sequence[int]) -> Doubt:
    """Discounts that were taken off prices: those may be the prices after it."""
    return Doubt(told=True, money=sum(money.share(at, GOODS) or 0 for at in taken))


def _is_rate(found: Findings, at: int) -> bool:
    if found.header.says(at, "discount"):
        return written(found, at) in ("share_off", "percent_off", "share_paid")
    # Per cents of a line that no header explains.
    values = found.body.values(at)
    other = found.header.says(at, "tax", "cost", "refund", "return", "fee", "held", "quantity")
    return not other and bool(values) and all(value.endswith("%") for value in values)


def _ask_if_of_order(found: Findings, at: int, chosen: int) -> bool:
    """Ask of a discount that stands on each row of its order, whose rows are of other goods."""
    if orders := repeats_in_orders(found.body, found.columns, at):
        total = found.amount_sql(chosen)
        readings = (f"sum({total})", f"sum({total}) - sum(coalesce(abs({money_sql(at)}), 0))")
        column, order = {"column": found.title(at), "orders": orders}, found.columns["order_id"][0]
        found.ask(Question("discount_repeats", column, readings, order, (at,)))
    return bool(orders)


def _ask_discount(found: Findings, at: int, chosen: int, how: Off | None) -> None:
    if how == "money" and _ask_if_of_order(found, at, chosen):
        return
    amount = found.amount_sql(chosen)
    less = f"abs({money_sql(at)})"
    if how in ("share_off", "percent_off"):
        whole = 1 if how == "share_off" else 100
        less = f"cast({amount} * try_cast(replace(c{at}, '%', '') as double) / {whole} as decimal(18, 2))"
    readings = (f"sum({amount})", f"sum({amount}) - sum(coalesce({less}, 0))")
    found.ask(Question("ask_discount", {"column": found.title(at), "amount": found.amount_name(chosen)}, readings))


def _rivals(found: Findings, money: Money, chosen: int, explained: dict[int, Sum]) -> list[int]:
    """Other columns that could be the paid amount too: known names first, then names that suggest it."""
    known = [at for at in found.columns.get("paid_amount", ())[1:] if at in money.all]
    others = [at for at in money.amounts if at not in known and at not in found.taken]
    rivals = []
    for at in (*known, *others):
        share = money.share(at, chosen)
        if at in explained:
            found.made(at, "money", "adds_up", share)
        elif at != chosen and found.made_of.get(at, ("", ""))[1] != "adds_up":
            found.made(at, "money", "not_taken", share)
            rivals.append(at)
    return rivals


def _ask_which_was_paid(found: Findings, money: Money, chosen: int, rivals: Sequence[int]) -> None:
    """Where another column says that it was paid, the chosen one does not, and no sum joins them."""
    header = found.header
    if chosen == GOODS or header.says(chosen, *_PAYING):
        return
    for at in rivals:
        share = money.share(at, chosen)
        if share and LEAST_SHARE <= share <= MOST_SHARE and abs(share - 1) > APART and header.says(at, "paid"):
            rest = money.rest(chosen, at)
            if rest is not None and header.says(rest, "member") and not header.says(at, "member"):
                at = rest  # noqa: PLW2901  # What the buyer paid of it, and not the insurance.
            readings = (f"sum({money_sql(chosen)})", f"sum({money_sql(at)})")
            found.ask(Question("ask_amount", {"one": found.title(chosen), "other": found.title(at)}, readings))
            return


def _say_which_amount(found: Findings, money: Money, chosen: int, rivals: Sequence[int]) -> None:
    """Two columns that could both be the paid amount: which was taken, and why."""
    near = [at for at in rivals if _plausible(money, at, chosen)]
    near = [at for at in near if not money.same(at, chosen)]
    if not near or chosen == GOODS:
        return
    pairs = zip(money.numbers(chosen), money.numbers(near[0]), strict=True)
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    smaller = bool(known) and all(one <= other for one, other in known) and any(one < other for one, other in known)
    word = "note.paid_amount_smaller" if smaller else "note.paid_amount_name"
    values = {"chosen": found.title(chosen), "others": found.header.titles(near), "other": found.title(near[0])}
    weak = not found.header.says(chosen, *_PAYING, "total")
    better = weak and any(found.header.says(at, *_PAYING, "total") for at in near)
    moved = max(apart(money.numbers(chosen), money.numbers(at)) for at in near)
    found.tell(word, near[0], doubt=Doubt(told=True, money=moved) if better else None, **values)
