"""How the dates and amounts of a file are written, decided over its whole columns: never guessed from one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.clean.fills import fills_of
from privtraffic.intake.clean.times import SHORT, era_of
from privtraffic.intake.read.source import Row, Sheet, TextFile
from privtraffic.intake.understand.currencies import CODE, SIGN, THREE_PLACES, WHOLE, code_of
from privtraffic.intake.understand.days import orders_that_fit
from privtraffic.intake.understand.evidence import Body, below
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.recognition import CLOCKS, Recognition
from privtraffic.intake.understand.values import SUM_LETTERS, is_lettered_time, is_money, is_sum
from privtraffic.schema import SIDES
from privtraffic.settings import Settings

SQL = queries(__name__)
OF_SIDES = [(name, kind) for side in SIDES.values() for name, kind in side.columns.items()]
TIMES = (*CLOCKS, *dict.fromkeys(["joined_at", "date", *(name for name, kind in OF_SIDES if kind == "time")]))
AMOUNTS = (
    "paid_amount", "refund_amount", "unit_price", "quantity", "margin", "cost", "discount_shop", "discount_platform",
    "discount", *dict.fromkeys(name for name, kind in OF_SIDES if kind == "money" and name != "cost"),
)  # fmt: skip
ROWS_ASKED = 10_000
SWAPPED_BY_CHANCE = 0.02
"""How likely days of months that nobody swapped may look swapped, at most, before they are put right in silence."""
_LETTERS = re.compile(SUM_LETTERS)
_SLASHED = re.compile(r"\s*\d{1,2}[/.-] ?\d{1,2}[/.-] ?(\d{4}|\d{2})(\D|$)")
_DOTTED_MONTH_FIRST = re.compile(r"\s*\d{1,2}\. ?(1[3-9]|2\d|3[01])\. ?(\d{4}|\d{2})(\D|$)")
_CURRENCY = re.compile(rf"(?<![^\W\d_])(?:{CODE}|{SIGN})(?![^\W\d_])")
_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}")
_PLAIN = re.compile(r"[-+ ]*\d*(\.\d*)?[ -]*")
_DOT_THREE = re.compile(r"\D*[1-9]\d{0,2}\.\d{3}\D*")
_BY_COMMA = re.compile(r"\D*\d{1,3}(([. \u00a0\u202f'’]\d{3})*|\d*),(\d{1,2}|[-–—]{1,2})\D*")
_BY_POINT = re.compile(r"\D*\d[\d,]*\.(\d{1,2}|\d{4,})\D*|\D*0\.\d+\D*")
_FINE = re.compile(r"[-+ ]*\d+\.\d\d\d*[1-9]\d* *")


def with_forms(engine: Engine, part: Part, settings: Settings) -> Recognition:
    """The recognition with what the values say of the order of day and month, of names of months, and of commas.

    The decimal sign that somebody chose goes before what the columns say; so does the zone of times.

    Raises
    ------
    PrivtrafficError
        Where a column can be read in two ways and nothing decides.
    """
    if part.stored:
        return part.found
    found = replace(part.found, zone=settings.tz)
    if found.profile.row_pattern or found.wide:
        return found
    found, slashed = _with_times(part, found)
    found, amounts = _with_amounts(part, found, settings.decimal)
    seen = _ask(engine, part, _Asked(slashed.position if slashed else None, tuple(amounts), _sums_beyond(part)))
    if part.role == "orders":
        found = replace(found, sum_columns=_sum_columns(engine, part, seen), fills=fills_of(part))
    if slashed:
        found = _day_order(part, found, slashed, seen[0])
    return replace(found, commas=_commas(part, found, {row["at"]: row for row in seen}, amounts)) if amounts else found


def _cells(part: Part, position: int) -> Iterator[str]:
    for row in part.source.preview[part.found.header_row :]:
        if len(row) > position and row[position].strip():
            yield row[position]


class _Slashed(NamedTuple):
    """A column of days such as 1/2/2024."""

    field: str
    position: int
    example: str


class _Asked(NamedTuple):
    """What the first rows leave open: the column of days, those of amounts, and those that may have words of sums."""

    day: int | None
    amounts: tuple[int, ...]
    sums: tuple[int, ...]


Seen = Mapping[str, Any]
"""What all rows say; one for each column of amounts, else one."""


def _ask(engine: Engine, part: Part, asked: _Asked) -> list[Seen]:
    """All that is asked of a file at once: a cluster takes as long for each query as for its few rows."""
    table = f"raw_{part.number}"
    pieces = []
    if asked.day is not None:
        pieces.append(SQL["day_order"].format(cell=f"c{asked.day}", table=table, next_year=date.today().year % 100 + 1))
    if asked.amounts:
        marks = (f"(\n{SQL['marks'].format(at=at, table=table)}\n)" for at in asked.amounts)
        pieces.append(" union all ".join(marks))
    if asked.sums:
        cells = ", ".join(f"c{at}" for at in asked.sums)
        pieces.append(SQL["sum_letters"].format(cells=cells, table=table, rows=ROWS_ASKED, letters=SUM_LETTERS))
    if not pieces:
        return []
    engine.scan(table, part.raw.scan)
    joined = "\ncross join ".join(f"(\n{piece}\n) as p{number}" for number, piece in enumerate(pieces))
    rows: list[Seen] = engine.fetch(f"select * from {joined}").to_pylist()
    return rows


def _heads(part: Part) -> tuple[int, ...]:
    return tuple(at for at, head in enumerate(part.found.header) if head.strip())


def _rows_in_memory(part: Part) -> Sequence[Row]:
    source = part.source
    rows = source.sample if isinstance(source, TextFile | Sheet) else source.preview
    return rows[part.found.header_row :]


def _sums_beyond(part: Part) -> tuple[int, ...]:
    """The columns to be asked about words of sums: where the file has more rows than those that lie here already."""
    return _heads(part) if part.role == "orders" and part.raw.rows > len(_rows_in_memory(part)) else ()


def _sum_columns(engine: Engine, part: Part, seen: Sequence[Seen]) -> tuple[int, ...]:
    """The columns in which one of the first rows is nothing but the word of a sum.

    Most files have no row with the letters of such a word, and then nothing more is asked.
    """
    heads = _heads(part)
    rows = [row for row in _rows_in_memory(part) if _LETTERS.search(" ".join(row))]
    here = {at for at in heads if any(is_sum(row[at]) for row in rows if len(row) > at)}
    if seen and seen[0].get("sum_letters"):
        lettered = _columns_where(engine, part, heads, f"regexp_matches({{cell}}, '{SUM_LETTERS}')")
        here |= {*_columns_where(engine, part, lettered, "sums_row({cell})")}
    return tuple(sorted(here))


def _columns_where(engine: Engine, part: Part, columns: Sequence[int], test: str) -> list[int]:
    """Those of the columns in which a cell of the first rows passes a test of SQL."""
    if not columns:
        return []
    asked = ", ".join(f"bool_or({test.format(cell=f'c{at}')}) as n{at}" for at in columns)
    cells = ", ".join(f"c{at}" for at in columns)
    sql = SQL["first_rows"].format(asked=asked, cells=cells, table=f"raw_{part.number}", rows=ROWS_ASKED)
    found = engine.fetch(sql).to_pylist()[0]
    return [at for at in columns if found[f"n{at}"]]


def _with_times(part: Part, found: Recognition) -> tuple[Recognition, _Slashed | None]:
    """Whether times have names; and the days such as 1/2/2024, where their order is open."""
    slashed = None
    for name in TIMES:
        for position in found.columns.get(name, ())[:1]:
            seen = list(_cells(part, position))
            if name in CLOCKS and not found.era and (era := era_of([cell for cell in seen if not is_sum(cell)])):
                values = {"column": found.header[position].strip(), "example": seen[0].strip(), "years": f"{-era:+,}"}
                found = replace(found, era=era, notes=(*found.notes, *([("note.era", values)] if era != SHORT else [])))
            if any(is_lettered_time(cell) for cell in seen):
                found = replace(found, lettered=True)
            if not found.day_order and not slashed:
                example = next((cell for cell in seen if _SLASHED.match(cell)), None)
                slashed = _Slashed(name, position, example) if example else None
    return found, slashed


def _day_order(part: Part, found: Recognition, slashed: _Slashed, seen: Seen) -> Recognition:
    """Whether 1/2/2024 lies in January or February, and whether 24/1/2 begins with its year.

    With points the day is first where no value says otherwise: of the locales of the Unicode CLDR (release 48) 59
    languages write dates of numbers with points, the year last with the day first in each, or the year first.

    Raises
    ------
    PrivtrafficError
        Where the column does not tell.
    """
    column = found.header[slashed.position].strip()
    said = {"file": part.file, "column": column, "field": slashed.field, "example": slashed.example.strip()}
    first, second, third = (seen[f"{key}_most"] or 0 for key in ("first", "second", "third"))
    orders = [] if seen["odd_third"] else orders_that_fit(first, second)
    if not seen["long_years"] and second <= 12 and third <= 31 and not seen["odd_first"]:
        orders.append("ymd")
    if len(orders) > 1 and "ymd" in orders:
        # Years hardly change from row to row, days do.
        few, many = sorted((seen["first_kinds"], seen["third_kinds"]))
        if few == 1 < many or many >= 3 * few:
            year_first = seen["first_kinds"] == few
            orders = [order for order in orders if (order == "ymd") == year_first]
    if not orders:
        raise PrivtrafficError("mixed_dates", **said)
    if orders[0] == "mdy" and len(orders) > 1 and seen["dotted"] == seen["slashed"] and not _month_first(part):
        orders = orders[1:]
        if orders == ["dmy"]:
            found = replace(found, notes=(*found.notes, ("note.dotted_days", said)))
    swapped = _swapped(part, seen)
    if len(orders) > 1:
        raise PrivtrafficError("ambiguous_years" if "ymd" in orders else "ambiguous_dates", **said)
    if not swapped or orders[0] == "ymd":
        return replace(found, day_order=orders[0])
    values = {"column": column, "rows": seen["iso_days"], "text": seen["slashed"]}
    return replace(found, day_order=orders[0], swapped=True, notes=(*found.notes, ("note.swapped_days", values)))


def _month_first(part: Part) -> bool:
    """Whether a day with points, in any column of the first rows, has its month before it."""
    return any(map(_DOTTED_MONTH_FIRST.match, (cell for row in _rows_in_memory(part) for cell in row)))


def _swapped(part: Part, seen: Seen) -> bool:
    """Whether Excel took the days it could for dates of another order, and left the others as text.

    Then no date of the workbook has a day above 12, and no text a day of 12 or less: by chance 12 and 18 of 30 days.
    """
    if not isinstance(part.source, Sheet) or not seen["iso_days"] or seen["iso_day_most"] > 12 or seen["text_small"]:
        return False
    return float(0.4 ** seen["iso_days"] * 0.6 ** seen["slashed"]) <= SWAPPED_BY_CHANCE


def _with_amounts(part: Part, found: Recognition, decimal: str | None) -> tuple[Recognition, Sequence[int]]:
    """Whether amounts are finer than the cent; and the columns of which all rows must tell the decimal sign."""
    asked: dict[int, str] = {}
    for name in AMOUNTS:
        for position in found.columns.get(name, ()):
            seen = list(_cells(part, position))
            dotted = name != "quantity" and any(map(_DOT_THREE.fullmatch, seen))
            if dotted or not all(map(_PLAIN.fullmatch, seen)):
                asked.setdefault(position, name)
    fine = any(
        _FINE.fullmatch(cell) for name in AMOUNTS[:2] for at in found.columns.get(name, ()) for cell in _cells(part, at)
    )
    if fine and not found.order_level and part.role == "orders":
        found = replace(found, fine=True)
    if decimal:
        return replace(found, commas=tuple(asked) if decimal == "," else ()), ()
    return found, tuple(asked)


def _commas(part: Part, found: Recognition, seen: Mapping[int, Seen], amounts: Sequence[int]) -> tuple[int, ...]:
    """The columns of amounts that have a decimal comma."""
    said = {at: _mark(part, found, at, seen[at]) for at in amounts}
    file_mark = {mark for mark in said.values() if mark in (",", ".")}
    commas = []
    for at, mark in said.items():
        if mark == "?":
            mark = next(iter(file_mark)) if len(file_mark) == 1 else _by_others(part, found)  # noqa: PLW2901
            if not mark:
                raise PrivtrafficError("ambiguous_decimal", **_readings(part, found, at, seen[at]))
        if mark == ",":
            commas.append(at)
    return tuple(commas)


def _by_others(part: Part, found: Recognition) -> str:
    """The decimal sign of amounts that are no field, or of the only currency; empty where nothing tells."""
    header = Header(found.header)
    body = Body(below(part.source.preview, found.header_row), len(header))
    for at in range(len(header)):
        if not header.says(at, "money", "tax", "discount", "shipping", "price"):
            continue
        if any(map(_BY_COMMA.fullmatch, body.values(at))):
            return ","
        if any(map(_BY_POINT.fullmatch, body.values(at))) and (body.share(at, is_money) or 0) >= 0.6:
            return "."
    currencies = {code_of(value) for at in found.columns.get("currency", ()) for value in body.values(at)}
    amounts = [value for at in found.columns.get("paid_amount", ()) for value in (found.header[at], *body.values(at))]
    currencies |= {code_of(sign[0]) for value in amounts if (sign := _CURRENCY.search(value))}
    if currencies and currencies <= {*WHOLE}:
        return ","
    return "." if currencies and currencies <= {*THREE_PLACES} else ""


def _mark(part: Part, found: Recognition, at: int, seen: Seen) -> str:
    """The decimal sign of a column, `?` where it may be either, empty where it has none.

    Raises
    ------
    PrivtrafficError
        Where some cells have a comma and others a point.
    """
    if seen["comma_cells"] and seen["point_cells"]:
        values = {"comma": seen["comma_example"], "point": seen["point_example"]}
        raise PrivtrafficError("mixed_decimals", file=part.file, column=found.header[at].strip(), **values)
    if seen["comma_cells"] or seen["point_cells"]:
        return "," if seen["comma_cells"] else "."
    return "?" if seen["dot_three"] and not seen["long_whole"] else ""


def _readings(part: Part, found: Recognition, at: int, seen: Seen) -> dict[str, object]:
    return {
        "file": part.file,
        "column": found.header[at].strip(),
        "example": seen["dot_example"],
        "money_point": f"{seen['as_point']:,}",
        "money_comma": f"{seen['as_comma']:,}",
    }
