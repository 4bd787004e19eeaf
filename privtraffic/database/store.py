"""The record in a database file: its batches, their files, and the settings under which they were read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from privtraffic.database.file import new_file, rights_of
from privtraffic.dataset import ListRecord
from privtraffic.engine.embedded import EmbeddedEngine
from privtraffic.engine.sql import queries
from privtraffic.errors import PrivtrafficError
from privtraffic.temporary import clear_orphans

SQL = queries(__name__)

FORMAT = "2"
"""Changes when a file written by one version cannot be read by another."""
_SCHEMA = f"{SQL['schema']}; insert into about values ('format', '{FORMAT}')"

_FILES = pa.schema(
    {
        "file_no": pa.int32(),
        "batch_no": pa.int32(),
        "path": pa.string(),
        "sheet": pa.string(),
        "role": pa.string(),
        "profile": pa.string(),
        "sha256": pa.string(),
        "bytes": pa.int64(),
        "row_count": pa.int64(),
        "money": pa.decimal128(18, 2),
        "first_time": pa.timestamp("us"),
        "last_time": pa.timestamp("us"),
        "understood": pa.string(),
    }
)


@dataclass(frozen=True)
class StoredFile:
    """A file, or a sheet of one, as it was read into a batch; `understood` is how, as JSON."""

    file_no: int
    batch_no: int
    path: str
    sheet: str
    role: str
    profile: str
    sha256: str
    bytes: int
    row_count: int
    money: Decimal | None
    first_time: datetime | None
    last_time: datetime | None
    understood: str

    @property
    def first_day(self) -> date | None:
        return self.first_time.date() if self.first_time else None

    @property
    def last_day(self) -> date | None:
        return self.last_time.date() if self.last_time else None


@dataclass(frozen=True)
class Batch:
    """The files that one run took in."""

    number: int
    ingested_at: datetime
    version: str
    undone_at: datetime | None
    files: tuple[StoredFile, ...]

    @property
    def rows(self) -> int:
        return sum(file.row_count for file in self.files)

    @property
    def first_day(self) -> date | None:
        """The day of its first order."""
        return min((file.first_day for file in self.files if file.role == "orders" and file.first_day), default=None)

    @property
    def last_day(self) -> date | None:
        """The day of its last order."""
        return max((file.last_day for file in self.files if file.role == "orders" and file.last_day), default=None)

    @property
    def money(self) -> Decimal:
        """Paid amounts of its order files, before anything was dropped."""
        return sum((file.money or Decimal(0) for file in self.files if file.role == "orders"), Decimal("0.00"))


class Store:
    """The record of an open database; `instead` names the tables that stand in the place of stored ones for a while."""

    def __init__(self, engine: EmbeddedEngine, path: Path) -> None:
        self.engine = engine
        self.path = path
        self.instead: dict[str, str] = {}
        try:
            self.about: dict[str, str] = {row["key"]: row["value"] for row in self._rows("about")}
        except Exception as error:
            if isinstance(error, PrivtrafficError) and error.key == "out_of_memory":
                raise
            raise PrivtrafficError("db_foreign", file=path) from error
        if self.about.get("format") != FORMAT:
            raise PrivtrafficError("db_format", file=path, found=self.about.get("format", "?"), known=FORMAT)

    def batches(self) -> tuple[Batch, ...]:
        files = [StoredFile(**row) for row in self._rows("files")]
        return tuple(
            Batch(
                number=row["batch_no"],
                ingested_at=row["ingested_at"],
                version=row["version"],
                undone_at=row["undone_at"],
                files=tuple(file for file in files if file.batch_no == row["batch_no"]),
            )
            for row in self._rows("batches")
        )

    def files(self) -> list[StoredFile]:
        """The files of the batches that stand, in the order in which they were read."""
        standing = (file for batch in self.batches() if batch.undone_at is None for file in batch.files)
        return sorted(standing, key=lambda file: file.file_no)

    def lists(self) -> tuple[ListRecord, ...]:
        rows = self._rows("lists")
        return tuple(ListRecord(row["list_no"], row["made_at"], json.loads(row["manifest"])) for row in rows)

    def list_by_content(self, sha256: str) -> int | None:
        """The number of a list that was recorded before."""
        return next((row["list_no"] for row in self._rows("lists") if row["sha256"] == sha256), None)

    def write_about(self, **values: str) -> None:
        self.about |= values
        keys, texts = pa.array(list(self.about), pa.string()), pa.array(list(self.about.values()), pa.string())
        self.engine.scan("brand.about", pa.table({"key": keys, "value": texts}))

    def add_batch(self, number: int, version: str, files: Iterable[StoredFile]) -> None:
        row = {"batch_no": [number], "ingested_at": [now()], "version": [version], "undone_at": [None]}
        self.engine.append("brand.batches", pa.table(row, schema=_BATCHES))
        self.engine.append("brand.files", pa.Table.from_pylist([vars(file) for file in files], schema=_FILES))

    def write_files(self, files: Iterable[StoredFile]) -> None:
        """Write the record of files anew; those of batches that were undone stay as they are."""
        known = {row["file_no"]: row for row in self._rows("files")} | {file.file_no: vars(file) for file in files}
        self.engine.scan("brand.files", pa.Table.from_pylist(list(known.values()), schema=_FILES))

    def write_lists(self, rows: list[dict[str, Any]]) -> None:
        self.engine.scan("brand.lists", pa.Table.from_pylist(rows, schema=_LISTS))

    def mark_undone(self, number: int) -> None:
        self.engine.run("brand.batches", SQL["undone"], batch_no=number, undone_at=now())

    def tables(self) -> list[str]:
        return [row["table_name"] for row in self._rows("tables")]

    def drop_rows_except(self, files: Iterable[StoredFile]) -> None:
        """Drop rows of files that do not stand: those of an undone batch, or of a run that was ended."""
        kept = {f"{name}_{file.file_no}" for file in files for name in ("rows", "keys")}
        gone = [name for name in self.tables() if name.startswith(("rows_", "keys_")) and name not in kept]
        self.engine.drop(*(f"brand.{name}" for name in gone))

    def next_file(self) -> int:
        return max((row["file_no"] for row in self._rows("files")), default=0) + 1

    def next_batch(self) -> int:
        return max((row["batch_no"] for row in self._rows("batches")), default=0) + 1

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.engine.fetch(SQL[name]).to_pylist()
        return rows


_LISTS = pa.schema(
    {"list_no": pa.int32(), "made_at": pa.timestamp("us"), "sha256": pa.string(), "manifest": pa.string()}
)
_BATCHES = pa.schema(
    {
        "batch_no": pa.int32(),
        "ingested_at": pa.timestamp("us"),
        "version": pa.string(),
        "undone_at": pa.timestamp("us"),
    }
)


def now() -> datetime:
    """The time of a record: UTC, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@contextmanager
