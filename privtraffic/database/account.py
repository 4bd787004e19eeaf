"""What was understood and counted, as JSON that a later run reads back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from privtraffic.database.store import StoredFile
from privtraffic.intake.clean.ledger import Rows
from privtraffic.intake.clean.states import mark_of
from privtraffic.intake.read.raw import Note, Raw
from privtraffic.intake.read.row_count import LineCount
from privtraffic.intake.understand.gather import Part, Stored, StoredSource
from privtraffic.intake.understand.keys import Keys
from privtraffic.intake.understand.profile import profile
from privtraffic.intake.understand.recogniser import Recognition
from privtraffic.quality import Identity, Merge, QualityReport, SideAccount, UnknownStatus, Unparsed, Unread

MOST_SUMS = 20_000
"""So many sums are kept, most of them by the words of a status: many more are a column of free text."""
_BY_FILES = ("files", "skipped")
"""What a quality report has from its files, so that it need not be kept twice."""


def text_of_part(part: Part, columns: tuple[str, ...], notes: tuple[Note, ...]) -> str:
    """How a source was understood, as JSON; `columns` are those of its typed rows, `notes` what was assumed."""
    found, lines = part.found, part.raw.lines
    return _text(
        {
            "header": found.header,
            "header_row": found.header_row,
            "columns": found.columns,
            "signs": found.signs,
            "confidence": found.confidence,
            "notes": found.notes,
            "unread": [column.as_dict() for column in found.unread],
            "raw_notes": notes,
            "rows": part.raw.rows,
            "lines": [lines.physical, lines.embedded, lines.blank, [*lines.rowless]] if lines else None,
            "encoding": part.raw.encoding,
            "typed": columns,
            "order_level": found.order_level,
            "own_words": found.own_words,
            "fine": found.fine,
        }
    )


def part_of(file: StoredFile, keys: Keys) -> Part:
    """A stored file as a source of the intake, its rows typed already."""
    said = _read(file.understood)
    # A file of items that had to stand alone is an order file, whatever its profile says.
    known = replace(profile(file.profile), role=file.role)  # type: ignore[arg-type]
    found = Recognition(
        profile=known,
        header_row=said["header_row"],
        header=tuple(said["header"]),
        columns={name: tuple(positions) for name, positions in said["columns"].items()},
        signs={name: tuple(signs) for name, signs in said["signs"].items()},
        confidence=said["confidence"],
        notes=_notes(said["notes"]),
        # Databases of before hold the money of such orders on their lines already.
        order_level=tuple(said.get("order_level", ())),
        keys=keys,
        own_words=tuple((word, state) for word, state in said.get("own_words", ())),
        fine=said.get("fine", False),
        unread=tuple(Unread.of(column) for column in said.get("unread", ())),
    )
    mark_of(found.own_words)
    lines = said["lines"]
    raw = Raw(
        scan=pa.table({}),
        rows=said["rows"],
        lines=LineCount(lines[0], lines[1], lines[2], tuple(lines[3])) if lines else None,
        encoding=said["encoding"],
        notes=_notes(said["raw_notes"]),
    )
    stored = Stored(f"brand.rows_{file.file_no}", tuple(said["typed"]), f"brand.keys_{file.file_no}")
    return Part(StoredSource(Path(file.path), file.sheet), found, raw, file.file_no, stored=stored)


def text_of_quality(quality: QualityReport) -> str:
    kept = {item.name: getattr(quality, item.name) for item in fields(quality) if item.name not in _BY_FILES}
    kept["unparsed"] = [vars(item) for item in quality.unparsed]
    kept["unknown_statuses"] = [vars(item) for item in quality.unknown_statuses]
    kept["sides"] = [vars(side) for side in quality.sides]
    kept["identity"] = quality.identity and {
        **vars(quality.identity),
        "largest": [vars(merge) for merge in quality.identity.largest],
        "refused": [vars(merge) for merge in quality.identity.refused],
    }
    return _text(kept)


def quality_of_text(text: str, parts: tuple[Part, ...]) -> QualityReport:
    said = _read(text)
    identity = said.pop("identity")
    return QualityReport(
        **{
            **said,
            "files": tuple(part.account() for part in parts),
            "unparsed": tuple(Unparsed(**item) for item in said["unparsed"]),
            "unknown_statuses": tuple(UnknownStatus(**item) for item in said["unknown_statuses"]),
            "notes": _notes(said["notes"]),
            "sides": tuple(SideAccount(**side) for side in said.get("sides", ())),
            "identity": identity and Identity(**{**identity, **_merges(identity)}),
        }
    )


def text_of_sums(definition: str, sums: Mapping[str, Rows]) -> str:
    """The sums over all rows, with what settled them and today; nothing where they are too many to keep."""
    if sum(map(len, sums.values())) > MOST_SUMS:
        return ""
    return _text(
        {
            "definition": definition,
            "day": date.today(),
            "sums": {name: [dict(row) for row in rows] for name, rows in sums.items()},
        }
    )


def sums_of_text(text: str) -> tuple[str, date, dict[str, Rows]]:
    """What settled the rows, the day on which their sums were taken down, and the sums."""
    said = _read(text)
    return said["definition"], said["day"], said["sums"]


def _merges(identity: Mapping[str, Any]) -> dict[str, tuple[Merge, ...]]:
    return {name: tuple(Merge(**merge) for merge in identity[name]) for name in ("largest", "refused")}


def _notes(notes: list[list[Any]]) -> tuple[Note, ...]:
    return tuple((key, values) for key, values in notes)


def _text(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, default=_tagged)


def _tagged(value: object) -> object:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def _read(text: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(text, object_hook=_untagged)
    return said


def _untagged(value: dict[str, Any]) -> Any:
    if value.keys() == {"decimal"}:
        return Decimal(value["decimal"])
    if value.keys() == {"time"}:
        return datetime.fromisoformat(value["time"])
    if value.keys() == {"date"}:
        return date.fromisoformat(value["date"])
    return value
