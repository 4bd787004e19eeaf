"""Taking in what is new: files are typed into tables of their own, then all batches are settled together.

Rows are written first, under a number that no batch has yet; the batch, its files and the settled tables follow in
one transaction.  A run that is ended anywhere leaves the last good state, and rows without a batch, which the next one
drops.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from privtraffic.database.account import part_of, text_of_part
from privtraffic.database.reading import about_of, agreed, remember
from privtraffic.database.settle import KEPT, Changes, Totals, changes, keep, parts_of, settle, settled_quality, totals
from privtraffic.database.store import SQL, Batch, Store, StoredFile, opened
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.account.notes import notes_of_reading
from privtraffic.intake.clean.asked import EARLIEST
from privtraffic.intake.clean.beyond import with_rows_beyond
from privtraffic.intake.clean.cleaning import Cleaning
from privtraffic.intake.clean.columns import parse_beside, parse_members, parse_spend
from privtraffic.intake.clean.forms import with_forms
from privtraffic.intake.clean.identity import keys_of, names_persons
from privtraffic.intake.clean.join import refuse_beside
from privtraffic.intake.clean.rows import type_rows
from privtraffic.intake.load import scan_side
from privtraffic.intake.read.held import PathLike
from privtraffic.intake.read.source import Stamp
from privtraffic.intake.side.parse import notes_of_side, type_side
from privtraffic.intake.understand.gather import Gathered, Part, expand, gather
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
    """What a run took in, and what the database holds now; `batch` is None where nothing was new."""

    path: Path
    batch: Batch | None
    files: tuple[FileOutcome, ...]
    quality: QualityReport | None
    totals: Totals
    changes: Changes
    last_day: date | None


def ingest(
    path: PathLike,
    files: Sequence[PathLike],
    *,
    members: PathLike | None = None,
    spend: PathLike | None = None,
    side_files: Mapping[str, PathLike] | None = None,
    settings: Settings | None = None,
    version: str = "",
) -> Ingested:
    """Take the files that are new into a database, and settle all it holds.

    A file is known by its bytes, whatever its name.  Rows of orders that are there already update them: the more
    advanced status counts, then the later batch.

    Parameters
    ----------
    path
        The database; made where there is none.
    files
        Files, globs or folders.
    members, spend, side_files
        Files whose role is known.

    Raises
    ------
    PrivtrafficError
        Where a file cannot be read or another process uses the database; then the database is as it was.
    """
    path = Path(path)
    told = {"members": members, "spend": spend, **(side_files or {})}
    settings = _with_roles(settings or Settings(), told)
    given = [*files, *(name for name in told.values() if name)]
    listed = [(file, folder) for file, folder in expand(given) if not (folder and _is_own(file, path))]
    with stage("hash"):
        stamps = [Stamp.of(file) for file, _ in listed]
        hashes = {file: _hash(file) for file, _ in listed}
    with (
        own_profiles(settings.profiles),
        opened(path, write=True, create=True, memory_mb=settings.memory_mb) as store,
    ):
        before = store.files()
        settings = agreed(store, settings, fresh=not before, masked=True)
        store.drop_rows_except(before)
        known = {file.sha256: file for file in before}
        fresh: dict[str, Path] = {}
        for file, _ in listed:
            if hashes[file] not in known:
                fresh.setdefault(hashes[file], file)
        taken = list(fresh.values())
        if not taken:
            return _nothing_new(store, before, [(file, hashes[file]) for file, _ in listed], settings)
        loose = {file for file, folder in listed if folder}
        gathered = _gathered(store, before, taken, loose, settings)
        number = store.next_batch()
        if not gathered.parts:
            return _nothing_new(store, before, [(file, hashes[file]) for file, _ in listed], settings)
        stored = _read(store, gathered, settings, number, hashes)
        for stamp in stamps:
            stamp.check()
        with stage("settle"):
            # The first batch is settled under what the database will keep, as every later one is.
            store.about |= about_of(settings)
            data = settle(store, [*before, *stored], settings)
            changed = changes(store) if data else Changes()
        with store.engine.transaction():
            store.add_batch(number, version, stored)
            remember(store, settings)
            keep(store, data)
        standing = [*before, *stored]
        return Ingested(
            path=path,
            batch=store.batches()[-1],
            files=tuple(_outcome(file, hashes[file], standing, number, settings) for file, _ in listed),
            quality=data.quality if data else None,
            totals=totals(store),
            changes=changed,
            last_day=data.quality.last_day if data else None,
        )


def _with_roles(settings: Settings, told: Mapping[str, PathLike | None]) -> Settings:
    """The files whose role is told by an option, as rules that come first."""
    rules = [SourceRule(glob.escape(str(Path(name).resolve())), role) for role, name in told.items() if name]
    return replace(settings, rules=(*rules, *settings.rules))


def _is_own(file: Path, database: Path) -> bool:
    """What privtraffic itself puts into a folder."""
    return file.suffix in (".duckdb", ".wal", ".toml") or (database.exists() and file.samefile(database))


def _hash(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise PrivtrafficError("unreadable", file=str(file), detail=error.strerror or type(error).__name__) from None


def _gathered(
    store: Store,
    before: Sequence[StoredFile],
    taken: Sequence[Path],
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
    store: Store, gathered: Gathered, settings: Settings, number: int, hashes: dict[Path, str]
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
            file = Path(str(part.source.path))
            stored.append(
                StoredFile(
                    file_no=part.number,
                    batch_no=number,
                    path=str(file),
                    sheet=part.source.sheet,
                    role=part.role,
                    profile=part.found.profile.name,
                    sha256=hashes[file],
                    bytes=file.stat().st_size,
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
        type_side(engine, part, table)
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


def _outcome(file: Path, sha256: str, standing: Sequence[StoredFile], number: int, settings: Settings) -> FileOutcome:
    stored = tuple(other for other in standing if other.sha256 == sha256)
    if not stored:
        return FileOutcome(str(file), "skipped")
    new = stored[0].batch_no == number and stored[0].path == str(file)
    mapping = rule_of(file, settings.rules).mapping
    found = [part_of(sheet, Keys()).found for sheet in stored]
    otherwise = any(
        not any(Header((sheet.mapping.get(name, ""),)).knows(header) for sheet in found) for name, header in mapping
    )
    return FileOutcome(str(file), "new" if new else "known", stored[0].batch_no, stored, otherwise and not new)


def _nothing_new(
    store: Store, before: Sequence[StoredFile], listed: Sequence[tuple[Path, str]], settings: Settings
) -> Ingested:
    quality = settled_quality(store, before)
    return Ingested(
        path=store.path,
        batch=None,
        files=tuple(_outcome(file, sha256, before, -1, settings) for file, sha256 in listed),
        quality=quality,
        totals=totals(store),
        changes=Changes(),
        last_day=quality.last_day if quality else None,
    )
