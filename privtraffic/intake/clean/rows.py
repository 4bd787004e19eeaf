"""The rows of one source in the engine, typed, as many as were counted in the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privtraffic.engine.base import Engine
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.parse import Parse, absent
from privtraffic.intake.clean.reader_types import NONE, Plain, plain_cells
from privtraffic.intake.understand.gather import Part, Stored
from privtraffic.schema import DIMENSIONS

BASE = (
    "file_no", "row_no", "source", "order_id", "line_id", "sku", "product", "shop", "member_id", "ordered_at", "paid",
    "cancelled", "amount", "refund", "goods", "off", "quantity", "status", "currency", "ragged", "amount_text",
    "time_text", "original_id", "buyer_ref", "order_ref", "sums",
)  # fmt: skip
"""The columns of every typed row of an order file."""
SETTLED = ("member_id", "ordered_at", "order_ref", "paid", "cancelled", "status", "currency", "amount", "refund")
"""Those that an order has as a whole."""
FACTS = (
    "row_count", "with_member", "with_order_id", "with_line_id", "with_quantity", "has_paid", "bad_amounts",
    "bad_times", "sum_rows", "bare_sum_rows", "bare_sum_money",
)  # fmt: skip
"""What is known of the rows of each status word, and added up for all."""


def type_rows(engine: Engine, part: Part, table: str, sql: str, *, numbered: bool = True) -> None:
    """Keep the rows of a source as `table`, with their number where that is asked for.

    Raises
    ------
    PrivtrafficError
        Where the engine found more or fewer rows than the file has.
    """
    engine.run(table, sql, numbered=numbered)
    count = engine.fetch(f"select count(*) as n from {table}")["n"][0].as_py()
    if count != part.raw.rows:
        line = part.row_number(max(min(count, part.raw.rows) - 1, 0))
        raise PrivtrafficError("lines_lost", file=part.file, expected=part.raw.rows, found=count, line=line)


def type_orders(
    engine: Engine, part: Part, table: str, parsed: Callable[[Plain], Parse], *, numbered: bool = True
) -> Parse:
    """Keep the rows of an order file as `table`, its plain cells typed by the reader where all of them are plain."""
    ways = (plain_cells(part), NONE)
    for plain in ways if ways[0].cells else ways[1:]:
        parse = parsed(plain)
        try:
            engine.scan(f"raw_{part.number}", plain.scan(part.raw.scan))
            type_rows(engine, part, table, parse.query, numbered=numbered)
        except PrivtrafficError as error:
            if plain is NONE or error.key != "unreadable_rows":
                raise
        else:
            break
    return parse


def of_stored(part: Part, stored: Stored, columns: Sequence[str]) -> str:
    """The query of typed order rows that lie in a database; what their file did not have is absent."""
    own = {"file_no": str(part.number), "source": f"'{part.found.profile.name}'", "row_no": "rowid"}
    read = {name: name if name in stored.columns else own.get(name) or absent(name) for name in columns}
    read |= {name: f"clean_text({name})" for name in DIMENSIONS if name in stored.columns and name in read}
    return f"select {', '.join(f'{sql} as {name}' for name, sql in read.items())} from {stored.table}"
