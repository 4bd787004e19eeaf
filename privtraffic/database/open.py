"""A database in the place of files: what was settled as it lies there, or settled anew for what else is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from privtraffic.database import kept
from privtraffic.database.reading import agreed, read_under
from privtraffic.database.settle import KEPT, assembled, dimensions_of, parts_of, settled_quality
from privtraffic.database.store import Store, StoredFile, attached, opened
from privtraffic.dataset import Dataset, ListRecord
from privtraffic.engine.base import TableRef
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.account.references import refuse_members_apart
from privtraffic.intake.understand.own_profiles import own_profiles
from privtraffic.progress import stage
from privtraffic.quality import QualityReport, refuse_faults
from privtraffic.schema import DIMENSIONS, LINE_DIMENSIONS, SIDES, Optional, those_there
from privtraffic.settings import Settings

SQL = queries(__name__)

_MAGIC = b"DUCK"


def is_database(path: Path | str) -> bool:
    """Whether a file is a DuckDB database, by its first bytes."""
    try:
        # A pipe would be waited for.
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            return file.read(12)[8:] == _MAGIC
    except (OSError, ValueError):
        return False


def holds_orders(path: Path | str) -> bool:
    """Whether there is a database that can answer a question; one in use by another process is there."""
    if not is_database(path):
        return False
    try:
        with opened(Path(path), write=False) as store:
            return bool(store.about.get("quality"))
    except PrivtrafficError:
        return True


def open_database(
    path: Path | str,
    *,
    columns: Iterable[str] = (),
    optional: Optional = (),
    sides: Iterable[str] = (),
    settings: Settings | None = None,
    need_member: bool = True,
    rows: bool = False,
) -> Dataset:
    """The canonical tables of a database; it stays open for reading until the dataset is closed.

    Parameters
    ----------
    columns, optional
        The dimensions of an order line that the question needs, and those it takes where they are.
    sides
        The side tables that the question uses, where they are there.
    rows
        Settle anew, so that the single rows and what became of them can be asked for.

    Raises
    ------
    PrivtrafficError
        Where there is no such database, it holds no orders, or another process writes to it.
    """
    settings = settings or Settings()
    wanted = {*columns, *(name for name, _ in settings.where)}
    for name in sorted(wanted - KEPT):
        option = "--where" if name in dict(settings.where) else "columns"
        raise PrivtrafficError("unknown_dimension", option=option, field=name, value=name, known=", ".join(DIMENSIONS))
    engine = EmbeddedEngine(settings.memory_mb)
    try:
        with own_profiles(settings.profiles):
            data = _tables(engine, Path(path), wanted, optional, settings, rows=rows)
        if need_member and not data.quality.orders:
            raise PrivtrafficError("db_no_purchases", file=path)
        if need_member:
            refuse_members_apart(data.quality)
        if settings.strict:
            refuse_faults(data.quality, str(path))
        return replace(data, side={name: table for name, table in data.side.items() if name in {*sides}})
    except BaseException:
        engine.close()
        raise


def _tables(
    engine: EmbeddedEngine, path: Path, wanted: set[str], optional: Optional, settings: Settings, *, rows: bool
) -> Dataset:
    store = attached(engine, path, write=False)
    files = store.files()
    if not store.about.get("quality"):
        raise PrivtrafficError("db_empty", file=path)
    asked = agreed(store, settings)
    has = dimensions_of(parts_of(store, files))
    missing = sorted(wanted - has)
    if missing:
        option = "--where" if missing[0] in dict(settings.where) else "columns"
        known = ", ".join(sorted(has))
        raise PrivtrafficError("db_dimension", option=option, field=missing[0], value=missing[0], known=known)
    _persons(store)
    make = _anew if rows or _differs(asked, store, files) else _as_stored
    data = make(store, files, asked, wanted | those_there(optional, has))
    return replace(data, database=path, lists=_lists(store))


def _differs(asked: Settings, store: Store, files: list[StoredFile]) -> bool:
    """Whether what was settled is not what is asked for."""
    stored = read_under(store)
    last = max((file.last_time for file in files if file.role == "orders" and file.last_time), default=datetime.min)
    return bool(
        asked.where
        or (asked.as_of and (asked.as_of < last.date() or _has_late_returns(store, files)))
        or asked.currency != stored.currency
        or asked.keep_zero != stored.keep_zero
    )


def _has_late_returns(store: Store, files: list[StoredFile]) -> bool:
    """Whether return documents lie on the last day observed that are of later ones."""
    quality = settled_quality(store, files)
    return bool(quality and any(key == "note.late_returns" for key, _ in quality.notes))


def _as_stored(store: Store, files: list[StoredFile], settings: Settings, wanted: set[str]) -> Dataset:
    engine, parts = store.engine, parts_of(store, files)
    quality = settled_quality(store, files) or QualityReport(())
    by_order = sorted(wanted - {*LINE_DIMENSIONS, "quantity"})
    by_line = sorted(wanted - {"quantity"})
    engine.view("orders", SQL["orders"].format(dimensions="".join(f", {name}" for name in by_order)))
    engine.view("lines", SQL["lines"].format(dimensions="".join(f", {name}" for name in by_line)))
    tables = store.tables()
    for name in ("refunded_orders", "joined", "spend"):
        if name in tables:
            engine.view(name, f"select * from brand.{name}")
    side = {name: engine.view(f"side_{name}", f"select * from brand.{name}") for name in SIDES if name in tables}
    return Dataset(
        engine=engine,
        orders=TableRef(engine, "orders"),
        lines=TableRef(engine, "lines"),
        joined=TableRef(engine, "joined") if "joined" in tables else None,
        spend=TableRef(engine, "spend") if "spend" in tables else None,
        side=side,
        as_of=settings.as_of or quality.last_day or date.today(),
        quality=quality,
        settings=settings,
        parts=parts,
        kept=kept.show(store),
    )


def _anew(store: Store, files: list[StoredFile], settings: Settings, wanted: set[str]) -> Dataset:
    before = settled_quality(store, files)
    identity = before.identity if before else None
    with stage("settle"):
        data = assembled(store, files, replace(settings, identity=None, mask=None), wanted)
    notes = identity.notes() if identity else []
    quality = replace(data.quality, identity=identity, notes=(*data.quality.notes, *notes))
    return replace(data, settings=settings, quality=quality)


def _persons(store: Store) -> None:
    """Make the views of each person's keys, where systems are joined."""
    tables = store.tables()
    if "identity" in tables:
        store.engine.view("identity", "select * from brand.identity")
        pairs = [f"select first_key, key, kind from brand.{name}" for name in tables if name.startswith("keys_")]
        store.engine.view("identity_pairs", " union ".join(pairs))


def _lists(store: Store) -> tuple[ListRecord, ...]:
    found = store.lists()
    if found:
        store.engine.view("list_members", "select list_no, member_id, arm from brand.list_members")
    return found
