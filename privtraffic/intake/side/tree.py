"""The units of an organisation as one tree, or the rows that make it none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privtraffic.errors import PrivtrafficError
from privtraffic.intake.understand.gather import Part

Row = Mapping[str, Any]


def tree_of(rows: Sequence[Row], parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The units, each once, with the id of what they belong to; of paths every level is a unit.

    Raises
    ------
    PrivtrafficError
        For a unit under two parents, under one that is not there, above itself, or with two names; it names the rows.
    """
    places = {part.number: part for part in parts}
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        for unit in _units(row):
            _add(found, unit, places)
    for unit in found.values():
        if unit["parent_id"] and unit["parent_id"] not in found:
            raise PrivtrafficError(
                "unit_orphan", place=_place(unit, places), unit=unit["unit_id"], parent=unit["parent_id"]
            )
    _refuse_cycle(found, places)
    return [found[key] for key in sorted(found)]


def _units(row: Row) -> list[dict[str, Any]]:
    """The unit of a row; of a path also what stands above it."""
    if row["unit_id"] or not row["path"]:
        return [dict(row)]
    names = [name.strip() for name in row["path"].replace("\\", "/").split("/") if name.strip()]
    units: list[dict[str, Any]] = []
    for depth, name in enumerate(names, 1):
        unit: dict[str, Any] = dict.fromkeys(row)
        unit |= {"file_no": row["file_no"], "row_no": row["row_no"], "unit": name, "level": str(depth)}
        unit |= {"unit_id": "/".join(names[:depth]), "parent_id": "/".join(names[: depth - 1]) or None}
        if depth == len(names):
            unit |= {name: row[name] for name in ("opened_at", "closed_at", "capacity")}
        units.append(unit)
    return units


def _add(found: dict[str, dict[str, Any]], unit: dict[str, Any], places: Mapping[int, Part]) -> None:
    """Another row of a unit: a later file corrects it, and within one file it must say the same."""
    before = found.get(unit["unit_id"])
    if before is not None and before["file_no"] == unit["file_no"]:
        for key, column in (("unit_two_parents", "parent_id"), ("unit_two_names", "unit")):
            if before[column] != unit[column]:
                raise PrivtrafficError(
                    key,
                    unit=unit["unit_id"],
                    first=before[column] or "-",
                    first_place=_place(before, places),
                    second=unit[column] or "-",
                    second_place=_place(unit, places),
                )
        # A level of a path is told by every path below it; only its own row knows more of it.
        unit = {**unit, **{name: value for name, value in before.items() if value is not None}}
    elif before is not None:
        unit = {**before, **{name: value for name, value in unit.items() if value is not None}}
    found[unit["unit_id"]] = unit


def _refuse_cycle(found: Mapping[str, dict[str, Any]], places: Mapping[int, Part]) -> None:
    sound: set[str] = set()
    for start in found:
        way: list[str] = []
        at: str | None = start
        while at and at not in sound:
            if at in way:
                ring = way[way.index(at) :]
                told = ", ".join(f"{key} ({_place(found[key], places)})" for key in ring)
                raise PrivtrafficError("unit_cycle", units=told)
            way.append(at)
            at = found[at]["parent_id"]
        sound.update(way)


def _place(unit: Row, places: Mapping[int, Part]) -> str:
    part = places[unit["file_no"]]
    return f"{part.file}:{part.row_number(unit['row_no'])}"
