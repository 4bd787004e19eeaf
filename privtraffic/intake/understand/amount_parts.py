"""An amount that may be only a part of what was paid: without its tax, its deposit, or the other ways of paying."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import combinations

from privtraffic.intake.understand.arithmetic import GOODS, Money
from privtraffic.intake.understand.currencies import code_of, is_currency
from privtraffic.intake.understand.doubts import Doubt
from privtraffic.intake.understand.evidence import is_flag
from privtraffic.intake.understand.findings import Findings, money_sql, percent
from privtraffic.intake.understand.recognition import Question
from privtraffic.intake.understand.vocabulary import has_word, tokens

APART = Decimal("0.011")
MOSTLY = 0.5
MOST_WAYS = 5
"""So many ways of paying are added up."""
LEAST, MOST = 0.01, 1.5
"""The share of an amount that a part of it beside it may be."""


def ask_of_parts(found: Findings, money: Money, chosen: int, explained: Collection[int]) -> None:
    """Ask where another column may have to be added to the amount; `explained` are those that a sum accounts for."""
    free = [at for at in money.all if at not in explained and at != chosen and any(money.numbers(at))]
    if chosen == GOODS:
        _tell_of_tax(found, money, free)
        _ask_of_owed(found, money, free, chosen)
        return
    if other := _in_another_currency(found, free, chosen):
        readings = (f"sum({money_sql(chosen)})", f"sum({money_sql(other)})")
        found.ask(Question("ask_amount", {"one": found.title(chosen), "other": found.title(other)}, readings))
        return
    if both := _deposit_and_rest(found, money, chosen):
        more = " + ".join(f"coalesce({money_sql(at)}, 0)" for at in both)
        values = {"one": found.title(chosen), "other": " + ".join(found.title(at) for at in both)}
        found.ask(Question("ask_amount", values, (f"sum({money_sql(chosen)})", f"sum({more})")))
        return
    parts = _tax(found, money, free, chosen) or _deposit(found, free, chosen) or _tenders(found, money, free, chosen)
    share = sum(money.share(at, chosen) or 0 for at in parts)
    if parts and (LEAST <= share <= MOST or any(_steps_in(money, at, chosen) for at in parts)):
        one, other_title = found.title(chosen), " + ".join(found.title(at) for at in parts)
        more = " + ".join(f"coalesce({money_sql(at)}, 0)" for at in (chosen, *parts))
        readings = (f"sum({money_sql(chosen)})", f"sum({more})")
        found.ask(Question("ask_sum", {"one": one, "other": other_title}, readings))
    else:
        _ask_of_owed(found, money, free, chosen)


def _tax(found: Findings, money: Money, free: Sequence[int], chosen: int) -> list[int]:
    """The tax beside an amount that is called one without it, where no column is the sum of both."""
    header = found.header
    net = header.says(chosen, "net") or header.says(chosen, "excl")
    # Net amount incl. tax is after discount; 不含税 has the word for "with" in it.
    bare = net and not header.says(chosen, "paid") and not has_word(header[chosen], "incl")
    return [at for at in free if money.parts.get(at) == "tax"][:1] if bare else []


def _deposit(found: Findings, free: Sequence[int], chosen: int) -> list[int]:
    """A deposit beside the rest, or the rest beside a deposit."""
    pairs = {"remainder": "deposit", "deposit": "remainder"}
    return [
        at
        for at in free
        if any(found.header.says(chosen, own) and found.header.says(at, other) for own, other in pairs.items())
    ][:1]


def _deposit_and_rest(found: Findings, money: Money, chosen: int) -> list[int]:
    """A deposit and the rest of it, beside an amount that is another one and does not say that it was paid."""
    header = found.header
    both = [next((at for at in money.all if header.says(at, word)), chosen) for word in ("deposit", "remainder")]
    share = sum(money.share(at, chosen) or 0 for at in both)
    other = chosen in both or both[0] == both[1] or header.says(chosen, "paid") or money.splits(chosen, both)
    return [] if other or not MOSTLY <= share <= MOST else both


def _tenders(found: Findings, money: Money, free: Sequence[int], chosen: int) -> list[int]:
    """Other ways of paying, where the chosen one is none on rows on which they are."""
    able = [at for at in free if at not in money.parts and at not in found.taken - {chosen}]
    if found.header.says(chosen, "tender"):
        return [at for at in able if _steps_in(money, at, chosen)]
    # Whatever they are called: two that were both paid, each of them alone on some rows.
    paid = [at for at in able if found.header.says(at, "tender", "paid")]
    return [at for at in paid if _steps_in(money, at, chosen) and _steps_in(money, chosen, at)]


def _steps_in(money: Money, one: int, other: int) -> bool:
    """Whether one column has an amount on a row on which the other has none."""
    return any(has and not lacks for has, lacks in _both(money, one, other))


def see_parts(found: Findings, money: Money) -> None:
    """What arithmetic accounts for, when all is asked: ways of paying, what is off goods, what is owed of a whole."""
    if "paid_amount" not in found.columns:
        return
    chosen = found.columns["paid_amount"][0]
    free = [at for at in money.all if at not in found.taken and at not in money.parts and any(money.numbers(at))]
    ways = [at for at in free if found.header.says(at, "tender", "paid")]
    ways = [at for at in ways if not found.header.says(at, "owed", "awaited")][:MOST_WAYS]
    several = (some for count in range(2, MOST_WAYS) for some in combinations(ways, count))
    parts = next((some for some in several if money.splits(chosen, some)), ())
    off = money.rest(GOODS, chosen) if money.goods else None
    found.is_goods = off is not None or money.same(chosen, GOODS) or bool(money.sums(chosen, GOODS))
    wholes = (step for at in money.all if at != chosen and (step := money.sums(chosen, at)) and step.kinds == {"owed"})
    owed = [at for step in wholes for at in (step.base, *step.parts)]
    for at in (*parts, *owed, *(() if off is None or off not in free else (off,))):
        seen_as = "discount" if at == off else money.parts.get(at) or "money"
        found.made_of[at] = (seen_as, "adds_up", money.share(at, chosen))


def _in_another_currency(found: Findings, free: Sequence[int], chosen: int) -> int | None:
    """The same amount in another currency, by the codes in the headers."""
    own = _code(found, chosen)
    others = (at for at in free if own and (code := _code(found, at)) and code != own)
    return next((at for at in others if found.header.says(at, "money", "paid", "total", "net", "gross")), None)


def _code(found: Findings, at: int) -> str:
    codes = [token for token in tokens(found.header[at]) if len(token) == 3 and is_currency(token.upper())]
    return code_of(codes[-1].upper()) if codes else ""


def _ask_of_owed(found: Findings, money: Money, free: Sequence[int], chosen: int) -> None:
    """Amounts still owed that no sum accounts for: asked where they may be part of the amount, told where not."""
    owed = [at for at in free if money.parts.get(at) == "owed" or _is_open_balance(money, at, chosen)]
    owed = [at for at in owed if not all(map(is_flag, found.body.values(at)))]
    for at in owed[:1] if "discount" not in found.decided else ():
        pairs = [(amount or 0, open_yet) for amount, open_yet in _both(money, chosen, at) if open_yet]
        above = any(open_yet > amount + APART for amount, open_yet in pairs)
        # Paid and Open: the whole on some rows and less on others is open within it, whatever the header says.
        whole = [abs(open_yet - amount) <= APART for amount, open_yet in pairs]
        says_paid = chosen != GOODS and found.header.says(chosen, "paid") and (all(whole) or not any(whole))
        name, title = found.amount_name(chosen), found.title(at)
        if above or says_paid:
            share = percent(money.share(at, chosen) or 0)
            found.tell("note.owed_beside", at, column=title, amount=name, share=share)
        else:
            amount = found.amount_sql(chosen)
            readings = (f"sum({amount})", f"sum({amount}) - sum(coalesce({money_sql(at)}, 0))")
            key = "ask_owed_of_goods" if chosen == GOODS else "ask_owed"
            found.ask(Question(key, {"column": title, "amount": name}, readings))


def _is_open_balance(money: Money, at: int, chosen: int) -> bool:
    """A balance that is nothing on most rows and never above the amount is that of the invoice, and not a wallet's."""
    if not money.header.says(at, "balance", "remainder") or money.header.says(at, "member", "key"):
        return False
    pairs = [(amount or 0, left) for amount, left in _both(money, chosen, at) if left]
    return 0 < len(pairs) < MOSTLY * len(money.numbers(at)) and all(0 < left <= amount for amount, left in pairs)


def _both(money: Money, one: int, other: int) -> list[tuple[Decimal | None, Decimal | None]]:
    return list(zip(money.numbers(one), money.numbers(other), strict=True))


def _tell_of_tax(found: Findings, money: Money, free: Sequence[int]) -> None:
    """A tax beside price × quantity: whether the price has it is not told."""
    price = found.columns["unit_price"][0]
    tax = next((at for at in free if money.parts.get(at) == "tax"), None)
    if tax is not None and found.header.says(price, "excl", "net"):
        share = money.share(tax, GOODS)
        doubt = Doubt(told=True, money=share or 0)
        found.tell("note.tax_beside", tax, doubt=doubt, column=found.title(tax), share=percent(share or 0))
