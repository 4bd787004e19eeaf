"""What was paid back: columns of refunds that no name is known for, already taken off, repeated, or told in units."""

from __future__ import annotations

from decimal import Decimal

from privtraffic.intake.understand.arithmetic import GOODS, Money, Numbers
from privtraffic.intake.understand.doubts import Doubt
from privtraffic.intake.understand.evidence import is_flag
from privtraffic.intake.understand.findings import Findings, money_sql, percent, product_sql
from privtraffic.intake.understand.grain import refund_repeats
from privtraffic.intake.understand.rates import ask_of_share, has_percent, refund_share
from privtraffic.intake.understand.recognition import Question
from privtraffic.intake.understand.values import is_money

_ZERO = Decimal(0)
MOSTLY = 0.5
_NO_SHARE_BACK = ("discount", "tax", "fee", "shipping", "cost", "held", "currency", "key", "member", "time", "tender")
_OF_OTHERS = ("held", "cost", "quantity", "rate", "price", "key", "time", "tender", "currency", "listed")


def decide_refund(found: Findings, money: Money) -> None:
    """Decide which column is the refund, whether it is already off, and whether it counts once per order."""
    if "refund_amount" in found.decided:
        if "refund_amount" in found.columns:
            found.refund = refund_share(found, found.columns["refund_amount"][0])
            repeated = found.refund and "paid_amount" in found.order_level
            found.order_level += ("refund_amount",) if repeated else ()
        return
    paid = found.columns["paid_amount"][0] if "paid_amount" in found.columns else GOODS
    if "refund_amount" not in found.columns:
        _take_refund(found, money, paid)
    if "refund_amount" in found.columns:
        _settle_refund(found, money, paid)
        return
    _ask_of_shares(found, money)
    if "returned_quantity" not in found.decided:
        _take_returned_units(found)
    if "returned_quantity" not in found.columns:
        if not found.questions:
            _ask_of_unknown(found, money, paid)
        _ask_of_units(found, paid)
        if not found.questions:
            _ask_of_two_quantities(found)


def _take_refund(found: Findings, money: Money, paid: int) -> None:
    """The column of refunds that its header names: the whole, where there are parts of it too."""
    named = [at for at in money.all if money.parts.get(at) == "refund" and not is_sign(found, at)]
    named = [at for at in named if at not in found.taken and not found.header.says(at, "quantity", "key")]
    named = [
        at
        for at in named
        if not found.header.says(at, "reason") or found.header.says(at, "money") or _behaves_as_refund(money, paid, at)
    ]
    named = [at for at in named if found.header.says(at, "money") or not _are_units(found, at)]
    named = [at for at in named if not refund_share(found, at)]
    if not named:
        return
    named.sort(
        key=lambda at: (
            found.header.says(at, "request"),
            found.header.says(at, "shipping", "tax", "fee"),
            -abs(sum(filter(None, money.numbers(at)), _ZERO)),
        )
    )
    at, *others = named
    share = money.share(at, paid)
    found.columns["refund_amount"] = (at,)
    found.tell("note.refund_seen", at, column=found.title(at), share=percent(share))
    for other in others:
        part = found.header.says(other, "shipping", "tax", "fee")
        found.made(other, "refund", "part_of_refund" if part else "not_taken", money.share(other, paid))
        if any(money.numbers(other)) and not part and not money.same(other, at):
            found.tell(
                "note.refund_other",
                other,
                doubt=Doubt(told=True, money=money.share(other, paid) or 1.0),
                column=found.title(other),
                chosen=found.title(at),
                share=percent(money.share(other, paid)),
            )


def _ask_of_shares(found: Findings, money: Money) -> None:
    """A refund told as a share of the amount: asked, since it may be a habit of the member or of the goods."""
    for at in range(len(found.header)):
        rated = found.header.says(at, "rate") or has_percent(found, at)
        named = found.header.says(at, "refund", "return") and (rated or money.parts.get(at) == "refund")
        # Whatever it is called: nothing on most rows, a share on some.
        few = 2 * sum(map(bool, found.body.numbers(at))) <= len(found.body.rows)
        named = named or (rated and few and not found.header.says(at, *_NO_SHARE_BACK))
        if named and at not in found.taken and any(found.body.numbers(at)) and refund_share(found, at):
            ask_of_share(found, at)
            return


