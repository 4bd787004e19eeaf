"""Taking in what is new: files are typed into tables of their own, then all batches are settled together.

Rows are written first, under a number that no batch has yet; the batch, its files and the settled tables follow in
one transaction.  A run that is ended anywhere leaves the last good state, and rows without a batch, which the next one
drops.
"""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from privtraffic.database.account import part_of, text_of_part
from privtraffic.database.given import Hashed, hashed
from privtraffic.database.reading import about_of, agreed, remember
from privtraffic.database.settle import KEPT, Changes, Totals, changes, keep, parts_of, settle, settled_quality, totals
from privtraffic.database.store import SQL, Batch, Store, StoredFile, opened
from privtraffic.database.touched import settle_touched
from privtraffic.dataset import ListRecord
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.engine.workdir import Workdir
from privtraffic.intake.account.notes import notes_of_reading
from privtraffic.intake.clean.asked import EARLIEST
from privtraffic.intake.clean.beyond import with_rows_beyond
from privtraffic.intake.clean.cleaning import Cleaning
from privtraffic.intake.clean.columns import parse_beside
from privtraffic.intake.clean.formats import with_forms
from privtraffic.intake.clean.identity import keys_of, names_persons
from privtraffic.intake.clean.join import refuse_beside
from privtraffic.intake.clean.other_files import parse_members, parse_spend
from privtraffic.intake.clean.rows import type_rows
from privtraffic.intake.load import scan_side
from privtraffic.intake.read.held import PathLike, Readable, place
from privtraffic.intake.side.parse import notes_of_side, type_side
from privtraffic.intake.understand.gather import Gathered, Given, Part, everything, gather, place_of
from privtraffic.intake.understand.header import Header
from privtraffic.intake.understand.keys import Keys, register_mask
from privtraffic.intake.understand.own_profiles import own_profiles
from privtraffic.progress import stage
from privtraffic.quality import QualityReport
from privtraffic.schema import SIDES
from privtraffic.settings import Settings, SourceRule, rule_of

