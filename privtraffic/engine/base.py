"""What an analysis may ask of an engine, and nothing more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from privtraffic.errors import PrivtrafficError
from privtraffic.frames import Money, as_pandas, as_polars

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from privtraffic.engine.scope import Scope


def is_address(name: str) -> bool:
    """Whether a name means a place of a cluster (`s3://bucket/orders`) rather than a file of this machine."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", name) is not None


@dataclass(frozen=True)
class TextScan:
    """A delimited UTF-8 text file, every cell as text in columns c0, c1, …

    `skip` is the number of physical lines before the first data row.  `multiline` says that quoted cells hold line
    breaks, which forbids reading in parallel.  One column more than `columns` is read, so that a row with too many
    cells shows itself.

    Columns in `typed` are no text: the reader itself makes decimals of two places of "money", and timestamps of a
    "time" written as `time_format`.  A cell that is not empty and not written so, or a time before 1971, makes whoever
    reads its column fail with `unreadable_rows`.
    """

    path: Path
    delimiter: str
    columns: int
    skip: int
    quoted: bool = True
    multiline: bool = False
    typed: Mapping[int, Literal["money", "time"]] = field(default_factory=dict)
    time_format: str = ""


@dataclass(frozen=True)
class ParquetScan:
    """A Parquet file, its columns as text in c0, c1, … in file order."""

    path: Path
    columns: tuple[str, ...]


LakeForm: TypeAlias = Literal["csv", "parquet", "orc", "json", "table"]


@dataclass(frozen=True)
class LakeScan:
    """What only a cluster reads: a folder or file at an address, or a table; its columns as text in c0, c1, …

    Of a delimited text, whose files have their header in the first line, one column more than `columns` is read.
    """

    name: str
    form: LakeForm
    columns: int
    delimiter: str = ""
    encoding: str = ""
    multiline: bool = False

    @property
    def cells(self) -> int:
        """The most cells a row may have; 0 where there is no limit."""
        return self.columns if self.form == "csv" else 0


@dataclass(frozen=True)
class LakeLines:
    """What the lines of a text in a lake are, headers included and blank ones left out.

    `undecodable` lines are no text in the encoding; `breaks` says that a quote may reach over a line's end;
    `other_header` is a file whose first line is another.
    """

    files: int
    lines: int
    undecodable: int
    undecodable_in: str
    breaks: bool
    other_header: str


class Lake(Protocol):
    """What an engine on a cluster knows of names that are no files of this machine.

    Each method raises `lake_unreachable` where the store does not answer.
    """

    def form(self, name: str) -> LakeForm | None:
        """What lies there; None where nothing does."""

    def names(self, name: str, form: LakeForm) -> tuple[str, ...]:
        """The columns of what knows their names."""

    def first_lines(self, name: str, most: int) -> bytes:
        """The first lines of one file of a text, blank ones left out."""

    def look_through(self, name: str, encoding: str, header: bytes) -> LakeLines:
        """Look at every line of a text once."""

    def first_rows(self, scan: LakeScan, most: int) -> tuple[tuple[str, ...], ...]:
        """The first rows as text, a missing cell as an empty one."""

    def count(self, scan: LakeScan) -> int:
        """The number of rows."""


Source: TypeAlias = "TextScan | ParquetScan | LakeScan | pa.Table"

Bound: TypeAlias = "dict[str, Any]"
"""Values for the places of a query, by the names of the places."""

Make: TypeAlias = "Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]"
"""What a Python function makes of rows, batch by batch."""


