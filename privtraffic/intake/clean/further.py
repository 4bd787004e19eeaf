"""SQL for what further columns say of a row: its discount, its returned units, its currency, its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privtraffic.intake.clean.parse import FINE
from privtraffic.intake.understand.codes import is_code
from privtraffic.intake.understand.currencies import CODE, SIGN
from privtraffic.intake.understand.rates import rate_sql
from privtraffic.intake.understand.recognition import Off

LONGEST = 500
"""Letters of a cell that are looked at, where it is no number and no time; nobody is told more of them."""


def scaled(cell: str, factor: str) -> str:
    """An amount in other units, such as 分 or 万元, whose own decimals are not rounded first."""
    exact = f"coalesce(try_cast(number_text({cell}) as {FINE}), cast(clean_money({cell}) as {FINE}))"
    return f"cast({exact} * {factor} as decimal(18, 2))"


def less_discount(amount: str, cell: str, written: Off) -> str:
    """An amount less a discount, which is money, or a rate of what is off or left."""
    rate = rate_sql(cell, 1 if written == "share_paid" else 0)
    left = {"share_off": f"1 - {rate}", "percent_off": f"1 - {rate} / 100", "share_paid": rate}[written]
    return f"cast(round(cast({amount} as double) * ({left}), 2) as decimal(18, 2))"


def share_sent_back(amount: str, returned: str, sold: str) -> str:
    """The share of a line that its returned units are."""
    back, units = (f"cast(clean_money({cell}) as double)" for cell in (returned, sold))
    share = f"case when {units} > 0 then {back} / {units} end"
    return f"abs(cast(round(cast({amount} as double) * ({share}), 2) as decimal(18, 2)))"


def share_of_order(total: str, goods: str, columns: Mapping[str, str]) -> str:
    """A line's share of an amount that stands on each line of its order: by what the lines cost, to the cent."""
    weight = f"(cast({goods} as double) + 0.000001)"
    window = f"partition by {columns['order_id']}"
    ties = ", ".join(f"{columns[name]} nulls first" for name in ("line_id", "sku", "product", "quantity"))
    upto = f"sum({weight}) over ({window} order by {weight}, {ties} rows between unbounded preceding and current row)"
    whole = f"cast({total} as double) / sum({weight}) over ({window})"
    ends = (f"cast(round({whole} * ({part}), 2) as decimal(18, 2))" for part in (upto, f"{upto} - {weight}"))
    return f"cast({' - '.join(ends)} as decimal(18, 2))"


def weighed(goods: str, called_off: tuple[int, tuple[str, ...]] | None) -> str:
    """What the goods of a line weigh: nothing where it was called off, and its order's amount is without it."""
    return f"case when {is_code(*called_off)} then cast(0 as decimal(18, 2)) else {goods} end" if called_off else goods


def currency_in(amount: str) -> str:
    """The sign or code that an amount is written with; a plain number is not searched for one."""
    code, sign = (f"nullif(regexp_extract(left({amount}, {LONGEST}), '{pattern}', 1), '')" for pattern in (CODE, SIGN))
    found = f"coalesce({code}, {sign})"
    return f"case when try_cast({amount} as decimal(18, 2)) is null then {found} end"


def beside_number(numbered: Sequence[int]) -> str:
    """What stands beside the number of an order that begins anew: the day without its time, the store."""
    cells = (f"regexp_replace(trim(cast(c{at} as string)), '[T ]*[0-9]{{1,2}}:[0-9]{{2}}.*$', '')" for at in numbered)
    return "".join(f" || '|' || coalesce({cell}, '')" for cell in cells)


def share_of_line(amount: str, units: str, whole: str) -> str:
    """The share of the amount of a line that the units of a row have."""
    part, all_units = (f"cast(clean_money({cell}) as double)" for cell in (units, whole))
    return f"cast(cast({amount} as double) * ({part} / nullif({all_units}, 0)) as {FINE})"


def word_of_kind(at: int, kind: str, codes: Sequence[tuple[int, str]]) -> str:
    """A further word with its kind before it; of a time whether it is there, of a code whether it is one of `codes`."""
    if kind.startswith("code_") or kind == "head":
        named = is_code(at, tuple(code for place, code in codes if place == at))
        return f"'{kind}:' || case when {named} then '1' else '' end"
    there = (
        f"case when cell(c{at}) is null then '' else '1' end" if kind.startswith("time_") else f"coalesce(c{at}, '')"
    )
    return f"'{kind}:' || {there}"


def mark_of_slip(returns: Sequence[tuple[int, Sequence[str]]]) -> str:
    """The mark of a document that takes goods back, by the words of its columns."""
    tests = [(at, word.replace("*", "%")) for at, words in returns for word in words]
    test = " or ".join(f"coalesce(c{at} like '{word}', false)" for at, word in tests)
    return f" || chr(30) || 'slip:' || case when {test} then '1' else '' end" if tests else ""
