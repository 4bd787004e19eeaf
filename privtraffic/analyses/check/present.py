"""What was read, what was dropped and why: the report of intake itself, and the quality sheet of every other report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from privtraffic.dataset import Dataset
from privtraffic.quality import FileRead, QualityReport, SideAccount
from privtraffic.report.document import Column, Figure, Note, Quality, Report, Table, Value
from privtraffic.report.format import show
from privtraffic.report.words import Words
from privtraffic.schema import SIDES

if TYPE_CHECKING:
    from privtraffic.analyses.check.compute import Result

SHOWN_FILES, SHOWN_COLUMNS = 3, 24
SHOWN_REASONS = 3


def present(result: Result, words: Words) -> Report:
    """The account of an intake as a report of its own."""
    quality = result.quality
    share = quality.rows_kept / quality.rows_read if quality.rows_read else 0.0
    title = words("check.title", kept=show(share, "share"), rows=show(quality.rows_read, "integer"))
    facts = [words("fact.as_of", date=result.as_of)]
    if quality.first_day:
        facts.insert(0, words("fact.period", start=quality.first_day, end=quality.last_day))
    tables = tuple(table for table in _tables(quality, words) if table.rows)
    return Report(
        command="check",
        title=title,
        as_of=result.as_of,
        facts=tuple(facts),
        figures=_figures(quality),
        tables=tables,
        notes=notes(quality, words),
        quality=Quality(lines=(*_lines(quality, words), *_columns(quality, words)), json=quality.as_dict()),
        actions=(words("check.next"),) if quality.orders else (),
    )


def quality_of(data: Dataset, words: Words) -> Quality:
    """The same account as the quality part of another report."""
    tables = tuple(table for table in _tables(data.quality, words) if table.rows)
    return Quality(lines=_lines(data.quality, words), tables=tables, json=data.quality.as_dict())


def with_account(report: Report, data: Dataset, words: Words) -> Report:
    """The report of another analysis with what intake has to say beside it."""
    files = dict.fromkeys(PurePath(file.path).name for file in data.quality.files if file.role == "orders")
    shown = [] if data.database else list(files)[:3]
    names = ", ".join(shown) + (f" … ({len(files)})" if len(files) > 3 else "")
    if data.database:
        names = words("fact.database", file=data.database.name, count=len(files))
    return replace(
        report,
        facts=(*report.facts, words("fact.source", files=names)),
        notes=(*report.notes, *notes(data.quality, words)),
        quality=quality_of(data, words),
    )


def notes(quality: QualityReport, words: Words) -> tuple[Note, ...]:
    """Assumptions and limits of the intake that a reader must know."""
    found = [Note(key, words(key, **_shown(values, words)), *_place(values)) for key, values in quality.notes]
    if quality.anonymous_orders:
        values = {"orders": show(quality.anonymous_orders, "integer"), "share": show(quality.anonymous_share, "share")}
        found.append(Note("note.anonymous", words("note.anonymous", **values)))
    if quality.credits:
        values = {"credits": show(quality.credits, "integer"), "money": show(-quality.credit_money, "money")}
        found.append(Note("note.credits", words("note.credits", **values)))
    for status in quality.unknown_statuses:
        values = {"word": status.word, "rows": show(status.rows, "integer"), "money": show(status.money, "money")}
        found.append(Note("note.unknown_status", words("note.unknown_status", **values)))
    if quality.skipped:
        found.append(Note("note.skipped", words("note.skipped", files=", ".join(quality.skipped))))
    return tuple(found)


def _place(values: Mapping[str, object]) -> tuple[str, str]:
    """The file and the column a note of intake speaks of, as the file writes it."""
    return str(values.get("file", "")), str(values.get("at", values.get("column", "")))


def _shown(values: Mapping[str, object], words: Words) -> dict[str, object]:
    """The values of a note as they are read; roles and kinds of names in the report's language."""
    shown: dict[str, object] = {}
    for key, value in values.items():
        if isinstance(value, list | tuple):
            shown[key] = words("check.comma").join(words(f"role.{role}") for role in value)
        elif key == "role":
            shown[key] = words(f"role.{value}")
        elif key == "names_of":
            shown[key] = words(f"names.{value}")
        else:
            shown[key] = show(value, "money" if key.startswith("money") else "integer")  # type: ignore[arg-type]
    return shown


def _figures(quality: QualityReport) -> tuple[Figure, ...]:
    dropped = 1 - quality.rows_kept / quality.rows_read if quality.rows_read else None
    return (
        Figure("rows_read", quality.rows_read, "integer"),
        Figure("rows_kept", quality.rows_kept, "integer"),
        Figure("money_read", quality.money_read, "money"),
        Figure("money_kept", quality.money_kept, "money"),
        Figure("refunds", quality.refunds, "money"),
        Figure("revenue", quality.revenue, "money", shown=False),
        Figure("orders", quality.orders, "integer", shown=False),
        Figure("dropped_share", dropped, "share", shown=False),
        Figure("anonymous_share", quality.anonymous_share, "share", shown=False),
    )


