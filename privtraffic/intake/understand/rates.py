"""Columns that tell a share of the amount: a discount or a refund as 0.25, 25 or 25 %."""

from __future__ import annotations

from privtraffic.intake.understand.arithmetic import GOODS
from privtraffic.intake.understand.findings import Findings
from privtraffic.intake.understand.recognition import Off, Question

LEAST_AMOUNT = 2
"""Above it an amount is not taken for a share."""


def written(found: Findings, at: int) -> Off | None:
    """How a discount is written; None where a rate may be either the part taken off or the part left."""
    numbers = [number for number in found.body.numbers(at) if number is not None]
    percent = has_percent(found, at) or "%" in found.header[at] or found.header.says(at, "rate")
    if numbers and max(map(abs, numbers)) <= 1 and any(number % 1 for number in numbers):
        if any(number == 0 for number in numbers):
            return "share_off"
        return "share_paid" if any(number == 1 for number in numbers) else None
    return "percent_off" if percent else "money"


def has_percent(found: Findings, at: int) -> bool:
    """Whether a cell is written with the sign."""
    return any("%" in value for value in found.body.values(at))


def refund_share(found: Findings, at: int) -> Off | None:
    """How a refund given as a share of the amount is written; None where it is money.

    By its sign or its header; without them where it is never above one, not always whole, the amounts are far above
    it, and no word of its header says that it is money.
    """
    paid = found.columns["paid_amount"][0] if "paid_amount" in found.columns else GOODS
    numbers, amounts = found.body.numbers(at), found.amounts(paid)
    back = [(abs(number), amount) for number, amount in zip(numbers, amounts, strict=True) if number]
    small = bool(back) and all(number <= 1 for number, _ in back) and not has_percent(found, at)
    if written(found, at) == "percent_off":
        return "share_off" if small else "percent_off"
    far = all(amount is not None and abs(amount) > LEAST_AMOUNT for _, amount in back)
    money = found.header.says(at, "money")
    return "share_off" if small and far and not money and any(number % 1 for number, _ in back) else None


def ask_of_share(found: Findings, at: int) -> None:
    """Ask whether a share that speaks of refunds is what came back of each amount."""
    paid = found.columns["paid_amount"][0] if "paid_amount" in found.columns else GOODS
    amount = found.amount_sql(paid)
    back = share_refunded(amount, f"c{at}", refund_share(found, at) or "percent_off")
    readings = (f"sum({amount})", f"sum({amount}) - sum({back})")
    found.made(at, "refund", "told")
    values = {"column": found.title(at), "amount": found.amount_name(paid)}
    found.ask(Question("ask_refund_share", values, readings))


def share_refunded(amount: str, cell: str, written: Off) -> str:
    """SQL for the refund that a share of the amount is."""
    share = f"{rate_sql(cell)} / {1 if written == 'share_off' else 100}"
    return f"abs(cast(round(cast({amount} as double) * {share}, 2) as decimal(18, 2)))"


def rate_sql(cell: str, blank: int = 0) -> str:
    """SQL for the number of a rate, with or without its sign."""
    return f"coalesce(try_cast(replace(cell({cell}), '%', '') as double), {blank})"
