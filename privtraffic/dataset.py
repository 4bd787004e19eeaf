"""The canonical tables that every analysis asks, which columns they have, and what an answer about them owns."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeVar

from privtraffic.engine.base import Engine, TableRef
from privtraffic.engine.scope import Scope, answering
from privtraffic.errors import PrivtrafficError
from privtraffic.quality import QualityReport
from privtraffic.schema import DIMENSIONS, HASHED, LINE_DIMENSIONS, MEASURES, SIDES
from privtraffic.settings import Settings

P = TypeVar("P")
R = TypeVar("R")

LIST_DAYS = 30
"""The days after a contact that count where nobody says how many."""


class SourceFile(Protocol):
    """A file or sheet that was read, as an account of its rows needs it."""

    @property
    def number(self) -> int:
        """The number of the file, `file_no` in the tables."""

    @property
    def file(self) -> str:
        """Its name, without the folder."""

    @property
    def sheet(self) -> str:
        """The sheet of a workbook; empty for other files."""

    def row_number(self, row_no: int) -> int:
        """The row of the file (from 1) of the data row `row_no` (from 0)."""


@dataclass(frozen=True)
class ListRecord:
    """A contact list that was made: its number, when, and its manifest.

    It is judged over its days, those after `drawn_for` up to and with `last_day`.
    """

    number: int
    made_at: datetime
    manifest: Mapping[str, Any]

    @property
    def drawn_for(self) -> date:
        """The day up to which the list knew; the day it was made where its manifest does not say."""
        told = self.manifest.get("as_of")
        return date.fromisoformat(str(told)) if told else self.made_at.date()

    @property
    def days(self) -> int:
        """The days for which the list runs; `LIST_DAYS` where its manifest tells none."""
        return int(self.manifest.get("window_days") or LIST_DAYS)

    @property
    def last_day(self) -> date:
        """The last day on which an order counts, and on which who is held out must be left alone."""
        return self.drawn_for + timedelta(days=self.days)


@dataclass(frozen=True)
class Dataset:
    """The canonical tables of one intake; they live in the engine until it is closed.

    `orders` holds purchases and negative documents (`is_purchase` false), those without a member with `member_id`
    NULL; `lines` their lines.  Both hold all history: a question binds its window with `settings.bounds`.
    `joined` (one row a member of the member files) and `spend` are None without such files.  `parts` are the files and
    sheets that were read.  `database` is the file that holds them, and `lists` the contact lists recorded there: then
    `list_members` (list_no, member_id, arm) says who was on them.  `side` holds the further tables that were asked for
    and are there, by their names in `schema.SIDES`: `data.side["traffic"]`.  `kept` says that a database keeps what
    stands in `kept.py` of these orders.
    """

    engine: Engine
    orders: TableRef
    lines: TableRef
    joined: TableRef | None
    spend: TableRef | None
    as_of: date
    quality: QualityReport
    settings: Settings
    parts: tuple[SourceFile, ...] = ()
    database: Path | None = None
    lists: tuple[ListRecord, ...] = ()
    side: Mapping[str, TableRef] = field(default_factory=dict)
    kept: bool = False
    _columns: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    _due: list[Callable[[], object]] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of(cls, data: Dataset | Engine, as_of: date) -> Dataset:
        """Data as they are; of an engine alone its orders and lines, without files, an account or a database."""
        if isinstance(data, Dataset):
            return data
        orders, lines = (TableRef(data, name) for name in ("orders", "lines"))
        return cls(data, orders, lines, None, None, as_of, QualityReport(()), Settings())

    def __repr__(self) -> str:
        return f"<Dataset: {self.quality.rows_kept:,} of {self.quality.rows_read:,} rows kept, as of {self.as_of}>"

    def __enter__(self) -> Dataset:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the engine go; then what waits for the database is done, such as the record of a list."""
        self.engine.close()
        while self._due:
            self._due.pop(0)()

    def when_closed(self, do: Callable[[], object]) -> None:
        """Have something done once these data are closed; data that nobody closes are closed when Python ends."""
        if not self._due:
            atexit.register(self._close_late)
        self._due.append(do)

    def _close_late(self) -> None:
        if self._due:
            self.close()

    def columns_of(self, table: str) -> tuple[str, ...]:
        """The columns of `orders`, `lines`, `joined`, `spend` or a side table; none of a file that was not given."""
        if table not in self._columns:
            own = {"orders": self.orders, "lines": self.lines, "joined": self.joined, "spend": self.spend}
            found = own[table] if table in own else self.side.get(table)
            names = found.engine.fetch(f"select * from {found.name} where 1 = 0").column_names if found else ()
            self._columns[table] = tuple(names)
        return self._columns[table]

    def first_column(self, names: Sequence[str]) -> str:
        """The first of these columns that the orders or their lines have.

        Raises
        ------
        PrivtrafficError
            Where they have none.
        """
        found = next(filter(self.has_column, names), None)
        if found is None:
            raise PrivtrafficError("no_level", known=", ".join(names))
        return found

    def has_column(self, name: str) -> bool:
        """Whether orders or their lines have a column."""
        return name in self.columns_of("orders") or name in self.columns_of("lines")

    def require(self, column: str, option: str) -> None:
        """Refuse a column that an analysis needs and these data do not have.

        Raises
        ------
        PrivtrafficError
            Which names the option that asked for it.
        """
        if column not in (*MEASURES, *HASHED):
            self.table_of(column, option)
        elif not self.has_column(column):
            raise self._lacks(column, option)

    def require_side(self, name: str) -> TableRef:
        """A side table that a question cannot do without.

        Raises
        ------
        PrivtrafficError
            Where no such file was given; it names the option.
        """
        if name not in self.side:
            raise PrivtrafficError("side_missing", role=name, columns=", ".join(SIDES[name].columns))
        return self.side[name]

    def table_of(self, dimension: str | None, option: str = "--group") -> str:
        """The table that holds a dimension by which somebody groups: `lines` or `orders`.

        A name from outside goes into a query only after it was looked up here.

        Raises
        ------
        PrivtrafficError
            For a name that is no dimension, and for a dimension that these data do not have.
        """
        if dimension not in DIMENSIONS:
            raise PrivtrafficError("unknown_dimension", option=option, value=dimension, known=", ".join(DIMENSIONS))
        table = "lines" if dimension in LINE_DIMENSIONS else "orders"
        if dimension not in self.columns_of(table):
            raise self._lacks(dimension, option)
        return table

    def _lacks(self, column: str, option: str) -> PrivtrafficError:
        """Why a column of the orders is not there: the files do not have it, or nobody asked for it."""
        found = any(column in file.mapping for file in self.quality.files if file.role not in ("members", "spend"))
        return PrivtrafficError("dimension_not_loaded" if found else "dimension_missing", option=option, value=column)


class OwnsTables:
    """An answer: its tables belong to it, and live until it is closed or nobody holds it any more."""

    def __enter__(self: R) -> R:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the tables of this answer, and of the answers within it; its figures stay."""
        for table in tables_of(self):
            if isinstance(table.engine, Scope):
                table.engine.close()


def tables_of(answer: object) -> Iterator[TableRef]:
    """The tables that an answer refers to, also in the answers within it; rows of figures are not searched."""
    if isinstance(answer, TableRef):
        yield answer
    elif is_dataclass(answer) and not isinstance(answer, type):
        for part in fields(answer):
            yield from tables_of(getattr(answer, part.name))
    elif isinstance(answer, list | tuple):
        for part in answer:
            yield from tables_of(part)


def in_own_scope(compute: Callable[[Dataset, P], R]) -> Callable[[Dataset, P], R]:
    """Have an analysis make its tables in a scope of its own.

    The answer keeps the tables that it refers to; the others are dropped as soon as it is there.
    """

    @wraps(compute)
    def answer(data: Dataset, params: P) -> R:
        with answering(data.engine) as scope:
            found = compute(replace(data, engine=scope), params)
            scope.keep(table.name for table in tables_of(found))
        return found

    return answer
