"""What an analysis may ask of an engine, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class TextScan:
    """A delimited UTF-8 text file, every cell as text in columns c0, c1, …

    `skip` is the number of physical lines before the first data row.  `multiline` says that quoted cells hold line
    breaks, which forbids reading in parallel.  One column more than `columns` is read, so that a row with too many
    cells shows itself.
    """

    path: Path
    delimiter: str
    columns: int
    skip: int
    quoted: bool = True
    multiline: bool = False


@dataclass(frozen=True)
class ParquetScan:
    """A Parquet file, its columns as text in c0, c1, … in file order."""

    path: Path
    columns: tuple[str, ...]


class Engine(Protocol):
    """Runs portable SQL over named tables.

    Values are bound as `:name` and never pasted into a query; results cross as Arrow.
    """

    workdir: Path

    def scan(self, name: str, source: TextScan | ParquetScan | pa.Table) -> TableRef:
        """Name a source without reading it."""

    def run(self, into: str, sql: str, /, *, numbered: bool = False, **values: object) -> TableRef:
        """Keep the rows of a query as the table `into`; `numbered` adds `row_no`, the position in the source from 0."""

    def view(self, into: str, sql: str, /) -> TableRef:
        """Name a query."""

    def fetch(self, sql: str, /, **values: object) -> pa.Table:
        """The rows of a query; for aggregates and capped lists only."""

    def batches(self, sql: str, /, **values: object) -> Iterator[pa.RecordBatch]:
        """The rows of a query as a stream of batches."""

    def tables(self) -> tuple[str, ...]:
        """The names of the tables it keeps of its own, views and what is attached left out."""

    def drop(self, *names: str) -> None:
        """Forget tables that are no longer needed."""

    def close(self) -> None:
        """Release what the engine holds."""


@dataclass(frozen=True)
class TableRef:
    """A table that stays in its engine until somebody asks for its rows, ordered by `order` where that is set."""

    engine: Engine
    name: str
    order: str = ""

    def count(self) -> int:
        return int(self.engine.fetch(f"select count(*) as n from {self.name}")["n"][0].as_py())

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        order = f" order by {self.order}" if self.order else ""
        return self.engine.batches(f"select {', '.join(columns)} from {self.name}{order}")
