"""Time the cohort analysis after intake against the engine's bare group by of the same orders.

    python tests/bench/cohort.py big.csv [--repeat 3]

Where clvkit is installed, its retention matrix by month stands beside it, from the same orders in a pandas frame.  The
bare query is `select member_id, date_trunc(period, ordered_at), count(*) … group by 1, 2`, kept as a table.  Both
sides run in turn in one process; the least of the repeats counts, and the ratio may be 3 at most.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from timing import line, seconds

from privtraffic.analyses.cohort import Params, compute
from privtraffic.analyses.statistics.periods import By
from privtraffic.dataset import Dataset
from privtraffic.intake.load import load

PERIODS: tuple[By, ...] = ("month", "day")
MOST = 3.0


def ratio(data: Dataset, by: By, repeat: int) -> float:
    """The ratio of the least times."""
    bare_sql = (
        f"select member_id, date_trunc('{by}', ordered_at) as period, count(*) as n "
        "from orders where member_id is not null group by 1, 2"
    )
    bare, counted = [], []
    for _ in range(repeat):
        bare.append(seconds(lambda: data.engine.run("bare_group_by", bare_sql)))
        counted.append(seconds(lambda: compute(data, Params(by=by))))
    data.engine.drop("bare_group_by")
    return line(f"`cohort --by {by}`", f"bare `group by member, {by}`", min(bare), min(counted), MOST)


def beside_clvkit(data: Dataset) -> None:
    """The retention matrix by month of clvkit, in a line without a limit."""
    from clvkit import CohortMatrix

    orders = "select member_id as customer_id, ordered_at as date from orders where member_id is not null"
    frame = data.engine.fetch(orders).to_pandas()
    theirs = seconds(lambda: CohortMatrix.from_transactions(frame, period="M"))
    line("`cohort --by month`", "`clvkit`: CohortMatrix", theirs, seconds(lambda: compute(data, Params())))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", help="an order export")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    with load(given.orders) as data:
        print(f"{data.quality.rows_read:,} lines, {data.quality.orders:,} orders, as of {data.as_of}")
        if find_spec("clvkit"):
            beside_clvkit(data)
        worst = max(ratio(data, by, given.repeat) for by in PERIODS)
    return int(worst > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
