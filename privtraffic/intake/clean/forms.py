"""How the dates and amounts of a file are written, decided over its whole columns: never guessed from one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.read.source import Sheet
from privtraffic.intake.understand.currencies import THREE_PLACES, WHOLE, code_of
from privtraffic.intake.understand.evidence import Body
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.recognition import CLOCKS, Recognition, line_columns
from privtraffic.intake.understand.values import is_lettered_time, is_money

SQL = queries(__name__)
TIMES = (*CLOCKS, "joined_at", "date")
AMOUNTS = (
    "paid_amount", "refund_amount", "unit_price", "quantity", "margin", "cost", "discount_shop", "discount_platform",
    "discount",
)  # fmt: skip
ROWS_ASKED = 10_000
_SUM_LETTERS = "(?i)[计計계汇匯]|tota|summ|suma|gesamt|razem|того|сего"
"""Every word of a sum that `sums_row` knows has some of these."""
SWAPPED_BY_CHANCE = 0.02
"""How likely days of months that nobody swapped may look swapped, at most, before they are put right in silence."""
_SLASHED = re.compile(r"\s*\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})(\D|$)")
_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}")
_PLAIN = re.compile(r"[-+ ]*\d*(\.\d*)?[ -]*")
_DOT_THREE = re.compile(r"\D*[1-9]\d{0,2}\.\d{3}\D*")
_BY_COMMA = re.compile(r"\D*\d{1,3}(([. \u00a0\u202f'’]\d{3})*|\d*),\d{1,2}\D*")
_BY_POINT = re.compile(r"\D*\d[\d,]*\.(\d{1,2}|\d{4,})\D*|\D*0\.\d+\D*")
_FINE = re.compile(r"[-+ ]*\d+\.\d\d\d*[1-9]\d* *")


def with_forms(engine: Engine, part: Part, decimal: str | None = None) -> Recognition:
    """The recognition with what the values say of the order of day and month, of names of months, and of commas.

    `decimal` is the sign that somebody chose; without it the columns decide.

    Raises
    ------
    PrivtrafficError
        Where a column can be read in two ways and nothing decides.
    """
    found = part.found
    if part.stored or found.profile.row_pattern or found.wide:
        return found
    if part.role == "orders":
        found = replace(found, sum_columns=_sum_columns(engine, part), fills=_fills(part))
    found = _with_times(engine, part, found)
    return _with_amounts(engine, part, found, decimal)


def _cells(part: Part, position: int) -> Iterator[str]:
    for row in part.source.preview[part.found.header_row :]:
        if len(row) > position and row[position].strip():
            yield row[position]


def _sum_columns(engine: Engine, part: Part) -> tuple[int, ...]:
    """The columns in which one of the first rows is nothing but the word of a sum.

    What has no letter of such a word is passed over here, all columns at once: a query over thousands of columns takes
    minutes to plan, and most files have none.
    """
    heads = [at for at, head in enumerate(part.found.header) if head.strip()]
    if not heads:
        return ()
    engine.scan(f"raw_{part.number}", part.raw.scan)
    first_rows = f"(select {{}} from raw_{part.number} limit {ROWS_ASKED}) as first_rows"
    cells = engine.fetch(f"select * from {first_rows.format(', '.join(f'c{at}' for at in heads))}")
    likely = pc.match_substring_regex(
        pa.chunked_array([chunk.cast(pa.string()) for column in cells.columns for chunk in column.chunks], pa.string()),
        _SUM_LETTERS,
    )
    rows = cells.num_rows
    some = [at for place, at in enumerate(heads) if pc.any(likely.slice(place * rows, rows)).as_py()]
    if not some:
        return ()
    asked = ", ".join(f"count(*) filter (where sums_row(c{at})) as n{at}" for at in some)
    seen = engine.fetch(f"select {asked} from {first_rows.format(', '.join(f'c{at}' for at in some))}").to_pylist()[0]
    return tuple(at for at in some if seen[f"n{at}"])


def _fills(part: Part) -> str:
    """Whether the further lines of an order are blank where the order speaks of itself, by the first rows.

    `down`: a line without a number belongs to the number above it.  `order`: it repeats the number, and any other line
    of that number may speak for it, wherever it stands.
    """
    columns = part.found.columns
    if "order_id" not in columns:
        return ""
    order = columns["order_id"][0]
    own = [columns[name][0] for name in ("member_id", *CLOCKS) if name in columns]
    amounts = [columns[name][0] for name in ("paid_amount", "unit_price") if name in columns]
    lines = line_columns(part.found)
    widest = max((order, *own, *amounts, *lines))
    speaking: set[str] = set()
    silent: set[str] = set()
    last = ""
    for row in part.source.preview[part.found.header_row :]:
        if len(row) <= widest:
            continue
        number = row[order].strip()
        blank = not any(row[at].strip() for at in own)
        priced = any(row[at].strip() for at in amounts)
        if not number and last and blank and priced and any(row[at].strip() for at in lines):
            return "down"
        if number and (priced or not blank):
            (silent if blank else speaking).add(number)
        last = number or last
    return "order" if silent & speaking and not part.found.order_level else ""


def _with_times(engine: Engine, part: Part, found: Recognition) -> Recognition:
    for name in TIMES:
        for position in found.columns.get(name, ())[:1]:
            seen = list(_cells(part, position))
            if any(is_lettered_time(cell) for cell in seen):
                found = replace(found, lettered=True)
            if (example := next((cell for cell in seen if _SLASHED.match(cell)), None)) and not found.day_order:
                engine.scan(f"raw_{part.number}", part.raw.scan)
                found = _day_order(engine, part, found, name, example)
    return found


def _day_order(engine: Engine, part: Part, found: Recognition, name: str, example: str) -> Recognition:
    """Whether 1/2/2024 lies in January or February, and whether 24/1/2 begins with its year.

    Raises
    ------
    PrivtrafficError
        Where the column does not tell.
    """
    position = found.columns[name][0]
    next_year = date.today().year % 100 + 1
    sql = SQL["day_order"].format(cell=f"c{position}", table=f"raw_{part.number}", next_year=next_year)
    seen = engine.fetch(sql).to_pylist()[0]
    column = {"file": part.file, "column": found.header[position].strip(), "field": name, "example": example.strip()}
    first, second, third = (seen[f"{key}_most"] or 0 for key in ("first", "second", "third"))
    fits = {
        "mdy": first <= 12 and second <= 31 and not seen["odd_third"],
        "dmy": first <= 31 and second <= 12 and not seen["odd_third"],
        "ymd": not seen["long_years"] and second <= 12 and third <= 31 and not seen["odd_first"],
    }
    orders = [order for order, fit in fits.items() if fit]
    if len(orders) > 1 and "ymd" in orders:
        # Years hardly change from row to row, days do.
        few, many = sorted((seen["first_kinds"], seen["third_kinds"]))
        if few == 1 < many or many >= 3 * few:
            year_first = seen["first_kinds"] == few
            orders = [order for order in orders if (order == "ymd") == year_first]
    if not orders:
        raise PrivtrafficError("mixed_dates", **column)
    swapped = _swapped(part, position, seen)
    if len(orders) > 1:
        raise PrivtrafficError("ambiguous_dates", **column)
    if not swapped or orders[0] == "ymd":
        return replace(found, day_order=orders[0])
    values = {"column": found.header[position].strip(), "rows": seen["iso_days"], "text": seen["slashed"]}
    return replace(found, day_order=orders[0], swapped=True, notes=(*found.notes, ("note.swapped_days", values)))


def _swapped(part: Part, position: int, seen: dict[str, int]) -> bool:
    """Whether Excel took the days it could for dates of another order, and left the others as text.

    Then no date of the workbook has a day above 12, and no text a day of 12 or less: by chance 12 and 18 of 30 days.
    """
    if not isinstance(part.source, Sheet) or not seen["iso_days"] or seen["iso_day_most"] > 12 or seen["text_small"]:
        return False
    return float(0.4 ** seen["iso_days"] * 0.6 ** seen["slashed"]) <= SWAPPED_BY_CHANCE


def _with_amounts(engine: Engine, part: Part, found: Recognition, decimal: str | None) -> Recognition:
    """Which columns of amounts have a decimal comma, and whether amounts are finer than the cent."""
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
    if fine and not found.order_level:
        found = replace(found, fine=True)
    if not asked:
        return found
    if decimal:
        return replace(found, commas=tuple(asked) if decimal == "," else ())
    engine.scan(f"raw_{part.number}", part.raw.scan)
    seen_of = {
        at: engine.fetch(SQL["marks"].format(cell=f"c{at}", table=f"raw_{part.number}")).to_pylist()[0] for at in asked
    }
    said = {at: _mark(part, found, at, seen) for at, seen in seen_of.items()}
    file_mark = {mark for mark in said.values() if mark in (",", ".")}
    commas = []
    for at, mark in said.items():
        if mark == "?":
            mark = next(iter(file_mark)) if len(file_mark) == 1 else _by_others(part, found)  # noqa: PLW2901
            if not mark:
                raise PrivtrafficError("ambiguous_decimal", **_readings(part, found, at, seen_of[at]))
        if mark == ",":
            commas.append(at)
    return replace(found, commas=tuple(commas))


def _by_others(part: Part, found: Recognition) -> str:
    """The decimal sign of amounts that are no field, or of the only currency; empty where nothing tells."""
    header = Header(found.header)
    body = Body(part.source.preview[found.header_row :], len(header))
    for at in range(len(header)):
        if not header.says(at, "money", "tax", "discount", "shipping", "price"):
            continue
        if any(map(_BY_COMMA.fullmatch, body.values(at))):
            return ","
        if any(map(_BY_POINT.fullmatch, body.values(at))) and (body.share(at, is_money) or 0) >= 0.6:
            return "."
    currencies = {code_of(value) for at in found.columns.get("currency", ()) for value in body.values(at)}
    if currencies and currencies <= {*WHOLE}:
        return ","
    return "." if currencies and currencies <= {*THREE_PLACES} else ""


def _mark(part: Part, found: Recognition, at: int, seen: dict[str, int]) -> str:
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


def _readings(part: Part, found: Recognition, at: int, seen: dict[str, object]) -> dict[str, object]:
    return {
        "file": part.file,
        "column": found.header[at].strip(),
        "example": seen["dot_example"],
        "money_point": f"{seen['as_point']:,}",
        "money_comma": f"{seen['as_comma']:,}",
    }
