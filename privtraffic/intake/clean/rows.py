"""The rows of one source in the engine, typed, as many as were counted in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.columns import Parse, absent
from privtraffic.intake.clean.reader_types import NONE, Plain, plain_cells
from privtraffic.intake.understand.gather import Part, Stored
from privtraffic.intake.understand.recogniser import CLOCKS, Recognition
from privtraffic.schema import DIMENSIONS

SQL = queries(__name__)
_SLASHED = re.compile(r"\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")


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
    engine: Engine, part: Part, table: str, parsed: Callable[[Plain], Parse], *, in_zone: bool, numbered: bool = True
) -> Parse:
    """Keep the rows of an order file as `table`, its plain cells typed by the reader where all of them are plain."""
    ways = (plain_cells(part, in_zone=in_zone), NONE)
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


def with_day_order(engine: Engine, part: Part) -> Recognition:
    """Whether 1/2/2024 lies in January or February is decided on the whole column, never guessed.

    Raises
    ------
    PrivtrafficError
        Where the column does not tell.
    """
    found = part.found
    clock = next((name for name in CLOCKS if name in found.columns), "")
    if not clock:
        return found
    position = found.columns[clock][0]
    seen = (row[position] for row in part.source.preview[found.header_row :] if len(row) > position)
    example = next((cell for cell in seen if _SLASHED.match(cell)), None)
    if found.day_order or example is None:
        return found
    engine.scan(f"raw_{part.number}", part.raw.scan)
    sql = SQL["day_order"].format(cell=f"c{position}", table=f"raw_{part.number}")
    largest = engine.fetch(sql).to_pylist()[0]
    day_first, month_first = ((largest[key] or 0) > 12 for key in ("first_part", "second_part"))
    if day_first == month_first:
        header = found.header[position]
        key = "mixed_dates" if day_first else "ambiguous_dates"
        raise PrivtrafficError(key, file=part.file, example=example, column=header, field=clock)
    return replace(found, day_order="dmy" if day_first else "mdy")
