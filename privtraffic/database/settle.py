"""From the stored rows of all batches to orders, by the same queries as from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from privtraffic.database.account import part_of, quality_of_text, text_of_quality
from privtraffic.database.store import Store, StoredFile
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.intake.load import assemble
from privtraffic.intake.understand.gather import Gathered, Part
from privtraffic.intake.understand.keys import Keys
from privtraffic.progress import stage
from privtraffic.quality import QualityReport
from privtraffic.schema import DIMENSIONS, SIDES
from privtraffic.settings import Settings

SQL = queries(__name__)

KEPT = {*DIMENSIONS, "margin", "quantity"}
"""What is kept of an order line beside what every question needs."""
TABLES = ("orders", "lines", "refunded_orders", "joined", "spend", "identity")


@dataclass(frozen=True)
class Totals:
    """What a database holds once all is settled, members being those with a purchase."""

    members: int = 0
    orders: int = 0
    revenue: Decimal = Decimal(0)


@dataclass(frozen=True)
class Changes:
    """Orders that came, went (cancelled, refunded) and got another amount or time."""

    added: int = 0
    gone: int = 0
    changed: int = 0


def parts_of(store: Store, files: Sequence[StoredFile]) -> tuple[Part, ...]:
    keys = Keys(masked=bool(store.about.get("mask")), joined=bool(store.about.get("identity")))
    return tuple(_standing(store, part_of(file, keys)) for file in files)


def _standing(store: Store, part: Part) -> Part:
    if not store.instead or part.stored is None:
        return part
    table, keys = (store.instead.get(name, name) for name in (part.stored.table, part.stored.keys))
    return replace(part, stored=replace(part.stored, table=table, keys=keys))


def dimensions_of(parts: Sequence[Part]) -> set[str]:
    """The dimensions that an order line of these files may have."""
    found = {name for part in parts if part.role in ("orders", "items", "people") for name in part.found.columns}
    return (found & KEPT) | {"quantity"}


def assembled(store: Store, files: Sequence[StoredFile], settings: Settings, wanted: set[str]) -> Dataset:
    """The canonical tables, settled anew from the stored rows."""
    gathered = Gathered(parts_of(store, files), ())
    # Which files were read under which rule is decided; what decides about rows is asked anew.
    settings = replace(settings, mapping=(), rules=(), tz=None)
    return assemble(store.engine, gathered, wanted, settings, need_member=False, sides=SIDES)


def settle(store: Store, files: Sequence[StoredFile], settings: Settings) -> Dataset | None:
    """The canonical tables with all their dimensions; None where no order file is left."""
    if not any(file.role == "orders" for file in files):
        return None
    wanted = dimensions_of(parts_of(store, files))
    return assembled(store, files, replace(settings, as_of=None, window_days=None, where=()), wanted)


def keep(store: Store, data: Dataset | None) -> None:
    """Write what was settled; to be called within a transaction."""
    with stage("keep"):
        made = {"orders", "lines", "refunded_orders"} if data else set()
        if data is not None:
            made |= {name for name, table in (("joined", data.joined), ("spend", data.spend)) if table is not None}
            made |= {"identity"} if data.quality.identity else set()
        for name in TABLES:
            if name in made:
                store.engine.run(f"brand.{name}", f"select * from {name}")
            else:
                store.engine.drop(f"brand.{name}")
        for name in SIDES:
            if data is not None and name in data.side:
                store.engine.run(f"brand.{name}", f"select * from {data.side[name].name}")
            else:
                store.engine.drop(f"brand.{name}")
        store.write_about(quality=text_of_quality(data.quality) if data else "")


def settled_quality(store: Store, files: Sequence[StoredFile]) -> QualityReport | None:
    """The account of all that a database holds; None where nothing was settled."""
    text = store.about.get("quality")
    return quality_of_text(text, parts_of(store, files)) if text else None


def changes(store: Store) -> Changes:
    """What became of the orders that were settled before; to be asked before `keep`."""
    if "orders" not in store.tables():
        return Changes(added=store.engine.fetch("select count(*) as n from orders")["n"][0].as_py())
    return Changes(**store.engine.fetch(SQL["changes"]).to_pylist()[0])


def totals(store: Store) -> Totals:
    """What was kept."""
    if "orders" not in store.tables():
        return Totals()
    return Totals(**store.engine.fetch(SQL["totals"]).to_pylist()[0])
