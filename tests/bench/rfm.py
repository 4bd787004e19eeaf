"""Time the whole `rfm` command against the least it could take: bare SQL, and the workbook's rows written and no more.

    python tests/bench/rfm.py big.csv

The bare side reads the file, groups by member and scores, in DuckDB, without a look at quality; the writer is ours,
given the finished report.  The command may take 1.7 times the sum of both.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from timing import line, seconds

from privtraffic.analyses.rfm import Params, compute, present
from privtraffic.intake.load import load
from privtraffic.report.words import Words
from privtraffic.report.write import write

MOST = 1.7
BARE = (
    """create or replace table members as
    select member_id, max(ordered_at) as last_order, min(ordered_at) as first_order,
      count(distinct order_id) as frequency, sum(paid_amount - coalesce(refund_amount, 0)) as monetary
    from read_csv('{path}') where member_id is not null and status not in ('unpaid', 'cancelled') group by member_id""",
    """create or replace table scored as
    select *, ntile(5) over (order by last_order) as r, ntile(5) over (order by frequency) as f,
      ntile(5) over (order by monetary) as m from members""",
)


def main() -> int:
    path = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        book = Path(scratch) / "rfm.xlsx"
        with duckdb.connect() as con:
            bare = sum(seconds(lambda sql=sql: con.execute(sql.format(path=path))) for sql in BARE)
        with load(path) as data:
            words = Words("en")
            report = present(compute(data, Params()), words)
            writer = seconds(lambda: write(report, words, book, "bench"))
        command = [sys.executable, "-m", "privtraffic", "rfm", str(path), "-q", "-o", str(book)]
        whole = seconds(lambda: subprocess.run(command, check=True))
    return int(line("`rfm`, all of it", "bare SQL and the workbook writer", bare + writer, whole, MOST) > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
