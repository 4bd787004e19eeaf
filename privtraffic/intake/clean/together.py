"""Rows of many small files in few tables: every query would ask each table, and each takes its memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from privtraffic.engine.base import Engine
from privtraffic.intake.understand.gather import Part
from privtraffic.intake.understand.recognition import Recognition

MOST_TABLES, MOST_ROWS = 64, 1_000_000
"""Of more files, as many at a time are put together where they have no more rows than that."""


def parsed_together(
    engine: Engine, orders: Sequence[Part], parse: Callable[[Part], str], united: Callable[..., str]
) -> list[tuple[Part, str]]:
    """The tables of the rows of all files, each with a file that is settled as they are."""
    tables: list[tuple[Part, str]] = []
    for at in range(0, len(orders), MOST_TABLES):
        some = [(part, parse(part)) for part in orders[at : at + MOST_TABLES]]
        small = len(orders) > MOST_TABLES and sum(part.raw.rows for part, _ in some) <= MOST_ROWS
        tables += _together(engine, some, at, united) if small else some
    return tables


def _together(
    engine: Engine, tables: Sequence[tuple[Part, str]], number: int, united: Callable[..., str]
) -> Iterator[tuple[Part, str]]:
    alike: dict[tuple[str, ...], list[tuple[Part, str]]] = {}
    for part, table in tables:
        alike.setdefault(settled_as(part.found), []).append((part, table))
    for at, group in enumerate(alike.values()):
        table = f"together_{number}_{at}"
        engine.run(table, united([name for _, name in group], joined=False))
        yield group[0][0], table
    engine.drop(*(name for part, table in tables for name in (table, f"typed_{part.number}")))


def settled_as(found: Recognition) -> tuple[str, ...]:
    """What files have in common whose orders are settled over all of them; nothing where no money is an order's."""
    return (found.profile.name, *found.order_level) if found.order_level else ()
