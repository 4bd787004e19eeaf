"""Files -> canonical tables: read, recognise, clean, and give account of every row and every cent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from privtraffic.dataset import Dataset
from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.intake.account.notes import notes_of_reading
from privtraffic.intake.account.references import (
    columns_compared,
    notes_of_references,
    references,
    refuse_members_apart,
)
from privtraffic.intake.clean.beyond import with_rows_beyond
from privtraffic.intake.clean.cleaning import Cleaning
from privtraffic.intake.clean.currencies import refuse_other_currencies
from privtraffic.intake.clean.formats import with_forms
from privtraffic.intake.clean.headers import refuse_other_header_beside
from privtraffic.intake.clean.identity import renamed_members, resolve
from privtraffic.intake.clean.ledger import Ledger
from privtraffic.intake.clean.other_files import parse_members, parse_spend
from privtraffic.intake.clean.parse import null_of
from privtraffic.intake.clean.told_again import list_sales, may_tell_again, refuse_told_again
from privtraffic.intake.read.held import Readable, place, places
from privtraffic.intake.side.settle import settle_sides
from privtraffic.intake.understand.gather import Gathered, Given, Part, Stored, gather
from privtraffic.intake.understand.keys import Keys, register_mask
from privtraffic.intake.understand.own_profiles import own_profiles
from privtraffic.intake.understand.profile import Role
from privtraffic.intake.understand.recogniser import Recognition
from privtraffic.progress import stage
from privtraffic.quality import Identity, QualityReport, refuse_faults
from privtraffic.schema import DIMENSIONS, HASHED, MEASURES, MEMBER_COLUMNS, SIDES, SPEND_COLUMNS, Optional, those_there
from privtraffic.settings import Settings

SQL = queries(__name__)


def load(
    paths: Readable | Sequence[Readable],
    *,
    members: Readable | None = None,
    spend: Readable | None = None,
    side_files: Mapping[str, Readable] | None = None,
    columns: Iterable[str] = (),
    sides: Iterable[str] = (),
    optional: Optional = (),
    settings: Settings | None = None,
    engine: Engine | None = None,
    need_member: bool = True,
) -> Dataset:
    """Read exports as the platforms write them.

    Parameters
    ----------
    paths
        Order files, globs or folders; in a folder each file plays the role its headers show.  Or rows in memory: data
        frames of pandas or polars, Arrow tables, relations of DuckDB.
    members, spend
        Files whose role is known.
    side_files
        The same of side tables, by their names in `schema.SIDES`.
    columns
        The dimensions of an order line that the question needs; others are not read.
    sides
        The side tables that the question uses, read where they are there; others are named and not read.
    optional
        Further dimensions that are read where an order file has them; of some in a tuple the first.
    engine
        Where the tables live; DuckDB in this process when None.  It is closed with the dataset.
    need_member
        Refuse exports without a usable member key; `check` goes on without one, and holds the names of the orders
        against those of the files beside them.

    Raises
    ------
    PrivtrafficError
        Where a file cannot be read, is no order export, or holds nothing that can be analysed.
    """
    settings = settings or Settings()
    wheres = {name for name, _ in settings.where}
    wanted = {*columns, *wheres}
    for name in sorted((wanted - {*DIMENSIONS, *MEASURES, *HASHED}) | (wheres & {*HASHED})):
        option = "--where" if name in dict(settings.where) else "columns"
        raise PrivtrafficError("unknown_dimension", option=option, field=name, value=name, known=", ".join(DIMENSIONS))
    if engine is None:
        from privtraffic.engine.embedded import EmbeddedEngine  # noqa: PLC0415

        engine = EmbeddedEngine(settings.memory_mb)
    try:
        with own_profiles(settings.profiles):
            gathered = _gathered(engine, paths, members, spend, side_files, settings, need_member=need_member)
            found = {name for part in gathered.of("orders") for name in part.found.columns}
            try:
                beside = () if need_member else columns_compared({part.role for part in gathered.parts})
                wanted |= those_there((*optional, *beside), found)
                data = assemble(engine, gathered, wanted, settings, need_member=need_member, sides=sides)
                engine.drop("sales")
                if need_member:
                    refuse_members_apart(data.quality)
                return data
            finally:
                # Whatever else was found wrong with a file that somebody writes to, is a consequence.
                gathered.check_unchanged()
    except BaseException:
        engine.close()
        raise


def _gathered(  # noqa: PLR0917
    engine: Engine,
    paths: Readable | Sequence[Readable],
    members: Readable | None,
    spend: Readable | None,
    side_files: Mapping[str, Readable] | None,
    settings: Settings,
    *,
    need_member: bool,
) -> Gathered:
    with stage("open"):
        return gather(
            places(paths),
            _place(members),
            _place(spend),
            settings.mapping,
            engine.workdir,
            need_member=need_member,
            lake=engine.lake,
            keys=Keys(masked=settings.mask is not None, joined=settings.identity is not None),
            rules=settings.rules,
            encoding=settings.encoding or "",
            side_files={role: place(given) for role, given in (side_files or {}).items() if given is not None},
        )


def _place(given: Readable | None) -> Given | None:
    return None if given is None else place(given)


def assemble(
    engine: Engine,
    gathered: Gathered,
    wanted: set[str],
    settings: Settings,
    *,
    need_member: bool,
    sides: Iterable[str] = (),
    ledger: Ledger | None = None,
) -> Dataset:
    """The canonical tables of what was gathered."""
    sides = {*sides}
    gathered, quality = clean(engine, gathered, wanted, settings, need_member=need_member, sides=sides, ledger=ledger)
    if may_tell_again(orders := gathered.of("orders"), settings):
        refuse_told_again(engine, orders)
    return with_tables_beside(engine, gathered.parts, quality, settings, sides)


def clean(
    engine: Engine,
    gathered: Gathered,
    wanted: set[str],
    settings: Settings,
    *,
    need_member: bool,
    sides: set[str],
    ledger: Ledger | None = None,
    identity: Identity | None = None,
) -> tuple[Gathered, QualityReport]:
    """The tables of orders, and their account; gives back the files with what their whole columns say of them.

    `identity` is given where the table of that name stands already.
    """
    unread = {*SIDES} - sides
    seen = (part if part.role in unread else with_rows_beyond(engine, part) for part in gathered.parts)
    written = (part if part.role in unread else _as_written(engine, part, settings) for part in seen)
    gathered = replace(gathered, parts=tuple(written))
    orders = gathered.of("orders")
    names = ", ".join(dict.fromkeys(part.file for part in orders))
    _refuse_missing(wanted, gathered.parts, settings)
    cleaning = Cleaning(engine, settings, wanted, gathered.parts, ledger)
    if settings.mask is not None:
        register_mask(engine, settings.mask)
    known = [part for part in gathered.parts if part.role not in unread]
    if settings.identity and not identity:
        identity = resolve(engine, known, settings.identity)
    with stage("read"):
        facts = cleaning.parse(orders)
    if not facts["row_count"]:
        raise PrivtrafficError("no_rows", files=names)
    if need_member and not facts["with_member"]:
        raise PrivtrafficError("no_usable_member", files=names)
    with stage("clean"):
        unknown = cleaning.judge(orders)
        if may_tell_again(orders, settings):
            list_sales(engine, orders)
        quality = cleaning.account(gathered, unknown)
        refuse_other_currencies(engine, gathered.of("spend"), cleaning.currencies)
        reading = (*notes_of_reading(engine, gathered.parts), *(identity.notes() if identity else ()))
        quality = replace(quality, notes=(*quality.notes, *reading), identity=identity)
    if need_member and not quality.orders:
        dropped = ", ".join(f"{reason} {count:,}" for reason, count in quality.rows_dropped.items())
        raise PrivtrafficError("no_purchases", files=names, rows=f"{quality.rows_read:,}", reasons=dropped)
    if settings.strict:
        refuse_faults(quality, names)
    return gathered, quality


def with_tables_beside(
    engine: Engine,
    parts: Sequence[Part],
    quality: QualityReport,
    settings: Settings,
    sides: Iterable[str],
    *,
    standing: Mapping[str, str] = MappingProxyType({}),
) -> Dataset:
    """The tables beside the orders; those that stand already under another name are taken as they are."""

    def table(role: Role, name: str, parse: Callable[[Recognition, int], str]) -> TableRef | None:
        if name in standing:
            return engine.view(name, f"select * from {standing[name]}")
        return _side_table(engine, name, [part for part in parts if part.role == role], parse)

    joined = table("members", "joined", parse_members)
    spend = table("spend", "spend", parse_spend)
    beside = settle_sides(engine, parts, sides, members=joined is not None)
    # Orders that a question leaves out know names, too.
    met = [] if settings.where else references(engine, {"members": joined, "spend": spend, **beside.tables})
    quality = replace(quality, sides=beside.accounts, notes=(*quality.notes, *beside.notes, *notes_of_references(met)))
    as_of = settings.as_of or quality.last_day or date.today()
    return Dataset(
        engine=engine,
        orders=TableRef(engine, "orders"),
        lines=TableRef(engine, "lines"),
        joined=joined,
        spend=spend,
        as_of=as_of,
        quality=quality,
        settings=settings,
        parts=tuple(parts),
        side=beside.tables,
    )


def _as_written(engine: Engine, part: Part, settings: Settings) -> Part:
    """A file beside the orders with what its whole columns say of how days and amounts are written."""
    return part if part.role == "orders" else replace(part, found=with_forms(engine, part, settings))


def _refuse_missing(wanted: set[str], orders: Sequence[Part], settings: Settings) -> None:
    for name in sorted(wanted - {"quantity"}):
        if not any(name in part.found.columns for part in orders):
            option = "--where" if name in dict(settings.where) else "columns"
            raise PrivtrafficError("dimension_missing", option=option, field=name, value=name)


def scan_side(engine: Engine, part: Part) -> None:
    """Name the text of a member or spend file in the engine."""
    if part.stored:
        return
    engine.scan(f"raw_{part.number}", part.raw.scan)
    refuse_other_header_beside(engine, part)
    if part.found.wide:
        engine.scan(f"heads_{part.number}", part.found.wide.table())


def _side_table(
    engine: Engine, name: str, parts: Sequence[Part], parse: Callable[[Recognition, int], str]
) -> TableRef | None:
    if not parts:
        return None
    for part in parts:
        scan_side(engine, part)
    typed = (_stored(name, part.stored) if part.stored else parse(part.found, part.number) for part in parts)
    rows = " union all ".join(typed)
    if parts[0].role == "members" and parts[0].found.keys.joined:
        rows = renamed_members(rows)
    return engine.run(name, SQL[name].format(rows=rows))


def _stored(name: str, stored: Stored) -> str:
    """Typed rows that lie in a database; what was not read when they were stored is absent."""
    columns = ("file_no", *(("member_id", *MEMBER_COLUMNS) if name == "joined" else SPEND_COLUMNS))
    read = (column if column in stored.columns else f"{null_of(column)} as {column}" for column in columns)
    return f"select {', '.join(read)} from {stored.table}"
