"""Time the pairs of affinity after intake against the engine's bare self-join of the same order lines.

    python tests/bench/affinity.py big.csv [--repeat 2]

The bare query joins distinct (member, brand, first day) with itself on the member and counts the pairs of brands bought
one after the other.  Both sides run in turn in one process; the least of the repeats counts, and the ratio may be 4.
"""

from __future__ import annotations

import argparse
import resource

from timing import line, seconds

from privtraffic.analyses.affinity import Params, compute, present
from privtraffic.analyses.affinity.layout import Design, counter_of
from privtraffic.analyses.affinity.pairs import find_pairs
from privtraffic.analyses.affinity.shelf import stock_shelf
from privtraffic.dataset import Dataset
from privtraffic.intake.load import load
from privtraffic.report.words import Words

MOST = 4.0
BARE = """
with first_days as (
  select member_id, brand, min(cast(ordered_at as date)) as day
  from lines where member_id is not null and is_purchase group by member_id, brand
)
select a.brand as from_brand, b.brand as to_brand, count(*) as members
from first_days a join first_days b on a.member_id = b.member_id and b.day > a.day and a.brand <> b.brand
group by a.brand, b.brand
"""


def pairs(data: Dataset) -> None:
    bounds = data.settings.bounds(data.as_of)
    shelf = stock_shelf(data.engine, "brand", bounds, as_of=data.as_of, keep_zero=False)
    found = find_pairs(counter_of(shelf, Design(90), [shelf.last_day]), shelf.last_day)
    print(f"{len(found.tested):,} pairs tested, {sum(pair.test.q <= 0.05 for pair in found.tested)} with q <= 0.05")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", help="an order export with brands")
    parser.add_argument("--repeat", type=int, default=2)
    given = parser.parse_args()
    with load(given.orders, columns=["brand"]) as data:
        print(f"{data.quality.rows_read:,} lines, {data.quality.orders:,} orders, as of {data.as_of}")
        bare, tested = [], []
        for _ in range(given.repeat):
            bare.append(seconds(lambda: data.engine.run("bare_self_join", BARE)))
            tested.append(seconds(lambda: pairs(data)))
            print(f"bare self-join {bare[-1]:.2f} s   pairs {tested[-1]:.2f} s", flush=True)
        whole = seconds(lambda: present(compute(data, Params()), Words("en")))
    ratio = line("`affinity`, pairs", "bare self-join of (member, brand, first day)", min(bare), min(tested), MOST)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"* `affinity`: the whole report {whole:.1f} s; peak memory, intake included, {peak:.2f} GB")
    return int(ratio > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