def opened(path: Path, *, write: bool, create: bool = False, memory_mb: int | None = None) -> Iterator[Store]:
    """A database for as long as the block runs.

    One that is new is made beside its place and put there when the block has ended well: whatever fails, and whenever,
    nothing is there.
    """
    if create and not path.exists():
        with new_file(path, _SCHEMA) as temporary, closing(EmbeddedEngine(memory_mb)) as engine:
            engine.attach(temporary, write=True)
            yield Store(engine, path)
            engine.settle()
        return
    if write:
        clear_orphans(path.parent)
    with rights_of(path) if write else nullcontext(), closing(EmbeddedEngine(memory_mb)) as engine:
        yield attached(engine, path, write=write)


def attached(engine: EmbeddedEngine, path: Path, *, write: bool) -> Store:
    """A database in an engine that is there."""
    if path.is_dir():
        raise PrivtrafficError("db_is_folder", file=path)
    if not path.exists():
        raise PrivtrafficError("db_missing", file=path)
    if not path.is_file():
        raise PrivtrafficError("not_a_file", file=path)
    engine.attach(path, write=write)
    return Store(engine, path)


def batches(path: Path | str) -> tuple[Batch, ...]:
    """Every batch of a database, those undone too, first to last."""
    with opened(Path(path), write=False) as store:
        return store.batches()
