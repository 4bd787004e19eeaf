"""Ways of paying, each in a column of its own, and the change that was given: what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from privtraffic.intake.understand.arithmetic import GOODS, Money
from privtraffic.intake.understand.findings import Findings, money_sql
from privtraffic.intake.understand.recognition import Question

LEAST_WAYS = 2
ALMOST_ALL = 0.95
_CENT = Decimal("0.011")
_ZERO = Decimal(0)


def read_tenders(found: Findings, money: Money) -> None:
    """Where change was given, the ways of paying come to an amount less it: one that stands there, or it is asked."""
    header = found.header
    change = next((at for at in money.all if header.says(at, "change") and any(money.numbers(at))), None)
    ways = [at for at in money.all if header.says(at, "tender") and not header.says(at, "discount", "change", "total")]
    if change is None or not ways or "paid_amount" in found.decided:
        return
    whole = [at for at in money.amounts if at not in (*ways, change)]
    same = next((at for at in whole if _come_to(money, at, ways, change)), None)
    for at in (*ways, change) if same is not None or len(ways) >= LEAST_WAYS else ():
        found.made(at, "money", "adds_up", money.share(at, same) if same is not None else None)
    if same is not None:
        found.columns["paid_amount"] = (same,)
        return
    one = whole[0] if whole else GOODS
    paid = " + ".join(f"coalesce({money_sql(at)}, 0)" for at in ways) + f" - abs(coalesce({money_sql(change)}, 0))"
    below = any(number < 0 for number in money.numbers(change) if number)
    names = " + ".join(map(found.title, ways)) + (" + " if below else " - ") + found.title(change)
    readings = (f"sum({found.amount_sql(one)})", f"sum({paid})")
    if len(ways) >= LEAST_WAYS and (one != GOODS or money.goods):
        found.ask(Question("ask_amount", {"one": found.amount_name(one), "other": names}, readings))


def _come_to(money: Money, whole: int, ways: Sequence[int], change: int) -> bool:
    """Whether the ways of paying, less the change, are an amount on almost all rows."""
    paid = zip(*(money.numbers(at) for at in ways), strict=True)
    rows = zip(money.numbers(whole), paid, money.numbers(change), strict=True)
    known = [
        abs(sum((part or _ZERO for part in parts), _ZERO) - abs(back or _ZERO) - total) <= _CENT
        for total, parts, back in rows
        if total is not None
    ]
    return bool(known) and sum(known) >= ALMOST_ALL * len(known)
