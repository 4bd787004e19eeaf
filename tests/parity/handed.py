"""Small shops on both engines, read once: that Spark reads alike is tried in test_intake, test_sides and the house.

A load asks Spark some forty queries of a tenth of a second each, more than most analyses of a few rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine, TableRef
from privtraffic.intake.load import load
from tests.parity.house import Start


def on_each(engines: Mapping[str, Start], *paths: Any, **how: Any) -> Iterator[Dataset]:
    """The data as the first engine reads them, then the same on each other one; closed when the next is asked for."""
    first, *others = engines.values()
    with load(paths, engine=first(), **how) as data:
        yield data
        for start in others:
            with handed(data, start()) as same:
                yield same


def handed(data: Dataset, engine: Engine) -> Dataset:
    """The canonical tables in another engine, which has read no file."""

    def there(table: TableRef) -> TableRef:
        return engine.scan(table.name, table.engine.fetch(f"select * from {table.name}"))

    there(TableRef(data.engine, "refunded_orders"))
    return replace(
        data,
        engine=engine,
        orders=there(data.orders),
        lines=there(data.lines),
        joined=data.joined and there(data.joined),
        spend=data.spend and there(data.spend),
        side={name: there(table) for name, table in data.side.items()},
        # It asks for itself which columns they have.
        _columns={},
    )
