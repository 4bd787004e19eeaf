"""From the stored rows of all batches to orders, by the same queries as from files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from privtraffic.database import kept
from privtraffic.database.account import part_of, quality_of_text, text_of_quality, text_of_sums
from privtraffic.database.definition import definition_of
from privtraffic.database.store import Store, StoredFile
from privtraffic.dataset import Dataset
from privtraffic.engine.sql import queries
from privtraffic.intake.clean.ledger import Ledger, Rows
from privtraffic.intake.clean.told_again import may_tell_again
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
ORDERS = ("orders", "lines", "refunded_orders", "refund_only_members")
"""What is always settled of the rows of orders, and of files that complete them."""
TABLES = (*ORDERS, "sales", "joined", "spend", "identity", *kept.MADE)


@dataclass(frozen=True)
class Touched:
    """Where only some orders were settled: the tables of them as they were, with the `place` of each row in that of all
    orders, and as they are now.  `members` is the table of whose they are and since when, where what is
    kept stands else."""

    was: Mapping[str, str]
    now: Mapping[str, str]
    members: str = ""


@dataclass(frozen=True)
class Settled:
    """What was settled, with the sums over all rows, and by what definition.

    `tables` are those that were settled of the rows of orders, `standing` those that stay as they lie there.
    """

    data: Dataset
    tables: Collection[str]
    sums: Mapping[str, Rows]
    definition: str
    touched: Touched | None = None
    standing: Collection[str] = ()


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


def settled_of(parts: Iterable[Part], settings: Settings) -> tuple[str, ...]:
    """The tables that are settled of the rows of orders, and of files that complete them."""
    orders = [part for part in parts if part.role == "orders"]
    return (*ORDERS, "sales") if may_tell_again(orders, settings) else ORDERS


def dimensions_of(parts: Sequence[Part]) -> set[str]:
    """The dimensions that an order line of these files may have."""
    found = {name for part in parts if part.role in ("orders", "items", "people") for name in part.found.columns}
    return (found & KEPT) | {"quantity"}


def assembled(
    store: Store, files: Sequence[StoredFile], settings: Settings, wanted: set[str], ledger: Ledger | None = None
) -> Dataset:
    """The canonical tables, settled anew from the stored rows."""
    gathered = Gathered(parts_of(store, files), ())
    # Which files were read under which rule is decided; what decides about rows is asked anew.
    settings = replace(settings, mapping=(), rules=(), tz=None)
    return assemble(store.engine, gathered, wanted, settings, need_member=False, sides=SIDES, ledger=ledger)


def settle(store: Store, files: Sequence[StoredFile], settings: Settings) -> Settled | None:
    """All rows settled, with all their dimensions; None where no order file is left."""
    if not any(file.role == "orders" for file in files):
        return None
    parts, ledger = parts_of(store, files), Ledger()
    data = assembled(store, files, as_kept(settings), dimensions_of(parts), ledger)
    kept.make(store)
    return Settled(data, settled_of(parts, settings), ledger.all, definition_of(parts))


def as_kept(settings: Settings) -> Settings:
    """The settings under which a database keeps its orders: all days, all rows, and the files as they were read."""
    return replace(settings, as_of=None, window_days=None, where=(), mapping=(), rules=(), tz=None)


def keep(store: Store, settled: Settled | None) -> None:
    """Write what was settled; to be called within a transaction."""
    with stage("keep"):
        made: dict[str, str] = {}
        if settled:
            data = settled.data
            made |= {name: name for name in settled.tables} | kept.MADE
            made |= {
                name: name for name, table in (("joined", data.joined), ("spend", data.spend)) if table is not None
            }
            made |= {"identity": "identity"} if data.quality.identity else {}
            made |= {name: table.name for name, table in data.side.items()}
            if settled.touched:
                _put_in_place(store, settled.touched)
        for name in (*TABLES, *SIDES):
            if settled and name in settled.standing:
                continue
            if name in made:
                store.engine.run(f"brand.{name}", f"select * from {made[name]}")
            else:
                store.engine.drop(f"brand.{name}")
        quality = text_of_quality(settled.data.quality) if settled else ""
        sums = text_of_sums(settled.definition, settled.sums) if settled else ""
        store.write_about(quality=quality, sums=sums, kept=kept.mark(quality, sums))


def _put_in_place(store: Store, touched: Touched) -> None:
    """The touched orders as they are now, for those that were there."""
    for name, was in touched.was.items():
        store.engine.change(SQL["gone"].format(table=name, was=was))
        store.engine.change(SQL["come"].format(table=name, now=touched.now[name]))
    if touched.members:
        kept.renew(store, touched.members)


def settled_quality(store: Store, files: Sequence[StoredFile]) -> QualityReport | None:
    """The account of all that a database holds; None where nothing was settled."""
    text = store.about.get("quality")
    return quality_of_text(text, parts_of(store, files)) if text else None


def changes(store: Store, settled: Settled) -> Changes:
    """What became of the orders that were settled before; to be asked before `keep`."""
    if "orders" not in store.tables():
        return Changes(added=store.engine.fetch("select count(*) as n from orders")["n"][0].as_py())
    touched = settled.touched
    tables = {"was": touched.was["orders"], "now": touched.now["orders"]} if touched else {}
    return Changes(
        **store.engine.fetch(SQL["changes"].format(**{"was": "brand.orders", "now": "orders"} | tables)).to_pylist()[0]
    )


def totals(store: Store) -> Totals:
    """The members, orders and revenue that were kept."""
    if "orders" not in store.tables():
        return Totals()
    members = SQL["members_kept" if kept.stand(store) else "members"]
    return Totals(**store.engine.fetch(SQL["totals"].format(members=members)).to_pylist()[0])