def _lines(quality: QualityReport, words: Words) -> tuple[str, ...]:
    orders = [file for file in quality.files if file.role == "orders"]
    first = orders[0]
    read = words(
        "check.read",
        file=PurePath(first.path).name + (f" +{len(orders) - 1}" if len(orders) > 1 else ""),
        profile=first.title[words.lang],
        encoding=first.encoding.upper() or first.sheet or "Parquet",
        confidence=show(first.confidence, "share"),
    )
    reasons = sorted(quality.rows_dropped.items(), key=lambda item: -item[1])
    dropped = [f"{words(f'reason.{reason}')} {show(rows, 'integer')}" for reason, rows in reasons[:SHOWN_REASONS]]
    dropped += ["…"] if len(reasons) > SHOWN_REASONS else []
    kept = words("check.kept", kept=show(quality.rows_kept, "integer"), read=show(quality.rows_read, "integer"))
    return read, kept + (words("check.dropped", reasons=words("check.comma").join(dropped)) if dropped else "")


def _columns(quality: QualityReport, words: Words) -> list[str]:
    """One line per file, for the first few: which column was read as what, and what became of every other column."""
    found: list[str] = []
    # What decides the sums comes first, whatever the files are called.
    for file in sorted(quality.files, key=lambda file: file.role in SIDES)[:SHOWN_FILES]:
        name = PurePath(file.path).name
        read = [f"{words.cell('field', field)} ← {header.strip()}" for field, header in file.mapping.items()]
        if read:
            found.append(words("check.columns", file=name, columns=words("check.comma").join(read)))
        others = [
            words(
                "check.column",
                column=column.column,
                seen=words.cell("seen_as", column.seen_as),
                done=words.cell("done", column.done),
            )
            for column in file.unread[:SHOWN_COLUMNS]
        ]
        if others:
            more = [f"… ({len(file.unread)})"] if len(file.unread) > SHOWN_COLUMNS else []
            found.append(words("check.unread", file=name, columns=words("check.comma").join([*others, *more])))
    return found


def _tables(quality: QualityReport, words: Words) -> list[Table]:
    return [
        _table("reconciliation", _reconciliation(quality)),
        _table("sides", [row for side in quality.sides for row in _side(side)]),
        _table("files_read", [_file(quality, i, words) for i in range(len(quality.files))]),
        _table("mapping", [row for file in quality.files for row in _mapping(file.path, file.mapping)]),
        _table("unread", [row for file in quality.files for row in _unread(file)]),
        _table("unparsed", [(item.path, item.row, item.field, item.value) for item in quality.unparsed]),
    ]


_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "reconciliation": (Column("reason", "text", labels="reason"), Column("rows", "integer"), Column("money", "cents")),
    "sides": (
        Column("role", "text", labels="role"),
        Column("reason", "text", labels="reason"),
        Column("rows", "integer"),
        Column("members", "integer"),
        Column("members_unknown", "integer"),
    ),
    "files_read": (
        Column("file", "text"),
        Column("role", "text", labels="role"),
        Column("profile", "text"),
        Column("rows", "integer"),
        Column("encoding", "text"),
        Column("sheet", "text"),
        Column("header_row", "integer"),
        Column("confidence", "share"),
        Column("clock", "text", labels="field"),
        Column("lines", "integer"),
        Column("blank_lines", "integer"),
        Column("embedded_lines", "integer"),
    ),
    "mapping": (Column("file", "text"), Column("field", "text", labels="field"), Column("header", "text")),
    "unread": (
        Column("file", "text"),
        Column("column", "text"),
        Column("seen_as", "text", labels="seen_as"),
        Column("share_of_money", "share"),
        Column("what_was_done", "text", labels="done"),
    ),
    "unparsed": (
        Column("file", "text"),
        Column("row", "integer"),
        Column("field", "text", labels="field"),
        Column("value", "text"),
    ),
}


def _table(key: str, rows: list[tuple[Value, ...]]) -> Table:
    return Table(key, _COLUMNS[key], rows)


def _unread(file: FileRead) -> list[tuple[Value, ...]]:
    name = PurePath(file.path).name
    return [(name, column.column, column.seen_as, column.share, column.done) for column in file.unread]


def _reconciliation(quality: QualityReport) -> list[tuple[Value, ...]]:
    """Read = kept + dropped, a line each, then what leads from the money kept to revenue."""
    dropped = [(reason, rows, quality.money_dropped[reason]) for reason, rows in quality.rows_dropped.items()]
    return [
        ("read", quality.rows_read, quality.money_read),
        *dropped,
        ("kept", quality.rows_kept, quality.money_kept),
        ("refunds", None, -quality.refunds),
        ("revenue", None, quality.revenue),
    ]


def _side(side: SideAccount) -> list[tuple[Value, ...]]:
    """Read = kept + dropped of the files beside the orders, and whom they speak of."""
    dropped = [(side.role, reason, rows, None, None) for reason, rows in side.rows_dropped.items()]
    persons = (side.members, side.members_unknown) if SIDES[side.role].persons else (None, None)
    return [
        (side.role, "read", side.rows_read, None, None),
        *dropped,
        (side.role, "kept", side.rows_kept, *persons),
    ]


def _file(quality: QualityReport, number: int, words: Words) -> tuple[Value, ...]:
    file = quality.files[number]
    return (
        PurePath(file.path).name,
        file.role,
        file.title[words.lang],
        file.rows_read,
        file.encoding.upper(),
        file.sheet,
        file.header_row,
        file.confidence,
        file.clock,
        file.lines,
        file.blank_lines,
        file.embedded_lines,
    )


def _mapping(path: str, mapping: Mapping[str, str]) -> list[tuple[Value, ...]]:
    return [(PurePath(path).name, field, header.strip()) for field, header in mapping.items()]
