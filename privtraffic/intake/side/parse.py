"""The rows of one side file, typed, each with what is wrong with it."""

from __future__ import annotations

from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.parse import listed
from privtraffic.intake.clean.rows import type_rows
from privtraffic.intake.clean.times import read_time, swapped
from privtraffic.intake.read.raw import Note
from privtraffic.intake.side.recognise import RANGE, levels_of, side_words
from privtraffic.intake.side.steps import steps_of
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.recognition import Recognition
from privtraffic.schema import SIDES

SQL = queries(__name__)

TYPES = {
    "id": "string",
    "text": "string",
    "person": "string",
    "friend": "string",
    "staff": "string",
    "time": "timestamp",
    "money": "decimal(18, 2)",
    "integer": "bigint",
}
"""The types of the columns of side tables, as both engines write them."""
PATH = "path"
_READ_BY = {"id": "clean_id({})", "text": "clean_text({})", "money": "clean_money({})"}
_READ_BY["integer"] = "try_cast(round(clean_money({})) as bigint)"
_FAULT = {"time": "bad_date", "money": "bad_amount", "integer": "bad_amount", "person": "no_member"}


def type_side(engine: Engine, part: Part, table: str) -> None:
    """Keep the rows of a side file as `table`: its columns, the row, and why it cannot be used, if it cannot."""
    found = part.found
    engine.scan(f"raw_{part.number}", part.raw.scan)
    columns = typed_columns(found)
    melted = found.profile.role == "traffic" and "step" not in found.columns
    both_ways = len(found.signs.get("change", ())) > 1
    numbered = f"side_cells_{part.number}" if melted or both_ways else table
    if melted:
        steps = steps_of(found)
        engine.scan(f"steps_{part.number}", steps.table())
        columns = {name: sql for name, sql in columns.items() if name not in ("step", "count")}
        columns |= {f"n{at}": f"c{at}" for at, _, _ in steps.counted}
    elif found.profile.role == "traffic":
        columns["stock"] = "false"
    if found.profile.role == "units":
        columns[PATH] = path_of(found)
    if both_ways:
        columns["used"] = _READ_BY["integer"].format(_cell(found, found.columns["change"][1]))
    # A column is typed once, and what is wrong with a row is asked of what was read and of its cells.
    typed, fault = f"select {listed(columns)}, * from raw_{part.number}", _fault(found, melted=melted)
    told = f"select {part.number} as file_no, {', '.join(columns)}, {fault} as fault from ({typed}) as typed"
    type_rows(engine, part, numbered, told)
    if melted:
        cells = " ".join(f"when {at} then n{at}" for at, _, _ in steps.counted)
        values = {"cells": cells, "numbered": numbered, "steps": f"steps_{part.number}", "read": _READ_BY["integer"]}
        engine.run(table, SQL["melted"].format(**{**values, "read": values["read"].format("cell")}))
    elif both_ways:
        names = ", ".join(f"n.{name}" for name in (*columns, "fault") if name not in ("change", "kind", "used"))
        engine.run(table, SQL["both_ways"].format(numbered=numbered, names=names))
    if numbered != table:
        engine.drop(numbered)


def typed_columns(found: Recognition) -> dict[str, str]:
    """SQL of every column of the role; NULL where the file has none."""
    return {name: _typed(found, name, kind) for name, kind in SIDES[found.profile.role].columns.items()}


def _typed(found: Recognition, name: str, kind: str) -> str:  # noqa: PLR0911
    at = found.columns.get(name, ())
    if name == "kind" and found.profile.role == "points":
        return _kind(found)
    if name == "coupon" and not at:
        at = found.columns.get("code", ())
    if name == "member_id":
        return found.keys.member({field: places for field, places in found.columns.items() if field in _KEYS})
    if not at:
        return f"cast(null as {TYPES[kind]})"
    if kind == "person":
        return found.keys.referrer(at[0])
    if kind == "staff":
        return found.keys.staff(at[0])
    if kind == "friend":
        cells = [f"person_key(c{place})" for place in at]
        return found.keys.hidden(f"coalesce({', '.join(cells)})" if len(cells) > 1 else cells[0])
    if kind == "time":
        times = [read_time(found, _day_of(found, name, place)) for place in at]
        return f"coalesce({', '.join(times)})" if len(times) > 1 else times[0]
    cells = [_READ_BY[kind].format(_cell(found, place)) for place in at]
    if len(found.signs.get(name, ())) > 1:
        cells[1] += " * 0"
    value = f"coalesce({', '.join(cells)})" if len(cells) > 1 else cells[0]
    if name in found.profile.blank:
        value = f"case when {_says(found, name)} then null else {value} end"
    return value