def is_sign(found: Findings, at: int) -> bool:
    """A column that says yes or no, and no amount: 0 and 1 under Refunded, but not under Refund amount."""
    values = found.body.values(at)
    if not values or not all(map(is_flag, values)):
        return False
    if any(value not in ("0", "1") for value in values):
        return True
    return not found.header.says(at, "money") and ("1" in values or found.header.says(at, "asks"))


def _settle_refund(found: Findings, money: Money, paid: int) -> None:
    refund = found.columns["refund_amount"][0]
    if _is_off(found, money, paid, refund):
        found.columns.pop("refund_amount")
        found.made(refund, "refund", "already_off", money.share(refund, paid))
        found.tell(
            "note.refund_off",
            refund,
            column=found.title(refund),
            chosen=found.amount_name(paid),
            share=percent(money.share(refund, paid)),
        )
        return
    if _stands_alone(found, money, paid, refund):
        found.refund_alone = True
        return
    repeats = refund_repeats(found.body, found.columns) if "refund_amount" not in found.order_level else ""
    if repeats and "paid_amount" in found.order_level:
        found.order_level = (*found.order_level, "refund_amount")
    elif repeats:
        found.order_level = (*found.order_level, "refund_amount")
        doubt = Doubt(told=True, money=money.share(refund, paid) or 1.0) if repeats == "likely" else None
        found.tell("note.refund_repeats", refund, doubt=doubt, column=found.title(refund))
        return
    if not found.order_level:
        _ask_if_off(found, money, paid, refund)


def _stands_alone(found: Findings, money: Money, paid: int, refund: int) -> bool:
    """Whether a row has either what was paid or what was paid back, as the two sides of an account do."""
    if paid == GOODS or found.order_level or found.refund:
        return False
    both = list(_pairs(money.numbers(paid), money.numbers(refund)))
    back = [amount for amount, back in both if back]
    return bool(back) and all(amount is None for amount in back) and any(amount for amount, _ in both)


def _is_off(found: Findings, money: Money, paid: int, refund: int) -> bool:
    """Whether another column less the refund is the paid amount on every row."""
    for at in money.amounts:
        if at in (paid, refund):
            continue
        found_sum = money.sums(paid, at)
        if found_sum and refund in found_sum.parts:
            return True
    sums = money.sums(paid, GOODS) if money.goods and paid != GOODS else None
    return bool(sums and refund in sums.parts)


def _ask_if_off(found: Findings, money: Money, paid: int, refund: int) -> None:
    """Refunds above what was paid, or a net amount: then the refund may be off already."""
    pairs = _pairs(money.numbers(paid), money.numbers(refund))
    back = [(amount, abs(off)) for amount, off in pairs if off and amount is not None and amount >= 0]
    above = any(off > amount for amount, off in back)
    whole = any(off == amount for amount, off in back)
    net = paid != GOODS and found.header.says(paid, "net") and not found.header.says(paid, "paid")
    if above or (net and back and not whole):
        amount = found.amount_sql(paid)
        readings = (f"sum({amount})", f"sum({amount}) - sum(coalesce(abs({money_sql(refund)}), 0))")
        found.ask(Question("ask_refund", {"column": found.title(refund), "amount": found.amount_name(paid)}, readings))


def _ask_of_unknown(found: Findings, money: Money, paid: int) -> None:
    """A column of unknown meaning that behaves as refunds do: mostly nothing, never above what was paid, once all."""
    for at in money.all:
        known = at in found.taken or at in money.parts or found.made_of.get(at, ("", ""))[1] == "adds_up"
        if known or found.header.says(at, *_OF_OTHERS) or not _behaves_as_refund(money, paid, at):
            continue
        amount = found.amount_sql(paid)
        readings = (f"sum({amount})", f"sum({amount}) - sum(coalesce(abs({money_sql(at)}), 0))")
        found.ask(Question("ask_if_refund", {"column": found.title(at), "amount": found.amount_name(paid)}, readings))
        return


