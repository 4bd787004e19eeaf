"""The shape in which every source hands over its rows: text, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from privtraffic.engine.base import LakeScan, Source, TextScan
from privtraffic.intake.read.row_count import LineCount

Row = tuple[str, ...]
Note = tuple[str, Mapping[str, object]]
"""A word of the lexicon and its values."""

PREVIEW_ROWS = 40
SAMPLE_ROWS = 1000
MOST_COLUMNS = 16_384
"""A sheet has no more."""
LONGEST_CELL = 1 << 22
LONGEST_NAME = 4096
"""Letters of a column's name, with those of all objects that it lies in."""


class FirstRows:
    """A text that is seen before it is read: its first rows, and more of them, each made once."""

    @cached_property
    def preview(self) -> tuple[Row, ...]:
        """The first rows as text; row 1 is the first of the file or sheet."""
        return self.rows(PREVIEW_ROWS)

    @cached_property
    def sample(self) -> tuple[Row, ...]:
        """More of the same rows, for questions that few rows do not answer."""
        return self.rows(SAMPLE_ROWS)

    def rows(self, most: int) -> tuple[Row, ...]:
        """The first rows, at most so many."""
        raise NotImplementedError


@dataclass(frozen=True)
class Raw:
    """A source ready to be scanned: what the engine reads, and how many rows it must find there.

    `lines` is None where there are no physical lines (Parquet); `notes` say what had to be mended to read the file;
    `beyond` is the position of a sheet's cells right of the table, 0 where there are none.
    """

    scan: Source
    rows: int
    lines: LineCount | None = None
    encoding: str = ""
    notes: tuple[Note, ...] = ()
    beyond: int = 0

    @property
    def surplus(self) -> int:
        """The position of the cell that a row must not have; 0 where no row has one too many."""
        if isinstance(self.scan, TextScan):
            return self.scan.columns
        return self.scan.cells if isinstance(self.scan, LakeScan) else self.beyond

    def row_number(self, row_no: int, header_row: int) -> int:
        """The row of the file (from 1) where the data row `row_no` (from 0) begins."""
        return self.lines.line_of(row_no, header_row) if self.lines else header_row + row_no + 1