def _day_of(found: Recognition, name: str, at: int) -> str:
    """The text of a day; where one cell holds both days of a span, its half."""
    for ends in SIDES[found.profile.role].spans:
        if name in ends and len({found.columns.get(end, ())[:1] for end in ends}) == 1:
            half = f"nullif(regexp_extract(c{at}, '^{RANGE}$', {ends.index(name) + 1}), '')"
            return half if name == ends[0] else f"coalesce({half}, c{at})"
    return swapped(found, at)


def _cell(found: Recognition, at: int) -> str:
    """The text of a cell, its decimal sign a point."""
    return f"translate(c{at}, ',.', '.,')" if at in found.commas else f"c{at}"


_KEYS = ("member_id", "union_id", "phone", "email")


def _says(found: Recognition, name: str) -> str:
    """Whether another column of the row says that this one is no such thing: a percentage is no money."""
    header, *words = found.profile.blank[name]
    at = Header(found.header).find(header)
    if not at:
        return "false"
    tests = [f"lower(cell(c{at[0]})) = '{word}'" for word in words]
    return f"coalesce({' or '.join(tests)}, false)"


def _kind(found: Recognition) -> str:
    """What a movement of points is: by its word, else by its sign."""
    change = _READ_BY["integer"].format(f"c{found.columns['change'][0]}") if "change" in found.columns else "null"
    signed = f"case when {change} >= 0 then 'earn' when {change} < 0 then 'use' end"
    if "kind" not in found.columns:
        return signed
    cell = f"lower(cell(c{found.columns['kind'][0]}))"
    kinds = side_words("kind").items()
    said = {kind: " or ".join(f"{cell} like '%{word}%'" for word in words) for kind, words in kinds}
    tests = [f"when {test} then '{kind}'" for kind, test in said.items()]
    return f"case {' '.join(tests)} else {signed} end"


def path_of(found: Recognition) -> str:
    """The path of a unit from the top, its levels parted by a slash; NULL where the file has ids."""
    if PATH in found.columns:
        return f"clean_text(c{found.columns[PATH][0]})"
    if "unit_id" not in found.columns and (levels := levels_of(found)):
        return f"concat_ws('/', {', '.join(f'clean_text(c{at})' for at in levels)})"
    return "cast(null as string)"


def _fault(found: Recognition, *, melted: bool) -> str:
    """Why a row cannot be used: the first needed column that is empty or cannot be read."""
    side = SIDES[found.profile.role]
    tests: list[str] = []
    for name in side.needed:
        if (melted and name in ("step", "count")) or (name == "unit_id" and PATH in found.columns):
            continue
        if name == "unit_id" and "unit_id" not in found.columns:
            tests.append(f"when {PATH} is null then 'incomplete'")
            continue
        at = found.columns.get(name, ())
        if at and side.columns[name] in ("id", "text", "person", "friend", "staff"):
            tests.insert(0, f"when sums_row(c{at[0]}) then 'summary_row'")
        reason = _FAULT.get(side.columns[name], "incomplete")
        tests.append(f"when {name} is null then '{reason}'")
    for first, last in side.spans:
        tests += [
            f"when cell(c{at}) is not null and {name} is null then 'bad_date'"
            for name in (first, last)
            for at in found.columns.get(name, ())[:1]
        ]
        tests.append(f"when cast({last} as date) < cast({first} as date) then 'bad_date'")
    if melted and "date" in found.columns:
        tests.insert(0, f"when sums_row(c{found.columns['date'][0]}) then 'summary_row'")
    return f"case {' '.join(tests)} else cast(null as string) end" if tests else "cast(null as string)"


def notes_of_side(part: Part) -> list[Note]:
    """Which columns of a wide file were read as counts and stocks, and which are no counts."""
    found = part.found
    if found.profile.role != "traffic" or "step" in found.columns:
        return []
    steps, header = steps_of(found), Header(found.header)
    told = {
        "file": part.file,
        "flows": header.titles([at for at, _, stock in steps.counted if not stock]) or "-",
        "stocks": header.titles([at for at, _, stock in steps.counted if stock]) or "-",
        "left": header.titles(steps.left) or "-",
    }
    return [("note.side_counts", told)]