def _behaves_as_refund(money: Money, paid: int, at: int) -> bool:
    pairs = [(whole, abs(back)) for whole, back in _pairs(money.numbers(paid), money.numbers(at)) if whole and back]
    few = len(pairs) <= MOSTLY * len(money.body.rows)
    below = any(back < 0 for back in money.numbers(at) if back) and all(whole > 0 for whole, _ in pairs)
    fits = all(back <= whole for whole, back in pairs) and any(back == whole or below for whole, back in pairs)
    return few and fits


def _take_returned_units(found: Findings) -> None:
    """Units sent back beside units sold: their share of the line."""
    if "quantity" not in found.columns:
        return
    for at in range(len(found.header)):
        units = found.header.says(at, "quantity") or (not found.header.says(at, "money") and _are_units(found, at))
        if at in found.taken or not found.header.says(at, "return", "refund") or not units:
            continue
        if (found.body.share(at, is_money) or 0) >= 0.6 and not found.header.says(at, "able", "rate"):
            found.columns["returned_quantity"] = (at,)
            found.tell("note.returned_quantity", at, column=found.title(at))
            return


def _are_units(found: Findings, at: int) -> bool:
    """Whole numbers that are never above the units sold: Returned 0, 2, 1 beside Quantity 3, 2, 4."""
    if "quantity" not in found.columns or is_sign(found, at):
        return False
    sold = found.body.numbers(found.columns["quantity"][0])
    pairs = [(units, back) for units, back in _pairs(sold, found.body.numbers(at)) if back]
    fits = (units is not None and back is not None and not back % 1 and abs(back) <= units for units, back in pairs)
    return bool(pairs) and all(fits)


def _ask_of_units(found: Findings, paid: int) -> None:
    """A second column of units, mostly nothing and never above those sold: sent back, or something else."""
    if "quantity" not in found.columns or found.questions or "returned_quantity" in found.decided:
        return
    sold = found.columns["quantity"][0]
    for at in range(len(found.header)):
        if at in found.taken or not found.header.says(at, "quantity") or found.header.says(at, *_NO_UNITS):
            continue
        pairs = [(units, back) for units, back in _pairs(found.body.numbers(sold), found.body.numbers(at)) if back]
        few = 0 < len(pairs) <= MOSTLY * len(found.body.rows)
        if few and all(units is not None and 0 < back <= units for units, back in pairs if back is not None):
            amount = found.amount_sql(paid)
            share = f"cast({money_sql(at)} as double) / nullif(cast({money_sql(sold)} as double), 0)"
            back_sql = f"cast(round(cast({amount} as double) * ({share}), 2) as decimal(18, 2))"
            readings = (f"sum({amount})", f"sum({amount}) - sum(coalesce({back_sql}, 0))")
            found.ask(Question("ask_if_returned", {"column": found.title(at), "sold": found.title(sold)}, readings))
            return


def _ask_of_two_quantities(found: Findings) -> None:
    """Units that are those sold on most rows and fewer on some: which of both are paid for is asked."""
    if "paid_amount" in found.columns or "quantity" not in found.columns or "quantity" in found.decided:
        return
    sold = found.columns["quantity"][0]
    for at in range(len(found.header)):
        if at in found.taken or not found.header.says(at, "quantity") or found.header.says(at, *_NO_UNITS):
            continue
        pairs = [(a, b) for a, b in _pairs(found.body.numbers(sold), found.body.numbers(at)) if a is not None]
        fewer = [(a, b) for a, b in pairs if b is not None and b < a]
        if 0 < len(fewer) <= MOSTLY * len(pairs) and all(b is not None and 0 <= b <= a for a, b in pairs):
            price = found.columns["unit_price"][0]
            readings = (f"sum({product_sql(found)})", f"sum(clean_product(c{price}, c{at}))")
            found.ask(Question("ask_quantity", {"one": found.title(sold), "other": found.title(at)}, readings))
            return


_NO_UNITS = ("able", "rate", "held", "exchange", "money", "time", "key")


def _pairs(one: Numbers, other: Numbers) -> list[tuple[Decimal | None, Decimal | None]]:
    return list(zip(one, other, strict=True))
