"""Reading in Python: files, folders, data frames, queries and databases become one `Dataset`."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privtraffic.analyses.check.present import notes
from privtraffic.counted import in_number
from privtraffic.database import Ingested, is_database
from privtraffic.database import ingest as take_in
from privtraffic.database import open_database as open_file
from privtraffic.dataset import Dataset
from privtraffic.errors import DroppedRowsWarning, PrivtrafficError, ReadingWarning, in_python
from privtraffic.intake.load import load as read
from privtraffic.intake.read.fetched import Fetchable
from privtraffic.intake.read.held import PathLike, Readable, places, query
from privtraffic.intake.read.server import queries
from privtraffic.parameters import settled
from privtraffic.report.words import Words
from privtraffic.schema import DIMENSIONS, FAULTS, MEASURES, SIDES, Optional
from privtraffic.settings import Settings, Typed

if TYPE_CHECKING:
    from typing import Unpack

    from privtraffic.engine.base import Engine

EVERYTHING = (*DIMENSIONS, *MEASURES)
"""All columns of an order line that any analysis may ask for."""

DOUBTS = ("note.unknown_status", "note.skipped")
"""The notes of reading that are warnings in Python."""


@in_python
def load(
    paths: Readable | Sequence[Readable] = (),
    *,
    sql: str | Sequence[str] | None = None,
    con: Any = None,
    db_url: str | None = None,
    members: Readable | None = None,
    spend: Readable | None = None,
    side_files: Mapping[str, Readable] | None = None,
    columns: Iterable[str] | None = None,
    optional: Optional | None = None,
    sides: Iterable[str] | None = None,
    settings: Settings | None = None,
    engine: Engine | None = None,
    need_member: bool = True,
    **typed: Unpack[Typed],
) -> Dataset:
    """Which orders are there, and what became of every row and every cent of them?

    The data are read once, understood by their headers and values, and kept as tables that every analysis asks.
    Denominator of the account (`data.quality`): all rows and all money of the files; read = kept + dropped.

    Parameters
    ----------
    paths
        A file, a folder, a pattern; a data frame of pandas or polars, an Arrow table, a relation of DuckDB; or several
        of them.  A database of `privtraffic ingest` is opened.
    sql, con, db_url
        A query, or several, and where they are asked: on an open connection (of DuckDB, of ADBC, or of a driver of the
        DB-API), or at the address of a PostgreSQL, MariaDB or MySQL (`postgresql://user@host/database`), by default
        that in PRIVTRAFFIC_DB_URL.  Rows come in batches; nothing is written there.
    members, spend, side_files
        What is known to be the members, the cost of channels, and other files by their names in `schema.SIDES`.
    columns
        Columns of the order line that must be there; by default none must, and all that are there are read.
    optional, sides
        Columns and side tables that are read where they are there; by default all.  Fewer are faster.
    settings
        The settings as one object; or what people type, beside: `mapping={"member_id": "Kunde"}` for a column that is
        called otherwise, `as_of="2026-10-31"`, `window="90d"`, `where={"store": "North"}`, `currency="CNY"`,
        `memory="4GB"`.
    engine
        Where the tables live; DuckDB in this process when None.
    need_member
        Refuse orders without a usable member key.

    Returns
    -------
    Dataset
        To be used in a `with` block, or closed: its tables lie in the engine until then.

    Warns
    -----
    DroppedRowsWarning
        Where rows that could not be read were left out.
    ReadingWarning
        For words of the status that nobody knows, and files of a folder that are no export.

    Raises
    ------
    PrivtrafficError
        Where something cannot be read, is no order export, or holds nothing that can be analysed.

    Examples
    --------
    >>> import privtraffic as pt
    >>> with pt.load("orders.csv", as_of="2026-10-31") as data:
    ...     result = pt.rfm(data)
    """
    settings = settled(settings, typed, signature(load).parameters)
    sources = _sources(paths, sql, con, db_url)
    if len(sources) == 1 and isinstance(sources[0], str | Path) and is_database(sources[0]):
        if members is not None or spend is not None or side_files:
            raise PrivtrafficError("db_option", option="members, spend, side_files")
        return open_database(
            sources[0],
            columns=columns or (),
            optional=optional,
            sides=sides,
            settings=settings,
            need_member=need_member,
        )
    if not sources:
        raise PrivtrafficError("no_input")
    data = read(
        sources,
        members=members,
        spend=spend,
        side_files=side_files,
        columns=columns or (),
        optional=_all_but(columns, optional, EVERYTHING),
        sides=tuple(SIDES) if sides is None and columns is None else sides or (),
        settings=settings,
        engine=engine,
        need_member=need_member,
    )
    _warn(data)
    return data


@in_python
def open_database(
    path: PathLike,
    *,
    columns: Iterable[str] = (),
    optional: Optional | None = None,
    sides: Iterable[str] | None = None,
    settings: Settings | None = None,
    need_member: bool = True,
    rows: bool = False,
    **typed: Unpack[Typed],
) -> Dataset:
    """What does the brand's own database know? It stays open for reading until the dataset is closed.

    Denominator of the account: all rows and money of all files that were taken in.

    Parameters
    ----------
    path
        What `ingest` made.
    columns
        Columns of the order line that must be there.
    optional, sides
        Columns and side tables that are taken where they are there; by default all.
    settings
        As for `load`; what people type may stand beside.
    rows
        Settle anew, so that the single rows and what became of them can be asked for.

    Raises
    ------
    PrivtrafficError
        Where there is no such database, it holds no orders, or another process writes to it.

    Examples
    --------
    >>> import privtraffic as pt
    >>> with pt.open_database("brand.duckdb") as data:
    ...     result = pt.cohort(data)
    """
    return open_file(
        path,
        columns=columns,
        optional=EVERYTHING if optional is None else optional,
        sides=tuple(SIDES) if sides is None else sides,
        settings=settled(settings, typed),
        need_member=need_member,
        rows=rows,
    )


@in_python
def ingest(
    path: PathLike,
    files: Readable | Sequence[Readable] = (),
    *,
    sql: str | Sequence[str] | None = None,
    con: Any = None,
    db_url: str | None = None,
    members: Readable | None = None,
    spend: Readable | None = None,
    side_files: Mapping[str, Readable] | None = None,
    settings: Settings | None = None,
    **typed: Unpack[Typed],
) -> Ingested:
    """What is new in these exports? It is taken into the brand's own database; what is there already is known.

    Denominator of the account: all rows and money of all files that were taken in, these and earlier ones.

    Parameters
    ----------
    path
        The database; made where there is none.
    files, sql, con, db_url
        As for `load`.
    members, spend, side_files
        Files whose role is known.
    settings
        As for `load`; what people type may stand beside.

    Returns
    -------
    Ingested
        What became of every file, how many rows are new or changed, and the account of the whole.

    Raises
    ------
    PrivtrafficError
        Where a file cannot be read or another process uses the database; then the database is as it was.

    Examples
    --------
    >>> import privtraffic as pt
    >>> done = pt.ingest("brand.duckdb", "exports/")
    """
    from privtraffic import __version__  # noqa: PLC0415

    return take_in(
        path,
        _sources(files, sql, con, db_url),
        members=members,
        spend=spend,
        side_files=side_files,
        settings=settled(settings, typed),
        version=__version__,
    )


def _sources(
    files: Readable | Sequence[Readable], sql: str | Sequence[str] | None, con: Any, db_url: str | None
) -> list[PathLike | Fetchable]:
    """What is to be read, one by one: files, rows in memory, and the rows of the queries that are asked."""
    asked = [] if sql is None else [sql] if isinstance(sql, str) else [*sql]
    if con is not None and db_url is not None:
        raise PrivtrafficError("con_and_db_url")
    rows = queries(asked, db_url) if con is None else [query(each, con, at) for at, each in enumerate(asked, 1)]
    return [*places(files), *rows]


def _all_but(columns: Iterable[str] | None, optional: Optional | None, known: Iterable[str]) -> Optional:
    """What is read where it is there: whoever named columns wants those."""
    return optional if optional is not None else () if columns is not None else known


def _warn(data: Dataset) -> None:
    """Say what is likely to be a mistake: rows lost to faults, words that nobody knows, files passed over.

    What is usual in trade (a walk-in, a return slip) stands in the notes of every report.
    """
    faults = {reason: rows for reason, rows in data.quality.rows_dropped.items() if reason in FAULTS}
    if faults:
        told = {
            "rows": f"{sum(faults.values()):,}",
            "reasons": ", ".join(f"{reason} {rows:,}" for reason, rows in faults.items()),
        }
        text = in_number("{rows} rows could not be read: {reasons}", told).format(**told)
        warnings.warn(text, DroppedRowsWarning, stacklevel=4)
    for note in notes(data.quality, Words("en")):
        if note.key in DOUBTS:
            warnings.warn(note.text, ReadingWarning, stacklevel=4)