State = Literal["new", "known", "skipped"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of a file: `batch` is the one that holds it, `stored` its sheets as they lie there.

    `otherwise` says that it is known, and a rule of today would read it from other columns.
    """

    path: str
    state: State
    batch: int | None = None
    stored: tuple[StoredFile, ...] = ()
    otherwise: bool = False


@dataclass(frozen=True)
class Ingested:
    """What a run took in, and what the database holds now; `batch` is None where nothing was new.

    `last_list` is the contact list that was recorded last, None where none was; `touched` says that only those orders
    were settled that the new files touch.
    """

    path: Path
    batch: Batch | None
    files: tuple[FileOutcome, ...]
    quality: QualityReport | None
    totals: Totals
    changes: Changes
    last_day: date | None
    last_list: ListRecord | None = None
    touched: bool = False


def ingest(
    path: PathLike,
    files: Sequence[Given],
    *,
    members: Readable | None = None,
    spend: Readable | None = None,
    side_files: Mapping[str, Readable] | None = None,
    settings: Settings | None = None,
    version: str = "",
) -> Ingested:
    """Take the files that are new into a database, and settle all it holds.

    A file is known by its bytes, whatever its name; so is what has to be fetched, once it is there.  Rows of orders
    that are there already update them: the more advanced status counts, then the later batch.

    Parameters
    ----------
    path
        The database; made where there is none.
    files
        Files, globs or folders, `-`, tables of SQLite files, queries, rows in memory.
    members, spend, side_files
        Files whose role is known.

    Raises
    ------
    PrivtrafficError
        Where a file cannot be read or another process uses the database; then the database is as it was.
    """
    path = Path(path)
    told: dict[str, Given] = {}
    for role, given in {"members": members, "spend": spend, **(side_files or {})}.items():
        if given is not None and not (isinstance(given, str) and not given):
            told[role] = place(given, 1 + len(files) + len(told))
    with closing(Workdir()) as workdir:
        found = everything([*files, *told.values()])
        with stage("hash"):
            listed = [
                (hashed(at, workdir.path), folder)
                for at, folder in found
                if not (folder and isinstance(at, Path) and _is_own(at, Path(path)))
            ]
        return _take_in(Path(path), listed, _with_roles(settings or Settings(), told), version)


def _take_in(path: Path, listed: Sequence[tuple[Hashed, bool]], settings: Settings, version: str) -> Ingested:
    """Take in those of the files that are new; each with whether a folder brought it."""
    with (
        own_profiles(settings.profiles),
        opened(path, write=True, create=True, memory_mb=settings.memory_mb) as store,
    ):
        before = store.files()
        settings = agreed(store, settings, fresh=not before, masked=True)
        store.drop_rows_except(before)
        known = {file.sha256: file for file in before}
        fresh: dict[str, Hashed] = {}
        for file, _ in listed:
            if file.sha256 not in known:
                fresh.setdefault(file.sha256, file)
        if not fresh:
            return _nothing_new(store, before, listed, settings)
        loose = {file.place for file, folder in listed if folder and isinstance(file.place, Path)}
        gathered = _gathered(store, before, [file.place for file in fresh.values()], loose, settings)
        number = store.next_batch()
        if not gathered.parts:
            return _nothing_new(store, before, listed, settings)
        stored = _read(store, gathered, settings, number, [file for file, _ in listed])
        for file, _ in listed:
            file.stamp.check()
        with stage("settle"):
            settled = settle_touched(store, before, stored, settings)
            # The first batch is settled under what the database will keep, as every later one is.
            store.about |= about_of(settings)
            settled = settled or settle(store, [*before, *stored], settings)
            changed = changes(store, settled) if settled else Changes()
        with store.engine.transaction():
            store.add_batch(number, version, stored)
            remember(store, settings)
            keep(store, settled)
        standing = [*before, *stored]
        return Ingested(
            path=path,
            batch=store.batches()[-1],
            files=tuple(_outcome(file, standing, number, settings) for file, _ in listed),
            quality=settled.data.quality if settled else None,
            totals=totals(store),
            changes=changed,
            last_day=settled.data.quality.last_day if settled else None,
            last_list=next(reversed(store.lists()), None),
            touched=settled is not None and settled.touched is not None,
        )


def _with_roles(settings: Settings, told: Mapping[str, Given]) -> Settings:
    """The files whose role is told by an option, as rules that come first."""
    places = {role: place_of(given) for role, given in told.items()}
    names = {role: str(at.resolve() if isinstance(at, Path) else at) for role, at in places.items()}
    rules = [SourceRule(glob.escape(name), role) for role, name in names.items()]
    return replace(settings, rules=(*rules, *settings.rules))


def _is_own(file: Path, database: Path) -> bool:
    """What privtraffic itself puts into a folder."""
    return file.suffix in (".duckdb", ".wal", ".toml") or (database.exists() and file.samefile(database))


def _gathered(
    store: Store,
    before: Sequence[StoredFile],
    taken: Sequence[Given],
    from_folder: set[Path],
    settings: Settings,
) -> Gathered:
    """The new files, understood, and numbered after those that are there."""
    keys = Keys(masked=settings.mask is not None, joined=settings.identity is not None)
    with stage("open"):
        found = gather(
            taken,
            None,
            None,
            settings.mapping,
            store.engine.workdir,
            need_member=False,
            keys=keys,
            rules=settings.rules,
            known=[part.found for part in parts_of(store, before)],
            from_folder=from_folder,
            encoding=settings.encoding or "",
        )
    first = store.next_file()
    return replace(found, parts=tuple(replace(part, number=first + part.number) for part in found.parts))


def _read(
    store: Store, gathered: Gathered, settings: Settings, number: int, listed: Sequence[Hashed]
) -> list[StoredFile]:
    """Type the rows of every file into a table of its own."""
    if settings.mask is not None:
        register_mask(store.engine, settings.mask)
    cleaning = Cleaning(store.engine, settings, KEPT)
    stored = []
    for part in gathered.parts:
        with stage("read", file=part.file):
            table = f"brand.rows_{part.number}"
            part = _type(store.engine, part, table, cleaning, settings)  # noqa: PLW2901
            if part.found.keys.joined and names_persons(part):
                store.engine.run(f"brand.keys_{part.number}", keys_of(store.engine, part))
                store.engine.drop(f"identity_cells_{part.number}")
            columns = tuple(store.engine.fetch(f"select * from {table} limit 0").schema.names)
            notes = tuple(notes_of_reading(store.engine, [part]))
            facts = facts_of(store.engine, part, table)
            file = next(file for file in listed if file.holds(part.source))
            stored.append(
                StoredFile(
                    file_no=part.number,
                    batch_no=number,
                    path=file.path,
                    sheet=part.source.sheet,
                    role=part.role,
                    profile=part.found.profile.name,
                    sha256=file.sha256,
                    bytes=file.stamp.size,
                    understood=text_of_part(part, columns, notes),
                    **facts,
                )
            )
    return stored


def _type(engine: EmbeddedEngine, part: Part, table: str, cleaning: Cleaning, settings: Settings) -> Part:
    """Type the rows of a file into a table; gives back the file with what its values said."""
    part = with_rows_beyond(engine, part)
    if part.role == "orders":
        return cleaning.store(part, table)
    part = replace(part, found=with_forms(engine, part, settings))
    if part.role in SIDES:
        rows = f"side_rows_{part.number}"
        type_side(engine, part, rows)
        engine.run(table, f"select * from {rows}")
        engine.drop(rows)
        return replace(part, found=replace(part.found, notes=(*part.found.notes, *notes_of_side(part))))
    scan_side(engine, part)
    if part.role == "members":
        engine.run(table, parse_members(part.found, part.number))
    elif part.role == "spend":
        engine.run(table, parse_spend(part.found, part.number))
    else:
        refuse_beside(engine, part)
        type_rows(engine, part, table, parse_beside(part.found, part.number), numbered=False)
    return part


def facts_of(engine: EmbeddedEngine, part: Part, table: str) -> dict[str, Any]:
    """What the record of a file says of its rows."""
    if part.role in SIDES:
        days = [name for name, kind in SIDES[part.role].columns.items() if kind == "time"]
        first, last = (f"{end}({days[0]})" if days else "cast(null as timestamp)" for end in ("min", "max"))
        sql = SQL["facts_side"].format(table=table, first=first, last=last)
        return {**_row(engine, sql), "row_count": part.raw.rows}
    kind: str = part.role if part.role in ("orders", "members", "spend") else "beside"
    if "paid_amount" in part.found.order_level:
        kind = "whole_orders"
    bounds = {"earliest": EARLIEST, "latest": datetime.combine(date.today() + timedelta(days=366), datetime.min.time())}
    return _row(engine, SQL[f"facts_{kind}"].format(table=table), **bounds)


def _row(engine: EmbeddedEngine, sql: str, **bounds: object) -> dict[str, Any]:
    row: dict[str, Any] = engine.fetch(sql, **bounds).to_pylist()[0]
    return row


def _outcome(file: Hashed, standing: Sequence[StoredFile], number: int, settings: Settings) -> FileOutcome:
    stored = tuple(other for other in standing if other.sha256 == file.sha256)
    if not stored:
        return FileOutcome(str(file.place), "skipped")
    new = stored[0].batch_no == number and stored[0].path == file.path
    mapping = rule_of(file.place, settings.rules).mapping
    found = [part_of(sheet, Keys()).found for sheet in stored]
    otherwise = any(
        not any(Header((sheet.mapping.get(name, ""),)).knows(header) for sheet in found) for name, header in mapping
    )
    return FileOutcome(str(file.place), "new" if new else "known", stored[0].batch_no, stored, otherwise and not new)


def _nothing_new(
    store: Store, before: Sequence[StoredFile], listed: Sequence[tuple[Hashed, bool]], settings: Settings
) -> Ingested:
    quality = settled_quality(store, before)
    return Ingested(
        path=store.path,
        batch=None,
        files=tuple(_outcome(file, before, -1, settings) for file, _ in listed),
        quality=quality,
        totals=totals(store),
        changes=Changes(),
        last_day=quality.last_day if quality else None,
        last_list=next(reversed(store.lists()), None),
    )