class Engine(Protocol):
    """Runs portable SQL over named tables.

    Values are bound as `:name` and never pasted into a query; results cross as Arrow.
    """

    workdir: Path
    lake: Lake | None

    def scan(self, name: str, source: Source) -> TableRef:
        """Name a source without reading it."""

    def run(self, into: str, sql: str, /, *, numbered: bool = False, **values: object) -> TableRef:
        """Keep the rows of a query as the table `into`; `numbered` adds `row_no`, the position in the source from 0."""

    def view(self, into: str, sql: str, /, rows: int | None = None) -> TableRef:
        """Give a query a name.

        Of so few `rows` that planning it takes longer than answering it, an engine may keep what it gives at once: what
        it reads must then not be made again.
        """

    def fetch(self, sql: str, /, **values: object) -> pa.Table:
        """The rows of a query; for aggregates and capped lists only."""

    def batches(self, sql: str, /, **values: object) -> Iterator[pa.RecordBatch]:
        """The rows of a query as a stream of batches."""

    def map(self, into: str, sql: str, make: Make, schema: pa.Schema, /, **values: object) -> TableRef:
        """Keep what a Python function makes of the rows of a query, batch by batch, as the table `into`.

        On a cluster it runs beside the rows, on every worker: it must be importable there, and no batch may depend on
        another.
        """

    def parts(self, rows: int, at_once: int) -> int:
        """Into how many parts to cut work that multiplies so many rows; one if the engine divides the work itself."""

    def tables(self) -> tuple[str, ...]:
        """The names of the tables it keeps of its own, views and what is attached left out."""

    def drop(self, *names: str) -> None:
        """Forget tables that are no longer needed."""

    def scope(self) -> Scope:
        """An engine within this one, whose tables belong to whoever holds it."""

    def physical(self, name: str) -> str:
        """What is written in a query of any scope for a table that is known here as `name`."""

    def close(self) -> None:
        """Release what the engine holds; whoever asks for rows afterwards is told so."""


SHOWN_ROWS = 20
"""Of a table in a notebook."""


@dataclass(frozen=True)
class TableRef:
    """A table that stays in its engine until somebody asks for its rows, ordered by `order` where that is set.

    It is given the name by which its scope knows it, and has the physical one, which every scope of the engine
    understands.  It holds the scope: the table lives as long as somebody has a reference to it.
    """

    engine: Engine
    name: str
    order: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.engine.physical(self.name))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(self.engine.fetch(f"select * from {self.name} where 1 = 0").column_names)

    def to_arrow(self) -> pa.Table:
        """All rows as an Arrow table, in order."""
        return self.engine.fetch(self.select(["*"]))

    def to_pandas(self, money: Money = "float") -> pd.DataFrame:
        """All rows as a data frame of pandas: days are `datetime64`, money floats, or decimals to the cent."""
        return as_pandas(self.to_arrow(), money)

    def to_polars(self, money: Money = "float") -> pl.DataFrame:
        """All rows as a data frame of polars, which has to be installed."""
        return as_polars(self.to_arrow(), money)

    def sql(self, query: str) -> TableRef:
        """The rows of a query in which this table is called `self`: `members.sql("select avg(monetary) from self")`.

        The other tables of the answer and of its data (`orders`, `lines`) can be joined by their names.  What comes
        back is again a table of the engine.

        Raises
        ------
        PrivtrafficError
            Where the engine cannot run the query.
        """
        scope = self.engine.scope()
        try:
            scope.view("self", self.select(["*"]))
            return scope.run("asked", query.strip().rstrip(";"))
        except PrivtrafficError:
            raise
        except Exception as error:
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            raise PrivtrafficError("bad_query", detail=(lines or [type(error).__name__])[0]) from None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """All rows by the Arrow PyCapsule protocol: `polars.DataFrame(table)`, `pyarrow.table(table)`."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        first = self.engine.fetch(f"{self.select(['*'])} limit {SHOWN_ROWS}")
        count = f"<p>{self.count():,} × {first.num_columns}</p>"
        return f"{as_pandas(first).to_html(index=False, border=0, notebook=True)}{count}"

    def count(self) -> int:
        return int(self.engine.fetch(f"select count(*) as n from {self.name}")["n"][0].as_py())

    def batches(self, columns: Sequence[str], limit: int | None = None) -> Iterator[pa.RecordBatch]:
        first = "" if limit is None else f" limit {limit}"
        return self.engine.batches(self.select(columns) + first)

    def select(self, columns: Sequence[str]) -> str:
        """The query of its rows."""
        order = f" order by {self.order}" if self.order else ""
        return f"select {', '.join(columns)} from {self.name}{order}"
