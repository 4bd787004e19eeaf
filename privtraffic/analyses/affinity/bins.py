"""How many order lines a follow-up held, in bins: whoever buys more buys more of everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privtraffic.analyses.affinity.rows import LineCount
from privtraffic.analyses.rows import rows_of
from privtraffic.analyses.statistics.quantiles import counted_quantiles
from privtraffic.engine.base import Engine
from privtraffic.engine.sql import queries

SQL = queries("privtraffic.analyses.affinity.layout")

CUTS = range(5, 100, 5)
"""Percentiles of the numbers of lines that end a bin."""


@dataclass(frozen=True)
class Bins:
    """Quantile bins of the order lines that were bought in a follow-up.

    `cuts` are where the bins end; `episodes` are the order days with any line afterwards.
    """

    cuts: Sequence[int]
    episodes: int

    @classmethod
    def of(cls, engine: Engine, end: int) -> Bins:
        """Those of the order days up to `end` in `affinity_windows`."""
        rows = rows_of(engine.fetch(SQL["line_counts"], last_day=end), LineCount)
        counts = {row["line_count"]: row["windows"] for row in rows}
        return cls(sorted({*counted_quantiles(counts, CUTS)}), sum(counts.values()))

    @property
    def sql(self) -> str:
        """The bin of a number of lines: 0 without lines, else 1 + the cut points below it."""
        steps = " + ".join(["1", *(f"case when line_count > {cut} then 1 else 0 end" for cut in self.cuts)])
        return f"case when line_count = 0 then 0 else {steps} end"
