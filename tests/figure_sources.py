"""Which queries a figure rests on: `python tests/figure_sources.py [COMMAND …]` writes privtraffic/api/sources.toml.

Every query of a command is taken in turn, the rows that it gives are changed (its numbers, its first row, a third of
its rows), and the figures of the report that change with them rest on it.  What `explain` shows is what was found so.
"""

from __future__ import annotations

import json
import math
import sys
import tomllib
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

import privtraffic as pt
from privtraffic.analyses.catalog import OWN, room
from privtraffic.api.sources import every_query, query_of
from privtraffic.dataset import Dataset
from privtraffic.engine.recorded import Ran, recorded
from privtraffic.report.values import known
from privtraffic.report.words import Words

FILE = Path(pt.__file__).parent / "api" / "sources.toml"
HEAD = (
    "# Written by tests/figure_sources.py: the queries on which a figure rests, found by changing the rows they give.\n"
)


@cache
def place_of(sql: str) -> str:
    """The query that a text is, the longest one that it holds; empty for what is on no file."""
    found = query_of(sql, every_query().values())
    return found.place if found else ""


def figures(analysis: Any, data: Dataset, params: Any, ran: list[Ran], change: Any = None) -> dict[str, Any]:
    asked = replace(data, engine=recorded(data.engine, ran, change))
    with analysis.compute(asked, params) as result:
        return {figure.key: known(figure.value) for figure in analysis.present(result, Words("en")).figures}


def raised(rows: pa.Table) -> pa.Table:
    """Other numbers, of every column its own, so that no difference of two stays."""
    for at, column in enumerate(rows.schema):
        cells, kind, more = rows[column.name], column.type, 2 * at + 1
        if pa.types.is_integer(kind):
            cells = pc.add(cells, pa.scalar(more, kind))
        elif pa.types.is_floating(kind):
            cells = pc.multiply(cells, pa.scalar(1 + more / 100, kind))
        elif pa.types.is_decimal(kind):
            cells = pa.array([None if cell is None else cell + Decimal(more) for cell in cells.to_pylist()], kind)
        rows = rows.set_column(at, column, cells)
    return rows


def without_first(rows: pa.Table) -> pa.Table:
    return rows.slice(1) if rows.num_rows > 1 else rows


def two_thirds(rows: pa.Table) -> pa.Table:
    return rows.slice(0, max(1, rows.num_rows * 2 // 3))


def last_two_thirds(rows: pa.Table) -> pa.Table:
    return rows.slice(rows.num_rows // 3)


def filled(rows: pa.Table) -> pa.Table:
    """Rows where there are none."""

    def value(kind: pa.DataType, at: int) -> Any:
        if pa.types.is_boolean(kind):
            return at == 1
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            return 3
        return Decimal(3) if pa.types.is_decimal(kind) else None

    if rows.num_rows:
        return rows
    return pa.Table.from_pylist([{c.name: value(c.type, at) for c in rows.schema} for at in (0, 1)], rows.schema)


CHANGES: Sequence[Callable[[pa.Table], pa.Table]] = (raised, without_first, two_thirds, last_two_thirds, filled)


def found(command: str, data: Dataset, **options: Any) -> dict[str, list[str]]:
    """Figure -> the queries on which it rests, in the order in which they run."""
    analysis, ran = room(command), list[Ran]()
    params = analysis.Params(**options)
    plain = figures(analysis, data, params, ran)
    rests: dict[str, list[str]] = {}
    places = dict.fromkeys(place_of(one.sql) for one in ran if not one.into)
    for place in places:
        # What an overview takes over from others is theirs.
        for change in CHANGES if place.startswith(f"{command}/" if analysis.overview else "") and place else ():
            # Rows that cannot be stop the command, and tell nothing.
            with suppress(Exception):
                now = figures(analysis, data, params, [], lambda sql, rows: _changed(sql, rows, place, change))  # noqa: B023
                for key in plain:
                    if not same(now.get(key), plain[key]) and place not in rests.setdefault(key, []):
                        rests[key].append(place)
    return {key: places for key, places in sorted(rests.items()) if places}


def _changed(sql: str, rows: pa.Table, place: str, change: Callable[[pa.Table], pa.Table]) -> pa.Table:
    return change(rows) if place_of(sql) == place else rows


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float | Decimal) and isinstance(other, float | Decimal):
        return math.isclose(one, other, rel_tol=1e-12)
    return bool(one == other)


def write(told: dict[str, dict[str, list[str]]]) -> None:
    lines = [HEAD.strip()]
    for command in (name for name in OWN if told.get(name)):
        lines += ["", f"[{command}]"]
        lines += [
            f"{key} = [{', '.join(json.dumps(place) for place in places)}]" for key, places in told[command].items()
        ]
    FILE.write_text("\n".join(lines) + "\n", "utf-8")


def main(commands: Sequence[str]) -> None:
    told = tomllib.loads(FILE.read_text("utf-8"))
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pt.demo.write_demo(Path(folder) / "shop", members=700, seed=3)
        with pt.load(Path(folder) / "shop") as data:
            for command in commands or [name for name in OWN if not room(name).personal]:
                told[command] = found(command, data)
                write(told)
                print(command, len(told[command]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
