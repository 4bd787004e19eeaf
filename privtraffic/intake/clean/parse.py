"""How the rows of one order file are typed: the SQL of each column, and the types of columns that are absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from privtraffic.schema import FIELDS

NO_TEXT = "cast(null as string)"
MONEY = "decimal(18, 2)"
FINE = "decimal(24, 6)"
"""What money is as fine as, and where a file has more than two decimals."""
_ABSENT = {
    "refund": "cast(null as decimal(18, 2))",
    "cancelled": "0",
    "goods": "cast(0 as decimal(18, 2))",
    "off": "cast(0 as decimal(18, 2))",
    "paid": "cast(null as int)",
    "ragged": "false",
    "sums": "false",
    "amount_text": NO_TEXT,
    "time_text": NO_TEXT,
}
_CLEAN_TEXT = re.compile(r"clean_text\((c\d+)\)")
_TYPES = {"time": "timestamp", "money": "decimal(18, 2)", "integer": "integer"}


@dataclass(frozen=True)
class Parse:
    """The SQL that types the rows of a file.

    Attributes
    ----------
    cells
        What is taken from the file, each cell once.
    read
        The columns of the typed rows, in terms of those cells.
    constant
        Columns that are the same in every row, which need no room.
    """

    cells: Mapping[str, str]
    read: Mapping[str, str]
    constant: Mapping[str, str]
    file_no: int

    @property
    def with_text_as_written(self) -> Parse:
        """The same with texts not yet cleaned: a database does that once a distinct value, when it reads them."""
        written = {name: match[1] for name, sql in self.cells.items() if (match := _CLEAN_TEXT.fullmatch(sql))}
        return replace(self, cells={**self.cells, **written})

    @property
    def with_lines_by_number(self) -> Parse:
        """The same with a line told by a hash of its ids: a quarter of the room, where a line has only to be told."""
        return replace(
            self, read={**self.read, "line_id": "case when line_id is not null then key_hash(order_id, line_id) end"}
        )

    @property
    def query(self) -> str:
        return f"select {listed(self.read)} from (select {listed(self.cells)} from raw_{self.file_no}) as cells"

    def whole(self, table: str) -> str:
        """The rows once typed, with the columns that need no room."""
        return f"select row_no, {', '.join(self.read)}, {listed(self.constant)} from {table}"


def listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} as {name}" for name, sql in columns.items())


def null_of(name: str) -> str:
    """NULL of a field's type."""
    return f"cast(null as {_TYPES.get(FIELDS[name].type, 'string')})"


def absent(name: str) -> str:
    """What a typed order row holds in a column that its file does not have."""
    return _ABSENT.get(name) or null_of(name)
