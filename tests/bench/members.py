"""Time `members` after intake against the engine's bare aggregation by member and month of the same tables.

    python tests/bench/members.py big.csv [--members members.csv] [--repeat 3]

Give a members file too: with 540,000 join dates the report has more to tell.

The bare query is `select member_id, date_trunc('month', ordered_at), count(*), sum(net) … group by 1, 2`, kept as a
table, of the order lines and, beside it, of the orders.  Both sides run in turn in one process; the least of the
repeats counts, and the ratio to the bare aggregation of the lines may be 3 at most.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from timing import line, seconds

from privtraffic.analyses.members import OPTIONAL, Params, compute, present
from privtraffic.dataset import Dataset
from privtraffic.intake.load import load
from privtraffic.progress import listening
from privtraffic.report.words import Words

MOST = 3.0


def bare(table: str) -> str:
    return (
        "select member_id, date_trunc('month', ordered_at) as month, count(*) as n, sum(net) as net "
        f"from {table} where member_id is not null group by 1, 2"
    )


def ratio(data: Dataset, repeat: int) -> float:
    """The ratio of the least times, printed as a line."""
    words = Words("en")
    work: dict[str, Callable[[], object]] = {
        "lines": partial(data.engine.run, "bare_group_by", bare("lines")),
        "orders": partial(data.engine.run, "bare_group_by", bare("orders")),
        "compute": lambda: compute(data, Params()),
        "with report": lambda: present(compute(data, Params()), words),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(repeat):
        for name, one in work.items():
            times[name].append(seconds(one))
    data.engine.drop("bare_group_by")
    least = {name: min(found) for name, found in times.items()}
    print("   ".join(f"{name} {value:.2f} s" for name, value in least.items()))
    against = "bare `group by member, month` of the lines"
    return line("`members`, with its report", against, least["lines"], least["with report"], MOST)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", help="an order export")
    parser.add_argument("--members", help="a members file")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()

    def say(name: str, values: dict[str, object], took: float | None) -> None:
        if took is not None:
            print(f"  {name} {took:.2f} s")

    with load(given.orders, members=given.members, optional=OPTIONAL) as data:
        print(f"{data.quality.rows_read:,} lines, {data.quality.orders:,} orders, as of {data.as_of}")
        with listening(say):
            compute(data, Params())
        worst = ratio(data, given.repeat)
    return int(worst > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
