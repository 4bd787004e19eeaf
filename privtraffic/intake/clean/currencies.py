"""Amounts in several currencies are never added up: not those of the orders, nor costs beside them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from privtraffic.engine.arrow import texts
from privtraffic.engine.base import Engine
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.further import currency_in
from privtraffic.intake.clean.ledger import Ledger
from privtraffic.intake.read.raw import Note
from privtraffic.intake.understand.currencies import code_of, codes_of
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.profile import says_nothing


def register_currencies(engine: Engine, written: Sequence[str], chosen: str | None) -> set[str]:
    """Leave `other_currencies` in the engine, whose rows are dropped as such; gives back the codes that count.

    Raises
    ------
    PrivtrafficError
        Where the words `written` in the orders are several currencies and none was chosen.
    """
    codes = codes_of(word for word in written if not says_nothing(word))
    one = code_of(chosen) if chosen else None
    if len({*codes.values()}) > 1 and not one:
        raise PrivtrafficError("mixed_currencies", currencies=", ".join(sorted({*codes.values()})))
    engine.scan("currencies_named", pa.table({"currency": texts([*codes])}))
    others = [word for word, code in codes.items() if one and code != one]
    engine.scan("other_currencies", pa.table({"currency": texts(others)}))
    return {one} if one else {*codes.values()}


def unnamed_currency(
    engine: Engine, query: str, orders: Sequence[Part], counted: set[str], ledger: Ledger
) -> list[Note]:
    """A note where orders that name no currency are counted beside others that name one.

    In a file whose amounts carry the sign, as 12.50 beside ¥8.00, the one sign speaks for the bare amounts, too.
    """
    if not engine.fetch("select currency from currencies_named limit 1").num_rows:
        return []
    by_sign = ", ".join(str(part.number) for part in orders if "currency" not in part.found.columns) or "null"
    row = ledger.over_all("unnamed_currency", engine.fetch(query.format(by_sign=by_sign)).to_pylist())[0]
    told = {"orders": row["order_count"], "money": row["money"], "currency": ", ".join(sorted(counted))}
    return [("note.unnamed_currency", told)] if row["order_count"] else []


def refuse_other_currencies(engine: Engine, spend: Sequence[Part], of_orders: set[str]) -> None:
    """Refuse costs in several currencies, or in another one than the orders: no order pays for them at par.

    Raises
    ------
    PrivtrafficError
        Where the files tell their currencies, and these differ.
    """
    for part in spend:
        columns = part.found.columns
        told = f"cell(c{columns['currency'][0]})" if "currency" in columns else ""
        if part.stored or part.found.wide or "cost" not in columns:
            continue
        engine.scan(f"raw_{part.number}", part.raw.scan)
        written = told or currency_in(f"c{columns['cost'][0]}")
        rows = engine.fetch(f"select distinct {written} as word from raw_{part.number}").to_pylist()
        codes = {*codes_of(row["word"] for row in rows if not says_nothing(row["word"] or "")).values()}
        if len(codes) > 1 or (codes and of_orders and codes != of_orders):
            said = {"currencies": ", ".join(sorted(codes)), "orders": ", ".join(sorted(of_orders)) or "–"}
            raise PrivtrafficError("spend_currency", file=part.file, **said)


def refuse_mixed_beside(engine: Engine, part: Part) -> None:
    """Refuse lines, payments or refunds in several currencies.

    Raises
    ------
    PrivtrafficError
        That names them.
    """
    columns = part.found.columns
    amount = next(
        (columns[name][0] for name in ("paid_amount", "unit_price", "refund_amount") if name in columns), None
    )
    if amount is None or "currency" in part.found.decided:
        return
    written = f"cell(c{columns['currency'][0]})" if "currency" in columns else currency_in(f"c{amount}")
    rows = engine.fetch(f"select distinct {written} as word from raw_{part.number}").to_pylist()
    codes = {*codes_of(row["word"] for row in rows if not says_nothing(row["word"] or "")).values()}
    if len(codes) > 1:
        raise PrivtrafficError("mixed_currencies", currencies=", ".join(sorted(codes)))
