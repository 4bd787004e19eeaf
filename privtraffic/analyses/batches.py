"""What a database took in and holds: the reports of `ingest` and `batches`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import PurePath

from privtraffic.analyses.check.present import notes as notes_of
from privtraffic.database import Batch, FileOutcome, Ingested, StoredFile
from privtraffic.report.document import Column, Figure, Note, Quality, Report, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words

_FILES = (
    Column("file", "text"),
    Column("file_state", "text", labels="file_state"),
    Column("rows", "integer"),
    Column("money", "cents"),
    Column("last_day", "date"),
    Column("role", "text", labels="role"),
    Column("batch", "integer"),
)
_BATCHES = (
    Column("batch", "integer"),
    Column("ingested_at", "text"),
    Column("files", "integer"),
    Column("rows", "integer"),
    Column("money", "cents"),
    Column("first_day", "date"),
    Column("last_day", "date"),
    Column("undone_at", "text"),
)
_OF_BATCHES = (
    Column("batch", "integer"),
    Column("file", "text"),
    Column("sheet", "text"),
    Column("role", "text", labels="role"),
    Column("rows", "integer"),
    Column("money", "cents"),
    Column("first_day", "date"),
    Column("last_day", "date"),
    Column("sha256", "id"),
)


def present_ingest(result: Ingested, words: Words, idle: Sequence[str] = (), *, default: bool = False) -> Report:
    """What a run took in, and what is there now.

    Parameters
    ----------
    idle
        Globs of the privtraffic.toml that match no file.
    default
        The database is the one that commands take without `--db`.
    """
    totals, quality = result.totals, result.quality
    new = [file for file in result.files if file.state == "new"]
    rows, money = (result.batch.rows, result.batch.money) if result.batch else (0, Decimal(0))
    number = result.batch.number if result.batch else None
    counts = {
        "files": show(len(new), "integer"),
        "rows": show(rows, "integer"),
        "batch": result.batch and result.batch.number,
    }
    notes = [Note("note.idle_sources", words("note.idle_sources", patterns=", ".join(idle)))] if idle else []
    skipped = [PurePath(file.path).name for file in result.files if file.state == "skipped"]
    notes += [Note("note.skipped", words("note.skipped", files=", ".join(skipped)))] if skipped else []
    for file in result.files:
        if file.otherwise:
            values = {"file": PurePath(file.path).name, "batch": file.batch}
            notes.append(Note("note.read_otherwise", words("note.read_otherwise", **values)))
    notes += notes_of(quality, words) if quality and result.batch else ()
    title = words("ingest.title", **counts)
    facts = (words("ingest.facts", file=result.path.name, day=result.last_day or "–"),)
    return Report(
        command="ingest",
        title=title if new else words("ingest.nothing_new", files=show(len(result.files), "integer")),
        as_of=result.last_day,
        facts=facts,
        figures=(
            Figure("members", totals.members, "integer"),
            Figure("orders", totals.orders, "integer"),
            Figure("revenue", totals.revenue, "money"),
            Figure("orders_added", result.changes.added, "integer"),
            Figure("orders_changed", result.changes.changed, "integer"),
            Figure("orders_gone", result.changes.gone, "integer"),
            Figure("files_new", len(new), "integer", shown=False),
            Figure("rows_new", rows, "integer", shown=False),
            Figure("money_new", money, "money", shown=False),
            Figure("batch", number, "integer", shown=False),
        ),
        tables=(Table("files_ingested", _FILES, [row for file in result.files for row in _file(file)]),),
        notes=tuple(notes),
        quality=Quality(json=quality.as_dict() if quality else {}),
        actions=tuple(_next(result, words, "" if default else f" --db {result.path}")),
    )


def _next(result: Ingested, words: Words, options: str) -> Iterator[str]:
    """What to ask now: at first who the members are, later what the month was and what the last list brought."""
    if result.batch is not None and result.batch.number == 1:
        yield words("ingest.next", options=options)
        return
    yield words("ingest.next_month", options=options)
    if result.last_list is not None:
        name = PurePath(str(result.last_list.manifest.get("file", "LIST"))).stem
        yield words("ingest.next_effect", options=options, manifest=f"{name}.manifest.json")


def present_batches(batches: Sequence[Batch], words: Words, file: str, undone: Batch | None = None) -> Report:
    """Every batch of a database, the last one first."""
    standing = [batch for batch in batches if batch.undone_at is None]
    if undone is not None:
        title = words("batches.undone", batch=undone.number, rows=show(undone.rows, "integer"))
    elif standing:
        title = words("batches.title", batches=show(len(standing), "integer"), file=file)
    else:
        title = words("batches.none", file=file)
    columns = _BATCHES if len(standing) < len(batches) else _BATCHES[:-1]
    files = [_in_batch(batch, file) for batch in reversed(batches) for file in batch.files]
    return Report(
        command="batches",
        title=title,
        as_of=max((batch.last_day for batch in standing if batch.last_day), default=None),
        figures=(
            Figure("batches", len(standing), "integer", shown=False),
            Figure("rows", sum(batch.rows for batch in standing), "integer", shown=False),
        ),
        tables=(
            Table("batches", columns, [_batch(batch)[: len(columns)] for batch in reversed(batches)]),
            Table("files_of_batches", _OF_BATCHES, files),
        ),
        actions=(words("batches.next", batch=standing[-1].number),) if standing and undone is None else (),
    )


def _file(file: FileOutcome) -> list[tuple[Value, ...]]:
    name = PurePath(file.path).name
    if not file.stored:
        return [(name, file.state, None, None, None, "", None)]
    return [
        (
            f"{name}: {stored.sheet}" if len(file.stored) > 1 else name,
            file.state,
            stored.row_count,
            stored.money,
            stored.last_day,
            stored.role,
            stored.batch_no,
        )
        for stored in file.stored
    ]


def _batch(batch: Batch) -> tuple[Value, ...]:
    return (
        batch.number,
        show(batch.ingested_at, "text"),
        len({file.path for file in batch.files}),
        batch.rows,
        batch.money,
        batch.first_day,
        batch.last_day,
        show(batch.undone_at, "text"),
    )


def _in_batch(batch: Batch, file: StoredFile) -> tuple[Value, ...]:
    days = (file.first_day, file.last_day)
    return (batch.number, file.path, file.sheet, file.role, file.row_count, file.money, *days, file.sha256)
